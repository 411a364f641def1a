"""What other programs say of TLS and certificates. Only data, for `diagnosis.foreign_words`. Pure."""

from __future__ import annotations

from mailproof.diagnosis.foreign_row import ForeignWords
from mailproof.smtp.vocabulary import Code

_BEGINS_IN_CLEAR = "the program began with TLS, and the port begins in clear text (STARTTLS)"
_NO_AUTHORITY = "no authority that is trusted there vouches for the certificate"
_OTHER_NAME = "the certificate is for other names than the host"
_EXPIRED = "the certificate is past its last day"
_NO_STARTTLS = "the program wants STARTTLS, and the server does not offer it on this port"

TLS_WORDS = (
    ForeignWords(
        r"wrong[ _]version[ _]number|SERVER_HELLO:unknown protocol",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.WRONG_TLS_MODE_USE_NONE, Code.NOT_SMTP),
        _BEGINS_IN_CLEAR,
        "OpenSSL ssl/ssl_err.c, thus Python ssl, Ruby, PHP, Node.js; n8n-io/n8n#3297, louislam/uptime-kuma#1277",
    ),
    ForeignWords(
        r"first record does not look like a TLS handshake",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.WRONG_TLS_MODE_USE_NONE, Code.NOT_SMTP),
        _BEGINS_IN_CLEAR,
        "Go crypto/tls conn.go",
    ),
    ForeignWords(
        r"corrupt message of type InvalidContentType|invalid message: InvalidContentType",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.WRONG_TLS_MODE_USE_NONE, Code.NOT_SMTP),
        _BEGINS_IN_CLEAR,
        "rustls src/error; windmill-labs/windmill#2245",
    ),
    ForeignWords(
        r"Unsupported or unrecognized SSL message|Unrecognized SSL message, plaintext connection",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.WRONG_TLS_MODE_USE_NONE, Code.NOT_SMTP),
        _BEGINS_IN_CLEAR,
        "OpenJDK sun.security.ssl.SSLSocketInputRecord",
    ),
    ForeignWords(
        r"handshake failed due to an unexpected packet format|Cannot determine the frame size",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.WRONG_TLS_MODE_USE_NONE, Code.NOT_SMTP),
        _BEGINS_IN_CLEAR,
        ".NET System.Net.Security SslStream",
    ),
    ForeignWords(
        r"unexpected TLS packet was received|packet with illegal or unsupported version",
        (Code.WRONG_TLS_MODE_USE_STARTTLS, Code.WRONG_TLS_MODE_USE_NONE),
        _BEGINS_IN_CLEAR,
        "GnuTLS lib/errors.c, thus msmtp and Exim",
    ),
    ForeignWords(
        r"wrappermode \((?:TCP )?port (?:smtps/)?465\)",
        (Code.WRONG_TLS_MODE_USE_IMPLICIT,),
        "port 465 speaks TLS from the first byte, and Postfix was not told so (smtp_tls_wrappermode)",
        "Postfix src/smtp/smtp_connect.c",
    ),
    ForeignWords(
        r"Greeting never received",
        (Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.TIMEOUT, Code.OUTGOING_SMTP_BLOCKED),
        "the connection stood and no greeting came: mostly a port that waits for TLS (465)",
        "nodemailer lib/smtp-connection/index.js",
    ),
    ForeignWords(
        r"Expected response code \"?220\"?,? but got an empty response|cannot get initial OK message from server",
        (Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.CONNECTION_CLOSED, Code.SERVICE_UNAVAILABLE),
        "the server sent no greeting in clear: mostly a port that waits for TLS (465)",
        "Symfony Mailer and Swift Mailer SmtpTransport; msmtp src/smtp.c",
    ),
    ForeignWords(
        r"(?:lost connection|timed out)[^\n]{0,200} while receiving the initial server greeting",
        (Code.WRONG_TLS_MODE_USE_IMPLICIT, Code.CONNECTION_CLOSED, Code.TIMEOUT, Code.CLIENT_IP_BLOCKED),
        "the connection stood and no greeting came: a port that waits for TLS, or the address is blocked",
        "Postfix src/smtp/smtp_trouble.c",
    ),
    ForeignWords(
        r"unable[ _]to[ _]get[ _](?:local[ _])?issuer[ _]cert",
        (Code.TLS_MISSING_INTERMEDIATE, Code.TLS_UNTRUSTED, Code.TRUST_STORE_EMPTY, Code.TLS_INTERCEPTED),
        "the chain lacks a link: the server sends no intermediate certificate, or its authority is not trusted there",
        "OpenSSL crypto/x509/x509_txt.c, error 20; Node.js UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    ),
    ForeignWords(
        r"unable[ _]to[ _]verify[ _](?:the[ _]first[ _]certificate|leaf[ _]signature)",
        (Code.TLS_MISSING_INTERMEDIATE, Code.TLS_UNTRUSTED),
        "the server sends its own certificate alone, without the intermediate one",
        "OpenSSL crypto/x509/x509_txt.c, error 21; Node.js UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ),
    ForeignWords(
        r"self[- _]signed[ _]cert(?:ificate)?[ _]in[ _](?:certificate[ _])?chain",
        (Code.TLS_UNTRUSTED, Code.TLS_INTERCEPTED),
        "the chain leads to an authority that is not trusted there: an organisation's own, or a virus scanner's",
        "OpenSSL crypto/x509/x509_txt.c, error 19; nodemailer/nodemailer#1040",
    ),
    ForeignWords(
        r"self[- _]signed[ _]cert|DEPTH_ZERO_SELF_SIGNED",
        (Code.TLS_SELF_SIGNED, Code.TLS_INTERCEPTED),
        "the server signed its certificate itself",
        "OpenSSL crypto/x509/x509_txt.c, error 18; nextcloud/server#1901",
    ),
    ForeignWords(
        r"certificate signed by unknown authority|UnknownIssuer|untrusted issuer",
        (Code.TLS_UNTRUSTED, Code.TLS_MISSING_INTERMEDIATE, Code.TRUST_STORE_EMPTY, Code.TLS_INTERCEPTED),
        _NO_AUTHORITY,
        "Go crypto/x509 verify.go; rustls src/error; Postfix src/tls/tls_client.c",
    ),
    ForeignWords(
        r"no roots provided|failed to load system roots|error setting certificate (?:verify locations|file)"
        r"|Problem with the SSL CA cert|trustAnchors parameter must be non-empty",
        (Code.TRUST_STORE_EMPTY,),
        "the program found no list of authorities where it runs",
        "Go crypto/x509; kubernetes-retired/heapster#1527; curl lib/strerror.c; OpenJDK PKIXParameters",
    ),
    ForeignWords(
        r"PKIX path validation failed|CertificateExpiredException",
        (Code.TLS_CERT_EXPIRED, Code.TLS_UNTRUSTED),
        "the chain was built, and a certificate of it is not valid: mostly past its last day",
        "OpenJDK sun.security.validator.PKIXValidator",
    ),
    ForeignWords(
        r"PKIX path building failed|unable to find valid certification path",
        (Code.TLS_UNTRUSTED, Code.TLS_MISSING_INTERMEDIATE, Code.TLS_SELF_SIGNED, Code.TLS_INTERCEPTED),
        _NO_AUTHORITY,
        "OpenJDK sun.security.validator.PKIXValidator",
    ),
    ForeignWords(
        r"certificate is valid for [^\n]{1,300}, not |certificate is not valid for any names",
        (Code.TLS_HOSTNAME_MISMATCH, Code.SMTP_REDIRECTED),
        _OTHER_NAME,
        "Go crypto/x509 verify.go; grafana/grafana#7189",
    ),
    ForeignWords(
        r"cannot validate certificate for [^\n]{1,80} because it doesn't contain any IP SANs"
        r"|certificate relies on legacy Common Name",
        (Code.TLS_HOSTNAME_MISMATCH,),
        "the certificate has no subjectAltName for the host",
        "Go crypto/x509 verify.go",
    ),
    ForeignWords(
        r"Peer certificate CN=[^\n]{1,200} did not match expected CN",
        (Code.SMTP_REDIRECTED, Code.TLS_HOSTNAME_MISMATCH),
        "another server answers: a hosting's redirect of SMTP, or the host's name is not on the certificate",
        "PHP ext/openssl/xp_ssl.c; PHPMailer/PHPMailer#985",
    ),
    ForeignWords(
        r"hostname mismatch|does not match certificate's altnames|ERR_TLS_CERT_ALTNAME_INVALID"
        r"|No subject alternative (?:DNS )?names? |no alternative certificate subject name matches"
        r"|RemoteCertificateNameMismatch|NotValidForName|certificate not valid for name"
        r"|does not match the server certificate|certificate owner does not match hostname",
        (Code.TLS_HOSTNAME_MISMATCH, Code.SMTP_REDIRECTED, Code.TLS_INTERCEPTED),
        _OTHER_NAME,
        "OpenSSL error 62; Node.js lib/tls.js; OpenJDK HostnameChecker; curl lib/vtls/openssl.c; .NET; rustls; Ruby",
    ),
    ForeignWords(
        r"certificate has expired or is not yet valid",
        (Code.TLS_CERT_EXPIRED, Code.TLS_CERT_NOT_YET_VALID),
        "the certificate's days do not fit the clock of the machine",
        "Go crypto/x509 verify.go",
    ),
    ForeignWords(
        r"certificate[ _]has[ _]expired|CERT_HAS_EXPIRED|peer certificate: Expired|certificate expired",
        (Code.TLS_CERT_EXPIRED,),
        _EXPIRED,
        "OpenSSL crypto/x509/x509_txt.c, error 10; rustls src/error",
    ),
    ForeignWords(
        r"certificate is not yet valid|CERT_NOT_YET_VALID|peer certificate: NotValidYet|certificate not valid yet",
        (Code.TLS_CERT_NOT_YET_VALID,),
        "the certificate's first day is still to come by the clock of that machine",
        "OpenSSL crypto/x509/x509_txt.c, error 9; rustls src/error",
    ),
    ForeignWords(
        r"(?:ee|ca) key too small|ca md too weak",
        (Code.TLS_CERT_WEAK,),
        "a key of the chain is too short, or a signature is made with a broken hash",
        "OpenSSL crypto/x509/x509_txt.c, errors 66 to 68",
    ),
    ForeignWords(
        r"unsuitable certificate purpose|incompatible key usage",
        (Code.TLS_CERT_WRONG_PURPOSE,),
        "the certificate is not for servers",
        "OpenSSL crypto/x509/x509_txt.c, error 26; Go crypto/x509 verify.go",
    ),
    ForeignWords(
        r"RemoteCertificateChainErrors|PartialChain|UntrustedRoot",
        (Code.TLS_UNTRUSTED, Code.TLS_MISSING_INTERMEDIATE, Code.TLS_SELF_SIGNED, Code.TLS_INTERCEPTED),
        _NO_AUTHORITY,
        ".NET System.Net.Security.SslPolicyErrors, X509ChainStatusFlags",
    ),
    ForeignWords(
        r"remote certificate (?:is invalid|was rejected)|invalid peer certificate|certificate[ _]verify[ _]failed"
        r"|peer certificate or SSH remote key was not OK|TLS certificate verification failed"
        r"|Server certificate not (?:verified|trusted)",
        (Code.TLS_UNTRUSTED, Code.TLS_HOSTNAME_MISMATCH, Code.TLS_SELF_SIGNED, Code.TLS_CERT_EXPIRED),
        "the certificate could not be verified, and the text does not say why",
        ".NET SslStream; rustls src/error; OpenSSL; curl lib/strerror.c; msmtp src/mtls-gnutls.c; Postfix smtp_proto.c",
    ),
    ForeignWords(
        r"alert certificate required|bad certificate[^\n]{0,40}SSL alert number 42|No client certificate",
        (Code.TLS_CLIENT_CERT_REQUIRED,),
        "the server demands a certificate of the client",
        "OpenSSL ssl/ssl_err.c; RFC 8446 section 6.2",
    ),
    ForeignWords(
        r"unrecognized[ _]name",
        (Code.TLS_UNRECOGNIZED_NAME, Code.TLS_HOSTNAME_MISMATCH),
        "the server has no certificate for the name that was asked for",
        "RFC 6066 section 3, by the TLS libraries",
    ),
    ForeignWords(
        r"unsupported[ _]protocol|alert protocol version|protocol_version|unsupported protocol version"
        r"|No appropriate protocol|no supported versions satisfy",
        (Code.TLS_VERSION_TOO_OLD, Code.WRONG_TLS_MODE_USE_STARTTLS),
        "server and program have no version of TLS in common: mostly a server with TLS 1.0 alone",
        "OpenSSL ssl/ssl_err.c; Go crypto/tls; OpenJDK sun.security.ssl.HandshakeContext",
    ),
    ForeignWords(
        r"no shared cipher|no ciphers? in common|dh key too small|no cipher suites? in common",
        (Code.TLS_HANDSHAKE_FAILED, Code.TLS_VERSION_TOO_OLD),
        "server and program have no way to encrypt in common",
        "OpenSSL ssl/ssl_err.c; OpenJDK",
    ),
    ForeignWords(
        r"unexpected[ _]eof[ _]while[ _]reading|SSL_ERROR_SYSCALL"
        r"|peer closed connection without sending TLS close_notify",
        (Code.CONNECTION_CLOSED, Code.WRONG_TLS_MODE_USE_STARTTLS, Code.TLS_HANDSHAKE_FAILED),
        "the server hung up within TLS: it speaks another TLS mode there, or something cuts TLS",
        "OpenSSL ssl/ssl_err.c; rustls",
    ),
    ForeignWords(
        r"(?:STARTTLS|TLS)[^\n]{0,40} (?:is )?(?:not supported|unsupported)|does not support (?:the )?STARTTLS"
        r"|STARTTLS is required but host|was not offered by host|Didn't find STARTTLS|Requested SSL level failed"
        r"|support TLS via the STARTTLS command",
        (Code.STARTTLS_NOT_OFFERED, Code.WRONG_TLS_MODE_USE_IMPLICIT),
        _NO_STARTTLS,
        "Python smtplib; lettre; Ruby net/smtp; MailKit; Angus Mail; Postfix; openssl s_client; curl; msmtp",
    ),
    ForeignWords(
        r"a TLS session is required|Unable to connect with (?:STARTTLS|TLS encryption)|Error initiating TLS"
        r"|Error upgrading connection with STARTTLS|STARTTLS denied|refused to start TLS|Cannot start TLS"
        r"|Could not convert socket to TLS|\bETLS\b",
        (Code.TLS_HANDSHAKE_FAILED, Code.STARTTLS_REJECTED, Code.TLS_UNTRUSTED, Code.TLS_HOSTNAME_MISMATCH),
        "STARTTLS did not end well: mostly the certificate was not accepted",
        "Exim transports/smtp.c; Symfony Mailer; Swift Mailer; nodemailer; curl lib/smtp.c; Postfix; Angus Mail",
    ),
    ForeignWords(
        r"handshake[ _]failure|TLS handshake failed|SSL connect error|SslHandshakeException"
        r"|establish an SSL or TLS connection|SSLHandshakeException",
        (Code.TLS_HANDSHAKE_FAILED, Code.WRONG_TLS_MODE_USE_STARTTLS, Code.TLS_UNTRUSTED, Code.TLS_VERSION_TOO_OLD),
        "the TLS handshake broke off, and the text does not say why",
        "OpenSSL ssl/ssl_err.c; msmtp; curl lib/strerror.c; MailKit; OpenJDK",
    ),
)
"""Exact words before general ones."""
