"""What must hold when the storm is over, told from the files alone.

Deliberately not by the product's own folding: what is confirmed and for how long is worked out
here a second time, in a few lines, from the facts.
"""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from node.app import rebuilder
from node.base.clock import SystemClock
from node.base.ids import id_text
from node.registry import REGISTRY
from node.store import Core
from node.store.connection import driver
from tests.crash.memory import CHECKED_IN, Memory
from tests.crash.quarter import Hall

FACTS = (
    "reservation_request",
    "reservation_decision",
    "reservation_cancellation",
    "cancellation_ruling",
    "passage",
)
PROJECTIONS = ("reservation_state", "occupancy")


@dataclass
class Story:
    """One reservation, from its facts."""

    space_id: bytes
    starts_at: int
    ends_at: int
    person_id: bytes
    verdict: str = ""
    cancelled: bool = False
    passages: dict[str, int] = field(default_factory=dict)

    @classmethod
    def asked(cls, said: dict[str, Any]) -> Story:
        space_id, person_id = (b64decode(said.get(name, "")) for name in ("space", "person"))
        return cls(space_id, said["starts_at"], said["ends_at"], person_id)

    def taken(self, hall: Hall) -> tuple[int, int]:
        """From when until when others must stay out, buffers included."""
        left = self.passages.get("out", self.ends_at)
        ends_at = max(self.starts_at + 60, min(left, self.ends_at))
        return self.starts_at - hall.before * 60, ends_at + hall.after * 60


class NodeFile:
    """The file of a node that has ended."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self._connection = driver.connect(f"file:{path}?mode=ro", uri=True)

    def close(self) -> None:
        self._connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """All rows of a table, in an order that is the same everywhere."""
        columns = ", ".join(f'"{column.name}"' for column in REGISTRY.tables[name].columns)
        return sorted(self.rows(f'select {columns} from "{name}"'), key=repr)

    def stories(self) -> dict[str, Story]:
        """Every reservation by its id."""
        found = {
            key: Story.asked(json.loads(fact))
            for key, fact in self.rows(
                "select id, fact from reservation_request union all"
                " select reservation_id, fact -> 'upon' from reservation_decision"
            )
        }
        for reservation, verdict in self.rows(
            "select reservation_id, fact ->> 'verdict' from reservation_decision"
            " order by term, number, id"
        ):
            found[reservation].verdict = verdict
        for (reservation,) in self.rows(
            "select reservation_id from reservation_cancellation union"
            " select reservation_id from cancellation_ruling where fact ->> 'stands'"
        ):
            found[reservation].cancelled = True
        for reservation, kind, fact in self.rows("select reservation_id, kind, fact from passage"):
            at = datetime.fromisoformat(json.loads(fact)["at"])
            found[reservation].passages[kind] = int(at.timestamp())
        return {id_text(key): story for key, story in found.items()}


def file_is_sound(node: NodeFile) -> None:
    assert node.rows("pragma integrity_check") == [("ok",)], node.name


def nodes_hold_the_same(files: Iterable[NodeFile]) -> None:
    """The house's nodes everything, central all but what stays in the building."""
    by_name = {each.name: each for each in files}
    home = by_name["home"]
    for table in REGISTRY.replicated:
        wanted = home.table(table.name)
        assert by_name["kiosk"].table(table.name) == wanted, table.name
        at_central = by_name["central"].table(table.name)
        assert at_central == ([] if table.scope == "house" else wanted), table.name


def nothing_acknowledged_is_lost(node: NodeFile, memory: Memory) -> None:
    stories = node.stories()
    for booked in memory.booked.values():
        story = stories.get(booked.id)
        assert story is not None, f"{booked} is nowhere"
        wanted = {"confirmed"} if booked.status == "confirmed" else {"confirmed", "declined"}
        gone_before = story.cancelled and not story.verdict
        assert story.verdict in wanted or gone_before, (booked, story)
        assert story.cancelled >= booked.cancelled, (booked, story)
        assert story.passages.keys() >= booked.passed, (booked, story)


def nothing_was_written_twice(node: NodeFile, memory: Memory, persons: set[str]) -> None:
    """Of people who only use the API: what is there is what was answered, key by key."""
    there = {key for key, story in node.stories().items() if id_text(story.person_id) in persons}
    answered = {each for key, each in memory.by_key.items() if not key.startswith("/book/")}
    assert there == answered, (there - answered, answered - there)
    assert len(answered) == len([key for key in memory.by_key if not key.startswith("/book/")])


def nothing_is_given_twice(node: NodeFile, halls: dict[bytes, Hall]) -> None:
    taken: dict[bytes, list[tuple[int, int, str]]] = defaultdict(list)
    for key, story in node.stories().items():
        assert story.verdict != "displaced", key
        if story.verdict == "confirmed" and not story.cancelled:
            taken[story.space_id].append((*story.taken(halls[story.space_id]), key))
    for spans in taken.values():
        spans.sort()
        for before, after in pairwise(spans):
            assert before[1] <= after[0], (before, after)
    numbers = node.rows("select space_id, term, number from reservation_decision")
    assert len(numbers) == len(set(numbers))


def everything_is_decided(node: NodeFile) -> None:
    waiting = [
        key for key, each in node.stories().items() if not each.verdict and not each.cancelled
    ]
    assert waiting == []


def projections_follow(node: NodeFile, scratch: Path) -> None:
    """What is looked up is what folding all the facts anew comes to."""
    copy = scratch / f"{node.name}-again.db"
    shutil.copyfile(node.path, copy)
    core = Core.open(copy, REGISTRY, clock=SystemClock())
    kept = [node.table(name) for name in PROJECTIONS]
    core.write(rebuilder(core.clock))
    core.close()
    again = NodeFile(node.name, copy)
    assert [again.table(name) for name in PROJECTIONS] == kept, node.name
    again.close()


def nobody_came_twice(node: NodeFile, memory: Memory) -> None:
    """One row each, and at least what was acknowledged."""
    found = node.rows("select reservation_id, kind, count(*) from passage group by 1, 2")
    assert all(count == 1 for _, _, count in found)
    acknowledged = sum(CHECKED_IN in each.passed for each in memory.booked.values())
    assert len([1 for _, kind, _ in found if kind == CHECKED_IN]) >= acknowledged
