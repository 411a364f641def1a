"""The body that is posted to an HTTP provider, and its signature. Pure.

Format and signature are those of ZITADEL's HTTP e-mail provider, so that a receiver made for it needs no change;
docs/webhooks.md describes both, with an example that verifies. `webhook.poster` posts the body, `webhook.verdict`
judges the response.
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime

from mailproof.domain.model import HttpSettings, Provider
from mailproof.domain.secret import Secret
from mailproof.syntax.url import Url, parse_url

SIGNATURE = "ZITADEL-Signature"
"""The header field with the time and the signature: "t=1700000000,v1=0123…"."""

EVENT_TYPE = "mailproof.test"
"""The `contextInfo.eventType` of a sample, by which a receiver distinguishes it from mail to be sent."""

DEFAULT_RECIPIENT = "recipient@example.com"


def parse_webhook(url: str) -> Url:
    """Parse a webhook's URL. The egress policy decides whether its port, or plain HTTP, may be used.

    Raises:
        ValueError: It is no valid URL; the message begins with "must".
    """
    return parse_url(url, ("https", "http"))


def signature(key: Secret, body: bytes, moment: datetime) -> str:
    """Return the value of the header field `SIGNATURE`: HMAC-SHA256 of the Unix time, a full stop and the body."""
    seconds = int(moment.timestamp())
    digest = hmac.new(key.reveal().encode(), b"%d.%b" % (seconds, body), "sha256").hexdigest()
    return f"t={seconds},v1={digest}"


def sample(provider: Provider, recipient: str, moment: datetime) -> bytes:
    """Return the body of a test: like that of a mail, but with the `EVENT_TYPE` of a test.

    Args:
        provider: The HTTP provider that is tested.
        recipient: The recipient that the sample names.
        moment: The time that the sample names.
    """
    settings = provider.settings
    description = settings.description if isinstance(settings, HttpSettings) else ""
    document = {
        "contextInfo": {
            "eventType": EVENT_TYPE,
            "provider": {"id": provider.id, "description": description},
            "recipientEmailAddress": recipient,
        },
        "templateData": {
            "title": "Test message",
            "preHeader": "Test message",
            "subject": "Test message",
            "greeting": "Hello,",
            "text": "this is a test of the HTTP provider. Nothing needs to be done.",
            "url": "https://example.com/",
            "buttonText": "Nothing to do",
            "primaryColor": "#5469d4",
            "backgroundColor": "#fafafa",
            "fontColor": "#000000",
            "fontFamily": "-apple-system, BlinkMacSystemFont, Segoe UI, Lato, Arial, Helvetica, sans-serif",
            "footerText": "",
        },
        "args": {
            "creationDate": moment.isoformat(),
            "displayName": "Test Recipient",
            "firstName": "Test",
            "lastName": "Recipient",
            "lastEmail": recipient,
            "verifiedEmail": recipient,
            "loginNames": ["test"],
            "preferredLoginName": "test",
            "userName": "test",
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
