"""The definitions of the codes of TLS: modes, STARTTLS, the handshake and the certificate.

Only data; see `diagnosis.definition`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import (
    ASK_THE_OPERATOR,
    IMPLICIT_TLS,
    OTHER_PORTS,
    STARTTLS,
    THE_LINK,
    Condition,
    Definition,
    Prose,
    SettingsAdvice,
    Topic,
    Try,
    Wording,
    wording,
)
from mailproof.smtp.vocabulary import Code, TlsMode

_NONE = SettingsAdvice(Topic.TLS_MODE, mode=TlsMode.NONE, when=(Condition.UNKNOWN_PROVIDER,))
_FIREWALL = Prose(
    Topic.SERVER,
    "Have the inspection of SMTP switched off on the Cisco firewall in front of the server (no fixup protocol smtp, no "
    "inspect esmtp): it masks the server's words and takes STARTTLS away.",
    when=(Condition.FIREWALL_BANNER,),
)
_REPAIR_TLS = Prose(
    Topic.SERVER,
    "Have the TLS set-up of the server checked by its operator: what else could be set fails as well.",
    otherwise=True,
)
_NEXT_FAULT = Prose(
    Topic.SERVER,
    "In the TLS mode that it speaks it fails for another reason: {next_fault}.",
    when=(Condition.FAILS_IN_RIGHT_MODE,),
)
_OTHER_TOPICS = frozenset({Topic.LOGIN, Topic.USER, Topic.ACCOUNT, Topic.SENDER, Topic.RECIPIENT, Topic.MESSAGE})
_TRY_PORTS = frozenset({Try.PORTS})


def _certificate(message: str, *advice: Prose | SettingsAdvice, tries: frozenset[Try] = frozenset()) -> Definition:
    """Return the definition of a failed verification of the certificate."""
    return Definition(
        Wording(message, advice), tries=tries, excludes=_OTHER_TOPICS | {Topic.WAITING}, about_certificate=True
    )


def _trust(what: str) -> Prose:
    return Prose(
        Topic.SERVER,
        f"Have a certificate of a public authority installed, or add {what} to the trust anchors (CA file).",
        "Have a certificate of a public authority installed, or have the operator of this service add "
        f"{what} to its trust anchors (ca_file).",
    )


TLS: dict[Code, Definition] = {
    Code.WRONG_TLS_MODE_USE_IMPLICIT: Definition(
        wording(
            "{server} speaks TLS from the first byte, but {clear_first}.",
            IMPLICIT_TLS,
            _NEXT_FAULT,
            _REPAIR_TLS,
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.WRONG_TLS_MODE_USE_STARTTLS: Definition(
        wording("{server} begins in clear text, but {tls_first}.", STARTTLS, _NEXT_FAULT, OTHER_PORTS, _REPAIR_TLS),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.WRONG_TLS_MODE_USE_NONE: Definition(
        wording("{server} speaks no TLS at all.", OTHER_PORTS, _NONE, _REPAIR_TLS),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.STARTTLS_NOT_OFFERED: Definition(
        wording(
            "{server} does not offer STARTTLS, or something on the way removes the offer, and {demands}.",
            _FIREWALL,
            OTHER_PORTS,
            _NONE,
            Prose(
                Topic.SERVER,
                "Have TLS enabled on the server, and firewalls and virus scanners on the way checked, which may remove "
                "the offer.",
            ),
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.STARTTLS_REJECTED: Definition(
        wording(
            "{server} offers STARTTLS but refuses to start it{reply}.",
            Prose(Topic.SERVER, "Have the server's TLS certificate and key checked by its operator."),
            OTHER_PORTS,
        ),
        unrecognised=wording(
            "{server} offers STARTTLS but refuses to start it{reply}.", OTHER_PORTS, THE_LINK, ASK_THE_OPERATOR
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.STARTTLS_INJECTION: Definition(
        wording(
            "{server} sent unencrypted data after agreeing to start TLS: an attack on the connection, or a broken "
            "proxy.",
            OTHER_PORTS,
            Prose(Topic.CLIENT, "Have the network path between here and the server checked."),
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.TLS_HANDSHAKE_FAILED: Definition(
        wording(
            "The TLS handshake with {server} failed{detail}.",
            OTHER_PORTS,
            Prose(
                Topic.SERVER,
                "Have the server's TLS set-up checked (versions, ciphers, certificate and key), and any proxy or virus "
                "scanner on the way.",
            ),
        ),
        tries=frozenset({Try.PORTS}),
        excludes=_OTHER_TOPICS,
    ),
    Code.TLS_VERSION_TOO_OLD: Definition(
        wording(
            "{server} speaks only TLS versions older than 1.2, which are insecure.",
            Prose(Topic.SERVER, "Have TLS 1.2 or 1.3 enabled on the server."),
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.TLS_CLIENT_CERT_REQUIRED: Definition(
        wording(
            "{server} demands a TLS client certificate.",
            OTHER_PORTS,
            Prose(Topic.SERVER, "Have the server stop asking for certificates, or use a server that takes passwords."),
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.TLS_UNRECOGNIZED_NAME: Definition(
        wording(
            "{server} does not know itself by the name {host} and refused TLS.",
            Prose(
                Topic.HOST,
                "Set the host to the name that the provider documents.",
                "Set host to the name that the provider documents, with its port.",
            ),
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS,
    ),
    Code.TLS_CERT_EXPIRED: _certificate(
        "{server} sends a certificate that is no longer valid{detail}.",
        Prose(Topic.SERVER, "Have that certificate renewed, and the server reloaded so that it uses the new one."),
    ),
    Code.TLS_CERT_NOT_YET_VALID: _certificate(
        "{server} sends a certificate that is not valid yet{detail}.",
        Prose(Topic.SERVER, "Check the clocks of the server and of the machine that this test runs on."),
    ),
    Code.TLS_HOSTNAME_MISMATCH: _certificate(
        "The certificate of {server} is not for the name {host}{detail}.",
        SettingsAdvice(Topic.HOST, when=(Condition.UNKNOWN_PROVIDER,)),
        Prose(
            Topic.SERVER,
            "Set the host to a name that the certificate is for, if that server is meant, or have a certificate for "
            "{host} installed.",
            "Set host to a name that the certificate is for, with its port, if that server is meant, or have a "
            "certificate for {host} installed.",
            when=(Condition.UNKNOWN_PROVIDER,),
        ),
        Prose(
            Topic.HOST,
            "Check the host against what {provider} documents.",
            when=(Condition.KNOWN_PROVIDER,),
        ),
        tries=frozenset({Try.NAMES}),
    ),
    Code.TLS_SELF_SIGNED: _certificate(
        "The certificate of {server} is self-signed, so nobody vouches for it.", _trust("this one")
    ),
    Code.TLS_UNTRUSTED: _certificate(
        "The certificate of {server} can't be traced to an authority that is trusted here{detail}.",
        _trust("its authority"),
    ),
    Code.TLS_MISSING_INTERMEDIATE: _certificate(
        "{server} does not send the intermediate certificate that connects its own to a trusted authority{detail}.",
        Prose(Topic.SERVER, "Have the full chain installed on the server (often a file named fullchain.pem)."),
    ),
    Code.TLS_CERT_WEAK: _certificate(
        "A certificate of {server} uses a key or signature that is too weak{detail}.",
        Prose(Topic.SERVER, "Have a new certificate installed: RSA 2048 or EC P-256 with SHA-256."),
    ),
    Code.TLS_CERT_WRONG_PURPOSE: _certificate(
        "The certificate of {server} is not meant for servers.",
        Prose(Topic.SERVER, "Have a certificate for server authentication installed."),
    ),
    Code.TLS_INTERCEPTED: _certificate(
        "What answers at {server} is not the mail server itself: the certificate is made by {detail}.",
        Prose(
            Topic.CLIENT,
            "Have it let connections to {host} through unchanged, or its inspection of mail switched off; the mail "
            "server's own certificate needs no change.",
        ),
    ),
    Code.SMTP_REDIRECTED: Definition(
        wording(
            "The connection to {server} reached another mail server, {detail}: the network or hosting provider here "
            "redirects SMTP.",
            OTHER_PORTS,
            Prose(
                Topic.CLIENT,
                "Ask the hosting or network provider of this machine to lift the redirect (on cPanel: SMTP "
                "Restrictions), or use the relay that it prescribes.",
            ),
        ),
        tries=_TRY_PORTS,
        excludes=_OTHER_TOPICS | {Topic.WAITING, Topic.SERVER},
    ),
    Code.TRUST_STORE_EMPTY: Definition(
        wording(
            "This service trusts no certificate authority at all, so that no certificate can be verified, good as it "
            "may be.",
            Prose(
                Topic.CLIENT,
                "Install the authorities' certificates where this test runs (the package ca-certificates), or add "
                "trust anchors of your own (CA file).",
                "Have the operator of this service install the authorities' certificates (the package "
                "ca-certificates), or set trust anchors (ca_file).",
            ),
        ),
        excludes=_OTHER_TOPICS | {Topic.SERVER, Topic.HOST, Topic.PORT, Topic.WAITING},
    ),
    Code.TLS_REQUIRED: Definition(
        wording(
            "{server} demands TLS before it goes on{reply}.",
            STARTTLS,
            OTHER_PORTS,
            Prose(
                Topic.SERVER,
                "The connection was inside TLS already: ask the server's operator what else it demands.",
                when=(Condition.ENCRYPTED,),
            ),
            _REPAIR_TLS,
        ),
        tries=frozenset({Try.PORTS, Try.ENCRYPTED}),
        excludes=frozenset({Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.MESSAGE}),
    ),
}
"""Code -> definition."""
