"""The summary before the one button: a sentence, the bill, what it binds to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from node import quarter, spaces
from node.base.actors import Actor
from node.base.refusals import N_, RefusedError
from node.portal.spaces import purpose_name
from node.quarter.model import QuarterProfile
from node.spaces import Bill, Space, Wish
from node.store import Read
from node.web.forms import NOT_FOUND
from node.web.offering import NO_WITHDRAWAL, offer_value
from node.web.showing import (
    Place,
    bill_of,
    people_words,
    place_of,
    sentence_of,
    when_of,
)
from node.web.terms import giving_up_words, no_show_rules, not_due, notice_words
from node.web.visit import Visit


@dataclass(slots=True)
class ConfirmPage:
    """See `portal/confirm.html`."""

    action: str
    drop: str
    back: str
    offer: str
    steps: dict[str, int]
    place: Place
    sentence: str
    held: str | None
    held_seconds: int
    expired: str | None
    requested: str | None
    rows: list[dict[str, str]]
    lines: list[dict[str, str]]
    vat: list[dict[str, str]]
    total: dict[str, str]
    deposit_note: str
    rules: list[str]
    charged: bool
    by_night: bool
    hidden: list[dict[str, str]]
    purposes: list[dict[str, str]]
    use: str
    series_href: str
    together_href: str
    note: str = ""
    guests: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the summary shows: the wish with its place, price and words."""

    wish: Wish
    space: Space
    bill: Bill
    profile: QuarterProfile


def look_at(read: Read, actor: Actor, wish: Wish) -> Looked:
    """A wish with its place and price."""
    space = spaces.find_space(read, wish.space_id)
    if space is None:
        raise RefusedError(NOT_FOUND)
    space = space.at(wish.period.starts_at)
    bill = spaces.bill_for(read, space, wish, spaces.audience_of(actor))
    return Looked(wish, space, bill or Bill(), quarter.get_profile(read))


def summary_of(visit: Visit, looked: Looked, *, action: str) -> ConfirmPage:
    """The page of a wish, posting to `action`; what holds it or decides about it comes on top."""
    wish, space = looked.wish, looked.space
    shown = bill_of(visit, looked.bill)
    return ConfirmPage(
        action=action,
        drop="",
        back=find_again(visit, looked),
        offer=offer_value(space.id, wish.period),
        steps={"now": 2, "all": 2},
        place=place_of(visit, space),
        sentence=sentence_of(visit, space, wish.period, looked.bill),
        held=None,
        held_seconds=0,
        expired=None,
        requested=None,
        rows=_rows(visit, looked),
        lines=shown.lines,
        vat=shown.vat,
        total=shown.total,
        deposit_note=shown.note,
        rules=_rules(visit, looked, charged=shown.charged),
        charged=shown.charged,
        by_night=space.is_by_night,
        hidden=[
            {"name": "people", "value": str(wish.people)},
            {"name": "ages", "value": " ".join(str(age) for age in wish.ages)},
        ],
        purposes=[
            {"value": key, "text": purpose_name(visit, looked.profile, key)}
            for key in space.row.purposes
        ],
        use=wish.purpose,
        series_href=_more_href("/series", wish) if space.is_room else "",
        together_href=_more_href("/together", wish) if space.is_room else "",
    )


def _more_href(path: str, wish: Wish) -> str:
    """Where the same time is booked again and again, or more for the same time."""
    given = {
        "offer": offer_value(wish.space_id, wish.period),
        "people": str(wish.people),
        "use": wish.purpose,
    }
    return f"{path}?{urlencode(given)}"


def find_again(visit: Visit, looked: Looked) -> str:
    """The search that the summary came from."""
    wish = looked.wish
    first, last = (at.astimezone(visit.zone) for at in (wish.period.starts_at, wish.period.ends_at))
    given = {"kind": str(looked.space.kind), "day": first.date().isoformat()}
    if looked.space.is_by_night:
        given["until"] = last.date().isoformat()
    else:
        given |= {"starts": f"{first:%H:%M}", "ends": f"{last:%H:%M}"}
    given["people"] = str(wish.people)
    if wish.ages:
        given["ages"] = ", ".join(str(age) for age in wish.ages)
    return f"/find?{urlencode(given)}"


def _rows(visit: Visit, looked: Looked) -> list[dict[str, str]]:
    wish = looked.wish
    back = find_again(visit, looked)
    children = _children(visit, len(wish.ages))
    starts_at = wish.period.starts_at
    cancel = giving_up_words(visit, looked.space.terms, looked.bill, starts_at)
    when = when_of(visit, looked.space, wish.period)
    who = people_words(visit, wish.people) + children
    change = visit.say(N_("ändern"))
    return [
        {"label": visit.say(N_("Wann")), "value": when, "href": back, "change": change},
        {"label": visit.say(N_("Wer")), "value": who, "href": back, "change": change},
        {"label": visit.say(N_("Kosten der Absage")), "value": cancel, "href": "", "change": ""},
    ]


def _children(visit: Visit, count: int) -> str:
    if count == 1:
        return visit.say(N_(", davon 1 Kind"))
    return visit.say(N_(", davon {children} Kinder"), children=count) if count else ""


def _rules(visit: Visit, looked: Looked, *, charged: bool) -> list[str]:
    """What binds, a sentence each: the tiers of cancelling, coming late, the house's own."""
    row = looked.space.row
    rules = []
    if charged:
        rules += [
            visit.say(
                N_("Weniger als {notice} vorher kostet Absagen {percent} % des Preises."), **tier
            )
            for tier in _costly_tiers(visit, looked.space)
        ]
        rules += not_due(visit, looked.bill) if rules else []
    rules += no_show_rules(visit, looked.space.terms, looked.bill)
    if row.rules_text:
        rules.append(visit.local(row.rules_text))
    if charged:
        rules.append(visit.say(NO_WITHDRAWAL))
    return rules


def _costly_tiers(visit: Visit, space: Space) -> list[dict[str, Any]]:
    """Within how much notice cancelling costs what; beyond the last tier everything stays due."""
    tiers = sorted(space.row.cancellation, key=lambda tier: -tier.notice_hours)
    percents = [*(tier.percent for tier in tiers[1:]), 100]
    return [
        {"notice": notice_words(visit, tier.notice_hours), "percent": percent}
        for tier, percent in zip(tiers, percents, strict=True)
        if tier.notice_hours
    ]
