"""Somebody copied the card of the lobby's box, and both boxes run: real processes on real files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.settings import FILE
from node.status import ask
from node.store import Core
from node.store.doctor import examine
from node.sync import read_roster
from node.sync.authority import handover_to, take_authority
from node.sync.roster import take_roster
from tests.journeys.test_away import note, notes, on_file
from tests.nodes import Blueprint, Town, built, claim_ports

GERMAN = os.environ | {"LANG": "de_DE.UTF-8"}
pytestmark = pytest.mark.timeout(360)
"""Four nodes, started again and again: on a busy machine that takes minutes."""


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


def hand_over(town: Town) -> None:
    """Central keeps the list of the boxes from now on."""
    to = on_file(town, "central", lambda core: core.identity.public_key)
    moved = on_file(town, "home", lambda core: handover_to(core, to))
    roster = on_file(town, "central", lambda core: take_authority(core, moved))
    for name in ("home", "kiosk"):
        on_file(town, name, lambda core: take_roster(core, roster.signed))


def status(town: Town, name: str) -> dict[str, Any]:
    found = ask(town.folder / name, "de")
    assert found is not None
    return found


def problems(town: Town, name: str) -> str:
    return " ".join(peer["problem"] for peer in status(town, name)["peers"])


def until(town: Town, come: Callable[[], bool], seconds: float = 90) -> None:
    ends = time.monotonic() + seconds
    while not come():
        logs = [town.log(name) for name in town.processes]
        assert time.monotonic() < ends, logs
        time.sleep(0.1)


def house_chains(town: Town, name: str) -> dict[bytes, int]:
    scope = "sealed" if name == "central" else "house"
    return dict(town.rows(name, f"select site, held from head where scope = '{scope}'"))


def test_two_histories_become_one_again_where_central_keeps_the_list_and_heard_the_copy(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    """Home heard the lobby's box, central its copy. Both say so in words, and it ends by itself."""
    lobby, copied = "in der Lobby geschrieben", "auf der Kopie geschrieben"
    everybody = ("home", "kiosk", "copy", "central")
    with built(blueprint, tmp_path / "town") as town:
        hand_over(town)
        copy_card(town)
        on_file(town, "kiosk", note(lobby))
        on_file(town, "copy", note(copied))
        old = on_file(town, "kiosk", lambda core: core.site_id)
        with town.running("home", "kiosk"):
            until(town, lambda: lobby in notes(town, "home"))
        wanted = house_chains(town, "copy")[old]
        with town.running("central", "copy"):
            until(town, lambda: house_chains(town, "central").get(old) == wanted)
        with town.running("home", "central"):
            told = "Die Speicherkarte von „Lobby“ wurde kopiert"
            until(town, lambda: told in problems(town, "home"))
            until(town, lambda: told in problems(town, "central"))
            assert copied not in notes(town, "home")
        doctor = [sys.executable, "-m", "node", "doctor", "--data", str(town.folder / "central")]
        found = subprocess.run(doctor, capture_output=True, text=True, check=False, env=GERMAN)
        assert told in found.stdout
        assert found.returncode == 1
        town.start(*everybody)
        both = {lobby, copied}
        until(town, lambda: all(both <= notes(town, name) for name in everybody[:3]))
        until(town, lambda: not any(told in problems(town, name) for name in everybody))
        until(town, lambda: house_chains(town, "central") == house_chains(town, "home"))
        said = " ".join(each["text"] for each in status(town, "central")["troubles"])
        assert "heißt jetzt „Lobby (Kopie)“ und ist eine Box für sich" in said
        assert set(town.stop().values()) == {0}
        sites = {on_file(town, name, lambda core: core.site_id) for name in ("kiosk", "copy")}
        assert len(sites) == 2
        for name in everybody:
            assert on_file(town, name, examine) == []
            assert on_file(town, name, Core.quarantined) == []
        found = subprocess.run(doctor, capture_output=True, text=True, check=False, env=GERMAN)
        assert "ist eine Box für sich" in found.stdout
        assert told + ":" not in found.stdout
