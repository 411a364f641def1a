"""A REST client for tests: one call, its status and its JSON."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clock_support.waiting import HANG
from service_support.service import RunningService


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    document: Any

    @property
    def reason(self) -> str:
        """The reason of an error."""
        return str(self.document["details"][0]["reason"])

    @property
    def fields(self) -> list[str]:
        """The violated fields of an error."""
        return [violation["field"] for violation in self.document["details"][1]["fieldViolations"]]


def call(
    service: RunningService,
    verb: str,
    target: str,
    document: object = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Make a call as the admin, or with another token."""
    sent = {"authorization": f"Bearer {token or service.admin_token}", **(headers or {})}
    data = None
    if document is not None:
        data = json.dumps(document).encode()
        sent["content-type"] = "application/json"
    request = urllib.request.Request(f"{service.http_url}{target}", data=data, headers=sent, method=verb)
    try:
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return Reply(answer.status, json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, json.load(error))
