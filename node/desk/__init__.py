"""The desk: the pages of the Service-Point's staff and of the house management, all day.

Dense and keyboard first. `frame.py` wraps every page in what stands around it.
"""

from node.desk import (
    calendars,
    changing,
    closures,
    deposits,
    displays,
    door_sheets,
    erasures,
    guest_links,
    guests,
    hand_over,
    health,
    nodes,
    passes,
    people,
    pin,
    place_list,
    places,
    plan,
    printers,
    reservations,
    search,
    series,
    sign_in,
    spaces,
    today,
    turnover,
    waiting,
    week,
)

ROUTES = (
    *sign_in.ROUTES,
    *today.ROUTES,
    *plan.ROUTES,
    *week.ROUTES,
    *turnover.ROUTES,
    *calendars.ROUTES,
    *search.ROUTES,
    *people.ROUTES,
    *erasures.ROUTES,
    *reservations.ROUTES,
    *hand_over.ROUTES,
    *deposits.ROUTES,
    *guest_links.ROUTES,
    *guests.ROUTES,
    *waiting.ROUTES,
    *passes.ROUTES,
    *spaces.ROUTES,
    *places.ROUTES,
    *place_list.ROUTES,
    *printers.ROUTES,
    *displays.ROUTES,
    *door_sheets.ROUTES,
    *closures.ROUTES,
    *changing.ROUTES,
    *series.ROUTES,
    *health.ROUTES,
    *nodes.ROUTES,
    *pin.ROUTES,
)
"""All handlers of this face."""

__all__ = ["ROUTES"]
