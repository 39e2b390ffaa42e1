"""The desk's keys: which hang there, who has the others, for whom the next one is.

A key is handed out for a reservation whose time it is and for nobody else; so nobody gets what the
next people in the place need (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.quarter.files import HandoverKind
from node.spaces import key_tables, place_tables
from node.spaces.actions import NOT_YOURS
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.check_in import is_open_for
from node.spaces.key import FROM, Key, KeyState, Move, MoveFact, MoveKind
from node.spaces.model import Line, Space, Status
from node.spaces.reads import get_line, lines_of
from node.store import NodeRole, Read, Write

STILL_THEIRS = frozenset({Status.CONFIRMED, Status.CHECKED_IN})


def list_keys(read: Read, *, now: datetime, space_id: bytes = b"") -> list[Key]:
    """All keys by place, or those of one place."""
    places = place_tables.select_spaces(read)
    wanted = (space for space in places if not space.ended and space_id in (b"", space.id))
    return [key for space in wanted for key in _of(read, space, now=now)]


def only_overdue(keys: Iterable[Key], *, now: datetime) -> list[Key]:
    """Of some keys those that are out though the time of who has them is over."""
    return [
        key
        for key in keys
        if key.state is KeyState.OUT
        and (key.holder is None or key.holder.status not in STILL_THEIRS or _over(key.holder, now))
    ]


def _over(line: Line, now: datetime) -> bool:
    return line.reservation.period.ends_at <= now


def _of(read: Read, space: Space, *, now: datetime) -> Iterator[Key]:
    for row in space.row.handover:
        if row.kind is not HandoverKind.KEY:
            continue
        for copy in range(1, row.count + 1):
            key = Key(space, row, copy, key_tables.select_last(read, space.id, row.key, copy))
            yield replace(key, holder=_holder(read, key, now=now))


def _holder(read: Read, key: Key, *, now: datetime) -> Line | None:
    if key.last is None or key.state is KeyState.HERE or not key.last.reservation_id:
        return None
    return next(iter(lines_of(read, [key.last.reservation_id], now=now)), None)


def move_key(
    write: Write,
    actor: Actor,
    space_id: bytes,
    name: tuple[str, int],
    kind: MoveKind,
    *,
    seen: bytes,
    now: datetime,
    reservation_id: bytes = b"",
) -> Key | Refusal:
    """Note what happens to a key: `name` says which of the place's list, and the how-manieth.

    Sent twice it is noted once; who did not see what a colleague noted meanwhile is shown it first.
    """
    key = _key_to_move(write, actor, space_id, name, now=now)
    if isinstance(key, Refusal):
        return key
    if key.seen != seen:
        last = key.last
        done = last is not None and last.kind is kind and last.reservation_id == reservation_id
        return key if done else MOVED_MEANWHILE
    if key.state not in FROM[kind]:
        return MOVED_MEANWHILE
    if kind is MoveKind.OUT:
        refusal = _why_not_out(write, actor, key, reservation_id, now=now)
        if refusal is not None:
            return refusal
    had = key.last.reservation_id if key.last and key.state is not KeyState.HERE else b""
    move = Move(
        id=new_id(),
        space_id=space_id,
        key=name[0],
        copy=name[1],
        kind=kind,
        fact=MoveFact(at=kept_instant(now), staff_id=id_text(actor.person_id)),
        reservation_id=reservation_id if kind is MoveKind.OUT else had,
    )
    key_tables.insert_move(write, move)
    moved = replace(key, last=move)
    return replace(moved, holder=_holder(write, moved, now=now))


def _key_to_move(
    write: Write, actor: Actor, space_id: bytes, name: tuple[str, int], *, now: datetime
) -> Key | Refusal:
    if not may(actor, Permission.CHECK_IN_OTHERS) or write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    space = place_tables.select_space(write, space_id)
    if space is None:
        return UNKNOWN_SPACE
    keys = (key for key in _of(write, space, now=now) if (key.row.key, key.copy) == name)
    return next(keys, NO_KEY)


def _why_not_out(
    write: Write, actor: Actor, key: Key, reservation_id: bytes, *, now: datetime
) -> Refusal | None:
    """Why somebody does not get this key now."""
    line = get_line(write, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    if line.space.id != key.space.id:
        return OF_ANOTHER_PLACE
    is_their_time = line.status is Status.CHECKED_IN and not _over(line, now)
    if is_their_time or is_open_for(line.reservation, line.space, now=now):
        return None
    return NOT_THEIR_TIME


NO_KEY = Refusal(
    "keys.unknown",
    N_("Diesen Schlüssel gibt es nicht."),
    N_("Welche es gibt, steht in der Übergabeliste des Ortes."),
    status=404,
)
MOVED_MEANWHILE = Refusal(
    "keys.moved_meanwhile",
    N_("Inzwischen hat jemand anderes etwas zu diesem Schlüssel notiert."),
    N_("Bitte sehen Sie noch einmal nach. Es wurde nichts geändert."),
)
OF_ANOTHER_PLACE = Refusal(
    "keys.of_another_place",
    N_("Dieser Schlüssel gehört zu einem anderen Ort als die Buchung."),
    N_("Bitte nehmen Sie den Schlüssel des gebuchten Ortes."),
)
NOT_THEIR_TIME = Refusal(
    "keys.not_their_time",
    N_("Diese Buchung ist jetzt nicht dran. Der Schlüssel ist für andere."),
    N_("Ausgeben geht, sobald die Person einchecken kann."),
)
