"""Clocks that are years off: the lobby's box wakes in 1970, central believes that it is 2036.

The three are real processes, each with a machine that tells it its own time.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from node.base.ids import id_text
from tests.cast import PINS, Cast, small_quarter
from tests.clocks import ClockedNodes
from tests.nodes import NODES, Blueprint

pytestmark = [pytest.mark.provisioning, pytest.mark.timeout(180)]
FAR_BACK, FAR_AHEAD = datetime(1970, 1, 2), datetime(2036, 2, 7, 6, 28)


class Town(ClockedNodes):
    """The small quarter, and how people of it ask its nodes."""

    cast = Cast(small_quarter(), datetime(2026, 11, 24, tzinfo=UTC))
    codes: dict[str, str]

    def wish(self, *, at: int) -> dict[str, object]:
        """The hall on Saturday the 28th, for two hours."""
        day = datetime(2026, 11, 28, at, tzinfo=UTC)
        return {
            "space_id": id_text(self.cast.files.id_of("space", "hofsaal")),
            "starts_at": day.isoformat(),
            "ends_at": (day + timedelta(hours=2)).isoformat(),
            "people": 12,
            "purpose": "private",
        }

    def sign_in(self, box: str, name: str) -> httpx.Client:
        """A resident at a box, with the code of their letter and their PIN."""
        http = httpx.Client(base_url=self.address(box), timeout=20)
        person = id_text(self.cast.id(name))
        body = {"code": self.codes[name], "person_id": person, "secret": PINS[name]}
        answer = http.post("/api/sessions", json=body)
        assert answer.status_code == 201, answer.text
        http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return http


@pytest.fixture
def town(blueprint: Blueprint, tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "town"
    shutil.copytree(blueprint.folder, folder)
    made = Town(folder)
    made.codes = blueprint.furnished.codes
    made.set_clock("home", blueprint.began.replace(tzinfo=None))
    made.set_clock("kiosk", FAR_BACK)
    made.set_clock("central", FAR_AHEAD)
    try:
        yield made
    finally:
        made.stop()


def is_trusted(town: Town, box: str) -> bool:
    found = httpx.get(f"{town.address(box)}/health", timeout=20).json()
    return bool(found["clock_trusted"])


def until_confirmed(http: httpx.Client, made: str) -> None:
    """Wait until the home node's decision has come back to the box where it was asked."""
    ends = time.monotonic() + 30
    while True:
        mine = {each["id"]: each["status"] for each in http.get("/api/reservations").json()}
        if mine.get(made) == "confirmed":
            return
        assert time.monotonic() < ends, mine
        time.sleep(0.1)


def test_boxes_years_apart_meet_and_a_booking_in_the_lobby_is_decided_at_home(town: Town) -> None:
    town.start(*NODES)
    town.until_even()
    assert not is_trusted(town, "kiosk")
    clara = town.sign_in("kiosk", "clara")
    asked = clara.post("/api/reservations", json=town.wish(at=9))
    assert asked.status_code == 201, asked.text
    until_confirmed(clara, asked.json()["id"])
    anna = town.sign_in("home", "anna")
    taken = anna.post("/api/reservations", json=town.wish(at=9))
    assert (taken.status_code, taken.json()["code"]) == (409, "spaces.taken")
    assert anna.post("/api/reservations", json=town.wish(at=14)).status_code == 201
    town.until_even()
    assert set(town.stop().values()) == {0}


def test_a_box_that_wakes_in_1970_is_paired(town: Town) -> None:
    found = re.search(r"join (\S+) (\S+)", town.run("home", "invite", "--name", "Keller"))
    assert found is not None
    town.set_clock("cellar", FAR_BACK)
    town.start("home")
    town.run("cellar", "join", *found.groups())
    assert town.rows("cellar", "select count(*) from person") == town.rows(
        "home", "select count(*) from person"
    )


def test_a_box_that_was_in_2036_says_no_in_words_and_is_well_again_when_it_is_set(
    town: Town,
) -> None:
    town.set_clock("kiosk", FAR_AHEAD)
    town.start(*NODES)
    town.until_even()
    clara = town.sign_in("kiosk", "clara")
    past = clara.post("/api/reservations", json=town.wish(at=9))
    assert past.status_code == 422, past.text
    assert past.json()["code"] == "spaces.past", past.text
    assert "past" in past.text
    # What it does in 2036 disturbs nobody else.
    anna = town.sign_in("home", "anna")
    assert anna.post("/api/reservations", json=town.wish(at=14)).status_code == 201
    town.until_even()
    town.stop("kiosk", "central")
    for box in ("kiosk", "central"):
        town.set_clock(box, datetime(2026, 11, 24, 12))
    town.start("kiosk", "central")
    clara = town.sign_in("kiosk", "clara")
    asked = clara.post("/api/reservations", json=town.wish(at=9))
    assert asked.status_code == 201, asked.text
    until_confirmed(clara, asked.json()["id"])
    town.until_even()
