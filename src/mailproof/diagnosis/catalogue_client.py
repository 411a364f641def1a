"""The definitions of the codes by which a server refuses us as a client, at whichever command.

Only data; see `diagnosis.definition`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import (
    ASK_THE_OPERATOR,
    THE_LINK,
    Condition,
    Definition,
    Prose,
    Topic,
    Waiting,
    wording,
)
from mailproof.smtp.vocabulary import Code, Stage

CLIENT: dict[Code, Definition] = {
    Code.SERVICE_UNAVAILABLE: Definition(
        wording(
            "{server} refuses service at the stage {stage}{reply}.",
            THE_LINK,
            Prose(
                Topic.WAITING,
                "Try again in a few minutes; if it stays so, ask the server's operator.",
                when=(Condition.TEMPORARY,),
            ),
            Prose(
                Topic.SERVER,
                "The reason is not known here: do what the answer says, where it says something; otherwise ask the "
                "server's operator whether this host takes mail for submission, and whether the address that this test "
                "connects from is blocked.",
                when=(Condition.PERMANENT,),
            ),
            Prose(Topic.SERVER, "Ask the server's operator.", otherwise=True),
        ),
        waiting=Waiting.IF_TEMPORARY,
        at={
            Stage.EHLO: wording(
                "{server} refuses service after our EHLO {ehlo}{reply}.",
                THE_LINK,
                Prose(
                    Topic.EHLO_NAME,
                    "Set the EHLO name to this machine's full DNS name, which some servers demand; otherwise ask the "
                    "server's operator.",
                    "Have the operator of this service set its EHLO name (ehlo_name) to its full DNS name, which some "
                    "servers demand; otherwise ask the server's operator.",
                ),
            ),
        },
    ),
    Code.TOO_MANY_CONNECTIONS: Definition(
        wording(
            "{server} has too many connections{reply}.",
            Prose(
                Topic.WAITING,
                "Wait a few minutes and try again, or lower the number of connections that are open at once.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=frozenset({Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.HOST, Topic.PORT}),
    ),
    Code.RATE_LIMITED: Definition(
        wording(
            "{server} limits how often it may be used, and the limit is reached{reply}.",
            Prose(
                Topic.WAITING,
                "Wait before the next try, often some minutes and for repeated errors some hours, send more slowly, or "
                "ask the provider for a higher limit.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=frozenset({Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.HOST, Topic.PORT}),
    ),
    Code.TEMPORARY_FAILURE: Definition(
        wording(
            "{server} can't do it right now (stage {stage}){reply}.",
            Prose(
                Topic.WAITING,
                "Try again in a few minutes; if the same answer comes again, the cause is lasting: act on what it "
                "names, or ask the server's operator.",
            ),
        ),
        waiting=Waiting.ALWAYS,
    ),
    Code.CLIENT_IP_BLOCKED: Definition(
        wording(
            "{server} blocks the address that this test connects from{reply}.",
            Prose(
                Topic.CLIENT,
                "Remove first what the answer blames that address for (an open relay, malware, spam), where it does; "
                "then have it taken off the list that the answer names, or ask the server's operator to unblock it; "
                "or send through a relay whose address is not blocked.",
            ),
        ),
        excludes=frozenset(
            {Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.USER, Topic.MESSAGE, Topic.WAITING, Topic.PORT}
        ),
    ),
    Code.CLIENT_NO_RDNS: Definition(
        wording(
            "{server} wants the address that this test connects from to have a reverse DNS name{reply}.",
            Prose(
                Topic.CLIENT,
                "Have the hosting or network provider of that address set a PTR record to a name whose own address is "
                "the same (forward-confirmed), or send through a relay that has one.",
            ),
        ),
        excludes=frozenset({Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.MESSAGE, Topic.WAITING, Topic.PORT}),
    ),
    Code.EHLO_REJECTED: Definition(
        wording(
            "{server} refuses our name {ehlo}{reply}.",
            Prose(
                Topic.EHLO_NAME,
                "Set the EHLO name to this machine's full DNS name, one that resolves to its public address; where the "
                "answer names a block list, to a name that is not on it.",
                "Have the operator of this service set its EHLO name (ehlo_name) to the full DNS name of its public "
                "address; where the answer names a block list, to a name that is not on it.",
            ),
        ),
        excludes=frozenset({Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.MESSAGE}),
        unrecognised=wording("{server} refuses our EHLO {ehlo}{reply}.", THE_LINK, ASK_THE_OPERATOR),
    ),
}
"""Code -> its definition."""
