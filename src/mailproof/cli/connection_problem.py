"""Why a service can't be reached: looked at with a plain connection, once gRPC has given up.

gRPC's own words name a source line more often than a cause, and change from release to release.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    import ssl

    from mailproof.client import CallError
    from mailproof.syntax.server_address import ServerAddress

_PATIENCE = 2.0
"""Seconds for each look, of which there are up to two: they come on top of what the call was given."""

_SPEAKS_HTTP_1 = "{where} speaks HTTP/1.1, as a service's address of REST does: gRPC has another one"


_OF_NO_SERVICE = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN", "INTERNAL", "CANCELLED")
"""The codes that gRPC gives a call itself which no service has answered."""


async def call_problem(error: CallError, address: ServerAddress, ca_pem: str, patience: float) -> str:
    """Return the sentence on a failed call: the service's own, or what is wrong with the connection.

    Args:
        error: What the client library raised.
        address: Where the service should be.
        ca_pem: Certificate authorities that are trusted besides the system's.
        patience: Seconds that the call was given.
    """
    from mailproof.client import MAX_ANSWER

    if error.reason:
        return str(error)
    if error.code == "UNIMPLEMENTED":
        return f"{address.target} has no such call: it is another service, or an older release"
    if error.code == "RESOURCE_EXHAUSTED" and "larger than max" in str(error):
        return f"the answer is larger than {MAX_ANSWER} bytes"
    problem = await connection_problem(address, ca_pem) if error.code in _OF_NO_SERVICE else ""
    if not problem and error.code == "DEADLINE_EXCEEDED":
        return f"{address.target} did not answer within {patience:g} s"
    return problem or str(error)


async def connection_problem(address: ServerAddress, ca_pem: str) -> str:
    """Return a sentence on what is wrong with the connection to a service; "" where nothing is seen to be.

    Args:
        address: Where the service should be.
        ca_pem: Certificate authorities that are trusted besides the system's.
    """
    import socket

    where = address.target
    if address.path:
        return await _problem_of_unix_socket(address.path)
    try:
        await _connected(address, None)
    except ConnectionRefusedError:
        return f"nothing listens at {where}: is the service running, and is this its address of gRPC?"
    except socket.gaierror:
        return f"the name {address.host} is not found"
    except TimeoutError:
        return f"{where} did not take a connection within {_PATIENCE:g} s"
    except OSError as error:
        return f"{where} can't be reached: {error.strerror or error}"
    return await (_problem_of_tls(address, ca_pem) if address.secure else _problem_in_the_clear(address))


async def _problem_of_unix_socket(path: str) -> str:
    if sys.platform != "win32":  # whose asyncio has no such sockets
        import asyncio

        try:
            reader, writer = await asyncio.wait_for(asyncio.open_unix_connection(path), _PATIENCE)
        except FileNotFoundError:
            return f"there is no socket {path}: is the service running?"
        except ConnectionRefusedError:
            return f"nothing listens at the socket {path}: is the service running?"
        except OSError as error:  # a TimeoutError too
            return f"the socket {path} can't be reached: {error.strerror or error}"
        with suppress(OSError, TimeoutError):
            if await _speaks_http_1(reader, writer):
                return _SPEAKS_HTTP_1.format(where=f"unix:{path}")
    return ""


async def _problem_of_tls(address: ServerAddress, ca_pem: str) -> str:
    import ssl

    context = ssl.create_default_context()
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    context.set_alpn_protocols(["h2"])
    where = address.target
    try:
        protocol = await _connected(address, context)
    except ssl.SSLCertVerificationError as error:
        hint = "" if ca_pem else "; --ca-file names the authority of a private one"
        return f"the certificate of {where} is not accepted: {error.verify_message}{hint}"
    except ssl.SSLError as error:
        if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
            return f"{where} does not speak TLS: write http:// instead of https://"
        return f"TLS with {where} fails: {(error.reason or str(error)).lower().replace('_', ' ')}"
    except (OSError, TimeoutError):
        return f"{where} ends the connection when TLS begins: it may not speak TLS"
    return "" if protocol == "h2" else f"{where} speaks TLS but no HTTP/2 there: is this its address of gRPC?"


async def _problem_in_the_clear(address: ServerAddress) -> str:
    import asyncio
    import ssl

    # Only to learn whether it is TLS that is spoken there: nothing is sent over it, so nothing needs to be verified.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with suppress(OSError, TimeoutError):  # an SSLError is an OSError
        await _connected(address, context)
        return f"{address.target} speaks TLS: write https:// before it"
    with suppress(OSError, TimeoutError):
        connecting = asyncio.open_connection(address.host, address.port)
        if await _speaks_http_1(*await asyncio.wait_for(connecting, _PATIENCE)):
            return _SPEAKS_HTTP_1.format(where=address.target)
    return ""


async def _speaks_http_1(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Return whether the other end of a connection, which is closed then, answers as HTTP/1.1 does."""
    import asyncio

    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        return await asyncio.wait_for(reader.read(5), _PATIENCE) == b"HTTP/"
    finally:
        await _close(writer)


async def _connected(address: ServerAddress, context: ssl.SSLContext | None) -> str:
    """Connect, with TLS where there is a context, and return which protocol was agreed on; "" for none."""
    import asyncio

    name = address.host if context else None
    connecting = asyncio.open_connection(address.host, address.port, ssl=context, server_hostname=name)
    _, writer = await asyncio.wait_for(connecting, _PATIENCE)
    tls = writer.get_extra_info("ssl_object")
    agreed = (tls.selected_alpn_protocol() or "") if tls is not None else ""
    await _close(writer)
    return agreed


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()
