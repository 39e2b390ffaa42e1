"""A new box on the residents' Wi-Fi: strangers get nowhere, rubbish breaks nothing."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.serving import listener
from node.settings import Settings
from node.setup.serving import setup_app, setup_pages
from node.setup.state import Setup
from node.setup.work import Work
from node.web.listening import page_listener_options
from tests.command_line.serving import free_port
from tests.hostile.laws import check_headers
from tests.hostile.routes import Route
from tests.hostile.rubbish import MARK, values

ROUTES = sorted(
    Route(route.path, str(method))
    for route in setup_app().routes
    if route.path.startswith("/setup")
    for method in getattr(route, "methods", ())
    if method in {"GET", "POST"}
)
OPEN_TO_ALL = {"GET /setup", "POST /setup/code"}
FIELDS = ("code", "address", "sheet", "key", "dead", "backup", "folder", "name", "proof", "alone")
ELSEWHERE = {"X-Forwarded-For": "192.0.2.66"}


@dataclass
class NewBox:
    """The pages of a first start on a real socket."""

    setup: Setup
    port: int

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers=headers, trust_env=False, timeout=20
        )


@pytest.fixture
def box(tmp_path: Path) -> Iterator[NewBox]:
    port = free_port()
    made = Settings(data=tmp_path / "data", port=port, discovery=False)
    setup = Setup(made, Work(nullcontext), sticks=())
    server = listener(setup_pages(setup), **page_listener_options())
    server.config.host, server.config.port = "127.0.0.1", port
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield NewBox(setup, port)
    server.should_exit = True
    thread.join(10)


def test_there_is_something_to_attack() -> None:
    assert len(ROUTES) >= 11


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_stranger_gets_nowhere_without_the_start_code(route: Route, box: NewBox) -> None:
    with box.client(**ELSEWHERE) as stranger:
        csrf = re.search(r'name="csrf" value="(\w+)"', stranger.get("/setup").text)
        assert csrf is not None
        body = {"data": {"csrf": csrf[1], "code": "x"}} if route.method == "POST" else {}
        answer = stranger.request(route.method, route.path, **body)
        shown = box.setup.door.shown
        assert answer.status_code == (200 if str(route) == "GET /setup" else 403)
        assert shown not in answer.text
        assert box.setup.door.code not in answer.text
    assert not box.setup.settings.data.exists()


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_another_site_cannot_use_the_screen_of_the_box(route: Route, box: NewBox) -> None:
    """A page of a stranger in the box's own browser, and a name that was rebound to the box."""
    if route.method == "POST":
        with box.client(origin="https://evil.example") as screen:
            assert screen.post(route.path, data={"code": "x"}).status_code == 403
        with box.client() as screen:
            assert screen.post(route.path, data={"code": "x"}).status_code == 403, "no token"
    with box.client(host="evil.example") as screen:
        assert screen.request(route.method, route.path).status_code == 421


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_rubbish_is_answered_honestly_and_sets_nothing_up(
    route: Route, box: NewBox, caplog: pytest.LogCaptureFixture
) -> None:
    with box.client() as screen:
        found = re.search(r'name="csrf" value="(\w+)"', screen.get("/setup/join").text)
        assert found is not None
        csrf = found[1]

        @settings(
            max_examples=25,
            derandomize=True,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        @given(
            st.dictionaries(st.sampled_from(FIELDS), values((MARK,)), max_size=6),
            st.booleans(),
        )
        def attack(fields: dict[str, str], as_file: bool) -> None:
            sent: dict[str, Any] = {"params": {}}
            if route.method == "POST":
                sent = {"data": {**fields, "csrf": csrf}}
                if as_file:
                    sent["files"] = {"file": ("\x00../x.zip", b"PK\x03\x04" + MARK.encode())}
            try:
                answer = screen.request(route.method, route.path, **sent)
            except httpx.InvalidURL:
                return
            told = f"{route} {fields} -> {answer.status_code}"
            assert answer.status_code in {200, 303, 400, 403, 404, 409, 422, 429}, told
            check_headers(answer, told)

        attack()
    assert not (box.setup.settings.data / "quarter.db").exists()
    assert not box.setup.is_done
    assert MARK not in caplog.text


def test_guesses_do_not_fill_the_memory(box: NewBox) -> None:
    for number in range(500):
        box.setup.door.open("AAAA-AAAA", f"192.0.2.{number}")
    assert len(box.setup.door.guesses) <= 60
