"""Whether the database file can be trusted, looked at before it is opened.

A *life* is one process that serves the file. It leaves a note beside it: who lived here, and
whether the end was clean. After an unclean end SQLite checks the whole file, which a Pi does in
seconds; after a clean one only what costs nothing is looked at. The trap: SQLite opens a file of
length zero as an empty database, and a store would found a new quarter in it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from node.base.refusals import N_, Refusal
from node.store.connection import DatabaseError, driver
from node.store.files import sync_folder, write_durably
from node.store.identity import stored_identity

NOTE = ".life"
_MAGIC = b"SQLite format 3\0"
_NO_DATABASE = "SQLITE_NOTADB"


class Stand(StrEnum):
    """How a file stands before it is opened."""

    SOUND = "sound"
    LOG_LOST = "log_lost"
    MISSING = "missing"
    EMPTY = "empty"
    NO_DATABASE = "no_database"
    MALFORMED = "malformed"
    OTHER_PROGRAM = "other_program"
    OTHER_NODE = "other_node"

    @property
    def is_damage(self) -> bool:
        """Whether a backup should take the file's place."""
        return self in _DAMAGED


_DAMAGED = frozenset(
    {Stand.MISSING, Stand.EMPTY, Stand.NO_DATABASE, Stand.MALFORMED, Stand.OTHER_PROGRAM}
)


class Life(msgspec.Struct, frozen=True):
    """The note of the last life: whose it was, and whether it still runs or ended uncleanly."""

    site: bytes
    is_open: bool


def begin_life(database: Path, site: bytes) -> None:
    """Note that the file is served now; called when its write-ahead log is there."""
    # A log whose name is lost in a power cut would look like one that somebody removed.
    sync_folder(database.parent)
    _write_note(database, Life(site, is_open=True))


def end_life(database: Path, site: bytes) -> None:
    """Note that the file was closed properly."""
    _write_note(database, Life(site, is_open=False))


def forget_life(database: Path) -> None:
    """Another file takes this place by right: whoever lived here before doesn't matter."""
    _note(database).unlink(missing_ok=True)


def was_served(database: Path) -> bool:
    """Whether a node lived here, though its file may be gone."""
    return _note(database).exists()


def look_at(database: Path) -> Stand:
    """How the file stands. Only reads it, except that SQLite plays in a log that was left."""
    life = _last_life(database)
    if not database.exists():
        return Stand.MISSING
    # SQLite makes a log as soon as it looks, so whether there is one is asked first.
    has_log = _log(database).exists()
    if not has_log and not database.stat().st_size:
        return Stand.EMPTY
    is_cut = not has_log and _is_cut(database)
    stand = Stand.MALFORMED if is_cut else _read(database, life, has_log=has_log)
    is_log_lost = life is not None and life.is_open and not has_log
    return Stand.LOG_LOST if is_log_lost and stand is Stand.SOUND else stand


def refusal_of(stand: Stand, database: Path) -> Refusal:
    """Why a file that does not stand soundly cannot be served, in words."""
    return replace(REFUSALS[stand], values={"database": str(database)})


def is_corrupt(error: Exception) -> bool:
    """Whether the driver says that the file itself is damaged, not that the disk is in the way."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_CORRUPT", _NO_DATABASE))


def _read(database: Path, life: Life | None, *, has_log: bool) -> Stand:
    # Without a log it is only read, so that nothing is made beside it: the disk may be full.
    address = database.absolute().as_uri() + ("" if has_log else "?immutable=1")
    connection = driver.connect(address, isolation_level=None, uri=True)
    try:
        return _judge(connection, life)
    except DatabaseError as error:
        if not is_corrupt(error):
            raise
        is_none = getattr(error, "sqlite_errorname", "") == _NO_DATABASE
        return Stand.NO_DATABASE if is_none else Stand.MALFORMED
    finally:
        connection.close()


def _judge(connection: Any, life: Life | None) -> Stand:
    if not connection.execute("select count(*) from sqlite_master").fetchone()[0]:
        return Stand.EMPTY
    if not _has_table(connection, "meta"):
        return Stand.OTHER_PROGRAM
    if (life is None or life.is_open) and not _is_whole(connection):
        return Stand.MALFORMED
    identity = stored_identity(connection)
    if life is not None and identity is None:
        return Stand.MALFORMED
    is_other = life is not None and identity is not None and life.site != identity.site_id
    return Stand.OTHER_NODE if is_other else Stand.SOUND


def _is_cut(database: Path) -> bool:
    """Whether a file without a log is shorter than it says itself.

    See https://sqlite.org/fileformat.html. With a log it may lag behind; then all is checked.
    """
    with database.open("rb") as reading:
        header = reading.read(100)
    if not header.startswith(_MAGIC):
        return False
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    return database.stat().st_size < page_size * pages


def _has_table(connection: Any, name: str) -> bool:
    found = connection.execute(
        "select 1 from sqlite_master where type = 'table' and name = ?", (name,)
    ).fetchone()
    return found is not None


def _is_whole(connection: Any) -> bool:
    return bool(connection.execute("pragma quick_check(1)").fetchone()[0] == "ok")


def _last_life(database: Path) -> Life | None:
    try:
        return msgspec.json.decode(_note(database).read_bytes(), type=Life)
    except (OSError, msgspec.MsgspecError):
        return None


def _write_note(database: Path, life: Life) -> None:
    # A full disk keeps nobody from reading; then the next look checks more or less than it need.
    with suppress(OSError):
        write_durably(_note(database), msgspec.json.encode(life))


def _note(database: Path) -> Path:
    return database.with_name(database.name + NOTE)


def _log(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


_FROM_BACKUP = N_(
    "Bitte stecken Sie den Stick mit den Sicherungen ein, dann hilft sich der Knoten selbst. "
    "Oder: `quartier restore DATEI`."
)
REFUSALS = {
    Stand.MISSING: Refusal(
        "store.missing",
        N_("Die Datenbank {database} fehlt, und es fand sich keine Sicherung."),
        _FROM_BACKUP,
        status=503,
    ),
    Stand.EMPTY: Refusal(
        "store.empty",
        N_("Die Datenbank {database} war leer, und es fand sich keine Sicherung."),
        _FROM_BACKUP,
        status=503,
    ),
    Stand.NO_DATABASE: Refusal(
        "store.no_database",
        N_("Die Datei {database} war keine Datenbank, und es fand sich keine Sicherung."),
        _FROM_BACKUP,
        status=503,
    ),
    Stand.MALFORMED: Refusal(
        "store.malformed",
        N_("Die Datenbank {database} war beschädigt, und es fand sich keine gute Sicherung."),
        _FROM_BACKUP,
        status=503,
    ),
    Stand.OTHER_PROGRAM: Refusal(
        "store.other_program",
        N_("Die Datei {database} ist die eines anderen Programms. Eine Sicherung fand sich nicht."),
        _FROM_BACKUP,
        status=503,
    ),
    Stand.OTHER_NODE: Refusal(
        "store.other_node",
        N_("Die Datenbank {database} gehört zu einem anderen Knoten als zuletzt an diesem Ort."),
        N_(
            "Ist das so gewollt, löschen Sie {database}.life und starten neu. Sonst stellen Sie "
            "die richtige wieder her: `quartier restore DATEI --replace`."
        ),
        status=503,
    ),
}
"""What people are told of a file that cannot be served and that no backup could replace."""
