"""Signing in at the portal: by the household's paper code once, by name and PIN from then on.

Three steps for a first timer: the code, who you are, a PIN. Each step is a page of its own that
can be read again. Between them the code waits in a short-lived cookie that no script can read; it
stands in no address but the one that the letter's QR opens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from node import people
from node.base.actors import Face
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, Refusal
from node.people.model import PersonChoice, SignedIn
from node.web.errors import words
from node.web.forms import read_fields, read_query
from node.web.gate import SESSION_COOKIES
from node.web.knocking import DEVICE_COOKIE, knock_of
from node.web.prefs import local_path
from node.web.visit import YEAR_SECONDS, Visit

COOKIE = SESSION_COOKIES[Face.PORTAL]
CODE_COOKIE = "quartier_code"
CODE_PATH = "/sign-in"
CODE_SECONDS = 900
"""So long the code waits for its person to choose a PIN."""
CODE_CHARS_MAX = 40
STEPS = 3
NEW_PERSON = "new"


@dataclass(slots=True)
class CodePage:
    """See `portal/sign_in.html`: step one, or choosing among the persons known here."""

    back: str
    code: str = ""
    known: list[dict[str, str]] = field(default_factory=list)
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WhoPage:
    """See `portal/sign_in_who.html`: step two."""

    household: str
    choices: list[dict[str, str]]
    new_href: str


@dataclass(slots=True)
class SecretPage:
    """See `portal/sign_in_secret.html`: step three, or the PIN alone where one is known."""

    back: str
    person: str
    name: str
    is_new: bool
    step: int
    given_name: str = ""
    family_name: str = ""
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class AwayPage:
    """See `portal/sign_in_away.html`: the link for on the way, opened at central."""

    token: str
    refusal: dict[str, Any] | None = None


# Step one: the code


@get("/sign-in", include_in_schema=False)
async def code_page(visit: Visit) -> Response[Any]:
    """Ask for the code; who is known at this browser is asked for the PIN only."""
    if visit.actor.is_signed_in:
        return visit.go(_back(visit))
    return await _code_page(visit, CodePage(_back(visit)))


@get("/c/{code:str}", include_in_schema=False)
async def code_from_letter(visit: Visit, code: str) -> Response[Any]:
    """The letter's QR code: the code is filled in, the person only presses the button."""
    return await _code_page(visit, CodePage("/", code[:CODE_CHARS_MAX]))


async def _code_page(visit: Visit, page: CodePage, *, status: int = 200) -> Response[Any]:
    page.known = [
        {"name": choice.name, "href": _address("secret", page.back, person=id_text(choice.id))}
        for choice in await _known_here(visit)
        if choice.has_secret
    ]
    return visit.page("portal/sign_in.html", page, status=status)


@post("/sign-in", include_in_schema=False)
async def open_code(visit: Visit) -> Response[Any]:
    """Step one: whom the code lets in."""
    fields = await read_fields(visit)
    page = CodePage(_back(visit), fields.text("code", required=True, longest=CODE_CHARS_MAX))
    if fields.problems:
        page.problems = fields.problems
        return await _code_page(visit, page, status=422)
    knock = knock_of(visit, Face.PORTAL)
    opened = await people.open_code(visit.store, knock, page.code, now=visit.now)
    if isinstance(opened, Refusal):
        return await _code_refused(visit, page, opened)
    _keep_code(visit, page.code)
    return visit.go(_address("who", page.back))


async def _code_refused(visit: Visit, page: CodePage, refusal: Refusal) -> Response[Any]:
    if refusal.field == "code":
        page.problems = {"code": sentence_of_no(visit, refusal)}
    else:
        page.refusal = words(visit, refusal)
    return await _code_page(visit, page, status=refusal.status)


# Step two: who


@get("/sign-in/who", include_in_schema=False)
async def who_page(visit: Visit) -> Response[Any]:
    """Step two: who of the household this is."""
    back, code = _back(visit), visit.kept(CODE_COOKIE)
    if not code:
        return visit.go(_address("", back))
    knock = knock_of(visit, Face.PORTAL)
    opened = await people.open_code(visit.store, knock, code, now=visit.now)
    if isinstance(opened, Refusal):
        return await _code_refused(visit, CodePage(back), opened)
    page = WhoPage(
        household=opened.household_name,
        choices=[_choice(visit, person, back) for person in opened.persons],
        new_href=_address("secret", back, person=NEW_PERSON),
    )
    return visit.page("portal/sign_in_who.html", page)


def _choice(visit: Visit, person: PersonChoice, back: str) -> dict[str, str]:
    return {
        "name": person.name,
        "hint": visit.say(N_("hat schon eine PIN") if person.has_secret else N_("zum ersten Mal")),
        "href": _address("secret", back, person=id_text(person.id)),
    }


# Step three: PIN or password


@get("/sign-in/secret", include_in_schema=False)
async def secret_page(visit: Visit) -> Response[Any]:
    """Step three: choose a PIN the first time, give it from then on."""
    page = await _secret_page(visit, read_query(visit).given.get("person", ""))
    if page is None:
        return visit.go(_address("", _back(visit)))
    return visit.page("portal/sign_in_secret.html", page)


async def _secret_page(visit: Visit, person: str) -> SecretPage | None:
    """The page for a person who may be meant here, or for somebody new to a household."""
    back, code = _back(visit), visit.kept(CODE_COOKIE)
    if person == NEW_PERSON:
        return SecretPage(back, NEW_PERSON, "", is_new=True, step=STEPS) if code else None
    person_id = _parsed(person)
    known = next((each for each in await _known_here(visit) if each.id == person_id), None)
    if known is not None and known.has_secret:
        return SecretPage(back, person, known.name, is_new=False, step=0)
    opened = await people.open_code(visit.store, knock_of(visit, Face.PORTAL), code, now=visit.now)
    if isinstance(opened, Refusal):
        return None
    chosen = next((each for each in opened.persons if each.id == person_id), None)
    if chosen is None:
        return None
    return SecretPage(back, person, chosen.name, is_new=not chosen.has_secret, step=STEPS)


@post("/sign-in/secret", include_in_schema=False)
async def enter(visit: Visit) -> Response[Any]:
    """Step three: set a PIN or password the first time, give it from then on."""
    fields = await read_fields(visit)
    page = await _secret_page(visit, fields.given.get("person", ""))
    if page is None:
        return visit.go(_address("", _back(visit)))
    secret = fields.given.get("secret", "")
    if page.person == NEW_PERSON:
        page.given_name = fields.text("given_name", required=True, longest=80)
        page.family_name = fields.text("family_name", longest=80)
    if page.is_new and secret != fields.given.get("again", ""):
        fields.problems["again"] = visit.say(N_("Die beiden Eingaben sind verschieden."))
    page.problems = fields.problems
    if page.problems:
        return visit.page("portal/sign_in_secret.html", page, status=422)
    found = await _sign_in(visit, page, secret)
    if isinstance(found, Refusal):
        return await _secret_refused(visit, page, found)
    keep_session(visit, found)
    visit.forget(CODE_COOKIE, path=CODE_PATH)
    return visit.go(page.back)


async def _sign_in(visit: Visit, page: SecretPage, secret: str) -> SignedIn | Refusal:
    knock = knock_of(visit, Face.PORTAL)
    code = visit.kept(CODE_COOKIE)
    if page.is_new:
        return await people.sign_in_first_time(
            visit.store,
            knock,
            code=code,
            secret=secret,
            person_id=None if page.person == NEW_PERSON else _parsed(page.person),
            given_name=page.given_name,
            family_name=page.family_name,
            now=visit.now,
        )
    return await people.sign_in_with_pin(
        visit.store, knock, _parsed(page.person), secret, code=code, now=visit.now
    )


async def _secret_refused(visit: Visit, page: SecretPage, refusal: Refusal) -> Response[Any]:
    if refusal.field == "code":
        return await _code_refused(visit, CodePage(page.back), refusal)
    if refusal.field:
        page.problems = {refusal.field: sentence_of_no(visit, refusal)}
    else:
        page.refusal = words(visit, refusal)
    return visit.page("portal/sign_in_secret.html", page, status=refusal.status)


def sentence_of_no(visit: Visit, refusal: Refusal) -> str:
    """A no with its remedy, to stand at the field that it is about."""
    said = words(visit, refusal)
    return f"{said['message']} {said['remedy']}".strip()


def keep_session(visit: Visit, found: SignedIn) -> None:
    """Keep a begun session and the device as cookies; when it ends is known to the node alone."""
    visit.keep(COOKIE, found.token, max_age=YEAR_SECONDS)
    if found.device:
        visit.keep(DEVICE_COOKIE, found.device, max_age=YEAR_SECONDS)


# On the way, and out


@get("/away/{token:str}", include_in_schema=False)
async def away_page(visit: Visit, token: str) -> Response[Any]:
    """The link that a resident made at home for the way: one button, for programs follow links."""
    return visit.page("portal/sign_in_away.html", AwayPage(token))


@post("/away/{token:str}", include_in_schema=False)
async def enter_from_outside(visit: Visit, token: str) -> Response[Any]:
    """Begin a session at central: rights without a name."""
    await read_fields(visit)
    knock = knock_of(visit, Face.CENTRAL)
    found = await people.sign_in_from_outside(visit.store, knock, token, now=visit.now)
    if isinstance(found, Refusal):
        page = AwayPage("", words(visit, found))
        return visit.page("portal/sign_in_away.html", page, status=found.status)
    keep_session(visit, found)
    return visit.go("/")


@post("/sign-out", include_in_schema=False)
async def sign_out(visit: Visit) -> Response[Any]:
    """Sign out at this browser."""
    await read_fields(visit)
    await visit.house.service(people.Sessions).end(visit.token)
    visit.forget(COOKIE)
    return visit.go("/sign-in")


async def _known_here(visit: Visit) -> list[PersonChoice]:
    """Who has signed in at this browser before."""
    device = visit.kept(DEVICE_COOKIE)
    if not device:
        return []
    return await visit.read(lambda read: people.device_choices(read, device, now=visit.now))


def _keep_code(visit: Visit, code: str) -> None:
    signs = "".join(char for char in code if char.isascii() and char.isalnum())
    visit.keep(CODE_COOKIE, signs, max_age=CODE_SECONDS, path=CODE_PATH)


def _back(visit: Visit) -> str:
    """Where to go once signed in."""
    back = local_path(str(visit.request.query_params.get("back", "/")))
    return "/" if back.startswith("/sign-") else back


def _address(step: str, back: str, **query: str) -> str:
    """The address of a step, with the way back."""
    if back != "/":
        query["back"] = back
    path = f"/sign-in/{step}" if step else "/sign-in"
    return f"{path}?{urlencode(query)}" if query else path


def _parsed(text: str) -> bytes:
    try:
        return parse_id(text)
    except ValueError:
        return b""


ROUTES = (
    code_page,
    code_from_letter,
    open_code,
    who_page,
    secret_page,
    enter,
    away_page,
    enter_from_outside,
    sign_out,
)
