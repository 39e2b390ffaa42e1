"""Where two nodes have both said yes, every node finds the same one who gives way, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.ids import derived_id
from node.base.periods import Period
from node.spaces import Reservation, Status, Wish
from node.spaces.cases import case_again
from node.spaces.deciding import displace, write_decision
from node.spaces.folding import project
from node.spaces.model import PassageFact, RequestDetails, Verdict
from node.spaces.place_tables import select_space
from node.spaces.standing import settle
from node.store import Core, NodeRole, Write
from tests.spaces import conftest
from tests.spaces.conftest import Quarter, utc


@pytest.fixture
def two_homes(quarter: Quarter, monkeypatch: pytest.MonkeyPatch) -> Quarter:
    """The kiosk was made a home node too, by somebody who believed the first one dead."""
    monkeypatch.setitem(conftest.ROLES, "kiosk", NodeRole.HOME)
    quarter.cores["kiosk"].role = NodeRole.HOME
    return quarter


def granted_by_rival(quarter: Quarter, who: Actor, wish: Wish) -> Reservation:
    """A request that the second home confirms without having heard of the first's decisions."""
    rival = quarter.cores["kiosk"]
    made = quarter.made("kiosk", who, wish)

    def grant(write: Write) -> Reservation | None:
        case = case_again(write, made)
        write_decision(write, made.request, case, Verdict.CONFIRMED, signer=rival.identity)
        return project(write, made.id)

    found = rival.write(grant)
    assert isinstance(found, Reservation)
    assert found.base_status is Status.CONFIRMED
    return found


def displaced_facts(core: Core) -> list[tuple[bytes, bytes]]:
    rows = core.read(
        lambda read: read.rows(
            "select id, reservation_id from reservation_decision"
            " where fact ->> 'verdict' = 'displaced'"
        )
    )
    return [tuple(row) for row in rows]


def meet_all(quarter: Quarter) -> None:
    for _ in range(2):
        quarter.meet("kiosk", "home")
        quarter.meet("home", "central")


@pytest.mark.parametrize("rival_is_first", [True, False])
def test_two_homes_granted_the_same_time_and_the_later_request_gives_way(
    two_homes: Quarter, anna: Actor, clara: Actor, wish: Wish, rival_is_first: bool
) -> None:
    overlapping = replace(wish, period=Period(utc(28, 16), utc(28, 20)))
    if rival_is_first:
        rivals = granted_by_rival(two_homes, anna, wish)
        two_homes.clock.advance(timedelta(minutes=1))
        homes = two_homes.made("home", clara, overlapping)
    else:
        homes = two_homes.made("home", clara, overlapping)
        two_homes.clock.advance(timedelta(minutes=1))
        rivals = granted_by_rival(two_homes, anna, wish)
    assert homes.base_status is Status.CONFIRMED
    winner, loser = (rivals, homes) if rival_is_first else (homes, rivals)
    meet_all(two_homes)
    for name, core in two_homes.cores.items():
        assert two_homes.status(name, winner.id) is Status.CONFIRMED
        assert two_homes.status(name, loser.id) is Status.DISPLACED
        assert displaced_facts(core) == [(derived_id(loser.id, "displaced"), loser.id)]
    meet_all(two_homes)
    assert len(displaced_facts(two_homes.cores["home"])) == 1


def test_two_that_clash_with_one_earlier_both_give_way(
    two_homes: Quarter, anna: Actor, clara: Actor, wish: Wish
) -> None:
    whole = replace(wish, period=Period(utc(28, 11), utc(28, 18)))
    first = two_homes.made("home", clara, whole)
    others = []
    for start, end in ((9, 12), (16, 19)):
        two_homes.clock.advance(timedelta(minutes=1))
        period = Period(utc(28, start), utc(28, end))
        others.append(granted_by_rival(two_homes, anna, replace(wish, period=period)))
    meet_all(two_homes)
    for name, core in two_homes.cores.items():
        assert two_homes.status(name, first.id) is Status.CONFIRMED
        assert {two_homes.status(name, each.id) for each in others} == {Status.DISPLACED}
        assert len(displaced_facts(core)) == 2


def test_nobody_gives_way_to_somebody_who_gives_way_too(
    two_homes: Quarter, anna: Actor, clara: Actor, wish: Wish
) -> None:
    """The second clashed with the first and the third with the second alone: once the pairs were
    looked at by their start, and the third lost a place that then stood empty."""
    first = two_homes.made("home", clara, replace(wish, period=Period(utc(28, 18), utc(28, 20))))
    two_homes.clock.advance(timedelta(minutes=1))
    between = replace(wish, period=Period(utc(28, 13), utc(28, 18)))
    second = granted_by_rival(two_homes, anna, between)
    two_homes.clock.advance(timedelta(minutes=1))
    third = two_homes.made("home", clara, replace(wish, period=Period(utc(28, 10), utc(28, 13))))
    meet_all(two_homes)
    for name in two_homes.cores:
        assert two_homes.status(name, first.id) is Status.CONFIRMED
        assert two_homes.status(name, second.id) is Status.DISPLACED
        assert two_homes.status(name, third.id) is Status.CONFIRMED


def test_nodes_that_both_take_the_same_back_write_one_fact(
    two_homes: Quarter, anna: Actor, wish: Wish
) -> None:
    made = two_homes.made("home", anna, wish)
    two_homes.meet("home", "kiosk")
    for name in ("home", "kiosk"):

        def take_back(write: Write) -> None:
            space = select_space(write, made.space_id)
            assert space is not None
            displace(write, made, space, now=two_homes.clock.now())
            project(write, made.id)

        two_homes.cores[name].write(take_back)
    meet_all(two_homes)
    for name, core in two_homes.cores.items():
        assert displaced_facts(core) == [(derived_id(made.id, "displaced"), made.id)]
        assert two_homes.status(name, made.id) is Status.DISPLACED


NOW = utc(24, 9)
RESERVATIONS = st.builds(
    Reservation,
    id=st.binary(min_size=16, max_size=16),
    space_id=st.just(b"S" * 16),
    household_id=st.just(b""),
    person_id=st.just(b""),
    period=st.just(Period(NOW, NOW + timedelta(hours=2))),
    requested_at=st.integers(0, 3).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    details=st.just(RequestDetails()),
    check_in=st.none() | st.just(PassageFact(NOW)),
)


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8)


@given(st.lists(RESERVATIONS, min_size=2, max_size=6, unique_by=lambda r: r.id), PAIRS, st.data())
def test_who_gives_way_is_the_same_from_every_side(
    several: list[Reservation], numbers: list[tuple[int, int]], data: st.DataObject
) -> None:
    ids = [each.id for each in several]
    pairs = {(a % len(ids), b % len(ids)) for a, b in numbers}
    clashes = [(ids[a], ids[b]) for a, b in pairs if a != b]
    losers = settle(several, clashes)
    turned = [(b, a) if data.draw(st.booleans()) else (a, b) for a, b in clashes]
    assert settle(data.draw(st.permutations(several)), data.draw(st.permutations(turned))) == losers
    lost = {each.id for each in losers}
    is_in = {each.id for each in several if each.check_in is not None}
    assert not lost & is_in
    foes = {frozenset(pair) for pair in clashes}
    for pair in foes:
        assert pair & lost or pair <= is_in
    for each in lost:
        assert any(each in pair and not pair <= lost for pair in foes)
