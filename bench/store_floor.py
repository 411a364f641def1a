"""The floor of bench/store_bench.py: bare sqlite3, one INSERT of a like size and one durable commit each."""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path


def rate(path: Path, count: int) -> float:
    """Return the commits a second."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, content TEXT)")
        begun = time.perf_counter()
        for _ in range(count):
            connection.execute("INSERT INTO t (content) VALUES (?)", ("x" * 700,))
        return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    print(rate(Path(sys.argv[1]), int(sys.argv[2])))
