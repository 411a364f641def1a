"""What is wrong with the connection, the commands or the moment. Data."""

from __future__ import annotations

from mailproof.smtp.refusals.rule import AUTH, EHLO, ENVELOPE, GREETING, STARTTLS, RefusalRule, Strength
from mailproof.smtp.vocabulary import Code

_ANY = ENVELOPE | GREETING | EHLO

RULES: tuple[RefusalRule, ...] = (
    RefusalRule(
        Code.TLS_CLIENT_CERT_REQUIRED,
        "Postfix smtpd_tls_req_ccert: 421 4.7.1 No client certificate presented, Client certificate not trusted",
        "ehlo 421 4.7.1 mx.example.com Error: No client certificate presented",
        (
            (
                '"client certificate"|"tls certificate"|"clientzertifikat"|"certificat client"|"certificado '
                'de cliente"|"客户端证书"|"クライアント証明書" NEG|REQUIRED|WRONG|DENIED|"trusted"'
            ),
            (
                'CERTIFICATE NEG|REQUIRED|ONLY|DENIED|UNKNOWN|"present*"|"trust*"|"untrusted"|"vorgelegt"|'
                '"attendibile"|"presentant*" !KEY !DKIM !"gatewaying" !"rcpthosts"'
            ),
        ),
        Strength.EXPLICIT,
        ENVELOPE | GREETING | EHLO,
    ),
    RefusalRule(
        Code.TLS_VERSION_TOO_OLD,
        "Exchange Online 421 4.7.66 TLS 1.0 and 1.1 are not supported",
        "ehlo 421 4.7.66 TLS 1.0 and 1.1 are not supported.",
        ('"tls 1 0"|"tls 1 1"|"tls version"|"sslv3"|"old tls" NEG|DENIED|"upgrade"',),
        Strength.EXPLICIT,
        secure=True,
    ),
    RefusalRule(
        Code.TLS_REQUIRED,
        "RFC 3207 section 4: 530 5.7.0 Must issue a STARTTLS command first; Outlook 451 5.7.3; Courier 400; Gmail 421",
        "mail 451 5.7.3 STARTTLS is required to send mail",
        (
            'TLS REQUIRED|"only"|"before"|"first"|"forced"|"enforced" !"certificate" !"error" !"failed"',
            "TLS ONLY|USE !CERTIFICATE",
            'TLS NEG|DENIED !"mismatch" !"available" !"certificate" !"failed" !"sessions"',
        ),
        Strength.EXPLICIT,
        ENVELOPE | EHLO,
        secure=False,
        span=70,
    ),
    RefusalRule(
        Code.GREYLISTED,
        "RFC 6647; postgrey, SPFBL, milter-greylist",
        "rcpt 450 4.2.0 <b@x.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/",
        (
            'GREYLIST|"gri"',
            '"first seen"|"first time"|"first attempt" NOW',
            "FIRST_TIME NOW|SOON !LOGIN",
            (
                '"in" NOW "seconds"|"minutes"|"minute"|"secs"|"mins" !TOO_MANY !FREQUENT !LIMIT !LOGIN '
                '!SERVER_TROUBLE !"spam" !BLOCKED'
            ),
            (
                'NOW "minuten"|"sekunden"|"secondes"|"minutos"|"segundos"|"minuti"|"secondi"|"минут*"|"секунд*"|"分钟"|'
                '"分鐘"|"分後"|"秒" !TOO_MANY !FREQUENT !LIMIT !LOGIN !SERVER_TROUBLE !SPAM !BLOCKED !EXCEEDED'
            ),
            '"try again in" "seconds"|"minutes"|"sec"|"min" !TOO_MANY !MESSAGE !FREQUENT',
        ),
        Strength.EXPLICIT,
        ENVELOPE | GREETING,
        ("4",),
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "RFC 5321 section 4.2.4: commands out of order, unknown or malformed; in words",
        "data 503 Valid RCPT command must precede DATA",
        (
            (
                '"bad sequence"|"mauvaise sequence"|"out of sequence"|"out of order"|"must precede"|"not yet '
                'given"|"rcpt first"|"mail first"|"ehlo first"|"helo first"|"need rcpt"|"need mail"|"no mail '
                'from"|"nested mail"|"sequence of commands"|"wrong sequence"|"command sequence"|"polite '
                'people"|"no identity changes"|"need rcpt command"|"sender already"|"first ehlo helo"|"bad '
                'command"|"duplicate helo"|"already specified"|"expecting mail arg"|"hostname not yet"|'
                '"synchronization error"|"improper use of"|"pipelin*"'
            ),
            (
                '"syntax"|"syntaxe"|"syntaxfehler"|"syntaxis"|"sintaxis"|"sintassi"|"sintaxe"|"синтакс*"|"语法"|'
                '"語法"|"構文" '
            ),
            (
                'COMMAND UNKNOWN|NEG|"invalid"|"illegal"|"wrong"|"incorrect"|"bad"|"malformed"|"unimplemented"|'
                '"not implemented"|"recogni*"|"reconnue"|"reconocid*"|"order"|"disabled"|"unexpected"|"out of"|'
                '"unrecogni*"|"sequence"|"未实现"|"顺序"|"次序"|"последовательност*"|"sequenc*"|"secuencia"|'
                '"reihenfolge"|"不正"|"順序" !LOGIN'
            ),
            (
                '"first"|"primero"|"primeiro"|"先发送"|"先送"|"先执行"|"avant"|"requis avant"|"zuerst"|'
                '"prima"|"сначала"|"先に"|"先傳送"|"先執行"|"before"|"vor" "ehlo"|"helo"|"mail from"|"rcpt '
                'to"|"rcpt"|"mail command"|"starttls" !LOGIN'
            ),
            (
                '"too many unknown commands"|"too many errors"|"too many unrecognized"|"too many syntax"|'
                '"too many bad commands"|"未知命令过多"|"too many protocol"|"too many invalid commands"|"too '
                'many non mail"|"too many junk"'
            ),
            '"base64"|"optional argument"|"invalid parameter*"|"parameter" !"attachment"',
            '"invalid setting"|"参数不能为空"|"无效的 mail"|"无效的 rcpt"|"無効な mail"|"無効な rcpt"',
            '"line too long"|"ligne trop longue"|"linea demasiado larga"|"zeile zu lang"',
        ),
        Strength.STRONG,
        _ANY | STARTTLS,
        ("500", "501", "502", "503", "504", "554", "555", "421", "454"),
        span=60,
    ),
    RefusalRule(
        Code.GREYLISTED,
        "RFC 6647: a first delivery is deferred, told in two sentences",
        "rcpt 450 4.2.0 First contact from this triplet; deferred for 300 s, resend it then",
        ("FIRST_TIME NOW|SOON !LOGIN",),
        Strength.EXPLICIT,
        ENVELOPE,
        ("4",),
        anywhere=True,
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "RFC 5321 section 4.2.4: 501, the syntax, in words, to AUTH",
        "auth 501 Syntax error in parameters",
        ('"syntax"|"syntaxe"|"syntaxfehler"|"sintaxis"|"sintassi"|"sintaxe"|"синтакс*"|"语法"|"語法"|"構文"',),
        Strength.STRONG,
        AUTH,
        ("500", "501"),
    ),
    RefusalRule(
        Code.PROTOCOL_ERROR,
        "RFC 4954 section 4: AUTH out of order; Gmail 503 5.7.0, 535 5.5.4; Aliyun 523",
        "auth 503 5.7.0 No identity changes permitted.",
        (
            (
                '"bad sequence"|"mauvaise sequence"|"sequence"|"out of order"|"no identity changes"|"already '
                'authenticated"|"already logged in"|"optional argument"|"base64"|"ehlo first"|"helo first"|'
                '"first ehlo"|"primeiro"|"nested"'
            ),
            '"先发送"|"先执行"|"最初に" EHLO',
        ),
        Strength.STRONG,
        AUTH,
        ("503", "523", "535", "554"),
    ),
    RefusalRule(
        Code.STARTTLS_REJECTED,
        "RFC 3207 section 4: 454 TLS not available; 501 and 5xx in practice",
        "starttls 454 4.7.0 TLS not available due to local problem",
        ("TLS NEG|OFF|DENIED|NOW|SERVER_TROUBLE|WRONG",),
        Strength.STRONG,
        STARTTLS,
    ),
    RefusalRule(
        Code.TEMPORARY_FAILURE,
        "RFC 5321 section 4.2.3: 451, 452: trouble of the server",
        "data 451 4.3.0 Error: queue file write error, system error",
        (
            "SERVER_TROUBLE",
            '"disk"|"diskspace"|"storage error"|"db eintrag"|"insufficient disk"',
        ),
        Strength.PLAIN,
        ENVELOPE | GREETING | EHLO,
        ("45", "43", "44", "40", "41", "46", "47", "48", "49"),
    ),
    RefusalRule(
        Code.SERVICE_UNAVAILABLE,
        "RFC 5321 section 3.8: 421, and the words say that the server has trouble",
        "mail 421 4.4.5 too busy",
        ('SERVER_TROUBLE !"timeout"',),
        Strength.PLAIN,
        replies=("421",),
        stages=ENVELOPE | GREETING | EHLO,
    ),
    RefusalRule(
        Code.SERVICE_UNAVAILABLE,
        "RFC 5321 section 3.8: 421; section 3.1: 554 No SMTP service here; RFC 7504: 521",
        "greeting 554 No SMTP service here",
        (
            (
                '"service unavailable"|"service not available"|"no smtp service"|"server not available"|"not '
                'accept mail"|"does not accept mail"|"closing transmission channel"|"service is unavailable"|'
                '"service temporarily unavailable"|"服务不可用"|"服務不可用"|"service indisponible"|'
                '"servicio no disponible"|"servizio non disponibile"|"servico indisponivel"|"dienst nicht '
                'verfügbar"|"сервис недоступен"|"служба недоступна"|"利用できません"|"サービス"'
            ),
        ),
        Strength.PLAIN,
        GREETING | EHLO,
    ),
    RefusalRule(
        Code.TEMPORARY_FAILURE,
        "RFC 5321 section 4.2.1: 4xx, and the words say that a fault is temporary",
        "rcpt 451 Temporary problem",
        (
            (
                'NOW WRONG|SERVER_TROUBLE|"fehler"|"problem*"|"trouble"|"failed"|"エラー"|"障害"|"故障"|'
                '"错误"|"錯誤"|"сбой"'
            ),
        ),
        Strength.WEAK,
        ENVELOPE | GREETING | EHLO,
        ("45",),
    ),
    RefusalRule(
        Code.TEMPORARY_FAILURE,
        "RFC 5321 section 4.2.1: 4xx, and the words say that it may pass",
        "rcpt 451 Please try again later",
        ("NOW",),
        Strength.WEAK,
        ENVELOPE | GREETING | EHLO,
        ("45",),
        recognised=False,  # it says when, not why
    ),
    RefusalRule(
        Code.SERVICE_UNAVAILABLE,
        "RFC 5321 section 3.8: 421 may answer any command, without words",
        "mail 421 x",
        strength=Strength.REPLY,
        replies=("421",),
        recognised=False,
    ),
    RefusalRule(
        Code.TLS_REQUIRED,
        "RFC 3207 section 4: 530, and the words speak of encryption",
        "mail 530 Unencrypted sessions are refused",
        ("TLS !CERTIFICATE",),
        Strength.STRONG,
        ENVELOPE | EHLO,
        ("530",),
        secure=False,
    ),
    RefusalRule(
        Code.TLS_REQUIRED,
        "RFC 3207 section 4: 530 to anything but STARTTLS; before EHLO nothing else can be missing",
        "ehlo 530 no",
        strength=Strength.CODE,
        stages=EHLO,
        replies=("530",),
        secure=False,
    ),
    RefusalRule(
        Code.TLS_REQUIRED,
        "RFC 3207 section 4: 530 to anything but STARTTLS, without words",
        "mail 530 5.7.0 x",
        strength=Strength.CODE,
        stages=ENVELOPE,
        replies=("530",),
        enhanced=("5.7.0",),
        secure=False,
    ),
)
