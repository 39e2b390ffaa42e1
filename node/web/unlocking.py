"""Opening a door from a page: what the page says, and the one order that a touch sends to the lock.

The touch is committed before the lock hears of it, and what the lock said after. A box that dies in
between has lost nothing that was said and opens nothing later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from node import quarter, spaces
from node.base.actors import Actor
from node.base.ids import id_text, new_id, parse_id
from node.base.refusals import N_, Refusal
from node.devices import Locks, Order, Outcome, order_until
from node.spaces import Space, unlocking
from node.spaces.unlock import Unlocking, UnlockKind
from node.spaces.unlocking import Touched
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import Fields, read_query
from node.web.showing import Place, clock, moment, place_of, when_of
from node.web.visit import Visit

JUST_NOW = timedelta(minutes=1)
"""So long a page says what became of a touch."""
LIVE_TABLES = "lock_opening"
FIGURES_CHARS_MAX = 20
Said = Mapping[UnlockKind, tuple[str, str, str]]
"""What a page says of each outcome: a notice's kind, its title and its text."""
log = logging.getLogger("quartier.locks")


@dataclass(slots=True)
class DoorPage:
    """See `_door.html`."""

    place: Place
    when: str
    action: str
    back: str
    touch: str
    can: bool
    checks_in: bool = False
    asks_figures: bool = False
    figures: str = ""
    notice: dict[str, str] | None = None
    refusal: dict[str, Any] | None = None
    rules: str = ""
    helps: list[dict[str, str]] = field(default_factory=list)
    hand_over_href: str = ""
    live: str = ""
    live_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where the page of a reservation's door leads: the touch, back, the list to be signed first,
    the code of the key safe."""

    action: str
    back: str
    hand_over: str
    code: str


def new_touch() -> str:
    """What makes one touch of a page one touch, however often its form arrives."""
    return id_text(new_id())


def read_touch(fields: Fields, name: str = "touch") -> bytes:
    """The touch that a form or an address is of; one without is one of its own."""
    try:
        return parse_id(fields.given.get(name, ""))
    except ValueError:
        return new_id()


def has_lock(visit: Visit, space: Space) -> bool:
    """Whether this box can open the place's door."""
    return visit.house.service(Locks).of(space.row.key) is not None


async def open_door(visit: Visit, touch: Callable[[Write], Touched | Refusal]) -> Touched | Refusal:
    """Note a touch, send it to the lock, note what the lock did."""
    locks = visit.house.service(Locks)

    def note(write: Write) -> Touched | Refusal:
        done = touch(write)
        if isinstance(done, Touched) and locks.of(done.space.row.key) is None:
            return NO_LOCK
        return done

    touched = await visit.store.write(note)
    if isinstance(touched, Refusal) or not touched.is_new:
        return touched
    lock = locks.of(touched.space.row.key)
    assert lock is not None  # noqa: S101 - noted only where there is one
    asked_id = touched.unlocking.id
    order = Order(id_text(asked_id), lock.place, order_until(visit.now))
    try:
        outcome = await locks.open(lock, order)
    except Exception:
        log.exception("the lock of %s failed", lock.place)
        outcome = Outcome.SILENT
    kind = UnlockKind(outcome)
    await visit.store.write(
        lambda write: unlocking.note_outcome(write, asked_id, kind, now=visit.house.clock.now())
    )
    return touched


# What a page says


def door_page(
    read: Read,
    visit: Visit,
    actor: Actor,
    reservation_id: bytes,
    ways: Ways,
    *,
    figures: str = "",
    said: Said | None = None,
) -> DoorPage | Refusal:
    """The door of a reservation, for its people: open it, or what is still to be done for it."""
    view = unlocking.view_door(read, actor, reservation_id, now=visit.now)
    if isinstance(view, Refusal):
        return view
    line = view.found.line
    if not has_lock(visit, line.space):
        return NO_LOCK
    latest = unlocking.find_touch(read, reservation_id, read_touch(read_query(visit), "said"))
    notice, is_open = said_of(visit, latest, said or SAID)
    asks = spaces.asks_figures(read, line.space.id, figures, now=visit.now)
    refusal = view.refusal
    if refusal is None and view.checks_in:
        refusal = spaces.check_admission(line.space, line.reservation, now=visit.now)
    to_sign = refusal is not None and refusal.code == "lock.sign_first"
    has_code = not isinstance(spaces.view_code(read, actor, reservation_id, now=visit.now), Refusal)
    return DoorPage(
        place=place_of(visit, line.space),
        when=when_of(visit, line.space, line.reservation.period),
        action=ways.action,
        back=ways.back,
        touch=new_touch(),
        can=refusal is None,
        checks_in=view.checks_in,
        asks_figures=asks,
        figures="" if asks else figures,
        notice=notice,
        refusal=refusal_of(visit, refusal),
        rules=visit.local(line.space.row.rules_text) if view.checks_in else "",
        helps=helps_of(read, visit, latest, ways.code if has_code else ""),
        hand_over_href=ways.hand_over if to_sign else "",
        live=LIVE_TABLES if is_open else "",
        live_from=visit.address if is_open else "",
    )


def said_of(
    visit: Visit, latest: Unlocking | None, said: Said
) -> tuple[dict[str, str] | None, bool]:
    """What became of the latest touch, and whether that is still to come."""
    if latest is None or visit.now - latest.fact.at > JUST_NOW:
        return None, False
    is_open = latest.outcome is None and visit.now - latest.fact.at <= unlocking.KNOWN_WITHIN
    kind, title, text = ON_ITS_WAY if is_open else said[latest.outcome or UnlockKind.SILENT]
    return {"kind": kind, "title": visit.say(title), "text": visit.say(text)}, is_open


def helps_of(
    read: Read, visit: Visit, latest: Unlocking | None, code_href: str
) -> list[dict[str, str]]:
    """Who and what helps while a lock does not open: the key safe, the desk."""
    if latest is None or latest.outcome is UnlockKind.OPENED:
        return []
    if visit.now - latest.fact.at > JUST_NOW:
        return []
    desk, until = quarter.get_desk(read), quarter.desk_open_until(read, visit.now)
    helps = []
    if code_href:
        text = visit.say(N_("Zum Schlüssel im Safe"))
        helps.append({"href": code_href, "text": text})
    if until is not None:
        text = visit.say(N_("{desk}, offen bis {until}"), desk=desk.name, until=clock(visit, until))
    else:
        opens = quarter.next_desk_opening(read, visit.now)
        when = moment(visit, opens) if opens else ""
        text = visit.say(N_("{desk} öffnet {opens}"), desk=desk.name, opens=when) if when else ""
    if text:
        href = f"tel:{desk.phone}" if desk.phone else ""
        helps.append({"href": href, "text": f"{text}, {desk.phone}" if desk.phone else text})
    return helps


def refusal_of(visit: Visit, refusal: Refusal | None) -> dict[str, Any] | None:
    """Why not, in the visitor's language."""
    return words(visit, refusal) if refusal is not None else None


ON_ITS_WAY = ("waiting", N_("Die Tür wird geöffnet."), N_("Einen Moment bitte."))
SAID: Said = {
    UnlockKind.OPENED: (
        "success",
        N_("Die Tür ist offen."),
        N_("Drücken Sie sie bitte jetzt auf."),
    ),
    UnlockKind.AWAY: (
        "refusal",
        N_("Das Schloss ist gerade nicht zu erreichen. Die Tür ist zu."),
        N_("Versuchen Sie es in einer Minute noch einmal. Hilft das nicht, gibt es andere Wege:"),
    ),
    UnlockKind.SILENT: (
        "warning",
        N_("Das Schloss hat nicht geantwortet."),
        N_(
            "Drücken Sie gegen die Tür: Vielleicht ist sie offen. Ist sie zu, öffnen Sie noch"
            " einmal."
        ),
    ),
}
NO_LOCK = Refusal(
    "lock.none",
    N_("Diese Tür öffnet sich nicht vom Handy aus."),
    N_("Wie Sie hineinkommen, steht bei Ihrer Buchung."),
    status=404,
)
