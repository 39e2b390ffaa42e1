"""The desk's plan: who has which time, and a new booking from a free hour, as links alone."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


async def test_a_taken_time_leads_to_its_reservation_and_a_free_hour_to_a_new_one(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        page = unescape((await demir.get("/desk/plan?day=2026-11-28")).text)
        taken = re.search(rf'href="/desk/reservations/{made["id"]}">(.*?)</a>', page, re.DOTALL)
        assert taken is not None
        assert "Clara" in taken[1]
        # 15 to 19, prepared from 14:30 and cleaned until 20; who comes next needs the same.
        for kept in ("13:30 bis 15 Uhr", "19 bis 20:30 Uhr"):
            assert f"{kept}, wird vorbereitet" in page
        free = "/desk/find?kind=room&day=2026-11-28&starts=10:00&ends=11:00"
        assert free in page.replace("%3A", ":")
        # The hour stays chosen while the person is found.
        asked = await demir.get(free)
        assert 'name="starts" value="10:00"' in asked.text
        found = await demir.get("/desk/people?query=Anna&" + free.split("?")[1])
        anna = id_text(town.cast.id("anna"))
        assert f"/desk/find?person={anna}&search=1&kind=room&day=2026-11-28" in unescape(found.text)
        seen = unescape((await eva.get("/desk/plan?day=2026-11-28")).text)
        assert "Clara" in seen
        assert "/desk/find?kind" not in seen, "the management sees and does not book"


async def test_the_week_shows_who_has_what_and_which_day_is_free(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        page = unescape((await demir.get("/desk/week?day=2026-11-28")).text)
        assert 'href="/desk/plan?day=2026-11-28"' in page.replace("&#x2f;", "/")
        taken = re.search(rf'href="/desk/reservations/{made["id"]}">(.*?)</a>', page, re.DOTALL)
        assert taken is not None
        assert "Clara" in taken[1]
        free = page.replace("&#x2f;", "/")
        night = "/desk/find?kind=guest_apartment&day=2026-11-{}&until=2026-11-{}"
        assert night.format(25, 26) in free
        assert night.format(26, 27) not in free, "guests are there from the 26th to the 29th"
        assert free.count("Fritz Hagen") == 4
        # From a day that has no hour chosen yet the desk goes on choosing one.
        asked = await demir.get("/desk/find?kind=room&day=2026-11-27")
        assert 'value="2026-11-27"' in asked.text
        seen = unescape((await eva.get("/desk/week?day=2026-11-28")).text)
        assert "Clara" in seen
        assert "/desk/find?kind" not in seen, "the management sees and does not book"
        table = await demir.get("/desk/week.csv?day=2026-11-28")
        assert table.text.count("Hofsaal") == 1
        assert "Clara" in table.text, "who stands in the list stands in its table"
        for day in ("0001-01-01", "9999-12-31"):
            for view in ("plan", "week"):
                assert (await demir.get(f"/desk/{view}?day={day}")).status_code == 200
