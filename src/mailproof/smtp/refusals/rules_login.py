"""Why a login is refused, or is missing. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import AUTH, DATA, ENVELOPE, MAIL, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code, Stage

_ENVELOPE_AND_EHLO = ENVELOPE | {Stage.EHLO}

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.AUTH_REJECTED,
        "Exchange Online: 535 5.7.139 Authentication unsuccessful, the user credentials were incorrect",
        "auth 535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        (
            '"authentication failed system busy"',  # QQ: user, authorisation code or SMTP switched off
            '"credentials were incorrect"',
            '"username or password is incorrect"',
            '"username and password not accepted"',
        ),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
    ),
    RefusalRule(
        Code.AUTH_APP_PASSWORD_REQUIRED,
        "Gmail 534 5.7.9 InvalidSecondFactor; Yahoo, iCloud, Yandex, mail.ru; QQ and 163: 授权码",
        "auth 535 Error: 请使用授权码登录",
        (
            (
                'PASSWORD DEDICATED CLIENT_PROGRAM|"app"|"apps"|"device"|"programm*"|"program"|"программ*"|'
                '"приложени*"|"アプリ" !WRONG'
            ),
            'PASSWORD DEDICATED REQUIRED|USE !"new" !EXPIRED !WRONG !RENEWED !"startkennwort" !"initial*"',
            "PASSWORD APPS !WRONG !EXPIRED",
            "PASSWORD APPS DEDICATED|USE !EXPIRED",
            "PASSWORD CLIENT_PROGRAM REQUIRED|USE|NEG|ENDED|DENIED !WRONG !EXPIRED !RENEWED",
            (
                '"application specific"|"app password*"|"app specific"|"application password*"|"third party app*"|'
                '"apps password"|"app passcode*"|"external application*"|"application passwords"|"client '
                'password"|"app key"|'
                '"client specific password"|"device password*"|"mail client password"|"external app*"'
            ),
            (
                '"2fa"|"two step verification"|"2 step verification"|"two factor"|"second factor"|"multi factor"|'
                '"multifactor"|"mfa"|"two step"|"2 step"|"2 factor"|"two stage"|"two steps"|"otp"|'
                '"one time password"|"totp"'
            ),
            '"authorization code"|"authorisation code"|"auth code"|"authorized code"|"authentication code"',
            (
                '"授权码"|"授權碼"|"应用专用密码"|"專用密碼"|"专用密码"|"应用密码"|"應用程式密碼"|"独立密码"|'
                '"客户端密码"|"授权密码"|'
                '"安全码"|"两步验证"|"二步验证"|"双因素"|"两因素"|"兩步驟驗證"|"雙重驗證"|"二次验证"|'
                '"第三方客户端"|"客户端授权"'
            ),
            (
                '"アプリパスワード"|"アプリ パスワード"|"アプリ固有"|"アプリケーションパスワード"|'
                '"アプリケーション固有"|"アプリ用パスワード"|"専用パスワード"|"段階認証"|"段階確認"|"二要素"|'
                '"2 要素"|"多要素"'
            ),
            (
                '"парол* приложени*"|"парол* для внешн*"|"парол* для приложени*"|"внешн* приложени*"|'
                '"двухфактор*"|"двухэтапн*"|'
                '"parol prilozheniya"|"специальн* парол*"|"отдельн* парол*"'
            ),
            (
                '"mot de passe d application"|"mot de passe application"|"mots de passe d application"|"mot '
                'de passe specifique"|'
                '"deux facteurs"|"deux etapes"|"double authentification"|"mots de passe specifique*"'
            ),
            (
                '"anwendungspasswort*"|"app passwort*"|"anwendungsspezifisch*"|"anwendungskennwort*"|"app kennwort*"|'
                '"zwei faktor*"|"zweifaktor*"|"zweistufig*"|"applikationspasswort*"|"app spezifisch*"|'
                '"gerätepasswort*"'
            ),
            (
                '"contrasena de aplicacion*"|"contrasena de la aplicacion"|"contrasenas de aplicacion*"|'
                '"contrasena especifica"|'
                '"dos pasos"|"dos factores"|"doble factor"|"clave de aplicacion"|"contrasena de app"'
            ),
            (
                '"password per le app"|"password specifica"|"password dell applicazione"|"password per l '
                'app"|"due passaggi"|'
                '"due fattori"|"password per app"|"password applicazione"|"password specifiche"'
            ),
            (
                '"senha de aplicativo*"|"senha de app*"|"senha especifica"|"senhas de app*"|"duas etapas"'
                '|"dois fatores"|"palavra passe de aplicac*"|"senha do aplicativo"|"senha de aplicac*"'
                '|"palavra passe da aplicac*"'
            ),
        ),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_PASSWORD_EXPIRED,
        "RFC 5248: 5.7.12; Aruba, one.com, Exchange Online 535 5.7.139 … password has expired",
        "auth 535 5.7.139 Authentication unsuccessful, the user's password has expired.",
        (
            'PASSWORD EXPIRED|"too simple"|"too weak"|"insecure"|"not secure"|"initial"|"initialpasswort*" !DEDICATED',
            '"password transition"',
            '"credentials" "compromised"',
            '"credentials" "expired"|"older than"|"too old"|"outdated"',
            "PASSWORD RENEWED !DEDICATED",
        ),
        Strength.EXPLICIT,
        stages=AUTH | ENVELOPE,
        span=80,
    ),
    RefusalRule(
        Code.AUTH_BASIC_DISABLED,
        "https://aka.ms/smtp_auth_disabled; Microsoft: basic authentication retired, 550 5.7.30",
        "auth 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        (
            (
                '"smtpclientauthentication*"|"smtp client authentication"|"basic authentication"|"basic '
                'auth"|"legacy authentication"'
                " OFF|DENIED|NEG|BLOCKED"
            ),
            '"security defaults"',
            '"conditional access"',
            '"did not meet the criteria"',
            '"modern authentication" REQUIRED',
            "OAUTH REQUIRED|USE|ONLY !KEY !WRONG !EXPIRED",
            "BASIC OAUTH !KEY",
            "PASSWORD OAUTH NEG|ENDED !KEY",
            (
                '"smtp auth"|"smtp authentication"|LOGIN|OAUTH OFF|ENDED "tenant"|"mandant*"|"locataire"|'
                '"organization"|"organisation*"|"organizacion"|"organizzazione"|"inquilino"|"организаци*"|"租户"|'
                '"租用戶"|"テナント" !USER !COUNTRY'
            ),
        ),
        Strength.EXPLICIT,
        AUTH | ENVELOPE,
    ),
    RefusalRule(
        Code.AUTH_BASIC_DISABLED,
        "Exchange Online, Google Workspace and company servers: passwords as such are switched off",
        "auth 535 5.7.3 Password authentication is no longer supported",
        (
            "BASIC ENDED|BLOCKED !TLS !MANY !CLIENT_PROGRAM !COUNTRY !CLIENT !DEDICATED !EXPIRED !APPS",
            '"legacy"|"устаревш*"|"veraltete"|"heredad*"|"legad*"|"herite*" LOGIN BLOCKED|ENDED',
        ),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_WEB_LOGIN_REQUIRED,
        "Gmail 534 5.7.14, 534 5.7.9 WebLoginRequired; Outlook: HipNotify",
        "auth 534 5.7.9 Please log in with your web browser and then try again...",
        (
            'WEB SIGN_IN|REQUIRED|IDENTITY|CONFIRM !ENABLE !OFF !CLIENT_PROGRAM !"check"',
            '"captcha"|"recaptcha"|"captchas"',
            '"hipnotify"|"webloginrequired"|"web login required"',
            "IDENTITY SIGN_IN|REQUIRED|CONFIRM|WEB",
            (
                '"confirm your identity"|"verify your identity"|"verify your account"|"unlock"|"本人確認"|'
                '"确认身份" !"not verify"'
            ),
            '"<url>" SIGN_IN CONFIRM|IDENTITY',
        ),
        Strength.EXPLICIT,
        AUTH,
        ("5",),
    ),
    RefusalRule(
        Code.AUTH_WEB_LOGIN_REQUIRED,
        "Outlook.com 554 5.2.0 … HipNotify: the owner's confirmation is asked for after the login",
        "mail 550 5.7.1 Please verify your account in a web browser before sending",
        (
            '"hipnotify"|"webloginrequired"|"web login required"',
            '"captcha"|"recaptcha"|"confirm your identity"|"verify your identity"|"本人確認"|"确认身份"',
            (
                '"verify your account"|"unlock your account"|"log in"|"sign in" "web browser"|"browser"|"webmail"|'
                '"captcha"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
    ),
    RefusalRule(
        Code.TOO_MANY_CONNECTIONS,
        "Mailtrap 535 5.7.8 Too many connections per account",
        "auth 535 5.7.8 Too many connections per account",
        ('"too many connections"|"too many concurrent*"|"too many simultaneous*"',),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Gmail 554 5.7.0 Too Many Unauthenticated commands; nodemailer smtp-server 421",
        "mail 554 5.7.0 Too Many Unauthenticated commands.",
        ('"unauthenticated commands"', '"auth before"', '"mi anl"'),
        Strength.EXPLICIT,
        logged_in=False,
    ),
    RefusalRule(
        Code.AUTH_TOO_MANY_ATTEMPTS,
        "Gmail 454 4.7.0 Too many login attempts; 163.com 451 too much fail authentication; Postfix: "
        "too many AUTH commands",
        "auth 454 4.7.0 Too many login attempts, please try again later",
        (
            (
                'TOO_MANY|"repeated"|"multiple"|"several"|"exceeded" LOGIN|PASSWORD "attempt*"|"fail*"|'
                '"error*"|"times"|"tries"|"commands"|"retries"|"wrong"|"invalid"|"incorrect"|"bad" '
                '!QUOTA !"recipients" !"messages"'
            ),
            "ATTEMPTS MANY|EXCEEDED !QUOTA !MESSAGE !RECIPIENTS !CONNECTION",
            "ATTEMPTS BANNED !MESSAGE !RECIPIENTS",
            (
                'LOGIN "too often"|"zu oft"|"trop souvent"|"demasiadas veces"|"troppe volte"|"muitas vezes"|'
                '"слишком часто"'
            ),
            '"zu viele"|"mehrere"|"häufig*"|"zuviele" LOGIN|PASSWORD|"fehlversuche"|"versuche"|"fehlgeschlagen*"',
            '"trop"|"nombreuses"|"plusieurs" "tentative*"|"essais"|"echec*"',
            '"demasiad*"|"varios"|"muchos"|"numerosos"|"maximo" "intent*"|"fallos"',
            '"tropp*"|"numero massimo"|"ripetut*" "tentativ*"',
            '"muitas"|"excesso"|"varias"|"demasiad*"|"limite"|"excedid*"|"muitos" "tentativa*"',
            '"слишком"|"много"|"превыш*"|"множеств*" "попыт*"|"неудачн*" ',
            'TOO_MANY LOGIN !QUOTA WRONG|"次"|"尝试"|"嘗試"|"試行"|"回" !MESSAGE !QUOTA',
            (
                '"登录失败次数"|"登录次数"|"密码错误次数"|"尝试次数"|"登入失敗次數"|"試行回数"|"失敗回数"|'
                '"ログイン試行"|"尝试登录"|"次数过多"'
            ),
            (
                '"too many errors"|"too many failures"|"too many failed"|"too many bad"|"too many auth*"|'
                '"brute force"|"auth error limit"|"fail2ban"'
            ),
            '"login frequency"|"login rate"|"authenticate too many"|"authentication rate"|"auth rate"',
        ),
        Strength.EXPLICIT,
        AUTH | {Stage.GREETING},
        span=90,
    ),
    RefusalRule(
        Code.AUTH_TOO_MANY_ATTEMPTS,
        "163.com 554 IP is rejected, smtp auth error limit exceed; too many failed logins, told at another command",
        "mail 554 IP is rejected, smtp auth error limit exceed",
        (
            'TOO_MANY|"repeated" LOGIN "attempt*"|"failure*"|"failed"|"fail" !"unauthenticated" !QUOTA',
            '"smtp auth error limit"',
            '"too many auth*"|"too much fail*"',
        ),
        Strength.EXPLICIT,
        span=70,
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "a password or token that is refused at a later command: Zoho, Stalwart",
        "mail 550 Login credentials no longer valid. Please re-authenticate.",
        (
            (
                '"credentials"|"password"|"token"|"api key"|"passerr" "no longer valid"|"invalid"|"incorrect"|'
                '"revoked" !"for relay"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
        span=50,
    ),
    RefusalRule(
        Code.PERMISSION_MISSING,
        "Amazon SES 554 Access denied … is not authorized to perform ses:SendRawEmail; API keys without the scope",
        "data 554 Access denied: User `arn:aws:iam::1:user/x' is not authorized to perform "
        "`ses:SendRawEmail' on resource",
        (
            '"not authorized to perform"|"sendrawemail"|"ses sendemail"|"not authorized to use this service"',
            "KEY SCOPE LACKING !PASSWORD !COUNTRY",
            '"grant"|"authorization grant"|"access grant" SCOPE|PERMISSION NEG|LACKING|DENIED !WRONG',
            'KEY SEND NEG|DENIED|"may not" !PASSWORD !COUNTRY !WRONG !EXPIRED !SENDER !CLIENT !OAUTH',
            '"api" KEY SCOPE LACKING !COUNTRY',
            '"scope"|"scopes" NEG|REQUIRED|WRONG',
            (
                '"insufficient right*"|"unzureichende berechtigung*"|"droits insuffisants"|"permisos insuficientes"|'
                '"permessi insufficienti"|"permissoes insuficientes"|"недостаточно прав"|"權限不足"|"権限が不足"|'
                '"fehlende berechtigung*"|"read only key"|"role does not allow"|"role not allow"'
            ),
            (
                '"api key"|"apikey"|"token"|"credential"|"credentials"|"access key"|"api token"|"key" '
                '"permission*"|"privilege*"|"access"|"role" NEG|"restricted"|"only"|REQUIRED|"insufficient"'
            ),
            (
                '"insufficient permission*"|"insufficient privilege*"|"missing permission*"|"lacks '
                'permission*"|"permission missing"|"insufficient scope*"|"no send permission"'
            ),
            '"权限不足"|"缺少权限"|"api key"|"密钥" "权限"|"權限"|"权限不足"',
            '"api キー" "権限"',
        ),
        Strength.EXPLICIT,
        AUTH | MAIL | DATA,
        ("5", "4"),
    ),
    RefusalRule(
        Code.AUTH_CLIENT_NOT_ALLOWED,
        "Google Workspace relay: 550 5.7.1 Invalid credentials for relay; SMTP2GO, JetEmail: IP not "
        "allowed; onamae.com",
        "mail 550 5.7.1 Invalid credentials for relay [192.0.2.1].",
        (
            '"invalid credentials for relay"',
            '"incorrect country code"',
            (
                '"ip address is not allowed to send"|"ip is not allowed to send"|"ip not authorized"|"ip not '
                'whitelisted"|"ip address not authorized"'
            ),
        ),
        Strength.EXPLICIT,
    ),
    RefusalRule(
        Code.AUTH_CLIENT_NOT_ALLOWED,
        "a login that is refused for where it comes from: address, country, location rule",
        "auth 535 5.7.8 Login from your country is not allowed",
        (
            'COUNTRY DENIED|BLOCKED|OFF|WRONG|NEG|LOGIN|BANNED|"restrict*"',
            "ALLOW_LIST CLIENT|NEG|DENIED",
            'INTERNAL|"inside our"|"our office" ONLY|REQUIRED|DENIED|NEG|BLOCKED|BANNED',
            (
                'CLIENT NEG|ONLY|BANNED "allow list"|"allowlist"|"whitelist*"|"authorized"|"allowed"|"trusted"|'
                '"白名单"|"白名單"'
            ),
            '"location" DENIED|BLOCKED|BANNED|NEG|"restrict*"|"unusual"|"unknown"',
            'CLIENT|"location" DENIED|BLOCKED !"username" !"password" !"server error" !TLS',
            (
                'CLIENT "not whitelisted"|"not authorized"|"unauthorized"|"restricted"|"restriction*"|"not '
                'in"|"allowlist"|"whitelist"|"not trusted"|"untrusted"'
            ),
            (
                '"unknown location"|"new location"|"unusual location"|"ip restriction*"|"ip whitelist*"|'
                '"allowed ip*"|"trusted ip*"|"ip 限制"|"异地登录"|"異地登入"'
            ),
        ),
        Strength.STRONG,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_SMTP_DISABLED,
        "163.com 535 User has no permission; QQ: open smtp flag; Yandex: no access rights to this service",
        "auth 535 Error: authentication failed: This user does not have access rights to this service",
        (
            "CLIENT_PROGRAM OFF|DENIED|NEG|PLAN|ENABLE|ENDED|BANNED !COUNTRY !CLIENT",
            '"smtp"|"smtp versand"|"pop"|"pop3"|"imap" ENABLE|PLAN !WRONG',
            '"无权登陆"|"无权登录"|"無權登入"',
            (
                '"user has no permission"|"smtp 权限"|"smtp 權限"|"smtp を利用"|"smtp は利用"|"smtp が利用"|'
                '"smtp を使用"|"smtp flag"|"access rights to this service"|"service is not open"|"service not open"|'
                '"open smtp"|"enable smtp"|"enable pop3"|"enable imap"|"activate smtp"|"turn on smtp"|'
                '"activate pop3"'
            ),
            (
                '"smtp"|"pop"|"pop3"|"imap"|"client access"|"external access"|"mail client*"|"email client*"|'
                '"third party client*"|"submission" OFF|BANNED|"restricted"|"not permitted"|"blocked"'
                ' !TLS !WRONG !"mechanism*" !"service unavailable"'
            ),
            (
                '"smtp"|"pop"|"pop3"|"imap" "disabled"|"not enabled"|"not activated"|"not allowed"|"not '
                'permitted"|"blocked"|"not available"|"turned off"|"deactivated"|"denied for"|"restricted"'
            ),
            (
                '"smtp"|"pop3"|"imap"|"服务"|"服務"|"客户端" "未开启"|"未开通"|"未启用"|"已关闭"|"关闭"|'
                '"停用"|"禁用"|"未開啟"|"未啟用"|"没有权限"|"无权限"|"请开启"|"开启"|"未打开"|"請開啟"|'
                '"关闭了"|"沒有權限"'
            ),
            (
                '"smtp" "deaktiviert*"|"nicht aktiviert"|"nicht freigeschaltet*"|"nicht erlaubt"|'
                '"abgeschaltet"|"gesperrt"|"aktivieren"|"freischalten"'
            ),
            (
                '"smtp"|"imap"|"pop3" "desactiv*"|"desativad*"|"deshabilitad*"|"desabilitad*"|"disabilitat*"|'
                '"disattivat*"|"отключен*"|"выключен*"|"non attiv*"|"activer"|"habilit*"|"nao ativ*"|'
                '"включите"|"не включен*"|"無効"|"有効"|"許可されて"'
            ),
            (
                '"upgrade"|"paid plan"|"free plan"|"your plan"|"premium"|"subscription"|"package" "smtp"|'
                '"send"|"sending"|"access"|"feature"'
            ),
            '"pop3 und imap"|"imap und pop3"|"pop3 imap"|"pop imap" OFF|NEG|REQUIRED',
        ),
        Strength.STRONG,
        AUTH,
        span=90,
    ),
    RefusalRule(
        Code.AUTH_SMTP_DISABLED,
        "plans without SMTP, told after the login",
        "mail 550 5.7.1 SMTP sending is not included in your plan, please upgrade",
        (
            '"smtp"|"smtp versand"|CLIENT_PROGRAM PLAN NEG|ONLY|OFF|REQUIRED|DENIED !EXCEEDED !LIMIT',
            (
                '"smtp access"|"smtp service"|"smtp relay"|"smtp sending" "disabled"|"not enabled"|"not '
                'activated"|"not included"|"deactivated"|"not available for" '
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
        span=90,
    ),
)
