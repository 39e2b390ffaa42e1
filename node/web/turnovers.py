"""How turnovers look: the same list at the desk, on the cleaner's phone and on paper.

No name stands in it: who cleans learns which place, from when, by when and for how many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.spaces import (
    Line,
    Stage,
    Turnover,
    report_done,
    report_problem,
    take_back_done,
)
from node.store import Write
from node.web import i18n
from node.web.paper import A4, NORMAL, Paper
from node.web.showing import Place, clock, moment, nights_words, people_words, place_of
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

LIVE_TABLES = (
    "turnover_report passage reservation_undo reservation_decision reservation_cancellation"
    " cancellation_ruling"
)
"""A list of turnovers asks for itself again when one of these changes."""

BADGES = {
    Stage.AHEAD: ("free", N_("geplant")),
    Stage.READY: ("held", N_("zu reinigen")),
    Stage.DONE: ("confirmed", N_("sauber")),
    Stage.PASSED: ("over", N_("nicht gemeldet")),
}
INSIDE = ("free", N_("noch belegt"))
LATE = ("displaced", N_("überfällig"))


@dataclass(frozen=True, slots=True)
class ShownTurnover:
    """A turnover as lists draw it; see `_turnover.html`."""

    id: str
    place: Place
    where: str
    free: str
    due: str
    linen: str
    state: str
    state_text: str
    problems: list[dict[str, str]]
    can: dict[str, bool]


@dataclass(frozen=True, slots=True)
class ShownDay:
    """The turnovers of a day."""

    title: str
    rows: list[ShownTurnover] = field(default_factory=list)


def days_of(
    visit: Visit, turnovers: Iterable[Turnover], buildings: dict[bytes, str]
) -> list[ShownDay]:
    """Turnovers by the day on which they can begin; what is left from before is today's."""
    found: dict[str, ShownDay] = {}
    today = visit.today
    ordered = sorted(turnovers, key=lambda each: max(each.free_at, visit.now))
    for each in ordered:
        day = max(each.free_at.astimezone(visit.zone).date(), today)
        title = i18n.long_day_words(visit.prefs.lang, day)
        shown = found.setdefault(title, ShownDay(title))
        shown.rows.append(turnover_of(visit, each, buildings))
    return list(found.values())


def turnover_of(visit: Visit, turnover: Turnover, buildings: dict[bytes, str]) -> ShownTurnover:
    """A turnover for a list."""
    space = turnover.line.space
    state, text = _badge(turnover, visit.now)
    return ShownTurnover(
        id=id_text(turnover.line.reservation.id),
        place=place_of(visit, space),
        where=buildings.get(space.building_id, ""),
        free=free_words(visit, turnover),
        due=due_words(visit, turnover),
        linen=linen_words(visit, turnover),
        state=state,
        state_text=visit.say(text),
        problems=[
            {
                "id": id_text(each.id),
                "words": each.words or visit.say(N_("ohne Worte")),
                "at": moment(visit, each.fact.at),
            }
            for each in turnover.problems
        ],
        can={"done": turnover.stage is Stage.READY, "back": turnover.stage is Stage.DONE},
    )


def _badge(turnover: Turnover, now: datetime) -> tuple[str, str]:
    if turnover.is_late(now):
        return LATE
    if turnover.stage is Stage.AHEAD and turnover.is_still_inside:
        return INSIDE
    return BADGES[turnover.stage]


def free_words(visit: Visit, turnover: Turnover) -> str:
    """From when on somebody can begin."""
    if turnover.stage is Stage.DONE and turnover.done is not None:
        return visit.say(N_("sauber seit {at}"), at=turnover.done.fact.at)
    at = _near(visit, turnover.free_at)
    if turnover.stage is Stage.AHEAD:
        return visit.say(N_("frei ab {at}"), at=at)
    if turnover.is_still_inside:
        return visit.say(N_("Zeit zu Ende seit {at}, noch nicht ausgecheckt"), at=at)
    return visit.say(N_("frei seit {at}"), at=at)


def due_words(visit: Visit, turnover: Turnover) -> str:
    """By when it must be done, and for whom."""
    at = _near(visit, turnover.due_at)
    if turnover.next is None:
        return visit.say(N_("bis {at}"), at=at)
    people = people_words(visit, turnover.next.details.people)
    return visit.say(N_("bis {at}, danach {people}"), at=at, people=people)


def linen_words(visit: Visit, turnover: Turnover) -> str:
    """How many beds to strip and to make; nothing for a room."""
    if not turnover.line.space.is_by_night:
        return ""
    strip = turnover.line.reservation.details.people
    if turnover.next is None:
        return visit.say(N_("Wäsche: {strip} abziehen"), strip=strip)
    make = turnover.next.details.people
    return visit.say(N_("Wäsche: {strip} abziehen, {make} beziehen"), strip=strip, make=make)


def early_words(visit: Visit, line: Line) -> str:
    """What whoever leaves now gives back; nothing at the end of what was agreed."""
    period, zone = line.reservation.period, visit.zone
    if visit.now >= period.ends_at:
        return ""
    if not line.space.is_by_night:
        return visit.say(
            N_("Gebucht ist bis {until}; wer jetzt geht, gibt den Rest frei."),
            until=moment(visit, period.ends_at),
        )
    last, today = (at.astimezone(zone).date() for at in (period.ends_at, visit.now))
    nights = (last - today).days
    if nights < 1:
        return ""
    return visit.say(
        N_("Gebucht ist bis {day}; wer jetzt abreist, gibt {nights} frei."),
        day=last,
        nights=nights_words(visit, nights),
    )


def _near(visit: Visit, at: datetime) -> str:
    """The time alone for today, else with its day."""
    is_today = at.astimezone(visit.zone).date() == visit.today
    return clock(visit, at) if is_today else moment(visit, at)


def turnovers_table(visit: Visit, turnovers: Iterable[Turnover]) -> Table:
    """The same list for a spreadsheet."""
    columns = (N_("Ort"), N_("Frei"), N_("Bis"), N_("Wäsche"), N_("Stand"), N_("Problem"))
    rows: list[list[Cell | Sum]] = [
        [
            visit.local(each.line.space.name),
            each.free_at,
            each.due_at,
            linen_words(visit, each),
            visit.say(_badge(each, visit.now)[1]),
            "; ".join(problem.words for problem in each.problems),
        ]
        for each in turnovers
    ]
    return Table(visit.say(N_("reinigung")), [visit.say(column) for column in columns], rows)


# What is said


def said(
    act: str, actor: Actor, reservation_id: bytes, words: str, *, now: datetime, by_link: bool
) -> Callable[[Write], Any]:
    """What an address' last word does; whoever asks for anything else is told that it is not."""

    def run(write: Write) -> Turnover | Refusal:
        if act == "done":
            return report_done(write, actor, reservation_id, now=now, by_link=by_link)
        if act == "back":
            return take_back_done(write, actor, reservation_id, now=now, by_link=by_link)
        return report_problem(write, actor, reservation_id, words, now=now, by_link=by_link)

    return run


ACTS = ("done", "back", "problem")


# On paper


TICK = 6.0
LINE = 5.5
FOOT = 20.0


def turnover_pages(visit: Visit, days: Sequence[ShownDay], *, title: str, made: str) -> bytes:
    """The list on A4, with a box to tick and room to write."""
    paper = Paper(NORMAL, A4, title=title, lang=visit.prefs.lang)
    _head(paper, title, made)
    for day in days:
        _room(paper, 30.0)
        paper.gap(3.0)
        paper.line(day.title, size=14.0, bold=True, height=8.0)
        for row in day.rows:
            _room(paper, 5 * LINE)
            _tick(paper, visit, row)
    if not days:
        paper.text(visit.say(N_("Nichts zu reinigen.")))
    return paper.content()


def _head(paper: Paper, title: str, made: str) -> None:
    paper.new_page()
    paper.place(paper.shape.left, 18.0)
    paper.line(title, size=paper.type.heading, bold=True, height=9.0)
    paper.small(made)


def _room(paper: Paper, height: float) -> None:
    """Go on where so much fits."""
    if paper.y + height > paper.shape.height - FOOT:
        paper.new_page()
        paper.place(paper.shape.left, 18.0)


def _tick(paper: Paper, visit: Visit, row: ShownTurnover) -> None:
    paper.gap(2.0)
    paper.rule()
    paper.gap(2.0)
    left, top = paper.shape.left, paper.y
    if not row.can["back"]:
        paper.pdf.rect(paper.shape.width - paper.shape.right - TICK, top, TICK, TICK)
    width = paper.shape.room - 2 * TICK
    paper.place(left, top)
    name = f"{row.place.plate}  {row.place.name}" + (f", {row.where}" if row.where else "")
    paper.line(name, size=13.0, bold=True, width=width, height=LINE + 1)
    paper.line(f"{row.free}; {row.due}", size=11.0, width=width, height=LINE)
    if row.linen:
        paper.line(row.linen, size=11.0, width=width, height=LINE)
    for problem in row.problems:
        told = visit.say(N_("Problem: {words}"), words=problem["words"])
        paper.line(told, size=11.0, width=width, height=LINE)
    paper.line(visit.say(N_("Notiz:")), size=9.0, width=width, height=LINE)
