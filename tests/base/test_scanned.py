"""Whatever a scanner and a computer think of each other's keys, a code is read as itself or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.ids import ALPHABET, id_text, parse_id
from node.base.refusals import Refusal
from node.base.scanned import plain, readings
from node.kiosk.sign_in import CARD, CODE, read_proof
from node.spaces import passes
from node.store.identity import new_identity

# The keys of both layouts, from above, without and with Shift; § and ° stand for dead or odd ones.
AMERICAN = (
    "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?"
)
GERMAN = (
    '1234567890ß´qwertzuiopü+asdfghjklöäyxcvbnm,.-!"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄYXCVBNM;:_'
)
TO_GERMAN = str.maketrans(AMERICAN, GERMAN)
TO_AMERICAN = str.maketrans(GERMAN, AMERICAN)
CAPS = str.maketrans("1234567890", '!"§$%&/()=')
QUARTER = b"Q" * 16
HOME = new_identity()
HOSTS = ("HTTPS://Q17.LINDENHOF-NORD.EXAMPLE", "http://localhost:8080", "https://10.77.0.1")


def typed(text: str, layout: str) -> str:
    """What a computer hears of a scanner."""
    if layout == "american scanner, german computer":
        return text.translate(TO_GERMAN)
    if layout == "german scanner, american computer":
        return text.translate(TO_AMERICAN)
    return {"caps": text.swapcase(), "marked": f"]Q3{text}\t\r\n"}.get(layout, text)


LAYOUTS = (
    "same",
    "american scanner, german computer",
    "german scanner, american computer",
    "caps",
    "marked",
)
layouts = st.sampled_from(LAYOUTS)
ids = st.binary(min_size=16, max_size=16)
codes = st.text(ALPHABET.upper(), min_size=12, max_size=12)


def issued(reservation: bytes) -> str:
    return passes.text_of(passes.issue(HOME, quarter_id=QUARTER, reservation_id=reservation))


def read(text: str) -> bytes | Refusal:
    return passes.read_pass(text, quarter_id=QUARTER, keys=[HOME.public_key])


@given(ids, layouts, st.sampled_from(("", *(f"{host}/p/" for host in HOSTS))))
def test_a_pass_is_read_in_every_layout(reservation: bytes, layout: str, before: str) -> None:
    assert read(typed(before + issued(reservation), layout)) == reservation


@given(st.lists(ids, min_size=2, max_size=5, unique=True), layouts)
def test_two_passes_never_read_as_one(reservations: list[bytes], layout: str) -> None:
    found = {read(typed(issued(each), layout)) for each in reservations}
    assert found == set(reservations)


@given(ids, st.sampled_from(("yz", "zy")), st.integers(0, passes.PASS_CHARS - 1))
def test_a_sign_changed_in_a_pass_is_not_made_good(reservation: bytes, pair: str, at: int) -> None:
    """Only the whole of it may be of another layout: one Y for a Z is another pass, or none."""
    text = issued(reservation).lower()
    if text[at] != pair[0] or len(set(text) & {"y", "z"}) < 2:
        return
    changed = text[:at] + pair[1] + text[at + 1 :]
    assert isinstance(read(changed), Refusal)


@given(codes, layouts, st.sampled_from(HOSTS))
def test_a_letters_code_is_read_by_its_address(code: str, layout: str, host: str) -> None:
    proof = read_proof(typed(f"{host}/c/{code}", layout))
    assert proof is not None
    assert (proof.kind, proof.text) == (CODE, code)


@given(codes)
def test_what_a_hand_types_has_one_reading(code: str) -> None:
    proof = read_proof(code)
    assert proof is not None
    assert proof.text == code


@given(ids, layouts)
def test_a_card_is_among_its_readings(card: bytes, layout: str) -> None:
    told = readings(typed(id_text(card), layout))
    assert id_text(card) in {each.lower() for each in told}


@given(ids)
def test_a_card_by_german_caps_lock(card: bytes) -> None:
    proof = read_proof(id_text(card).upper().translate(CAPS))
    assert proof is not None
    assert proof.kind == CARD
    assert parse_id(proof.text) == card


@given(st.text(max_size=200), layouts)
def test_no_text_is_a_pass_in_any_layout(text: str, layout: str) -> None:
    assert isinstance(read(typed(text, layout)), Refusal)
    assert 1 <= len(readings(text)) <= 4


@pytest.mark.parametrize("text", ["]Q3ABC", "+Q1ABC", "ABC\t", "\x02ABC\x03\r\n", " ABC "])
def test_what_scanners_put_around_it_is_dropped(text: str) -> None:
    assert plain(text) == "ABC"
