"""The real application of one node over a furnished store, and browsers that walk its pages.

A browser keeps cookies, sends what browsers say of themselves, fills the hidden fields of the form
that it submits and follows the redirect after it: a test reads like what a person does.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from node import people, spaces
from node.app import Node, open_node
from node.base.clock import FrozenClock
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core, Store
from node.sync import found_roster
from tests.cast import Cast, settle, small_quarter

ORIGIN = "http://localhost"
T = TypeVar("T")


@dataclass(frozen=True)
class Furnished:
    """A node's directory that tests copy, and the secrets that only paper and cards hold."""

    folder: Path
    codes: dict[str, str]
    cards: dict[str, str]


def furnish(folder: Path, clock: FrozenClock) -> Furnished:
    """Make a home node with the small quarter: PINs set, household codes and a card issued."""
    return apart(lambda: asyncio.run(_furnish(folder, clock)))


def apart(make: Callable[[], T]) -> T:
    """What a function makes, in a thread of its own: Playwright keeps a loop in the tests' one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(make).result()


async def _furnish(folder: Path, clock: FrozenClock) -> Furnished:
    core = Core.open(folder / "quarter.db", REGISTRY, clock=clock)
    found_roster(core, name="Service-Point")
    core.close()
    store = await Store.open(folder / "quarter.db", REGISTRY, clock=clock)
    files, now = small_quarter(), clock.now()
    cast = await settle(store, files, now)
    await store.on_writer(
        lambda core: spaces.import_spaces(core, files, signer=core.identity, now=now)
    )
    codes = {}
    for name in ("anna", "clara", "sam"):
        issued = await store.write(
            lambda write, name=name: people.issue_code(
                write, people.COMMAND_LINE, cast.household(name), now=now
            )
        )
        assert isinstance(issued, people.model.IssuedCode)
        codes[name] = issued.code
    card = await store.write(
        lambda write: people.issue_card(write, people.COMMAND_LINE, cast.id("anna"), now=now)
    )
    assert isinstance(card, people.model.IssuedCard)
    await store.close()
    return Furnished(folder, codes, {"anna": card.token})


@dataclass
class House:
    """One running node with its cast, for a test of its pages."""

    node: Node
    clock: FrozenClock
    cast: Cast
    codes: dict[str, str]
    cards: dict[str, str]

    def browser(self, *, origin: str = ORIGIN, **headers: str) -> Browser:
        """Somebody's browser that has never been here."""
        return Browser(self.node, headers, origin)


@asynccontextmanager
async def running(furnished: Furnished, folder: Path, clock: FrozenClock) -> AsyncIterator[House]:
    """A node that serves a copy of the furnished directory."""
    shutil.copytree(furnished.folder, folder)
    settings = Settings(data=folder, discovery=False, away_address="https://away.example")
    node = await open_node(settings, clock=clock)
    try:
        cast = Cast(small_quarter(), clock.now())
        yield House(node, clock, cast, furnished.codes, furnished.cards)
    finally:
        await node.sync.stop()
        await node.store.close()


@dataclass
class Form:
    """A form of a page: where it goes, with the fields and buttons that it holds."""

    method: str
    action: str
    fields: dict[str, str]
    buttons: list[dict[str, str]]
    texts: list[str]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("method", "get"), given.get("action", ""), {}, [], [])
            self.forms.append(self._open)
        elif self._open is not None and tag == "button":
            self._open.buttons.append(given)
            self._open.texts.append("")
            self._in_button = True
        elif self._open is not None:
            self._field(self._open.fields, tag, given)

    def _field(self, fields: dict[str, str], tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        is_choice = given.get("type") in {"radio", "checkbox"}
        if tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in given or self._select not in fields):
            fields[self._select] = value
        elif tag == "textarea" or (tag == "input" and (not is_choice or "checked" in given)):
            fields[name] = value

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._in_button:
            self._open.texts[-1] = f"{self._open.texts[-1]} {data}".strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "button":
            self._in_button = False


class Page:
    """An answer as a person reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.path = answer.url.raw_path.decode()
        self.html = answer.text
        self.answer = answer

    @property
    def text(self) -> str:
        """The words of the page's main part and what stands beside it, without tags."""
        found = re.search(r"<main.*?(?=<footer class=.foot|</body>)", self.html, re.DOTALL)
        return _words(found[0] if found else self.html)

    @property
    def whole(self) -> str:
        """All the words of the page."""
        return _words(self.html)

    @property
    def title(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.DOTALL)
        return _words(found[1]) if found else ""

    @property
    def forms(self) -> list[Form]:
        parser = _Forms()
        parser.feed(self.html)
        return parser.forms

    def form(self, action: str) -> Form:
        """The form whose action begins like this."""
        found = [form for form in self.forms if form.action.startswith(action)]
        assert found, f"no form {action} at {self.path}: {[f.action for f in self.forms]}"
        return found[0]

    def link(self, words: str) -> str:
        """The address of the first link whose words hold these."""
        for href, inner in re.findall(
            r"<a\b[^>]*?href=\"([^\"]*)\"[^>]*>(.*?)</a>", self.html, re.DOTALL
        ):
            if words in _words(inner):
                return href.replace("&amp;", "&").replace("&#x2f;", "/")
        raise AssertionError(f"no link {words!r} at {self.path}")


def _words(html: str) -> str:
    import html as entities

    bare = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(entities.unescape(bare).split())


class Browser:
    """A browser: keeps cookies, follows redirects, fills hidden fields."""

    def __init__(self, node: Node, headers: dict[str, str], origin: str) -> None:
        # Errors of the application are answered as pages, as they are over a socket.
        transport = httpx.ASGITransport(app=node.pages, raise_app_exceptions=False)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url=origin,
            headers={
                "accept": "text/html,*/*;q=0.8",
                "accept-language": "de-DE,de",
                "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1",
                "sec-fetch-site": "same-origin",
                **headers,
            },
            follow_redirects=True,
        )
        self.at: Page | None = None

    async def get(self, path: str, **headers: str) -> Page:
        """Open an address."""
        self.at = Page(await self.client.get(path, headers=headers))
        return self.at

    async def post(self, path: str, *, follow: bool = True, **fields: str) -> Page:
        """Post fields as they are, without looking at a page before."""
        answer = await self.client.post(path, data=fields, follow_redirects=follow)
        self.at = Page(answer)
        return self.at

    async def submit(self, action: str, *, press: str = "", **typed: Any) -> Page:
        """Fill the form of the page that one is at and press a button, by its words or value.

        The redirect after a form must be a 303; it is followed.
        """
        assert self.at is not None
        form = self.at.form(action)
        sent = {**form.fields, **{name: str(value) for name, value in typed.items()}}
        target = form.action or urlsplit(self.at.path).path
        if press:
            numbers = [
                n
                for n, text in enumerate(form.texts)
                if press in text or press == form.buttons[n].get("value")
            ]
            assert numbers, f"no button {press!r}: {form.texts}"
            button = form.buttons[numbers[0]]
            if button.get("name"):
                sent[button["name"]] = button.get("value", "")
            target = button.get("formaction", target)
        if form.method.lower() == "get":
            answer = await self.client.get(target, params=sent)
        else:
            answer = await self.client.post(target, data=sent)
            assert all(step.status_code == 303 for step in answer.history), answer.history
        self.at = Page(answer)
        return self.at

    async def sign_in(self, code: str, name: str, pin: str) -> Page:
        """Sign in with the household's code, as somebody in its list with a PIN."""
        await self.get("/sign-in")
        await self.submit("/sign-in", code=code)
        assert self.at is not None
        await self.get(self.at.link(name))
        return await self.submit("/sign-in/secret", secret=pin)
