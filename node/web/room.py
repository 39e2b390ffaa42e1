"""What is said of the room on a box's storage to who looks after it."""

from __future__ import annotations

from node.base.refusals import N_, Refusal
from node.store.refusals import FULL

DISK_FULL = Refusal(
    "health.disk_full",
    N_("Der Speicher dieser Box ist voll: Gerade kann nichts Neues gespeichert werden."),
    N_(
        "Bitte schaffen Sie auf ihm Platz, etwa durch Löschen fremder Dateien. Dann geht es weiter."
    ),
    status=507,
)
DISK_LOW = Refusal(
    "health.disk_low",
    N_("Auf dem Speicher dieser Box sind nur noch {count} MB frei."),
    N_("Bitte schaffen Sie Platz. Ist er voll, wird nichts Neues mehr gespeichert."),
)


def for_who_makes_room(refusal: Refusal) -> Refusal:
    """A no as whoever looks after the box reads it: of a full disk others are told to tell them."""
    return DISK_FULL if refusal.code == FULL.code else refusal
