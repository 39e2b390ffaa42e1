"""Judging anew what stopped a box's changes, on the command line: the node stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from node.app import prepare
from node.base.clock import SystemClock
from node.base.ids import id_text
from node.base.refusals import granted
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core, quarantine
from node.sync import Stopped, health_on_file, roster_of


def stopped(settings: Settings, name: str, scope: str | None) -> list[Stopped]:
    """What is stopped here of a box, by its name or mark; of all where none is named."""
    with _opened(settings) as core:
        health = health_on_file(core, line=None)
    found = health.stopped if health is not None else ()
    return [
        each
        for each in found
        if name in {"", each.name, id_text(each.site_id)} and scope in {None, each.scope}
    ]


def put_aside(settings: Settings, which: Stopped, *, reason: str, by: str) -> None:
    """Let a box's changes go on without the one that broke a law; raises `RefusedError`."""
    with _opened(settings) as core:
        chain = which.site_id, which.scope
        granted(quarantine.set_aside(core, chain, reason=reason, by=by))


def try_again(settings: Settings, which: Stopped) -> str:
    """Judge it once more: the reason that stops it still, "" where it is taken now."""
    chain = which.site_id, which.scope
    with _opened(settings) as core:
        granted(quarantine.try_again(core, chain, roster_of(core).members))
        left = (each for each in core.quarantined() if (each.site, each.scope) == chain)
        return next((each.reason for each in left), "")


@contextmanager
def _opened(settings: Settings) -> Iterator[Core]:
    clock = SystemClock()
    core = Core.open(settings.database, REGISTRY, clock=clock)
    try:
        prepare(core, clock)
        yield core
    finally:
        core.close()
