"""Letters and QR pictures: what is printed is what a camera reads."""

from __future__ import annotations

import io
import re
import zlib
from datetime import date

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from node.people.model import CodeLetter
from node.web import letters as printed
from node.web import paper_fonts
from node.web.qr import qr_matrix, qr_png, qr_svg, qr_terminal, runs

LETTER = CodeLetter(
    household_id=b"h" * 16,
    household_name="Yıldız / Kowalczyk-Müller",
    address_lines=("Lindenweg 1", "40477 Düsseldorf"),
    place="Haus Ahorn, A 02",
    code="K7QF 3M9X T2PA",
    issued_on=date(2026, 11, 24),
    sender="Lindenhof Nachbarschaft eG, Lindenweg 1, 40477 Düsseldorf",
    phone="0211 5550100",
)
URL = "http://flair.example/c/K7QF3M9XT2PA"


def read_qr(picture: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    return found.text


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_every_text_is_read_back_from_its_picture(text: str) -> None:
    assert read_qr(Image.open(io.BytesIO(qr_png(text)))) == text


def test_the_svg_draws_the_same_modules() -> None:
    svg = qr_svg(URL, label='Code "Linde"')
    assert 'aria-label="Code &quot;Linde&quot;"' in svg
    assert "style=" not in svg, "the pages' content policy allows no inline style"
    size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
    picture = Image.new("1", (size * 8, size * 8), 1)
    draw = ImageDraw.Draw(picture)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        left, top = int(x) * 8, int(y) * 8
        draw.rectangle((left, top, left + int(width) * 8 - 1, top + 7), fill=0)
    assert read_qr(picture) == URL
    assert 'aria-hidden="true"' in qr_svg(URL)


def test_the_bars_are_exactly_the_dark_modules() -> None:
    matrix = qr_matrix(URL)
    drawn = {(x + step, y) for x, y, width in runs(URL) for step in range(width)}
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def test_a_terminal_shows_the_code_to_a_camera() -> None:
    lines = qr_terminal(URL).split("\n")
    light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    width = max(len(line) for line in lines) - 2
    picture = Image.new("1", (width * 8, len(lines) * 16), 1)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        for column, char in enumerate(line[2:]):
            for half, lit in enumerate(light[char]):
                top = row * 16 + half * 8
                box = (column * 8, top, column * 8 + 7, top + 7)
                draw.rectangle(box, fill=lit)
    assert read_qr(picture) == URL


def pages(pdf: bytes) -> list[bytes]:
    """The drawing instructions of each page."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    found = []
    for stream in streams:
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        if b" re f" in text:
            found.append(text)
    return found


def squares(page: bytes) -> str:
    """What a camera reads of the printed page: its filled squares as a picture."""
    boxes = [
        tuple(float(part) for part in found)
        for found in re.findall(rb"([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+) re f", page)
    ]
    left = min(x for x, _, _, _ in boxes)
    bottom, top = (edge(y for _, y, _, _ in boxes) for edge in (min, max))
    picture = Image.new("1", (1900, 1900), 1)
    draw = ImageDraw.Draw(picture)
    for x, y, width, height in boxes:
        corner = ((x - left) * 8 + 80, (top - y) * 8 + 80)
        far = (corner[0] + width * 8 - 1, corner[1] + abs(height) * 8 - 1)
        draw.rectangle((corner, far), fill=0)
    assert bottom < top
    return read_qr(picture)


@pytest.mark.parametrize("large", [False, True])
def test_each_household_gets_a_page_with_its_own_code_to_scan(large: bool) -> None:
    other = "0000 1111 2222"
    letters = [LETTER, CodeLetter(**{**fields(LETTER), "code": other})]
    pdf = printed.code_letters(
        letters, quarter="Lindenhof", address="http://flair.example/", large=large
    )
    assert pdf.startswith(b"%PDF-")
    first, second = pages(pdf)
    assert squares(first) == URL
    assert squares(second) == "http://flair.example/c/000011112222"


def fields(letter: CodeLetter) -> dict[str, object]:
    return {name: getattr(letter, name) for name in CodeLetter.__dataclass_fields__}


def test_the_qr_is_an_address_that_a_phone_opens() -> None:
    assert printed.code_url("flair.example", "K7QF 3M9X T2PA") == URL
    assert printed.code_url("https://flair.example/", "AB") == "https://flair.example/c/AB"


def test_without_the_fetched_font_letters_are_still_printed(monkeypatch) -> None:
    monkeypatch.setattr(paper_fonts, "has_font", lambda: False)
    pdf = printed.code_letters([LETTER], quarter="Lindenhof", address="flair.example")
    assert len(pages(pdf)) == 1
    assert squares(pages(pdf)[0]) == URL


@pytest.mark.parametrize(
    ("language", "said", "summed_up"),
    [("de", "Ihr Code", "In English:"), ("en", "Your code", "Auf Deutsch:")],
)
def test_a_letter_is_in_its_households_language_and_sums_up_in_the_other(
    monkeypatch, language: str, said: str, summed_up: str
) -> None:
    monkeypatch.setattr(paper_fonts, "has_font", lambda: False)
    letter = CodeLetter(**{**fields(LETTER), "language": language})
    (page,) = pages(printed.code_letters([letter], quarter="Lindenhof", address="flair.example"))
    assert said.encode() in page
    assert summed_up.encode() in page
    strange = CodeLetter(**{**fields(LETTER), "language": "xx"})
    (page,) = pages(printed.code_letters([strange], quarter="Lindenhof", address="flair.example"))
    assert b"Ihr Code" in page


def test_names_that_no_font_knows_are_written_with_their_nearest_letters() -> None:
    strange = CodeLetter(**{**fields(LETTER), "household_name": "Нгуен 阮 Nguyễn ∑"})
    assert printed.code_letters([strange], quarter="Lindenhof", address="flair.example")


def test_long_names_and_addresses_stay_on_one_page() -> None:
    long = CodeLetter(
        **{
            **fields(LETTER),
            "household_name": "Müller-Lüdenscheidt / " * 6,
            "sender": "Genossenschaft " * 20,
        }
    )
    pdf = printed.code_letters(
        [long], quarter="Quartier an der alten Papierfabrik", address="quartier.example", large=True
    )
    assert len(pages(pdf)) == 1
