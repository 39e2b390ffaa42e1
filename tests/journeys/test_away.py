"""The lobby's box was away for so long that nobody tells it any more, change by change, what it
missed. It gives what it wrote, takes the whole from the home node and serves again, without a hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from node.base.ids import new_id
from node.registry import REGISTRY
from node.store import Core
from node.store.doctor import examine
from node.store.pruning import prune_piece
from tests.nodes import Blueprint, Town, built

T = TypeVar("T")


def on_file(town: Town, name: str, fn: Callable[[Core], T]) -> T:
    core = Core.open(town.folder / name / "quarter.db", REGISTRY, clock=town.clock)
    try:
        return fn(core)
    finally:
        core.close()


def note(text: str) -> Callable[[Core], object]:
    return lambda core: core.write(
        lambda write: write.insert("reservation_note", id=new_id(), note=text)
    )


def drop_all(core: Core) -> None:
    while prune_piece(core, {chain: head.n for chain, head in core.heads().items()}):
        pass


def notes(town: Town, name: str) -> set[str]:
    return {text for (text,) in town.rows(name, "select note from reservation_note")}


def test_a_box_that_was_away_too_long_comes_back_by_itself(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        for number in range(5):
            on_file(town, "home", note(f"weit weg {number}"))
        on_file(town, "home", drop_all)
        on_file(town, "kiosk", note("im Keller geschrieben"))
        town.start("home", "kiosk")
        try:
            ends = time.monotonic() + 60
            while notes(town, "kiosk") != notes(town, "home"):
                assert time.monotonic() < ends, town.log("kiosk")
                time.sleep(0.05)
            town.until_even()
            assert {"weit weg 4", "im Keller geschrieben"} <= notes(town, "kiosk")
            on_file_now = notes(town, "home")
            assert "im Keller geschrieben" in on_file_now
        finally:
            assert town.stop() == {"home": 0, "kiosk": 0}
        for name in ("home", "kiosk"):
            assert on_file(town, name, examine) == []
        assert "snapshot" in town.log("kiosk")
