"""A new box, set up by people who never see a shell: real processes, pages over HTTP."""

from __future__ import annotations

import io
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.__main__ import main
from node.sync import new_sheet, sheet_lines
from tests.command_line.serving import Serving, free_port, wait_until_answers
from tests.command_line.setting_up import PATIENCE_SECONDS, Browser, start_code
from tests.command_line.test_boxes import Boxes, until
from tests.files import SEALED
from tests.quarter.conftest import SMALL

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def boxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Boxes:
    monkeypatch.setenv("QUARTIER_DISCOVERY", "no")
    return Boxes(tmp_path, capsys)


@pytest.fixture
def new_box(boxes: Boxes) -> Iterator[tuple[Serving, Browser]]:
    """An empty box, and somebody at its own screen."""
    with boxes.serving("new") as box, Browser(boxes.ports["new"][0]) as screen:
        screen.get("/", until=PATIENCE_SECONDS)
        yield box, screen


def archive(folder: Path, *, leave_out: str = "") -> tuple[str, bytes]:
    """A quarter's files as one ZIP, in a folder as people pack them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writing:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != leave_out:
                writing.write(path, Path("lindenhof") / path.relative_to(folder))
    return "lindenhof.zip", packed.getvalue()


def founded(boxes: Boxes, name: str = "home") -> list[str]:
    """A quarter with people; the four lines of its sheet."""
    boxes.on(name, "init", "--name", "Service-Point")
    boxes.on(name, "import", str(SMALL))
    return re.findall(r"^  \d  (.*)$", boxes.on(name, "sheet"), re.MULTILINE)


def served(screen: Browser) -> bool:
    """Whether the box serves its quarter by now."""
    return screen.get("/health", until=PATIENCE_SECONDS).status_code == 200


def test_every_address_leads_to_the_four_ways(new_box: tuple[Serving, Browser]) -> None:
    _, screen = new_box
    for path in ("/", "/kiosk", "/desk/people", "/setup"):
        assert screen.get(path).url.path == "/setup"
        assert screen.page.count('class="tile"') == 4
    assert screen.get("/setup/nowhere").status_code == 404
    assert screen.get("/health").status_code == 503
    told = screen.http.get("/api/spaces", headers={"accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (503, "setup.not_yet")
    screen.http.headers["accept-language"] = "en"
    screen.post("/kiosk/prefs", lang="en", back="/setup")
    assert "This box is new" in screen.page


def test_a_phone_needs_the_start_code_of_the_screen(new_box: tuple[Serving, Browser]) -> None:
    box, screen = new_box
    code = start_code(box)
    assert code in screen.get("/setup").text
    with Browser(int(screen.http.base_url.port or 0), elsewhere=True) as phone:
        assert code not in phone.get("/setup").text
        for path in ("found", "join", "replace", "restore", "papers", "progress"):
            assert phone.get(f"/setup/{path}").status_code == 403
            assert phone.post(f"/setup/{path}", address="192.0.2.9").status_code in {403, 405}
        phone.get(f"/setup?code={code}")
        assert f'value="{code}"' in phone.page
        phone.post("/setup/code", code=code.lower().replace("-", " "))
        assert phone.page.count('class="tile"') == 4
        assert code not in phone.page


def test_a_stranger_who_guesses_is_slowed_down_and_locks_nobody_out(
    new_box: tuple[Serving, Browser],
) -> None:
    box, screen = new_box
    code = start_code(box)
    port = int(screen.http.base_url.port or 0)
    with Browser(port, elsewhere=True) as stranger, Browser(port, elsewhere=True) as phone:
        stranger.get("/setup")
        for _ in range(5):
            assert stranger.post("/setup/code", code="AAAA-AAAA").status_code == 403
        assert stranger.post("/setup/code", code=code).status_code == 429
        assert "Bitte warten Sie eine Minute" in stranger.page
        phone.http.headers["X-Forwarded-For"] = "192.0.2.8"
        phone.get("/setup")
        assert phone.post("/setup/code", code=code).status_code == 200
    assert screen.get("/setup").status_code == 200


def test_a_quarter_is_founded_from_an_archive_and_the_pages_are_gone(
    new_box: tuple[Serving, Browser], boxes: Boxes, tmp_path: Path
) -> None:
    box, screen = new_box
    screen.get("/setup/found")
    assert screen.post("/setup/found", name="Foyer").status_code == 422
    assert screen.post("/setup/found", file=("x.zip", b"no archive")).status_code == 422
    assert "Dieses Archiv enthält kein Quartier" in screen.page
    wrong = archive(SMALL, leave_out="flats.csv")
    assert screen.post("/setup/found", file=wrong, name="Foyer").status_code == 422
    assert "flats.csv" in screen.page
    assert not (boxes.at("new") / "quarter.db").exists()
    screen.post("/setup/found", file=archive(SMALL), name="Foyer")
    screen.see_through()
    assert "Notfallblatt des Quartiers" in screen.page
    lines = re.findall(r"<li><code>([^<]+)</code>", screen.page)
    password = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", screen.page)
    assert len(lines) == 4
    assert password is not None
    assert screen.post("/setup/papers", proof="0000").status_code == 422
    assert not served(screen)
    screen.post("/setup/papers", proof=lines[3][-4:])
    assert "Das Quartier ist gegründet" in screen.page
    until(lambda: served(screen))
    assert screen.http.get("/setup").status_code == 404
    screen.get("/desk/sign-in")
    came = screen.post("/desk/sign-in", name="ole", password=password[0])
    assert came.url.path != "/desk/sign-in"
    code, written = box.end()
    assert (code, written) == (0, "")
    # The sheet on the paper is the quarter's.
    Path(tmp_path / "sheet").write_text("\n".join(lines))
    assert "stays the only one" in boxes.on("new", "sheet", status=1)


EMPTY = ("/", "/find", "/kiosk", "/kiosk/home", "/kiosk/spaces", "/kiosk/house", "/api/spaces")
DESK = ("", "/plan", "/find", "/people", "/pass", "/health", "/nodes", "/erasures", "/pin")


def test_a_quarter_begins_with_a_name_and_a_place(
    new_box: tuple[Serving, Browser], boxes: Boxes
) -> None:
    """Nobody has its files at hand; they come later, and are those that this box began."""
    box, screen = new_box
    screen.get("/setup/found")
    assert "/setup/found/begin" in screen.page
    screen.get("/setup/found/begin")
    typed = {"name": "Hof am Wall", "city": "Köln", "given_name": "Ole", "family_name": "Berg"}
    for missing in typed:
        told = {**typed, missing: " "}
        assert screen.post("/setup/found/begin", **told, role="staff").status_code == 422
    assert screen.post("/setup/found/begin", **typed, role="resident").status_code == 422
    assert not boxes.at("new").joinpath("quarter-files").exists()
    screen.post("/setup/found/begin", **typed, role="staff")
    screen.see_through()
    lines = re.findall(r"<li><code>([^<]+)</code>", screen.page)
    password = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", screen.page)
    assert password is not None
    screen.post("/setup/papers", proof=lines[3][-4:])
    until(lambda: served(screen))
    assert "Hof am Wall" in screen.get("/kiosk").text
    for path in EMPTY:
        assert screen.get(path).status_code == 200, path
    screen.get("/desk/sign-in")
    screen.post("/desk/sign-in", name="ole", password=password[0])
    for path in DESK:
        answer = screen.get(f"/desk{path}")
        assert answer.status_code == 200, path
        assert answer.url.path != "/desk/sign-in"
    assert box.end()[0] == 0
    files = boxes.at("new") / "quarter-files"
    for part in ("buildings", "flats", "households", "people"):
        shutil.copy(SMALL / f"{part}.csv", files / f"{part}.csv")
    boxes.on("new", "import", str(files))
    assert boxes.rows("new", "select count(*) from building") == [(2,)]
    assert boxes.rows("new", "select count(*) from person where profile like '%Berg%'") == [(1,)]
    assert "Changes: 0" in boxes.on("new", "import", str(files))


def test_founding_that_was_cut_off_is_begun_again(boxes: Boxes) -> None:
    """The power fails when the first node is there, before anybody has read the sheet."""
    with boxes.serving("new") as box, Browser(boxes.settings("new")["port"]) as screen:  # type: ignore[arg-type]
        screen.get("/setup/found", until=PATIENCE_SECONDS)
        screen.post("/setup/found", file=archive(SMALL))
        screen.see_through()
        box.process.kill()
    with boxes.serving("new"), Browser(boxes.ports["new"][0]) as screen:
        assert screen.get("/", until=PATIENCE_SECONDS).url.path == "/setup/found"
        screen.post("/setup/found", file=archive(SMALL))
        screen.see_through()
        [*_, last] = re.findall(r"<li><code>([^<]+)</code>", screen.page)
        screen.post("/setup/papers", proof=last[-4:])
        until(lambda: served(screen))
    assert boxes.rows("new", "select count(*) from person") != [(0,)]


def test_a_box_joins_with_a_code_after_a_wrong_one(
    new_box: tuple[Serving, Browser], boxes: Boxes
) -> None:
    _, screen = new_box
    founded(boxes)
    code = boxes.code("--name", "Foyer")
    with boxes.serving("home"), Browser(boxes.ports["home"][0]) as home:
        until(lambda: served(home))
        screen.get("/setup/join")
        assert screen.post("/setup/join", code="kurz", address="x:1").status_code == 422
        assert "Ein Kopplungscode hat 12 Buchstaben" in screen.page
        assert screen.post("/setup/join", code=code, address="").status_code == 422
        screen.post("/setup/join", code="AAAA-BBBB-CCCC", address=boxes.peer("home"))
        screen.see_through()
        assert "hat diesen Code nicht gezeigt" in screen.page
        assert f'value="{boxes.peer("home")}"' in screen.page
        screen.post("/setup/join", code=f"{boxes.peer('home')} {code}")
        screen.see_through()
        assert "Diese Box heißt jetzt Foyer" in screen.page
        until(lambda: served(screen))
    assert boxes.rows("new", "select count(*) from person") == boxes.rows(
        "home", "select count(*) from person"
    )


def test_a_dead_home_is_replaced_with_the_sheet_on_one_page(
    new_box: tuple[Serving, Browser], boxes: Boxes
) -> None:
    box, screen = new_box
    lines = founded(boxes)
    foyer = boxes.code("--name", "Foyer")
    with boxes.serving("home") as home, boxes.serving("foyer", central="") as other:
        with Browser(boxes.ports["home"][0]) as looking, Browser(boxes.ports["foyer"][0]) as there:
            until(lambda: served(looking))
            there.get("/setup/join", until=PATIENCE_SECONDS)
            there.post("/setup/join", code=foyer, address=boxes.peer("home"))
            there.see_through()
            until(lambda: served(there))
        people = boxes.rows("home", "select count(*) from person")
        until(lambda: boxes.rows("foyer", "select count(*) from person") == people)
        home.process.kill()
        home.process.wait()
        shutil.rmtree(boxes.at("home"))
        screen.get("/setup/replace")
        where = boxes.peer("foyer")
        slip = "\n".join([lines[1], *lines[1:]])
        assert screen.post("/setup/replace", address=where, sheet=slip).status_code == 422
        assert "Zeile 1 ist nicht richtig geschrieben" in screen.page
        assert f'value="{where}"' in screen.page
        assert slip not in screen.page
        strange = "\n".join(sheet_lines(new_sheet()))
        screen.post("/setup/replace", address=where, sheet=strange)
        assert "kennt dieses Notfallblatt nicht" in screen.page
        assert not (boxes.at("new") / "setup.json").exists()
        screen.post("/setup/replace", address=where, sheet="\n".join(lines))
        assert "Welche Box ist kaputt?" in screen.page
        found = re.findall(r'name="dead" value="(\w+)"', screen.page)
        assert len(found) == 1, "the living one cannot be the dead one"
        # The box may be switched off and on meanwhile: it goes on where it was.
        box.process.kill()
        box.process.wait()
        with boxes.serving("new"), Browser(boxes.ports["new"][0]) as again:
            assert again.get("/", until=PATIENCE_SECONDS).url.path == "/setup/replace"
            again.post("/setup/replace/box", dead=found[0])
            again.see_through()
            assert "Diese Box ist jetzt Service-Point" in again.page
            until(lambda: served(again))
            assert boxes.rows("new", "select count(*) from person") == people
        assert other.process.poll() is None


def test_a_secret_is_not_typed_where_others_listen_unless_somebody_says_so(
    new_box: tuple[Serving, Browser],
) -> None:
    box, screen = new_box
    code = start_code(box)
    lines = "\n".join(sheet_lines(new_sheet()))
    with Browser(int(screen.http.base_url.port or 0), elsewhere=True) as phone:
        phone.get("/setup")
        phone.post("/setup/code", code=code)
        phone.get("/setup/replace")
        nobody = f"127.0.0.1:{free_port()}"
        assert phone.post("/setup/replace", address=nobody, sheet=lines).status_code == 422
        assert "könnten andere mitlesen" in phone.page
        phone.post("/setup/replace", address=nobody, sheet=lines, own_network="1")
        assert "Die andere Box antwortet nicht" in phone.page
        assert lines.splitlines()[0] not in phone.page


def test_a_backup_comes_back_after_a_wrong_key(
    new_box: tuple[Serving, Browser], boxes: Boxes, tmp_path: Path
) -> None:
    _, screen = new_box
    lines = founded(boxes)
    people = boxes.rows("home", "select count(*) from person")
    assert main(["backup", str(tmp_path / "kept"), "--data", str(boxes.at("home"))]) == 0
    [backup] = (tmp_path / "kept").iterdir()
    shutil.rmtree(boxes.at("home"))
    file = (backup.name, backup.read_bytes())
    screen.get("/setup/restore")
    assert screen.post("/setup/restore", file=file).status_code == 422
    assert "Ohne Schlüssel" in screen.page
    screen.post("/setup/restore", file=file, key="\n".join(sheet_lines(new_sheet())))
    screen.see_through()
    assert "öffnet diese Sicherung nicht" in screen.page
    kept = re.search(r'name="backup" value="([^"]+)"', screen.page)
    assert kept is not None, "it need not be handed in again"
    screen.post("/setup/restore", backup=kept[1], key="\n".join(lines), alone="1")
    screen.see_through()
    assert "Die Sicherung ist zurückgeholt" in screen.page
    until(lambda: served(screen))
    assert boxes.rows("new", "select count(*) from person") == people
    assert not list(boxes.at("new").glob("arrived*"))


def test_a_backup_comes_back_from_central_with_the_sheet(
    new_box: tuple[Serving, Browser], boxes: Boxes
) -> None:
    """The house burnt down with its stick; central has a copy that it cannot read."""
    _, screen = new_box
    lines = founded(boxes)
    centre = boxes.code("--name", "Zentrale", "--role", "central")
    people = boxes.rows("home", "select count(*) from person")
    assert main(["backup", "--data", str(boxes.at("home"))]) == 0
    with boxes.serving("home", central=boxes.peer("central")) as home:
        wait_until_answers(boxes.ports["home"][0])
        boxes.on("central", "join", boxes.peer("home"), centre)
        with boxes.serving("central"):
            copies = boxes.at("central") / "copies"
            until(lambda: boxes.at("home").joinpath("copies.json").exists(), seconds=100)
            [copy] = copies.iterdir()
            secrets = [*lines, "AGE-SECRET-KEY"]
            assert copy.read_bytes().startswith(SEALED), "packed alone it would hide words, too"
            assert not any(secret.encode() in copy.read_bytes() for secret in secrets)
            home.process.kill()
            home.process.wait()
            shutil.rmtree(boxes.at("home"))
            screen.get("/setup/restore")
            where, sheet = boxes.peer("central"), "\n".join(lines)
            strange = "\n".join(sheet_lines(new_sheet()))
            assert screen.post("/setup/restore/central", address="", key=sheet).status_code == 422
            screen.post("/setup/restore/central", address=where, key=strange)
            assert "keine Zentrale, die dieses Notfallblatt kennt" in screen.page
            screen.post("/setup/restore/central", address=where, key=sheet)
            found = re.search(r'name="backup" value="(central:[^"]+)"', screen.page)
            assert found is not None
            assert "in der Zentrale" in screen.page
            screen.post("/setup/restore", backup=found[1], alone="1")
            screen.see_through()
            assert "Die Sicherung ist zurückgeholt" in screen.page
            until(lambda: served(screen))
    assert boxes.rows("new", "select count(*) from person") == people
    assert not list(boxes.at("new").glob("*.arriving"))


def test_a_verb_on_the_command_line_does_it_too(
    new_box: tuple[Serving, Browser], boxes: Boxes
) -> None:
    _, screen = new_box
    boxes.on("new", "init", "--name", "Service-Point")
    until(lambda: served(screen))
    time.sleep(0.1)
    assert screen.http.get("/setup").status_code == 404
