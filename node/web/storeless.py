"""A `House` for pages that have no store behind them: a first start, and central's own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

from node.base.clock import SystemClock
from node.store import Store
from node.web.templating import Templates
from node.web.visit import House

ZONE = "Europe/Berlin"


class NoStore:
    """Stands where a node has its store: a page that reaches for one is wrong here."""

    def __getattr__(self, name: str) -> Any:
        raise TypeError(f"there is no store behind this page ({name})")


class NoSigner:
    """Nobody holds a key here."""

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Never asked for."""
        raise TypeError(f"nothing to sign with: {purpose}, {len(message)} bytes")


def storeless_house(name: str, services: Mapping[type, Any]) -> House:
    """What such pages get to hold."""
    return House(
        store=cast(Store, NoStore()),
        clock=SystemClock(),
        templates=Templates(ZoneInfo(ZONE)),
        secret=secrets.token_bytes(32),
        quarter_name=name,
        demo=False,
        signer=NoSigner(),
        home_keys=list[bytes],
        services=services,
    )
