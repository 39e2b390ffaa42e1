"""A node whose people book, move out and are told things by the lobby's node, without any page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from node import people, spaces
from node.base.actors import Face, Role
from node.base.periods import Period, to_epoch
from node.base.refusals import Refusal
from node.people.actions import set_role
from node.people.model import Knock, RoleSpan
from node.people.sessions import start_session
from node.quarter import import_quarter
from node.quarter.model import LocalText
from node.registry import REGISTRY
from node.store import Core, Founding, Member, NodeRole, Write
from node.web.gate import SESSION_COOKIES
from tests.app_client import Browser, House
from tests.cast import small_quarter
from tests.portal.conftest import START

SATURDAY = Period(
    datetime.fromisoformat("2026-11-28T14:00Z"), datetime.fromisoformat("2026-11-28T18:00Z")
)


@dataclass
class Home:
    """A node with phones that are signed in, and a lobby's node that can tell it something."""

    house: House
    folder: Path

    async def phone(self, name: str) -> Browser | None:
        """A phone with a session, begun without the slow secret; None for who moved out."""
        now = self.house.clock.now()

        def begin(write: Write) -> str:
            actor = people.actor_of(write, self.house.cast.id(name), face=Face.PORTAL, now=now)
            return start_session(write, actor, Knock(), now=now).token if actor else ""

        token = await self.house.node.store.write(begin)
        if not token:
            return None
        phone = self.house.browser()
        phone.client.cookies.set(SESSION_COOKIES[Face.PORTAL], token)
        return phone

    async def reserve(self, name: str, period: Period, *, hold: bool = False) -> bytes | None:
        """Reserve the hall; the reservation's id where it can be had."""
        act = spaces.hold if hold else spaces.reserve
        made = await self.house.node.store.write(self._asking(act, name, period))
        return None if isinstance(made, Refusal) or made is None else made.id

    def _asking(
        self, act: Callable[..., object], name: str, period: Period
    ) -> Callable[..., object]:
        now, signer = self.house.clock.now(), self.house.node.store.core.identity
        wish = spaces.Wish(
            space_id=self.house.cast.files.id_of("space", "hofsaal"),
            period=period,
            people=4,
            purpose="private",
        )

        def asking(write: Write) -> object:
            actor = people.actor_of(write, self.house.cast.id(name), face=Face.PORTAL, now=now)
            return act(write, actor, wish, now=now, signer=signer) if actor else None

        return asking

    async def cancel(self, name: str, reservation_id: bytes) -> None:
        now = self.house.clock.now()

        def cancelling(write: Write) -> object:
            actor = people.actor_of(write, self.house.cast.id(name), face=Face.PORTAL, now=now)
            return spaces.cancel(write, actor, reservation_id, now=now) if actor else None

        await self.house.node.store.write(cancelling)

    async def ask_at_the_lobby(self, name: str, period: Period) -> None:
        """A request written at another node, which comes here by a merge and is decided here."""
        home = self.house.node.store.core
        lobby = Core.open(
            self.folder
            / f"lobby-{to_epoch(period.starts_at)}-{self.house.node.store.commits.count}.db",
            REGISTRY,
            clock=self.house.clock,
            founding=Founding(home.quarter, home.epoch),
        )
        lobby.role = NodeRole.KIOSK
        members = {
            home.site_id: Member(home.identity.public_key, NodeRole.HOME),
            lobby.site_id: Member(lobby.identity.public_key, NodeRole.KIOSK),
        }
        for chain in await self.house.node.store.heads():
            told = await self.house.node.store.changesets(chain, after=0, max_bytes=10**9)
            lobby.receive(told, members)
        lobby.write(self._asking(spaces.reserve, name, period))
        for chain in lobby.heads():
            if chain[0] == lobby.site_id:
                batch = lobby.changesets(chain, after=0, max_bytes=10**9)
                await self.house.node.store.receive(batch, members)
        lobby.close()

    async def shut(self, words: str) -> None:
        """Import the quarter's files anew, with another reason why the desk is shut."""
        files = small_quarter()
        closures = tuple(
            replace(each, reason=LocalText(words), period=replace(each.period, starts_at=START))
            for each in files.closures
        )
        await self.house.node.store.on_writer(
            lambda core: import_quarter(
                core, replace(files, closures=closures), now=self.house.clock.now()
            )
        )

    async def end_role(self, name: str, *, after: timedelta) -> None:
        now = self.house.clock.now()
        span = RoleSpan(Role.RESIDENT, 0, to_epoch(now + after))
        await self.house.node.store.write(
            lambda write: set_role(write, self.house.cast.id(name), span, staff_id=None, now=now)
        )
