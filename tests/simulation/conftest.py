"""Seeds and the files that every world starts from.

`pytest -m slow tests/simulation --seeds 1000 --first-seed 1` runs a thousand worlds; so does the
environment variable QUARTIER_SEEDS.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.spaces import import_spaces
from node.store import Core, Founding, NodeRole
from node.sync.authority import add_node, found_roster
from node.sync.house_key import keep_house_key, read_house_key, sealing_public_key
from node.sync.roster import Root, join_roster
from tests.simulation.people import PEOPLE
from tests.simulation.seeding import seeded_ids
from tests.simulation.world import NAMES
from tests.spaces.conftest import SMALL
from tests.spaces.test_no_overlap import BEGIN, crowd, move_in

SEEDS = 200
"""In the gate."""

ROLES = {"home": NodeRole.HOME, "kiosk": NodeRole.KIOSK, "central": NodeRole.CENTRAL}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, help="how many worlds to simulate")
    parser.addoption("--first-seed", type=int, default=1, help="the seed of the first world")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        asked = metafunc.config.getoption("seeds", None)
        count = asked or int(os.environ.get("QUARTIER_SEEDS", SEEDS))
        first = metafunc.config.getoption("first_seed", 1) or 1
        metafunc.parametrize("seed", range(first, first + count))


@pytest.fixture(scope="session")
def files() -> QuarterFiles:
    found = read_quarter(SMALL)
    assert isinstance(found, QuarterFiles), found
    return found


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, files: QuarterFiles) -> Path:
    """Three nodes that know each other; only the home node holds the quarter yet."""
    folder = tmp_path_factory.mktemp("template")
    with seeded_ids(0):
        _found(folder, files)
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place in memory where there is one: what reached the disk is told by copying the files,
    so that waiting for a real disk would prove nothing more.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(
        prefix="quarter-", dir=memory if memory.is_dir() else None
    ) as name:
        yield Path(name)


def _found(folder: Path, files: QuarterFiles) -> None:
    clock = FrozenClock(BEGIN)
    cores = {
        name: Core.open(
            folder / f"{name}.db",
            REGISTRY,
            clock=clock,
            founding=Founding(b"Q" * 16, b"E" * 16, name.encode().ljust(32, b".")),
        )
        for name in NAMES
    }
    home = cores["home"]
    roster = found_roster(home, name="home")
    for name in NAMES[1:]:
        identity = cores[name].identity
        roster = add_node(
            home,
            identity.public_key,
            name=name,
            role=ROLES[name],
            sealing_key=sealing_public_key(identity),
        )
    for name in NAMES[1:]:
        join_roster(cores[name], roster.signed, root=Root(home.identity.public_key))
    house_key = read_house_key(home)
    assert house_key is not None
    keep_house_key(cores["kiosk"], house_key)
    import_quarter(home, files, now=clock.now())
    import_spaces(home, files, signer=home.identity, now=clock.now())
    home.write(lambda write: move_in(write, crowd(PEOPLE)))
    for core in cores.values():
        core.close()
