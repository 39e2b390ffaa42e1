"""The hand-over on one's own phone: going through the place's list when coming and when leaving."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.refusals import N_, RefusedError
from node.spaces import HandOver, Phase
from node.web.forms import NOT_FOUND, Fields, path_id, read_fields, read_query
from node.web.hand_over_acts import say_list
from node.web.hand_overs import ListPage, list_page
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """See `portal/hand_over.html`."""

    page: ListPage
    notice: dict[str, str] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@get("/mine/{reservation:str}/hand-over/{act:str}", include_in_schema=False)
async def hand_over_page(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """One protocol: its list to go through, or what was signed."""
    actor, phase = visit.signed_in(), phase_of(act)
    reservation_id = path_id(reservation)
    found = await visit.read(
        lambda read: spaces.find_hand_over(read, actor, reservation_id, now=visit.now)
    )
    return _shown(visit, found, reservation, phase, said=read_query(visit).given.get("said", ""))


@post("/mine/{reservation:str}/hand-over/{act:str}", include_in_schema=False)
async def answer(visit: Visit, reservation: str, act: str) -> Response[Any]:
    """Keep what was said so far, say that the rest is as it should be, or sign."""
    actor, phase = visit.signed_in(), phase_of(act)
    fields = await read_fields(visit)
    done = await say_list(visit, actor, path_id(reservation), phase, fields)
    if fields.problems:
        return _shown(visit, done, reservation, phase, fields=fields, status=422)
    said = "signed" if fields.given.get("act") == "sign" else "kept"
    return visit.go(f"/mine/{reservation}/hand-over/{act}?said={said}")


def _shown(
    visit: Visit,
    found: HandOver,
    reservation: str,
    phase: Phase,
    *,
    said: str = "",
    fields: Fields | None = None,
    status: int = 200,
) -> Response[Any]:
    action, back = f"/mine/{reservation}/hand-over/{phase}", f"/mine/{reservation}"
    page = list_page(visit, found, phase, action=action, back=back, fields=fields)
    notice = None
    if said in SAID and (said != "signed" or page.signed):
        title, text = SAID[said]
        notice = {"kind": "success", "title": visit.say(title), "text": visit.say(text)}
    data = HandOverPage(page, notice, page.problems)
    return visit.page("portal/hand_over.html", data, here="mine", status=status)


def phase_of(act: str) -> Phase:
    """The protocol that an address names."""
    if act not in set(Phase):
        raise RefusedError(NOT_FOUND)
    return Phase(act)


SAID = {
    "signed": (
        N_("Danke. Das ist bestätigt."),
        N_("Der Service-Point sieht es und bestätigt es auch."),
    ),
    "kept": (N_("Gespeichert."), N_("Sie können jederzeit hier weitermachen.")),
}

ROUTES = (hand_over_page, answer)
