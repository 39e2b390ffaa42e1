"""A guest's own pages behind their link: one stay, without an account.

Nobody is signed in here. All that is shown and done starts from the stay that the token of the
address found; a token that opens nothing counts as a wrong guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post

from node import quarter, spaces
from node.base.actors import NOBODY, Actor, Face, bearer
from node.base.refusals import N_, Refusal, RefusedError
from node.portal.guest_gone import gone_page
from node.portal.guest_words import Welcome, welcome_of
from node.portal.passes import NO_PASS, ShownPass, base_address, passage_notice, shown_pass
from node.portal.safe_code import has_code
from node.portal.unlocking import door_href
from node.spaces import Line, Passed, Status, guests
from node.spaces.by_team import Told
from node.spaces.guests import Stay
from node.spaces.telling import told_to_guests
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import NOT_FOUND, read_fields
from node.web.guessing import wrong_address
from node.web.guest_forms import name_of, state_of
from node.web.guest_list import given_of, list_page, read_guests
from node.web.hand_overs import hand_over_links
from node.web.qr import qr_svg
from node.web.showing import (
    STATES,
    Place,
    how_to_come_in,
    people_words,
    place_of,
    when_of,
)
from node.web.told import ShownTold, told_of
from node.web.turnovers import early_words
from node.web.visit import Visit

ACTS = frozenset({"check-in", "check-out"})
GUEST = replace(NOBODY, face=Face.PORTAL)


@dataclass(slots=True)
class GuestPage:
    """See `portal/guest.html`."""

    place: Place
    where: str
    when: str
    people: str
    state: str
    pass_: ShownPass | None
    how: list[str]
    act: str
    early: str
    parts: list[dict[str, Any]]
    asks_figures: bool
    action: str
    todo: list[dict[str, str]]
    hand_overs: list[dict[str, str]]
    code_href: str
    door_href: str
    welcome: Welcome
    told: ShownTold | None = None
    """What the team did to the stay, until its guests have read it."""
    notice: dict[str, str] | None = None
    refusal: dict[str, Any] | None = None


@dataclass(slots=True)
class ArrivalPage:
    """See `portal/guest_arrival.html`."""

    place: Place
    when: str
    action: str
    hours: str
    rows: list[dict[str, Any]]
    given: dict[str, str]
    nations: list[dict[str, str]]
    problems: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


async def stay_behind(visit: Visit, token: str) -> Stay:
    """The stay that a token opens; anything else is a wrong guess and no page."""
    found = await _stay_or_gone(visit, token)
    if isinstance(found, guests.GoneStay):
        raise RefusedError(guests.STAY_GONE)
    return found


async def _stay_or_gone(visit: Visit, token: str) -> Stay | guests.GoneStay:
    """What a token opens: a right link is no guess, whatever became of the stay."""
    found = await visit.store.read(
        lambda read: (
            guests.find_stay(read, token, now=visit.now)
            or guests.find_gone(read, token, now=visit.now)
        )
    )
    if found is None:
        raise RefusedError(await wrong_address(visit) or guests.NO_PAGE)
    return found


def start_of(token: str, stay: Stay) -> str:
    """Where the pages of a stay begin; of one in several apartments, those of this part."""
    secret = token.partition(guests.PART)[0]
    return f"/guest/{secret}{guests.PART}{stay.number}" if stay.number else f"/guest/{secret}"


def shut(answer: Response[Any]) -> Response[Any]:
    """A page that is kept nowhere and found by no search."""
    answer.headers["cache-control"] = "private, no-store"
    answer.headers["x-robots-tag"] = "noindex, nofollow"
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


@get("/guest/{token:str}", include_in_schema=False)
async def guest(visit: Visit, token: str) -> Response[Any]:
    """One's stay: when, where, how to come in, what is still to be said; or that there is none."""
    stay = await _stay_or_gone(visit, token)
    if isinstance(stay, guests.GoneStay):
        return shut(await gone_page(visit, stay))
    page = await _page(visit, token, stay)
    return shut(visit.page("portal/guest.html", page))


async def _page(visit: Visit, token: str, stay: Stay) -> GuestPage:
    start, actor = start_of(token, stay), bearer(stay.line.reservation.id, Face.PORTAL)

    def look(read: Read) -> tuple[Welcome, str, bool, dict[str, Any], Told | None]:
        building = quarter.find_building(read, stay.line.space.building_id)
        where = ", ".join(filter(None, (building.name, building.address))) if building else ""
        asks = spaces.has_display(read, stay.line.space.id)
        inside = _inside(read, visit, actor, stay, start)
        told = told_to_guests(read, stay.line.reservation)
        return welcome_of(read, visit, stay), where, asks, inside, told

    welcome, where, asks_figures, inside, told = await visit.store.read(look)
    line = stay.line
    return GuestPage(
        place=place_of(visit, line.space),
        where=where,
        when=when_of(visit, line.space, line.reservation.period),
        people=people_words(visit, stay.people),
        state=STATES[line.status],
        pass_=_pass(visit, start, line, where) if line.has_pass else None,
        how=how_to_come_in(visit, line),
        act=_act(visit, line),
        early=early_words(visit, line) if line.status is Status.CHECKED_IN else "",
        parts=_parts(visit, token, stay),
        asks_figures=asks_figures,
        action=start,
        **inside,
        todo=todo_of(visit, start, stay),
        welcome=welcome,
        told=told_of(visit, told) if told is not None else None,
        notice=_notice(visit, line),
    )


def _parts(visit: Visit, token: str, stay: Stay) -> list[dict[str, Any]]:
    """Every apartment of a stay that is spread over several, this one marked; else none."""
    if not stay.number:
        return []
    return [
        {
            "text": visit.local(line.space.name),
            "detail": when_of(visit, line.space, line.reservation.period),
            "href": start_of(token, replace(stay, line=line)) if line != stay.line else "",
            "place": place_of(visit, line.space),
            "state": STATES[line.status],
        }
        for line in stay.parts
    ]


def _inside(read: Read, visit: Visit, actor: Actor, stay: Stay, start: str) -> dict[str, Any]:
    """What a guest can do once they are in: the same as who booked."""
    found = spaces.find_hand_over(read, actor, stay.line.reservation.id, now=visit.now)
    return {
        "hand_overs": [] if isinstance(found, Refusal) else hand_over_links(visit, found, start),
        "code_href": f"{start}/code" if has_code(read, visit, actor, stay.line) else "",
        "door_href": door_href(read, visit, actor, stay.line, start),
    }


def _act(visit: Visit, line: Line) -> str:
    """What one touch does now; "" where nothing can be done yet, or any more."""
    if line.status is Status.CHECKED_IN:
        return "check-out"
    return "check-in" if spaces.is_open_for(line.reservation, line.space, now=visit.now) else ""


def _pass(visit: Visit, start: str, line: Line, where: str) -> ShownPass:
    shown = shown_pass(visit, line, where)
    return replace(shown, qr_src=f"{start}/pass.svg", holder="")


def _notice(visit: Visit, line: Line) -> dict[str, str] | None:
    done = passage_notice(visit, line)
    if done is not None:
        # How to leave stands on this very page.
        return {**done, "text": ""}
    if _act(visit, line) or line.status is not Status.CONFIRMED:
        return None
    opens_at = spaces.check_in_opens_at(line.space, line.reservation)
    title = visit.say(N_("Einchecken geht ab {opens_at}."), opens_at=opens_at)
    return {"kind": "info", "title": title, "text": ""}


def todo_of(visit: Visit, start: str, stay: Stay) -> list[dict[str, str]]:
    """What is to be said before one comes, each with whether it was."""
    if not stay.is_open:
        return []
    said = stay.guests
    names = ", ".join(each.name for _, each in said.named) if said else ""
    text = visit.say(N_("Wer kommt, und wann"))
    if said and said.arrives:
        names = visit.say(N_("{names}; gegen {time} Uhr"), names=names, time=said.arrives)
    return [
        {
            "text": text,
            "detail": names,
            "href": f"{start}/arrival",
            "state": "confirmed" if said else "held",
            "state_text": visit.say(N_("angegeben") if said else N_("noch offen")),
        },
        *_forms_todo(visit, start, stay),
    ]


def _forms_todo(visit: Visit, start: str, stay: Stay) -> list[dict[str, str]]:
    """The forms that are still to be filled in or signed, and those that are."""
    rows = []
    for number in guests.forms_needed(stay):
        filed = stay.forms.get(number)
        page = "form" if filed is None else "sign"
        rows.append(
            {
                "text": visit.say(N_("Meldeschein")),
                "detail": name_of(stay, number),
                "href": f"{start}/{page}/{number}",
                **state_of(visit, filed),
            }
        )
    return rows


@get("/guest/{token:str}/pass.svg", include_in_schema=False)
async def guest_pass(visit: Visit, token: str) -> Response[bytes]:
    """The QR of the stay's pass."""
    stay = await stay_behind(visit, token)
    decision = stay.line.reservation.decision
    if not stay.line.has_pass or decision is None:
        raise RefusedError(NO_PASS)
    url = f"{base_address(visit)}/p/{spaces.pass_text(decision.pass_)}".upper()
    return shut(Response(qr_svg(url).encode(), media_type="image/svg+xml"))


@post("/guest/{token:str}/{act:str}", include_in_schema=False)
async def come_or_go(visit: Visit, token: str, act: str) -> Response[Any]:
    """Check in or out with the link alone, where a door display hangs with its figures too."""
    stay = await stay_behind(visit, token)
    figures = (await read_fields(visit)).text("figures", longest=20)
    if act not in ACTS:
        raise RefusedError(NOT_FOUND)

    def run(write: Write) -> Passed | Refusal:
        again = guests.find_stay(write, token, now=visit.now)
        if again is None:
            return guests.NO_PAGE
        if act == "check-out":
            return spaces.leave(write, GUEST, again.line, now=visit.now)
        space_id = again.line.space.id
        absent = spaces.check_presence(write, space_id, figures, now=visit.now)
        return absent or spaces.admit(write, GUEST, again.line, now=visit.now)

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        # Whoever leaves one apartment sees the next.
        return visit.go(f"/guest/{token.partition(guests.PART)[0]}")
    page = await _page(visit, token, stay)
    page.refusal = words(visit, done)
    return shut(visit.page("portal/guest.html", page, status=done.status))


# Before arrival


@get("/guest/{token:str}/arrival", include_in_schema=False)
async def arrival(visit: Visit, token: str) -> Response[Any]:
    """Who comes, and when."""
    stay = await stay_behind(visit, token)
    page = _arrival_page(visit, token, stay, given_of(stay))
    return shut(visit.page("portal/guest_arrival.html", page))


@post("/guest/{token:str}/arrival", include_in_schema=False)
async def say_arrival(visit: Visit, token: str) -> Response[Any]:
    """Say so."""
    stay = await stay_behind(visit, token)
    fields = await read_fields(visit)
    said = read_guests(fields, stay)
    refusal: Refusal | None = None
    if not fields.problems:

        def run(write: Write) -> Stay | Refusal:
            again = guests.find_stay(write, token, now=visit.now)
            if again is None:
                return guests.NO_PAGE
            return guests.say_guests(write, again, said, face=str(Face.PORTAL), now=visit.now)

        done = await visit.store.write(run)
        if not isinstance(done, Refusal):
            return visit.go(f"/guest/{token}")
        refusal = done
        if done.field:
            fields.problem(done.field, done.message, **done.values)
    page = _arrival_page(visit, token, stay, fields.given)
    page.problems = fields.problems
    page.refusal = words(visit, refusal) if refusal else None
    status = refusal.status if refusal else 422
    return shut(visit.page("portal/guest_arrival.html", page, status=status))


def _arrival_page(visit: Visit, token: str, stay: Stay, given: dict[str, str]) -> ArrivalPage:
    """The form for all who were booked."""
    shown = list_page(visit, stay)
    return ArrivalPage(
        place=place_of(visit, stay.line.space),
        when=when_of(visit, stay.line.space, stay.line.reservation.period),
        action=f"/guest/{token}/arrival",
        hours=shown.hours,
        rows=shown.rows,
        given=given,
        nations=shown.nations,
    )


ROUTES = (guest, guest_pass, come_or_go, arrival, say_arrival)
"""`come_or_go` takes only the acts: what has a page of its own is found first."""
