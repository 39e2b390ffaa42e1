"""Templates keep to the house: nothing inline, only known icons, classes and static files."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web import gallery

ROOT = Path(__file__).parents[2]
ALONE = "maintenance.html"
"""Shown where nothing else can be served; its policy allows its one sheet by its hash."""
TEMPLATES = sorted((gallery.WEB / "templates").rglob("*.html"))
SHEET = Path(gallery.__file__).with_name("gallery.html")
SHEETS = sorted((gallery.WEB / "static" / "css").glob("*.css"))
SCRIPTS = sorted((gallery.WEB / "static" / "js").glob("*.js"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))


def names() -> Iterator[tuple[str, Path]]:
    for path in TEMPLATES:
        yield str(path.relative_to(gallery.WEB / "templates")), path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_stands_inline(path: Path) -> None:
    """The strict policy would drop it silently."""
    text = source(path)
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text or path.name == ALONE
    assert not re.search(r"\son[a-z]+\s*=", EXPRESSION.sub("", text))
    assert "javascript:" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert not re.search(r"(src|href|action)\s*=\s*[\"'](https?:)?//", source(path))


def test_every_icon_is_in_the_sprite() -> None:
    """Names given to the components, and the tables of icons in them."""
    listed = (ROOT / "provisioning" / "icons.txt").read_text("utf-8").split("\n")
    known = {line.strip() for line in listed if line and not line.startswith("#")}
    given = re.compile(
        r"\bicon\(\"([a-z0-9-]+)\"|icon(?:_name)?=\"([a-z0-9-]+)\"|\"icon\": \"([a-z0-9-]+)\""
    )
    used = {
        next(filter(None, found)) for path in TEMPLATES for found in given.findall(source(path))
    }
    for table in ("state_icons", "notice_icons"):
        for path in TEMPLATES:
            found = re.search(rf"set {table} = \{{(.*?)\}}", source(path), re.DOTALL)
            used |= set(re.findall(r": \"([a-z0-9-]+)\"", found[1])) if found else set()
    assert used
    assert used <= known


def test_every_static_file_named_is_there() -> None:
    vendored = {line.split()[1] for line in _vendor_lines()} | {"icons.svg"}
    for name, path in names():
        for static in re.findall(r"static\(\"([^\"]+)\"\)", source(path)):
            there = (gallery.WEB / "static" / static).is_file()
            assert there or static.removeprefix("vendor/") in vendored, f"{name}: {static}"


def _vendor_lines() -> list[str]:
    lines = (ROOT / "provisioning" / "vendor.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_class_has_a_rule() -> None:
    """A class without a rule is a slip of the pen or left over."""
    rules = "\n".join(sheet.read_text("utf-8") for sheet in SHEETS)
    scripts = "\n".join(script.read_text("utf-8") for script in SCRIPTS)
    known = set(re.findall(r"\.([a-z][a-z0-9_-]*)", rules + scripts))
    missing = {
        f"{name}: {word}"
        for name, path in names()
        for value in re.findall(r"\bclass=\"((?:[^\"{]|\{\{.*?\}\}|\{%.*?%\})*)\"", source(path))
        for word in EXPRESSION.sub("…", value).split()
        if "…" not in word and word not in known
    }
    assert not missing


def test_every_macro_is_explained() -> None:
    """Whoever writes a page reads the comment, not the macro."""
    for file in ("_components.html", "_fields.html", "_plans.html", "_states.html", "_pass.html"):
        text = (gallery.WEB / "templates" / file).read_text("utf-8")
        comments = " ".join(COMMENT.findall(text))
        for macro in re.findall(r"macro ([a-z_]+)\(", text):
            if macro not in {"attributes", "described", "hint_and_error", "label_of"}:
                said = macro in comments or "word of a state" in comments
                assert said, f"{file}: {macro}"


@pytest.mark.parametrize("name", gallery.PAGES)
def test_every_page_renders_with_its_sample(name: str) -> None:
    html = gallery.render(name)
    assert html.startswith("<!doctype html>")
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert "</html>" in html


@pytest.mark.parametrize("name", gallery.PAGES)
def test_ids_stand_once_and_references_lead_somewhere(name: str) -> None:
    html = gallery.render(name)
    ids = re.findall(r"\sid=\"([^\"]+)\"", html)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    for attribute in ("aria-describedby", "aria-labelledby", "for", "aria-controls"):
        for value in re.findall(rf"\s{attribute}=\"([^\"]+)\"", html):
            assert set(value.split()) <= set(ids), f"{attribute}={value}"


def test_typed_text_is_escaped() -> None:
    """What somebody typed comes back as text, in a field as much as in a sentence."""
    evil = "<script>alert(1)</script>"
    templates = gallery.environment()
    templates.add_template(
        "page.html",
        '{% import "_components.html" as ui %}'
        '{{ ui.text_field("note", "Notiz", value=evil, error=evil) }}'
        '{{ ui.notice("refusal", evil, text=evil) }}',
    )
    page = templates.render_template("page.html", evil=evil)
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") == 4


def test_every_mark_of_the_demo_quarter_is_in_the_sprite() -> None:
    listed = set((ROOT / "provisioning" / "icons.txt").read_text("utf-8").split("\n"))
    files = [*(ROOT / "quarters").rglob("*.toml"), *(ROOT / "tests" / "data").rglob("*.toml")]
    text = "\n".join(file.read_text("utf-8") for file in files)
    icons = set(re.findall(r"^icon = \"([^\"]+)\"", text, re.MULTILINE))
    for file in (ROOT / "quarters").rglob("buildings.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            icons |= {row["mark_icon"] for row in csv.DictReader(rows)}
    assert len(icons) > 9
    assert icons <= listed
