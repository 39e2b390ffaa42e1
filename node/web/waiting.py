"""How a place on the waiting list looks on every face."""

from __future__ import annotations

from dataclasses import dataclass

from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces import EntryStatus, InLine
from node.web.showing import Place, moment, people_words, place_of, when_of
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as lists draw it; `offer` is the reservation that can be had, `until` when."""

    id: str
    title: str
    when: str
    text: str
    place: Place
    state: str
    state_text: str
    offer: str
    until: str


LOOKS = {
    EntryStatus.WAITING: "requested",
    EntryStatus.OFFERED: "held",
    EntryStatus.ACCEPTED: "confirmed",
    EntryStatus.DECLINED: "cancelled",
    EntryStatus.MISSED: "over",
    EntryStatus.LEFT: "cancelled",
    EntryStatus.OVER: "over",
}
"""Which of the states that every face draws the same way an entry looks like."""

STANDS = {
    EntryStatus.ACCEPTED: N_("angenommen"),
    EntryStatus.DECLINED: N_("nicht angenommen"),
    EntryStatus.MISSED: N_("nicht rechtzeitig angenommen"),
    EntryStatus.LEFT: N_("nicht mehr gewünscht"),
    EntryStatus.OVER: N_("nicht frei geworden"),
}


def entry_of(visit: Visit, each: InLine) -> ShownEntry:
    """An entry of the waiting list for a page."""
    asked, until = each.entry.request, each.hold_until
    offer = each.entry.offer
    return ShownEntry(
        id=id_text(each.entry.id),
        title=visit.local(each.space.name),
        when=when_of(visit, each.space, asked.period),
        text=people_words(visit, asked.details.people),
        place=place_of(visit, each.space),
        state=LOOKS[each.status],
        state_text=_stands(visit, each),
        offer=id_text(offer.id) if offer is not None and until is not None else "",
        until=moment(visit, until) if until is not None else "",
    )


def _stands(visit: Visit, each: InLine) -> str:
    if each.status is EntryStatus.WAITING:
        return place_in_line(visit, each)
    if each.hold_until is not None:
        return visit.say(
            N_("frei geworden: bis {until} annehmen"), until=moment(visit, each.hold_until)
        )
    return visit.say(STANDS[each.status]) if each.status in STANDS else ""


def place_in_line(visit: Visit, each: InLine) -> str:
    """How many come before, in words."""
    if not each.ahead:
        return visit.say(N_("wartet: als Nächstes an der Reihe"))
    return visit.say(N_("wartet: Platz {number} in der Reihe"), number=each.ahead + 1)
