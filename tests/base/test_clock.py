"""The machine's clock: behind what was seen, far ahead of it, and put right again."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.base import clock
from node.base.clock import BUILT_AT, SystemClock

SEEN = BUILT_AT + timedelta(days=40)


class Machine:
    """A machine whose time is what a test says."""

    def __init__(self, at: datetime, *, synchronised: bool) -> None:
        self.at = at
        self.synchronised = synchronised
        self.clock = SystemClock(is_synchronised=lambda: self.synchronised)

    def is_put_right(self, at: datetime) -> None:
        """It is synchronised, and the clock has heard of it."""
        self.at, self.synchronised = at, True
        assert self.clock.now()
        hears()


def hears() -> None:
    """Let whoever asks the system come back."""
    for thread in threading.enumerate():
        if thread.name == "clock":
            thread.join()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(SEEN, synchronised=False)

    class Told(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # noqa: ARG003 - as its own
            return made.at

    monkeypatch.setattr(clock, "datetime", Told)
    monkeypatch.setattr(clock, "TRUST_ASKED_EVERY_SECONDS", 0.0)
    return made


def test_a_box_without_battery_goes_on_where_it_was_and_is_not_believed(machine: Machine) -> None:
    machine.at = datetime(1970, 1, 1, tzinfo=UTC)
    assert machine.clock.now() == BUILT_AT
    machine.clock.raise_floor(SEEN)
    assert machine.clock.now() == SEEN
    assert not machine.clock.trusted


def test_a_time_before_the_release_is_wrong_whoever_says_that_it_is_right(
    machine: Machine,
) -> None:
    machine.at, machine.synchronised = datetime(1999, 12, 31, tzinfo=UTC), True
    assert machine.clock.now() == BUILT_AT
    assert not machine.clock.trusted


def test_a_box_that_was_years_ahead_is_right_again_once_it_is_synchronised(
    machine: Machine,
) -> None:
    """It wrote in 2036, and knows that 2036 was; that must not last until 2036."""
    machine.clock.raise_floor(datetime(2036, 2, 7, tzinfo=UTC))
    assert machine.clock.now().year == 2036
    assert not machine.clock.trusted
    machine.is_put_right(SEEN)
    assert machine.clock.now() == SEEN
    assert machine.clock.trusted


def test_nobody_waits_for_a_system_that_answers_slowly(machine: Machine) -> None:
    asked, answers = threading.Event(), threading.Event()

    def slow() -> bool:
        if asked.is_set():
            answers.wait()
        asked.set()
        return asked.is_set() and answers.is_set()

    machine.clock = SystemClock(is_synchronised=slow)
    assert not machine.clock.trusted, "who asks first has the answer"
    assert not machine.clock.trusted, "who asks again has the last one, at once"
    answers.set()
    hears()
    assert machine.clock.trusted


def test_what_somebody_says_counts_until_the_machine_knows_better(machine: Machine) -> None:
    machine.at = datetime(1970, 1, 1, tzinfo=UTC)
    said = SEEN + timedelta(days=3)
    machine.clock.set_by_hand(said)
    assert machine.clock.trusted
    # The machine's own clock may be put anywhere meanwhile.
    machine.at = datetime(2036, 2, 7, tzinfo=UTC)
    assert said <= machine.clock.now() < said + timedelta(minutes=1)
    machine.is_put_right(SEEN + timedelta(days=4))
    assert machine.clock.now() == machine.at
    assert machine.clock.trusted


def test_what_somebody_said_counts_for_the_next_process_but_not_after_a_new_start(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = machine.clock.set_by_hand(SEEN + timedelta(days=3))
    another = SystemClock(is_synchronised=lambda: False)
    another.recall(kept)
    assert another.trusted
    assert abs(another.now() - machine.clock.now()) < timedelta(seconds=5)
    (tmp_path / "boot_id").write_text("another start")
    monkeypatch.setattr(clock, "_START_MARK", tmp_path / "boot_id")
    later = SystemClock(is_synchronised=lambda: False)
    later.recall(kept)
    assert not later.trusted
