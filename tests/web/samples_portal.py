"""Sample contexts of the residents' pages."""

from tests.web.samples import CONFERENCE, KITCHEN, LEARNING, PLAN, PROVENCE, SALON, TERRACE, Context

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
            "id": "2",
        },
        {
            "title": "Gästewohnung Provence",
            "when": "Mi 23. bis Sa 26. Dez.",
            "text": "3 Nächte, 4 Personen",
            "place": PROVENCE,
            "state": "confirmed",
            "id": "3",
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
        "place": SALON,
        "text": "Salon am Platz",
        "when": "So 29. Nov., 15 bis 19 Uhr",
        "price": "72,00 €",
        "value": "salon.2.3",
    },
    {
        "place": KITCHEN,
        "text": "Küche Provence",
        "when": "Sa 28. Nov., 12 bis 16 Uhr",
        "price": "64,00 €",
        "value": "kitchen.2.3",
    },
    {
        "place": SALON,
        "text": "Salon am Platz",
        "when": "Sa 5. Dez., 15 bis 19 Uhr",
        "price": "72,00 €",
        "value": "salon.3.4",
    },
]

FIND: Context = {
    "here": "find",
    "fields": {
        "day": "2026-11-28",
        "starts": "15:00",
        "ends": "19:00",
        "people": "12",
        "kind": "room",
    },
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
            "value": "salon.1.2",
            "requested": False,
            "note": "",
        },
        {
            "place": KITCHEN,
            "text": "14 Sitzplätze, zwei Kochfelder, Ofen",
            "price": "64,00 €",
            "price_note": "16 € je Stunde",
            "value": "kitchen.1.2",
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
    "fields": {
        "day": "2026-11-28",
        "starts": "19:00",
        "ends": "15:00",
        "people": "12",
        "kind": "room",
    },
    "errors": [
        {"field": "ends", "text": "Das Ende liegt vor dem Anfang. Geben Sie eine spätere Zeit an."}
    ],
}

CONFIRM: Context = {
    "here": "find",
    "back": "/find",
    "action": "/book/1",
    "drop": "/book/1/drop",
    "offer": "salon.1.2",
    "hidden": [{"name": "people", "value": "12"}],
    "steps": {"now": 2, "all": 2},
    "place": SALON,
    "sentence": "Salon am Platz, Sa 28. Nov., 15 bis 19 Uhr, 72,00 €, "
    "frei absagbar bis Mi 25. Nov., 15 Uhr.",
    "held": "Für Sie gehalten bis 14:32 Uhr",
    "held_seconds": 280,
    "expired": None,
    "purposes": [{"value": "private", "text": "Privat"}, {"value": "party", "text": "Feier"}],
    "use": "private",
    "by_night": False,
    "guests": "",
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
    "note": "",
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
    "pass_": {
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
    "calendar_href": "/mine/1/calendar.ics",
    "png_href": "/mine/1/pass.png",
    "notice": None,
}
