"""The keys of an installation: texts and files of several, changed while a vault is in use."""

from __future__ import annotations

import errno
import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret
from mailproof.store.key_sources import KeyFileSource, new_key, parse_keys
from mailproof.store.sealing import Keyring, Sealer

OLD, NEW = bytes(32), bytes([1] * 32)
IDENTITY = RecordIdentity("instance", "provider", "1", "password", ("smtp.example.com:587", "tls", "u"))


def text(*keys: bytes) -> str:
    return "\n".join(b64encode(key).decode() for key in keys)


def written(path: Path, *keys: bytes) -> KeyFileSource:
    source = KeyFileSource(path)
    source.write(keys)
    return source


def test_keys_stand_one_a_line_or_with_commas_the_newest_first() -> None:
    assert parse_keys(f"# comment\n\n{text(NEW)}\n {text(OLD)} \n", "x") == (NEW, OLD)
    assert parse_keys(f"{text(NEW)},{text(OLD)}", "x") == (NEW, OLD)


@pytest.mark.parametrize("bad", ["", "# none", f"{text(NEW)},short", f"{text(NEW)},{text(NEW)}", "x\n" * 9000])
def test_a_text_that_is_not_keys_alone_is_refused(bad: str) -> None:
    with pytest.raises(StartupError, match="key in there"):
        parse_keys(bad, "there")


def test_a_vault_seals_with_the_new_key_as_soon_as_the_file_has_it(tmp_path: Path) -> None:
    source = written(tmp_path / "keys", OLD)
    vault, other = Keyring(source), Sealer(NEW, OLD)
    before = vault.seal(Secret("x"), IDENTITY)
    source.write([NEW, OLD])
    assert vault.open(other.seal(Secret("y"), IDENTITY), IDENTITY) == Secret("y"), "an unknown key is looked for"
    assert vault.seal(Secret("x"), IDENTITY)[:9] == other.header
    assert vault.open(before, IDENTITY) == Secret("x")
    source.write([NEW])
    assert vault.header == other.header
    with pytest.raises(SealBroken, match="not known"):
        vault.open(before, IDENTITY)


def test_a_broken_file_leaves_the_keys_that_there_are_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = written(tmp_path / "keys", OLD)
    vault = Keyring(source)
    source.path.write_text("hunter2")
    for _ in range(3):
        assert vault.open(vault.seal(Secret("x"), IDENTITY), IDENTITY) == Secret("x")
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    assert "hunter2" not in caplog.text
    source.path.unlink()
    assert vault.open(vault.seal(Secret("x"), IDENTITY), IDENTITY) == Secret("x")


def test_a_file_of_keys_is_replaced_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    source = written(tmp_path / "keys", OLD)
    source.write([new_key(), OLD])
    assert (source.path.stat().st_mode & 0o777, [each.name for each in tmp_path.iterdir()]) == (0o600, ["keys"])
    source.path.chmod(0o644)
    with pytest.raises(StartupError, match="chmod 600"):
        source.read()


def test_a_file_of_keys_stays_its_owners_when_root_replaces_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(tmp_path / "keys", OLD)
    given: list[tuple[int, int]] = []
    real = Path.stat

    def stat(path: Path, **more: bool) -> os.stat_result:
        found = list(real(path, **more))
        if path == source.path:
            found[4:6] = (found[4] + 1, found[5] + 1)
        return os.stat_result(found)

    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(os, "chown", lambda path, uid, gid: given.append((uid, gid)))
    source.write([NEW, OLD])
    assert given == [(os.getuid() + 1, os.getgid() + 1)]

    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EPERM, "not permitted")

    monkeypatch.setattr(os, "chown", forbidden)
    with pytest.raises(StartupError, match="can't be written: not permitted"):
        source.write([OLD])
    monkeypatch.undo()
    assert source.read() == (NEW, OLD)
    assert [each.name for each in tmp_path.iterdir()] == ["keys"]


def test_a_file_that_could_not_be_read_is_read_once_it_may_be(tmp_path: Path) -> None:
    source = written(tmp_path / "keys", OLD)
    vault = Keyring(source)
    source.write([NEW, OLD])
    source.path.chmod(0o644)
    assert vault.header == Sealer(OLD).header, "others could read it, so it is refused"
    source.path.chmod(0o600)
    assert vault.header == Sealer(NEW).header


@pytest.mark.parametrize("destination", [(), ("smtp.example.com:587", "tls"), ("evil.example:587", "tls", "u")])
def test_another_destination_does_not_open_it(destination: tuple[str, ...]) -> None:
    sealer = Sealer(OLD)
    blob = sealer.seal(Secret("x"), IDENTITY)
    with pytest.raises(SealBroken):
        sealer.open(blob, replace(IDENTITY, destination=destination))
    for version in (b"\x00", b"\x01", b"\x03"):
        with pytest.raises(SealBroken):
            sealer.open(version + blob[1:], IDENTITY)
    with pytest.raises(SealBroken):
        sealer.open_unbound(b"\x01" + blob[1:], IDENTITY)


def test_keys_of_two_labels_and_of_two_keys_differ() -> None:
    vault = Sealer(NEW, OLD)
    found = {*vault.derive("a"), *vault.derive("b")}
    assert (len(found), {len(key) for key in found}) == (4, {32})
    assert vault.derive("a")[1] == Sealer(OLD).derive("a")[0]
    assert not found & {NEW, OLD, *vault.fingerprints(b"a")}
