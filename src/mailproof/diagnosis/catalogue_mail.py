"""The definitions of the codes of the mail transaction: sender, recipient and message.

Only data; see `diagnosis.definition`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import (
    ASK_THE_OPERATOR,
    THE_LINK,
    Condition,
    Definition,
    Prose,
    SettingsAdvice,
    Topic,
    Waiting,
    wording,
)
from mailproof.smtp.vocabulary import Code

_NOT_THE_WAY = frozenset({Topic.HOST, Topic.TLS_MODE, Topic.MECHANISM, Topic.EHLO_NAME, Topic.TIMEOUT})
_SENDER_ONLY = _NOT_THE_WAY | {Topic.PORT, Topic.RECIPIENT, Topic.WAITING, Topic.LOGIN, Topic.MESSAGE}
_RECIPIENT_ONLY = _NOT_THE_WAY | {Topic.PORT, Topic.SENDER, Topic.LOGIN, Topic.MESSAGE}

MAIL: dict[Code, Definition] = {
    Code.SENDER_REJECTED: Definition(
        wording(
            "{server} refuses the sender {sender}{reply}.",
            Prose(
                Topic.SENDER,
                "Set the sender to an address that this server takes mail from (that of the login, where it is one), "
                "or have this one allowed as a sender at the provider.",
                "Set sender_address to one that this server takes mail from (that of the login, where it is one), or "
                "have this one allowed as a sender at the provider.",
            ),
        ),
        excludes=_SENDER_ONLY,
        unrecognised=wording("{server} refused when the sender {sender} was named{reply}.", THE_LINK, ASK_THE_OPERATOR),
    ),
    Code.SENDER_NOT_VERIFIED: Definition(
        wording(
            "The sender {sender} is not verified with the provider of {server}{reply}.",
            Prose(
                Topic.SENDER,
                "Verify the sender's address or domain in the provider's console, or set the sender to one that is "
                "verified there.",
                "Verify the sender's address or domain in the provider's console, or set sender_address to one that is "
                "verified there.",
            ),
        ),
        excludes=_SENDER_ONLY - {Topic.RECIPIENT},
    ),
    Code.SENDER_NOT_OWNED: Definition(
        wording(
            "{server} does not let this login send as {sender}{reply}.",
            Prose(
                Topic.SENDER,
                "Set the sender to the address of the account that logs in ({user}), or have the account allowed to "
                "send as {sender}.",
                "Set sender_address to the address of the account that logs in ({user}), or have the account allowed "
                "to send as {sender}.",
                when=(Condition.LOGIN_GIVEN, Condition.SENDER_IS_NOT_LOGIN),
            ),
            Prose(
                Topic.SENDER,
                "Have {sender} added at the provider as an address that this account may send as (identity, alias or "
                "send-as right), and check that the From field of the mails is the same.",
                when=(Condition.LOGIN_GIVEN, Condition.SENDER_IS_LOGIN),
            ),
            Prose(
                Topic.SENDER,
                "Log in with the account that {sender} belongs to, by user and password, or set the sender to an "
                "address that needs no login.",
                "Log in with the account that {sender} belongs to, by user and password, or set sender_address to an "
                "address that needs no login.",
                when=(Condition.NO_LOGIN_GIVEN,),
            ),
        ),
        excludes=_SENDER_ONLY,
    ),
    Code.SENDER_DOMAIN_NOT_FOUND: Definition(
        wording(
            "{server} can't find the domain of the sender {sender} in the DNS{reply}.",
            Prose(
                Topic.SENDER,
                "Check the spelling of the sender's domain; it needs an MX or an address record that the whole "
                "Internet can look up.",
                "Check the spelling of the domain in sender_address; it needs an MX or an address record that the "
                "whole Internet can look up.",
            ),
        ),
        excludes=_SENDER_ONLY,
    ),
    Code.SENDER_AUTHENTICATION_FAILED: Definition(
        wording(
            "The mail fails the sender's own protection, {proofs}{reply}.",
            Prose(
                Topic.SENDER,
                "Add the server that sends to the SPF record of the sender's domain (by its address or its include).",
                when=(Condition.SPF_NAMED,),
            ),
            Prose(
                Topic.SENDER,
                "Have the mail signed by DKIM for the sender's domain, with the key in its DNS, and changed by nothing "
                "after that.",
                when=(Condition.DKIM_NAMED,),
            ),
            Prose(
                Topic.SENDER,
                "Have SPF or DKIM pass for the very domain of the sender's address (DMARC alignment), or set the "
                "sender to an address of a domain that this server is set up for.",
                "Have SPF or DKIM pass for the very domain of sender_address (DMARC alignment), or set it to one of a "
                "domain that this server is set up for.",
                when=(Condition.DMARC_NAMED,),
            ),
            Prose(
                Topic.SENDER,
                "Have the DNS of the sender's domain name this sending server (SPF), and have the mail signed by DKIM "
                "for that domain; or set the sender to an address of a domain that this server is set up for.",
                "Have the DNS of the domain in sender_address name this sending server (SPF), and have the mail signed "
                "by DKIM for that domain; or set sender_address to one of a domain that this server is set up for.",
                when=(Condition.NO_PROOF_NAMED,),
            ),
        ),
        excludes=_SENDER_ONLY,
    ),
    Code.RECIPIENT_REJECTED: Definition(
        wording(
            "{server} refuses the recipient {recipient}{reply}.",
            Prose(
                Topic.RECIPIENT,
                "Check the recipient's address. If it is right, set another recipient, or have the mailbox's owner or "
                "provider unlock it or allow this sender: the server takes no mail for it as it is.",
                "Check receiver_address. If it is right, set another one, or have the mailbox's owner or provider "
                "unlock it or allow this sender: the server takes no mail for it as it is.",
            ),
        ),
        excludes=_RECIPIENT_ONLY | {Topic.WAITING},
        unrecognised=wording(
            "{server} refused when the recipient {recipient} was named{reply}.", THE_LINK, ASK_THE_OPERATOR
        ),
    ),
    Code.RECIPIENT_DOMAIN_NOT_FOUND: Definition(
        wording(
            "{server} can't find the domain of the recipient {recipient} in the DNS{reply}.",
            Prose(
                Topic.RECIPIENT,
                "Check the spelling of the recipient's domain.",
                "Check the spelling of the domain in receiver_address.",
            ),
        ),
        excludes=_RECIPIENT_ONLY | {Topic.WAITING},
    ),
    Code.RELAY_DENIED: Definition(
        wording(
            "{server} does not pass on mail from here to {recipient}{reply}.",
            Prose(
                Topic.LOGIN,
                "Set user and password: a server passes on mail for those who log in; or, for a relay without logins, "
                "have its operator allow the address that this test connects from.",
                when=(Condition.NO_LOGIN_GIVEN, Condition.LOGIN_OFFERED),
            ),
            SettingsAdvice(Topic.PORT, when=(Condition.NO_LOGIN_GIVEN, Condition.LOGIN_NOT_OFFERED)),
            Prose(
                Topic.CLIENT,
                "Set user and password on a port that offers a login, or have the address that this test connects from "
                "allowed as a client of this relay.",
                when=(Condition.NO_LOGIN_GIVEN, Condition.LOGIN_NOT_OFFERED),
            ),
            Prose(
                Topic.ACCOUNT,
                "The login was accepted, so have this account allowed to send to other domains (relay), or check that "
                "the sender's domain belongs to it.",
                when=(Condition.LOGGED_IN,),
            ),
            Prose(
                Topic.CLIENT,
                "Have the address that this test connects from allowed as a client of this relay.",
                otherwise=True,
            ),
        ),
        excludes=frozenset({Topic.WAITING, Topic.MESSAGE, Topic.RECIPIENT}),
    ),
    Code.GREYLISTED: Definition(
        wording(
            "{server} asks senders that it does not know to come back later (greylisting){reply}.",
            Prose(
                Topic.WAITING,
                "Try again in some minutes with the same sender and recipient: then it takes the mail.",
            ),
            Prose(
                Topic.LOGIN,
                "Most servers do not do so where user and password are set.",
                when=(Condition.NO_LOGIN_GIVEN, Condition.LOGIN_OFFERED),
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=_NOT_THE_WAY | {Topic.RECIPIENT, Topic.SENDER, Topic.PORT},
    ),
    Code.MAILBOX_FULL: Definition(
        wording(
            "The mailbox of {recipient} is full{reply}.",
            Prose(
                Topic.RECIPIENT,
                "Set another recipient, or have the mailbox cleared.",
                "Set another receiver_address, or have the mailbox cleared.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=_RECIPIENT_ONLY,
    ),
    Code.CONTENT_REJECTED: Definition(
        wording(
            "{server} refuses what the message contains{reply}.",
            Prose(
                Topic.MESSAGE,
                "Do first what its answer asks for. What it objects to may be subject, text, links, attachments or "
                "header fields, or how the program that makes the mail ends and breaks its lines; where it names "
                "nothing, ask the server's operator which filter refused it.",
            ),
        ),
        excludes=_NOT_THE_WAY | {Topic.PORT, Topic.RECIPIENT, Topic.LOGIN, Topic.WAITING},
    ),
    Code.MESSAGE_REJECTED: Definition(
        wording("{server} refused when the message was sent{reply}.", THE_LINK, ASK_THE_OPERATOR),
        excludes=_NOT_THE_WAY | {Topic.WAITING},
    ),
    Code.MESSAGE_TOO_LARGE: Definition(
        wording(
            "The message is larger than {server} takes{detail}{reply}.",
            Prose(Topic.MESSAGE, "Send a smaller message (smaller attachments), or have the server's limit raised."),
        ),
        excludes=_NOT_THE_WAY | {Topic.PORT, Topic.RECIPIENT, Topic.SENDER, Topic.LOGIN, Topic.WAITING},
    ),
    Code.SMTPUTF8_NOT_SUPPORTED: Definition(
        wording(
            "{server} can't handle addresses with characters beyond ASCII before the @{reply}.",
            Prose(
                Topic.SENDER,
                "Set sender and recipient to addresses with ASCII characters only.",
                "Set sender_address and receiver_address to addresses with ASCII characters only.",
            ),
        ),
        excludes=_NOT_THE_WAY | {Topic.PORT, Topic.LOGIN, Topic.MESSAGE, Topic.WAITING},
    ),
}
"""Code -> definition."""
