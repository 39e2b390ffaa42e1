"""People and programs that use the nodes all the time, and remember what they were told.

A write whose answer never came is sent again with the same key until somebody answers: to whoever
asks, a node that died is only a node that takes its time.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.crash.memory import CHECKED_IN, CHECKED_OUT, Booked, Memory
from tests.crash.processes import NodeProcess
from tests.crash.quarter import Furnished, Resident

ANSWER_SECONDS = 30.0
READY_SECONDS = 120.0
DAYS_AHEAD = 120
STEP = timedelta(minutes=5)

Act = Callable[[], Awaitable[None]]


class Client:
    """A person with a program, at one node."""

    def __init__(
        self,
        node: NodeProcess,
        quarter: Furnished,
        resident: Resident,
        memory: Memory,
        *,
        chance: random.Random,
        over: asyncio.Event,
        by_page: bool = False,
    ) -> None:
        self.node = node
        self.quarter = quarter
        self.resident = resident
        self.memory = memory
        self.chance = chance
        self.over = over
        self.by_page = by_page
        self.token = ""
        self.csrf = ""
        self.own: list[Booked] = []
        self.doing = ""
        """What it asks at the moment, for whoever wants to know why it takes so long."""
        self.http = httpx.AsyncClient(base_url=node.address, timeout=ANSWER_SECONDS)

    async def live(self, acts: Mapping[Act, float]) -> None:
        """Do one thing after the other, by chance, until it is over and nothing is in doubt."""
        await self.sign_in()
        while not self.over.is_set():
            (act,) = self.chance.choices(list(acts), list(acts.values()))
            await act()
            await asyncio.sleep(self.chance.random() * 0.04)
        await self.http.aclose()

    async def ask(
        self, method: str, path: str, *, key: str = "", accept: str = "json", **given: Any
    ) -> httpx.Response:
        """Ask until there is an answer, however often the node dies meanwhile."""
        headers = {"accept": f"text/{accept}" if accept == "html" else f"application/{accept}"}
        headers |= {"authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"idempotency-key": key} if key else {}
        self.doing = f"{method} {path}"
        while True:
            async with asyncio.timeout(READY_SECONDS):
                await self.node.ready.wait()
            try:
                answer = await self.http.request(method, path, headers=headers, **given)
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
                continue
            except httpx.TransportError:
                # It died with our request: perhaps before its commit, perhaps after.
                self.memory.cut_off += 1
                await asyncio.sleep(0.05)
                continue
            lost_session = answer.status_code == 401 and self.token and method != "DELETE"
            if answer.status_code >= 500 or lost_session:
                self.memory.troubles.append(
                    f"{self.node.name} {method} {path}: {answer.status_code} {answer.text[:300]}"
                )
            return answer

    # Signing in and out

    async def sign_in(self) -> None:
        """Prove oneself, as often as it takes until this node has heard of us.

        A node that died before it could take back a guess that was right lets us wait: in a long
        storm that may be longer than the storm.
        """
        self.token = self.csrf = ""
        while not (found := await self._prove()):
            self.doing = "waits until it may sign in again"
            if self.over.is_set():
                return
            await asyncio.sleep(1)
        self.token = found
        self.memory.sessions[self.node.name, found] = True

    async def _prove(self) -> str:
        """The token of a new session, or nothing."""
        if self.node.name == "central":
            return await self._prove_by_link()
        if self.by_page:
            return await self._prove_by_page()
        who = {
            "person_id": self.resident.person_id,
            "code": self.resident.code,
            "secret": self.resident.pin,
        }
        answer = await self.ask("POST", "/api/sessions", json=who)
        return str(answer.json()["token"]) if answer.is_success else ""

    async def _prove_by_link(self) -> str:
        path = f"/away/{self.resident.away}"
        self.http.cookies.clear()
        page = await self.ask("GET", path, accept="html")
        await self.ask("POST", path, accept="html", data={"csrf": csrf_of(page)})
        return self._session_cookie()

    async def _prove_by_page(self) -> str:
        """The code from the letter, the name in the list, the PIN."""
        self.http.cookies.clear()
        page = await self.ask("GET", "/sign-in", accept="html")
        fields = {"csrf": csrf_of(page), "code": self.resident.code}
        page = await self.ask("POST", "/sign-in", accept="html", data=fields, follow_redirects=True)
        fields = {"csrf": csrf_of(page), "secret": self.resident.pin}
        fields |= {"person": self.resident.person_id}
        await self.ask("POST", "/sign-in/secret", accept="html", data=fields)
        return self._session_cookie()

    def _session_cookie(self) -> str:
        """The token that the browser was given; it is sent by hand from now on."""
        tokens = [cookie.value for cookie in self.http.cookies.jar if "session" in cookie.name]
        self.http.cookies.clear()
        return tokens[0] or "" if tokens else ""

    async def sign_out_and_in(self) -> None:
        """End the session, which must never count again; then begin another."""
        token = self.token
        await self.ask("DELETE", "/api/sessions")
        self.memory.sessions[self.node.name, token] = False
        await self.sign_in()

    # Reserving

    async def reserve(self) -> None:
        """Reserve some time in the hall."""
        starts_at = self._some_time()
        length = timedelta(minutes=30 * self.chance.randint(1, 4))
        await self._reserve("saal", starts_at, starts_at + length)

    async def reserve_now(self) -> None:
        """Reserve a small room from now on, to go in at once."""
        now = _now()
        starts_at = now - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) % STEP
        starts_at += STEP * self.chance.randint(0, 2)
        room = f"stube{self.chance.randrange(40)}"
        await self._reserve(room, starts_at, starts_at + STEP)

    def _some_time(self) -> datetime:
        day = _now().replace(hour=0, minute=0, second=0, microsecond=0)
        return day + timedelta(
            days=self.chance.randint(1, DAYS_AHEAD), minutes=30 * self.chance.randint(0, 47)
        )

    async def _reserve(self, space: str, starts_at: datetime, ends_at: datetime) -> None:
        key = f"{self.node.name}-{self.chance.getrandbits(64):x}"
        # Now and then somebody presses twice.
        for number in range(2 if self.chance.random() < 0.1 else 1):
            answer = await self.wish_for(space, starts_at, ends_at, key=key)
            if answer.is_success:
                booked = self.memory.book(key, self.node.name, answer.json())
                self.memory.repeated += number
                if booked not in self.own:
                    self.own.append(booked)
            else:
                self.memory.refused += 1

    async def wish_for(
        self, space: str, starts_at: datetime, ends_at: datetime, *, key: str = ""
    ) -> httpx.Response:
        """Ask to reserve, as a program does."""
        wish = {
            "space_id": self.quarter.space_id(space),
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "people": 2,
            "purpose": "private",
        }
        return await self.ask("POST", "/api/reservations", key=key, json=wish)

    async def book_by_page(self) -> None:
        """Book some time in the hall with a phone."""
        starts_at = self._some_time()
        path = await self.hold_and_book("saal", starts_at, starts_at + timedelta(hours=1))
        if path:
            booked = {"id": path.rpartition("/")[2], "status": "confirmed"}
            self.memory.book(path, self.node.name, booked)
        else:
            self.memory.refused += 1

    async def hold_and_book(self, space: str, starts_at: datetime, ends_at: datetime) -> str:
        """Hold an offer, then press the summary's one button; the booking's address, or nothing."""
        period = f"{int(starts_at.timestamp())}.{int(ends_at.timestamp())}"
        if not self.csrf:
            self.csrf = csrf_of(await self.ask("GET", "/find", accept="html"))
        fields = {"csrf": self.csrf, "offer": f"{self.quarter.space_id(space)}.{period}"}
        fields |= {"people": "2", "use": "private"}
        held = await self.ask("POST", "/hold", accept="html", data=fields)
        if held.status_code != 303:
            return ""
        path = str(held.headers["location"])
        booked = await self.ask("POST", path, accept="html", data={"csrf": self.csrf})
        return path if booked.status_code == 303 else ""

    async def cancel(self) -> None:
        """Give one of our reservations up."""
        mine = [each for each in self.own if not (each.is_busy or each.cancelled or each.passed)]
        if not mine:
            return
        booked = self.chance.choice(mine)
        booked.is_busy = True
        path = f"/api/reservations/{booked.id}/cancellation"
        answer = await self.ask("POST", path, key=f"cancel-{booked.id}")
        booked.cancelled = answer.is_success
        booked.is_busy = False

    # Coming and going

    async def check_in(self) -> None:
        """Hold somebody's pass to the reader of this node."""
        soon = (_now() + timedelta(minutes=14)).isoformat()
        waiting = [
            each
            for each in self.memory.free()
            if each.pass_text and each.starts_at < soon and not each.passed
        ]
        await self._pass(waiting, "/api/check-ins", CHECKED_IN)

    async def check_out(self) -> None:
        """Leave again."""
        inside = [each for each in self.memory.free() if each.passed == {CHECKED_IN}]
        await self._pass(inside, "/api/check-outs", CHECKED_OUT)

    async def _pass(self, choices: list[Booked], path: str, kind: str) -> None:
        if not choices:
            return
        booked = self.chance.choice(choices)
        booked.is_busy = True
        answer = await self.ask("POST", path, json={"pass": booked.pass_text})
        if answer.is_success:
            booked.passed.add(kind)
        booked.is_busy = False


def _now() -> datetime:
    return datetime.now(UTC)


def csrf_of(page: httpx.Response) -> str:
    """The hidden token of a page's forms."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    return found[1] if found else ""
