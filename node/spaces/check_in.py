"""Coming and going with a pass: by a resident or by a guest without an account.

A check-in is one fact with a derived id: scanned twice, or at two nodes while the line is cut, it
is one check-in, and the second reader is told so. What was taken back (`undoing.py`) leaves its id
behind: the next one is another row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, normal_code
from node.base.refusals import N_, Refusal
from node.spaces import admission, passes, place_tables, projections, tables
from node.spaces.folding import find_reservation, project
from node.spaces.model import Line, PassageFact, Passed, Reservation, Space, Status
from node.spaces.undone import Undone
from node.store import NodeRole, Read, Write


def find_by_pass(read: Read, text: str, *, keys: Iterable[bytes]) -> Line | Refusal:
    """The reservation that a scanned pass or a typed short code stands for.

    A pass is checked by its signature alone, so any node of the quarter can, without a line; a
    short code is only known where the reservation is.
    """
    if is_short_code(text):
        found = projections.select_ids_by_code(read, normal_code(text))
        return _line(read, found[0]) if len(found) == 1 else WRONG_CODE
    reservation_id = passes.read_pass(text, quarter_id=read.quarter_id, keys=keys)
    if isinstance(reservation_id, Refusal):
        return reservation_id
    return _line(read, reservation_id)


def is_short_code(text: str) -> bool:
    """Whether a text is read as the eight characters of a pass, which can be guessed."""
    return len(normal_code(text)) == passes.CODE_CHARS and not passes.looks_like_pass(text)


def _line(read: Read, reservation_id: bytes) -> Line | Refusal:
    reservation = find_reservation(read, reservation_id)
    space = place_tables.select_space(read, reservation.space_id) if reservation else None
    if reservation is None or space is None:
        return NOT_HERE_YET
    code = projections.select_code(read, reservation_id)
    return Line(reservation, space, reservation.base_status, code)


def check_in(
    write: Write,
    actor: Actor,
    text: str,
    *,
    keys: Iterable[bytes],
    now: datetime,
    space_id: bytes | None = None,
) -> Passed | Refusal:
    """Let in whoever holds the pass, once. `space_id` is where it was held up, if that is known."""
    line = find_by_pass(write, text, keys=keys)
    if isinstance(line, Refusal):
        return line
    if space_id is not None and space_id != line.space.id:
        return _wrong_place(line.space)
    return admit(write, actor, line, now=now)


def admit(write: Write, actor: Actor, line: Line, *, now: datetime) -> Passed | Refusal:
    """Check a known reservation in, for the desk as for a reader.

    A node whose clock may be wrong can't tell too early from too late; people at the desk can.
    """
    reservation, space = line.reservation, line.space
    if reservation.check_in is not None and reservation.check_out is None:
        return Passed(_now(line, now), reservation.check_in.at, already=True)
    if not write.clock_trusted and not may(actor, Permission.CHECK_IN_OTHERS):
        return CLOCK_UNSURE
    refusal = admission.check_admission(space, reservation, now=now)
    if refusal is not None:
        return refusal
    return _pass_through(write, actor, line, "in", now=now)


def check_out(
    write: Write, actor: Actor, text: str, *, keys: Iterable[bytes], now: datetime
) -> Passed | Refusal:
    """Note that whoever holds the pass has left, once; what is left of the time is free again."""
    line = find_by_pass(write, text, keys=keys)
    return line if isinstance(line, Refusal) else leave(write, actor, line, now=now)


def leave(write: Write, actor: Actor, line: Line, *, now: datetime) -> Passed | Refusal:
    """Check a known reservation out."""
    reservation = line.reservation
    if reservation.check_in is None:
        return NOT_IN
    if reservation.check_out is not None:
        return Passed(_now(line, now), reservation.check_out.at, already=True)
    return _pass_through(write, actor, line, "out", now=now)


def _pass_through(
    write: Write, actor: Actor, line: Line, kind: str, *, now: datetime
) -> Passed | Refusal:
    if write.role is NodeRole.CENTRAL:
        return NOT_AT_THE_DOOR
    fact = PassageFact(now, id_text(write.site_id)[:8], str(actor.face))
    reservation_id = line.reservation.id
    what = Undone.CHECK_IN if kind == "in" else Undone.CHECK_OUT
    tables.insert_once(
        write,
        "passage",
        tables.next_fact_id(write, reservation_id, "check_" + kind, what),
        reservation_id,
        kind=kind,
        fact=tables.encoded(fact),
    )
    reservation = project(write, reservation_id)
    if reservation is None:
        return NOT_HERE_YET
    return Passed(Line(reservation, line.space, reservation.status_at(now), line.code), now)


def _now(line: Line, now: datetime) -> Line:
    return Line(line.reservation, line.space, line.reservation.status_at(now), line.code)


def is_open_for(reservation: Reservation, space: Space, *, now: datetime) -> bool:
    """Whether the pass would open now: for showing the button."""
    status = reservation.status_at(now)
    return (
        status is Status.CONFIRMED
        and admission.check_admission(space, reservation, now=now) is None
    )


def _wrong_place(space: Space) -> Refusal:
    return Refusal(
        "pass.wrong_place",
        N_("Dieser Ausweis gilt nicht hier, sondern für: {space}."),
        N_("An der richtigen Tür steht die Nummer {number}, wie auf Ihrem Ausweis."),
        values={"space": space.name, "number": space.mark.number},
    )


WRONG_CODE = Refusal(
    "pass.wrong_code",
    N_("Zu diesen acht Zeichen gibt es keine gültige Buchung."),
    N_("Bitte prüfen Sie die Zeichen. Abgesagte Buchungen haben keinen Code mehr."),
    status=404,
)
NOT_HERE_YET = Refusal(
    "pass.not_here_yet",
    N_("Der Ausweis ist echt, aber die Buchung ist an diesem Gerät noch nicht angekommen."),
    N_("Bitte versuchen Sie es in einer Minute noch einmal oder gehen Sie zum Service-Point."),
    status=409,
)
CLOCK_UNSURE = Refusal(
    "pass.clock",
    N_("Dieses Gerät weiß gerade nicht sicher, wie spät es ist, und kann niemanden einchecken."),
    N_("Der Ausweis bleibt gültig. Bitte gehen Sie zum Service-Point oder zu einem anderen Gerät."),
)
NOT_AT_THE_DOOR = Refusal(
    "pass.not_at_the_door",
    N_("Von unterwegs kann niemand ein- oder auschecken."),
    N_("Bitte halten Sie den Ausweis im Haus an ein Gerät oder öffnen Sie die Seite dort."),
    status=403,
)
NOT_IN = Refusal(
    "pass.not_in",
    N_("Mit diesem Ausweis hat noch niemand eingecheckt."),
    N_("Bitte checken Sie zuerst ein."),
)
