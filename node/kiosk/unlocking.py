"""The door of what is booked, opened at the lobby by who holds its pass and is in.

As on a phone: the same rules, the same one order to the lock. The trap is the way: a door that is
far opens for whoever stands there. So a lobby opens doors of its own house only, and says before
the touch that the door does not wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.kiosk import frame
from node.kiosk.check_in import DOOR, find_held, opens_here, whoever_holds
from node.kiosk.check_in import PAGE as BACK
from node.kiosk.handover import page_link
from node.spaces import Line, unlocking
from node.spaces.unlock import UnlockKind
from node.web.forms import read_fields
from node.web.qr import qr_svg
from node.web.unlocking import (
    FIGURES_CHARS_MAX,
    SAID,
    DoorPage,
    Said,
    Ways,
    door_page,
    open_door,
    read_touch,
    refusal_of,
)
from node.web.visit import Visit

WAYS = Ways(
    action=DOOR,
    back=BACK,
    hand_over="/kiosk/check-in/hand-over/in",
    code="/kiosk/check-in/code",
)


@dataclass(slots=True)
class LobbyDoorPage:
    """See `kiosk/unlocking.html`."""

    page: DoorPage
    is_open: bool
    phone_src: str


@get("/check-in/open")
async def door(visit: Visit) -> Response[Any]:
    """The door: one touch, what is still to be done for it, or what became of it."""
    line = await _here(visit)
    return visit.go(BACK) if line is None else await _answer(visit, line)


@post("/check-in/open")
async def touch_door(visit: Visit) -> Response[Any]:
    """Open it, once; the pass is remembered for the next step, as after every other."""
    fields = await read_fields(visit)
    figures, page_id = fields.text("figures")[:FIGURES_CHARS_MAX], read_touch(fields)
    line = await _here(visit)
    if line is None:
        return visit.go(BACK)
    actor, number = whoever_holds(visit, line), line.reservation.id
    done = await open_door(
        visit,
        lambda write: unlocking.touch(write, actor, number, page_id, figures, now=visit.now),
    )
    frame.hold_scanned(visit, frame.held(visit))
    if not isinstance(done, Refusal):
        return visit.go(f"{DOOR}?said={id_text(page_id)}")
    if done.status in {403, 404}:
        raise RefusedError(done)
    return await _answer(visit, line, done)


async def _here(visit: Visit) -> Line | None:
    """What the pass that was just held up stands for, where this lobby opens its door."""
    line = await find_held(visit)
    return line if line is not None and await opens_here(visit, line) else None


async def _answer(visit: Visit, line: Line, refusal: Refusal | None = None) -> Response[Any]:
    actor, number = whoever_holds(visit, line), line.reservation.id
    page = await visit.read(
        lambda read: door_page(read, visit, actor, number, WAYS, said=SAID_AT_LOBBY)
    )
    if refusal is not None:
        page.refusal, page.notice = refusal_of(visit, refusal), None
    for each in page.helps:
        # Nobody telephones with this screen.
        each["href"] = "" if each["href"].startswith("tel:") else each["href"]
    shown = LobbyDoorPage(
        page,
        is_open=page.notice is not None and page.notice["kind"] == "success",
        phone_src=_phone(visit, actor, number) if page.can and page.notice is None else "",
    )
    status = refusal.status if refusal is not None else 200
    again = visit.address if refusal is None else DOOR
    return await frame.kiosk_page(visit, "kiosk/unlocking.html", shown, status=status, again=again)


def _phone(visit: Visit, actor: Actor, reservation_id: bytes) -> str:
    """The same page on the phone of its own people, who may sign in there before the door."""
    if actor.bearer_of:
        return ""
    return frame.qr_src(qr_svg(page_link(visit, f"/mine/{id_text(reservation_id)}/open")))


SAID_AT_LOBBY: Said = {
    **SAID,
    UnlockKind.OPENED: (
        "success",
        N_("Die Tür ist offen."),
        N_("Gehen Sie bitte gleich hin und drücken Sie sie auf. Nach kurzer Zeit ist sie zu."),
    ),
    UnlockKind.SILENT: (
        "warning",
        N_("Das Schloss hat nicht geantwortet."),
        N_(
            "Sehen Sie bitte nach, ob die Tür offen ist. Ist sie zu, öffnen Sie hier noch einmal"
            " oder fragen Sie am Service-Point."
        ),
    ),
}

ROUTES = (door, touch_door)
