"""A node under a service manager: the socket stays over restarts, and word of how it is arrives."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from node.__main__ import main
from node.units import Manager
from tests.command_line.serving import (
    ROOT,
    Serving,
    answer,
    environment,
    free_port,
    hear,
    told,
    wait_until_answers,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "node"
    assert main(["init", "--data", str(folder)]) == 0
    return folder


@pytest.fixture
def settings() -> dict[str, object]:
    return {"port": free_port(), "sync_port": free_port()}


def test_a_restart_refuses_nobody(data: Path, settings: dict[str, object]) -> None:
    """The pages are asked for without a pause while the node is ended and started twice."""
    statuses: list[int] = []
    troubles: list[OSError] = []
    is_over = threading.Event()

    def ask(port: int) -> None:
        while not is_over.is_set():
            try:
                statuses.append(answer(port))
            except OSError as error:
                troubles.append(error)

    with socket.create_server(("127.0.0.1", 0), backlog=512) as held:
        port = held.getsockname()[1]
        people = [threading.Thread(target=ask, args=(port,)) for _ in range(3)]
        for person in people:
            person.start()
        for _ in range(3):
            with Serving(data, settings=settings, given=held) as node:
                before = len(statuses)
                wait_until_answers(port)
                while len(statuses) < before + 50 and not troubles:
                    is_over.wait(0.05)
                assert node.end()[0] == 0
        is_over.set()
        with Serving(data, settings=settings, given=held):
            for person in people:
                person.join(timeout=30)
    assert troubles == []
    assert len(statuses) >= 150
    assert set(statuses) == {200}


def test_the_socket_of_the_unit_is_the_one_that_serves(
    data: Path, settings: dict[str, object]
) -> None:
    """The port of the settings stays free: the unit decides where the pages are."""
    with (
        socket.create_server(("127.0.0.1", 0)) as held,
        Serving(data, settings=settings, given=held),
    ):
        wait_until_answers(held.getsockname()[1])
        with pytest.raises(OSError, match="refused"):
            answer(int(str(settings["port"])))


def test_a_second_socket_is_refused_since_nobody_would_answer_there(
    data: Path, settings: dict[str, object]
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as held,
        Serving(data, settings=settings, given=held, claims=2) as node,
    ):
        _, written = node.process.communicate(timeout=30)
    assert node.process.returncode == 1
    assert "hands over 2 sockets. Leave one ListenStream=" in written


def test_systemd_itself_can_start_a_node_by_its_socket(
    data: Path, settings: dict[str, object]
) -> None:
    activate = shutil.which("systemd-socket-activate")
    if not activate:
        pytest.skip("systemd-socket-activate is not installed")
    port = free_port()
    given = [f"--setenv={name}={value}" for name, value in environment(**settings).items()]
    command = [sys.executable, "-m", "node", "serve", "--data", str(data)]
    waiting = subprocess.Popen(
        [activate, "--listen", f"127.0.0.1:{port}", *given, *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        wait_until_answers(port)
        waiting.send_signal(signal.SIGTERM)
        waiting.communicate(timeout=30)
        assert waiting.returncode == 0
    finally:
        waiting.kill()
        waiting.communicate()


def test_word_of_how_it_is_arrives(data: Path, settings: dict[str, object], tmp_path: Path) -> None:
    with told(tmp_path) as hearing:
        more = {"NOTIFY_SOCKET": hearing.getsockname(), "WATCHDOG_USEC": "600000"}
        with Serving(data, settings=settings, more=more) as node:
            assert hear(hearing, "READY=1").count("READY=1") == 1
            answer(int(str(settings["port"])))
            for _ in range(3):
                assert hear(hearing, "WATCHDOG=1") == ["WATCHDOG=1"]
            status, written = node.end()
        assert "STOPPING=1" in hear(hearing, "STOPPING=1")
        assert (status, written) == (0, "")


def test_without_a_watchdog_no_signs_of_life_are_given(
    data: Path, settings: dict[str, object], tmp_path: Path
) -> None:
    with told(tmp_path) as hearing:
        more = {"NOTIFY_SOCKET": hearing.getsockname()}
        with Serving(data, settings=settings, more=more) as node:
            assert hear(hearing, "READY=1") == ["READY=1"]
            node.end(signal.SIGINT)
        assert hear(hearing, "STOPPING=1") == ["STOPPING=1"]


async def watch(trouble: str, environment: dict[str, str]) -> None:
    async def is_well() -> None:
        if trouble == "hangs":
            await asyncio.Event().wait()
        elif trouble == "raises":
            raise OSError("no disk")

    manager = Manager.taken_from(environment)
    watching = asyncio.create_task(manager.keep_watchdog(is_well))
    await asyncio.sleep(0.2)
    watching.cancel()


@pytest.mark.parametrize(
    ("trouble", "signs"), [("none", True), ("hangs", False), ("raises", False)]
)
def test_a_node_that_does_not_work_gives_no_sign_of_life(
    trouble: str, signs: bool, tmp_path: Path
) -> None:
    with told(tmp_path) as hearing:
        environment = {"NOTIFY_SOCKET": hearing.getsockname(), "WATCHDOG_USEC": "60000"}
        asyncio.run(watch(trouble, environment))
        hearing.setblocking(False)
        heard = []
        while True:
            try:
                heard.append(hearing.recv(100))
            except BlockingIOError:
                break
    assert (set(heard) == {b"WATCHDOG=1"}) is signs
    assert bool(heard) is signs


def test_what_is_meant_for_another_process_is_not_taken_for_ours() -> None:
    meant = {"WATCHDOG_USEC": "60000", "WATCHDOG_PID": "1", "LISTEN_FDS": "1", "LISTEN_PID": "1"}
    assert Manager.taken_from(meant) == Manager()
    assert meant == {}


def test_no_child_speaks_for_the_node() -> None:
    """The clock asks timedatectl, which would tell systemd of its own end."""
    told = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "1", "PATH": "/bin"}
    Manager.taken_from(told)
    assert told == {"PATH": "/bin"}


def test_an_abstract_socket_is_told_too(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(f"\0{tmp_path}")
        hearing.settimeout(10)
        Manager(f"@{tmp_path}").tell("READY=1")
        assert hearing.recv(100) == b"READY=1"
