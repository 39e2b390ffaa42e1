"""What the team said of taxes, laid over what the operator's files say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import msgspec

from node.quarter import tables
from node.quarter.model import Levy, QuarterProfile, VatRate
from node.store import Read, decoded_cell


class TaxFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who of the team said when what holds from a day on: of a levy, or of value-added tax. Said
    again for the same day it holds instead; `withdrawn` takes it back."""

    at: datetime
    staff_id: str = ""
    levy: Levy | None = None
    vat: VatRate | None = None
    withdrawn: bool = False

    @property
    def key(self) -> tuple[str, str, date]:
        """What it is about: kind, code, and from which day."""
        said = self.levy or self.vat
        kind = "levy" if self.levy else "vat"
        return (kind, said.code, said.valid_from) if said else (kind, "", date.min)


def tax_facts(read: Read) -> list[TaxFact]:
    """What holds of what the team said, each day of each tax once; what cannot be read is left out:
    a newer release wrote it, or a faulty box."""
    found: dict[tuple[str, str, date], TaxFact] = {}
    for text in tables.select_tax_facts(read):
        fact = decoded_cell(text, TaxFact)
        if fact is not None:
            found[fact.key] = fact
    return [fact for fact in found.values() if not fact.withdrawn]


def with_taxes(profile: QuarterProfile, facts: Iterable[TaxFact]) -> QuarterProfile:
    """The profile with what the team said: for the same day it counts before the files."""
    said = list(facts)
    if not said:
        return profile
    keys = {fact.key for fact in said}
    levies = [each for each in profile.levies if ("levy", each.code, each.valid_from) not in keys]
    levies += [fact.levy for fact in said if fact.levy is not None]
    rates = [fact.vat for fact in said if fact.vat is not None]
    return replace(
        profile,
        levies=tuple(sorted(levies, key=lambda each: (each.code, each.valid_from))),
        vat_rates=tuple(sorted(rates, key=lambda each: (each.code, each.valid_from))),
    )
