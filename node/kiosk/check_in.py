"""Coming and going with a pass, held to the camera or a scanner, or by its eight characters.

A resident or a guest without an account: who holds the pass may use it. The first scan lets in;
leaving is always a touch, so that a pass held up twice sends nobody home.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from litestar import Response, get, post

from node import quarter, spaces
from node.base.actors import Actor, Face, bearer
from node.base.refusals import N_, Refusal
from node.kiosk import frame
from node.kiosk.guard import KioskRules
from node.kiosk.handover import pass_link
from node.kiosk.printing import print_here, printing_at_the_lobby
from node.kiosk.sign_in import read_proof, take_proof
from node.spaces import Line, Passed, Phase, Status, guests
from node.store import Read, Write
from node.web import guessing
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.qr import qr_svg
from node.web.showing import STATES, Place, ShownLine, clock, line_of, moment, place_of, when_of
from node.web.unlocking import has_lock
from node.web.visit import Visit

CODE_CHARS_MAX = 400
JUST_NOW = timedelta(minutes=1)
PAGE, DOOR = "/kiosk/check-in/pass", "/kiosk/check-in/open"
GUEST_LINK = re.compile(r"/guest/([0-9a-z-]{8,60})", re.IGNORECASE)


@dataclass(slots=True)
class ScanPage:
    """See `kiosk/check_in.html`."""

    mine: list[ShownLine] = field(default_factory=list)
    error: str = ""
    refusal: dict[str, Any] | None = None
    """The same for programs."""


@dataclass(slots=True)
class PassPage:
    """See `kiosk/checked.html`."""

    title: str
    place: Place
    where: str
    when: str
    state: str
    steps: list[str]
    can: dict[str, bool]
    refusal: dict[str, Any] | None
    phone_src: str
    printing: dict[str, str | bool]
    hand_over_href: str = ""
    code_href: str = ""
    guests_href: str = ""
    door_href: str = ""


@get("/check-in", include_in_schema=False)
async def scan_page(visit: Visit) -> Response[Any]:
    """Ask for the pass; whoever is signed in may touch their booking instead."""
    return await _scan_page(visit)


async def _scan_page(visit: Visit, said: dict[str, Any] | None = None) -> Response[Any]:
    page = ScanPage(refusal=said)
    if said is not None:
        page.error = f"{said['message']} {said['remedy']}"
    if visit.actor.is_signed_in:
        lines = await visit.read(lambda read: spaces.coming_up(read, visit.actor, now=visit.now))
        page.mine = [line_of(visit, line) for line in lines if _is_useful(visit, line)]
    status = said["status"] if said else 200
    return await frame.kiosk_page(
        visit, "kiosk/check_in.html", page, status=status, again="/kiosk/check-in"
    )


def _is_useful(visit: Visit, line: Line) -> bool:
    is_open = spaces.is_open_for(line.reservation, line.space, now=visit.now)
    return is_open or line.status is Status.CHECKED_IN


@get("/scan", include_in_schema=False)
async def scan_again(visit: Visit) -> Response[Any]:
    """Where a browser lands that loads the answer of a scan anew."""
    return visit.go(PAGE if frame.held(visit) else "/kiosk/check-in")


@post("/scan", include_in_schema=False)
async def scan(visit: Visit) -> Response[Any]:
    """Whatever was held to the reader or typed: a card or letter signs in, a pass checks in."""
    fields = await read_fields(visit)
    text = fields.given.get("code", "").strip()[:CODE_CHARS_MAX]
    if not text:
        return await _scan_page(visit, words(visit, NOTHING_SCANNED))
    given, text = text, await _pass_of_link(visit, text)
    if not text:
        return await _scan_page(visit, words(visit, await _wrong_link(visit, given)))
    proof = read_proof(text)
    if proof is not None:
        return await take_proof(visit, proof)
    done = await _pass_through(visit, text, "in")
    frame.hold_scanned(visit, text)
    if isinstance(done, Refusal):
        return await _refused(visit, text, done)
    return visit.go(PAGE)


async def _pass_of_link(visit: Visit, text: str) -> str:
    """The pass of the stay that a guest's link opens, "" where it opens none; any other text as it
    is."""
    found = GUEST_LINK.search(text)
    if found is None:
        return text
    token = found[1].lower()
    stay = await visit.store.read(lambda read: guests.find_stay(read, token, now=visit.now))
    decision = stay.line.reservation.decision if stay else None
    return spaces.pass_text(decision.pass_) if decision else ""


async def _wrong_link(visit: Visit, text: str) -> Refusal:
    """Why a link opens nothing; that of a stay that was cancelled is no guess."""
    found = GUEST_LINK.search(text)
    token = found[1].lower() if found is not None else ""
    gone = await visit.store.read(lambda read: guests.find_gone(read, token, now=visit.now))
    if gone is not None:
        return guests.STAY_GONE
    return await guessing.count(visit, Face.KIOSK) or guests.NO_PAGE


@post("/mine/{reservation:str}/pass", include_in_schema=False)
async def take_mine(visit: Visit, reservation: str) -> Response[Any]:
    """Go on with the pass of one's own booking, as if it had been held to the reader."""
    await read_fields(visit)
    actor = visit.signed_in()

    def look(read: Read) -> Line | Refusal:
        found = spaces.get_line(read, actor, path_id(reservation), now=visit.now)
        return found if isinstance(found, Refusal) or found.code else NO_PASS

    line = await visit.read(look)
    frame.hold_scanned(visit, line.code)
    done = await _pass_through(visit, line.code, "in")
    if isinstance(done, Refusal):
        return await _refused(visit, line.code, done)
    return visit.go(PAGE)


@get("/check-in/pass", include_in_schema=False)
async def pass_page(visit: Visit) -> Response[Any]:
    """What the pass that was just held up stands for now."""
    text = frame.held(visit)
    if not text:
        return visit.go("/kiosk/check-in")
    found = await _find(visit, text)
    if isinstance(found, Refusal):
        return await _refused(visit, text, found)
    return await frame.kiosk_page(visit, "kiosk/checked.html", await _shown(visit, found))


@post("/check-in/pass", include_in_schema=False)
async def act_on_pass(visit: Visit) -> Response[Any]:
    """Check in or out with the pass that was just held up."""
    fields = await read_fields(visit)
    act = fields.choice("act", {"in", "out"}, default="in")
    text = frame.held(visit)
    if not text:
        return visit.go("/kiosk/check-in")
    done = await _pass_through(visit, text, act)
    if isinstance(done, Refusal):
        return await _refused(visit, text, done)
    frame.hold_scanned(visit, text)
    return visit.go(PAGE)


@post("/check-in/pass/print", include_in_schema=False)
async def print_held(visit: Visit) -> Response[Any]:
    """Print the pass that was just held up: whoever holds it may have it on paper, too."""
    await read_fields(visit)
    text = frame.held(visit)
    if not text:
        return visit.go("/kiosk/check-in")
    found = await _find(visit, text)
    refusal = found if isinstance(found, Refusal) else await print_here(visit, found)
    if refusal is not None:
        return await _refused(visit, text, refusal)
    frame.hold_scanned(visit, text)
    return visit.go(PAGE)


async def _pass_through(visit: Visit, text: str, act: str) -> Passed | Refusal:
    keys, actor = visit.house.home_keys(), _whoever(visit)

    def run(write: Write) -> Passed | Refusal:
        run_it = spaces.check_in if act == "in" else spaces.check_out
        return run_it(write, actor, text, keys=keys, now=visit.now)

    return await guessing.heard(visit, Face.KIOSK, text, lambda: visit.store.write(run))


async def find_held(visit: Visit) -> Line | None:
    """What the pass that was just held up stands for; None where there is none, or no more."""
    text = frame.held(visit)
    found = await _find(visit, text) if text else None
    return found if isinstance(found, Line) else None


def whoever_holds(visit: Visit, line: Line) -> Actor:
    """Who acts on a booking here: its own people where they are signed in, else who holds its
    pass."""
    actor, reservation = _whoever(visit), line.reservation
    is_own = bool(actor.household_id) and actor.household_id == reservation.household_id
    return actor if is_own else bearer(reservation.id, Face.KIOSK)


def _whoever(visit: Visit) -> Actor:
    """Who acts, here at the lobby: the signed-in person, or whoever holds the pass."""
    return replace(visit.actor, face=Face.KIOSK)


async def _find(visit: Visit, text: str) -> Line | Refusal:
    keys = visit.house.home_keys()
    found = await visit.store.read(lambda read: spaces.find_by_pass(read, text, keys=keys))
    if isinstance(found, Refusal):
        return found
    reservation = found.reservation
    return Line(reservation, found.space, reservation.status_at(visit.now), found.code)


async def _refused(visit: Visit, text: str, refusal: Refusal) -> Response[Any]:
    """Why not, on the page of the pass; a text that is no pass is asked for again."""
    found = await _find(visit, text)
    if isinstance(found, Refusal):
        # A letter's or card's code that was mistyped ends here too, so the sentence names both.
        frame.drop_scanned(visit)
        return await _scan_page(visit, words(visit, refusal))
    page = await _shown(visit, found, refusal)
    return await frame.kiosk_page(
        visit, "kiosk/checked.html", page, status=refusal.status, again=PAGE
    )


async def _shown(visit: Visit, line: Line, refusal: Refusal | None = None) -> PassPage:
    reservation, is_in = line.reservation, line.status is Status.CHECKED_IN
    has_left = line.status is Status.CHECKED_OUT and _was_just_now(visit, line)
    if refusal is None and not is_in and not has_left:
        refusal = spaces.check_admission(line.space, reservation, now=visit.now)
    serves = is_in or line.status is Status.CONFIRMED
    return PassPage(
        title=_title(visit, line),
        place=place_of(visit, line.space),
        where=await visit.read(lambda read: _building(read, line)),
        when=when_of(visit, line.space, reservation.period),
        state=STATES[line.status],
        steps=_steps(visit, line) if is_in else [],
        can={"in": refusal is None and line.status is Status.CONFIRMED, "out": is_in},
        refusal=words(visit, refusal) if refusal else None,
        phone_src=frame.qr_src(qr_svg(pass_link(visit, line))) if serves else "",
        printing=await printing_at_the_lobby(visit, reservation.id, can=line.has_pass),
        hand_over_href=await _hand_over_href(visit, line) if is_in or has_left else "",
        code_href="/kiosk/check-in/code" if is_in and await _has_code(visit, line) else "",
        guests_href=await _guests_href(visit, line) if line.space.is_by_night else "",
        door_href=DOOR if await opens_here(visit, line) else "",
    )


async def opens_here(visit: Visit, line: Line) -> bool:
    """Whether the door of who is in opens from this screen: its lock hangs on this box, and it is
    a door of the lobby's house, where that is known."""
    if line.status is not Status.CHECKED_IN or not has_lock(visit, line.space):
        return False
    if visit.now >= line.reservation.period.ends_at:
        return False
    key = visit.house.service(KioskRules).house
    if not key:
        return True
    found = await visit.read(lambda read: quarter.find_building(read, line.space.building_id))
    return found is not None and found.key == key


async def _hand_over_href(visit: Visit, line: Line) -> str:
    """The way to what is to be gone through next: coming before leaving; "" where nothing is."""
    actor, number = whoever_holds(visit, line), line.reservation.id
    found = await visit.store.read(
        lambda read: spaces.find_hand_over(read, actor, number, now=visit.now)
    )
    if isinstance(found, Refusal):
        return ""
    asked = (phase for phase in Phase if found.is_asked(phase, now=visit.now))
    phase = next(asked, None)
    return f"/kiosk/check-in/hand-over/{phase}" if phase else ""


async def _guests_href(visit: Visit, line: Line) -> str:
    """The way to what the guests of a stay are still to say; "" where nothing is."""
    stay = await visit.store.read(lambda read: guests.stay_of(read, line, now=visit.now))
    is_asked = stay.is_open and (stay.guests is None or guests.forms_open(stay))
    return "/kiosk/check-in/guests" if is_asked else ""


async def _has_code(visit: Visit, line: Line) -> bool:
    actor, number = whoever_holds(visit, line), line.reservation.id
    view = await visit.store.read(lambda read: spaces.view_code(read, actor, number, now=visit.now))
    return not isinstance(view, Refusal)


def _building(read: Read, line: Line) -> str:
    found = quarter.find_building(read, line.space.building_id)
    return found.name if found else ""


def _was_just_now(visit: Visit, line: Line) -> bool:
    fact = line.reservation.check_out or line.reservation.check_in
    return fact is not None and visit.now - fact.at < JUST_NOW


def _title(visit: Visit, line: Line) -> str:
    """What just happened, or where it stands, in a sentence."""
    came, left = line.reservation.check_in, line.reservation.check_out
    if left is not None:
        return visit.say(N_("Ausgecheckt um {time}. Auf Wiedersehen."), time=clock(visit, left.at))
    if came is None:
        return visit.say(N_("Ihr Ausweis"))
    if _was_just_now(visit, line):
        return visit.say(N_("Willkommen. Sie sind eingecheckt."))
    return visit.say(N_("Eingecheckt: {time}."), time=moment(visit, came.at))


def _steps(visit: Visit, line: Line) -> list[str]:
    """How to come in, and what to do on leaving."""
    row = line.space.row
    texts = (row.stay.key_handover if row.stay else None, row.access_text)
    steps = [visit.local(text) for text in texts if text]
    until = moment(visit, line.reservation.period.ends_at)
    steps.append(visit.say(N_("Für Sie frei bis: {until}."), until=until))
    steps.append(visit.say(N_("Wenn Sie gehen, halten Sie den Ausweis hier noch einmal vor.")))
    return steps


NOTHING_SCANNED = Refusal(
    "kiosk.nothing_scanned",
    N_("Da war noch kein Code."),
    N_("Bitte halten Sie den Code vor oder tippen Sie die acht Zeichen."),
    status=422,
    field="code",
)
NO_PASS = Refusal(
    "kiosk.no_pass",
    N_("Zu dieser Buchung gibt es keinen Ausweis."),
    N_("Sobald sie bestätigt ist, finden Sie ihn unter „Meine Buchungen“."),
    status=404,
)

ROUTES = (scan_page, scan_again, scan, take_mine, pass_page, act_on_pass, print_held)
