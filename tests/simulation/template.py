"""The files that every world starts from, made once and copied."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.base.clock import FrozenClock
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.spaces import after_merge, import_spaces
from node.store import Core, Founding, NodeRole
from node.sync.authority import add_node, found_roster
from node.sync.house_key import keep_house_key, read_house_key, sealing_public_key
from node.sync.roster import Root, join_roster
from tests.simulation.people import PEOPLE
from tests.simulation.seeding import seeded_ids
from tests.simulation.world import CALLS, EVEN, NAMES
from tests.spaces.test_no_overlap import BEGIN, crowd, move_in
from tests.sync.hand import Box

ROLES = {
    "home": NodeRole.HOME,
    "kiosk": NodeRole.KIOSK,
    "central": NodeRole.CENTRAL,
    "second": NodeRole.KIOSK,
}


@contextmanager
def in_memory() -> Iterator[Path]:
    """A place in memory where there is one: what reached the disk is told by copying the files,
    so that waiting for a real disk would prove nothing more.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(
        prefix="quarter-", dir=memory if memory.is_dir() else None
    ) as name:
        yield Path(name)


def make_templates(folder: Path, files: QuarterFiles) -> None:
    """One folder for each kind of beginning: with or without a second lobby's box, and all of them
    holding the quarter already or only the home node.
    """
    for has_second in (False, True):
        for is_even in (False, True):
            place = template_in(folder, has_second=has_second, is_even=is_even)
            place.mkdir(parents=True)
            with seeded_ids(0):
                _make(place, files, (*NAMES, "second") if has_second else NAMES, is_even=is_even)


def template_in(folder: Path, *, has_second: bool, is_even: bool) -> Path:
    return folder / f"{'four' if has_second else 'three'}-{'even' if is_even else 'fresh'}"


def _make(folder: Path, files: QuarterFiles, names: tuple[str, ...], *, is_even: bool) -> None:
    clock = FrozenClock(BEGIN)
    boxes = {
        name: Box(
            Core.open(
                folder / f"{name}.db",
                REGISTRY,
                clock=clock,
                founding=Founding(b"Q" * 16, b"E" * 16, name.encode().ljust(32, b".")),
            )
        )
        for name in names
    }
    home = boxes["home"].core
    _list_all(boxes)
    import_quarter(home, files, now=clock.now())
    import_spaces(home, files, signer=home.identity, now=clock.now())
    home.write(lambda write: move_in(write, crowd(PEOPLE)))
    if is_even:
        _meet(boxes, clock)
        (folder / EVEN).touch()
    for box in boxes.values():
        box.core.close()


def _list_all(boxes: dict[str, Box]) -> None:
    home = boxes["home"].core
    roster = found_roster(home, name="home")
    for name, box in boxes.items():
        if box.core is not home:
            identity = box.core.identity
            roster = add_node(
                home,
                identity.public_key,
                name=name,
                role=ROLES[name],
                sealing_key=sealing_public_key(identity),
            )
    house_key = read_house_key(home)
    assert house_key is not None
    for box in boxes.values():
        if box.core is not home:
            join_roster(box.core, roster.signed, root=Root(home.identity.public_key))
            if box.core.role is not NodeRole.CENTRAL:
                keep_house_key(box.core, house_key)


def _meet(boxes: dict[str, Box], clock: FrozenClock) -> None:
    for box in boxes.values():
        core = box.core
        core.after_merge = lambda write, touched, core=core: after_merge(
            write, touched, now=clock.now(), signer=core.identity
        )
    for name, box in boxes.items():
        for other in CALLS[name]:
            if other in boxes:
                box.meet(boxes[other])
