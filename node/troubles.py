"""Troubles that whoever runs a verb can mend: each as a sentence that says what to do.

What is not known here is a programmer's error and stays a traceback.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from node.base.refusals import N_, Refusal, RefusedError, SaidError
from node.store import SchemaError
from node.store.connection import DatabaseError, DriverError
from node.store.refusals import FULL
from node.store.storage import Storage
from node.sync import WORDS, RosterError, Trouble, TroubleError
from node.terminal import say, say_error
from node.web.i18n import terminal_language, translate

OF_SQLITE = {
    "SQLITE_BUSY": N_(
        "{path}: Ein anderes Programm hat die Datenbank offen. Beenden Sie es, und versuchen Sie es"
        " dann noch einmal."
    ),
    "SQLITE_CORRUPT": N_(
        "{path} ist beschädigt. `quartier restore FILE --replace` setzt eine Sicherung an die"
        " Stelle."
    ),
    "SQLITE_NOTADB": N_(
        "{path} ist beschädigt oder keine Datenbank. `quartier restore FILE --replace` setzt eine"
        " Sicherung an die Stelle."
    ),
    "SQLITE_FULL": N_(
        "{path}: Der Speicher ist voll. Schaffen Sie Platz, und versuchen Sie es dann noch einmal."
    ),
    "SQLITE_READONLY": N_("{path} lässt sich nicht beschreiben. Prüfen Sie, wem die Datei gehört."),
    "SQLITE_CANTOPEN": N_(
        "{path} lässt sich nicht öffnen. Prüfen Sie, wem die Datei und ihr Verzeichnis gehören."
    ),
    "SQLITE_IOERR": N_(
        "{path}: Der Speicher lässt sich nicht lesen oder beschreiben. Prüfen Sie ihn; das"
        " Protokoll des Systems sagt mehr."
    ),
}
ROOM_BYTES = 1_000_000
"""With less than this left whatever goes wrong with a database comes of that."""

IN_THE_WAY = N_("{path}: Dort ist eine Datei im Weg. Nehmen Sie einen anderen Ort.")
OF_FILES = {
    errno.EACCES: N_(
        "{path}: Das ist nicht erlaubt. Prüfen Sie, wem es gehört, oder nehmen Sie einen anderen"
        " Ort."
    ),
    errno.ENOSPC: OF_SQLITE["SQLITE_FULL"],
    errno.EROFS: N_("{path} lässt sich nicht beschreiben. Nehmen Sie einen anderen Ort."),
    errno.ENOENT: N_("{path} gibt es nicht. Bitte prüfen Sie den Namen."),
    errno.EEXIST: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
}
OTHER_TABLES = N_("{data}: Die Datenbank passt nicht zu diesem Programm ({reason}).")
FALSE_LIST = N_(
    "{data}: Die Liste der Boxen, die von dort kam, ist nicht zu glauben ({reason}). Bitte melden"
    " Sie das der Betreuung."
)


def said(error: Exception, data: Path) -> str | None:
    """What the trouble is and what helps; None for an error that only a programmer can mend."""
    match error:
        case SaidError():
            sentence = say_error(error)
        case TroubleError():
            sentence = sentence_of(_as_refusal(error))
        case SchemaError():
            sentence = say(OTHER_TABLES, data=data, reason=error)
        case RosterError(refusal=None):
            sentence = say(FALSE_LIST, data=data, reason=error)
        case RefusedError(refusal=refusal) | RosterError(refusal=Refusal() as refusal):
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
    text = OF_FILES.get(error.errno or 0)
    return text and say(text, path=error.filename or data)


def _of_sqlite(error: Exception, data: Path) -> str | None:
    """By the primary result code: the extended ones are `SQLITE_IOERR_WRITE` and the like."""
    name = str(getattr(error, "sqlite_errorname", ""))
    found = (what for code, what in OF_SQLITE.items() if name.startswith(code))
    text = next(found, None)
    if text is None and _is_full(data):
        text = OF_SQLITE["SQLITE_FULL"]
    return text and say(text, path=data / "quarter.db")


def _is_full(data: Path) -> bool:
    with suppress(OSError):
        return Storage(data / "quarter.db").free_bytes < ROOM_BYTES
    return False


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
