"""What is shut and when, at the desk: shut a place, see whom it hits, open it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from litestar import Response, get, post

from node import people, quarter, spaces
from node.base.actors import Permission
from node.base.ids import id_text, parse_id
from node.base.periods import Period, local_instant
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.quarter import Closure, ListedClosure, TargetKind
from node.quarter.model import LocalText
from node.spaces import Line, Reservation
from node.spaces.relocating import why_shut
from node.spaces.telling import with_words
from node.store import NodeRole, Read, Write
from node.web.forms import Fields, path_id, read_fields
from node.web.listing import rows_table
from node.web.showing import closure_when, line_of
from node.web.visit import Visit

AHEAD = timedelta(days=800)


COLUMNS = {
    "what": N_("Was"),
    "when": N_("Zeit"),
    "why": N_("Warum, für alle zu lesen"),
    "who": N_("Durch"),
    "hit": N_("Schon gebucht oder angefragt"),
}


@dataclass(slots=True)
class ClosuresPage:
    """See `desk/closures.html`."""

    rows: list[dict[str, Any]]
    targets: list[dict[str, str]]
    is_home: bool
    given: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/closures", include_in_schema=False)
async def closures_page(visit: Visit) -> Response[Any]:
    """What is shut from now on, each with whom it hits, and the form for one more."""
    visit.allowed(Permission.MANAGE_SPACES)
    today = visit.today.isoformat()
    return await _page(visit, {"day": today, "until": today}, {})


async def _page(visit: Visit, given: dict[str, str], problems: dict[str, str]) -> Response[Any]:
    ahead = Period(visit.now, visit.now + AHEAD)

    def look(read: Read) -> ClosuresPage:
        rows = [_row(visit, read, each) for each in quarter.list_closures(read, ahead)]
        return ClosuresPage(
            rows=rows,
            targets=_targets(visit, read),
            is_home=visit.store.core.role is NodeRole.HOME,
            given=given,
            problems=problems,
        )

    page = await visit.store.read(look)
    return await desk_page(
        visit,
        "desk/closures.html",
        page,
        here="places",
        status=422 if problems else 200,
        table=lambda: rows_table(visit, visit.say(N_("schliessungen")), COLUMNS, page.rows),
    )


def _targets(visit: Visit, read: Read) -> list[dict[str, str]]:
    """What can be shut: the quarter, its desk, each house, each place."""
    lang = visit.prefs.lang
    whole = [
        {"value": "quarter", "text": visit.say(N_("Das ganze Quartier"))},
        {"value": "desk", "text": quarter.get_desk(read).name},
    ]
    houses = [
        {"value": f"building.{id_text(each.id)}", "text": each.name}
        for each in quarter.list_buildings(read)
    ]
    places = [
        {"value": f"space.{id_text(each.id)}", "text": each.name.in_language(lang)}
        for each in spaces.list_spaces(read)
    ]
    return [*whole, *places, *houses]


def _row(visit: Visit, read: Read, listed: ListedClosure) -> dict[str, Any]:
    closure = listed.closure
    hit = spaces.hit_by(read, closure, now=visit.now)
    names = names_of(read, hit)
    who = people.find_person(read, listed.staff_id) if listed.staff_id else None
    return {
        "id": id_text(closure.id),
        "when": closure_when(visit, closure),
        "what": _target_name(visit, read, closure),
        "why": closure.reason.in_language(visit.prefs.lang),
        "who": who.name if who else "",
        "is_of_team": listed.is_of_team,
        "hit": [_hit(visit, line, names) for line in hit],
    }


def _target_name(visit: Visit, read: Read, closure: Closure) -> str:
    if closure.target_kind is TargetKind.SPACE:
        space = spaces.find_space(read, closure.target_id)
        return space.name.in_language(visit.prefs.lang) if space else "–"
    if closure.target_kind is TargetKind.BUILDING:
        building = quarter.find_building(read, closure.target_id)
        return building.name if building else "–"
    if closure.target_kind is TargetKind.DESK:
        return quarter.get_desk(read).name
    return visit.say(N_("Das ganze Quartier"))


def _hit(visit: Visit, line: Line, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    shown = line_of(visit, line)
    first = line.reservation.period.starts_at.astimezone(visit.zone)
    last = line.reservation.period.ends_at.astimezone(visit.zone)
    kind = line.space.kind
    return {
        "id": shown.id,
        "who": names[line.reservation.id][0],
        "when": shown.when,
        "place": shown.title,
        "state": shown.state,
        "can_take_back": line.status is spaces.Status.CONFIRMED,
        "again": f"/desk/find?person={id_text(line.reservation.person_id)}&kind={kind}&search=1"
        f"&day={first.date().isoformat()}&until={last.date().isoformat()}"
        f"&starts={first:%H:%M}&ends={last:%H:%M}&people={line.reservation.details.people}",
    }


@post("/desk/closures", include_in_schema=False)
async def shut(visit: Visit) -> Response[Any]:
    """Shut the quarter, the desk, a house or a place for a time."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    fields = await read_fields(visit)
    wanted = await _wanted(visit, fields)
    if wanted is None or fields.problems:
        return await _page(visit, fields.given, fields.problems)

    def close(write: Write) -> Closure | Refusal:
        return quarter.shut(write, actor, wanted, now=visit.now)

    result = await visit.store.write(close)
    if isinstance(result, Refusal):
        if not result.field:
            raise RefusedError(result)
        fields.problem(result.field, result.message)
        return await _page(visit, fields.given, fields.problems)
    # Whoever is hit is to be talked to at once: that page has what each could have instead.
    is_hit = await visit.store.read(lambda read: bool(spaces.hit_by(read, result, now=visit.now)))
    is_place = result.target_kind is not TargetKind.DESK
    return visit.go("/desk/displaced" if is_hit and is_place else "/desk/closures")


async def _wanted(visit: Visit, fields: Fields) -> Closure | None:
    options = await visit.store.read(lambda read: _targets(visit, read))
    target = fields.choice("target", [option["value"] for option in options])
    starts = _instant(visit, fields, "day", "starts", time.min)
    ends = _instant(visit, fields, "until", "ends", None)
    reason = LocalText(
        fields.text("reason", required=True, longest=200), fields.text("reason_en", longest=200)
    )
    if fields.problems or starts is None or ends is None:
        return None
    if ends <= starts:
        fields.problem("until", N_("Das Ende liegt nicht nach dem Anfang."))
        return None
    kind, _, target_id = target.partition(".")
    return Closure(
        b"", TargetKind(kind), parse_id(target_id) if target_id else b"", starts, ends, reason
    )


def _instant(
    visit: Visit, fields: Fields, day: str, clock: str, usual: time | None
) -> datetime | None:
    """A day and, if it was said, a time of day; else the day's beginning, or its end."""
    on = fields.day(day)
    at = fields.clock(clock) if fields.given.get(clock, "").strip() else usual
    if on is None:
        return None
    if at is None:
        return local_instant(_after(on), time.min, visit.zone)
    return local_instant(on, at, visit.zone)


def _after(day: date) -> date:
    return day + timedelta(days=1)


@post("/desk/closures/{closure:str}/open", include_in_schema=False)
async def open_again(visit: Visit, closure: str) -> Response[Any]:
    """End a closure that the team made."""
    actor, closure_id = visit.allowed(Permission.MANAGE_SPACES), path_id(closure)
    await read_fields(visit)
    await visit.write(lambda write: quarter.open_again(write, actor, closure_id, now=visit.now))
    return visit.go("/desk/closures")


@post("/desk/reservations/{reservation:str}/take-back", include_in_schema=False)
async def take_back(visit: Visit, reservation: str) -> Response[Any]:
    """Take a reservation back because its place is shut; the person pays nothing."""
    actor, reservation_id = visit.allowed(Permission.RESERVE_FOR_OTHERS), path_id(reservation)
    fields = await read_fields(visit)

    def run(write: Write) -> Reservation | Refusal:
        why = why_shut(write, reservation_id, now=visit.now)
        done = spaces.take_back(write, actor, reservation_id, now=visit.now)
        return with_words(write, done, why)

    await visit.write(run)
    is_listed = fields.given.get("back") == "displaced"
    return visit.go("/desk/displaced?said=back" if is_listed else "/desk/closures")


ROUTES = (closures_page, shut, open_again, take_back)
