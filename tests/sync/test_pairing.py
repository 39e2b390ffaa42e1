"""A box comes to a quarter by a code that is good once, at the node that showed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from node.base.clock import FrozenClock
from node.store import Core, NodeRole, new_identity
from node.sync.authority import found_roster
from node.sync.house_key import read_house_key
from node.sync.pairing import (
    GOOD_SECONDS,
    INVITATIONS_MAX,
    TRIES,
    Code,
    CodeError,
    accept,
    invite,
    note_guess,
    open_invitations,
    withdraw_invitations,
)
from node.sync.roster import RosterError, read_roster
from tests.sync.hand import REGISTRY, Box, close, quarter_of

CLOCK = FrozenClock(datetime(2026, 11, 24, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Core]:
    CLOCK.set(datetime(2026, 11, 24, tzinfo=UTC))
    core = Core.open(tmp_path / "home.db", REGISTRY, clock=CLOCK)
    found_roster(core, name="Haus")
    yield core
    core.close()


def shown(core: Core, **more) -> str:
    return invite(core, **{"name": "Foyer", "role": NodeRole.KIOSK, **more})


def test_who_knows_the_code_is_let_in_vouched_for_and_named(home: Core) -> None:
    newcomer = new_identity()
    code = Code.read(shown(home).lower().replace("-", " "))
    assert code.is_of(home.identity.public_key)
    joined = accept(home, code.ask(newcomer, home.identity.public_key))
    assert joined is not None
    assert (joined.quarter, joined.role) == (home.quarter, NodeRole.KIOSK)
    roster = read_roster(home)
    key = read_house_key(home)
    assert roster is not None
    assert key is not None
    node = roster.nodes[newcomer.site_id]
    assert node.name == "Foyer"
    assert key.is_vouched(node)


def test_a_code_is_worthless_twice_but_an_answer_may_be_asked_again(home: Core) -> None:
    code = Code.read(shown(home))
    first, second = new_identity(), new_identity()
    server = home.identity.public_key
    told = accept(home, code.ask(first, server))
    assert told is not None
    number = read_roster(home).number  # type: ignore[union-attr]
    assert accept(home, code.ask(first, server)) == told
    assert accept(home, code.ask(second, server)) is None
    assert read_roster(home).number == number  # type: ignore[union-attr]


def test_guesses_void_the_code(home: Core) -> None:
    text = shown(home)
    guesser, honest = new_identity(), new_identity()
    server = home.identity.public_key
    for number in range(TRIES):
        guess = Code(f"guess{number:03d}", "0000")
        assert accept(home, guess.ask(guesser, server)) is None
        note_guess(home, guess.ask(guesser, server))
    assert open_invitations(home) == []
    assert accept(home, Code.read(text).ask(honest, server)) is None


def test_a_code_ends_by_time_and_when_it_is_taken_back(home: Core) -> None:
    code = Code.read(shown(home))
    CLOCK.set(datetime.fromtimestamp(CLOCK.now().timestamp() + GOOD_SECONDS, UTC))
    assert accept(home, code.ask(new_identity(), home.identity.public_key)) is None
    code = Code.read(shown(home))
    withdraw_invitations(home)
    assert accept(home, code.ask(new_identity(), home.identity.public_key)) is None


def test_another_key_does_not_fit_the_code(home: Core) -> None:
    """Who sits in between cannot make a key that fits: it does not know the secret."""
    code = Code.read(shown(home))
    assert not any(code.is_of(new_identity().public_key) for _ in range(200))


def test_a_proof_is_good_for_one_newcomer_and_one_node(home: Core) -> None:
    code = Code.read(shown(home))
    asked = code.ask(new_identity(), home.identity.public_key)
    elsewhere = code.ask(new_identity(), new_identity().public_key)
    stolen = msgspec.structs.replace(asked, public_key=new_identity().public_key)
    resealed = msgspec.structs.replace(asked, sealing_key=b"x" * 32)
    for bad in (elsewhere, stolen, resealed):
        assert accept(home, bad) is None


@pytest.mark.parametrize("text", ["", "ABCD", "ABCD-EFGH-JKM!", "A" * 13, "UUUU-UUUU-UUUU"])
def test_what_cannot_be_a_code_is_said_at_once(text: str) -> None:
    with pytest.raises(CodeError, match="no_code"):
        Code.read(text)


def test_only_the_authority_invites_and_not_without_bounds(home: Core, tmp_path: Path) -> None:
    for _ in range(INVITATIONS_MAX):
        shown(home)
    with pytest.raises(RosterError, match="enough_codes"):
        shown(home)
    withdraw_invitations(home)
    with pytest.raises(RosterError, match="name_missing"):
        shown(home, name=" ")
    (tmp_path / "more").mkdir()
    boxes: tuple[Box, Box, Box] = quarter_of(tmp_path / "more")
    with pytest.raises(RosterError, match="kept_elsewhere"):
        shown(boxes[1].core)
    close(*boxes)


def test_a_code_that_was_used_survives_a_restart_as_used(tmp_path: Path) -> None:
    core = Core.open(tmp_path / "quarter.db", REGISTRY, clock=CLOCK)
    found_roster(core, name="Haus")
    code = Code.read(shown(core))
    server = core.identity.public_key
    assert accept(core, code.ask(new_identity(), server)) is not None
    core.close()
    again = Core.open(tmp_path / "quarter.db", REGISTRY, clock=CLOCK)
    assert accept(again, code.ask(new_identity(), server)) is None
    again.close()
