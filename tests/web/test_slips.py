"""The pass on paper: a camera reads it on both sizes, and nothing is cut off."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from node.web import paper_fonts
from node.web.slips import PaperPass, pass_page, pass_slip
from tests.web.test_letters import pages, squares

PASS = PaperPass(
    quarter="Lindenhof",
    title="Ausweis",
    place="Hofsaal",
    where="Haus Ahorn",
    day="Samstag, 28. November",
    time="15 bis 19 Uhr",
    url="HTTP://FLAIR.EXAMPLE/P/" + "7KQ4M2XR" * 16,
    code="7KQ4M2XR",
    steps=("Halten Sie den Ausweis vor die Kamera.", "Der Aufzug fährt bis ins Dachgeschoss."),
    notes=("Preis: 104,00 €", "Wer diesen Ausweis hat, kommt hinein."),
    lang="de",
)


def size(pdf: bytes) -> tuple[float, float]:
    """Width and height of its pages in millimetres."""
    found = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert found is not None
    width, height = (float(part) / 72 * 25.4 for part in found.groups())
    return round(width, 1), round(height, 1)


@pytest.mark.parametrize("draw", [pass_page, pass_slip])
def test_a_camera_reads_the_pass_from_paper(draw) -> None:
    (page,) = pages(draw(PASS))
    assert squares(page) == PASS.url


def test_a_page_is_a4_and_a_slip_is_as_long_as_what_stands_on_it() -> None:
    assert size(pass_page(PASS)) == (210.0, 297.0)
    width, short = size(pass_slip(PASS))
    _, long = size(pass_slip(replace(PASS, steps=PASS.steps * 4)))
    assert width == 80.0
    assert 120 < short < long < 300


@pytest.mark.parametrize("draw", [pass_page, pass_slip])
def test_what_a_place_has_to_say_is_never_cut_off(monkeypatch, draw) -> None:
    monkeypatch.setattr(paper_fonts, "has_font", lambda: False)
    pdf = draw(replace(PASS, steps=PASS.steps * 12, notes=(*PASS.notes, "Das Letzte.")))
    text = b"".join(streams(pdf))
    assert text.count(b"Dachgeschoss") == 12
    assert b"Das Letzte." in text
    assert all(float(y) > 10 for y in re.findall(rb"([\d.]+) Td", text)), "below the paper's edge"


def streams(pdf: bytes) -> list[bytes]:
    """The drawing instructions of all pages, also of those without a code."""
    import zlib

    found = []
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return [text for text in found if b" Tj" in text or b" TJ" in text]
