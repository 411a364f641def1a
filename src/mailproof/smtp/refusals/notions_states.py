"""In which state a refusal says that its subject is, in nine languages. Data, like `notions_predicates`."""

from __future__ import annotations

STATES: dict[str, dict[str, str]] = {
    "BLOCKED": {
        "en": "block*, blacklist*, black list*, blocklist*, banned, ban, denylist*, deny list, listed, "
        "blackhole*, black hole*, "
        "blacklisting, blackholed, greylisted by reputation, firewalled, filtered, bad reputation, "
        "poor reputation, low reputation, "
        "reputation, not whitelisted, embargo*, not white listed, unwelcome, blackholelist, rejectlist, blocklisted",
        "de": "gesperrt*, geblockt*, blockiert*, blockliste*, schwarze liste, schwarzer liste, schwarzen liste, "
        "blacklist*, gelistet*, sperrliste*, sperre, reputation, sperrung, abgewiesen, gefiltert",
        "fr": "bloqu*, liste noire, listes noires, blacklist*, banni*, reputation, blocage, interdit*",
        "es": "bloque*, lista negra, listas negras, reputacion, vetad*, prohibid*, blacklist*",
        "it": "bloccat*, lista nera, blacklist*, reputazione, blocco, bandit*, liste nere",
        "pt": "bloquead*, lista negra, listas negras, reputacao, bloqueio, banid*, blacklist*",
        "ru": "заблокирован*, блокир*, черный список, черном списке, черных списках, черные списки, спам "
        "лист*, репутац*, "
        "забанен*, в блоклисте, блок лист*, блокиров*, стоп лист*",
        "zh": "黑名单, 封禁, 屏蔽, 封锁, 黑名單, 封鎖, 阻止, 信誉, 被封, 拉黑, 信譽, 白名单, 白名單, 遭封, "
        "禁用, 拦截, 挂起, 临时禁止连接",
        "ja": "ブロック, ブラックリスト, 遮断, 評価, レピュテーション, 拒否リスト, ホワイトリスト",
    },
    "LIST": {
        "en": "<addresslist>, rbl, rbls, dnsbl, dnsbls, spamhaus, spamcop, sorbs, uceprotect*, barracuda, "
        "blackhole*, real time black, reputation, senderbase, sender score, senderscore, "
        "cloudmark, invaluement, abusix, mailspike, nixspam, spamrl, rblless, sbl, xbl, pbl, css, cbl, zen, "
        "brightmail, realtime, rats, dul, dynamic ip, dynamic, dialup, dial up, residential, "
        "dynamic range, psbl, ers rbl, ip reputation, cisco talos, talos, local blacklist, blackholed",
        "de": "dynamisch*, einwahl*, dsl",
        "fr": "ip dynamique, reputation, dynamique",
        "es": "ip dinamica, reputacion, dinamica*",
        "it": "reputazione, ip dinamic*, dinamic*",
        "pt": "reputacao, ip dinamic*, dinamic*",
        "ru": "репутац*, динамическ*",
        "zh": "实时黑名单, 信誉, 信譽, 动态 ip, 動態 ip, rbl",
        "ja": "レピュテーション, 評価, 動的",
    },
    "SUSPENDED": {
        "en": "suspen*, closed, cancelled, canceled, deleted, locked, frozen, restricted, terminated, deactivated, "
        "disabled, banned, on hold, blocked, not active*, inactive, lapsed, past due, unpaid, overdue, "
        "not yet active*, compromised, hijacked, blacklisted, freeze, paused, under review, not been activated, "
        "not activated, restriction*, shut down, probation, hacked, not enabled",
        "de": "gesperrt*, eingefroren, deaktiviert*, gesperrter, sperrung, suspendiert*, nicht aktiv*, "
        "eingeschränkt*, "
        "nicht freigeschaltet*, freischalt*, stillgelegt, kompromittiert*, abgelaufen, gekündigt, blockiert*",
        "fr": "suspend*, bloque*, desactive*, verrouille*, restreint*, pas active*, non active*, gele, "
        "expire*, compromis*, inactif*, resilie*",
        "es": "suspend*, bloquead*, desactivad*, restringid*, no activad*, inhabilitad*, deshabilitad*, "
        "inactiv*, caducad*, "
        "comprometid*, limitad*, no esta activ*",
        "it": "sospes*, bloccat*, disattivat*, disabilitat*, limitat*, non attiv*, scadut*, inattiv*, "
        "compromess*, congelat*",
        "pt": "suspens*, bloquead*, desativad*, restrit*, inativ*, nao ativad*, nao esta ativ*, "
        "desabilitad*, congelad*, comprometid*, encerrad*",
        "ru": "приостанов*, заморожен*, заблокирован*, отключен*, деактивирован*, не активирован*, "
        "неактивн*, ограничен*, "
        "просрочен*, взломан*, неактивен, блокиров*",
        "zh": "冻结, 暂停, 封停, 凍結, 暫停, 停用, 禁用, 被封, 异常, 異常, 锁定, 鎖定, 欠费, 受限, 未激活, "
        "停权, 停權, 封禁, 注销, 过期, 未启用, 被禁, 封禁",
        "ja": "停止, 凍結, ロック, 無効, 制限, 未払い, 有効化されて, 一時停止",
    },
    "OFF": {
        "en": "disabled, turned off, switched off, deactivated, not enabled, not active*, not available, "
        "inactive, unavailable, "
        "not activated, not allowed, not permitted, not have access, does not have access, not have permission*, "
        "please enable, please open, not open, not opened, closed, must be enabled, not subscribed, "
        "upgrade, not have "
        "access rights, no access, turn on, not included, not support*, not been enabled, not "
        "switched on, not entitled",
        "de": "deaktiviert*, nicht aktiviert*, ausgeschaltet, nicht freigeschaltet*, abgeschaltet, nicht "
        "erlaubt, nicht aktiv, "
        "aktivieren, freischalten, nicht verfügbar, nicht freigegeben, einschalten, gesperrt, nicht gestattet",
        "fr": "desactiv*, pas active*, non active*, pas autoris*, non autoris*, activer, activez, indisponible",
        "es": "desactivad*, deshabilitad*, no habilitad*, no activad*, habilite, active, no esta "
        "habilitad*, inhabilitad*, no permitid*, no disponible",
        "it": "disabilitat*, disattivat*, non abilitat*, non attiv*, abilitare, attivare, non consentit*, "
        "non disponibile",
        "pt": "desativad*, desabilitad*, nao habilitad*, nao ativad*, habilite, ative, nao permitid*, "
        "desligad*, nao esta habilitad*, nao disponivel",
        "ru": "отключен*, выключен*, не включен*, не разреш*, включите, недоступ*, не активирован*, "
        "запрещен*, отключён",
        "zh": "停用, 禁用, 关闭, 未开启, 未启用, 已关闭, 未開啟, 未啟用, 關閉, 未开通, 没有权限, 无权限, "
        "开启, 开通, 未打开, 沒有權限, 請開啟, 请开启, 不可用",
        "ja": "無効, 停止, 有効に, 許可され, 利用でき, 使用でき, オフ, 有効",
    },
    "VERIFIED": {
        "en": "verified, verify, validated, validate, registered, confirmed, "
        "unverified, unregistered, unconfirmed, unconfigured, unvalidated, "
        "exist in your account, valid sender, sender identity, verified sender, owned by your account",
        "de": "verifizier*, bestätigt*, registriert*, freigeschaltet*, überprüft*, validiert*, "
        "hinterlegt*, freigegeben*",
        "fr": "verifie*, confirme*, enregistre, enregistree, declaree, validee",
        "es": "verificad*, verificar, validad*, confirmad*, registrad*, dad* de alta",
        "it": "verificat*, validat*, confermat*, registrat*",
        "pt": "verificad*, verificar, validad*, confirmad*, registrad*, cadastrad*, registad*",
        "ru": "подтвержд*, верифиц*, проверен*, зарегистрирован*, провер*",
        "zh": "验证, 驗證, 核实, 认证, 注册, 確認, 确认, 备案, 認證, 配置, 未校验",
        "ja": "検証, 確認, 登録, 認証, 承認",
    },
    "OWN": {
        "en": "used by this login, associated with your, associated with this, an alias of, own, owned, owner, owns, "
        "belong*, one of your, must be the same, same as, identical, equal, match, matches, mismatch, "
        "not match, conform*, send as, on behalf, sendas, as this sender, not the same, unauthorized sender, "
        "send from, different from, differ, differs, differ from, your own, authorized user, "
        "authenticated user, login user, authenticated account, auth user, login account, authenticated as, "
        "authenticated sender, sendasdenied*, allowed sender, allowed to use, permitted to use, "
        "authorized to use, authorized to send, not same, alias, sender addresses, inconsistent",
        "de": "passt nicht, passen nicht, zugehörig*, verknüpft*, überein, gehör*, entspricht nicht, "
        "stimmt nicht überein, übereinstimm*, im namen, identisch, eigene*, zugeordnet, berechtigt, entsprechen",
        "fr": "associe*, lie a, rattache*, appart*, correspond*, au nom, identique, differ*, meme, propre",
        "es": "asociad*, vinculad*, pertenec*, coincid*, en nombre, propi*, igual, corresponde*, mism*",
        "it": "associat*, collegat*, appart*, corrispond*, per conto, propri*, uguale, coincid*, diverso, stess*",
        "pt": "associad*, vinculad*, pertenc*, correspond*, em nome, propri*, igual, coincid*, mesm*, difere*",
        "ru": "не привязан*, связан*, отлича*, не соответ*, принадлеж*, совпада*, от имени, соответств*, чужо*",
        "zh": "关联, 綁定, 绑定, 一致, 匹配, 相同, 不符, 代表, 不属于, 相符, 不屬於, 代发, 冒用",
        "ja": "関連付け, 紐付, 一致, 異なり, 異なる, 代理, 所有, 同じ, なりすまし",
    },
    "SELF": {
        "en": "user*, login*, account*, authenticated, authorized user, auth, your, authentication, you, "
        "client, credentials, permission*, permissions, mailbox",
        "de": "benutzer*, anmeld*, konto, angemeldet*, login, ihr*, authentifiziert*, zugangsdaten, postfach",
        "fr": "utilisateur*, compte*, authentifi*, votre, vous, identifiant*",
        "es": "usuario*, cuenta*, autentic*, su, usted",
        "it": "utente, account, autentic*, tuo, suo, casella",
        "pt": "usuario*, conta*, autentic*, seu, voce, caixa, utilizador*",
        "ru": "пользовател*, аккаунт*, учетн*, логин*, авториз*, вам, ваш*, вы",
        "zh": "用户, 账户, 账号, 登录, 帐号, 帳號, 认证, 登入, 授权, 您, 使用者, 身份验证, 登錄, 认证用户",
        "ja": "ユーザ, アカウント, 認証, ログイン",
    },
    "REQUIRED": {
        "en": "require*, must, need, needs, needed, necessary, mandatory, please, first, before, have to, "
        "should, requires, only, "
        "necessary, enforced, demand*, expected, issue, prior to, unless, obligatory, missing, required",
        "de": "erforderlich*, notwendig*, muss, müssen, benötigt, bitte, verlangt, nötig, zuerst, pflicht, "
        "vorher, zunächst",
        "fr": "requis*, necessaire*, obligatoire*, veuillez, doit, devez, exige*, doivent, faut, demand*, "
        "besoin, merci, d abord",
        "es": "requier*, requerid*, necesari*, debe*, obligatori*, precisa, necesita, por favor, primero, "
        "exige, tiene que",
        "it": "obbligatori*, necessari*, richiest*, deve, devi, bisogna, richiede, prima, occorre, prego",
        "pt": "requerid*, necessari*, obrigatori*, deve, exigid*, precisa, exige, requer, primeiro, por "
        "favor, e preciso, tem que",
        "ru": "требует*, необходим*, нужн*, должн*, требу*, обязательн*, сначала, пожалуиста, следует",
        "zh": "需要, 必须, 必須, 请先, 請先, 要求, 应该, 请登录, 请使用, 请进行, 請使用, 請登入",
        "ja": "必要, 必須, ください, 下さい, 要求, しなければ, 先に",
    },
    "EXPIRED": {
        "en": "expired, expire, must be changed, must change, change your password, change password, has "
        "expired, reset, outdated, "
        "too old, needs to be changed, password change, please change, must be reset, update your "
        "password, change it, be changed, "
        "renew, transition, compromised, leaked",
        "de": "abgelaufen, ändern, geändert werden, zurücksetzen, zurücksetzen, erneuern, wechseln, kompromittiert*",
        "fr": "expire*, changer, modifier, reinitialis*, renouvel*, compromis*, changez, modifiez",
        "es": "caducad*, expirad*, cambi*, vencid*, restable*, ha caducado, ha expirado, comprometid*, caduco, expiro",
        "it": "scadut*, cambiare, modificare, reimpost*, scadenza, compromess*, cambia, modifica, e scaduta",
        "pt": "expirad*, expirou, alterar, mudar, troc*, redefin*, vencid*, altere, mude, comprometid*",
        "ru": "истек*, истек, смен*, измен*, просрочен*, устарел*, обновит*, сброс*, скомпрометирован*",
        "zh": "过期, 過期, 修改密码, 更改密码, 变更密码, 失效, 更改, 修改, 變更密碼, 重置, 重设, 重設",
        "ja": "期限, 変更, 失効, 更新, リセット, 期限切れ",
    },
    "RENEWED": {
        "en": "fresh password, aging, start password, changed password, since you changed, replace it, choose a new, "
        "set a new, new password, be replaced, replace, lifetime, update, older than, too old, at first login, "
        "first use, breach*, temporary password, one time use, be renewed, pwned, must be updated",
        "de": "initialpasswort*, startpasswort*, startkennwort*, ersetzt, erstpasswort*, neues passwort, "
        "neues kennwort, neu setzen, neu vergeben, aktualisier*, geändert, veraltet, zu alt, ersetzen, "
        "gültigkeit*",
        "fr": "provisoire, temporaire, remplace*, change*, modifi*, nouveau mot de passe, perime*, trop ancien, "
        "definir un nouveau, mis a jour, mettre a jour",
        "es": "temporal, provisional, inicial, cambiar*, cambie, sin cambiar, nueva contrasena, actualic*, renovar, "
        "renueve, caduca, actualizar, demasiado antigua",
        "it": "temporanea, provvisoria, iniziale, modific*, cambia*, nuova password, rinnov*, aggiorn*, cambiata, "
        "sostitu*, cambio password",
        "pt": "provisoria, temporaria, inicial, alterad*, trocad*, nova senha, renov*, atualiz*, nova palavra passe, "
        "expira*, muito antiga",
        "ru": "временный пароль, начальный пароль, не менялся, сменит*, новый пароль, задайте, обновите, старше, "
        "замен*, поменя*, новыи",
        "zh": "默认密码, 預設密碼, 临时密码, 修改密码, 新密码, 新密碼, 初始密码, 初始密碼, 更换, 更換, 变更, 變更, "
        "到期",
        "ja": "仮パスワード, 新しいパスワード, 初期パスワード, 初回パスワード, 再設定, 切れ",
    },
    "SEND_AS": {
        "en": "send as, send mail as, send email as, sending as, send on behalf, sending on behalf, on behalf of, "
        "send from this address, send from that address, send from this, use this address, use that address, "
        "use address, with that address, with this address, as sender, as a sender, use the address, "
        "use as sender, use this from, use as from, use this sender, use the sender, use that sender, "
        "right to use, allowed to use, permitted to use, authorized to use, authorised to use",
        "de": "unter dieser adresse, mit dieser adresse, von dieser adresse, im namen, als absender, "
        "mit diesem absender, unter diesem absender, diesen absender, dieser absenderadresse, "
        "als dieser, fremde absender, fremder absender*",
        "fr": "avec cette adresse, au nom, depuis cette adresse, en tant que, sous cette adresse, "
        "comme expediteur, pour le compte",
        "es": "como este, en nombre, con esta direccion, desde esta direccion, como remitente, "
        "desde ese, con esa direccion",
        "it": "per conto, come questo, da questo indirizzo, con questo indirizzo, a nome, come mittente, a nome di",
        "pt": "como este, em nome, com este endereco, deste endereco, como remetente, com este remetente, "
        "com esse remetente, a partir deste, esse endereco",
        "ru": "от имени, с этого адреса, от этого адреса, с данного адреса, в качестве отправителя, чужого адреса, "
        "этот адрес отправителя, использовать адрес, с указанного адреса, от адреса",
        "zh": "使用该地址, 以该地址, 以此地址, 使用此地址, 代表, 代发, 冒用",
        "ja": "このアドレスで, このアドレスから, 名義, として送信, 代理, このメールアドレスで, "
        "このメールアドレスから, 差出人アドレスでの, この差出人",
    },
    "FULL": {
        "en": "full, overquota, over quota, over its quota, storage, disk quota, exceeded storage, mailbox "
        "quota, out of storage, "
        "quota exceeded, exceeded its quota, exceeded quota, exceeded the quota, over the quota, "
        "mailfolder is full, insufficient storage, not enough space, "
        "no space, no room, shutoffquota*, exceeded the space limit, out of "
        "space, quota full, space, over the maximum, quota, limit exceeded, overlimit, filled, limit",
        "de": "voll, überfüllt, speichervolumen, speicherplatz, überfüllung, zuviele mails, zu viele "
        "mails, quota, kontingent, speicher",
        "fr": "plein*, sature*, remplie*, depass*, espace, quota, saturee, surchargee",
        "es": "llen*, cuota, sin espacio, espacio, excedid*, lleno, completa, saturad*",
        "it": "pien*, esaurit*, spazio, quota, superat*, satur*",
        "pt": "chei*, lotad*, espaco, cota, quota, excedid*, excedeu, esgotad*",
        "ru": "переполнен*, заполнен*, места, квот*, полон, полный, превы*",
        "zh": "已满, 满了, 已滿, 空间不足, 空間不足, 容量, 超过配额, 超出配额, 配额, 配額, 容量不足, 爆满",
        "ja": "いっぱい, 満杯, 容量, 一杯, 超過, 空き, 割り当て",
    },
    "LARGE": {
        "en": "too large, too big, oversize*, too long, size exceed*, exceeds maximum, exceeds the "
        "maximum, size limit, maximum size, "
        "message size, exceeds size, exceeded the maximum, max message size, larger than, bigger "
        "than, mail size, exceeds fixed, "
        "file size, email size, length, size, sizelimit, mailsize, databytes, exceeds the size, data "
        "size, huge, bigger",
        "de": "zu gross*, grosse, maximale größe, überschreitet die, nachrichtengröße*, "
        "größenbeschrankung, grosser, mailgröße",
        "fr": "trop gros*, trop volumineu*, taille, trop grand*, trop lourd*, volumineu*",
        "es": "demasiado grande*, tamano, muy grande, demasiado larg*, grande, pesad*",
        "it": "troppo grand*, dimension*, troppo pesant*, eccede, troppo lung*, grande, grandezza",
        "pt": "muito grande*, tamanho*, maior que, grande demais, grande, excede o tamanho",
        "ru": "слишком больш*, размер*, больше допустимого, велик*, объем*",
        "zh": "过大, 大小, 過大, 太大, 超大, 体积, 尺寸, 字节",
        "ja": "サイズ, 大きすぎ, 大き過ぎ, 容量",
    },
    "SERVER_TROUBLE": {
        "en": "system error, internal error, local error, server error, database, resources, disk space, "
        "memory, system "
        "problem, configuration error, server busy, too busy, overload*, load, system storage, "
        "insufficient system, busy, "
        "out of memory, internal server, dns error, timeout, timed out, time out, technical, "
        "maintenance, backend, unable to "
        "process, temporary failure, processing error, local problem, service failure, lookup "
        "failure, server failure, "
        "temporary error, temporary lookup, local configuration, load average, queue, lost "
        "connection, system resources, "
        "temporary server, temporary service, temporary system, temporary domain, unexpected, io "
        "error, spool, unexpected error, "
        "temporarily unavailable, could not load, service error, internal software, server problem, "
        "writing, insufficient disk, lock, storage, crashed, server too busy, exception, exceeded "
        "timeout",
        "de": "serverfehler, systemfehler, interner fehler, internen fehler*, datenbank*, überlastet, "
        "technisch*, zeituberschreitung, wartung*, auslesen, wartungsarbeiten, speicherplatz",
        "fr": "erreur interne, erreur systeme, surcharge*, maintenance, erreur serveur, stockage, base de "
        "donnees, delai, echec temporaire, technique*",
        "es": "error interno, error del sistema, error del servidor, mantenimiento, sobrecarga*, base de "
        "datos, tecnic*, error temporal, fallo temporal",
        "it": "errore interno, errore di sistema, errore del server, manutenzione, sovraccaric*, tecnic*, "
        "errore temporaneo, database",
        "pt": "erro interno, erro do sistema, erro no servidor, manutencao, sobrecarreg*, tecnic*, erro "
        "temporario, falha temporaria, banco de dados",
        "ru": "внутренн* ошибк*, внутренняя ошибка, ошибка сервера, системная ошибка, перегруж*, "
        "техническ*, обслуживани*, тайм аут, таимаут, база данных, временная ошибка",
        "zh": "系统错误, 内部错误, 服务器错误, 系統錯誤, 內部錯誤, 繁忙, 忙碌, 超时, 逾時, 维护, 过载, "
        "数据库, 系统忙, 伺服器錯誤, 系统问题, 临时错误, 发生错误, 异常",
        "ja": "内部エラー, システムエラー, サーバーエラー, 混雑, 過負荷, タイムアウト, メンテナンス, "
        "混み合って, 内部サーバ, システム, 障害",
    },
    "PERMISSION": {
        "en": "permission*, scope*, privilege*, role, policy, entitlement, access right*, access rights, "
        "acl, authorized to perform, not authorized to",
        "de": "berechtigung*, recht, rechte, zugriffsrecht*",
        "fr": "permission*, droit*, autorisation*, privilege*",
        "es": "permiso*, privilegio*, derecho*",
        "it": "permess*, privilegi*, autorizzazion*, diritt*",
        "pt": "permiss*, privilegio*, direito*, autorizacao",
        "ru": "разрешени*, прав, полномоч*, права, привилеги*",
        "zh": "权限, 權限, 许可",
        "ja": "権限, アクセス許可, パーミッション",
    },
}
