"""The file of an export: a line of JSON for the header, one for each page, one for the trailer.

Each line is a message of StreamExportConfigs, so what that streams over REST is such a file too. Law: a file is
read line by line, and no line is longer than `MAX_LINE`, so that memory does not grow with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mailproof.cli.service_access import NotCarriedOut

MAX_LINE = 4 * 1024 * 1024


class FileProblem(NotCarriedOut):
    """A file is not what it should be; the text is a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line.

    Attributes:
        number: Its number, from 1.
        kind: What is in it: "header", "page" or "trailer".
        message: The whole message as JSON.
        end: Where the line ends in the file.
    """

    number: int
    kind: str
    message: dict[str, Any]
    end: int

    @property
    def part(self) -> dict[str, Any]:
        """The header, page or trailer itself."""
        part: dict[str, Any] = self.message[self.kind]
        return part


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a file goes.

    Attributes:
        export_id: The document.
        encrypted: Whether it holds secrets.
        pages: How many whole pages it has.
        providers: How many configurations are on them.
        promised: How many there were as the export began.
        token: Where the export goes on behind the last page; empty where it has no page.
        complete: Whether it has its trailer.
        end: Where the last whole line ends.
    """

    export_id: str
    encrypted: bool
    pages: int
    providers: int
    promised: int
    token: str
    complete: bool
    end: int


def lines(path: Path, file: IO[bytes]) -> Iterator[Line]:
    """Yield the whole lines of a file, from its beginning; a last line without its end is left out.

    Raises:
        FileProblem: A line is none of an export.
    """
    number = end = 0
    while raw := file.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            raise FileProblem(f"{path}: line {number} is longer than {MAX_LINE} bytes")
        if not raw.endswith(b"\n"):
            return
        end += len(raw)
        if raw.strip():
            yield _line(path, raw, number, end)


def survey(path: Path) -> Extent:
    """Read a file from its beginning to its end, and check that nothing in between is missing.

    Raises:
        FileProblem: It is no export, or lines are missing, doubled or in another order.
        OSError: It can't be read.
    """
    header: dict[str, Any] | None = None
    pages = providers = end = 0
    token, complete = "", False
    with path.open("rb") as file:
        for line in lines(path, file):
            if complete:
                raise FileProblem(f"{path}: line {line.number} stands behind the trailer")
            if (header is None) != (line.kind == "header"):
                problem = "has no header before it" if header is None else "is a second header"
                raise FileProblem(f"{path}: line {line.number} {problem}")
            if header is None:
                header = line.part
            elif line.part.get("exportId") != header.get("exportId"):
                raise FileProblem(f"{path}: the {line.kind} in line {line.number} is of another export")
            if line.kind == "page":
                if line.part.get("number") != pages + 1:
                    what = f"page {line.part.get('number')}, and page {pages + 1} is next"
                    raise FileProblem(f"{path}: line {line.number} is {what}: pages are missing, doubled or moved")
                pages += 1
                listed = line.part.get("providers", [])
                if not isinstance(listed, list):
                    raise FileProblem(f"{path}: line {line.number} is no part of an export")
                providers += len(listed)
                token = str(line.message.get("nextPageToken", ""))
            if line.kind == "trailer":
                complete = True
                counted = line.part.get("pageCount", 0), line.part.get("providerCount", 0)
                if counted != (pages, providers):
                    raise FileProblem(
                        f"{path}: the trailer says {counted[0]} pages and {counted[1]} configurations, and there are "
                        f"{pages} and {providers}"
                    )
            end = line.end
    if header is None:
        raise FileProblem(f"{path} is no export of mailproof: it has no header")
    promised = header.get("providerCount", 0)
    if not isinstance(promised, int):
        raise FileProblem(f"{path}: the header's providerCount is no number")
    export_id = str(header.get("exportId"))
    return Extent(export_id, "encryption" in header, pages, providers, promised, token, complete, end)


def write_line(file: IO[bytes], message: dict[str, Any]) -> None:
    """Write a line, which another process sees as soon as this returns."""
    file.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    file.flush()


def _line(path: Path, raw: bytes, number: int, end: int) -> Line:
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        raise FileProblem(f"{path}: line {number} is no JSON") from None
    if isinstance(message, dict):
        if "document" in message:
            raise FileProblem(f"{path} is an export in one piece: ImportConfigs takes it, not this command")
        if "error" in message:
            error = message["error"]
            said = error.get("message", "") if isinstance(error, dict) else ""
            raise FileProblem(f"{path}: the export broke off at line {number}: {said}")
        for kind in ("header", "page", "trailer"):
            if isinstance(message.get(kind), dict):
                return Line(number, kind, message, end)
    raise FileProblem(f"{path}: line {number} is no part of an export")
