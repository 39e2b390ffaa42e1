"""A room with more for the same time: all at once or nothing, and equipment never by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.ids import random_id
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import Audience, QuarterFiles, RoomPrice, SpaceKind, SpaceRow
from node.quarter.model import LocalText, PlaceMark
from node.spaces import (
    Query,
    Reservation,
    SeriesDate,
    Status,
    Wish,
    beside,
    cancel_series,
    change,
    free_now,
    preview_series,
    reserve_series,
    search,
    series_ahead,
)
from node.spaces.importing import import_spaces
from node.store import Core
from tests.facts import RESERVATIONS
from tests.spaces.conftest import utc
from tests.spaces.test_life import House, code_of, made

SATURDAY = Period(utc(28, 8), utc(28, 10))


@pytest.fixture
def files(files: QuarterFiles) -> QuarterFiles:
    """The small quarter with a projector, which is there once and has few rules."""
    room = next(row for row in files.spaces if row.key == "hofsaal")
    row = SpaceRow(
        key="beamer",
        kind=SpaceKind.EQUIPMENT,
        name=LocalText("Beamer", "Projector"),
        building=room.building,
        mark=PlaceMark("projector", 9, "slate"),
        hours=room.hours,
        horizon_days=dict.fromkeys(Audience, 90),
        room_prices=(RoomPrice(flat_cents=500),),
        vat=room.vat,
    )
    return replace(files, spaces=(*files.spaces, row))


@pytest.fixture
def home(core: Core, files: QuarterFiles, house: Core, clock: FrozenClock) -> House:
    import_spaces(core, files, signer=core.identity, now=clock.now())
    return House(house, files, clock)


def feast(home: House, *keys: str) -> list[Wish]:
    """The hall and more, as one booking."""
    series = random_id()
    hall = home.wish("hofsaal", SATURDAY, people=12, series=series)
    found = {space.row.key: wish for space, wish in home.core.read(lambda r: beside(r, hall))}
    return [hall, *(found[key] for key in keys)]


def preview(home: House, who: Actor, wishes: list[Wish]) -> list[SeriesDate]:
    now = home.clock.now()
    asked = [(wish, True) for wish in wishes]
    return home.core.read(lambda read: preview_series(read, who, asked, now=now, others=False))


def book(home: House, who: Actor, wishes: list[Wish], cents: int) -> list[Reservation] | Refusal:
    now, signer = home.clock.now(), home.core.identity
    return home.core.write(
        lambda w: reserve_series(w, who, wishes, total_cents=cents, now=now, signer=signer)
    )


def total(looked: list[SeriesDate]) -> int:
    return sum(each.bill.total_cents for each in looked)


def test_what_was_looked_at_is_booked_at_once_and_pressed_twice_it_is_one(
    home: House, anna: Actor
) -> None:
    wishes = feast(home, "werkraum", "beamer")
    looked = preview(home, anna, wishes)
    granted = [each for each in looked if each.counts]
    assert granted[-1].bill.total_cents == 500
    chosen = [each.wish for each in granted]
    first = book(home, anna, chosen, total(granted))
    assert isinstance(first, list), first
    assert [each.id for each in book(home, anna, chosen, total(granted))] == [e.id for e in first]
    assert {each.base_status for each in first} <= {Status.CONFIRMED, Status.REQUESTED}
    ahead = home.core.read(lambda r: series_ahead(r, anna, first[0].id, now=home.clock.now()))
    assert {each.id for each in ahead} == {each.id for each in first}
    done = home.core.write(
        lambda w: cancel_series(w, anna, first[0].id, fee_cents=0, now=home.clock.now())
    )
    assert {each.base_status for each in done} == {Status.CANCELLED}


def test_with_one_thing_taken_nothing_is_booked(home: House, anna: Actor, clara: Actor) -> None:
    theirs = feast(home, "beamer")
    assert isinstance(book(home, anna, theirs, total(preview(home, anna, theirs))), list)
    room = home.wish("werkraum", SATURDAY, people=2, series=random_id())
    near = {s.row.key: wish for s, wish in home.core.read(lambda r: beside(r, room))}
    wishes = [room, near["beamer"]]
    free, taken = preview(home, clara, wishes)
    assert free.counts
    assert code_of(taken.refusal) == "spaces.taken"
    before = home.core.read(lambda r: [*r.rows(RESERVATIONS)])
    assert code_of(book(home, clara, wishes, free.bill.total_cents + 500)) == "spaces.taken"
    assert home.core.read(lambda r: [*r.rows(RESERVATIONS)]) == before
    alone = book(home, clara, [room], free.bill.total_cents)
    assert isinstance(alone, list), alone


def test_equipment_is_never_had_alone(home: House, anna: Actor, demir: Actor) -> None:
    alone = replace(feast(home, "beamer")[1], series=b"")
    assert code_of(home.reserve(anna, alone)) == "spaces.only_beside"
    assert code_of(home.hold(anna, alone)) == "spaces.only_beside"
    assert code_of(home.reserve(demir.on_behalf_of(anna), alone)) == "spaces.only_beside"
    twice = [replace(alone, series=random_id())] * 2
    assert code_of(book(home, anna, twice, 1000)) == "spaces.only_beside"
    now = home.clock.now()
    found = home.core.read(lambda r: search(r, anna, Query(period=SATURDAY), now=now))
    assert alone.space_id not in {offer.space.id for offer in found.offers}
    assert alone.space_id not in {no.space.id for no in found.not_offered}
    assert alone.space_id not in {s.id for s, _ in home.core.read(lambda r: free_now(r, now=now))}


def test_a_room_does_not_become_equipment_nor_equipment_move_away_from_its_room(
    home: House, anna: Actor
) -> None:
    wishes = feast(home, "beamer")
    hall, projector = book(home, anna, wishes, total(preview(home, anna, wishes)))
    now, signer = home.clock.now(), home.core.identity
    for mine, wish in ((hall, wishes[1]), (projector, wishes[1]), (projector, wishes[0])):
        refused = home.core.write(
            lambda w, m=mine, x=wish: change(
                w, anna, m.id, x, total_cents=500, now=now, signer=signer
            )
        )
        assert code_of(refused) == "spaces.goes_with_its_room"


def test_equipment_does_not_count_against_what_a_household_may_have_ahead(
    home: House, anna: Actor
) -> None:
    """Three rooms at a time, whatever goes with them."""
    wishes = feast(home, "beamer")
    assert isinstance(book(home, anna, wishes, total(preview(home, anna, wishes))), list)
    made(home.reserve(anna, home.wish("hofsaal", Period(utc(29, 9), utc(29, 11)))))
    # One stay is agreed from before.
    last = home.reserve(anna, home.wish("hofsaal", Period(utc(30, 9), utc(30, 11))))
    assert code_of(last) == "spaces.too_many_open"
