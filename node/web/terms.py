"""What giving a reservation up costs, by when, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from node import spaces
from node.base.refusals import N_
from node.spaces import Line
from node.spaces.pricing import CancelStep
from node.web import i18n
from node.web.showing import money
from node.web.visit import Visit


def cancellation_words(
    visit: Visit, line: Line, *, say_when: Callable[[Visit, datetime], str]
) -> str:
    """What giving it up costs, by when: "kostenlos bis morgen, 15 Uhr; danach 36,00 €"."""
    reservation = line.reservation
    starts_at = reservation.period.starts_at
    steps = spaces.cancellation_steps(reservation.terms, reservation.bill, starts_at)
    return steps_words(visit, steps, say_when=say_when)


def steps_words(
    visit: Visit, steps: Sequence[CancelStep], *, say_when: Callable[[Visit, datetime], str]
) -> str:
    """The same of any steps, of which there is one at least."""
    ahead = [step for step in steps if step.until >= visit.now] or steps[-1:]
    parts = [
        visit.say(
            N_("{fee} bis {until}"),
            fee=money(visit, step.fee_cents),
            until=say_when(visit, step.until),
        )
        for step in ahead[:-1]
    ]
    last = money(visit, ahead[-1].fee_cents)
    parts.append(visit.say(N_("danach {fee}"), fee=last) if parts else last)
    return i18n.clauses(visit.prefs.lang, parts)
