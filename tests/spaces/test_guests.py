"""Which guests fill in a form, what it must say, when it is signed and until when it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.periods import Period
from node.quarter.files import QuarterFiles, SpaceKind
from node.spaces import Line, Reservation, Space, Status
from node.spaces.guests import rules
from node.spaces.guests.model import FiledForm, Form, Guest, GuestList, Kind, Stay, Why
from node.spaces.model import CancellationFact, RequestDetails

ARRIVES, LEAVES = date(2026, 12, 14), date(2026, 12, 17)
LUC = Form(
    number=0,
    family_name="Petit",
    given_names="Luc",
    born="1984-02-29",
    nationalities="französisch",
    address="12 rue du Port, Nantes, Frankreich",
    passport="22AB12345",
)


@pytest.fixture(scope="session")
def apartment(files: QuarterFiles) -> Space:
    row = next(row for row in files.spaces if row.kind is SpaceKind.GUEST_APARTMENT)
    return Space(b"s" * 16, b"h" * 16, b"b" * 16, row)


def stay(apartment: Space, *guests: Guest, forms: dict[int, FiledForm] | None = None) -> Stay:
    reservation = Reservation(
        id=b"r" * 16,
        space_id=apartment.id,
        household_id=b"",
        person_id=b"",
        period=Period(
            datetime(2026, 12, 14, 14, tzinfo=UTC), datetime(2026, 12, 17, 10, tzinfo=UTC)
        ),
        requested_at=datetime(2026, 11, 1, tzinfo=UTC),
        details=RequestDetails(people=max(1, len(guests))),
    )
    line = Line(reservation, apartment, Status.CONFIRMED)
    return Stay(
        line=line,
        arrives_on=ARRIVES,
        leaves_on=LEAVES,
        first_day=ARRIVES,
        last_day=LEAVES,
        guests=GuestList(guests),
        forms=forms or {},
    )


def filed(form: Form) -> FiledForm:
    return FiledForm(b"f" * 16, form)


GERMAN, FOREIGN = Guest("Ines Kremer"), Guest("Luc Petit", is_foreign=True)
CHILD = Guest("Zoé Petit", is_child=True, is_foreign=True)


def test_of_germans_no_form_is_asked(apartment: Space) -> None:
    assert rules.forms_needed(stay(apartment, GERMAN, GERMAN)) == []


def test_each_foreign_adult_fills_in_one_and_children_are_counted(apartment: Space) -> None:
    assert rules.forms_needed(stay(apartment, FOREIGN, GERMAN, FOREIGN, CHILD)) == [0, 2]


def test_who_is_counted_on_anothers_form_needs_none(apartment: Space) -> None:
    family = (FOREIGN, FOREIGN, CHILD)
    forms = {0: filed(replace_form(LUC, fellows=(1, 2), fellow_nationalities="französisch"))}
    assert rules.forms_needed(stay(apartment, *family, forms=forms)) == [0]
    assert rules.forms_open(stay(apartment, *family, forms=forms)) == [0]


@given(st.integers(1, 9), st.integers(1, 9), st.booleans(), st.booleans())
def test_the_days_of_the_whole_stay_count_however_it_is_cut(
    apartment: Space, before: int, after: int, first_gone: bool, second_gone: bool
) -> None:
    """Names go by the last departure, forms by the first arrival; nothing before, while any part
    of it counts."""
    one = stay(apartment, FOREIGN)
    now = datetime(2026, 12, 1, tzinfo=UTC)
    given_up = CancellationFact(datetime(2026, 11, 20, tzinfo=UTC))
    parts = tuple(
        Line(
            replace(one.line.reservation, cancellation=given_up if is_gone else None),
            apartment,
            Status.CANCELLED if is_gone else Status.CONFIRMED,
        )
        for is_gone in (first_gone, second_gone)
    )
    whole = replace(
        one,
        line=parts[1],
        first_day=ARRIVES - timedelta(days=before),
        last_day=LEAVES + timedelta(days=after),
        parts=parts,
    )
    if first_gone and second_gone:
        assert rules.ends_on(Kind.FORM, whole, now=now) == (whole.last_day, Why.NEVER_CAME)
        assert rules.check_signing(whole, today=whole.first_day) == rules.TOO_LATE
        return
    assert rules.ends_on(Kind.GUESTS, whole, now=now)[0] == LEAVES + timedelta(days=after + 30)
    assert rules.ends_on(Kind.FORM, whole, now=now)[0] == rules.a_year_after(whole.first_day)
    assert rules.check_signing(whole, today=whole.first_day) is None
    early = rules.check_signing(whole, today=whole.first_day - timedelta(days=1))
    assert early is not None


def replace_form(form: Form, **changes: object) -> Form:
    import msgspec

    return msgspec.structs.replace(form, **changes)


def test_of_more_than_ten_only_the_leader_fills_one_in(apartment: Space) -> None:
    group = tuple(Guest(f"Gast {number}", is_foreign=True) for number in range(11))
    assert rules.forms_needed(stay(apartment, *group)) == [0]
    forms = {4: filed(replace_form(LUC, number=4))}
    assert rules.forms_needed(stay(apartment, *group, forms=forms)) == [4]


ANYBODY = st.builds(Guest, st.just("Jemand"), st.booleans(), st.booleans())


@given(st.lists(ANYBODY, min_size=1, max_size=10))
def test_forms_concern_foreigners_only_and_every_foreign_adult(
    apartment: Space, guests: list[Guest]
) -> None:
    needed = rules.forms_needed(stay(apartment, *guests))
    assert all(guests[number].is_foreign for number in needed)
    adults = [n for n, each in enumerate(guests) if each.is_foreign and not each.is_child]
    assert set(adults) <= set(needed)
    assert bool(needed) == any(each.is_foreign for each in guests)


@given(st.lists(ANYBODY, min_size=2, max_size=10), st.data())
def test_filling_in_never_asks_for_more(
    apartment: Space, guests: list[Guest], data: st.DataObject
) -> None:
    """Whoever fills theirs in makes the list of what is open shorter, until nothing is."""
    forms: dict[int, FiledForm] = {}
    for _ in range(len(guests) + 1):
        now = stay(apartment, *guests, forms=forms)
        left = [number for number in rules.forms_needed(now) if number not in forms]
        if not left:
            break
        number = data.draw(st.sampled_from(left))
        forms[number] = filed(replace_form(LUC, number=number))
        again = stay(apartment, *guests, forms=forms)
        open_after = [each for each in rules.forms_needed(again) if each not in forms]
        assert set(open_after) < set(left)
    else:
        raise AssertionError("it never ends")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"family_name": ""}, "family_name"),
        ({"nationalities": ""}, "nationalities"),
        ({"passport": "x" * 201}, "passport"),
        ({"born": "2026-12-15"}, "born"),
        ({"born": "1899-12-31"}, "born"),
        ({"born": "gestern"}, "born"),
        ({"fellows": (1,)}, "fellow_nationalities"),
        ({"fellows": (1, 2), "fellow_nationalities": "deutsch"}, "fellows"),
    ],
)
def test_what_the_law_asks_must_be_there(
    apartment: Space, changes: dict[str, object], field: str
) -> None:
    known = stay(apartment, FOREIGN, GERMAN, GERMAN)
    assert rules.check_form(known, LUC, today=ARRIVES) is None
    refusal = rules.check_form(known, replace_form(LUC, **changes), today=ARRIVES)
    assert refusal is not None
    assert refusal.field == field


def test_a_german_and_a_stranger_have_no_form(apartment: Space) -> None:
    known = stay(apartment, FOREIGN, GERMAN)
    for number in (1, 2, 99):
        refusal = rules.check_form(known, replace_form(LUC, number=number), today=ARRIVES)
        assert refusal is rules.NO_FORM
    assert rules.check_form(
        known,
        replace_form(LUC, fellows=(7,), fellow_nationalities="x"),
        today=ARRIVES,
    )


def test_it_is_signed_from_the_day_of_arrival_on(apartment: Space) -> None:
    known = stay(apartment, FOREIGN)
    assert rules.check_signing(known, today=date(2026, 12, 13)) is not None
    assert rules.check_signing(known, today=ARRIVES) is None
    gone = replace(known, line=replace(known.line, status=Status.CANCELLED))
    assert rules.check_signing(gone, today=ARRIVES) is not None


@pytest.mark.parametrize(
    ("arrived", "ends"),
    [
        (date(2026, 12, 14), date(2027, 12, 14)),
        (date(2028, 2, 29), date(2029, 3, 1)),
        (date(2027, 12, 31), date(2028, 12, 31)),
    ],
)
def test_a_form_is_kept_a_year_from_arrival(apartment: Space, arrived: date, ends: date) -> None:
    known = replace(stay(apartment, FOREIGN), first_day=arrived)
    now = datetime(2026, 12, 15, tzinfo=UTC)
    for kind in (Kind.FORM, Kind.SIGNED, Kind.SEEN):
        assert rules.ends_on(kind, known, now=now) == (ends, Why.DATE)
    assert rules.ends_on(Kind.GUESTS, known, now=now)[0] < ends


POINTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=4, max_size=20)


@given(st.lists(POINTS, min_size=2, max_size=5))
def test_strokes_are_read_as_they_were_drawn(strokes: list[list[tuple[int, int]]]) -> None:
    text = ";".join(" ".join(f"{x},{y}" for x, y in stroke) for stroke in strokes)
    assert rules.read_strokes(text) == strokes


@given(st.text(alphabet="0123456789,; -.ex\n٣", max_size=200))
def test_rubbish_is_no_signature_or_within_the_field(text: str) -> None:
    try:
        found = rules.read_strokes(text)
    except ValueError:
        return
    assert all(0 <= part <= 1000 for stroke in found for point in stroke for part in point)


@pytest.mark.parametrize("text", ["", "1,1 2,2", "1,1 " * 9000, "1001,0 " * 9, "<svg>", "1,-1"])
def test_a_touch_or_a_flood_is_no_signature(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any way of not being one
        rules.read_strokes(text)
