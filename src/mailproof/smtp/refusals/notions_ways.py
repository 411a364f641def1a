"""How a login is made, and what else stands between an account and sending; in nine languages. Data."""

from __future__ import annotations

WAYS: dict[str, dict[str, str]] = {
    "KEY": {
        ("en"): "authorization grant*, api key*, apikey*, key, keys, token*, access key*, credential, api token*, "
        "api user*, api credential*, smtp credential*, service account, role, iam",
        "de": "api schlüssel*, apischlüssel*, schlüssel, token*, api zugang*",
        "fr": "cle, cles, cle api, cle d api, jeton*, token*",
        "es": "clave api, clave de api, clave de la api, token*, llave, credencial, ficha de acceso",
        "it": "chiave, chiavi, token*, gettone, chiave api",
        "pt": "chave, chaves, token*, chave api, chave de api, credencial",
        "ru": "ключ, ключа, ключу, ключом, api ключ*, токен*",
        "zh": "密钥, 密鑰, 金鑰, 令牌, 權杖, 权杖, api key, apikey, token, 访问凭证",
        "ja": "キー, トークン, シークレット",
    },
    "SCOPE": {
        "en": "permission*, scope*, privilege*, entitlement*, access right*, rights, right, authorized to perform, "
        "allowed to perform, allowed to call, authorized to call, allowed to send, permitted to send, mail send, "
        "authorized to send, authorised to send, read only, readonly, capability, grant, grants, "
        "allow sending, permit sending, sending rights, send access, sending access, used to send, used for sending, "
        "sendemail, sendrawemail",
        "de": "berechtigung*, recht, rechte, sendeberechtigung*, zugriffsrecht*, berechtigt, senderecht*, befugnis*, "
        "leserecht*, befugt, versandrecht*, schreibgeschützt",
        "fr": "permission*, droit*, autorisation*, privilege*, portee*, autorise a envoyer, autorisee a envoyer, "
        "lecture seule, habilit*",
        "es": "permiso*, privilegio*, derecho*, alcance*, ambito*, autorizad* a enviar, solo lectura, autorizacion*",
        "it": "permess*, privilegi*, autorizzazion*, diritt*, ambito, ambiti, abilitat*, sola lettura, scope, facolta",
        "pt": "permiss*, privilegio*, direito*, autorizac*, escopo*, ambito*, somente leitura, apenas leitura, "
        "autorizad* a enviar",
        "ru": "разрешени*, прав, права, право, полномоч*, привилеги*, область доступа, области доступа, "
        "только для чтения, только чтение, доступа к отправке, scope",
        "zh": "权限, 權限, 许可, 許可, 授权范围, 作用域, 範圍, 只读, 唯讀, 授权发送",
        "ja": "権限, アクセス許可, パーミッション, スコープ, 読み取り専用, 許可",
    },
    "LACKING": {
        "en": "not, no, without, lack*, missing, insufficient, restricted, only, none, need*, "
        "requires, unauthorized, exceeds, read only, readonly, disallowed, inadequate, absent",
        "de": "nicht, kein*, ohne, fehlt, fehlen*, unzureichend*, nur, mangelnde, ungenügend*, benötigt",
        "fr": "ne, pas, aucun*, sans, insuffisant*, manque*, depourvu*, lecture seule, uniquement, requis*",
        "es": "no, sin, falta, faltan, insuficiente*, carece*, solo, ningun*, solamente",
        "it": "non, senza, privo, priva, manca*, mancan*, insufficient*, solo, nessun*, sola",
        "pt": "nao, sem, falta*, insuficiente*, carece, apenas, somente, nenhum*",
        "ru": "не, нет, без, недостаточно, отсутств*, не хватает, лишь, только",
        "zh": "没有, 沒有, 无, 無, 不足, 缺少, 缺乏, 未, 仅, 僅, 不具备, 不具備, 不",
        "ja": "ません, ない, なし, 不足, なく, 未, ありま, のみ",
    },
    "CERTIFICATE": {
        "en": "certificate*, client cert, cert, certs, client certificate*, peer certificate*, x 509, x509, ccert, "
        "smartcard, mutual tls, mtls",
        "de": "zertifikat*, clientzertifikat*, client zertifikat*, clientcert*, maschinenzertifikat*",
        "fr": "certificat, certificats",
        "es": "certificado, certificados",
        "it": "certificato, certificati",
        "pt": "certificado, certificados",
        "ru": "сертификат*",
        "zh": "证书, 證書, 客户端证书, 用戶端憑證, 客戶端憑證, 憑證",
        "ja": "証明書",
    },
    "OAUTH": {
        "en": "oauth*, xoauth*, oauthbearer, modern auth*, bearer token*, openid connect",
        "de": "moderne authentifizierung, modernen authentifizierung, moderne anmeldung, oauth*",
        "fr": "authentification moderne, oauth*",
        "es": "autenticacion moderna, oauth*",
        "it": "autenticazione moderna, oauth*",
        "pt": "autenticacao moderna, oauth*",
        "ru": "современн* аутентификац*, современн* проверк*, современную аутентификацию, oauth*",
        "zh": "现代身份验证, 新式身份验证, 新式验证, 新式驗證, 現代驗證, 现代认证, oauth*",
        "ja": "先進認証, モダン認証, 最新の認証, oauth*",
    },
    "BASIC": {
        "en": "basic authentication, basic auth, basicauth, legacy authentication, legacy auth*, legacy login*, "
        "password authentication, password auth, password based auth*, password based login*, password login*, "
        "password sign in*, smtpclientauthentication*, smtp client authentication, simple authentication, "
        "plain password*, static password*, username and password login*, username password authentication, "
        "smtp auth basic, basic login*, password logins, passwords, login with password*",
        "de": "basisauthentifizierung, standardauthentifizierung, einfache authentifizierung, basic authentifizierung, "
        "passwortanmeldung*, anmeldung mit passwort, anmeldung mit kennwort, anmeldung per passwort, "
        "anmeldung mit benutzername und passwort, anmeldungen mit passwort, passwort authentifizierung, "
        "passwort login*, passwörter, kennwortanmeldung, kennwortauthentifizierung, anmeldung per kennwort, "
        "passwortauthentifizierung, passwortbasierte*, basic auth*",
        "fr": "authentification de base, authentification basique, authentification par mot de passe, "
        "connexion par mot de passe, mots de passe, authentification simple, authentification basic, "
        "authentification heritee",
        "es": "autenticacion basica, autenticacion con contrasena, autenticacion por contrasena, "
        "acceso con contrasena, acceso por contrasena, inicio de sesion con contrasena, "
        "autenticacion mediante contrasena, contrasenas, autenticacion heredada",
        "it": "autenticazione di base, autenticazione base, autenticazione basic, accesso con password, "
        "autenticazione con password, autenticazione tramite password, login con password, "
        "autenticazione mediante password",
        "pt": "autenticacao basica, autenticacao por senha, autenticacao com senha, login com senha, login por senha, "
        "autenticacao por palavra passe, acesso com senha, acesso por senha, senhas, "
        "autenticacao legada, autenticacao por password",
        "ru": "базов* аутентификац*, базов* авторизац*, обычн* аутентификац*, парольная аутентификация, "
        "парольный вход, вход по паролю, вход с паролем, аутентификация по паролю, авторизация по паролю, "
        "базовая проверка подлинности, базовой проверки подлинности, парольной аутентификации",
        "zh": "基本身份验证, 基本驗證, 基本验证, 基本认证, 基础认证, 密码验证, 密碼驗證, 密码认证, 密码登录, 密碼登入, "
        "传统身份验证, 旧式验证, 用户名密码登录, 基本身分驗證, 帐号密码登录",
        "ja": "基本認証, ベーシック認証, パスワード認証, パスワードによる認証, パスワードによるログイン, "
        "パスワードでの認証, レガシー認証, パスワードでのログイン, 従来の認証",
    },
    "ENDED": {
        "en": "disabled, off, retired, deprecated, not accepted, not supported, not available, not allowed, "
        "unsupported, blocked, no longer, removed, ended, discontinued, not permitted, not enabled, phased out, "
        "sunset, prohibited, forbidden, unavailable, deactivated, obsolete, not possible, "
        "does not allow, does not accept, do not accept, do not support, does not support, not meet, "
        "stopped, cease*, withdrawn, switched off, turned off, only, not active",
        "de": "deaktiviert*, abgeschaltet*, nicht unterstützt*, nicht möglich, nicht erlaubt, abgeschafft, "
        "eingestellt, gesperrt, nicht zulässig, nicht akzeptiert, entfällt, abgekündigt*, blockiert, unzulässig, "
        "ausgeschaltet, nicht verfügbar, nicht zugelassen, nicht gestattet, nur",
        "fr": "desactive*, pas accepte*, pas pris* en charge, supprime*, interdit*, bloque*, plus accepte*, "
        "plus possible, plus pris*, n est plus, ne sont plus, pas autorise*, obligatoire*, "
        "abandonne*, pas disponible, pas supporte*, retire*, seul, indisponible",
        "es": "desactivad*, deshabilitad*, no disponible, no se admite*, no admitid*, no se acepta*, no permitid*, "
        "bloquead*, retirad*, ya no, inhabilitad*, no soportad*, no compatible, no se permite, "
        "eliminad*, dado de baja, obligatori*",
        "it": "disabilitat*, disattivat*, non disponibile, non supportat*, non consentit*, bloccat*, non accettat*, "
        "dismess*, non possibile, non ammess*, rimoss*, non piu",
        "pt": "desativad*, desabilitad*, nao disponivel, nao suportad*, nao permitid*, bloquead*, nao aceit*, "
        "descontinuad*, nao e mais, nao sao mais, nao e aceit*, nao sao aceit*, removid*, "
        "desligad*, indisponivel, nao e suportad*, nao e permitid*",
        "ru": "отключен*, выключен*, не поддерж*, запрещен*, недоступ*, не разреш*, заблокирован*, "
        "прекращен*, не принима*, больше не, устарел*, не допуска*, только, отменен*",
        "zh": "禁用, 停用, 不支持, 不再, 关闭, 關閉, 废弃, 不允许, 不可用, 阻止, 僅, 仅, 不支援, 不允許, 已弃用, "
        "取消, 淘汰",
        "ja": "無効, 廃止, 停止, サポートされて, 利用でき, 使用でき, 終了, 許可され, ブロック",
    },
    "WEB": {
        "en": "browser*, web, webmail*, web mail, website, web site, web page, portal, captcha*, web browser, "
        "control panel, web interface, our site, web ui, web version, online account, my account page, recaptcha",
        "de": "browser*, webbrowser*, webmail*, webmailer*, webseite, website, webinterface, kundencenter, "
        "kundenportal, kundenbereich, weboberfläche*, captcha*, kontoseite, portal, im internet",
        "fr": "navigateur*, webmail*, site, interface web, portail, captcha*, espace client, page web, site web, web",
        "es": "navegador*, webmail*, sitio web, la web, interfaz web, portal, captcha*, pagina web, area de cliente, "
        "sitio, correo web, web",
        "it": "browser, webmail*, sito, interfaccia web, portale, captcha*, area clienti, pagina web, web",
        "pt": "navegador*, webmail*, site, interface web, portal, captcha*, area do cliente, pagina, sitio, web",
        "ru": "браузер*, веб, веб интерфейс*, веб почт*, сайт*, личн* кабинет*, captcha*, капч*, веб версии, "
        "веб версию, вебмейл*, портал*, webmail*",
        "zh": "浏览器, 瀏覽器, 网页, 網頁, 网站, 網站, 官网, web, webmail, 网页版, 網頁版",
        "ja": "ブラウザ, ウェブ, web*, webmail*, サイト, マイページ, キャプチャ, 管理画面, 会員ページ",
    },
    "SIGN_IN": {
        "en": "log in, login, log on, logon, sign in, sign on, signin, logged in, signing in, log into, sign into, "
        "authenticate, re authenticate, visit, go to, accept, agree, solve, complete, pass, via, answer",
        "de": "anmelden, einloggen, anmeld*, loggen, melden, login, zustimmen, bestätig*, akzeptieren, besuchen, lösen",
        "fr": "connecter, connectez*, connexion, identifier, identifiez*, accepter, acceptez, resoudre, rendez vous, "
        "passez, connecte*",
        "es": "inicie, iniciar, acceda, acceder, ingrese, ingresar, entre, entrar, conectese, acceso, acepte, aceptar, "
        "resolver, resuelva, identifiquese, inicia, entra, accede",
        "it": "accedere, accedi, acceda, accesso, login, entrare, collegarsi, accettare, risolvere, effettua*, "
        "risolvi, autenticarsi",
        "pt": "acesse, acessar, aceda, entre, entrar, login, iniciar, inicie, aceitar, aceite, resolver, resolva, "
        "acesso",
        "ru": "войд*, войти, вход*, заход*, зайд*, авториз*, принять, примите, введите, пройд*, зайти",
        "zh": "登录, 登入, 登錄, 登陆, 登陸, 访问, 輸入, 输入, 前往",
        "ja": "ログイン, サインイン, アクセス, 認証, 同意, 入力",
    },
    "IDENTITY": {
        "en": "robot*, captcha*, recaptcha*, your identity, security question*, security check, "
        "terms of service, terms of use, updated terms, new terms, it s you, it is you, you are human, "
        "terms and conditions, security challenge, unusual activity, suspicious activity, suspicious login*, "
        "suspicious sign in*, unusual sign in*, unusual login*, verify your account, verify the account, "
        "confirm your account, unlock your account, unlock the account, license agreement, user agreement, "
        "privacy policy, verify it, verification page, suspicious access",
        "de": "roboter, captcha*, identität*, sicherheitsabfrage*, sicherheitsfrage*, agb, nutzungsbedingungen, "
        "ungewöhnliche anmeldung*, verdächtige anmeldung*, verdächtiger login*, ungewöhnlicher login*, "
        "verdächtige aktivität*, konto bestätigen, konto verifizieren, konto entsperren",
        "fr": "robot, captcha*, identite, question de securite, conditions d utilisation, conditions generales, "
        "connexion inhabituelle, connexion suspecte, activite suspecte, activite inhabituelle, caracteres affiches, "
        "caracteres, verifier votre compte, controle de securite, c est bien vous",
        "es": "robot, captcha*, identidad, pregunta de seguridad, terminos, condiciones, acceso sospechoso, "
        "actividad sospechosa, actividad inusual, inicio de sesion sospechoso, acceso inusual, verifique cuenta, "
        "inicio de sesion inusual",
        "it": "robot, captcha*, identita, domanda di sicurezza, termini, condizioni, accesso sospetto, "
        "accesso insolito, attivita sospett*, attivita insolita, accesso anomalo, verificare account",
        "pt": "robo, captcha*, identidade, pergunta de seguranca, termos, condicoes, acesso suspeito, "
        "atividade suspeita, acesso incomum, atividade incomum, login suspeito, login incomum, acesso invulgar",
        "ru": "робот*, captcha*, капч*, личность, контрольн* вопрос*, соглашени*, подозрительн* вход*, "
        "подозрительн* активност*, необычн* вход*, необычн* активност*, это вы, подтвердите вход, "
        "подозрительная попытка входа, картинк*",
        "zh": "验证码, 驗證碼, 机器人, 身份确认, 确认身份, 安全验证, 异常登录, 異常登入, 异常登陆, 服务条款, 服務條款, "
        "可疑登录, 本人操作, 滑块, 身份核实, 图形验证, 安全驗證, 可疑登入, 使用条款",
        "ja": "本人確認, ロボット, 不審なログイン, 通常と異なる, 利用規約, 画像認証, 不審なアクセス, 規約, 秘密の質問, "
        "セキュリティ確認, 不正アクセスの疑い, いつもと異なる",
    },
    "CLIENT_PROGRAM": {
        "en": "mail client*, email client*, mail program*, email program*, external client*, third party client*, "
        "mail app*, email app*, desktop client*, external app*, third party app*, external mail program*, "
        "external program*, mail software, email software, external access, client access, mailer*, client software, "
        "outlook or, thunderbird",
        "de": "mailprogramm*, emailprogramm*, mail programm*, email programm*, mailclient*, mail client*, "
        "email client*, externe programme, externe zugriffe, externer zugriff, externen zugriff, "
        "externe clients, mailsoftware, externe apps, email software, mail app*",
        "fr": "client de messagerie, clients de messagerie, logiciel de messagerie, logiciels de messagerie, "
        "logiciel* externe*, client* mail, client* externe*, application* externe*, logiciel* de courrier, "
        "client* de courrier, programme* de messagerie, acces externe*",
        "es": "cliente* de correo, programa* de correo, aplicacion* de correo, aplicaciones externas, "
        "programas externos, clientes externos, aplicacion* de terceros, gestor* de correo, acceso externo",
        "it": "client di posta, programm* di posta, client email, client esterni, app esterne, software di posta, "
        "programmi esterni, applicazioni esterne, accesso esterno, client mail",
        "pt": "cliente* de email, programa* de email, aplicativo* de email, cliente* de correio, aplicac* de correio, "
        "programas externos, clientes externos, aplicativos externos, acesso externo, gestor* de email",
        "ru": "почтов* программ*, почтов* клиент*, внешн* программ*, внешн* клиент*, сторонн* программ*, "
        "сторонн* клиент*, сторонн* приложени*, почтов* приложени*, внешн* приложени*",
        "zh": "第三方客户端, 邮件客户端, 郵件用戶端, 客户端软件, 邮件软件, 第三方软件, 郵件軟體, 外部客户端, "
        "客户端登录, 第三方应用, 外部软件, 客户端",
        "ja": "メールソフト, メールクライアント, メーラー, 外部アプリ, 外部メール, メールアプリ, 外部ソフト, "
        "外部クライアント",
    },
    "DEDICATED": {
        "en": "separate, dedicated, specific, special, own password, another password, device specific, "
        "app specific, generate*, create*, one for, external password, for apps, for applications, per application, "
        "for each app",
        "de": "separat*, eigenes, eigenen, spezielles, gesondert*, gerätespezifisch*, erzeugen, erstellen, generieren, "
        "extra passwort, dediziert*",
        "fr": "dedie*, specifique*, distinct, generer, generez, creer, creez, propre a, separe",
        "es": "especific*, dedicad*, separad*, generar, genere, crear, cree, especial, propia, exclusiva, distinta",
        "it": "dedicat*, specific*, separat*, generare, genera, creare, crea, apposit*",
        "pt": "especific*, dedicad*, separad*, gerar, gere, criar, crie, exclusiva, propria",
        "ru": "отдельн*, специальн*, создайте, сгенерир*, создать, особый, получите",
        "zh": "专用, 專用, 独立, 獨立, 生成, 单独, 單獨, 產生",
        "ja": "専用, 固有, 生成, 個別, 発行, 用の",
    },
    "PLAN": {
        "en": "plan, plans, tier, free tier, free account*, free user*, paid feature, premium, paid account*, package, "
        "upgrade, pro version, paid, paying, edition, tariff, subscribers",
        "de": "tarif*, paket*, upgrade*, upgraden, kostenlosen konto, gratis*, freemail, bezahl*, premium*, "
        "kostenpflichtig*, vertrag*",
        "fr": "offre, forfait, formule, abonnement, payant*, gratuit*, premium",
        "es": "plan, planes, paquete, suscripcion, de pago, gratuit*, premium",
        "it": "piano, piani, pacchetto, abbonamento, a pagamento, gratuit*, premium, offerta",
        "pt": "plano, planos, pacote, assinatura, pago, gratuit*, premium",
        "ru": "тариф*, бесплатн*, платн*, подписк*, премиум, пакет*",
        "zh": "套餐, 免费版, 免費版, 付费, 付費, 升级, 升級, 方案, 版本, 会员",
        "ja": "プラン, 無料版, 有料, アップグレード, ご契約, 無料会員",
    },
}
