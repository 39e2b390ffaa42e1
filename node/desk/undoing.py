"""What was just done to a reservation at the desk, and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from node import spaces
from node.base.actors import Actor, may
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.spaces import Line, Reservation, Undone, UndoneFact
from node.spaces.passes import Signer
from node.store import Write
from node.web.forms import Fields, path_id
from node.web.showing import moment
from node.web.visit import Visit

UNDO = {
    Undone.CHECK_IN: (
        "undo-check-in",
        N_("Einchecken zurücknehmen"),
        N_("Die Person gilt dann wieder als nicht da."),
    ),
    Undone.CHECK_OUT: (
        "undo-check-out",
        N_("Auschecken zurücknehmen"),
        N_("Die Person gilt dann wieder als da; der Rest der Zeit gehört wieder ihr."),
    ),
    Undone.CANCELLATION: (
        "undo-cancel",
        N_("Absage zurücknehmen"),
        N_("Die Buchung gilt dann wieder wie vorher, mit demselben Ausweis und Preis."),
    ),
    Undone.DECLINE: (
        "undo-decline",
        N_("Ablehnung zurücknehmen"),
        N_("Die Anfrage wartet dann wieder auf Ihre Antwort."),
    ),
    Undone.NO_SHOW: (
        "undo-no-show",
        N_("Nicht erschienen zurücknehmen"),
        N_(
            "Die Person war doch da oder kommt noch: Der Platz gehört ihr dann bis zum Ende, und "
            "der ganze Preis ist fällig."
        ),
    ),
}
"""The last word of the address that takes something back, its button, what it comes to."""

TAKEN_BACK = {
    Undone.CHECK_IN: N_("Einchecken zurückgenommen"),
    Undone.CHECK_OUT: N_("Auschecken zurückgenommen"),
    Undone.CANCELLATION: N_("Absage zurückgenommen"),
    Undone.DECLINE: N_("Ablehnung zurückgenommen"),
    Undone.NO_SHOW: N_("Nicht erschienen zurückgenommen"),
}
NO_SHOW_THEN = N_(
    "Die Wartezeit ist schon um. Ohne das Einchecken gilt die Person als nicht erschienen."
)
DID = {
    "check-in": (N_("Eingecheckt."), "undo-check-in"),
    "check-out": (N_("Ausgecheckt."), "undo-check-out"),
    "cancel": (N_("Die Buchung ist abgesagt."), "undo-cancel"),
    "approve": (N_("Zugestimmt."), ""),
    "decline": (N_("Abgelehnt."), "undo-decline"),
    "undo-check-in": (N_("Zurückgenommen."), ""),
    "undo-check-out": (N_("Zurückgenommen. Die Person gilt wieder als da."), ""),
    "undo-cancel": (N_("Zurückgenommen. Die Buchung gilt wieder."), ""),
    "undo-decline": (N_("Zurückgenommen. Die Anfrage wartet wieder."), ""),
    "undo-no-show": (N_("Zurückgenommen. Die Person gilt nicht mehr als nicht erschienen."), ""),
}
"""What was done, in words, and what takes it back."""


def act_flashes(visit: Visit, fields: Fields) -> list[dict[str, Any]]:
    """What was just done to a reservation; what can be taken back has its way back beside it."""
    act, about = fields.given.get("did", ""), fields.given.get("of", "")
    if act not in DID or not about:
        return []
    words, undo = DID[act]
    flash: dict[str, Any] = {"kind": "success", "text": visit.say(words)}
    if undo:
        flash["undo"] = {"path": f"/desk/reservations/{id_text(path_id(about))}/{undo}", "text": ""}
    return [flash]


def undone_row(visit: Visit, fact: UndoneFact, name: str) -> tuple[str, str]:
    """What was taken back, when and by whom, as a row of the page."""
    at = moment(visit, fact.at)
    words = visit.say(N_("{at}, durch {name}"), at=at, name=name) if name else at
    return TAKEN_BACK[fact.what], words


def undo_shown(visit: Visit, line: Line) -> dict[str, str] | None:
    """What can be taken back here by whoever looks, and what the booking then is."""
    what = spaces.undoable(line.reservation, now=visit.now)
    if what is None or not may(visit.actor, spaces.NEEDS_TO_UNDO[what]):
        return None
    if line.space.home_site != visit.house.site_id:
        return None
    act, words, comes_to = UNDO[what]
    if what is Undone.CHECK_IN and _would_be_no_show(line, visit):
        comes_to = NO_SHOW_THEN
    return {"path": act, "text": visit.say(words), "note": visit.say(comes_to)}


def _would_be_no_show(line: Line, visit: Visit) -> bool:
    until = line.reservation.release_at
    return until is not None and visit.now >= until


def undo_acts(
    actor: Actor, *, now: datetime, signer: Signer
) -> dict[str, Callable[[Write, Line], object]]:
    """What takes something back, by the last word of its address."""
    return {
        path: partial(_take_back, actor, what, now=now, signer=signer)
        for what, (path, _, _) in UNDO.items()
    }


def _take_back(
    actor: Actor, what: Undone, write: Write, line: Line, *, now: datetime, signer: Signer
) -> Reservation | Refusal:
    return spaces.undo(write, actor, line.reservation.id, what, now=now, signer=signer)
