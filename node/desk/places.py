"""The places and their rules at the desk: see them, change them, look first what that would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from litestar import Response, get, post

from node import people, quarter, spaces
from node.base.actors import Permission
from node.base.ids import id_text, parse_id
from node.base.periods import Period, local_day
from node.base.refusals import N_, Refusal
from node.desk.coming_rules import coming_rows, day_of
from node.desk.frame import desk_page
from node.desk.rule_fields import MORE_ROWS, read_row, shown_row
from node.desk.today import names_of
from node.quarter.files import Approval, SpaceRow
from node.quarter.model import RuleSource
from node.spaces import Judged, Line, Preview, Space
from node.spaces.place_facts import RulesFact
from node.spaces.preview import preview_place
from node.spaces.setting import coming_rules, place_as_planned, plan_rules
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import Fields, path_id, read_fields
from node.web.guest_forms import dated
from node.web.listing import rows_table
from node.web.showing import line_of, moment, money, place_of
from node.web.unlocking import has_lock
from node.web.visit import Visit

PAST = timedelta(days=31)
AHEAD = timedelta(days=400)
SHOWN_MAX = 40

AUDIENCES = {
    "all": N_("alle"),
    "contract": N_("mit Servicevertrag"),
    "no_contract": N_("ohne Servicevertrag"),
    "outside": N_("von außerhalb"),
    "sister": N_("Schwesterquartier"),
}
APPROVALS = {
    Approval.NEVER: N_("nie"),
    Approval.AFTER_QUIET: N_("wenn es nach der Ruhezeit endet"),
    Approval.ALWAYS: N_("immer"),
}
SOURCES = {RuleSource.HOUSE_RULE: N_("Hausregel"), RuleSource.LAW: N_("Gesetz")}
FIELD_OF = {
    "times": "min",
    "limits": "limit_all_open",
    "horizon_days": "horizon_contract",
    "prices": "price_0_for",
    "cancellation": "tier_0_hours",
    "turnover_minutes": "turnover",
    "arrival_days": "arrive_0",
    "departure_days": "depart_0",
}
"""Where the form shows what does not fit; fields that are missing here have the same name."""


@dataclass(slots=True)
class PlacesPage:
    """See `desk/places.html`."""

    rows: list[dict[str, Any]]


@dataclass(slots=True)
class PlacePage:
    """See `desk/place.html`."""

    id: str
    name: str
    place: Any
    is_room: bool
    is_home: bool
    given: dict[str, str]
    options: dict[str, Any]
    history: list[dict[str, str]]
    differs: bool
    problems: dict[str, str] = field(default_factory=dict)
    preview: dict[str, Any] | None = None
    saved: str = ""
    has_lock: bool = False
    coming: list[dict[str, str]] = field(default_factory=list)
    instead_of: str = ""
    """The day of the coming change that the form shows; empty while it shows what holds now."""
    since: str = ""
    """That day in words."""
    first_day: str = ""


@get("/desk/places", include_in_schema=False)
async def places_page(visit: Visit) -> Response[Any]:
    """All places, and which of them have rules that the team set."""
    visit.allowed(Permission.MANAGE_SPACES)

    def look(read: Read) -> list[tuple[Space, list[Any], date | None]]:
        return [
            (space, spaces.rules_history(read, space.id), _next_change(visit, read, space))
            for space in spaces.list_spaces(read)
        ]

    found = await visit.read(look)
    rows = [
        {
            "place": place_of(visit, space),
            "href": f"/desk/places/{id_text(space.id)}",
            "set_at": moment(visit, said[0].at) if said and said[0].changes else "",
            "coming": visit.say(N_("ab {day} gilt anderes"), day=dated(visit.prefs.lang, next_day))
            if next_day
            else "",
        }
        for space, said, next_day in found
    ]
    return await desk_page(
        visit,
        "desk/places.html",
        PlacesPage(rows),
        here="places",
        table=lambda: rows_table(visit, visit.say(N_("orte")), COLUMNS, rows),
    )


COLUMNS = {"place": N_("Ort"), "set_at": N_("Regeln gesetzt"), "coming": N_("Bald")}


def _next_change(visit: Visit, read: Read, space: Space) -> date | None:
    found = coming_rules(read, space.id, now=visit.now) if space.spells else []
    return found[0].since if found else None


@get("/desk/places/{place:str}", include_in_schema=False)
async def place_page(visit: Visit, place: str) -> Response[Any]:
    """The rules of one place as a form."""
    visit.allowed(Permission.MANAGE_SPACES)
    space = await _space(visit, path_id(place))
    asked = day_of(visit.request.query_params.get("from", ""))
    found = await visit.read(lambda read: coming_rules(read, space.id, now=visit.now))
    change = next((each for each in found if each.since == asked), None)
    given = shown_row(change.row if change else space.row)
    if change is not None:
        given |= {"valid_from": change.since.isoformat(), "instead_of": change.since.isoformat()}
    page = await _page(visit, space, given)
    page.saved = visit.request.query_params.get("saved", "")
    return await desk_page(visit, "desk/place.html", page, here="places")


@post("/desk/places/{place:str}", include_in_schema=False)
async def change_place(visit: Visit, place: str) -> Response[Any]:
    """Look what the rules in the form would have done, let them hold, or take all of it back."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    space = await _space(visit, path_id(place))
    fields = await read_fields(visit)
    act = fields.choice("act", ("preview", "save", "back"), default="preview")
    valid_from = fields.day("valid_from") if fields.given.get("valid_from", "").strip() else None
    instead_of = day_of(fields.given.get("instead_of", "")) if act != "back" else None
    wanted = await _wanted(visit, fields, space.on(instead_of) if instead_of else space, act)

    def plan(read: Read) -> list[RulesFact] | Refusal:
        base = spaces.find_file_row(read, space.id) or space.row
        return plan_rules(
            read,
            space,
            base,
            wanted,
            now=visit.now,
            valid_from=valid_from,
            instead_of=instead_of,
        )

    planned = await visit.store.read(plan) if not fields.problems else []
    if isinstance(planned, Refusal):
        _problem(visit, fields, planned)
    if isinstance(planned, Refusal) or fields.problems:
        page = await _page(visit, space, fields.given)
        page.problems = fields.problems
        return await desk_page(visit, "desk/place.html", page, here="places", status=422)
    if act == "preview":
        page = await _page(visit, space, fields.given)
        page.preview = await _preview(visit, space, wanted, planned, valid_from)
        return await desk_page(visit, "desk/place.html", page, here="places")

    def set_(write: Write) -> Space | Refusal:
        return spaces.set_rules(
            write,
            actor,
            space.id,
            wanted,
            now=visit.now,
            valid_from=valid_from,
            instead_of=instead_of,
        )

    await visit.write(set_)
    later = valid_from is not None and valid_from > visit.today
    return visit.go(f"/desk/places/{place}?saved={'later' if later else 'now'}")


async def _wanted(visit: Visit, fields: Fields, space: Space, act: str) -> SpaceRow:
    if act == "back":
        own = await visit.store.read(lambda read: spaces.find_file_row(read, space.id))
        return own or space.row
    wanted = read_row(fields, space.row)
    wrong = spaces.check_rules(wanted) if not fields.problems else None
    if wrong is not None:
        _problem(visit, fields, wrong)
    return wanted


def _problem(visit: Visit, fields: Fields, wrong: Refusal) -> None:
    """Say beside the field why these rules cannot hold."""
    said = words(visit, wrong)
    name = FIELD_OF.get(wrong.field, wrong.field) or "valid_from"
    fields.problems[name] = f"{said['message']} {said['remedy']}"


async def _space(visit: Visit, space_id: bytes) -> Space:
    return await visit.read(lambda read: spaces.find_space(read, space_id) or spaces.UNKNOWN_SPACE)


async def _page(visit: Visit, space: Space, given: dict[str, str]) -> PlacePage:
    def look(read: Read) -> tuple[list[dict[str, str]], list[Any], SpaceRow | None, list[Any]]:
        profile = quarter.get_profile(read)
        return (
            coming_rows(visit, read, space),
            _history(visit, read, space),
            spaces.find_file_row(read, space.id),
            list(profile.purposes),
        )

    coming, history, own, purposes = await visit.read(look)
    lang, shown = visit.prefs.lang, day_of(given.get("instead_of", ""))
    tomorrow = visit.today + timedelta(days=1)
    return PlacePage(
        id=id_text(space.id),
        name=space.name.in_language(lang),
        place=place_of(visit, space),
        is_room=not space.is_by_night,
        has_lock=has_lock(visit, space),
        is_home=space.home_site == visit.house.site_id,
        given=given,
        options={
            "audiences": _options(visit, AUDIENCES),
            "approvals": _options(visit, APPROVALS),
            "sources": _options(visit, SOURCES),
            "holidays": [
                {"value": "week", "text": visit.say(N_("wie an anderen Tagen"))},
                {"value": "closed", "text": visit.say(N_("geschlossen"))},
                {"value": "own", "text": visit.say(N_("eigene Zeiten"))},
            ],
            "purposes": [
                {"value": each.key, "text": each.name.in_language(lang)} for each in purposes
            ],
            "weekdays": [
                visit.say(N_("Mo")),
                visit.say(N_("Di")),
                visit.say(N_("Mi")),
                visit.say(N_("Do")),
                visit.say(N_("Fr")),
                visit.say(N_("Sa")),
                visit.say(N_("So")),
            ],
            "rows": {
                kind: list(range(_count(given, kind) + MORE_ROWS))
                for kind in ("season", "price", "tier")
            },
        },
        history=history,
        differs=own is not None and own != space.row,
        coming=coming,
        instead_of=shown.isoformat() if shown else "",
        since=dated(lang, shown) if shown else "",
        first_day=tomorrow.isoformat(),
    )


def _count(given: dict[str, str], kind: str) -> int:
    """How many rows of a table the form shows something in."""
    filled = {
        int(parts[1])
        for name, value in given.items()
        if value.strip() and (parts := name.split("_"))[0] == kind and parts[1].isdecimal()
    }
    return min(max(filled, default=-1) + 1, 38)


def _options(visit: Visit, words_of: dict[Any, str]) -> list[dict[str, str]]:
    return [{"value": str(value), "text": visit.say(text)} for value, text in words_of.items()]


def _history(visit: Visit, read: Read, space: Space) -> list[dict[str, str]]:
    """Who changed what when, the latest first."""
    shown = []
    for fact in spaces.rules_history(read, space.id)[:SHOWN_MAX]:
        who = people.find_person(read, parse_id(fact.staff_id)) if fact.staff_id else None
        shown.append(
            {
                "when": moment(visit, fact.at),
                "who": who.name if who else visit.say(N_("Team")),
                "what": _said(visit, fact),
            }
        )
    return shown


def _said(visit: Visit, fact: RulesFact) -> str:
    """What one word of the team on the rules was."""
    count = len(fact.changes)
    if fact.valid_from is not None:
        day = dated(visit.prefs.lang, fact.valid_from)
        if fact.withdrawn:
            return visit.say(N_("ab {day}: zurückgenommen"), day=day)
        return visit.say(N_("ab {day}: geänderte Regeln {count}"), day=day, count=count)
    if count:
        return visit.say(N_("eigene Regeln: {count}"), count=count)
    return visit.say(N_("wie in den Unterlagen des Betreibers"))


async def _preview(
    visit: Visit,
    space: Space,
    wanted: SpaceRow,
    planned: list[RulesFact],
    valid_from: date | None,
) -> dict[str, Any]:
    """What the rules would have done to last month, and what of the future goes against them."""
    past = Period(visit.now - PAST, visit.now)
    begins = max(visit.now, local_day(valid_from, visit.zone).starts_at) if valid_from else None
    ahead = Period(begins or visit.now, (begins or visit.now) + AHEAD)

    def look(read: Read) -> tuple[Preview, Preview, dict[bytes, tuple[str, str]]]:
        then = place_as_planned(read, space, planned)
        found = [
            spaces.preview_rules(read, space, wanted, past),
            preview_place(read, then, ahead),
        ]
        shown = [*_told(found[0]), *_told(found[1])]
        lines = [_line(space, each) for each in shown]
        return found[0], found[1], names_of(read, lines)

    before, after, names = await visit.read(look)
    return {
        "looked": len(before.judged),
        "refused": [_shown(visit, space, each, names) for each in before.refused[:SHOWN_MAX]],
        "refused_count": len(before.refused),
        "asking_count": len(before.asking),
        "asking": [_shown(visit, space, each, names) for each in before.asking[:SHOWN_MAX]],
        "cents_before": money(visit, before.cents_before),
        "cents_after": money(visit, before.cents_after),
        "ahead": [_shown(visit, space, each, names) for each in after.refused[:SHOWN_MAX]],
        "ahead_count": len(after.refused),
    }


def _told(preview: Preview) -> list[Judged]:
    return [*preview.refused[:SHOWN_MAX], *preview.asking[:SHOWN_MAX]]


def _line(space: Space, judged: Judged) -> Line:
    return Line(judged.reservation, space, judged.reservation.base_status)


def _shown(
    visit: Visit, space: Space, judged: Judged, names: dict[bytes, tuple[str, str]]
) -> dict[str, str]:
    why = judged.refusal or judged.asks
    line = line_of(visit, _line(space, judged))
    return {
        "when": line.when,
        "who": names[judged.reservation.id][0],
        "href": f"/desk/reservations/{line.id}",
        "why": visit.say(why.message, **why.values) if why else "",
    }


@post("/desk/people/{person:str}/instruction", include_in_schema=False)
async def note_instruction(visit: Visit, person: str) -> Response[Any]:
    """Note that somebody was instructed at a place, or take that back."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    space_id, holds = fields.id("space"), fields.text("holds") == "1"
    person_id = path_id(person)

    def note(write: Write) -> Space | Refusal:
        if people.find_person(write, person_id) is None:
            return people.NOT_FOUND
        return spaces.note_instruction(
            write, actor, person_id, space_id, holds=holds, now=visit.now
        )

    await visit.write(note)
    return visit.go(f"/desk/people/{person}")


ROUTES = (places_page, place_page, change_place, note_instruction)
