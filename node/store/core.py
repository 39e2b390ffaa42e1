"""The store without threads: one writer connection and everything that happens on it.

`Store` runs these functions on its threads; tests and simulations call them directly. A write is
one transaction: data, journal and commit together or not at all. A returned `Refusal` rolls
back, so that a business no changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from node.base.clock import Clock
from node.base.ids import random_id
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.store import journal as journals
from node.store.changeset import Changeset, SignedChangeset
from node.store.connection import DatabaseError, close_writer, open_writer
from node.store.handles import Read, Write
from node.store.identity import Identity, new_identity, store_identity, stored_identity
from node.store.intake import (
    Intake,
    IntakeReport,
    LawBrokenError,
    Members,
    Place,
    Verdict,
    check_rows,
)
from node.store.migration import migrate
from node.store.roles import NodeRole, scopes_of
from node.store.schema import Registry

T = TypeVar("T")
AfterMerge = Callable[[Write, frozenset[str]], object]
BATCH_CELLS = 2000
"""Changesets are applied in transactions of about this many cells; larger ones are slower."""


@dataclass(frozen=True, slots=True)
class Founding:
    """What makes a fresh file part of a quarter: its id and the id of its history."""

    quarter: bytes
    epoch: bytes
    seed: bytes | None = None


class BrokenJournalError(Exception):
    """The file holds changes that its journal does not know: somebody wrote past the store."""


class Core:
    """One database file, opened for writing by this process alone."""

    def __init__(self, path: Path, registry: Registry, clock: Clock, connection: Any) -> None:
        self.path = path
        self.registry = registry
        self.clock = clock
        self.after_merge: AfterMerge | None = None
        self._connection = connection
        identity = stored_identity(connection)
        if identity is None:
            raise ValueError("the file has no identity: open it with Core.open")
        self.identity: Identity = identity
        self.quarter: bytes = journals.get_meta(connection, "quarter")
        self.epoch: bytes = journals.get_meta(connection, "epoch")
        self._journal = journals.Journal(registry, identity, quarter=self.quarter, epoch=self.epoch)

    @classmethod
    def open(
        cls,
        path: Path,
        registry: Registry,
        *,
        clock: Clock,
        founding: Founding | None = None,
    ) -> Core:
        """Open or make the file, bring it to the declared schema and check its journal.

        A fresh file gets `founding` (a new quarter where there is none) and an identity. Raises
        `FutureDatabaseError`, `SchemaError`, `BrokenJournalError` or the driver's errors.
        """
        connection = open_writer(path)
        try:
            migrate(connection, Registry(registry.number, ()))
            if stored_identity(connection) is None:
                _found(connection, founding or Founding(random_id(), random_id()))
                close_writer(connection)
                connection = open_writer(path)
            made = migrate(connection, registry)
            core = cls(path, registry, clock, connection)
            core._check_journal()
        except BaseException:
            close_writer(connection)
            raise
        core.made_tables = made
        return core

    made_tables: frozenset[str] = frozenset()
    """Tables that this start made: projections among them must be rebuilt by their rooms."""

    @property
    def site_id(self) -> bytes:
        """The id under which this node writes."""
        return self.identity.site_id

    def close(self) -> None:
        """Close the writer connection."""
        close_writer(self._connection)

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on the writer connection, reading; for tests and start-up."""
        return fn(self._handle(Read))

    def write(self, fn: Callable[[Write], T]) -> T | Refusal:
        """Run `fn` in one transaction, journal included; see `write_and_tell`."""
        return self.write_and_tell(fn)[0]

    def write_and_tell(self, fn: Callable[[Write], T]) -> tuple[T | Refusal, frozenset[str]]:
        """Run `fn` in one transaction; its result and the replicated tables that it touched.

        An exception rolls back and is raised; a `Refusal`, returned or raised as `RefusedError`,
        rolls back and is returned. A store that waits to catch up refuses every write.
        """
        connection = self._connection
        if self.must_catch_up:
            return _MUST_CATCH_UP, frozenset()
        connection.execute("begin immediate")
        try:
            result: T | Refusal = fn(self._handle(Write))
            written: list[Changeset] = []
            if not isinstance(result, Refusal):
                written = self._record()
        except RefusedError as refused:
            connection.execute("rollback")
            return refused.refusal, frozenset()
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("rollback" if isinstance(result, Refusal) else "commit")
        touched = frozenset(change.table for item in written for change in item.tables)
        return result, touched

    def _record(self) -> list[Changeset]:
        written = self._journal.record(
            self._connection,
            at_ms=to_epoch(self.clock.now()) * 1000,
            clock_trusted=self.clock.trusted,
        )
        for changeset in written:
            # The same law as at intake: what we could not take from others we must not write.
            check_rows(changeset, self.registry, self.role)
        return written

    role: NodeRole = NodeRole.HOME
    """This node's own role; the roster sets it."""

    def _handle(self, kind: type[T]) -> T:
        return kind(  # type: ignore[call-arg]
            self._connection,
            site_id=self.identity.site_id,
            quarter_id=self.quarter,
            clock_trusted=self.clock.trusted,
        )

    # Replication

    def heads(self) -> dict[journals.Chain, journals.Head]:
        """The heads of all chains held."""
        return journals.read_heads(self._connection)

    def changesets(
        self, chain: journals.Chain, *, after: int, max_bytes: int
    ) -> list[SignedChangeset]:
        """Held changesets of a chain, for a peer; see `journal.read_range`."""
        return journals.read_range(self._connection, chain, after=after, max_bytes=max_bytes)

    def quarantined(self) -> list[journals.Quarantined]:
        """What waits in quarantine, with its reasons."""
        return journals.read_quarantine(self._connection)

    def receive(self, batch: Sequence[SignedChangeset], members: Members) -> IntakeReport:
        """Take foreign changesets: check, apply and journal them in transactions of bounded size.

        Then the rooms follow in an ordinary write (`after_merge`). A process that dies between
        the two finishes at its next start (`finish_merge`).
        """
        total = IntakeReport()
        for part in parts_of(batch):
            total.add_all(self.receive_part(part, members))
        if total.touched:
            self.finish_merge()
        return total

    def apply_waiting(self, members: Members) -> IntakeReport:
        """Apply what was held for a newer schema; called once after an update."""
        self._connection.execute("begin immediate")
        try:
            report = self._intake().apply_waiting(members)
            self._note_merged(report.touched)
        except (DatabaseError, LawBrokenError):
            self._reopen()
            raise
        self._connection.execute("commit")
        self.finish_merge()
        return report

    def receive_part(self, part: Sequence[SignedChangeset], members: Members) -> IntakeReport:
        """Take one piece of a batch in one transaction; the caller calls `finish_merge` last."""
        self._connection.execute("begin immediate")
        try:
            report = self._intake().take(part, members)
            self._note_merged(report.touched)
        except DatabaseError as error:
            # The connection may track nothing any more after a failed merge: never use it again.
            self._reopen()
            if len(part) > 1:
                return self._one_by_one(part, members)
            report = IntakeReport(verdicts=[Verdict.STOPPED])
            report.reasons[(b"", "")] = f"the database refused a changeset: {error}"
            return report
        except BaseException:
            self._reopen()
            raise
        self._connection.execute("commit")
        return report

    def _one_by_one(self, part: Sequence[SignedChangeset], members: Members) -> IntakeReport:
        total = IntakeReport()
        for signed in part:
            total.add_all(self.receive_part([signed], members))
        return total

    def _intake(self) -> Intake:
        return Intake(
            self._connection,
            Place(self.registry, self.quarter, self.epoch, self.site_id, scopes_of(self.role)),
            now=lambda: to_epoch(self.clock.now()),
        )

    def _note_merged(self, touched: set[str]) -> None:
        if touched:
            known = self._merged_tables() | touched
            journals.set_meta(self._connection, "merged", " ".join(sorted(known)))

    def _merged_tables(self) -> set[str]:
        return set((journals.get_meta(self._connection, "merged") or "").split())

    def finish_merge(self) -> None:
        """Let the rooms follow what was merged, in an ordinary write of their own."""
        touched = frozenset(self._merged_tables())
        if not touched:
            return

        def follow(write: Write) -> None:
            if self.after_merge is not None:
                self.after_merge(write, touched)
            write.execute("delete from meta where name = 'merged'")

        self.write(follow)

    def _reopen(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("rollback")
        close_writer(self._connection)
        self._connection = open_writer(self.path)

    def kept(self, name: str) -> Any:
        """A value that another room keeps in this file (never replicated), or None.

        Names are "room.thing", so that they never meet the store's own.
        """
        return journals.get_meta(self._connection, name)

    def keep(self, name: str, value: bytes | str | int) -> None:
        """Keep a value of another room in this file; see `kept`."""
        if "." not in name:
            raise ValueError(f"{name!r} is no name of another room: use room.thing")
        journals.set_meta(self._connection, name, value)

    # Care of the file

    @property
    def must_catch_up(self) -> bool:
        """Whether the file was restored from a backup and has not met a peer since.

        Until then its numbers might be in use already: it must not write.
        """
        return self._must_catch_up

    _must_catch_up = False

    def note_restored(self) -> None:
        """Mark the file as restored: it reads, and writes again after `note_caught_up`."""
        journals.set_meta(self._connection, "restored", 1)
        self._must_catch_up = True

    def note_caught_up(self) -> None:
        """A peer has told all it knows of our journal: writing may go on."""
        self._connection.execute("delete from meta where name = 'restored'")
        self._must_catch_up = False

    @property
    def secret(self) -> bytes:
        """A secret of this file alone, for what this node signs for itself (form tokens)."""
        found: bytes = journals.get_meta(self._connection, "secret")
        return found

    def quick_check(self) -> str:
        """SQLite's own check of the file: "ok" or what it found."""
        found: str = self._connection.execute("pragma quick_check").fetchone()[0]
        return found

    def latest_instant(self) -> datetime | None:
        """The latest time that the own journal has seen: a floor for a clock without battery."""
        found = journals.get_meta(self._connection, "seen_at")
        return datetime.fromisoformat(found) if found else None

    def note_time(self) -> None:
        """Remember the present time as a floor for the next start."""
        journals.set_meta(self._connection, "seen_at", self.clock.now().isoformat())

    def _check_journal(self) -> None:
        """Refuse to go on when there are own changes beyond what was journalled."""
        self._must_catch_up = journals.get_meta(self._connection, "restored") is not None
        known = journals.get_meta(self._connection, "own_version") or 0
        for table in self.registry.replicated:
            found = self._connection.execute(
                f'select max(db_version) from "{table.name}__crsql_clock"'
                " where site_id = 0 and db_version > ?",
                (known,),
            ).fetchone()[0]
            if found is not None:
                raise BrokenJournalError(
                    f"{table.name} holds changes that the journal does not know: "
                    "run `quartier doctor`, then restore a backup"
                )


_MUST_CATCH_UP = Refusal(
    code="store.must_catch_up",
    message=N_(
        "Diese Box wurde aus einer Sicherung wiederhergestellt und wartet auf ihre Nachbarn."
    ),
    remedy=N_("Bitte verbinden Sie sie mit dem Hausnetz. Lesen geht weiter."),
    status=503,
)


def _found(connection: Any, founding: Founding) -> None:
    connection.execute("begin immediate")
    identity = Identity(founding.seed) if founding.seed else new_identity()
    store_identity(connection, identity)
    journals.set_meta(connection, "quarter", founding.quarter)
    journals.set_meta(connection, "epoch", founding.epoch)
    journals.set_meta(connection, "secret", secrets.token_bytes(32))
    connection.execute("commit")


def parts_of(batch: Sequence[SignedChangeset]) -> list[list[SignedChangeset]]:
    """The batch in pieces of about `BATCH_CELLS` cells, guessed from the size of the bodies."""
    parts: list[list[SignedChangeset]] = [[]]
    size = 0
    for signed in batch:
        if parts[-1] and size > BATCH_CELLS * 30:
            parts.append([])
            size = 0
        parts[-1].append(signed)
        size += len(signed.body)
    return [part for part in parts if part]
