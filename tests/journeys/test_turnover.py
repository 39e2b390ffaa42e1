"""Leaving early: the nights are free, the room is cleaned by phone, the next guests may come."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest

from node import people, spaces
from node.app import ERASING
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.refusals import Refusal
from node.store import Write
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.papers import words_of

pytestmark = pytest.mark.asyncio
ADDRESS = re.compile(r'id="address" value="http://localhost(/turnover/[0-9a-zA-Z]+)"')
ACT = re.compile(r'action="(?P<start>[^"]*/turnover[^"]*)/(?P<act>done|back|problem|solved)"')


def stay(town: Town, first: int, last: int, people: int = 2) -> dict[str, object]:
    """Nights of December, by the wall clock of the quarter."""
    return {
        "space_id": town.space("gartenzimmer"),
        "starts_at": datetime(2026, 12, first, 14, tzinfo=UTC).isoformat(),
        "ends_at": datetime(2026, 12, last, 10, tzinfo=UTC).isoformat(),
        "people": people,
        "purpose": "",
    }


def acts(page: str) -> dict[str, str]:
    """What can be said on a page of turnovers, by the last word of the address."""
    found = unescape(page).replace("&#x2f;", "/")
    return {each["act"]: f"{each['start']}/{each['act']}" for each in ACT.finditer(found)}


async def book_for_anna(town: Town, demir: Person) -> httpx.Response:
    """Demir books for Anna's three visitors what Clara's leave behind."""
    person, wish = id_text(town.cast.id("anna")), stay(town, 3, 5, people=3)
    await demir.get(f"/desk/find?person={person}")
    fields = {"person": person, "space": wish.pop("space_id"), **wish}
    return await demir.post("/desk/find", **{name: str(value) for name, value in fields.items()})


def boxes(pdf: bytes) -> list[bytes]:
    """The boxes that are drawn to be ticked, of all pages."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [box for each in streams for box in re.findall(rb" re S", inflated(each))]


def inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


async def make_link(demir: Person) -> str:
    await demir.get("/desk/turnover")
    made = await demir.post("/desk/turnover/links", about="all")
    address = ADDRESS.search(unescape(made.text))
    assert address is not None, made.text
    return address[1]


async def moved_in(town: Town, clock: FrozenClock) -> str:
    """Clara's visit came on the 1st and has booked until the 5th; the address of it at the desk."""
    clara = await town.program("clara")
    made = (await clara.post("/api/reservations", json=stay(town, 1, 5))).json()
    clock.set(datetime(2026, 12, 1, 15, tzinfo=UTC))
    demir = await at_desk(town)
    address = f"/desk/reservations/{made['id']}"
    await demir.get(address)
    assert "ist da" in (await demir.post(address + "/check-in")).text
    return address


async def solve_the_lamp(demir: Person) -> None:
    """What the cleaner found stands on the board until somebody says that it is solved."""
    board = await demir.get("/desk")
    assert "Lampe im Bad geht nicht" in board.text
    assert "noch nicht gereinigt" not in board.text
    report = re.search(r'name="report" value="([^"]+)"', board.text)
    assert report is not None
    solved = await demir.post(acts(board.text)["solved"], report=report[1])
    assert "Als behoben notiert" in solved.text
    assert "Lampe" not in (await demir.get("/desk")).text


async def test_leaving_early_frees_the_nights_and_the_room_is_cleaned_by_phone(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        address = await moved_in(town, clock)
        clock.set(datetime(2026, 12, 3, 8, tzinfo=UTC))
        demir = await at_desk(town)
        assert (await book_for_anna(town, demir)).status_code == 409
        page = await demir.get(address)
        assert "wer jetzt abreist, gibt 2 Nächte frei" in page.text
        assert "Abreise jetzt" in page.text
        await demir.post(address + "/check-out")
        today = await demir.get("/desk")
        assert "Clara" in today.text.split('id="departures"')[1].split("</section>")[0]
        # The nights are free, and who takes them comes as soon as the room is ready.
        booked = await book_for_anna(town, demir)
        assert booked.url.path.startswith("/desk/reservations/"), booked.text
        listed = await demir.get("/desk/turnover")
        assert "frei seit 9 Uhr" in listed.text
        assert "bis 15 Uhr, danach 3 Personen" in listed.text
        assert "Wäsche: 2 abziehen, 3 beziehen" in listed.text

        phone = town.browser()
        link = await make_link(demir)
        seen = await phone.get(link)
        assert "Gartenzimmer" in seen.text
        assert "Clara" not in seen.text, "who cleans need not know for whom"
        assert "Anna" not in seen.text
        assert seen.headers["cache-control"] == "private, no-store"

        clock.set(datetime(2026, 12, 3, 14, 5, tzinfo=UTC))
        arriving = booked.url.path
        warned = await demir.get(arriving)
        assert "Hier ist noch nicht gereinigt." in warned.text
        assert "Einchecken" in warned.text, "a warning is no bar"
        assert "noch nicht gereinigt" in (await demir.get("/desk")).text
        await phone.post(acts(seen.text)["problem"], words="Lampe im Bad geht nicht")
        assert "Danke. Der Service-Point sieht es." in phone.seen
        thanked = await phone.post(acts(phone.seen)["done"])
        assert "Als sauber gemeldet" in thanked.text
        assert "Hier ist noch nicht gereinigt." not in (await demir.get(arriving)).text
        await solve_the_lamp(demir)


async def test_what_was_said_can_be_taken_back_until_the_next_people_are_in(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        address = await moved_in(town, clock)
        demir = await at_desk(town)
        await demir.get("/desk/turnover?days=7")
        assert "frei ab Sa 5. Dez., 11 Uhr" in demir.seen
        assert "done" not in acts(demir.seen), "people are in"
        too_early = await demir.post(address.replace("reservations", "turnover") + "/done")
        assert too_early.status_code == 409
        clock.set(datetime(2026, 12, 5, 11, tzinfo=UTC))
        demir = await at_desk(town)
        await demir.get("/desk/turnover")
        assert "noch nicht ausgecheckt" in demir.seen
        done = await demir.post(acts(demir.seen)["done"])
        assert "Als sauber gemeldet." in done.text
        assert "Rückgängig" in done.text
        back = await demir.post(acts(done.text)["back"])
        assert "Es steht wieder auf der Liste" in back.text
        assert "done" in acts(back.text)


async def test_the_list_is_printed_and_the_address_can_be_taken_back(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await moved_in(town, clock)
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        paper = await demir.get("/desk/turnover/paper?days=7")
        assert paper.headers["content-type"] == "application/pdf"
        assert len(boxes(paper.content)) == 1, "one place, one box to tick"
        words = words_of(paper.content)
        assert "Gartenzimmer" in words
        assert "Clara" not in words, "who cleans need not know for whom"
        link, phone = await make_link(demir), town.browser()
        assert (await phone.get(link)).status_code == 200
        # Who makes the next one of the same ends the one before.
        other = await make_link(demir)
        assert (await phone.get(link)).status_code == 404
        assert (await phone.get(other)).status_code == 200
        assert (await eva.get("/desk/turnover")).status_code == 200
        feed = re.search(r'action="(/desk/turnover/links/\w+/revoke)"', unescape(eva.seen))
        assert feed is not None
        assert (await eva.post(feed[1])).status_code == 403
        await demir.get("/desk/turnover")
        await demir.post(feed[1])
        assert (await phone.get(other)).status_code == 404
        assert (await phone.get(f"/calendar/{other.rsplit('/', 1)[1]}.ics")).status_code == 404


async def test_an_address_of_one_house_says_nothing_of_anothers_places(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        address = await moved_in(town, clock)
        clock.set(datetime(2026, 12, 5, 11, tzinfo=UTC))
        demir, phone = await at_desk(town), town.browser()
        await demir.get("/desk/turnover")
        houses = re.findall(r'<option value="(\w{26})"', demir.seen)
        seen = []
        for house in houses:
            made = await demir.post("/desk/turnover/links", about=house)
            found = ADDRESS.search(unescape(made.text))
            assert found is not None
            seen.append((found[1], "Gartenzimmer" in (await phone.get(found[1])).text))
            await demir.get("/desk/turnover")
        assert sorted(has for _, has in seen) == [False, True]
        other = next(link for link, has in seen if not has)
        await phone.get(next(link for link, has in seen if has))
        refused = await phone.post(f"{other}/{address.rsplit('/', 1)[1]}/done")
        assert refused.status_code == 404
        assert "zu reinigen" in (await demir.get("/desk/turnover")).text


async def test_an_evening_in_a_room_makes_a_turnover_and_who_did_not_come_makes_none(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        clock.set(datetime(2026, 11, 28, 14, 10, tzinfo=UTC))
        demir = await at_desk(town)
        assert "frei ab 19 Uhr" in (await demir.get("/desk/turnover")).text
        clock.set(datetime(2026, 11, 28, 14, 21, tzinfo=UTC))
        assert "Nichts zu reinigen." in (await demir.get("/desk/turnover")).text
        assert made["id"]


async def test_what_was_found_is_told_to_whom_it_is_about_and_goes_with_them(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        address = await moved_in(town, clock)
        clock.set(datetime(2026, 12, 5, 11, tzinfo=UTC))
        demir = await at_desk(town)
        await demir.get("/desk/turnover")
        words = "Ein Glas der Familie ist zerbrochen"
        await demir.post(f"/desk/turnover/{address.rsplit('/', 1)[1]}/problem", words=words)
        clara_id, now, store = town.cast.id("clara"), clock.now(), town.node.store
        told = await store.read(lambda read: spaces.told_about(read, clara_id, now))
        assert words in [each["found"] for each in told]

        def erase(write: Write) -> people.Erasure | Refusal:
            staff = town.cast.actor(write, "demir", face=Face.DESK)
            return ERASING.erase(write, staff, clara_id, reason="moved_out", now=now)

        assert isinstance(await store.write(erase), people.Erasure)
        reports = await store.read(lambda read: read.rows("select words from turnover_report"))
        assert [row[0] for row in reports] == [""]
