"""The kiosk: the lobby's touchscreen, used by many people one after another; and door displays.

Every page of the lobby is for its own screens only, is stored nowhere, and forgets its person after
a minute. A door display (`/door`) shows one place and forgets its person with its next board. The
trap: nothing of a person may stand in an address or outlive `POST /kiosk/reset`.
"""

from litestar import Router
from litestar.types import ControllerRouterHandler

from node.kiosk import (
    booking,
    changing,
    check_in,
    closed,
    door,
    door_visit,
    guests,
    hand_over,
    handover,
    health,
    home,
    house,
    idle,
    newcomers,
    own_data,
    prefs,
    reservations,
    safe_code,
    series,
    sign_in,
    spaces,
    together,
    told,
    unlocking,
)
from node.kiosk.door import AtDoor
from node.kiosk.guard import KioskRules, Lobby
from node.web.gate import Doors

ROUTES: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/kiosk",
        route_handlers=[
            *idle.ROUTES,
            *home.ROUTES,
            *house.ROUTES,
            *sign_in.ROUTES,
            *told.ROUTES,
            *spaces.ROUTES,
            *booking.ROUTES,
            *together.ROUTES,
            *series.ROUTES,
            *reservations.ROUTES,
            *changing.ROUTES,
            *closed.ROUTES,
            *check_in.ROUTES,
            *hand_over.ROUTES,
            *guests.ROUTES,
            *safe_code.ROUTES,
            *unlocking.ROUTES,
            *prefs.ROUTES,
            *own_data.ROUTES,
            *health.ROUTES,
            *newcomers.ROUTES,
        ],
    ),
    Router(path="/door", route_handlers=[*door.ROUTES, *door_visit.ROUTES]),
    *handover.ROUTES,
)
"""All handlers of this face, and the short links that it shows to phones."""

DOORS: Doors = {"kiosk": Lobby, "door": AtDoor}
"""What stands before them; see `web/gate.py`."""

__all__ = ["DOORS", "ROUTES", "KioskRules"]
