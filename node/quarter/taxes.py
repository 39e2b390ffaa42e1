"""The team sets what levy and what value-added tax holds from a day on.

What was agreed before keeps its bill. A levy goes by the day of arrival, value-added tax by the day
on which the service is complete: of a stay that of departure (UStG s.27(1) with s.13(1); to be
checked with a tax adviser before a release that relies on it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import msgspec

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.quarter import tables
from node.quarter.closing import NOT_ALLOWED, SHUT_ELSEWHERE
from node.quarter.model import Levy, VatRate
from node.quarter.reads import get_profile
from node.quarter.tax_facts import TaxFact, tax_facts
from node.store import NodeRole, Write


def set_levy(write: Write, actor: Actor, wanted: Levy, *, now: datetime) -> Levy | Refusal:
    """From `valid_from` on arrivals owe this; the name stays that of the levy of this code."""
    known = next((each for each in get_profile(write).levies if each.code == wanted.code), None)
    if known is None:
        return NO_SUCH_TAX
    levy = replace(wanted, name=known.name)
    fact = TaxFact(at=kept_instant(now), staff_id=id_text(actor.person_id), levy=levy)
    return _said(write, actor, fact) or levy


def set_vat(write: Write, actor: Actor, wanted: VatRate, *, now: datetime) -> VatRate | Refusal:
    """What is complete from `valid_from` on carries this tax."""
    if wanted.code not in get_profile(write).vat_percent:
        return NO_SUCH_TAX
    fact = TaxFact(at=kept_instant(now), staff_id=id_text(actor.person_id), vat=wanted)
    return _said(write, actor, fact) or wanted


def withdraw(
    write: Write, actor: Actor, key: tuple[str, str, date], *, now: datetime
) -> Refusal | None:
    """Take back what the team said for a day: what held before holds on."""
    fact = next((each for each in tax_facts(write) if each.key == key), None)
    if fact is None:
        return NO_SUCH_TAX
    gone: Callable[..., TaxFact] = msgspec.structs.replace
    by = id_text(actor.person_id)
    return _said(write, actor, gone(fact, at=kept_instant(now), staff_id=by, withdrawn=True))


def _said(write: Write, actor: Actor, fact: TaxFact) -> Refusal | None:
    if not may(actor, Permission.MANAGE_SPACES):
        return NOT_ALLOWED
    if write.role is not NodeRole.HOME:
        return SHUT_ELSEWHERE
    values = {
        "number": len(tables.select_tax_facts(write)) + 1,
        "fact": msgspec.json.encode(fact).decode(),
    }
    tables.insert_row(write, tables.TAX_RATE, new_id(), values)
    return None


NO_SUCH_TAX = Refusal(
    "quarter.no_such_tax",
    N_("Diese Steuer gibt es hier nicht."),
    N_("Bitte wählen Sie aus der Liste."),
    status=404,
)
