"""Signing in at the lobby: a card and its PIN, or the code of one's letter and one's PIN.

A password is never typed here, where others look on. What was held to the reader is remembered
for two minutes in a cookie that no script reads; a card alone opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.actors import Actor, Face
from node.base.ids import id_text, normal_code, parse_id
from node.base.refusals import N_, Refusal
from node.base.scanned import readings
from node.kiosk import frame
from node.kiosk.handover import page_link
from node.kiosk.prefs import kiosk_path
from node.kiosk.told import TOLD, WAY_COOKIE
from node.people.model import OpenedCode, PersonChoice, SignedIn
from node.spaces.telling import told_to
from node.web.errors import words
from node.web.forms import BAD_ID, read_fields, read_query
from node.web.gate import SESSION_COOKIES
from node.web.knocking import knock_of
from node.web.qr import qr_svg
from node.web.visit import Visit

COOKIE = SESSION_COOKIES[Face.KIOSK]
HOUSEHOLD_CODE_CHARS = 12
CARD = "card"
CODE = "code"


@dataclass(slots=True)
class SignInPage:
    """See `kiosk/sign_in.html`."""

    refusal: dict[str, Any] | None = None


@dataclass(slots=True)
class WhoPage:
    """See `kiosk/who.html`."""

    household: str
    choices: list[dict[str, Any]]


@dataclass(slots=True)
class PinPage:
    """See `kiosk/pin.html`."""

    name: str = ""
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class NoPinPage:
    """See `kiosk/no_pin.html`."""

    name: str
    qr_src: str
    address: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody has with them: a card's token, or a household code and who they say to be."""

    kind: str
    text: str
    person: str = ""

    def packed(self) -> str:
        """As it is remembered until the next step."""
        return "\t".join((self.kind, self.text, self.person))


def read_proof(text: str) -> Proof | None:
    """A card or a letter's code in what was scanned or typed; None for anything else.

    A card is the first reading that is one (`people.sign_in_with_card` tries the other layout); a
    letter's code is read as it stands, or as its address says.
    """
    said = [each.strip().rstrip("/").rpartition("/")[2] for each in readings(text)]
    for last in said:
        try:
            return Proof(CARD, id_text(parse_id(last)))
        except ValueError:
            continue
    code = normal_code(said[0])
    is_code = len(code) == HOUSEHOLD_CODE_CHARS and code.isascii() and code.isalnum()
    return Proof(CODE, code) if is_code else None


def _held_proof(visit: Visit) -> Proof | None:
    kind, *rest = frame.held(visit).split("\t")
    return Proof(kind, *rest) if kind in {CARD, CODE} and len(rest) == 2 else None


# Step one: the card or the letter


@get("/sign-in", include_in_schema=False)
async def sign_in_page(visit: Visit) -> Response[Any]:
    """Ask for the card; `back` is the page that led here."""
    way = kiosk_path(read_query(visit).given.get("back", ""))
    if visit.actor.is_signed_in:
        return visit.go(way or "/kiosk/home")
    if way:
        visit.keep(WAY_COOKIE, way)
    return await frame.kiosk_page(visit, "kiosk/sign_in.html", SignInPage())


async def take_proof(visit: Visit, proof: Proof) -> Response[Any]:
    """Go on with a card or code that was held to the reader."""
    frame.hold_scanned(visit, proof.packed())
    return visit.go("/kiosk/pin" if proof.kind == CARD else "/kiosk/who")


# Step two, with a letter only: who of the household


@get("/who", include_in_schema=False)
async def who_page(visit: Visit) -> Response[Any]:
    """Ask who of the household stands here."""
    proof = _held_proof(visit)
    if proof is None or proof.kind != CODE:
        return visit.go("/kiosk/sign-in")
    opened = await _open(visit, proof)
    if isinstance(opened, Refusal):
        frame.drop_scanned(visit)
        return await _again(visit, opened)
    choices = [{"id": id_text(each.id), "name": each.name} for each in opened.persons]
    return await frame.kiosk_page(visit, "kiosk/who.html", WhoPage(opened.household_name, choices))


@post("/who", include_in_schema=False)
async def choose(visit: Visit) -> Response[Any]:
    """Remember who stands here; without a PIN there is no way in at the lobby."""
    fields = await read_fields(visit)
    proof = _held_proof(visit)
    if proof is None or proof.kind != CODE:
        return visit.go("/kiosk/sign-in")
    opened = await _open(visit, proof)
    if isinstance(opened, Refusal):
        return await _again(visit, opened)
    chosen = _chosen(opened, fields.id("person"))
    if isinstance(chosen, Refusal):
        return await frame.refusal_page(visit, chosen, again="/kiosk/who")
    if not chosen.has_secret:
        link = page_link(visit, "/sign-in")
        page = NoPinPage(chosen.name, frame.qr_src(qr_svg(link)), link)
        return await frame.kiosk_page(visit, "kiosk/no_pin.html", page, again="/kiosk/who")
    person = id_text(chosen.id)
    frame.hold_scanned(visit, Proof(CODE, proof.text, person).packed())
    return visit.go("/kiosk/pin")


def _chosen(opened: OpenedCode, person_id: bytes) -> PersonChoice | Refusal:
    return next((each for each in opened.persons if each.id == person_id), BAD_ID)


async def _open(visit: Visit, proof: Proof) -> OpenedCode | Refusal:
    knock = knock_of(visit, Face.KIOSK)
    return await people.open_code(visit.store, knock, proof.text, now=visit.now)


async def _again(visit: Visit, refusal: Refusal) -> Response[Any]:
    """The first step once more, with what was wrong."""
    page = SignInPage(words(visit, refusal))
    return await frame.kiosk_page(
        visit, "kiosk/sign_in.html", page, status=refusal.status, again="/kiosk/sign-in"
    )


# Step three: the PIN


@get("/pin", include_in_schema=False)
async def pin_page(visit: Visit) -> Response[Any]:
    """The PIN pad. Whose card it is does not stand there: a found card must tell nothing."""
    if not _is_ready(_held_proof(visit)):
        return visit.go("/kiosk/sign-in")
    return await frame.kiosk_page(visit, "kiosk/pin.html", PinPage())


def _is_ready(proof: Proof | None) -> bool:
    return proof is not None and (proof.kind == CARD or bool(proof.person))


@post("/pin", include_in_schema=False)
async def enter(visit: Visit) -> Response[Any]:
    """Check the PIN and begin the session."""
    fields = await read_fields(visit)
    proof = _held_proof(visit)
    if proof is None or not _is_ready(proof):
        return visit.go("/kiosk/sign-in")
    pin = fields.given.get("pin", "")[:20]
    if not pin:
        page = PinPage(problems={"pin": visit.say(N_("Bitte geben Sie Ihre PIN ein."))})
        return await frame.kiosk_page(visit, "kiosk/pin.html", page, status=422, again="/kiosk/pin")
    found = await _sign_in(visit, proof, pin)
    if isinstance(found, Refusal):
        return await _refused(visit, proof, found)
    visit.keep(COOKIE, found.token)
    frame.drop_scanned(visit)
    if await _is_to_be_told(visit, found.actor):
        return visit.go(TOLD)
    way = kiosk_path(visit.kept(WAY_COOKIE))
    visit.forget(WAY_COOKIE)
    return visit.go(way or "/kiosk/home")


async def _is_to_be_told(visit: Visit, actor: Actor) -> bool:
    """Whether the team did something to their bookings that they have not read."""
    return bool(await visit.store.read(lambda read: told_to(read, actor, now=visit.now)))


async def _sign_in(visit: Visit, proof: Proof, pin: str) -> SignedIn | Refusal:
    knock = knock_of(visit, Face.KIOSK)
    if proof.kind == CARD:
        return await people.sign_in_with_card(visit.store, knock, proof.text, pin, now=visit.now)
    person_id = parse_id(proof.person)
    return await people.sign_in_with_pin(
        visit.store, knock, person_id, pin, code=proof.text, now=visit.now
    )


async def _refused(visit: Visit, proof: Proof, refusal: Refusal) -> Response[Any]:
    """A wrong PIN is typed again; a card that is not known is held up again."""
    if refusal.code in HOPELESS:
        frame.drop_scanned(visit)
        return await _again(visit, refusal)
    frame.hold_scanned(visit, proof.packed())
    page = PinPage(refusal=words(visit, refusal))
    return await frame.kiosk_page(
        visit, "kiosk/pin.html", page, status=refusal.status, again="/kiosk/pin"
    )


HOPELESS = {"people.card_unknown", "people.pin_missing", "people.moved_out", "people.not_found"}
"""What no other PIN would cure."""

ROUTES = (sign_in_page, who_page, choose, pin_page, enter)
