"""Passes: nothing but what a deciding node signed is believed."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from node.base.refusals import Refusal
from node.spaces import passes
from node.store.identity import Identity, new_identity

QUARTER = b"Q" * 16
RESERVATION = bytes(range(16))


@cache
def home() -> Identity:
    return new_identity()


@cache
def genuine() -> bytes:
    return passes.issue(home(), quarter_id=QUARTER, reservation_id=RESERVATION)


def read(raw: bytes | str, *, quarter_id: bytes = QUARTER) -> bytes | Refusal:
    text = raw if isinstance(raw, str) else passes.text_of(raw)
    return passes.read_pass(text, quarter_id=quarter_id, keys=[home().public_key])


def test_a_pass_is_read_from_an_address_in_any_case() -> None:
    text = passes.text_of(genuine())
    assert len(text) == passes.PASS_CHARS
    assert text == text.upper()
    for shown in (
        text,
        text.lower(),
        f"HTTPS://HAUS.EXAMPLE/P/{text}",
        f" https://h/p/{text}?x=1 ",
    ):
        assert read(shown) == RESERVATION


def test_a_pass_is_the_same_each_time_and_another_for_another_reservation() -> None:
    assert genuine() == passes.issue(home(), quarter_id=QUARTER, reservation_id=RESERVATION)
    other = passes.issue(home(), quarter_id=QUARTER, reservation_id=RESERVATION[::-1])
    assert passes.short_code(other) != passes.short_code(genuine())
    assert len(passes.short_code(other)) == passes.CODE_CHARS


def test_any_flipped_bit_is_refused() -> None:
    for bit in range(passes.PASS_BYTES * 8):
        raw = bytearray(genuine())
        raw[bit // 8] ^= 1 << (bit % 8)
        answer = read(bytes(raw))
        assert isinstance(answer, Refusal), bit
        assert answer.code in {"pass.forged", "pass.unreadable", "pass.other_quarter"}, bit


@given(st.integers(0, passes.PASS_CHARS - 1), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_any_other_character_is_refused(at: int, char: str) -> None:
    text = passes.text_of(genuine())
    changed = text[:at] + char + text[at + 1 :]
    assert (read(changed) == RESERVATION) == (changed == text)


@given(st.text(max_size=200))
def test_no_text_is_a_pass_by_chance(text: str) -> None:
    assert isinstance(read(text), Refusal)


@given(st.binary(min_size=passes.PASS_BYTES, max_size=passes.PASS_BYTES))
def test_no_bytes_are_a_pass_by_chance(raw: bytes) -> None:
    assert isinstance(read(raw), Refusal)


def test_another_quarter_and_another_key_have_their_own_words() -> None:
    elsewhere = passes.issue(home(), quarter_id=b"R" * 16, reservation_id=RESERVATION)
    stranger = passes.issue(new_identity(), quarter_id=QUARTER, reservation_id=RESERVATION)
    assert read(elsewhere) is passes.OTHER_QUARTER
    assert read(stranger) is passes.FORGED
    assert read("") is passes.UNREADABLE
