"""Legal holidays by land, computed without a network; local customs are the operator's closures."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays as calendars

LANDS = tuple(sorted(calendars.country_holidays("DE").subdivisions))
"""The lands of Germany as ISO 3166-2 writes them: BW, BY, ... NW, ..."""


@lru_cache(maxsize=64)
def holidays_of(country: str, land: str, year: int) -> dict[date, str]:
    """The legal holidays of a year with their German names; empty for an unknown country."""
    try:
        found = calendars.country_holidays(
            country, subdiv=land or None, years=year, language="de" if country == "DE" else None
        )
    except NotImplementedError:
        return {}
    return dict(found.items())
