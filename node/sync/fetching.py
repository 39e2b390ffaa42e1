"""Taking the quarter as a whole: a box that begins fetches a snapshot of a sister of the house.

Resumable: parts that arrived stay beside the database, and each is checked against what the giver
signed. What came after the snapshot comes as journals, like everything later.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

from node.base.clock import Clock
from node.store import (
    HOUSE_ROLES,
    Arriving,
    Core,
    Manifest,
    Registry,
    Scope,
    SignedManifest,
    check_manifest,
    install_snapshot,
)
from node.store.files import forget_database
from node.sync.asking import insist
from node.sync.effects import Learn, Look, View
from node.sync.greeting import Here
from node.sync.heads import counted
from node.sync.house_key import read_house_key
from node.sync.roster import RosterNode, kept_values, roster_of, take_roster
from node.sync.round import Round
from node.sync.transport import Address, Link, key_at, quarter_tag
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import AskPart, AskSnapshot, Request, SnapshotOffer, SnapshotPart, Sorry

ARRIVING = "arriving"
MAKING_SECONDS = 600.0
"""So long a giver may take to make its snapshot; a large quarter takes a few seconds."""

_ASK_AGAIN_SECONDS = 0.5
T = TypeVar("T")


def scratch_of(database: Path) -> Path:
    """Where a box fills another file by its own journal; a try that was cut off leaves it."""
    return database.with_name(database.name + ".anew")


Told = Callable[[int, int], object]
"""Called with the bytes that are here and those there are."""


async def begin_from_snapshot(
    address: Address,
    database: Path,
    registry: Registry,
    *,
    clock: Clock,
    told: Told,
    again: bool = False,
) -> bool:
    """Fill a fresh box's file from the node at `address`; False where that node gives none.

    `again`: of a box that was away for too long, whose file is set aside, if the giver holds all
    that it does. Raises `TroubleError` where the line breaks (then the next try goes on) and
    `RefusedError` for a snapshot that must not be taken. The box's identity, roster and house key
    stay.
    """
    core = Core.open(database, registry, clock=clock)
    try:
        giver = _giver(core, await key_at(address))
        scopes = here_of(core).shared_scopes(giver) if giver is not None else frozenset()
        if giver is None or Scope.HOUSE not in scopes or (core.heads() and not again):
            return False
        link = Link(address, quarter_tag(core.quarter), lambda key: key == giver.public_key)
        try:
            manifest, arrived = await _fetch(link, core, giver, scopes, told)
        finally:
            await link.close()
        members, kept, identity = here_of(core).members, kept_values(core), core.identity
    finally:
        core.close()
    aside = install_snapshot(
        arrived,
        manifest,
        database,
        registry,
        members,
        identity=identity,
        clock=clock,
        kept=kept,
    )
    arrived.unlink()
    # What was begun in another way is needed no more; see `anew.py`.
    forget_database(scratch_of(database))
    if aside is not None and not again:
        # The file that held nothing but what was taken over.
        aside.unlink(missing_ok=True)
    return True


async def _fetch(
    link: Link, core: Core, giver: RosterNode, scopes: frozenset[str], told: Told
) -> tuple[Manifest, Path]:
    token = await greet(link, core, giver)
    offer = await _offered(link, token)
    signed = SignedManifest(offer.body, offer.signature)
    members = here_of(core).members
    manifest = check_manifest(signed, members, quarter=core.quarter, scopes=scopes)
    holds = {(head.site, head.scope): head.n for head in manifest.heads}
    if any(
        counted(chain, head.n, members) > holds.get(chain, 0)
        for chain, head in core.heads().items()
    ):
        raise TroubleError(Trouble.BUSY, "the giver lacks something that is here")
    if any(n > counted(chain, n, members) for chain, n in holds.items()):
        raise TroubleError(Trouble.BUSY, "the giver holds more of a box let go than counts")
    arriving = Arriving(manifest, core.path.with_name(ARRIVING))
    try:
        while not arriving.complete:
            told(arriving.offset, arriving.size)
            request = AskPart(manifest.digest, arriving.offset)
            reply = await link.ask(request, token=token)
            if not isinstance(reply, SnapshotPart) or not reply.data:
                raise TroubleError(Trouble.BUSY, "the snapshot is not at hand any more")
            arriving.add(reply.data)
        told(arriving.size, arriving.size)
    finally:
        arriving.close()
    return manifest, arriving.path


async def _offered(link: Link, token: bytes) -> SnapshotOffer:
    async with asyncio.timeout(MAKING_SECONDS):
        while True:
            reply = await link.ask(AskSnapshot(), token=token)
            if not isinstance(reply, Sorry) or reply.code != Trouble.BUSY:
                return insist(reply, SnapshotOffer)
            await asyncio.sleep(_ASK_AGAIN_SECONDS)


async def greet(link: Link, core: Core, giver: RosterNode) -> bytes:
    """Prove who we are; the token of the session."""
    meeting = Round(here_of(core), giver, secrets.token_bytes(32))
    await _drive(meeting.greet(), link, core)
    return meeting.token


async def _drive(steps: Generator[Any, Any, T], link: Link, core: Core) -> T:
    result: Any = None
    try:
        while True:
            effect = steps.send(result)
            match effect:
                case Look():
                    result = View({}, frozenset())
                case Learn(signed):
                    result = take_roster(core, signed)
                case _:
                    result = await link.ask(_request(effect))
    except StopIteration as stop:
        answer: T = stop.value
        return answer


def _request(effect: Any) -> Request:
    request: Request = effect.request
    return request


def here_of(core: Core) -> Here:
    """What the node of a file is that is not served."""
    roster, key = roster_of(core), read_house_key(core)
    return Here(core.identity, core.quarter, core.epoch, core.registry.number, roster, key)


def _giver(core: Core, key: bytes) -> RosterNode | None:
    found = here_of(core).roster.peers_of(core.site_id)
    return next(
        (node for node in found if node.public_key == key and node.role in HOUSE_ROLES), None
    )
