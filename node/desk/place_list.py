"""The list of a place that is gone through at each hand-over, as the team sets it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission
from node.base.ids import id_text, random_id
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.quarter.files import HandoverKind, HandoverRow, SpaceRow
from node.quarter.model import LocalText
from node.spaces import Space
from node.store import Write
from node.web.errors import words
from node.web.forms import Fields, path_id, read_fields, read_query
from node.web.hand_overs import KINDS
from node.web.showing import Place, place_of
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

ROWS_MAX = 60
MORE_ROWS = 3
COUNT_MAX = 10_000
KEY_CHARS = 64


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
    saved: bool = False


@get("/desk/places/{place:str}/list", include_in_schema=False)
async def place_list(visit: Visit, place: str) -> Response[Any]:
    """The list as a form."""
    visit.allowed(Permission.MANAGE_SPACES)
    space = await _space(visit, path_id(place))
    page = _page(visit, space, _given(space.row))
    page.saved = read_query(visit).given.get("saved") == "1"
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
    """Let this list hold from now on; what was said by the old one stays as it was."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    space = await _space(visit, path_id(place))
    fields = await read_fields(visit)
    after = fields.given.get("after_handover") == "1"
    wanted = replace(space.row, handover=tuple(_read(fields)), lock_after_handover=after)
    wrong = spaces.check_rules(wanted) if not fields.problems else None
    if wrong is not None:
        said = words(visit, wrong)
        fields.problems["row_0_name"] = f"{said['message']} {said['remedy']}"
    if fields.problems:
        page = _page(visit, space, fields.given)
        page.problems = fields.problems
        return await desk_page(visit, "desk/place_list.html", page, here="places", status=422)

    def set_(write: Write) -> Space | Refusal:
        return spaces.set_rules(write, actor, space.id, wanted, now=visit.now)

    await visit.write(set_)
    return visit.go(f"/desk/places/{place}/list?saved=1")


async def _space(visit: Visit, space_id: bytes) -> Space:
    return await visit.read(lambda read: spaces.find_space(read, space_id) or spaces.UNKNOWN_SPACE)


def _page(visit: Visit, space: Space, given: dict[str, str]) -> PlaceListPage:
    filled = [n for n in range(ROWS_MAX) if given.get(f"row_{n}_name") or given.get(f"row_{n}_key")]
    return PlaceListPage(
        id=id_text(space.id),
        name=space.name.in_language(visit.prefs.lang),
        place=place_of(visit, space),
        is_home=space.home_site == visit.house.site_id,
        given=given,
        rows=list(range(min(max(filled, default=-1) + 1 + MORE_ROWS, ROWS_MAX))),
        kinds=[{"value": str(kind), "text": visit.say(text)} for kind, text in KINDS.items()],
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
