"""The drill: a backup is really restored, into a scratch place, and compared table by table.

A backup that was never restored is a hope. The drill takes the file from where it lies, opens it
with the box's own key, restores it as `quartier restore` would, compares every table with what
was counted when the backup was made, and lets the doctor look at it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from node.base.clock import Clock
from node.base.refusals import N_, Refusal, RefusedError
from node.store.backup import make_restored, open_backup
from node.store.connection import driver
from node.store.core import Core
from node.store.doctor import Finding, examine
from node.store.figures import Figures, find_differences, read_figures
from node.store.roles import Members
from node.store.schema import Registry

FOLDER = "drill"


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill restored and what was wrong with it; both lists are empty where all is well."""

    backup: str
    tables: int
    rows: int
    differences: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether this backup would bring everything back."""
        return not self.differences and not self.findings


def drill(
    backup: Path,
    folder: Path,
    registry: Registry,
    *,
    clock: Clock,
    secrets: Sequence[str],
    members_of: Callable[[Core], Members | None],
) -> Drill:
    """Restore a backup under `folder`, compare it, and leave nothing behind.

    Raises `RefusedError` where it cannot even be opened.
    """
    with _scratch(folder / FOLDER) as scratch:
        database = scratch / "quarter.db"
        before = open_backup(backup, database, secrets=secrets)
        if before is None:
            raise RefusedError(replace(WITHOUT_FIGURES, values={"name": backup.name}))
        after = _count(database)
        make_restored(database, registry, clock=clock)
        core = Core.open(database, registry, clock=clock)
        try:
            findings = examine(core, members_of(core))
        finally:
            core.close()
    differences = tuple(find_differences(before, after))
    return Drill(backup.name, len(after.tables), after.rows, differences, tuple(findings))


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards, also one that a dead process left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _count(database: Path) -> Figures:
    with closing(driver.connect(str(database))) as connection:
        return read_figures(connection)


WITHOUT_FIGURES = Refusal(
    "backup.without_figures",
    N_("Zu {name} fehlen die Zahlen, mit denen die Probe vergleicht."),
    N_("Bitte sichern Sie einmal neu."),
)
