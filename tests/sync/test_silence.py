"""A box of which nobody heard for long stands on the health page with what to do."""

from __future__ import annotations

import pytest

from node.store import SEALED, Head, NodeRole
from node.sync.health import LONG_SILENT_DAYS, Health, describe
from node.sync.peers import Peers
from node.sync.trouble import Trouble
from tests.sync.hand import Box, close, quarter_of

DAY = 86_400


def health(home: Box, *, silent_days: float, trouble: Trouble = Trouble.UNREACHABLE) -> Health:
    """Of the home node, at a time when both others were heard so many days ago."""
    here = home.here
    peers = Peers()
    peers.follow(here.roster.peers_of(home.site))
    now = 2_000_000_000
    for peer in peers:
        peer.last_success_at = now - int(silent_days * DAY)
        peer.trouble = trouble
    return describe(
        here,
        peers,
        heads=home.core.heads(),
        quarantined=(),
        line=None,
        clock_trusted=True,
        write_refusal=None,
        free_bytes=10**9,
        now=now,
    )


@pytest.fixture
def home(tmp_path):
    boxes = quarter_of(tmp_path)
    yield boxes[0]
    close(*boxes)


def test_after_a_month_it_is_told_and_what_to_do_depends_on_what_it_is(home: Box) -> None:
    kiosk, central = sorted(
        health(home, silent_days=LONG_SILENT_DAYS).peers, key=lambda peer: peer.role, reverse=True
    )
    assert (kiosk.role, central.role) == (NodeRole.KIOSK, NodeRole.CENTRAL)
    assert str(kiosk.problem) == "Foyer hat seit 30 Tagen nichts von sich hören lassen."
    assert "melden Sie sie unter „Boxen“ ab" in str(kiosk.remedy)
    assert "Leitung ins Internet" in str(central.remedy)


@pytest.mark.parametrize(
    ("days", "trouble"),
    [(29.9, Trouble.UNREACHABLE), (31, Trouble.OTHER_EPOCH), (31, Trouble.DISMISSED)],
)
def test_before_and_where_it_does_answer_the_trouble_itself_is_told(
    home: Box, days: float, trouble: Trouble
) -> None:
    for peer in health(home, silent_days=days, trouble=trouble).peers:
        assert peer.trouble is trouble
        assert "hören lassen" not in str(peer.problem)


def test_what_waits_for_an_update_is_counted_once_though_it_is_told_sealed_as_well(
    home: Box,
) -> None:
    heads = {(b"S" * 16, scope): Head(7, bytes(32), 4) for scope in ("house", SEALED)}
    here = home.here
    found = describe(
        here,
        (),
        heads=heads,
        quarantined=(),
        line=None,
        clock_trusted=True,
        write_refusal=None,
        free_bytes=10**9,
        now=0,
    )
    assert found.waiting_for_update == 3
