"""Troubles that whoever runs a verb can mend: each as a sentence that says what to do.

What is not known here is a programmer's error and stays a traceback.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from node.base.refusals import N_, Refusal, RefusedError
from node.serving import ListenError
from node.settings import SettingsError
from node.store import SchemaError
from node.store.connection import DatabaseError, DriverError
from node.store.refusals import FULL
from node.sync import WORDS, RosterError, Trouble, TroubleError
from node.units import UnitError
from node.web.i18n import terminal_language, translate

RESTORE = "`quartier restore FILE --replace` puts a backup in its place"

OF_SQLITE = {
    "SQLITE_BUSY": "another program has it open. Close that program, then try again",
    "SQLITE_CORRUPT": f"it is damaged. {RESTORE}",
    "SQLITE_NOTADB": f"it is damaged or no database. {RESTORE}",
    "SQLITE_FULL": "the disk is full. Free some space, then try again",
    "SQLITE_READONLY": "it cannot be written. Check whom it belongs to",
    "SQLITE_CANTOPEN": "it cannot be opened. Check whom it and its directory belong to",
    "SQLITE_IOERR": "the disk cannot be read or written. Check it; its system log says more",
}

OF_FILES = {
    errno.EACCES: "Check whom it belongs to, or name another place.",
    errno.ENOSPC: "Free some space, then try again.",
    errno.EROFS: "Name a place that can be written.",
    errno.ENOENT: "Check the name.",
    errno.EEXIST: "Name another place: a file is in the way.",
    errno.ENOTDIR: "Name another place: a file is in the way.",
}


PLAIN = (SettingsError, ListenError, UnitError)
"""These say all in their own words."""


def said(error: Exception, data: Path) -> str | None:
    """What the trouble is and what helps; None for an error that only a programmer can mend."""
    if isinstance(error, PLAIN):
        return str(error)
    match error:
        case TroubleError():
            sentence = sentence_of(_as_refusal(error))
        case DriverError():
            sentence = f"{error}."
        case SchemaError() | RosterError():
            sentence = f"{data}: {error}."
        case RefusedError(refusal=refusal):
            sentence = sentence_of(refusal)
        case OSError():
            return _of_files(error, data)
        case _:
            return _of_sqlite(error, data) if isinstance(error, DatabaseError) else None
    return sentence


def _as_refusal(error: TroubleError) -> Refusal:
    return refusal_of(error, terminal_language(os.environ))


def refusal_of(error: TroubleError, language: str) -> Refusal:
    """What went wrong with a box that nobody knows by name yet."""
    words = WORDS[error.trouble]
    name = translate(language, N_("Die andere Box"))
    remedy = ASKED_ONCE.get(error.trouble, words.remedy)
    return Refusal(f"sync.{error.trouble}", words.message, remedy, values={"name": name})


ASKED_ONCE = {
    Trouble.UNREACHABLE: N_(
        "Ist dort Strom, steckt das Netzkabel, stimmt die Adresse? Versuchen Sie es dann noch"
        " einmal: Was schon da ist, wird nicht noch einmal geholt."
    ),
    Trouble.NOT_FOUND: N_(
        "Ist die Box eingeschaltet und am selben Netz wie diese? Versuchen Sie es dann noch einmal."
    ),
}
"""What helps where somebody asked for it now: a running node goes on by itself, a verb ends."""


def sentence_of(refusal: Refusal) -> str:
    """A refusal in the language of the terminal."""
    language = terminal_language(os.environ)
    texts = filter(None, (refusal.message, refusal.remedy))
    return " ".join(translate(language, text, **refusal.values) for text in texts)


def _of_files(error: OSError, data: Path) -> str | None:
    helps = OF_FILES.get(error.errno or 0)
    return helps and f"{error.filename or data}: {error.strerror}. {helps}"


def _of_sqlite(error: Exception, data: Path) -> str | None:
    """By the primary result code: the extended ones are `SQLITE_IOERR_WRITE` and the like."""
    name = str(getattr(error, "sqlite_errorname", ""))
    found = (what for code, what in OF_SQLITE.items() if name.startswith(code))
    what = next(found, None)
    return what and f"{data / 'quarter.db'}: {what}."


def refusal_at_start(error: Exception) -> Refusal | None:
    """Why a node cannot serve, for its pages; None for an error that only a programmer can mend."""
    match error:
        case SchemaError():
            return OTHER_SCHEMA
        case DriverError():
            return NO_DRIVER
        case RosterError():
            return NO_ROSTER
        case DatabaseError():
            name = str(getattr(error, "sqlite_errorname", ""))
            return next((said for code, said in AT_START.items() if name.startswith(code)), None)
        case OSError(errno=errno.EACCES | errno.EROFS):
            return AT_START["SQLITE_READONLY"]
        case _:
            return None


NO_DRIVER = Refusal(
    "start.no_driver",
    N_("Dem Programm dieser Box fehlt ein Baustein, mit dem es die Datenbank liest."),
    N_("Bitte installieren Sie es noch einmal: `sh provisioning/install`. Die Daten bleiben."),
    status=503,
)
OTHER_SCHEMA = Refusal(
    "start.other_schema",
    N_("Die Datenbank dieser Box passt nicht zu ihrem Programm."),
    N_("Bitte melden Sie das der Betreuung. Die Daten wurden nicht angetastet."),
    status=503,
)
NO_ROSTER = Refusal(
    "start.no_roster",
    N_("Die Datenbank dieser Box gehört zu keinem Quartier."),
    N_("Bitte holen Sie eine Sicherung zurück, oder lassen Sie die Box neu koppeln."),
    status=503,
)
AT_START = {
    "SQLITE_BUSY": Refusal(
        "start.busy",
        N_("Ein anderes Programm hält die Datenbank dieser Box fest."),
        N_("Bitte beenden Sie es. Die Box versucht es von selbst weiter."),
        status=503,
    ),
    "SQLITE_READONLY": Refusal(
        "start.readonly",
        N_("Die Datenbank dieser Box lässt sich nicht beschreiben."),
        N_("Bitte prüfen Sie, wem die Datei und ihr Verzeichnis gehören."),
        status=503,
    ),
    "SQLITE_CANTOPEN": Refusal(
        "start.cannot_open",
        N_("Die Datenbank dieser Box lässt sich nicht öffnen."),
        N_("Bitte prüfen Sie, wem die Datei und ihr Verzeichnis gehören."),
        status=503,
    ),
    "SQLITE_IOERR": Refusal(
        "start.disk",
        N_("Der Speicher dieser Box lässt sich nicht lesen oder beschreiben."),
        N_("Bitte tauschen Sie ihn aus, und holen Sie dann eine Sicherung zurück."),
        status=503,
    ),
    "SQLITE_FULL": FULL,
}
