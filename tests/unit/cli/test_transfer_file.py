"""What the file of an export may look like, and what is said of one that is damaged."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailproof.cli.transfer_file import Extent, FileProblem, survey

HEADER = {"header": {"formatVersion": 1, "exportId": "e", "providerCount": 5, "encryption": {}}}
TRAILER = {"trailer": {"exportId": "e", "pageCount": 2, "providerCount": 5}}


def page(number: int, count: int, export_id: str = "e") -> dict[str, Any]:
    providers = [{"id": f"{number}-{at}"} for at in range(count)]
    part = {"exportId": export_id, "number": number, "providers": providers}
    return {"page": part, "nextPageToken": f"token {number}"}


ONE, TWO = page(1, 3), page(2, 2)


def written(path: Path, *parts: object) -> Path:
    file = path / "export"
    texts = (part if isinstance(part, str) else json.dumps(part) + "\n" for part in parts)
    file.write_text("".join(texts))
    return file


def test_a_whole_file_is_surveyed(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, ONE, TWO, TRAILER)
    assert survey(file) == Extent("e", True, 2, 5, 5, "token 2", True, file.stat().st_size)


@pytest.mark.parametrize("torn", ["", '{"page":{"exp', '{"trailer":{}}'])
def test_a_file_that_broke_off_ends_behind_its_last_whole_line(tmp_path: Path, torn: str) -> None:
    file = written(tmp_path, HEADER, ONE, torn)
    extent = survey(file)
    assert (extent.pages, extent.providers, extent.token, extent.complete) == (1, 3, "token 1", False)
    assert extent.end == file.stat().st_size - len(torn)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ((HEADER, TWO), "line 2 is page 2, and page 1 is next"),
        ((HEADER, ONE, ONE), "line 3 is page 1, and page 2 is next"),
        ((HEADER, ONE, page(2, 2, "other")), "the page in line 3 is of another export"),
        ((HEADER, ONE, TRAILER), "the trailer says 2 pages and 5 configurations, and there are 1 and 3"),
        ((HEADER, ONE, TWO, TRAILER, TWO), "line 5 stands behind the trailer"),
        ((HEADER, HEADER), "line 2 is a second header"),
        ((ONE,), "line 1 has no header before it"),
        ((), "it has no header"),
        (("[1]\n",), "line 1 is no part of an export"),
        (("{\n",), "line 1 is no JSON"),
        (("[" * 100_000 + "\n",), "line 1 is no JSON"),
        (({"document": {}},), "ImportConfigs takes it"),
        ((HEADER, {"error": {"message": "the deadline passed"}}), "broke off at line 2: the deadline passed"),
        ((HEADER, {"error": "full"}), "broke off at line 2: $"),
        (({"header": {**HEADER["header"], "providerCount": "many"}}, ONE), "providerCount is no number"),
        ((HEADER, {"page": {**ONE["page"], "providers": 5}}), "line 2 is no part of an export"),
        (("x" * (4 * 1024 * 1024 + 2),), "line 1 is longer than 4194304 bytes"),
    ],
)
def test_a_damaged_file_is_told_by_its_line(tmp_path: Path, parts: tuple[object, ...], says: str) -> None:
    with pytest.raises(FileProblem, match=says):
        survey(written(tmp_path, *parts))
