"""What is posted to an HTTP provider: its URL, its body and its signature. Pure; `webhooks` sends it.

Format and signature are those of ZITADEL's HTTP e-mail provider, so that a receiver made for it takes ours unchanged;
docs/webhooks.md has both, with an example that verifies.
"""

from __future__ import annotations

from mailproof.smtp.url import Url, parse_url


def parse_webhook(url: str) -> Url:
    """Take a webhook's URL apart. Whether a port or plain HTTP may be used is the egress policy's business.

    Raises:
        ValueError: It is none; the sentence begins with "must".
    """
    return parse_url(url, ("https", "http"))
