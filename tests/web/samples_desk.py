"""Sample context of the desk's first page."""

from tests.web.samples import (
    CONFERENCE,
    KITCHEN,
    LEARNING,
    MONTMARTRE,
    PLAN,
    PROVENCE,
    SALON,
    WORKSHOP,
    Context,
)


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
