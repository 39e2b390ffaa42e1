"""Whether others in the network could read what is typed: asked before a secret that opens all."""

from __future__ import annotations

from node.base.refusals import N_, Refusal
from node.web.straight import LOOPBACK, comes_straight_from
from node.web.visit import Visit

SHEET_CHARS_MAX = 400


def is_overheard(visit: Visit) -> bool:
    """Whether the request came over a network in the clear."""
    return visit.asked.scheme != "https" and not comes_straight_from(visit.request, LOOPBACK)


OVERHEARD = Refusal(
    "setup.overheard",
    N_("In diesem Netz könnten andere mitlesen, was Sie eingeben."),
    N_("Nehmen Sie den Bildschirm der Box, ein Kabel oder Ihren eigenen Hotspot."),
    status=422,
    field="own_network",
)
