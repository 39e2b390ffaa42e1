"""Every verb speaks the terminal's language: its help, its frame, and its commonest errors."""

from __future__ import annotations

import argparse
import re
from contextlib import suppress
from pathlib import Path

import pytest

from node.__main__ import main, parser
from node.terminal import FRAME
from node.web.i18n import terminal_language
from tests.tidy.test_translations import english_words, german_words

GERMAN, ENGLISH = "de_DE.UTF-8", "en_GB.UTF-8"
ENGLISH_FRAME = ("usage:", "options:", "positional", "exit", "error:", "required", "choose")
GERMAN_FRAME = ("Aufruf:", "Optionen:", "Angaben:", "Ende mit", "Fehler", "zeigt", "Es fehlt")
TYPED = re.compile(r"`[^`]*`|--?[\w-]+|\{[^}]*\}|'[^']*'|\([^)]*\)|\S*[/_.=:]\S*|\b[A-Z_]{2,}\b")
"""What people type as it stands, and names of files."""


def verbs() -> list[str]:
    group = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return list(group.choices)


def said(
    words: list[str],
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """All that a call prints."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", language)
    capsys.readouterr()
    with suppress(SystemExit):
        main(words)
    shown = capsys.readouterr()
    return shown.out + shown.err


pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.mark.parametrize("verb", ["", *verbs()])
def test_the_help_of_a_verb_is_of_one_language(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [verb, "--help"] if verb else ["--help"]
    german = said(words, GERMAN, monkeypatch, capsys)
    english = said(words, ENGLISH, monkeypatch, capsys)
    assert "Aufruf: quartier" in german
    assert "usage: quartier" in english
    assert [each for each in ENGLISH_FRAME if each in german] == []
    assert [each for each in GERMAN_FRAME if each in english] == []
    typed = set(re.split(r"\W+", " ".join(verbs()).lower()))
    german, english = (TYPED.sub(" ", each) for each in (german, english))
    assert english_words(german) <= typed, german
    assert german_words(english) <= typed, english


WRONG = (
    [],
    ["no-such-verb"],
    ["import"],
    ["revoke"],
    ["invite"],
    ["join", "127.0.0.1:1"],
    ["backup", "--recipient"],
    ["demo", "--port", "0"],
    ["demo", "dance"],
    ["sync"],
    ["sync", "dance"],
    ["sync", "status", "--json", "--metrics"],
    ["serve", "--no-such-option"],
    ["doctor", "--data", "nowhere"],
    ["nodes", "--data", "nowhere"],
    ["sync", "status", "--data", "nowhere"],
    ["sync", "retry", "Foyer", "--data", "nowhere"],
    ["central", "--data", "nowhere"],
    ["serve", "--data", "nowhere/node"],
    ["operator", "--data", "nowhere"],
    ["demo", "cut", "--data", "nowhere"],
    ["restore", "missing", "--data", "new"],
    ["import", "missing", "--check", "--data", "new"],
    ["join", "127.0.0.1:1", "ABCD", "--data", "new"],
    ["replace", "127.0.0.1:1", "--sheet", "missing", "--data", "new"],
    ["init", "--data", "made"],
    ["drill", "--data", "made"],
    ["alone", "--data", "made"],
    ["password", "nobody", "--data", "made"],
    ["revoke", "Foyer", "--data", "made"],
    ["authority", "--data", "made"],
    ["sync", "retry", "--data", "made"],
    ["sync", "status", "--data", "made"],
    ["doctor", "--data", "made"],
    ["settings"],
)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A founded node."""
    assert main(["init", "--data", str(tmp_path / "made")]) == 0
    return tmp_path / "made"


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_is_said_otherwise_is_of_one_language(
    words: list[str],
    made: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    german = said(words, GERMAN, monkeypatch, capsys)
    english = said(words, ENGLISH, monkeypatch, capsys)
    assert german
    assert german != english
    assert [each for each in ENGLISH_FRAME if each in german] == []
    assert [each for each in GERMAN_FRAME if each in english] == []
    assert "{" not in TYPED.sub(" ", german + english)


def test_a_wrong_setting_is_told_in_both(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (made / "node.toml").write_text('log = "loud"\nport = 0\n', encoding="utf-8")
    words = ["serve", "--data", str(made)]
    assert "passt nicht. Nehmen Sie eines von" in said(words, GERMAN, monkeypatch, capsys)
    assert "does not fit. Use one of" in said(words, ENGLISH, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "de"),
        ({"LANG": ""}, "de"),
        ({"LANG": "C.UTF-8"}, "de"),
        ({"LANG": "POSIX"}, "de"),
        ({"LANG": "de_AT.UTF-8@euro"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "den_CA"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "en_GB", "LC_ALL": "de_DE"}, "de"),
    ],
)
def test_german_where_the_terminal_says_german_or_nothing(
    environment: dict[str, str], language: str
) -> None:
    assert terminal_language(environment) == language


def test_argparse_still_says_what_we_answer_for() -> None:
    """Its sentences are known by their words; a Python that words them anew would be English."""
    source = Path(argparse.__file__).read_text(encoding="utf-8")
    gone = [text for text in FRAME if text.strip("\n") not in source.replace("\\n", "\n")]
    assert [text for text in gone if text[:20] not in source] == []
