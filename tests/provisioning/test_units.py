"""The units of systemd/: without a fault in systemd's eyes, shut in, and true about our verbs."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from node.__main__ import parser

pytestmark = pytest.mark.provisioning

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
SYSTEM_UNITS = Path("/usr/lib/systemd/system")
SERVICES = ("quarter-node.service", "quarter-central.service", "quarter-kiosk.service")
EXPOSURE_MAX = {"quarter-node.service": 15, "quarter-central.service": 15}
"""Tenths of systemd's own scale: 0 is shut in, 100 open. A browser needs the open kind of room."""


class Unit(configparser.RawConfigParser):
    """A unit file; a setting that stands twice keeps all its lines."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))
        text = (UNITS / name).read_text("utf-8").replace("\\\n", " ")
        self.read_string(text)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A system's root with our units and the programs that they start."""
    if not SYSTEM_UNITS.is_dir():
        pytest.skip("systemd is not installed: apt-get install systemd")
    shutil.copytree(SYSTEM_UNITS, tmp_path / SYSTEM_UNITS.relative_to("/"), symlinks=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    ours = tmp_path / "etc" / "systemd" / "system"
    ours.mkdir(parents=True)
    for unit in UNITS.glob("quarter-*"):
        shutil.copy(unit, ours)
    for name in ("opt/quartier/.venv/bin/quartier", "usr/bin/cage", "usr/bin/chromium"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch(0o755)
    return tmp_path


def verify(system: Path) -> str:
    """What systemd finds wrong with our units; empty if nothing."""
    units = [path.name for path in UNITS.glob("quarter-*")]
    done = analyze("verify", "--man=no", f"--root={system}", *units)
    return done.stderr + (f"status {done.returncode}" if done.returncode else "")


def test_systemd_finds_no_fault(system: Path) -> None:
    assert verify(system) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("WatchdogSec=60", "WatchdogSeconds=60", "Unknown key"),
        ("/bin/quartier serve", "/bin/quartiers serve", "not executable"),
        ("Type=notify", "Type=tell", "Failed to parse"),
    ],
)
def test_systemd_would_find_a_fault(system: Path, old: str, new: str, said: str) -> None:
    path = system / "etc" / "systemd" / "system" / "quarter-node.service"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert said in verify(system)


@pytest.mark.parametrize("name", EXPOSURE_MAX)
def test_the_node_is_shut_in(name: str) -> None:
    done = analyze(
        "security", "--offline=true", f"--threshold={EXPOSURE_MAX[name]}", str(UNITS / name)
    )
    assert done.returncode == 0, done.stdout[-600:]


def test_units_start_verbs_that_there_are() -> None:
    for name in ("quarter-node.service", "quarter-central.service"):
        program, *words = shlex.split(Unit(name)["Service"]["ExecStart"])
        assert program == "/opt/quartier/.venv/bin/quartier"
        given = parser().parse_args(words)
        assert given.data.is_relative_to("/var/lib/quartier")


def test_the_data_are_where_they_are_made_and_belong_to_who_runs() -> None:
    made = (UNITS / "tmpfiles.d" / "quartier.conf").read_text("utf-8")
    users = (UNITS / "sysusers.d" / "quartier.conf").read_text("utf-8")
    for name in SERVICES:
        user = Unit(name)["Service"]["User"]
        assert re.search(rf"^u {user} ", users, re.MULTILINE), name
    for name in ("node", "central"):
        data = Unit(f"quarter-{name}.service")["Service"]["ExecStart"].split()[-1]
        assert f"d {data} " in re.sub(" +", " ", made)


def test_the_node_tells_how_it_is_and_never_stays_down() -> None:
    for name in ("quarter-node.service", "quarter-central.service"):
        unit = Unit(name)
        assert unit["Service"]["Type"] == "notify"
        assert int(unit["Service"]["WatchdogSec"]) >= 30
        assert unit["Service"]["Restart"] == "always"
        assert unit["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_screen_shows_the_lobby_of_this_node_and_nothing_else() -> None:
    address = Unit("quarter-node.socket")["Socket"]["ListenStream"].replace(
        "127.0.0.1", "localhost"
    )
    shown = shlex.split(Unit("quarter-kiosk.service")["Service"]["ExecStart"])[-1]
    policy = json.loads((UNITS / "chromium-policy.json").read_text("utf-8"))
    assert shown == f"http://{address}/kiosk"
    assert policy["URLBlocklist"] == ["*"]
    assert policy["URLAllowlist"] == policy["VideoCaptureAllowedUrls"] == [f"http://{address}"]


def test_users_and_folders_are_well_described(tmp_path: Path) -> None:
    for program, conf in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed: apt-get install systemd")
        (tmp_path / "etc").mkdir(exist_ok=True)
        words = ["--create"] if program == "systemd-tmpfiles" else []
        file = UNITS / conf / "quartier.conf"
        done = subprocess.run(
            [program, f"--root={tmp_path}", *words, str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        if "Operation not permitted" in done.stderr:
            pytest.skip("needs root to give folders away")
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "var" / "lib" / "quartier" / "node").stat().st_mode & 0o777 == 0o700
    assert "quartier-kiosk:" in (tmp_path / "etc" / "passwd").read_text("utf-8")
