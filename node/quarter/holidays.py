"""Legal holidays by land, computed without a network; local customs are the operator's closures."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def lands() -> tuple[str, ...]:
    """The lands of Germany as ISO 3166-2 writes them: BW, BY, ... NW, ..."""
    return tuple(sorted(_of("DE").subdivisions))


@lru_cache(maxsize=64)
def holidays_of(country: str, land: str, year: int) -> dict[date, str]:
    """The legal holidays of a year with their German names; empty for an unknown country."""
    try:
        found = _of(
            country, subdiv=land or None, years=year, language="de" if country == "DE" else None
        )
    except NotImplementedError:
        return {}
    return dict(found.items())


def _of(country: str, **wanted: Any) -> Any:
    from holidays import country_holidays  # noqa: PLC0415 - 4 MB that few pages ask for

    return country_holidays(country, **wanted)
