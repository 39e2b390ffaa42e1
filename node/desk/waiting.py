"""The waiting list at the desk: whom to call about what got free, and the line of each place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.desk.reservations import UNKNOWN_ACT
from node.desk.spaces import read_wish, resident_of
from node.spaces import Call, InLine
from node.store import Read, Write
from node.web.forms import path_id, read_fields
from node.web.showing import Place, moment, place_of
from node.web.table import Table
from node.web.visit import Visit
from node.web.waiting import ShownEntry, entry_of


@dataclass(slots=True)
class WaitingPage:
    """See `desk/waiting.html`."""

    calls: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    can_act: bool
    clock_unsure: bool


@dataclass(slots=True)
class _Looked:
    calls: list[Call] = field(default_factory=list)
    lines: list[tuple[InLine, str, str]] = field(default_factory=list)


@get("/desk/waiting", include_in_schema=False)
async def waiting_page(visit: Visit) -> Response[Any]:
    """Who must be told that something got free, and who waits for what."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    looked = await visit.read(lambda read: _look(read, visit))
    page = WaitingPage(
        calls=[_call(visit, call) for call in looked.calls],
        lines=list(_places(visit, looked)),
        can_act=may(visit.actor, Permission.RESERVE_FOR_OTHERS),
        clock_unsure=not visit.house.clock.trusted,
    )
    return await desk_page(
        visit, "desk/waiting.html", page, here="waiting", table=lambda: _table(visit, looked)
    )


def _look(read: Read, visit: Visit) -> _Looked:
    lines = [
        (each, *people.name_and_place(read, each.entry.request.person_id))
        for each in spaces.whole_line(read, now=visit.now)
    ]
    return _Looked(spaces.calls(read, now=visit.now), lines)


def _call(visit: Visit, call: Call) -> dict[str, Any]:
    return {
        "entry": entry_of(visit, call.in_line),
        "name": call.name or "–",
        "flat": call.flat,
        "phone": call.phone,
        "email": call.email,
        "person_href": _person_href(call.in_line),
    }


def _person_href(each: InLine) -> str:
    return f"/desk/people/{id_text(each.entry.request.person_id)}"


def _places(visit: Visit, looked: _Looked) -> Iterable[dict[str, Any]]:
    """The line of each place, in its order."""
    places: dict[bytes, tuple[Place, list[dict[str, Any]]]] = {}
    for each, name, flat in looked.lines:
        _, rows = places.setdefault(each.space.id, (place_of(visit, each.space), []))
        rows.append(
            {
                "entry": entry_of(visit, each),
                "name": name or "–",
                "flat": flat,
                "since": moment(visit, each.entry.request.requested_at),
                "person_href": _person_href(each),
            }
        )
    return ({"place": place, "rows": rows} for place, rows in places.values())


def _table(visit: Visit, looked: _Looked) -> Table:
    columns = (N_("Ort"), N_("Zeit"), N_("Person"), N_("Wohnung"), N_("Stand"))
    rows = []
    for each, name, flat in looked.lines:
        shown: ShownEntry = entry_of(visit, each)
        rows.append([shown.title, shown.when, name, flat, shown.state_text])
    return Table(visit.say(N_("warteliste")), [visit.say(column) for column in columns], rows)


@post("/desk/waiting", include_in_schema=False)
async def join(visit: Visit) -> Response[Any]:
    """Put somebody on the list, with the fact that the team did it."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    resident = await resident_of(visit, staff, fields.given.get("person", ""))
    if resident is None:
        raise RefusedError(people.NOT_FOUND)
    wish = await read_wish(visit, fields)
    await visit.write(lambda write: spaces.join(write, resident, wish, now=visit.now))
    return visit.go("/desk/waiting")


@post("/desk/waiting/{entry:str}/{act:str}", include_in_schema=False)
async def act_on(visit: Visit, entry: str, act: str) -> Response[Any]:
    """Say yes or no for somebody who was told, or take them off the list."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    await read_fields(visit)
    entry_id, now, signer = path_id(entry), visit.now, visit.house.signer
    acts: dict[str, Callable[[Write, bytes], object]] = {
        "accept": lambda write, offer_id: spaces.confirm(
            write, actor, offer_id, now=now, signer=signer
        ),
        "decline": lambda write, offer_id: spaces.cancel(write, actor, offer_id, now=now),
    }

    def run(write: Write) -> object:
        each = spaces.get_in_line(write, actor, entry_id, now=now)
        if isinstance(each, Refusal):
            return each
        if act == "remove":
            return spaces.leave_line(write, actor, entry_id, now=now)
        if act not in acts:
            return UNKNOWN_ACT
        if each.hold_until is None or each.entry.offer is None:
            return NOTHING_OFFERED
        return acts[act](write, each.entry.offer.id)

    await visit.write(run)
    return visit.go("/desk/waiting")


NOTHING_OFFERED = Refusal(
    "desk.nothing_offered",
    N_("Dieser Person ist gerade nichts angeboten, oder die Zeit zum Annehmen ist um."),
    N_("Die Liste zeigt, wer als Nächstes an der Reihe ist."),
)

ROUTES = (waiting_page, join, act_on)
