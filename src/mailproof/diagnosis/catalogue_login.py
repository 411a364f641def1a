"""The definitions of the codes of the login, and of the account that it belongs to.

Only data; see `diagnosis.definition`. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.definition import (
    ASK_THE_OPERATOR,
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
from mailproof.smtp.vocabulary import Code

_NOT_THE_MAIL = frozenset({Topic.RECIPIENT, Topic.SENDER, Topic.MESSAGE, Topic.HOST})
_NOT_THE_SETTINGS = _NOT_THE_MAIL | {Topic.PORT, Topic.TLS_MODE, Topic.MECHANISM, Topic.EHLO_NAME}
_LASTING = _NOT_THE_SETTINGS | {Topic.WAITING}

LOGIN: dict[Code, Definition] = {
    Code.AUTH_NOT_OFFERED: Definition(
        wording(
            "{server} offers no authentication.",
            OTHER_PORTS,
            Prose(
                Topic.SERVER,
                "Leave user and password out if this relay needs none, or have authentication enabled on the server.",
            ),
        ),
        tries=frozenset({Try.PORTS}),
        excludes=_NOT_THE_MAIL | {Topic.WAITING},
    ),
    Code.AUTH_NOT_ENABLED: Definition(
        wording(
            "{server} takes no login on this port{reply}.",
            OTHER_PORTS,
            Prose(
                Topic.SERVER,
                "Use the port for logins that its answer or its provider names, or have authentication enabled there; "
                "leave user and password out only if this relay needs none.",
            ),
        ),
        tries=frozenset({Try.PORTS}),
        unrecognised=wording("{server} refused the login{reply}.", THE_LINK, ASK_THE_OPERATOR),
        excludes=_NOT_THE_MAIL | {Topic.WAITING},
    ),
    Code.AUTH_MECHANISM_UNSUPPORTED: Definition(
        wording(
            "{server} offers no authentication mechanism that is possible here: it has {mechanisms}; possible: "
            "{spoken}.",
            SettingsAdvice(Topic.MECHANISM),
            Prose(
                Topic.SERVER,
                "Have one of the mechanisms that are possible here enabled on the server.",
            ),
        ),
        unrecognised=wording("{server} refused the login by {mechanism}{reply}.", THE_LINK, ASK_THE_OPERATOR),
        excludes=_NOT_THE_MAIL | {Topic.WAITING},
    ),
    Code.AUTH_REQUIRES_TLS: Definition(
        wording(
            "{server} accepts a login only inside TLS{reply}.",
            STARTTLS,
            OTHER_PORTS,
            Prose(
                Topic.SERVER,
                "The connection was inside TLS already: ask the server's operator what else it demands.",
                when=(Condition.ENCRYPTED,),
            ),
            Prose(
                Topic.SERVER,
                "Have TLS enabled on the server, or use one that offers it: it takes no login without.",
                otherwise=True,
            ),
        ),
        tries=frozenset({Try.PORTS, Try.ENCRYPTED}),
        excludes=_NOT_THE_MAIL,
    ),
    Code.AUTH_REQUIRED: Definition(
        wording(
            "{server} takes no mail without authentication{reply}.",
            Prose(Topic.LOGIN, "Set user and password.", when=(Condition.NO_LOGIN_GIVEN, Condition.LOGIN_OFFERED)),
            SettingsAdvice(Topic.PORT, when=(Condition.LOGIN_NOT_OFFERED,)),
            Prose(
                Topic.LOGIN,
                "Set user and password, on a port of the server that offers authentication.",
                when=(Condition.NO_LOGIN_GIVEN, Condition.LOGIN_NOT_OFFERED),
            ),
            Prose(
                Topic.ACCOUNT,
                "The login was accepted before: ask the provider whether this account may send from this sender.",
                when=(Condition.LOGGED_IN,),
            ),
            Prose(
                Topic.SERVER,
                "A login is set, and the server asked for none before: ask its operator which login it wants.",
                otherwise=True,
            ),
        ),
        excludes=frozenset({Topic.RECIPIENT, Topic.MESSAGE, Topic.WAITING}),
    ),
    Code.AUTH_REJECTED: Definition(
        wording(
            "{server} refuses user and password{reply}.",
            Prose(
                Topic.LOGIN,
                "Check the user (often the full address, or a word such as apikey) and the password (often an API "
                "key, or an app password where the account has two-step login).",
                when=(Condition.PASSWORD,),
            ),
        ),
        excludes=_LASTING - {Topic.MECHANISM},
        unrecognised=wording(
            "{server} refuses the login{reply}.",
            THE_LINK,
            Prose(
                Topic.LOGIN,
                "The reason is not known here: do what the answer asks for, where it does. User and password may be "
                "right; the provider's support can tell from its log.",
                when=(Condition.PASSWORD,),
            ),
            Prose(
                Topic.LOGIN,
                "Check the access token and the user that it was given for.",
                when=(Condition.TOKEN,),
            ),
        ),
    ),
    Code.AUTH_PASSWORD_EXPIRED: Definition(
        wording(
            "{server} wants the password to be changed before it can be used{reply}.",
            Prose(
                Topic.LOGIN,
                "Change the account's password where the provider has that done (webmail or account settings), and set "
                "the new one here.",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.AUTH_APP_PASSWORD_REQUIRED: Definition(
        wording(
            "{server} wants an app password instead of the account's own{reply}.",
            Prose(
                Topic.LOGIN,
                "Create an app password (also called authorisation code) in the account's security settings and set it "
                "as the password.",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.AUTH_WEB_LOGIN_REQUIRED: Definition(
        wording(
            "{server} wants the account's owner to log in with a web browser first{reply}.",
            Prose(
                Topic.ACCOUNT,
                "Log in to the account in a browser, confirm what it asks, and test again; or set an app password or "
                "OAuth 2.0.",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.AUTH_BASIC_DISABLED: Definition(
        wording(
            "{server} does not accept passwords for this account{reply}.",
            Prose(
                Topic.LOGIN,
                "Set the authentication to OAuth 2.0, or have authenticated SMTP with a password enabled for the "
                "account by its administrator.",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.AUTH_SMTP_DISABLED: Definition(
        wording(
            "Sending over SMTP is switched off for this account at {server}{reply}.",
            Prose(
                Topic.ACCOUNT,
                "Switch SMTP on in the account's settings (often under POP3, IMAP and SMTP), or choose a plan that "
                "includes it.",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.AUTH_CLIENT_NOT_ALLOWED: Definition(
        wording(
            "{server} does not let this account log in from the address that this test connects from{reply}.",
            Prose(
                Topic.ACCOUNT,
                "Allow that address, or its country, for the account at the provider (IP or country rules, conditional "
                "access).",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.AUTH_TOO_MANY_ATTEMPTS: Definition(
        wording(
            "{server} takes no login for now, after too many tries{reply}.",
            Prose(
                Topic.WAITING,
                "Stop other programs that log in with a wrong password, wait (often 15 minutes to some hours), then "
                "test once; the password itself may be right.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=_NOT_THE_SETTINGS,
    ),
    Code.AUTH_TEMPORARY_FAILURE: Definition(
        wording(
            "{server} can't check the login right now{reply}.",
            Prose(
                Topic.WAITING,
                "Try again in a few minutes. If the same answer comes again, check the login and what the answer "
                "names, or ask the server's operator.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=_NOT_THE_SETTINGS,
    ),
    Code.AUTH_TOKEN_FAILED: Definition(
        wording(
            "No access token could be had from the token endpoint{detail}.",
            Prose(Topic.LOGIN, "Check token endpoint, client id, client secret and scopes."),
        ),
        excludes=_NOT_THE_SETTINGS,
    ),
    Code.ACCOUNT_RESTRICTED: Definition(
        wording(
            "{server} does not let this account or its domain send as it is now{reply}.",
            Prose(
                Topic.ACCOUNT,
                "Do what its answer or the provider's web console asks for (activate, verify, pay, choose a plan). "
                "After unusual activity: check that nobody misuses the account, change its password, and have the "
                "provider's support lift the restriction.",
            ),
        ),
        excludes=_LASTING - {Topic.SENDER},
    ),
    Code.PERMISSION_MISSING: Definition(
        wording(
            "{server} says that this account or key lacks the permission to send this{reply}.",
            Prose(
                Topic.ACCOUNT,
                "Give the account or the API key the permission to send (for this sender's domain, where its answer "
                "names one) at the provider, or set one that has it.",
            ),
        ),
        excludes=_LASTING,
    ),
    Code.SENDING_LIMIT_REACHED: Definition(
        wording(
            "A sending limit of {server} is reached{reply}.",
            Prose(
                Topic.ACCOUNT,
                "Do what its answer asks: wait until the limit starts anew, buy credits, or choose a larger plan; or "
                "send fewer mails, to fewer recipients at once.",
            ),
        ),
        waiting=Waiting.ALWAYS,
        excludes=_NOT_THE_SETTINGS,
    ),
}
"""Code -> definition."""
