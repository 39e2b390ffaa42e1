"""How long and by which seed the storms rage."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--storm-seed", type=int, help="the seed of a storm, to replay it")
    parser.addoption("--storm-minutes", type=float, default=0.0, help="rage so long, not 50 kills")
