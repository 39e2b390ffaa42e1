"""What all sample pages share: places, a plan, the frame. Invented people, real shapes.

Every page template says at its top what it expects; these are the same names, filled.
"""

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
    {"code": "de", "name": "Deutsch"},
    {"code": "de-x-simple", "name": "Einfache Sprache"},
    {"code": "en", "name": "English"},
    {"code": "tr", "name": "Türkçe"},
    {"code": "uk", "name": "Українська"},
    {"code": "ar", "name": "العربية"},
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

REFUSAL: Context = {
    "refusal": {
        "code": "web.http_404",
        "message": "Diese Seite gibt es nicht.",
        "remedy": "Vielleicht ist der Link alt. Von der Startseite aus finden Sie alles.",
        "status": 404,
    },
}
