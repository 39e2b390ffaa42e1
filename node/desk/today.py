"""The desk's first page: who comes, who goes, who is in, what waits, and the day's plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from litestar import Response, get

from node import people, spaces
from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.refusals import N_
from node.desk.deposit_board import deposit_task
from node.desk.displaced_board import displaced_tasks, line_tasks
from node.desk.frame import desk_page, first_way
from node.desk.hand_over_board import hand_over_task
from node.desk.key_board import key_tasks, keys_to_look_at
from node.desk.safe_codes import code_task
from node.desk.telling import telling_tasks
from node.desk.turnover import house_names, turnover_flashes
from node.desk.undoing import act_flashes
from node.spaces import DayPlan, Line, Stage, Status, guests
from node.spaces.reads import unanswered
from node.spaces.relocating import Hit, hit_ahead
from node.spaces.telling import ToTell, to_tell
from node.store import Read
from node.web import i18n
from node.web.day_plan import Plan, plan_of
from node.web.forms import read_query
from node.web.listing import reservations_table
from node.web.showing import STATES, clock, moment, place_of, state_text
from node.web.silent import Silent, silent_displays
from node.web.table import Table
from node.web.turnovers import LIVE_TABLES, ShownTurnover, turnover_of
from node.web.visit import Visit

MOST_ROWS = 6
"""Of a busy day's lists, so that what comes next, what waits and the plan are found at once."""
EVERYTHING = 10_000


@dataclass(slots=True)
class TodayPage:
    """See `desk/today.html`."""

    day: str
    now: str
    actions: list[dict[str, str]]
    arrivals: list[dict[str, Any]]
    departures: list[dict[str, Any]]
    present: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    turnovers: list[ShownTurnover]
    problems: list[ShownTurnover]
    hand_overs: list[dict[str, Any]]
    deposits: list[dict[str, Any]]
    plan: Plan
    live: str = (
        f"{LIVE_TABLES} reservation_request team_act_seen guest_record hand_over deposit_step"
        " safe_code key_move"
    )
    most: int = MOST_ROWS
    """How much of a list stands there; the rest is a press away."""
    live_from: str = "/desk"
    flashes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Day:
    arrivals: list[Line]
    departures: list[Line]
    present: list[Line]
    waiting: list[Line]
    plans: list[DayPlan]
    names: dict[bytes, tuple[str, str]]
    erasures: list[tuple[people.Erasure, str]]
    turnovers: list[spaces.Turnover]
    problems: list[spaces.Turnover]
    houses: dict[bytes, str]
    hand_overs: list[spaces.HandOver]
    owed: dict[bytes, str]
    """What guests have not said or signed so far, by reservation."""
    to_take: list[spaces.HeldDeposit]
    to_return: list[spaces.HeldDeposit]
    codes: list[spaces.SafeCode]
    keys: list[spaces.Key]
    """Those that should be back, and those that are lost."""
    silent: list[Silent]
    hits: list[Hit]
    """Whose place is shut at their time, until each of them is settled."""

    to_tell: list[ToTell]

    @property
    def unclean(self) -> frozenset[bytes]:
        """The places that are not ready for people."""
        ready = (each for each in self.turnovers if each.stage is Stage.READY)
        return frozenset(each.line.space.id for each in ready)


@get("/desk", include_in_schema=False)
async def today(visit: Visit) -> Response[Any]:
    """Today at the desk; who has no business with it is led on to what is theirs."""
    way = first_way(visit)
    if way not in {"", "/desk"} and not visit.wants_json:
        return visit.go(way)
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    day = visit.today
    found = await visit.read(lambda read: _read_day(read, visit, day))
    page = TodayPage(
        day=i18n.long_day_words(visit.prefs.lang, day),
        now=clock(visit, visit.now),
        actions=_actions(visit),
        arrivals=[_arriving(visit, line, found) for line in found.arrivals],
        departures=[_passing(visit, line, found.names, "out") for line in found.departures],
        present=[_present(visit, line, found.names) for line in found.present],
        tasks=[*await line_tasks(visit), *displaced_tasks(visit, found.hits, found.names)]
        + telling_tasks(visit, found.to_tell)
        + [_erasure_task(visit, *each) for each in found.erasures]
        + [code_task(visit, each) for each in found.codes]
        + key_tasks(visit, found.keys, found.names)
        + [_task(visit, line, found.names) for line in found.waiting]
        + _guest_tasks(visit, found)
        + [_silent_task(visit, each) for each in found.silent],
        turnovers=[turnover_of(visit, each, found.houses) for each in found.turnovers],
        problems=[turnover_of(visit, each, found.houses) for each in found.problems],
        hand_overs=[hand_over_task(visit, each, found.names) for each in found.hand_overs],
        deposits=_deposits(visit, found),
        plan=plan_of(visit, day, [p for p in found.plans if not p.space.is_by_night]),
    )
    fields = read_query(visit)
    if fields.given.get("all"):
        page.most, page.live_from = EVERYTHING, "/desk?all=1"
    page.flashes = [*act_flashes(visit, fields), *turnover_flashes(visit, fields)]
    for row in page.plan.rows:
        row["href"] = row["href"].replace("/spaces/", "/desk/plan?space=").replace("?day", "&day")
    return await desk_page(
        visit, "desk/today.html", page, here="today", table=lambda: _table(visit, found)
    )


def _table(visit: Visit, found: _Day) -> Table:
    lists = (
        (N_("Kommen"), found.arrivals),
        (N_("Gehen"), found.departures),
        (N_("Gerade da"), found.present),
        (N_("Wartet auf uns"), found.waiting),
    )
    said = [(visit.say(words), lines) for words, lines in lists]
    return reservations_table(visit, visit.say(N_("heute")), said, found.names)


def _read_day(read: Read, visit: Visit, day: date) -> _Day:
    arrivals = spaces.arrivals(read, day, now=visit.now)
    departures = spaces.departures(read, day, now=visit.now)
    present = spaces.present(read, now=visit.now)
    here = {line.reservation.id for line in present}
    arrivals = [line for line in arrivals if line.reservation.id not in here]
    waiting = [*spaces.waiting(read, now=visit.now), *unanswered(read, now=visit.now)]
    plans = spaces.day_plan(read, visit.actor, day, now=visit.now)
    hand_overs = spaces.hand_overs_to_look_at(read, now=visit.now)
    to_take = spaces.deposits_to_take(read, now=visit.now)
    to_return = spaces.deposits_to_return(read, now=visit.now)
    keys = keys_to_look_at(read, now=visit.now)
    hits = hit_ahead(read, now=visit.now)
    holders = [key.holder for key in keys if key.holder is not None]
    deposited = [each.line for each in (*to_take, *to_return)]
    handed = [each.line for each in hand_overs]
    shut = [hit.line for hit in hits]
    lines = (*arrivals, *departures, *present, *waiting, *handed, *deposited, *holders, *shut)
    names = names_of(read, lines)
    return _Day(
        arrivals,
        departures,
        present,
        waiting,
        plans,
        names,
        _erasures(read, visit),
        spaces.list_turnovers(read, days=1, now=visit.now),
        spaces.turnover_problems(read, now=visit.now),
        house_names(read),
        hand_overs,
        _owed(read, visit, (*arrivals, *present)),
        to_take,
        to_return,
        spaces.codes_to_change(read, now=visit.now),
        keys,
        silent_displays(read, visit),
        hits,
        to_tell(read, now=visit.now),
    )


def _owed(read: Read, visit: Visit, lines: Sequence[Line]) -> dict[bytes, str]:
    """What the guests of today's stays have not said or signed."""
    found: dict[bytes, str] = {}
    for line in lines:
        if line.space.is_by_night and line.status in {Status.CONFIRMED, Status.CHECKED_IN}:
            stay = guests.stay_of(read, line, now=visit.now)
            count = len(guests.forms_open(stay))
            if stay.guests is None:
                found[line.reservation.id] = visit.say(N_("Angaben der Gäste fehlen"))
            elif count:
                found[line.reservation.id] = visit.say(
                    N_("Meldeschein offen: {count}"), count=count
                )
    return found


def _deposits(visit: Visit, found: _Day) -> list[dict[str, Any]]:
    back = [deposit_task(visit, x, found.names, is_due_back=True) for x in found.to_return]
    return back + [
        deposit_task(visit, each, found.names, is_due_back=False) for each in found.to_take
    ]


def _erasures(read: Read, visit: Visit) -> list[tuple[people.Erasure, str]]:
    """Who is to be erased, by name: the team may know them, and ask whether it was really they."""
    if not may(visit.actor, Permission.MANAGE_PEOPLE):
        return []
    waiting = people.list_waiting(read)
    return [(each, people.name_and_place(read, each.person_id)[0]) for each in waiting]


def names_of(read: Read, lines: Sequence[Line]) -> dict[bytes, tuple[str, str]]:
    """Name and flat of the person of each reservation, by reservation; guests by their names."""
    found: dict[bytes, tuple[str, str]] = {}
    known: dict[bytes, tuple[str, str]] = {}
    for line in lines:
        person_id = line.reservation.person_id
        if person_id not in known:
            known[person_id] = people.name_and_place(read, person_id)
        name, place = known[person_id]
        guests = spaces.note_of(read, line.reservation.id).get("guests", "")
        # Who was erased has no name any more, and the row must still be one to press.
        found[line.reservation.id] = (guests or name or "–", place)
    return found


def _actions(visit: Visit) -> list[dict[str, str]]:
    return [
        {
            "text": visit.say(N_("Für jemanden buchen")),
            "href": "/desk/find",
            "icon": "calendar-plus",
            "key": "b",
        },
        {
            "text": visit.say(N_("Ausweis prüfen")),
            "href": "/desk/pass",
            "icon": "scan-line",
            "key": "p",
        },
    ]


def _arriving(visit: Visit, line: Line, found: _Day) -> dict[str, Any]:
    """Who comes; a place that is not ready for them says so."""
    shown = _passing(visit, line, found.names, "in")
    if line.status is Status.CONFIRMED and line.space.id in found.unclean:
        shown["note"] = visit.say(N_("noch nicht gereinigt"))
    owed = found.owed.get(line.reservation.id, "")
    shown["note"] = "; ".join(filter(None, (shown["note"], owed)))
    return shown


def _guest_tasks(visit: Visit, found: _Day) -> list[dict[str, str]]:
    """For whom something is to be filled in or signed today."""
    lines = [x for x in (*found.arrivals, *found.present) if x.reservation.id in found.owed]
    if not may(visit.actor, Permission.CHECK_IN_OTHERS):
        return []
    return [
        {
            "title": found.names[line.reservation.id][0],
            "text": line.space.name.in_language(visit.prefs.lang),
            "href": f"/desk/guests/{id_text(line.reservation.id)}",
            "state": "held",
            "state_text": found.owed[line.reservation.id],
        }
        for line in lines
    ]


def _passing(
    visit: Visit, line: Line, names: dict[bytes, tuple[str, str]], kind: str
) -> dict[str, Any]:
    reservation = line.reservation
    name, flat = names[reservation.id]
    at = reservation.period.starts_at if kind == "in" else reservation.period.ends_at
    local = at.astimezone(visit.zone)
    act = None
    if kind == "in" and spaces.is_open_for(reservation, line.space, now=visit.now):
        act = {
            "path": f"/desk/reservations/{id_text(reservation.id)}/check-in",
            "text": visit.say(N_("Einchecken")),
        }
    if line.status is Status.CHECKED_IN:
        act = {
            "path": f"/desk/reservations/{id_text(reservation.id)}/check-out",
            "text": visit.say(N_("Auschecken")),
        }
    return {
        "time": f"{local:%H:%M}",
        "name": name,
        "flat": flat,
        "place": place_of(visit, line.space),
        "state": STATES[line.status],
        "state_text": state_text(visit, line),
        "href": f"/desk/reservations/{id_text(reservation.id)}",
        "note": "",
        "act": act,
    }


def _present(visit: Visit, line: Line, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    reservation = line.reservation
    until = i18n.moment_words(
        visit.prefs.lang, reservation.period.ends_at, visit.zone, now=visit.now
    )
    return {
        "place": place_of(visit, line.space),
        "name": names[reservation.id][0],
        "until": visit.say(N_("bis {until}"), until=until),
        "href": f"/desk/reservations/{id_text(reservation.id)}",
    }


def _task(visit: Visit, line: Line, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    reservation = line.reservation
    return {
        "title": f"{line.space.name.in_language(visit.prefs.lang)}: {names[reservation.id][0]}",
        "text": i18n.span_words(
            visit.prefs.lang, reservation.period.starts_at, reservation.period.ends_at, visit.zone
        ),
        "href": f"/desk/reservations/{id_text(reservation.id)}",
        **_answer_owed(visit, line),
    }


def _silent_task(visit: Visit, silent: Silent) -> dict[str, Any]:
    return {
        "title": visit.say(N_("Türanzeige {place}"), place=silent.place),
        "text": visit.say(
            N_("Meldet sich nicht seit: {seen}. Strom und WLAN prüfen, Seite neu laden."),
            seen=moment(visit, silent.seen),
        ),
        "href": "/desk/displays",
        "state": "waiting",
        "state_text": visit.say(N_("schweigt")),
    }


def _answer_owed(visit: Visit, line: Line) -> dict[str, str]:
    """How a request stands; who was never answered in time is to be told so."""
    if line.status is Status.EXPIRED:
        return {"state": "displaced", "state_text": visit.say(NEVER_ANSWERED)}
    if line.space.home_site != visit.house.site_id:
        return {"state": "requested", "state_text": visit.say(ANSWERED_ELSEWHERE)}
    return {"state": "requested", "state_text": state_text(visit, line)}


ANSWERED_ELSEWHERE = N_("bestätigt von selbst die Box dieses Ortes, sobald sie erreichbar ist")
NEVER_ANSWERED = N_("nie beantwortet, bitte Bescheid geben")


def _erasure_task(visit: Visit, erasure: people.Erasure, name: str) -> dict[str, Any]:
    due = moment(visit, erasure.due_at) if erasure.due_at else ""
    return {
        "title": visit.say(N_("Löschung: {name}"), name=name),
        "text": visit.say(N_("Gelöscht wird: {day}"), day=due),
        "href": "/desk/erasures",
        "state": "requested",
        "state_text": visit.say(N_("verlangt")),
    }


ROUTES = (today,)
