"""A round by hand: stages in order, both ways at once, and what each peer may see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from node.base.ids import new_id
from node.base.refusals import Refusal
from node.store import Column, NodeRole, Registry, Scope, SignedChangeset, Table
from node.store.age import new_secret, recipient_of
from node.store.backup import restore_backup, write_backup
from node.store.changeset import decode, sign
from node.sync.answering import AwaitNews
from node.sync.authority import add_node, handover_to, revoke_node, take_authority
from node.sync.effects import Look
from node.sync.granting import granted_to
from node.sync.greeting import check_greeting
from node.sync.heads import say_heads
from node.sync.house_key import read_house_key, sealing_public_key
from node.sync.roster import Root, join_roster, read_root
from node.sync.stages import Stage, Status
from node.sync.trouble import WORDS, Trouble, TroubleError
from node.sync.wire import PROTOCOL, Compare, Fetch, Give, Given, Listen, News, Page, Want
from tests.files import bytes_beside
from tests.sync.hand import CLOCK, PLAN, REGISTRY, RULE, WISH, Box, close, found, quarter_of


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[tuple[Box, Box, Box]]:
    made = quarter_of(tmp_path)
    yield made
    close(*made)


def test_one_round_brings_both_ways_and_names_its_stages(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    home.wish("vom Haus")
    kiosk.wish("vom Foyer")
    kiosk.plan("Foyer")
    meeting = kiosk.meet(home)
    assert home.texts() == kiosk.texts() == {"vom Haus", "vom Foyer"}
    assert home.core.heads() == kiosk.core.heads()
    assert (meeting.fetched, meeting.applied, meeting.given) == (1, 1, 2)
    assert list(meeting.statuses) == [*Stage]
    assert set(meeting.statuses.values()) == {Status.COMPLETED}
    assert meeting.trouble is None


def test_with_a_session_open_an_idle_round_is_one_request(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.meet(home)
    requests: list = []
    kiosk.meet(home, requests=requests)
    assert [type(r) for r in requests] == [Compare]
    kiosk.wish("neu")
    requests.clear()
    kiosk.meet(home, requests=requests)
    assert [type(r) for r in requests] == [Compare, Give]
    assert home.texts() == {"neu"}


def test_a_session_that_the_peer_has_forgotten_is_greeted_anew(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.meet(home)
    home.greeter.forget()
    kiosk.wish("nach dem Neustart")
    kiosk.meet(home)
    assert home.texts() == {"nach dem Neustart"}


def test_central_is_told_nothing_of_the_house(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, central = boxes
    home.wish("privat")
    home.plan("Chor")
    kiosk.meet(home)
    for box in (home, kiosk):
        box.meet(central)
        central.meet(box)
    assert central.texts("plan", "what") == {"Chor"}
    assert {scope for _, scope in central.core.heads()} == {"quarter", "sealed"}
    files = bytes_beside(Path(central.core.path))
    assert b"Chor" in files, "the search sees what is there"
    assert b"privat" not in files
    asked = home.answer(
        central.tokens[home.site],
        Fetch((Want(home.site, "house", 0), Want(home.site, "quarter", 0)), 10**6),
    )
    assert isinstance(asked, Page)
    assert [decode(signed).scope for signed in asked.changesets] == ["quarter"]


def test_the_kiosk_and_home_agree_by_way_of_central_which_reads_nothing(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    home.grant_keys()
    home.meet(central)
    kiosk.meet(central)
    kiosk.grant_keys()
    kiosk.plan("vom Foyer")
    kiosk.wish("privat")
    kiosk.meet(central)
    home.meet(central)
    assert home.texts("plan", "what") == {"vom Foyer"}
    assert home.texts() == {"privat"}
    assert central.texts() == set()
    for file in Path(central.core.path).parent.glob("central*"):
        assert b"privat" not in file.read_bytes()


def test_what_was_sealed_before_a_node_left_is_opened_after_it_left(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    standby = found(tmp_path, "standby")
    roster = add_node(
        home.core,
        standby.core.identity.public_key,
        name="Keller",
        role=NodeRole.STANDBY,
        sealing_key=sealing_public_key(standby.core.identity),
    )
    join_roster(standby.core, roster.signed, root=read_root(home.core))
    home.wish("vorher")
    home.meet(central)
    revoke_node(home.core, kiosk.site)
    home.grant_keys()
    home.wish("nachher")
    home.meet(central)
    key = read_house_key(home.core)
    assert key is not None
    assert key.newest == 2
    standby.meet(central)
    standby.grant_keys()
    standby.meet(central)
    assert standby.texts() == {"vorher", "nachher"}
    # The one who left was given the first generation only.
    assert granted_to(home.core, kiosk.core.identity).keys() <= {1}


def test_a_round_goes_on_at_any_changeset_in_pages_of_any_size(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    for number in range(30):
        home.wish(f"vom Haus {number}" * 20)
        kiosk.wish(f"vom Foyer {number}" * 20)
    requests: list = []
    kiosk.meet(home, requests=requests, page_bytes=1000)
    assert home.texts() == kiosk.texts()
    assert len([r for r in requests if isinstance(r, Fetch)]) > 10
    assert len([r for r in requests if isinstance(r, Give)]) > 10


@pytest.mark.parametrize("after", range(1, 9))
def test_a_round_cut_after_any_step_is_taken_up_by_the_next(tmp_path: Path, after: int) -> None:
    home, kiosk, central = quarter_of(tmp_path)
    for number in range(6):
        home.wish(f"vom Haus {number}" * 20)
        kiosk.wish(f"vom Foyer {number}" * 20)
    sent = 0
    answer = home.answer

    def line(token: bytes, request, now: float = 0.0):
        nonlocal sent
        sent += 1
        reply = answer(token, request, now)
        if sent == after:
            raise TroubleError(Trouble.UNREACHABLE)
        return reply

    home.answer = line
    with pytest.raises(TroubleError, match="unreachable"):
        kiosk.meet(home, page_bytes=600)
    home.answer = answer
    kiosk.meet(home)
    assert home.texts() == kiosk.texts()
    assert len(home.texts()) == 12
    close(home, kiosk, central)


def test_strangers_are_told_nothing_and_revoked_nodes_that_they_are(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, kiosk, central = boxes
    kiosk.meet(home)
    stranger = found(tmp_path, "stranger")
    stranger_roster = join_roster(
        stranger.core, home.here.roster.signed, root=Root(home.core.identity.public_key)
    )
    assert stranger.site not in stranger_roster.nodes
    revoke_node(home.core, kiosk.site)
    for box, trouble in ((stranger, Trouble.NOT_ACCEPTED), (kiosk, Trouble.DISMISSED)):
        box.tokens.pop(home.site, None)
        with pytest.raises(TroubleError) as caught:
            box.meet(home)
        assert caught.value.trouble is trouble
    close(stranger)
    assert kiosk.here.roster.active(kiosk.site) is None
    refused = kiosk.core.write(lambda write: write.insert("wish", id=new_id(), text="zu spät"))
    assert isinstance(refused, Refusal)
    assert refused.code == "store.dismissed"
    central.meet(home)
    assert central.here.roster.active(kiosk.site) is None


def test_an_open_session_ends_when_its_node_is_revoked(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.meet(home)
    revoke_node(home.core, kiosk.site)
    assert home.answer(kiosk.tokens[home.site], Compare((), 3)) is None


def test_what_a_revoked_node_wrote_before_counts_and_later_does_not(
    boxes: tuple[Box, Box, Box],
) -> None:
    home, kiosk, central = boxes
    kiosk.plan("vorher")
    kiosk.meet(home)
    revoke_node(home.core, kiosk.site)
    kiosk.plan("nachher")
    # Central does not know yet, takes it, and must not pass it on to home.
    kiosk.meet(central)
    home.meet(central)
    assert home.texts("plan", "what") == {"vorher"}
    assert home.core.quarantined()[0].reason == "the node was revoked before it wrote this"


def test_what_a_node_wrote_for_the_house_counts_where_central_revokes_it_too(
    boxes: tuple[Box, Box, Box],
) -> None:
    """Central holds it sealed and counted that, so that nothing for the house counted at all."""
    home, kiosk, central = boxes
    home.grant_keys()
    kiosk.meet(home)
    kiosk.grant_keys()
    kiosk.wish("im Haus")
    kiosk.meet(central)
    take_authority(central.core, handover_to(home.core, central.core.identity.public_key))
    revoke_node(central.core, kiosk.site)
    home.meet(central)
    assert home.texts() == {"im Haus"}
    assert home.core.quarantined() == []


def test_a_newer_roster_travels_with_any_round(boxes: tuple[Box, Box, Box], tmp_path: Path) -> None:
    home, kiosk, central = boxes
    for box in (kiosk, central):
        box.meet(home)
    second = found(tmp_path, "second")
    roster = add_node(home.core, second.core.identity.public_key, name="Hof", role=NodeRole.KIOSK)
    kiosk.meet(home)
    assert kiosk.here.roster.number == roster.number
    # A called node that has not heard of the newcomer learns it from the newcomer itself.
    join_roster(second.core, roster.signed, root=Root(home.core.identity.public_key))
    second.plan("vom Hof")
    second.meet(central)
    assert central.here.roster.number == roster.number
    assert central.texts("plan", "what") == {"vom Hof"}
    close(second)


def test_another_history_is_refused_and_nothing_changes(
    boxes: tuple[Box, Box, Box], tmp_path: Path
) -> None:
    home, _, _ = boxes
    other = found(tmp_path, "other", epoch=b"X" * 16)
    roster = add_node(home.core, other.core.identity.public_key, name="B", role=NodeRole.KIOSK)
    join_roster(other.core, roster.signed, root=Root(home.core.identity.public_key))
    other.wish("fremd")
    with pytest.raises(TroubleError) as caught:
        other.meet(home)
    assert caught.value.trouble is Trouble.OTHER_EPOCH
    assert home.texts() == set()
    close(other)


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"quarter": b"X" * 16}, Trouble.OTHER_QUARTER),
        ({"epoch": b"X" * 16}, Trouble.OTHER_EPOCH),
        ({"protocol": PROTOCOL - 1}, Trouble.PEER_OLDER),
        ({"protocol": PROTOCOL + 1}, Trouble.PEER_NEWER),
    ],
)
def test_a_greeting_of_another_kind_has_its_own_sentence(
    boxes: tuple[Box, Box, Box], changes: dict, trouble: Trouble
) -> None:
    here = boxes[0].here
    check_greeting(here, here.greeting(()))
    with pytest.raises(TroubleError) as caught:
        check_greeting(here, msgspec.structs.replace(here.greeting(()), **changes))
    assert caught.value.trouble is trouble
    assert WORDS[trouble].remedy


def test_a_chain_in_quarantine_is_said_once_and_not_sent_again(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.core.role = NodeRole.HOME  # a program that does not keep the law
    kiosk.core.write(lambda write: write.insert("rule", id=new_id(), text="verboten"))
    kiosk.wish("erlaubt")
    meeting = home.meet(kiosk)
    assert meeting.trouble is Trouble.STOPPED
    assert home.texts() == {"erlaubt"}
    assert home.texts("rule") == set()
    kiosk.plan("steckt dahinter")
    requests: list = []
    kiosk.meet(home, requests=requests)
    home.meet(kiosk, requests=requests)
    assert {type(r) for r in requests} <= {Compare, *{type(r) for r in requests[:2]}}
    assert not [r for r in requests if isinstance(r, (Fetch, Give))]
    home.wish("geht weiter")
    kiosk.meet(home)
    assert "geht weiter" in kiosk.texts()


def test_a_liar_cannot_keep_a_round_going(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.wish("gut")
    good = kiosk.core.changesets((kiosk.site, "house"), after=0, max_bytes=10**6)[0]
    forged = SignedChangeset(good.body, bytes(64))
    answer = kiosk.answer

    def liar(token: bytes, request, now: float = 0.0):
        if isinstance(request, Fetch):
            return Page((forged,))
        return answer(token, request, now)

    kiosk.answer = liar
    meeting = home.meet(kiosk)
    assert meeting.applied == 0
    assert home.texts() == set()
    kiosk.answer = answer
    home.meet(kiosk)
    assert home.texts() == {"gut"}


def test_a_page_that_was_not_asked_for_ends_the_round(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    home.plan("Chor")
    kiosk.wish("gut")
    (foreign,) = home.core.changesets((home.site, "quarter"), after=0, max_bytes=10**6)
    answer = kiosk.answer
    kiosk.answer = lambda token, request, now=0.0: (
        Page((foreign,)) if isinstance(request, Fetch) else answer(token, request, now)
    )
    with pytest.raises(TroubleError) as caught:
        home.meet(kiosk)
    assert caught.value.trouble is Trouble.GARBLED


def test_two_histories_under_one_number_are_told(tmp_path: Path) -> None:
    home, kiosk, central = quarter_of(tmp_path)
    kiosk.wish("eins")
    kiosk.meet(home)
    body = decode(kiosk.core.changesets((kiosk.site, "house"), after=0, max_bytes=10**6)[0])
    other = sign(msgspec.structs.replace(body, at_ms=1), kiosk.core.identity.key)
    kiosk.core._connection.execute("update head set hash = ?", (other.hash,))
    assert home.meet(kiosk).trouble is Trouble.FORKED
    close(home, kiosk, central)


def test_a_listener_is_answered_only_by_what_it_lacks(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.meet(home)
    token = kiosk.tokens[home.site]
    number = home.here.roster.number
    quiet = home.drive(_listening(home, token, Listen((), number)), None)
    assert isinstance(quiet, News)
    kiosk.wish("von mir")
    kiosk.meet(home)
    session = home.greeter.session(home.here, token, 0.0)
    assert session is not None
    assert session.said[(kiosk.site, "house")].n == 1


@pytest.mark.parametrize("to_central", [False, True])
def test_what_is_given_while_the_giver_listens_is_no_second_history(
    boxes: tuple[Box, Box, Box], to_central: bool
) -> None:
    home, kiosk, central = boxes
    called = central if to_central else home
    kiosk.meet(called)
    token = kiosk.tokens[called.site]
    scopes = kiosk.here.shared_scopes(kiosk.here.roster.nodes[called.site])
    view = kiosk.perform(Look())
    heads = say_heads(view.heads, scopes=scopes, blocked=())
    listening = _listening(called, token, Listen(heads, called.here.roster.number))
    assert isinstance(next(listening), Look)
    assert isinstance(listening.send(called.perform(Look())), AwaitNews)
    # Written while its round was already under way: no head of it was told.
    kiosk.plan("währenddessen")
    written = kiosk.core.changesets((kiosk.site, "quarter"), after=0, max_bytes=10**6)
    assert isinstance(called.answer(token, Give(tuple(written))), Given)
    assert isinstance(listening.send(called.here), Look)
    with suppress(StopIteration):
        listening.send(called.perform(Look()))
    session = called.greeter.session(called.here, token, 0.0)
    assert session is not None
    assert session.forked == frozenset()


def _listening(box: Box, token: bytes, request: Listen):
    from node.sync.answering import Answering

    session = box.greeter.session(box.here, token, 0.0)
    return Answering(box.here, box.greeter).answer(session, request)


def test_an_older_box_keeps_what_it_does_not_understand_yet(tmp_path: Path) -> None:
    home, kiosk, central = quarter_of(tmp_path)
    wider = Table(
        "wish", WISH.key, (*WISH.columns, Column("colour", "text", default="weiß")),
        Scope.HOUSE, about="Wider.",
    )  # fmt: skip
    kiosk.core.close()
    kiosk = found(tmp_path, "kiosk", registry=Registry(2, (wider, PLAN, RULE)))
    kiosk.core.write(lambda write: write.insert("wish", id=new_id(), text="neu", colour="rot"))
    meeting = home.meet(kiosk)
    assert meeting.fetched == 1
    assert home.texts() == set()
    requests: list = []
    home.meet(kiosk, requests=requests)
    assert [type(r) for r in requests] == [Compare]
    close(home, kiosk, central)


def test_a_restored_node_gets_its_own_history_back_before_it_writes(tmp_path: Path) -> None:
    home, kiosk, central = quarter_of(tmp_path)
    kiosk.wish("vor der Sicherung")
    secret, stick = new_secret(), tmp_path / "stick"
    stick.mkdir()
    keys = [recipient_of(secret)]
    backup = write_backup(kiosk.core.path, stick, recipients=keys, now=CLOCK.now())
    kiosk.wish("nach der Sicherung")
    kiosk.meet(home)
    kiosk.core.close()
    restore_backup(backup.path, tmp_path / "kiosk.db", REGISTRY, clock=CLOCK, secrets=[secret])
    kiosk = found(tmp_path, "kiosk")
    kiosk.wish("zu früh")
    assert kiosk.texts() == {"vor der Sicherung"}
    kiosk.meet(home)
    assert not kiosk.core.must_catch_up
    kiosk.wish("wieder da")
    kiosk.meet(home)
    assert home.texts() == {"vor der Sicherung", "nach der Sicherung", "wieder da"}
    close(home, kiosk, central)


def test_central_that_was_restored_writes_again_when_it_was_called(
    boxes: tuple[Box, Box, Box],
) -> None:
    """It calls nobody, so it waited for ever; what a caller knows better comes first."""
    home, _, central = boxes
    central.plan("vor der Sicherung")
    home.meet(central)
    central.core.note_restored()
    home.meet(central)
    assert not central.core.must_catch_up
    central.plan("wieder da")
    home.meet(central)
    assert home.texts("plan", "what") == {"vor der Sicherung", "wieder da"}


def test_given_says_what_is_held_not_what_was_sent(boxes: tuple[Box, Box, Box]) -> None:
    home, kiosk, _ = boxes
    kiosk.wish("gut")
    kiosk.meet(home)
    good = kiosk.core.changesets((kiosk.site, "house"), after=0, max_bytes=10**6)
    kiosk.wish("zwei")
    kiosk.wish("drei")
    third = kiosk.core.changesets((kiosk.site, "house"), after=2, max_bytes=10**6)
    given = home.answer(kiosk.tokens[home.site], Give((*good, *third)))
    assert isinstance(given, Given)
    assert [head.n for head in given.heads] == [1]
