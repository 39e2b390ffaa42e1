"""Seeds, steps and the files that every world starts from.

`pytest -m slow tests/simulation --seeds 1000 --first-seed 1` runs a thousand worlds; so does the
environment variable QUARTIER_SEEDS. `--steps 3,17` lets only these happen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.quarter.files import QuarterFiles, read_quarter
from tests.simulation.template import in_memory, make_templates
from tests.spaces.conftest import SMALL

SEEDS = 1000
"""In the gate."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, help="how many worlds to simulate")
    parser.addoption("--first-seed", type=int, default=1, help="the seed of the first world")
    parser.addoption("--steps", default="", help="only these steps of the world, by number")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        asked = metafunc.config.getoption("seeds", None)
        count = asked or int(os.environ.get("QUARTIER_SEEDS", SEEDS))
        first = metafunc.config.getoption("first_seed", 1) or 1
        metafunc.parametrize("seed", range(first, first + count))


@pytest.fixture(scope="session")
def chosen_steps(request: pytest.FixtureRequest) -> frozenset[int]:
    """The numbers of the steps that may happen; all where it is empty."""
    asked = request.config.getoption("steps", "") or ""
    return frozenset(int(number) for number in asked.split(",") if number)


@pytest.fixture(scope="session")
def files() -> QuarterFiles:
    found = read_quarter(SMALL)
    assert isinstance(found, QuarterFiles), found
    return found


@pytest.fixture(scope="session")
def templates(files: QuarterFiles) -> Iterator[Path]:
    """See `make_templates`."""
    with in_memory() as folder:
        make_templates(folder, files)
        yield folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with in_memory() as folder:
        yield folder
