"""What `GET /sandbox/messages` shows: the messages that the sandbox's SMTP server has received, newest first."""

from __future__ import annotations

from collections.abc import Iterable

from mailproof.sandbox.server import SandboxMessage

PATH = "/sandbox/messages"


def messages_document(messages: Iterable[SandboxMessage]) -> dict[str, object]:
    """Return the JSON document of `GET /sandbox/messages`, newest message first.

    Args:
        messages: Oldest first, as the server keeps them.
    """
    found = [
        {
            "receivedAt": message.received_at.isoformat(),
            "sender": message.sender,
            "recipients": list(message.recipients),
            "subject": message.subject,
            "size": message.size,
            "text": message.text,
        }
        for message in messages
    ]
    return {"messages": found[::-1]}
