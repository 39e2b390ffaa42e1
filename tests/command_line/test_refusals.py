"""What a verb says when it cannot do what was asked: one sentence, what helps, nothing changed."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.__main__ import main
from node.store.connection import driver, open_writer
from node.sync import new_sheet, sheet_lines
from tests.quarter.conftest import SMALL

VERBS = ("serve", "central", "init", "import", "demo", "backup", "drill", "restore", "doctor")
ON_A_NODE = (
    ["import", str(SMALL)],
    ["backup", "backups"],
    ["drill"],
    ["alone"],
    ["doctor"],
)


pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A founded node."""
    folder = tmp_path / "node"
    assert main(["init", "--data", str(folder)]) == 0
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file's content, without those that a reading SQLite makes and takes away."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock"))
    }


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a verb says that must refuse; its exit status and stream are checked here."""
    capsys.readouterr()
    assert main([*words]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("quartier: ")
    assert shown.err.count("\n") == 1, shown.err
    assert "Traceback" not in shown.err
    return shown.err


@pytest.mark.parametrize("verb", ON_A_NODE, ids=lambda verb: verb[0])
def test_without_a_node_nothing_is_made(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, *verb, "--data", "nowhere")
    assert "nowhere holds no node" in said
    assert "quartier init --data nowhere" in said
    assert list(tmp_path.iterdir()) == []


def test_a_new_box_is_served_only_where_its_directory_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nowhere is not there" in refused(capsys, "serve", "--data", "nowhere/node")
    assert list(tmp_path.iterdir()) == []


def test_a_central_without_quarters_says_what_belongs_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "holds no quarter" in refused(capsys, "central", "--data", "nowhere")
    (tmp_path / "nowhere" / "one").mkdir(parents=True)
    (tmp_path / "nowhere" / "one" / "node.toml").touch()
    assert "one holds no node" in refused(capsys, "central", "--data", "nowhere")


@pytest.mark.parametrize("what", ["cut", "join"])
def test_a_line_needs_a_demo(what: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "holds no demo" in refused(capsys, "demo", what, "--data", "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_a_second_quarter_is_not_founded_over_the_first(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(data)
    assert "holds a node already" in refused(capsys, "init", "--data", str(data))
    assert tree(data) == before


def test_a_quarter_that_waits_to_be_put_in_place_is_not_founded_over(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The plug was pulled in the middle of a restore.
    database = data / "quarter.db"
    before = database.read_bytes()
    database.rename(data / "quarter.db.incoming")
    assert "holds a node already" in refused(capsys, "init", "--data", str(data))
    assert database.read_bytes() == before


def test_a_database_that_waits_to_be_put_in_place_is_found_by_every_verb(data: Path) -> None:
    (data / "quarter.db").rename(data / "quarter.db.incoming")
    assert main(["doctor", "--data", str(data)]) == 0
    assert (data / "quarter.db").exists()


@pytest.fixture
def running(data: Path) -> Iterator[Path]:
    """A node whose lock another process holds, as far as a verb can see."""
    with (data / "node.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield data


@pytest.mark.parametrize(
    "verb",
    [["serve"], ["init"], ["import", str(SMALL)], ["doctor"], ["alone"]],
    ids=lambda verb: verb[0],
)
def test_a_running_node_is_left_alone(
    verb: list[str], running: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(running)
    assert "is running. Stop it first" in refused(capsys, *verb, "--data", str(running))
    assert tree(running) == before


def test_a_running_node_can_be_backed_up_but_not_restored(
    running: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "kept", "--data", str(running)]) == 0
    backup = capsys.readouterr().out.splitlines()[-1]
    said = refused(capsys, "restore", backup, "--replace", "--data", str(running))
    assert "is running" in said


def test_a_restore_names_what_is_wrong_with_the_backup(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = tree(data)
    (tmp_path / "broken").write_bytes(b"no backup")
    restore = ["restore", "--replace", "--data", str(data)]
    assert "there is no such file" in refused(capsys, *restore, "missing")
    assert main(["backup", "kept", "--data", str(data)]) == 0
    before[str(data / "backup.key")] = (data / "backup.key").read_bytes()
    assert "broken is no backup, or it was damaged" in refused(capsys, *restore, "broken")
    whole = next((tmp_path / "kept").iterdir())
    for missing in (1, 2000, whole.stat().st_size // 2):
        (tmp_path / "cut").write_bytes(whole.read_bytes()[:-missing])
        said = refused(capsys, *restore, "cut")
        assert "cut is no backup, or it was damaged. Please take an older backup." in said
    assert "Use --replace" in refused(capsys, "restore", "--data", str(data), str(whole))
    assert tree(data) == before


@pytest.mark.parametrize("verb", ["doctor", "import"])
def test_a_database_of_a_newer_release_is_left_alone(
    verb: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = open_writer(data / "quarter.db")
    connection.execute("update meta set value = 9999 where name = 'schema'")
    connection.execute("select crsql_finalize()")
    connection.close()
    before = tree(data)
    words = [verb, str(SMALL)] if verb == "import" else [verb]
    said = refused(capsys, *words, "--data", str(data))
    assert "9999" in said
    assert "Please install the newer version again" in said
    assert tree(data) == before


@pytest.mark.parametrize("verb", ["doctor", "backup"])
def test_a_damaged_database_is_named_with_the_way_back(
    verb: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "quarter.db").write_bytes(b"SQLite format 3\0" + os.urandom(8192))
    words = [verb, "kept"] if verb == "backup" else [verb]
    said = refused(capsys, *words, "--data", str(data))
    assert "damaged" in said
    assert "quartier restore" in said


def test_a_database_that_another_program_holds_is_not_waited_for_in_vain(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = driver.connect(str(data / "quarter.db"), isolation_level=None)
    other.execute("begin exclusive")
    try:
        assert "another program has it open" in refused(capsys, "doctor", "--data", str(data))
    finally:
        other.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "'prot' is no setting"),
        ("port = 0", "A port is a number"),
        ("port = true", "A port is a number"),
        ('port = "x"', "A port is a number"),
        ("hosts = 3", "Use a list of texts"),
        ("hosts = [3]", "Use a list of texts"),
        ('discovery = "perhaps"', "Use true or false"),
        ("name = 3", "Use a text in quotes"),
        ('log = "loud"', "Use one of: error, warning, info, debug."),
        ("port = ", "Correct the line"),
        ("\udcff", "Correct the line"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(
    text: str, said: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data / "node.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    answer = refused(capsys, "serve", "--data", str(data))
    assert str(path) in answer
    assert said in answer


def test_a_wrong_variable_is_told_by_its_name(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_PORT", "99999")
    assert "QUARTIER_PORT: '99999' does not fit" in refused(capsys, "serve", "--data", str(data))
    monkeypatch.setenv("QUARTIER_PORT", "8080")
    monkeypatch.setenv("QUARTIER_METERED_NIGHT", "nachts")
    assert 'Use two times of day: "01:00-05:00"' in refused(capsys, "serve", "--data", str(data))


def test_a_taken_port_changes_nothing(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(data)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for variable, setting in (("QUARTIER_PORT", "port"), ("QUARTIER_SYNC_PORT", "sync_port")):
            with monkeypatch.context() as patch:
                patch.setenv("QUARTIER_PORT", "0" if setting == "port" else "26010")
                patch.setenv(variable, str(port))
                said = refused(capsys, "serve", "--data", str(data))
            assert f"cannot listen on 127.0.0.1, port {port}" in said
            assert f"set another {setting}." in said
    assert tree(data) == before


def test_an_address_of_another_machine_is_refused(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_HOST", "203.0.113.9")
    assert "Set host to an address of this machine" in refused(capsys, "serve", "--data", str(data))


def test_a_missing_extension_says_how_to_get_it(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_CRSQLITE", "/nowhere/crsqlite.so")
    assert "provisioning/run" in refused(capsys, "doctor", "--data", str(data))


def test_a_demo_says_which_port_is_taken(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(capsys, "demo", "--data", "demo", "--port", str(port - 10))
    assert f"port {port} is taken" in said
    assert "--port" in said
    assert not (tmp_path / "demo" / "home").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["no-such-verb"],
        ["import"],
        ["backup", "--recipient"],
        ["restore"],
        ["demo", "--port", "0"],
        ["demo", "--port", "65530"],
        ["demo", "dance"],
        ["serve", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: quartier" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [*VERBS, "openapi", "settings"])
def test_every_verb_tells_about_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "Exit status" in text
    assert ("--data" in text) == (verb in VERBS)


def test_what_a_verb_writes_is_for_its_user_only(data: Path) -> None:
    assert data.stat().st_mode & 0o077 == 0
    assert [path for path in data.iterdir() if path.stat().st_mode & 0o077] == []


def test_a_name_with_quotes_and_backslashes_comes_back(tmp_path: Path) -> None:
    from node.settings import load

    name = 'Haus "Ahorn" \\ Süd'
    assert main(["init", "--data", "named", "--name", name]) == 0
    assert load(tmp_path / "named", {}).name == name


def test_a_sheet_of_another_quarter_is_told_by_the_name_of_the_backup(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sheet", "--data", str(data)]) == 0
    assert main(["backup", "--data", str(data)]) == 0
    (backup,) = (data / "backups").glob("*.age")
    key = tmp_path / "strange.txt"
    key.write_text("\n".join(sheet_lines(new_sheet())), encoding="utf-8")
    said = refused(capsys, "restore", str(backup), "--data", "other", "--key", str(key))
    assert backup.name in said
    assert "{" not in said
