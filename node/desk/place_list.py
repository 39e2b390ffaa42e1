"""The list of a place that is gone through at each hand-over, as the team sets it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission
from node.base.ids import id_text, random_id
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.coming_rules import coming_rows, day_of
from node.desk.frame import desk_page
from node.quarter.files import HandoverKind, HandoverRow, SpaceRow
from node.quarter.model import LocalText
from node.spaces import Space
from node.spaces.changing import differences
from node.spaces.setting import coming_rules
from node.store import Read
from node.web.errors import words
from node.web.forms import Fields, path_id, read_fields, read_query
from node.web.guest_forms import dated
from node.web.hand_overs import KINDS
from node.web.showing import Place, place_of
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

ROWS_MAX = 60
MORE_ROWS = 3
COUNT_MAX = 10_000
KEY_CHARS = 64
OF_THE_LIST = frozenset({"handover", "lock_after_handover"})


@dataclass(slots=True)
class PlaceListPage:
    """See `desk/place_list.html`."""

    id: str
    name: str
    place: Place
    is_home: bool
    given: dict[str, str]
    rows: list[int]
    kinds: list[dict[str, str]]
    problems: dict[str, str] = field(default_factory=dict)
    saved: str = ""
    coming: list[dict[str, str]] = field(default_factory=list)
    """The later days from which another list or another word on the lock holds."""
    since: str = ""
    """The day of the coming change that the form shows, in words; empty while it shows today's."""
    first_day: str = ""


@get("/desk/places/{place:str}/list", include_in_schema=False)
async def place_list(visit: Visit, place: str) -> Response[Any]:
    """The list as a form."""
    visit.allowed(Permission.MANAGE_SPACES)
    space = await _space(visit, path_id(place))
    asked = day_of(read_query(visit).given.get("from", ""))
    coming = await visit.read(lambda read: _coming(read, visit, space))
    is_later = any(each["day"] == str(asked) for each in coming)
    given = _given(space.on(asked).row if asked and is_later else space.row)
    if is_later:
        given |= {"valid_from": str(asked), "instead_of": str(asked)}
    page = _page(visit, space, given, coming)
    page.saved = read_query(visit).given.get("saved", "")
    return await desk_page(
        visit,
        "desk/place_list.html",
        page,
        here="places",
        table=lambda: _table(visit, space),
    )


def _table(visit: Visit, space: Space) -> Table:
    columns = [visit.say(each) for each in (N_("Was"), N_("Art"), N_("Anzahl"))]
    rows: list[list[Cell | Sum]] = [
        [visit.local(row.name), visit.say(KINDS[row.kind]), row.count] for row in space.row.handover
    ]
    return Table(visit.say(N_("uebergabeliste")), columns, rows)


@post("/desk/places/{place:str}/list", include_in_schema=False)
async def change_list(visit: Visit, place: str) -> Response[Any]:
    """Let this list hold from now on, or for what begins on a day or later; what was said by the
    old one stays as it was."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    space = await _space(visit, path_id(place))
    fields = await read_fields(visit)
    valid_from = fields.day("valid_from") if fields.given.get("valid_from", "").strip() else None
    instead_of = day_of(fields.given.get("instead_of", ""))
    wanted = _wanted(fields, space.on(instead_of) if instead_of else space)
    wrong = spaces.check_rules(wanted) if not fields.problems else None
    if wrong is None and not fields.problems:
        done = await visit.store.write(
            lambda write: spaces.set_rules(
                write,
                actor,
                space.id,
                wanted,
                now=visit.now,
                valid_from=valid_from,
                instead_of=instead_of,
            )
        )
        wrong = done if isinstance(done, Refusal) else None
        if wrong is not None and not wrong.field:
            raise RefusedError(wrong)
    if wrong is not None:
        said = words(visit, wrong)
        name = "valid_from" if wrong.field == "valid_from" else "row_0_name"
        fields.problems[name] = f"{said['message']} {said['remedy']}"
    if fields.problems:
        coming = await visit.read(lambda read: _coming(read, visit, space))
        page = _page(visit, space, fields.given, coming)
        page.problems = fields.problems
        return await desk_page(visit, "desk/place_list.html", page, here="places", status=422)
    later = valid_from is not None and valid_from > visit.today
    return visit.go(f"/desk/places/{place}/list?saved={'later' if later else 'now'}")


def _wanted(fields: Fields, space: Space) -> SpaceRow:
    after = fields.given.get("after_handover") == "1"
    return replace(space.row, handover=tuple(_read(fields)), lock_after_handover=after)


def _coming(read: Read, visit: Visit, space: Space) -> list[dict[str, str]]:
    """The changes to come in which the list or the lock differs from the day before."""
    found = coming_rules(read, space.id, now=visit.now)
    days = {
        str(each.since) for each in found if OF_THE_LIST & differences(each.before, each.row).keys()
    }
    return [row for row in coming_rows(visit, read, space) if row["day"] in days]


async def _space(visit: Visit, space_id: bytes) -> Space:
    return await visit.read(lambda read: spaces.find_space(read, space_id) or spaces.UNKNOWN_SPACE)


def _page(
    visit: Visit, space: Space, given: dict[str, str], coming: list[dict[str, str]]
) -> PlaceListPage:
    shown = day_of(given.get("instead_of", ""))
    filled = [n for n in range(ROWS_MAX) if given.get(f"row_{n}_name") or given.get(f"row_{n}_key")]
    return PlaceListPage(
        id=id_text(space.id),
        name=space.name.in_language(visit.prefs.lang),
        place=place_of(visit, space),
        is_home=space.home_site == visit.house.site_id,
        given=given,
        rows=list(range(min(max(filled, default=-1) + 1 + MORE_ROWS, ROWS_MAX))),
        kinds=[{"value": str(kind), "text": visit.say(text)} for kind, text in KINDS.items()],
        coming=coming,
        since=dated(visit.prefs.lang, shown) if shown else "",
        first_day=str(visit.today + timedelta(days=1)),
    )


def _given(space: SpaceRow) -> dict[str, str]:
    given = {"after_handover": "1" if space.lock_after_handover else ""}
    for number, row in enumerate(space.handover):
        given |= {
            f"row_{number}_key": row.key,
            f"row_{number}_kind": str(row.kind),
            f"row_{number}_name": row.name.de,
            f"row_{number}_en": row.name.en,
            f"row_{number}_count": str(row.count),
            f"row_{number}_unit": row.unit,
        }
    return given


def _read(fields: Fields) -> list[HandoverRow]:
    """The rows with a name; one whose name was taken away is gone."""
    named = (n for n in range(ROWS_MAX) if fields.given.get(f"row_{n}_name", "").strip())
    return [_read_row(fields, f"row_{n}") for n in named]


def _read_row(fields: Fields, name: str) -> HandoverRow:
    kind = fields.choice(f"{name}_kind", [*HandoverKind], default=HandoverKind.CONDITION)
    key = fields.text(f"{name}_key", longest=KEY_CHARS)
    is_key = key.isascii() and key.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return HandoverRow(
        key=key if is_key else id_text(random_id())[:12],
        kind=HandoverKind(kind),
        name=LocalText(
            fields.text(f"{name}_name", longest=200), fields.text(f"{name}_en", longest=200)
        ),
        count=fields.number(f"{name}_count", low=1, high=COUNT_MAX, default=1),
        unit=fields.text(f"{name}_unit", longest=20),
    )


ROUTES = (place_list, change_list)
