"""The portal: residents' pages on phone, tablet and computer.

German first, without a needed script, five words of navigation. Also the public page that a
phone's own camera opens from a pass.
"""

from node.portal import (
    account,
    at_place,
    booking,
    calendars,
    changing,
    devices,
    feeds,
    guest,
    guest_forms,
    guest_links,
    guest_stay,
    hand_over,
    house,
    outside,
    own_data,
    pages,
    passes,
    prefs,
    reservations,
    safe_code,
    series,
    sign_in,
    spaces,
    splitting,
    today,
    together,
    told,
    turnover,
    unlocking,
    waiting,
)

ROUTES = (
    *today.ROUTES,
    *turnover.ROUTES,
    *sign_in.ROUTES,
    *spaces.ROUTES,
    *booking.ROUTES,
    *reservations.ROUTES,
    *told.ROUTES,
    *changing.ROUTES,
    *waiting.ROUTES,
    *series.ROUTES,
    *splitting.ROUTES,
    *together.ROUTES,
    *passes.ROUTES,
    *at_place.ROUTES,
    *hand_over.ROUTES,
    *safe_code.ROUTES,
    *unlocking.ROUTES,
    *guest.ROUTES,
    *guest_forms.ROUTES,
    *guest_links.ROUTES,
    *guest_stay.ROUTES,
    *house.ROUTES,
    *account.ROUTES,
    *devices.ROUTES,
    *calendars.ROUTES,
    *feeds.ROUTES,
    *outside.ROUTES,
    *own_data.ROUTES,
    *prefs.ROUTES,
    *pages.ROUTES,
)
"""All handlers of this face."""

__all__ = ["ROUTES"]
