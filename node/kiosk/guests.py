"""What the guests of an apartment must say, at the lobby: who comes, the foreign guests' forms.

Who holds the stay's pass, or the link of its guests, may say it here. The trap: a pass is no link.
What a form says is shown to whoever has just filled it in at this screen, to be signed, and to
nobody else; all of it goes with the screen's memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Face, bearer
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.kiosk import frame
from node.kiosk.check_in import find_held
from node.kiosk.frame import FORM_COOKIE, STAY_COOKIE
from node.spaces import Line, guests
from node.spaces.guests import FiledForm, Guest, GuestList, How, Stay
from node.store import Write
from node.web.errors import words
from node.web.forms import Fields, read_fields
from node.web.guest_forms import (
    FormPage,
    form_page,
    form_rows,
    given_form,
    name_of,
    read_form,
    refused_form,
    state_of,
)
from node.web.guest_list import NATIONS
from node.web.showing import Place, place_of
from node.web.visit import Visit

START = "/kiosk/check-in/guests"
BACK = "/kiosk/check-in/pass"
STAY_SECONDS = 600
"""Six fields are typed in this time; a screen that nobody touches forgets them long before."""


@dataclass(slots=True)
class GuestsPage:
    """See `kiosk/guests.html`."""

    place: Place
    rows: list[dict[str, str]]
    is_done: bool
    back: str = BACK


@dataclass(slots=True)
class WhoPage:
    """See `kiosk/guest_who.html`."""

    title: str
    action: str
    back: str
    name: str
    is_child: bool
    is_first: bool
    problems: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


@dataclass(slots=True)
class LobbySignPage:
    """See `kiosk/guest_sign.html`."""

    name: str
    action: str
    back: str
    rows: list[dict[str, str]]
    can_sign: bool
    not_yet: str
    problems: dict[str, str] = field(default_factory=dict)


@get("/check-in/guests")
async def guests_page(visit: Visit) -> Response[Any]:
    """Who comes, and whose form is still open."""
    stay = await _begin(visit)
    if stay is None:
        return visit.go("/kiosk/check-in")
    named = dict(stay.guests.named) if stay.guests else {}
    is_signed = any(filed.is_signed for filed in stay.forms.values())
    rows = [
        {
            "text": named[number].name if number in named else _title(visit, number),
            "detail": "" if number in named else visit.say(N_("noch offen")),
            "href": "" if is_signed else f"{START}/{number}",
            "icon": "user",
        }
        for number in range(stay.people)
        if number in named or not is_signed
    ]
    for number in guests.forms_needed(stay):
        filed = stay.forms.get(number)
        rows.append(
            {
                "text": visit.list_words(visit.say(N_("Meldeschein")), name_of(stay, number)),
                "detail": state_of(visit, filed)["state_text"],
                "href": "" if filed and filed.is_signed else f"{START}/{number}/form",
                "icon": "file-text",
            }
        )
    page = GuestsPage(
        place_of(visit, stay.line.space), rows, bool(stay.guests) and not guests.forms_open(stay)
    )
    return await frame.kiosk_page(visit, "kiosk/guests.html", page)


@get("/check-in/guests/{number:int}")
async def who_page(visit: Visit, number: int) -> Response[Any]:
    """One guest: a name, and one touch for whether they are German."""
    stay = await _known(visit)
    if stay is None or not 0 <= number < stay.people:
        return visit.go(START)
    return await _who(visit, _who_page(visit, stay, number))


@post("/check-in/guests/{number:int}")
async def say_who(visit: Visit, number: int) -> Response[Any]:
    """Keep one guest; then the next who was not named."""
    fields = await read_fields(visit)
    stay = await _known(visit)
    if stay is None or not 0 <= number < stay.people:
        return visit.go(START)
    name = fields.text("name", required=True, longest=guests.NAME_MAX)
    nation = fields.choice("nation", NATIONS)
    guest = Guest(name, bool(fields.given.get("child")), nation == "other")
    refusal: Refusal | None = None
    if not fields.problems:

        def run(write: Write) -> Stay | Refusal:
            again = guests.stay_of(write, stay.line, now=visit.now)
            said = _with(again, number, guest)
            return guests.say_guests(write, again, said, face=str(Face.KIOSK), now=visit.now)

        done = await visit.store.write(run)
        if not isinstance(done, Refusal):
            return visit.go(_next(done, number))
        refusal = done
    page = _who_page(visit, stay, number)
    page.name, page.is_child, page.problems = name, guest.is_child, fields.problems
    page.refusal = words(visit, refusal) if refusal else None
    return await _who(visit, page, status=refusal.status if refusal else 422)


def _with(stay: Stay, number: int, guest: Guest) -> GuestList:
    """The list with one guest said anew."""
    said = stay.guests or GuestList()
    rows = [*said.guests, *(Guest() for _ in range(stay.people - len(said.guests)))]
    rows[number] = guest
    return GuestList(tuple(rows), said.arrives)


def _next(stay: Stay, number: int) -> str:
    """The next who was not named, for names come before signatures; else the overview."""
    named = dict(stay.guests.named) if stay.guests else {}
    unnamed = (each for each in range(number + 1, stay.people) if each not in named)
    following = next(unnamed, None)
    return START if following is None else f"{START}/{following}"


def _who_page(visit: Visit, stay: Stay, number: int) -> WhoPage:
    named = dict(stay.guests.named) if stay.guests else {}
    guest = named.get(number, Guest())
    return WhoPage(
        title=_title(visit, number),
        action=f"{START}/{number}",
        back=START,
        name=guest.name,
        is_child=guest.is_child,
        is_first=number == 0 or bool(guest.name),
    )


async def _who(visit: Visit, page: WhoPage, status: int = 200) -> Response[Any]:
    return await frame.kiosk_page(
        visit, "kiosk/guest_who.html", page, status=status, again=page.action
    )


def _title(visit: Visit, number: int) -> str:
    return visit.say(N_("Person {number}"), number=number + 1)


# The form


@get("/check-in/guests/{number:int}/form")
async def form(visit: Visit, number: int) -> Response[Any]:
    """The fields that the law asks for; what was said elsewhere is not shown here."""
    stay = await _known(visit)
    if stay is None or number not in guests.forms_needed(stay):
        return visit.go(START)
    filed = stay.forms.get(number)
    if filed is not None and _was_filled_in_here(visit, filed):
        return visit.go(START if filed.is_signed else f"{START}/{number}/sign")
    bare = replace(stay, forms={})
    return await _form(visit, _form_page(visit, stay, number, given_form(bare, number)))


@post("/check-in/guests/{number:int}/form")
async def file(visit: Visit, number: int) -> Response[Any]:
    """Fill it in; then it is shown whole, to be signed."""
    fields = await read_fields(visit)
    stay = await _known(visit)
    if stay is None or number not in guests.forms_needed(stay):
        return visit.go(START)
    read = read_form(fields, stay, number)
    refusal: Refusal | None = None
    if not fields.problems:

        def run(write: Write) -> Stay | Refusal:
            again = guests.stay_of(write, stay.line, now=visit.now)
            actor = bearer(stay.line.reservation.id, Face.KIOSK)
            no = guests.file_form(write, actor, again, read, now=visit.now)
            return no or guests.stay_of(write, stay.line, now=visit.now)

        done = await visit.store.write(run)
        if not isinstance(done, Refusal):
            frame.hold_scanned(visit, id_text(done.forms[number].id), key=FORM_COOKIE)
            return visit.go(f"{START}/{number}/sign")
        refusal = done
    page = _form_page(visit, stay, number, fields.given)
    return await _form(visit, page, status=refused_form(visit, page, fields, refusal))


def _form_page(visit: Visit, stay: Stay, number: int, given: dict[str, str]) -> FormPage:
    return form_page(visit, stay, number, given, back=START, action=f"{START}/{number}/form")


async def _form(visit: Visit, page: FormPage, status: int = 200) -> Response[Any]:
    return await frame.kiosk_page(
        visit, "kiosk/guest_form.html", page, status=status, again=page.action
    )


def _was_filled_in_here(visit: Visit, filed: FiledForm) -> bool:
    return frame.held(visit, key=FORM_COOKIE, seconds=STAY_SECONDS) == id_text(filed.id)


# The signature


@get("/check-in/guests/{number:int}/sign")
async def sign_page(visit: Visit, number: int) -> Response[Any]:
    """All that was just filled in, and the field to sign in."""
    stay = await _known(visit)
    if stay is None:
        return visit.go(START)
    return await _sign(visit, stay, number)


@post("/check-in/guests/{number:int}/sign")
async def sign(visit: Visit, number: int) -> Response[Any]:
    """Sign it with a finger."""
    fields = await read_fields(visit)
    stay = await _known(visit)
    if stay is None or not _to_sign(visit, stay, number):
        return visit.go(START)
    actor = bearer(stay.line.reservation.id, Face.KIOSK)

    def run(write: Write) -> Refusal | None:
        again = guests.stay_of(write, stay.line, now=visit.now)
        strokes = fields.given.get("strokes", "")
        return guests.sign_form(
            write, actor, again, number, how=How.SCREEN, strokes=strokes, now=visit.now
        )

    refusal = await visit.store.write(run)
    if refusal is None:
        frame.drop_scanned(visit, key=FORM_COOKIE)
        return visit.go(START)
    if refusal.field != "strokes":
        raise RefusedError(refusal)
    return await _sign(visit, stay, number, fields=fields, refusal=refusal)


async def _sign(
    visit: Visit,
    stay: Stay,
    number: int,
    *,
    fields: Fields | None = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    filed = _to_sign(visit, stay, number)
    if filed is None:
        return visit.go(START)
    no = guests.check_signing(stay, today=visit.today)
    page = LobbySignPage(
        name=name_of(stay, number),
        action=f"{START}/{number}/sign",
        back=START,
        rows=form_rows(visit, stay, filed.form),
        can_sign=no is None,
        not_yet=visit.say(no.message, **no.values) if no else "",
    )
    if refusal is not None and fields is not None:
        page.problems = {"strokes": visit.say(refusal.message)}
    status = refusal.status if refusal else 200
    return await frame.kiosk_page(
        visit, "kiosk/guest_sign.html", page, status=status, again=page.action
    )


def _to_sign(visit: Visit, stay: Stay, number: int) -> FiledForm | None:
    """The form that was just filled in here and has no signature yet."""
    filed = stay.forms.get(number)
    if filed is None or filed.is_signed or not _was_filled_in_here(visit, filed):
        return None
    return filed


# Whose it is


async def _begin(visit: Visit) -> Stay | None:
    """The stay of the pass that was held up, kept while its guests say who they are."""
    line = await find_held(visit)
    if line is None:
        return await _known(visit)
    text = frame.held(visit)
    frame.hold_scanned(visit, text)
    frame.hold_scanned(visit, text, key=STAY_COOKIE)
    return await _stay(visit, line)


async def _known(visit: Visit) -> Stay | None:
    """The stay whose guests stand here; each step keeps it."""
    text = frame.held(visit, key=STAY_COOKIE, seconds=STAY_SECONDS)
    keys = visit.house.home_keys()
    found = await visit.store.read(
        lambda read: spaces.find_by_pass(read, text, keys=keys) if text else None
    )
    if not isinstance(found, Line):
        return None
    for key in (STAY_COOKIE, frame.HELD_COOKIE):
        frame.hold_scanned(visit, text, key=key)
    return await _stay(visit, found)


async def _stay(visit: Visit, line: Line) -> Stay | None:
    now = visit.now
    line = Line(line.reservation, line.space, line.reservation.status_at(now), line.code)
    if not line.space.is_by_night:
        return None
    stay = await visit.store.read(lambda read: guests.stay_of(read, line, now=now))
    return stay if stay.is_open else None


ROUTES = (guests_page, who_page, say_who, form, file, sign_page, sign)
