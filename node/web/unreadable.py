"""What this box holds and cannot read, in words: for the health page and the doctor."""

from __future__ import annotations

from node import quarter
from node.base.refusals import N_, Refusal
from node.quarter.unreadable import named
from node.spaces.setting import unreadable_spaces
from node.store import Read

SHOWN_MAX = 20


def troubles_of_cells(read: Read) -> list[Refusal]:
    """What is left out on all pages because it cannot be read; one trouble for all of it."""
    found = [f"{table} {name}" for table, name in quarter.unreadable(read)]
    found += [f"space {named(space_id)}" for space_id in unreadable_spaces(read)]
    if not found:
        return []
    more = ["…"] if len(found) > SHOWN_MAX else []
    what = ", ".join([*found[:SHOWN_MAX], *more])
    values = {"count": len(found), "what": what}
    return [Refusal(UNREADABLE.code, UNREADABLE.message, UNREADABLE.remedy, values=values)]


UNREADABLE = Refusal(
    "health.unreadable",
    N_("Diese Box kann Angaben nicht lesen und zeigt sie deshalb nicht: {count} ({what})."),
    N_(
        "Ist sie älter als die anderen Boxen, aktualisieren Sie sie. Sonst spielen Sie die "
        "Unterlagen des Betreibers noch einmal ein: `quartier import`."
    ),
)
