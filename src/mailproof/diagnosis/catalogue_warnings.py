"""The definitions of the warnings: what is worth knowing and fails no test.

Only data; see `diagnosis.definition`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import Advice, Condition, Definition, Prose, Topic, Wording
from mailproof.smtp.vocabulary import Code, Severity


def _warning(message: str, *advice: Advice) -> Definition:
    return Definition(Wording(message, advice), severity=Severity.WARNING)


WARNINGS: dict[Code, Definition] = {
    Code.CLEARTEXT_CREDENTIALS: _warning(
        "{detail}.",
        Prose(
            Topic.TLS_MODE,
            "Encrypt the connection, so that nobody on the way can read the login: with the TLS mode auto.",
            "Set tls to true, so that nobody on the way can read the login.",
        ),
    ),
    Code.STARTTLS_AVAILABLE_BUT_OFF: _warning(
        "{server} offers STARTTLS, but TLS mode none does not use it.",
        Prose(Topic.TLS_MODE, "Set the TLS mode to auto.", "Set tls to true."),
    ),
    Code.HELO_ONLY_SERVER: _warning(
        "{server} knows only HELO: no encryption, no authentication.",
        Prose(Topic.SERVER, "Use a server that speaks ESMTP, or check whether a firewall rewrites the traffic."),
    ),
    Code.QUIT_IGNORED: _warning("{server} did not answer QUIT as it should; nothing needs to change."),
    Code.CERT_EXPIRES_SOON: _warning(
        "The certificate of {server} expires soon{detail}.", Prose(Topic.SERVER, "Have the certificate renewed.")
    ),
    Code.OLD_TLS_VERSION: _warning(
        "{server} uses an old TLS version{detail}.",
        Prose(Topic.SERVER, "Have TLS 1.3 or 1.2 enabled on the server."),
    ),
    Code.AUTH_OVER_LEGACY_SYNTAX: _warning(
        "{server} announces authentication only in the obsolete form AUTH=; other programs may not find it."
    ),
    Code.SIZE_LIMIT_SMALL: _warning(
        "{server} takes messages of only {detail}.",
        Prose(Topic.SERVER, "Have the size limit raised if attachments are to be sent."),
    ),
    Code.SERVER_ECHOES_SECRET: _warning(
        "{server} repeats the password or token in its answers; it is hidden here, but the server's log may hold it.",
        Prose(Topic.LOGIN, "Change the password, and have the server repaired."),
    ),
    Code.LOGIN_NOT_TESTED: _warning(
        "No login was tried although {detail}.",
        Prose(
            Topic.LOGIN,
            "Set the user, and the password with it; or clear the password if the server needs no login.",
            when=(Condition.PASSWORD_WITHOUT_USER,),
        ),
        Prose(
            Topic.LOGIN,
            "Set user and password if the server is to be used with a login, and test again.",
            otherwise=True,
        ),
    ),
    Code.ADDRESSES_DIFFER: _warning(
        "Not every address of {host} answers alike{detail}.",
        Prose(Topic.SERVER, "{repair}.", when=(Condition.ADDRESS_FAILS,)),
        Prose(
            Topic.CLIENT,
            "If this machine reaches no other host over {family} either, the fault is in its own network.",
            when=(Condition.FAMILY_UNREACHED,),
        ),
        Prose(
            Topic.SERVER,
            "Ask whoever runs {host} to set up all its addresses alike: which of them a client meets is chance.",
            when=(Condition.NO_ADDRESS_FAILS,),
        ),
    ),
}
"""Code -> definition."""
