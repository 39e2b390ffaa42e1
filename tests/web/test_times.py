"""Times of day stand in sentences as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.quarter.model import LocalText, QuietHours, TimeSpan
from node.web import i18n

MINUTES = st.integers(min_value=0, max_value=1439)


@pytest.mark.parametrize(
    ("language", "minutes", "words"),
    [
        ("de", (480, 1380), "8 bis 23 Uhr"),
        ("de", (555, 1440), "9:15 bis 24 Uhr"),
        ("de", (1320, 360), "22 bis 6 Uhr"),
        ("de-simple", (0, 1440), "ganztags"),
        ("en", (480, 1380), "8:00 to 23:00"),
        ("en", (0, 0), "all day"),
        ("tr", (0, 0), "tüm gün"),
    ],
)
def test_hours_are_written_as_people_say_them(
    language: str, minutes: tuple[int, int], words: str
) -> None:
    assert i18n.hours_words(language, TimeSpan(*minutes)) == words
    quiet = QuietHours("quiet", LocalText("Ruhe"), *minutes)
    assert i18n.hours_words(language, quiet) == words


def test_a_no_names_all_hours_of_the_day() -> None:
    no = "An diesem Tag ist nur von {hours} geöffnet."
    hours = (TimeSpan(540, 780), TimeSpan(900, 1140))
    said = i18n.translate("de", no, hours=hours)
    assert said == "An diesem Tag ist nur von 9 bis 13 Uhr, 15 bis 19 Uhr geöffnet."


@given(MINUTES, MINUTES, st.sampled_from(i18n.CODES))
def test_hours_of_any_day_are_written_in_any_language(
    opens: int, closes: int, language: str
) -> None:
    said = i18n.hours_words(language, TimeSpan(opens, closes))
    first, last = (i18n.clock_words(language, *divmod(each, 60)) for each in (opens, closes))
    assert (first in said and last in said) is (opens != closes)


def test_a_time_in_a_sentence_has_no_minutes_where_there_are_none() -> None:
    sentence = "Ankommen können Sie von {first} bis {last} Uhr."
    said = i18n.translate("de", sentence, first=time(15), last=time(20, 30))
    assert said == "Ankommen können Sie von 15 bis 20:30 Uhr."


TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 11, 10), "Mo 10. Nov. 2025"),
        (date(2027, 11, 12), "Fr 12. Nov. 2027"),
        (date(2026, 2, 3), "Di 3. Feb."),
        (date(2027, 1, 11), "Mo 11. Jan."),
    ],
)
def test_a_day_of_another_year_says_so_unless_it_is_near(day: date, words: str) -> None:
    """Whoever was looked for by name had "Mo 10. Nov." of any of twelve years."""
    assert i18n.day_words("de", day, today=TODAY) == words


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(i18n.CODES))
def test_in_every_language_the_year_stands_where_it_is_needed(day: date, language: str) -> None:
    said = i18n.day_words(language, day, today=TODAY)
    is_far = day.year != TODAY.year and abs((day - TODAY).days) > 180
    assert (str(day.year) in said) is is_far
    assert said.replace(f" {day.year}", "") == i18n.day_words(language, day)
    zone, at = ZoneInfo("Europe/Berlin"), datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    span = i18n.span_words(language, at, at + timedelta(hours=2), zone, today=TODAY)
    assert (str(day.year) in span) is is_far


def test_until_midnight_is_24_and_not_24_00() -> None:
    zone = ZoneInfo("Europe/Berlin")
    at, until = (datetime(2026, 11, 27, hour, tzinfo=UTC) for hour in (19, 23))
    assert i18n.span_words("de", at, until, zone) == "Fr 27. Nov., 20 bis 24 Uhr"
    assert i18n.span_words("en", at, until, zone) == "Fri 27 Nov, 20:00 to 24:00"
