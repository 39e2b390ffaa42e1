"""Whether others in the network could read what is typed: asked before a secret that opens all."""

from __future__ import annotations

import ipaddress

from node.base.refusals import N_, Refusal
from node.web.visit import Visit

SHEET_CHARS_MAX = 400
PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")


def is_overheard(visit: Visit) -> bool:
    """Whether the request came over a network in the clear."""
    request = visit.request
    if visit.asked.scheme == "https":
        return False
    if request.client is None or any(name in request.headers for name in PROXY_HEADERS):
        return True
    try:
        return not ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return True


OVERHEARD = Refusal(
    "setup.overheard",
    N_("In diesem Netz könnten andere mitlesen, was Sie eingeben."),
    N_("Nehmen Sie den Bildschirm der Box, ein Kabel oder Ihren eigenen Hotspot."),
    status=422,
    field="own_network",
)
