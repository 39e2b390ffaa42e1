"""A feast needs the hall and the kitchen: booked at once on the phone, given up at once."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_series import at_portal

pytestmark = pytest.mark.asyncio
MORNING = "search=1&kind=room&day=2026-11-28&starts=10:00&ends=12:00&people=4"


def plain(answer: httpx.Response) -> str:
    return unescape(answer.text).replace("&#x2f;", "/")


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('action="/together"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


async def test_anna_takes_the_workroom_with_the_hall_for_one_sum_or_not_at_all(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await at_portal(town, "anna")
        offers = await anna.get(f"/find?{MORNING}")
        hall = id_text(town.cast.files.id_of("space", "hofsaal"))
        offer = re.search(rf'name="offer" value="({hall}[^"]*)"', offers.text)
        assert offer is not None
        summary = await anna.post("/hold", offer=offer[1], people="4")
        link = re.search(r'href="(/together[^"]*)"', plain(summary))
        assert link is not None
        page = await anna.get(link[1])
        tick = re.search(r'name="(with_\w+)"', page.text)
        assert tick is not None
        fields = hidden(plain(page)) | {tick[1]: "1"}
        fields.pop("csrf", None)
        old = await anna.post("/together", **fields)
        assert old.status_code == 409, "the sum that was shown did not hold what was ticked"
        counted = await anna.post("/together", **fields, recount="1")
        assert f'name="{tick[1]}" value="1" checked' in counted.text
        fields |= {"total": hidden(plain(counted))["total"]}
        booked = await anna.post("/together", **fields)
        assert booked.url.path.startswith("/mine/")
        assert "Zusammen gebucht mit" in booked.text
        again = await anna.post("/together", **fields)
        assert again.url.path == booked.url.path, "pressed twice it is one booking"
        ending = await anna.get(f"{booked.url.path}/cancel-series")
        assert ending.text.count("28. Nov.") == 2
        assert dict(parse_qsl(urlsplit(link[1]).query))["people"] == "4"


async def test_the_desk_books_together_for_somebody(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir, clara = await at_desk(town), id_text(town.cast.id("clara"))
        offers = await demir.get(f"/desk/find?person={clara}&{MORNING}")
        link = re.search(r'href="(/desk/together[^"]*)"', plain(offers))
        assert link is not None
        page = await demir.get(link[1])
        fields = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', plain(page))
        )
        fields.pop("csrf", None)
        booked = await demir.post("/desk/together", **fields)
        assert booked.url.path.startswith("/desk/reservations/"), booked.text
        assert "Demir Aksoy, Team für diese Person" in booked.text
        eva = await at_desk(town, "eva")
        assert (await eva.get(link[1])).status_code == 403


async def test_the_hall_is_moved_and_the_workroom_comes_along_or_stays_as_anna_says(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await at_portal(town, "anna")
        offers = await anna.get(f"/find?{MORNING}")
        hall = id_text(town.cast.files.id_of("space", "hofsaal"))
        offer = re.search(rf'name="offer" value="({hall}[^"]*)"', offers.text)
        assert offer is not None
        summary = await anna.post("/hold", offer=offer[1], people="4")
        link = re.search(r'href="(/together[^"]*)"', plain(summary))
        assert link is not None
        page = await anna.get(link[1])
        tick = re.search(r'name="(with_\w+)"', page.text)
        assert tick is not None
        fields = hidden(plain(page)) | {tick[1]: "1"}
        fields.pop("csrf", None)
        fields["total"] = hidden(plain(await anna.post("/together", **fields, recount="1")))[
            "total"
        ]
        mine = (await anna.post("/together", **fields)).url.path
        asked = "search=1&day=2026-11-28&starts=15:00&ends=17:00&people=4"
        shown = plain(await anna.get(f"{mine}/change?{asked}&space={hall}"))
        assert "Was dazu gebucht ist, kommt mit" in shown
        form = shown[shown.index(f'method="post" action="{mine}/change"') :]
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
        fields.pop("csrf", None)
        [other] = fields["companions"].split()
        counted = plain(await anna.post(f"{mine}/change", **fields, recount="1"))
        assert f'name="take_{other}" value="1" checked' not in counted
        done = await anna.post(f"{mine}/change", **fields, **{f"take_{other}": "1"})
        assert done.url.path == mine, done.text
        along = plain(await anna.get(f"/mine/{other}"))
        assert "15 bis 17 Uhr" in along
        assert (
            await anna.post(f"{mine}/change", **fields | {"companions": "x"})
        ).status_code == 400


async def test_who_is_in_stays_longer_by_the_page(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        program = await town.program("anna")
        made = (await program.post("/api/reservations", json=town.wish())).json()
        starts = datetime.fromisoformat(made["starts_at"])
        clock.set(starts)
        anna, demir = await at_portal(town, "anna"), await at_desk(town)
        await demir.post(f"/desk/reservations/{made['id']}/check-in")
        mine = f"/mine/{made['id']}"
        assert "Länger bleiben oder ändern" in plain(await anna.get(mine))
        form = plain(await anna.get(f"{mine}/change"))
        assert "<select" not in form[form.index("<form") : form.index("</form>")]
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
        fields.pop("csrf", None)
        asked = urlencode(fields | {"search": "1", "ends": "20:00", "people": "5"})
        shown = plain(await anna.get(f"{mine}/change?{asked}"))
        fields = dict(
            re.findall(
                r'<input type="hidden" name="(\w+)" value="([^"]*)">',
                shown[shown.index(f'method="post" action="{mine}/change"') :],
            )
        )
        fields.pop("csrf", None)
        done = await anna.post(f"{mine}/change", **fields)
        assert done.url.path == mine, done.text
        assert "15 bis 20 Uhr" in plain(done)
        assert "Eingecheckt" in plain(done)
