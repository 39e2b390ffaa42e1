"""Which backups stay and which go, by their names alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from node.store.rotation import (
    Keeping,
    backup_name,
    made_at,
    names_to_delete,
    newest_first,
    next_name,
)

SITE = b"\x1a" * 16
NOW = datetime(2026, 11, 24, 10, 20, 30, tzinfo=UTC)
KEEPING = Keeping()


def kept_after(names: list[str], *, just_made: str, now: datetime = NOW) -> set[str]:
    gone = names_to_delete(names, just_made=just_made, now=now, keeping=KEEPING)
    return set(names) - set(gone)


def hourly(count: int, *, until: datetime = NOW, site: bytes = SITE) -> list[str]:
    return [backup_name(site, until - timedelta(hours=back)) for back in range(count)]


def test_a_name_says_when_and_whose() -> None:
    name = backup_name(SITE, NOW)
    assert name == "quartier-1a1a1a1a-20261124T102030Z.age"
    assert made_at(name) == made_at(backup_name(SITE, NOW, number=3)) == NOW
    for other in ("urlaub.jpg", "quartier-1a1a1a1a-20261399T102030Z.age", name + ".part", ""):
        assert made_at(other) is None


def test_of_one_second_the_later_is_the_newer() -> None:
    names = [backup_name(SITE, NOW, number=number) for number in range(1, 12)]
    assert newest_first(names, now=NOW) == names[::-1]
    assert kept_after(names, just_made=names[-1]) == {names[-1]}


def test_a_name_is_not_taken_again_when_its_file_is_gone() -> None:
    assert next_name(SITE, NOW, []) == backup_name(SITE, NOW)
    later = backup_name(SITE, NOW, number=2)
    assert next_name(SITE, NOW, [later, "urlaub.jpg"]) == backup_name(SITE, NOW, number=3)


def test_after_months_24_hours_14_days_and_8_weeks_are_left() -> None:
    names: list[str] = []
    for name in reversed(hourly(24 * 100)):
        names = sorted(kept_after([*names, name], just_made=name, now=made_at(name) or NOW))
    instants = sorted((made_at(name) or NOW for name in names), reverse=True)
    assert instants[:24] == [NOW - timedelta(hours=back) for back in range(24)]
    assert (
        len({at.date() for at in instants} & {(NOW - timedelta(days=d)).date() for d in range(14)})
        == 14
    )
    assert len({at.isocalendar()[:2] for at in instants}) == 8
    assert len(names) <= 24 + 14 + 8


def test_a_box_that_was_off_keeps_what_it_has() -> None:
    names = hourly(24, until=NOW - timedelta(days=400))
    just_made = backup_name(SITE, NOW)
    kept = kept_after([*names, just_made], just_made=just_made)
    assert len(kept) >= 24


def test_a_clock_that_is_behind_never_costs_the_newest() -> None:
    names = hourly(100)
    early = NOW - timedelta(days=2000)
    just_made = backup_name(SITE, early)
    assert kept_after([*names, just_made], just_made=just_made, now=early) == {*names, just_made}


def test_a_clock_that_was_ahead_does_not_push_the_true_ones_out() -> None:
    ahead = hourly(50, until=NOW + timedelta(days=4000))
    names = hourly(24)
    kept = kept_after([*ahead, *names], just_made=names[0])
    assert kept == {*ahead, *names}
    assert newest_first([*ahead, *names], now=NOW)[:24] == names


def test_what_is_somebody_elses_is_left_alone() -> None:
    strange = ["urlaub.jpg", "quartier-1a1a1a1a-.age", *hourly(200, site=b"\x2b" * 16)]
    names = hourly(200)
    kept = kept_after([*strange, *names], just_made=names[0])
    assert kept >= set(strange)
    assert len(kept - set(strange)) < 50


instants = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)
)


@given(st.lists(instants, max_size=120), instants, instants)
def test_whatever_the_clock_does(made: list[datetime], last: datetime, now: datetime) -> None:
    names = [backup_name(SITE, at) for at in made]
    just_made = backup_name(SITE, last)
    gone = set(names_to_delete([*names, just_made], just_made=just_made, now=now, keeping=KEEPING))
    assert just_made not in gone
    judged = sorted({n for n in names if (made_at(n) or now) <= now}, reverse=True)
    assert gone <= set(judged)
    assert not gone & set(judged[:1]), "the newest stays"
    left = set(judged) - gone
    assert len(left) <= KEEPING.hourly + KEEPING.daily + KEEPING.weekly + 1
    again = names_to_delete(left | {just_made}, just_made=just_made, now=now, keeping=KEEPING)
    assert not again, "a second look deletes nothing more"
