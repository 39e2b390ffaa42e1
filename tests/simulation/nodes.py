"""One box of the simulated quarter: its file, its deaths, its disk, and the work it is at.

A node that is killed loses all but its files, which are taken as they lie on the disk at that
moment, write-ahead log included.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.base.refusals import RefusedError
from node.registry import REGISTRY
from node.spaces import after_merge, rebuild, renew_term
from node.store import SEALED, Core, Write
from node.store.backup import make_restored
from node.store.changeset import parts_of
from node.store.intake import IntakeReport
from node.store.storage import SPARE_BYTES
from node.sync.anew import begin_from_journals
from node.sync.answering import AwaitNews
from node.sync.effects import Ask, Learn, Take
from node.sync.granting import GRANTS
from node.sync.greeting import Greeter, Here
from node.sync.heads import beyond_count
from node.sync.house_key import HOUSE_KEY, read_house_key
from node.sync.peers import Peer
from node.sync.returning import Returning
from node.sync.roster import adopt_role, kept_values
from node.sync.round import Round
from node.sync.sealing import heads_told, opened
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Request, unpack_reply
from tests.sync.hand import Box

if TYPE_CHECKING:
    from tests.simulation.lies import Liar
    from tests.simulation.world import World

STEP_SECONDS = 0.001
NO_LIMIT = 2**32 - 2
"""SQLite's own limit of pages."""


class KilledError(BaseException):
    """The node dies here. No `except Exception` of the product may survive it."""


class Node(Box):
    """A box with a name."""

    def __init__(self, name: str, path: Path, world: World) -> None:
        self.name = name
        self.path = path
        self.world = world
        self.life = 0
        self.deaths = 0
        self.line = 0
        """Counts the lines that it opened: what is under way on an older one never arrives."""
        self.dies_in_merge = False
        self.is_full = False
        self.begun_anew = 0
        self.backup: Path | None = None
        self.liar: Liar | None = None
        self._here: tuple[object, Here] | None = None
        self.returning = Returning()
        super().__init__(self._open())
        self.greeter = Greeter(world.chance.randbytes)
        self.peers: dict[bytes, Peer] = {}
        """What the others last said that they hold."""

    @property
    def is_up(self) -> bool:
        return self.core is not None

    @property
    def here(self) -> Here:
        """As a running node has it in memory: read anew only after it was changed."""
        core = self.core
        kept = (core.site_id, core.role, kept_values(core), core.kept(HOUSE_KEY))
        if self._here is None or self._here[0] != kept:
            self._here = (kept, super().here)
        return self._here[1]

    def version(self) -> int:
        """That of its file."""
        found: int = self.core._connection.execute("select crsql_db_version()").fetchone()[0]
        return found

    def _open(self) -> Core:
        core = Core.open(self.path, REGISTRY, clock=self.world.clock)
        core.after_merge = lambda write, touched: self._follow(core, write, touched)
        core.after_catch_up = renew_term
        adopt_role(core)
        core.rebuild = rebuild
        try:
            core.finish_merge()
        except KilledError:
            core.close()
            raise
        return core

    def _follow(self, core: Core, write: Write, touched: frozenset[str]) -> None:
        if self.dies_in_merge:
            self.dies_in_merge = False
            raise KilledError
        after_merge(write, touched, now=self.world.clock.now(), signer=core.identity)

    def held_of(self, site: bytes) -> dict[str, int]:
        """By scope how much it holds of a site's chains, the house's as others are told it."""
        heads = heads_told(self.core.heads(), read_house_key(self.core))
        return {
            scope: head.n
            for (each, scope), head in heads.items()
            if each == site and scope in {"quarter", SEALED}
        }

    # Its fate

    def die(self) -> None:
        """As with kill -9: what the process held is gone, what the disk holds is there."""
        self.deaths += 1
        self.life += 1
        remains = self.path.with_name(f"{self.name}-{self.deaths}.db")
        copy_card(self.path, remains)
        if self.core._connection.in_transaction:
            self.core._connection.execute("rollback")
        self.core.close()
        self.core = None  # type: ignore[assignment]
        self.path = remains
        self.tokens = {}

    def revive(self) -> None:
        self.core = self._open()
        self.returning = Returning()
        self.greeter = Greeter(self.world.chance.randbytes)
        if self.is_full:
            self.fill()

    def back_up(self) -> None:
        """Keep what it holds now, as the product's backups do."""
        self.backup = self.path.with_name(f"{self.name}.backup")
        self.backup.unlink(missing_ok=True)
        self.core._connection.execute("vacuum into ?", (str(self.backup),))

    def restore(self) -> None:
        """Put the backup in the place of what it holds; it is not running."""
        assert self.backup is not None
        self.path = self.path.with_name(f"{self.name}-restored-{self.deaths}.db")
        shutil.copyfile(self.backup, self.path)
        make_restored(self.path, REGISTRY, clock=self.world.clock)
        self.line += 1
        self.peers = {}

    def note_round(self, meeting: Round) -> None:
        """What came of a round with another."""
        site = meeting.peer.site_id
        self.tokens[site] = meeting.token
        self.peers[site] = Peer(
            meeting.peer, said=dict(meeting.said), forked=frozenset(meeting.forked)
        )

    def begin_anew_where_misled(self) -> None:
        """More of a box that was let go is here than counts: as whoever runs the node does, while
        nothing is served.
        """
        if not self.is_up or self.is_full:
            return
        if not beyond_count(self.core.heads(), self.here.members):
            return
        self.core.close()
        beginning = begin_from_journals(self.path, REGISTRY, clock=self.world.clock, central=None)
        assert asyncio.run(beginning)
        self.begun_anew += 1
        self.life += 1
        self.line += 1
        self.tokens, self.peers = {}, {}
        try:
            self.revive()
        except KilledError:
            # It died at its first start, whose rooms have all to follow; the next one does it.
            self.deaths += 1
            self.revive()
        self.world.note("anew", self.name)

    def fill(self) -> None:
        """No page more fits onto its disk: SQLite finds out in the middle of a transaction."""
        self.is_full = True
        self.core._connection.execute("pragma max_page_count = 1")

    def tell_full(self) -> None:
        """So little is left that the store refuses before it tries."""
        self.is_full = True
        self.core.storage.spare_bytes = 2**62

    def make_room(self) -> None:
        self.is_full = False
        if self.is_up:
            self.core.storage.spare_bytes = SPARE_BYTES
            self.core._connection.execute(f"pragma max_page_count = {NO_LIMIT}")

    # Its work

    def perform(self, effect: Any, ask: Callable[[Request], Any] | None = None) -> Any:
        result = super().perform(effect, ask)
        if isinstance(effect, Learn) and result is not None:
            self.grant_keys()
        return result

    def hear(self, peer: bytes) -> None:
        """As the running node does."""
        others = {node.site_id for node in self.here.roster.peers_of(self.site)}
        if self.returning.hears(peer, others, self.world.timeline.now):
            self.returning = Returning()
            super().hear(peer)

    def taken(self, report: IntakeReport) -> None:
        """All pieces of a batch are in: the rooms follow, and new house keys are taken up."""
        if report.touched:
            self.core.finish_merge()
        if GRANTS in report.touched:
            self.grant_keys()


def copy_card(origin: Path, target: Path) -> None:
    """What lies on a card at this moment, log included."""
    for suffix in ("", "-wal"):
        here = Path(f"{origin}{suffix}")
        if here.exists():
            shutil.copyfile(here, f"{target}{suffix}")


@dataclass
class Process:
    """A round or an answer that goes on step by step, until it ends or its node dies."""

    node: Node
    steps: Generator[Any, Any, Any]
    done: Callable[[Any], None]
    failed: Callable[[TroubleError], None]
    chance: random.Random
    ask: Callable[[Request, Process], None] | None = None

    def __post_init__(self) -> None:
        self.life = self.node.life
        self.waits_for = 0

    def go(self, result: Any = None, error: TroubleError | None = None) -> None:
        if self.node.life != self.life:
            self.steps.close()
            return
        try:
            effect = self.steps.throw(error) if error else self.steps.send(result)
            if isinstance(effect, Ask):
                assert self.ask is not None
                self.ask(effect.request, self)
            elif isinstance(effect, Take):
                key = read_house_key(self.node.core)
                self._take(parts_of(opened(effect.batch, key)), IntakeReport())
            else:
                self._perform(effect)
        except StopIteration as stop:
            self.done(stop.value)
        except TroubleError as trouble:
            self.failed(trouble)

    def hear(self, number: int, data: bytes | TroubleError) -> None:
        """What came of a question, if this is the first answer to the one that it waits for."""
        if self.waits_for != number or self.node.life != self.life:
            return
        self.waits_for += 1
        if isinstance(data, TroubleError):
            self.go(error=data)
        else:
            self.go(unpack_reply(data))

    def _perform(self, effect: Any) -> None:
        try:
            result = None if isinstance(effect, AwaitNews) else self.node.perform(effect)
        except RefusedError as refused:
            self._refused(refused)
        else:
            self._soon(result)

    def _refused(self, refused: RefusedError) -> None:
        """The disk takes nothing: the running node tells its round the same."""
        self._soon(error=TroubleError(Trouble.STORE, str(refused)))

    def _soon(self, result: Any = None, error: TroubleError | None = None) -> None:
        self.node.world.timeline.after(STEP_SECONDS, lambda: self.go(result, error))

    def _take(self, parts: list[Any], report: IntakeReport) -> None:
        """A batch in its pieces, as the store's thread takes it: others get turns in between."""
        if self.node.life != self.life:
            return
        core, world = self.node.core, self.node.world
        try:
            if parts:
                report.add_all(core.receive_part(parts[0], self.node.here.members))
                world.timeline.after(STEP_SECONDS, lambda: self._take(parts[1:], report))
                return
            self.node.taken(report)
        except KilledError:
            world.kill(self.node)
        except RefusedError as refused:
            self._refused(refused)
        else:
            self._soon(report)
