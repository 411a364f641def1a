"""The server of an argument: HOST[:PORT] or a URL, together with what --tls says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproof.cli.arguments import UsageError

if TYPE_CHECKING:
    from mailproof.smtp.vocabulary import TlsMode


def read_server(text: str, mode: TlsMode, argument: str = "HOST[:PORT]") -> tuple[str, int, TlsMode]:
    """Return the host as it is looked up, the port, 0 where none is given, and the TLS mode.

    Args:
        text: HOST[:PORT] or a URL.
        mode: What --tls says; `AUTO` leaves it to a URL.
        argument: What the argument is called.

    Raises:
        UsageError: It is no host, or --tls contradicts the URL.
    """
    from mailproof.smtp.vocabulary import TlsMode
    from mailproof.syntax.typed_host import parse_typed_host

    try:
        typed = parse_typed_host(text)
    except ValueError as error:
        from mailproof.discovery.did_you_mean import refusal_in_words

        raise UsageError(f"argument {argument}: {refusal_in_words(error)}") from None
    _, wrong_mode = typed.contradicts(mode="" if mode is TlsMode.AUTO else mode.value)
    if wrong_mode:
        raise UsageError(f"argument --tls: {wrong_mode}")
    return typed.host, typed.wanted_port or 0, TlsMode(typed.tls.value) if typed.tls else mode
