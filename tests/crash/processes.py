"""Nodes as processes: started, killed, asked, ended; what they say is kept in a file."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

import httpx

from node.store.connection import open_reader

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
END_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


class NodeProcess:
    """One node of a quarter, in whatever state it is."""

    def __init__(self, name: str, folder: Path, port: int) -> None:
        self.name = name
        self.folder = folder
        self.port = port
        self.log = folder.with_suffix(".log")
        self.ready = asyncio.Event()
        self.starts = 0
        self.kills = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "quarter.db"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start; `ready` is set when it answers."""
        self.starts += 1
        self.ready.clear()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "node", "serve", "--data", str(self.folder)),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self._watching = asyncio.create_task(self._watch(self._process))

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        async with httpx.AsyncClient(base_url=self.address, timeout=5) as client:
            while process.returncode is None:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/health")).status_code == 200:
                        self.ready.set()
                        return
                await asyncio.sleep(0.05)

    async def until_ready(self) -> None:
        """Wait until it answers; fails where the process ends before."""
        assert self._process is not None
        ended = asyncio.create_task(self._process.wait())
        ready = asyncio.create_task(self.ready.wait())
        async with asyncio.timeout(READY_SECONDS):
            await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        assert not ended.done(), self.said()
        ended.cancel()

    async def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None
        self.kills += 1
        await self._stop(signal.SIGKILL)

    async def end(self) -> int:
        """Ask it to end; its exit status."""
        assert self._process is not None
        async with asyncio.timeout(END_SECONDS):
            return await self._stop(signal.SIGTERM)

    async def _stop(self, number: signal.Signals) -> int:
        assert self._process is not None
        self.ready.clear()
        if self._watching is not None:
            self._watching.cancel()
        if self._process.returncode is None:
            # Its own process group: nothing that it started outlives it.
            os.killpg(self._process.pid, number)
        return await self._process.wait()

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def said(self) -> str:
        """All that it wrote to its terminal."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def heads(self) -> dict[tuple[bytes, str], int]:
        """What it holds and has applied of each chain, read from the file beside it."""
        reader = open_reader(self.database)
        try:
            found = reader.execute("select site, scope, applied from head").fetchall()
        finally:
            reader.close()
        return {(row[0], row[1]): row[2] for row in found}


def end_with_parent() -> None:
    """Have the kernel kill the node when the tests are gone, however they ended (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def run_verb(*words: str) -> tuple[int, str]:
    """Run `quartier WORDS`; its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "node", *words),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()
