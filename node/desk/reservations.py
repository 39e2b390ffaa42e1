"""One reservation at the desk: find it, check in and out, approve, decline, cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.spaces import Line, Status
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.showing import (
    ShownBill,
    ShownLine,
    bill_of,
    line_of,
    moment,
    money,
)
from node.web.visit import Visit


@dataclass(slots=True)
class ReservationPage:
    """See `desk/reservation.html`."""

    line: ShownLine
    name: str
    flat: str
    rows: list[dict[str, str]]
    bill: ShownBill
    code: str
    can: dict[str, bool]
    fee: str
    person_href: str = ""


@dataclass(slots=True)
class PassPage:
    """See `desk/pass.html`."""

    refusal: dict[str, Any] | None = None
    code: str = ""
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/reservations/{reservation:str}", include_in_schema=False)
async def reservation_page(visit: Visit, reservation: str) -> Response[Any]:
    """All about one reservation."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    reservation_id = path_id(reservation)

    def look(read: Read) -> tuple[Line, tuple[str, str], dict[str, str], int] | Refusal:
        line = spaces.get_line(read, actor, reservation_id, now=visit.now)
        if isinstance(line, Refusal):
            return line
        fee = spaces.preview_cancellation(read, line.reservation, now=visit.now).fee_cents
        name = names_of(read, [line])[reservation_id]
        return line, name, spaces.note_of(read, reservation_id), fee

    line, (name, flat), note, fee = await visit.read(look)
    return await desk_page(
        visit, "desk/reservation.html", _page(visit, line, (name, flat), note, fee), here="today"
    )


def _page(
    visit: Visit, line: Line, who: tuple[str, str], note: dict[str, str], fee: int
) -> ReservationPage:
    status, reservation = line.status, line.reservation
    facts = [
        (N_("Gebucht"), moment(visit, reservation.requested_at)),
        (N_("Nummer"), str(reservation.decision.number) if reservation.decision else ""),
        (N_("Eingecheckt"), moment(visit, reservation.check_in.at) if reservation.check_in else ""),
        (
            N_("Ausgecheckt"),
            moment(visit, reservation.check_out.at) if reservation.check_out else "",
        ),
        (N_("Anlass"), note.get("note", "")),
        (N_("Gäste"), note.get("guests", "")),
        (
            N_("Gebucht durch"),
            visit.say(N_("Team für diese Person")) if reservation.details.staff_id else "",
        ),
    ]
    return ReservationPage(
        line=line_of(visit, line),
        name=who[0],
        flat=who[1],
        rows=[{"label": visit.say(label), "value": value} for label, value in facts if value],
        bill=bill_of(visit, reservation.bill),
        code=line.code,
        can={
            "check_in": spaces.is_open_for(reservation, line.space, now=visit.now),
            "check_out": status is Status.CHECKED_IN,
            "judge": status is Status.REQUESTED and line.space.home_site == visit.house.site_id,
            "cancel": status in {Status.REQUESTED, Status.HELD, Status.CONFIRMED},
        },
        fee=money(visit, fee) if fee else "",
        person_href=f"/desk/people/{id_text(reservation.person_id)}",
    )


@post("/desk/reservations/{reservation:str}/{act:str}", include_in_schema=False)
async def act_on(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Check in, check out, approve, decline or cancel."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    reason = fields.text("reason", longest=200)

    now, signer = visit.now, visit.house.signer
    acts: dict[str, Callable[[Write, Line], object]] = {
        "check-in": lambda write, line: spaces.admit(write, actor, line, now=now),
        "check-out": lambda write, line: spaces.leave(write, actor, line, now=now),
        "approve": lambda write, _: spaces.approve(
            write, actor, reservation_id, now=now, signer=signer
        ),
        "decline": lambda write, _: spaces.decline(
            write, actor, reservation_id, reason=reason, signer=signer
        ),
        "cancel": lambda write, _: spaces.cancel(write, actor, reservation_id, now=now),
    }

    def run(write: Write) -> object:
        line = spaces.get_line(write, actor, reservation_id, now=now)
        if isinstance(line, Refusal) or act not in acts:
            return line if isinstance(line, Refusal) else UNKNOWN_ACT
        return acts[act](write, line)

    await visit.write(run)
    back = fields.given.get("back", "")
    return visit.go("/desk" if back == "today" else f"/desk/reservations/{reservation}")


UNKNOWN_ACT = Refusal(
    "desk.unknown_act",
    N_("Das kann man mit einer Buchung nicht tun."),
    N_("Bitte gehen Sie zurück und wählen Sie noch einmal."),
    status=404,
)


@get("/desk/pass", include_in_schema=False)
async def pass_page(visit: Visit) -> Response[Any]:
    """Ask for a pass: scanned with a reader, or its eight characters."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    return await desk_page(visit, "desk/pass.html", PassPage(), here="today")


@post("/desk/pass", include_in_schema=False)
async def find_pass(visit: Visit) -> Response[Any]:
    """Show what a pass stands for."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    code = fields.text("code", required=True, longest=400)
    keys = visit.house.home_keys()
    found = await visit.store.read(lambda read: spaces.find_by_pass(read, code, keys=keys))
    if isinstance(found, Refusal):
        page = PassPage(words(visit, found), code, fields.problems)
        return await desk_page(visit, "desk/pass.html", page, here="today", status=found.status)
    return visit.go(f"/desk/reservations/{id_text(found.reservation.id)}")


ROUTES = (reservation_page, act_on, pass_page, find_pass)
