"""Guests with a link while they are in: the hand-over with photos, the safe's code, the door; and
what the link of one stay does to another, to what it must not, and after its time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import HandoverKind, HandoverRow
from node.quarter.model import LocalText
from node.spaces import Reservation, Wish, guests
from node.store import Write
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import seen
from tests.journeys.test_hand_over_photos import PHOTO, send
from tests.journeys.test_locks import touch_on
from tests.web.test_pictures import picture

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]
CODE = "K 4711"  # No random token of a page can hold this by chance.
LISTED = (
    HandoverRow(
        key="beds", kind=HandoverKind.COUNT, name=LocalText(de="Betten", en="Beds"), count=2
    ),
    HandoverRow(key="floor", kind=HandoverKind.CONDITION, name=LocalText(de="Boden", en="Floor")),
)


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


async def a_stay(town: Town, name: str, first: int, last: int) -> tuple[bytes, str]:
    """Nights of December for somebody, and the link that they give to their guests."""
    period = Period(december(first, 14), december(last, 10))
    space_id = town.cast.files.id_of("space", "gartenzimmer")
    wish = Wish(space_id=space_id, period=period, people=2)
    signer, now = town.node.house.signer, town.clock.now()

    def make(write: Write) -> tuple[bytes, str] | Refusal:
        actor = town.cast.actor(write, name)
        made = spaces.reserve(write, actor, wish, now=now, signer=signer)
        assert isinstance(made, Reservation), made
        token = guests.make_link(write, actor, made.id, now=now)
        assert isinstance(token, str), token
        return made.id, f"/guest/{token}"

    done = await town.node.store.write(make)
    assert not isinstance(done, Refusal)
    return done


async def furnish(town: Town, *, asks_protocol: bool = False) -> None:
    """The garden room has a list, a key safe and a lock."""
    space_id, now = town.cast.files.id_of("space", "gartenzimmer"), town.clock.now()

    def set_(write: Write) -> object:
        demir = town.cast.actor(write, "demir", face=Face.DESK)
        space = spaces.find_space(write, space_id)
        assert space is not None
        row = replace(space.row, handover=LISTED)
        assert not isinstance(spaces.set_rules(write, demir, space_id, row, now=now), Refusal)
        return spaces.set_safe_code(
            write, demir, space_id, CODE, asks_protocol=asks_protocol, now=now
        )

    assert not isinstance(await town.node.store.write(set_), Refusal)


@contextmanager
def caretaker(folder: Path) -> Iterator[list[str]]:
    """A program that opens doors: it takes each order by renaming it."""
    taken: list[str] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            for path in (folder / "locks" / "orders").glob("*.json"):
                path.rename(path.with_suffix(".taken"))
                taken.append(path.stem)
            time.sleep(0.01)

    hand = threading.Thread(target=look)
    hand.start()
    try:
        yield taken
    finally:
        is_over.set()
        hand.join()


async def come(town: Town, link: str) -> Person:
    """A guest at their own phone, checked in."""
    guest = town.browser()
    await guest.get(link)
    await guest.post(f"{link}/check-in", figures="")
    assert "Willkommen" in seen(guest)
    return guest


async def test_a_guest_goes_through_the_list_with_a_photo_and_gets_the_code(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await furnish(town, asks_protocol=True)
        number, link = await a_stay(town, "anna", 14, 17)
        early = town.browser()
        await early.get(link)
        assert "/hand-over/in" not in seen(early)
        refused = await early.post(f"{link}/hand-over/in", act="rest")
        assert refused.status_code == 409, "they are not in yet"
        clock.set(december(14, 15))
        guest = await come(town, link)
        for way in (f"{link}/hand-over/in", f"{link}/code"):
            assert way in seen(guest)
        await guest.get(f"{link}/code")
        assert (await guest.post(f"{link}/code")).status_code == 409
        assert CODE not in guest.seen
        assert f"{link}/hand-over/in" in seen(guest), "what is to be done first is one touch away"
        page = f"{link}/hand-over/in"
        await guest.get(page)
        assert "wer für Sie gebucht hat" in seen(guest)
        assert "Anna" not in guest.seen
        kept = await send(guest, page, picture((800, 600)), is_floor="differs", words_floor="Riss")
        assert kept.status_code == 200
        (photo,) = PHOTO.findall(seen(guest))
        shown = await guest.http.get(photo)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["cache-control"] == "private, no-store"
        await guest.post(page, act="sign", is_beds="fits", is_floor="differs", words_floor="Riss")
        assert "Danke. Das ist bestätigt." in seen(guest)
        await guest.get(f"{link}/code")
        told = await guest.post(f"{link}/code")
        assert CODE in told.text
        assert told.headers["cache-control"] == "private, no-store"
        assert "noindex" in told.headers["x-robots-tag"]
        demir = await at_desk(town)
        await demir.get(f"/desk/hand-over/{id_text(number)}")
        assert "vom Gast bestätigt" in seen(demir)
        assert "Riss" in seen(demir)
        await and_leaves(guest, link)


async def and_leaves(guest: Person, link: str) -> None:
    """They check out, and say what they leave behind: that evening still."""
    await guest.get(link)
    await guest.post(f"{link}/check-out")
    assert CODE not in (await guest.get(f"{link}/code")).text
    await guest.get(f"{link}/hand-over/out")
    await guest.post(f"{link}/hand-over/out", act="rest")
    await guest.post(f"{link}/hand-over/out", act="sign")
    assert "Danke. Das ist bestätigt." in seen(guest)


async def test_a_guest_opens_the_door_by_their_link_alone(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock, locks=("gartenzimmer = file",)) as town:
        await furnish(town)
        number, link = await a_stay(town, "anna", 14, 17)
        guest = town.browser()
        await guest.get(link)
        assert f"{link}/open" not in seen(guest)
        clock.set(december(14, 15))
        await guest.get(link)
        assert f"{link}/open" in seen(guest)
        with caretaker(tmp_path) as taken:
            await guest.get(f"{link}/open")
            assert "Einchecken und öffnen" in seen(guest)
            touch = touch_on(guest)
            await guest.post(f"{link}/open", touch=touch)
            assert "Die Tür ist offen." in seen(guest)
            await guest.post(f"{link}/open", touch=touch)
            assert len(taken) == 1
        demir = await at_desk(town)
        await demir.get(f"/desk/places/{town.space('gartenzimmer')}/open")
        assert "Gast von Anna" in seen(demir)
        assert id_text(number) in seen(demir)


async def test_the_link_of_one_stay_is_nothing_to_another(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock, locks=("gartenzimmer = file",)) as town:
        await furnish(town)
        _, link = await a_stay(town, "anna", 14, 17)
        number, other = await a_stay(town, "clara", 17, 19)
        clock.set(december(14, 15))
        guest = await come(town, link)
        page = f"{link}/hand-over/in"
        await guest.get(page)
        await send(guest, page, picture((800, 600)), is_floor="differs", words_floor="Riss")
        (photo,) = PHOTO.findall(seen(guest))
        photo_id = photo.rpartition("/")[2]
        # Whoever comes next has a link too, and is not in yet.
        stranger = town.browser()
        await stranger.get(other)
        assert (await stranger.http.get(f"{other}/photos/{photo_id}")).status_code == 404
        await stranger.get(other)
        dropped = await stranger.post(f"{other}/hand-over/in", act=f"drop-{photo_id}")
        assert dropped.status_code < 500
        assert (await guest.http.get(photo)).status_code == 200, "it is there still"
        for path, fields in (
            (f"{other}/hand-over/in", {"act": "sign"}),
            (f"{other}/code", {}),
            (f"{other}/open", {"touch": "0" * 26}),
        ):
            await stranger.get(other)
            assert (await stranger.post(path, **fields)).status_code == 409, path
        assert CODE not in (await stranger.get(f"{other}/code")).text
        assert not list((tmp_path / "locks" / "orders").glob("*"))
        # A resident's own pages are not opened by it, and it gives nothing up.
        for path in (f"/mine/{id_text(number)}", f"/mine/{id_text(number)}/cancel"):
            assert (await guest.http.get(path)).status_code == 303
        assert (await guest.get(f"{link}/hand-over/sideways")).status_code == 404


async def test_a_link_that_is_over_opens_nothing_any_more(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock, locks=("gartenzimmer = file",)) as town:
        await furnish(town)
        number, link = await a_stay(town, "anna", 14, 17)
        clock.set(december(14, 15))
        guest = await come(town, link)
        pages = ("/hand-over/in", "/hand-over/out", "/code", "/open")
        clock.set(december(17, 23, 30))
        for page in pages:
            for ask in (guest.http.get, guest.http.post):
                answer = await ask(link + page)
                assert answer.status_code in {403, 404}, page
                assert CODE not in answer.text
        # And so does one that the booker has ended.
        clock.set(december(15, 9))
        await town.node.store.write(
            lambda write: guests.end_link(
                write, town.cast.actor(write, "anna"), number, now=clock.now()
            )
        )
        for page in pages:
            assert (await guest.http.get(link + page)).status_code == 404, page
        count = "select count(*) from lock_opening"
        assert await town.node.store.read(lambda read: read.value(count)) == 0
