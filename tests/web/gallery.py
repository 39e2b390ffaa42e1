"""The gallery: every template rendered with sample words and served as the node would serve it.

The server sends the strict Content-Security-Policy, so what would break in the product breaks
here. `python -m tests.web.gallery OUT [NAME ...]` writes pictures of each page at each size.
"""

import contextlib
import http.server
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import minijinja
import qrcode
import qrcode.image.svg
from playwright.sync_api import sync_playwright

from tests.web import samples, samples_desk, samples_gallery, samples_lobby, samples_portal

WEB = Path(__file__).parents[2] / "node" / "web"
SERVED = {"/sw.js": "text/javascript", "/manifest.webmanifest": "application/manifest+json"}
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}


@dataclass(frozen=True)
class Page:
    """One page of the gallery: its template, its face's screen and its sample context."""

    template: str
    face: str
    context: dict[str, Any] = field(default_factory=dict)


PAGES = {
    "portal-today": Page("portal/today.html", "phone", samples_portal.TODAY),
    "portal-find": Page("portal/find.html", "phone", samples_portal.FIND),
    "portal-find-nothing": Page("portal/find.html", "phone", samples_portal.FIND_NOTHING),
    "portal-find-wrong": Page("portal/find.html", "phone", samples_portal.FIND_WRONG),
    "portal-confirm": Page("portal/confirm.html", "phone", samples_portal.CONFIRM),
    "portal-pass": Page("portal/pass.html", "phone", samples_portal.PASS),
    "portal-offline": Page("portal/offline.html", "phone", {"actor": None}),
    "portal-refusal": Page("refusal.html", "phone", samples.REFUSAL),
    "kiosk-refusal": Page(
        "refusal.html", "lobby", {**samples_lobby.KIOSK, **samples.REFUSAL, "path": "/kiosk/x"}
    ),
    "desk-refusal": Page(
        "refusal.html", "desk", {**samples_desk.DESK, **samples.REFUSAL, "path": "/desk/x"}
    ),
    "kiosk-idle": Page("kiosk/idle.html", "lobby", samples_lobby.IDLE),
    "kiosk-home": Page("kiosk/home.html", "lobby", samples_lobby.HOME),
    "kiosk-home-signed-in": Page("kiosk/home.html", "lobby", samples_lobby.HOME_SIGNED_IN),
    "desk-today": Page("desk/today.html", "desk", samples_desk.DESK),
    "gallery-portal": Page("gallery.html", "phone", samples_gallery.gallery("portal")),
    "gallery-desk": Page("gallery.html", "desk", samples_gallery.gallery("desk")),
    "gallery-kiosk": Page("gallery.html", "lobby", samples_gallery.gallery("kiosk")),
}
# Addresses that the scripts themselves ask for, beside each page's own name.
ALIASES = {"": "portal-today", "mine/1/pass": "portal-pass", "offline": "portal-offline"}
SCREENS = {"phone": (390, 844), "desk": (1440, 900), "lobby": (1080, 1920)}


def translate(text: str, **values: object) -> str:
    """The German source text itself: the gallery speaks the source language."""
    return text.format(**values) if values else text


def environment() -> minijinja.Environment:
    """Templates as the web kit sets them up, without its request."""
    made = minijinja.Environment(
        loader=lambda name: (WEB / "templates" / name).read_text("utf-8"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.add_global("_", translate)
    made.add_global("static", lambda path: f"/static/{path}")
    return made


def render(name: str, **prefs: object) -> str:
    """One page of the gallery as HTML; `prefs` override language, theme, size, contrast."""
    page = PAGES[name]
    return environment().render_template(
        page.template, **{**samples.common(**prefs), **page.context}
    )


def _qr() -> bytes:
    image = qrcode.make(
        "https://flair.example.org/p/7KQ4M2XR", image_factory=qrcode.image.svg.SvgPathImage
    )
    return bytes(image.to_string())


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/static/"):
            file = WEB / url.path.lstrip("/")
            found = file.is_file()
            self._answer(
                200 if found else 404,
                TYPES.get(file.suffix, "text/plain"),
                file.read_bytes() if found else b"",
            )
        elif url.path == "/sample/qr.svg":
            self._answer(200, "image/svg+xml", _qr())
        elif url.path in SERVED:
            text = environment().render_template(url.path[1:], **samples.common())
            self._answer(200, SERVED[url.path], text.encode())
        elif (name := ALIASES.get(url.path[1:], url.path[1:])) in PAGES:
            prefs: dict[str, object] = {
                key: int(values[0]) if key == "size" else values[0]
                for key, values in parse_qs(url.query).items()
            }
            html = render(name, **prefs)
            self._answer(200, "text/html; charset=utf-8", html.encode())
        else:
            self._answer(404, "text/plain", b"not in the gallery")

    def do_POST(self) -> None:
        self._answer(204, "text/plain", b"")

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep test output quiet."""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the gallery on a loopback port; yields its base address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


CHROMIUM = [
    "--headless",
    "--lang=de",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def browser(*more: str) -> Iterator[Any]:
    """Debian's Chromium under Playwright; `more` are further flags."""
    with sync_playwright() as playwright, launched(playwright, *more) as chromium:
        yield chromium


@contextlib.contextmanager
def launched(playwright: Any, *more: str) -> Iterator[Any]:
    """One more Chromium of a Playwright that already runs."""
    chromium = playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=[*CHROMIUM, *more],
        env={**os.environ, "LANGUAGE": "de"},
    )
    try:
        yield chromium
    finally:
        chromium.close()


def show(page: Any, base: str, name: str, **prefs: str) -> None:
    """Open a page of the gallery at its face's own size."""
    width, height = SCREENS[PAGES[name].face]
    page.set_viewport_size({"width": width, "height": height})
    query = "&".join(f"{key}={value}" for key, value in prefs.items())
    page.goto(f"{base}/{name}?{query}")
    page.wait_for_function("document.fonts.status === 'loaded'")


VARIANTS = {
    "light": {},
    "dark": {"theme": "dark"},
    "contrast": {"contrast": "more"},
    "larger": {"size": "2"},
    "large": {"size": "3"},
    "rtl": {"lang": "ar", "dir": "rtl"},
}


def _picture(chromium: Any, url: str, size: tuple[int, int], out: Path, *, whole: bool) -> None:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, locale="de-DE")
    try:
        page.on("console", lambda message: sys.stderr.write(f"{out.name}: {message.text}\n"))
        page.on("pageerror", lambda error: sys.stderr.write(f"{out.name}: {error}\n"))
        page.goto(url)
        page.wait_for_function("document.fonts.status === 'loaded'")
        if whole:  # as tall as the page, so that what sticks to the window's edge stays there
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size[0], "height": max(size[1], tall)})
        page.screenshot(path=str(out))
    finally:
        page.close()


def main(arguments: list[str]) -> int:
    """Write pictures: OUT, then page names (all without), `name:variant` for one variant."""
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    wanted = arguments[1:] or [
        *(f"{name}:{variant}" for name in PAGES for variant in VARIANTS),
        *(f"{name}:light@desk" for name in PAGES if name.startswith("portal")),
    ]
    with served() as base, browser() as chromium:
        for entry in wanted:
            name, _, variant = entry.partition(":")
            screens = [PAGES[name].face]
            if "@" in variant:
                variant, _, screen = variant.partition("@")
                screens = [screen]
            query = "&".join(f"{k}={v}" for k, v in VARIANTS[variant or "light"].items())
            for screen in screens:
                file = out / f"{name}-{variant or 'light'}-{screen}.png"
                _picture(
                    chromium,
                    f"{base}/{name}?{query}",
                    SCREENS[screen],
                    file,
                    whole=screen != "lobby" or name.startswith("gallery"),
                )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
