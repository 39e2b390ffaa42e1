"""What every page that shows a pairing code has in common."""

from __future__ import annotations

from node.base.refusals import N_, Refusal
from node.store import NodeRole

NAME_CHARS_MAX = 40
INVITED = (NodeRole.KIOSK, NodeRole.STANDBY)
"""What a new box of the house can be; central has a page of its own."""

NOT_HERE = Refusal(
    "desk.not_here",
    N_("Die Liste der Boxen kann so nicht geändert werden."),
    N_(
        "Geändert wird sie an der Box, die sie führt, und höchstens fünf Codes sind zugleich offen."
    ),
    status=409,
)
