"""Whom the team tells itself what it did to their booking: the desk's list of calls and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.spaces.telling import ToTell, note_told, to_tell
from node.web.forms import path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.showing import when_of
from node.web.told import ShownTold, told_of
from node.web.visit import Visit

ROWS_MAX = 6
"""So many stand on the board; the page has them all."""
COLUMNS = {
    "who": N_("Person"),
    "flat": N_("Wohnung"),
    "phone": N_("Telefon"),
    "email": N_("E-Mail"),
    "what": N_("Was zu sagen ist"),
}


@dataclass(slots=True)
class TellingPage:
    """See `desk/telling.html`."""

    rows: list[dict[str, Any]]
    can_act: bool
    flashes: list[dict[str, Any]] = field(default_factory=list)


@get("/desk/telling", include_in_schema=False)
async def telling_page(visit: Visit) -> Response[Any]:
    """Everybody who does not know yet, who comes first first."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    found = await visit.read(lambda read: to_tell(read, now=visit.now))
    rows = [_row(visit, each) for each in found]
    page = TellingPage(rows, may(actor, Permission.RESERVE_FOR_OTHERS))
    if read_query(visit).given.get("said"):
        text = visit.say(N_("Notiert. Die Person wird nicht noch einmal benachrichtigt."))
        page.flashes = [{"kind": "success", "text": text}]
    return await desk_page(
        visit,
        "desk/telling.html",
        page,
        here="today",
        table=lambda: rows_table(visit, visit.say(N_("bescheid")), COLUMNS, rows),
    )


def _row(visit: Visit, each: ToTell) -> dict[str, Any]:
    shown = told_of(visit, each.told)
    when = _when(visit, each, shown)
    changes = (
        visit.say(N_("{label}: vorher {before}, jetzt {now}"), **row)
        if row["before"]
        else f"{row['label']}: {row['now']}"
        for row in shown.rows
    )
    parts = (shown.title, shown.place.name, shown.subject, *changes, shown.text, shown.words)
    return {
        "id": shown.id,
        "told": shown,
        "when": when,
        "about": visit.list_words(each.name or "–", shown.place.name, when),
        "who": each.name or "–",
        "flat": each.flat,
        "phone": each.phone,
        "email": each.email,
        "what": "; ".join(part for part in parts if part),
    }


@post("/desk/telling/{reservation:str}", include_in_schema=False)
async def told_in_person(visit: Visit, reservation: str) -> Response[Any]:
    """They were told, on the telephone or on paper."""
    actor, reservation_id = visit.allowed(Permission.RESERVE_FOR_OTHERS), path_id(reservation)
    act_id = (await read_fields(visit)).id("act")
    await visit.write(lambda write: note_told(write, actor, reservation_id, act_id, now=visit.now))
    return visit.go("/desk/telling?said=1")


def telling_tasks(visit: Visit, found: Sequence[ToTell]) -> list[dict[str, Any]]:
    """Whom to tell, on the board."""
    rows = [_task(visit, each) for each in found[:ROWS_MAX]]
    if len(found) > ROWS_MAX:
        title = visit.say(N_("Noch zu benachrichtigen: {count}"), count=len(found) - ROWS_MAX)
        rows.append({**rows[-1], "title": title, "text": "", "href": "/desk/telling"})
    return rows


def _task(visit: Visit, each: ToTell) -> dict[str, Any]:
    shown = told_of(visit, each.told)
    return {
        "title": visit.list_words(
            f"{shown.place.name}: {each.name or '–'}", _when(visit, each, shown)
        ),
        "text": shown.title,
        "href": f"/desk/telling#tell-{id_text(each.told.reservation.id)}",
        "state": "waiting",
        "state_text": visit.say(N_("Bescheid sagen")),
    }


def _when(visit: Visit, each: ToTell, shown: ShownTold) -> str:
    """The time that they know of, or that it is now: somebody may have two to be told of."""
    return shown.subject or when_of(visit, each.told.space, each.told.now.period)


ROUTES = (telling_page, told_in_person)
