"""Who of a stay's guests owes the city no levy, noted at the desk with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Permission
from node.base.ids import parse_id
from node.base.refusals import Refusal, RefusedError, granted
from node.desk.frame import desk_page
from node.desk.taxes import REASONS
from node.quarter.model import Levy
from node.spaces import Line
from node.spaces.levy import NO_LEVY, exempt, exempted, levy_of
from node.spaces.levy_tables import Exempted
from node.store import Read, Write
from node.web.forms import path_id, read_fields
from node.web.showing import ShownLine, bill_of, line_of, moment
from node.web.visit import Visit


@dataclass(slots=True)
class LevyPage:
    """See `desk/levy.html`."""

    line: ShownLine
    back: str
    action: str
    bill: Any
    reasons: list[dict[str, str]]
    most: int
    given: dict[str, str]
    noted: str
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Looked:
    line: Line
    levy: Levy
    noted: Exempted | None
    who: str


@get("/desk/reservations/{reservation:str}/levy", include_in_schema=False)
async def levy_page(visit: Visit, reservation: str) -> Response[Any]:
    """Who is exempt, and the form for it."""
    visit.allowed(Permission.RESERVE_FOR_OTHERS)
    return await _page(visit, reservation, None, {})


async def _page(
    visit: Visit, reservation: str, given: dict[str, str] | None, problems: dict[str, str]
) -> Response[Any]:
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> _Looked | Refusal:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        levy = levy_of(read, line.reservation)
        if levy is None:
            return NO_LEVY
        noted = exempted(read, reservation_id)
        who = people.find_person(read, parse_id(noted.staff_id)) if noted else None
        return _Looked(line, levy, noted, who.name if who else "")

    looked = await visit.read(look)
    noted, details = looked.noted, looked.line.reservation.details
    minors = sum(1 for age in details.ages if age < looked.levy.exempt_under)
    page = LevyPage(
        line=line_of(visit, looked.line),
        back=f"/desk/reservations/{reservation}",
        action=f"/desk/reservations/{reservation}/levy",
        bill=bill_of(visit, looked.line.reservation.bill),
        reasons=[{"value": str(e), "text": visit.say(REASONS[e])} for e in looked.levy.exempt],
        most=details.people - minors,
        given=given
        or {
            "people": str(noted.people if noted else 1),
            "reason": noted.reason if noted else "",
        },
        noted=visit.list_words(*filter(None, (looked.who, moment(visit, noted.at))))
        if noted
        else "",
        problems=problems,
    )
    status = 422 if problems else 200
    return await desk_page(visit, "desk/levy.html", page, here="today", status=status)


@post("/desk/reservations/{reservation:str}/levy", include_in_schema=False)
async def note_exemption(visit: Visit, reservation: str) -> Response[Any]:
    """Note who is exempt; nobody takes it back."""
    actor, reservation_id = visit.allowed(Permission.RESERVE_FOR_OTHERS), path_id(reservation)
    fields = await read_fields(visit)
    count = fields.number("people", low=0, high=99, default=0)
    reason = fields.text("reason", longest=40) if count else ""

    def run(write: Write) -> object:
        return exempt(write, actor, reservation_id, people=count, reason=reason, now=visit.now)

    if not fields.problems:
        result = await visit.store.write(run)
        if not isinstance(result, Refusal):
            return visit.go(f"/desk/reservations/{reservation}")
        if not result.field:
            raise RefusedError(result)
        fields.problem(result.field, result.message, **result.values)
    return await _page(visit, reservation, fields.given, fields.problems)


ROUTES = (levy_page, note_exemption)
