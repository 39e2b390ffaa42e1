"""The hand-over at the lobby, for who has no phone: one line of the list a page, then "so it is".

Who holds the pass acts, as at the check-in; each answer is kept as it is given, so whoever walks
away has lost nothing, and the screen forgets them. No photos here, for the room is elsewhere: a QR
takes this protocol along on a phone, with all that was said, to go on where one stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor
from node.base.refusals import Refusal, RefusedError
from node.kiosk import frame
from node.kiosk.check_in import find_held, whoever_holds
from node.kiosk.handover import list_link
from node.quarter.files import HandoverKind, HandoverRow
from node.spaces import Answer, HandOver, Line, Phase
from node.store import Write
from node.web.errors import words
from node.web.forms import NOT_FOUND, Fields, read_fields, read_query
from node.web.hand_over_acts import look_at
from node.web.hand_overs import ListPage, ShownRow, list_page, read_answers, reading_words
from node.web.qr import qr_svg
from node.web.visit import Visit

START = "/kiosk/check-in/hand-over"
BACK = "/kiosk/check-in/pass"
COUNTED = frozenset({HandoverKind.COUNT, HandoverKind.KEY})


@dataclass(slots=True)
class HandOverPage:
    """See `kiosk/hand_over.html`. `row` is what is asked now; without one all is said."""

    page: ListPage
    action: str
    row: ShownRow | None
    is_counted: bool
    differs: bool
    steps: dict[str, int]
    said: list[dict[str, str]]
    phone_src: str
    photos: int
    problems: dict[str, str] = field(default_factory=dict)


@get("/check-in/hand-over/{act:str}")
async def hand_over(visit: Visit, act: str) -> Response[Any]:
    """The next line that nobody has answered, or one that is wanted again."""
    phase = _phase(act)
    line = await find_held(visit)
    if line is None:
        return visit.go("/kiosk/check-in")
    given = read_query(visit).given
    return await _answer(visit, line, phase, key=given.get("row", ""), no="no" in given)


@post("/check-in/hand-over/{act:str}")
async def say(visit: Visit, act: str) -> Response[Any]:
    """Keep an answer, or sign; then the next line."""
    phase, fields = _phase(act), await read_fields(visit)
    line = await find_held(visit)
    if line is None:
        return visit.go("/kiosk/check-in")
    actor = whoever_holds(visit, line)
    if fields.given.get("act") == "sign":
        done = await visit.store.write(
            lambda write: spaces.sign(write, actor, line.reservation.id, phase, now=visit.now)
        )
        if isinstance(done, Refusal) and not done.field:
            raise RefusedError(done)
        return visit.go(BACK if not isinstance(done, Refusal) else f"{START}/{phase}")
    key = fields.given.get("row", "")
    refusal = await _keep(visit, actor, line, phase, fields)
    if fields.problems:
        return await _answer(visit, line, phase, key=key, no=True, fields=fields, refusal=refusal)
    return visit.go(f"{START}/{phase}")


async def _keep(
    visit: Visit, actor: Actor, line: Line, phase: Phase, fields: Fields
) -> Refusal | None:
    """Note one answer; what is wrong with it stands in `fields.problems` by its line."""
    found = await _find(visit, actor, line)
    answers = read_answers(fields, found)
    meters = {row.key for row in found.listed if row.kind is HandoverKind.METER}
    if not answers and fields.given.get("row", "") in meters:
        # A meter that was left empty is asked for again, with how it is read.
        answers = [Answer(key=fields.given["row"])]
    if fields.problems:
        return None

    def run(write: Write) -> HandOver | Refusal:
        return spaces.answer_list(write, actor, line.reservation.id, phase, answers, now=visit.now)

    done = await visit.store.write(run)
    if not isinstance(done, Refusal):
        return None
    if not done.field:
        raise RefusedError(done)
    said = words(visit, done)
    fields.problems[done.field] = f"{said['message']} {said['remedy']}"
    return done


async def _find(visit: Visit, actor: Actor, line: Line) -> HandOver:
    return await visit.read(
        lambda read: spaces.find_hand_over(read, actor, line.reservation.id, now=visit.now)
    )


async def _answer(
    visit: Visit,
    line: Line,
    phase: Phase,
    *,
    key: str = "",
    no: bool = False,
    fields: Fields | None = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    found, photos = await look_at(visit, whoever_holds(visit, line), line.reservation.id)
    if not found.is_asked(phase, now=visit.now):
        return visit.go(BACK)
    shown = list_page(visit, found, phase, (), action=f"{START}/{phase}", back=BACK, fields=fields)
    row = _row(found, phase, key)
    rows = {each.key: each for each in shown.rows}
    left = len(found.protocol(phase).unanswered(found.listed))
    now, all_ = len(found.listed) - left + 1, len(found.listed)
    page = HandOverPage(
        page=shown,
        action=f"{START}/{phase}",
        row=rows[row.key] if row is not None else None,
        is_counted=row is not None and row.kind in COUNTED,
        differs=no or (row is not None and row.kind is HandoverKind.METER),
        steps={"now": min(now, all_), "all": all_},
        said=_said(visit, found, phase),
        phone_src=frame.qr_src(qr_svg(list_link(visit, line.reservation.id, phase))),
        photos=sum(1 for each in photos if each.phase == phase),
        problems=shown.problems,
    )
    status = refusal.status if refusal is not None else 422 if fields is not None else 200
    again = f"{START}/{phase}" + (f"?row={row.key}" if row is not None and key else "")
    frame.hold_scanned(visit, frame.held(visit))
    return await frame.kiosk_page(visit, "kiosk/hand_over.html", page, status=status, again=again)


def _row(found: HandOver, phase: Phase, key: str) -> HandoverRow | None:
    """The line to ask: the one that is wanted, else the first that nobody has answered."""
    wanted = next((each for each in found.listed if each.key == key), None)
    return wanted or next(iter(found.protocol(phase).unanswered(found.listed)), None)


def _said(visit: Visit, found: HandOver, phase: Phase) -> list[dict[str, str]]:
    """What was answered, each with the way to say it anew."""
    answers = found.protocol(phase).answers
    return [
        {
            "label": visit.local(row.name),
            "value": reading_words(visit, answers[row.key]),
            "href": f"{START}/{phase}?row={row.key}",
        }
        for row in found.listed
        if row.key in answers
    ]


def _phase(act: str) -> Phase:
    if act not in set(Phase):
        raise RefusedError(NOT_FOUND)
    return Phase(act)


ROUTES = (hand_over, say)
