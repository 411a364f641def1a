"""Other programs' words lead to the codes that may be behind them, the likeliest first."""

import re

import pytest

from mailproof.diagnosis.foreign_row import ForeignWords
from mailproof.diagnosis.foreign_words import FOREIGN_WORDS, MAX_MEANINGS, meanings
from mailproof.smtp.vocabulary import Code

SAID = [
    # nodemailer
    ("Error: Greeting never received\n  code: 'ETIMEDOUT', command: 'CONN'", Code.WRONG_TLS_MODE_USE_IMPLICIT),
    ("Error: connect ECONNREFUSED 127.0.0.1:587\n  code: 'ESOCKET', command: 'CONN'", Code.CONNECTION_REFUSED),
    ("Error: getaddrinfo ENOTFOUND smtp.exmaple.com\n  code: 'EDNS'", Code.DNS_NOT_FOUND),
    ("Error: queryA EAI_AGAIN smtp.example.com", Code.DNS_TEMPORARY),
    ('Error: Missing credentials for "PLAIN"\n  code: \'EAUTH\'', Code.AUTH_REQUIRED),
    ("code: 'EAUTH'", Code.AUTH_REJECTED),
    ("code: 'ESOCKET'", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("code: 'ECONNECTION'", Code.CONNECTION_CLOSED),
    ("code: 'EENVELOPE'", Code.SENDER_REJECTED),
    ("code: 'EMESSAGE'", Code.MESSAGE_REJECTED),
    ("code: 'EOAUTH2'", Code.AUTH_TOKEN_FAILED),
    ("Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's", Code.TLS_HOSTNAME_MISMATCH),
    ("code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'", Code.TLS_MISSING_INTERMEDIATE),
    ("code: 'DEPTH_ZERO_SELF_SIGNED_CERT'", Code.TLS_SELF_SIGNED),
    ("code: 'SELF_SIGNED_CERT_IN_CHAIN'", Code.TLS_UNTRUSTED),
    # OpenSSL, and who uses it
    ("routines:ssl3_get_record:wrong version number:../deps/openssl/ssl3_record.c", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)", Code.TLS_MISSING_INTERMEDIATE),
    ("certificate verify failed: self-signed certificate (_ssl.c:1006)", Code.TLS_SELF_SIGNED),
    ("certificate verify failed: self signed certificate in certificate chain", Code.TLS_UNTRUSTED),
    ("certificate verify failed: certificate has expired (_ssl.c:1006)", Code.TLS_CERT_EXPIRED),
    ("certificate verify failed: Hostname mismatch, certificate is not valid for 'a'", Code.TLS_HOSTNAME_MISMATCH),
    ("sslv3 alert handshake failure", Code.TLS_HANDSHAKE_FAILED),
    ("tlsv1 alert protocol version", Code.TLS_VERSION_TOO_OLD),
    ("tlsv13 alert certificate required", Code.TLS_CLIENT_CERT_REQUIRED),
    ("tlsv1 unrecognized name", Code.TLS_UNRECOGNIZED_NAME),
    ("EE certificate key too weak: ee key too small", Code.TLS_CERT_WEAK),
    ("verify error:num=26:unsuitable certificate purpose", Code.TLS_CERT_WRONG_PURPOSE),
    ("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol", Code.CONNECTION_CLOSED),
    ("Didn't find STARTTLS in server response, trying anyway...", Code.STARTTLS_NOT_OFFERED),
    # Go
    ("tls: first record does not look like a TLS handshake", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("x509: certificate is valid for a.example, b.example, not smtp.example.com", Code.TLS_HOSTNAME_MISMATCH),
    ("x509: certificate signed by unknown authority", Code.TLS_UNTRUSTED),
    ("x509: certificate has expired or is not yet valid: current time is after", Code.TLS_CERT_EXPIRED),
    ("x509: failed to load system roots and no roots provided", Code.TRUST_STORE_EMPTY),
    ("cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs", Code.TLS_HOSTNAME_MISMATCH),
    ("dial tcp 192.0.2.1:25: i/o timeout", Code.TIMEOUT),
    ("dial tcp: lookup smtp.exmaple.com: no such host", Code.DNS_NOT_FOUND),
    ("dial tcp [2001:db8::1]:587: connect: network is unreachable", Code.NETWORK_UNREACHABLE),
    ("smtp: server doesn't support AUTH", Code.AUTH_REQUIRES_TLS),
    ("unencrypted connection", Code.AUTH_REQUIRES_TLS),
    ("EOF", Code.CONNECTION_CLOSED),
    ("short response: HTTP", Code.NOT_SMTP),
    ("server does not support SMTP AUTH type: CRAM-MD5", Code.AUTH_MECHANISM_UNSUPPORTED),
    # Python
    ("smtplib.SMTPNotSupportedError: SMTP AUTH extension not supported by server.", Code.AUTH_REQUIRES_TLS),
    ("smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.", Code.STARTTLS_NOT_OFFERED),
    ("smtplib.SMTPException: No suitable authentication method found.", Code.AUTH_MECHANISM_UNSUPPORTED),
    ("smtplib.SMTPServerDisconnected: Connection unexpectedly closed", Code.CONNECTION_CLOSED),
    ("socket.gaierror: [Errno -2] Name or service not known", Code.DNS_NOT_FOUND),
    ("ConnectionRefusedError: [Errno 111] Connection refused", Code.CONNECTION_REFUSED),
    ("TimeoutError: [Errno 110] Connection timed out", Code.TIMEOUT),
    ("ConnectionResetError: [Errno 104] Connection reset by peer", Code.CONNECTION_RESET),
    ("the server does not advertise the required SMTPUTF8 capability", Code.SMTPUTF8_NOT_SUPPORTED),
    # PHP
    ("SMTP Error: Could not authenticate.", Code.AUTH_REJECTED),
    ("SMTP connect() failed. https://github.com/PHPMailer/PHPMailer/wiki/Troubleshooting", Code.CONNECTION_REFUSED),
    ("Peer certificate CN=`server7.hosting.example' did not match expected CN=`smtp.gmail.com'", Code.SMTP_REDIRECTED),
    ("Failed to connect to server: Permission denied (13)", Code.OUTGOING_SMTP_BLOCKED),
    ('Expected response code "220" but got an empty response.', Code.WRONG_TLS_MODE_USE_IMPLICIT),
    ('Failed to find an authenticator supported by the SMTP server, which currently', Code.AUTH_MECHANISM_UNSUPPORTED),
    ("SMTP Error: The following recipients failed: you@example.com", Code.RECIPIENT_REJECTED),
    ("The following From address failed: me@example.com", Code.SENDER_REJECTED),
    ("SMTP Error: data not accepted.", Code.MESSAGE_REJECTED),
    # Java
    ("javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid", Code.TLS_UNTRUSTED),
    ("javax.net.ssl.SSLException: Unsupported or unrecognized SSL message", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("No subject alternative DNS name matching smtp.example.com found.", Code.TLS_HOSTNAME_MISMATCH),
    ("No appropriate protocol (protocol is disabled or cipher suites are inappropriate)", Code.TLS_VERSION_TOO_OLD),
    ("MessagingException: Could not convert socket to TLS;", Code.TLS_HANDSHAKE_FAILED),
    ("STARTTLS is required but host does not support STARTTLS", Code.STARTTLS_NOT_OFFERED),
    ("MailConnectException: Couldn't connect to host, port: smtp.example.com, 25; timeout -1", Code.TIMEOUT),
    ("java.net.UnknownHostException: smtp.exmaple.com", Code.DNS_NOT_FOUND),
    ("No authentication mechanisms supported by both server and client", Code.AUTH_MECHANISM_UNSUPPORTED),
    ("the trustAnchors parameter must be non-empty", Code.TRUST_STORE_EMPTY),
    # .NET
    ("The remote certificate is invalid according to the validation procedure.", Code.TLS_UNTRUSTED),
    ("The remote certificate is invalid because of errors: RemoteCertificateNameMismatch", Code.TLS_HOSTNAME_MISMATCH),
    ("The handshake failed due to an unexpected packet format.", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("MailKit.Security.SslHandshakeException: An error occurred while attempting to", Code.TLS_HANDSHAKE_FAILED),
    ("The SMTP server does not support authentication.", Code.AUTH_REQUIRES_TLS),
    ("No connection could be made because the target machine actively refused it.", Code.CONNECTION_REFUSED),
    ("An existing connection was forcibly closed by the remote host.", Code.CONNECTION_RESET),
    ("access a socket in a way forbidden by its access permissions", Code.OUTGOING_SMTP_BLOCKED),
    # Ruby, Rust
    ("Net::OpenTimeout: execution expired", Code.TIMEOUT),
    ("Net::ReadTimeout", Code.TIMEOUT),
    ("EOFError: end of file reached", Code.CONNECTION_CLOSED),
    ("deadline has elapsed @email_ee.rs:70:9", Code.TIMEOUT),
    ("received corrupt message of type InvalidContentType", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("invalid peer certificate: UnknownIssuer", Code.TLS_UNTRUSTED),
    ("internal client error: No compatible authentication mechanism was found", Code.AUTH_MECHANISM_UNSUPPORTED),
    # curl, msmtp, Postfix, Exim
    ("curl: (67) Login denied", Code.AUTH_REJECTED),
    ("curl: (64) Requested SSL level failed", Code.STARTTLS_NOT_OFFERED),
    ("curl: (60) SSL: no alternative certificate subject name matches target host name", Code.TLS_HOSTNAME_MISMATCH),
    ("msmtp: cannot use a secure authentication method", Code.AUTH_REQUIRES_TLS),
    ("msmtp: cannot get initial OK message from server", Code.WRONG_TLS_MODE_USE_IMPLICIT),
    ("msmtp: TLS handshake failed: An unexpected TLS packet was received.", Code.WRONG_TLS_MODE_USE_STARTTLS),
    ("msmtp: the server does not support TLS via the STARTTLS command", Code.STARTTLS_NOT_OFFERED),
    ("cannot authenticate to server smtp.example.com: no mechanism available", Code.AUTH_MECHANISM_UNSUPPORTED),
    ("TLS is required, but was not offered by host smtp.example.com", Code.STARTTLS_NOT_OFFERED),
    ("CLIENT wrappermode (port smtps/465) is unimplemented", Code.WRONG_TLS_MODE_USE_IMPLICIT),
    ("lost connection with mx while receiving the initial server greeting", Code.WRONG_TLS_MODE_USE_IMPLICIT),
    ("Host or domain name not found. Name service error for name=exmaple.com", Code.RECIPIENT_DOMAIN_NOT_FOUND),
    ("a TLS session is required, but the server did not offer TLS support", Code.TLS_HANDSHAKE_FAILED),
    ("Remote host closed connection in response to initial connection", Code.CONNECTION_CLOSED),
]  # fmt: skip


@pytest.mark.parametrize(("text", "best"), SAID, ids=[text[:50] for text, _ in SAID])
def test_the_likeliest_code_comes_first(text: str, best: Code) -> None:
    found = meanings(text)
    assert found[0].code is best
    assert len(found) <= MAX_MEANINGS
    assert len({meaning.code for meaning in found}) == len(found)
    assert found[0].words.lower() in text.lower()


@pytest.mark.parametrize("row", FOREIGN_WORDS, ids=lambda row: row.pattern[:50])
def test_a_row_is_complete_and_some_text_is_its(row: ForeignWords) -> None:
    assert row.codes
    assert Code.OK not in row.codes
    assert len(row.source) > 5
    assert "\n" not in row.reason
    pattern = re.compile(row.pattern, re.IGNORECASE)
    assert any(pattern.search(text) for text, _ in (*SAID, *OTHERS))


OTHERS = [
    ("certificate is not yet valid", Code.TLS_CERT_NOT_YET_VALID),
    ("PKIX path validation failed: validity check failed", Code.TLS_CERT_EXPIRED),
    ("RemoteCertificateChainErrors", Code.TLS_UNTRUSTED),
    ("no shared cipher", Code.TLS_HANDSHAKE_FAILED),
    ("The SMTP server requires a secure connection or the client was not authenticated.", Code.AUTH_REQUIRED),
    ("SmtpClientAuthentication is disabled for the Tenant", Code.AUTH_BASIC_DISABLED),
    ("Application-specific password required", Code.AUTH_APP_PASSWORD_REQUIRED),
    ("Helo command rejected: need fully-qualified hostname", Code.EHLO_REJECTED),
    ("SendAsDenied; me@example.com not allowed to send as you@example.com", Code.SENDER_NOT_OWNED),
    ("Email address is not verified. The following identities failed the check", Code.SENDER_NOT_VERIFIED),
    ("Relay access denied", Code.RELAY_DENIED),
    ("Message size larger than allowed 1000", Code.MESSAGE_TOO_LARGE),
]


@pytest.mark.parametrize(("text", "best"), OTHERS, ids=[text for text, _ in OTHERS])
def test_so_it_does_for_words_of_servers(text: str, best: Code) -> None:
    assert meanings(text)[0].code is best


def test_there_are_sixty_rows_and_more() -> None:
    assert len(FOREIGN_WORDS) >= 60


@pytest.mark.parametrize("text", ["", "hello", "the weather is fine", "port 587", "Prometheus of X"])
def test_what_no_row_knows_is_nothing(text: str) -> None:
    assert meanings(text) == ()


def test_a_name_for_many_causes_counts_only_alone() -> None:
    found = meanings("wrong version number … code: 'ESOCKET'")
    assert Code.CONNECTION_REFUSED not in {meaning.code for meaning in found}


def repetitions(pattern: str) -> list[str]:
    """Return the repetitions without a small bound, which a hostile text could make slow."""
    return re.findall(r"[^\\][*+](?!\?)|\{\d+,\}", pattern)


@pytest.mark.parametrize("row", FOREIGN_WORDS, ids=lambda row: row.pattern[:50])
def test_no_expression_repeats_without_a_bound(row: ForeignWords) -> None:
    assert repetitions(row.pattern) == []


def test_an_unbounded_repetition_would_be_found() -> None:
    assert repetitions(r"a.* b") == [".*"]
