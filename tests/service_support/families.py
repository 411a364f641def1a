"""The two families of administration calls by what they do, and one view of what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service_support.wires import Client

FAMILIES: dict[str, dict[str, str]] = {
    "smtp": {
        "add": "AddSMTPConfig",
        "get": "GetSMTPConfigById",
        "active": "GetSMTPConfig",
        "list": "ListSMTPConfigs",
        "update": "UpdateSMTPConfig",
        "password": "UpdateSMTPConfigPassword",
        "activate": "ActivateSMTPConfig",
        "deactivate": "DeactivateSMTPConfig",
        "remove": "RemoveSMTPConfig",
        "test": "TestSMTPConfig",
        "test_stored": "TestSMTPConfigById",
    },
    "email": {
        "add": "AddEmailProviderSMTP",
        "get": "GetEmailProviderById",
        "active": "GetEmailProvider",
        "list": "ListEmailProviders",
        "update": "UpdateEmailProviderSMTP",
        "password": "UpdateEmailProviderSMTPPassword",
        "activate": "ActivateEmailProvider",
        "deactivate": "DeactivateEmailProvider",
        "remove": "RemoveEmailProvider",
        "test": "TestEmailProviderSMTP",
        "test_stored": "TestEmailProviderSMTPById",
    },
}
ACTIVE, INACTIVE = 1, 2

GOOD: dict[str, Any] = {"sender_address": "a@example.com", "sender_name": "A", "host": "mx.example.com:587"}


@dataclass(frozen=True)
class View:
    """A record as either family shows it."""

    id: str
    state: int
    details: Any
    smtp: dict[str, Any]  # the SMTP settings; each empty or False of an HTTP provider
    description: str
    auth: str = ""  # of the e-mail family alone
    endpoint: str = ""


_SMTP = ("sender_address", "sender_name", "tls", "host", "user", "reply_to_address")


def _view(record: Any) -> View:
    if hasattr(record, "smtp_config"):
        return _view(record.smtp_config)
    if hasattr(record, "config") and not hasattr(record, "state"):
        return _view(record.config)
    email = hasattr(record, "http")
    source = record.smtp if email else record
    return View(
        record.id,
        record.state,
        record.details,
        {name: getattr(source, name) for name in _SMTP},
        record.description,
        auth=(record.smtp.WhichOneof("auth") or "") if email else "",
        endpoint=record.http.endpoint if email else "",
    )


@dataclass(frozen=True)
class Family:
    """The calls of one family, made by a client."""

    name: str
    client: Client

    def __call__(self, does: str, /, **values: Any) -> Any:
        """Make the call that does something."""
        return self.client(FAMILIES[self.name][does], **values)

    def refused(self, does: str, /, **values: Any) -> Any:
        """Make a call that must be refused."""
        return self.client.refused(FAMILIES[self.name][does], **values)

    def add(self, **changes: Any) -> str:
        """Add a provider that is good but for the changes; return its id."""
        added: str = self("add", **(GOOD | changes)).id
        return added

    def get(self, provider_id: str) -> View:
        """Read a record."""
        return _view(self("get", id=provider_id))

    def active(self) -> View:
        """Read the active record."""
        return _view(self("active"))

    def list(self, **query: Any) -> tuple[Any, list[View]]:
        """Return what a list says of itself, and its records."""
        found = self("list", query=query)
        return found.details, [_view(each) for each in found.result]
