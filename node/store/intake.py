"""Intake: nothing from a peer reaches cr-sqlite before every byte of it was checked.

cr-sqlite trusts its input: a bad cell fails a batch for ever, an absurd version freezes a cell,
foreign site ids are believed. So a changeset is taken only if its chain joins, its origin signed
it and was entitled, and every row is one that this schema could have written. One that breaks a
law is quarantined whole with its reason and stops only its own chain; nothing is half applied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from node.store.bulk import merge
from node.store.changeset import FORMAT, Changeset, SignedChangeset, decode
from node.store.foreseen import NOTHING, Foreseen
from node.store.identity import site_id_of
from node.store.journal import (
    Chain,
    Entry,
    Head,
    append,
    mark_applied,
    read_head,
    read_heads,
    read_range,
    set_meta,
)
from node.store.law import LawBrokenError, Rows, check_versions, is_ordinary, read_rows
from node.store.proof import Offered, Opened, count_vouched, read_offered, runs_of
from node.store.roles import HOUSE_ROLES, Member, Members, NodeRole, scopes_of
from node.store.schema import Registry, Scope
from node.store.sealed import SEALED, SealedBody, is_sealed
from node.store.withheld import NAMES, is_named

MAX_SCHEMA = 1_000_000
"""A schema number beyond this is no release: it would be held for ever, waiting for an update."""


class Verdict(StrEnum):
    """What became of a changeset offered."""

    APPLIED = "applied"
    HELD = "held"
    KNOWN = "known"
    GAP = "gap"
    STOPPED = "stopped"
    UNKNOWN_SITE = "unknown_site"
    QUARANTINED = "quarantined"
    NOT_FOR_US = "not_for_us"


@dataclass(slots=True)
class IntakeReport:
    """The outcome of one batch."""

    verdicts: list[Verdict] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    reasons: dict[Chain, str] = field(default_factory=dict)
    forked: set[Chain] = field(default_factory=set)
    """Chains of which another history was offered, signed by the same key."""

    @property
    def applied(self) -> int:
        """How many changesets came to count."""
        return self.verdicts.count(Verdict.APPLIED)

    @property
    def advanced(self) -> bool:
        """Whether any chain is longer than before."""
        return bool({Verdict.APPLIED, Verdict.HELD} & {*self.verdicts})

    def add(self, verdict: Verdict) -> None:
        """Note one outcome."""
        self.verdicts.append(verdict)

    def add_times(self, count: int, verdict: Verdict) -> None:
        """Note the same outcome of several."""
        self.verdicts += [verdict] * count

    def add_all(self, other: IntakeReport) -> None:
        """Note the outcomes of a further piece of the batch."""
        self.verdicts += other.verdicts
        self.touched |= other.touched
        self.reasons |= other.reasons
        self.forked |= other.forked


class ForkedError(LawBrokenError):
    """The origin signed it, and signed something else under the number before."""


@dataclass(frozen=True)
class Place:
    """Where intake happens: which quarter, history and schema, and what this node may hold."""

    registry: Registry
    quarter: bytes
    epoch: bytes
    site: bytes
    scopes: frozenset[str] = scopes_of(NodeRole.HOME)

    @property
    def history(self) -> tuple[bytes, bytes]:
        """Quarter and epoch."""
        return (self.quarter, self.epoch)


def check_origin(changeset: Changeset, place: Place, who: Member) -> None:
    """Raise `LawBrokenError` unless its signer may have written this, in this quarter."""
    if changeset.format != FORMAT:
        raise LawBrokenError(f"unknown changeset format {changeset.format}")
    if (changeset.quarter, changeset.epoch) != place.history:
        raise LawBrokenError("the changeset belongs to another quarter or another history")
    if not 0 <= changeset.schema <= MAX_SCHEMA:
        raise LawBrokenError(f"schema number {changeset.schema} is out of bounds")
    if changeset.scope not in scopes_of(who.role):
        raise LawBrokenError(f"a {who.role} node may not write scope {changeset.scope!r}")
    if site_id_of(who.public_key) != changeset.site:
        raise LawBrokenError("the site id does not belong to the key")
    if changeset.n > who.counted(changeset.scope, changeset.n):
        raise LawBrokenError("the node was revoked before it wrote this")


def check_origins(run: Sequence[Changeset], place: Place, who: Member) -> None:
    """The same for a run of one chain: what all of it claims alike is looked at once, and of the
    numbers the last, for what counts of a node's chain has an end and no gaps.
    """
    alike = {(each.format, each.quarter, each.epoch, each.schema): each for each in run}
    for changeset in (*alike.values(), run[-1]):
        check_origin(changeset, place, who)


class Intake:
    """Takes one batch of foreign changesets into one open database, in one transaction."""

    def __init__(self, connection: Any, place: Place, *, now: Callable[[], int]) -> None:
        self._connection = connection
        self._place = place
        self._now = now
        self._foreseen = NOTHING
        self._report = IntakeReport()
        self._heads: dict[Chain, Head] = {}
        self._stopped: dict[Chain, bool] = {}
        self._entries: list[Entry] = []
        self._rows: list[Rows] = []
        self._cells = 0

    def take(
        self, batch: Sequence[Offered], members: Members, foreseen: Foreseen = NOTHING
    ) -> IntakeReport:
        """Check and apply a batch in the caller's transaction.

        An error of the database itself leaves as an exception: then the caller rolls back,
        reopens the connection and gives the changesets one by one.
        """
        self._foreseen = foreseen
        readable: list[Opened] = []
        for offered in map(read_offered, batch):
            if isinstance(offered, Opened) and offered.changeset.scope in self._place.scopes:
                readable.append(offered)
                continue
            self._take_runs(readable, members)
            readable = []
            self._report.add(self._take_unread(offered, members))
        self._take_runs(readable, members)
        self._flush()
        return self._report

    def apply_waiting(self, members: Members, *, max_bytes: int) -> IntakeReport:
        """Apply what was held for a newer schema and can be understood now; some of it at a time.

        Nothing is left that could be applied once a call applies nothing.
        """
        for chain, head in read_heads(self._connection).items():
            who = members.get(chain[0])
            if head.applied < head.n and who is not None and not self._is_stopped(chain):
                held = read_range(self._connection, chain, after=head.applied, max_bytes=max_bytes)
                self._apply_held(held, who)
        self._flush()
        return self._report

    def _apply_held(self, held: Sequence[SignedChangeset], who: Member) -> None:
        for signed in held:
            changeset = decode(signed)
            if changeset.schema > self._place.registry.number:
                return
            try:
                if not signed.is_withheld:
                    self._read(changeset, who)
            except LawBrokenError as broken:
                self._quarantine(changeset, signed, str(broken))
                return
            mark_applied(self._connection, (changeset.site, changeset.scope), changeset.n)
            self._report.add(Verdict.APPLIED)

    def _take_runs(self, readable: Sequence[Opened], members: Members) -> None:
        for whole in runs_of(readable):
            who = members.get(whole[0].changeset.site)
            if who is None or (whole[0].changeset.scope == Scope.HOUSE and not who.of_house):
                self._report.add_times(len(whole), Verdict.UNKNOWN_SITE)
                continue
            run = self._without_unnamed(whole)
            vouched = count_vouched(run, who.public_key)
            if not self._take_at_once(run[:vouched], who):
                for opened in run[:vouched]:
                    self._report.add(self._take_one(opened, who))
            if vouched < len(run):
                # Anybody can send rubbish or forge: it may not stop the chain that it names.
                reason = "a changeset without its origin's signature was offered"
                self._report.reasons[run[0].chain] = reason
                self._report.add_times(len(run) - vouched, Verdict.STOPPED)

    def _without_unnamed(self, run: list[Opened]) -> list[Opened]:
        """A run up to the first withheld changeset of which the home node has not said so here.

        The rest waits: without that word anybody could keep a changeset from others.
        """
        for number, opened in enumerate(run):
            if opened.is_withheld and not self._is_named(opened.changeset):
                self._report.add_times(len(run) - number, Verdict.GAP)
                return run[:number]
        return run

    def _is_named(self, said: Changeset | SealedBody) -> bool:
        names = NAMES.get(said.scope)
        if names is None or names.name not in self._place.registry.tables:
            return False
        return is_named(self._connection, said.scope, said.site, said.n)

    def _take_at_once(self, run: Sequence[Opened], who: Member) -> bool:
        """Take a whole run in which nothing is amiss: many times faster; else touch nothing."""
        if not run:
            return True
        chain, head, said = run[0].chain, self._head(run[0].chain), [one.changeset for one in run]
        joins = (said[0].n, said[0].previous, head.applied) == (head.n + 1, head.hash, head.n)
        newest = max(changeset.schema for changeset in said)
        if not joins or self._is_stopped(chain) or newest > self._place.registry.number:
            return False
        try:
            check_origins(said, self._place, who)
            listed = self._foreseen.rows_of(run, who.role, start=self._cells)
            if listed is None:
                told = [one.changeset for one in run if not one.is_withheld]
                listed = self._understand(told, who)
        except LawBrokenError:
            return False
        if not all(map(is_ordinary, listed)):
            return False
        self._put_up(listed)
        self._entries += [
            Entry.of(one.changeset, one.signed, one.hash, applied=True) for one in run
        ]
        self._heads[chain] = Head(said[-1].n, run[-1].hash, said[-1].n)
        self._report.add_times(len(run), Verdict.APPLIED)
        return True

    def _take_one(self, opened: Opened, who: Member) -> Verdict:
        if self._is_stopped(opened.chain):
            return Verdict.STOPPED
        changeset, head = opened.changeset, self._head(opened.chain)
        if changeset.n != head.n + 1:
            return Verdict.KNOWN if changeset.n <= head.n else Verdict.GAP
        try:
            is_applied = self._judge(opened, who, head)
        except ForkedError as forked:
            # A copied card: the copy must not stop the box, so the chain stays as it is here.
            self._report.forked.add(opened.chain)
            self._report.reasons[opened.chain] = str(forked)
            return Verdict.STOPPED
        except LawBrokenError as broken:
            self._quarantine(changeset, opened.signed, str(broken))
            return Verdict.QUARANTINED
        self._hold(Entry.of(changeset, opened.signed, opened.hash, applied=is_applied))
        return Verdict.APPLIED if is_applied else Verdict.HELD

    def _take_unread(self, offered: Offered, members: Members) -> Verdict:
        if isinstance(offered, Opened):
            # Not even into quarantine: central must not hold what belongs to the house.
            return Verdict.NOT_FOR_US
        if SEALED in self._place.scopes and is_sealed(offered):
            return self._take_sealed(offered, members)
        return Verdict.STOPPED

    def _take_sealed(self, signed: SignedChangeset, members: Members) -> Verdict:
        """At central: keep what cannot be read, if its origin vouches for the hash inside."""
        body = SealedBody.read(signed)
        who = members.get(body.site)
        if who is None or who.role not in HOUSE_ROLES:
            return Verdict.UNKNOWN_SITE
        head = self._head((body.site, SEALED))
        if body.n != head.n + 1:
            return Verdict.KNOWN if body.n <= head.n else Verdict.GAP
        joins = body.previous == head.hash and body.history == self._place.history
        in_time = body.n <= who.counted(Scope.HOUSE, body.n)
        if not body.box and not self._is_named(body):
            return Verdict.GAP
        if not (joins and in_time and body.is_signed(signed.signature, who.public_key)):
            self._report.reasons[(body.site, SEALED)] = "a sealed changeset that its origin denies"
            return Verdict.STOPPED
        self._hold(Entry.of_sealed(body, signed))
        return Verdict.APPLIED

    def _judge(self, opened: Opened, who: Member, head: Head) -> bool:
        """Whether the changeset can be applied now; false where it must wait for an update."""
        changeset = opened.changeset
        check_origin(changeset, self._place, who)
        if changeset.previous != head.hash:
            raise ForkedError("the chain does not join: two histories under one number")
        if changeset.schema > self._place.registry.number or head.applied != head.n:
            return False
        if not opened.is_withheld:
            self._read(changeset, who)
        return True

    def _read(self, changeset: Changeset, who: Member) -> None:
        """Understand one changeset's rows and put them up for merging."""
        listed = self._understand([changeset], who)
        for rows in listed:
            if not is_ordinary(rows):
                # What is compared with the local cells must find those before it among them.
                self._flush()
                check_versions(self._connection, rows)
        self._put_up(listed)

    def _understand(self, said: Sequence[Changeset], who: Member) -> list[Rows]:
        return read_rows(said, self._place.registry, who.role, start=self._cells)

    def _put_up(self, listed: Sequence[Rows]) -> None:
        self._rows += listed
        self._cells += sum(len(rows.places) * len(rows.names) for rows in listed)

    def _flush(self) -> None:
        """Merge and journal what was put up, in its order."""
        merge(self._connection, self._rows)
        append(self._connection, self._entries, self._heads)
        self._report.touched |= {rows.table.name for rows in self._rows}
        if any(rows.site == self._place.site for rows in self._rows):
            # Our own history, brought back after a restore: it is in the journal, so it is known.
            version = self._connection.execute("select crsql_next_db_version()").fetchone()[0]
            set_meta(self._connection, "own_version", version)
        self._rows, self._entries = [], []

    def _hold(self, entry: Entry) -> None:
        """Put up one more of its chain for the journal."""
        self._entries.append(entry)
        applied = entry.n if entry.applied else self._head(entry.chain).applied
        self._heads[entry.chain] = Head(entry.n, entry.hash, applied)

    def _head(self, chain: Chain) -> Head:
        if chain not in self._heads:
            self._heads[chain] = read_head(self._connection, *chain)
        return self._heads[chain]

    def _is_stopped(self, chain: Chain) -> bool:
        if chain not in self._stopped:
            found = self._connection.execute(
                "select 1 from quarantine where site = ? and scope = ?", chain
            ).fetchone()
            self._stopped[chain] = found is not None
        return self._stopped[chain]

    def _quarantine(self, changeset: Changeset, signed: SignedChangeset, reason: str) -> None:
        chain = (changeset.site, changeset.scope)
        self._stopped[chain] = True
        self._report.reasons[chain] = reason
        self._connection.execute(
            "insert into quarantine (site, scope, n, reason, at, body, signature)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (*chain, changeset.n, reason, self._now(), signed.body, signed.signature),
        )
