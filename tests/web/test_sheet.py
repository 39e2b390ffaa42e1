"""A page's import of the component sheet brings what it uses, whole and working."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from node.web.sheet import SHEET, Sheet
from node.web.templating import TEMPLATE_DIR, Templates

PAGES = sorted(
    str(path.relative_to(TEMPLATE_DIR))
    for path in TEMPLATE_DIR.rglob("*.html")
    if not path.name.startswith(("_", "layout")) and "ui." in path.read_text("utf-8")
)
GIVEN = {"_", "static", "range", "csrf"}
"""What every template may call, and the one word of the context that components look up."""


def read(name: str) -> str | None:
    path = TEMPLATE_DIR / name
    return path.read_text("utf-8") if path.is_file() else None


PARTS = [SHEET, *re.findall(r'from "([^"]+)" import', (TEMPLATE_DIR / SHEET).read_text("utf-8"))]
SOURCES = [re.sub(r"\{#.*?#\}", "", (TEMPLATE_DIR / part).read_text("utf-8")) for part in PARTS]
COMPONENTS = sorted({name for text in SOURCES for name in re.findall(r"macro (\w+)\(", text)})


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_brings_all_that_it_uses(templates: Templates, name: str) -> None:
    engine = templates._environments["de"]
    sheet = f"ui:{name}:.html"
    assert engine.undeclared_variables_in_template(sheet) <= GIVEN
    assert f"macro {name}(" in (Sheet(read).source(sheet) or "")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_a_component_that_its_sheet_lacks(name: str) -> None:
    sheet = Sheet(read)
    cut = sheet.cut(name, read(name) or "")
    brought = re.search(r'import "([^"]+)" as ui', cut)
    assert brought is not None, name
    source = read(SHEET) if brought[1] == SHEET else sheet.source(brought[1])
    used = set(re.findall(r"\bui\.(\w+)", re.sub(r"\{#.*?#\}", "", cut, flags=re.DOTALL)))
    assert source is not None
    assert used <= set(re.findall(r"(?:macro|import|,) (\w+)", source)), name


def drawn(folder: Path, page: str, **context: object) -> str:
    (folder / "page.html").write_text(page, "utf-8")
    return Templates(ZoneInfo("UTC"), folders=(folder, TEMPLATE_DIR)).render(
        "page.html", "de", context
    )


def test_parts_and_layouts_are_given_what_they_use(tmp_path: Path) -> None:
    (tmp_path / "_part.html").write_text('{{ ui.badge("held") }}', "utf-8")
    (tmp_path / "layout_x.html").write_text(
        '{{ ui.icon("house") }}{% block a %}{% endblock %}', "utf-8"
    )
    page = '{% extends "layout_x.html" %}{% block a %}{% include "_part.html" %}{% endblock %}'
    text = drawn(tmp_path, page)
    assert "#house" in text
    assert "vorgemerkt" in text


def test_a_page_that_chooses_its_layout_is_given_the_whole_sheet(tmp_path: Path) -> None:
    (tmp_path / "layout_x.html").write_text('{{ ui.state_word("free") }}', "utf-8")
    assert "frei" in drawn(tmp_path, "{% extends face %}", face="layout_x.html")


def test_what_is_filled_into_a_component_is_escaped(tmp_path: Path) -> None:
    page = '{% import "_components.html" as ui %}{{ ui.badge("held", text=said) }}'
    text = drawn(tmp_path, page, said="<script>")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
