"""Who is waited for before journals are dropped, and what becomes of who was away too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from node.base.periods import to_epoch
from node.store import Store
from node.store import journal as journals
from node.store.doctor import examine
from node.store.pruning import KEPT_DAYS, prune_piece
from node.sync.authority import revoke_node
from node.sync.fetching import begin_from_snapshot
from node.sync.heads import by_chain, say_heads
from node.sync.horizon import AWAY_DAYS, needed_no_more, prune
from node.sync.house_key import read_house_key
from node.sync.peers import Peer
from node.sync.sealing import heads_told
from node.sync.stages import Stage, Status
from node.sync.transport import parse_address
from node.sync.trouble import Trouble
from node.sync.wire import Fetch, Sorry, Want
from tests.sync.hand import CLOCK, REGISTRY, Box, close, quarter_of
from tests.sync.wired import Wired, quarter, until

NOW = to_epoch(CLOCK.now())
DAY = 86_400


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Box, Box, Box]]:
    made = quarter_of(tmp_path)
    made[0].grant_keys()
    yield made
    close(*made)


def peer_of(box: Box, other: Box, *, heard_at: int = NOW) -> Peer:
    """What `box` knows of `other` after the two have met."""
    here, node = box.here, box.here.roster.nodes[other.site]
    told = heads_told(other.core.heads(), read_house_key(other.core))
    said = say_heads(told, scopes=here.shared_scopes(node), blocked=())
    peer = Peer(node, said=by_chain(said))
    peer.last_success_at = heard_at
    return peer


def fill(box: Box, count: int = 6) -> None:
    for number in range(count):
        box.wish(f"{box.site.hex()[:4]} {number}")
        box.plan(f"{box.site.hex()[:4]} {number}")


def meet_all(home: Box, kiosk: Box, central: Box) -> None:
    for _ in range(2):
        kiosk.meet(home)
        home.meet(central)
        kiosk.meet(central)
        kiosk.grant_keys()


def prune_all(box: Box, peers: list[Peer], *, now: int = NOW) -> int:
    old = {chain: head.n for chain, head in box.core.heads().items()}
    total = 0
    while dropped := prune_piece(box.core, needed_no_more(box.here, peers, old, now=now)):
        total += dropped
    return total


def test_what_everybody_has_is_dropped_and_nothing_else(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    fill(home)
    meet_all(home, kiosk, central)
    home.wish("hat noch niemand")
    peers = [peer_of(home, kiosk), peer_of(home, central)]
    assert prune_all(home, peers) > 8
    assert journals.read_horizons(home.core._connection)[home.site, "house"].n == 6
    meet_all(home, kiosk, central)
    assert home.texts() == kiosk.texts()
    assert len(home.texts()) == 7


def test_whoever_lacks_something_is_waited_for(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    fill(home, 2)
    meet_all(home, kiosk, central)
    lagging = peer_of(home, kiosk)
    fill(home)
    home.meet(central)
    before = lagging.said[home.site, "house"].n
    prune_all(home, [lagging, peer_of(home, central)])
    assert journals.read_horizons(home.core._connection)[home.site, "house"].n <= before
    assert kiosk.meet(home).trouble is None
    assert kiosk.texts() == home.texts()


def test_a_box_of_the_house_is_waited_for_only_so_long_and_central_always(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    meet_all(home, kiosk, central)
    away, far = peer_of(home, kiosk), peer_of(home, central)
    fill(home)
    long_after = NOW + AWAY_DAYS * DAY
    home.meet(central)
    assert prune_all(home, [away, peer_of(home, central)], now=long_after - 1) <= 3
    assert prune_all(home, [away, far], now=long_after * 2) == 0
    assert prune_all(home, [away, peer_of(home, central)], now=long_after) > 8


def test_a_box_that_was_never_heard_of_has_nothing(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    fill(home)
    home.meet(central)
    node = home.here.roster.nodes[kiosk.site]
    unheard, there = Peer(node), peer_of(home, central)
    assert prune_all(home, [unheard, there]) == 0
    assert prune_all(home, [unheard, there], now=NOW + AWAY_DAYS * DAY) > 8


def test_a_revoked_box_is_waited_for_no_more(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    fill(home)
    home.meet(central)
    roster = revoke_node(home.core, kiosk.site)
    listed = [node.site_id for node in roster.peers_of(home.site)]
    assert listed == [central.site]
    assert prune_all(home, [peer_of(home, central)]) > 8


def test_central_drops_nothing_and_without_a_central_nobody_does(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    fill(home)
    meet_all(home, kiosk, central)
    assert prune_all(central, [peer_of(central, home), peer_of(central, kiosk)]) == 0
    assert prune_all(home, [peer_of(home, kiosk)]) == 0


def test_while_two_histories_meet_nothing_is_dropped(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    fill(home)
    meet_all(home, kiosk, central)
    peers = [peer_of(home, kiosk), peer_of(home, central)]
    peers[0].forked_there = frozenset({(kiosk.site, "quarter")})
    assert prune_all(home, peers) == 0
    peers[0].forked_there = frozenset()
    assert prune_all(home, peers) > 8


def away_too_long(home: Box, kiosk: Box, central: Box) -> None:
    """The kiosk was off while the others went on, dropped what both had, and it wrote something."""
    meet_all(home, kiosk, central)
    fill(home)
    home.meet(central)
    prune_all(home, [peer_of(home, central)], now=NOW)
    kiosk.wish("im Keller geschrieben")


def test_whoever_asks_for_what_was_dropped_hears_so_and_gives_what_it_has(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    away_too_long(home, kiosk, central)
    meeting = kiosk.meet(home)
    assert meeting.trouble is Trouble.BEHIND
    assert meeting.is_behind
    assert meeting.statuses[Stage.FETCH] is Status.COMPLETED
    assert "im Keller geschrieben" in home.texts()
    asked = home.answer(kiosk.tokens[home.site], Fetch((Want(home.site, "house", 1),), 10**6))
    assert asked == Sorry(Trouble.BEHIND)
    # From the other side the same is told by whoever cannot help.
    meeting = home.meet(kiosk)
    assert meeting.trouble is Trouble.OUTRUN
    assert not meeting.is_behind


def test_central_still_has_what_the_house_has_dropped(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    away_too_long(home, kiosk, central)
    assert kiosk.meet(central).trouble is None
    meet_all(home, kiosk, central)
    assert kiosk.texts() == home.texts()
    assert kiosk.meet(home).trouble is None
    for box in (home, kiosk, central):
        assert examine(box.core, box.here.members) == []


@pytest.mark.asyncio
async def test_a_box_that_was_away_too_long_takes_a_snapshot_and_keeps_what_it_wrote(
    tmp_path: Path,
) -> None:
    """Over real sockets, up to the moment when whoever runs the node is told to begin again."""
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("vorher")
        await kiosk.sees("vorher")
        await kiosk.sync.stop()
        for number in range(5):
            await home.wish(f"weit weg {number}")
            await home.plan(f"weit weg {number}")
        chains = dict.fromkeys(await home.store.heads(), 10**9)
        while await home.store.on_writer(lambda core: prune_piece(core, chains)):
            pass
        await kiosk.wish("im Keller geschrieben")
        await kiosk.stop()
        kiosk = await opened(kiosk)
        await kiosk.start(peers=(home.address,))
        await home.sees("im Keller geschrieben")
        await until(kiosk.sync.behind.noticed.is_set)
        giver = kiosk.sync.behind.giver
        assert giver == parse_address(home.address)
        health = await kiosk.sync.health()
        assert [peer.trouble for peer in health.peers] == [Trouble.BEHIND]
        await kiosk.stop()
        database = kiosk.folder / "quarter.db"
        took = await begin_from_snapshot(
            giver, database, REGISTRY, clock=CLOCK, told=lambda *_: None, again=True
        )
        assert took
        kiosk = await opened(kiosk)
        try:
            assert await kiosk.texts() == await home.texts()
            await kiosk.start(peers=(home.address,))
            await until(lambda: not kiosk.store.core.must_catch_up)
            await kiosk.wish("wieder da")
            await home.sees("wieder da")
            assert await kiosk.store.on_writer(examine) == []
        finally:
            await kiosk.stop()


@pytest.mark.asyncio
async def test_what_only_one_box_heard_of_a_stolen_one_leaves_it_again(tmp_path: Path) -> None:
    """A merge cannot be undone: the box takes the whole from one that never heard it."""
    async with quarter(tmp_path, "home", "foyer", "cellar", start=False) as nodes:
        home, foyer, cellar = nodes.values()
        await home.start(peers=())
        await foyer.start(peers=(home.address,))
        await foyer.wish("vor dem Diebstahl")
        await home.sees("vor dem Diebstahl")
        await foyer.stop()
        foyer = await opened(foyer)
        await foyer.wish("vom Dieb")
        await cellar.start(peers=())
        await foyer.start(peers=(cellar.address,))
        await cellar.wish("aus dem Keller")
        await cellar.sees("vom Dieb")
        await foyer.stop()
        await home.sync.revoke_node(foyer.site)
        await cellar.stop()
        cellar = await opened(cellar)
        await cellar.start(peers=(home.address,))
        await home.sees("aus dem Keller")
        await until(cellar.sync.behind.noticed.is_set)
        giver = cellar.sync.behind.giver
        assert giver == parse_address(home.address)
        await cellar.stop()
        database = cellar.folder / "quarter.db"
        assert await begin_from_snapshot(
            giver, database, REGISTRY, clock=CLOCK, told=lambda *_: None, again=True
        )
        cellar = await opened(cellar)
        try:
            assert await cellar.texts() == {"vor dem Diebstahl", "aus dem Keller"}
            await cellar.start(peers=(home.address,))
            await until(lambda: not cellar.store.core.must_catch_up)
            await cellar.wish("geht weiter")
            await home.sees("geht weiter")
            assert await home.texts() == await cellar.texts()
            assert not cellar.sync.behind.noticed.is_set()
        finally:
            await cellar.stop()


async def opened(node: Wired) -> Wired:
    store = await Store.open(node.folder / "quarter.db", REGISTRY, clock=CLOCK)
    return Wired(node.folder, store, node.port)


@pytest.mark.asyncio
async def test_the_running_node_drops_by_days_and_not_by_an_unsure_clock(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "central") as nodes:
        home = nodes["home"]
        for number in range(5):
            await home.wish(f"{number}")
        own, peers = home.sync._own, list(home.sync._peers)
        chain = (home.site, "house")
        await until(lambda: bool(peers[0].said.get((home.site, "sealed"))))
        await until(lambda: peers[0].said[home.site, "sealed"].n >= 5)
        began = CLOCK.now()
        try:
            assert await prune(own, peers) == 0
            CLOCK.set(began + timedelta(days=KEPT_DAYS))
            CLOCK.trusted = False
            assert await prune(own, peers) == 0
            CLOCK.trusted = True
            assert await prune(own, peers) >= 4
        finally:
            CLOCK.set(began)
            CLOCK.trusted = True
        begins = await home.store.on_writer(
            lambda core: journals.read_horizons(core._connection)[chain].n
        )
        assert begins >= 4
        await home.wish("danach")
        await until(lambda: peers[0].said[home.site, "sealed"].n > begins + 1)
