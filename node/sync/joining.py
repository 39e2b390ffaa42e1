"""The newcomer's side of pairing: from a code to a file of the quarter, safe to try again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from node.base.clock import Clock
from node.base.refusals import N_, Refusal
from node.store import Core, Founding, Identity, Registry, new_identity
from node.store.files import forget_database, put_in_place, write_durably
from node.sync.central_wire import Waits
from node.sync.countersign import countersign_of, is_answer, mark_of
from node.sync.pairing import Code, CodeError
from node.sync.roster import Roster, join_roster
from node.sync.transport import JOIN, Address, Link, key_at
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Join, Joined, Reply, Request, Sorry

ASKS_AGAIN_SECONDS = 2.0
ASKS_AT_LEAST_SECONDS = 10.0
"""So often a box that waits asks: at first somebody stands before it."""

KEY_FILE = "joining.key"
"""The new box's key until its database holds it: a try that was cut off goes on under it."""


async def join_quarter(
    address: Address,
    code: Code,
    database: Path,
    registry: Registry,
    *,
    clock: Clock,
    waits: Callable[[str], object] = lambda _: None,
) -> Roster:
    """Ask the node at `address`, which showed the code, to let this box in; make its file.

    Where central showed it, `waits` is told the countersign for somebody of the house, again and
    again until the house has decided; what it raises ends the waiting.
    Raises `CodeError` where another node answers or the code counts no more, `TroubleError` where
    nobody answers.
    """
    identity = identity_for(database)
    shown = await key_at(address)
    if not code.is_of(shown):
        raise CodeError(SHOWN_ELSEWHERE)
    marked = await asyncio.to_thread(mark_of, identity)
    request = msgspec.structs.replace(code.ask(identity, shown), mark=marked)
    reply = await _asked(address, request, shown, CODE_VOID)
    if isinstance(reply, Waits):
        reply = await _waited(address, request, shown, lambda: waits(countersign_of(identity)))
        if not _is_of_house(reply, identity):
            raise CodeError(NOT_OF_HOUSE)
    if isinstance(reply, Sorry):
        raise TroubleError(Trouble.BUSY, reply.code)
    if not isinstance(reply, Joined):
        raise TroubleError(Trouble.GARBLED, type(reply).__name__)
    return _make_file(database, reply, identity, registry, clock)


async def _asked(address: Address, request: Join, shown: bytes, no: Refusal) -> Reply:
    try:
        return await ask_once(address, request, shown)
    except TroubleError as error:
        if error.trouble is Trouble.NOT_ACCEPTED:
            raise CodeError(no) from error
        raise


async def _waited(
    address: Address, request: Join, shown: bytes, waits: Callable[[], object]
) -> Reply:
    """What is answered once the house has decided; a line that is down meanwhile is waited for."""
    rest = ASKS_AGAIN_SECONDS
    while True:
        waits()
        await asyncio.sleep(rest)
        rest = min(rest * 1.1, ASKS_AT_LEAST_SECONDS)
        try:
            reply = await _asked(address, request, shown, NOT_LET_IN)
        except TroubleError:
            continue
        if not isinstance(reply, Waits):
            return reply


def _is_of_house(reply: Reply, identity: Identity) -> bool:
    """Whether somebody who read this box's screen answers, and not only central."""
    return isinstance(reply, Joined) and is_answer(
        identity, reply.answer, quarter=reply.quarter, epoch=reply.epoch, root=reply.root
    )


def _make_file(
    database: Path, told: Joined, identity: Identity, registry: Registry, clock: Clock
) -> Roster:
    founding = Founding(told.quarter, told.epoch, identity.seed)
    core = Core.open(unfinished_file(database), registry, clock=clock, founding=founding)
    try:
        roster = join_roster(core, told.roster, root=told.root)
    finally:
        core.close()
    finish_file(database)
    return roster


async def ask_once(address: Address, request: Request, shown: bytes) -> Reply:
    """Ask the node that showed this key, before this box belongs to its quarter."""
    link = Link(address, JOIN, _exactly(shown), is_far=True)
    try:
        return await link.ask(request)
    finally:
        await link.close()


def _exactly(key: bytes) -> Callable[[bytes], bool]:
    return lambda shown: shown == key


def unfinished_file(database: Path) -> Path:
    """Where the file is made until it is whole: a try that was cut off leaves nothing."""
    unfinished = database.with_name("joining.db")
    forget_database(unfinished)
    return unfinished


def finish_file(database: Path) -> None:
    """Put the whole file in its place."""
    put_in_place(database.with_name("joining.db"), database)
    database.with_name(KEY_FILE).unlink()


def identity_for(database: Path) -> Identity:
    """The key of a box that belongs to nobody yet, the same at every try; else `CodeError`."""
    if database.exists():
        raise CodeError(BELONGS_ALREADY)
    path = database.with_name(KEY_FILE)
    if path.exists():
        return Identity(path.read_bytes())
    identity = new_identity()
    write_durably(path, identity.seed)
    return identity


SHOWN_ELSEWHERE = Refusal(
    "sync.shown_elsewhere",
    N_("Die Box an dieser Adresse hat diesen Code nicht gezeigt."),
    N_("Bitte prüfen Sie Code und Adresse. Ein Code gilt nur bei der Box, die ihn zeigt."),
    field="code",
)
CODE_VOID = Refusal(
    "sync.code_void",
    N_("Dieser Code gilt nicht mehr."),
    N_("Bitte lassen Sie sich einen neuen zeigen."),
    field="code",
)
NOT_LET_IN = Refusal(
    "sync.not_let_in",
    N_("Diese Box wurde nicht hereingelassen."),
    N_(
        "Fragen Sie im Haus oder bei der Zentrale nach. Ein neuer Versuch braucht einen neuen Code."
    ),
    field="code",
)
NOT_OF_HOUSE = Refusal(
    "sync.not_of_house",
    N_("Die Antwort kommt nicht aus dem Haus, in dem diese Box steht. Sie gehört nirgends dazu."),
    N_("Bitte melden Sie das der Betreuung, bevor Sie es noch einmal versuchen."),
    field="code",
)
BELONGS_ALREADY = Refusal(
    "sync.belongs_already",
    N_("Diese Box gehört schon zu einem Quartier."),
    N_("Nehmen Sie eine leere Box, oder ein leeres Verzeichnis für ihre Daten."),
)
