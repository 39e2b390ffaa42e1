"""Walks through every page in Chromium, as the people who see it, and hands each to an eye.

The eye takes pictures (`python -m tests.pictures`) or measures (`test_pages.py`): both see the
same pages, reached the same way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.pictures.shots import ELSEWHERE, SCENES, SCREENS, Scene, Shot
from tests.pictures.stage import AT, PIN, Stage

OURS = ("blocked by Playwright", "Failed to load resource: the server responded with a status of")
"""What the console says of the service worker that this walk keeps away, and of pages of a no."""
Eye = Callable[["Seen"], None]
Failed = Callable[[Shot, Exception], object]
PATIENCE_MS = 15_000


@dataclass
class Seen:
    """A page as its person has it before them, and what happened on the way there."""

    shot: Shot
    page: Any
    language: str
    status: int = 0
    said: list[str] = field(default_factory=list)
    """What the console said and scripts threw."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for since the page itself was."""
    finished: list[Any] = field(default_factory=list)
    """The requests that were answered since."""


class Walk:
    """One walk over the stage."""

    def __init__(self, stage: Stage, chromium: Any) -> None:
        self.stage = stage
        self.chromium = chromium
        self._kept: dict[tuple[str, str], Any] = {}

    def through(
        self,
        eye: Eye,
        *,
        names: Iterable[str] = (),
        languages: Iterable[str] = ("de",),
        failed: Failed | None = None,
        **more: Any,
    ) -> None:
        """Show the eye every page, or those of these names; `more` are Playwright's options.

        A page that cannot be reached ends the walk, or is told to `failed`.
        """
        wanted = set(names)
        for scene in SCENES:
            shots = [shot for shot in scene.shots if not wanted or shot.name in wanted]
            if shots:
                self._set(scene)
            for shot in shots:
                for language in [*languages][: 1 if shot.once else None]:
                    try:
                        self.show(shot, scene, eye, language=language, **more)
                    except Exception as error:
                        if failed is None:
                            raise
                        failed(shot, error)

    def _set(self, scene: Scene) -> None:
        self.stage.set_scene(line=scene.line, doubted=scene.doubted, at=scene.at)
        if scene.line == "cut" or scene.doubted:
            time.sleep(1.5)  # nodes look at the switch once a second

    def show(
        self, shot: Shot, scene: Scene, eye: Eye, *, language: str = "de", **more: Any
    ) -> None:
        """Reach one page and show it."""
        self.stage.clock.set(scene.at)
        with self.opened(shot, scene, language, **more) as seen:
            eye(seen)

    @contextmanager
    def opened(self, shot: Shot, scene: Scene, language: str, **more: Any) -> Iterator[Seen]:
        """The page that a shot leads to, in a browser of its person."""
        state = self.state_of(shot.who, shot.node) if shot.who else None
        context = self.context(shot, language, state, at=scene.at, **more)
        try:
            seen = Seen(shot, context.new_page(), language)
            listen(seen)
            self._reach(seen)
            yield seen
        finally:
            context.close()

    def context(self, shot: Shot, language: str, state: Any, *, at: Any = AT, **more: Any) -> Any:
        """A browser that knows nobody, or what it kept of somebody."""
        width, height = SCREENS[shot.screen]
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            locale="de-DE",
            reduced_motion="reduce",
            service_workers="block",
            storage_state=state,
            extra_http_headers=dict(shot.headers) or None,
            **more,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.clock.set_fixed_time(at)
        self.prefer(context, shot.node, language)
        return context

    def prefer(self, context: Any, node: str, language: str) -> None:
        """Let a browser ask for a language, on every face of a node."""
        address = self.stage.address(node)
        port = urlsplit(address).port
        wishes = {
            f"prefs_{port}": f"{language}.auto.1.auto",
            f"quartier_kiosk_prefs_{port}": f"{language}.1.auto",
        }
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in wishes.items()]
        )

    def _reach(self, seen: Seen) -> None:
        shot, known = seen.shot, self.stage.known
        if "{away}" in shot.path:
            self.state_of("away", "central")  # who made the link knows it
        path = shot.path.format_map(known)
        seen.page.goto(f"{self.stage.address(shot.node)}{path}")
        for step in shot.steps:
            step(seen.page, known)
        seen.page.wait_for_function("document.fonts.status === 'loaded'")

    # Signing in, once for each person and node

    def state_of(self, who: str, node: str) -> Any:
        """What the browser of somebody keeps who signed in at a node; "left" signed out again."""
        if (who, node) not in self._kept:
            self._kept[who, node] = SIGN_INS.get(who, at_the_desk)(self, who, node)
        return self._kept[who, node]

    def forget(self, who: str, node: str) -> None:
        """Let somebody sign in anew, who was signed out."""
        self._kept.pop((who, node), None)

    def signing_in(self) -> tuple[Any, Any]:
        """A fresh browser with its page."""
        context = self.chromium.new_context(locale="de-DE", service_workers="block")
        return context, context.new_page()


def listen(seen: Seen) -> None:
    """Note what the page says, throws and asks for."""
    page = seen.page

    def heard(said: Any) -> None:
        if said.type in {"error", "warning"} and not any(word in said.text for word in OURS):
            seen.said.append(said.text)

    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("console", heard)
    listen_to_the_line(seen)


def listen_to_the_line(seen: Seen) -> None:
    """Note what is asked for since the page itself was, and how that was answered."""
    page = seen.page

    def answered(answer: Any) -> None:
        request = answer.request
        if request.is_navigation_request() and request.frame == page.main_frame:
            seen.status = answer.status

    def asked(request: Any) -> None:
        if request.is_navigation_request():
            for noted in (seen.said, seen.asked, seen.finished):
                noted.clear()
        seen.asked.append(request.url)

    def finished(request: Any) -> None:  # Playwright marks what listens: a built-in it cannot
        seen.finished.append(request)

    page.on("request", asked)
    page.on("response", answered)
    page.on("requestfinished", finished)


def at_the_phone(walk: Walk, who: str, node: str) -> Any:
    """Sign in with the letter and the PIN."""
    known = walk.stage.known
    code = known["code"] if who == "resident" else known[f"{who}_code"]
    context, page = walk.signing_in()
    page.goto(f"{walk.stage.address(node)}/c/{code}")
    page.click("form[action^='/sign-in'] .button-primary")
    page.click(f"a:text-is('{known[who]}')")
    page.fill("#secret", PIN)
    page.click("form[action^='/sign-in/secret'] .button-primary")
    page.wait_for_url(f"{walk.stage.address(node)}/")
    state = context.storage_state()
    context.close()
    return state


def known_there(walk: Walk, who: str, node: str) -> Any:
    """A browser where the resident was signed in before."""
    context = walk.chromium.new_context(
        storage_state=at_the_phone(walk, "resident", node), service_workers="block"
    )
    page = context.new_page()
    page.goto(f"{walk.stage.address(node)}/account")
    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/sign-in")
    state = context.storage_state()
    context.close()
    return state


def on_the_way(walk: Walk, who: str, node: str) -> Any:
    """Open at central what the resident made at home for the way."""
    context = walk.chromium.new_context(
        storage_state=walk.state_of("resident", "home"), service_workers="block"
    )
    page = context.new_page()
    page.goto(f"{walk.stage.address()}/account")
    page.click("form[action='/account/outside'] button")
    link = page.get_attribute(".outside-link a", "href")
    walk.stage.known["away"] = link.rpartition("/")[2]
    walk.stage.until_even(seconds=60)
    page.goto(link)
    page.click("form[action^='/away/'] button")
    page.wait_for_url(f"{walk.stage.address('central')}/")
    state = context.storage_state()
    context.close()
    return state


def at_the_lobby(walk: Walk, who: str, node: str) -> Any:
    """Hold the card to the reader and type the PIN."""
    known = walk.stage.known
    card = known["card"] if who == "card" else known[who.replace("-", "_")]
    context, page = walk.signing_in()
    page.goto(f"{walk.stage.address(node)}/kiosk/sign-in")
    page.fill("#code", card)
    page.click("form.scan .button-primary")
    page.fill("#pin", PIN)
    page.click(".pin-form .button-primary")
    page.wait_for_url(re.compile("/kiosk/(home|told)$"))
    state = context.storage_state()
    context.close()
    return state


def at_the_desk(walk: Walk, who: str, node: str) -> Any:
    """Begin a shift."""
    context, page = walk.signing_in()
    page.goto(f"{walk.stage.address(node)}/desk/sign-in")
    page.fill("#name", who)
    page.fill("#password", walk.stage.known[f"password_{who}"])
    page.click(".button-primary")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    state = context.storage_state()
    context.close()
    return state


def with_the_start_code(walk: Walk, who: str, node: str) -> Any:
    """Type the code that a new box shows on its own screen."""
    context = walk.chromium.new_context(
        locale="de-DE", service_workers="block", extra_http_headers=dict(ELSEWHERE)
    )
    page = context.new_page()
    page.goto(f"{walk.stage.address(node)}/setup?code={walk.stage.known['start_code']}")
    page.click("main .button-primary")
    page.wait_for_url(re.compile("/setup(/progress)?$"))
    state = context.storage_state()
    context.close()
    return state


def at_central(walk: Walk, who: str, node: str) -> Any:
    """Sign in as the operator of a central."""
    context, page = walk.signing_in()
    page.goto(f"{walk.stage.address(node)}/central/sign-in")
    page.fill("#password", walk.stage.known["operator"])
    page.click("main .button-primary")
    page.wait_for_url("**/central")
    state = context.storage_state()
    context.close()
    return state


SIGN_INS: dict[str, Callable[[Walk, str, str], Any]] = {
    "resident": at_the_phone,
    "busy": at_the_phone,
    "newcomer": at_the_phone,
    "booker": at_the_phone,
    "host": at_the_phone,
    "moved": at_the_phone,
    "shut": at_the_phone,
    "left": known_there,
    "founder": with_the_start_code,
    "operator": at_central,
    "away": on_the_way,
    "card": at_the_lobby,
    "busy-card": at_the_lobby,
    "newcomer-card": at_the_lobby,
    "booker-card": at_the_lobby,
    "moved-card": at_the_lobby,
    "shut-card": at_the_lobby,
    "mira-card": at_the_lobby,
}
