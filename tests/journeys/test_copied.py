"""Somebody copied the card of the lobby's box, and both boxes run: real processes on real files."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

from node.settings import FILE
from node.store import Core
from node.store.doctor import examine
from node.sync import read_roster
from tests.journeys.test_away import note, notes, on_file
from tests.nodes import Blueprint, Town, built, claim_ports


def copy_card(town: Town) -> None:
    """The card of the lobby's box in another box, at other ports of this machine."""
    folder = town.folder / "copy"
    shutil.copytree(town.folder / "kiosk", folder)
    first = claim_ports()
    text = (folder / FILE).read_text(encoding="utf-8")
    text = re.sub(r"(?m)^port = \d+", f"port = {first}", text)
    text = re.sub(r"(?m)^sync_port = \d+", f"sync_port = {first + 1}", text)
    text = re.sub(r"(?m)^public_address = .*", f'public_address = "http://127.0.0.1:{first}"', text)
    (folder / FILE).write_text(text, encoding="utf-8")


def names(core: Core) -> set[str]:
    roster = read_roster(core)
    assert roster is not None
    return {node.name for node in roster.body.nodes}


def test_the_copy_becomes_a_box_of_its_own_and_nothing_is_lost(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        copy_card(town)
        on_file(town, "kiosk", note("in der Lobby geschrieben"))
        on_file(town, "copy", note("auf der Kopie geschrieben"))
        town.start("home", "kiosk")
        town.until_even()
        town.start("copy")
        try:
            ends = time.monotonic() + 60
            while not notes(town, "home") == notes(town, "kiosk") == notes(town, "copy"):
                assert time.monotonic() < ends, town.log("copy")
                time.sleep(0.05)
        finally:
            assert town.stop() == {"home": 0, "kiosk": 0, "copy": 0}
        written = {"in der Lobby geschrieben", "auf der Kopie geschrieben"}
        assert written <= notes(town, "home")
        sites = {on_file(town, name, lambda core: core.site_id) for name in ("kiosk", "copy")}
        assert len(sites) == 2
        for name in ("home", "kiosk", "copy"):
            assert on_file(town, name, examine) == []
            assert on_file(town, name, Core.quarantined) == []
        assert "Lobby (Kopie)" in on_file(town, "home", names)
