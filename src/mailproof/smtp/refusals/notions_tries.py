"""What is tried and demanded around a login, and which part of the server judges it; in nine languages. Data."""

from __future__ import annotations

TRIES: dict[str, dict[str, str]] = {
    "USE": {
        "en": "use, using, must use, switch to, migrate, move to, configure, need*, require*, mandatory",
        "de": "verwenden, nutzen, benutzen, umstellen, erforderlich, wechseln, nur, möglich, pflicht",
        "fr": "utilisez, utiliser, passez, obligatoire, requis*, configurez, passer",
        "es": "use, utilice, usar, utilizar, obligatori*, requier*, necesari*, configure, migre",
        "it": "usare, utilizzare, usa, utilizza, configurare, obbligatori*, richiest*, necessari*, passare",
        "pt": "use, utilize, usar, utilizar, obrigatori*, necessari*, configure, migre",
        "ru": "используйте, использовать, нужен, необходим*, требуется, перейдите, настройте, только",
        "zh": "使用, 改用, 仅支持, 僅支援, 需要, 必须, 采用",
        "ja": "使用, 利用, 必要, 設定, 移行, のみ",
    },
    "ENABLE": {
        "en": "enable*, activate*, turn on, switch on, open",
        "de": "aktivier*, freischalt*, einschalt*",
        "fr": "activez, activer, active",
        "es": "active, activar, habilite, habilitar, activa",
        "it": "abilitare, attivare, abilita, attiva, abiliti, attivi",
        "pt": "ative, ativar, habilite, habilitar",
        "ru": "включите, включить, активируйте, разрешите",
        "zh": "开启, 開啟, 启用, 啟用, 打开, 开通",
        "ja": "有効に, 有効化, オンに",
    },
    "CONFIRM": {
        "en": "confirm*, verify, verification, validate, prove, answer, accept, agree, solve, complete, unlock, type",
        "de": "bestätig*, verifizier*, zustimm*, beantworte*, lösen, akzeptier*, entsperr*",
        "fr": "confirm*, valider, validez, accepter, acceptez, resoudre, prouve*, verifi*, recopie*, repond*",
        "es": "confirm*, verifiq*, verificar, acepte, aceptar, resolver, resuelva, demuestre, responda, valid*",
        "it": "conferm*, verific*, accett*, risolv*, dimostr*, rispond*",
        "pt": "confirm*, verifi*, aceit*, resolv*, prove, respond*, valid*",
        "ru": "подтверд*, примите, принять, введите, пройдите, докажите, ответьте, подтвержд*",
        "zh": "确认, 確認, 验证, 驗證, 完成, 同意, 输入, 輸入, 核实",
        "ja": "確認, 認証, 同意, 入力, 承認",
    },
    "ONLY": {
        "en": "only, solely, exclusively, restricted to, reserved, limited to, just from, unless, except",
        "de": "nur, ausschliesslich, beschränkt, lediglich, ausschließlich",
        "fr": "uniquement, seulement, reserve*, seul*, limite*, exclusivement, que depuis",
        "es": "solo, solamente, unicamente, exclusivamente, reservad*, limitad*",
        "it": "solo, soltanto, esclusivamente, riservat*, unicamente, limitat*, soli",
        "pt": "apenas, somente, so, exclusivamente, reservad*, restrit*, unicamente",
        "ru": "только, лишь, исключительно",
        "zh": "仅, 僅, 只, 限",
        "ja": "のみ, 限, だけ",
    },
    "ATTEMPTS": {
        "en": "attempt*, lockout*, tries, retries, failed login*, failed logon*, failed authentication*, "
        "failed password*, login failures, authentication failures, failed sign in*, unsuccessful login*, "
        "unsuccessful sign in*, wrong password*, invalid password*, incorrect password*, bad password*, "
        "invalid login*, bad login*, unsuccessful authentication*, brute force, bruteforce, tried to log in, "
        "auth failures, auth fail*, failed auth*, password failures, login errors, auth errors, "
        "authentication errors, login times",
        "de": "*versuch, *versuche, *versuchen, falscheingabe*, falsche passwörter, falscher passwörter, "
        "falsche kennwörter, fehlgeschlagene anmeldung*, fehlgeschlagener anmeldung*, fehlanmeldung*, "
        "fehllogin*, fehleingabe*, falschen passwörtern, falscher kennwörter, *fehlversuchen, "
        "gescheiterte anmeldungen",
        "fr": "tentative*, essais, echecs, echecs d authentification, mots de passe erron*, mots de passe incorrects, "
        "echecs de connexion",
        "es": "intento*, intentos fallidos, contrasenas incorrectas, fallos, contrasenas erroneas, errores de acceso",
        "it": "tentativ*, password errate, accessi falliti, errori di accesso, login falliti",
        "pt": "tentativa*, senhas incorretas, senhas erradas, falhas de login, falhas de autenticacao, erros de login",
        "ru": "попыт*, неверных паролей, неправильных паролей, неудачных вход*, неудачных авториз*, ошибок входа, "
        "ошибок авторизации, подбор парол*, неверным парол*, неверного ввода, ошибочн* ввод*",
        "zh": "次数, 次數, 尝试, 嘗試, 多次, 连续, 連續",
        "ja": "試行, 回数, 誤入力, 連続, 失敗が多, 失敗が続, 失敗を繰, 繰り返",
    },
    "MANY": {
        "en": "too many, too much, too often, repeated*, multiple, several, exceed*, maximum, max, limit*, excessive, "
        "numerous, many, after, due to, reached, following",
        "de": "zu viele, zu vieler, zuviele, zu oft, mehrere*, wiederholt*, maximal*, überschritten, nach, wegen, "
        "zahlreiche*",
        "fr": "trop, plusieurs, nombre*, repete*, maximal*, maximum, multiples, suite a, apres",
        "es": "demasiad*, multiples, varios, vari*, repetid*, maximo, numero, supero, superad*, exces*, numeros*, "
        "excedid*",
        "it": "tropp*, ripetut*, numero, massimo, superat*, divers*, numeros*, eccessiv*, molteplici, dopo",
        "pt": "muit*, varias, excesso, repetid*, maximo, excedid*, multiplas, limite, sucessiv*, numero, apos",
        "ru": "слишком, много, многократн*, превыш*, множеств*, неоднократн*, несколько, из за, после, неудачн*, "
        "большое количество, исчерпан*, достигнут*",
        "zh": "过多, 過多, 太多, 多次, 频繁, 頻繁, 超过, 超過, 超出, 上限, 已达, 连续, 達到, 次数限制",
        "ja": "多すぎ, 上限, 超え, 連続, 続い, 制限, 超過, 過剰, 繰り返, 達し, 回以上",
    },
    "AUTH_SERVER": {
        "en": "authentication server*, auth server*, authentication service*, authentication backend*, auth backend*, "
        "auth daemon*, authentication daemon*, directory server*, directory service*, ldap server*, ldap, radius, "
        "saslauthd, auth service*, sts service, identity provider*, auth socket, password server, user database, "
        "authentication system, login server, sts url, domain controller*, authentication database",
        "de": "authentifizierungsserver*, anmeldeserver*, authentifizierungsdienst*, anmeldedienst*, loginserver, "
        "ldap*, verzeichnisdienst*, verzeichnisserver, benutzerdatenbank, authentisierungsserver",
        "fr": "serveur d authentification, service d authentification, annuaire, ldap, base des utilisateurs",
        "es": "servidor de autenticacion, servicio de autenticacion, directorio, ldap, servidor de autentificacion",
        "it": "server di autenticazione, servizio di autenticazione, directory, ldap, server di accesso",
        "pt": "servidor de autenticacao, servico de autenticacao, diretorio, ldap",
        "ru": "сервер аутентификации, сервер авторизации, сервером аутентификации, сервером авторизации, "
        "служба аутентификации, служба авторизации, сервис авторизации, сервиса авторизации, ldap, служба каталогов, "
        "сервису аутентификации, серверу аутентификации, серверу авторизации",
        "zh": "认证服务器, 认证服务, 驗證伺服器, 认证系统, 身份验证服务, 認證伺服器, 驗證服務, 验证服务器, ldap",
        "ja": "認証サーバ, 認証サービス, 認証基盤, 認証システム, ディレクトリ, ldap",
    },
    "DOWN": {
        "en": "unreachable, not reachable, unavailable, not available, down, failed to connect, could not connect, "
        "timed out, timeout, time out, not responding, no response, offline, could not contact, can not contact, "
        "busy, overloaded, not reach, unable to contact, unable to connect, unable to reach, did not respond, "
        "not answer*, lost, error, does not support https, maintenance, lost connection, connection refused, "
        "connection lost",
        "de": "nicht erreichbar, nicht verfügbar, antwortet nicht, überlastet, ausgefallen, zeitüberschreitung, "
        "wartung*, gestört, störung, nicht erreicht, offline, keine antwort, fehler*",
        "fr": "indisponible, injoignable, inaccessible, ne repond pas, en panne, maintenance, pas disponible, delai, "
        "surcharge*",
        "es": "no disponible, no responde, inaccesible, caido, no se puede conectar, mantenimiento, fuera de servicio, "
        "indisponible, sobrecargad*, sin respuesta, no alcanzable",
        "it": "non disponibile, non raggiungibile, irraggiungibile, non risponde, manutenzione, fuori servizio, "
        "sovraccaric*, indisponibile",
        "pt": "indisponivel, nao disponivel, nao responde, inacessivel, manutencao, fora do ar, sobrecarregad*, "
        "sem resposta",
        "ru": "недоступ*, не отвечает, перегруж*, обслуживан*, не удалось связаться, не удалось подключиться, "
        "тайм аут, нет связи, отключен*",
        "zh": "不可用, 无响应, 無回應, 超时, 逾時, 繁忙, 忙碌, 维护, 維護, 故障, 无法连接, 無法連線, 异常, 无法访问, "
        "暂时",
        "ja": "接続できませ, 応答, 停止中, 障害, 混雑, タイムアウト, メンテナンス, 利用できませ, 接続できな",
    },
}
