"""What the command line says, in the language of the terminal (docs/decisions/0035).

Sentences are German in the source like all others; a verb says them by `say`, also argparse its
own. The catalogue is read only where the terminal is not German.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from node.base.refusals import N_, SaidError
from node.web.i18n import terminal_language, translate


def language() -> str:
    """The language of whoever runs a verb."""
    return terminal_language(os.environ)


def say(text: str, **values: Any) -> str:
    """A sentence in that language. Paths and numbers are said as they are typed."""
    return translate(language(), text, **{name: str(value) for name, value in values.items()})


def say_error(error: SaidError) -> str:
    """All sentences of an error."""
    return " ".join(say(text, **error.values) for text in error.texts)


FRAME = {
    "usage: ": N_("Aufruf: "),
    "positional arguments": N_("Angaben"),
    "options": N_("Optionen"),
    "show this help message and exit": N_("zeigt diese Hilfe"),
    "show program's version number and exit": N_("zeigt die Fassung"),
    "%(prog)s: error: %(message)s\n": N_("%(prog)s: Fehler: %(message)s\n"),
    "argument %(argument_name)s: %(message)s": N_("Angabe %(argument_name)s: %(message)s"),
    "the following arguments are required: %s": N_("Es fehlt: %s"),
    "unrecognized arguments: %s": N_("unbekannt: %s"),
    "invalid choice: %(value)r (choose from %(choices)s)": N_(
        "%(value)r gibt es nicht (möglich sind: %(choices)s)"
    ),
    "invalid %(type)s value: %(value)r": N_("%(value)r passt nicht"),
    "expected one argument": N_("Hier fehlt ein Wert."),
    "expected at least one argument": N_("Hier fehlt ein Wert."),
    "not allowed with argument %s": N_("geht nicht zusammen mit %s"),
    "ambiguous option: %(option)s could match %(matches)s": N_(
        "%(option)s kann %(matches)s heißen"
    ),
    "ignored explicit argument %r": N_("Hier ist %r zu viel."),
}
"""What argparse says by itself, in its own words and in ours."""


def speak() -> None:
    """Let argparse speak the terminal's language, too: it asks gettext for each of its sentences,
    and we answer in gettext's place. What is not in `FRAME` stays English.
    """

    def own(text: str) -> str:
        return translate(language(), FRAME[text]) if text in FRAME else text

    vars(argparse)["_"] = own


def verb_text(text: str) -> str:
    """A text of a verb's help for argparse, to which a percent sign is its own."""
    return say(text).replace("%", "%%")
