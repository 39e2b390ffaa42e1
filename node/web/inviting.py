"""What every page that shows a pairing code has in common."""

from __future__ import annotations

from node.base.refusals import N_, Refusal
from node.store import NodeRole
from node.sync import Roster

NAME_CHARS_MAX = 40
INVITED = (NodeRole.KIOSK, NodeRole.STANDBY)
"""What a new box of the house can be; central has a page of its own."""


def taken_in_at(roster: Roster) -> str:
    """The box that lets new ones of the house in: who keeps the list, or the house's main box."""
    body = roster.body
    keeper = next((n for n in body.nodes if n.public_key == body.authority), None)
    if keeper is not None and keeper.role is not NodeRole.CENTRAL:
        return keeper.name
    return next((n.name for n in body.nodes if n.is_active and n.role is NodeRole.HOME), "")


NOT_HERE = Refusal(
    "desk.not_here",
    N_("Die Liste der Boxen kann so nicht geändert werden."),
    N_(
        "Geändert wird sie an der Box, die sie führt, und höchstens fünf Codes sind zugleich offen."
    ),
    status=409,
)
