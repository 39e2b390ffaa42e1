"""Founding a quarter, bringing its files in, and examining a node: without serving anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from node import people, quarter, spaces
from node.app import prepare
from node.base.clock import SystemClock
from node.quarter.files import FileError, QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.settings import FILE, Settings
from node.store import Core
from node.store.doctor import Finding, examine
from node.sync import found_roster, read_roster
from node.web.i18n import best_language, translate


def found_quarter(settings: Settings, *, name: str) -> str:
    """Make the first node of a new quarter: its store, its key, its roster of one."""
    clock = SystemClock()
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        found_roster(core, name=name)
    finally:
        core.close()
    path = settings.data / FILE
    if not path.exists():
        path.write_text(f'name = "{name}"\n', encoding="utf-8")
    return (
        f"Founded in {settings.data}.\n"
        f"Next: quartier import DIR --data {settings.data}, then quartier serve."
    )


def check_files(folder: Path) -> QuarterFiles | None:
    """Read an operator's files and print everything that is wrong; None where something is."""
    found = read_quarter(folder)
    language = best_language(os.environ.get("LANG", "de").replace("_", "-"))
    if not isinstance(found, QuarterFiles):
        for error in found:
            print(_said(error, language), file=sys.stderr)  # noqa: T201 - the verb's answer
        print(f"{len(found)} errors, nothing was changed.", file=sys.stderr)  # noqa: T201
        return None
    for warning in found.warnings:
        print(_said(warning, language), file=sys.stderr)  # noqa: T201
    return found


def import_directory(settings: Settings, folder: Path) -> bool:
    """Check a directory's files, then bring them into the store; False where nothing was done."""
    files = check_files(folder)
    if files is None:
        return False
    clock = SystemClock()
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        prepare(core, clock)
        import_into(core, files, progress=print_progress)
    finally:
        core.close()
    print("\nImported.")  # noqa: T201
    return True


def import_into(
    core: Core, files: QuarterFiles, *, progress: Callable[[str, int, int], object]
) -> None:
    """Bring all rooms' parts of the files into an open store, in pieces, with progress."""
    now = core.clock.now()

    def told(part: str) -> Callable[[int, int], object]:
        return lambda done, total: progress(part, done, total)

    quarter.import_quarter(core, files, progress=told("quarter"), now=now)
    people.import_people(core, files, progress=told("people"), now=now)
    spaces.import_spaces(core, files, signer=core.identity, progress=told("reservations"), now=now)


def print_progress(part: str, done: int, total: int) -> None:
    """One line that counts up."""
    print(f"\r{part}: {done} of {total}   ", end="", flush=True)  # noqa: T201


def examine_node(settings: Settings) -> list[Finding]:
    """The doctor's findings about a node that does not run."""
    clock = SystemClock()
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        roster = read_roster(core)
        return examine(core, roster.members if roster else None)
    finally:
        core.close()


def _said(error: FileError, language: str) -> str:
    place = f"{error.file}:{error.line}" if error.line else error.file
    message = translate(language, error.message, **error.values)
    return f"{place}: {message} {translate(language, error.remedy, **error.values)}"
