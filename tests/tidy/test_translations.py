"""German is the source language and English is complete, in the catalogue and in the sources.

What is walked over HTTP in both languages is in `tests/portal/test_languages.py`.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.tidy.language import english_words, german_words

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "node"
MODULES = sorted(NODE.rglob("*.py"))
PAGES = sorted(NODE.rglob("templates/**/*.html"))
SCRIPTS = sorted((NODE / "web/static/js").rglob("*.js"))

PLACEHOLDER = re.compile(r"\{(\w+)[^}]*\}")
TEMPLATE_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
SCRIPT_TEXT = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`([^`]*)`")
READ_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title"}

NOT_SENTENCES = {
    "node/base/scanned.py": "the keys of keyboards",
    "node/people/rules.py": "letters that are folded for the search",
    "node/quarter/files/beginnings.py": "letters that are spelt out in keys",
    "node/web/i18n.py": "words of dates, by language",
    "node/web/listening.py": "both languages at once",
    "node/web/static/js/keyboard.js": "the rows of keyboards",
}
"""Files where German words stand outside the catalogue, and why."""
TYPED = re.compile(r'"[^"]*"')
"""What an operator types as it stands."""

GERMAN_ON_PURPOSE = {"restmüll"}
"""What an operator writes into files, quoted in an English sentence."""


@functools.cache
def sources_by_file() -> dict[str, list[str]]:
    """Every text that `make messages` collects, by the file that it stands in."""
    with (ROOT / "provisioning/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    found: dict[str, list[str]] = {}
    keywords: Any = {"_": None, "N_": None}
    for path, line, text, _, _ in extract_from_dir(ROOT, methods, options, keywords):
        assert isinstance(text, str), f"{path}:{line}"
        found.setdefault(path, []).append(text)
    return found


@functools.cache
def sources() -> dict[str, str]:
    """Every text, and where it stands first."""
    found: dict[str, str] = {}
    for path, texts in sources_by_file().items():
        for text in texts:
            found.setdefault(text, path)
    assert len(found) > 500
    return found


@functools.cache
def english() -> dict[str, Message]:
    with (NODE / "locale/en/LC_MESSAGES/quartier.po").open("rb") as file:
        messages = read_po(file, abort_invalid=True)
    return {str(message.id): message for message in messages if message.id}


def test_every_german_sentence_has_its_english() -> None:
    assert {text: where for text, where in sources().items() if text not in english()} == {}
    assert [text for text, message in english().items() if not message.string] == []


def test_no_translation_is_doubtful_or_left_over() -> None:
    assert [text for text, message in english().items() if message.fuzzy] == []
    assert sorted(english().keys() - sources().keys()) == []


def test_both_languages_have_the_same_placeholders() -> None:
    different = {
        text: message.string
        for text, message in english().items()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(str(message.string)))
    }
    assert different == {}


def test_sources_are_german_and_translations_english() -> None:
    for text, message in english().items():
        german, translated = (PLACEHOLDER.sub(" ", each) for each in (text, str(message.string)))
        if "FREQ=" not in german and "UNTIL" not in german:
            assert not english_words(TYPED.sub(" ", german)), german
        assert german_words(translated) <= GERMAN_ON_PURPOSE, translated


def unmarked_german(tree: ast.Module) -> Iterator[str]:
    """German texts of a module that no catalogue will ever hold."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"N_", "_"}:
            skipped.update(part for argument in node.args for part in ast.walk(argument))
    for node in ast.walk(tree):
        if node in skipped or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str) and german_words(node.value):
            yield f"line {node.lineno}: {node.value}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(NODE)))
def test_modules_mark_what_people_read(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if str(path.relative_to(ROOT)) not in NOT_SENTENCES:
        assert list(unmarked_german(tree)) == []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
            text = ast.literal_eval(node.args[0])
            assert text in sources(), f"not collected, perhaps within an f-string: {text}"


class _Words(HTMLParser):
    """The words of a template that stand outside its code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in READ_ATTRIBUTES and value]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(NODE)))
def test_templates_mark_what_people_read(path: Path) -> None:
    parser = _Words()
    parser.feed(TEMPLATE_CODE.sub(" ", path.read_text(encoding="utf-8")))
    for words in parser.found:
        assert not german_words(words), words
        assert not english_words(words), words


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_get_their_sentences_from_the_page(path: Path) -> None:
    """A script holds no sentence of its own: the page hands them over in its language."""
    if str(path.relative_to(ROOT)) in NOT_SENTENCES:
        return
    code = SCRIPT_COMMENT.sub("", path.read_text(encoding="utf-8"))
    for groups in SCRIPT_TEXT.findall(code):
        assert not german_words("".join(groups)), groups
