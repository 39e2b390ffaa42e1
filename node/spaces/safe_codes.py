"""The code of a place's key safe: set by the team, shown to who is in, and to be changed after.

It is shown when its people have checked in and say that they know the rules, and (where the place
asks for it) when they have signed the arrival; never before and never after. Who was shown it is a
fact, so that the team is reminded of changing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, safe_code_tables
from node.spaces.actions import NOT_YOURS, is_theirs, own_reservation
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.handing_over import HandOver, find_hand_over
from node.spaces.model import Space, Status
from node.spaces.reads import lines_of
from node.spaces.safe_code_tables import CodeFact, CodeRow
from node.store import NodeRole, Read, Write

STILL_SHOWN = timedelta(hours=1)
"""So long after the end of their time people may need it to put the key back."""


@dataclass(frozen=True, slots=True)
class SafeCode:
    """The code of a place as the team sees it, and to how many who have left it is known."""

    space: Space
    code: str
    set_at: datetime | None
    asks_protocol: bool
    known_to: int

    @property
    def is_due(self) -> bool:
        """Whether it should be changed: somebody who was shown it has left."""
        return bool(self.code) and self.known_to > 0


@dataclass(frozen=True, slots=True)
class CodeView:
    """What a reservation's people see: the code, or that they may have it now, or why not."""

    found: HandOver
    code: str
    refusal: Refusal | None


def find_safe_code(read: Read, space_id: bytes, *, now: datetime) -> SafeCode | Refusal:
    """The code of a place, for the team."""
    space = place_tables.select_space(read, space_id)
    return UNKNOWN_SPACE if space is None else _of(read, space, now=now)


def _of(read: Read, space: Space, *, now: datetime) -> SafeCode:
    rows = safe_code_tables.select_codes(read, space.id)
    current = next((row for row in rows if not row.reservation_id), None)
    if current is None:
        return SafeCode(space, "", None, asks_protocol=False, known_to=0)
    shown = {row.reservation_id for row in _shown_since(rows, current)}
    left = [x for x in lines_of(read, sorted(shown), now=now) if x.status is not Status.CHECKED_IN]
    fact = current.fact
    return SafeCode(
        space, current.code, fact.at, asks_protocol=fact.asks_protocol, known_to=len(left)
    )


def _shown_since(rows: list[CodeRow], current: CodeRow) -> list[CodeRow]:
    """Whom this code was shown; a code that is set is news to everybody."""
    since = (current.fact.at, current.id)
    return [row for row in rows if row.reservation_id and (row.fact.at, row.id) > since]


def codes_to_change(read: Read, *, now: datetime) -> list[SafeCode]:
    """The codes that somebody knows who has left."""
    ids = safe_code_tables.select_spaces_with_codes(read)
    spaces = (place_tables.select_space(read, space_id) for space_id in ids)
    found = (_of(read, space, now=now) for space in spaces if space and not space.ended)
    return [each for each in found if each.is_due]


def set_safe_code(
    write: Write,
    actor: Actor,
    space_id: bytes,
    code: str,
    *,
    asks_protocol: bool,
    now: datetime,
) -> SafeCode | Refusal:
    """The safe has this code from now on; an empty one: there is no safe any more."""
    if not may(actor, Permission.CHECK_IN_OTHERS) or write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    found = find_safe_code(write, space_id, now=now)
    if isinstance(found, Refusal):
        return found
    if (found.code, found.asks_protocol) != (code, asks_protocol):
        staff_id = id_text(actor.person_id)
        fact = CodeFact(at=kept_instant(now), staff_id=staff_id, asks_protocol=asks_protocol)
        row = CodeRow(id=new_id(), space_id=space_id, fact=fact, code=code)
        safe_code_tables.insert_code(write, row)
    return _of(write, found.space, now=now)


def view_code(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> CodeView | Refusal:
    """What its people see of a reservation's code now; others' don't exist, for the team neither:
    they have it at the place."""
    reservation = own_reservation(read, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    if actor.is_away or not is_theirs(actor, reservation):
        return NO_CODE
    found = find_hand_over(read, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    rows = safe_code_tables.select_codes(read, found.line.space.id)
    current = next((row for row in rows if not row.reservation_id), None)
    if current is None or not current.code:
        return NO_CODE
    refusal = _why_not(found, current.fact, now=now)
    shown = any(r.reservation_id == reservation_id for r in _shown_since(rows, current))
    return CodeView(found, current.code if shown and refusal is None else "", refusal)


def _why_not(found: HandOver, fact: CodeFact, *, now: datetime) -> Refusal | None:
    line = found.line
    if line.status in {Status.REQUESTED, Status.HELD, Status.CONFIRMED}:
        return NOT_YET
    if line.status is not Status.CHECKED_IN:
        return NO_MORE
    if now >= line.reservation.period.ends_at + STILL_SHOWN:
        return NO_MORE
    asks = fact.asks_protocol and bool(found.listed) and found.arrival.signed is None
    return SIGN_FIRST if asks else None


def show_code(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> CodeView | Refusal:
    """They know the rules and want the code; noted once."""
    view = view_code(write, actor, reservation_id, now=now)
    if isinstance(view, Refusal) or view.refusal is not None or view.code:
        return view
    row = CodeRow(
        id=new_id(),
        space_id=view.found.line.space.id,
        fact=CodeFact(at=kept_instant(now)),
        reservation_id=reservation_id,
        person_id=actor.person_id,
    )
    safe_code_tables.insert_code(write, row)
    return view_code(write, actor, reservation_id, now=now)


NO_CODE = Refusal(
    "safe.no_code",
    N_("Hier gibt es keinen Code."),
    N_("Den Schlüssel gibt Ihnen der Service-Point."),
    status=404,
)
NOT_YET = Refusal(
    "safe.not_yet",
    N_("Den Code sehen Sie, sobald Sie eingecheckt sind."),
    N_("Checken Sie am Ort mit dem Ausweis oder dem Code an der Tür ein."),
    status=409,
)
NO_MORE = Refusal(
    "safe.no_more",
    N_("Ihre Zeit hier ist vorbei, der Code wird nicht mehr gezeigt."),
    N_("Haben Sie den Schlüssel noch, bringen Sie ihn bitte zum Service-Point."),
    status=409,
)
SIGN_FIRST = Refusal(
    "safe.sign_first",
    N_("Bitte bestätigen Sie zuerst die Übergabe bei der Ankunft."),
    N_("Danach sehen Sie hier den Code."),
    status=409,
)
