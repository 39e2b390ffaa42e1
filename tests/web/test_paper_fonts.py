"""Names on paper: in the letters that their owners write, or told that these are missing."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.web import paper_fonts
from node.web.letters import code_letters
from node.web.paper import A4, NORMAL, NOT_WHOLE, Format, Paper
from node.web.paper_fonts import LACKING, is_printable
from tests.papers import pages_of, words_of
from tests.web.test_letters import LETTER

NOTE = NOT_WHOLE.format(sign=LACKING)
LETTERS = (
    "ABCXYZabcxyzÄÖÜäöüßéèçñ ŁłŚśŻżĘęŐőŰűĞğİıŞşȘșȚțČčĐđŊŋŴŵŨũ ƠơƯưẰằỄễỘộỰựỸỹ"
    "АБВГҐЄЖЇЙЩЬЮЯабвгґєжїйщьюяЁёЋћЏџҚқӨө ΑΒΓΔΩάέήίόύώϊς אבגדהשת"
)


def printed(text: str, *, shape: Format = A4) -> str:
    paper = Paper(NORMAL, shape, title="Probe")
    paper.new_page()
    paper.place(shape.left, 20.0)
    paper.text(text)
    return words_of(paper.content())


@pytest.mark.parametrize(
    "name",
    [
        "Yıldız Çağlar Şişli",
        "Szczęśniak-Łoś",
        "Nguyễn Văn Đức, Phạm Thị Hường",
        "Țăranu, Ŵyn, Őry, Ŋoro",
        "Олексій Шевченко, Гнат Їжак",
        "Ђорђе Љубић",
        "Παπαδόπουλος, Ἀνδρέας",
        "כהן",
        "გიორგი",
    ],
)
def test_a_letter_names_its_household_as_it_is_written(name: str) -> None:
    letter = replace(LETTER, household_name=name)
    page = words_of(code_letters([letter], quarter="Lindenhof", address="flair.example"))
    assert f"An den Haushalt {unicodedata.normalize('NFC', name)} Lindenweg 1" in page
    assert NOTE not in page


@settings(max_examples=40, deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=120))
def test_every_letter_is_on_the_paper_as_often_as_in_the_text(text: str) -> None:
    """Also where a line ends, and where writing that turns stands beside one that does not."""
    wanted = sorted("".join(text.split()))
    assert sorted("".join(printed(text, shape=replace(A4, width=90.0)).split())) == wanted


def test_arabic_is_joined_and_runs_from_right_to_left() -> None:
    paper = Paper(NORMAL, title="Probe")
    paper.new_page()
    said = paper._begun("ببب", 12.0, bold=False)
    joined, alone = (paper.pdf.get_string_width(part) for part in (said, "ب"))
    assert 0 < joined < 2.5 * alone, "a letter within a word is narrower than one that ends it"
    page = printed("Gast: محمد كمال, Haus Ahorn")
    # As it lies on the page: the family name, which comes last, lies to the left of the first.
    assert "Gast: كمال محمد" in page
    assert page.endswith("Haus Ahorn")


def test_a_short_line_and_a_narrow_cell_hold_names_of_any_writing() -> None:
    paper = Paper(NORMAL, title="Probe")
    paper.new_page()
    paper.line("Олексій Шевченко", size=12.0, bold=True, width=30.0)
    paper.cells((("كمال " * 30, 30.0, False), ("Їжак " * 30, 30.0, False)), size=9.0)
    page = words_of(paper.content())
    assert "Олексій Шевченко" in page
    assert page.count("…") == 2


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A system without fonts of its own."""
    monkeypatch.setattr(paper_fonts, "SYSTEM", tmp_path)


@pytest.mark.usefixtures("bare")
def test_what_no_font_has_is_told_on_its_page_and_on_no_other() -> None:
    names = ("阮文 小明 Wang", "Nguyễn", "გიორგი")
    letters = [replace(LETTER, household_name=name) for name in names]
    first, second, third = pages_of(
        code_letters(letters, quarter="Lindenhof", address="flair.example")
    )
    assert f"{LACKING} Wang" in first
    assert NOTE in first
    assert LACKING not in second
    assert NOTE in third


@pytest.mark.usefixtures("bare")
def test_the_note_is_in_the_letters_language() -> None:
    letter = replace(LETTER, household_name="阮文", language="en")
    page = words_of(code_letters([letter], quarter="Lindenhof", address="flair.example"))
    assert f"{LACKING}: characters" in page


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60).filter(lambda text: "?" not in text))
def test_nothing_becomes_a_question_mark_and_nothing_is_a_crash(text: str) -> None:
    if "?" not in unicodedata.normalize("NFKD", text):
        assert "?" not in printed(text)


def test_marks_that_would_turn_a_line_are_left_out() -> None:
    assert printed("Saal \u202eneppurG\u202c 3") == "Saal neppurG 3"


@pytest.mark.usefixtures("bare")
def test_what_can_be_printed_is_known_beforehand() -> None:
    for name in ("Müller", "Олексій", "Ἀνδρέας", "محمد كمال", "Nguyễn", "כהן", "O’Neil-1"):
        assert is_printable(name), name
    for name in ("阮文", "გიორგი", "김민수"):
        assert not is_printable(name), name
