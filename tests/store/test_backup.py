"""A backup brings back what was there; a broken one, or a wrong key, changes nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from pysqlite3 import dbapi2 as driver

from node.base.clock import FrozenClock
from node.base.refusals import Refusal, RefusedError
from node.store import Core
from node.store import backup as backups
from node.store.age import new_secret, recipient_of, seal, unseal
from node.store.backup import Backup, restore_backup, write_backup
from node.store.doctor import examine
from node.store.drill import drill
from node.store.migration import FutureDatabaseError
from tests.files import SEALED
from tests.store.test_core import (
    CLOCK,
    REGISTRY,
    add_note,
    all_changesets,
    dump,
    fill_and_close,
    members,
    open_core,
)
from tests.store.test_doctor import with_history
from tests.store.test_snapshot import NEW, OLD

SHEET, BOX, OTHER = new_secret(), new_secret(), new_secret()
RECIPIENTS = [recipient_of(SHEET), recipient_of(BOX)]


def back_up(core: Core, tmp_path: Path, recipients: list[str] | None = None) -> Backup:
    folder = tmp_path / "stick"
    folder.mkdir(exist_ok=True)
    return write_backup(
        core.path, folder, recipients=recipients or RECIPIENTS, now=core.clock.now()
    )


def restore(backup: Path, database: Path, *secrets: str, registry: Any = REGISTRY) -> Path | None:
    return restore_backup(backup, database, registry, clock=CLOCK, secrets=secrets or [SHEET])


def test_a_backup_brings_back_what_was_there_and_waits_for_a_peer(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    before = dump(a, "note")
    backup = back_up(a, tmp_path)
    a.write(add_note("nach der Sicherung"))
    b.receive(all_changesets(a), members(a, b))
    after = dump(a, "note")
    a.close()
    aside = restore(backup.path, a.path)
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


def test_the_sheet_alone_restores_onto_another_box(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    backup = back_up(a, tmp_path)
    before = dump(a, "note")
    a.close()
    b.close()
    for path in tmp_path.glob("a.db*"):
        path.unlink()
    (tmp_path / "new box").mkdir()
    assert restore(backup.path, tmp_path / "new box" / "quarter.db", SHEET) is None
    restored = open_core(tmp_path / "new box", "quarter")
    assert dump(restored, "note") == before
    assert restored.site_id == a.site_id
    assert restored.must_catch_up
    restored.close()


def test_a_wrong_key_says_so_and_changes_nothing(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    backup = back_up(a, tmp_path)
    a.write(add_note("nach der Sicherung"))
    before = dump(a, "note")
    a.close()
    with pytest.raises(RefusedError) as refused:
        restore(backup.path, a.path, OTHER)
    assert refused.value.refusal.code == "backup.wrong_key"
    a = open_core(tmp_path, "a")
    assert dump(a, "note") == before
    a.close()
    b.close()


def test_what_lies_on_the_stick_tells_nothing_to_who_finds_it(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    a.write(add_note("Frau M. bekommt Besuch"))
    backup = back_up(a, tmp_path)
    content = backup.path.read_bytes()
    for needle in (b"Besuch", a.identity.seed, b"SQLite format", SHEET.encode(), BOX.encode()):
        assert needle not in content
    # What is packed tells nothing at a glance either: only a seal keeps a finder from unpacking it.
    assert content.startswith(SEALED)
    assert [path.name for path in backup.path.parent.iterdir()] == [backup.path.name]
    assert backup.path.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.glob("a.db*")) == ["a.db", "a.db-shm", "a.db-wal"]
    a.close()
    b.close()


def damaged(plain: bytes) -> bytes:
    return plain[:4096] + os.urandom(4096) + plain[8192:]


def foreign() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        connection = driver.connect(f"{folder}/photos.db")
        connection.execute("create table photos (id)")
        connection.close()
        return Path(folder, "photos.db").read_bytes()


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[:-100],
    "flipped": lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:],
    "rubbish": lambda _: b"rubbish" * 100,
    "empty": lambda _: b"",
    "another database": lambda _: resealed(foreign()),
    "damaged before it was sealed": lambda content: resealed(damaged(opened(content))),
    "no database": lambda _: resealed(b"not a database" * 1000),
    "half": lambda content: resealed(opened(content)[:100_000]),
    "bomb": lambda _: resealed(bytes(200_000_000)),
}


@pytest.mark.parametrize("spoil", [*BROKEN, "missing", "a folder"])
def test_a_broken_backup_changes_nothing(tmp_path: Path, spoil: str) -> None:
    a, b = with_history(tmp_path)
    backup = back_up(a, tmp_path).path
    before = dump(a, "note")
    a.close()
    b.close()
    content = backup.read_bytes()
    backup.unlink()
    if spoil in BROKEN:
        backup.write_bytes(BROKEN[spoil](content))
    elif spoil == "a folder":
        backup.mkdir()
    with pytest.raises(RefusedError) as refused:
        restore(backup, a.path)
    codes = {"missing": "backup.not_there", "a folder": "backup.not_usable"}
    assert refused.value.refusal.code == codes.get(spoil, "backup.spoilt")
    a = open_core(tmp_path, "a")
    assert dump(a, "note") == before
    a.close()
    assert sorted(path.name for path in tmp_path.glob("a.db*")) == ["a.db"]


def opened(content: bytes) -> bytes:
    packed = io.BytesIO()
    unseal(io.BytesIO(content), packed, [SHEET])
    return zstandard.ZstdDecompressor().stream_reader(packed.getvalue()).read()


def resealed(plain: bytes) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(zstandard.compress(plain)), target, RECIPIENTS)
    return target.getvalue()


def test_a_backup_of_an_older_release_is_migrated(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a", OLD)
    a.write(lambda write: write.insert("plan", day=1, place="Saal", what="Chor"))
    backup = back_up(a, tmp_path)
    a.close()
    restore(backup.path, a.path, registry=NEW)
    a = open_core(tmp_path, "a", NEW)
    assert dump(a, "plan") == [(1, "Saal", "Chor", 2)]
    a.close()


def test_a_backup_of_a_newer_release_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a", NEW)
    backup = back_up(a, tmp_path)
    a.close()
    b = open_core(tmp_path, "b", OLD)
    b.write(lambda write: write.insert("plan", day=1, place="Saal", what="bleibt"))
    b.close()
    with pytest.raises(FutureDatabaseError):
        restore(backup.path, b.path, registry=OLD)
    b = open_core(tmp_path, "b", OLD)
    assert dump(b, "plan") == [(1, "Saal", "bleibt")]
    b.close()


def test_projections_are_made_anew_after_a_restore(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    a.write(lambda write: write.insert("seen", id=b"x" * 16, times=3))
    backup = back_up(a, tmp_path)
    a.close()
    restore(backup.path, a.path)
    a = open_core(tmp_path)
    assert a.made_tables
    a.close()


def test_a_damaged_database_is_not_backed_up(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    a.close()
    b.close()
    content = bytearray(a.path.read_bytes())
    content[4096 * 5 : 4096 * 9] = os.urandom(4096 * 4)
    a.path.write_bytes(content)
    folder = tmp_path / "stick"
    folder.mkdir()
    with pytest.raises(RefusedError) as refused:
        write_backup(a.path, folder, recipients=RECIPIENTS, now=CLOCK.now())
    assert refused.value.refusal.code == "backup.damaged"
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in tmp_path.glob("a.db*")) == ["a.db"]


def test_a_missing_stick_is_said(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    with pytest.raises(RefusedError) as refused:
        write_backup(a.path, tmp_path / "gone", recipients=RECIPIENTS, now=CLOCK.now())
    assert refused.value.refusal.code == "backup.not_there"
    assert not (tmp_path / "gone").exists()
    a.close()


def test_a_stick_that_writes_something_else_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = open_core(tmp_path)
    handle = backups.sync_handle

    def lying(file: Any) -> None:
        file.flush()
        os.pwrite(file.fileno(), b"\0\0\0\0", 300)
        handle(file)

    monkeypatch.setattr(backups, "sync_handle", lying)
    with pytest.raises(RefusedError) as refused:
        back_up(a, tmp_path)
    assert refused.value.refusal.code == "backup.not_as_written"
    assert list((tmp_path / "stick").iterdir()) == []
    a.close()


def test_two_backups_of_one_second_are_two_files(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    first, second = back_up(a, tmp_path), back_up(a, tmp_path)
    assert first.path != second.path
    assert restore(second.path, tmp_path / "b.db") is None
    a.close()


def test_memory_does_not_grow_with_the_database(tmp_path: Path) -> None:
    """In a process of its own whose memory is capped below the size of the file."""
    a = open_core(tmp_path)
    fill_and_close(a)
    (tmp_path / "stick").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", CAPPED, str(tmp_path), SHEET], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    restored = open_core(tmp_path, "b")
    assert len(dump(restored, "note")) == 600
    restored.close()


CAPPED = """
import resource, sys
from pathlib import Path
from tests.store.test_backup import *
folder, secret = Path(sys.argv[1]), sys.argv[2]
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 48_000_000,) * 2)
made = write_backup(folder / "a.db", folder / "stick", recipients=[recipient_of(secret)],
                    now=CLOCK.now())
restore(made.path, folder / "b.db", secret)
"""


def test_a_drill_restores_and_compares_every_table(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    backup = back_up(a, tmp_path)
    who = members(a, b)
    found = rehearse(backup, tmp_path, who)
    assert found.is_well
    assert found.rows == backup.figures.rows > 20
    assert found.tables == len(backup.figures.tables) > 8
    assert backup.figures.tables["note"].rows == len(dump(a, "note"))
    assert sorted(path.name for path in (tmp_path / "scratch").iterdir()) == []
    a.close()
    b.close()


def rehearse(backup: Backup, tmp_path: Path, who: Any, *secrets: str) -> Any:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return drill(
        backup.path,
        scratch,
        REGISTRY,
        clock=CLOCK,
        secrets=secrets or [BOX],
        members_of=lambda _: who,
    )


@pytest.mark.parametrize(
    ("lose", "missed"),
    [
        ("delete from seen", ["seen"]),
        ("update seen set times = times + 1", ["seen"]),
        ("delete from journal where n = 2", ["journal"]),
        ("update head set held = held - 1", ["heads", "head"]),
        ("update note__crsql_clock set col_version = 5 where key = 1", ["note__crsql_clock"]),
        ("delete from meta where name = 'secret'", ["meta"]),
        ("drop table seen", ["seen"]),
        ("create table strange (x)", ["strange"]),
    ],
)
def test_a_drill_notices_what_a_backup_lost(tmp_path: Path, lose: str, missed: list[str]) -> None:
    a, b = with_history(tmp_path)
    a.write(lambda write: write.insert("seen", id=b"x" * 16, times=3))
    backup = back_up(a, tmp_path)
    plain = tmp_path / "plain.db"
    plain.write_bytes(opened(backup.path.read_bytes()))
    connection = driver.connect(str(plain), isolation_level=None)
    connection.execute(lose)
    connection.close()
    backup.path.write_bytes(resealed(plain.read_bytes()))
    found = rehearse(backup, tmp_path, members(a, b))
    assert not found.is_well
    assert list(found.differences) == missed
    a.close()
    b.close()


def test_a_drill_lets_the_doctor_look(tmp_path: Path) -> None:
    """A file that was spoilt before it was backed up compares well and is not well."""
    a, b = with_history(tmp_path)
    a.write(lambda write: write.execute("delete from journal where n = 3"))
    found = rehearse(back_up(a, tmp_path), tmp_path, members(a, b))
    assert found.differences == ()
    assert any("was davor steht" in finding.said for finding in found.findings)
    assert not found.is_well
    a.close()
    b.close()


def test_a_drill_without_the_key_says_so(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    backup = back_up(a, tmp_path, [recipient_of(SHEET)])
    with pytest.raises(RefusedError) as refused:
        rehearse(backup, tmp_path, members(a))
    assert refused.value.refusal.code == "backup.wrong_key"
    assert list((tmp_path / "scratch").iterdir()) == []
    a.close()


def test_the_node_writes_on_while_it_is_backed_up(tmp_path: Path) -> None:
    clock = FrozenClock(CLOCK.now())
    a = Core.open(tmp_path / "a.db", REGISTRY, clock=clock)
    for number in range(5):
        a.write(add_note(f"vor {number}"))
        clock.advance(timedelta(hours=1))
        backup = back_up(a, tmp_path)
        a.write(add_note(f"nach {number}"))
        restore(backup.path, tmp_path / f"r{number}.db")
        restored = Core.open(tmp_path / f"r{number}.db", REGISTRY, clock=clock)
        assert len(dump(restored, "note")) == 2 * number + 1
        restored.close()
    a.close()
