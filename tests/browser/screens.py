"""Screens with somebody in front of them: a phone, the desk's computer, the lobby's touchscreen.

A test says what the person touches and types by the words that stand there, and what must be
there to be read. A screen counts its pages and touches, so that a story can hold how long it is.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLateError

from tests.chromium import serious

ALBUM = os.environ.get("QUARTIER_ALBUM", "")
"""Where each step is kept as a picture, to be looked at; nowhere if empty."""

KINDS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "lobby": {"viewport": {"width": 1080, "height": 1920}, "has_touch": True},
    "door": {"viewport": {"width": 1280, "height": 800}, "has_touch": True},
}
FITS = "document.documentElement.scrollWidth <= innerWidth"
PAGES_AT_MOST = 3
T = TypeVar("T")
expect.set_options(timeout=20_000)


class Screen:
    """One browser of one person; nothing is shared with other screens."""

    def __init__(self, page: Page, address: str, kind: str, story: str, *, script: bool) -> None:
        self.page = page
        self.script = script
        self.address = address
        self.kind = kind
        self.touches = 0
        self.pages = 0
        self.wrong: list[str] = []
        self._story = story
        self._pictures = 0
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._heard)
        page.on("response", self._answered)
        page.on("load", self._loaded)

    def _heard(self, said: Any) -> None:
        if "Policy" in said.text:
            self.wrong.append(said.text)

    def _answered(self, answer: Any) -> None:
        if answer.status >= 500:
            self.wrong.append(f"{answer.status} {answer.url}")

    def _loaded(self, _: Any) -> None:
        self.pages += 1

    # What a person does

    def open(self, path: str) -> None:
        """Type an address, or follow one from elsewhere."""
        whole = path.lower().startswith("http")
        self.page.goto(path if whole else f"{self.address}{path}")

    def touch(self, words: str, *, within: str = "body") -> None:
        """Touch what says these words: a button, a link, a field of choices."""
        self.touches += 1
        self.picture()
        found = self.find(words, within=within)
        found.tap() if self.kind != "desk" else found.click()

    def find(self, words: str, *, within: str = "body") -> Locator:
        """The one visible thing to touch that says these words."""
        place = self.page.locator(within)
        named = re.compile(rf"(?<![\w:]){re.escape(words)}(?![\w:])")
        touchable = place.get_by_role("button", name=named)
        for role in ("link", "radio", "checkbox"):
            touchable = touchable.or_(place.get_by_role(role, name=named))  # type: ignore[arg-type]
        return touchable.filter(visible=True)

    def type(self, label: str, text: str) -> None:
        """Fill the field with this label."""
        self.touches += 1
        self.field(label).fill(text)

    def field(self, label: str) -> Locator:
        """The field with this label."""
        return self.page.get_by_label(label, exact=True).filter(visible=True)

    def choose(self, label: str, option: str) -> None:
        """Choose in the list with this label."""
        self.touches += 1
        self.field(label).select_option(label=option)

    def unfold(self, words: str) -> None:
        """Open what is folded away behind these words."""
        self.touches += 1
        self.page.locator("summary", has_text=words).click()

    def press(self, sign: str) -> None:
        """Touch a key of the lobby's own keyboard."""
        self.touches += 1
        self.page.locator(".keyboard").get_by_role("button", name=sign, exact=True).tap()

    def scan(self, code: str) -> None:
        """Hold a code to a scanner: it types what it reads, quicker than any hand, and Enter.

        Five thousandths of a second a key, by the keys' own times, for this machine may be busy. (A
        clock that Playwright has put in gives them others: put it in later.)
        """
        self.page.wait_for_load_state()
        self.touches += 1
        self.picture()
        keys = self.page.context.new_cdp_session(self.page)
        begin = time.time()
        for number, sign in enumerate([*code, "Enter"]):
            text = "\r" if sign == "Enter" else sign
            key = {"key": sign, "timestamp": begin + number * 0.005}
            keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **key})
            keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
        keys.detach()

    # What a person sees

    def sees(self, *words: str) -> None:
        """All of these stand on the page, in its main part or beside it."""
        for each in words:
            expect(self.page.locator("body")).to_contain_text(each, use_inner_text=True)

    def does_not_see(self, *words: str) -> None:
        """None of these stands anywhere on the page."""
        for each in words:
            expect(self.page.locator("body")).not_to_contain_text(each, use_inner_text=True)

    def is_titled(self, words: str) -> None:
        """The page's heading holds these words."""
        expect(self.page.locator("h1")).to_contain_text(words)

    def is_at(self, path: str) -> None:
        """The page's address ends like this, as a pattern."""
        expect(self.page).to_have_url(re.compile(f"{path}$"))

    def is_well(self) -> None:
        """Nothing must be pushed sideways, and axe finds nothing serious."""
        self.picture()
        assert self.looked(lambda: self.page.evaluate(FITS))
        if self.script:
            assert not self.looked(lambda: serious(self.page))

    def looked(self, look: Callable[[], T]) -> T:
        """What a look at the page finds. A page that gives way to the next one meanwhile (it was
        refreshed, or what was touched last has only now been answered) is looked at when it is
        there.
        """
        for _ in range(PAGES_AT_MOST):
            self.page.wait_for_load_state()
            try:
                return look()
            except BrowserError as gone:
                if "context was destroyed" not in gone.message:
                    raise
        return look()

    def picture(self) -> None:
        """Keep a picture of what is there, if somebody wants to look at the story."""
        if not ALBUM:
            return
        folder = Path(ALBUM)
        folder.mkdir(parents=True, exist_ok=True)
        self._pictures += 1
        name = f"{self._story}-{self.kind}-{self._pictures:02d}.png"
        with suppress(TooLateError):  # a browser without script may wait for its font for ever
            self.page.screenshot(path=folder / name, full_page=self.kind != "lobby", timeout=5000)


@contextmanager
def screen(chromium: Any, address: str, kind: str, story: str, **more: Any) -> Iterator[Screen]:
    """A fresh browser of a kind; anything that breaks in its pages fails the story."""
    options = {"locale": "de-DE", "reduced_motion": "reduce", **KINDS[kind], **more}
    context = chromium.new_context(**options)
    script = options.get("java_script_enabled", True)
    opened = Screen(context.new_page(), address, kind, story, script=script)
    try:
        yield opened
        opened.picture()
    finally:
        context.close()
    assert not opened.wrong
