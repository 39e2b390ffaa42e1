"""What a node does by the clock, in processes of its own: backups and drills."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from node import jobs
from node.__main__ import main
from node.base.clock import SystemClock
from node.keeping import backups_of
from node.settings import Settings
from node.store.backups import Backups

pytestmark = pytest.mark.asyncio


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    data, stick = tmp_path / "node", tmp_path / "stick"
    stick.mkdir()
    assert main(["init", "--data", str(data)]) == 0
    return Settings(data=data, backup_to=str(stick))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.05)


def begun(settings: Settings) -> tuple[Backups, asyncio.Task[None]]:
    backups = backups_of(settings)
    safe = jobs.keep_safe(
        settings, backups, SystemClock(), settle_seconds=0, looks_every_seconds=0.1
    )
    return backups, asyncio.create_task(safe)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_node_backs_up_and_rehearses_by_itself(settings: Settings) -> None:
    backups, task = begun(settings)
    await until(lambda: backups.record.drilled is not None)
    await end(task)
    record = backups.record
    assert record.made is not None
    assert record.drilled is not None
    assert record.drilled.problems == []
    assert record.drilled.name == record.made.name
    assert os.listdir(settings.backup_to) == [record.made.name]  # noqa: PTH208


async def test_what_does_not_work_is_noted_and_not_tried_at_once_again(
    settings: Settings,
) -> None:
    os.rmdir(settings.backup_to)  # noqa: PTH106
    backups, task = begun(settings)
    await until(lambda: backups.record.backup_failed is not None)
    failed = backups.record.backup_failed
    await asyncio.sleep(1)
    assert failed is not None
    assert failed.code == "backup.not_there"
    assert backups.record.backup_failed == failed
    assert not task.done()
    await end(task)


async def test_no_process_outlives_the_node(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[asyncio.subprocess.Process] = []
    create = asyncio.create_subprocess_exec

    async def watched(*words: object, **rest: object) -> asyncio.subprocess.Process:
        started.append(await create(*words, **rest))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    _, task = begun(settings)
    await until(lambda: bool(started))
    await end(task)
    assert started[0].returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)
    monkeypatch.undo()
    backups, task = begun(settings)
    await until(lambda: backups.record.made is not None)
    await end(task)
