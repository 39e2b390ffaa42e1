"""Every locked package has a wheel for the Raspberry Pi; what has none is built there by set-up."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.provisioning

ROOT = Path(__file__).parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "provisioning/tools.lock",
    "provisioning/npm.lock",
)
PLATFORMS = (
    "manylinux2014",
    "manylinux_2_17",
    "manylinux_2_28",
    "manylinux_2_34",
    "manylinux_2_36",
)
UNREACHABLE = ("Connection", "connection", "Temporary failure", "timed out", "Name or service")


def tools_python() -> Path:
    """The Python that has set-up's pip, which reads the machine's own package settings."""
    lines = ". provisioning/lib.sh; . provisioning/setup.sh; find_python; tools_dir"
    done = subprocess.run(
        ["/bin/sh", "-c", lines, "provisioning/run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.strip()) / "bin" / "python"


def would_install(
    lock: Path, python: str, platforms: tuple[str, ...], into: Path
) -> subprocess.CompletedProcess[str]:
    """Ask pip for wheels only, for another machine; nothing is installed."""
    words = [f"--platform={name}" for name in platforms]
    options = ["--dry-run", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    done = subprocess.run(
        [
            str(tools_python()),
            *("-m", "pip", "install", "--disable-pip-version-check"),
            *options,
            *words,
            *("--implementation=cp", f"--python-version={python}", f"--target={into}"),
            *("-r", str(lock)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(word in done.stderr for word in UNREACHABLE):
        pytest.skip("the package index cannot be reached")
    return done


@pytest.mark.parametrize("python", ["3.11", "3.13"])
@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_wheel_for_aarch64(lock: str, python: str, tmp_path: Path) -> None:
    platforms = tuple(f"{name}_aarch64" for name in PLATFORMS)
    done = would_install(ROOT / lock, python, platforms, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_machine_without_wheels_would_be_noticed(tmp_path: Path) -> None:
    done = would_install(ROOT / "requirements.lock", "3.11", ("manylinux2014_vax",), tmp_path)
    assert done.returncode != 0
    assert "No matching distribution" in done.stderr
