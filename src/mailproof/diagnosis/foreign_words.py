"""What other programs say where mailproof has a code: exceptions, log lines and error names, as a table with sources.

Each row is a regular expression for what is printed, in any case of letters, and the codes that may be behind it. Exact
words stand before general ones. No expression has a repetition within a repetition, so that none takes long on a
hostile text. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from mailproof.diagnosis.foreign_row import ForeignWords
from mailproof.diagnosis.foreign_words_tls import TLS_WORDS
from mailproof.smtp.vocabulary import Code

MAX_MEANINGS = 5
"""Codes that are named for one text; more would help nobody."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code that may be behind another program's words.

    Attributes:
        reason: Why.
        words: The words that say so, as they stand in the text.
    """

    code: Code
    reason: str
    words: str


_NO_ANSWER = "nothing came back: a firewall drops the packets, or the server waits for TLS"
_NO_NAME = "the host's name has no address"
_NO_MECHANISM = "server and program have no way to log in in common"
_HIDDEN_AUTH = "the server's answer to EHLO named no login; most name it inside TLS only"

_LOGIN = (
    ForeignWords(
        r"AUTH extension not supported by server|server doesn't support AUTH"
        r"|SMTP server does not support authentication",
        (Code.AUTH_REQUIRES_TLS, Code.AUTH_NOT_OFFERED),
        _HIDDEN_AUTH,
        "Python smtplib; Go net/smtp smtp.go; MailKit Net/Smtp/SmtpClient.cs; marlam/msmtp#22",
    ),
    ForeignWords(
        r"No suitable authentication method|No compatible authentication mechanism|find an authenticator supported"
        r"|No supported authentication methods|No authentication mechanisms supported by both"
        r"|authentication method[^\n]{0,80} (?:is )?not supported"
        r"|does not support (?:SMTP AUTH type|authentication method)"
        r"|cannot find a usable authentication method|not able to detect a supported|no mechanism available"
        r"|Unrecognized authentication type",
        (Code.AUTH_MECHANISM_UNSUPPORTED, Code.AUTH_REQUIRES_TLS, Code.AUTH_NOT_OFFERED),
        _NO_MECHANISM,
        "Python smtplib; lettre; Symfony Mailer; PHPMailer; Angus Mail; go-mail; msmtp; Postfix; zitadel/zitadel#5424",
    ),
    ForeignWords(
        r"cannot use a secure authentication method|smtp: unencrypted connection|\bunencrypted connection\b",
        (Code.AUTH_REQUIRES_TLS, Code.STARTTLS_NOT_OFFERED, Code.CLEARTEXT_CREDENTIALS),
        "the program does not send a password in clear text: use TLS",
        "msmtp src/smtp.c; Go net/smtp auth.go",
    ),
    ForeignWords(
        r"Missing credentials for|requested but missing (?:user name|secret phrase)|no password specified|\bENOAUTH\b"
        r"|needs a (?:user name|password)",
        (Code.AUTH_REQUIRED,),
        "a login was wanted, and user or password was empty",
        "nodemailer lib/errors.js; Ruby net/smtp authenticator.rb; Jakarta Mail; msmtp src/smtp.c",
    ),
    ForeignWords(
        r"requires a secure connection or the client was not authenticated",
        (Code.AUTH_REQUIRED, Code.AUTH_REJECTED, Code.TLS_REQUIRED, Code.AUTH_BASIC_DISABLED),
        "the server answered 530: it wants a login, or TLS before it",
        ".NET System.Net.Mail SmtpStatusCode.MustIssueStartTlsFirst",
    ),
    ForeignWords(
        r"\bEOAUTH2\b|invalid_grant|invalid_client|AADSTS\d{4,7}",
        (Code.AUTH_TOKEN_FAILED, Code.AUTH_REJECTED),
        "the OAuth 2.0 token endpoint gave no token",
        "nodemailer lib/errors.js; RFC 6749 section 5.2; Microsoft Entra",
    ),
    ForeignWords(
        r"SmtpClientAuthentication is disabled|Basic authentication is (?:disabled|not supported)",
        (Code.AUTH_BASIC_DISABLED,),
        "passwords are switched off for the mailbox or the organisation",
        "Microsoft Exchange Online; simonrob/email-oauth2-proxy#193",
    ),
    ForeignWords(
        r"application-specific password|app(?:lication)? password (?:is )?required|InvalidSecondFactor",
        (Code.AUTH_APP_PASSWORD_REQUIRED,),
        "the account's own password is not for programs",
        "Gmail: 534 5.7.9",
    ),
    ForeignWords(
        r"Could not authenticate|SASL authentication failed|Failed to authenticate on SMTP server|authenticator failed"
        r"|authentication failed \(method|\bInvalid login\b|\bEAUTH\b|Login denied|AuthenticationFailedException"
        r"|SMTPAuthenticationError|AuthenticationException|BadCredentials|Username and Password not accepted",
        (Code.AUTH_REJECTED, Code.AUTH_APP_PASSWORD_REQUIRED, Code.AUTH_BASIC_DISABLED),
        "the login was refused; what the server answered says more than the program does",
        "PHPMailer; Postfix; Symfony Mailer; Exim; msmtp; nodemailer; curl; Jakarta Mail; Python; Ruby; MailKit",
    ),
)

_NETWORK = (
    ForeignWords(
        r"getaddrinfo ENOTFOUND|Name or service not known|nodename nor servname|no such host|No such host is known"
        r"|UnknownHostException|Could not resolve host|failed to lookup address information|\bEDNS\b"
        r"|No address associated with hostname|host not found \(authoritative\)|getaddrinfo failed"
        r"|getaddrinfo: nodename|getaddrinfo for [^\n]{1,200} failed",
        (Code.DNS_NOT_FOUND, Code.INVALID_HOST, Code.DNS_TEMPORARY),
        _NO_NAME,
        "getaddrinfo of the C library; Node.js; Go net; Windows 11001; OpenJDK; curl; Rust std; nodemailer; PHP; msmtp",
    ),
    ForeignWords(
        r"EAI_AGAIN|Temporary failure in name resolution|server misbehaving|host not found \(nonauthoritative\)",
        (Code.DNS_TEMPORARY, Code.DNS_ERROR),
        "the name servers gave no answer",
        "getaddrinfo of the C library; Go net; Node.js",
    ),
    ForeignWords(
        r"Host or domain name not found\. Name service error",
        (Code.RECIPIENT_DOMAIN_NOT_FOUND, Code.DNS_NOT_FOUND, Code.DNS_TEMPORARY),
        "Postfix looked up the recipient's domain, or its relayhost, and found nothing",
        "Postfix src/smtp/smtp_addr.c",
    ),
    ForeignWords(
        r"ECONNREFUSED|Connection refused|actively refused|Errno 111\b|Errno 61\b|WinError 10061",
        (Code.CONNECTION_REFUSED, Code.OUTGOING_SMTP_BLOCKED),
        "nothing listens on that port of the host, or a firewall says so",
        "POSIX ECONNREFUSED; Windows Sockets 10061",
    ),
    ForeignWords(
        r"Permission denied \(13\)|forbidden by its access permissions|WinError 10013|connect: operation not permitted",
        (Code.OUTGOING_SMTP_BLOCKED,),
        "this machine itself forbids it: SELinux (httpd_can_network_connect), a firewall or a virus scanner",
        "PHPMailer wiki, Troubleshooting; Windows Sockets 10013",
    ),
    ForeignWords(
        r"ENETUNREACH|EHOSTUNREACH|Network is unreachable|No route to host|WinError 10051|WinError 10065",
        (Code.NETWORK_UNREACHABLE, Code.OUTGOING_SMTP_BLOCKED),
        "there is no way to that address: often IPv6 that this machine has not",
        "POSIX ENETUNREACH; node-red/node-red-nodes#1116",
    ),
    ForeignWords(
        r"deadline has elapsed",
        (Code.TIMEOUT, Code.AUTH_REJECTED, Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.OUTGOING_SMTP_BLOCKED),
        "the program's time ran out at a step that it does not name; Microsoft 365 is silent where it refuses a login",
        "tokio::time::error::Elapsed; windmill-labs/windmill#10620",
    ),
    ForeignWords(
        r"Net::OpenTimeout|dial tcp[^\n]{0,200} i/o timeout|connect(?:ion)? (?:attempt )?timed? ?out|connect ETIMEDOUT"
        r"|did not properly respond after a period of time|WinError 10060|\[Errno 110\]|SocketTimeoutException: connect"
        r"|Couldn't connect to host, port|SMTP timeout after initial connection",
        (Code.TIMEOUT, Code.OUTGOING_SMTP_BLOCKED, Code.CONNECTION_REFUSED),
        "no connection came about in time: a firewall drops the packets, here or there",
        "POSIX ETIMEDOUT; Ruby net/protocol; Go net; Windows Sockets 10060; OpenJDK; Jakarta Mail; Exim",
    ),
    ForeignWords(
        r"Net::ReadTimeout|Read timed out|\bETIMEDOUT\b|\bi/o timeout|timed[ -]out|execution expired|TimeoutError"
        r"|Timeout was reached|operation has timed out|context deadline exceeded",
        (Code.TIMEOUT, Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.OUTGOING_SMTP_BLOCKED),
        _NO_ANSWER,
        "Ruby net/protocol; OpenJDK; nodemailer lib/errors.js; Go context; Python; curl lib/strerror.c; .NET",
    ),
    ForeignWords(
        r"ECONNRESET|Connection reset|forcibly closed by the remote host|WinError 10054|\[Errno 104\]",
        (Code.CONNECTION_RESET, Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.CLIENT_IP_BLOCKED),
        "the connection was torn down: by the server, or by a firewall or virus scanner on the way",
        "POSIX ECONNRESET; Windows Sockets 10054",
    ),
    ForeignWords(
        r"Connection unexpectedly closed|Connection closed unexpectedly|has unexpectedly disconnected"
        r"|closed unexpectedly|Remote host closed connection|lost connection with|got an empty response"
        r"|please run connect\(\) first|sent an empty reply|Server returned nothing|Broken pipe|EPIPE"
        r"|terminated unexpectedly|Exception reading response|Called [^\n]{1,40} without being connected",
        (Code.CONNECTION_CLOSED, Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.EHLO_REJECTED),
        "the server hung up without an answer",
        "Python smtplib; nodemailer; MailKit; Symfony Mailer; Exim; Postfix; Swift Mailer; msmtp; curl; Angus Mail",
    ),
    ForeignWords(
        r"\beof\b|end of file reached|EOFError|EOFException|EOF caught",
        (Code.CONNECTION_CLOSED, Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.EHLO_REJECTED),
        "the server hung up: at a TLS port that was spoken to in clear, over a login, or over the EHLO name",
        "Go io.EOF: grafana/grafana#8422; Ruby EOFError: rails/rails#27298; multica-ai/multica#3679",
    ),
    ForeignWords(
        r"short response: |bad greeting|Invalid greeting|Weird server reply|Unexpected Response|sent an invalid reply"
        r"|\bEPROTOCOL\b|Malformed reply",
        (Code.NOT_SMTP, Code.PROTOCOL_ERROR, Code.SERVICE_UNAVAILABLE),
        "what answered did not speak SMTP as the program expects it",
        "Go net/textproto reader.go; Jakarta Mail; nodemailer lib/errors.js; curl lib/strerror.c; msmtp; lettre",
    ),
)

_MAIL = (
    ForeignWords(
        r"Helo command rejected|need fully-qualified hostname|invalid (?:HELO|EHLO)|Invalid HELO|SMTPHeloError",
        (Code.EHLO_REJECTED,),
        "the server does not accept the name that the program gives in EHLO",
        "Postfix reject_*_helo_hostname; nodemailer; Python smtplib",
    ),
    ForeignWords(
        r"SendAsDenied|not owned by user",
        (Code.SENDER_NOT_OWNED,),
        "the login may not send as this sender",
        "Microsoft Exchange; Postfix reject_sender_login_mismatch; mattermost/mattermost#8140",
    ),
    ForeignWords(
        r"Email address is not verified|verified Sender Identity|Sending from domain is not allowed"
        r"|Unconfigured Sending Domain",
        (Code.SENDER_NOT_VERIFIED,),
        "the provider sends only for senders that were verified with it",
        "Amazon SES; Twilio SendGrid; Mailtrap; SparkPost",
    ),
    ForeignWords(
        r"Relay access denied|relay not permitted|Unable to relay|relaying denied",
        (Code.RELAY_DENIED, Code.AUTH_REQUIRED),
        "the server passes on mail for those who log in, or whose address it knows",
        "Postfix; Exim; Exchange; sendmail",
    ),
    ForeignWords(
        r"require SMTPUTF8|SMTPUTF8 not supported|Server does not support SMTPUTF8|required SMTPUTF8 capability",
        (Code.SMTPUTF8_NOT_SUPPORTED,),
        "an address has characters beyond ASCII, and the server can't handle such",
        "Python smtplib; PHPMailer; RFC 6531",
    ),
    ForeignWords(
        r"From address failed|SMTPSenderRefused|SMTPSenderFailedException"
        r"|envelope from address[^\n]{0,300} not accepted|could not set sender|MAIL failed:",
        (Code.SENDER_REJECTED, Code.SENDER_NOT_OWNED, Code.SENDER_NOT_VERIFIED, Code.AUTH_REQUIRED),
        "the server refused the sender; its answer says why",
        "PHPMailer; Python smtplib; Angus Mail; msmtp src/smtp.c; ZITADEL; curl lib/smtp.c",
    ),
    ForeignWords(
        r"following recipients failed|SMTPRecipientsRefused|SMTPAddressFailedException|all recipients were rejected"
        r"|recipient address[^\n]{0,300} not accepted|could not set recipient|RCPT failed:",
        (Code.RECIPIENT_REJECTED, Code.RELAY_DENIED, Code.AUTH_REQUIRED, Code.CLIENT_IP_BLOCKED),
        "the server refused the recipient, or refused us at that command; its answer says which",
        "PHPMailer; Python smtplib; Angus Mail; nodemailer; msmtp src/smtp.c; ZITADEL; curl lib/smtp.c",
    ),
    ForeignWords(
        r"Message size larger than allowed|message[^\n]{0,20} (?:size )?exceeds[^\n]{0,30} limit",
        (Code.MESSAGE_TOO_LARGE,),
        "the message is larger than the server takes",
        "nodemailer lib/smtp-connection/index.js; RFC 1870",
    ),
    ForeignWords(
        r"data not accepted|SMTPDataError|Message failed|server did not accept the mail|DATA failed:|\bEMESSAGE\b",
        (Code.MESSAGE_REJECTED, Code.CONTENT_REJECTED, Code.SENDER_NOT_OWNED, Code.SENDING_LIMIT_REACHED),
        "the server refused the message; its answer says why",
        "PHPMailer; Python smtplib; nodemailer lib/errors.js; msmtp src/smtp.c; curl lib/smtp.c",
    ),
)

_GENERAL = (
    ForeignWords(
        r"\bEENVELOPE\b",
        (Code.SENDER_REJECTED, Code.RECIPIENT_REJECTED, Code.RELAY_DENIED),
        "the server refused sender or recipient; its answer says why",
        "nodemailer lib/errors.js",
    ),
    ForeignWords(
        r"\bECONNECTION\b",
        (Code.CONNECTION_CLOSED, Code.CONNECTION_REFUSED, Code.SERVICE_UNAVAILABLE),
        "nodemailer lost the connection, or never had one",
        "nodemailer lib/errors.js",
    ),
    ForeignWords(
        r"\bESOCKET\b",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.CONNECTION_REFUSED, Code.TLS_UNTRUSTED),
        "an error of the network or of TLS, which the text before it names",
        "nodemailer lib/errors.js",
    ),
    ForeignWords(
        r"SMTP connect\(\) failed|could not be established with host|Could not connect to SMTP host"
        r"|could not contact with the SMTP server|Failed to connect to|Could not connect to server|Failure sending mail"
        r"|SMTPConnectError",
        (Code.CONNECTION_REFUSED, Code.TIMEOUT, Code.OUTGOING_SMTP_BLOCKED, Code.WRONG_TLS_MODE_USE_STARTTLS),
        "no connection came about, and the text does not say why",
        "PHPMailer; Symfony Mailer; Jakarta Mail; ZITADEL; curl; .NET System.Net.Mail; Python smtplib",
    ),
)

FOREIGN_WORDS: tuple[ForeignWords, ...] = TLS_WORDS + _LOGIN + _MAIL + _NETWORK + _GENERAL
"""All rows, exact words before general ones."""


def meanings(text: str) -> tuple[Meaning, ...]:
    """Return the codes that may be behind a text of another program, the likeliest first; none where none is known.

    Names that a program gives to many causes (ESOCKET) count only where the text has no words that are more exact.
    """
    found: dict[Code, Meaning] = {}
    for row, pattern in zip(FOREIGN_WORDS, _patterns(), strict=True):
        if found and row in _GENERAL:
            break
        match = pattern.search(text)
        if match is not None:
            for code in row.codes:
                found.setdefault(code, Meaning(code, row.reason, match[0].strip()))
    return tuple(found.values())[:MAX_MEANINGS]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row.pattern, re.IGNORECASE) for row in FOREIGN_WORDS)
