"""The gallery: every component in every state, served as the node would serve it.

The server sends the strict Content-Security-Policy, so what would break in the product breaks
here. The tests look at it from right to left and in the states that no real page has at hand.
"""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import minijinja
import qrcode
import qrcode.image.svg

from node.web.gate import CONTENT_POLICY
from node.web.sheet import Sheet
from tests.web import samples

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "node" / "web"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
PAGES = {"gallery-portal": "phone", "gallery-desk": "desk", "gallery-kiosk": "lobby"}
"""The sheet in the frame of each face, and the screen that it is looked at on."""
SCREENS = {"phone": (390, 844), "desk": (1440, 900), "lobby": (1080, 1920)}


def translate(text: str, **values: object) -> str:
    """The German source text itself: the gallery speaks the source language."""
    return text.format(**values) if values else text


def read(name: str) -> str:
    """A template of the product, or the gallery's own."""
    folder = HERE if name == "gallery.html" else WEB / "templates"
    return (folder / name).read_text("utf-8")


def load(name: str) -> str:
    """The same as the web kit loads it."""
    sheet = Sheet(read)
    return sheet.source(name) or sheet.cut(name, read(name))


def environment() -> minijinja.Environment:
    """Templates as the web kit sets them up, without its request."""
    made = minijinja.Environment(loader=load, trim_blocks=True, lstrip_blocks=True)
    made.add_global("_", translate)
    made.add_global("static", lambda path: f"/static/{path}")
    return made


def render(name: str, **prefs: object) -> str:
    """The gallery as HTML; `prefs` override language, theme, size, contrast."""
    context = {**samples.common(**prefs), **samples.gallery(name.partition("-")[2])}
    return environment().render_template("gallery.html", **context)


def _qr() -> bytes:
    image = qrcode.make(
        "https://flair.example.org/p/7KQ4M2XR", image_factory=qrcode.image.svg.SvgPathImage
    )
    return bytes(image.to_string())


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        name = url.path[1:]
        if url.path.startswith("/static/"):
            own = url.path == "/static/css/gallery.css"
            file = HERE / "gallery.css" if own else WEB / name
            found = file.is_file()
            self._answer(
                200 if found else 404,
                TYPES.get(file.suffix, "text/plain"),
                file.read_bytes() if found else b"",
            )
        elif url.path == "/sample/qr.svg":
            self._answer(200, "image/svg+xml", _qr())
        elif name in PAGES:
            prefs: dict[str, object] = {
                key: int(values[0]) if key == "size" else values[0]
                for key, values in parse_qs(url.query).items()
            }
            self._answer(200, "text/html; charset=utf-8", render(name, **prefs).encode())
        else:
            self._answer(404, "text/plain", b"not in the gallery")

    def do_POST(self) -> None:
        self._answer(204, "text/plain", b"")

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CONTENT_POLICY.decode())
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


def show(page: Any, base: str, name: str, **prefs: str) -> None:
    """Open the gallery at its face's own size."""
    width, height = SCREENS[PAGES[name]]
    page.set_viewport_size({"width": width, "height": height})
    query = "&".join(f"{key}={value}" for key, value in prefs.items())
    page.goto(f"{base}/{name}?{query}")
    page.wait_for_function("document.fonts.status === 'loaded'")
