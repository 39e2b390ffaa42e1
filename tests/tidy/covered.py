"""Which pages every language covers, the partial ones too: from signing in to checking in.

Texts of the modules and templates that are named here must be there in Turkish, Ukrainian and
Arabic; Einfache Sprache says anew what is hard in German. What others add to the product stays
German in these languages until it is named here.
"""

from __future__ import annotations

PARTIAL = ("tr", "uk", "ar")
"""Languages that say all of it in words of their own."""

SHARED = (
    "layout",
    "layout_portal",
    "layout_kiosk",
    "refusal",
    "_change",
    "_components",
    "_display",
    "_door",
    "_fields",
    "_footer",
    "_guest_form",
    "_guests",
    "_hand_over",
    "_keyboard",
    "_pass",
    "_plans",
    "_series",
    "_states",
)
PORTAL = (
    "at_place",
    "cancel",
    "change",
    "confirm",
    "find",
    "guest",
    "guest_arrival",
    "guest_form",
    "guest_sign",
    "hand_over",
    "help",
    "mine",
    "offline",
    "pass",
    "public_pass",
    "reservation",
    "safe_code",
    "series",
    "series_cancel",
    "sign_in",
    "sign_in_away",
    "sign_in_secret",
    "sign_in_who",
    "space",
    "today",
    "unlocking",
    "waiting",
)
KIOSK = (
    "_printing",
    "_said",
    "ask",
    "cancel",
    "change",
    "check_in",
    "checked",
    "confirm",
    "desk",
    "elsewhere",
    "hand_over",
    "home",
    "house",
    "idle",
    "mine",
    "no_pin",
    "offers",
    "pin",
    "reservation",
    "safe_code",
    "series",
    "sign_in",
    "together",
    "who",
)
TEMPLATES = (
    *(f"{name}.html" for name in SHARED),
    *(f"portal/{name}.html" for name in PORTAL),
    *(f"kiosk/{name}.html" for name in KIOSK),
)
MODULES = (
    *(
        f"kiosk/{name}.py"
        for name in (
            "board",
            "booking",
            "changing",
            "check_in",
            "frame",
            "guard",
            "hand_over",
            "handover",
            "home",
            "house",
            "idle",
            "printing",
            "questions",
            "reservations",
            "safe_code",
            "series",
            "sign_in",
            "spaces",
            "together",
        )
    ),
    *(
        f"portal/{name}.py"
        for name in (
            "at_place",
            "booking",
            "calendar",
            "guest",
            "guest_forms",
            "guest_stay",
            "guest_words",
            "hand_over",
            "help_words",
            "house",
            "passes",
            "reservations",
            "safe_code",
            "sign_in",
            "spaces",
            "summary",
            "today",
            "unlocking",
            "waiting",
        )
    ),
    "people/refusals.py",
    *(
        f"spaces/{name}.py"
        for name in (
            "actions",
            "admission",
            "cases",
            "check_in",
            "deciding",
            "guests/arrival",
            "guests/forms",
            "guests/links",
            "guests/rules",
            "handing_over",
            "leaving",
            "moving",
            "moving_along",
            "passes",
            "photos",
            "presence",
            "pricing",
            "refusals",
            "rules",
            "safe_codes",
            "series",
            "stay_rules",
            "unlocking",
            "waiting_list",
        )
    ),
    *(
        f"web/{name}.py"
        for name in (
            "changing",
            "deposits",
            "errors",
            "finding",
            "forms",
            "gate",
            "guest_forms",
            "guest_list",
            "hand_over_acts",
            "hand_overs",
            "line",
            "listing",
            "series",
            "showing",
            "unlocking",
            "visit",
            "waiting",
        )
    ),
)
