"""The doctor notices what is not as it was signed; a backup brings back what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from node.base.refusals import Refusal
from node.store.backup import BackupError, restore_backup, write_backup
from node.store.connection import open_writer
from node.store.core import Core
from node.store.doctor import examine
from tests.store.test_core import (
    CLOCK,
    REGISTRY,
    add_note,
    all_changesets,
    dump,
    members,
    open_core,
)


def with_history(tmp_path: Path) -> tuple[Core, Core]:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    for number in range(5):
        a.write(add_note(f"a{number}"))
        b.write(add_note(f"b{number}"))
    a.receive(all_changesets(b), members(a, b))
    a.write(lambda write: write.execute("update note set text = 'neu' where text = 'b1'"))
    a.write(lambda write: write.execute("delete from note where text = 'a2'"))
    b.receive(all_changesets(a), members(a, b))
    return a, b


def test_a_sound_file_has_no_findings(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    assert examine(a, members(a, b)) == []
    assert examine(b, members(a, b)) == []
    a.close()
    b.close()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("update note set text = 'gefälscht' where text = 'a3'", "not what its writer signed"),
        (
            "update note__crsql_clock set col_version = 9 where key = 1 and col_name = 'text'",
            "not what",
        ),
        ("delete from journal where n = 3", "chain breaks"),
        ("update journal set signature = zeroblob(64) where n = 2", "signature of number 2"),
        ("update head set held = held - 1", "the head says"),
    ],
)
def test_whatever_is_spoiled_is_found(tmp_path: Path, spoil: str, found: str) -> None:
    a, b = with_history(tmp_path)
    who = members(a, b)
    a.close()
    raw = open_writer(tmp_path / "a.db")
    raw.execute("select crsql_internal_sync_bit(1)")
    raw.execute(spoil)
    raw.execute("select crsql_internal_sync_bit(0)")
    raw.execute("select crsql_finalize()")
    raw.close()
    a = open_core(tmp_path, "a")
    assert any(found in finding.what for finding in examine(a, who))
    a.close()
    b.close()


def test_a_backup_brings_back_what_was_there_and_waits_for_a_peer(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    before = dump(a, "note")
    backup = write_backup(a.path, tmp_path / "backups", now=CLOCK.now())
    assert backup.stat().st_mode & 0o077 == 0
    a.write(add_note("nach der Sicherung"))
    b.receive(all_changesets(a), members(a, b))
    after = dump(a, "note")
    a.close()
    with pytest.raises(BackupError, match="--replace"):
        restore_backup(backup, tmp_path / "a.db", REGISTRY, clock=CLOCK, replace=False)
    aside = restore_backup(backup, tmp_path / "a.db", REGISTRY, clock=CLOCK, replace=True)
    assert aside is not None
    assert aside.exists()
    a = open_core(tmp_path, "a")
    assert dump(a, "note") == before
    assert isinstance(a.write(add_note("zu früh")), Refusal)
    a.receive(all_changesets(b), members(a, b))
    a.note_caught_up()
    a.close()
    a = open_core(tmp_path, "a")
    assert dump(a, "note") == after
    a.write(add_note("wieder da"))
    assert examine(a, members(a, b)) == []
    a.close()
    b.close()


@pytest.mark.parametrize("spoil", ["cut", "rubbish", "other", "missing"])
def test_a_broken_backup_changes_nothing(tmp_path: Path, spoil: str) -> None:
    a, b = with_history(tmp_path)
    backup = write_backup(a.path, tmp_path / "backups", now=CLOCK.now())
    before = dump(a, "note")
    a.close()
    b.close()
    if spoil == "cut":
        backup.write_bytes(backup.read_bytes()[:-100])
    elif spoil == "rubbish":
        backup.write_bytes(b"rubbish" * 100)
    elif spoil == "other":
        driver.connect(str(tmp_path / "other.db")).execute("create table x (y)")
        import zstandard

        backup.write_bytes(zstandard.compress((tmp_path / "other.db").read_bytes()))
    else:
        backup.unlink()
    with pytest.raises(BackupError):
        restore_backup(backup, tmp_path / "a.db", REGISTRY, clock=CLOCK, replace=True)
    a = open_core(tmp_path, "a")
    assert dump(a, "note") == before
    a.close()
