"""No apartment has all the nights: two of them, one sum; and the desk moves the rest of a stay."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest

from node import spaces
from node.base.clock import FrozenClock
from node.base.ids import id_text, random_id
from node.quarter.files import QuarterFiles
from node.quarter.model import LocalText, PlaceMark
from node.spaces import Reservation, Wish
from node.spaces.place_tables import update_home
from node.store import Core, Write
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_series import at_portal
from tests.spaces.conftest import actor
from tests.spaces.test_no_overlap import ZONE

pytestmark = pytest.mark.asyncio
NIGHTS = "kind=guest_apartment&day=2027-02-05&until=2027-02-10&people=2"


def plain(answer: httpx.Response) -> str:
    return unescape(answer.text).replace("&#x2f;", "/")


def hidden(page: str, action: str) -> dict[str, str]:
    form = page[page.index(f'method="post" action="{action}"') :]
    form = form[: form.index("</form>")]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    found.pop("csrf", None)
    return found


def two_apartments(core: Core, files: QuarterFiles, now: datetime) -> dict[str, bytes]:
    """A second apartment like the first; the one is taken from the 8th, the other until the 8th."""
    row = next(row for row in files.spaces if row.key == "gartenzimmer")
    other = replace(
        row, key="hofzimmer", name=LocalText("Hofzimmer"), mark=PlaceMark("bed-double", 9, "plum")
    )
    files = replace(files, spaces=(*files.spaces, other))
    spaces.import_spaces(core, files, signer=core.identity, now=now)
    ids = {key: files.id_of("space", key) for key in ("gartenzimmer", "hofzimmer")}
    for key, first, last in (("gartenzimmer", 8, 12), ("hofzimmer", 3, 8)):
        period = spaces.stay_period(row.stay, date(2027, 2, first), date(2027, 2, last), ZONE)
        who = replace(actor(files, "P-CLARA"), person_id=random_id(), household_id=random_id())
        wish = Wish(space_id=ids[key], period=period, people=2)

        def take(write: Write, wish: Wish = wish, who: object = who) -> object:
            return spaces.reserve(write, who, wish, now=now, signer=core.identity)

        assert isinstance(core.write(take), Reservation)
    return ids


async def with_two_apartments(town: Town) -> dict[str, bytes]:
    """The same at a node that runs."""
    files, now = town.cast.files, town.clock.now()
    return await town.node.store.on_writer(lambda core: two_apartments(core, files, now))


async def test_anna_books_five_nights_in_two_apartments_for_one_sum_and_gives_them_up_at_once(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await with_two_apartments(town)
        anna = await at_portal(town, "anna")
        found = plain(await anna.get(f"/find?{NIGHTS}"))
        assert "3 Nächte in Gartenzimmer, dann 2 Nächte in Hofzimmer" in found
        link = re.search(r'href="(/stay\?[^"]*)"', found)
        assert link is not None
        page = plain(await anna.get(link[1]))
        fields = hidden(page, "/stay")
        wrong = await anna.post("/stay", **(fields | {"total": "1"}))
        assert wrong.status_code == 409
        booked = await anna.post("/stay", **fields, guests="Ruth Beispiel")
        assert booked.url.path.startswith("/mine/"), booked.text
        again = await anna.post("/stay", **fields)
        assert again.url.path == booked.url.path, "pressed twice it is one booking"
        shown = plain(await anna.get(booked.url.path))
        assert "Ein Aufenthalt: 3 Nächte in Gartenzimmer, dann 2 Nächte in Hofzimmer" in shown
        assert "Ruth Beispiel" in shown
        mine = plain(await anna.get("/mine"))
        assert "Gartenzimmer" in mine
        assert "Hofzimmer" in mine
        ending = f"{booked.url.path}/cancel-series"
        await anna.post(ending, **hidden(plain(await anna.get(ending)), ending))
        assert "3 Nächte in Gartenzimmer" in plain(await anna.get(f"/find?{NIGHTS}"))


async def test_a_stay_to_which_another_house_must_agree_is_named_without_a_button(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        ids = await with_two_apartments(town)
        away = random_id()
        await town.node.store.write(lambda write: update_home(write, ids["hofzimmer"], away))
        for person, start in (
            (await at_portal(town, "anna"), "/find?"),
            (await at_desk(town), f"/desk/find?person={id_text(town.cast.id('clara'))}&search=1&"),
        ):
            found = plain(await person.get(f"{start}{NIGHTS}"))
            assert "Mit einem Umzug ginge es vielleicht" in found
            assert "3 Nächte in Gartenzimmer, dann 2 Nächte in Hofzimmer" in found
            assert re.search(r'href="/(desk/)?stay\?', found) is None


async def test_parts_that_do_not_follow_each_other_are_no_stay(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await with_two_apartments(town)
        anna = await at_portal(town, "anna")
        link = re.search(r'href="(/stay\?[^"]*)"', plain(await anna.get(f"/find?{NIGHTS}")))
        assert link is not None
        only_one = re.sub(r"&part_1=[^&]*", "", link[1])
        assert (await anna.get(only_one)).status_code == 400
        room = id_text(town.cast.files.id_of("space", "hofsaal"))
        other = re.sub(r"part_1=[0-9a-z]+", f"part_1={room}", link[1])
        assert (await anna.get(other)).status_code == 404


async def test_the_desk_books_for_clara_and_moves_the_rest_of_annas_stay(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        ids = await with_two_apartments(town)
        demir, anna_id = await at_desk(town), id_text(town.cast.id("anna"))
        found = plain(await demir.get(f"/desk/find?person={anna_id}&search=1&{NIGHTS}"))
        link = re.search(r'href="(/desk/stay\?[^"]*)"', found)
        assert link is not None
        fields = hidden(plain(await demir.get(link[1])), "/desk/stay")
        booked = await demir.post("/desk/stay", **fields)
        assert booked.url.path.startswith("/desk/reservations/"), booked.text
        assert "Demir Aksoy, Team für diese Person" in booked.text

        later = f"/desk/find?person={anna_id}&search=1&{NIGHTS}".replace("2027-02", "2027-03")
        offers = plain(await demir.get(later))
        form = offers[offers.index('action="/desk/find" data-once') :]
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
        fields.pop("csrf", None)
        stay = await demir.post("/desk/find", **fields)
        path = stay.url.path
        assert "Rest verlegen" in stay.text
        page = plain(await demir.get(f"{path}/split?day=2027-03-08&by_house=1"))
        assert "Der Preis bleibt gleich." in page
        fields = hidden(page, f"{path}/split")
        stale = await demir.post(f"{path}/split", **(fields | {"total": "5"}))
        assert stale.status_code == 409
        moved = await demir.post(f"{path}/split", **fields)
        assert moved.url.path.startswith("/desk/reservations/"), moved.text
        assert moved.url.path != path
        assert "Das Haus bat um den Umzug" in moved.text
        eva = await at_desk(town, "eva")
        assert (await eva.get(f"{path}/split")).status_code == 403
        assert ids
