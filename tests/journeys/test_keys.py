"""The key of the hall: handed out from the booking's page, missed, lost, replaced."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest

from node.base.clock import FrozenClock
from tests.journeys.conftest import Person, a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


def forms(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """What can be noted of the first key, by the last word of its address."""
    page = unescape(answer.text).replace("&#x2f;", "/")
    found = {}
    for act, body in re.findall(r'action="/desk/keys/(\w+)"[^>]*>(.*?)</form>', page, re.DOTALL):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body))
        fields.pop("csrf", None)
        found.setdefault(act, fields)
    return found


async def note(person: Person, answer: httpx.Response, act: str) -> httpx.Response:
    return await person.post(f"/desk/keys/{act}", **forms(answer)[act])


async def test_the_key_of_the_hall_is_handed_out_missed_lost_and_replaced(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        address = f"/desk/reservations/{made['id']}"
        clock.set(datetime(2026, 11, 28, 13, 50, tzinfo=UTC))
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        page = unescape((await demir.get(address)).text).replace("&#x2f;", "/")
        assert f"/desk/keys?reservation={made['id']}" in page
        keys = await demir.get(f"/desk/keys?reservation={made['id']}")
        assert forms(keys).keys() == {"out", "lost"}
        out = await note(demir, keys, "out")
        assert "Ausgegeben." in out.text
        assert "Clara" in out.text
        assert not forms(await eva.get("/desk/keys")), "the management sees and hands out nothing"
        assert (await eva.post("/desk/keys/back", **forms(out)["back"])).status_code == 403
        assert "noch bei" not in (await demir.get("/desk")).text
        # Her time is over, and the key is not back.
        clock.set(datetime(2026, 11, 28, 18, 30, tzinfo=UTC))
        board = await demir.get("/desk")
        assert "noch bei Clara" in board.text
        old = await demir.get("/desk/keys")
        lost = await note(demir, old, "lost")
        assert "Als verloren notiert" in lost.text
        board = unescape((await demir.get("/desk")).text)
        assert "noch bei" not in board
        assert "neuen Schlüssel besorgen, zuletzt bei Clara" in board
        live = re.search(r'id="board" data-live="([^"]*)"', board)
        assert live is not None
        assert "key_move" in live[1].split(), "what a colleague notes of a key is seen at once"
        again = await demir.post("/desk/keys/back", **forms(old)["back"])
        assert again.status_code == 409, "what a colleague noted meanwhile is shown first"
        replaced = await note(demir, await demir.get("/desk/keys"), "replaced")
        assert "Der Schlüssel zählt wieder." in replaced.text
        assert "neuen Schlüssel besorgen" not in (await demir.get("/desk")).text
        assert "out" not in forms(replaced), "from the booking's page only"


async def test_what_makes_no_sense_changes_nothing(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        await demir.get("/desk/keys")
        hall = town.space("hofsaal")
        good = {"space": hall, "key": "key", "copy": "1", "seen": ""}
        for act, change, status in (
            ("eaten", {}, 404),
            ("out", {"space": "x"}, 400),
            ("out", {"copy": "viele"}, 400),
            ("out", {"copy": "9"}, 404),
            ("out", {"reservation": "x"}, 400),
            ("out", {}, 404),
            ("back", {}, 409),
            ("lost", {"seen": hall}, 409),
        ):
            answer = await demir.post(f"/desk/keys/{act}", **(good | change))
            assert answer.status_code == status, (act, change)
        assert "am Service-Point" in (await demir.get("/desk/keys")).text
