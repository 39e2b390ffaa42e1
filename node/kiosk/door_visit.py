"""What somebody does at a door display: book on the spot with a card and its PIN, come and go with
a pass. Each step forgets the last one's, and the board forgets everything (`door.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import NOBODY, Actor, Face
from node.base.refusals import N_, Refusal, RefusedError
from node.kiosk import frame
from node.kiosk.booking import DESK_DECIDES, OTHERS_DECIDE
from node.kiosk.door import BOARD, HELD_COOKIE, PERSON_COOKIE, own_display
from node.kiosk.sign_in import CARD, HOPELESS, Proof, read_proof
from node.spaces import DoorDisplay, Line, Offer, Passed, Reservation, Space, Status, Wish
from node.store import Read, Write
from node.web import guessing
from node.web.errors import words
from node.web.forms import read_fields
from node.web.knocking import knock_of
from node.web.showing import STATES, Place, bill_of, moment, place_of, when_of
from node.web.visit import Visit

SCAN, PIN, CONFIRM, PASS = (f"{BOARD}/{page}" for page in ("scan", "pin", "confirm", "pass"))
CODE_CHARS_MAX = 400
PIN_CHARS_MAX = 20


@dataclass(slots=True)
class ScanPage:
    """See `kiosk/door_scan.html`."""

    refusal: dict[str, Any] | None = None


@dataclass(slots=True)
class DoorPinPage:
    """See `kiosk/door_pin.html`."""

    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class DoorConfirmPage:
    """See `kiosk/door_confirm.html`; without a bill there is nothing to book."""

    place: Place
    sentence: str = ""
    bill: Any = None
    requested: str = ""
    refusal: dict[str, Any] | None = None


@dataclass(slots=True)
class DoorPassPage:
    """See `kiosk/door_pass.html`."""

    place: Place
    when: str
    state: str
    title: str
    until: str
    can_leave: bool


async def _display(visit: Visit) -> DoorDisplay:
    """The display that asks; others have nothing here."""
    found = await own_display(visit)
    if found is None:
        raise RefusedError(NO_DISPLAY)
    return found


# Whatever is held to the reader


@get("/scan", include_in_schema=False)
async def door_scan_page(visit: Visit) -> Response[Any]:
    """Ask for a card or a pass."""
    await _display(visit)
    return visit.page("kiosk/door_scan.html", ScanPage())


@post("/scan", include_in_schema=False)
async def door_scan(visit: Visit) -> Response[Any]:
    """A card leads to its PIN; a pass checks in, here and nowhere else."""
    display, fields = await _display(visit), await read_fields(visit)
    text = fields.given.get("code", "").strip()[:CODE_CHARS_MAX]
    proof = read_proof(text) if text else None
    if proof is not None and proof.kind == CARD:
        frame.hold_scanned(visit, proof.packed(), key=HELD_COOKIE)
        return visit.go(PIN)
    if proof is not None or not text:
        return _scan_again(visit, LETTER_ELSEWHERE if text else NOTHING_SCANNED)
    keys = visit.house.home_keys()

    def run(write: Write) -> Passed | Refusal:
        return spaces.check_in(
            write, _nobody(), text, keys=keys, now=visit.now, space_id=display.space_id
        )

    done = await guessing.heard(visit, Face.KIOSK, text, lambda: visit.store.write(run))
    if isinstance(done, Refusal):
        return _scan_again(visit, done)
    frame.hold_scanned(visit, text, key=HELD_COOKIE)
    return visit.go(PASS if done.already else f"{BOARD}?done=in")


def _nobody() -> Actor:
    """Whoever holds the pass."""
    return Actor(b"", b"", NOBODY.roles, face=Face.KIOSK)


def _scan_again(visit: Visit, refusal: Refusal) -> Response[Any]:
    frame.drop_scanned(visit, key=HELD_COOKIE)
    page = ScanPage(words(visit, refusal))
    return visit.page("kiosk/door_scan.html", page, status=refusal.status)


# Going, with the pass that was held up again


@get("/pass", include_in_schema=False)
async def door_pass_page(visit: Visit) -> Response[Any]:
    """Who is in already may leave by a touch; a pass held up twice sends nobody home."""
    display = await _display(visit)
    line = await visit.store.read(lambda read: _held_pass(read, visit, display))
    if isinstance(line, Refusal):
        return visit.go(BOARD)
    reservation = line.reservation
    page = DoorPassPage(
        place=place_of(visit, line.space),
        when=when_of(visit, line.space, reservation.period),
        state=STATES[line.status],
        title=visit.say(N_("Sie sind eingecheckt.")),
        until=moment(visit, reservation.period.ends_at),
        can_leave=line.status is Status.CHECKED_IN,
    )
    return visit.page("kiosk/door_pass.html", page)


@post("/pass", include_in_schema=False)
async def door_leave(visit: Visit) -> Response[Any]:
    """Check out: what is left of the time is free for others at once."""
    display = await _display(visit)
    await read_fields(visit)

    def run(write: Write) -> Passed | Refusal:
        line = _held_pass(write, visit, display)
        if isinstance(line, Refusal):
            return line
        return spaces.leave(write, _nobody(), line, now=visit.now)

    done = await visit.store.write(run)
    return _scan_again(visit, done) if isinstance(done, Refusal) else visit.go(f"{BOARD}?done=out")


def _held_pass(read: Read, visit: Visit, display: DoorDisplay) -> Line | Refusal:
    """The pass that was just held up, if it is one of this place's."""
    text = frame.held(visit, key=HELD_COOKIE)
    if not text or text.startswith(f"{CARD}\t"):
        return NOTHING_SCANNED
    found = spaces.find_by_pass(read, text, keys=visit.house.home_keys())
    if isinstance(found, Refusal):
        return found
    if found.space.id != display.space_id:
        return NOTHING_SCANNED
    status = found.reservation.status_at(visit.now)
    return Line(found.reservation, found.space, status, found.code)


# A card and its PIN


@get("/pin", include_in_schema=False)
async def door_pin_page(visit: Visit) -> Response[Any]:
    """Ask for the PIN. Whose card it is does not stand there: a found card must tell nothing."""
    await _display(visit)
    if _held_card(visit) is None:
        return visit.go(SCAN)
    return visit.page("kiosk/door_pin.html", DoorPinPage())


@post("/pin", include_in_schema=False)
async def door_enter(visit: Visit) -> Response[Any]:
    """Check the PIN; from here to the one button it is known who stands here."""
    await _display(visit)
    fields = await read_fields(visit)
    proof, pin = _held_card(visit), fields.given.get("pin", "")[:PIN_CHARS_MAX]
    if proof is None:
        return visit.go(SCAN)
    if not pin:
        page = DoorPinPage(problems={"pin": visit.say(N_("Bitte geben Sie Ihre PIN ein."))})
        return visit.page("kiosk/door_pin.html", page, status=422)
    knock = knock_of(visit, Face.KIOSK)
    found = await people.sign_in_with_card(visit.store, knock, proof.text, pin, now=visit.now)
    if isinstance(found, Refusal) and found.code in HOPELESS:
        return _scan_again(visit, found)
    if isinstance(found, Refusal):
        page = DoorPinPage(refusal=words(visit, found))
        return visit.page("kiosk/door_pin.html", page, status=found.status)
    frame.drop_scanned(visit, key=HELD_COOKIE)
    visit.keep(PERSON_COOKIE, found.token)
    return visit.go(CONFIRM)


def _held_card(visit: Visit) -> Proof | None:
    kind, *rest = frame.held(visit, key=HELD_COOKIE).split("\t")
    return Proof(kind, *rest) if kind == CARD and len(rest) == 2 else None


# What it costs, and the one button


@get("/confirm", include_in_schema=False)
async def door_confirm_page(visit: Visit) -> Response[Any]:
    """Last look before booking: until when, what it costs."""
    display = await _display(visit)
    if not visit.actor.is_signed_in:
        return visit.go(SCAN)
    return await _confirm_page(visit, display)


async def _confirm_page(
    visit: Visit, display: DoorDisplay, refusal: Refusal | None = None
) -> Response[Any]:
    actor = visit.signed_in()

    def look(read: Read) -> tuple[Space | None, tuple[Wish, Offer] | Refusal]:
        found = refusal or spaces.offer_on_the_spot(read, actor, display.space_id, now=visit.now)
        return spaces.find_space(read, display.space_id), found

    space, found = await visit.store.read(look)
    if space is None:
        raise RefusedError(NO_DISPLAY)
    page = DoorConfirmPage(place=place_of(visit, space))
    if isinstance(found, Refusal):
        page.refusal = words(visit, found)
        return visit.page("kiosk/door_confirm.html", page, status=found.status)
    _, offer = found
    page.bill = bill_of(visit, offer.bill)
    page.sentence = when_of(visit, space, offer.period)
    page.requested = visit.say(_decides(visit, space)) if offer.needs_request else ""
    return visit.page("kiosk/door_confirm.html", page)


def _decides(visit: Visit, space: Space) -> str:
    return DESK_DECIDES if space.home_site == visit.house.site_id else OTHERS_DECIDE


@post("/book", include_in_schema=False)
async def door_book(visit: Visit) -> Response[Any]:
    """Book, check in whoever stands here, and forget them."""
    display = await _display(visit)
    await read_fields(visit)
    if not visit.actor.is_signed_in:
        return visit.go(SCAN)
    actor, signer = visit.actor, visit.house.signer

    def run(write: Write) -> str | Refusal:
        found = spaces.offer_on_the_spot(write, actor, display.space_id, now=visit.now)
        if isinstance(found, Refusal):
            return found
        made = spaces.reserve(write, actor, found[0], now=visit.now, signer=signer)
        return made if isinstance(made, Refusal) else _let_in(write, visit, actor, made)

    done = await visit.store.write(run)
    if isinstance(done, Refusal):
        return await _confirm_page(visit, display, done)
    return visit.go(f"{BOARD}?done={done}")


def _let_in(write: Write, visit: Visit, actor: Actor, made: Reservation) -> str:
    """Who books at the door is there. Where the clock may be wrong, the booking stands alone."""
    if made.status_at(visit.now) is not Status.CONFIRMED:
        return "asked"
    space = spaces.find_space(write, made.space_id)
    if space is None:
        return "kept"
    line = Line(made, space, made.base_status)
    passed = spaces.admit(write, actor, line, now=visit.now)
    return "kept" if isinstance(passed, Refusal) else "booked"


NO_DISPLAY = Refusal(
    "door.no_display",
    N_("Dieses Gerät ist keine Türanzeige."),
    N_("Mit einem Code vom Service-Point wird es eine."),
    status=403,
)
NOTHING_SCANNED = Refusal(
    "door.nothing_scanned",
    N_("Da war noch kein Code."),
    N_("Bitte halten Sie Ihre Karte oder Ihren Ausweis vor, oder tippen Sie die acht Zeichen."),
    status=422,
    field="code",
)
LETTER_ELSEWHERE = Refusal(
    "door.letter_elsewhere",
    N_("Den Code aus Ihrem Brief nimmt diese Anzeige nicht."),
    N_("Buchen Sie mit Ihrer Karte, mit dem Handy oder am Bildschirm in der Lobby."),
    status=422,
    field="code",
)
ROUTES = (
    door_scan_page,
    door_scan,
    door_pass_page,
    door_leave,
    door_pin_page,
    door_enter,
    door_confirm_page,
    door_book,
)
