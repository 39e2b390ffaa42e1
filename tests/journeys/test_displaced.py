"""A closure hits what is booked: who is moved pays no more, and nobody is moved into others."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.quarter.model import LocalText, PlaceMark
from node.spaces.relocating import Hit, hit_ahead, offers_elsewhere
from node.store import Core, Read
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_series import at_portal
from tests.journeys.test_splitting import plain
from tests.journeys.test_together import MORNING
from tests.journeys.test_together import hidden as together_fields

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]
DAY = {"day": "2026-11-28", "until": "2026-11-28", "reason": "Der Boden wird geschliffen"}


async def with_a_dearer_hall(town: Town) -> bytes:
    """A second hall like the first, and much dearer."""
    row = next(row for row in town.cast.files.spaces if row.key == "hofsaal")
    prices = tuple(
        replace(each, hour_cents=5_000, half_day_cents=None, day_cents=None, flat_cents=None)
        for each in row.room_prices
    )
    other = replace(
        row,
        key="gartensaal",
        name=LocalText("Gartensaal"),
        mark=PlaceMark("users", 8, "plum"),
        room_prices=prices,
    )
    files = replace(town.cast.files, spaces=(*town.cast.files.spaces, other))
    now = town.clock.now()

    def bring(core: Core) -> bytes:
        spaces.import_spaces(core, files, signer=core.identity, now=now)
        return files.id_of("space", "gartensaal")

    return await town.node.store.on_writer(bring)


async def shut_the_hall(town: Town, demir: Person) -> str:
    await demir.get("/desk/closures")
    page = await demir.post("/desk/closures", target=f"space.{town.space('hofsaal')}", **DAY)
    assert page.url.path == "/desk/displaced", page.text
    return plain(page)


def first_offer(page: str, reservation: str) -> dict[str, str]:
    form = page[page.index(f'action="/desk/displaced/{reservation}"') :]
    form = form[: form.index("</form>")]
    found = dict(re.findall(r'name="(offer|total)" value="([^"]*)"', form))
    assert set(found) == {"offer", "total"}
    return found


async def test_the_same_time_elsewhere_comes_first_and_costs_no_more(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        hall = await with_a_dearer_hall(town)
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir = await at_desk(town)
        page = await shut_the_hall(town, demir)
        assert "zur selben Zeit" in page
        assert "Der Preis bleibt gleich." in page
        offer = first_offer(page, made["id"])
        assert offer["offer"].startswith(id_text(hall))
        wrong = await demir.post(f"/desk/displaced/{made['id']}", **(offer | {"total": "1"}))
        assert wrong.status_code == 409
        done = await demir.post(f"/desk/displaced/{made['id']}", **offer)
        assert "Verlegt." in done.text
        again = await demir.post(f"/desk/displaced/{made['id']}", **offer)
        assert "Verlegt." in again.text, "pressed twice it is done once"
        now = (await clara.get(f"/api/reservations/{made['id']}")).json()
        assert now["status"] == "confirmed"
        assert id_text(hall) in str(now)
        assert "Hofsaal: Clara" not in plain(await demir.get("/desk"))


async def test_only_who_is_hit_is_moved_and_only_by_who_books_for_others(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await with_a_dearer_hall(town)
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir = await at_desk(town)
        offer = first_offer(await shut_the_hall(town, demir), made["id"])
        eva = await at_desk(town, "eva")
        seen = plain(await eva.get("/desk/displaced"))
        assert "Clara" in seen
        assert "Dorthin verlegen" not in seen
        assert (await eva.post(f"/desk/displaced/{made['id']}", **offer)).status_code == 403
        closure = re.search(
            r"/desk/closures/([^/\"]+)/open", plain(await demir.get("/desk/closures"))
        )
        assert closure is not None
        await demir.post(f"/desk/closures/{closure[1]}/open")
        assert "Keine Schließung trifft" in plain(await demir.get("/desk/displaced"))
        late = await demir.post(f"/desk/displaced/{made['id']}", **offer)
        assert late.status_code == 409
        assert "von keiner Schließung betroffen" in late.text


async def test_whatever_is_offered_can_be_had_and_none_is_dearer(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Each offer is pressed in a world of its own: the move is what was shown."""
    async with a_town(tmp_path, clock) as town:
        await with_a_dearer_hall(town)
        clara, anna = await town.program("clara"), await town.program("anna")
        for who, hours in ((clara, (15, 19)), (anna, (9, 12))):
            answer = await who.post("/api/reservations", json=town.wish(hours=hours))
            assert answer.status_code == 201, answer.text
        demir = await at_desk(town)
        await shut_the_hall(town, demir)

        def look(read: Read) -> list[tuple[Hit, list[object]]]:
            actor = town.cast.actor(read, "demir", face=Face.DESK)
            hits = hit_ahead(read, now=clock.now())
            return [
                (hit, [*offers_elsewhere(read, actor, hit, now=clock.now()).offers]) for hit in hits
            ]

        found = await town.node.store.read(look)
        assert len(found) == 2
        for hit, offers in found:
            assert offers, "there is a second hall"
            for offer in offers:
                assert offer.difference_cents <= 0  # type: ignore[attr-defined]
                is_shut = offer.room.period.overlaps(hit.closure.period)  # type: ignore[attr-defined]
                assert not (is_shut and offer.room.space.id == hit.line.space.id)  # type: ignore[attr-defined]


async def booked_together(town: Town, anna: Person) -> str:
    """Anna's hall with the workroom; the id of the hall's."""
    offers = await anna.get(f"/find?{MORNING}")
    offer = re.search(rf'name="offer" value="({town.space("hofsaal")}[^"]*)"', offers.text)
    assert offer is not None
    summary = await anna.post("/hold", offer=offer[1], people="4")
    link = re.search(r'href="(/together[^"]*)"', plain(summary))
    assert link is not None
    page = await anna.get(link[1])
    tick = re.search(r'name="(with_\w+)"', page.text)
    assert tick is not None
    fields = {**together_fields(plain(page)), tick[1]: "1"}
    fields.pop("csrf", None)
    counted = await anna.post("/together", **fields, recount="1")
    fields |= {"total": together_fields(plain(counted))["total"]}
    booked = await anna.post("/together", **fields)
    return booked.url.path.removeprefix("/mine/")


async def test_what_was_booked_with_the_hall_comes_along_and_anna_reads_it(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await at_portal(town, "anna")
        mine = await booked_together(town, anna)
        demir = await at_desk(town)
        shown = await shut_the_hall(town, demir)
        assert "Kommt mit: Werkraum" in shown
        assert "Nicht zu jeder Zeit frei, was dazu gebucht ist: Werkraum." in shown
        done = await demir.post(f"/desk/displaced/{mine}", **first_offer(shown, mine))
        assert "Verlegt." in done.text
        told = plain(await anna.get("/"))
        assert told.count("Das Team hat Ihre Buchung verlegt</") == 2, "the hall and the workroom"
        assert told.count("vorher: Sa 28. Nov., 10 bis 12 Uhr") == 2
        assert "Der Boden wird geschliffen" in told


async def test_anna_herself_moves_the_hall_with_the_workroom_in_one_press(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await at_portal(town, "anna")
        mine = await booked_together(town, anna)
        demir = await at_desk(town)
        await shut_the_hall(town, demir)
        assert f"/mine/{mine}/closed" in plain(await anna.get("/"))
        assert "Der Boden wird geschliffen" in plain(await anna.get(f"/mine/{mine}"))
        page = plain(await anna.get(f"/mine/{mine}/closed"))
        assert "Kommt mit: Werkraum" in page
        assert page.count("vorher: ") == page.count("jetzt: ") >= 3, "each part and all of it"
        form = page[page.index(f'action="/mine/{mine}/closed"') :]
        offer = dict(re.findall(r'name="(offer|total)" value="([^"]*)"', form[:500]))
        wrong = await anna.post(f"/mine/{mine}/closed", **(offer | {"total": "1"}))
        assert wrong.status_code == 409
        assert "28. Nov., 10 bis 12 Uhr" in plain(await anna.get(f"/mine/{mine}"))
        done = await anna.post(f"/mine/{mine}/closed", **offer)
        assert "Geändert." in done.text
        ending = plain(await anna.get(f"/mine/{mine}/cancel-series"))
        assert "28. Nov., 10 bis 12 Uhr" not in ending, "the workroom came along"
        assert "Das Team hat Ihre Buchung verlegt" not in plain(await anna.get("/"))
        clara = await at_portal(town, "clara")
        assert (await clara.post(f"/mine/{mine}/closed", **offer)).status_code == 404
        assert (await clara.post(f"/mine/{mine}/give-back")).status_code == 404
        assert "Keine Schließung trifft" in plain(await demir.get("/desk/displaced"))


async def test_whom_nothing_suits_gives_back_all_of_it_free_although_it_is_late(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await at_portal(town, "anna")
        mine = await booked_together(town, anna)
        clock.set(clock.now().replace(day=28, hour=7))
        demir = await at_desk(town)
        await shut_the_hall(town, demir)
        page = plain(await anna.get(f"/mine/{mine}/closed"))
        assert "Zurückgegeben wird: Hofsaal, Werkraum" in page
        assert "Wegen der Schließung kostet es nichts." in plain(await anna.get(f"/mine/{mine}"))
        gone = plain(await anna.post(f"/mine/{mine}/give-back"))
        assert "abgesagt" in gone
        assert "kostenlos" in gone[gone.index("Absagen kostete") :][:120]
        assert "Hofsaal: Anna" not in plain(await demir.get("/desk/displaced"))
