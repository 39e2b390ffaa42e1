"""Boxes of two releases in one house: one before this one as it was, beside this one. Once it is
the oldest that is still read, once the last.

The house's boxes are updated one after the other, and meanwhile each goes on. What an older box
cannot understand it keeps, says so, and takes when it is updated itself; a file of a newer release
it does not touch.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from node.base.ids import id_text
from node.settings import FILE
from tests.cast import PASSWORDS, PINS, Cast, small_quarter
from tests.nodes import Nodes, claim_ports
from tests.older import LAST, OLDEST, Build, ahead_of, unpack
from tests.serve import AHEAD, MovedClock

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FURNISH = """
import sys
from datetime import datetime
from pathlib import Path
from node.base.clock import FrozenClock
from tests.app_client import furnish

made = furnish(Path(sys.argv[1]), FrozenClock(datetime.fromisoformat(sys.argv[2])))
print(made.codes["anna"])
print(made.codes["clara"])
"""
"""The small quarter's home node, made by the build that runs this; tells two codes."""

pytestmark = pytest.mark.timeout(360)
"""Two builds, three boxes, each started several times: minutes on a busy machine."""

BOXES = ("home", "lobby", "new")
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}\b")
WAITING = re.compile(r"(\d+) Änderungen einer neueren Programmversion warten hier")


class House(Nodes):
    """A house whose boxes are of the older release, until they are updated."""

    def __init__(self, folder: Path, older: Build, newer: Build) -> None:
        super().__init__(folder)
        self.older, self.newer = older, newer
        self.clock.set(TUESDAY)
        self.cast = Cast(small_quarter(), TUESDAY)
        first = claim_ports()
        ports = {name: first + 10 * number for number, name in enumerate(BOXES)}
        self.rounds = {name: f"127.0.0.1:{port + 1}" for name, port in ports.items()}
        for name, port in ports.items():
            (folder / name).mkdir()
            others = [at for other, at in self.rounds.items() if other != name]
            text = f'name = "{name}"\nport = {port}\nsync_port = {port + 1}\npeers = {others}\n'
            text += "discovery = false\ndemo = true\n"
            (folder / name / FILE).write_text(text.replace("'", '"'), encoding="utf-8")
        made = older.run("-c", FURNISH, str(folder / "home"), TUESDAY.isoformat())
        self.codes = dict(zip(("anna", "clara"), made.splitlines()[-2:], strict=True))
        self.builds = {"home": older.root, "lobby": older.root, "new": newer.root}

    def pair(self, name: str, build: Build) -> None:
        """Let a box in by a code, which the running home node must have shown before."""
        said = self.older.verb("invite", "--name", name, "--data", self.folder / "home")
        code = CODE.search(said)
        assert code is not None, said
        with self.running("home"):
            where = self.folder / name
            build.verb("join", self.rounds["home"], code[0], "--data", where)
            self.start(name)
            self.until(lambda: self.chains(name) == self.chains("home"))
            self.stop(name)

    def update(self, name: str) -> None:
        """The same data, the newer code."""
        self.builds[name] = self.newer.root

    def chains(self, name: str) -> list[tuple[bytes, str, int]]:
        return self.rows(name, "select site, scope, held from head order by site, scope")

    def waiting(self, name: str) -> int:
        """How many changesets a box keeps that it cannot understand."""
        return int(self.rows(name, "select coalesce(sum(held - applied), 0) from head")[0][0])

    def until(self, is_so: Callable[[], bool]) -> None:
        ends = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < ends, [self.log(name) for name in BOXES]
            time.sleep(0.05)

    def books(self, name: str, at: str, day: int) -> str:
        """Somebody asks for the hall at a box; what they are told there."""
        with httpx.Client(base_url=self.address(at), timeout=20) as phone:
            who = {"code": self.codes[name], "person_id": id_text(self.cast.id(name))}
            entered = phone.post("/api/sessions", json={"secret": PINS[name], **who})
            assert entered.status_code == 201, entered.text
            wish = {
                "space_id": id_text(self.cast.files.id_of("space", "hofsaal")),
                "starts_at": f"2026-11-{day}T14:00:00+00:00",
                "ends_at": f"2026-11-{day}T18:00:00+00:00",
                "people": 12,
                "purpose": "private",
            }
            token = {"authorization": f"Bearer {entered.json()['token']}"}
            made = phone.post("/api/reservations", json=wish, headers=token)
            assert made.status_code == 201, made.text
            return str(made.json()["status"])

    def statuses(self, at: str) -> list[str]:
        """What a box says of the hall's times, by day."""
        hall = self.cast.files.id_of("space", "hofsaal").hex()
        since = int(TUESDAY.timestamp())
        return [
            row[0]
            for row in self.rows(
                at,
                f"select status from reservation_state where hex(space_id) = '{hall.upper()}'"
                f" and starts_at > {since} order by starts_at",
            )
        ]

    def health_page(self, at: str) -> str:
        """What Demir reads at the desk of a box."""
        with httpx.Client(base_url=self.address(at), timeout=20, follow_redirects=True) as desk:
            desk.headers["accept-language"] = "de"
            form = desk.get("/desk/sign-in").text
            csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', form)
            assert csrf is not None
            fields = {"csrf": csrf[1], "name": "demir", "password": PASSWORDS["demir"]}
            assert "sign-in" not in str(desk.post("/desk/sign-in", data=fields).url)
            return desk.get("/desk/health").text


@pytest.fixture(scope="module", params=[OLDEST, LAST], ids=["oldest", "last"])
def older(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return unpack(tmp_path_factory.mktemp("older") / "build", request.param)


@pytest.fixture(scope="module")
def newer(older: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return ahead_of(older, tmp_path_factory.mktemp("newer") / "build")


@pytest.fixture
def house(tmp_path: Path, older: Build, newer: Build) -> Iterator[House]:
    folder = tmp_path / "house"
    folder.mkdir()
    MovedClock(folder / AHEAD).set(TUESDAY)
    made = House(folder, older, newer)
    yield made
    made.stop()


def test_the_boxes_of_a_house_are_updated_one_after_the_other(house: House) -> None:
    house.pair("lobby", house.older)
    house.pair("new", house.newer)
    with house.running(*BOXES):
        assert house.books("anna", "home", 26) == "confirmed"
        assert house.books("clara", "lobby", 27) == "requested"
        house.until(lambda: house.statuses("new") == ["confirmed"] * 2)
        assert house.books("anna", "new", 28) == "requested"
        house.until(lambda: house.chains("new") == house.chains("home") == house.chains("lobby"))
        for older in ("home", "lobby"):
            # It came, it stands there, and it is not understood.
            assert house.waiting(older) > 0
            assert house.statuses(older) == ["confirmed"] * 2
            told = WAITING.search(house.health_page(older))
            assert told is not None
            assert int(told[1]) == house.waiting(older)
        assert house.waiting("new") == 0
        assert house.books("clara", "lobby", 29) == "requested"
        house.until(lambda: house.statuses("new")[3:] == ["confirmed"])
        house.stop("home")
        house.update("home")
        house.start("home")
        house.until(lambda: house.statuses("new") == ["confirmed"] * 4)
        assert house.waiting("home") == 0
        assert WAITING.search(house.health_page("home")) is None
        # The home node is newer than the lobby by now: there its word waits as well.
        house.until(lambda: house.chains("new") == house.chains("home") == house.chains("lobby"))
        assert house.statuses("lobby").count("confirmed") == 3
        house.stop("lobby")
        house.update("lobby")
        house.start("lobby")
        house.until(lambda: house.statuses("lobby") == ["confirmed"] * 4)
        assert house.waiting("lobby") == 0
        assert WAITING.search(house.health_page("lobby")) is None
        # The home node has taken the team over, so it signs in at every box.
        assert WAITING.search(house.health_page("new")) is None
    for name in BOXES:
        assert "Everything agrees." in house.newer.verb("doctor", "--data", house.folder / name)
        assert house.rows(name, "select reason from quarantine") == []


FROM_THE_FUTURE = "von einer neueren Version des Programms (Schema "
WHAT_TO_DO = "Bitte installieren Sie die neuere Version wieder"


def test_an_older_release_leaves_a_file_of_a_newer_one_alone_and_says_what_to_do(
    house: House,
) -> None:
    shutil.rmtree(house.folder / "new")
    (house.folder / "new").mkdir()
    house.newer.run("-c", FURNISH, str(house.folder / "new"), TUESDAY.isoformat())
    shutil.copy(house.folder / "home" / FILE, house.folder / "new" / FILE)
    file = house.folder / "new" / "quarter.db"
    before = file.read_bytes()
    house.builds["new"] = house.older.root
    for verb in ("doctor", "nodes"):
        said = house.older.verb(verb, "--data", file.parent, status=1)
        assert "written by a newer version of the program (schema " in said
        assert "Please install the newer version again" in said
    with house.running("new"):
        page = httpx.get(house.address("new"), headers={"accept-language": "de"}, timeout=20)
        assert page.status_code == 503
        assert FROM_THE_FUTURE in page.text
        assert WHAT_TO_DO in page.text
    assert file.read_bytes() == before
