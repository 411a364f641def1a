"""Whose addresses, networks and domains a refusal speaks of, and how often; in nine languages. Data."""

from __future__ import annotations

CIRCLES: dict[str, dict[str, str]] = {
    "ALLOW_LIST": {
        "en": "allow list, allowlist*, allowed addresses, permitted addresses, list of allowed, whitelist*, "
        "list of permitted, authorized addresses, allowed ips, allowed ip*, trusted ips, authorized ips, approved ip*, "
        "permitted ip*, ip restriction*, list of trusted, ip lock*, access list",
        "de": "liste erlaubten, erlaubten adressen, erlaubten ip*, freigegebenen adressen, freigegebenen ip*, "
        "whitelist, zugelassenen adressen, zugelassenen ip*, positivliste, ip sperre, ip beschränkung",
        "fr": "liste blanche, adresses autorisees, liste adresses autorisees, ip autorisees, adresses ip autorisees",
        "es": "lista blanca, direcciones permitidas, direcciones autorizadas, ip permitidas, ips permitidas, "
        "ips autorizadas, direcciones ip autorizadas",
        "it": "lista bianca, indirizzi consentiti, indirizzi autorizzati, ip autorizzati, ip consentiti, "
        "indirizzi ip autorizzati, indirizzi ip consentiti",
        "pt": "lista branca, enderecos permitidos, enderecos autorizados, ips permitidos, ips autorizados, "
        "enderecos ip autorizados",
        "ru": "белый список, белом списке, белого списка, список разрешенных, списке разрешенных, разрешенных адресов, "
        "разрешенные адреса, разрешенных ip, доверенных адресов",
        "zh": "白名单, 白名單, 允许列表, 允許清單, 信任列表",
        "ja": "ホワイトリスト, 許可リスト, 許可されていない ip, 許可された ip, 許可されていない",
    },
    "OUR_DOMAINS": {
        "en": "our domains, own domains, own customers, own users, "
        "local domains, domains we host, hosted domains, our users, our customers, "
        "domains hosted here, domains served here",
        "de": "eigene domains, eigenen domains, unsere domains, lokale domains, eigene domänen, unseren domains, "
        "hier gehostete*, eigene kunden, lokale empfänger",
        "fr": "nos domaines, domaines locaux, propres domaines, nos utilisateurs",
        "es": "nuestros dominios, dominios locales, dominios propios, nuestros usuarios",
        "it": "nostri domini, domini locali, propri domini, nostri utenti",
        "pt": "nossos dominios, dominios locais, proprios dominios, nossos usuarios",
        "ru": "своих доменов, наших доменов, свои домены, наши домены, локальных доменов, своих пользователей",
        "zh": "本域, 本站用户, 本地域名, 本机域名, 本網域, 本公司網域",
        "ja": "自ドメイン, 自社ドメイン, 当社ドメイン, 自サーバー宛",
    },
    "FOREIGN_DOMAINS": {
        "en": "foreign domain*, external domain*, other domains, other people's domains, remote domain*, "
        "third party domain*, outside domain*, external recipients, remote recipients, external addresses, "
        "outside recipients, non local recipients, external destinations",
        "de": "fremde domains, fremden domains, externe domains, externen domains, fremde empfänger, "
        "externe empfänger, fremde domänen, externen empfänger*",
        "fr": "domaines externes, domaines exterieurs, autres domaines, destinataires externes, domaines tiers, "
        "domaine externe",
        "es": "dominios externos, otros dominios, destinatarios externos, dominios ajenos, dominio externo",
        "it": "domini esterni, altri domini, destinatari esterni, dominio esterno, domini altrui",
        "pt": "dominios externos, outros dominios, destinatarios externos, dominio externo",
        "ru": "чужие домены, внешние домены, чужих доменов, сторонние домены, внешних получателей, "
        "внешним получателям, чужой домен, внешний домен, внешних доменов, чужого домена",
        "zh": "外部域名, 其他域, 外部收件人, 外域, 外部網域, 外部地址",
        "ja": "外部ドメイン, 他ドメイン, 外部宛, 外部のドメイン, 他のドメイン",
    },
    "OWN_ADDRESSES": {
        "en": "your own addresses, own addresses, your own address, own address, own domain, someone else's address, "
        "another user's address, another user, another person's address, others' addresses, someone else, "
        "foreign sender*, other people's addresses, other users, another customer, another account, somebody else",
        "de": "eigene adressen, eigenen adressen, eigenen adresse, eigene adresse, fremde absender*, "
        "fremder absender*, fremden absender*, eigener absender*, eigene absender*, eigenen absender*, "
        "fremde adresse*, fremden adresse*",
        "fr": "propres adresses, propre adresse, adresse d autrui, autre utilisateur",
        "es": "propias direcciones, propia direccion, direccion ajena, direcciones propias, otro usuario",
        "it": "propri indirizzi, proprio indirizzo, indirizzo altrui, altro utente, indirizzi propri",
        "pt": "proprios enderecos, proprio endereco, endereco alheio, outro usuario, enderecos proprios",
        "ru": "своих адресов, собственных адресов, своего адреса, собственного адреса, чужой адрес, чужого адреса, "
        "чужим адресом, другого пользователя, со своего, только свой адрес",
        "zh": "本人地址, 自己的地址, 他人地址, 他人的地址, 本人邮箱, 他人名义",
        "ja": "自分のアドレス, ご自身のアドレス, 他人のアドレス, 他のユーザー, 他者",
    },
    "ALREADY": {
        "en": "already, any more, no more, used in, so far",
        "de": "bereits, schon, keine weiteren, nicht mehr, mehr",
        "fr": "deja, plus de",
        "es": "ya, mas",
        "it": "gia, altri, altre",
        "pt": "ja, mais",
        "ru": "уже, больше",
        "zh": "已, 已经, 已達, 再",
        "ja": "既に, すでに, これ以上, 達し",
    },
    "NETWORK": {
        "en": "your network, this network, netblock, net block, subnet, ip block, your provider, your isp, network, "
        "your hosting provider, ip range, address range, your range, your asn",
        "de": "netz, ihr netz, netzbereich*, ip bereich*, netzwerk*, adressbereich*, subnetz*",
        "fr": "reseau, votre reseau, plage, plages, plage d adresses",
        "es": "red, su red, rango, bloque de red, segmento",
        "it": "rete, rete vostra, sottorete, blocco di ip, intervallo",
        "pt": "rede, sua rede, faixa, bloco de ip, faixa de ip",
        "ru": "сеть, сети, подсет*, диапазон*, ваша сеть",
        "zh": "网段, 網段, 网络, 網路, ip 段",
        "ja": "ネットワーク, 接続元, ip アドレス帯, ネットワークから",
    },
    "CONSUMER_LINE": {
        "en": "dial up, dialup, dynamic ip*, dynamic address*, dynamic range*, residential, consumer line*, broadband, "
        "home user*, adsl, dsl line*, cable modem*, dynamically assigned, end user line*, dynamic dns, "
        "end user ip*, dynamic host*, dynamic pool*, dhcp",
        "de": "dynamische ip*, dynamischen ip*, dynamische adresse*, dynamischen adresse*, privatanschl*, dsl anschl*, "
        "einwahl*, endkunden*, heimanschl*, dynamischer ip*, dynamisch vergeben*",
        "fr": "ip dynamique*, adresse* dynamique*, residentiel*, plage dynamique, adsl, particuliers",
        "es": "ip dinamica*, direccion* dinamica*, ips dinamicas, residencial*, adsl, direcciones ip dinamicas",
        "it": "ip dinamic*, indirizz* dinamic*, residenzial*, adsl, indirizzi ip dinamici",
        (
            "pt"
        ): "ip dinamico*, ips dinamicos, endereco* dinamico*, residencia*, adsl, banda larga, enderecos ip dinamicos",
        "ru": "динамическ* адрес*, динамическ* ip*, динамическ* диапазон*, домашн* сет*, динамическим ip",
        "zh": "动态 ip, 動態 ip, 动态地址, 動態位址, 家庭宽带, 家用寬頻, 拨号",
        "ja": "動的 ip, 動的アドレス, 動的な ip, 家庭用回線, 一般家庭, ダイナミック ip",
    },
    "APPS": {
        "en": "apps, applications, application, app, third party",
        "de": "apps, anwendungen, mail apps, programme",
        "fr": "applications, application, logiciels, applications tierces",
        "es": "aplicaciones, aplicacion, apps, app",
        "it": "applicazioni, applicazione, app",
        "pt": "aplicativos, aplicativo, aplicacoes, aplicacao, apps, app",
        "ru": "приложени*, программ*",
        "zh": "应用, 應用程式, 应用程序",
        "ja": "アプリ, アプリケーション",
    },
    "REGISTERED": {
        "en": "added, registered, configured, set up, listed, linked, declared, known, unknown to, in your account, "
        "associated with, activated, verified, authorised, authorized, approved, exist",
        "de": "hinterlegt*, hinzugefügt*, registriert*, eingerichtet*, angelegt*, eingetragen*, verifiziert*, "
        "bekannt, unbekannt*, freigegeben*",
        "fr": "declare*, ajoute*, enregistre*, configure*, valide*, verifie*, connu*, inconnu*",
        "es": "dad* de alta, registrad*, anadid*, agregad*, configurad*, verificad*, validad*, desconocid*, autorizad*",
        "it": "registrat*, aggiunt*, configurat*, verificat*, sconosciut*, convalidat*, presente, autorizzat*",
        "pt": "cadastrad*, registrad*, adicionad*, configurad*, verificad*, registad*, validad*, autorizad*",
        "ru": "добавлен*, зарегистрирован*, подтвержден*, настроен*, привязан*, неизвест*, подключен*",
        "zh": "添加, 新增, 注册, 註冊, 配置, 绑定, 綁定, 验证, 驗證, 设定, 登记",
        "ja": "登録, 追加, 設定, 認証, 確認, 検証",
    },
}
