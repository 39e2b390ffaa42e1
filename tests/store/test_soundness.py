"""A file that cannot be trusted is noticed before it is opened; one that can is not doubted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from node.store import Core
from node.store.soundness import (
    REFUSALS,
    Stand,
    begin_life,
    end_life,
    forget_life,
    look_at,
    refusal_of,
)
from tests.store.test_core import add_note, dump, open_core


def grown(tmp_path: Path) -> Core:
    core = open_core(tmp_path)
    for _ in range(30):
        core.write(lambda write: [add_note("x" * 900)(write) for _ in range(20)])
    return core


def served(tmp_path: Path, *, cleanly: bool) -> Path:
    """A database after a life that ended cleanly, or by the plug being pulled."""
    core = grown(tmp_path)
    if cleanly:
        core.close()
        end_life(core.path, core.site_id)
        return core.path
    folder = tmp_path / "after"
    folder.mkdir()
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{core.path}{end}", folder)
    begin_life(folder / "a.db", core.site_id)
    core.close()
    return folder / "a.db"


def overwrite(path: Path, start: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(os.urandom(length))


@pytest.mark.parametrize("cleanly", [True, False])
def test_a_sound_file_is_sound(tmp_path: Path, cleanly: bool) -> None:
    database = served(tmp_path, cleanly=cleanly)
    assert look_at(database) is Stand.SOUND
    core = open_core(database.parent)
    assert len(dump(core, "note")) == 600
    core.close()


def test_a_file_that_nobody_served_yet_is_checked_whole(tmp_path: Path) -> None:
    database = served(tmp_path, cleanly=True)
    forget_life(database)
    assert look_at(database) is Stand.SOUND
    overwrite(database, 4096 * 40, 4096 * 20)
    assert look_at(database) is Stand.MALFORMED


def others(path: Path) -> None:
    core = open_core(path.parent, "other")
    core.close()
    shutil.copy(core.path, path)


def photos(path: Path) -> None:
    path.unlink()
    driver.connect(str(path)).execute("create table photos (id)").close()


def nobodys(path: Path) -> None:
    connection = driver.connect(str(path), isolation_level=None)
    connection.execute("delete from meta where name = 'identity'")
    connection.close()


HAPPENED: dict[str, tuple[Callable[[Path], object], Stand]] = {
    "missing": (Path.unlink, Stand.MISSING),
    "empty": (lambda path: os.truncate(path, 0), Stand.EMPTY),
    "zeros": (lambda path: path.write_bytes(bytes(500_000)), Stand.NO_DATABASE),
    "rubbish": (lambda path: path.write_bytes(os.urandom(500_000)), Stand.NO_DATABASE),
    "first page": (lambda path: overwrite(path, 0, 100), Stand.NO_DATABASE),
    "schema": (lambda path: overwrite(path, 100, 3000), Stand.MALFORMED),
    "truncated": (lambda path: os.truncate(path, 40 * 4096), Stand.MALFORMED),
    "cut in a page": (
        lambda path: os.truncate(path, path.stat().st_size - 1000),
        Stand.MALFORMED,
    ),
    "another program's": (photos, Stand.OTHER_PROGRAM),
    "another node's": (others, Stand.OTHER_NODE),
    "without its identity": (nobodys, Stand.MALFORMED),
}


@pytest.mark.parametrize("what", HAPPENED)
@pytest.mark.parametrize("cleanly", [True, False])
def test_whatever_happened_to_the_file_is_seen(tmp_path: Path, what: str, cleanly: bool) -> None:
    database = served(tmp_path, cleanly=cleanly)
    if not cleanly:
        # What is in the log is taken from it; the file alone counts here.
        open_core(database.parent).close()
    happen, stand = HAPPENED[what]
    happen(database)
    if not cleanly and what != "empty":
        database.with_name("a.db-wal").touch()
    assert look_at(database) is stand


def test_pages_that_were_overwritten_are_seen_after_an_unclean_end(tmp_path: Path) -> None:
    database = served(tmp_path, cleanly=False)
    driver.connect(str(database)).execute("select 1 from note").close()
    database.with_name("a.db-wal").touch()
    overwrite(database, 4096 * 40, 4096 * 20)
    assert look_at(database) is Stand.MALFORMED


def test_a_log_that_was_lost_is_no_damage_but_an_old_state(tmp_path: Path) -> None:
    database = served(tmp_path, cleanly=False)
    database.with_name("a.db-wal").unlink()
    assert look_at(database) is Stand.LOG_LOST
    assert not Stand.LOG_LOST.is_damage


def test_a_log_that_was_damaged_costs_only_what_it_held(tmp_path: Path) -> None:
    database = served(tmp_path, cleanly=False)
    log = database.with_name("a.db-wal")
    overwrite(log, log.stat().st_size // 2, 4096)
    assert look_at(database) in {Stand.SOUND, Stand.MALFORMED}


SERVE = """
import sys, time
from pathlib import Path
from node.store.soundness import begin_life
from tests.store.test_core import *
core = open_core(Path(sys.argv[1]))
begin_life(core.path, core.site_id)
print("serving", flush=True)
while True: core.write(add_note("x" * 500))
"""


def test_kill_never_looks_like_damage(tmp_path: Path) -> None:
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert look_at(tmp_path / "a.db") is Stand.SOUND


def test_every_stand_that_is_not_served_has_words(tmp_path: Path) -> None:
    for stand in set(Stand) - {Stand.SOUND, Stand.LOG_LOST}:
        refusal = refusal_of(stand, tmp_path / "quarter.db")
        assert refusal.remedy
        assert refusal.status == 503
        assert "quarter.db" in refusal.message.format(**refusal.values)
    assert len({refusal.code for refusal in REFUSALS.values()}) == len(REFUSALS)
