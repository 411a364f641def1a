"""Decides whether a redirect of a web server is followed: only within one site, and never out of TLS. Pure.

A redirect is a destination that the server chooses, so it may lead anywhere: to another service of this network, in a
circle, or to somebody who should not learn whose settings are searched. Laws: a site is a domain and what lies below
it; what lies above is not part of it, since without a list of registries nobody can tell example.co.uk's parent from
one; only http and https on their own ports. Whether the next host may be dialled is for the egress policy to say.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from mailproof.discovery.sites import is_below
from mailproof.syntax.host import bracketed
from mailproof.syntax.text import is_visible_ascii
from mailproof.syntax.url import PORTS, Url, parse_url

FOLLOWED = frozenset({301, 302, 303, 307, 308})  # RFC 9110 section 15.4
MAX_LOCATION = 2000  # characters

# Programs disagree on which host these name: no two slashes behind the scheme, or three of them.
_UNCLEAR = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!//[^/])|///")
_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+")  # an address ends in digits, also in its odd spellings


class RedirectRefused(Exception):
    """The redirect is not followed. The text is a phrase about the server.

    Attributes:
        host: The name of another site where it leads; empty for every other reason, and for what is no public name.
    """

    def __init__(self, phrase: str, host: str = "") -> None:
        super().__init__(phrase)
        self.host = host


def next_url(url: Url, location: str, site: str) -> Url:
    """Return where a redirect leads.

    Args:
        url: The URL that answered with the redirect.
        location: Its field Location, as the server says it.
        site: The domain that the redirect may not leave, in ASCII and lower case.

    Raises:
        RedirectRefused: It is not followed.
    """
    if not location or len(location) > MAX_LOCATION or not is_visible_ascii(location):
        raise RedirectRefused("redirects without saying clearly where to")
    if "\\" in location or _UNCLEAR.match(location):
        raise RedirectRefused("redirects to what is no plain web address, which is not followed")
    try:
        following = parse_url(urljoin(text_of(url), location), tuple(PORTS))
    except ValueError:
        raise RedirectRefused("redirects to what is no plain web address, which is not followed") from None
    if not is_below(following.host, site):
        name = following.host if _NAME.fullmatch(following.host) else ""
        raise RedirectRefused(f"redirects elsewhere{f' (to {name})' if name else ''}, which is not followed", name)
    if following.port != PORTS[following.scheme]:
        raise RedirectRefused("redirects to another port, which is not followed")
    if url.secure and not following.secure:
        raise RedirectRefused("redirects to a page without encryption, which is not followed")
    if not following.secure and following.target != url.target:
        # Without TLS nothing proves that the next server has the name: it may be a device of this network, of which a
        # stranger's redirect would choose the page, perhaps one that does something.
        raise RedirectRefused("redirects to another page without encryption, which is not followed")
    return following


def text_of(url: Url) -> str:
    """Return a URL as text."""
    return f"{url.scheme}://{bracketed(url.host)}{'' if url.port == PORTS[url.scheme] else f':{url.port}'}{url.target}"


def shown(url: Url) -> str:
    """Return a URL without its query, which may hold a mail address."""
    return text_of(url).partition("?")[0]
