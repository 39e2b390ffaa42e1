"""A copied card: the copy finds out, gets a key of its own and keeps what it wrote."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store import Core, NodeRole
from node.store.changeset import decode, sign
from node.store.doctor import examine
from node.sync.clone_messages import Introduce
from node.sync.clones import become_own, is_copy, make_plan, name_copy, name_own
from node.sync.house_key import sealing_public_key
from node.sync.roster import RosterError, read_roster, take_roster
from node.sync.trouble import Trouble
from tests.sync.hand import CLOCK, REGISTRY, Box, close, quarter_of
from tests.sync.test_horizon import meet_all


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Box, Box, Box]]:
    made = quarter_of(tmp_path)
    made[0].grant_keys()
    yield made
    close(*made)


def copied(box: Box, path: Path) -> Box:
    """Another box with the same card."""
    core = box.core
    core._connection.execute("pragma wal_checkpoint(truncate)")
    shutil.copyfile(core.path, path)
    opened = Core.open(path, REGISTRY, clock=CLOCK)
    opened.role = core.role
    return Box(opened)


def cure(copy: Box, authority: Box) -> None:
    """As a running node does when a round has shown it that it is a copy."""
    meeting = copy.meet(authority)
    assert meeting.trouble is Trouble.FORKED
    assert meeting.forks
    plan, request = make_plan(copy.core, meeting.forks)
    roster = name_copy(authority.core, copy.site, request)
    assert roster is not None
    assert take_roster(copy.core, roster.signed) is not None
    assert become_own(copy.core, plan) > 0
    copy.tokens.clear()


@pytest.mark.parametrize("is_late", [False, True])
def test_a_copy_takes_along_what_has_not_parted_yet(
    boxes: tuple[Box, Box, Box], tmp_path: Path, is_late: bool
) -> None:
    """Plans parted; in the chain of wishes only the copy went on so far."""
    home, kiosk, central = boxes
    kiosk.wish("vor der Kopie")
    meet_all(home, kiosk, central)
    copy = copied(kiosk, tmp_path / "copy.db")
    kiosk.plan("Urschrift")
    copy.plan("Abschrift")
    if not is_late:
        copy.wish("Wunsch an der Abschrift")
    assert kiosk.meet(home).trouble is None
    meeting = copy.meet(home)
    plan, request = make_plan(copy.core, meeting.forks)
    roster = name_copy(home.core, copy.site, request)
    assert roster is not None
    if is_late:
        copy.wish("Wunsch an der Abschrift")
    assert take_roster(copy.core, roster.signed) is not None
    assert become_own(copy.core, plan) == 2
    copy.tokens.clear()
    kiosk.wish("Wunsch an der Urschrift")
    assert kiosk.meet(home).trouble is None
    for _ in range(2):
        assert copy.meet(home).trouble is None
    wishes = {"vor der Kopie", "Wunsch an der Abschrift", "Wunsch an der Urschrift"}
    for box in (home, copy):
        assert box.texts() == wishes
        assert box.texts("plan", "what") == {"Urschrift", "Abschrift"}


@pytest.mark.parametrize(("ours", "theirs"), [(1, 1), (4, 1), (1, 4), (0, 2)])
def test_the_later_one_of_two_with_one_card_becomes_a_box_of_its_own(
    boxes: tuple[Box, Box, Box], tmp_path: Path, ours: int, theirs: int
) -> None:
    home, kiosk, central = boxes
    kiosk.wish("vor der Kopie")
    meet_all(home, kiosk, central)
    copy = copied(kiosk, tmp_path / "copy.db")
    for number in range(theirs):
        kiosk.wish(f"Urschrift {number}")
    for number in range(ours):
        copy.wish(f"Abschrift {number}")
        copy.plan(f"Abschrift {number}")
    if not ours:
        copy.plan("nur ein Plan")
        kiosk.plan("auch ein Plan")
    old = kiosk.site
    assert kiosk.meet(home).trouble is None
    cure(copy, home)
    assert copy.site != old
    node = copy.here.roster.nodes[copy.site]
    assert (node.name, node.role, is_copy(node.name)) == ("Foyer (Kopie)", NodeRole.KIOSK, True)
    everybody = (home, kiosk, copy, central)
    for _ in range(3):
        for box in (kiosk, copy):
            assert box.meet(home).trouble is None
            assert box.meet(central).trouble is None
        assert home.meet(central).trouble is None
    expected = {"vor der Kopie"}
    expected |= {f"Urschrift {number}" for number in range(theirs)}
    expected |= {f"Abschrift {number}" for number in range(ours)}
    for box in everybody:
        assert box.core.quarantined() == []
        assert examine(box.core, box.here.members) == []
        if box is not central:
            assert box.texts() == expected
        assert box.texts("plan", "what") == home.texts("plan", "what")
    copy.wish("danach")
    copy.meet(home)
    assert "danach" in home.texts()
    copy.core.close()


def test_the_box_it_was_copied_from_goes_on_whoever_of_both_comes_first(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    meet_all(home, kiosk, central)
    copy = copied(kiosk, tmp_path / "copy.db")
    kiosk.wish("Urschrift")
    copy.wish("Abschrift")
    # The copy is quicker, and home calls the other before that one calls home.
    assert copy.meet(home).trouble is None
    meeting = home.meet(kiosk)
    assert meeting.trouble is Trouble.FORKED
    assert home.core.quarantined() == []
    cure(kiosk, home)
    kiosk.meet(home)
    copy.meet(home)
    assert home.texts() == kiosk.texts() == copy.texts() == {"Urschrift", "Abschrift"}
    copy.core.close()


def test_a_copied_home_node_decides_nothing_more_but_what_it_decided_counts(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    meet_all(home, kiosk, central)
    copy = copied(home, tmp_path / "copy.db")
    for box, text in ((home, "Urschrift"), (copy, "Abschrift")):
        box.core.write(lambda w, t=text: w.insert("rule", id=t.encode().ljust(16), text=t))
    kiosk.meet(home)
    meeting = copy.meet(kiosk)
    assert meeting.trouble is Trouble.FORKED
    plan, request = make_plan(copy.core, meeting.forks)
    assert name_own(copy.core, request) is not None
    assert become_own(copy.core, plan) == 1
    copy.tokens.clear()
    for _ in range(2):
        # The roster travels with the greeting.
        copy.meet(kiosk)
        kiosk.meet(home)
        kiosk.meet(copy)
    for box in (home, kiosk, copy):
        assert box.texts("rule") == {"Urschrift", "Abschrift"}
        assert examine(box.core, box.here.members) == []
    assert home.here.roster.nodes[copy.site].role is NodeRole.HOME
    copy.core.close()


def test_nobody_is_named_without_proof(boxes: tuple[Box, Box, Box], tmp_path: Path) -> None:
    home, kiosk, central = boxes
    kiosk.wish("eins")
    meet_all(home, kiosk, central)
    held = kiosk.core.changesets((kiosk.site, "house"), after=0, max_bytes=1)[0]
    copy = copied(kiosk, tmp_path / "copy.db")
    kiosk.wish("Urschrift")
    copy.wish("Abschrift")
    kiosk.meet(home)
    forks = copy.meet(home).forks
    _, good = make_plan(copy.core, forks)
    forged = sign(decode(good.other), home.core.identity.key)
    number = home.here.roster.number
    for bad in (
        Introduce(good.public_key, good.sealing_key, b"\0" * 64, good.other),
        Introduce(central.here.identity.public_key[::-1], b"", good.proof, good.other),
        Introduce(good.public_key, good.sealing_key, good.proof, held),
        Introduce(good.public_key, good.sealing_key, good.proof, forged),
    ):
        assert name_copy(home.core, kiosk.site, bad) is None
    assert name_copy(home.core, central.site, good) is None
    assert name_copy(home.core, b"?" * 16, good) is None
    with pytest.raises(RosterError):
        name_copy(kiosk.core, kiosk.site, good)
    assert home.here.roster.number == number
    assert name_copy(home.core, kiosk.site, good) is not None
    # Asked again it is the same, and the box asks under the same key at every try.
    assert make_plan(copy.core, forks)[1].public_key == good.public_key
    name_copy(home.core, kiosk.site, good)
    roster = read_roster(home.core)
    assert roster is not None
    assert roster.number == number + 1
    assert good.sealing_key == roster.body.nodes[-1].sealing_key
    assert good.sealing_key != sealing_public_key(copy.core.identity)
    copy.core.close()


def test_a_peer_that_lies_about_our_history_cannot_make_us_change_the_key(
    boxes: tuple[Box, Box, Box],
) -> None:
    """A central that was changed says another hash for what a box wrote itself."""
    home, kiosk, central = boxes
    kiosk.plan("eins")
    meet_all(home, kiosk, central)
    central.core._connection.execute(
        "update head set hash = zeroblob(32) where site = ? and scope = 'quarter'", (kiosk.site,)
    )
    meeting = kiosk.meet(central)
    assert meeting.forks == {}
    assert meeting.trouble is Trouble.FORKED
