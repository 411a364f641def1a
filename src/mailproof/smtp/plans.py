"""Checks a plan before anything is dialled, reporting every violation at once, and knows the default ports. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailproof.domain.phrase import say
from mailproof.smtp.report import OAuth, Plan
from mailproof.smtp.sasl import table
from mailproof.smtp.vocabulary import Depth, TlsMode
from mailproof.syntax.credentials import password_problem, token_user_problem, user_problem
from mailproof.syntax.host import check_ehlo_name
from mailproof.syntax.mailbox import parse_mailbox
from mailproof.syntax.oauth import grant_problems, token_problem


def default_port(mode: TlsMode) -> int:
    """Return the port of a plan that names none (RFC 8314 section 3.3, RFC 6409 section 3.1, RFC 5321)."""
    return {TlsMode.IMPLICIT: 465, TlsMode.NONE: 25}.get(mode, 587)


def violations(plan: Plan) -> list[tuple[str, str]]:
    """Check every field of a plan but the host: an invalid host is a finding of the test (`invalid_host`).

    Returns:
        The name of each invalid field of `Plan`, `OAuth`, `Credentials` or `ClientCredentials`, with what it must be.
    """
    return list(_violations(plan))


def _violations(plan: Plan) -> Iterator[tuple[str, str]]:
    for name, text, check in (
        ("sender", plan.sender, parse_mailbox),
        ("recipient", plan.recipient, parse_mailbox),
        ("ehlo_name", plan.ehlo_name, check_ehlo_name),
    ):
        if text:
            try:
                check(text)
            except ValueError as error:
                yield name, str(error)
    if not 0 <= plan.port <= 65535:
        yield "port", say("must be between 1 and 65535")
    if not plan.timeout > 0:
        yield "timeout", say("must be more than 0")
    if plan.depth.reaches(Depth.RCPT) and not plan.recipient:
        yield "recipient", say("is needed for the depth {depth}", depth=plan.depth)
    yield from _login_violations(plan)


def _login_violations(plan: Plan) -> Iterator[tuple[str, str]]:
    mechanism = plan.mechanism.upper()
    if mechanism and mechanism not in table.MECHANISMS:
        yield "mechanism", say("must be empty or one of {names}", names=", ".join(table.MECHANISMS))
    elif mechanism and plan.credentials and mechanism not in table.possible(token=plan.oauth is not None):
        yield (
            "mechanism",
            say(
                "must fit the credentials: {mechanism} takes an access token, and a password is given",
                mechanism=mechanism,
            )
            if plan.oauth is None
            else say(
                "must fit the credentials: {mechanism} takes a password, and an access token is given",
                mechanism=mechanism,
            ),
        )
    if plan.credentials:
        user, password = plan.credentials.user, plan.credentials.password
        for name, problem in (("user", user_problem(user)), ("password", password_problem(user, password))):
            if problem:
                yield name, problem
    if plan.oauth is not None:
        yield from _oauth_violations(plan, plan.oauth)


def _oauth_violations(plan: Plan, oauth: OAuth) -> Iterator[tuple[str, str]]:
    if plan.credentials is None or not plan.credentials.user:
        yield "user", say("is needed with an access token")
    elif token_user_problem(plan.credentials.user):
        yield "user", token_user_problem(plan.credentials.user)
    if plan.credentials is not None and plan.credentials.password:
        yield "password", say("must not be given together with an access token")
    token = oauth.access_token.reveal()
    if bool(token) == (oauth.grant is not None):
        yield "access_token", say("is needed, or the client credentials that get one, and not both")
    elif token_problem(token):
        yield "access_token", token_problem(token)
    if oauth.grant is not None:
        yield from grant_problems(oauth.grant)
