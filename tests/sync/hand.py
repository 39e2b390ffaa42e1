"""Nodes without network: a round is driven step by step, by hand, over real files."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from node.base.clock import FrozenClock
from node.base.ids import new_id
from node.store import (
    Column,
    Core,
    Founding,
    NodeRole,
    PrunedError,
    Registry,
    Scope,
    SignedChangeset,
    Table,
    Writers,
)
from node.sync.answering import Answering, AwaitNews
from node.sync.authority import add_node, found_roster
from node.sync.effects import Ask, CaughtUp, GiveWay, Learn, Look, ReadRange, Take
from node.sync.forks import give_way
from node.sync.granting import give_house_key, refresh_house_key
from node.sync.greeting import Greeter, Here
from node.sync.house_key import read_house_key, sealing_public_key
from node.sync.roster import join_roster, read_root, read_roster, take_roster
from node.sync.round import Round
from node.sync.sealing import held_as, opened, sealed_for, view_told
from node.sync.tables import TABLES as SYNC_TABLES
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Challenge, Hello, Reply, Request, pack, unpack_reply, unpack_request

QUARTER, EPOCH = b"Q" * 16, b"E" * 16
WISH = Table(
    "wish",
    key=("id",),
    columns=(Column("id", "blob"), Column("text", "text", default="")),
    scope=Scope.HOUSE,
    about="A test's wish, which stays in the house.",
)
PLAN = Table(
    "plan",
    key=("id",),
    columns=(Column("id", "blob"), Column("what", "text", default="")),
    scope=Scope.QUARTER,
    about="A test's plan, which central may read.",
)
RULE = Table(
    "rule",
    key=("id",),
    columns=(Column("id", "blob"), Column("text", "text", default="")),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    about="A test's rule, which only the home node writes.",
)
REGISTRY = Registry(1, (WISH, PLAN, RULE, *SYNC_TABLES))
CLOCK = FrozenClock(datetime(2026, 11, 24, tzinfo=UTC))


class Box:
    """A node under test: its file, and how it answers."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.greeter = Greeter(secrets.token_bytes)
        self.tokens: dict[bytes, bytes] = {}

    @property
    def site(self) -> bytes:
        return self.core.site_id

    @property
    def here(self) -> Here:
        core = self.core
        roster = read_roster(core)
        assert roster is not None
        key = read_house_key(core)
        return Here(core.identity, core.quarter, core.epoch, core.registry.number, roster, key)

    def wish(self, text: str) -> None:
        self.core.write(lambda write: write.insert("wish", id=new_id(), text=text))

    def grant_keys(self) -> None:
        """As a running node does after its roster or the grants changed."""
        key, holders = refresh_house_key(self.core)
        if key is not None:
            self.core.write(lambda write: give_house_key(write, key, holders))

    def plan(self, what: str) -> None:
        self.core.write(lambda write: write.insert("plan", id=new_id(), what=what))

    def texts(self, table: str = "wish", column: str = "text") -> set[str]:
        rows = self.core.read(lambda read: read.rows(f"select {column} from {table}"))
        return {row[0] for row in rows}

    def perform(  # noqa: C901, PLR0911 - one return an effect
        self, effect: Any, ask: Callable[[Request], Reply] | None = None
    ) -> Any:
        core, key = self.core, read_house_key(self.core)
        match effect:
            case Ask(request):
                assert ask is not None
                return ask(request)
            case Look():
                waits = core.must_catch_up
                return view_told(core.heads(), core.quarantined(), key, must_catch_up=waits)
            case ReadRange():
                return self._read(effect)
            case Take(batch):
                return core.receive(opened(batch, key), self.here.members)
            case Learn(signed):
                return take_roster(core, signed)
            case CaughtUp(peer):
                return self.hear(peer)
            case GiveWay(counting):
                return give_way(core, self.here.roster, key, counting)
            case AwaitNews():
                return None
        raise AssertionError(effect)

    def hear(self, _peer: bytes) -> None:
        """One peer's word is enough for a restored box here."""
        self.core.note_caught_up()
        self.core.finish_merge()

    def _read(self, wanted: ReadRange) -> list[SignedChangeset] | None:
        chain, key = wanted.chain, read_house_key(self.core)
        try:
            page = self.core.changesets(
                held_as(chain, key), after=wanted.after, max_bytes=wanted.max_bytes
            )
        except PrunedError:
            return None
        return sealed_for(chain, page, key)

    def drive(
        self, steps: Generator[Any, Any, Any], ask: Callable[[Request], Reply] | None = None
    ) -> Any:
        try:
            effect = next(steps)
            while True:
                try:
                    result = self.perform(effect, ask)
                except TroubleError as error:
                    effect = steps.throw(error)
                else:
                    effect = steps.send(result)
        except StopIteration as stop:
            return stop.value

    def answer(self, token: bytes, request: Request, now: float = 0.0) -> Reply | None:
        """As the listener does it: None is the one answer that tells nothing."""
        answering = Answering(self.here, self.greeter)
        if isinstance(request, Challenge):
            return self.greeter.nonce(now)
        if isinstance(request, Hello):
            return self.drive(answering.hello(request, now))
        session = self.greeter.session(self.here, token, now)
        return None if session is None else self.drive(answering.answer(session, request))

    def meet(self, other: Box, *, requests: list[Request] | None = None, **options: Any) -> Round:
        """A whole round with `other`; bytes pass the wire both ways."""
        node = self.here.roster.nodes[other.site]
        token = self.tokens.get(other.site, b"")
        meeting = Round(self.here, node, secrets.token_bytes(32), token, **options)

        def ask(request: Request) -> Reply:
            if requests is not None:
                requests.append(request)
            reply = other.answer(meeting.token, unpack_request(pack(request)))
            if reply is None:
                raise TroubleError(Trouble.NOT_ACCEPTED)
            return unpack_reply(pack(reply))

        self.drive(meeting.steps(), ask)
        self.tokens[other.site] = meeting.token
        return meeting


def found(path: Path, name: str, *, registry: Registry = REGISTRY, **founding: Any) -> Box:
    """A box with a file of its own, in the quarter of these tests, without a roster."""
    first = Founding(founding.get("quarter", QUARTER), founding.get("epoch", EPOCH))
    return Box(Core.open(path / f"{name}.db", registry, clock=CLOCK, founding=first))


def quarter_of(path: Path, registry: Registry = REGISTRY) -> tuple[Box, Box, Box]:
    """A home node, a kiosk and central that know each other."""
    home, kiosk, central = (
        found(path, name, registry=registry) for name in ("home", "kiosk", "central")
    )
    found_roster(home.core, name="Haus")
    add_node(
        home.core,
        kiosk.core.identity.public_key,
        name="Foyer",
        role=NodeRole.KIOSK,
        sealing_key=sealing_public_key(kiosk.core.identity),
    )
    roster = add_node(
        home.core, central.core.identity.public_key, name="Zentrale", role=NodeRole.CENTRAL
    )
    for box in (kiosk, central):
        join_roster(box.core, roster.signed, root=read_root(home.core))
    return home, kiosk, central


def close(*boxes: Box) -> None:
    for box in boxes:
        box.core.close()
