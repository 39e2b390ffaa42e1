"""What a socket may send and how slowly: the listener of the pages bounds everybody."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from node.web import listening
from tests.hostile.live import LOBBY, LiveNode, drained, raw

HEAD = b"GET /health HTTP/1.1\r\nhost: localhost\r\n"


def still_works(live: LiveNode) -> None:
    answer = live.visitor().get("/health")
    assert answer.status_code == 200


@contextlib.contextmanager
def held(live: LiveNode, count: int, *, at: str) -> Iterator[list[socket.socket]]:
    """Connections of one address that say nothing."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                socket.create_connection(("127.0.0.1", live.port), 5, source_address=(at, 0))
            )
            for _ in range(count)
        ]


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01" * 20,
        b"\x00" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /coffee HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\nhost localhost\n\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nhost: localhost\r\n\r\n",
        HEAD + b"content-length: -1\r\n\r\n",
        HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\n12345",
        HEAD + b"content-length: 99999999999999999999999\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nabc",
        HEAD + b"transfer-encoding: chunked\r\n\r\nzzz\r\n",
        HEAD + b"x y: z\r\n\r\n",
        HEAD + b"x-a: b\x00c\r\n\r\n",
        HEAD + b" folded: yes\r\n\r\n",
        HEAD + b"no-colon\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=range(20),
)
def test_what_is_no_request_is_refused_in_two_languages(live: LiveNode, data: bytes) -> None:
    answer = raw(live, data, seconds=3)
    assert 400 <= status(answer) < 500, answer
    assert b"Startseite" in answer or b"Adresse" in answer, answer
    assert live.log.lines == []
    still_works(live)


def test_a_request_without_a_host_is_no_visit(live: LiveNode) -> None:
    for data in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: \r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: [\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: [::1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a@localhost@evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost.evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: \xff\xfe\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\n\r\n",
    ):
        answer = raw(live, data.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
        assert status(answer) in {400, 421}, data
        assert b"<html" not in answer
    assert live.log.lines == []


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n",
        HEAD + b"cookie: a=" + b"b" * 40_000 + b"\r\n\r\n",
        HEAD + b"".join(b"x-%d: y\r\n" % n for n in range(200)) + b"\r\n",
        HEAD + b"x: " + b"y" * 2_000_000,
    ],
    ids=["address", "cookie", "many", "endless"],
)
def test_a_head_without_measure_is_refused_and_not_kept(live: LiveNode, head: bytes) -> None:
    answer = raw(live, head, seconds=3)
    assert status(answer) in {0, 431}
    if answer:
        assert "Cookies" in answer.decode()
    still_works(live)


def test_a_body_without_measure_is_refused_before_it_is_kept(live: LiveNode) -> None:
    head = b"POST /prefs HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    form = b"content-type: application/x-www-form-urlencoded\r\n"
    told = raw(live, head + form + b"content-length: 99000000\r\n\r\n" + b"a" * 10)
    assert status(told) == 413
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    dripped = raw(live, head + form + b"transfer-encoding: chunked\r\n\r\n" + chunk * 40)
    assert status(dripped) in {0, 413}
    assert live.log.lines == []
    still_works(live)


def test_who_dawdles_is_shown_the_door(own: LiveNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(listening, "BODY_SECONDS", 0.5)
    post = b"POST /prefs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
    for first, drip in ((b"", b""), (b"G", b""), (HEAD, b"x-a: b\r\n"), (post, b"a")):
        with held(own, 1, at="127.0.0.3") as (sock,):
            sock.settimeout(0.1)
            began = time.monotonic()
            sock.sendall(first)
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - began < 8:
                    with contextlib.suppress(TimeoutError):
                        if not sock.recv(1000):
                            break
                    sock.sendall(drip)
            assert time.monotonic() - began < 8, first
    assert own.log.lines == []
    still_works(own)


def test_one_address_takes_only_its_share_of_connections(
    own: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_is_loopback", lambda host: host == LOBBY)
    with held(own, 200, at="127.0.0.3") as socks:
        time.sleep(0.5)
        still_works(own)
        for sock in socks:
            sock.settimeout(0.05)
        open_ = sum(1 for sock in socks if not is_closed(sock))
        assert open_ <= listening.CONNECTIONS_MAX_PER_ADDRESS
    still_works(own)


def is_closed(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_crowd_of_idle_ones_makes_room_for_whoever_comes(
    own: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "CONNECTIONS_MAX", 60)
    monkeypatch.setattr(listening, "_is_loopback", lambda host: host == LOBBY)
    with held(own, 40, at="127.0.0.3"), held(own, 40, at="127.0.0.4"):
        time.sleep(0.3)
        assert status(raw(own, HEAD + b"connection: close\r\n\r\n", at="127.0.0.5")) == 200
        still_works(own)


def test_the_box_itself_is_not_counted_for_a_proxy_may_stand_there(own: LiveNode) -> None:
    assert listening._is_loopback(LOBBY)
    assert listening._is_loopback("::1")
    assert not listening._is_loopback("192.168.1.7")
    assert not listening._is_loopback("")


def test_pipelined_requests_are_answered_in_order(live: LiveNode) -> None:
    with held(live, 1, at="127.0.0.6") as (sock,):
        sock.settimeout(2)
        sock.sendall((HEAD + b"\r\n") * 20 + HEAD + b"connection: close\r\n\r\n")
        assert drained(sock).count(b"HTTP/1.1 200") == 21


def test_a_large_answer_that_nobody_reads_holds_nobody_up(own: LiveNode) -> None:
    get = b"GET /static/vendor/htmx.min.js HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with held(own, 30, at="127.0.0.7") as socks:
        for sock in socks:
            sock.sendall(get * 50)
        still_works(own)
    still_works(own)
