"""Which extra of the package a command lacks, where it was installed without the libraries that the command needs."""

from __future__ import annotations

_DIAGNOSE = frozenset({"aiohappyeyeballs", "cryptography", "defusedxml", "dns", "h11"})
_SERVER = frozenset(
    {"aiosmtpd", "asyncpg", "grpc_health", "grpc_reflection", "grpc_status", "httptools", "jwt", "sonora"}
    | {"uvicorn", "uvloop"}
)
_ALONE = frozenset({"diagnose", "discover"})
"""Commands that need no more than the extra diagnose."""


def missing_extra(error: ImportError, command: str) -> str:
    """Return the sentence on which extra to install; "" if the module is none that an extra brings.

    Args:
        error: What was not found.
        command: The command that was run.
    """
    module = (error.name or "").partition(".")[0]
    if module not in _DIAGNOSE | _SERVER:
        return ""
    extra = "diagnose" if module in _DIAGNOSE and command in _ALONE else "server"
    return (
        f"{command} needs the extra {extra}, which is not installed ({module} is missing): pipx install "
        f"--force 'mailproof[{extra}]', or pip install 'mailproof[{extra}]'"
    )
