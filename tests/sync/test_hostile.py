"""At the live listener: rubbish, strangers, replays, floods. It never dies and changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import zstandard

from node.store import SignedChangeset
from node.store.changeset import decode, sign
from node.sync import listening, routes
from node.sync.greeting import make_hello
from node.sync.roster import Root, join_roster
from node.sync.tls import client_context
from node.sync.transport import PATH, SCHEME, quarter_tag
from node.sync.wire import (
    BODY_BYTES_MAX,
    GREETING_BYTES_MAX,
    Challenge,
    Compare,
    Fetch,
    Give,
    Given,
    Listen,
    Nonce,
    Page,
    Want,
    Welcome,
    pack,
    pack_greeting,
    unpack_reply,
)
from tests.sync.hand import QUARTER, Box, close, found, quarter_of
from tests.sync.wired import Wired, quarter

pytestmark = pytest.mark.asyncio

ZSTD = b"\x01"
PLAIN = b"\x00"


@pytest_asyncio.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[dict[str, Wired]]:
    async with quarter(tmp_path, "home", "kiosk", "central") as running:
        await running["home"].wish("gut")
        await running["kiosk"].sees("gut")
        await running["home"].plan("Chor")
        await running["central"].sees("Chor", "plan", "what")
        yield running


@contextlib.asynccontextmanager
async def line(node: Wired) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"https://{node.address}", verify=client_context(bool), trust_env=False
    ) as client:
        yield client


def path(quarter_id: bytes = QUARTER) -> str:
    return PATH + quarter_tag(quarter_id)


async def post(client: httpx.AsyncClient, body: bytes, token: bytes = b"", to: str = "") -> bytes:
    headers = {"authorization": f"{SCHEME} {token.hex()}"} if token else {}
    answer = await client.post(to or path(), content=body, headers=headers)
    if answer.status_code == 403:
        assert answer.content == b"", "the answer to a stranger tells something"
        return b""
    assert answer.status_code == 200, answer.status_code
    return answer.content


async def greet(client: httpx.AsyncClient, box: Box | Wired, server: Wired) -> bytes:
    """A token for whoever holds this key, empty where it is not accepted."""
    core = box.core if isinstance(box, Box) else box.store.core
    here = box.here if isinstance(box, Box) else box.sync._own.here
    nonce = unpack_reply(await post(client, pack(Challenge())))
    assert isinstance(nonce, Nonce)
    greeting = pack_greeting(here.greeting(()))
    server_key = server.store.core.identity.public_key
    hello = make_hello(here, server_key, nonce.nonce, secrets.token_bytes(32), greeting)
    assert hello.public_key == core.identity.public_key
    answer = await post(client, pack(hello))
    if not answer:
        return b""
    welcome = unpack_reply(answer)
    assert isinstance(welcome, Welcome)
    return welcome.token


async def state(node: Wired) -> tuple:
    heads, quarantined = await node.store.standing()
    return heads, quarantined, await node.texts(), await node.texts("plan", "what")


async def still_works(nodes: dict[str, Wired]) -> None:
    mark = secrets.token_hex(4)
    await nodes["kiosk"].wish(mark)
    await nodes["home"].sees(mark)


RUBBISH = [
    b"",
    b"\x00",
    b"\x01",
    b"\x02",
    b"\xff" * 1000,
    PLAIN + b"\xc1" * 100,
    PLAIN + b"\xdd\xff\xff\xff\xff",
    PLAIN + b"\x91" * 100_000,
    PLAIN + b"\x92\x03" + b"\x91" * 50_000,
    ZSTD + b"no zstd",
    ZSTD + zstandard.compress(b"\x91" * 1000),
    ZSTD + zstandard.compress(bytes(200_000_000)),
    ZSTD + zstandard.compress(b"\x91\x01")[:-3],
    pack(Challenge())[:-1],
    pack(Challenge()) + b"x",
    pack(Compare((), 1)),
    pack(Listen((), 1)),
    pack(Fetch((Want(b"S" * 16, "house", 0),), 10**6)),
    pack(Give((SignedChangeset(b"x", b"y"),))),
    PLAIN + b"\x96\x03" + b"\xc4\x20" + bytes(32) + b"\xc4\x20" + bytes(32) + b"\xc0" * 4,
]


async def test_rubbish_gets_the_empty_answer_and_changes_nothing(nodes: dict[str, Wired]) -> None:
    before = await state(nodes["home"])
    async with line(nodes["home"]) as client:
        token = await greet(client, nodes["kiosk"], nodes["home"])
        for body in RUBBISH:
            assert await post(client, body) == b"", body[:20]
        for body in RUBBISH[:13]:
            assert await post(client, body, token) == b"", body[:20]
        for number in range(200):
            await post(client, os.urandom(1 + number * 7), token)
    assert await state(nodes["home"]) == before
    await still_works(nodes)


async def test_every_wrong_door_is_the_same_door(nodes: dict[str, Wired]) -> None:
    async with line(nodes["home"]) as client:
        seen = set()
        for method, where in (
            ("GET", path()),
            ("PUT", path()),
            ("POST", path(b"X" * 16)),
            ("POST", "/"),
            ("POST", "/sync/2/" + quarter_tag(QUARTER)),
            ("GET", "/metrics"),
            ("POST", path() + "/../../etc/passwd"),
            ("POST", path() + "?x=1&" + "y" * 5000),
        ):
            answer = await client.request(method, where, content=b"\x01x")
            told = {k: v for k, v in answer.headers.items() if k != "date"}
            seen.add((answer.status_code, answer.content, tuple(sorted(told.items()))))
        assert len(seen) == 1
        assert next(iter(seen))[0] == 403


async def test_nothing_larger_than_allowed_is_read(nodes: dict[str, Wired]) -> None:
    before = await state(nodes["home"])
    async with line(nodes["home"]) as client:
        assert await post(client, PLAIN + bytes(GREETING_BYTES_MAX + 1)) == b""
        token = await greet(client, nodes["kiosk"], nodes["home"])
        with contextlib.suppress(httpx.HTTPError):
            assert await post(client, PLAIN + bytes(BODY_BYTES_MAX * 3), token) == b""
    assert await state(nodes["home"]) == before
    await still_works(nodes)


async def test_a_key_that_nobody_knows_gets_nothing(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    stranger = found(tmp_path, "stranger")
    join_roster(
        stranger.core,
        nodes["home"].sync.roster.signed,
        root=Root(nodes["home"].store.core.identity.public_key),
    )
    async with line(nodes["home"]) as client:
        assert await greet(client, stranger, nodes["home"]) == b""
    close(stranger)


async def test_a_quarter_of_ones_own_making_opens_no_door(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    """A roster signed by another authority, with the intruder in it, is not believed."""
    number = nodes["home"].sync.roster.number
    false_home, false_kiosk, false_central = quarter_of(tmp_path)
    async with line(nodes["home"]) as client:
        for box in (false_home, false_kiosk, false_central):
            assert await greet(client, box, nodes["home"]) == b""
    assert nodes["home"].sync.roster.number == number
    close(false_home, false_kiosk, false_central)


async def test_a_hello_is_good_once_and_for_one_node_only(nodes: dict[str, Wired]) -> None:
    home, kiosk, central = nodes.values()
    here = kiosk.sync._own.here
    async with line(home) as client, line(central) as other:
        nonce = unpack_reply(await post(client, pack(Challenge())))
        greeting = pack_greeting(here.greeting(()))
        hello = pack(
            make_hello(here, home.store.core.identity.public_key, nonce.nonce, bytes(32), greeting)
        )
        assert await post(other, hello) == b""
        assert await post(client, hello) != b""
        assert await post(client, hello) == b""
        for made_up in (bytes(40), nonce.nonce[:-1], b"", os.urandom(40)):
            forged = make_hello(
                here, home.store.core.identity.public_key, made_up, bytes(32), greeting
            )
            assert await post(client, pack(forged)) == b""


async def test_a_proof_for_another_greeting_or_key_is_none(nodes: dict[str, Wired]) -> None:
    import msgspec

    home, kiosk, _ = nodes.values()
    here = kiosk.sync._own.here
    server_key = home.store.core.identity.public_key
    async with line(home) as client:
        for changes in (
            {"greeting": pack_greeting(here.greeting(())) + b"\x00"},
            {"client_nonce": b"1" * 32},
            {"proof": bytes(64)},
            {"proof": b""},
            {"public_key": server_key},
            {"public_key": b"short"},
        ):
            nonce = unpack_reply(await post(client, pack(Challenge())))
            good = make_hello(
                here, server_key, nonce.nonce, bytes(32), pack_greeting(here.greeting(()))
            )
            assert await post(client, pack(msgspec.structs.replace(good, **changes))) == b""


async def test_tokens_cannot_be_guessed_or_used_elsewhere(nodes: dict[str, Wired]) -> None:
    home, kiosk, central = nodes.values()
    async with line(home) as client, line(central) as other:
        token = await greet(client, kiosk, home)
        assert await post(client, pack(Compare((), 1)), token) != b""
        assert await post(other, pack(Compare((), 1)), token) == b""
        for guess in (bytes(32), os.urandom(32), token[::-1]):
            assert await post(client, pack(Compare((), 1)), guess) == b""


async def test_a_member_that_lies_changes_nothing_beyond_its_own_chain(
    nodes: dict[str, Wired],
) -> None:
    home, kiosk, central = nodes.values()
    chain = (home.site, "house")
    (good,) = await home.store.changesets(chain, after=0, max_bytes=10**6)
    body = decode(good)
    thief = kiosk.store.core.identity.key
    import msgspec

    forged = sign(msgspec.structs.replace(body, n=2, previous=good.hash), thief)
    before = await state(home)
    async with line(home) as client:
        token = await greet(client, kiosk, home)
        for batch in (
            (good,),
            (forged,),
            (SignedChangeset(good.body, bytes(64)),),
            (SignedChangeset(b"\x91" * 5000, bytes(64)),),
            (SignedChangeset(bytes(1000), bytes(64)),) * 50,
        ):
            answer = await post(client, pack(Give(batch)), token)
            assert not answer or isinstance(unpack_reply(answer), Given)
    assert await state(home) == before
    async with line(home) as client:
        token = await greet(client, central, home)
        page = unpack_reply(
            await post(client, pack(Fetch((Want(home.site, "house", 0),), 10**7)), token)
        )
        assert page == Page(())
        mine = sign(
            msgspec.structs.replace(body, site=central.site, n=1),
            central.store.core.identity.key,
        )
        assert await post(client, pack(Give((mine,))), token) == b""
    assert await state(home) == before
    await still_works(nodes)


async def test_who_only_holds_a_connection_open_is_shown_the_door(
    nodes: dict[str, Wired], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HEADER_SECONDS", 0.4)
    monkeypatch.setattr(routes, "BODY_SECONDS", 0.4)
    home = nodes["home"]
    context = client_context(bool)

    async def dawdle(first: bytes, drip: bytes) -> float:
        began = asyncio.get_running_loop().time()
        reader, writer = await asyncio.open_connection("127.0.0.1", home.port, ssl=context)
        writer.write(first)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while not reader.at_eof():
                writer.write(drip)
                await writer.drain()
                async with asyncio.timeout(5):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.1):
                            await reader.read(1000)
        writer.close()
        return asyncio.get_running_loop().time() - began

    head = f"POST {path()} HTTP/1.1\r\nhost: x\r\n".encode()
    took = await asyncio.gather(
        dawdle(b"", b""),
        dawdle(b"P", b""),
        dawdle(head, b"x-a: b\r\n"),
        dawdle(head + b"content-length: 100000\r\n\r\n", b"x"),
        dawdle(head + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        dawdle(b"\x16\x03\x01" * 10, b"\x00"),
    )
    assert max(took) < 3
    await still_works(nodes)


async def test_a_crowd_of_connections_does_not_lock_out_the_others(
    nodes: dict[str, Wired], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HEADER_SECONDS", 1.0)
    home = nodes["home"]
    context = client_context(bool)
    held = []
    for _ in range(120):
        with contextlib.suppress(OSError):
            async with asyncio.timeout(5):
                held.append(await asyncio.open_connection("127.0.0.1", home.port, ssl=context))
    await asyncio.sleep(0.3)
    assert len(home.server.server_state.connections) <= listening.CONNECTIONS_MAX_PER_ADDRESS
    # An address is bounded as a whole; here all nodes share one, so they wait until it is free.
    await asyncio.sleep(1.5)
    await still_works(nodes)
    for _, writer in held:
        writer.close()


async def test_plain_http_and_bare_bytes_are_no_tls(nodes: dict[str, Wired]) -> None:
    for raw in (b"GET / HTTP/1.0\r\n\r\n", os.urandom(500), b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", nodes["home"].port)
        writer.write(raw)
        writer.write_eof()
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(2):
                assert b"200" not in await reader.read(1000)
        writer.close()
    await still_works(nodes)


async def test_a_false_server_learns_nothing_and_teaches_nothing(tmp_path: Path) -> None:
    """A listener with the right key that answers rubbish: the caller goes on with its work."""
    async with quarter(tmp_path, "home", "kiosk", start=False) as nodes:
        home, kiosk = nodes.values()
        answers = iter(RUBBISH * 50)

        async def liar(scope, receive, send) -> None:
            await receive()
            body = next(answers)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})

        from node.serving import listener

        tls = listening.listener_options(home.store.core.identity)
        server = listener(liar, host="127.0.0.1", port=home.port, **tls)
        serving = asyncio.create_task(server.serve())
        await kiosk.start(peers=(home.address,))
        for number in range(20):
            await kiosk.wish(f"geht weiter {number}")
            kiosk.sync.wake(now=True)
            await asyncio.sleep(0.03)
        health = await kiosk.sync.health()
        assert health.peers[0].trouble in {"garbled", "not_accepted"}
        assert health.peers[0].waiting_out == 20
        assert (await kiosk.store.standing())[1] == []
        server.should_exit = True
        await serving


async def test_the_memory_of_the_greeter_is_bounded(nodes: dict[str, Wired]) -> None:
    home, kiosk, _ = nodes.values()
    greeter = home.sync.door._greeter
    async with line(home) as client:
        for _ in range(40):
            assert await greet(client, kiosk, home)
        for _ in range(300):
            await post(client, pack(Challenge()))
    assert len(greeter._sessions) <= 3 * 8
    assert len(greeter._used) <= 60
