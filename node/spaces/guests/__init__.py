"""Guests of a guest apartment: a link of their own instead of an account, and what they must say.

A *guest link* opens one stay to whoever holds it; a *guest list* is who comes and when. Nothing of
it leaves the house. The trap: whoever holds a link is nobody who could be asked for more rights,
so all that it opens starts from the stay that its token found.
"""

from node.spaces.guests.arrival import say_guests
from node.spaces.guests.ending import end_on_date, whose_time_is_over
from node.spaces.guests.links import (
    NO_PAGE,
    belongs,
    end_link,
    find_stay,
    make_link,
    open_link,
    stay_of,
    told_about,
)
from node.spaces.guests.model import NAME_MAX, Guest, GuestLink, GuestList, Stay

__all__ = [
    "NAME_MAX",
    "NO_PAGE",
    "Guest",
    "GuestLink",
    "GuestList",
    "Stay",
    "belongs",
    "end_link",
    "end_on_date",
    "find_stay",
    "make_link",
    "open_link",
    "say_guests",
    "stay_of",
    "told_about",
    "whose_time_is_over",
]
