"""A whole node with the small quarter, asked over HTTP as browsers and programs do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from node import spaces
from node.app import Node, open_node
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core
from node.sync import found_roster
from tests.cast import PASSWORDS, PINS, Cast, settle, small_quarter

CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@dataclass
class Person:
    """Somebody at a browser of their own."""

    http: httpx.AsyncClient
    seen: str = ""

    async def get(self, path: str) -> httpx.Response:
        answer = await self.http.get(path, follow_redirects=True)
        self.seen = answer.text
        return answer

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page that was seen last."""
        token = CSRF.search(self.seen)
        assert token is not None, self.seen[:500]
        answer = await self.http.post(
            path, data={"csrf": token[1], **fields}, follow_redirects=True
        )
        self.seen = answer.text
        return answer


@dataclass
class Town:
    """The node, its clock and its people."""

    node: Node
    clock: FrozenClock
    cast: Cast
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, *, client: str = "192.0.2.7") -> Person:
        transport = httpx.ASGITransport(app=self.node.pages, client=(client, 50000))  # type: ignore[arg-type]
        http = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        self.browsers.append(http)
        return Person(http)

    async def program(self, name: str) -> httpx.AsyncClient:
        """An API client that is signed in as somebody of the team, or as a resident by code."""
        http = self.browser().http
        if name in PASSWORDS:
            body = {"name": name, "secret": PASSWORDS[name]}
        else:
            code = await self.code_of(name)
            person = id_text(self.cast.id(name))
            body = {"code": code, "person_id": person, "secret": PINS[name]}
        answer = await http.post("/api/sessions", json=body)
        assert answer.status_code == 201, answer.text
        http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return http

    async def code_of(self, name: str) -> str:
        from node import people

        household = self.cast.household(name)
        issued = await self.node.store.write(
            lambda write: people.issue_code(
                write, people.COMMAND_LINE, household, now=self.clock.now()
            )
        )
        return issued.code  # type: ignore[union-attr]

    def space(self, key: str) -> str:
        return id_text(self.cast.files.id_of("space", key))

    def wish(self, key: str = "hofsaal", *, hours: tuple[int, int] = (14, 18)) -> dict[str, object]:
        """Saturday the 28th, by UTC."""
        day = datetime(2026, 11, 28, tzinfo=self.clock.now().tzinfo)
        return {
            "space_id": self.space(key),
            "starts_at": (day + timedelta(hours=hours[0])).isoformat(),
            "ends_at": (day + timedelta(hours=hours[1])).isoformat(),
            "people": 12,
            "purpose": "private",
        }


@asynccontextmanager
async def a_town(folder: Path, clock: FrozenClock, **settings: Any) -> AsyncIterator[Town]:
    """Found, import, serve; close everything afterwards."""
    files = small_quarter()
    core = Core.open(folder / "quarter.db", REGISTRY, clock=clock)
    found_roster(core, name="Service-Point")
    core.close()
    node = await open_node(Settings(data=folder, discovery=False, **settings), clock=clock)
    cast = await settle(node.store, files, clock.now())
    await node.store.on_writer(
        lambda core: spaces.import_spaces(core, files, signer=core.identity, now=clock.now())
    )
    town = Town(node, clock, cast)
    try:
        yield town
    finally:
        for http in town.browsers:
            await http.aclose()
        await node.close()
