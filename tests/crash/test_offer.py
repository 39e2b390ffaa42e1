"""The plug is pulled while a time is given up and offered: the waiting list stays fair."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.spaces import (
    Entry,
    EntryStatus,
    Reservation,
    Wish,
    cancel,
    find_entry,
    find_reservation,
    join,
    offer_free,
    reserve,
)
from node.spaces.importing import import_spaces
from node.spaces.projections import select_clashes
from node.store import Core
from node.store.doctor import examine
from tests.crash.dying import Dying
from tests.crash.quarter import Hall, write_files
from tests.crash.test_power_cut import NOW
from tests.spaces.test_no_overlap import crowd, move_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 25
LINE = 4


@pytest.fixture
def files(tmp_path: Path) -> QuarterFiles:
    found = read_quarter(write_files(tmp_path / "files", (Hall("saal"),), households=8))
    assert isinstance(found, QuarterFiles), found
    return found


def open_at(path: Path) -> Core:
    return Core.open(path, REGISTRY, clock=FrozenClock(NOW))


def with_a_line(path: Path, files: QuarterFiles) -> tuple[Actor, Reservation, list[Entry]]:
    """A hall that is taken, and who waits for that time, in the order in which they came."""
    core = open_at(path)
    try:
        import_quarter(core, files, now=NOW)
        import_spaces(core, files, signer=core.identity, now=NOW)
        owner, *others = people = crowd(LINE + 1)
        core.write(lambda w: move_in(w, people))
        space = files.id_of("space", "saal")
        start = NOW + timedelta(days=6)
        wish = Wish(
            space_id=space, period=Period(start, start + timedelta(hours=2)), purpose="private"
        )
        made = core.write(lambda w: reserve(w, owner, wish, now=NOW, signer=core.identity))
        assert isinstance(made, Reservation), made
        entries = []
        for number, who in enumerate(others):
            at = NOW + timedelta(minutes=number)
            entry = core.write(lambda w, who=who, at=at: join(w, who, wish, now=at))
            assert isinstance(entry, Entry), entry
            entries.append(entry)
        return owner, made, entries
    finally:
        core.close()


LATER = NOW + timedelta(hours=1)


def is_fair(data: Path, made: Reservation, entries: list[Entry]) -> None:
    """Nobody is before the first, and nobody has anything before the time was given up."""
    core = open_at(data / "quarter.db")
    try:
        assert examine(core, None) == []
        assert core.read(lambda r: select_clashes(r, as_of=LATER)) == []
        found = core.read(lambda r: find_reservation(r, made.id))
        assert found is not None
        given_up = found.cancellation is not None
        counts = [len(each.offers) for each in folded(core, entries)]
        assert counts in ([0] * LINE, [1] + [0] * (LINE - 1)), counts
        assert given_up or counts == [0] * LINE
    finally:
        core.close()


def folded(core: Core, entries: list[Entry]) -> list[Entry]:
    """The entries with what became of them."""
    found = [core.read(lambda r, e=each: find_entry(r, e.id)) for each in entries]
    assert all(found)
    return found


def is_the_firsts(data: Path, entries: list[Entry]) -> None:
    """Offered neither never nor twice; missed, it is the next one's."""
    core = open_at(data / "quarter.db")
    try:
        first, *rest = folded(core, entries)
        assert first.status_at(LATER) is EntryStatus.OFFERED
        assert len(first.offers) == 1
        assert {each.status_at(LATER) for each in rest} == {EntryStatus.WAITING}
        until = first.offers[0].decision.hold_until
        core.write(lambda w: offer_free(w, now=until, signer=core.identity))
        first, second, *_ = folded(core, entries)
        assert first.status_at(until) is EntryStatus.MISSED
        assert second.status_at(until) is EntryStatus.OFFERED
    finally:
        core.close()


def test_a_time_given_up_is_offered_once_to_the_first_whenever_the_plug_is_pulled(
    tmp_path: Path, files: QuarterFiles
) -> None:
    template = tmp_path / "template"
    template.mkdir()
    owner, made, entries = with_a_line(template / "quarter.db", files)
    dying = Dying(tmp_path / "said.log", random.SystemRandom().randrange(10**6))

    def work(data: Path) -> int:
        core = open_at(data / "quarter.db")
        core.write(lambda w: cancel(w, owner, made.id, now=LATER))
        core.write(lambda w: offer_free(w, now=LATER, signer=core.identity))
        core.write(lambda w: offer_free(w, now=LATER, signer=core.identity))
        core.close()
        return 0

    whole = tmp_path / "whole"
    shutil.copytree(template, whole)
    dying.measure(lambda: work(whole))
    number = 0
    while dying.kills < KILLS:
        number += 1
        data = tmp_path / f"cut-{number}"
        shutil.copytree(template, data)
        dying.until_done(
            lambda data=data: work(data), lambda data=data: is_fair(data, made, entries)
        )
        is_the_firsts(data, entries)
