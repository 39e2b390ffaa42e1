"""Boxes that wait for the house: they came to central with a code, and only the house lets them in.

Central has no house key, so it vouches for nobody. What it can do is to introduce: a box that knows
a code of central's stands among the facts as waiting, every node of the house shows it, and
somebody there types the countersign that the box's own screen shows (`countersign.py`). Then the
house vouches, lists the box or has it listed, and its answer goes back the same way. Until then the
box is in no roster and is told nothing of the quarter, not even its name.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from typing import Any

from node.base.ids import derived_id
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
from node.store import HOUSE_ROLES, Core, NodeRole, Read, Write, site_id_of
from node.sync.arrivals import Way, note_arrival
from node.sync.authority import add_node, candidate, kept_elsewhere
from node.sync.central_wire import Waits
from node.sync.countersign import CHARS, answer, mark, stretched
from node.sync.handing import propose
from node.sync.house_key import read_house_key
from node.sync.own import Own
from node.sync.pairing import CodeError, Invitation, accept, is_own, may_take_in, welcome
from node.sync.peers import Peers
from node.sync.roster import (
    KEY_BYTES,
    NAME_CHARS_MAX,
    RosterError,
    RosterNode,
    read_root,
    roster_of,
)
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Join, Joined

WAITS_SECONDS = 24 * 3600
"""The code is good for minutes; who came with it waits until somebody of the house had time."""

SHOWN_MAX = 20
"""Of a central that lists a thousand, people see the first."""

_OPEN = """
select w.id, w.public_key, w.sealing_key, w.mark, w.name, w.role, w.asked_at, w.ends_at
from box_waiting w left join box_admission a on a.id = w.id
where w.withdrawn_at is null and a.id is null and w.ends_at > :now
order by w.asked_at, w.id limit :most
"""
_OF_KEY = """
select a.answer from box_waiting w left join box_admission a on a.id = w.id
where w.public_key = :key and w.withdrawn_at is null and w.ends_at > :now
and coalesce(length(a.answer), 1) > 0 order by w.asked_at desc limit 1
"""

_ADMITTED = """
select w.public_key, a.decided_at from box_waiting w join box_admission a on a.id = w.id
where length(a.answer) > 0
"""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A box that waits. `asked_at` and `ends_at` are seconds UTC by central's clock."""

    id: bytes
    public_key: bytes
    sealing_key: bytes
    mark: bytes
    name: str
    role: NodeRole
    asked_at: int
    ends_at: int


def read_waiting(read: Read, *, now: int) -> list[Newcomer]:
    """Who waits, the first first. What no box can be is left out: central may have written it."""
    found = [_newcomer(row) for row in read.rows(_OPEN, now=now, most=SHOWN_MAX)]
    return [each for each in found if each is not None]


def _newcomer(row: Any) -> Newcomer | None:
    keys = (row["public_key"], row["sealing_key"], row["mark"])
    invited = {str(role): role for role in HOUSE_ROLES - {NodeRole.HOME}}
    role, name = invited.get(row["role"]), row["name"]
    if role is None or not 0 < len(name) <= NAME_CHARS_MAX or set(map(len, keys)) != {KEY_BYTES}:
        return None
    return Newcomer(row["id"], *keys, name, role, row["asked_at"], row["ends_at"])


# At central


def told_waiting(core: Core, join: Join) -> Joined | Waits | None:
    """What a box that waits is told when it asks again; None where it waits for nothing here."""
    if not is_own(core, join):
        return None
    now = to_epoch(core.clock.now())
    found = core.read(lambda read: read.rows(_OF_KEY, key=join.public_key, now=now))
    if not found:
        return None
    listed = (n for n in roster_of(core).body.nodes if n.public_key == join.public_key)
    node, said = next(listed, None), found[0][0]
    if node is None or said is None:
        return Waits()
    return welcome(core, node.role, answer=said) if node.is_active else None


def note_waiting(write: Write, meant: Invitation, join: Join, *, now: int) -> bool:
    """Write down that a box waits; false where it did and does no more."""
    return write.insert_new(
        "box_waiting",
        id=derived_id(join.public_key, meant.secret),
        public_key=join.public_key,
        sealing_key=join.sealing_key,
        mark=join.mark,
        name=meant.name,
        role=str(meant.role),
        asked_at=now,
        ends_at=now + WAITS_SECONDS,
    )


async def admit_at_central(own: Own, join: Join) -> Joined | Waits | RosterNode | None:
    """Let a box wait that knows a code of central's, or tell it how it stands."""
    store = own.store
    told = await store.on_writer(lambda core: told_waiting(core, join))
    if told is not None:
        return told
    found = await store.on_writer(lambda core: accept(core, join))
    if not isinstance(found, Invitation):
        return found
    now = to_epoch(store.core.clock.now())
    is_new = await store.write(lambda write: note_waiting(write, found, join, now=now))
    return Waits() if is_new else None


# In the house


class Waiting:
    """Who waits, and what the house says to it: for the pages of a running node."""

    def __init__(self, own: Own, peers: Peers, tag: str) -> None:
        self._own = own
        self._peers = peers
        self._tag = tag

    async def listed(self) -> list[Newcomer]:
        """Who waits at this moment."""
        now = to_epoch(self._own.store.core.clock.now())
        return await self._own.store.read(lambda read: read_waiting(read, now=now))

    async def admitted(self) -> dict[bytes, int]:
        """When the house let in who came with a code of central's, by public key."""
        rows = await self._own.store.read(lambda read: read.rows(_ADMITTED))
        return {row["public_key"]: row["decided_at"] for row in rows}

    async def let_in(self, newcomer: Newcomer, typed: str, *, staff_id: bytes) -> None:
        """Vouch for a box whose screen somebody of the team has read, and answer it.

        Raises `CodeError` where its screen shows another countersign, `RosterError` where boxes are
        not let in here, `TroubleError` where central keeps the list and is not reached.
        """
        key = await asyncio.to_thread(stretched, typed)
        if not hmac.compare_digest(mark(key, *_keys(newcomer)), newcomer.mark):
            raise CodeError(OTHER_COUNTERSIGN)
        store = self._own.store
        wanted = await store.on_writer(lambda core: _list(core, newcomer))
        if wanted is not None:
            await self._propose(wanted)
        await self._own.refresh_roster()
        said = await store.on_writer(lambda core: _answer(core, key, newcomer))
        await self._decide(newcomer, said)
        now = to_epoch(store.core.clock.now())
        await store.write(
            lambda write: note_arrival(
                write, newcomer.public_key, way=Way.CENTRAL_CODE, staff_id=staff_id, now=now
            )
        )

    async def turn_away(self, newcomer: Newcomer) -> None:
        """Let a box wait no more that the house does not want."""
        await self._decide(newcomer, b"")

    async def withdraw(self, newcomer: Newcomer) -> None:
        """At central: let a box wait no more."""
        now = to_epoch(self._own.store.core.clock.now())
        sql = "update box_waiting set withdrawn_at = :now where id = :id and withdrawn_at is null"
        await self._own.store.write(lambda write: write.execute(sql, now=now, id=newcomer.id))

    async def _propose(self, node: RosterNode) -> None:
        central = next((p for p in self._peers if p.node.role is NodeRole.CENTRAL), None)
        if central is None:
            raise TroubleError(Trouble.NOT_FOUND, "there is no central")
        await propose(self._own, central, self._tag, node)

    async def _decide(self, newcomer: Newcomer, said: bytes) -> None:
        now = to_epoch(self._own.store.core.clock.now())
        await self._own.store.write(
            lambda write: write.insert_new(
                "box_admission", id=newcomer.id, answer=said, decided_at=now
            )
        )


def _keys(newcomer: Newcomer) -> tuple[bytes, bytes]:
    return newcomer.public_key, newcomer.sealing_key


def _list(core: Core, newcomer: Newcomer) -> RosterNode | None:
    """List a box, unless a try that was cut off has; what must be listed elsewhere is answered."""
    roster, house_key = roster_of(core), read_house_key(core)
    if house_key is None or not may_take_in(roster, core.site_id, newcomer.role):
        raise RosterError(kept_elsewhere(roster))
    node = roster.active(site_id_of(newcomer.public_key))
    if node is not None and house_key.is_vouched(node):
        return None
    new = candidate(
        core,
        newcomer.public_key,
        name=newcomer.name,
        role=newcomer.role,
        sealing_key=newcomer.sealing_key,
    )
    if roster.body.authority != core.identity.public_key:
        return new
    add_node(core, new.public_key, name=new.name, role=new.role, sealing_key=new.sealing_key)
    return None


def _answer(core: Core, key: bytes, newcomer: Newcomer) -> bytes:
    return answer(
        key,
        quarter=core.quarter,
        epoch=core.epoch,
        root=read_root(core),
        public_key=newcomer.public_key,
    )


OTHER_COUNTERSIGN = Refusal(
    "sync.other_countersign",
    N_("Das ist nicht der Gegencode dieser Box."),
    N_(
        "Er hat {chars} Zeichen und steht am Bildschirm der neuen Box. Steht dort etwas anderes,"
        " lassen Sie die Box nicht herein."
    ),
    status=422,
    values={"chars": CHARS},
    field="countersign",
)
