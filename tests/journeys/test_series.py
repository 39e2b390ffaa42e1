"""Demir books a course for Clara week by week; one date is taken; later she gives the rest up."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from tests.cast import PINS
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


def dates_form(answer: httpx.Response) -> dict[str, str]:
    """What a browser would send of the dates as they are ticked."""
    form = re.search(r'<form method="post"[^>]*id="dates".*?</form>', answer.text, re.DOTALL)
    assert form is not None, answer.text
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        is_choice = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name is None or value is None or (is_choice and " checked" not in tag):
            continue
        sent[name[1]] = unescape(value[1])
    sent.pop("csrf")
    return sent


async def at_portal(town: Town, name: str) -> Person:
    """Somebody at their phone, signed in by the code on paper and their PIN."""
    person = town.browser()
    await person.get("/sign-in")
    await person.post("/sign-in", code=await town.code_of(name))
    await person.post("/sign-in/secret", secret=PINS[name], person=id_text(town.cast.id(name)))
    return person


async def series_address(desk: Person, person: str) -> str:
    offers = await desk.get(
        f"/desk/find?person={person}&search=1&day=2026-11-28&starts=15:00&ends=18:00&people=12"
    )
    link = re.search(r'href="(/desk/series[^"]*)"', unescape(offers.text))
    assert link is not None
    return link[1]


async def test_demir_books_clara_s_course_and_the_taken_date_is_moved_by_an_hour(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        taken = town.wish(hours=(14, 17))
        for key in ("starts_at", "ends_at"):
            taken[key] = str(taken[key]).replace("2026-11-28", "2026-12-05")
        assert (await anna.post("/api/reservations", json=taken)).status_code == 201
        demir, clara = await at_desk(town), id_text(town.cast.id("clara"))
        address = await series_address(demir, clara)
        first = await demir.get(address)
        assert "Wie oft?" in first.text
        looked = await demir.get(f"{address}&search=1&rhythm=weekly&count=4")
        assert "3 von 4 Terminen" in looked.text
        assert "Diesen Termin auslassen" in looked.text
        form = dates_form(looked)
        instead = re.search(r'name="pick_1" value="([^"]+\.\d+\.\d+)"', looked.text)
        assert instead is not None
        # The price is of what was ticked: with a further date it is said again first.
        more = await demir.post("/desk/series", **{**form, "pick_1": instead[1]})
        assert more.status_code == 409
        assert "4 von 4 Terminen" in more.text
        booked = await demir.post("/desk/series", **dates_form(more))
        assert booked.url.path.startswith("/desk/reservations/"), booked.text
        assert "Demir Aksoy, Team für diese Person" in booked.text


async def test_clara_sees_her_series_and_gives_the_rest_up(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir, clara = await at_desk(town), id_text(town.cast.id("clara"))
        address = await series_address(demir, clara)
        looked = await demir.get(f"{address}&search=1&rhythm=fortnightly&count=3")
        booked = await demir.post("/desk/series", **dates_form(looked))
        reservation = booked.url.path.rpartition("/")[2]
        anna, browser = await at_portal(town, "anna"), await at_portal(town, "clara")
        assert "noch 3 Termine" in (await browser.get(f"/mine/{reservation}")).text
        theirs = await anna.get(f"/mine/{reservation}/cancel-series")
        assert theirs.status_code == 404
        ending = await browser.get(f"/mine/{reservation}/cancel-series")
        fee = re.search(r'name="fee" value="(\d+)"', ending.text)
        assert fee is not None
        address = f"/mine/{reservation}/cancel-series"
        assert (await browser.post(address, fee=str(int(fee[1]) + 1))).status_code == 409
        ended = await browser.post(address, fee=fee[1])
        assert ended.url.path == "/mine"
        program = await town.program("clara")
        mine = await program.get("/api/reservations")
        assert mine.text.count('"cancelled"') == 3, mine.text


async def test_the_desk_gives_all_of_a_series_up_for_clara_who_called(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir, clara = await at_desk(town), id_text(town.cast.id("clara"))
        address = await series_address(demir, clara)
        looked = await demir.get(f"{address}&search=1&rhythm=fortnightly&count=3")
        booked = await demir.post("/desk/series", **dates_form(looked))
        page = booked.url.path
        ending = f"{page}/cancel-series"
        assert "noch 3 Termine" in booked.text
        assert ending in unescape(booked.text).replace("&#x2f;", "/")
        shown = await demir.get(ending)
        fee = re.search(r'name="fee" value="(\d+)"', shown.text)
        assert fee is not None
        eva = await at_desk(town, "eva")
        assert (await eva.post(ending, fee=fee[1])).status_code == 403
        assert (await demir.post(ending, fee=str(int(fee[1]) + 1))).status_code == 409
        ended = await demir.post(ending, fee=fee[1])
        assert ended.url.path == page
        program = await town.program("clara")
        mine = await program.get("/api/reservations")
        assert mine.text.count('"cancelled"') == 3, mine.text
        assert (await demir.get(ending)).url.path == page, "nothing is left to give up"
