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
    "help",
    "mine",
    "offline",
    "pass",
    "public_pass",
    "reservation",
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
    "check_in",
    "checked",
    "confirm",
    "desk",
    "elsewhere",
    "home",
    "house",
    "idle",
    "mine",
    "no_pin",
    "offers",
    "pin",
    "reservation",
    "sign_in",
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
            "check_in",
            "frame",
            "guard",
            "handover",
            "home",
            "house",
            "idle",
            "printing",
            "reservations",
            "sign_in",
            "spaces",
        )
    ),
    *(
        f"portal/{name}.py"
        for name in (
            "at_place",
            "booking",
            "calendar",
            "help_words",
            "house",
            "passes",
            "reservations",
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
            "moving",
            "passes",
            "presence",
            "pricing",
            "refusals",
            "rules",
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
