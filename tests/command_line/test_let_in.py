"""A new box comes to central with the operator's code, and the house lets it in: real processes."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.__main__ import main
from node.settings import FILE, load
from tests.command_line.serving import ROOT, Serving, environment, wait_until_answers
from tests.command_line.setting_up import PATIENCE_SECONDS, Browser
from tests.command_line.test_boxes import Boxes, until
from tests.command_line.test_first_start import served
from tests.quarter.conftest import SMALL

pytestmark = pytest.mark.timeout(300)
CODE = r'class="code-large">([^<]+)<'


@dataclass
class Enrolled:
    """A house and its central, both running, and people at their pages."""

    boxes: Boxes
    operator: Browser
    desk: Browser
    where: str


@pytest.fixture
def enrolled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Enrolled]:
    monkeypatch.setenv("QUARTIER_DISCOVERY", "no")
    boxes = Boxes(tmp_path, capsys)
    boxes.on("home", "init", "--name", "Service-Point")
    boxes.on("home", "import", str(SMALL))
    password = boxes.on("home", "password", "ole").split()[-1]
    (tmp_path / "fleet").mkdir()
    where = boxes.peer("fleet/hof")
    code = boxes.code("--name", "Zentrale", "--role", "central", "--address", where)
    with boxes.serving("home", central=where, discovery="yes"):
        wait_until_answers(boxes.ports["home"][0])
        boxes.on("fleet/hof", "join", boxes.peer("home"), code)
        port, sync_port = boxes.ports["fleet/hof"]
        folder = tmp_path / "fleet" / "hof"
        told = dataclasses.replace(
            load(folder, {}), port=port, sync_port=sync_port, discovery=False
        )
        (folder / FILE).write_text(told.to_toml(), encoding="utf-8")
        capsys.readouterr()
        assert main(["operator", "--data", str(tmp_path / "fleet")]) == 0
        secret = re.findall(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", capsys.readouterr().out)[0]
        central = Serving(tmp_path / "fleet", settings={}, verb="central")
        with central, Browser(port) as operator, Browser(boxes.ports["home"][0]) as desk:
            operator.get("/central/sign-in", until=PATIENCE_SECONDS)
            operator.post("/central/sign-in", password=secret)
            desk.get("/desk/sign-in")
            assert desk.post("/desk/sign-in", name="ole", password=password).is_success
            yield Enrolled(boxes, operator, desk, where)


def test_the_house_lets_a_box_in_that_central_showed_a_code(enrolled: Enrolled) -> None:
    boxes, operator, desk = enrolled.boxes, enrolled.operator, enrolled.desk
    [tag] = set(re.findall(r"/central/quarters/(\w+)", operator.get("/central").text))
    quarter = f"/central/quarters/{tag}"
    operator.get(quarter)
    operator.post(f"{quarter}/invite", name="Foyer", role="kiosk")
    code = re.findall(CODE, operator.page)[0]
    assert f'class="code-where">{enrolled.where}<' in operator.page
    with boxes.serving("new") as box, Browser(boxes.ports["new"][0]) as screen:
        screen.get("/setup/join", until=PATIENCE_SECONDS)
        screen.post("/setup/join", code=code, address=enrolled.where)
        until(lambda: re.findall(CODE, screen.get("/setup/progress").text))
        countersign = re.findall(CODE, screen.page)[0]
        assert "wartet auf das Haus" in screen.page
        box.process.kill()
    assert not (boxes.at("new") / "quarter.db").exists(), "it was told nothing"
    operator.get(quarter)
    assert "wartet auf das Haus" in operator.page
    assert countersign not in operator.page, "central never hears it"
    with boxes.serving("new"), Browser(boxes.ports["new"][0]) as screen:
        assert screen.get("/", until=PATIENCE_SECONDS).url.path == "/setup/progress"
        until(lambda: re.findall(CODE, screen.get("/setup/progress").text) == [countersign])
        until(lambda: "„Foyer“ wartet auf das Haus" in desk.get("/desk/health").text)
        desk.get("/desk/nodes")
        waiting = re.findall(r'action="(/desk/nodes/waiting/\w+)"', desk.page)[0]
        assert desk.post(waiting, countersign=code).status_code == 422
        assert "nicht der Gegencode dieser Box" in desk.page
        assert desk.post(waiting, countersign=countersign.lower()).is_success
        assert "wartet auf das Haus" not in desk.page
        assert "Foyer" in desk.page
        screen.see_through()
        assert "Diese Box heißt jetzt Foyer" in screen.page
        until(lambda: served(screen))
        # It knows central's address only: all of the house came through it, sealed.
        people = boxes.rows("home", "select count(*) from person")
        until(lambda: boxes.rows("new", "select count(*) from person") == people)
    assert people != [(0,)]
    assert boxes.rows("fleet/hof", "select count(*) from person") == [(0,)]
    desk.get("/desk/nodes")
    assert re.search(r"hereingelassen von \w+ \w+ mit dem Gegencode", desk.page)
    until(lambda: "vom Haus hereingelassen" in operator.get(quarter).text)
    assert boxes.rows("fleet/hof", "select count(*) from box_arrival") == [(0,)]


def test_a_box_that_was_let_in_copies_from_a_sister_on_its_network(enrolled: Enrolled) -> None:
    """With the verb: central gives no snapshot, so it looks for the house's boxes and takes one."""
    boxes, operator, desk = enrolled.boxes, enrolled.operator, enrolled.desk
    [tag] = set(re.findall(r"/central/quarters/(\w+)", operator.get("/central").text))
    operator.get(f"/central/quarters/{tag}")
    operator.post(f"/central/quarters/{tag}/invite", name="Foyer", role="standby")
    code = re.findall(CODE, operator.page)[0]
    words = ("-m", "node", "join", "--data", str(boxes.at("new")), enrolled.where, code)
    joining = subprocess.Popen(
        (sys.executable, *words),
        cwd=ROOT,
        env={**environment(**boxes.settings("new", discovery="yes")), "LC_ALL": "en_GB.UTF-8"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert joining.stdout is not None
    try:
        said = [joining.stdout.readline() for _ in range(2)]
        countersign = said[1].split()[-1]
        until(lambda: "wartet auf das Haus" in desk.get("/desk/nodes").text)
        waiting = re.findall(r'action="(/desk/nodes/waiting/\w+)"', desk.page)[0]
        assert "Reserve" in desk.page
        assert desk.post(waiting, countersign=countersign).is_success
        rest = joining.communicate(timeout=90)[0]
    finally:
        joining.kill()
        joining.wait()
    assert joining.returncode == 0
    assert "This box is “Foyer” of the quarter now" in rest
    assert re.search(r"Looking for .*\n(.* of .* MB.*\n)+", rest), rest
    people = boxes.rows("home", "select count(*) from person")
    assert boxes.rows("new", "select count(*) from person") == people != [(0,)]


def test_the_operator_takes_a_box_back_before_the_house_lets_it_in(enrolled: Enrolled) -> None:
    boxes, operator = enrolled.boxes, enrolled.operator
    [tag] = set(re.findall(r"/central/quarters/(\w+)", operator.get("/central").text))
    quarter = f"/central/quarters/{tag}"
    operator.get(quarter)
    operator.post(f"{quarter}/invite", name="Foyer", role="kiosk")
    code = re.findall(CODE, operator.page)[0]
    operator.post(f"{quarter}/invite", name="Anderswo", role="kiosk")
    other = re.findall(CODE, operator.page)[0]
    with boxes.serving("new"), Browser(boxes.ports["new"][0]) as screen:
        screen.get("/setup/join", until=PATIENCE_SECONDS)
        screen.post("/setup/join", code=code, address=enrolled.where)
        until(lambda: re.findall(CODE, screen.get("/setup/progress").text))
        operator.get(quarter)
        operator.post(re.findall(rf"{quarter}/waiting/\w+/withdraw", operator.page)[0])
        assert "Zurückziehen" not in operator.page
        screen.see_through()
        assert "Diese Box wurde nicht hereingelassen" in screen.page
        operator.get(quarter)
        operator.post(f"{quarter}/codes/withdraw")
        screen.post("/setup/join", code=other, address=enrolled.where)
        screen.see_through()
        assert "Dieser Code gilt nicht mehr" in screen.page
        assert screen.get("/").url.path == "/setup"
    assert not (boxes.at("new") / "quarter.db").exists()


def test_whoever_stands_at_the_new_box_may_stop_waiting(enrolled: Enrolled) -> None:
    boxes, operator = enrolled.boxes, enrolled.operator
    [tag] = set(re.findall(r"/central/quarters/(\w+)", operator.get("/central").text))
    operator.get(f"/central/quarters/{tag}")
    operator.post(f"/central/quarters/{tag}/invite", name="Foyer", role="kiosk")
    code = re.findall(CODE, operator.page)[0]
    with boxes.serving("new"), Browser(boxes.ports["new"][0]) as screen:
        screen.get("/setup/join", until=PATIENCE_SECONDS)
        screen.post("/setup/join", code=code, address=enrolled.where)
        until(lambda: re.findall(CODE, screen.get("/setup/progress").text))
        screen.post("/setup/stop")
        screen.see_through()
        assert "Diese Box wartet nicht mehr" in screen.page
        assert screen.get("/").url.path == "/setup"
        screen.get("/setup/join")
        screen.post("/setup/join", code=code, address=enrolled.where)
        until(lambda: re.findall(CODE, screen.get("/setup/progress").text))
