"""What the gallery shows: places, a plan, a month, a pass. Invented people, real shapes."""

from typing import Any

Context = dict[str, Any]

SALON = {"name": "Salon am Platz", "icon": "sofa", "plate": "S1", "hue": 4}
CONFERENCE = {"name": "Konferenzraum", "icon": "presentation", "plate": "K1", "hue": 1}
KITCHEN = {"name": "Küche Provence", "icon": "chef-hat", "plate": "K2", "hue": 3}
LEARNING = {"name": "Lernzimmer", "icon": "graduation-cap", "plate": "L1", "hue": 6}
WORKSHOP = {"name": "Werkstatt", "icon": "hammer", "plate": "W1", "hue": 7}
TERRACE = {"name": "Hofterrasse", "icon": "trees", "plate": "T1", "hue": 2}
MONTMARTRE = {"name": "Gästewohnung Montmartre", "icon": "bed-double", "plate": "G1", "hue": 8}
PROVENCE = {"name": "Gästewohnung Provence", "icon": "bed-double", "plate": "G2", "hue": 5}

LANGUAGES = [
    {"code": "de", "name": "Deutsch", "dir": "ltr"},
    {"code": "de-simple", "name": "Einfache Sprache", "dir": "ltr"},
    {"code": "en", "name": "English", "dir": "ltr"},
    {"code": "tr", "name": "Türkçe", "dir": "ltr"},
    {"code": "uk", "name": "Українська", "dir": "ltr"},
    {"code": "ar", "name": "العربية", "dir": "rtl"},
]
PREFS = {"lang": "de", "dir": "ltr", "theme": "light", "size": 1, "contrast": "normal"}


def common(**prefs: object) -> Context:
    """What the web kit puts into every page."""
    return {
        "prefs": {**PREFS, **prefs},
        "quarter": {"name": "le flair"},
        "demo": True,
        "csrf": "sample",
        "path": "/",
        "languages": LANGUAGES,
        "flashes": [],
        "actor": {"name": "Anna Sommer", "household": "Haus Cézanne, 3. OG links"},
        "here": "",
    }


def _cells(*cells: tuple[str, int, str, str]) -> list[Context]:
    return [
        {
            "state": state,
            "span": span,
            "when": when,
            "text": text,
            "href": "/find" if state == "free" else "",
        }
        for state, span, when, text in cells
    ]


PLAN = {
    "title": "Samstag, 28. November",
    "per_hour": 2,
    "hours": [str(hour) for hour in range(8, 23)],
    "now": "Es ist 14:10 Uhr",
    "rows": [
        {
            "place": SALON,
            "href": "/find",
            "cells": _cells(
                ("over", 8, "8 bis 12 Uhr", ""),
                ("free", 5, "12 bis 14:30 Uhr", ""),
                ("buffer", 1, "14:30 bis 15 Uhr", ""),
                ("mine", 8, "15 bis 19 Uhr", "Ihre Feier"),
                ("buffer", 2, "19 bis 20 Uhr", ""),
                ("free", 4, "20 bis 22 Uhr", ""),
                ("closed", 2, "22 bis 23 Uhr", ""),
            ),
        },
        {
            "place": CONFERENCE,
            "cells": _cells(
                ("free", 4, "8 bis 10 Uhr", ""),
                ("over", 4, "10 bis 12 Uhr", ""),
                ("free", 2, "12 bis 13 Uhr", ""),
                ("confirmed", 6, "13 bis 16 Uhr", "belegt"),
                ("free", 14, "16 bis 23 Uhr", ""),
            ),
        },
        {
            "place": KITCHEN,
            "cells": _cells(
                ("free", 8, "8 bis 12 Uhr", ""),
                ("requested", 8, "12 bis 16 Uhr", "angefragt"),
                ("buffer", 2, "16 bis 17 Uhr", ""),
                ("held", 6, "17 bis 20 Uhr", "vorgemerkt"),
                ("free", 6, "20 bis 23 Uhr", ""),
            ),
        },
        {
            "place": WORKSHOP,
            "cells": _cells(
                ("closed", 2, "8 bis 9 Uhr", ""),
                ("over", 8, "9 bis 13 Uhr", ""),
                ("closed", 4, "13 bis 15 Uhr", ""),
                ("free", 8, "15 bis 19 Uhr", ""),
                ("closed", 8, "19 bis 23 Uhr", ""),
            ),
        },
    ],
}


PASS = {
    "qr_src": "/sample/qr.svg",
    "code": "7KQ4M2XR",
    "place": SALON,
    "where": "Erdgeschoss, am Quartiersplatz",
    "day": "Sa 28. Nov.",
    "time": "15 bis 19 Uhr",
    "state": "confirmed",
    "holder": "Anna Sommer, 12 Personen",
    "note": "",
}
FRAMES: dict[str, Context] = {
    "portal": {"here": "today"},
    "desk": {
        "here": "today",
        "path": "/desk",
        "query": "",
        "desk": {"line": "ok", "line_text": "alles übertragen", "open_text": "geöffnet bis 14 Uhr"},
        "nav": [
            {
                "id": "today",
                "href": "#today",
                "icon": "sun",
                "text": "Heute",
                "key": "1",
                "count": "3",
            }
        ],
    },
    "kiosk": {
        "kiosk": {
            "time": "14:10",
            "now": 1795871400,
            "day": "Samstag, 28. November",
            "desk_text": "Service-Point: So 10 bis 12 Uhr",
            "desk_open": False,
            "zone": "Europe/Berlin",
            "line": "ok",
            "line_text": "",
            "idle_seconds": 60,
            "warn_seconds": 15,
            "reset": "/kiosk/reset",
            "home": "/kiosk",
        },
        "path": "/kiosk/home",
        "actor": None,
    },
}
"""What stands around the sheet on each face."""


def _day(number: int, state: str, text: str, *, today: bool = False, here: bool = False) -> Context:
    return {
        "number": number,
        "state": state,
        "text": text,
        "href": "/find" if state in {"free", "some"} else "",
        "today": today,
        "here": here,
    }


def _month() -> Context:
    days: list[Context | None] = [None] * 6
    for number in range(1, 31):
        if number < 24:
            days.append(_day(number, "past", "vorbei"))
        elif number % 7 == 1:
            days.append(_day(number, "closed", "geschlossen"))
        else:
            state = ("free", "some", "full")[number % 3]
            days.append(_day(number, state, "3 Räume frei", today=number == 24, here=number == 28))
    days += [None] * (-len(days) % 7)
    names = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
    return {
        "title": "November 2026",
        "before": "/find?month=2026-10",
        "after": "/find?month=2026-12",
        "weekdays": [{"short": name[:2], "long": name} for name in names],
        "weeks": [days[start : start + 7] for start in range(0, len(days), 7)],
    }


PLACES = [SALON, CONFERENCE, KITCHEN, LEARNING, WORKSHOP, TERRACE, MONTMARTRE, PROVENCE]


def gallery(face: str) -> Context:
    """The component sheet in the frame of one face."""
    return {
        **FRAMES[face],
        "face": face,
        "places": PLACES,
        "plan": PLAN,
        "month": _month(),
        "pass": PASS,
    }
