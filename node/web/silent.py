"""Door displays that this box has seen and sees no more, for the desk's board and the health page.

Only a box that a display asked can miss it; after a start it knows of none until it has asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from node import spaces
from node.base.refusals import N_, Refusal
from node.store import Read
from node.web.screens import DoorDisplaysSeen
from node.web.showing import moment
from node.web.visit import Visit

SILENT_AFTER = timedelta(minutes=5)
"""A display asks every ten seconds, one without script every thirty: this is no slow line."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A display that does not ask any more, by its place's name, and when it last did."""

    place: str
    seen: datetime


def silent_displays(read: Read, visit: Visit) -> list[Silent]:
    """Those that were not taken back and have been silent for too long."""
    last = visit.house.service(DoorDisplaysSeen)
    found = []
    for display in spaces.list_displays(read):
        seen, space = last.when(display.id), spaces.find_space(read, display.space_id)
        if seen is not None and space is not None and visit.now - seen > SILENT_AFTER:
            found.append(Silent(space.name.in_language(visit.prefs.lang), seen))
    return found


def troubles_of_displays(read: Read, visit: Visit) -> list[Refusal]:
    """The same in words, with what to do."""
    return [
        Refusal(
            "display.silent",
            SILENT[0],
            SILENT[1],
            values={"place": each.place, "seen": moment(visit, each.seen)},
        )
        for each in silent_displays(read, visit)
    ]


SILENT = (
    N_("Die Türanzeige „{place}“ meldet sich nicht mehr, zuletzt: {seen}."),
    N_(
        "Sehen Sie nach, ob das Gerät Strom und WLAN hat, und laden Sie dort die Seite neu. Ist das"
        " Gerät weg, nehmen Sie die Anzeige zurück: Orte, Türanzeigen."
    ),
)
