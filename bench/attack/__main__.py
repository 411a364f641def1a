"""`python -m bench.attack all|NAME...`: run families of attacks, print a table; end with 1 if a bound was broken."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from bench.attack import families
from bench.attack.row import Row, table
from bench.attack.target import serving

CALM = 5.0
"""Seconds for which a service is watched before it is attacked."""

NAMES = sorted(module.name for module in pkgutil.iter_modules(families.__path__))


def run(name: str) -> list[Row]:
    """Run one family against a service of its own."""
    family = importlib.import_module(f"bench.attack.families.{name}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="mailproof-attack-") as folder:
        flags, descriptors = getattr(family, "FLAGS", ()), getattr(family, "DESCRIPTORS", None)
        try:
            with serving(Path(folder), *flags, descriptors=descriptors, env=getattr(family, "ENV", None)) as target:
                with target.watched("nobody attacks, for comparison") as watch:
                    time.sleep(CALM)
                target.calm = watch.p99
                rows.append(watch.row())
                for row in family.run(target):
                    print(f"  {row.attack}: {row.verdict}", file=sys.stderr, flush=True)
                    rows.append(row)
        except Exception as error:  # noqa: BLE001 - the other families are still to run
            traceback.print_exc()
            rows.append(Row(f"{name} (the attack itself)", broken=[f"{type(error).__name__}: {error}"]))
    return rows


def main() -> int:
    """Run the families of the command line."""
    chosen = sys.argv[1:]
    if not chosen or (chosen != ["all"] and not set(chosen) <= set(NAMES)):
        print(f"usage: python -m bench.attack all|NAME...\nnames: {' '.join(NAMES)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in NAMES if chosen == ["all"] else chosen:
        print(name, file=sys.stderr, flush=True)
        rows += run(name)
    print(table(rows))
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
