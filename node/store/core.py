"""The store without threads: one writer connection and everything that happens on it.

`Store` runs these functions on its threads; tests and simulations call them directly. A write is
one transaction: data, journal and commit together or not at all. A returned `Refusal` rolls
back, so that a business no changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from node.base.clock import Clock
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import Refusal, RefusedError
from node.store import journal as journals
from node.store.changeset import PART_BYTES, Changeset, SignedChangeset, parts_of
from node.store.commits import Commits
from node.store.connection import DatabaseError
from node.store.foreseen import NOTHING, Foreseen
from node.store.founding import Founding, found
from node.store.handles import Read, Write
from node.store.identity import Identity, new_identity, replace_identity, stored_identity
from node.store.intake import Intake, IntakeReport, Place, Verdict
from node.store.kept import KeepingWrite
from node.store.law import check_own
from node.store.migration import MADE, migrate
from node.store.proof import Offered
from node.store.refusals import DISMISSED, MUST_CATCH_UP
from node.store.regardless import Regardless
from node.store.roles import Members, NodeRole, scopes_of
from node.store.schema import Registry
from node.store.storage import SPARE_BYTES, Storage
from node.store.writing import Writing

T = TypeVar("T")
AfterMerge = Callable[[Write, frozenset[str]], object]
Rebuild = Callable[[Write], object]
MERGED = "merged"
"""Where the file notes which merged tables the rooms have not followed yet."""


class Core:
    """One database file, opened for writing by this process alone."""

    def __init__(self, registry: Registry, clock: Clock, writing: Writing) -> None:
        self.path = writing.path
        self.registry = registry
        self.clock = clock
        self.after_merge: AfterMerge | None = None
        self.rebuild: Rebuild | None = None
        self.after_catch_up: Callable[[Write], object] | None = None
        self._writing = writing
        self.storage, self.values = writing.storage, writing.values
        self._is_behind = False
        connection = writing.connection
        identity = stored_identity(connection)
        if identity is None:
            raise ValueError("the file has no identity: open it with Core.open")
        self.quarter: bytes = journals.get_meta(connection, "quarter")
        self.epoch: bytes = journals.get_meta(connection, "epoch")
        self._use(identity)

    def _use(self, identity: Identity) -> None:
        self.identity = identity
        self._journal = journals.Journal(
            self.registry, identity, quarter=self.quarter, epoch=self.epoch
        )

    @classmethod
    def open(
        cls,
        path: Path,
        registry: Registry,
        *,
        clock: Clock,
        founding: Founding | None = None,
        spare_bytes: int = SPARE_BYTES,
    ) -> Core:
        """Open or make the file, bring it to the declared schema and check its journal.

        A fresh file gets `founding` (a new quarter where there is none) and an identity. Writes
        nothing where nothing changes, so that a node starts on a full disk too. Raises
        `FutureDatabaseError`, `SchemaError`, `BrokenJournalError` or the driver's errors.
        """
        storage = Storage(path, spare_bytes=spare_bytes)
        writing = Writing(path, storage, Commits(registry.tables))
        try:
            migrate(writing.connection, Registry(registry.number, ()))
            is_new = stored_identity(writing.connection) is None
            if is_new:
                found(writing.connection, founding)
                writing.reopen()
            migrate(writing.connection, registry, is_new=is_new)
            core = cls(registry, clock, writing)
            core._check_journal()
        except BaseException:
            writing.close()
            raise
        return core

    @property
    def _connection(self) -> Any:
        return self._writing.connection

    @property
    def write_refusal(self) -> Refusal | None:
        """What a write would be answered now, as far as is known without trying."""
        if self.is_dismissed:
            return DISMISSED
        return MUST_CATCH_UP if self.must_catch_up else self.storage.refusal

    @property
    def site_id(self) -> bytes:
        """The id under which this node writes."""
        return self.identity.site_id

    def close(self) -> None:
        """Close the writer connection."""
        self._writing.close()

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on the writer connection, reading; for tests and start-up."""
        return fn(self._handle(Read))

    def write(self, fn: Callable[[Write], T]) -> T | Refusal:
        """Run `fn` in one transaction, journal included; see `write_and_tell`."""
        return self.write_and_tell(fn)[0]

    def write_and_tell(self, fn: Callable[[Write], T]) -> tuple[T | Refusal, frozenset[str]]:
        """Run `fn` in one transaction; its result and the replicated tables that it touched.

        An exception rolls back and is raised; a `Refusal`, returned or raised as `RefusedError`,
        rolls back and is returned; what is due `regardless` is done. A full disk refuses every
        write; one that waits to catch up those of which others would hear: people can sign in.
        """
        regardless = Regardless()
        try:
            self.storage.check()
            if self._is_behind and not self.must_catch_up:
                self._follow()
            return self._transaction(fn, regardless=regardless)
        except RefusedError as refused:
            return refused.refusal, regardless.run(self._transaction)

    def _transaction(self, fn: Callable[[Write], T], **more: Any) -> tuple[T, frozenset[str]]:
        with self._writing.transaction() as tables:
            roles = {**self.roles, self.site_id: self.role}
            write = self._handle(KeepingWrite, roles=roles, values=self.values, **more)
            result = fn(write)
            if isinstance(result, Refusal):
                raise RefusedError(result)
            written = self._record()
            if written and (self.is_dismissed or self.must_catch_up):
                raise RefusedError(DISMISSED if self.is_dismissed else MUST_CATCH_UP)
            touched = frozenset(change.table for item in written for change in item.tables)
            tables.update(touched, write.written)
        return result, touched

    def _record(self) -> list[Changeset]:
        written = self._journal.record(
            self._connection,
            at_ms=to_epoch(self.clock.now()) * 1000,
            clock_trusted=self.clock.trusted,
        )
        for changeset in written:
            # The same law as at intake: what we could not take from others we must not write.
            check_own(changeset, self.registry, self.role)
        return written

    role: NodeRole = NodeRole.HOME
    """This node's own role; the roster sets it."""

    roles: Mapping[bytes, NodeRole] = {}
    """The role of every other node that the roster names, by site id; the roster sets it."""

    is_dismissed = False
    """Whether the roster has revoked this node: nothing that it writes would count."""

    def _handle(self, kind: type[T], **more: Any) -> T:
        about = {"site_id": self.identity.site_id, "quarter_id": self.quarter, **more}
        now, is_trusted = self.clock.now(), self.clock.trusted
        return kind(  # type: ignore[call-arg]
            self._connection, now=now, clock_trusted=is_trusted, **about
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

    def receive(self, batch: Sequence[Offered], members: Members) -> IntakeReport:
        """Take foreign changesets: check, apply and journal them in transactions of bounded size.

        Then the rooms follow in an ordinary write; at the next start, if the process dies before.
        """
        total = self._receive_each(parts_of(batch), members)
        if total.touched:
            self.finish_merge()
        return total

    def apply_waiting(self, members: Members) -> IntakeReport:
        """Apply what was held for a newer schema; called once after an update."""
        total = IntakeReport()
        while True:
            with self._writing.transaction() as tables:
                report = self._intake().apply_waiting(members, max_bytes=PART_BYTES)
                self._note_merged(report.touched)
                tables.update(report.touched)
            total.add_all(report)
            if not report.applied:
                self.finish_merge()
                return total

    def receive_part(
        self, part: Sequence[Offered], members: Members, foreseen: Foreseen = NOTHING
    ) -> IntakeReport:
        """Take one piece of a batch in one transaction; the caller calls `finish_merge` last.

        Raises `RefusedError` where the disk takes nothing: then the piece can be given again.
        """
        self.storage.check()
        try:
            with self._writing.transaction() as tables:
                report = self._intake().take(part, members, foreseen)
                self._note_merged(report.touched)
                tables.update(report.touched)
        except DatabaseError as error:
            if len(part) > 1:
                return self._receive_each([[offered] for offered in part], members)
            report = IntakeReport(verdicts=[Verdict.STOPPED])
            report.reasons[(b"", "")] = f"the database refused a changeset: {error}"
        return report

    def _receive_each(self, parts: list[list[Offered]], members: Members) -> IntakeReport:
        total = IntakeReport()
        for part in parts:
            total.add_all(self.receive_part(part, members))
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
            journals.set_meta(self._connection, MERGED, " ".join(sorted(known)))

    def _merged_tables(self) -> set[str]:
        return set((journals.get_meta(self._connection, MERGED) or "").split())

    @property
    def made_tables(self) -> frozenset[str]:
        """Tables made by a migration since the rooms last rebuilt their projections."""
        return frozenset((journals.get_meta(self._connection, MADE) or "").split())

    def finish_merge(self) -> frozenset[str]:
        """Let the rooms follow what was merged or migrated; which tables it was.

        None where the store may not write: then they follow before the next write, for whoever
        decides by projections that are behind would give a time away twice.
        """
        try:
            self.storage.check()
            return self._follow()
        except RefusedError:
            self._is_behind = True
            return frozenset()

    def _follow(self) -> frozenset[str]:
        made, merged = self.made_tables, frozenset(self._merged_tables())
        if made and self.rebuild is not None:
            self._do_noted(MADE, self.rebuild)
        if merged:
            after_merge = self.after_merge or (lambda _write, _touched: None)
            self._do_noted(MERGED, lambda write: after_merge(write, merged))
        self._is_behind = False
        return made | merged

    def _do_noted(self, note: str, work: Callable[[Write], object]) -> None:
        """Do what the file notes as undone and strike the note, in one transaction."""

        def run(write: Write) -> None:
            work(write)
            write.execute("delete from meta where name = :name", name=note)

        self._transaction(run)

    def kept(self, name: str) -> Any:
        """A value that another room keeps here as "room.thing" (never replicated), or None."""
        return journals.get_meta(self._connection, name)

    def keep(self, name: str, value: bytes | str | int) -> None:
        """Keep a value of another room in this file; see `kept`. Raises `RefusedError`."""
        if "." not in name:
            raise ValueError(f"{name!r} is no name of another room: use room.thing")
        with self._writing.transaction():
            journals.set_meta(self._connection, name, value)

    # Care of the file

    @property
    def must_catch_up(self) -> bool:
        """Whether the file was restored from a backup and has not met a peer since.

        Until then its numbers might be in use already: it must not use any.
        """
        return self._must_catch_up

    _must_catch_up = False

    def note_restored(self) -> None:
        """Mark the file as restored: others hear of it again after `note_caught_up`."""
        with self._writing.transaction():
            journals.set_meta(self._connection, "restored", 1)
        self._must_catch_up = True

    def note_caught_up(self) -> None:
        """A peer has told all it knows of our journal: writing may go on.

        First the rooms write what follows from it (`after_catch_up`).
        """
        self._must_catch_up = False

        def go_on(write: Write) -> None:
            if self.after_catch_up is not None:
                self.after_catch_up(write)
            write.execute("delete from meta where name = 'restored'")

        try:
            self.storage.check()
            # Before the rooms follow what was merged meanwhile: they decide by what is written now.
            self._transaction(go_on)
        except RefusedError:
            # The disk takes nothing, so it is as before: the next round says so again.
            self._must_catch_up = True

    def take_new_identity(self, fresh: Identity | None = None) -> Identity:
        """Go on as another node at once, keeping what the old one wrote; answers the old identity.

        For a file whose numbers may be in use with nobody there to tell. The roster must name the
        new identity before peers meet it; whoever read the old one here must be opened anew.
        """
        old, fresh = self.identity, fresh or new_identity()
        with self._writing.transaction():
            replace_identity(self._connection, fresh)
            self._connection.execute("delete from meta where name = 'restored'")
        # The extension has read the old site id: only another connection writes under the new.
        self._writing.reopen()
        self._use(fresh)
        self._must_catch_up = False
        self.finish_merge()
        return old

    @property
    def secret(self) -> bytes:
        """A secret of this file alone, for what this node signs for itself (form tokens)."""
        kept: bytes = journals.get_meta(self._connection, "secret")
        return kept

    def latest_instant(self) -> datetime | None:
        """The latest time that the file has seen: a floor for a clock without battery.

        It is noted at the end; a process that was killed has left its writes' times.
        """
        noted = journals.get_meta(self._connection, "seen_at")
        instants = [datetime.fromisoformat(noted)] if noted else []
        times = journals.read_latest_times(self._connection, self.site_id)
        instants += [from_epoch(at_ms // 1000) for at_ms in times]
        return max(instants, default=None)

    def note_time(self) -> None:
        """Remember the present time as a floor for the next start, if the disk takes it."""
        with suppress(RefusedError), self._writing.transaction():
            journals.set_meta(self._connection, "seen_at", self.clock.now().isoformat())

    def _check_journal(self) -> None:
        """Refuse to go on when there are own changes beyond what was journalled."""
        self._must_catch_up = journals.get_meta(self._connection, "restored") is not None
        unknown = self._journal.find_unknown(self._connection)
        if unknown is not None:
            raise journals.BrokenJournalError(unknown)
