"""What the verbs `backup`, `drill` and `restore` do, and what the doctor knows about backups."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from node import spaces, sync
from node.app import prepare
from node.base.clock import SystemClock
from node.base.refusals import N_, Refusal, RefusedError
from node.devices import Locks, Printers
from node.keeping import backups_of
from node.registry import REGISTRY
from node.settings import Settings
from node.sheet_key import Key, keys_to_try, read_key
from node.status import STOPPED_REMEDY
from node.store import Core, Identity, Members
from node.store.age import WRONG_KEY
from node.store.backup import restore_backup
from node.store.doctor import Finding
from node.store.reading import FileValues
from node.store.record import NEVER, ONLY_THIS_BOX
from node.store.soundness import forget_life
from node.sync import read_roster
from node.terminal import say
from node.troubles import said
from node.web.broken import STOPPED, broken_rule
from node.web.health import COPIED, node_troubles, too_much
from node.web.i18n import terminal_language, translate
from node.web.printers import troubles_of_locks, troubles_of_printers, troubles_of_screens
from node.web.room import DISK_LOW
from node.web.unreadable import troubles_of_cells

NICENESS = 10
"""People's pages come first: what is done by the clock takes what is left."""


def back_up(settings: Settings, *, to: Path | None, more: Sequence[str], timed: bool) -> int:
    """Back up to where the settings say, or once to a directory, and say what came of it."""
    if timed:
        _step_back()
    now = SystemClock().now()
    backups = backups_of(settings, sheet=_sheet_keys(settings.database), more=more)
    if to is None:
        backup = backups.back_up(now=now, only_if_changed=timed)
    else:
        to.mkdir(parents=True, exist_ok=True)
        backup = backups.back_up_once(to, now=now)
    if backup is not None:
        print(backup.path)  # noqa: T201 - the verb's answer
    if not backups.recipients:
        _tell(RefusedError(ONLY_THIS_BOX))
    return 0


def rehearse(settings: Settings, *, backup: Path | None, timed: bool) -> int:
    """Restore a backup into a scratch place, compare it and say what came of it."""
    if timed:
        _step_back()
    found = backups_of(settings).drill(
        REGISTRY, clock=SystemClock(), members_of=_members, backup=backup
    )
    figures = {"name": found.backup, "tables": found.tables, "rows": found.rows}
    print(say(HELD, **figures))  # noqa: T201
    for name in found.differences:
        print(f"- {say(DIFFERS, name=name)}")  # noqa: T201
    print_findings(found.findings)
    print(say(BRINGS_BACK if found.is_well else RELY_NOT))  # noqa: T201
    return 0 if found.is_well else 1


def restore(settings: Settings, backup: Path, *, key_file: Path | None, alone: bool) -> Path | None:
    """Put a backup in the database's place; what was there is set aside and answered.

    Whoever calls holds the node's lock. Raises `RefusedError`, `SheetError` or `RosterError`.
    """
    wrong = RefusedError(replace(WRONG_KEY, values={"name": backup.name}))
    for key in keys_to_try(settings.data, key_file, tell=_tell):
        try:
            return put_back(settings, backup, key, alone=alone)
        except RefusedError as error:
            if error.refusal.code != WRONG_KEY.code:
                raise
            wrong = error
            if key.is_typed:
                _tell(error)
    raise wrong


def put_back(settings: Settings, backup: Path, key: Key, *, alone: bool) -> Path | None:
    """One try to open a backup and put it in the database's place; as `restore`."""
    clock = SystemClock()
    finish = partial(_go_on, clock=clock, sheet=key.sheet) if alone else None
    return restore_backup(
        backup, settings.database, REGISTRY, clock=clock, secrets=[key.secret], finish=finish
    )


def go_on_alone(settings: Settings, *, key_file: Path | None) -> bool:
    """Let a node that waits for neighbours go on without any; False where it doesn't wait.

    Whoever calls holds the node's lock. Raises `SheetError` or `RosterError`.
    """
    clock = SystemClock()
    sheet = read_key(key_file.read_text(encoding="utf-8")).sheet if key_file else None
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        waits = core.must_catch_up
        if waits:
            _go_on(core, clock=clock, sheet=sheet)
    finally:
        core.close()
    forget_life(settings.database)
    return waits


def _go_on(core: Core, *, clock: SystemClock, sheet: Identity | None) -> None:
    """Take a new key and name, and the places of the old one."""
    prepare(core, clock)
    old = sync.go_on_alone(core, sheet)
    core.write(lambda write: spaces.assume_homes(write, {old.site_id}))


def find_troubles(settings: Settings) -> tuple[list[Finding], list[Finding]]:
    """What the doctor says about the backups, in the language of the terminal.

    First what somebody must look after, then what is no more than said: of a new box there is no
    backup yet.
    """
    troubles = backups_of(settings).troubles(SystemClock().now())
    young = [trouble for trouble in troubles if trouble.code == NEVER.code]
    return _findings(each for each in troubles if each not in young), _findings(young)


def find_hints(settings: Settings) -> list[Finding]:
    """What the doctor says that needs nobody's hand: how the line to central is used."""
    values = FileValues(settings.database)
    try:
        found = sync.chosen_metered(values)
    finally:
        values.close()
    is_metered = settings.metered if found is None else found
    told = [METERED] if is_metered and settings.central else []
    return _findings(told)


def find_devices(settings: Settings) -> list[Finding]:
    """What the doctor says of printers whose last try did not get through, and of touchscreens
    that felt a finger where none was within the last day.
    """
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        printers = Printers.read(settings.printers, settings.kiosk_printer).all
        locks = Locks.read(
            settings.locks,
            settings.data,
            password_file=settings.lock_password_file,
            ca_file=settings.lock_ca_file,
        )
        locks.look()
        now = core.clock.now()
        return _findings(
            core.read(
                lambda read: (
                    troubles_of_printers(read, printers)
                    + troubles_of_screens(read, now=now, within=timedelta(days=1))
                    + troubles_of_locks(read, locks, now=now)
                )
            )
        )
    finally:
        core.close()


def find_unreadable(settings: Settings) -> list[Finding]:
    """What the doctor says of data that this release cannot read, which pages leave out."""
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        return _findings(core.read(troubles_of_cells))
    finally:
        core.close()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a box stands by its file: its health, and what bars it from writing."""

    health: sync.Health
    is_dismissed: bool
    must_catch_up: bool


def standing_of(settings: Settings) -> Standing | None:
    """How the box stands; None where it belongs to no quarter yet."""
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        health = sync.health_on_file(core, line=None)
        if health is None:
            return None
        return Standing(health, core.is_dismissed, core.must_catch_up)
    finally:
        core.close()


def find_standing(standing: Standing | None) -> tuple[list[Finding], list[Finding]]:
    """What the health page would say of the box itself, and of what it stopped; and what only
    warns: on little room everything still agrees.
    """
    if standing is None:
        return [], []
    health = standing.health
    troubles = node_troubles(
        replace(health, copies=(), too_much=()),
        is_revoked=standing.is_dismissed,
        is_doubted=False,
        must_catch_up=standing.must_catch_up,
    )
    stopped = [
        Finding(
            f"{say(STOPPED, name=each.name)} {broken_rule(each.reason, say)}"
            f" ({each.scope} {each.n}: {each.reason})",
            say(STOPPED_REMEDY),
        )
        for each in health.stopped
    ]
    low = [each for each in troubles if each.code == DISK_LOW.code]
    return _findings(each for each in troubles if each not in low) + stopped, _findings(low)


def find_copied(standing: Standing | None) -> tuple[list[Finding], list[Finding]]:
    """What the doctor says of boxes that are not to be believed: where two histories of a copied
    card are left, or more of one let go is here than counts; and what became of copies.
    """
    if standing is None:
        return [], []
    health = standing.health
    words = sync.WORDS[sync.Trouble.FORKED]
    forked = [
        Refusal(
            "doctor.forked",
            words.message,
            words.remedy,
            values={"name": peer.name, "boxes": ", ".join(peer.forked)},
        )
        for peer in health.peers
        if peer.forked
    ]
    misled = [replace(too_much(each), values=each.values) for each in health.too_much]
    named = [
        Refusal(COPIED.code, COPIED.message, COPIED.remedy, values=each.values)
        for each in health.copies
    ]
    return _findings([*forked, *misled]), _findings(named)


METERED = Refusal(
    "doctor.metered",
    N_("Die Leitung zur Zentrale ist als nach Menge bezahlt eingestellt."),
    N_(
        "Sie wird selten benutzt, und Kopien der Sicherung warten. Stimmt das nicht mehr, ändern"
        " Sie es am Rechner unter „Zustand“."
    ),
)


def _findings(troubles: Iterable[Refusal]) -> list[Finding]:
    language = terminal_language(os.environ)
    return [
        Finding(
            translate(language, trouble.message, **trouble.values),
            translate(language, trouble.remedy, **trouble.values),
        )
        for trouble in troubles
    ]


def print_findings(findings: Iterable[Finding]) -> None:
    """What is wrong and what helps, in the terminal's language."""
    for finding in findings:
        print(f"- {say(finding.what, **finding.values)}")  # noqa: T201
        print(f"  {say(finding.remedy, **finding.values)}")  # noqa: T201


HELD = N_("{name}: {tables} Tabellen, {rows} Zeilen.")
DIFFERS = N_("{name} ist nicht, was gesichert wurde.")
BRINGS_BACK = N_("Eine Wiederherstellung bringt alles zurück.")
RELY_NOT = N_("Verlassen Sie sich nicht darauf.")


def _step_back() -> None:
    # The unit's sandbox may not let us; then the work is done at the pages' rank.
    with suppress(OSError):
        os.nice(NICENESS)


def _sheet_keys(database: Path) -> bytes:
    """The public keys of the quarter's emergency sheet; none where none was printed."""
    values = FileValues(database)
    try:
        roster = read_roster(values)
    finally:
        values.close()
    return roster.body.recovery if roster else b""


def _members(core: Core) -> Members | None:
    roster = read_roster(core)
    return roster.members if roster else None


def _tell(error: Exception) -> None:
    print(said(error, Path()), file=sys.stderr)  # noqa: T201
