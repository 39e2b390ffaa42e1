"""Two histories of a copied card: whoever heard the one that does not count gives it up, and loses
nothing by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from node.store import SEALED, NodeRole
from node.store.digests import take_digests
from node.store.doctor import examine
from node.sync.authority import add_node, handover_to, revoke_node, take_authority
from node.sync.clones import become_own, make_plan, name_copy
from node.sync.forks import give_way, link_of
from node.sync.house_key import read_house_key
from node.sync.roster import take_roster
from node.sync.trouble import Trouble
from tests.sync.hand import Box, close, quarter_of
from tests.sync.test_clones import copied
from tests.sync.test_horizon import meet_all

SCOPES = frozenset({"quarter"})


@pytest.fixture(params=["home", "central"])
def boxes(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Box, Box, Box]]:
    """A quarter whose list is kept at home, or at central."""
    home, kiosk, central = quarter_of(tmp_path)
    home.grant_keys()
    meet_all(home, kiosk, central)
    kiosk.grant_keys()
    if request.param == "central":
        moved = handover_to(home.core, central.core.identity.public_key)
        roster = take_authority(central.core, moved)
        for box in (home, kiosk):
            take_roster(box.core, roster.signed)
    yield home, kiosk, central
    close(home, kiosk, central)


def keeper(*boxes: Box) -> Box:
    authority = boxes[0].here.roster.body.authority
    return next(box for box in boxes if box.core.identity.public_key == authority)


def become_own_where_forked(box: Box, authority: Box) -> bool:
    """As a running node does after a round."""
    meeting = box.meet(authority)
    if not meeting.forks:
        return False
    assert meeting.trouble is Trouble.FORKED
    plan, request = make_plan(box.core, meeting.forks)
    for piece in (request.other.body, msgspec.msgpack.encode(request)):
        assert authority.core.role is not NodeRole.CENTRAL or b"geheim" not in piece
    roster = name_copy(authority.core, box.site, request)
    assert roster is not None
    assert take_roster(box.core, roster.signed) is not None
    become_own(box.core, plan)
    box.tokens.clear()
    return True


def all_meet(home: Box, central: Box, *others: Box) -> set[Trouble | None]:
    """Everybody calls home and central; what the rounds ended in."""
    met = [box.meet(to) for box in others for to in (home, central)] + [home.meet(central)]
    return {meeting.trouble for meeting in met}


@pytest.mark.parametrize("first_at_home", ["kiosk", "copy"])
def test_after_the_cure_nobody_holds_two_histories_whoever_heard_which_first(
    boxes: tuple[Box, Box, Box], tmp_path: Path, first_at_home: str
) -> None:
    """Home hears one of the two, central the other; in both scopes, in different lengths."""
    home, kiosk, central = boxes
    kiosk.wish("geheim vor der Kopie")
    kiosk.plan("vor der Kopie")
    all_meet(home, central, kiosk)
    copy = copied(kiosk, tmp_path / "copy.db")
    pair = {"kiosk": kiosk, "copy": copy}
    for number in range(3):
        kiosk.wish(f"geheim U {number}")
        copy.wish(f"geheim A {number}")
        copy.plan(f"A {number}")
    kiosk.plan("U")
    at_home = pair.pop(first_at_home)
    (at_central,) = pair.values()
    assert at_home.meet(home).trouble is None
    assert at_central.meet(central).trouble is None
    assert home.meet(central).trouble is Trouble.FORKED
    authority = keeper(home, central)
    later = at_central if authority is home else at_home
    assert become_own_where_forked(later, authority)
    for _ in range(3):
        last = all_meet(home, central, kiosk, copy)
    assert last == {None}
    everybody = (home, kiosk, copy, central)
    wishes = {"geheim vor der Kopie", *(f"geheim {who} {n}" for who in "UA" for n in range(3))}
    for box in everybody:
        assert examine(box.core, box.here.members) == []
        assert box.core.quarantined() == []
        assert box.texts("plan", "what") == {"vor der Kopie", "U", "A 0", "A 1", "A 2"}
        assert box is central or box.texts() == wishes
        assert heads(box, "quarter") == heads(home, "quarter")
    assert heads(central, SEALED) == heads(home, "house")
    digests = [take_digests(box.core.path, box.core.registry, SCOPES) for box in everybody]
    assert all(found.tables == digests[0].tables for found in digests)
    kiosk.wish("geheim danach")
    copy.wish("geheim danach auf der Kopie")
    for _ in range(2):
        last = all_meet(home, central, kiosk, copy)
    assert last == {None}
    assert home.texts() == wishes | {"geheim danach", "geheim danach auf der Kopie"}
    copy.core.close()


def heads(box: Box, scope: str) -> dict[bytes, tuple[int, bytes]]:
    return {
        site: (head.n, head.hash)
        for (site, each), head in box.core.heads().items()
        if each == scope
    }


def test_what_only_the_copy_wrote_is_not_given_up_before_it_has_said_it_again(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    kiosk.plan("vor der Kopie")
    all_meet(home, central, kiosk)
    copy = copied(kiosk, tmp_path / "copy.db")
    kiosk.plan("U")
    copy.plan("A")
    authority = keeper(home, central)
    other = central if authority is home else home
    assert kiosk.meet(authority).trouble is None
    assert copy.meet(other).trouble is None
    before = heads(other, "quarter")
    for _ in range(2):
        home.meet(central)
    assert heads(other, "quarter") == before
    assert become_own_where_forked(copy, authority)
    # Named, but the other has not heard yet what it said again.
    counting = authority.core.changesets((kiosk.site, "quarter"), after=1, max_bytes=1)[0]
    take_roster(other.core, authority.here.roster.signed)
    key = read_house_key(other.core)
    assert not give_way(other.core, other.here.roster, key, counting)
    copy.meet(other)
    assert give_way(other.core, other.here.roster, key, counting)
    assert examine(other.core, other.here.members) == []
    copy.core.close()


def test_nobody_gives_way_to_what_the_box_did_not_sign_or_what_does_not_part(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    kiosk.plan("vor der Kopie")
    all_meet(home, central, kiosk)
    copy = copied(kiosk, tmp_path / "copy.db")
    kiosk.plan("U")
    copy.plan("A")
    authority = keeper(home, central)
    other = central if authority is home else home
    kiosk.meet(authority)
    copy.meet(other)
    become_own_where_forked(copy, authority)
    copy.meet(other)
    held = other.core.changesets((kiosk.site, "quarter"), after=0, max_bytes=10_000)
    counting = authority.core.changesets((kiosk.site, "quarter"), after=1, max_bytes=1)[0]
    forged = msgspec.structs.replace(counting, signature=held[0].signature)
    own = other.core.changesets((copy.site, "quarter"), after=0, max_bytes=1)[0]
    key, roster = read_house_key(other.core), other.here.roster
    for bad in (held[0], held[1], forged, own):
        assert not give_way(other.core, roster, key, bad), link_of(bad)
    assert give_way(other.core, roster, key, counting)
    copy.core.close()


def test_only_the_authority_may_ask_to_give_way(tmp_path: Path) -> None:
    """A kiosk that calls central asks for nothing, and a copy has no say."""
    home, kiosk, central = quarter_of(tmp_path)
    from node.sync.clone_messages import Prefer
    from node.sync.wire import Sorry

    kiosk.plan("eins")
    meet_all(home, kiosk, central)
    kiosk.meet(central)
    held = kiosk.core.changesets((kiosk.site, "quarter"), after=0, max_bytes=1)[0]
    reply = central.answer(kiosk.tokens[central.site], Prefer(held))
    assert reply == Sorry(Trouble.NOT_ACCEPTED)
    close(home, kiosk, central)


def test_a_copy_that_people_rename_is_still_known_as_what_it_was(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    kiosk.plan("vor der Kopie")
    all_meet(home, central, kiosk)
    copy = copied(kiosk, tmp_path / "copy.db")
    kiosk.plan("U")
    copy.plan("A")
    authority = keeper(home, central)
    kiosk.meet(authority)
    become_own_where_forked(copy, authority)
    named = add_node(
        authority.core,
        copy.core.identity.public_key,
        name="Werkstatt",
        role=NodeRole.KIOSK,
    ).nodes[copy.site]
    assert named.copy_of is not None
    assert named.copy_of.site == kiosk.site
    assert named.voucher
    let_go = revoke_node(authority.core, copy.site).nodes[copy.site]
    assert let_go.copy_of == named.copy_of
    copy.core.close()
