"""What is known of a peer: when to try again, where it is, what outlives a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.store import NodeRole
from node.sync.health import _trouble
from node.sync.patience import FIRST_PROOFS, LONG_SECONDS, SHORT_SECONDS, Patience
from node.sync.peers import (
    LAST_RETRY_SECONDS,
    PATIENT,
    REST_SECONDS,
    SPARED_RETRY_SECONDS,
    Peer,
    Peers,
)
from node.sync.roster import RosterNode
from node.sync.tls import certificate, public_key_of
from node.sync.transport import Address, parse_address, quarter_tag
from node.sync.trouble import WORDS, Trouble
from node.sync.wire import HeadSaid
from tests.sync.hand import close, found


def peer(name: str = "N") -> Peer:
    return Peer(RosterNode(name.encode().ljust(32), name, NodeRole.KIOSK, 0))


@given(st.integers(0, 40), st.floats(0, 1), st.sampled_from(list(Trouble)))
def test_each_failure_waits_longer_up_to_a_minute_and_never_two_alike(
    failures: int, jitter: float, trouble: Trouble
) -> None:
    one = peer()
    waits = []
    for _ in range(failures + 1):
        one.fail(trouble, loop_now=0.0, jitter=jitter)
        waits.append(one.due_at)
    assert waits == sorted(waits)
    assert 0.5 * (20 if trouble in PATIENT else 1) <= waits[0]
    assert waits[-1] <= LAST_RETRY_SECONDS
    one.succeed(1, loop_now=0.0, jitter=jitter)
    assert one.failures == 0
    assert REST_SECONDS <= one.due_at <= REST_SECONDS * 1.2


def test_the_address_that_worked_last_is_tried_first() -> None:
    one = peer()
    here, there = Address("10.0.0.1", 1), Address("10.0.0.2", 1)
    assert one.set_addresses("lan", [here, there])
    assert not one.set_addresses("lan", [here, there])
    assert one.set_addresses("settings", [there])
    assert one.known_addresses() == [here, there]
    one.good_address = there
    assert one.known_addresses() == [there, here]
    assert not one.set_addresses("lan", [])
    assert one.known_addresses() == [there]


def test_an_address_that_worked_is_tried_last_when_nobody_tells_of_it_any_more() -> None:
    """A stranger may announce a box anywhere: that must not hide where it is."""
    one = peer()
    true, false = Address("10.0.0.1", 1), Address("10.0.0.66", 1)
    one.set_addresses("lan", [true])
    one.good_address = true
    one.set_addresses("lan", [false])
    assert one.known_addresses() == [false, true]


def test_what_a_peer_told_outlives_a_restart() -> None:
    peers = Peers()
    peers.follow([peer("X").node, peer("Y").node])
    for known in peers:
        known.tell({(b"S" * 16, "house"): HeadSaid(b"S" * 16, "house", 7, b"h")})
        known.last_success_at = 99
    again = Peers()
    again.follow([peer("X").node, peer("Z").node])
    again.recall(peers.remembered())
    found_again = {known.node.name: known for known in again}
    assert found_again["X"].said[(b"S" * 16, "house")].n == 7
    assert found_again["X"].last_success_at == 99
    assert found_again["Z"].said == {}
    for rubbish in (None, b"", b"\xc1rubbish", b"\x91" * 5000):
        again.recall(rubbish)
    assert found_again["X"].last_success_at == 99


def test_following_a_roster_keeps_what_is_known_and_drops_who_left() -> None:
    peers = Peers()
    peers.follow([peer("X").node, peer("Y").node])
    kept = next(known for known in peers if known.node.name == "X")
    renamed = RosterNode(kept.node.public_key, "Xaver", NodeRole.KIOSK, 0)
    peers.follow([renamed])
    assert list(peers) == [kept]
    assert kept.node.name == "Xaver"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.168.1.20:9000", "192.168.1.20", 9000),
        ("central.example", "central.example", 8443),
        (" central.example:1 ", "central.example", 1),
        ("[fd00::2]:9000", "fd00::2", 9000),
        ("fd00::2", "fd00::2", 8443),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, host: str, port: int) -> None:
    address = parse_address(text)
    assert (address.host, address.port) == (host, port)
    assert parse_address(str(address)) == address


@pytest.mark.parametrize("text", ["", ":80", "a:0", "a:70000", "a b:1", "http://a:1", "a@b:1"])
def test_what_is_no_address_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        parse_address(text)


def test_the_certificate_is_the_same_at_every_start_and_shows_the_key(tmp_path: Path) -> None:
    import ssl

    box = found(tmp_path, "a")
    made = certificate(box.core.identity)
    assert made == certificate(box.core.identity)
    shown = ssl.PEM_cert_to_DER_cert(made.decode())
    assert public_key_of(shown) == box.core.identity.public_key
    assert public_key_of(shown[:50]) == b""
    close(box)


def test_the_tag_tells_quarters_apart_and_nothing_more() -> None:
    assert quarter_tag(b"Q" * 16) != quarter_tag(b"R" * 16)
    assert len(quarter_tag(b"Q" * 16)) == 16


def test_every_trouble_has_a_sentence_and_what_to_do() -> None:
    for trouble in Trouble:
        words = WORDS[trouble]
        assert words.message.endswith(".")
        assert words.remedy.endswith(".")
        assert words.message.format(name="Foyer", boxes="Lobby")
        assert words.remedy.format(name="Foyer", boxes="Lobby")


def test_a_quiet_line_is_asked_less_often_and_one_that_is_cut_as_before() -> None:
    patience = Patience()
    assert patience.seconds == SHORT_SECONDS
    for _ in range(FIRST_PROOFS):
        patience.came_back()
    assert patience.seconds == LONG_SECONDS
    patience.was_cut()
    for _ in range(FIRST_PROOFS):
        patience.came_back()
    assert patience.seconds == SHORT_SECONDS, "cut once, it takes more quiet"
    for _ in range(FIRST_PROOFS):
        patience.came_back()
    assert patience.seconds == LONG_SECONDS


@given(st.lists(st.booleans(), max_size=400))
def test_a_proxy_that_cuts_after_30_seconds_hardly_ever_cuts(others: list[bool]) -> None:
    """Whatever else went wrong on the line: of a day of such requests few wait in vain."""
    patience = Patience()
    for came_back in others:
        (patience.came_back if came_back else patience.was_cut)()
    cuts = 0
    for _ in range(2000):
        if patience.seconds > 30:
            cuts += 1
            patience.was_cut()
        else:
            patience.came_back()
    assert cuts < 30


def test_a_success_that_was_noted_in_the_future_hides_no_silence() -> None:
    """The box's clock was years ahead once, and was set."""
    one = peer()
    one.set_addresses("lan", [Address("10.0.0.1", 1)])
    one.trouble, one.last_success_at = Trouble.UNREACHABLE, 2_000_000_000
    assert _trouble(one, 2_000_000_060) is None
    assert _trouble(one, 1_800_000_000) is Trouble.UNREACHABLE


@given(
    st.lists(st.one_of(st.none(), st.sampled_from(list(Trouble))), min_size=1, max_size=40),
    st.integers(1, 1440),
    st.floats(0, 1),
)
def test_what_happened_at_central_waits_no_longer_than_a_bounded_time_on_a_metered_line(
    ends: list[Trouble | None], minutes: int, jitter: float
) -> None:
    """Such as a box that was let go there: a fifth more than the rest, or a quarter of an hour."""
    one = peer("Zentrale")
    one.spare(minutes * 60.0)
    for trouble in ends:
        if trouble is None:
            one.succeed(0, loop_now=0.0, jitter=jitter)
            assert one.due_at <= minutes * 60.0 * 1.2
        else:
            one.fail(trouble, loop_now=0.0, jitter=jitter)
            assert one.due_at <= SPARED_RETRY_SECONDS
