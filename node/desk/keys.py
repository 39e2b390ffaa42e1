"""Keys at the desk: where each one is, handing out, taking back, lost ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission, may
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, RefusedError, granted
from node.desk.frame import desk_page
from node.desk.key_board import LOST, OVERDUE, fee_cents, fee_words, key_name
from node.desk.today import names_of
from node.spaces import Key, KeyState, Line, MoveKind
from node.store import Read
from node.web.forms import BAD_ID, NOT_FOUND, Fields, read_fields, read_query
from node.web.listing import rows_table
from node.web.showing import line_of, moment, place_of
from node.web.visit import Visit

STATES = {
    KeyState.HERE: ("confirmed", N_("am Service-Point")),
    KeyState.OUT: ("held", N_("ausgegeben")),
    KeyState.LOST: LOST,
}
ACTS = {
    MoveKind.OUT: (N_("Ausgeben"), N_("Ausgegeben.")),
    MoveKind.BACK: (N_("Zurück"), N_("Der Schlüssel hängt wieder am Service-Point.")),
    MoveKind.LOST: (N_("Verloren"), N_("Als verloren notiert. Er wird nicht mehr ausgegeben.")),
    MoveKind.REPLACED: (N_("Ersetzt oder gefunden"), N_("Der Schlüssel zählt wieder.")),
}


COLUMNS = {
    "place": N_("Ort"),
    "name": N_("Schlüssel"),
    "state_text": N_("Stand"),
    "who": N_("Bei wem"),
    "since": N_("Seit"),
}


@dataclass(slots=True)
class KeysPage:
    """See `desk/keys.html`."""

    rows: list[dict[str, Any]]
    reservation: str
    booked: dict[str, str] | None
    """For whom a key is to be handed out, where somebody stands at the desk."""
    can_act: bool
    flashes: list[dict[str, Any]] = field(default_factory=list)


@get("/desk/keys", include_in_schema=False)
async def keys_page(visit: Visit) -> Response[Any]:
    """Where each key is; with a reservation, those of its place, to hand out."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    fields = read_query(visit)
    reservation_id = _reservation(fields)

    def look(read: Read) -> KeysPage:
        line = None
        if reservation_id:
            line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        about = line.space.id if line else b""
        return _page(read, visit, spaces.list_keys(read, now=visit.now, space_id=about), line)

    page = await visit.read(look)
    said = fields.given.get("said", "")
    if said in set(MoveKind):
        page.flashes = [{"kind": "success", "text": visit.say(ACTS[MoveKind(said)][1])}]
    return await desk_page(
        visit,
        "desk/keys.html",
        page,
        here="today",
        table=lambda: rows_table(visit, visit.say(N_("schluessel")), COLUMNS, page.rows),
    )


def _page(read: Read, visit: Visit, keys: list[Key], line: Line | None) -> KeysPage:
    holders = [key.holder for key in keys if key.holder is not None]
    names = names_of(read, [*holders, *([line] if line else [])])
    overdue = {id(key) for key in spaces.only_overdue(keys, now=visit.now)}
    booked = None
    if line is not None:
        shown = line_of(visit, line)
        name = names[line.reservation.id][0]
        booked = {"name": name, "when": shown.when, "href": f"/desk/reservations/{shown.id}"}
    return KeysPage(
        rows=[_row(visit, key, names, line, is_late=id(key) in overdue) for key in keys],
        reservation=id_text(line.reservation.id) if line else "",
        booked=booked,
        can_act=may(visit.actor, Permission.CHECK_IN_OTHERS),
    )


def _row(
    visit: Visit,
    key: Key,
    names: dict[bytes, tuple[str, str]],
    line: Line | None,
    *,
    is_late: bool,
) -> dict[str, Any]:
    state, text = OVERDUE if is_late else STATES[key.state]
    can = [kind for kind in ACTS if kind is not MoveKind.OUT or line is not None]
    return {
        "place": place_of(visit, key.space),
        "name": key_name(visit, key),
        "state": state,
        "state_text": visit.say(text),
        "who": names[key.holder.reservation.id][0] if key.holder else "",
        "href": f"/desk/reservations/{id_text(key.holder.reservation.id)}" if key.holder else "",
        "since": moment(visit, key.last.fact.at) if key.last else "",
        "fee": fee_words(visit, key) if key.state is KeyState.LOST else "",
        "deposit": _deposit(key),
        "space": id_text(key.space.id),
        "key": key.row.key,
        "copy": str(key.copy),
        "seen": id_text(key.seen) if key.seen else "",
        "acts": [
            {"path": f"/desk/keys/{kind}", "text": visit.say(ACTS[kind][0]), "kind": str(kind)}
            for kind in can
            if key.state in spaces.MOVES_FROM[kind]
        ],
    }


def _deposit(key: Key) -> str:
    """Where the price of a lost key can be kept of a deposit."""
    if key.state is not KeyState.LOST or key.holder is None or not fee_cents(key):
        return ""
    return f"/desk/deposits/{id_text(key.holder.reservation.id)}"


@post("/desk/keys/{act:str}", include_in_schema=False)
async def move(visit: Visit, act: str) -> Response[Any]:
    """Hand out, take back, note as lost, count again."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    if act not in set(MoveKind):
        raise RefusedError(NOT_FOUND)
    kind, reservation_id = MoveKind(act), _reservation(fields)
    space_id, seen = fields.id("space"), _id_or_none(fields, "seen")
    name = fields.text("key", longest=60), fields.number("copy", low=1, high=10_000)
    if fields.problems:
        raise RefusedError(BAD_ID)
    await visit.write(
        lambda write: spaces.move_key(
            write,
            actor,
            space_id,
            name,
            kind,
            seen=seen,
            now=visit.now,
            reservation_id=reservation_id if kind is MoveKind.OUT else b"",
        )
    )
    about = f"&reservation={id_text(reservation_id)}" if reservation_id else ""
    return visit.go(f"/desk/keys?said={kind}{about}")


def _reservation(fields: Fields) -> bytes:
    return _id_or_none(fields, "reservation")


def _id_or_none(fields: Fields, name: str) -> bytes:
    given = fields.given.get(name, "")
    try:
        return parse_id(given) if given else b""
    except ValueError:
        raise RefusedError(BAD_ID) from None


ROUTES = (keys_page, move)
