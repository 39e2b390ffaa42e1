"""Founding a quarter, bringing its files in, and examining a node: without serving anything."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from node import people, quarter, spaces
from node.app import prepare
from node.base.clock import SystemClock
from node.base.refusals import N_, granted
from node.central import set_password
from node.quarter.files import FileError, QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.settings import FILE, Settings
from node.store import Core, Read, Store
from node.store.doctor import Finding, examine
from node.store.files import forget_database, put_in_place, write_durably
from node.sync import find_differences, found_roster, read_roster
from node.terminal import say
from node.web.i18n import terminal_language, translate

ERRORS_FOUND = N_("{count} Fehler gefunden. Es wurde nichts geändert.")

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of passwords that somebody reads from a screen and types: none that looks like another."""

FIRST_NODE = "Hauptknoten"
"""What the first node is called where nobody says."""


def found_quarter(settings: Settings, *, name: str | None) -> str:
    """Make the first node of a new quarter: its store, its key, its roster of one.

    The database gets its name last: founding that was cut off is begun anew.
    """
    path = settings.data / FILE
    name = name or (settings.name if path.exists() else FIRST_NODE)
    unfinished = settings.database.with_name("founding.db")
    forget_database(unfinished)
    core = Core.open(unfinished, REGISTRY, clock=SystemClock())
    try:
        found_roster(core, name=name)
    finally:
        core.close()
    if not path.exists():
        write_durably(path, Settings(name=name).to_toml().encode())
    put_in_place(unfinished, settings.database)
    return say(FOUNDED, data=settings.data)


def check_files(folder: Path) -> QuarterFiles | None:
    """Read an operator's files and print everything that is wrong; None where something is."""
    found = read_quarter(folder)
    if not isinstance(found, QuarterFiles):
        _tell_errors(found)
        return None
    _tell(found.warnings)
    return found


def _tell_errors(errors: Sequence[FileError]) -> None:
    _tell(errors)
    print(say(ERRORS_FOUND, count=len(errors)), file=sys.stderr)  # noqa: T201 - the verb's answer


def _tell(findings: Sequence[FileError]) -> None:
    language = terminal_language(os.environ)
    for finding in findings:
        print(_said(finding, language), file=sys.stderr)  # noqa: T201


def import_directory(settings: Settings, folder: Path) -> bool:
    """Check a directory's files, then bring them into the store; False where nothing was done."""
    files = check_files(folder)
    if files is None:
        return False
    found = bring_in(settings, files, progress=print_progress)
    if not isinstance(found, int):
        _tell_errors(found)
        return False
    print(say(IMPORTED, count=found))  # noqa: T201
    return True


def bring_in(
    settings: Settings, files: QuarterFiles, *, progress: Callable[[str, int, int], object]
) -> int | list[FileError]:
    """Bring sound files into a node that does not run: how many changes, or why it cannot be."""
    clock = SystemClock()
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        prepare(core, clock)
        errors = core.read(lambda read: check_at_node(read, files, now=clock.now()))
        return errors or import_into(core, files, progress=progress)
    finally:
        core.close()


def check_at_node(read: Read, files: QuarterFiles, *, now: datetime) -> list[FileError]:
    """What is wrong with sound files at this very node: they are of another quarter, or give away
    what people here have reserved.
    """
    return quarter.check_belonging(read, files) or spaces.check_history(read, files, now=now)


def import_into(
    core: Core, files: QuarterFiles, *, progress: Callable[[str, int, int], object]
) -> int:
    """Bring all rooms' parts of the files into an open store, in pieces, with progress.

    Answers how many changes that took. Raises `RefusedError` where the store does not write.
    """
    now = core.clock.now()

    def told(part: str) -> Callable[[int, int], object]:
        return lambda done, total: progress(part, done, total)

    changes = quarter.import_quarter(core, files, progress=told("quarter"), now=now)
    changes += people.import_people(core, files, progress=told("people"), now=now).total
    changes += spaces.import_spaces(
        core, files, signer=core.identity, progress=told("reservations"), now=now
    )
    return changes


def print_progress(part: str, done: int, total: int) -> None:
    """One line that counts up on a terminal; elsewhere only the end of each part."""
    ended = done >= total
    if sys.stdout.isatty():
        of = say(N_("{part}: {done} von {total}"), part=say(PARTS[part]), done=done, total=total)
        print(f"\r  {of}", end="\n" if ended else "", flush=True)  # noqa: T201
    elif ended:
        print(f"  {say(PARTS[part])}: {total}", flush=True)  # noqa: T201


PARTS = {
    "quarter": N_("Quartier"),
    "people": N_("Menschen"),
    "reservations": N_("Buchungen"),
}
FOUNDED = N_(
    "Gegründet in {data}.\n"
    "Danach: quartier import DIR --data {data}, dann quartier serve --data {data}."
)
IMPORTED = N_("Eingelesen. Änderungen: {count}.")


def give_password(settings: Settings, sign_in: str) -> str | None:
    """A new password for one of the team, told once; None where nobody signs in by this name.

    On the first day nobody has one yet, so nobody could give it out at the desk.
    """
    password = _fresh_password()

    async def give() -> bool:
        store = await Store.open(settings.database, REGISTRY, clock=SystemClock())
        try:
            person_id = await store.read(lambda read: people.team_member(read, sign_in))
            if not person_id:
                return False
            now = store.core.clock.now()
            granted(
                await people.give_secret(store, people.COMMAND_LINE, person_id, password, now=now)
            )
            return True
        finally:
            await store.close()

    return password if asyncio.run(give()) else None


def give_operator_password(folder: Path) -> str:
    """A new password for whoever runs a central whose quarters lie in this directory."""
    password = _fresh_password()
    set_password(folder, password)
    return password


def _fresh_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def examine_node(settings: Settings) -> list[Finding]:
    """The doctor's findings about a node that does not run."""
    clock = SystemClock()
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        roster = read_roster(core)
        found = examine(core, roster.members if roster else None)
        return found + find_differences(core)
    finally:
        core.close()


def _said(error: FileError, language: str) -> str:
    """One error, in one line of a terminal."""
    place = f"{error.file}:{error.line}" if error.line else error.file
    message = translate(language, error.message, **error.values)
    return f"{place}: {message} {translate(language, error.remedy, **error.values)}"
