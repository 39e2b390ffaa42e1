"""Sample context of the component sheet."""

from tests.web.samples import (
    CONFERENCE,
    KITCHEN,
    LEARNING,
    MONTMARTRE,
    PLAN,
    PROVENCE,
    SALON,
    TERRACE,
    WORKSHOP,
    Context,
)
from tests.web.samples_desk import DESK
from tests.web.samples_lobby import KIOSK
from tests.web.samples_portal import PASS


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
        "pass": PASS["pass_"],
    }
