"""The hall must be shut for a day: Demir says so, sees whom it hits, and gives a time back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


async def test_the_hall_is_shut_and_those_it_hits_are_named_and_given_back_for_nothing(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir = await at_desk(town)
        empty = await demir.get("/desk/closures")
        shut = await demir.post(
            "/desk/closures",
            target=f"space.{town.space('hofsaal')}",
            day="2026-11-28",
            until="2026-11-29",
            reason="Der Boden wird geschliffen",
        )
        assert "Nichts ist geschlossen." not in shut.text, empty.text
        assert "Der Boden wird geschliffen" in shut.text
        assert "Demir" in shut.text
        assert "Clara" in shut.text
        refused = await clara.post("/api/reservations", json=town.wish(hours=(19, 21)))
        assert refused.status_code == 409
        assert refused.json()["code"] == "spaces.closure"
        kept = await clara.get(f"/api/reservations/{made['id']}")
        assert kept.json()["status"] == "confirmed", "nobody loses a time by itself"
        back = await demir.post(f"/desk/reservations/{made['id']}/take-back")
        assert "Clara" not in back.text
        gone = await clara.get(f"/api/reservations/{made['id']}")
        assert gone.json()["status"] == "displaced"
        closure = re.search(r"/desk/closures/([^/\"]+)/open", back.text)
        assert closure is not None
        await demir.post(f"/desk/closures/{closure[1]}/open")
        free = await clara.post("/api/reservations", json=town.wish(hours=(19, 21)))
        assert free.status_code == 201


async def test_a_closure_of_the_house_shuts_its_places_and_that_of_the_desk_moves_lead_times(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir, clara = await at_desk(town), await town.program("clara")
        page = await demir.get("/desk/closures")
        house = re.search(r'value="(building\.[^"]+)">', page.text)
        assert house is not None
        await demir.post(
            "/desk/closures",
            target="quarter",
            day="2026-11-28",
            starts="13:00",
            until="2026-11-28",
            ends="16:00",
            reason="Übung der Feuerwehr",
        )
        during = await clara.post("/api/reservations", json=town.wish(hours=(14, 18)))
        assert during.json()["code"] == "spaces.closure"
        after = await clara.post("/api/reservations", json=town.wish(hours=(16, 18)))
        assert after.status_code == 201


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"target": "space.x"}, "target"),
        ({"day": "2026-13-01"}, "day"),
        ({"until": "2026-11-27"}, "until"),
        ({"until": "2026-11-20", "day": "2026-11-19"}, "until"),
        ({"reason": ""}, "reason"),
        ({"starts": "25:00"}, "starts"),
    ],
)
async def test_what_cannot_be_shut_is_said_at_its_field_and_shuts_nothing(
    tmp_path: Path, clock: FrozenClock, fields: dict[str, str], where: str
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        await demir.get("/desk/closures")
        right = {
            "target": "quarter",
            "day": "2026-11-28",
            "until": "2026-11-28",
            "reason": "Test",
        }
        heads = town.node.store.core.heads()
        answer = await demir.post("/desk/closures", **(right | fields))
        assert answer.status_code == 422
        assert f'id="{where}-error"' in answer.text
        assert town.node.store.core.heads() == heads


async def test_a_closure_of_the_files_is_shown_and_stays(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        page = await demir.get("/desk/closures")
        found = re.search(r'id="closure-([^"]+)"', page.text)
        assert found is not None, "the small quarter shuts something"
        assert "aus den Unterlagen des Betreibers" in unescape(page.text)
        answer = await demir.post(f"/desk/closures/{found[1]}/open")
        assert answer.status_code == 409
        clock.advance(timedelta(minutes=1))
        assert f'id="closure-{found[1]}"' in (await demir.get("/desk/closures")).text
