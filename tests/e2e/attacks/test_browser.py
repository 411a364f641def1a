"""What browsers and middlemen can be made to send: smuggled requests, doubled headers, other spellings of a route."""

import json
import re
import socket

import pytest

from clock_support.waiting import HANG
from service_support.service import RunningService

BODY = json.dumps({"sender_address": "a@example.com", "sender_name": "A", "host": "localhost:1", "tls": True}).encode()


def talk(url: str, request: bytes) -> bytes:
    """Send octets, and return all that comes until the server closes the connection."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=HANG) as wire:
        wire.sendall(request)
        answer = b""
        while data := wire.recv(65536):
            answer += data
        return answer


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of the answers on a connection."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", answer)]


def head(
    service: RunningService, *lines: bytes, first: bytes = b"POST /smtp/_search HTTP/1.1", token: bool = True
) -> bytes:
    known = [b"authorization: Bearer " + service.admin_token.encode()] if token else []
    given = [first, *known, b"content-type: application/json", *lines]
    if not any(line.lower().startswith(b"host") for line in lines):
        given.append(b"host: localhost")
    return b"\r\n".join(given) + b"\r\n\r\n"


SMUGGLED = b"DELETE /smtp/1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        ((b"content-length: 6", b"transfer-encoding: chunked"), b"0\r\n\r\nG" + SMUGGLED),  # CL.TE
        ((b"transfer-encoding: chunked", b"content-length: 3"), b"2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),  # TE.CL
        ((b"content-length: 2", b"content-length: 60"), b"{}" + SMUGGLED),
        ((b"content-length: 2", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"content-length: 2, 2",), b"{}" + SMUGGLED),
        ((b"content-length: +2",), b"{}" + SMUGGLED),
        ((b"content-length: 0x2",), b"{}" + SMUGGLED),
        ((b"content-length: -2",), b"{}" + SMUGGLED),
        ((b"transfer-encoding: chunked, identity",), b"2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
        ((b"transfer-encoding: xchunked",), b"2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
        ((b"transfer-encoding : chunked",), b"2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
        ((b"transfer-encoding: chunked", b"transfer-encoding: identity"), b"2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
        ((b"transfer-encoding: chunked",), b"0x2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
        ((b"transfer-encoding: chunked",), b"2\n{}\n0\n\n" + SMUGGLED),
        ((b"x-a: b", b" content-length: 2"), b"{}" + SMUGGLED),  # obs-fold
        ((b"x-a: b\r\n\tfolded", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"x a: b", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"x-a\0: b", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"x-a: b\0c", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"x-a: b\rcontent-length: 60", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"\xc4: b", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b": b", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"host: localhost", b"host: elsewhere", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"host: localhost, elsewhere", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"host: user@localhost", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"authorization: Bearer other", b"content-length: 2"), b"{}" + SMUGGLED),
        ((b"content-type: text/plain", b"content-length: 2"), b"{}" + SMUGGLED),
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_400_and_ends_its_connection(
    service: RunningService, lines: tuple[bytes, ...], body: bytes
) -> None:
    assert statuses(talk(service.http_url, head(service, *lines) + body)) == [400]


def test_a_good_request_with_another_behind_it_is_answered_twice(service: RunningService) -> None:
    """So the answers above end for their reasons."""
    answer = talk(service.http_url, head(service, b"content-length: 2") + b"{}" + SMUGGLED)
    assert statuses(answer) == [200, 401]


@pytest.mark.parametrize(
    "path",
    [
        *("/smtp/{id}%2F_activate", "/smtp/{id}%2f_activate", "/smtp/{id}/%5Factivate", "/%73mtp/{id}/_activate"),
        *("//smtp/{id}/_activate", "/smtp//{id}/_activate", "/smtp/{id}/_activate/", "/smtp/{id}/_ACTIVATE"),
        *("/x/../smtp/{id}/_activate", "/./smtp/{id}/_activate", "/smtp/{id}/./_activate", "/smtp/{id}\\_activate"),
        *("/smtp/{id}/_activate;a=b", "/smtp/{id}/_activate%00", "/smtp/{id}/_activate%20", "/smtp/{id}/_activate%3F"),
        *("smtp/{id}/_activate", "/smtp%2F{id}%2F_activate"),
        "/zitadel.admin.v1.AdminService%2FActivateSMTPConfig",
    ],
)
def test_a_route_has_one_spelling(service: RunningService, path: str) -> None:
    added = talk(
        service.http_url,
        head(service, b"content-length: %d" % len(BODY), b"connection: close", first=b"POST /smtp HTTP/1.1") + BODY,
    )
    assert statuses(added) == [200], added
    made = json.loads(added.partition(b"\r\n\r\n")[2])["id"]
    first = f"POST {path.format(id=made)} HTTP/1.1".encode("latin-1")
    [status] = statuses(
        talk(service.http_url, head(service, b"content-length: 2", b"connection: close", first=first) + b"{}")
    )
    assert status in (400, 404, 405, 415)
    read = talk(service.http_url, head(service, b"connection: close", first=f"GET /smtp/{made} HTTP/1.1".encode()))
    assert json.loads(read.partition(b"\r\n\r\n")[2])["smtpConfig"].get("state") == "SMTP_CONFIG_INACTIVE"


@pytest.mark.parametrize(
    "request_line",
    [
        *(b"GET /healthz", b"GET /readyz", b"GET /nothing", b"GET /sandbox/messages", b"GET /smtp", b"PUT /healthz"),
        *(b"OPTIONS /smtp", b"POST /smtp/_search", b"GET /v1/findings/auth_rejected"),
        b"POST /zitadel.admin.v1.AdminService/ListSMTPConfigs",
    ],
)
@pytest.mark.parametrize("more", [(), (b"origin: https://console.example.com", b"access-control-request-method: PUT")])
def test_no_answer_is_a_page_and_none_sets_a_cookie(
    service: RunningService, request_line: bytes, more: tuple[bytes, ...]
) -> None:
    answer = talk(service.http_url, head(service, *more, b"connection: close", first=request_line + b" HTTP/1.1"))
    headers = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    assert b"x-content-type-options: nosniff" in headers
    assert b"content-security-policy: default-src 'none'; frame-ancestors 'none'" in headers
    assert not any(line.startswith((b"set-cookie", b"server:")) for line in headers)
    assert not any(line.startswith(b"content-type: text/html") for line in headers)


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "", "application/jsonp"],
)
@pytest.mark.parametrize("path", ["/smtp/_search", "/zitadel.admin.v1.AdminService/ListSMTPConfigs", "/v1/diagnose"])
def test_what_a_form_can_send_runs_nothing(service: RunningService, kind: str, path: str) -> None:
    """A page of any origin can have a browser post these without asking (the Fetch standard, "simple requests").

    It can't have it send a token: with one, the compatible APIs read what `curl -d` sends, and what names no type.
    """
    loose = path == "/smtp/_search" and kind in ("application/x-www-form-urlencoded", "")
    for token, expected in ((False, [415, 401]), (True, [200] if loose else [415])):
        first = f"POST {path} HTTP/1.1".encode()
        request = head(service, b"content-length: 2", b"connection: close", first=first, token=token)
        request = request.replace(b"content-type: application/json", f"content-type: {kind}".encode())
        [status] = statuses(talk(service.http_url, request + b"{}"))
        assert status in expected
