"""The definitions of the codes from the policy to the greeting, and of connections that are lost.

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
    Waiting,
    wording,
)
from mailproof.smtp.vocabulary import Code, Stage

_WRONG_HOST = Prose(
    Topic.HOST,
    "No mail port of {host} answers from here: check that it is the right host, and that no firewall stands between.",
    when=(Condition.NO_PORT_ANSWERS,),
)
_ON_THE_WAY = Prose(
    Topic.CLIENT,
    "Have firewalls, proxies and virus scanners between here and the server checked.",
)
_NO_LOGIN_OR_MAIL = frozenset({Topic.LOGIN, Topic.USER, Topic.ACCOUNT, Topic.SENDER, Topic.RECIPIENT, Topic.MESSAGE})
_EARLY = frozenset({Try.PORTS_IF_EARLY, Try.OTHER_HOST})

CONNECTION: dict[Code, Definition] = {
    Code.OK: Definition(wording("The test passed: {detail}.")),
    Code.EGRESS_DENIED: Definition(
        wording(
            "The policy of this service forbids the destination{detail}.",
            Prose(
                Topic.HOST,
                "Choose another host and port, or ask the operator of this service to allow this one.",
            ),
        ),
        silent=True,
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.INVALID_HOST: Definition(
        wording(
            "The host is not a valid host name.",
            Prose(
                Topic.HOST,
                'Set the host to a name like "smtp.example.com" or to an IP address.',
                'Set host to a name or address with its port, like "smtp.example.com:PORT".',
            ),
        ),
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.DNS_NOT_FOUND: Definition(
        wording(
            "The name {host} does not exist, or has no address{reachable}.",
            Prose(Topic.HOST, "Check the spelling of the host."),
            Prose(
                Topic.CLIENT,
                "If it is right, ask the operator of this service whether it may connect to that host.",
                when=(Condition.MAY_BE_FORBIDDEN,),
            ),
        ),
        tries=frozenset({Try.OTHER_HOST}),
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.DNS_TEMPORARY: Definition(
        wording(
            "The name {host} could not be looked up right now.",
            Prose(
                Topic.WAITING,
                "Try again in a few minutes; if it stays so, check the name servers of the domain and of this machine.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.DNS_ERROR: Definition(
        wording(
            "The lookup of {host} failed.",
            Prose(Topic.CLIENT, "Check the host and the DNS settings of the machine that this test runs on."),
        ),
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.CONNECTION_REFUSED: Definition(
        wording(
            "{server} refused the connection: nothing listens on port {port}, or a firewall rejects it.",
            OTHER_PORTS,
            _WRONG_HOST,
            Prose(
                Topic.SERVER,
                "Other ports of {host} answer, but none of them as it has to: what each lacks stands with what was "
                "tried.",
                when=(Condition.SOME_PORT_ANSWERS,),
            ),
        ),
        tries=frozenset({Try.PORTS, Try.OTHER_HOST}),
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.NETWORK_UNREACHABLE: Definition(
        wording(
            "There is no network route to {server}.",
            Prose(Topic.CLIENT, "Check the host, and the network and firewall of the machine that this test runs on."),
        ),
        tries=frozenset({Try.PORTS, Try.OTHER_HOST}),
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.OUTGOING_SMTP_BLOCKED: Definition(
        wording(
            "No mail port of {host} answers from here{detail}.",
            Prose(
                Topic.CLIENT,
                "{provider} does answer there, so outgoing SMTP is blocked where this test runs: have it opened, which "
                "many hosting providers do on request.",
                when=(Condition.KNOWN_PROVIDER,),
            ),
            Prose(
                Topic.CLIENT,
                "If the host is right, outgoing SMTP is blocked where this test runs: have it opened, which many "
                "hosting providers do on request.",
                when=(Condition.UNKNOWN_PROVIDER, Condition.OTHER_HOST_SUGGESTED),
            ),
            Prose(
                Topic.HOST,
                "Check that {host} is the right host. If it is, outgoing SMTP is blocked where this test runs: have it "
                "opened, which many hosting providers do on request.",
                when=(Condition.UNKNOWN_PROVIDER,),
            ),
        ),
        excludes=_NO_LOGIN_OR_MAIL,
    ),
    Code.TIMEOUT: Definition(
        wording(
            "{server} did not answer in time at the stage {stage}.",
            Prose(
                Topic.SERVER,
                "Try again with a longer timeout; if it stays silent, have the server's log looked at.",
                "Try again with a longer deadline; if it stays silent, have the server's log looked at.",
                when=(Condition.LONGER_ALLOWED,),
            ),
            Prose(
                Topic.SERVER,
                "The test had {allowed}, which is all that this service allows: have the server's log looked at.",
                when=(Condition.NO_LONGER_ALLOWED,),
            ),
        ),
        tries=_EARLY,
        at={
            Stage.RESOLVE: wording(
                "The lookup of {host} took too long.",
                Prose(Topic.CLIENT, "Check the host and the DNS settings of the machine that this test runs on."),
            ),
            Stage.CONNECT: wording(
                "No connection to {server} came about {in_time}: usually a firewall drops the packets.",
                OTHER_PORTS,
                _WRONG_HOST,
                Prose(
                    Topic.CLIENT,
                    "Check the host, and whether a firewall lets this machine connect to the port that was tested.",
                    when=(Condition.SOME_PORT_ANSWERS,),
                ),
            ),
            Stage.GREETING: wording(
                "{server} accepted the connection but sent no greeting {in_time}.",
                IMPLICIT_TLS,
                OTHER_PORTS,
                Prose(
                    Topic.TIMEOUT,
                    "The server has begun to answer and is slow: set a longer timeout.",
                    "The server has begun to answer and is slow: give the call a longer deadline.",
                    when=(Condition.GREETING_BEGUN,),
                ),
                Prose(
                    Topic.SERVER,
                    "The port that was tested answers neither in clear text nor with TLS: have the server looked at, "
                    "and any firewall or proxy before it.",
                    when=(Condition.BOTH_MODES_TRIED,),
                ),
            ),
            Stage.TLS: wording(
                "{server} did not answer the TLS handshake {in_time}.",
                STARTTLS,
                OTHER_PORTS,
                _ON_THE_WAY,
            ),
            Stage.AUTH: wording(
                "{server} did not answer the authentication in time.",
                Prose(
                    Topic.LOGIN,
                    "Check user and password first: some providers, like Microsoft 365, answer refused credentials "
                    "with silence.",
                    when=(Condition.PASSWORD,),
                ),
                Prose(
                    Topic.LOGIN,
                    "Check the access token and the user first: some servers answer refused ones with silence.",
                    when=(Condition.TOKEN,),
                ),
            ),
        },
    ),
    Code.CONNECTION_CLOSED: Definition(
        wording(
            "{server} closed the connection at the stage {stage} without an answer.",
            Prose(Topic.SERVER, "Have the server's log looked at: it says why the connection was closed."),
        ),
        tries=_EARLY,
        at={
            Stage.GREETING: wording(
                "{server} closed the connection without a greeting.",
                IMPLICIT_TLS,
                OTHER_PORTS,
                Prose(
                    Topic.CLIENT,
                    "Ask the server's operator whether the address that this test connects from is blocked.",
                ),
            ),
            Stage.TLS: wording(
                "{server} closed the connection during the TLS handshake.",
                STARTTLS,
                OTHER_PORTS,
                Prose(
                    Topic.SERVER,
                    "Have the server's log looked at, and any firewall or proxy between here and the server.",
                ),
            ),
            Stage.EHLO: wording(
                "{server} closed the connection after our EHLO {ehlo} without an answer.",
                Prose(
                    Topic.EHLO_NAME,
                    "Set the EHLO name to this machine's full DNS name: some servers hang up on names that they "
                    "refuse; otherwise the server's log says why it hung up.",
                    "Have the operator of this service set its EHLO name (ehlo_name) to its full DNS name: some "
                    "servers hang up on names that they refuse; otherwise the server's log says why it hung up.",
                ),
            ),
            Stage.AUTH: wording(
                "{server} closed the connection during the authentication without an answer.",
                Prose(Topic.LOGIN, "Check user and password first: some servers hang up where they should refuse."),
            ),
        },
    ),
    Code.CONNECTION_RESET: Definition(
        wording(
            "The connection to {server} was reset at the stage {stage}.",
            SettingsAdvice(Topic.PORT, when=(Condition.NOT_LOGGED_IN,)),
            Prose(
                Topic.CLIENT,
                "Have any firewall, proxy or virus scanner between here and the server checked, and the server's log.",
            ),
        ),
        tries=_EARLY,
    ),
    Code.NOT_SMTP: Definition(
        wording(
            "What listens on {server} is not an SMTP server.",
            OTHER_PORTS,
            Prose(
                Topic.HOST,
                "Check that {host} is the right host, and that no proxy answers in its place.",
            ),
        ),
        tries=frozenset({Try.PORTS, Try.OTHER_HOST}),
        excludes=_NO_LOGIN_OR_MAIL,
        silent=True,
    ),
    Code.PROTOCOL_ERROR: Definition(
        wording(
            "{server} broke the rules of SMTP at the stage {stage}{detail}.",
            Prose(
                Topic.SERVER,
                "Have the server looked at by its operator, and any proxy or firewall that may change the traffic.",
            ),
        ),
        at={
            Stage.MAIL: wording(
                "{server} takes the command with the sender {sender} for wrong or out of place{detail}.",
                Prose(
                    Topic.SENDER,
                    "Check that the sender is one plain address (name@domain). Where the answer asks for another "
                    "command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them "
                    "looked at.",
                    "Check that sender_address is one plain address (name@domain). Where the answer asks for another "
                    "command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them "
                    "looked at.",
                ),
            ),
            Stage.RCPT: wording(
                "{server} takes the command with the recipient {recipient} for wrong or out of place{detail}.",
                Prose(
                    Topic.RECIPIENT,
                    "Check that the recipient is one plain address (name@domain). Where the answer asks for another "
                    "command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them "
                    "looked at.",
                    "Check that receiver_address is one plain address (name@domain). Where the answer asks for "
                    "another command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have "
                    "them looked at.",
                ),
            ),
        },
        unrecognised=wording("{server} refused the command at the stage {stage}{reply}.", THE_LINK, ASK_THE_OPERATOR),
    ),
    Code.RESPONSE_TOO_LARGE: Definition(
        wording(
            "{server} sent more than any SMTP server needs to at the stage {stage}{detail}.",
            Prose(Topic.HOST, "Check that host and port belong to an SMTP server."),
        ),
    ),
}
"""Code -> definition."""
