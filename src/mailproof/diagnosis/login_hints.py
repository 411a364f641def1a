"""What a refused login shows of how user and secret were typed: the advice that comes before that of the code. Pure.

Only data. Law: nothing of a secret is told but its shapes (`syntax.secret_shapes`), and nothing where the login works.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailproof.diagnosis.definition import Advice, Condition, Prose, SettingsAdvice, Topic
from mailproof.smtp.vocabulary import Code

_SECRET: tuple[Advice, ...] = (
    Prose(
        Topic.LOGIN,
        "The {secret} has the form of an app password with the spaces that it is shown with: set it without them.",
        when=(Condition.SECRET_IS_SPACED_APP_PASSWORD,),
    ),
    Prose(
        Topic.LOGIN,
        "The {secret} begins or ends with a line break, which a file or the clipboard may have added: set it without.",
        when=(Condition.SECRET_HAS_LINE_BREAK,),
    ),
    Prose(
        Topic.LOGIN,
        "The {secret} begins or ends with a blank, which is easily pasted along with it: set it without.",
        when=(Condition.SECRET_HAS_BLANK,),
    ),
    Prose(
        Topic.LOGIN,
        "The {secret} has a no-break space or another character that can't be seen, as pages and chats put them in: "
        "type it anew.",
        when=(Condition.SECRET_HAS_INVISIBLE,),
    ),
    Prose(
        Topic.LOGIN,
        "The {secret} has a curly quotation mark, a long dash or a full-width letter, as word processors put them in "
        "place of plain ones: type it anew.",
        when=(Condition.SECRET_HAS_LOOK_ALIKE,),
    ),
)

_USER: tuple[Advice, ...] = (
    Prose(
        Topic.USER,
        "The user has a blank or a character that can't be seen: set it without, unless it belongs there.",
        when=(Condition.USER_HAS_BLANK,),
    ),
    SettingsAdvice(Topic.USER, with_domain=True, reason="The user has no domain, and the sender has one"),
    Prose(
        Topic.USER,
        "The user has no domain, and {provider} takes the full address.",
        when=(Condition.PROVIDER_WANTS_ADDRESS,),
        otherwise=True,
    ),
)

LOGIN_HINTS: Mapping[Code, tuple[Advice, ...]] = {
    Code.AUTH_REJECTED: (*_SECRET, *_USER),
    Code.AUTH_APP_PASSWORD_REQUIRED: _SECRET,  # the account was found, so the user is right
    Code.AUTH_TOKEN_FAILED: _SECRET,
}
"""Code -> the advice that comes before its own, the surest first."""
