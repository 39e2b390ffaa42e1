"""Backups over time: due, rotated, missed, proven; a damaged file is mended from them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from node.base.clock import FrozenClock
from node.base.refusals import Refusal, RefusedError
from node.store import Core, drill
from node.store.age import KEY_FILE, new_secret, recipient_of
from node.store.backups import Backups, is_there
from node.store.record import FILE, Record
from tests.store.test_core import CLOCK, FOUNDING, REGISTRY, add_note, dump, members

SHEET = new_secret()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    clock = FrozenClock(CLOCK.now())
    opened = Core.open(tmp_path / "quarter.db", REGISTRY, clock=clock, founding=FOUNDING)
    yield opened
    with suppress(driver.ProgrammingError):
        opened.close()


@pytest.fixture
def stick() -> Iterator[Path]:
    """A real other file system, as a stick is."""
    folder = Path("/dev/shm") / f"quartier-stick-{os.getpid()}"  # noqa: S108
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def backups_of(core: Core, stick: Path | None = None, **rest: object) -> Backups:
    return Backups(core.path, stick, (recipient_of(SHEET),), **rest)  # type: ignore[arg-type]


def now_of(core: Core) -> FrozenClock:
    assert isinstance(core.clock, FrozenClock)
    return core.clock


def codes(backups: Backups, core: Core) -> list[str]:
    return [trouble.code for trouble in backups.troubles(core.clock.now())]


def rehearse(backups: Backups, core: Core) -> object:
    return backups.drill(REGISTRY, clock=core.clock, members_of=lambda _: members(core))


def test_a_day_on_a_stick_is_a_day_without_troubles(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    assert codes(backups, core) == ["backup.never"]
    for hour in range(24):
        assert backups.is_due(core.clock.now())
        core.write(add_note(f"Stunde {hour}"))
        made = backups.back_up(now=core.clock.now(), only_if_changed=True)
        assert made is not None
        assert not backups.is_due(core.clock.now())
        now_of(core).advance(timedelta(hours=1))
    assert backups.is_drill_due(core.clock.now())
    found = rehearse(backups, core)
    assert found.is_well  # type: ignore[attr-defined]
    assert not backups.is_drill_due(core.clock.now())
    assert codes(backups, core) == []
    assert len(list(stick.iterdir())) == 24
    record = backups.record
    assert record.drilled is not None
    assert record.drilled.rows > 24
    assert record.made is not None
    assert (record.made.place, record.made.sheet) == (str(stick), True)


def test_where_nothing_changed_nothing_is_written(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    core.write(add_note("einmal"))
    assert backups.back_up(now=core.clock.now(), only_if_changed=True) is not None
    core.write(lambda write: write.insert("seen", id=b"x" * 16, times=1))
    now_of(core).advance(timedelta(days=3))
    assert backups.is_due(core.clock.now())
    assert backups.back_up(now=core.clock.now(), only_if_changed=True) is None
    assert not backups.is_due(core.clock.now())
    assert codes(backups, core) == []
    assert backups.back_up(now=core.clock.now()) is not None
    for path in stick.iterdir():
        path.unlink()
    assert backups.back_up(now=core.clock.now(), only_if_changed=True) is not None


def test_a_stick_that_was_pulled_out_is_a_finding_and_no_crash(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    core.write(add_note("etwas"))
    backups.back_up(now=core.clock.now())
    gone = stick.with_name(stick.name + "-pulled")
    stick.rename(gone)
    try:
        now_of(core).advance(timedelta(hours=1))
        with pytest.raises(RefusedError) as refused:
            backups.back_up(now=core.clock.now())
        assert refused.value.refusal.code == "backup.not_there"
        assert codes(backups, core) == ["backup.not_there"]
        assert backups.list_newest_first(core.clock.now()) == []
        now_of(core).advance(timedelta(days=2))
        assert codes(backups, core) == ["backup.not_there", "backup.late"]
        with pytest.raises(RefusedError):
            rehearse(backups, core)
        assert not stick.exists(), "nothing is put where the stick should be"
    finally:
        gone.rename(stick)
    backups.back_up(now=core.clock.now())
    rehearse(backups, core)
    assert codes(backups, core) == []


def test_an_empty_mount_point_is_no_stick(tmp_path: Path, stick: Path) -> None:
    media = tmp_path / "media"
    (media / "usb").mkdir(parents=True)
    assert not is_there(media / "usb", sticks=[media])
    assert not is_there(media / "nothing", sticks=[media])
    (media / "link").symlink_to(stick)
    assert is_there(media / "link", sticks=[media])
    assert is_there(tmp_path, sticks=[media])
    assert is_there(stick, sticks=[stick.parent.parent])


def test_backups_beside_the_database_are_told_to_be_no_protection(core: Core) -> None:
    backups = Backups(core.path)
    backups.back_up(now=core.clock.now())
    assert backups.place.parent == core.path.parent
    assert codes(backups, core) == ["backup.only_this_box", "backup.same_disk"]


def test_a_backup_that_would_lose_something_is_told(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    core.write(add_note("eins"))
    core.write(add_note("zwei"))
    core.write(lambda write: write.execute("delete from journal where n = 1"))
    backups.back_up(now=core.clock.now())
    rehearse(backups, core)
    [trouble] = backups.troubles(core.clock.now())
    assert trouble.code == "backup.would_lose"
    assert "was davor steht" in trouble.values["what"]


def test_a_drill_that_was_missed_is_told(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    backups.back_up(now=core.clock.now())
    rehearse(backups, core)
    now_of(core).advance(timedelta(days=41))
    backups.back_up(now=core.clock.now())
    assert backups.is_drill_due(core.clock.now())
    assert codes(backups, core) == ["backup.drill_missed"]


def test_a_drill_that_failed_is_tried_again_and_told(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    made = backups.back_up(now=core.clock.now())
    assert made is not None
    made.path.write_bytes(made.path.read_bytes()[:-1])
    with pytest.raises(RefusedError):
        rehearse(backups, core)
    assert codes(backups, core) == ["backup.spoilt"]
    backups.back_up(now=core.clock.now())
    rehearse(backups, core)
    assert codes(backups, core) == []


def test_a_clock_that_ran_ahead_does_not_stop_the_backups(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    truth = core.clock.now()
    now_of(core).advance(timedelta(days=3000))
    backups.back_up(now=core.clock.now())
    now_of(core).set(truth)
    assert backups.is_due(core.clock.now())
    core.write(add_note("die Uhr stimmt wieder"))
    made = backups.back_up(now=core.clock.now(), only_if_changed=True)
    assert made is not None
    assert len(list(stick.iterdir())) == 2
    assert backups.list_newest_first(core.clock.now())[0] == made.path


def test_a_full_data_disk_makes_no_backup_and_says_so(
    core: Core, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(core.path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    backups = backups_of(core, stick)
    with pytest.raises(RefusedError) as refused:
        backups.back_up(now=core.clock.now())
    assert refused.value.refusal.code == "backup.no_room"
    assert refused.value.refusal.status == 507
    assert list(stick.iterdir()) == []


@pytest.mark.parametrize("what", ["pages", "truncated", "empty", "rubbish", "gone"])
def test_a_damaged_database_is_mended_from_the_newest_backup(
    core: Core, stick: Path, what: str
) -> None:
    backups = backups_of(core, stick)
    for number in range(3):
        core.write(add_note(f"gesichert {number}"))
        backups.back_up(now=core.clock.now())
        now_of(core).advance(timedelta(hours=1))
    core.write(add_note("nicht mehr gesichert"))
    before, site = dump(core, "note"), core.site_id
    core.close()
    spoil(core.path, what)
    damaged = core.path.read_bytes() if core.path.exists() else None
    taken = backups.mend(REGISTRY, clock=core.clock)
    assert taken == backups.list_newest_first(core.clock.now())[0]
    mended = Core.open(core.path, REGISTRY, clock=core.clock)
    assert mended.site_id == site
    assert dump(mended, "note") == [row for row in before if "nicht" not in row[1]]
    assert isinstance(mended.write(add_note("zu früh")), Refusal)
    mended.close()
    aside = [
        path for path in core.path.parent.glob("quarter.db.damaged-*") if "-wal" not in path.name
    ]
    assert [path.read_bytes() for path in aside] == ([damaged] if damaged is not None else [])
    assert codes(backups, core) == ["backup.mended"]
    now_of(core).advance(timedelta(days=31))
    assert "backup.mended" not in codes(backups, core)


def spoil(path: Path, what: str) -> None:
    match what:
        case "pages":
            with path.open("r+b") as file:
                file.seek(4096)
                file.write(os.urandom(4096 * 10))
        case "truncated":
            os.truncate(path, path.stat().st_size // 2)
        case "empty":
            os.truncate(path, 0)
        case "rubbish":
            path.write_bytes(os.urandom(100_000))
        case _:
            path.unlink()


def test_backups_that_are_broken_or_not_ours_are_passed_over(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    core.write(add_note("gut"))
    good = backups.back_up(now=core.clock.now())
    assert good is not None
    for number in range(1, 4):
        now_of(core).advance(timedelta(hours=1))
        broken = backups.back_up(now=core.clock.now())
        assert broken is not None
        content = broken.path.read_bytes()
        broken.path.write_bytes([b"", content[:-1], os.urandom(500)][number - 1])
    core.close()
    spoil(core.path, "pages")
    assert backups.mend(REGISTRY, clock=core.clock) == good.path


def test_without_a_good_backup_nothing_is_lost_and_nothing_founded(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    core.close()
    spoil(core.path, "pages")
    damaged = core.path.read_bytes()
    assert backups.mend(REGISTRY, clock=core.clock) is None
    assert not core.path.exists()
    [aside] = core.path.parent.glob("quarter.db.damaged-*")
    assert aside.read_bytes() == damaged
    # A stick that is plugged in later helps: the key lies beside the database.
    assert backups.mend(REGISTRY, clock=core.clock) is None
    assert len(list(core.path.parent.glob("quarter.db.damaged-*"))) == 1


def test_a_lost_key_file_costs_only_the_boxs_own_way(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    made = backups.back_up(now=core.clock.now())
    assert made is not None
    (core.path.parent / KEY_FILE).unlink()
    with pytest.raises(RefusedError) as refused:
        rehearse(backups, core)
    assert refused.value.refusal.code == "backup.wrong_key"
    backups.back_up(now=core.clock.now())
    rehearse(backups, core)
    assert codes(backups, core) == []


def test_a_record_that_cannot_be_read_is_begun_anew(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    backups.back_up(now=core.clock.now())
    (core.path.parent / FILE).write_text("{half")
    assert backups.record == Record()
    assert backups.back_up(now=core.clock.now(), only_if_changed=True) is not None
    assert backups.record.made is not None


def test_a_drill_that_was_cut_off_leaves_nothing_for_long(core: Core, stick: Path) -> None:
    backups = backups_of(core, stick)
    backups.back_up(now=core.clock.now())
    left = core.path.parent / drill.FOLDER
    left.mkdir()
    (left / "quarter.db").write_text("left by a dead process")
    rehearse(backups, core)
    assert not left.exists()
