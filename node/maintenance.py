"""The pages of a node that cannot serve its database: what is the matter, and what to do.

A box that ends and is started again for ever tells nobody anything. So it says it on every address,
in the visitor's language, as a page or as data, and looks now and then whether somebody has helped:
a stick was plugged in, a backup restored, an older file put back.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import math
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import msgspec
from litestar.types import Receive, Send

from node.base.refusals import N_, Refusal
from node.keeping import backups_of
from node.serving import bound, listener, run_until_stopped
from node.settings import Settings
from node.units import Manager
from node.web.i18n import (
    CODES,
    COMPLETE_CODES,
    DIRECTIONS,
    LANGUAGES,
    best_language,
    has,
    translate,
)
from node.web.prefs import PREFS_COOKIE
from node.web.templating import Templates

LOOKS_EVERY_SECONDS = 5.0
AGAIN_SECONDS = 15.0
"""What is no fault of the file is tried again: nothing on the disk tells when it is over."""

PASSING = "start."
"""Begins the codes of troubles around the file; see `troubles.refusal_at_start`."""

STYLE = """
:root{color-scheme:light dark}
body{margin:0;font:clamp(1rem,.6rem + 1.4vw,2rem)/1.5 system-ui,sans-serif;background:Canvas;
color:CanvasText}
main{max-width:38rem;margin:0 auto;padding:8vh 1.5rem}
h1{font-size:1.6em;line-height:1.2}
a{color:LinkText;display:inline-block;padding:.6em .8em .6em 0}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_HEADERS = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none';"
        " frame-ancestors 'none'".encode(),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)

log = logging.getLogger("quartier")


TITLE = N_("Diese Box braucht Hilfe")
STAYS = N_(
    "Was schon gespeichert war, wird nicht gelöscht. Diese Seite lädt sich alle {seconds} Sekunden"
    " neu."
)
LOADS_AGAIN_SECONDS = 30


class Maintenance:
    """Answers everything with 503 and the same sentences.

    Pages load themselves again after so many `seconds`. `remedy`, a sentence and its values, may
    change meanwhile.
    """

    def __init__(
        self, refusal: Refusal, *, title: str = TITLE, seconds: int = LOADS_AGAIN_SECONDS
    ) -> None:
        self.remedy = refusal.remedy, refusal.values
        self._refusal = refusal
        self._title = title
        self._seconds = seconds
        self._templates = Templates(ZoneInfo("UTC"))

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """The ASGI application."""
        if scope["type"] != "http":
            return
        asked = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        language = self._language(scope, asked)
        path = scope["path"]
        if path == "/health" or path.startswith("/api/") or _wants_json(asked):
            kind, body = b"application/problem+json", self._problem(language)
        else:
            kind, body = b"text/html; charset=utf-8", self._page(language)
        length = (b"content-length", str(len(body)).encode())
        again = str(self._seconds).encode()
        # A screen that nobody tends, as in the lobby, finds back by itself.
        waits = [(b"retry-after", again), (b"refresh", again)]
        headers = [*_HEADERS, *waits, (b"content-type", kind), length]
        start: Any = {"type": "http.response.start", "status": 503, "headers": headers}
        await send(start)
        shown = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": shown, "more_body": False})

    def _page(self, language: str) -> bytes:
        known = self._codes()
        context = {
            "lang": language,
            "dir": DIRECTIONS[language],
            "title": translate(language, self._title),
            "stays": translate(language, STAYS, seconds=self._seconds),
            "message": self._message(language),
            "remedy": self._help(language),
            "others": [
                {"code": other.code, "name": other.name}
                for other in LANGUAGES
                if other.code != language and other.code in known
            ],
            "style": STYLE,
        }
        return self._templates.render("maintenance.html", language, context).encode()

    def _problem(self, language: str) -> bytes:
        return msgspec.json.encode(
            {
                "type": f"urn:quartier:{self._refusal.code}",
                "title": self._message(language),
                "status": 503,
                "detail": self._help(language),
                "code": self._refusal.code,
                "ok": False,
            }
        )

    def _language(self, scope: Any, asked: dict[bytes, str]) -> str:
        """What was chosen here, or on the pages before, or in the browser; of the languages that
        say this in words of their own.
        """
        known = self._codes()
        chosen: str = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        for code in (chosen, _kept_language(asked)):
            if code in known:
                return code
        return best_language(asked.get(b"accept-language", ""), among=known)

    def _codes(self) -> list[str]:
        needed = (self._title, self._refusal.message, self.remedy[0], STAYS)
        partial = (code for code in CODES if all(has(code, text) for text in needed))
        return [*COMPLETE_CODES, *(code for code in partial if code not in COMPLETE_CODES)]

    def _message(self, language: str) -> str:
        return translate(language, self._refusal.message, **self._refusal.values)

    def _help(self, language: str) -> str:
        text, values = self.remedy
        return translate(language, text, **values)


def _kept_language(asked: dict[bytes, str]) -> str:
    found = SimpleCookie(asked.get(b"cookie", "")).get(PREFS_COOKIE)
    return found.value.split(".")[0] if found is not None else ""


def _wants_json(asked: dict[bytes, str]) -> bool:
    accept = asked.get(b"accept", "")
    return "json" in accept and "text/html" not in accept


async def until_helped(settings: Settings, refusal: Refusal, manager: Manager) -> bool:
    """Serve the page until something changed on the disk; False where the node was told to end."""
    helped = False
    server = listener(Maintenance(refusal))

    async def look() -> None:
        nonlocal helped
        await until_worth_a_try(settings, refusal)
        helped = True
        server.should_exit = True

    looking = asyncio.create_task(look())
    watching = asyncio.create_task(manager.keep_watchdog(_well))
    sock = manager.take_socket() or bound(settings.host, settings.port)
    try:
        await run_until_stopped([(server, sock)], ready=lambda: manager.tell("READY=1"))
    finally:
        looking.cancel()
        watching.cancel()
    return helped


async def until_worth_a_try(settings: Settings, refusal: Refusal) -> None:
    """Wait until something changed on the disk, or what passes by itself may be over."""
    loop = asyncio.get_running_loop()
    before = await asyncio.to_thread(_stand_of, settings)
    again_at = loop.time() + (AGAIN_SECONDS if refusal.code.startswith(PASSING) else math.inf)
    while loop.time() < again_at:
        await asyncio.sleep(LOOKS_EVERY_SECONDS)
        if await asyncio.to_thread(_stand_of, settings) != before:
            return


async def _well() -> None:
    """There is nothing that could hang."""


def _stand_of(settings: Settings) -> object:
    """What changes when somebody helps: the file itself, or which backups can be reached."""
    stat = settings.database.stat() if settings.database.exists() else None
    found = backups_of(settings)
    place = found.place
    names = sorted(path.name for path in place.iterdir()) if place.is_dir() else []
    return (stat and (stat.st_ino, stat.st_size, stat.st_mtime_ns), names)
