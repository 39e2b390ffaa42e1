"""How people are greeted: by the hour of the quarter's day, which ends when most are asleep."""

from __future__ import annotations

from node.base.refusals import N_
from node.web.visit import Visit

TURNS = (4, 11, 18)
"""The hours at which morning, day and evening begin; the evening lasts over midnight."""


def greeting(visit: Visit, name: str = "") -> str:
    """ "Guten Morgen", "Guten Abend, Anna": no good morning at half past midnight."""
    morning, noon, evening = TURNS
    hour = visit.now.astimezone(visit.zone).hour
    if morning <= hour < noon:
        return visit.say(N_("Guten Morgen, {name}") if name else N_("Guten Morgen"), name=name)
    if noon <= hour < evening:
        return visit.say(N_("Guten Tag, {name}") if name else N_("Guten Tag"), name=name)
    return visit.say(N_("Guten Abend, {name}") if name else N_("Guten Abend"), name=name)
