"""How a login has to be made, that it is missing, and what the codes alone say of it. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import AUTH, ENVELOPE, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code, Stage

_ENVELOPE_AND_EHLO = ENVELOPE | {Stage.EHLO}

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 section 6: 504 5.5.4, 534; Cyrus SASL: no mechanism available; Exchange 504 5.7.4",
        "auth 535 5.7.8 Error: authentication failed: no mechanism available",
        (
            (
                '"mechanism*"|"auth type"|"authentication type"|"authentication method*"|"auth method*"|'
                '"authentication scheme*"|"auth mode"|"authtype"|'
                '"authentication types"|"login method"|"sasl method"|"auth mech*"|"authentication mode" NEG|'
                'WRONG|DENIED|UNKNOWN|"unsupported"|"unimplemented"|"weak"|"unable"|"not implemented"|'
                '"disabled" !"succeeded"'
            ),
            (
                '"mechanismus"|"mecanisme"|"mecanismo"|"meccanismo"|"механизм*"|"anmeldeverfahren"|'
                '"authentifizierungsmethode"|"authentifizierungsverfahren"|"methode d authentification"|'
                '"metodo de autenticac*"|"metodo di autenticazione"|"tipo de autenticac*"|"tipo di '
                'autenticazione"|"тип* аутентификации"|"метод* аутентификации"|"type d authentification"|'
                '"authentifizierungstyp"'
                ' NEG|WRONG|DENIED|UNKNOWN|"unsupported"'
            ),
            (
                '"验证类型"|"认证类型"|"认证方式"|"认证机制"|"驗證類型"|"验证方式"|"驗證機制"|"身份验证机制"|'
                '"验证机制"|"登录方式"|"认证方法"|"驗證方式"|"认证模式"'
            ),
            '"認証方式"|"認証タイプ"|"認証メカニズム"|"認証の種類"|"認証機構"|"認証方法"',
            (
                '"unrecognized authentication"|"unsupported authentication"|"unrecognised authentication"|'
                '"unsupported auth"|"no worthy mechs"|"no worthy"'
            ),
        ),
        Strength.STRONG,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS,
        "RFC 4954 section 6: 538; RFC 3207 section 4: 530; Exim, Dovecot: plaintext authentication disallowed",
        "auth 530 5.7.7 Email sending without SSL/TLS encryption is not allowed.",
        (
            'TLS REQUIRED|NEG|DENIED|ONLY|"before"|"first"|"非" !CERTIFICATE',
            '"plaintext"|"plain text"|"cleartext"|"clear text"|"klartext"|"明文"|"平文" DENIED|NEG|OFF',
        ),
        Strength.EXPLICIT,
        AUTH,
        secure=False,
    ),
    RefusalRule(
        Code.AUTH_TEMPORARY_FAILURE,
        "Exchange Online: federated STS service was unreachable; servers that can't reach what knows the passwords",
        "auth 535 5.7.139 Authentication unsuccessful, federated STS service was unreachable.",
        ("AUTH_SERVER DOWN|NOW|SERVER_TROUBLE", '"federated sts"'),
        Strength.EXPLICIT,
        AUTH,
        span=80,
    ),
    RefusalRule(
        Code.AUTH_NOT_ENABLED,
        "Exim 503 AUTH command used when not advertised; Postfix 503 authentication not enabled; "
        "qmail 503 auth not available",
        "auth 503 5.5.1 Error: authentication not enabled",
        (
            (
                '"auth"|"authentication"|"smtp auth"|"authentication command" "not enabled"|"not available"|'
                '"not advertised"|"not allowed"|"not supported"|"unavailable"|"not implemented"|"not '
                'offered"|"disabled"|"not permitted"|"unimplemented"|"not recognized" !USER !ACCOUNT !CLIENT '
                '!"failed" !"unsuccessful" !PASSWORD'
            ),
            (
                "COMMAND UNKNOWN|"
                'DENIED|NEG|"unimplemented"|"unrecogni*"|"recogni*"|"reconnue" !"order" !"sequence" !"syntax"'
            ),
            '"do not auth"|"no auth"|"does not auth"|"not do auth"',
            (
                '"authentifizierung"|"authentification"|"autenticacion"|"autenticacao"|"autenticazione"|'
                '"аутентификация"|"认证"|"验证"|"認証" OFF !USER !CLIENT !ACCOUNT !PASSWORD'
            ),
        ),
        Strength.STRONG,
        AUTH,
        ("500", "502", "503", "504", "535", "454", "550", "554"),
        span=60,
    ),
    RefusalRule(
        Code.AUTH_TEMPORARY_FAILURE,
        "RFC 4954 section 6: 454; Dovecot and Cyrus say 535 when their own service is down",
        "auth 535 5.7.8 Error: authentication failed: generic failure",
        (
            (
                '"connection lost"|"generic failure"|"child"|"temporary authentication"|"auth server"|'
                '"authentication server"|"internal authentication"|"authentication service"|"authentication '
                'backend"|"saslauthd"|"auth temporarily"'
            ),
            "SERVER_TROUBLE",
            "NOW LOGIN",
        ),
        Strength.PLAIN,
        AUTH,
        ("4", "535", "550", "554", "421"),
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "RFC 4954 section 6: 535, in words; Stalwart: OAuth token expired",
        "auth 535 5.7.8 Error: authentication failed",
        (
            "CREDENTIALS|LOGIN WRONG|DENIED",
            '"username"|"password"|"user"|"credentials" "incorrect"|"invalid"|"wrong"|"not found"|"unknown"|"bad"',
            "USER UNKNOWN|WRONG",
            '"login or password"',
            '"another step is needed"|"bad protocol"',
        ),
        Strength.PLAIN,
        AUTH,
        ("52", "53", "54", "55"),
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "servers that refuse a password with 501 or 500 and say so",
        "auth 501 5.7.0 Authentication failed",
        ("CREDENTIALS WRONG", '"authentication fail*"|"authentication unsuccessful"|"login fail*"|"auth failed"'),
        Strength.STRONG,
        AUTH,
        ("50",),
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "servers that refuse a password with 4xx and say so: the words are final",
        "auth 454 4.7.0 invalid username or password",
        (
            "CREDENTIALS WRONG !NOW !SERVER_TROUBLE !TOO_MANY !LIMIT !DOWN",
            '"passerr"|"password is wrong"|"wrong password"|"invalid password"|"incorrect password"',
        ),
        Strength.STRONG,
        AUTH,
        ("4",),
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "RFC 4954 section 4: 501, the client's answer is no base64",
        "auth 501 Invalid base64 data",
        ('"base64"|"base 64"',),
        Strength.STRONG,
        AUTH,
        ("500", "501"),
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "a server that ends the connection after unknown commands",
        "auth 421 Too many invalid commands. Bye!",
        ('"too many invalid commands"|"too many unknown commands"|"too many unrecognized commands"',),
        Strength.EXPLICIT,
        AUTH,
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "a wrong password that is told at a later command",
        "mail 535 5.7.8 Authentication failed",
        ("CREDENTIALS|LOGIN WRONG",),
        Strength.PLAIN,
        ENVELOPE,
        ("535",),
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "RFC 4954 section 6: 530; Exchange 530 5.7.57; 503, 550, 553 and 554 in words",
        "mail 503 This mail server requires authentication",
        (
            (
                'LOGIN REQUIRED|"before send*"|"first" !ACCOUNT !LIMIT !BLOCKED !"connection" !SPF !DKIM '
                '!"domain" !"code" !"failed" !"results"'
            ),
            'LOGIN RELAY ONLY|"sans"|"sin"|"senza"|"sem"|"ohne" !BLOCKED',
            'LOGIN ENABLE|"forgot"|"ohne"|"行われて"|"without" !ACCOUNT !BLOCKED !SPF !DKIM !OFF',
            (
                '"smtp auth*"|"smtp 認証"|"smtp authentifizierung"|"autenticacion smtp"|"autenticazione smtp"|'
                '"autenticacao smtp"|"smtp авториза*"|"smtp аутентифик*"|"authentification smtp"|'
                '"smtp 验证"|"smtp 驗證" '
                "ENABLE|REQUIRED|USE !OFF"
            ),
            '"requires authentication"|"requiert une authentification"|"requiere autenticacion"',
            '"n etes pas identifie"|"pas identifie"|"non identifie"|"no se ha identificado"|"not identified"',
            (
                '"not authenticated"|"not logged in"|"unauthenticated"|"no authentication"|"without '
                'authentication"|"not login"|"without login"|"not log in"'
                ' !SPF !DKIM !"authorized to perform" !"ip"'
            ),
            (
                '"client host rejected access denied"|"auth first"|"login first"|"need auth"|"authenticate '
                'first"|"smtp auth"|"pop before smtp"|"auth command first"|"enable smtp auth*"|"turn on smtp '
                'auth*"'
            ),
            (
                '"nicht angemeldet"|"nicht authentifiziert"|"nicht eingeloggt"|"non authentifie"|"pas '
                'authentifie"|"non identifie"|"no autenticado"|"no esta autenticado"|"no autenticada"|"sin '
                'autenticacion"|"sin autenticar"|'
                '"non autenticato"|"senza autenticazione"|"nao autenticado"|"sem autenticacao"|"nao esta '
                'autenticado"|"не авторизован*"|"не аутентифициров*"|"без авторизации"|"未登录"|"未认证"|'
                '"未登入"|"未驗證"|"未通过身份"|"未验证身份"|"未身份验证"|"没有登录"|"認証されていま"|'
                '"未認証"|"未經驗證"'
            ),
        ),
        Strength.STRONG,
        _ENVELOPE_AND_EHLO,
        ("5", "4"),
        logged_in=False,
        span=70,
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Postfix submission: permit_sasl_authenticated, reject; 554 5.7.1, that blames the recipient or the client",
        "rcpt 554 5.7.1 <b@x.example>: Recipient address rejected: Access denied",
        ('"recipient address rejected access denied"',),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
        anonymous=True,
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Postfix submission: permit_sasl_authenticated, reject, in smtpd_client_restrictions",
        "rcpt 554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
        ('"client host rejected access denied"',),
        Strength.EXPLICIT,
        ENVELOPE,
        ("5",),
        logged_in=False,
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "RFC 4954 section 6: 530, and the words speak of a login",
        "mail 530 No login, no mail",
        ('LOGIN|"anonym*" !TLS !WRONG !CERTIFICATE',),
        Strength.PLAIN,
        _ENVELOPE_AND_EHLO,
        ("530",),
        logged_in=False,
    ),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS,
        "RFC 4954 section 6, RFC 3207 section 4: 530, 538, and the words speak of encryption",
        "auth 530 Password over an unencrypted line",
        ("TLS",),
        Strength.EXPLICIT,
        AUTH,
        ("530", "538", "523"),
        secure=False,
    ),
    # What the enhanced code or the code alone says.
    RefusalRule(
        Code.AUTH_BASIC_DISABLED,
        "Microsoft: 5.7.139 SmtpClientAuthentication off, 5.7.30 basic authentication retired",
        "auth 535 5.7.139 Authentication unsuccessful",
        strength=Strength.STRONG,
        enhanced=("5.7.139", "5.7.30"),
    ),
    RefusalRule(
        Code.AUTH_WEB_LOGIN_REQUIRED,
        "Gmail 534 5.7.14",
        "auth 534 5.7.14 continue at",
        strength=Strength.HINT,
        stages=AUTH,
        replies=("53",),
        enhanced=("5.7.14",),
    ),
    RefusalRule(
        Code.AUTH_PASSWORD_EXPIRED,
        "RFC 5248: 5.7.12 a password transition is needed",
        "auth 534 5.7.12 x",
        strength=Strength.HINT,
        stages=AUTH,
        enhanced=(".7.12",),
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "Exchange 530 5.7.57 Client was not authenticated",
        "mail 530 5.7.57 SMTP",
        strength=Strength.HINT,
        stages=ENVELOPE,
        enhanced=(".7.57",),
        logged_in=False,
    ),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS,
        "RFC 4954 section 6: 538; RFC 5248: 523 5.7.10",
        "auth 538 no",
        strength=Strength.HINT,
        stages=AUTH,
        replies=("538", "523"),
        secure=False,
    ),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS,
        "RFC 3207 section 4: 530 to anything but STARTTLS",
        "auth 530 5.7.0 no",
        strength=Strength.REPLY,
        stages=AUTH,
        replies=("530",),
        secure=False,
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 sections 4 and 6: 504 5.5.4",
        "auth 504 5.5.4 no",
        strength=Strength.HINT,
        stages=AUTH,
        replies=("504",),
        enhanced=("5.5.4",),
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 section 4: 504, whose words say something else, or nothing",
        "auth 504 no",
        strength=Strength.REPLY,
        stages=AUTH,
        replies=("504",),
        recognised=False,
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 section 6: 534",
        "auth 534 no",
        strength=Strength.REPLY,
        stages=AUTH,
        replies=("534",),
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 section 4: 501, the initial response can't be decoded; another mechanism may do",
        "auth 501 no",
        strength=Strength.REPLY,
        stages=AUTH,
        replies=("501",),
        recognised=False,
    ),
    RefusalRule(
        Code.AUTH_REQUIRES_TLS,
        "RFC 5248: X.7.10 encryption needed, X.7.11 encryption required for the mechanism",
        "auth 503 5.7.10 no",
        strength=Strength.HINT,
        stages=AUTH,
        enhanced=(".7.10", ".7.11"),
        secure=False,
    ),
    RefusalRule(
        Code.AUTH_MECHANISM_UNSUPPORTED,
        "RFC 4954 section 6: 500 5.5.6 exchange line too long",
        "auth 500 5.5.6 exchange line too long",
        strength=Strength.EXPLICIT,
        stages=AUTH,
        replies=("500",),
        enhanced=("5.5.6",),
        recognised=False,
    ),
    RefusalRule(
        Code.AUTH_NOT_ENABLED,
        "500, 502 and 503 of servers without AUTH",
        "auth 502 no",
        strength=Strength.REPLY,
        stages=AUTH,
        replies=("50",),
        recognised=False,
    ),
    RefusalRule(
        Code.AUTH_REJECTED,
        "RFC 4954 section 6: 535 5.7.8; RFC 5248",
        "auth 535 5.7.8 no",
        strength=Strength.HINT,
        stages=AUTH,
        enhanced=("5.7.8",),
    ),
    RefusalRule(
        Code.AUTH_REQUIRED,
        "RFC 4954 section 6: 530",
        "mail 530 no",
        strength=Strength.REPLY,
        stages=_ENVELOPE_AND_EHLO,
        replies=("530",),
        logged_in=False,
    ),
)
