"""What tests, searches and posts count towards: the host, user and receiver of each, folded. Pure.

Folding brings spellings of one thing together, so that nobody gets more by writing it in another way. It is for
counting alone: what is dialled and sent is what the caller wrote.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from typing import NamedTuple

from mailproof.domain.limits import Activity, BoundedWork, Ticket
from mailproof.domain.model import Caller, fold_host
from mailproof.smtp.report import Plan, Report
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage
from mailproof.syntax.host import check_host, to_ascii
from mailproof.syntax.url import Url, parse_url

_REMEMBERED = 10_000
_STAGES = list(Stage)
_NOTHING_SENT = frozenset({Code.AUTH_NOT_OFFERED, Code.AUTH_MECHANISM_UNSUPPORTED, Code.AUTH_REQUIRES_TLS})
"""Why a login may fail before anything is sent for it."""


def work_of_test(caller: Caller, plan: Plan, *, proven: bool = False) -> BoundedWork:
    """Return what a test counts towards.

    Args:
        caller: For whom it is made.
        plan: A valid plan.
        proven: Whether its secret is a stored one that has logged in before, so that it is no guess.
    """
    return BoundedWork(
        Activity.TEST,
        caller,
        host=folded_host(plan.host),
        logins=() if proven else _logins(plan),
        receiver=folded_mailbox(plan.recipient) if plan.depth is Depth.DATA else "",
        seconds=plan.timeout,
    )


def work_of_search(caller: Caller, address: str, seconds: float) -> BoundedWork:
    """Return what a search counts towards; its host is the domain of the mail address."""
    return BoundedWork(Activity.SEARCH, caller, host=folded_host(address.rpartition("@")[2]), seconds=seconds)


def work_of_post(caller: Caller, url: Url, seconds: float) -> BoundedWork:
    """Return what a post to a webhook counts towards."""
    return BoundedWork(Activity.POST, caller, host=folded_host(url.host), seconds=seconds)


def note_end(ticket: Ticket, report: Report) -> None:
    """Tell a ticket what a test came to: a login that was not refused, or a message that was not sent, does not count.

    Args:
        ticket: The ticket of the test.
        report: Its report.
    """
    ticket.login_failed = login_of(report) is False
    ticket.message_sent = any(step.stage is Stage.DATA for step in report.steps)


def login_of(report: Report) -> bool | None:
    """Return whether the login of a test succeeded; None where none was tried."""
    steps = [step for step in report.steps if step.stage is Stage.AUTH]
    if not steps and report.stage is not Stage.AUTH:
        return None
    if report.code in _NOTHING_SENT and not any(step.sent for step in steps):
        return None
    return report.outcome is Outcome.OK or _STAGES.index(report.stage) > _STAGES.index(Stage.AUTH)


def folded_host(host: str) -> str:
    """Return a host as it is counted: in A-labels and lower case, without a final dot; an address in its one form."""
    try:
        name = check_host(host)
    except ValueError:
        name = host.strip()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return fold_host(name.removesuffix("."))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def folded_mailbox(text: str) -> str:
    """Return a receiver as it is counted.

    Case, dots, quotes and what stands behind a plus (RFC 5233) are left out, since the mail mostly reaches the same
    person. Where it does not, two people share what one may get.
    """
    local, _, domain = text.strip().rpartition("@")
    local = local.replace('"', "").replace("\\", "").replace(".", "").lower()
    return f"{local.partition('+')[0] or local}@{fold_host(to_ascii(domain) or domain).removesuffix('.')}"


def _logins(plan: Plan) -> tuple[str, ...]:
    """Return whom a test may log in.

    A user that is a mail address is one account wherever it is tried, so that other names of its server, which anybody
    can make, allow no more guesses. Any other user is one of its host. A client of OAuth is one of its token endpoint.
    """
    if plan.credentials is None or not plan.credentials.user or not plan.depth.reaches(Depth.AUTH):
        return ()
    user = plan.credentials.user.strip().lower()
    logins = [f"user {folded_mailbox(user)}" if "@" in user else f"user {user} of {folded_host(plan.host)}"]
    grant = plan.oauth.grant if plan.oauth is not None else None
    if grant is not None:
        try:
            endpoint = folded_host(parse_url(grant.token_endpoint, ("https",)).host)
        except ValueError:
            endpoint = grant.token_endpoint
        logins.append(f"client {grant.client_id} of {endpoint}")
    return tuple(logins)


class StoredSecret(NamedTuple):
    """A stored secret, as it is sealed.

    Attributes:
        instance_id: Whose provider has it.
        provider_id: The provider.
        sealed: Its blob.
    """

    instance_id: str
    provider_id: str
    sealed: bytes


class ProvenSecrets:
    """Which stored secrets have logged in since this process began, as they are sealed. The newest are remembered.

    A test with such a secret is no guess, so failed logins that somebody else causes don't hold it back. It is for
    stored secrets alone: with one that the caller sends, the answer would say whether it is the right one.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[StoredSecret, None] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, secret: StoredSecret) -> bool:
        with self._lock:
            return secret in self._known

    def note(self, secret: StoredSecret, *, accepted: bool) -> None:
        """Remember a secret that was accepted, and forget one that was not."""
        with self._lock:
            self._known.pop(secret, None)
            if accepted:
                self._known[secret] = None
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
