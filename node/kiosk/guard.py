"""Which browsers are a lobby screen: the kiosk's pages are for nobody else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KioskRules:
    """The addresses of lobby screens, and where a phone finds the portal."""

    addresses: frozenset[str]
    portal_address: str
