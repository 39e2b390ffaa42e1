"""What a door display shows: its place's state in large words, now, next, the rest of the day.

A device becomes one by a code of the desk's and keeps a token in a cookie; it reads this one
place's plan without names. Whatever somebody does there with their card or pass, the board itself
forgets them: asking for it ends their session. The trap: an old tablet shows it for months, so
the page must tell the rest of the day by itself while the node is away (`js/door.js`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post
from litestar.types import ASGIApp, Receive, Scope, Send

from node import people, quarter, spaces
from node.base.actors import NOBODY, Face
from node.base.periods import Period, to_epoch
from node.base.refusals import N_, Refusal
from node.kiosk.frame import qr_src
from node.kiosk.guard import unstored
from node.quarter.model import LocalText
from node.spaces import DoorDisplay, DoorPlan, DoorSpan, DoorState
from node.store import Read
from node.web import i18n
from node.web.calendar_address import reachable_address
from node.web.door_sheet import at_address
from node.web.errors import words
from node.web.forms import read_fields, read_query
from node.web.prefs import Prefs
from node.web.qr import qr_svg
from node.web.screens import DoorDisplaysSeen
from node.web.showing import Place, clock, place_of
from node.web.visit import Visit

DISPLAY_COOKIE = "quartier_door"
PERSON_COOKIE = "quartier_door_person"
"""The session of whoever stands there, from their PIN to the one button."""
HELD_COOKIE = "quartier_door_held"
"""The card or pass that they held up. Neither is the lobby's: a browser may show both faces."""
DISPLAY_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie; each look at the board begins it anew."""
BOARD = "/door"
LIGHT_HOURS = range(7, 20)
"""When the board is light. Old tablets do not know when it is night, so the node tells them."""
ASKS_EVERY_SECONDS = 10
CODE_CHARS_MAX = 60

STATE_WORDS = {
    DoorState.FREE: N_("Frei"),
    DoorState.TAKEN: N_("Belegt"),
    DoorState.READYING: N_("Wird vorbereitet"),
    DoorState.SHUT: N_("Geschlossen"),
}
ICONS = {
    DoorState.FREE: "circle-check",
    DoorState.TAKEN: "users",
    DoorState.READYING: "hourglass",
    DoorState.SHUT: "lock",
}
DONE = {
    "booked": N_("Gebucht. Sie sind eingecheckt."),
    "kept": N_("Gebucht. Bitte checken Sie mit Ihrem Ausweis ein."),
    "asked": N_("Angefragt. Die Antwort finden Sie unter „Meine Buchungen“."),
    "in": N_("Willkommen. Sie sind eingecheckt."),
    "out": N_("Ausgecheckt. Auf Wiedersehen."),
}
"""What was just done here, said once and of nobody."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The board from one instant to the next; the script shows the one that counts."""

    starts: int
    ends: int
    state: str
    icon: str
    word: str
    until: str
    about: str
    following: str


@dataclass(slots=True)
class DoorPage:
    """See `kiosk/door.html`."""

    place: Place
    house: str
    scenes: list[Scene]
    rows: list[dict[str, str]]
    bar: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    book: str
    done: str
    as_of: str
    now: int
    utc_offset: int
    day: str
    phone_src: str
    figures: str
    every_seconds: int = ASKS_EVERY_SECONDS


@dataclass(slots=True)
class CodePage:
    """See `kiosk/door_code.html`."""

    given: str = ""
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


class AtDoor:
    """Stands before each address of a door display: it knows its own person only, nobody stores it,
    and it is dark at night.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the page."""
        visit: Visit = scope["visit"]  # type: ignore[typeddict-item]
        await _recognise(visit)
        is_light = visit.now.astimezone(visit.zone).hour in LIGHT_HOURS
        visit.prefs = replace(Prefs(lang=visit.prefs.lang), theme="light" if is_light else "dark")
        await self._app(scope, receive, unstored(send))


async def _recognise(visit: Visit) -> None:
    visit.token, visit.actor = visit.kept(PERSON_COOKIE), NOBODY
    if visit.token:
        sessions = visit.house.service(people.Sessions)
        found = await sessions.find(visit.token, face=Face.KIOSK, now=visit.now)
        visit.actor = found.actor if found else NOBODY


async def own_display(visit: Visit) -> DoorDisplay | None:
    """The display that asks; None for any other browser."""
    token = visit.kept(DISPLAY_COOKIE)
    return await visit.read(lambda read: spaces.find_display(read, token)) if token else None


@get("/", include_in_schema=False)
async def board(visit: Visit) -> Response[Any]:
    """The place and its day; any other browser is asked for the code that makes it a display."""
    await forget_person(visit)
    display = await own_display(visit)
    if display is None:
        return visit.page("kiosk/door_code.html", CodePage())
    looked = await visit.read(lambda read: _look(read, visit, display))
    if looked is None:
        return visit.page("kiosk/door_code.html", CodePage(refusal=words(visit, NO_PLACE)))
    visit.house.service(DoorDisplaysSeen).note(display.id, visit.now)
    visit.keep(DISPLAY_COOKIE, visit.kept(DISPLAY_COOKIE), max_age=DISPLAY_SECONDS, path=BOARD)
    done = DONE.get(read_query(visit).given.get("done", ""), "")
    return visit.page("kiosk/door.html", _page(visit, looked, visit.say(done) if done else ""))


async def forget_person(visit: Visit) -> None:
    """End what somebody began here: who turned away must leave nothing at a door."""
    if visit.token:
        await visit.house.service(people.Sessions).end(visit.token)
    for key in (PERSON_COOKIE, HELD_COOKIE):
        if visit.kept(key):
            visit.forget(key)


@get("/open/{code:str}", include_in_schema=False)
async def code_page(visit: Visit, code: str) -> Response[Any]:
    """Where the desk's QR leads: the code stands in its field, one touch takes it."""
    return visit.page("kiosk/door_code.html", CodePage(given=code[:CODE_CHARS_MAX]))


@post("/open", include_in_schema=False)
async def become(visit: Visit) -> Response[Any]:
    """Be the door display that the code was made for."""
    fields = await read_fields(visit)
    code = fields.text("code", required=True, longest=CODE_CHARS_MAX)
    if fields.problems:
        page = CodePage(given=code, problems=fields.problems)
        return visit.page("kiosk/door_code.html", page, status=422)
    token = await visit.store.write(lambda write: spaces.become_display(write, code, now=visit.now))
    if isinstance(token, Refusal):
        page = CodePage(given=code, refusal=words(visit, token))
        return visit.page("kiosk/door_code.html", page, status=token.status)
    visit.keep(DISPLAY_COOKIE, token, max_age=DISPLAY_SECONDS, path=BOARD)
    return visit.go(BOARD)


@get("/sw.js", include_in_schema=False)
async def service_worker(visit: Visit) -> Response[str]:
    """What shows the last board where the display is loaded anew while the node is away."""
    text = visit.house.templates.render("kiosk/door_sw.js", visit.prefs.lang, visit.frame(""))
    # It lies below the board, whose own address it must answer for, too.
    headers = {"cache-control": "no-cache", "service-worker-allowed": BOARD}
    return Response(text, media_type="text/javascript", headers=headers)


# The board


@dataclass(frozen=True, slots=True)
class _Looked:
    plan: DoorPlan
    house: str
    figures: str
    public: Mapping[str, LocalText]


def _look(read: Read, visit: Visit, display: DoorDisplay) -> _Looked | None:
    plan = spaces.door_plan(read, display.space_id, now=visit.now)
    if plan is None:
        return None
    building = quarter.find_building(read, plan.space.building_id)
    purposes = quarter.get_profile(read).purposes
    public = {purpose.key: purpose.name for purpose in purposes if purpose.is_public}
    figures = spaces.presence_figures(read, display, now=visit.now)
    return _Looked(plan, building.name if building else "", figures, public)


def _page(visit: Visit, looked: _Looked, done: str) -> DoorPage:
    plan, local = looked.plan, visit.now.astimezone(visit.zone)
    offset = local.utcoffset()
    bar, hours = _bar(visit, plan.spans)
    address = at_address(reachable_address(visit), plan.space.id, looked.figures)
    return DoorPage(
        place=place_of(visit, plan.space),
        house=looked.house,
        scenes=list(_scenes(visit, looked)),
        rows=[_row(visit, looked, span) for span in plan.spans if span.state in ROWS],
        bar=bar,
        hours=hours,
        book=_book_words(visit, plan),
        done=done,
        as_of=f"{local:%H:%M}",
        now=to_epoch(visit.now),
        utc_offset=int(offset.total_seconds()) if offset else 0,
        day=i18n.long_day_words(visit.prefs.lang, local.date()),
        phone_src=qr_src(qr_svg(address)),
        figures=f"{looked.figures[:3]} {looked.figures[3:]}",
    )


ROWS = frozenset({DoorState.FREE, DoorState.TAKEN})


def _scenes(visit: Visit, looked: _Looked) -> Iterator[Scene]:
    spans = looked.plan.spans
    for number, span in enumerate(spans):
        is_last = number == len(spans) - 1
        until = clock(visit, span.period.ends_at)
        yield Scene(
            starts=to_epoch(span.period.starts_at),
            ends=to_epoch(span.period.ends_at),
            state=str(span.state),
            icon=ICONS[span.state],
            word=visit.say(STATE_WORDS[span.state]),
            until=visit.say(N_("den Rest des Tages"))
            if is_last
            else visit.say(N_("bis {until}"), until=until),
            about=_about(visit, looked, span),
            following=_following(visit, looked, spans[number + 1 :]),
        )


def _about(visit: Visit, looked: _Looked, span: DoorSpan) -> str:
    """What is on, where everybody may know it; why it is shut."""
    if span.state is DoorState.TAKEN and span.purpose in looked.public:
        return visit.local(looked.public[span.purpose])
    return visit.local(span.reason)


def _following(visit: Visit, looked: _Looked, later: tuple[DoorSpan, ...]) -> str:
    """What comes next that somebody at the door wants to know."""
    span = next((each for each in later if each.state is not DoorState.READYING), None)
    if span is None:
        return ""
    when, about = _when(visit, span.period), _about(visit, looked, span)
    if span.state is DoorState.FREE:
        return visit.say(N_("Danach frei: {when}"), when=when)
    if span.state is DoorState.SHUT:
        return visit.say(N_("Danach geschlossen"))
    said = visit.say(N_("Danach belegt: {when}"), when=when)
    return f"{said}, {about}" if about else said


def _row(visit: Visit, looked: _Looked, span: DoorSpan) -> dict[str, str]:
    return {
        "when": _when(visit, span.period),
        "state": str(span.state),
        "icon": ICONS[span.state],
        "text": _about(visit, looked, span) or visit.say(STATE_WORDS[span.state]),
    }


def _when(visit: Visit, period: Period) -> str:
    """From when to when of today, without the day."""
    first = period.starts_at.astimezone(visit.zone)
    last = period.ends_at.astimezone(visit.zone)
    lang = visit.prefs.lang
    until = clock(visit, period.ends_at) if last.date() == first.date() else MIDNIGHT
    return visit.say(
        N_("{first} bis {last}"),
        first=i18n.clock_words(lang, first.hour, first.minute),
        last=until if until != MIDNIGHT else visit.say(MIDNIGHT),
    )


MIDNIGHT = N_("24 Uhr")


def _bar(
    visit: Visit, spans: tuple[DoorSpan, ...]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rest of the day as parts of a thousand, and the hours that stand below it."""
    begin, end = spans[0].period.starts_at, spans[-1].period.ends_at
    if len(spans) > 1 and spans[-1].state is DoorState.SHUT:
        end = spans[-1].period.starts_at
    whole = (end - begin).total_seconds()

    def at(seconds: float) -> float:
        return round(1000 * seconds / whole, 1)

    bar = [
        {
            "x": at((span.period.starts_at - begin).total_seconds()),
            "width": at((min(span.period.ends_at, end) - span.period.starts_at).total_seconds()),
            "state": str(span.state),
        }
        for span in spans
        if span.period.starts_at < end
    ]
    local = begin.astimezone(visit.zone)
    past = local.minute * 60 + local.second
    count = int((whole + past) // 3600)
    apart = next(step for step in (1, 2, 3, 4, 6) if count / step <= HOURS_SHOWN)
    hours = [
        {"x": at(number * 3600 - past), "text": str((local.hour + number) % 24 or 24)}
        for number in range(1, count + 1)
        if (local.hour + number) % apart == 0
    ]
    return bar, hours


HOURS_SHOWN = 8


def _book_words(visit: Visit, plan: DoorPlan) -> str:
    """The button: what is had by it stands on it."""
    if plan.bookable is None:
        return ""
    return visit.say(N_("Jetzt buchen bis {until}"), until=clock(visit, plan.bookable.ends_at))


NO_PLACE = Refusal(
    "door.no_place",
    N_("Der Ort dieser Türanzeige wird nicht mehr vergeben."),
    N_("Der Service-Point macht einen Code für einen anderen Ort."),
    status=404,
)

ROUTES = (board, code_page, become, service_worker)
