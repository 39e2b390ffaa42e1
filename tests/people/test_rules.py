"""Rules about people: codes as typed, secrets, contract periods, pauses, folded words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Face, Role
from node.base.ids import ALPHABET, random_code
from node.people import rules
from node.people.model import (
    ContractTerms,
    Entitlement,
    PersonProfile,
    RoleSpan,
    SecretKind,
)
from node.people.rules import Bucket, Guard

codes = st.text(st.sampled_from(ALPHABET.upper()), min_size=12, max_size=12)
seconds = st.integers(0, 2**37)


@given(codes, st.data())
def test_a_code_is_read_however_it_is_typed(code: str, data: st.DataObject) -> None:
    lookalikes = {"0": "0Oo", "1": "1IilL"}
    typed = ""
    for char in code:
        typed += data.draw(st.sampled_from(lookalikes.get(char, char + char.lower())))
        typed += data.draw(st.sampled_from(["", "", " ", "-", "–", "."]))
    assert rules.read_code(typed) == code
    assert rules.read_code(rules.grouped_code(code)) == code


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_nothing(text: str) -> None:
    code = rules.read_code(text)
    assert code == "" or (len(code) == 12 and set(code.lower()) <= set(ALPHABET))


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert rules.grouped_code("K7QF3M9XT2PA") == "K7QF 3M9X T2PA"
    assert rules.read_code(random_code(11)) == ""


@pytest.mark.parametrize("pin", ["4711", "2580", "19421", "13579246", "1122"])
def test_a_pin_has_four_to_eight_digits(pin: str) -> None:
    assert rules.check_secret(pin) is None
    assert rules.kind_of_secret(pin) is SecretKind.PIN
    assert rules.check_secret(pin, kind=SecretKind.PASSWORD).code == "people.pin_as_password"


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("123", "people.pin_length"),
        ("123456789", "people.pin_length"),
        ("1234", "people.pin_too_easy"),
        ("98765432", "people.pin_too_easy"),
        ("0000", "people.pin_too_easy"),
        ("", "people.password_too_short"),
        ("geheim", "people.password_too_short"),
        ("aaaaaaab", "people.password_too_easy"),
        ("x" * 201, "people.password_too_long"),
        ("٤٧١١", "people.password_too_short"),
    ],
)
def test_what_is_refused_says_why(secret: str, code: str) -> None:
    refusal = rules.check_secret(secret)
    assert refusal.code == code
    assert refusal.remedy


def test_a_kiosk_takes_no_password() -> None:
    assert rules.check_secret("acht rote Stühle") is None
    assert rules.check_secret("acht rote Stühle", kind=SecretKind.PIN).code == "people.not_a_pin"


def test_a_given_name_is_enough() -> None:
    assert rules.check_name("Noor", "") is None
    assert rules.check_name("  ", "Linde").code == "people.name_missing"
    assert rules.check_name("N" * 81, "").code == "people.name_too_long"
    assert rules.check_name("No\u202eor", "").code == "people.name_too_long"


@given(seconds, st.none() | seconds, seconds)
def test_a_contract_entitles_exactly_from_its_start_until_its_end(
    starts_at: int, ends_at: int | None, at: int
) -> None:
    terms = ContractTerms(starts_at=starts_at, ends_at=ends_at)
    holds = starts_at <= at and (ends_at is None or at < ends_at)
    assert rules.is_entitled([terms], at) is holds
    assert rules.roles_at([RoleSpan(Role.RESIDENT, starts_at, ends_at)], at) == (
        {Role.RESIDENT} if holds else set()
    )


@given(st.lists(st.tuples(seconds, st.none() | seconds), max_size=5), seconds)
def test_the_text_of_an_entitlement_never_contradicts_it(
    spans: list[tuple[int, int | None]], at: int
) -> None:
    contracts = [ContractTerms(starts_at=start, ends_at=end) for start, end in spans]
    text = rules.entitlement_text(contracts, at)
    entitled = text.state in {Entitlement.ACTIVE, Entitlement.ENDING}
    assert entitled is rules.is_entitled(contracts, at)
    assert text.message.count("{") == len(text.values)


def test_an_entitlement_reads_as_people_say_it() -> None:
    day = 86400

    def state(*spans: tuple[int, int | None]) -> Entitlement:
        contracts = [ContractTerms(starts_at=s * day, ends_at=e and e * day) for s, e in spans]
        return rules.entitlement_text(contracts, 100 * day).state

    assert state() is Entitlement.NONE
    assert state((10, None)) is Entitlement.ACTIVE
    assert state((10, 120)) is Entitlement.ENDING
    assert state((10, 120), (120, None)) is Entitlement.ENDING
    assert state((10, 90)) is Entitlement.ENDED
    assert state((10, 90), (110, None)) is Entitlement.UPCOMING
    assert state((90, 80)) is Entitlement.NONE, "a contract that never held is none"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers())))
def test_the_newest_is_the_first_of_its_kind(facts: list[tuple[str, int]]) -> None:
    found = rules.newest(facts)
    assert found == dict(reversed(facts))


@given(st.sampled_from(list(Guard)), st.integers(0, 10_000), seconds, st.integers(-(10**6), 10**9))
def test_a_pause_is_bounded_and_always_ends(
    guard: Guard, failures: int, last_at: int, later: int
) -> None:
    """Also with a clock that was set back, nobody waits longer than the longest pause."""
    pace = rules.PACES[guard]
    wait = rules.wait_seconds(Bucket(failures, last_at), pace, last_at + later)
    assert 0 <= wait <= pace.longest_seconds
    if later >= pace.longest_seconds:
        assert wait == 0
    if failures < pace.free:
        assert wait == 0


@given(st.sampled_from(list(Guard)), st.integers(0, 100))
def test_more_failures_never_mean_a_shorter_pause(guard: Guard, failures: int) -> None:
    pace = rules.PACES[guard]
    assert rules.pause_seconds(failures, pace) <= rules.pause_seconds(failures + 1, pace)


def test_what_many_share_is_slowed_down_least() -> None:
    """A bucket that strangers can fill pauses minutes at most, never what is one's own."""
    longest = {guard: pace.longest_seconds for guard, pace in rules.PACES.items()}
    assert longest[Guard.CODE] <= 10
    assert longest[Guard.CODE_AT_PLACE] <= 60
    assert longest[Guard.PERSON] <= 300
    assert longest[Guard.ADDRESS] <= 300


def test_guesses_at_a_pin_take_weeks() -> None:
    """Five thousand tries are half of all four-digit PINs: at the longest pause over a month."""
    pace = rules.PACES[Guard.KNOWN_DEVICE]
    now, failures, tries = 0, 0, 0
    while tries < 5000:
        wait = rules.wait_seconds(Bucket(failures, now), pace, now)
        failures = rules.standing(Bucket(failures, now), pace, now + wait) + 1
        now += wait
        tries += 1
    assert now > 30 * rules.DAY


def test_all_buckets_are_empty_when_rows_are_purged() -> None:
    for pace in rules.PACES.values():
        free_again = rules.GUESS_SECONDS
        worst = Bucket(pace.free, 0)
        assert rules.wait_seconds(worst, pace, free_again) == 0


@pytest.mark.parametrize("typed", ["mueller", "Müller", "MULLER", "müll", "muelle", "Erben mül"])
def test_umlauts_are_found_however_they_are_typed(typed: str) -> None:
    words = rules.search_words("Müller-Lüdenscheidt", "Erben")
    for word in rules.query_words(typed):
        assert any(known.startswith(word) for known in words), word


@given(st.text(max_size=30))
def test_every_word_is_found_by_itself(text: str) -> None:
    words = rules.search_words(text)
    for word in rules.query_words(text):
        assert word in words


def test_names_of_many_languages_fold_to_plain_letters() -> None:
    words = rules.search_words("Łukasz Yıldız", "Straße", "André", "Đorđe")
    assert {"lukasz", "yildiz", "strasse", "andre", "dorde"} <= words


def test_children_by_year_of_birth_or_by_word() -> None:
    assert rules.is_minor(PersonProfile(birth_year=2016), 2026)
    assert not rules.is_minor(PersonProfile(birth_year=2008, is_child=True), 2026)
    assert rules.is_minor(PersonProfile(is_child=True), 2026)
    assert not rules.is_minor(PersonProfile(), 2026)


def test_a_session_serves_the_faces_it_was_begun_for() -> None:
    serves = rules.session_serves
    assert serves(Face.PORTAL, Face.PORTAL)
    assert serves(Face.PORTAL, Face.API)
    assert serves(Face.CENTRAL, Face.PORTAL)
    assert not serves(Face.PORTAL, Face.DESK)
    assert not serves(Face.KIOSK, Face.PORTAL)
    assert not serves(Face.DESK, Face.API)
