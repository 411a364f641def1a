"""Sentences that a word of another subject would explain wrongly: they are asked before the other rules. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import AUTH, DATA, EHLO, ENVELOPE, GREETING, MAIL, RCPT, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code

_METHODS = (
    '"metodo*"|"methode"|"method"|"verfahren"|"anmeldeverfahren"|"метод*"|"способ*"|"验证方式"|"认证方式"|"認證方式"|'
    '"验证方法"|"方式"'
)
_YOURS = (
    '!"your" !"you" !"ihr" !"ihre" !"ihrem" !"votre" !"su cuenta" !"sua conta" !"tuo" !"suo" !"ваш*" !"您" !"你" '
    '!"お客様"'
)

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "RFC 4954 section 4: no second AUTH after a successful one",
        "auth 504 Autenticazione già eseguita",
        (
            (
                'ALREADY "authenticat*"|"logged in"|"signed in"|"authorized"|"angemeldet"|"authentifizier*"|'
                '"authentifie*"|"identifie*"|"autentic*"|"autentif*"|'
                '"аутентифиц*"|"аутентификац*"|"авториз*"|"认证"|"登录"|'
                '"驗證"|"验证"|"認証"|"ログイン" !NEG !TOO_MANY !LIMIT !BLOCKED !PASSWORD !WRONG'
            ),
        ),
        Strength.EXPLICIT,
        AUTH,
        ("50", "52", "53", "55"),
        span=60,
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 section 4: 504, in words and whatever the code; servers that say it with 503",
        "auth 503 Metodo di autentificazione non valido",
        (
            (
                f'{_METHODS} LOGIN|"autentific*" NEG|WRONG|DENIED|UNKNOWN|OFF|"unsupported" !PASSWORD !CREDENTIALS '
                "!ACCOUNT !USER !TLS"
            ),
        ),
        Strength.STRONG,
        AUTH,
        ("50", "53", "55"),
        span=70,
    ),
    RefusalRule(
        Code.PERMISSION_MISSING,
        "SMTP2GO, Brevo, Scaleway: the key is valid and lacks the right to send",
        'auth 535 5.7.1 Key valid, however the grant "Send via SMTP" is unchecked',
        (
            (
                '"key"|"token"|"api key"|"schlüssel"|"cle"|"clave"|"chiave"|'
                '"chave"|"ключ"|"密钥"|"キー" "grant"|"scope*"|'
                '"permission*"|"privilege*"|"berechtigung*"|"permiso*"|'
                '"permess*"|"permiss*"|"прав"|"权限"|"權限"|"権限" '
                'NEG|LACKING|DENIED|"unchecked"|"disabled"|OFF !EXPIRED !"invalid" !"not valid"'
            ),
        ),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "Sina, 163, Gmail, Orange: after a login an account's state at RCPT is the recipient's",
        "rcpt 550 is now disabled with SMTP service.",
        (
            'ACCOUNT|MAILBOX|USER|"smtp service"|"smtp"|"smtp 服务" "disabled"|'
            '"suspended"|"deactivated"|"desactive*"|'
            '"deaktiviert"|"desactivad*"|"disattivat*"|"desativad*"|"отключен*"|'
            '"停用"|"禁用"|"关闭"|"无效"|"無効"|"停止" '
            "!SENDER !LOGIN !QUOTA !LIMIT !TLS !MESSAGE !CLIENT !SPAM !DOMAIN !RELAY !COMMAND "
            '!"sending" !"send" !"submission" !PLAN !CREDENTIALS !UNPAID ' + _YOURS,
        ),
        Strength.EXPLICIT,
        RCPT,
        ("5",),
        logged_in=True,
        span=70,
    ),
    RefusalRule(
        Code.SENDER_AUTHENTICATION_FAILED,
        "Gmail 5.7.1 and 5.7.26: no authentication information (SPF, DKIM), or it fails",
        "data 550 5.7.1 This message does not have authentication information or fails to pass authentication checks.",
        (
            (
                '"authentication information"|"authentication checks"|'
                '"authentication check" NEG|WRONG|"pass"|"fails" '
                "!CREDENTIALS"
            ),
            (
                '"unauthenticated"|"not authenticated"|'
                '"unauthenticated sender" DOMAIN|"mail from"|MESSAGE !CLIENT !USER !DKIM !SPF'
            ),
            '"body hash"|"bodyhash"|"body hash mismatch"',
        ),
        Strength.EXPLICIT,
        DATA,
    ),
    RefusalRule(
        Code.RATE_LIMITED,
        "Postfix smtpd_hard_error_limit: 421 too many errors; sendmail, Exim: too many bad commands",
        "rcpt 421 4.7.0 mx.example.com Error: too many errors",
        (
            (
                '"too many" "errors"|"unknown commands"|"unrecognized commands"|'
                '"unrecognised commands"|"invalid commands"|'
                '"bad commands"|"syntax errors"|"protocol errors"|"syntax or protocol errors"|"non mail commands"|'
                '"junk commands"|"nonmail commands" !LOGIN !BLOCKED !LIST'
            ),
            (
                '"zu viele"|"trop d"|"trop de"|"demasiados"|"troppi"|"muitos"|"слишком много"|"过多"|"過多"|"多すぎ" '
                '"fehler"|"erreurs"|"errores"|"errori"|"erros"|"ошибок"|"错误"|"錯誤"|"エラー"|COMMAND !LOGIN'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE | GREETING | EHLO,
        span=60,
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "Google Workspace, qmail: the recipient or its domain is not allowed; the list's owner is not named",
        "rcpt 550 5.7.1 Recipient address is not in whitelist",
        (
            (
                '"in whitelist"|"on whitelist"|"whitelisted"|"allowlisted"|"in allowlist" '
                'NEG !CLIENT !SENDER !"your" !SPAM !NOW !GREYLIST'
            ),
        ),
        Strength.EXPLICIT,
        RCPT,
        recognised=False,
    ),
    RefusalRule(
        Code.CLIENT_IP_BLOCKED,
        "Coremail and others: hosts that are open relays are refused",
        "greeting 554 openrelay check. (拒绝开放中继服务器)",
        (
            (
                '"openrelay"|"open relay"|"open relays"|"offenes relay"|'
                '"relais ouvert"|"relay abierto"|"开放中继"|"開放轉發"'
            ),
        ),
        Strength.EXPLICIT,
        GREETING | EHLO,
    ),
    RefusalRule(
        Code.CONTENT_REJECTED,
        "RFC 5321 section 4.5.3.1.6: lines of at most 1000 octets; section 2.3.8: no bare CR or LF",
        "data 500 Line limit exceeded",
        (
            (
                '"line"|"lines"|"zeile*"|"ligne*"|"linea*"|"riga"|"righe"|'
                '"linha*"|"строк*"|"一行"|"行长"|"行が" "too long"|'
                '"longer"|"line limit"|"length limit"|"length exceed*"|"zu lang*"|"trop longue*"|"demasiado larga*"|'
                '"muy larga*"|"troppo lung*"|"muito longa*"|"длинн*"|"过长"|"過長"|'
                '"長すぎ" !EHLO !"command line" !"header"'
            ),
            (
                '"bare lf"|"bare cr"|"bare newline*"|"bare linefeed*"|'
                '"bare line feed*"|"bare carriage return*"|"stray newline*"'
            ),
        ),
        Strength.EXPLICIT,
        DATA,
        span=60,
    ),
    RefusalRule(
        Code.MESSAGE_TOO_LARGE,
        "servers that call a message long",
        "data 501 5.7.1 Message is too long",
        (
            (
                '"message too long"|"mail too long"|"email too long"|"nachricht zu lang"|"message trop long"|'
                '"mensaje demasiado largo"|"messaggio troppo lungo"|"mensagem muito longa"|"письмо слишком длинное"|'
                '"сообщение слишком длинное"|"邮件过长"|"郵件過長"|"メールが長すぎ" !"line" !"header"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE,
    ),
    RefusalRule(
        Code.SENDER_REJECTED,
        "sendmail 553 5.5.4 Domain name required for sender address; Postfix: need fully-qualified address",
        "mail 501 5.5.2 Domain name required",
        (
            (
                '"domain name required"|"domain required"|"need fully qualified"|"needs fully qualified"|'
                '"fully qualified address" !EHLO !RECIPIENT !CLIENT !"hostname"'
            ),
        ),
        Strength.EXPLICIT,
        MAIL,
        ("5",),
    ),
    RefusalRule(
        Code.RECIPIENT_REJECTED,
        "qmail, Coremail and others: the recipient is unknown, in nine languages",
        "rcpt 550 can't accept user... (#5.7.1)",
        (
            (
                '"can not accept user"|"no one here by that name"|"nobody here by that name"|"no one by that name"|'
                '"no person by that name"|"nobody here with that name"|'
                '"no user here by that name"|"no mailbox by that name"|'
                '"no mailbox here by that name"|"niemand" "bekannt"|"here by that name"|"accept user"|"by that name"'
            ),
            (
                '"personne"|"aucun utilisateur"|"nadie"|"ningun usuario"|'
                '"nessuno"|"nessun utente"|"ninguem"|"nenhum usuario" '
                '"connu"|"de ce nom"|"a ce nom"|"a cette adresse"|'
                '"con ese nombre"|"con este nombre"|"en esta direccion"|'
                '"con questo nome"|"a questo indirizzo"|"com esse nome"|"com este nome"|"neste endereco"'
            ),
            '"никто"|"никого" "по этому адресу"|"с таким именем"|"не известен"',
            '"查无此人"|"查無此人"|"没有此人"|"该人不存在"|"その名前の"|"該当する方"|"該当者"',
        ),
        Strength.STRONG,
        RCPT,
        ("5",),
        span=70,
    ),
    RefusalRule(
        Code.SENDER_NOT_VERIFIED,
        "Resend, Mailgun, MailerSend: the sender's domain is none of the account's",
        "data 550 5.7.1 Sending from domain example.com is not allowed",
        (
            (
                '"sending from domain"|"send from domain"|'
                '"sending from this domain"|"send from this domain" NEG|DENIED '
                '!"key" !CLIENT !SPF !DKIM'
            ),
            (
                'DOMAIN "not verified"|"unverified"|"not registered"|"not authorized for this account"|'
                '"not authorised for this account"|'
                '"not authorized for your account"|"nicht verifiziert"|"non verifie"|'
                '"no verificado"|"non verificato"|"nao verificado"|'
                '"не подтвержден*"|"未验证"|"未驗證"|"未認証" !RECIPIENT '
                "!CLIENT !SPF !DKIM"
            ),
            '"invalid sender user name or domain"|"emailsenderusernotfound"',
        ),
        Strength.EXPLICIT,
        DATA,
        span=70,
    ),
)
