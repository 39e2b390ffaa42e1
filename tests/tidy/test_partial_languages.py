"""Partial languages are whole on the pages they cover, and say nothing that no page says.

What the covered pages really show is walked in `tests/portal/test_languages.py`.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from node.web import i18n
from tests.tidy.covered import MODULES, PARTIAL, TEMPLATES
from tests.tidy.language import german_words
from tests.tidy.test_translations import NODE, PLACEHOLDER, ROOT, sources_by_file

LETTERS = {"tr": r"[A-Za-zÇĞİÖŞÜçğıöşüâîû]", "uk": r"[А-Яа-яІЇЄҐіїєґ]", "ar": r"[\u0600-\u06ff]"}
ABBREVIATED = (" Std.", " MwSt.")
NAMES = frozenset({"Service-Point"})
FORMS_WITHOUT_NUMBER = {"ar": 3}
"""Arabic says "no", "one" and "two" without a figure."""
WORDS_IN_A_SENTENCE = 12
"""What Einfache Sprache allows itself; DIN SPEC 33429 draws the line for Leichte Sprache."""
LAW = "§ 312g"
EVERYWHERE = (*PARTIAL, "de-simple")


@functools.cache
def catalogue(language: str) -> dict[str, Message]:
    with (NODE / f"locale/{language}/LC_MESSAGES/quartier.po").open("rb") as file:
        messages = read_po(file, abort_invalid=True)
    return {message.id[0] if message.pluralizable else message.id: message for message in messages}


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (str(message.string),)


@functools.cache
def covered() -> dict[str, str]:
    """Every sentence of the covered pages, and where it stands."""
    files = [f"node/web/templates/{name}" for name in TEMPLATES]
    files += [f"node/{name}" for name in MODULES]
    found = {text: file for file in files for text in sources_by_file().get(file, ())}
    assert len(found) > 700
    return found


@pytest.mark.parametrize("language", PARTIAL)
def test_covered_pages_have_all_their_sentences(language: str) -> None:
    assert {
        text: where for text, where in covered().items() if text not in catalogue(language)
    } == {}


@pytest.mark.parametrize("path", [*TEMPLATES, *MODULES])
def test_what_is_named_as_covered_is_there(path: str) -> None:
    root = NODE if path.endswith(".py") else NODE / "web/templates"
    assert (root / path).is_file()


@pytest.mark.parametrize("language", EVERYWHERE)
def test_nothing_is_left_over_or_doubtful(language: str) -> None:
    known = {text for texts in sources_by_file().values() for text in texts}
    assert sorted(catalogue(language).keys() - known - {""}) == []
    assert [text for text, message in catalogue(language).items() if text and message.fuzzy] == []
    assert [t for t, message in catalogue(language).items() if t and not all(forms(message))] == []


@pytest.mark.parametrize("language", EVERYWHERE)
def test_every_form_has_the_placeholders_of_its_sentence(language: str) -> None:
    silent = FORMS_WITHOUT_NUMBER.get(language, 0)
    wrong = {}
    for text, message in catalogue(language).items():
        said = forms(message)
        for place, form in enumerate(said):
            missing = sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(form))
            if missing and not (len(said) > 1 and place < silent):
                wrong[text] = form
    assert wrong == {}


@pytest.mark.parametrize("language", PARTIAL)
def test_translations_are_in_the_letters_of_their_language(language: str) -> None:
    letters = re.compile(LETTERS[language])
    for text, message in catalogue(language).items():
        for form in forms(message) if text else ():
            words = PLACEHOLDER.sub("", form)
            if text not in NAMES and re.search(r"[^\W\d_]", words):
                assert letters.search(words), (text, form)
            if language != "tr":
                assert not german_words(words), (text, form)


@pytest.mark.parametrize("language", EVERYWHERE)
def test_sentences_end_as_they_do_in_german(language: str) -> None:
    """A question stays one, a label gets no full stop."""
    for text, message in catalogue(language).items():
        for form in forms(message) if text and language != "de-simple" else ():
            assert text.endswith("?") == form.endswith(("?", "؟")), (text, form)
            if not text.endswith(ABBREVIATED):
                assert text.endswith(".") == form.endswith("."), (text, form)


def test_simple_german_is_short() -> None:
    for text, message in catalogue("de-simple").items():
        assert text != message.string, "what is simple already needs no other words"
        for sentence in re.split(r"(?<=[.?!:])\s", str(message.string)):
            if LAW not in text:
                assert len(sentence.split()) <= WORDS_IN_A_SENTENCE, sentence


def test_no_sentence_of_the_covered_pages_is_left_too_long_for_simple_german() -> None:
    """What is longer in German has words of its own there."""
    known = catalogue("de-simple")
    left = [
        text
        for text in covered()
        for sentence in re.split(r"(?<=[.?!:])\s", text)
        if len(sentence.split()) > WORDS_IN_A_SENTENCE and text not in known
    ]
    assert left == []


def test_every_language_is_chosen_by_its_own_name() -> None:
    assert [language.name for language in i18n.LANGUAGES] == [
        "Deutsch",
        "Einfache Sprache",
        "English",
        "Türkçe",
        "Українська",
        "العربية",
    ]
    assert {path.name for path in Path(ROOT / "node/locale").iterdir()} == {*EVERYWHERE, "en"}
