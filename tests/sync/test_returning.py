"""When a restored box may write again."""

from __future__ import annotations

from node.sync.returning import WAITS_SECONDS, Returning

HOME, CENTRAL = b"H" * 16, b"C" * 16


def test_it_waits_until_all_others_have_told_it_what_they_know() -> None:
    returning = Returning()
    assert not returning.hears(HOME, {HOME, CENTRAL}, 0.0)
    assert not returning.hears(HOME, {HOME, CENTRAL}, 60.0)
    assert returning.hears(CENTRAL, {HOME, CENTRAL}, 61.0)


def test_one_that_is_away_is_not_waited_for_for_ever() -> None:
    returning = Returning()
    assert not returning.hears(HOME, {HOME, CENTRAL}, 100.0)
    assert not returning.hears(HOME, {HOME, CENTRAL}, 99.0 + WAITS_SECONDS)
    assert returning.hears(HOME, {HOME, CENTRAL}, 100.0 + WAITS_SECONDS)


def test_where_there_is_one_other_its_word_is_enough() -> None:
    assert Returning().hears(CENTRAL, {CENTRAL}, 0.0)
