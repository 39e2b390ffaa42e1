"""A central of two quarters as a real process: one of them holds more of a stolen box than counts.

It begins that quarter anew while the other is served, whenever it is killed meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from node.base.clock import SystemClock
from node.base.ids import new_id
from node.central import set_password
from node.registry import REGISTRY
from node.status import ask
from node.store import SEALED, Core, Founding, NodeRole
from node.store.doctor import examine
from node.store.rotation import backup_name
from node.sync import (
    add_node,
    found_roster,
    health_on_file,
    join_roster,
    sealing_public_key,
)
from node.sync.authority import revoke_node
from node.sync.roster import adopt_role, read_root, read_roster, take_roster
from node.sync.transport import quarter_tag
from node.verbs import locked
from tests.central.stage import PASSWORD
from tests.crash.processes import ROOT, end_with_parent, run_verb
from tests.nodes import claim_ports
from tests.sync.hand import Box, close

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

MANY = 1500
KILLS = 5
REQUEST = "reservation_request"


def asks(box: Box, count: int = 1) -> set[bytes]:
    """A request each in a changeset of its own, which central may read."""
    made = {new_id() for _ in range(count)}
    for each in made:
        box.core.write(lambda write, key=each: write.insert(REQUEST, id=key))
    return made


def notes(box: Box, text: str) -> None:
    """Something that stays in the house."""
    box.core.write(
        lambda write: write.insert("reservation_note", id=new_id(), note=f'{{"text":"{text}"}}')
    )


def misled(
    folder: Path, name: str, first_port: int, *, is_let_go: bool = True
) -> tuple[set[bytes], bytes]:
    """Central's directory of a quarter whose lobby told it more than counts; what counts, and what
    does not.
    """
    clock, founding = SystemClock(), Founding(name.encode().ljust(16), b"E" * 16)
    home, kiosk, central = (
        Box(Core.open(make(path), REGISTRY, clock=clock, founding=founding))
        for path in (
            *(folder.parent / f"{name}-{each}" for each in ("home", "kiosk")),
            folder / name,
        )
    )
    try:
        found_roster(home.core, name="Haus")
        key = kiosk.core.identity
        seals = sealing_public_key(key)
        add_node(home.core, key.public_key, name="Foyer", role=NodeRole.KIOSK, sealing_key=seals)
        public = central.core.identity.public_key
        listed = add_node(home.core, public, name="Zentrale", role=NodeRole.CENTRAL)
        for box in (kiosk, central):
            join_roster(box.core, listed.signed, root=read_root(home.core))
            adopt_role(box.core)
        home.grant_keys()
        kiosk.meet(home)
        kiosk.grant_keys()
        counts = asks(home, MANY) | asks(kiosk)
        notes(home, "geheim")
        home.meet(central)
        kiosk.meet(home)
        kiosk.meet(central)
        (thief,) = asks(kiosk)
        notes(kiosk, "vom Dieb")
        kiosk.meet(central)
        if is_let_go:
            take_roster(central.core, revoke_node(home.core, kiosk.site).signed)
    finally:
        close(home, kiosk, central)
    (folder / name / "node.toml").write_text(
        f'name = "{name}"\nport = {first_port}\nsync_host = "127.0.0.1"\n'
        f'sync_port = {first_port + 1 + len(name)}\nhosts = ["{name}.localhost"]\n'
        'metrics_from = ["127.0.0.1"]\ndiscovery = false\n'
    )
    return counts, thief


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder / "quarter.db"


class Process:
    """`quartier central` over a folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._process: asyncio.subprocess.Process

    async def start(self) -> None:
        with self.folder.with_suffix(".log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "node", "central", "--data", str(self.folder)),
                cwd=ROOT,
                env={**os.environ, "LANG": "de_DE.UTF-8"},
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
            )

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self._process.wait()

    def said(self) -> str:
        return self.folder.with_suffix(".log").read_text()

    async def get(self, quarter: str, path: str = "/health") -> httpx.Response | None:
        """None while nobody answers yet."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            headers = {"host": f"{quarter}.localhost", "accept-language": "de"}
            with contextlib.suppress(httpx.TransportError):
                return await client.get(path, headers=headers, timeout=10)
        return None

    async def serves(self, quarter: str) -> bool:
        answer = await self.get(quarter)
        return answer is not None and answer.status_code == 200


@contextlib.asynccontextmanager
async def a_central(folder: Path, port: int) -> AsyncIterator[Process]:
    process = Process(folder, port)
    try:
        yield process
    finally:
        await process.stop(signal.SIGKILL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "central"


async def until_served(process: Process, quarter: str, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await process.serves(quarter):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)


async def until_there(process: Process, requests: set[bytes], name: str = "hof") -> None:
    """Until the quarter holds exactly these, and is served again."""
    async with asyncio.timeout(90):
        while True:
            await until_served(process, name)
            # Read while it is served, beside it, as anybody might.
            if requests == on_file(process.folder, name, held):
                return
            await asyncio.sleep(0.05)


def held(core: Core) -> set[bytes]:
    return core.read(lambda read: {row[0] for row in read.rows(f"select id from {REQUEST}")})


def on_file(folder: Path, name: str, look):  # type: ignore[no-untyped-def]
    core = Core.open(folder / name / "quarter.db", REGISTRY, clock=SystemClock())
    try:
        return look(core)
    finally:
        core.close()


def sealed(core: Core) -> dict[bytes, int]:
    return {site: head.n for (site, scope), head in core.heads().items() if scope == SEALED}


def findings(core: Core) -> list[object]:
    roster = read_roster(core)
    assert roster is not None
    return list(examine(core, roster.members))


async def test_one_quarter_begins_anew_and_the_other_goes_on(folder: Path) -> None:
    port = claim_ports()
    counts, thief = misled(folder, "hof", port)
    misled(folder, "parks", port, is_let_go=False)
    copy = folder / "hof" / "copies" / backup_name(b"\x01" * 16, SystemClock().now())
    copy.parent.mkdir()
    copy.write_bytes(b"sealed")
    before = on_file(folder, "hof", sealed)
    assert thief in on_file(folder, "hof", held)
    (said,) = on_file(folder, "hof", lambda core: health_on_file(core, line=None).too_much)
    assert (said.name, said.count) == ("Foyer", 2)
    set_password(folder, PASSWORD)
    async with a_central(folder, port) as process:
        await process.start()
        await until_served(process, "parks")
        seen, told = await watched(process, folder)
        await until_there(process, counts)
        assert await process.stop() == 0, process.said()
    assert seen["parks"] == {200}, "the other quarter was served all the time"
    assert seen["hof"] == {200, 503}
    page = told["page"]
    assert page.headers["retry-after"] == "5"
    assert "Dieses Quartier füllt sich hier neu" in page.text
    assert "Im Haus selbst geht alles weiter" in page.text
    of_hof = re.escape(on_file(folder, "hof", lambda core: quarter_tag(core.quarter)))
    assert re.search(f'quartier_absent{{quarter="{of_hof}"}} 1', told["metrics"].text)
    assert re.search(f'quartier_well{{quarter="{of_hof}"}} 0', told["metrics"].text)
    assert told["status"]["troubles"][0]["text"].startswith("Dieser Knoten beginnt gerade neu")
    assert "is running" in told["verb"]
    after = on_file(folder, "hof", sealed)
    assert sum(before.values()) - sum(after.values()) == 1, "only what the thief said"
    assert on_file(folder, "hof", findings) == []
    assert copy.read_bytes() == b"sealed"
    assert len(list((folder / "hof").glob("quarter.db.before-*[0-9]Z"))) == 1
    assert list((folder / "hof").glob("quarter.db.anew*")) == []
    assert list((folder / "parks").glob("quarter.db.*before*")) == []


async def watched(process: Process, folder: Path) -> tuple[dict[str, set[int]], dict[str, Any]]:
    """What both quarters answer until the first has begun anew, and what is told meanwhile."""
    seen: dict[str, set[int]] = {"hof": set(), "parks": set()}
    told: dict[str, Any] = {}
    while 503 not in seen["hof"] or not await process.serves("hof"):
        for quarter, answers in seen.items():
            answer = await process.get(quarter, "/health")
            answers.add(answer.status_code if answer else 0)
            if quarter == "hof" and answer and answer.status_code == 503:
                told = told or await told_meanwhile(process, folder)
    seen["hof"].add(200)
    return seen, told


async def told_meanwhile(process: Process, folder: Path) -> dict[str, Any]:
    page, metrics, status, verb = await asyncio.gather(
        process.get("hof", "/"),
        process.get("parks", "/metrics"),
        asyncio.to_thread(asked, folder / "hof"),
        run_verb("doctor", "--data", str(folder / "hof")),
    )
    return {"page": page, "metrics": metrics, "status": status, "verb": verb[1]}


def asked(folder: Path) -> Any:
    """As `quartier sync status` does; between two servings nobody answers for a moment."""
    return next(said for said in iter(lambda: ask(folder, "de"), 0) if said is not None)


async def test_it_is_killed_again_and_again_meanwhile(folder: Path) -> None:
    port, chance = claim_ports(), random.Random(7)
    counts, _ = misled(folder, "hof", port)
    misled(folder, "parks", port, is_let_go=False)
    async with a_central(folder, port) as process:
        for _ in range(KILLS):
            await process.start()
            await until_served(process, "parks")
            await asyncio.sleep(chance.random())
            await process.stop(signal.SIGKILL)
        await process.start()
        await until_there(process, counts)
        assert await process.stop() == 0, process.said()
    assert on_file(folder, "hof", findings) == []
    assert list((folder / "hof").glob("quarter.db.anew*")) == []


async def test_a_quarter_that_another_program_holds_comes_back_by_itself(folder: Path) -> None:
    port = claim_ports()
    for name in ("hof", "parks"):
        misled(folder, name, port, is_let_go=False)
    async with a_central(folder, port) as process:
        with locked(folder / "hof"):
            await process.start()
            await until_served(process, "parks")
            page = await process.get("hof", "/")
            assert page is not None
            assert page.status_code == 503
            assert "Ein anderes Programm" in page.text
        await until_served(process, "hof")
        assert await process.stop() == 0, process.said()
