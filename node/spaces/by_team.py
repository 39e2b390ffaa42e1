"""What others did to somebody's reservation, as values: what it was, what it is now. Pure.

An *act* follows from facts that are there anyway: a decision of the team's, a cancellation by it,
something it took back. What people did themselves afterwards shows that they know of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from node.base.ids import derived_id
from node.base.money import Cents
from node.base.periods import Period, to_epoch
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    PassageFact,
    Reservation,
    Space,
    Verdict,
)
from node.spaces.undone import Undone, UndoneFact


class ActKind(StrEnum):
    """What was done to a reservation that is somebody else's."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    TAKEN_BACK = "taken_back"
    """Its place had to be shut, or two had the same time."""
    APPROVED = "approved"
    """A request that waited for the desk."""
    DECLINED = "declined"
    UNDONE = "undone"
    """A check-in, a check-out, a cancellation or a no that does not count."""


ANSWERS = frozenset({ActKind.APPROVED, ActKind.DECLINED})
"""What only who asked is told: guests of a stay never asked."""


@dataclass(frozen=True, slots=True)
class Known:
    """A reservation as somebody knew it: place, time, people, what it costs."""

    space_id: bytes
    period: Period
    people: int
    total_cents: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that was done, when; `before` is what was agreed until then."""

    id: bytes
    kind: ActKind
    at: datetime
    before: Known | None = None
    reason: str = ""
    """The code of the refusal that says why, of what was taken back."""
    undone: Undone | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """That an act was read, by whom; `told_by` of the team told them of it."""

    act_id: bytes
    person_id: bytes
    at: datetime
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is to be told of a reservation, all of it in one notice: the last thing that
    was done says what it is, the first what it was before."""

    reservation: Reservation
    space: Space
    acts: tuple[Act, ...]
    was_in: Space | None = None
    """The place that they know of, where it is another now."""
    words: str = ""
    """What the team wrote to it."""
    goes_on: tuple[Reservation, Space] | None = None
    """Where a stay goes on whose rest was moved."""

    @property
    def last(self) -> Act:
        """The act that the notice is named after."""
        return self.acts[-1]

    @property
    def before(self) -> Known | None:
        """What they know of it, where something about it was changed."""
        return next((act.before for act in self.acts if act.before is not None), None)

    @property
    def now(self) -> Known:
        """What is agreed now."""
        return as_known(self.reservation)


def as_known(reservation: Reservation) -> Known:
    """A reservation as its people know it when they look."""
    period, people = reservation.period, reservation.details.people
    return Known(reservation.space_id, period, people, reservation.bill.total_cents)


def acts_of(
    reservation_id: bytes,
    decisions: Iterable[DecisionFact],
    cancellation: CancellationFact | None,
    undone: Iterable[UndoneFact],
    check_in: PassageFact | None,
) -> list[Act]:
    """What others did to a reservation that its people need not know of, the earliest first."""
    ordered = sorted(decisions, key=lambda each: (each.term, each.number, each.id))
    acts = _changes(ordered)
    # What takes back two facts at once is one act.
    found = (_as_undone(reservation_id, fact) for fact in undone)
    acts += {act.id: act for act in found}.values()
    was_held = bool(ordered) and ordered[-1].verdict is Verdict.HELD
    if cancellation is not None and not was_held:
        if not cancellation.by_staff:
            return []
        sign = derived_id(reservation_id, "cancelled", to_epoch(cancellation.at))
        acts.append(Act(id=sign, kind=ActKind.CANCELLED, at=cancellation.at))
    # Whoever came knows where to and when.
    came = check_in.at if check_in is not None else None
    return sorted(
        (act for act in acts if came is None or act.at > came), key=lambda act: (act.at, act.id)
    )


def _changes(ordered: Sequence[DecisionFact]) -> list[Act]:
    """Answers of others, and changes that they made since its people last changed it themselves."""
    acts: list[Act] = []
    for one, other in pairwise([None, *ordered]):
        if other is None or other.by_team_at is None:
            acts.clear()
        elif other.verdict is Verdict.DECLINED:
            kind = ActKind.DECLINED
            acts.append(Act(id=other.id, kind=kind, at=other.by_team_at, reason=other.reason))
        elif other.verdict is Verdict.DISPLACED:
            kind = ActKind.TAKEN_BACK
            acts.append(Act(id=other.id, kind=kind, at=other.by_team_at, reason=other.reason))
        elif one is None or one.verdict is not Verdict.CONFIRMED:
            if other.verdict is Verdict.CONFIRMED:
                acts.append(Act(id=other.id, kind=ActKind.APPROVED, at=other.by_team_at))
        elif one.upon is not None:
            known = Known(
                one.upon.space_id,
                one.upon.period,
                one.upon.details.people,
                one.bill.total_cents,
            )
            acts.append(Act(id=other.id, kind=ActKind.CHANGED, at=other.by_team_at, before=known))
    return acts


def _as_undone(reservation_id: bytes, fact: UndoneFact) -> Act:
    return Act(
        id=derived_id(reservation_id, "undone", str(fact.what), fact.staff_id, to_epoch(fact.at)),
        kind=ActKind.UNDONE,
        at=fact.at,
        undone=fact.what,
    )


def unread(acts: Sequence[Act], seen: Iterable[Seen], *, by: frozenset[bytes]) -> list[Act]:
    """The acts that none of these people has read, nor was told of."""
    read = {each.act_id for each in seen if each.person_id in by}
    return [act for act in acts if act.id not in read]


def differs(acts: Sequence[Act], now: Known) -> bool:
    """Whether the acts come to anything: what was changed back again is as people know it."""
    if not acts:
        return False
    if any(act.kind is not ActKind.CHANGED for act in acts):
        return True
    return acts[0].before != now
