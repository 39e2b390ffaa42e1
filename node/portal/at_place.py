"""Where the code at a place's door leads: my booking now, checked in with one touch; else what is
on, and what could be had at once.

The printed code is the place's own address and holds no secret, so it is true for as long as the
place is. A door display adds its figures of this minute: who scans them stands there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from node import quarter, spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.portal.unlocking import own_door_href
from node.spaces import DoorPlan, DoorState, Line, Passed, Status
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import NOT_FOUND, path_id, read_fields, read_query
from node.web.hand_overs import hand_over_links
from node.web.offering import offer_value
from node.web.showing import STATES, Place, clock, moment, place_of, when_of
from node.web.visit import Visit

FIGURES_CHARS_MAX = 20
ACTS = frozenset({"check-in", "check-out"})

NOW_WORDS = {
    DoorState.FREE: N_("Frei bis {until}"),
    DoorState.TAKEN: N_("Belegt bis {until}"),
    DoorState.READYING: N_("Wird vorbereitet bis {until}"),
    DoorState.SHUT: N_("Geschlossen bis {until}"),
}


@dataclass(slots=True)
class AtPlacePage:
    """See `portal/at_place.html`."""

    place: Place
    where: str
    mine: dict[str, str] | None
    act: str
    action: str
    figures: str
    asks_figures: bool
    now: str
    reason: str
    offer: str
    offer_text: str
    plan_href: str
    notice: dict[str, str] | None = None
    hand_overs: list[dict[str, str]] = field(default_factory=list)
    door_href: str = ""
    refusal: dict[str, Any] | None = None


@get("/at/{space:str}", include_in_schema=False)
async def at_place(visit: Visit, space: str) -> Response[Any]:
    """The place that somebody stands before."""
    visit.signed_in()
    given = read_query(visit).given
    figures = given.get("c", "")[:FIGURES_CHARS_MAX]
    page = await _page(visit, path_id(space), figures)
    done = DONE.get(given.get("done", ""))
    if done is not None:
        page.notice = {"kind": "success", "title": visit.say(done), "text": ""}
    return visit.page("portal/at_place.html", page, here="mine")


@post("/at/{space:str}/{act:str}", include_in_schema=False)
async def come_or_go(visit: Visit, space: str, act: str) -> Response[Any]:
    """Check one's own booking at this place in or out."""
    actor, space_id = visit.signed_in(), path_id(space)
    fields = await read_fields(visit)
    figures = fields.text("figures")[:FIGURES_CHARS_MAX]
    if act not in ACTS:
        raise RefusedError(NOT_FOUND)

    def run(write: Write) -> Passed | Refusal:
        line = _own_now(write, visit, actor, space_id)
        if line is None:
            return NOTHING_NOW
        if act == "check-out":
            return spaces.leave(write, actor, line, now=visit.now)
        absent = spaces.check_presence(write, space_id, figures, now=visit.now)
        return absent or spaces.admit(write, actor, line, now=visit.now)

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        return visit.go(f"/at/{space}?done={act}")
    page = await _page(visit, space_id, figures)
    page.refusal = words(visit, done)
    return visit.page("portal/at_place.html", page, here="mine", status=done.status)


def _own_now(read: Read, visit: Visit, actor: Actor, space_id: bytes) -> Line | None:
    """My household's booking of the place: that I am in, or that is next today."""
    lines = [
        line
        for line in spaces.coming_up(read, actor, now=visit.now)
        if line.space.id == space_id and line.status in {Status.CONFIRMED, Status.CHECKED_IN}
    ]
    today = visit.today
    inside = next((line for line in lines if line.status is Status.CHECKED_IN), None)
    ahead = next(
        (x for x in lines if x.reservation.period.starts_at.astimezone(visit.zone).date() <= today),
        None,
    )
    return inside or ahead


# The page


async def _page(visit: Visit, space_id: bytes, figures: str) -> AtPlacePage:
    actor = visit.signed_in()
    return await visit.read(lambda read: _look(read, visit, actor, space_id, figures))


def _look(
    read: Read, visit: Visit, actor: Actor, space_id: bytes, figures: str
) -> AtPlacePage | Refusal:
    space = spaces.find_space(read, space_id)
    if space is None or space.ended:
        return NOT_FOUND
    building = quarter.find_building(read, space.building_id)
    line = _own_now(read, visit, actor, space_id)
    plan = spaces.door_plan(read, space_id, now=visit.now)
    asks = spaces.asks_figures(read, space_id, figures, now=visit.now)
    now, reason = _now_words(visit, plan) if plan else ("", "")
    offer, offer_text = _offer(visit, plan) if line is None else ("", "")
    return AtPlacePage(
        place=place_of(visit, space),
        where=building.name if building else "",
        mine=_mine(visit, line) if line else None,
        act=_act(visit, line) if line else "",
        action=f"/at/{id_text(space_id)}",
        figures="" if asks else figures,
        asks_figures=asks,
        now=now,
        reason=reason,
        offer=offer,
        offer_text=offer_text,
        plan_href=f"/spaces/{id_text(space_id)}",
        notice=_too_early(visit, line) if line else None,
        hand_overs=_hand_overs(read, visit, actor, line) if line else [],
        door_href=_door_href(read, visit, actor, line, "" if asks else figures) if line else "",
    )


def _door_href(read: Read, visit: Visit, actor: Actor, line: Line, figures: str) -> str:
    """To the place's door; good figures go along, so that nobody types them again."""
    href = own_door_href(read, visit, actor, line)
    return f"{href}?{urlencode({'c': figures})}" if href and figures else href


def _hand_overs(read: Read, visit: Visit, actor: Actor, line: Line) -> list[dict[str, str]]:
    found = spaces.find_hand_over(read, actor, line.reservation.id, now=visit.now)
    return [] if isinstance(found, Refusal) else hand_over_links(visit, found)


def _mine(visit: Visit, line: Line) -> dict[str, str]:
    return {
        "when": when_of(visit, line.space, line.reservation.period),
        "state": STATES[line.status],
        "href": f"/mine/{id_text(line.reservation.id)}",
    }


def _act(visit: Visit, line: Line) -> str:
    """What one touch does now; "" where nothing can be done yet."""
    if line.status is Status.CHECKED_IN:
        return "check-out"
    return "check-in" if spaces.is_open_for(line.reservation, line.space, now=visit.now) else ""


def _too_early(visit: Visit, line: Line) -> dict[str, str] | None:
    if line.status is not Status.CONFIRMED or _act(visit, line):
        return None
    opens = moment(visit, spaces.check_in_opens_at(line.space, line.reservation))
    title = visit.say(N_("Einchecken geht ab {opens_at}."), opens_at=opens)
    return {"kind": "info", "title": title, "text": ""}


def _now_words(visit: Visit, plan: DoorPlan) -> tuple[str, str]:
    """What the place is at this moment, of nobody in particular, and why it is shut."""
    span = plan.spans[0]
    said = visit.say(NOW_WORDS[span.state], until=clock(visit, span.period.ends_at))
    return said, visit.local(span.reason)


def _offer(visit: Visit, plan: DoorPlan | None) -> tuple[str, str]:
    """What could be had at once, as the portal's own button carries it."""
    if plan is None or plan.bookable is None:
        return "", ""
    until = clock(visit, plan.bookable.ends_at)
    text = visit.say(N_("Jetzt buchen bis {until}"), until=until)
    return offer_value(plan.space.id, plan.bookable), text


DONE = {
    "check-in": N_("Willkommen. Sie sind eingecheckt."),
    "check-out": N_("Ausgecheckt. Auf Wiedersehen."),
}
NOTHING_NOW = Refusal(
    "portal.nothing_now",
    N_("Sie haben hier heute nichts gebucht."),
    N_("Was frei ist, sehen Sie auf dieser Seite."),
    status=404,
)

ROUTES = (at_place, come_or_go)
