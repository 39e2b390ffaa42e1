"""A box comes to central with a code and waits; only somebody of the house lets it in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from node.app import URGENT
from node.base.ids import new_id
from node.store import Core, NodeRole, new_identity
from node.sync import Code, CodeError, Newcomer, Roster, RosterError, joining, waiting
from node.sync import countersign as signs
from node.sync.authority import sign_roster
from node.sync.central_wire import Waits
from node.sync.fetching import begin_from_snapshot
from node.sync.house_key import sealing_public_key
from node.sync.joining import ask_once, join_quarter
from node.sync.pairing import TRIES_AT_CENTRAL, open_invitations
from node.sync.roster import Root, RosterNode, read_root, read_roster
from node.sync.transport import parse_address
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Join, Joined
from tests.sync.hand import CLOCK, REGISTRY
from tests.sync.wired import Wired, quarter, until

STAFF = b"d" * 16

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[dict[str, Wired]]:
    async with quarter(tmp_path, "home", "kiosk", "central") as running:
        await running["home"].wish("im Haus")
        await running["kiosk"].sees("im Haus")
        await until(lambda: running["home"].sync.holds_house_key)
        yield running


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "ASKS_AGAIN_SECONDS", 0.05)


@dataclass
class NewBox:
    """A box at its first start, and what stands on its screen."""

    folder: Path
    central: Wired
    screen: list[str] = field(default_factory=list)
    joining: asyncio.Task[Roster] | None = None

    async def type(self, code: str) -> None:
        """Type a code in; come back when the screen shows the countersign, or it is over."""
        self.folder.mkdir(exist_ok=True)
        self.joining = asyncio.create_task(
            join_quarter(
                parse_address(self.central.address),
                Code.read(code),
                self.database,
                REGISTRY,
                clock=CLOCK,
                waits=self.screen.append,
            )
        )
        await until(lambda: self.screen or (self.joining and self.joining.done()))

    async def joined(self) -> Roster:
        assert self.joining is not None
        async with asyncio.timeout(20):
            return await self.joining

    @property
    def database(self) -> Path:
        return self.folder / "quarter.db"

    @property
    def is_told_nothing(self) -> bool:
        return not self.database.exists()

    def texts(self) -> set[str]:
        core = Core.open(self.database, REGISTRY, clock=CLOCK)
        try:
            rows = core.read(lambda read: read.rows("select text from wish"))
        finally:
            core.close()
        return {row[0] for row in rows}


async def shown(central: Wired, **more) -> str:
    return await central.sync.invite(**{"name": "Foyer", "role": NodeRole.KIOSK, **more})


async def came_to(node: Wired) -> Newcomer:
    """The one box that a node of the house shows as waiting."""

    async def one() -> bool:
        return len(await node.sync.waiting.listed()) == 1

    await until(one)
    return (await node.sync.waiting.listed())[0]


async def nobody_waits(node: Wired) -> bool:
    return not await node.sync.waiting.listed()


@pytest.mark.parametrize("keeper", ["home", "central"])
async def test_the_house_lets_in_who_came_to_central(
    nodes: dict[str, Wired], keeper: str, tmp_path: Path
) -> None:
    home, central = nodes["home"], nodes["central"]
    if keeper == "central":
        await home.sync.offsite.hand_over()
    new = NewBox(tmp_path / "new", central)
    await new.type(await shown(central))
    waits = await came_to(home)
    assert (waits.name, waits.role) == ("Foyer", NodeRole.KIOSK)
    assert (await came_to(nodes["kiosk"])) == waits, "every box of the house shows it"
    assert new.is_told_nothing
    await home.sync.waiting.let_in(waits, new.screen[-1].lower().replace("-", " "), staff_id=STAFF)
    roster = await new.joined()
    node = next(each for each in roster.body.nodes if each.name == "Foyer")
    key = home.sync._own.house_key
    assert key is not None
    assert key.is_vouched(node)
    await until(lambda: nobody_waits(home))
    await until(lambda: nobody_waits(central))
    took = await begin_from_snapshot(
        parse_address(home.address), new.database, REGISTRY, clock=CLOCK, told=lambda *_: None
    )
    assert took
    assert new.texts() == {"im Haus"}


async def test_over_a_metered_line_the_answer_goes_at_once(tmp_path: Path) -> None:
    """Somebody stands before the new box; an hour would be long. Nobody else has a line there."""
    async with quarter(tmp_path, "home", "central") as nodes:
        home, central = nodes["home"], nodes["central"]
        home.sync.metering.urgent = URGENT
        await home.sync.choose_metered(metered=True)
        new = NewBox(tmp_path / "new", central)
        await new.type(await shown(central))

        async def told() -> bool:
            home.sync.metering.call_now()
            await asyncio.sleep(0.2)
            return bool(await home.sync.waiting.listed())

        await until(told)
        # Without this the line might still be busy with what was asked for.
        await asyncio.sleep(1)
        # Turned away, so that no changed roster takes the word along.
        await home.sync.waiting.turn_away(await came_to(home))
        with pytest.raises(CodeError, match="not_let_in"):
            await new.joined()


async def test_another_countersign_lets_nobody_in(nodes: dict[str, Wired], tmp_path: Path) -> None:
    home, central = nodes["home"], nodes["central"]
    new = NewBox(tmp_path / "new", central)
    await new.type(await shown(central))
    waits = await came_to(home)
    number = home.sync.roster.number
    for wrong in ("", "AAAA-BBBB-CCCC", new.screen[-1][:-1]):
        with pytest.raises(CodeError, match="other_countersign"):
            await home.sync.waiting.let_in(waits, wrong, staff_id=STAFF)
    assert home.sync.roster.number == number
    assert new.is_told_nothing
    await home.sync.waiting.turn_away(waits)
    with pytest.raises(CodeError, match="not_let_in"):
        await new.joined()
    assert await nobody_waits(home)


async def test_where_boxes_are_not_let_in_nobody_is(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    new = NewBox(tmp_path / "new", nodes["central"])
    await new.type(await shown(nodes["central"]))
    for name in ("kiosk", "central"):
        waits = await came_to(nodes[name])
        with pytest.raises(RosterError):
            await nodes[name].sync.waiting.let_in(waits, new.screen[-1], staff_id=STAFF)
    assert new.is_told_nothing
    await nodes["central"].sync.waiting.withdraw(waits)
    with pytest.raises(CodeError, match="not_let_in"):
        await new.joined()
    await until(lambda: nobody_waits(nodes["home"]))


async def test_the_code_is_worthless_twice_and_after_its_time(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    central = nodes["central"]
    code = await shown(central)
    first, second = NewBox(tmp_path / "one", central), NewBox(tmp_path / "two", central)
    await first.type(code)
    await second.type(code)
    with pytest.raises(CodeError, match="code_void"):
        await second.joined()
    late = await shown(central)
    await central.sync.withdraw_invitations()
    third = NewBox(tmp_path / "three", central)
    await third.type(late)
    with pytest.raises(CodeError, match="code_void"):
        await third.joined()
    assert len(await central.sync.waiting.listed()) == 1
    assert first.joining is not None
    first.joining.cancel()


async def test_a_box_that_was_switched_off_meanwhile_comes_back_with_its_code(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    """Its answer may have been lost, too: the house has let it in, and it asks again."""
    home, central = nodes["home"], nodes["central"]
    code = await shown(central)
    new = NewBox(tmp_path / "new", central)
    await new.type(code)
    assert new.joining is not None
    new.joining.cancel()
    waits = await came_to(home)
    await home.sync.waiting.let_in(waits, new.screen[-1], staff_id=STAFF)
    await until(lambda: nobody_waits(central))
    again = NewBox(tmp_path / "new", central)
    await until(lambda: central.sync.roster.number == home.sync.roster.number)
    await again.type(code)
    await again.joined()
    assert set(again.screen) <= set(new.screen)


async def test_who_waits_waits_no_longer_than_a_day(
    nodes: dict[str, Wired], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITS_SECONDS", 0)
    new = NewBox(tmp_path / "new", nodes["central"])
    await new.type(await shown(nodes["central"]))
    with pytest.raises(CodeError, match="not_let_in"):
        await new.joined()
    assert await nobody_waits(nodes["central"])


async def test_guesses_at_central_are_slowed_down_and_void_nothing(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    """Whoever guesses from the internet must not be able to void the operator's codes."""
    central = nodes["central"]
    code = await shown(central)
    server = central.store.core.identity.public_key
    address = parse_address(central.address)
    for number in range(30):
        guess = Code(f"guess{number:03d}", "0000").ask(new_identity(), server)
        with pytest.raises(TroubleError, match=Trouble.NOT_ACCEPTED):
            await ask_once(address, guess, server)
    left = await central.store.on_writer(lambda core: open_invitations(core)[0].tries)
    assert left == TRIES_AT_CENTRAL - 10, "the other twenty were not even looked at"
    new = NewBox(tmp_path / "new", central)
    await new.type(code)
    with pytest.raises(CodeError, match="code_void"):
        await new.joined()  # from the same address, for the rest of a minute


async def test_central_gone_bad_puts_its_own_box_in_the_place_of_the_one_that_waits(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    """It knows everything that both sides said to it, and lists a box of its own under the name."""
    home, central = nodes["home"], nodes["central"]
    new = NewBox(tmp_path / "new", central)
    await new.type(await shown(central))
    waits = await came_to(home)
    own = new_identity()

    def swap(write) -> None:
        write.execute(
            "update box_waiting set public_key = :key, sealing_key = :sealing",
            key=own.public_key,
            sealing=sealing_public_key(own),
        )

    await central.store.write(swap)

    async def swapped() -> bool:
        return (await came_to(home)).public_key == own.public_key

    await until(swapped)
    with pytest.raises(CodeError, match="other_countersign"):
        await home.sync.waiting.let_in(await came_to(home), new.screen[-1], staff_id=STAFF)
    assert own.public_key not in {node.public_key for node in home.sync.roster.body.nodes}
    assert waits.public_key != own.public_key
    assert new.joining is not None
    new.joining.cancel()


async def test_central_gone_bad_lists_a_box_that_nobody_let_in(
    nodes: dict[str, Wired], tmp_path: Path
) -> None:
    """It keeps the list and signs what it likes: the box has no voucher, so it gets nothing."""
    home, central = nodes["home"], nodes["central"]
    await home.sync.offsite.hand_over()
    new = NewBox(tmp_path / "new", central)
    await new.type(await shown(central))
    waits = await came_to(home)

    def list_it(core: Core) -> None:
        known = read_roster(core)
        assert known is not None
        forged = RosterNode(
            waits.public_key,
            waits.name,
            waits.role,
            0,
            sealing_key=waits.sealing_key,
            voucher=b"\x00\x01" + b"x" * 16,
        )
        body = msgspec.structs.replace(
            known.body, number=known.number + 1, nodes=(*known.body.nodes, forged)
        )
        sign_roster(core, body, known.signed.handovers, read_root(core))

    await central.store.on_writer(list_it)
    await central.sync.refresh_roster()
    await until(lambda: len(home.sync.roster.body.nodes) == 4)

    def admit(write) -> None:
        write.insert("box_admission", id=waits.id, answer=b"y" * 32)

    # Central may not write what the house says; a box of the house that was changed may.
    await nodes["kiosk"].store.write(admit)
    with pytest.raises(CodeError, match="not_of_house"):
        await new.joined()
    assert new.is_told_nothing
    node = next(n for n in home.sync.roster.body.nodes if n.public_key == waits.public_key)
    assert home.sync._own.here.shared_scopes(node) <= {"quarter", "fleet"}
    given = await home.store.read(
        lambda read: read.rows(
            "select 1 from house_key_grant where holder = :holder", holder=waits.sealing_key
        )
    )
    assert not given


async def test_a_box_believes_no_quarter_but_that_whose_people_read_its_screen(
    tmp_path: Path,
) -> None:
    """Central gone bad founds a quarter of its own and tells the new box that it belongs there."""
    identity, house, fake = new_identity(), new_identity(), new_identity()
    key = signs.stretched(signs.countersign_of(identity))
    told = {"quarter": b"Q" * 16, "epoch": b"E" * 16}
    said = signs.answer(key, root=Root(house.public_key), public_key=identity.public_key, **told)
    assert signs.is_answer(identity, said, root=Root(house.public_key), **told)
    for other in (
        {"root": Root(fake.public_key), **told},
        {"root": Root(house.public_key), **told, "quarter": b"F" * 16},
        {"root": Root(house.public_key), **told, "epoch": b"F" * 16},
    ):
        assert not signs.is_answer(identity, said, **other)
    assert not signs.is_answer(new_identity(), said, root=Root(house.public_key), **told)
    mine = signs.mark_of(identity)
    assert mine != said, "a mark is no answer"
    assert mine != signs.mark(key, new_identity().public_key, sealing_public_key(identity))


async def test_what_central_writes_of_boxes_that_cannot_be_is_not_shown(
    nodes: dict[str, Wired],
) -> None:
    central, home = nodes["central"], nodes["home"]
    good = {"public_key": b"k" * 32, "sealing_key": b"s" * 32, "mark": b"m" * 32, "name": "Foyer"}
    ends_at = int((CLOCK.now() + timedelta(hours=1)).timestamp())
    bad = ({"role": "home"}, {"role": "central"}, {"name": ""}, {"mark": b""}, {"name": "x" * 81})

    def write_all(write) -> None:
        for each in bad:
            write.insert("box_waiting", id=new_id(), ends_at=ends_at, **{**good, **each})
        for _ in range(100):
            write.insert("box_waiting", id=new_id(), ends_at=ends_at, **good)

    await central.store.write(write_all)

    async def arrived() -> bool:
        rows = await home.store.read(lambda read: read.rows("select 1 from box_waiting"))
        return len(rows) == 105

    await until(arrived)
    listed = await home.sync.waiting.listed()
    assert 0 < len(listed) <= waiting.SHOWN_MAX
    assert {each.role for each in listed} == {NodeRole.KIOSK}


async def test_only_the_box_that_waits_is_told_so(nodes: dict[str, Wired]) -> None:
    central = nodes["central"]
    code = Code.read(await shown(central))
    identity = new_identity()
    server = central.store.core.identity.public_key
    asked = code.ask(identity, server)
    address = parse_address(central.address)
    assert isinstance(await ask_once(address, asked, server), Waits)
    stolen = Join(asked.public_key, asked.sealing_key, asked.proof, new_identity().sign("x", b"y"))
    with pytest.raises(TroubleError, match=Trouble.NOT_ACCEPTED):
        await ask_once(address, stolen, server)
    assert not isinstance(await ask_once(address, asked, server), Joined)


async def test_only_boxes_of_the_house_wait(nodes: dict[str, Wired]) -> None:
    with pytest.raises(RosterError, match="kept_elsewhere"):
        await shown(nodes["central"], role=NodeRole.CENTRAL)
    with pytest.raises(RosterError, match="kept_elsewhere"):
        await shown(nodes["kiosk"])
