"""The sentences of a diagnosis: for each code what happened, and what to change. Only data, for `diagnosis.findings`.

Each is a `str.format` template with the fields {host} {at} {port} {server} {stage} {mode} {tls} {mechanisms} {spoken}
{sender} {recipient} {ehlo} {detail} {reply} {mechanism} {user}, which `diagnosis.findings` fills in. A message is one
sentence for an administrator; an advice names the setting and its value, for callers who have a TLS mode and a port
(for others see `diagnosis.flag_advice`). Pure.
"""

from __future__ import annotations

from mailproof.smtp.vocabulary import Code, Stage

SENTENCES: dict[Code, tuple[str, str]] = {
    Code.OK: ("The test passed: {detail}.", ""),
    Code.EGRESS_DENIED: (
        "The policy of this service forbids the destination{detail}.",
        "Choose another host and port, or ask the operator of this service to allow this one.",
    ),
    Code.INVALID_HOST: (
        "The host is not a valid host name.",
        'Set the host to a name like "smtp.example.com" or to an IP address.',
    ),
    Code.DNS_NOT_FOUND: (
        "The name {host} does not exist, or has no address.",
        "Check the spelling of the host.",
    ),
    Code.DNS_TEMPORARY: (
        "The name {host} could not be looked up right now.",
        "Try again in a few minutes; if it stays so, check the name servers of the domain and of this machine.",
    ),
    Code.DNS_ERROR: (
        "The lookup of {host} failed.",
        "Check the host and the DNS settings of the machine that this test runs on.",
    ),
    Code.CONNECTION_REFUSED: (
        "{server} refused the connection: nothing listens on port {port}, or a firewall rejects it.",
        "Check the port: 587 with TLS mode starttls and 465 with TLS mode implicit are usual.",
    ),
    Code.NETWORK_UNREACHABLE: (
        "There is no network route to {server}.",
        "Check the host, and the network and firewall of the machine that this test runs on.",
    ),
    Code.TIMEOUT: (
        "{server} did not answer in time at the stage {stage}.",
        "Check host and port, or set a longer timeout if the server is known to be slow.",
    ),
    Code.CONNECTION_CLOSED: (
        "{server} closed the connection at the stage {stage} without an answer.",
        "Check host, port and TLS mode; the server's log tells why it hung up.",
    ),
    Code.CONNECTION_RESET: (
        "The connection to {server} was reset at the stage {stage}.",
        "Check host, port and TLS mode, and any firewall or virus scanner between here and the server.",
    ),
    Code.NOT_SMTP: (
        "What listens on {server} is not an SMTP server.",
        "Set the port to 587 with TLS mode starttls, or to 465 with TLS mode implicit.",
    ),
    Code.PROTOCOL_ERROR: (
        "{server} broke the rules of SMTP at the stage {stage}{detail}.",
        "Check that host and port belong to an SMTP server and that no proxy or firewall changes the traffic.",
    ),
    Code.RESPONSE_TOO_LARGE: (
        "{server} sent more than any SMTP server needs to at the stage {stage}{detail}.",
        "Check that host and port belong to an SMTP server.",
    ),
    Code.SERVICE_UNAVAILABLE: (
        "{server} refuses service at the stage {stage}{reply}.",
        "Try again later; if it stays so, ask whether this machine's address is blocked, or set another port.",
    ),
    Code.TOO_MANY_CONNECTIONS: (
        "{server} has too many connections{reply}.",
        "Wait a few minutes and try again, or lower the number of connections that are open at once.",
    ),
    Code.RATE_LIMITED: (
        "{server} limits how often it may be used, and the limit is reached{reply}.",
        "Wait before the next try, or ask the provider for a higher limit.",
    ),
    Code.TEMPORARY_FAILURE: (
        "{server} can't do it right now (stage {stage}){reply}.",
        "Try again in a few minutes.",
    ),
    Code.WRONG_TLS_MODE_USE_IMPLICIT: (
        "{server} speaks TLS from the first byte, but {tls} begins in clear text.",
        "Set the TLS mode to implicit.",
    ),
    Code.WRONG_TLS_MODE_USE_STARTTLS: (
        "{server} begins in clear text, but {tls} begins with TLS.",
        "Set the TLS mode to starttls, or the port to 465.",
    ),
    Code.WRONG_TLS_MODE_USE_NONE: (
        "{server} speaks no TLS at all.",
        "Set the TLS mode to none if clear text is acceptable on this network.",
    ),
    Code.STARTTLS_NOT_OFFERED: (
        "{server} does not offer STARTTLS, or something on the way removes the offer, and {tls} demands encryption.",
        "Set the TLS mode to implicit with port 465, or use a port that offers STARTTLS, usually 587.",
    ),
    Code.STARTTLS_REJECTED: (
        "{server} offers STARTTLS but refuses to start it{reply}.",
        "Set the TLS mode to implicit with port 465, or have the server's TLS certificate and key checked.",
    ),
    Code.STARTTLS_INJECTION: (
        "{server} sent unencrypted data after agreeing to start TLS: an attack on the connection, or a broken proxy.",
        "Set the TLS mode to implicit with port 465, where this can't happen, and have the network path checked.",
    ),
    Code.TLS_HANDSHAKE_FAILED: (
        "The TLS handshake with {server} failed{detail}.",
        "Check that TLS mode {mode} is right for port {port}; otherwise the server's TLS set-up needs repair.",
    ),
    Code.TLS_VERSION_TOO_OLD: (
        "{server} speaks only TLS versions older than 1.2, which are insecure.",
        "Have TLS 1.2 or 1.3 enabled on the server.",
    ),
    Code.TLS_CLIENT_CERT_REQUIRED: (
        "{server} demands a TLS client certificate.",
        "Use a port that takes user and password (587 or 465), or have the server stop asking for certificates.",
    ),
    Code.TLS_UNRECOGNIZED_NAME: (
        "{server} does not know itself by the name {host} and refused TLS.",
        "Set the host to the name that the provider documents.",
    ),
    Code.TLS_CERT_EXPIRED: (
        "The certificate of {server} has expired{detail}.",
        "Have the server's certificate renewed, and the server reloaded so that it uses the new one.",
    ),
    Code.TLS_CERT_NOT_YET_VALID: (
        "The certificate of {server} is not valid yet{detail}.",
        "Check the clocks of the server and of the machine that this test runs on.",
    ),
    Code.TLS_HOSTNAME_MISMATCH: (
        "The certificate of {server} is not for the name {host}{detail}.",
        "Set the host to a name on the certificate, or have a certificate for {host} installed.",
    ),
    Code.TLS_SELF_SIGNED: (
        "The certificate of {server} is self-signed, so nobody vouches for it.",
        "Have a certificate of a public authority installed, or add this one to the trust anchors (CA file).",
    ),
    Code.TLS_UNTRUSTED: (
        "The certificate of {server} is from an authority that is not trusted here{detail}.",
        "Add that authority's certificate to the trust anchors (CA file), or have one of a public authority installed.",
    ),
    Code.TLS_MISSING_INTERMEDIATE: (
        "{server} does not send the intermediate certificate that connects its own to a trusted authority{detail}.",
        "Have the full chain installed on the server (often a file named fullchain.pem).",
    ),
    Code.TLS_CERT_WEAK: (
        "The certificate of {server} uses a key or signature that is too weak.",
        "Have a new certificate installed: RSA 2048 or EC P-256 with SHA-256.",
    ),
    Code.TLS_CERT_WRONG_PURPOSE: (
        "The certificate of {server} is not meant for servers.",
        "Have a certificate for server authentication installed.",
    ),
    Code.TLS_REQUIRED: (
        "{server} demands TLS before it goes on, and {tls} has not given it{reply}.",
        "Set the TLS mode to starttls, or to implicit with port 465.",
    ),
    Code.EHLO_REJECTED: (
        "{server} refuses our name {ehlo}{reply}.",
        "Set the EHLO name to this machine's full DNS name, one that resolves to its public address.",
    ),
    Code.AUTH_NOT_OFFERED: (
        "{server} offers no authentication.",
        "Set the port to the submission port (587 or 465), or remove user and password if the relay needs none.",
    ),
    Code.AUTH_NOT_ENABLED: (
        "{server} has authentication switched off{reply}.",
        "Set the port to the submission port (587 or 465), or have authentication enabled on the server.",
    ),
    Code.AUTH_MECHANISM_UNSUPPORTED: (
        "{server} offers no authentication mechanism that is possible here: it has {mechanisms}; possible: {spoken}.",
        "Leave the mechanism setting empty, or have PLAIN or LOGIN enabled on the server.",
    ),
    Code.AUTH_REQUIRES_TLS: (
        "{server} accepts passwords only inside TLS, and {tls} has not given it{reply}.",
        "Set the TLS mode to starttls, or to implicit with port 465.",
    ),
    Code.AUTH_REQUIRED: (
        "{server} takes no mail without authentication{reply}.",
        "Set user and password.",
    ),
    Code.AUTH_REJECTED: (
        "{server} refuses user and password{reply}.",
        "Check the user (often the full address, or a word such as apikey) and the password (often an API key).",
    ),
    Code.AUTH_BASIC_DISABLED: (
        "{server} does not accept passwords for this account any more{reply}.",
        "Set the authentication to OAuth 2.0, or enable authenticated SMTP for the mailbox in Microsoft 365.",
    ),
    Code.AUTH_APP_PASSWORD_REQUIRED: (
        "{server} wants an app password instead of the account's own{reply}.",
        "Create an app password in the account's security settings and set it as the password.",
    ),
    Code.AUTH_WEB_LOGIN_REQUIRED: (
        "{server} wants the account's owner to log in with a web browser first{reply}.",
        "Log in to the account in a browser and confirm the access; or set an app password or OAuth 2.0.",
    ),
    Code.AUTH_TEMPORARY_FAILURE: (
        "{server} can't check the password right now{reply}.",
        "Try again in a few minutes; user and password have not been refused.",
    ),
    Code.AUTH_TOKEN_FAILED: (
        "No access token could be had from the token endpoint{detail}.",
        "Check token endpoint, client id, client secret and scopes.",
    ),
    Code.SENDER_REJECTED: (
        "{server} refuses the sender {sender}{reply}.",
        "Set the sender address to one that this account may use and that the provider has verified.",
    ),
    Code.RECIPIENT_REJECTED: (
        "{server} refuses the recipient {recipient}{reply}.",
        "Check the recipient address.",
    ),
    Code.RELAY_DENIED: (
        "{server} does not pass on mail from here to {recipient}{reply}.",
        "Set user and password, or have this machine's address allowed as a client of the relay.",
    ),
    Code.GREYLISTED: (
        "{server} asks unknown senders to come back later{reply}.",
        "Try again in some minutes; with user and password set most servers do not greylist.",
    ),
    Code.MAILBOX_FULL: (
        "The mailbox of {recipient} is full{reply}.",
        "Set another recipient, or have the mailbox cleared.",
    ),
    Code.MESSAGE_REJECTED: (
        "{server} refuses the message{reply}.",
        "Check the sender address and the provider's rules for content; its answer names the rule.",
    ),
    Code.MESSAGE_TOO_LARGE: (
        "The message is larger than {server} takes{detail}{reply}.",
        "Have the server's size limit raised.",
    ),
    Code.SMTPUTF8_NOT_SUPPORTED: (
        "{server} can't handle addresses with characters beyond ASCII before the @.",
        "Set sender and recipient to addresses with ASCII characters only.",
    ),
    # Warnings.
    Code.CLEARTEXT_CREDENTIALS: (
        "{detail}.",
        "Set the TLS mode to auto, starttls or implicit.",
    ),
    Code.STARTTLS_AVAILABLE_BUT_OFF: (
        "{server} offers STARTTLS, but TLS mode none does not use it.",
        "Set the TLS mode to starttls.",
    ),
    Code.HELO_ONLY_SERVER: (
        "{server} knows only HELO: no encryption, no authentication.",
        "Use a server that speaks ESMTP, or check whether a firewall rewrites the traffic.",
    ),
    Code.QUIT_IGNORED: ("{server} did not answer QUIT as it should.", "Nothing needs to change."),
    Code.CERT_EXPIRES_SOON: (
        "The certificate of {server} expires soon{detail}.",
        "Have the certificate renewed.",
    ),
    Code.OLD_TLS_VERSION: ("{server} uses an old TLS version{detail}.", "Have TLS 1.3 or 1.2 enabled on the server."),
    Code.AUTH_OVER_LEGACY_SYNTAX: (
        "{server} announces authentication only in the obsolete form AUTH=.",
        "Nothing needs to change here; other programs may not find it.",
    ),
    Code.SIZE_LIMIT_SMALL: (
        "{server} takes messages of only {detail}.",
        "Have the size limit raised if attachments are to be sent.",
    ),
    Code.SERVER_ECHOES_SECRET: (
        "{server} repeats the password or token in its answers; it is hidden here, but the server's log may hold it.",
        "Change the password, and have the server repaired.",
    ),
}
"""Code -> message and advice."""

AT_STAGE: dict[tuple[Code, Stage], tuple[str, str]] = {
    (Code.TIMEOUT, Stage.RESOLVE): (
        "The lookup of {host} took too long.",
        "Check the host and the DNS settings of the machine that this test runs on.",
    ),
    (Code.TIMEOUT, Stage.CONNECT): (
        "No connection to {server} came about in time: usually a firewall drops the packets.",
        "Check host and port; many networks block port 25, so set the port to 587 or 465.",
    ),
    (Code.TIMEOUT, Stage.GREETING): (
        "{server} accepted the connection but sent no greeting in time.",
        "If the port expects TLS from the start, as 465 does, set the TLS mode to implicit; else set a longer timeout.",
    ),
    (Code.TIMEOUT, Stage.TLS): (
        "{server} did not answer the TLS handshake in time.",
        "Check that TLS mode {mode} is right for port {port}: 465 is usual for implicit, 587 for starttls.",
    ),
    (Code.TIMEOUT, Stage.AUTH): (
        "{server} did not answer the authentication in time.",
        "Check user and password first: some providers, like Microsoft 365, answer refused credentials with silence.",
    ),
    (Code.CONNECTION_CLOSED, Stage.GREETING): (
        "{server} closed the connection without a greeting.",
        "Check the port and TLS mode; the server may also block this machine's address.",
    ),
    (Code.CONNECTION_CLOSED, Stage.TLS): (
        "{server} closed the connection during the TLS handshake.",
        "Check that TLS mode {mode} is right for port {port}: 465 is usual for implicit, 587 for starttls.",
    ),
    (Code.CONNECTION_CLOSED, Stage.AUTH): (
        "{server} closed the connection during the authentication without an answer.",
        "Check user and password first, then the EHLO name: some servers hang up where they should refuse.",
    ),
}
"""(code, stage) -> message and advice, where the stage allows more exact ones."""
