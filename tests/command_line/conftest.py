"""What verbs see of the world: a folder of their own, English, no settings from outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative names of these tests lie in their own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    for name in [name for name in os.environ if name.startswith("QUARTIER_")]:
        if name != "QUARTIER_CRSQLITE":
            monkeypatch.delenv(name)
