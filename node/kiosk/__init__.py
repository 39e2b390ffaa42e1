"""The kiosk: the lobby's touchscreen, used by many people one after another.

Every page is for lobby screens only, is stored nowhere, and forgets its person after a minute. The
trap: nothing of a person may stand in an address or outlive `POST /kiosk/reset`.
"""

from litestar import Router
from litestar.types import ControllerRouterHandler

from node.kiosk import (
    booking,
    check_in,
    handover,
    health,
    home,
    house,
    idle,
    newcomers,
    own_data,
    prefs,
    reservations,
    sign_in,
    spaces,
)
from node.kiosk.guard import KioskRules, Lobby

ROUTES: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/kiosk",
        route_handlers=[
            *idle.ROUTES,
            *home.ROUTES,
            *house.ROUTES,
            *sign_in.ROUTES,
            *spaces.ROUTES,
            *booking.ROUTES,
            *reservations.ROUTES,
            *check_in.ROUTES,
            *prefs.ROUTES,
            *own_data.ROUTES,
            *health.ROUTES,
            *newcomers.ROUTES,
        ],
        middleware=[Lobby],
    ),
    *handover.ROUTES,
)
"""All handlers of this face, and the short links that it shows to phones."""

__all__ = ["ROUTES", "KioskRules"]
