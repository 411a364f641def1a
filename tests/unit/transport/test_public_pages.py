"""The pages for everybody: what they say, in which form, and that a browser asks nobody else for anything."""

import gzip
import json
import re

import pytest

import mailproof
from mailproof.transport.http_app import HttpApp
from mailproof.transport.public_pages import ADDRESSES, public_pages
from service_support.asgi import Answer, call

PATHS = sorted(public_pages())


def get(app: HttpApp, path: str, *, method: str = "GET", **headers: str) -> Answer:
    return call(app, method, path, headers=[(name.replace("_", "-"), value) for name, value in headers.items()])


def test_the_root_names_the_addresses_that_exist(app: HttpApp) -> None:
    answer = get(app, "/")
    assert answer.header("content-type") == "application/json"
    named = [address["path"] for address in json.loads(answer.body)["addresses"]]
    assert named == list(ADDRESSES)
    assert [get(app, path).status for path in named] == [200] * len(named)
    page = get(app, "/", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert re.findall(r'<a href="([^"]+)"', page.body.decode()) == named


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_does(app: HttpApp, path: str) -> None:
    whole, head = get(app, path), get(app, path, method="HEAD")
    assert head.body == b""
    assert sorted(head.headers) == sorted((n, v if n != "x-request-id" else head.header(n)) for n, v in whole.headers)
    assert head.header("content-length") == str(len(whole.body))


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_packed_for_who_reads_that(app: HttpApp, path: str) -> None:
    plain = get(app, path)
    packed = get(app, path, accept_encoding="br;q=1.0, gzip")
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.header("etag") != plain.header("etag")
    assert "accept-encoding" in str(packed.header("vary"))
    for refused in ("identity", "gzip;q=0", "gzip; q=0.000", "br"):
        assert get(app, path, accept_encoding=refused).header("content-encoding") is None
    assert get(app, path, accept_encoding="*").header("content-encoding") == "gzip"


@pytest.mark.parametrize("path", PATHS)
def test_what_has_not_changed_is_not_sent_again(app: HttpApp, path: str) -> None:
    tag = str(get(app, path).header("etag"))
    for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(app, path, if_none_match=condition)
        assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
    assert get(app, path, if_none_match='"other"').status == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_runs_nothing_and_asks_nobody_else(app: HttpApp, path: str) -> None:
    answer = get(app, path, accept="text/html")
    policy = str(answer.header("content-security-policy"))
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    text = answer.body.decode()
    if not path.endswith(".json"):
        assert not re.search(r"<script|<iframe|<img|javascript:|\son[a-z]+=|style=|@import|url\(", text)
        assert not re.findall(r'(?:href|src)="(?![/#])[^"]*"', text)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_learns_which_release_runs(app: HttpApp, path: str) -> None:
    """Who has no token is told nothing of that, as GetServerInfo's comment has it."""
    assert mailproof.__version__.encode() not in get(app, path).body.replace(b"127.0.0.1", b"")


def test_every_link_of_the_page_leads_somewhere(app: HttpApp) -> None:
    text = get(app, "/docs").body.decode()
    anchors = re.findall(r'id="([^"]+)"', text)
    assert len(anchors) == len(set(anchors))
    assert len(anchors) > 200
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)
