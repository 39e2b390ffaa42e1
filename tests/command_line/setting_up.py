"""A box that is new, as the process that systemd would run, and somebody at its pages."""

from __future__ import annotations

import html
import re
import time
from types import TracebackType
from typing import Any

import httpx

from tests.command_line.serving import Serving

ELSEWHERE = {"X-Forwarded-For": "192.0.2.7"}
"""A request that comes through a proxy comes from no screen of the box itself."""
PATIENCE_SECONDS = 60.0


class Browser:
    """Somebody at the pages of a new box: at its own screen, or with a phone elsewhere."""

    def __init__(self, port: int, *, elsewhere: bool = False, language: str = "de") -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={**(ELSEWHERE if elsewhere else {}), "accept-language": language},
            follow_redirects=True,
            timeout=30,
            trust_env=False,
        )
        self.page = ""

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def get(self, path: str, *, until: float = 0.0) -> httpx.Response:
        """Open a page; with `until` wait so long for somebody to listen."""
        ends = time.monotonic() + until
        while True:
            try:
                return self._seen(self.http.get(path))
            except httpx.TransportError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)

    def post(self, path: str, *, file: tuple[str, bytes] | None = None, **fields: str) -> Any:
        """Send the form of the page that is open."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page)
        data = {"csrf": found[1] if found else "", **fields}
        if file is None:
            return self._seen(self.http.post(path, data=data))
        return self._seen(self.http.post(path, data=data, files={"file": file}))

    def see_through(self) -> str:
        """Look at the page of the work until it says what came of it."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.get("/setup/progress")
            is_over = "url=" in answer.headers.get("refresh", "")
            if is_over or not answer.url.path.endswith("/progress"):
                return self.page
            assert time.monotonic() < ends, self.page
            time.sleep(0.1)

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        self.page = html.unescape(answer.text)
        return answer


def start_code(box: Serving) -> str:
    """What the box's own terminal shows."""
    assert box.process.stdout is not None
    said = box.process.stdout.readline()
    found = re.search(r"(?:Startcode|start code) (\S+)", said)
    assert found is not None, said
    return found[1]
