"""Half of a stay is moved to another apartment: its guests keep their link, and say all once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.refusals import Refusal
from node.spaces import Reservation, Wish, guests, moving_rest
from node.store import Write
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import seen
from tests.journeys.test_splitting import with_two_apartments
from tests.papers import words_of
from tests.portal.test_guest_forms import LUC, STROKES
from tests.spaces.test_no_overlap import ZONE

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]
FIRST, MOVES, LAST = date(2027, 3, 5), date(2027, 3, 8), date(2027, 3, 10)
TOLD = {"name_0": "Luc Petit", "nation_0": "other", "arrives": "16:30"}


def march(day: int, hour: int) -> datetime:
    return datetime(2027, 3, day, hour, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moved:
    """Anna's stay for Luc: two apartments with a safe each, and the link of the first."""

    town: Town
    ids: dict[str, bytes]
    stay: bytes
    link: str

    async def move(self) -> bytes:
        """The team moves the rest of it; the second part."""
        signer, now = self.town.node.house.signer, self.town.clock.now()

        def run(write: Write) -> bytes:
            demir = self.town.cast.actor(write, "demir", face=Face.DESK)
            offers = moving_rest.preview_rest(
                write, demir, self.stay, MOVES, by_house=True, now=now
            )
            assert not isinstance(offers, Refusal)
            [offer] = [each for each in offers if each.space.id == self.ids["hofzimmer"]]
            done = moving_rest.move_rest(
                write,
                demir,
                self.stay,
                offer.space.id,
                MOVES,
                by_house=True,
                total_cents=offer.total_cents,
                now=now,
                signer=signer,
            )
            assert not isinstance(done, Refusal), done
            return done[1].id

        return await self.town.node.store.write(run)

    async def guest(self) -> Person:
        guest = self.town.browser()
        await guest.get(self.link)
        return guest


@asynccontextmanager
async def a_stay_for_luc(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Moved]:
    async with a_town(tmp_path, clock) as town:
        ids = await with_two_apartments(town)
        signer, now = town.node.house.signer, town.clock.now()

        def make(write: Write) -> tuple[bytes, str]:
            anna = town.cast.actor(write, "anna")
            space = spaces.find_space(write, ids["gartenzimmer"])
            assert space is not None
            assert space.row.stay is not None
            period = spaces.stay_period(space.row.stay, FIRST, LAST, ZONE)
            wish = Wish(space_id=space.id, period=period, people=2)
            made = spaces.reserve(write, anna, wish, now=now, signer=signer)
            assert isinstance(made, Reservation), made
            token = guests.make_link(write, anna, made.id, now=now)
            assert isinstance(token, str), token
            demir = town.cast.actor(write, "demir", face=Face.DESK)
            for key, code in (("gartenzimmer", "K 1111"), ("hofzimmer", "K 2222")):
                done = spaces.set_safe_code(
                    write, demir, ids[key], code, asks_protocol=False, now=now
                )
                assert not isinstance(done, Refusal)
            return made.id, f"/guest/{token}"

        yield Moved(town, ids, *(await town.node.store.write(make)))


async def records(town: Town, kind: str) -> int:
    found: int = await town.node.store.read(
        lambda read: read.value("select count(*) from guest_record where kind = :kind", kind=kind)
    )
    return found


async def says_who_comes(guest: Person, link: str) -> None:
    await guest.get(f"{link}/arrival")
    await guest.post(f"{link}/arrival", **TOLD)
    await guest.get(f"{link}/form/0")
    await guest.post(f"{link}/form/0", **LUC)


async def test_luc_comes_moves_and_leaves_by_the_link_that_he_was_given_first(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_stay_for_luc(tmp_path, clock) as moved:
        link, guest = moved.link, await moved.guest()
        await says_who_comes(guest, link)
        assert "mit Umzug" not in seen(guest)
        await moved.move()
        await guest.get(link)
        for words in ("Ihr Aufenthalt mit Umzug", "Gartenzimmer", "Hofzimmer", "Luc Petit"):
            assert words in seen(guest), words
        clock.set(march(5, 16))
        await guest.get(f"{link}/sign/0")
        assert "10.03.2027" in seen(guest), "the form holds of the whole stay"
        await guest.post(f"{link}/sign/0", strokes=STROKES)
        await guest.get(link)
        await guest.post(f"{link}-1/check-in", figures="")
        assert "Willkommen" in seen(guest)
        await guest.get(f"{link}/code")
        await guest.post(f"{link}/code")
        assert "K 1111" in seen(guest)

        clock.set(march(8, 9))
        await guest.get(link)
        await guest.post(f"{link}-1/check-out")
        assert "Hofzimmer" in seen(guest), "whoever left one is shown the next"
        clock.set(march(8, 15))
        await guest.get(f"{link}/code")
        assert "K 2222" not in seen(guest)
        await guest.get(link)
        await guest.post(f"{link}-2/check-in", figures="")
        assert "Willkommen" in seen(guest)
        await guest.get(f"{link}/code")
        await guest.post(f"{link}/code")
        assert "K 2222" in seen(guest)
        assert await records(moved.town, "guests") == 1
        assert await records(moved.town, "form") == 1
        assert await records(moved.town, "signed") == 1

        clock.set(march(10, 22))
        assert (await guest.get(link)).status_code == 200
        clock.set(march(10, 23))
        assert (await guest.get(link)).status_code == 404
        assert (await guest.get(f"{link}-1")).status_code == 404


async def test_what_luc_says_after_the_move_is_known_at_both_parts_of_the_desk(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_stay_for_luc(tmp_path, clock) as moved:
        rest = await moved.move()
        guest = await moved.guest()
        # The second part's own page takes what is said as well: it is the same stay.
        await says_who_comes(guest, f"{moved.link}-2")
        demir = await at_desk(moved.town)
        for part in (moved.stay, rest):
            page = await demir.get(f"/desk/guests/{id_text(part)}")
            assert "Luc Petit" in page.text
            assert "Unterschrift fehlt" in page.text
        clock.set(march(8, 15))
        demir = await at_desk(moved.town)
        await demir.get(f"/desk/guests/{id_text(rest)}")
        await demir.post(f"/desk/guests/{id_text(rest)}/form/0/signed")
        page = await demir.get(f"/desk/guests/{id_text(moved.stay)}")
        assert "Unterschrift fehlt" not in page.text
        assert await records(moved.town, "form") == 1


async def test_one_link_for_both_parts_whoever_makes_it_anew(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_stay_for_luc(tmp_path, clock) as moved:
        rest = id_text(await moved.move())
        demir = await at_desk(moved.town)
        assert "Es gibt einen Link" in (await demir.get(f"/desk/reservations/{rest}/guest")).text
        made = await demir.post(f"/desk/reservations/{rest}/guest")
        found = re.search(r'value="[^"]*(?:/|&#x2f;)guest(?:/|&#x2f;)([0-9a-z]+)"', made.text)
        assert found is not None
        guest = moved.town.browser()
        assert (await guest.get(moved.link)).status_code == 404
        await guest.get(f"/guest/{found[1]}")
        assert "Gartenzimmer" in seen(guest)
        slip = await demir.post(f"/desk/reservations/{rest}/guest/slip", token=found[1], paper="a4")
        words = words_of(slip.content)
        assert "Gartenzimmer" in words
        assert "Hofzimmer" in words
        for wrong in ("-0", "-3", "-x", "-", "-22222222222222222222", "-²"):
            status = (await guest.get(f"/guest/{found[1]}{wrong}")).status_code
            assert status == (200 if wrong == "-" else 404), wrong


async def test_what_is_left_of_it_is_shown_where_one_part_is_given_up(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_stay_for_luc(tmp_path, clock) as moved:
        guest = await moved.guest()
        await says_who_comes(guest, moved.link)
        await moved.move()

        def give_up(write: Write) -> object:
            anna = moved.town.cast.actor(write, "anna")
            return spaces.cancel(write, anna, moved.stay, now=clock.now())

        assert not isinstance(await moved.town.node.store.write(give_up), Refusal)
        await guest.get(moved.link)
        assert "Hofzimmer" in seen(guest)
        assert "mit Umzug" not in seen(guest)
        assert "Luc Petit" in seen(guest), "what was said under the first part is not lost"
        assert (await guest.get(f"{moved.link}-2")).status_code == 404


async def test_luc_reads_that_he_moves_and_where_to_until_he_knows(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_stay_for_luc(tmp_path, clock) as moved:
        await moved.move()
        guest = await moved.guest()
        told = seen(guest)
        assert "Das Team hat Ihre Buchung verlegt" in told
        for words in ("vorher:", "jetzt:", "Danach", "Hofzimmer"):
            assert words in told, words
        act = re.search(r'name="act" value="([^"]+)"', guest.seen)
        assert act is not None
        await guest.post(f"{moved.link}-1/seen", act=act[1])
        await guest.get(moved.link)
        assert "Das Team hat Ihre Buchung verlegt" not in seen(guest)
        again = await guest.post(f"{moved.link}-1/seen", act=act[1])
        assert again.status_code == 200, "said twice it is said once"
