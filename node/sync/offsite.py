"""Copies of the house's backups at central: sent over the line that the two have, rotated there.

A backup is sealed to the emergency sheet and to the box that made it, so central keeps it without
being able to read it. Whoever holds the sheet gets it back on a new box. Sending and fetching go on
where they were cut off; central believes a copy when its hash is the one that was told.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path

from node.base.refusals import N_, Refusal, RefusedError
from node.store import Core, Identity, NodeRole, is_signed
from node.store.erased_list import keep_list, parse_list
from node.sync.central_wire import (
    PART_BYTES,
    AskCopies,
    AskCopyPart,
    Copies,
    CopyPart,
    CopyState,
    GiveCopy,
    TellCopy,
)
from node.sync.handing import hand_over
from node.sync.joining import ask_once
from node.sync.own import Own
from node.sync.paging import Paging
from node.sync.pairing import may_take_in
from node.sync.peers import Peer, Peers
from node.sync.roster import KEY_BYTES, Roster, read_roster
from node.sync.round import Round
from node.sync.transport import JOIN, Address, Link, key_at
from node.sync.trouble import Trouble, TroubleError

_PURPOSE = "quartier copies 1"
Told = Callable[[int, int], object]


def is_holder(core: Core, request: AskCopies | AskCopyPart) -> bool:
    """Whether whoever asks has proven the emergency sheet of this store's quarter."""
    roster = read_roster(core)
    if core.role is not NodeRole.CENTRAL or roster is None or not roster.body.recovery:
        return False
    said = request.public_key + core.identity.public_key
    return is_signed(roster.body.recovery[:KEY_BYTES], _PURPOSE, said, request.proof)


class Offsite:
    """What a running node does with central beside rounds."""

    def __init__(self, own: Own, peers: Peers, tag: str) -> None:
        self._own = own
        self._peers = peers
        self._tag = tag

    @property
    def has_central(self) -> bool:
        """Whether the quarter has a central."""
        return self._central is not None

    @property
    def _central(self) -> Peer | None:
        return next((peer for peer in self._peers if peer.node.role is NodeRole.CENTRAL), None)

    @property
    def kept(self) -> Copies:
        """At central: the copies that are here."""
        return self._own.copies.listed()

    async def send(self, path: Path) -> None:
        """Give central a copy of a sealed backup; raises `TroubleError` where that breaks off."""
        await send_copy(self._own, self._there(), self._tag, path)

    @property
    def may_take_in(self) -> bool:
        """Whether new boxes of the house are let in at this node."""
        return may_take_in(self._own.roster, self._own.here.site_id)

    async def hand_over(self) -> Roster:
        """Give central the authority; raises `TroubleError` or `RosterError`."""
        return await hand_over(self._own, self._there(), self._tag)

    def _there(self) -> Peer:
        central = self._central
        if central is None:
            raise TroubleError(Trouble.NOT_FOUND, "there is no central")
        return central


async def send_copy(own: Own, peer: Peer, tag: str, path: Path) -> None:
    """Give central a copy of a backup; raises `TroubleError` where that breaks off."""
    told = await asyncio.to_thread(_told_of, path)
    trouble = TroubleError(Trouble.UNREACHABLE)
    for address in peer.known_addresses():
        link = Link(address, tag, lambda shown: shown == peer.node.public_key, is_far=True)
        try:
            await _send(own, peer, link, told, path)
        except TroubleError as error:
            trouble = error
        else:
            return
        finally:
            await link.close()
    raise trouble


async def _send(own: Own, peer: Peer, link: Link, told: TellCopy, path: Path) -> None:
    meeting = Round(own.here, peer.node, secrets.token_bytes(32))
    await own.drive(meeting.greet(), link.ask)
    reply = await link.ask(told, token=meeting.token)
    before, paging = -1, Paging(PART_BYTES)
    while isinstance(reply, CopyState) and not reply.is_whole:
        if reply.held == before:
            raise TroubleError(Trouble.STORE, "central took nothing")
        before = reply.held
        data = await asyncio.to_thread(_read, path, reply.held, paging.size)
        with paging.timed():
            reply = await link.ask(GiveCopy(told.name, before, data), token=meeting.token)
    if not isinstance(reply, CopyState):
        raise TroubleError(Trouble.NOT_ACCEPTED, type(reply).__name__)


def _told_of(path: Path) -> TellCopy:
    with path.open("rb") as reading:
        digest = hashlib.file_digest(reading, "sha256").digest()
    return TellCopy(path.name, path.stat().st_size, digest)


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as reading:
        reading.seek(offset)
        return reading.read(size)


async def list_copies(address: Address, sheet: Identity) -> list[tuple[str, int]]:
    """What central keeps, the newest first; raises `TroubleError` or `RefusedError`."""
    shown = await key_at(address)
    request = AskCopies(sheet.public_key, _proof(sheet, shown))
    try:
        reply = await ask_once(address, request, shown)
    except TroubleError as error:
        if error.trouble is Trouble.NOT_ACCEPTED:
            raise RefusedError(NO_CENTRAL) from error
        raise
    return list(reply.found) if isinstance(reply, Copies) else []


async def fetch_copy(
    address: Address, sheet: Identity, name: str, size: int, target: Path, *, told: Told
) -> None:
    """Bring a copy here; what is here already is not fetched again. Raises `TroubleError`."""
    shown = await key_at(address)
    proof = _proof(sheet, shown)
    paging = Paging(PART_BYTES)
    link = Link(address, JOIN, lambda key: key == shown, is_far=True)
    try:
        with target.open("a+b") as writing:
            while writing.tell() < size:
                told(writing.tell(), size)
                request = AskCopyPart(sheet.public_key, proof, name, writing.tell(), paging.size)
                with paging.timed():
                    reply = await link.ask(request)
                if not isinstance(reply, CopyPart) or not reply.data:
                    raise TroubleError(Trouble.BUSY, "the copy is not at hand any more")
                # Before the copy is opened: it may hold somebody who was erased since.
                keep_list(target.parent, parse_list(reply.erased))
                writing.write(reply.data)
            told(size, size)
    finally:
        await link.close()


def _proof(sheet: Identity, shown: bytes) -> bytes:
    return sheet.sign(_PURPOSE, sheet.public_key + shown)


NO_CENTRAL = Refusal(
    "sync.no_copies",
    N_("An dieser Adresse ist keine Zentrale, die dieses Notfallblatt kennt."),
    N_("Bitte prüfen Sie die Adresse und ob es das Blatt dieses Quartiers ist."),
    status=422,
    field="address",
)
