"""The queue with a real store and real lines: printers that are well, off, hung, out of paper, or
whose cable falls out; and a box that is killed while it prints.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node import devices
from node.base.clock import FrozenClock, SystemClock
from node.base.refusals import Refusal
from node.devices import Job, JobState, Printer, Roll, Why, lines, queue, read_printer
from node.registry import REGISTRY
from node.store import Core, Store
from tests.devices.till import Till, till
from tests.kiosk.conftest import START

ABOUT = b"r" * 16


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same ways with shorter waits; what they are on paper `lines.py` says."""
    monkeypatch.setattr(lines, "ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(lines, "SEND_SECONDS", 1.0)
    monkeypatch.setattr(lines, "MUTE_SECONDS", 0.3)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(START)


def at(printer: Till, options: str = "") -> Printer:
    return read_printer(f"Lobby = escpos://127.0.0.1:{printer.port}{options}")


def slip(printer: Printer, words: str = "Hofsaal 72,00 €") -> bytes:
    roll = Roll(printer)
    roll.line(words)
    roll.qr("HTTP://LOCALHOST/P/ABC")
    return roll.done()


@asynccontextmanager
async def printing(folder: Path, clock: FrozenClock, printer: Printer) -> AsyncIterator[Store]:
    """A box that prints, as `app.py` starts it."""
    store = await Store.open(folder / "quarter.db", REGISTRY, clock=clock)
    await store.write(lambda write: devices.recover(write, now=clock.now()))
    hand = asyncio.create_task(devices.keep_printing(store, printer))
    try:
        yield store
    finally:
        hand.cancel()
        with suppress(asyncio.CancelledError):
            await hand
        await store.close()


async def put(store: Store, printer: Printer, clock: FrozenClock, words: str = "Saal") -> Job:
    content = slip(printer, words)
    job = await devices.change_jobs(
        store,
        lambda write: devices.put_job(
            write, printer, title=words, content=content, about=ABOUT, now=clock.now()
        ),
    )
    assert isinstance(job, Job), job
    return job


async def becomes(store: Store, job: Job, state: JobState, why: Why | None = None) -> Job:
    """Wait for where a job comes to stand."""
    found = job
    for _ in range(400):
        jobs = await store.read(devices.list_jobs)
        found = next(each for each in jobs if each.id == job.id)
        if (found.state, found.why) == (state, why):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{found.state} {found.why}")


pytestmark = pytest.mark.timeout(60)


@pytest.mark.asyncio
async def test_a_slip_comes_out_once_and_is_forgotten(tmp_path: Path, clock: FrozenClock) -> None:
    with till() as paper:
        printer = at(paper)
        async with printing(tmp_path, clock, printer) as store:
            job = await put(store, printer, clock, "Hofsaal für 72,00 €")
            await becomes(store, job, JobState.PRINTED)
            (out,) = paper.wait_for(1)
            assert "Hofsaal für 72,00 €" in out.text
            assert out.codes == ["HTTP://LOCALHOST/P/ABC"]
            assert out.is_cut
            kept = await store.read(lambda read: read.value("select content from print_job"))
            assert kept == b"", "a pass stays no longer than it must"
            assert await store.read(lambda read: devices.printer_troubles(read, [printer])) == {}


@pytest.mark.parametrize(
    ("mood", "why"), [("silent", Why.SILENT), ("paper", Why.PAPER), ("cover", Why.COVER)]
)
@pytest.mark.asyncio
async def test_a_printer_that_cannot_is_given_nothing_until_it_can(
    tmp_path: Path, clock: FrozenClock, mood: str, why: Why
) -> None:
    with till(mood) as paper:
        printer = at(paper)
        async with printing(tmp_path, clock, printer) as store:
            job = await put(store, printer, clock)
            await becomes(store, job, JobState.WAITING, why)
            assert b"Saal" not in paper.raw, "asked, and given nothing to print"
            found = await store.read(lambda read: devices.printer_troubles(read, [printer]))
            assert found["Lobby"].why is why
            paper.mood = "well"
            clock.advance(timedelta(seconds=6))
            await becomes(store, job, JobState.PRINTED)
            assert len(paper.wait_for(1)) == 1
            assert await store.read(lambda read: devices.printer_troubles(read, [printer])) == {}


@pytest.mark.asyncio
async def test_one_that_is_off_is_tried_until_it_is_on(tmp_path: Path, clock: FrozenClock) -> None:
    with till() as gone:
        port = gone.port
    printer = read_printer(f"Lobby = escpos://127.0.0.1:{port}")
    async with printing(tmp_path, clock, printer) as store:
        job = await put(store, printer, clock)
        await becomes(store, job, JobState.WAITING, Why.AWAY)
        with till(port=port) as paper:
            clock.advance(timedelta(seconds=6))
            await becomes(store, job, JobState.PRINTED)
            assert len(paper.wait_for(1)) == 1


@pytest.mark.parametrize(("mood", "why"), [("cut", Why.CUT), ("deaf", Why.SILENT)])
@pytest.mark.asyncio
async def test_what_may_have_come_out_is_not_printed_again_by_itself(
    tmp_path: Path, clock: FrozenClock, mood: str, why: Why
) -> None:
    with till(mood) as paper:
        printer = at(paper)
        async with printing(tmp_path, clock, printer) as store:
            job = await put(store, printer, clock)
            await becomes(store, job, JobState.UNSURE, why)
            calls, paper.mood = paper.calls, "well"
            for _ in range(5):
                clock.advance(timedelta(seconds=90))
                await asyncio.sleep(0.05)
            assert paper.calls == calls
            await devices.change_jobs(
                store, lambda write: devices.again(write, job.id, now=clock.now())
            )
            await becomes(store, job, JobState.PRINTED)


@pytest.mark.asyncio
async def test_a_printer_that_never_answers_prints_where_that_is_known(
    tmp_path: Path, clock: FrozenClock
) -> None:
    with till("silent") as paper:
        printer = at(paper, "?mute=1")
        async with printing(tmp_path, clock, printer) as store:
            job = await put(store, printer, clock)
            await becomes(store, job, JobState.PRINTED)
            assert b"\x10\x04" not in paper.raw
            assert b"Saal" in paper.raw


@pytest.mark.asyncio
async def test_two_touches_are_one_slip_and_five_are_enough(
    tmp_path: Path, clock: FrozenClock
) -> None:
    store = await Store.open(tmp_path / "quarter.db", REGISTRY, clock=clock)
    printer = read_printer("Lobby = escpos://127.0.0.1")
    first = await put(store, printer, clock)
    assert (await put(store, printer, clock)).id == first.id
    for _ in range(4):
        await store.write(lambda write, first=first: devices.drop(write, first.id))
        first = await put(store, printer, clock)
    last = first.id
    await store.write(lambda write: devices.drop(write, last))
    content = slip(printer)

    def once_more(by_team: bool) -> object:
        return store.write(
            lambda write: devices.put_job(
                write,
                printer,
                title="x",
                content=content,
                about=ABOUT,
                by_team=by_team,
                now=clock.now(),
            )
        )

    refused = await once_more(by_team=False)  # type: ignore[misc]
    assert isinstance(refused, Refusal)
    assert refused.code == "devices.often"
    assert isinstance(await once_more(by_team=True), Job)  # type: ignore[misc]
    await store.close()


@contextmanager
def usb(mood: str) -> Iterator[tuple[str, int]]:
    """A printer at a device file: a terminal's other end, that reads as USB's would."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    try:
        yield os.ttyname(theirs), ours
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_device_file(tmp_path: Path) -> None:
    with usb("well") as (path, ours):
        printer = read_printer(f"Desk = escpos:{path}?mute=1")
        content = slip(printer)
        lines.send(printer, content, title="x")
        assert os.read(ours, 65536) == content
        asked = read_printer(f"Desk = escpos:{path}")
        with pytest.raises(devices.model.PrintError) as told:
            lines.send(asked, content, title="x")
        assert (told.value.why, told.value.begun) == (Why.SILENT, False)
    with pytest.raises(devices.model.PrintError) as told:
        lines.send(read_printer("Desk = escpos:/dev/usb/none0"), content, title="x")
    assert (told.value.why, told.value.begun) == (Why.AWAY, False)


BOX = """
import asyncio, sys
from pathlib import Path
from node import devices
from node.base.clock import SystemClock
from node.devices import read_printer
from node.registry import REGISTRY
from node.store import Store

async def run(folder, printer):
    store = await Store.open(Path(folder) / "quarter.db", REGISTRY, clock=SystemClock())
    await store.write(lambda write: devices.recover(write, now=store.core.clock.now()))
    await devices.keep_printing(store, read_printer(printer))

asyncio.run(run(sys.argv[1], sys.argv[2]))
"""


def begun(folder: Path, printer: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", BOX, str(folder), printer])


@pytest.mark.parametrize("mood", ["deaf", "silent"])
def test_a_box_that_is_killed_while_it_prints_prints_nothing_twice(
    tmp_path: Path, mood: str
) -> None:
    """Killed with the slip on its way (`deaf`), or before a byte of it went (`silent`): either way
    the box cannot know, so it asks; what waited behind is printed.
    """
    clock = FrozenClock(START)
    with till(mood) as paper:
        text = f"Lobby = escpos://127.0.0.1:{paper.port}"
        printer = read_printer(text)
        store = Core.open(tmp_path / "quarter.db", REGISTRY, clock=clock)
        now = SystemClock().now()
        for words in ("Erster", "Zweiter"):
            store.write(
                lambda write, words=words: devices.put_job(
                    write, printer, title=words, content=slip(printer, words), now=now
                )
            )
        store.close()
        box = begun(tmp_path, text)
        until = time.monotonic() + 20
        sign = b"Erster" if mood == "deaf" else b"\x10\x04"
        while sign not in paper.raw and time.monotonic() < until:
            time.sleep(0.01)
        assert sign in paper.raw
        box.send_signal(signal.SIGKILL)
        box.wait()
        time.sleep(0.2)
        paper.mood, before = "well", len(paper.slips)
        box = begun(tmp_path, text)
        try:
            slips = paper.wait_for(before + 1, seconds=20)
            time.sleep(1.0)
        finally:
            box.kill()
            box.wait()
        printed = [slip for slip in slips if "Erster" in slip.text]
        assert len(printed) == (1 if mood == "deaf" else 0)
        assert [slip.text for slip in slips if "Zweiter" in slip.text]
        core = Core.open(tmp_path / "quarter.db", REGISTRY, clock=SystemClock())
        states = {job.title: (job.state, job.why) for job in core.read(devices.list_jobs)}
        core.close()
    assert states == {
        "Erster": (JobState.UNSURE, Why.STOPPED),
        "Zweiter": (JobState.PRINTED, None),
    }


class Asked:
    """One job, and what may be on paper of it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FrozenClock(START)
        self.core = Core.open(folder / "quarter.db", REGISTRY, clock=self.clock)
        self.printer = read_printer("Lobby = escpos://127.0.0.1")
        job = self.core.write(
            lambda write: devices.put_job(
                write, self.printer, title="x", content=b"x", now=self.clock.now()
            )
        )
        assert isinstance(job, Job)
        self.job_id, self.may_be_out, self.goes = job.id, False, False

    def begin(self) -> None:
        if self.core.write(lambda write: queue.begin(write, self.printer, now=self.clock.now())):
            assert not self.may_be_out, "begun again, and nobody had said so"
            self.goes = True

    def done(self) -> None:
        self.core.write(lambda write: queue.done(write, self.job_id))

    def away(self) -> None:
        self._fails(begun=False)

    def cut(self) -> None:
        self._fails(begun=True)

    def _fails(self, *, begun: bool) -> None:
        self.core.write(
            lambda write: queue.failed(
                write, self.job_id, Why.CUT, begun=begun, now=self.clock.now()
            )
        )

    def dies(self) -> None:
        self.core.write(lambda write: devices.recover(write, now=self.clock.now()))

    def again(self) -> None:
        said = self.core.write(
            lambda write: devices.again(write, self.job_id, now=self.clock.now())
        )
        self.may_be_out = self.may_be_out and isinstance(said, Refusal)

    def later(self) -> None:
        self.clock.advance(timedelta(seconds=61))


ENDS = {"done": True, "away": False, "cut": True, "dies": True}
"""How a try ends, and whether something may be on paper then."""


@given(st.lists(st.sampled_from(["begin", "again", "later", *ENDS]), max_size=40))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_job_is_ever_begun_twice_without_somebody_saying_so(
    tmp_path_factory: pytest.TempPathFactory, doings: list[str]
) -> None:
    """Whatever happens in whatever order."""
    asked = Asked(tmp_path_factory.mktemp("q"))
    for doing in doings:
        if (doing in ENDS) is not asked.goes:
            continue
        getattr(asked, doing)()
        if doing in ENDS:
            asked.goes, asked.may_be_out = False, ENDS[doing]
    asked.core.close()
