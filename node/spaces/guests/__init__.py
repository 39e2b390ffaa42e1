"""Guests of a guest apartment: a link of their own instead of an account, and what they must say.

A *guest link* opens one stay to whoever holds it; a *guest list* is who comes and when; a
*registration form* is what the law asks of foreign guests. Nothing of it leaves the house. The
trap: whoever holds a link is nobody who could be asked for more rights, so all that it opens starts
from the stay that its token found.
"""

from node.spaces.guests.arrival import say_guests
from node.spaces.guests.book import (
    BookedStay,
    LetNights,
    Registered,
    form_book,
    let_nights,
    registered,
    stay_book,
)
from node.spaces.guests.ending import end_on_date, whose_time_is_over
from node.spaces.guests.forms import file_form, note_passport, sign_form
from node.spaces.guests.gone import STAY_GONE, GoneStay, find_gone
from node.spaces.guests.links import (
    NO_PAGE,
    PART,
    belongs,
    end_link,
    find_stay,
    make_link,
    open_link,
    stay_of,
    told_about,
)
from node.spaces.guests.model import (
    NAME_MAX,
    FiledForm,
    Form,
    Guest,
    GuestLink,
    GuestList,
    How,
    Stay,
)
from node.spaces.guests.rules import (
    FIELD_MAX,
    NO_FORM,
    a_year_after,
    check_signing,
    forms_needed,
    forms_open,
    read_strokes,
)

__all__ = [
    "FIELD_MAX",
    "NAME_MAX",
    "NO_FORM",
    "NO_PAGE",
    "PART",
    "STAY_GONE",
    "BookedStay",
    "FiledForm",
    "Form",
    "GoneStay",
    "Guest",
    "GuestLink",
    "GuestList",
    "How",
    "LetNights",
    "Registered",
    "Stay",
    "a_year_after",
    "belongs",
    "check_signing",
    "end_link",
    "end_on_date",
    "file_form",
    "find_gone",
    "find_stay",
    "form_book",
    "forms_needed",
    "forms_open",
    "let_nights",
    "make_link",
    "note_passport",
    "open_link",
    "read_strokes",
    "registered",
    "say_guests",
    "sign_form",
    "stay_book",
    "stay_of",
    "told_about",
    "whose_time_is_over",
]
