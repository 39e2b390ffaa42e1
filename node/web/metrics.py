"""How the node is, for an operator's Prometheus: as the health page tells it, in numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get

from node.base.refusals import RefusedError
from node.store.record import Record
from node.sync import Sync, metrics_text
from node.web.forms import NOT_FOUND
from node.web.straight import comes_straight_from
from node.web.visit import Visit

TEXT_FORMAT = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True)
class Measured:
    """Which quarters are measured here, and which addresses (or networks) may read that; of those
    that begin anew just now there is only their public mark.
    """

    syncs: Callable[[], Sequence[Sync]]
    addresses: frozenset[str]
    absent: Callable[[], Sequence[str]] = tuple
    kept: Callable[[], Mapping[str, Record]] = dict


@get("/metrics", include_in_schema=False)
async def metrics(visit: Visit) -> Response[str]:
    """Numbers about boxes, lines and the disk, none about people; only for the addresses told."""
    measured = visit.house.service(Measured)
    if not comes_straight_from(visit.request, measured.addresses):
        raise RefusedError(NOT_FOUND)
    found = [await sync.health() for sync in measured.syncs()]
    kept = await asyncio.to_thread(measured.kept)
    return Response(
        metrics_text(*found, absent=measured.absent(), kept=kept),
        media_type=TEXT_FORMAT,
        headers={"cache-control": "no-store"},
    )
