"""Sample contexts for the pages of the gallery: invented people, real shapes.

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

TODAY: Context = {
    "here": "today",
    "day": "Samstag, 28. November",
    "greeting": "Guten Tag, Anna",
    "next": {
        "title": "Salon am Platz",
        "when": "Heute, 15 bis 19 Uhr",
        "text": "Erdgeschoss am Quartiersplatz, 12 Personen",
        "place": SALON,
        "state": "confirmed",
        "state_text": "",
        "href": "/mine/1",
        "pass_href": "/mine/1/pass",
    },
    "waiting": [
        {
            "title": "Küche Provence ist angefragt.",
            "text": "Bestätigt wird, sobald Haus Monet erreichbar ist. Sie brauchen nichts zu tun.",
            "href": "/mine/2",
        }
    ],
    "mine": [
        {
            "title": "Küche Provence",
            "when": "Fr 4. Dez., 18 bis 22 Uhr",
            "text": "Kochabend, 10 Personen",
            "place": KITCHEN,
            "state": "requested",
            "href": "/mine/2",
        },
        {
            "title": "Gästewohnung Provence",
            "when": "Mi 23. bis Sa 26. Dez.",
            "text": "3 Nächte, 4 Personen",
            "place": PROVENCE,
            "state": "confirmed",
            "href": "/mine/3",
        },
    ],
    "house": [
        {
            "title": "Adventsfenster am Quartiersplatz",
            "when": "So 29. Nov., 17 Uhr",
            "text": "Offen für alle",
            "icon_name": "sparkles",
            "href": "/house/dates/1",
        },
        {
            "title": "Restmüll und Biotonne",
            "when": "Di 1. und Mi 2. Dez.",
            "text": "Haus Cézanne",
            "icon_name": "trash-2",
            "href": "",
        },
        {
            "title": "Papier",
            "when": "Do 3. Dez.",
            "text": "Haus Cézanne",
            "icon_name": "recycle",
            "href": "",
        },
    ],
    "actions": [
        {
            "text": "Raum buchen",
            "hint": "Salon, Küche, Werkstatt",
            "href": "/find",
            "icon": "calendar-plus",
            "hue": 4,
        },
        {
            "text": "Gäste unterbringen",
            "hint": "Drei Gästewohnungen",
            "href": "/find?kind=guests",
            "icon": "bed-double",
            "hue": 8,
        },
        {
            "text": "Meine Ausweise",
            "hint": "Zum Vorzeigen an der Tür",
            "href": "/mine",
            "icon": "qr-code",
            "hue": 7,
        },
        {
            "text": "Service-Point",
            "hint": "Wer hilft und wann",
            "href": "/house/desk",
            "icon": "concierge-bell",
            "hue": 6,
        },
    ],
    "desk": {
        "text": "Der Service-Point ist zu.",
        "detail": "Wieder offen: So 29. Nov., 10 bis 12 Uhr",
        "open": False,
    },
}

NEAREST = [
    {
        "text": "So 29. Nov., 15 bis 19 Uhr",
        "detail": "Salon am Platz, 72,00 €",
        "href": "/find?day=2026-11-29",
    },
    {
        "text": "Sa 28. Nov., 12 bis 16 Uhr",
        "detail": "Küche Provence, 64,00 €",
        "href": "/find?starts=12:00",
    },
    {
        "text": "Sa 5. Dez., 15 bis 19 Uhr",
        "detail": "Salon am Platz, 72,00 €",
        "href": "/find?day=2026-12-05",
    },
]

FIND: Context = {
    "here": "find",
    "fields": {"day": "2026-11-28", "starts": "15:00", "ends": "19:00", "persons": 12},
    "day_min": "2026-11-28",
    "day_max": "2027-05-27",
    "errors": [],
    "asked": "Sa 28. Nov., 15 bis 19 Uhr, 12 Personen",
    "kinds": [
        {"text": "Räume", "href": "/find", "here": True},
        {"text": "Gästewohnungen", "href": "/find?kind=guests", "here": False},
    ],
    "free": [
        {
            "place": SALON,
            "text": "40 Sitzplätze, Küche, Geschirr, Beamer",
            "price": "72,00 €",
            "price_note": "18 € je Stunde",
            "href": "/find/salon",
            "requested": False,
            "note": "",
        },
        {
            "place": KITCHEN,
            "text": "14 Sitzplätze, zwei Kochfelder, Ofen",
            "price": "64,00 €",
            "price_note": "16 € je Stunde",
            "href": "/find/kitchen",
            "requested": True,
            "note": "Entscheidet Haus Monet, gerade nicht erreichbar.",
        },
    ],
    "not_free": [
        {
            "place": CONFERENCE,
            "reason": "Belegt bis 16 Uhr.",
            "rule": "Danach 15 Minuten zum Aufräumen.",
        },
        {"place": LEARNING, "reason": "Zu klein: 5 Plätze.", "rule": ""},
        {
            "place": TERRACE,
            "reason": "Nur tageweise.",
            "rule": "Samstags von 10 bis 21:30 Uhr.",
        },
    ],
    "nearest": NEAREST,
    "plan": PLAN,
    "desk_help": "Mira und Jonas helfen Ihnen: Service-Point, So 10 bis 12 Uhr",
}

FIND_NOTHING: Context = {
    **FIND,
    "free": [],
    "asked": "Sa 28. Nov., 15 bis 19 Uhr, 70 Personen",
    "plan": None,
}
FIND_WRONG: Context = {
    **FIND,
    "asked": "",
    "plan": None,
    "fields": {"day": "2026-11-28", "starts": "19:00", "ends": "15:00", "persons": 12},
    "errors": [
        {"field": "ends", "text": "Das Ende liegt vor dem Anfang. Geben Sie eine spätere Zeit an."}
    ],
}

CONFIRM: Context = {
    "here": "find",
    "back": "/find",
    "action": "/find/salon",
    "hidden": [{"name": "hold", "value": "1"}],
    "steps": {"now": 3, "all": 3},
    "place": SALON,
    "sentence": "Salon am Platz, Sa 28. Nov., 15 bis 19 Uhr, 72,00 €, "
    "frei absagbar bis Mi 25. Nov., 15 Uhr.",
    "held": "Für Sie gehalten bis 14:32 Uhr",
    "requested": None,
    "rows": [
        {
            "label": "Wann",
            "value": "Sa 28. Nov. 2026, 15 bis 19 Uhr",
            "href": "/find",
            "change": "Zeit ändern",
        },
        {
            "label": "Personen",
            "value": "12",
            "href": "/find",
            "change": "Zahl ändern",
        },
        {"label": "Für", "value": "Anna Sommer, Haus Cézanne"},
    ],
    "lines": [
        {"text": "Raummiete", "detail": "4 Stunden zu 18,00 €", "amount": "72,00 €"},
    ],
    "vat": [{"text": "darin 19 % Mehrwertsteuer", "amount": "11,50 €"}],
    "total": {"text": "Zusammen", "amount": "72,00 €"},
    "deposit_note": "Dazu 200,00 € Kaution. Sie bekommen sie nach der Abnahme zurück.",
    "purpose": "",
    "rules": [
        "Um 22 Uhr ist Schluss, freitags und samstags nach Absprache um 23 Uhr.",
        "Bis 72 Stunden vorher sagen Sie kostenlos ab, danach kostet es die Hälfte.",
        "Nach 20 Minuten ohne Einchecken wird der Raum wieder frei.",
    ],
    "charged": True,
    "errors": [],
}

PASS: Context = {
    "here": "mine",
    "back": "/mine",
    "pass": {
        "qr_src": "/sample/qr.svg",
        "code": "7KQ4M2XR",
        "place": SALON,
        "where": "Erdgeschoss, am Quartiersplatz",
        "day": "Sa 28. Nov.",
        "time": "15 bis 19 Uhr",
        "state": "confirmed",
        "holder": "Anna Sommer, 12 Personen",
        "note": "",
    },
    "steps": [
        "Halten Sie den Code am Bildschirm in der Eingangshalle vor den Leser.",
        "Die Tür öffnet ab 14:45 Uhr.",
        "Beim Gehen halten Sie den Code noch einmal vor.",
    ],
    "calendar_href": "/mine/1.ics",
    "print_href": "/mine/1.pdf",
    "cancel": {
        "href": "/mine/1/cancel",
        "text": "Heute abgesagt kostet es 36,00 €.",
    },
    "notice": None,
}

REFUSAL: Context = {
    "refusal": {
        "code": "web.http_404",
        "message": "Diese Seite gibt es nicht.",
        "remedy": "Vielleicht ist der Link alt. Von der Startseite aus finden Sie alles.",
        "status": 404,
    },
}

KIOSK: Context = {
    "kiosk": {
        "time": "14:10",
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


def _person(
    time: str, name: str, flat: str, place: Context, state: str, act: str, note: str = ""
) -> Context:
    return {
        "time": time,
        "name": name,
        "flat": flat,
        "place": place,
        "state": state,
        "state_text": "",
        "href": "/desk/people/1",
        "note": note,
        "act": {"path": "/desk/check-in/1", "text": act} if act else None,
    }


DESK: Context = {
    "here": "today",
    "path": "/desk",
    "query": "",
    "actor": {"name": "Jonas Berg", "household": ""},
    "desk": {"line": "ok", "line_text": "alles übertragen", "open_text": "geöffnet bis 14 Uhr"},
    "nav": [
        {
            "id": "today",
            "href": "/desk",
            "icon": "sun",
            "text": "Heute",
            "key": "1",
            "count": "",
        },
        {
            "id": "spaces",
            "href": "/desk/spaces",
            "icon": "calendar-days",
            "text": "Räume",
            "key": "2",
            "count": "",
        },
        {
            "id": "arrivals",
            "href": "/desk/arrivals",
            "icon": "bed-double",
            "text": "Gäste",
            "key": "3",
            "count": "2",
        },
        {
            "id": "people",
            "href": "/desk/people",
            "icon": "users",
            "text": "Personen",
            "key": "4",
            "count": "",
        },
        {
            "id": "tasks",
            "href": "/desk/tasks",
            "icon": "clipboard-list",
            "text": "Aufgaben",
            "key": "5",
            "count": "3",
        },
        {
            "id": "health",
            "href": "/desk/health",
            "icon": "refresh-cw",
            "text": "Zustand",
            "key": "9",
            "count": "",
        },
    ],
    "day": "Samstag, 28. November",
    "now": "14:10 Uhr",
    "actions": [
        {
            "text": "Buchen für",
            "href": "/desk/book",
            "icon": "calendar-plus",
            "key": "B",
        },
        {"text": "Einchecken", "href": "/desk/check-in", "icon": "scan-line", "key": "E"},
        {"text": "Tagesblatt drucken", "href": "/desk/today.pdf", "icon": "printer", "key": "D"},
    ],
    "arrivals": [
        _person("15:00", "Anna Sommer", "Cézanne 3.2", SALON, "confirmed", "Einchecken"),
        _person(
            "15:30",
            "Fritz Holm",
            "Gast von Renoir 1.4",
            MONTMARTRE,
            "confirmed",
            "Einchecken",
            "kommt mit Hund",
        ),
        _person("17:00", "Bilal Sommer", "Cézanne 3.2", KITCHEN, "requested", ""),
        _person("18:00", "Clara Wendt", "Monet 4.1", WORKSHOP, "held", ""),
    ],
    "departures": [
        _person("11:00", "Ida Kern", "Gast von Degas 2.1", PROVENCE, "over", ""),
        _person("16:00", "Pavel Novak", "Seurat 0.3", CONFERENCE, "here", "Auschecken"),
    ],
    "present": [
        {
            "place": CONFERENCE,
            "name": "Pavel Novak",
            "until": "bis 16 Uhr",
            "href": "/desk/people/2",
        },
        {
            "place": LEARNING,
            "name": "Nachhilfe Klasse 7",
            "until": "bis 15 Uhr",
            "href": "/desk/people/3",
        },
    ],
    "tasks": [
        {
            "title": "Küche Provence entscheiden",
            "text": "Bilal Sommer, Fr 4. Dez., 18 bis 22 Uhr",
            "href": "/desk/requests/1",
            "state": "requested",
            "state_text": "seit gestern angefragt",
        },
        {
            "title": "Konferenzraum verlegt",
            "text": "Pavel Novak braucht eine neue Zeit",
            "href": "/desk/requests/2",
            "state": "displaced",
            "state_text": "",
        },
        {
            "title": "Werkstatt: niemand kam",
            "text": "Heute 9 bis 13 Uhr",
            "href": "/desk/requests/3",
            "state": "no_show",
            "state_text": "",
        },
    ],
    "plan": PLAN,
}


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
    frames: dict[str, Context] = {"portal": {"here": "today"}, "desk": DESK, "kiosk": KIOSK}
    return {
        **frames[face],
        "face": face,
        "places": PLACES,
        "plan": PLAN,
        "month": _month(),
        "pass": PASS["pass"],
    }
