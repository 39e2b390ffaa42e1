"""The roster: only the authority changes it, everybody checks it, nobody goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.ids import new_id
from node.store import NodeRole
from node.sync.authority import add_node, found_roster, revoke_node
from node.sync.roster import (
    FORMAT,
    NODES_MAX,
    Root,
    Roster,
    RosterBody,
    RosterError,
    RosterNode,
    SignedRoster,
    adopt_role,
    check_roster,
    join_roster,
    read_roster,
    take_roster,
)
from tests.sync.hand import QUARTER, Box, close, found, quarter_of


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Box, Box, Box]]:
    made = quarter_of(tmp_path)
    yield made
    close(*made)


def signed_by(box: Box, **changes: object) -> SignedRoster:
    """What the authority's own key signs, lawful or not."""
    body = msgspec.structs.replace(box.here.roster.body, **changes)
    raw = msgspec.msgpack.encode(body)
    return SignedRoster(raw, box.core.identity.sign("quartier roster 1", raw))


def node(key: bytes = b"k" * 32, name: str = "N", **more) -> RosterNode:
    return RosterNode(key, name, NodeRole.KIOSK, 0, **more)


def test_founding_makes_the_authority_and_happens_once(tmp_path: Path) -> None:
    box = found(tmp_path, "home")
    roster = found_roster(box.core, name="Haus")
    assert (roster.number, [n.name for n in roster.body.nodes]) == (1, ["Haus"])
    assert roster.body.authority == box.core.identity.public_key
    with pytest.raises(RosterError, match="already"):
        found_roster(box.core, name="Haus")
    close(box)


def test_a_roster_survives_a_restart_and_sets_the_role(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    _, kiosk, _ = boxes
    before = kiosk.here.roster
    kiosk.core.close()
    kiosk.core = found(tmp_path, "kiosk").core
    assert read_roster(kiosk.core) == before
    assert kiosk.core.role is NodeRole.HOME
    adopt_role(kiosk.core)
    assert kiosk.core.role is NodeRole.KIOSK
    with pytest.raises(Exception, match="may not write rule"):
        kiosk.core.write(lambda write: write.insert("rule", id=new_id(), text="nein"))


def test_only_the_authority_changes_the_roster(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    for box in (kiosk, central):
        with pytest.raises(RosterError, match="kept_elsewhere"):
            add_node(box.core, b"x" * 32, name="X", role=NodeRole.HOME)
        with pytest.raises(RosterError, match="kept_elsewhere"):
            revoke_node(box.core, home.site)


def test_a_node_can_be_renamed_and_keeps_its_place(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    key = kiosk.core.identity.public_key
    roster = add_node(home.core, key, name="Eingang", role=NodeRole.STANDBY, address="b.example:1")
    assert len(roster.nodes) == 3
    assert roster.nodes[kiosk.site].name == "Eingang"
    assert roster.number == 4


def test_a_revoked_node_keeps_its_numbers_and_never_comes_back(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.wish("eins")
    kiosk.meet(home)
    roster = revoke_node(home.core, kiosk.site)
    assert roster.nodes[kiosk.site].revoked_after == {"house": 1}
    assert roster.members[kiosk.site].revoked_after == {"house": 1}
    assert roster.active(kiosk.site) is None
    kiosk.wish("zwei")
    assert revoke_node(home.core, kiosk.site).nodes[kiosk.site].revoked_after == {"house": 1}
    with pytest.raises(RosterError, match="comes_back_new"):
        add_node(home.core, kiosk.core.identity.public_key, name="wieder da", role=NodeRole.KIOSK)
    for site in (home.site, b"?" * 16):
        with pytest.raises(RosterError, match="not_itself"):
            revoke_node(home.core, site)


def test_only_a_higher_number_is_taken(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    known = kiosk.here.roster
    assert take_roster(kiosk.core, known.signed) is None
    assert take_roster(kiosk.core, signed_by(home, number=known.number - 1)) is None
    newer = signed_by(home, number=known.number + 5)
    taken = take_roster(kiosk.core, newer)
    assert taken is not None
    assert kiosk.here.roster.number == known.number + 5
    assert take_roster(kiosk.core, signed_by(home, number=known.number + 4)) is None


def test_what_the_authority_did_not_sign_is_not_believed(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    number = kiosk.here.roster.number
    good = signed_by(home, number=99)
    for bad in (
        signed_by(kiosk, number=99),
        signed_by(central, number=99),
        signed_by(kiosk, number=99, authority=kiosk.core.identity.public_key),
        signed_by(home, number=99, recovery=b"s" * 64, authority=kiosk.core.identity.public_key),
        SignedRoster(good.body, good.signature[:-1]),
        SignedRoster(good.body + b"\x00", good.signature),
        SignedRoster(b"", b""),
    ):
        with pytest.raises(RosterError):
            take_roster(kiosk.core, bad)
    assert kiosk.here.roster.number == number


@pytest.mark.parametrize(
    "changes",
    [
        {"format": FORMAT + 1},
        {"quarter": b"X" * 16},
        {"authority": b"X" * 32},
        {"number": 0},
        {"number": 2**60},
        {"nodes": (node(b"short"),)},
        {"nodes": (node(name=""),)},
        {"nodes": (node(name="x" * 200),)},
        {"nodes": (node(address="x" * 200),)},
        {"nodes": (node(), node())},
        {"nodes": tuple(node(n.to_bytes(32, "big")) for n in range(NODES_MAX + 1))},
    ],
)
def test_even_the_authority_is_held_to_the_bounds(
    boxes: tuple[Box, Box, Box], changes: dict
) -> None:
    home, kiosk, _ = boxes
    with pytest.raises(RosterError):
        take_roster(kiosk.core, signed_by(home, **{"number": 99, **changes}))


def test_a_role_that_this_program_does_not_know_asks_for_an_update(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, _ = boxes
    raw = home.here.roster.signed.body.replace(b"kiosk", b"robot")
    strange = SignedRoster(raw, home.core.identity.sign("quartier roster 1", raw))
    with pytest.raises(RosterError, match="too old"):
        take_roster(kiosk.core, strange)


def test_a_node_that_has_not_joined_takes_nothing(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, _, _ = boxes
    alone = found(tmp_path, "alone")
    with pytest.raises(RosterError, match="not_joined"):
        take_roster(alone.core, home.here.roster.signed)
    with pytest.raises(RosterError, match="authority"):
        join_roster(alone.core, home.here.roster.signed, root=Root(alone.core.identity.public_key))
    assert read_roster(alone.core) is None
    close(alone)


@given(st.binary(max_size=300), st.binary(max_size=70))
def test_any_bytes_are_no_roster(body: bytes, signature: bytes) -> None:
    with pytest.raises(RosterError):
        check_roster(SignedRoster(body, signature), quarter=QUARTER, root=Root(b"a" * 32))


def test_the_roster_knows_who_counts() -> None:
    one, two = node(b"1" * 32), node(b"2" * 32, revoked_after={})
    roster = Roster(RosterBody(FORMAT, QUARTER, b"a" * 32, 1, (one, two)), SignedRoster(b"", b""))
    assert [n.public_key for n in roster.peers_of(b"?" * 16)] == [one.public_key]
    assert roster.peers_of(one.site_id) == []
    assert set(roster.members) == {one.site_id, two.site_id}
