"""Places and history from an operator's files, as often as one likes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.quarter.files import QuarterFiles
from node.spaces import (
    Status,
    arrivals,
    find_reservation,
    find_space,
    import_spaces,
    list_spaces,
    my_reservations,
    note_of,
    rebuild,
)
from node.store import Core
from tests.spaces.conftest import utc


def again(core: Core, files: QuarterFiles, clock: FrozenClock) -> int:
    return import_spaces(core, files, signer=core.identity, now=clock.now())


def test_the_history_reads_as_if_it_had_happened_here(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    def status(key: str) -> Status:
        found = house.read(lambda read: find_reservation(read, files.id_of("reservation", key)))
        assert found is not None
        return found.status_at(clock.now())

    assert [status(key) for key in ("R-1", "R-2", "R-3", "R-4")] == [
        Status.CHECKED_OUT,
        Status.OVER,
        Status.CANCELLED,
        Status.CONFIRMED,
    ]
    stay = house.read(lambda read: find_reservation(read, files.id_of("reservation", "R-4")))
    # Three nights of one person, and the city's levy.
    assert stay.bill.total_cents == 9900 + 2 * 5900 + 3 * 300
    assert stay.has_pass
    notes = house.read(lambda read: note_of(read, stay.id))
    assert notes["guests"] == "Fritz Hagen"


def test_a_past_price_is_that_of_the_contract_of_its_day(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    """Sam's household had a contract until the end of 2025."""
    row = replace(
        files.reservations[0],
        key="R-OLD",
        person="P-SAM",
        period=files.reservations[0].period.moved(timedelta(days=-400)),
        requested_at=utc(1, 9) - timedelta(days=400),
    )
    since = replace(row, key="R-NEW", period=row.period.moved(timedelta(days=390)))
    since = replace(since, requested_at=utc(1, 9))
    more = replace(files, reservations=(*files.reservations, row, since))
    assert again(house, more, clock) == 2
    for key, cents in (("R-OLD", 7200), ("R-NEW", 10_400)):
        found = house.read(
            lambda read, k=key: find_reservation(read, files.id_of("reservation", k))
        )
        assert found.bill.total_cents == cents


def test_a_second_import_writes_nothing_and_a_changed_file_only_what_changed(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    heads = house.heads()
    assert again(house, files, clock) == 0
    assert house.heads() == heads
    hall = next(row for row in files.spaces if row.key == "hofsaal")
    wider = replace(hall, seats=50)
    changed = tuple(wider if row is hall else row for row in files.spaces)
    assert again(house, replace(files, spaces=changed), clock) == 1
    found = house.read(lambda read: find_space(read, files.id_of("space", "hofsaal")))
    assert found.row.seats == 50


def test_a_place_that_left_the_files_is_no_longer_offered_but_still_known(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    fewer = tuple(row for row in files.spaces if row.key != "werkraum")
    again(house, replace(files, spaces=fewer), clock)
    keys = {space.row.key for space in house.read(list_spaces)}
    assert keys == {"hofsaal", "gartenzimmer"}
    gone = house.read(lambda read: find_space(read, files.id_of("space", "werkraum")))
    assert gone.ended
    again(house, files, clock)
    assert len(house.read(list_spaces)) == 3


def test_importing_at_another_node_does_not_move_who_decides(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    elsewhere = b"E" * 16
    hall = files.id_of("space", "hofsaal")
    house.write(
        lambda write: write.execute(
            "update space set home_site = :site where id = :id", site=elsewhere, id=hall
        )
    )
    again(house, files, clock)
    found = house.read(lambda read: find_space(read, hall))
    assert found.home_site == elsewhere


def test_lists_are_the_same_after_a_rebuild(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    def lists() -> list[object]:
        now = clock.now()
        return [
            house.read(lambda read: my_reservations(read, anna, now=now)),
            house.read(lambda read: arrivals(read, utc(26, 12).date(), now=now)),
        ]

    before = lists()
    assert all(before)
    house.write(rebuild)
    assert lists() == before
