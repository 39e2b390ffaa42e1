"""Levy and value-added tax from a day on, and who owes the city nothing: what was agreed stays."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node import quarter
from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.base.refusals import Refusal, RefusedError
from node.quarter.files import QuarterFiles
from node.quarter.model import NO_TEXT, Exemption, Levy, VatRate
from node.spaces import (
    Reservation,
    Wish,
    change,
    find_reservation,
    preview_change,
    reserve,
    stay_period,
)
from node.spaces.guests import stay_book
from node.spaces.levy import exempt, exempted
from node.store import Core, Write
from tests.spaces.conftest import Quarter

CODE = "beherbergungssteuer-dus"
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = date(2027, 1, 1)
UNDONE = Refusal("tests.undone", "", "")


def levy(cents: int, day: date, *exempt_for: Exemption, days_max: int = 21) -> Levy:
    return Levy(CODE, NO_TEXT, cents, days_max, 18, day, exempt_for)


def stay(files: QuarterFiles, first: date, nights: int, people: int = 2, ages: object = ()) -> Wish:
    row = next(row for row in files.spaces if row.key == "gartenzimmer")
    assert row.stay is not None
    period = stay_period(row.stay, first, first + timedelta(days=nights), BERLIN)
    space_id = files.id_of("space", "gartenzimmer")
    return Wish(space_id=space_id, period=period, people=people, ages=tuple(ages))  # type: ignore[call-overload]


def booked(core: Core, who: Actor, wish: Wish, clock: FrozenClock) -> Reservation:
    made = core.write(lambda w: reserve(w, who, wish, now=clock.now(), signer=core.identity))
    assert isinstance(made, Reservation), made
    return made


def say(core: Core, who: Actor, wanted: Levy | VatRate, clock: FrozenClock) -> object:
    doing = quarter.set_levy if isinstance(wanted, Levy) else quarter.set_vat
    return core.write(lambda write: doing(write, who, wanted, now=clock.now()))  # type: ignore[arg-type]


def test_a_levy_holds_from_its_day_and_what_was_agreed_keeps_its_bill(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    before = booked(house, anna, stay(files, date(2027, 1, 4), 2), clock)
    assert isinstance(say(house, demir, levy(400, NEW_YEAR), clock), Levy)
    after = booked(house, clara, stay(files, date(2027, 1, 8), 2), clock)
    old_year = booked(
        house,
        replace(clara, household_id=b"O" * 16, person_id=b"P" * 16),
        stay(files, date(2026, 12, 30), 3),
        clock,
    )
    assert [each.bill.levy_cents for each in (before, after, old_year)] == [1200, 1600, 1800]
    assert house.read(lambda read: find_reservation(read, before.id)).bill == before.bill  # type: ignore[union-attr]


def test_said_again_it_holds_instead_and_taken_back_the_files_count(
    house: Core, demir: Actor, clock: FrozenClock
) -> None:
    def cents() -> int:
        found = house.read(lambda read: quarter.get_profile(read).levy_on(CODE, NEW_YEAR))
        assert found is not None
        return found.cents_per_adult_night

    for wanted in (400, 500):
        said = say(house, demir, levy(wanted, NEW_YEAR), clock)
        assert isinstance(said, Levy)
        assert said.name.de, "it keeps the levy's name"
        assert cents() == wanted
    key = ("levy", CODE, NEW_YEAR)
    gone = house.write(lambda write: quarter.withdraw(write, demir, key, now=clock.now()))
    assert gone is None
    assert cents() == 300
    again = house.write(lambda write: quarter.withdraw(write, demir, key, now=clock.now()))
    assert isinstance(again, Refusal)


def test_of_a_stay_over_a_new_rate_the_last_day_counts(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    say(house, demir, VatRate("stay", 19, NEW_YEAR), clock)
    over = booked(house, anna, stay(files, date(2026, 12, 30), 3), clock)
    until = booked(house, clara, stay(files, date(2026, 12, 28), 1), clock)
    assert [part.percent for part in over.bill.vat] == [19]
    assert [part.percent for part in until.bill.vat] == [7]
    # What people pay stays; what of it is tax is another part.
    seven = booked(
        house, replace(anna, household_id=b"O" * 16), stay(files, date(2026, 12, 12), 3), clock
    )
    assert over.bill.total_cents == seven.bill.total_cents
    assert sum(part.net_cents + part.vat_cents for part in over.bill.vat) == sum(
        part.net_cents + part.vat_cents for part in seven.bill.vat
    )


def test_only_the_team_at_the_home_node_says_so(
    quarter_: Quarter, anna: Actor, demir: Actor
) -> None:
    wanted, clock = levy(400, NEW_YEAR), quarter_.clock
    for who, at, code in (
        (anna, "home", "quarter.not_allowed"),
        (replace(demir, roles=frozenset({Role.MANAGEMENT})), "home", "quarter.not_allowed"),
        (demir, "kiosk", "quarter.shut_elsewhere"),
    ):
        said = say(quarter_.cores[at], who, wanted, clock)
        assert isinstance(said, Refusal)
        assert said.code == code
    say(quarter_.cores["home"], demir, wanted, clock)
    quarter_.meet("home", "kiosk")
    found = quarter_.cores["kiosk"].read(lambda r: quarter.get_profile(r).levy_on(CODE, NEW_YEAR))
    assert found is not None
    assert found.cents_per_adult_night == 400


@pytest.fixture
def quarter_(quarter: Quarter) -> Quarter:
    """The three nodes; the plain name is the room's here."""
    return quarter


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40
)
@given(
    nights=st.integers(1, 9),
    adults=st.integers(1, 4),
    ages=st.lists(st.integers(0, 17), max_size=3),
    free=st.integers(-1, 5),
    cents=st.integers(1, 900),
    days_max=st.sampled_from([0, 3, 21]),
    then=st.integers(0, 4),
)
def test_whoever_is_exempt_is_not_in_the_bill_but_in_the_book(
    house: Core,
    files: QuarterFiles,
    anna: Actor,
    demir: Actor,
    clock: FrozenClock,
    **drawn: object,
) -> None:
    nights, adults, free, cents, days_max, then = (
        int(str(drawn[name])) for name in ("nights", "adults", "free", "cents", "days_max", "then")
    )
    ages = tuple(drawn["ages"])[: 4 - adults]  # type: ignore[call-overload]
    people, now = adults + len(ages), clock.now()

    def story(write: Write) -> None:
        said = levy(cents, date(2026, 1, 2), Exemption.BUSINESS, days_max=days_max)
        assert isinstance(quarter.set_levy(write, demir, said, now=now), Levy)
        wish = stay(files, date(2026, 12, 14), nights, people, ages)
        made = reserve(write, anna, wish, now=now, signer=house.identity)
        assert isinstance(made, Reservation), made
        done = exempt(write, demir, made.id, people=free, reason="business", now=now)
        if not 0 <= free <= adults:
            assert isinstance(done, Refusal)
            assert find_reservation(write, made.id) == made
            raise RefusedError(UNDONE)
        if free == 0:
            assert done == made or isinstance(done, Reservation)
        assert isinstance(done, Reservation)
        counted = min(nights, days_max) if days_max else nights
        assert done.bill.levy_cents == (adults - free) * counted * cents
        assert done.bill.total_cents - done.bill.levy_cents == (
            made.bill.total_cents - made.bill.levy_cents
        )
        assert (done.bill.vat, done.bill.deposit_cents) == (made.bill.vat, made.bill.deposit_cents)
        assert (done.period, done.decision.pass_) == (made.period, made.decision.pass_)  # type: ignore[union-attr]
        book = stay_book(write, demir, date(2026, 12, 1), date(2026, 12, 31), now=now)
        assert not isinstance(book, Refusal)
        (line,) = (each for each in book if each.stay.line.reservation.id == made.id)
        levied = line.levied
        assert levied.cents == done.bill.levy_cents
        assert levied.exempt == free * nights
        assert line.reason == ("business" if free else "")
        if adults - free:
            assert levied.nights + levied.minors + levied.beyond + levied.exempt == people * nights
        back = exempt(write, demir, made.id, people=min(then, adults), reason="business", now=now)
        assert isinstance(back, Reservation)
        assert back.bill.levy_cents == (adults - min(then, adults)) * counted * cents
        raise RefusedError(UNDONE)

    assert house.write(story) is UNDONE


def test_an_exemption_is_noted_once_with_its_reason_which_stays_in_the_building(
    quarter_: Quarter, files: QuarterFiles, anna: Actor, demir: Actor
) -> None:
    home, clock = quarter_.cores["home"], quarter_.clock
    made = booked(home, anna, stay(files, date(2026, 12, 14), 3), clock)

    def note(who: Actor, people: int, reason: str) -> object:
        return home.write(
            lambda w: exempt(w, who, made.id, people=people, reason=reason, now=clock.now())
        )

    refused = note(demir, 1, "disabled")
    assert isinstance(refused, Refusal)
    assert refused.code == "spaces.no_exemption_reason", "the city does not know it so far"
    say(home, demir, levy(300, date(2026, 1, 2), Exemption.DISABLED), clock)
    assert isinstance(note(anna, 1, "disabled"), Refusal)
    assert isinstance(note(demir, 1, "disabled"), Reservation)
    heads = home.heads()
    assert isinstance(note(demir, 1, "disabled"), Reservation)
    assert home.heads() == heads, "said twice it is said once"
    noted = home.read(lambda read: exempted(read, made.id))
    assert noted is not None
    assert (noted.people, noted.reason, noted.at) == (1, "disabled", clock.now())
    quarter_.meet("home", "central")
    central = quarter_.cores["central"]
    seen = quarter_.seen("central", made.id)
    assert seen.bill.levy_cents == 900, "central is told how many"
    assert central.read(lambda read: exempted(read, made.id)) is None, "and never why"
    rows = central.read(lambda read: read.rows("select fact from reservation_decision"))
    assert not any("disabled" in json.dumps(row[0]) for row in rows)


def test_a_stay_that_is_moved_keeps_who_is_exempt(
    house: Core, files: QuarterFiles, anna: Actor, demir: Actor, clock: FrozenClock
) -> None:
    say(house, demir, levy(300, date(2026, 1, 2), Exemption.BUSINESS), clock)
    made = booked(house, anna, stay(files, date(2026, 12, 14), 3), clock)
    house.write(lambda w: exempt(w, demir, made.id, people=1, reason="business", now=clock.now()))
    wish = stay(files, date(2026, 12, 15), 4)
    seen = house.read(lambda r: preview_change(r, anna, made.id, wish, now=clock.now()))
    assert not isinstance(seen, Refusal)
    total = seen.bill.total_cents
    moved = house.write(
        lambda w: change(
            w, anna, made.id, wish, total_cents=total, now=clock.now(), signer=house.identity
        )
    )
    assert isinstance(moved, Reservation)
    assert moved.bill.levy_cents == 4 * 300
