"""Proof that somebody who checks in from their own device stands there; see docs/decisions/0012.

At a place with a door display it is the figures on the display; at any other, that the request
reaches a node of the house. A pass held to a reader or told at the desk needs no more.
"""

from __future__ import annotations

from datetime import datetime

from node.base.refusals import N_, Refusal
from node.spaces.check_in import NOT_AT_THE_DOOR
from node.spaces.displays import has_display, is_at_display
from node.store import NodeRole, Read, Write


def asks_figures(read: Read, space_id: bytes, figures: str, *, now: datetime) -> bool:
    """Whether somebody still has to tell the figures on the place's display."""
    return has_display(read, space_id) and not is_at_display(read, space_id, figures, now=now)


def check_presence(write: Write, space_id: bytes, figures: str, *, now: datetime) -> Refusal | None:
    """Why it is not sure that they stand there."""
    if write.role is NodeRole.CENTRAL:
        return NOT_AT_THE_DOOR
    if asks_figures(write, space_id, figures, now=now):
        return WRONG_FIGURES if figures.strip() else ASKS_FIGURES
    return None


ASKS_FIGURES = Refusal(
    "presence.asks_figures",
    N_("Bitte geben Sie die sechs Ziffern von der Türanzeige ein."),
    N_("Sie stehen auf dem Bildschirm neben der Tür. Oder scannen Sie den Code dort."),
    status=422,
    field="figures",
)
WRONG_FIGURES = Refusal(
    "presence.wrong_figures",
    N_("Diese Ziffern stehen gerade nicht auf der Türanzeige."),
    N_("Sie wechseln jede Minute. Bitte geben Sie die neuen ein oder scannen Sie den Code dort."),
    status=422,
    field="figures",
)
