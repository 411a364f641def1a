"""Make src/mailproof/discovery/provider_database.json from a checkout of Mozilla's database of mail providers.

    python tools/provider_database.py CHECKOUT    write the file
    python tools/provider_database.py             check the file, and compare it with our own presets

The same checkout makes the same file. Only what names submission servers is kept, and only where our own checks of
autoconfig documents take it; what is left out is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mailproof.discovery.autoconfig import AutoconfigError, OutgoingServer, read, usable
from mailproof.discovery.preset import DOMAIN
from mailproof.discovery.presets import preset_of_domain
from mailproof.discovery.provider_database import FILE, LICENCE
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import check_name
from mailproof.syntax.mailbox import Mailbox

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "src" / "mailproof" / "discovery" / FILE
SOURCE = "https://github.com/thunderbird/autoconfig"
LICENCE_TITLE = "Mozilla Public License Version 2.0"
FOLDER = "ispdb"


def main() -> int:
    """Write or check the file; return the exit code."""
    if len(sys.argv) == 1:
        if not TARGET.exists():
            print(f"{TARGET.relative_to(ROOT)} is not there: name a checkout to make it from")
            return 1
        complaints = [*problems(json.loads(TARGET.read_text("utf-8"))), *contradictions(TARGET.read_text("utf-8"))]
        print("\n".join(complaints) or "The file is valid, and our presets agree with it.")
        return 1 if complaints else 0
    checkout = Path(sys.argv[1])
    if LICENCE_TITLE not in (checkout / "LICENSE").read_text("utf-8").partition("\n")[0]:
        print(f"{checkout}/LICENSE does not begin with {LICENCE_TITLE}: read it before its data is shipped")
        return 1
    date, revision = _git(checkout, "log", "-1", "--format=%cs %H").split()
    documents = {path.name: path.read_bytes() for path in sorted((checkout / FOLDER).glob("*.xml"))}
    providers, left_out = convert(documents)
    TARGET.write_text(written(providers, date, revision), "utf-8")
    domains = sum(len(row["domains"]) for row in providers)
    print("\n".join([*left_out, f"{len(providers)} providers with {domains} domains, of {date}"]))
    return 0


def convert(documents: Mapping[str, bytes]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the file, and what was left out of it.

    Args:
        documents: Autoconfig documents by file name.
    """
    rows, left_out = [], []
    taken: set[str] = set()
    for name, data in sorted(documents.items()):
        try:
            found = read(data)
        except AutoconfigError as error:
            left_out.append(f"{name}: {error}")
            continue
        domains = []
        for text in found.domains:
            try:
                domain = check_name(text, "the domain").lower()
            except ValueError as error:
                left_out.append(f"{name}: {text!r}: {error}")
                continue
            if domain in taken:
                left_out.append(f"{name}: {domain} was named before")
            elif "." in domain:
                taken.add(domain)
                domains.append(domain)
        servers = [server for server in dict.fromkeys(found.servers) if domains and _is_usable(server, domains)]
        if len(servers) < len(found.servers):
            left_out.append(f"{name}: {len(found.servers) - len(servers)} of {len(found.servers)} servers")
        if servers:
            # A name may hold the domain's placeholder, but not those of an address.
            usable_name = found.name and found.name.isprintable() and "%EMAIL" not in found.name.replace(DOMAIN, "")
            name_shown = found.name if usable_name else domains[0]
            rows.append(
                {"name": name_shown, "domains": sorted(domains), "servers": [_row(server) for server in servers]}
            )
    return sorted(rows, key=lambda row: str(row["domains"][0])), left_out


def written(providers: list[dict[str, Any]], date: str, revision: str) -> str:
    """Return the file's text: one provider a line, so that a change can be read."""
    head = {"date": date, "revision": revision, "source": SOURCE, "licence": LICENCE}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in providers)
    return f'{json.dumps(head)[:-1]}, "providers": [\n{lines}\n]}}\n'


def problems(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence on each row that our checks refuse, and on each domain that stands twice."""
    seen: set[str] = set()
    for row in data["providers"]:
        domains = row["domains"]
        if not domains or seen.intersection(domains):
            yield f"{row['name']} has no domain, or one of another provider"
        seen.update(domains)
        for domain in domains:
            if check_name(domain, "the domain").lower() != domain or not domain.isascii():
                yield f"{domain!r} is not in ASCII and lower case"
        for server in row["servers"]:
            if not _is_usable(_server(server), domains):
                yield f"{row['name']} has a server that can't be used: {server}"


def contradictions(text: str) -> Iterator[str]:
    """Yield a sentence on each domain for which our presets name other hosts than the database."""
    for row in json.loads(text)["providers"]:
        for domain in row["domains"]:
            preset = preset_of_domain(domain)
            hosts = {server["host"] for server in row["servers"]}
            if preset is not None and hosts.isdisjoint(server.host for server in preset.servers):
                named = ", ".join(sorted({server.host for server in preset.servers}))
                yield f"{domain}: the preset {preset.name} names {named}, the database {', '.join(sorted(hosts))}"


def _is_usable(template: OutgoingServer, domains: list[str]) -> bool:
    """Return whether a server passes the checks of autoconfig documents for each of its domains."""
    try:
        return all(usable([template], Mailbox("user", domain)) for domain in domains)
    except AutoconfigError:
        return False


def _row(server: OutgoingServer) -> dict[str, Any]:
    return {
        "host": server.host.lower() if "%" not in server.host else server.host,
        "port": server.port,
        "tls_mode": server.tls_mode.value,
        "user": server.user,
        "authentication": list(server.authentication),
    }


def _server(row: Mapping[str, Any]) -> OutgoingServer:
    return OutgoingServer(row["host"], row["port"], TlsMode(row["tls_mode"]), row["user"], tuple(row["authentication"]))


def _git(checkout: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(checkout), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
