"""Where an attempt to sign in comes from, as the people room wants to know it."""

from __future__ import annotations

from node.base.actors import Face
from node.people.model import Knock
from node.web.visit import Visit

DEVICE_COOKIE = "quartier_device"
"""Names this browser, so that guesses made elsewhere never pause whoever is known here."""


def knock_of(visit: Visit, face: Face) -> Knock:
    """The address, the device and what the browser says of itself."""
    client = visit.request.client
    return Knock(
        face=face,
        address="" if face is Face.KIOSK or client is None else client.host,
        device=visit.kept(DEVICE_COOKIE),
        agent=visit.request.headers.get("user-agent", ""),
    )
