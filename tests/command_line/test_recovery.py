"""A box loses its database, its card or itself: what its caretaker sees, types and gets back."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from node.__main__ import main
from node.base.clock import SystemClock
from node.base.ids import new_id
from node.registry import REGISTRY
from node.store import Core, Founding, Identity, NodeRole, new_identity
from node.store.age import new_secret, recipient_of
from node.store.connection import open_writer
from node.sync import (
    add_node,
    adopt_role,
    join_roster,
    new_sheet,
    read_roster,
    sealing_public_key,
    set_recovery,
    sheet_keys,
    sheet_lines,
)
from node.sync.house_key import keep_house_key, read_house_key
from node.sync.roster import read_root
from tests.command_line.serving import ROOT, Serving, environment, free_port

SECONDS_MAX = 40.0


pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def sheet() -> Identity:
    return new_sheet()


@pytest.fixture
def data(tmp_path: Path, sheet: Identity) -> Path:
    """A founded node with an emergency sheet and something in it."""
    folder = tmp_path / "node"
    assert main(["init", "--data", str(folder), "--name", "Haus"]) == 0
    with_core(folder, lambda core: set_recovery(core, sheet_keys(sheet)))
    assert close(folder, 1) is None
    return folder


def with_core(folder: Path, work: Callable[[Core], Any]) -> Any:
    core = Core.open(folder / "quarter.db", REGISTRY, clock=SystemClock())
    try:
        adopt_role(core)
        return work(core)
    finally:
        core.close()


def close(folder: Path, number: int) -> Any:
    """The desk notes a closure, which other nodes hear of; None where it was written."""
    return with_core(
        folder,
        lambda core: core.write(
            lambda write: write.insert("closure", id=new_id(), starts_at=number, ends_at=number)
        ),
    )


def closures(folder: Path) -> list[int]:
    rows = with_core(
        folder, lambda core: core.read(lambda read: read.rows("select starts_at from closure"))
    )
    return sorted(row[0] for row in rows)


def backed_up(data: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    capsys.readouterr()
    assert main(["backup", "stick", "--data", str(data)]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return Path(shown.out.strip())


def quartier(*words: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """A verb as a process of its own; what is typed comes through a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "node", *words],
        env=environment() | {"LC_ALL": "en_GB.UTF-8", "PYTHONPATH": str(ROOT)},
        input=typed or "",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_sheet_restores_onto_a_new_box(
    data: Path, sheet: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = backed_up(data, capsys)
    shutil.rmtree(data)
    Path("sheet.txt").write_text("\n".join(sheet_lines(sheet)))
    restored = quartier("restore", str(backup), "--data", "new", "--key", "sheet.txt")
    assert restored.returncode == 0, restored.stderr
    assert "writes again when it has met a neighbour" in restored.stdout
    assert closures(Path("new")) == [1]
    assert close(Path("new"), 2).code == "store.must_catch_up"


def test_what_a_qr_code_says_restores_too(
    data: Path, sheet: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = backed_up(data, capsys)
    shutil.rmtree(data)
    scanned = "".join(sheet_lines(sheet)).replace(" ", "").lower()
    assert quartier("restore", str(backup), "--data", "new", typed=scanned).returncode == 0
    assert closures(Path("new")) == [1]


def test_a_wrong_sheet_is_told_plainly_and_changes_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = backed_up(data, capsys)
    for key, words in (
        ("\n".join(sheet_lines(new_sheet())), "does not open the backup"),
        ("nothing like it", "The emergency sheet has 4 lines"),
        ("AGE-SECRET-KEY-1QQQQ", "no key of an emergency sheet"),
        ("", "The emergency sheet has 4 lines"),
    ):
        restored = quartier("restore", str(backup), "--data", "new", typed=key)
        assert restored.returncode == 1
        assert words in restored.stderr
        assert "Traceback" not in restored.stderr
        assert not list(Path("new").glob("quarter.db*"))


def test_at_a_terminal_a_slip_can_be_corrected(
    data: Path, sheet: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed line by line: first a slip, then another quarter's sheet, then the right one."""
    backup = backed_up(data, capsys)
    right, other = sheet_lines(sheet), sheet_lines(new_sheet())
    slip = [right[0][:-1] + ("A" if right[0][-1] != "A" else "B"), *right[1:]]
    script = iter([*slip, *other, *right])
    pid, terminal = pty.fork()
    if not pid:
        os.execve(  # noqa: S606 - a terminal of its own
            sys.executable,
            [sys.executable, "-m", "node", "restore", str(backup), "--data", "new"],
            environment() | {"LC_ALL": "en_GB.UTF-8", "PYTHONPATH": str(ROOT)},
        )
    shown = talk(terminal, script)
    assert os.waitpid(pid, 0)[1] == 0, shown
    assert "Line 1 has a slip" in shown
    assert "does not open the backup" in shown
    assert "Restored." in shown
    assert right[0] not in shown, "the key is not shown"
    assert closures(Path("new")) == [1]


def talk(terminal: int, script: Iterator[str]) -> str:
    """Answer every question with the next line; all that was shown."""
    shown, answered = "", 0
    with contextlib.suppress(OSError):
        while read := os.read(terminal, 4096):
            shown += read.decode()
            while len(re.findall(r"Line \d: ", shown)) > answered:
                answered += 1
                os.write(terminal, f"{next(script)}\n".encode())
    os.close(terminal)
    return shown


def test_this_box_restores_its_own_backup_without_any_key(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = backed_up(data, capsys)
    assert close(data, 2) is None
    assert main(["restore", str(backup), "--replace", "--data", str(data)]) == 0
    assert closures(data) == [1]
    [aside] = data.glob("quarter.db.before-*")
    assert f"What was there before: {aside}" in capsys.readouterr().out


def test_a_box_that_is_alone_goes_on_at_once(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = with_core(data, lambda core: core.site_id)
    backup = backed_up(data, capsys)
    assert main(["restore", str(backup), "--replace", "--alone", "--data", str(data)]) == 0
    assert close(data, 2) is None
    assert closures(data) == [1, 2]

    def check(core: Core) -> None:
        roster = read_roster(core)
        assert roster is not None
        assert core.site_id != old
        assert core.role is NodeRole.HOME
        assert roster.body.authority == core.identity.public_key
        assert roster.nodes[core.site_id].name == "Haus"
        assert roster.nodes[old].revoked_after == {"quarter": 1}

    with_core(data, check)
    assert main(["doctor", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "There is no backup of this node yet" in said
    assert "Everything agrees." in said, said


def test_alone_needs_the_sheet_where_another_box_was_the_authority(
    data: Path, sheet: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path("kiosk")
    other.mkdir()
    seed = new_identity()
    roster = with_core(
        data,
        lambda core: (
            add_node(
                core,
                seed.public_key,
                name="Foyer",
                role=NodeRole.KIOSK,
                sealing_key=sealing_public_key(seed),
            ),
            read_root(core),
            read_house_key(core),
            Founding(core.quarter, core.epoch, seed.seed),
        ),
    )
    signed, root, key, founding = roster
    core = Core.open(other / "quarter.db", REGISTRY, clock=SystemClock(), founding=founding)
    join_roster(core, signed.signed, root=root)
    keep_house_key(core, key)
    core.close()
    backup = backed_up(other, capsys)
    alone = ["restore", str(backup), "--replace", "--alone", "--data", str(other)]
    assert main(alone) == 1
    assert "Take the emergency sheet" in capsys.readouterr().err
    assert with_core(other, lambda core: core.site_id) == seed.site_id
    Path("sheet.txt").write_text(" ".join(sheet_lines(sheet)))
    assert main([*alone, "--key", "sheet.txt"]) == 0
    assert with_core(other, lambda core: core.role) is NodeRole.KIOSK
    assert with_core(other, lambda core: core.site_id) != seed.site_id


def test_a_mended_box_without_neighbours_can_be_told_so(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alone", "--data", str(data)]) == 1
    assert "waits for nobody" in capsys.readouterr().err
    with_core(data, Core.note_restored)
    assert close(data, 2).code == "store.must_catch_up"
    assert main(["alone", "--data", str(data)]) == 0
    assert close(data, 2) is None


def test_a_backup_by_the_settings_is_rotated_rehearsed_and_known_to_the_doctor(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = Path("/dev/shm") / f"quartier-recovery-{os.getpid()}"  # noqa: S108
    stick.mkdir()
    try:
        monkeypatch.setenv("QUARTIER_BACKUP_TO", str(stick))
        for _ in range(3):
            assert main(["backup", "--data", str(data)]) == 0
        assert len(list(stick.glob("*.age"))) == 1
        assert main(["drill", "--data", str(data)]) == 0
        assert "Restoring brings everything back." in capsys.readouterr().out
        assert main(["doctor", "--data", str(data)]) == 0
        assert capsys.readouterr().out.strip() == "Everything agrees."
        newest = next(stick.glob("*.age"))
        newest.write_bytes(newest.read_bytes()[:-1])
        assert main(["drill", "--data", str(data)]) == 1
        assert "is no backup, or it was damaged" in capsys.readouterr().err
        assert main(["doctor", "--data", str(data)]) == 1
        assert "is no backup, or it was damaged" in capsys.readouterr().out
    finally:
        shutil.rmtree(stick)


def test_the_doctor_says_that_the_line_to_central_is_spared(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_CENTRAL", "203.0.113.2:8443")
    assert main(["doctor", "--data", str(data)]) == 0
    assert "paid by volume" not in capsys.readouterr().out
    monkeypatch.setenv("QUARTIER_METERED", "true")
    assert main(["doctor", "--data", str(data)]) == 0
    assert "The line to central is set as paid by volume." in capsys.readouterr().out
    with_core(data, lambda core: core.keep("sync.metered", 0))
    assert main(["doctor", "--data", str(data)]) == 0
    assert "paid by volume" not in capsys.readouterr().out, "the pages' choice counts more"


def test_a_stick_that_is_missing_is_told(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_BACKUP_TO", "/media/nowhere")
    assert main(["backup", "--data", str(data)]) == 1
    assert "/media/nowhere is not there. Please plug the stick in" in capsys.readouterr().err
    monkeypatch.setenv("QUARTIER_BACKUP_RECIPIENTS", "age1nonsense")
    assert main(["backup", "--data", str(data)]) == 1
    assert "age1nonsense is no public key" in capsys.readouterr().err


def test_further_keys_open_a_backup(data: Path) -> None:
    secret = new_secret()
    Path("key.txt").write_text(f"# created by hand\n{secret}\n")
    words = ["backup", "stick", "--recipient", recipient_of(secret), "--data", str(data)]
    assert main(words) == 0
    [backup] = Path("stick").iterdir()
    shutil.rmtree(data)
    assert main(["restore", str(backup), "--data", "new", "--key", "key.txt"]) == 0
    assert closures(Path("new")) == [1]


def ask(port: int, path: str = "/", **headers: str) -> tuple[int, str, Message]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as found:  # noqa: S310
            return found.status, found.read().decode(), found.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


def until(status: int, port: int, path: str = "/health") -> None:
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        with contextlib.suppress(OSError):
            if ask(port, path)[0] == status:
                return
        time.sleep(0.1)
    raise AssertionError(f"{path} never answered {status}")


@pytest.fixture
def settings() -> dict[str, object]:
    return {"port": free_port(), "sync_port": free_port()}


def test_a_damaged_database_is_mended_at_the_start(data: Path, settings: dict[str, object]) -> None:
    assert main(["backup", "--data", str(data)]) == 0
    with (data / "quarter.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(4096 * 30))
    with Serving(data, settings=settings) as node:
        until(200, int(str(settings["port"])))
        assert "mended from" in node.end()[1]
    assert closures(data) == [1]
    assert len(list(data.glob("quarter.db.damaged-*"))) == 1
    assert json.loads((data / "backups.json").read_text())["mended"]["name"].startswith("quartier-")


def test_a_killed_node_starts_again_from_its_own_file(
    data: Path, settings: dict[str, object]
) -> None:
    port = int(str(settings["port"]))
    for _ in range(2):
        with Serving(data, settings=settings) as node:
            until(200, port)
            node.process.kill()
    with Serving(data, settings=settings):
        until(200, port)
    assert not list(data.glob("quarter.db.*-*"))
    assert close(data, 2) is None


def test_a_node_whose_log_was_lost_waits_for_its_neighbours(
    data: Path, settings: dict[str, object]
) -> None:
    with Serving(data, settings=settings) as node:
        until(200, int(str(settings["port"])))
        node.process.kill()
        node.process.wait()
        (data / "quarter.db-wal").unlink()
    with Serving(data, settings=settings):
        until(200, int(str(settings["port"])))
    assert close(data, 2).code == "store.must_catch_up"


def test_without_a_backup_the_pages_say_what_to_do_until_somebody_helps(
    data: Path, settings: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    backup, port = backed_up(data, capsys), int(str(settings["port"]))
    (data / "quarter.db").write_bytes(os.urandom(100_000))
    with Serving(data, settings=settings) as node:
        until(503, port)
        for path in ("/", "/desk", "/kiosk/home", "/anything?at=all"):
            status, page, headers = ask(port, path)
            assert status == 503
            assert "Diese Box braucht Hilfe" in page
            assert "war keine Datenbank, und es fand sich keine Sicherung" in page
            assert "quartier restore" in page
            assert headers["retry-after"] == "30"
            assert "default-src 'none'" in headers["content-security-policy"]
        assert "This box needs help" in ask(port, "/?lang=en")[1]
        assert '<html lang="en"' in ask(port, **{"Accept-Language": "en-GB,de;q=0.5"})[1]
        told = json.loads(ask(port, "/api/spaces")[1])
        assert (told["code"], told["ok"]) == ("store.no_database", False)
        assert json.loads(ask(port, Accept="application/json")[1])["detail"]
        assert node.process.poll() is None
        restored = quartier("restore", str(backup), "--data", str(data))
        assert restored.returncode == 0, restored.stderr
        until(200, port)
        code, written = node.end()
    assert code == 0
    assert "was no database, and no backup was found" in written
    assert closures(data) == [1]
    assert list(data.glob("quarter.db.damaged-*"))


def test_a_stick_that_is_plugged_in_helps_by_itself(
    data: Path, settings: dict[str, object], tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    where = settings | {"backup_to": stick}
    assert quartier("backup", str(tmp_path / "kept"), "--data", str(data)).returncode == 0
    (data / "quarter.db").unlink()
    begin = Serving(data, settings=where)
    begin.process.kill()
    begin.process.communicate()
    os.truncate(os.open(data / "quarter.db", os.O_CREAT | os.O_RDWR), 0)
    port = int(str(settings["port"]))
    with Serving(data, settings=where):
        until(503, port)
        [backup] = (tmp_path / "kept").iterdir()
        backup.rename(stick / backup.name)
        until(200, port)
    assert closures(data) == [1]


def test_a_database_from_the_future_is_told_on_the_pages_and_left_alone(
    data: Path, settings: dict[str, object]
) -> None:
    connection = open_writer(data / "quarter.db")
    connection.execute("update meta set value = 9999 where name = 'schema'")
    connection.execute("select crsql_finalize()")
    connection.close()
    before = (data / "quarter.db").read_bytes()
    port = int(str(settings["port"]))
    with Serving(data, settings=settings) as node:
        until(503, port)
        page = ask(port, "/?lang=en")[1]
        assert "written by a newer version of the program (schema 9999)" in page
        assert "install the newer version again" in page
        code, written = node.end()
    assert code == 0
    assert "9999" in written
    assert (data / "quarter.db").read_bytes() == before


def test_a_database_that_another_program_holds_is_told_and_tried_again_by_itself(
    data: Path, settings: dict[str, object]
) -> None:
    port = int(str(settings["port"]))
    with contextlib.closing(sqlite3.connect(data / "quarter.db", isolation_level=None)) as other:
        other.execute("pragma locking_mode=exclusive")
        other.execute("begin exclusive")
        other.execute("select count(*) from meta").fetchall()
        with Serving(data, settings=settings) as node:
            until(503, port)
            page = ask(port)[1]
            assert "Ein anderes Programm hält die Datenbank dieser Box fest." in page
            assert "von selbst weiter" in page
            other.close()
            until(200, port)
            code, written = node.end()
    assert code == 0
    assert "Ein anderes Programm" in written or "Another program" in written


def test_a_node_that_waits_for_help_ends_when_it_is_told_to(
    data: Path, settings: dict[str, object]
) -> None:
    os.truncate(data / "quarter.db", 0)
    with Serving(data, settings=settings) as node:
        until(503, int(str(settings["port"])))
        assert node.end()[0] == 0
