"""Sample contexts of the lobby screen."""

from tests.web.samples import KITCHEN, LEARNING, SALON, TERRACE, Context

KIOSK: Context = {
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
}

IDLE: Context = {
    **KIOSK,
    "path": "/kiosk",
    "greeting": "Guten Tag im Haus Cézanne",
    "today": [
        {
            "when": "15 bis 19",
            "title": "Feier im Salon",
            "text": "Salon am Platz",
            "icon": "party-popper",
        },
        {
            "when": "17 Uhr",
            "title": "Spieleabend",
            "text": "Lernzimmer, offen für alle",
            "icon": "users",
        },
        {
            "when": "ab 22 Uhr",
            "title": "Nachtruhe im Hof",
            "text": "bis 7 Uhr",
            "icon": "moon",
        },
    ],
    "waste": [
        {"when": "Di 1. Dez.", "title": "Restmüll", "text": "", "icon": "trash-2"},
        {"when": "Mi 2. Dez.", "title": "Biotonne", "text": "", "icon": "leaf"},
        {"when": "Do 3. Dez.", "title": "Papier", "text": "", "icon": "recycle"},
    ],
    "free_now": [
        {"place": LEARNING, "text": "frei bis 22 Uhr"},
        {"place": KITCHEN, "text": "frei bis 17 Uhr"},
        {"place": TERRACE, "text": "frei bis 21:30 Uhr"},
    ],
    "dates": [
        {
            "day": "29",
            "month": "Nov.",
            "weekday": "So",
            "title": "Adventsfenster",
            "text": "17 Uhr, Quartiersplatz",
        },
        {
            "day": "6",
            "month": "Dez.",
            "weekday": "So",
            "title": "Nikolaus",
            "text": "16 Uhr, Hof",
        },
        {
            "day": "11",
            "month": "Dez.",
            "weekday": "Fr",
            "title": "Plätzchen backen",
            "text": "18 bis 21 Uhr, Küche Provence",
        },
    ],
    "phone": {"qr_src": "/sample/qr.svg", "address": "flair.example.org"},
}

HOME: Context = {
    **KIOSK,
    "question": "Was möchten Sie tun?",
    "board_title": "Heute im Haus",
    "board": IDLE["today"],
    "tiles": [
        {
            "text": "Raum oder Gästewohnung buchen",
            "hint": "Sehen, was frei ist, und gleich buchen",
            "href": "/kiosk/spaces",
            "icon": "calendar-plus",
            "hue": 4,
        },
        {
            "text": "Einchecken",
            "hint": "Mit Ausweis, Code oder Namen",
            "href": "/kiosk/check-in",
            "icon": "qr-code",
            "hue": 2,
        },
        {
            "text": "Meine Buchungen",
            "hint": "Ansehen, absagen, drucken",
            "href": "/kiosk/mine",
            "icon": "ticket",
            "hue": 1,
        },
        {
            "text": "Was ist los?",
            "hint": "Termine, Abfall, Aushänge",
            "href": "/kiosk/house",
            "icon": "calendar-days",
            "hue": 6,
        },
        {
            "text": "Service-Point",
            "hint": "Wer hilft und wann",
            "href": "/kiosk/desk",
            "icon": "concierge-bell",
            "hue": 7,
        },
    ],
    "scan": True,
}

HOME_SIGNED_IN: Context = {
    **HOME,
    "actor": {"name": "Anna Sommer"},
    "question": "Guten Tag, Anna. Was möchten Sie tun?",
    "board_title": "Ihre nächsten Buchungen",
    "board": [
        {
            "title": "Salon am Platz",
            "when": "15 bis 19",
            "text": "Heute, 12 Personen",
            "place": SALON,
            "state": "confirmed",
        },
        {
            "title": "Küche Provence",
            "when": "Fr 4. Dez.",
            "text": "18 bis 22 Uhr",
            "place": KITCHEN,
            "state": "requested",
        },
    ],
}
