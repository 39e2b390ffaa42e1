"""The rules of reserving, in one place, for every write path and for search alike. Pure.

`check_reservable` answers None or the first reason why not, in words and with what would help. The
order is that of usefulness: what can never work first, what is taken last.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.actors import Actor, Role
from node.base.periods import Period, to_epoch
from node.base.refusals import N_, Refusal
from node.quarter.files import Approval, Audience, SpaceRow
from node.quarter.model import RuleSource
from node.spaces.circumstances import Circumstances
from node.spaces.model import Space, Wish
from node.spaces.opening import days_after, is_open, nights_between, spans_on
from node.spaces.refusals import NOT_FOR_OUTSIDE, NOT_THINKABLE, ONLY_WITH_CONTRACT, TAKEN
from node.spaces.standing import buffered_seconds
from node.spaces.stay_rules import check_stay
from node.spaces.terms import Terms


def audience_of(actor: Actor) -> Audience:
    """For whom prices and horizons hold: the household's contract, or being from outside."""
    if Role.OUTSIDE_NEIGHBOUR in actor.roles:
        return Audience.OUTSIDE
    return Audience.CONTRACT if actor.has_contract else Audience.NO_CONTRACT


def check_reservable(space: Space, wish: Wish, world: Circumstances) -> Refusal | None:
    """None if the wish can be had; else why not and what would help."""
    row = space.row
    start = wish.period.starts_at.astimezone(world.zone)
    return (
        _check_space(space)
        or _check_people(row, wish)
        or _check_purpose(row, wish)
        or _check_time(row, wish, world)
        or _check_horizon(row, start.date(), world)
        or (check_stay(row.stay, wish, world) if row.stay else _check_room(row, wish, start, world))
        or _check_closures(wish, world)
        or _check_lead(row, wish, world)
        or _check_quota(row, wish, world)
        or _check_free(space, wish, world)
    )


def check_place(space: Space, wish: Wish, world: Circumstances) -> Refusal | None:
    """Only what nobody can wave aside: that the place is there, big enough, open and free."""
    checks = (
        _check_space(space),
        _check_people(space.row, wish),
        _check_closures(wish, world),
        _check_free(space, wish, world),
    )
    return next((refusal for refusal in checks if refusal is not None), None)


def check_thinkable(period: Period) -> Refusal | None:
    """None for a time that anybody could mean: beyond these, calendars and clocks are not asked."""
    is_near = THINKABLE.contains(period) and period.length <= LONGEST
    return None if is_near else NOT_THINKABLE


THINKABLE = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
LONGEST = timedelta(days=366)


def _check_space(space: Space) -> Refusal | None:
    if space.ended:
        return Refusal(
            "spaces.ended",
            N_("Dieser Raum wird nicht mehr vergeben."),
            N_("Bitte wählen Sie einen anderen."),
        )
    return None


def _check_people(row: SpaceRow, wish: Wish) -> Refusal | None:
    most = max(row.seats, row.standing)
    if wish.people < 1 or (wish.ages and not all(0 <= age < 18 for age in wish.ages)):
        return Refusal(
            "spaces.no_people",
            N_("Es muss mindestens eine Person kommen, und Kinder sind 0 bis 17 Jahre alt."),
            N_("Bitte prüfen Sie die Zahlen."),
            status=422,
            field="people",
        )
    if len(wish.ages) >= wish.people:
        return Refusal(
            "spaces.no_adult",
            N_("Mindestens eine erwachsene Person muss dabei sein."),
            N_("Bitte prüfen Sie die Zahlen."),
            status=422,
            field="people",
        )
    if most and wish.people > most:
        return Refusal(
            "spaces.too_many_people",
            N_("Hier ist Platz für höchstens {most} Personen."),
            N_("Bitte wählen Sie etwas Größeres."),
            values={"most": most},
            field="people",
        )
    return None


def _check_purpose(row: SpaceRow, wish: Wish) -> Refusal | None:
    if row.purposes and wish.purpose not in row.purposes:
        return Refusal(
            "spaces.purpose",
            N_("Für diesen Zweck wird der Raum nicht vergeben."),
            N_("Bitte wählen Sie einen anderen Zweck oder Raum."),
            status=422,
            field="purpose",
        )
    return None


def _check_time(row: SpaceRow, wish: Wish, world: Circumstances) -> Refusal | None:
    period, now = wish.period, world.now
    if period.ends_at <= now or (
        period.starts_at < now
        and period.starts_at < now - timedelta(minutes=row.step_minutes)
        and row.stay is None
    ):
        return Refusal(
            "spaces.past",
            N_("Dieser Zeitpunkt ist schon vorbei."),
            N_("Bitte wählen Sie eine spätere Zeit."),
            status=422,
            field="day",
        )
    return None


def _check_horizon(row: SpaceRow, day: date, world: Circumstances) -> Refusal | None:
    days = row.horizon_days.get(world.audience)
    if days is None:
        return NOT_FOR_OUTSIDE if world.audience is Audience.OUTSIDE else ONLY_WITH_CONTRACT
    if (day - world.now.astimezone(world.zone).date()).days > days:
        return Refusal(
            "spaces.too_far_ahead",
            N_(
                "So weit im Voraus kann noch nicht gebucht werden: höchstens {days} Tage, "
                "also bis {last}."
            ),
            N_("Diesen Tag können Sie ab {opens} buchen."),
            values={
                "days": days,
                "last": world.now.astimezone(world.zone).date() + timedelta(days=days),
                "opens": day - timedelta(days=days),
            },
            field="day",
        )
    return None


def _check_room(row: SpaceRow, wish: Wish, start: datetime, world: Circumstances) -> Refusal | None:
    minutes = wish.period.minutes
    step = row.step_minutes
    if (start.hour * 60 + start.minute) % step or start.second or minutes % step:
        return Refusal(
            "spaces.step",
            N_("Gebucht wird in Schritten von {step} Minuten."),
            N_("Bitte wählen Sie eine andere Anfangs- oder Endzeit."),
            status=422,
            values={"step": step},
            field="starts",
        )
    if minutes < row.minutes_min:
        return Refusal(
            "spaces.too_short",
            N_("Hier wird für mindestens {hours} Std. gebucht."),
            N_("Bitte wählen Sie eine spätere Endzeit."),
            values={"hours": _hours(row.minutes_min)},
            field="ends",
        )
    if minutes > row.minutes_max:
        return Refusal(
            "spaces.too_long",
            N_("Hier wird für höchstens {hours} Std. gebucht."),
            N_("Bitte wählen Sie eine kürzere Zeit."),
            values={"hours": _hours(row.minutes_max)},
            field="ends",
        )
    if not is_open(row, wish.period, start.date(), world.zone, holidays=world.holidays):
        return _closed_then(row, start.date(), world)
    return None


def _closed_then(row: SpaceRow, day: date, world: Circumstances) -> Refusal:
    spans = spans_on(row, day, world.holidays)
    if not spans and day in world.holidays:
        return Refusal(
            "spaces.closed_holiday",
            N_("An gesetzlichen Feiertagen ist hier geschlossen."),
            N_("Bitte wählen Sie einen anderen Tag."),
            field="day",
        )
    if not spans:
        return Refusal(
            "spaces.closed_day",
            N_("An diesem Wochentag ist geschlossen."),
            N_("Bitte wählen Sie einen anderen Tag."),
            field="day",
        )
    return Refusal(
        "spaces.closed_then",
        N_("An diesem Tag ist nur von {hours} geöffnet."),
        N_("Bitte wählen Sie eine Zeit, die ganz darin liegt."),
        values={"hours": spans},
        field="starts",
    )


def _check_closures(wish: Wish, world: Circumstances) -> Refusal | None:
    for closure in world.closures:
        if closure.period.overlaps(wish.period):
            return Refusal(
                "spaces.closure",
                N_("Dann ist geschlossen: {reason}."),
                N_("Bitte wählen Sie eine andere Zeit."),
                values={"reason": closure.reason},
            )
    return None


def _check_lead(row: SpaceRow, wish: Wish, world: Circumstances) -> Refusal | None:
    if world.by_staff or not (row.lead_minutes or row.lead_desk_minutes):
        return None
    earliest = earliest_start(row, world)
    if wish.period.starts_at < earliest:
        return Refusal(
            "spaces.lead",
            N_("So kurzfristig geht es nicht: frühestens ab {earliest}."),
            N_("Der Service-Point kann es trotzdem möglich machen, wenn jemand da ist."),
            values={"earliest": earliest},
            field="starts",
        )
    return None


def earliest_start(row: SpaceRow, world: Circumstances) -> datetime:
    """The first instant for which the place can still be asked for."""
    earliest = world.now + timedelta(minutes=row.lead_minutes)
    return earliest if world.desk_ready_at is None else max(earliest, world.desk_ready_at)


def _check_quota(row: SpaceRow, wish: Wish, world: Circumstances) -> Refusal | None:
    if world.by_staff:
        # The desk books courses and groups, and whoever has a reason: it sees what a household has.
        return None
    limit = row.limit_for(world.audience)
    if limit.open_max and world.open_reservations >= limit.open_max:
        return Refusal(
            "spaces.too_many_open",
            N_("Ihr Haushalt hat schon {count} offene Buchungen; mehr sind nicht möglich."),
            N_("Sagen Sie eine davon ab, dann geht es."),
            values={"count": world.open_reservations},
        )
    if row.stay is not None:
        return None
    if limit.week_minutes and _minutes_of_week(wish, world) > limit.week_minutes:
        return Refusal(
            "spaces.quota",
            N_("Jeder Haushalt kann diesen Raum höchstens {hours} Std. in der Woche buchen."),
            N_("Bitte wählen Sie eine andere Woche oder eine kürzere Zeit."),
            values={"hours": _hours(limit.week_minutes)},
        )
    return _check_gap_days(limit.gap_days, wish, world)


def _check_gap_days(days: int, wish: Wish, world: Circumstances) -> Refusal | None:
    zone = world.zone
    near = [each for each in world.own_periods if _days_apart(each, wish.period, zone) < days]
    if not near:
        return None
    return Refusal(
        "spaces.gap_days",
        N_(
            "Zwischen zwei Buchungen dieses Raums durch einen Haushalt liegen mindestens "
            "{days} Tage."
        ),
        N_(
            "Nach Ihrer anderen Buchung geht es ab {day} wieder, oder fragen Sie den Service-Point."
        ),
        values={"days": days, "day": max(days_after(each, days, zone) for each in near)},
        field="day",
    )


def _days_apart(one: Period, other: Period, zone: ZoneInfo) -> int:
    """The days from one time's to the other's, whichever is earlier; 0 on the same day."""
    return max(
        nights_between(one.ends_at, other.starts_at, zone),
        nights_between(other.ends_at, one.starts_at, zone),
        0,
    )


def _minutes_of_week(wish: Wish, world: Circumstances) -> int:
    """What the household would have here in the week of the wish, the wish included."""
    week = _week_of(wish.period, world.zone)
    own = (other for other in world.own_periods if _week_of(other, world.zone) == week)
    return wish.period.minutes + sum(period.minutes for period in own)


def _week_of(period: Period, zone: ZoneInfo) -> tuple[int, int]:
    year, week, _ = period.starts_at.astimezone(zone).isocalendar()
    return year, week


def _check_free(space: Space, wish: Wish, world: Circumstances) -> Refusal | None:
    if not world.busy:
        return None
    starts, ends = buffered_seconds(space.terms, wish.period)
    if not any(begin < ends and starts < end for begin, end in world.busy):
        return None
    return _too_close(space.terms, wish.period, world.busy) or TAKEN


def _too_close(terms: Terms, period: Period, busy: Iterable[tuple[int, int]]) -> Refusal | None:
    """The no to a time that nobody has, but in which it is prepared or cleaned; None where somebody
    is there. `busy` has the buffers that were agreed, of which these rules know their own only."""
    starts, ends = to_epoch(period.starts_at), to_epoch(period.ends_at)
    before, after = 60 * terms.before_minutes, 60 * terms.after_minutes
    if any(begin + before < ends and starts < end - after for begin, end in busy):
        return None
    return Refusal(
        TAKEN.code,
        N_(
            "Zu nah an einer anderen Buchung: Dazwischen bleiben hier {minutes} Minuten frei, "
            "zum Reinigen und Vorbereiten."
        ),
        TAKEN.remedy,
        values={"minutes": terms.before_minutes + terms.after_minutes},
    )


def needs_approval(
    row: SpaceRow, period: Period, zone: ZoneInfo, *, is_qualified: bool = False
) -> Refusal | None:
    """Why the desk must agree before it holds, and what would help; None where it need not."""
    if row.approval is Approval.ALWAYS:
        return ALWAYS_ASKS
    if row.qualification and not is_qualified:
        return Refusal(
            "spaces.asks_qualification",
            N_("Der Service-Point muss zustimmen: Hier wird vorausgesetzt: {what}."),
            N_("Ist das beim Service-Point vermerkt, buchen Sie ohne Zustimmung."),
            values={"what": row.qualification},
        )
    if row.approval is Approval.AFTER_QUIET and _is_past_quiet(row, period, zone):
        is_law = row.quiet_source is RuleSource.LAW
        return Refusal(
            "spaces.asks_quiet",
            N_("Der Service-Point muss zustimmen: Ende nach {quiet} Uhr (Gesetz: Nachtruhe).")
            if is_law
            else N_("Der Service-Point muss zustimmen: Ende nach {quiet} Uhr (Hausregel)."),
            N_("Bis dahin buchen Sie ohne Zustimmung."),
            values={"quiet": row.quiet_from},
        )
    return None


def _is_past_quiet(row: SpaceRow, period: Period, zone: ZoneInfo) -> bool:
    if row.quiet_from is None:
        return False
    end = period.ends_at.astimezone(zone)
    start = period.starts_at.astimezone(zone)
    return end.date() > start.date() or end.time() > row.quiet_from


ALWAYS_ASKS = Refusal(
    "spaces.asks_always",
    N_("Hier muss der Service-Point jeder Buchung zustimmen."),
    N_("Sie bekommen Bescheid, sobald er geantwortet hat."),
)


def _hours(minutes: int) -> float:
    return minutes / 60
