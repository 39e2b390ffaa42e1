from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.ids import (
    derived_id,
    id_text,
    new_id,
    normal_code,
    parse_id,
    random_code,
)


@given(st.binary(min_size=16, max_size=16))
def test_an_id_survives_being_written_and_read(value: bytes) -> None:
    assert parse_id(id_text(value)) == value
    assert parse_id(id_text(value).upper()) == value


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        assert len(parse_id(text)) == 16
    except ValueError:
        return


def test_new_ids_are_in_order_and_distinct() -> None:
    ids = [new_id() for _ in range(2000)]
    assert [i[:6] for i in ids] == sorted(i[:6] for i in ids)
    assert len(set(ids)) == len(ids)


def test_derived_ids_keep_their_parts_apart() -> None:
    assert derived_id("a", "bc") != derived_id("ab", "c")
    assert derived_id(b"x", 1) == derived_id(b"x", 1)


@given(st.integers(min_value=1, max_value=24))
def test_a_code_is_read_however_it_is_typed(length: int) -> None:
    code = random_code(length)
    typed = " - ".join(code[i : i + 4] for i in range(0, len(code), 4)).lower()
    assert normal_code(typed) == code
    assert normal_code(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize("text", ["", "u" * 26, "z" * 26, "0" * 25, "ä" * 26])
def test_impossible_ids_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="id"):
        parse_id(text)
