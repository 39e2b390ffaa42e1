"""A box that heard too much of one that was let go, and has no sister: it begins anew from its own
journal, and asks central for what it has dropped of that. So does central, which needs nobody.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store import SEALED, Core, Member, NodeRole
from node.store.backup import make_restored
from node.store.doctor import examine
from node.store.files import finish_swap, forget_database
from node.store.pruning import prune_piece
from node.store.quarantine import list_set_aside, set_aside
from node.store.replaying import open_replay
from node.sync.anew import begin_from_journals, lacking_there
from node.sync.authority import handover_to, revoke_node, take_authority
from node.sync.behind import Journals
from node.sync.fetching import scratch_of
from node.sync.heads import by_chain
from node.sync.health import TooMuch
from node.sync.house_key import HouseKey
from node.sync.metrics import metrics_text
from node.sync.roster import adopt_role, take_roster
from node.sync.transport import parse_address
from node.sync.trouble import TroubleError
from node.sync.wire import HeadSaid
from node.web.health import too_much
from node.web.i18n import translate
from tests.sync.hand import CLOCK, REGISTRY, Box, close, quarter_of
from tests.sync.test_horizon import opened
from tests.sync.test_recovery import holds_all_of
from tests.sync.wired import Wired, free_port, quarter, until

MANY = 30


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Box, Box, Box]]:
    made = quarter_of(tmp_path)
    made[0].grant_keys()
    yield made
    close(*made)


def keep_list(central: Box, home: Box) -> None:
    """The list of the boxes is central's from now on."""
    move = handover_to(home.core, central.here.identity.public_key)
    take_roster(home.core, take_authority(central.core, move).signed)


def stolen(home: Box, kiosk: Box, central: Box) -> None:
    """The lobby's box tells home more than central has heard when it is let go there."""
    home.wish("von der Box im Haus")
    home.plan("Chor")
    kiosk.wish("vor dem Diebstahl")
    kiosk.plan("Lesekreis")
    for _ in range(2):
        kiosk.meet(home)
        home.meet(central)
        kiosk.grant_keys()
    keep_list(central, home)
    kiosk.wish("vom Dieb")
    kiosk.plan("Diebstahl")
    home.meet(kiosk)
    home.wish("danach")
    home.plan("Yoga")
    revoke_node(central.core, kiosk.site)
    home.meet(central)


def drop_all(home: Box) -> None:
    while prune_piece(home.core, dict.fromkeys(home.core.heads(), 10**9)):
        pass


async def begins_anew(box: Box, central: str = "") -> bool:
    """What a running node does in between two servings; whether it begins anew."""
    path = box.core.path
    box.core.close()
    helper = parse_address(central) if central else None
    try:
        return await begin_from_journals(path, REGISTRY, clock=CLOCK, central=helper)
    finally:
        box.core = Core.open(path, REGISTRY, clock=CLOCK)
        adopt_role(box.core)


@pytest.mark.asyncio
async def test_it_plays_its_own_journal_without_what_does_not_count(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    stolen(home, kiosk, central)
    assert "vom Dieb" in home.texts()
    heads, site = home.core.heads(), home.site
    assert await begins_anew(home)
    assert home.texts() == {"von der Box im Haus", "vor dem Diebstahl", "danach"}
    assert home.texts("plan", "what") == {"Chor", "Lesekreis", "Yoga"}
    assert home.site == site
    own = {chain: head for chain, head in heads.items() if chain[0] == site}
    assert own.items() <= home.core.heads().items()
    assert examine(home.core, home.here.members) == []
    # Nobody need be met: it holds all that it ever wrote.
    assert not home.core.must_catch_up
    home.wish("geht weiter")
    assert home.meet(central).trouble is None
    assert central.core.heads()[site, "sealed"].n == home.core.heads()[site, "house"].n
    beside = [path.name for path in home.core.path.parent.glob("home.db.*")]
    assert [name for name in beside if ".anew" in name] == []
    assert len([name for name in beside if ".before-" in name]) == 1


@pytest.mark.asyncio
async def test_nothing_happens_to_a_box_that_holds_no_more_than_counts(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    home.wish("alles gut")
    home.meet(central)
    revoke_node(home.core, kiosk.site)
    held = home.core.heads()
    assert not await begins_anew(home)
    assert home.core.heads() == held
    assert list(home.core.path.parent.glob("home.db.before*")) == []


@pytest.mark.asyncio
async def test_what_was_dropped_and_nobody_has_is_not_given_up(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    stolen(home, kiosk, central)
    drop_all(home)
    held, texts = home.core.heads(), home.texts()
    assert not await begins_anew(home)
    assert not scratch_of(home.core.path).exists()
    assert (home.core.heads(), home.texts()) == (held, texts)


@pytest.mark.asyncio
async def test_a_restored_box_still_waits_for_the_others(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    stolen(home, kiosk, central)
    home.core.note_restored()
    assert await begins_anew(home)
    assert home.core.must_catch_up
    home.meet(central)
    assert not home.core.must_catch_up


@pytest.mark.asyncio
async def test_a_file_of_another_try_is_used_only_if_it_holds_what_counts(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    stolen(home, kiosk, central)
    scratch = scratch_of(home.core.path)
    for left in (b"", b"Strom weg", kiosk.core.path.read_bytes(), home.core.path.read_bytes()):
        scratch.write_bytes(left)
        core = open_replay(scratch, home.core, REGISTRY, home.here.members, clock=CLOCK, kept={})
        assert core.site_id == home.site
        assert core.heads() == {}
        core.close()
    assert await begins_anew(home)
    assert "vom Dieb" not in home.texts()


@pytest.mark.asyncio
async def test_what_an_operator_set_aside_stays_set_aside(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    kiosk.core.role = home.core.role
    kiosk.core.write(lambda write: write.insert("rule", id=b"r" * 16, text="gilt nicht"))
    for box in (home, central):
        kiosk.meet(box)
        (chain,) = [(each.site, each.scope) for each in box.core.quarantined()]
        set_aside(box.core, chain, reason="Die Box war falsch eingerichtet.", by="Betrieb")
    told = list_set_aside(home.core)
    stolen(home, kiosk, central)
    assert await begins_anew(home)
    assert list_set_aside(home.core) == told
    assert home.texts("rule") == set()
    assert home.texts("plan", "what") == {"Chor", "Lesekreis", "Yoga"}
    assert home.core.quarantined() == []


@pytest.mark.asyncio
async def test_death_before_any_step_leaves_the_old_or_the_new_and_the_next_try_goes_on(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    stolen(home, kiosk, central)
    path, texts = home.core.path, home.texts()
    home.core.close()
    before = path.read_bytes()
    outcomes: list[bool] = []
    code = -signal.SIGKILL
    while code == -signal.SIGKILL:
        for each in path.parent.glob("home.db*"):
            each.unlink()
        path.write_bytes(before)
        code = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this loop
            [sys.executable, "-m", "tests.sync.dying", str(path), str(len(outcomes))], check=False
        ).returncode
        finish_swap(path)
        home.core = Core.open(path, REGISTRY, clock=CLOCK)
        outcomes.append("vom Dieb" not in home.texts())
        assert home.texts() | {"vom Dieb"} == texts
        assert await begins_anew(home) is not outcomes[-1]
        assert home.texts() == texts - {"vom Dieb"}
        assert examine(home.core, home.here.members) == []
        home.core.close()
    home.core = Core.open(path, REGISTRY, clock=CLOCK)
    assert code == 0
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) > 10, "between its changesets, too"
    assert outcomes[-2], "also a death after the decision leaves the new file"


def stolen_from(home: Box, kiosk: Box, central: Box) -> None:
    """Home keeps the list; the lobby's box tells central more than home has heard."""
    home.wish("von der Box im Haus")
    kiosk.wish("vor dem Diebstahl")
    kiosk.plan("Lesekreis")
    for _ in range(2):
        kiosk.meet(home)
        home.meet(central)
        kiosk.meet(central)
        kiosk.grant_keys()
    kiosk.wish("vom Dieb")
    kiosk.plan("Diebstahl")
    kiosk.meet(central)
    revoke_node(home.core, kiosk.site)
    home.plan("Yoga")
    home.meet(central)


COUNTED = {"Lesekreis", "Yoga"}


def sealed_of(central: Box) -> dict[bytes, int]:
    heads = central.core.heads()
    return {site: head.n for (site, scope), head in heads.items() if scope == SEALED}


@pytest.mark.asyncio
async def test_central_begins_anew_and_keeps_sealed_what_counts(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    stolen_from(home, kiosk, central)
    assert central.texts("plan", "what") == {*COUNTED, "Diebstahl"}
    before = sealed_of(central)
    assert await begins_anew(central)
    assert central.texts("plan", "what") == COUNTED
    # Of the house's chains nothing that counts is missing, byte for byte.
    wanted = {site: home.core.heads()[site, "house"].n for site in before}
    assert sealed_of(central) == wanted
    assert wanted[kiosk.site] == before[kiosk.site] - 1
    assert wanted[home.site] == before[home.site]
    assert examine(central.core, central.here.members) == []
    assert not central.core.must_catch_up
    # A new generation of its key is made first: the thief knows the old one.
    home.grant_keys()
    home.wish("geht weiter")
    assert home.meet(central).trouble is None
    assert sealed_of(central)[home.site] == home.core.heads()[home.site, "house"].n
    assert not await begins_anew(central)


@pytest.mark.asyncio
async def test_central_dies_before_any_step(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    stolen_from(home, kiosk, central)
    path, before = central.core.path, sealed_of(central)
    central.core.close()
    card, code, deaths = path.read_bytes(), -signal.SIGKILL, 0
    while code == -signal.SIGKILL:
        for each in path.parent.glob("central.db*"):
            each.unlink()
        path.write_bytes(card)
        code = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this loop
            [sys.executable, "-m", "tests.sync.dying", str(path), str(deaths)], check=False
        ).returncode
        finish_swap(path)
        central.core = Core.open(path, REGISTRY, clock=CLOCK)
        is_old = "Diebstahl" in central.texts("plan", "what")
        assert central.texts("plan", "what") == COUNTED | ({"Diebstahl"} if is_old else set())
        assert (sealed_of(central) == before) is is_old
        assert await begins_anew(central) is is_old
        assert central.texts("plan", "what") == COUNTED
        assert examine(central.core, central.here.members) == []
        central.core.close()
        deaths += 1
    central.core = Core.open(path, REGISTRY, clock=CLOCK)
    assert code == 0
    assert deaths > 10, "between its changesets, too"


@pytest.mark.asyncio
async def test_central_restored_to_before_the_revocation_begins_anew_again(
    boxes: tuple[Box, Box, Box],
) -> None:
    """An old backup brings back what does not count, and the roster that says so comes later."""
    home, kiosk, central = boxes
    stolen_from(home, kiosk, central)
    backup = central.core.path.with_name("backup")
    central.core._connection.execute("vacuum into ?", (str(backup),))
    assert await begins_anew(central)
    path = central.core.path
    central.core.close()
    forget_database(path)
    path.write_bytes(backup.read_bytes())
    make_restored(path, REGISTRY, clock=CLOCK)
    central.core = Core.open(path, REGISTRY, clock=CLOCK)
    assert "Diebstahl" in central.texts("plan", "what")
    assert await begins_anew(central)
    assert central.core.must_catch_up, "it has met nobody since"
    home.meet(central)
    assert not central.core.must_catch_up
    assert central.texts("plan", "what") == COUNTED


@pytest.mark.asyncio
async def test_it_tells_how_far_it_is_and_can_be_stopped(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    stolen_from(home, kiosk, central)
    path = central.core.path
    central.core.close()
    heard: list[tuple[int, int]] = []

    def tell(here: int, whole: int) -> None:
        heard.append((here, whole))
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await begin_from_journals(path, REGISTRY, clock=CLOCK, central=None, told=tell)
    assert scratch_of(path).exists()
    stopped_at = heard[-1][0]
    assert stopped_at > 0
    assert await begin_from_journals(path, REGISTRY, clock=CLOCK, central=None, told=tell)
    assert heard == sorted(heard), "it went on where it was"
    assert heard[-1][0] == heard[-1][1]
    central.core = Core.open(path, REGISTRY, clock=CLOCK)


@pytest.mark.asyncio
async def test_a_running_central_notices_whatever_way_it_comes(tmp_path: Path) -> None:
    """Over real sockets: once when the list changes, once because it was so at its start."""
    async with quarter(tmp_path, "home", "kiosk", "central", start=False) as nodes:
        home, kiosk, central = nodes.values()
        await central.start()
        await kiosk.start(central=central.address)
        await kiosk.plan("Lesekreis")
        await central.sees("Lesekreis", "plan", "what")
        await kiosk.stop()
        await home.store.on_writer(lambda core: revoke_node(core, kiosk.site))
        assert not central.sync.behind.noticed.is_set()
        await home.start(central=central.address)
        await until(central.sync.behind.noticed.is_set)
        assert central.sync.behind.journals == Journals(None)
        (told,) = (await central.sync.health()).too_much
        assert (told.name, told.count, told.lost, told.is_at_central) == ("kiosk", 1, 0, True)
        assert "quartier_too_much_changes" in metrics_text(await central.sync.health())
        assert not (await central.sync.health()).is_well
        await central.stop()
        again = await opened(central)
        await again.start()
        await until(again.sync.behind.noticed.is_set)
        await again.stop()
        assert await begin_from_journals(
            again.folder / "quarter.db", REGISTRY, clock=CLOCK, central=None
        )
        last = nodes["central"] = await opened(central)
        assert await last.texts("plan", "what") == set()
        await last.start()
        assert (await last.sync.health()).too_much == ()


@pytest.mark.asyncio
async def test_a_house_of_one_box_and_central_begins_anew(tmp_path: Path) -> None:
    """Over real sockets, up to the moment when whoever runs the node is told to begin again; the
    beginning of its journal was dropped, so central helps.
    """
    async with quarter(tmp_path, "home", "kiosk", "central", start=False) as nodes:
        await robbed(nodes)
        home, _, central = nodes.values()
        await until(home.sync.behind.noticed.is_set)
        assert home.sync.behind.giver is None
        assert home.sync.behind.journals == Journals(parse_address(central.address))
        (told,) = (await home.sync.health()).too_much
        assert (told.name, told.count, told.lost) == ("kiosk", 1, 0)
        await home.stop()
        await helped_by(central, home.folder / "quarter.db")
        home = await opened(home)
        try:
            texts = {f"privat {number}" for number in range(MANY)}
            assert await home.texts() == texts | {"vor dem Diebstahl", "danach"}
            assert await home.texts("plan", "what") == {f"Chor {n}" for n in range(MANY)}
            assert await home.store.on_writer(examine) == []
            await home.start(central=central.address)
            await home.wish("geht weiter")
            await until(lambda: holds_all_of(central, home))
            assert (await home.sync.health()).too_much == ()
            assert not home.sync.behind.noticed.is_set()
        finally:
            await home.stop()


async def robbed(nodes: dict[str, Wired]) -> None:
    """Home has dropped what central holds and what the kiosk told it
    does not count.
    """
    home, kiosk, central = nodes.values()
    await central.start()
    await home.start(central=central.address)
    await kiosk.start(peers=(home.address,))
    for number in range(MANY):
        await home.wish(f"privat {number}")
        await home.plan(f"Chor {number}")
    await kiosk.wish("vor dem Diebstahl")
    await home.sees("vor dem Diebstahl")
    await until(lambda: holds_all_of(central, home))
    await home.sync.offsite.hand_over()
    held = await home.store.heads()
    await central.stop()
    await kiosk.wish("vom Dieb")
    await home.sees("vom Dieb")
    await kiosk.stop()
    await home.wish("danach")
    upto = {chain: head.n for chain, head in held.items()}
    while await home.store.on_writer(lambda core: prune_piece(core, upto)):
        pass
    nodes["central"] = await opened(central)
    await nodes["central"].start()
    await nodes["central"].sync.revoke_node(kiosk.site)


async def helped_by(central: Wired, database: Path) -> None:
    """First nobody answers, then central helps."""
    nobody = parse_address(f"127.0.0.1:{free_port()}")
    with pytest.raises(TroubleError):
        await begin_from_journals(database, REGISTRY, clock=CLOCK, central=nobody)
    helper = parse_address(central.address)
    assert await begin_from_journals(database, REGISTRY, clock=CLOCK, central=helper)


def test_what_central_lacks_of_what_was_dropped_would_be_lost() -> None:
    site, gone, key = b"h" * 16, b"g" * 16, HouseKey({1: b"k" * 32})
    members = {
        site: Member(b"p" * 32, NodeRole.HOME),
        gone: Member(b"q" * 32, NodeRole.KIOSK, {"house": 3, "quarter": 0}),
    }
    here = {(site, "house"): 9, (site, "quarter"): 2, (gone, "house"): 7, (gone, "quarter"): 4}
    said = by_chain(
        [
            HeadSaid(site, "sealed", 5, b"", True),
            HeadSaid(site, "quarter", 2, b"", True),
            HeadSaid(gone, "sealed", 3, b"", True),
        ]
    )
    assert lacking_there(here, members, said, key) == {(site, "house"): 4}
    assert lacking_there(here, members, {}, key) == {
        (site, "house"): 9,
        (site, "quarter"): 2,
        (gone, "house"): 3,
    }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (TooMuch("Foyer", 3), "begins anew without them by itself"),
        (TooMuch("Foyer", 3, is_at_central=True), "Central begins this quarter anew"),
        (TooMuch("Foyer", 3, is_held_back=True), "is paid by volume"),
        (TooMuch("Foyer", 3, lost=7, lost_of="Keller"), "would cost 7 changes of Keller"),
    ],
)
def test_the_health_page_says_what_becomes_of_it(told: TooMuch, said: str) -> None:
    refusal = too_much(told)
    text = translate("en", refusal.message, **told.values)
    remedy = translate("en", refusal.remedy, **told.values)
    assert "Of “Foyer” this box holds more than counts" in text
    assert said in remedy
    assert "{" not in translate("de", refusal.message + refusal.remedy, **told.values)
