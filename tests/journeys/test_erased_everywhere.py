"""Anna is erased at home while the lobby's box is off: the other boxes follow by themselves, the
lobby when it is back, and no file of the three holds a byte of her name.
"""

from __future__ import annotations

import time
from pathlib import Path

from node import people
from node.app import ERASING
from node.base.refusals import Refusal
from node.people.hashing import token_digest
from node.store import Core
from tests.journeys.test_away import on_file
from tests.nodes import Blueprint, Town, built

ODD = b"Zyxqqvaa"


def rename(town: Town) -> None:
    def run(core: Core) -> object:
        actor = core.read(lambda read: town.cast.actor(read, "anna"))
        return core.write(
            lambda write: people.change_profile(
                write, actor, given_name=ODD.decode(), family_name="", language="de"
            )
        )

    assert not isinstance(on_file(town, "kiosk", run), Refusal)


def erase(town: Town) -> None:
    def run(core: Core) -> object:
        eva, anna = core.read(lambda read: town.cast.actor(read, "eva")), town.cast.id("anna")
        return core.write(
            lambda write: ERASING.erase(write, eva, anna, reason="asked", now=town.clock.now())
        )

    assert isinstance(on_file(town, "home", run), people.Erasure)


def let_in_from_outside(town: Town) -> bytes:
    """What of Anna central may read: the digest of her link's token."""

    def run(core: Core) -> object:
        actor = core.read(lambda read: town.cast.actor(read, "anna"))
        return core.write(
            lambda write: people.open_outside_access(write, actor, now=town.clock.now())
        )

    token = on_file(town, "home", run)
    assert isinstance(token, str)
    return token_digest(token)


def cleaned(town: Town, name: str) -> int:
    """How many boxes say, as this one knows, that their journals are clean."""
    question = "select count(*) from erasure_receipt where cleaned_at is not null"
    return int(town.rows(name, question)[0][0])


def until_cleaned(town: Town, boxes: int, *names: str) -> None:
    ends = time.monotonic() + 90
    while any(cleaned(town, name) < boxes for name in names):
        assert time.monotonic() < ends, [town.log(name)[-2000:] for name in names]
        time.sleep(0.1)


def found(town: Town, *sought: bytes) -> list[str]:
    return [
        str(path.relative_to(town.folder))
        for path in town.folder.rglob("*")
        if path.is_file() and any(each in path.read_bytes() for each in sought)
    ]


def test_who_is_erased_is_gone_from_the_files_of_all_boxes(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        rename(town)
        token = let_in_from_outside(town)
        with town.running("home", "kiosk", "central"):
            town.until_even()
        assert {path.split("/")[0] for path in found(town, ODD)} == {"home", "kiosk"}
        assert {path.split("/")[0] for path in found(town, token)} == {"home", "kiosk", "central"}
        erase(town)
        with town.running("home", "central"):
            until_cleaned(town, 2, "home", "central")
            assert {path.split("/")[0] for path in found(town, ODD, token)} == {"kiosk"}
            town.start("kiosk")
            until_cleaned(town, 3, "home", "kiosk", "central")
            assert found(town, ODD, token) == []
