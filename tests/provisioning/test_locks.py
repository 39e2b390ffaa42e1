"""Locks pin every package by hash, name no address, and agree with what the project declares."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROVISIONING = ROOT / "provisioning"
PYTHON_LOCKS = (
    ROOT / "requirements.lock",
    ROOT / "requirements-dev.lock",
    PROVISIONING / "tools.lock",
    PROVISIONING / "npm.lock",
)
NPM_LOCK = PROVISIONING / "npm" / "package-lock.json"
PIN = re.compile(r"(?P<name>[a-z0-9-]+)(\[[a-z,]+\])?==(?P<version>\S+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(lock: Path) -> dict[str, str]:
    """Name and version of every package of a Python lock."""
    lines = lock.read_text("utf-8").splitlines()
    found = [PIN.match(line) for line in lines if line and line[0] not in " #"]
    assert all(found), f"{lock.name} has a line that pins no version"
    return {match["name"]: match["version"] for match in found if match}


def plain_name(requirement: str) -> str:
    """The name in a requirement: `qrcode[pil]>=8` is qrcode."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def project() -> dict[str, list[str]]:
    """The names that pyproject.toml declares, to run and to develop."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = {"run": read["project"]["dependencies"], "dev": read["dependency-groups"]["dev"]}
    return {kind: [plain_name(one) for one in names] for kind, names in declared.items()}


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.name)
def test_every_python_package_is_pinned_by_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", lock.read_text("utf-8"))
    entries = [entry for entry in entries if PIN.match(entry)]
    assert len(entries) == len(pins(lock)) > 0
    assert [entry.split()[0] for entry in entries if not HASH.search(entry)] == []


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, NPM_LOCK], ids=lambda lock: lock.name)
def test_no_lock_names_an_address(lock: Path) -> None:
    """A lock with a mirror's address would send every other machine there."""
    assert "://" not in lock.read_text("utf-8")


def test_every_npm_package_is_pinned_by_hash() -> None:
    packages = json.loads(NPM_LOCK.read_text("utf-8"))["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert fetched
    for name, package in fetched.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_locks_hold_what_the_project_declares() -> None:
    declared = project()
    run, dev = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")
    built_here = {"pysqlite3"}
    assert set(declared["run"]) - set(run) == built_here
    assert set(declared["dev"]) <= set(dev)


def test_tests_run_with_the_versions_of_the_release() -> None:
    run, dev = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


def test_own_builds_are_pinned() -> None:
    """The driver's version in pyproject.toml is the one whose source is pinned."""
    sources = (PROVISIONING / "sources.sha256").read_text("utf-8")
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    driver = next(one for one in read["project"]["dependencies"] if one.startswith("pysqlite3=="))
    assert f"  {driver.replace('==', '-')}.tar.gz\n" in sources
    assert re.fullmatch(r"([0-9a-f]{64}  \S+\n){3}", sources)


def test_every_dependency_says_what_it_is_for() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| "))
    npm = json.loads((PROVISIONING / "npm" / "package.json").read_text("utf-8"))
    names = [*project()["run"], *project()["dev"], *npm["dependencies"], *npm["devDependencies"]]
    words = set(re.split(r"[\s,()]+", rows))
    assert [name for name in names if name not in words] == []


def test_pages_load_only_what_is_locked() -> None:
    npm = json.loads((PROVISIONING / "npm" / "package.json").read_text("utf-8"))
    lines = (PROVISIONING / "vendor.txt").read_text("utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            source, target = line.split()
            assert any(source.startswith(f"{name}/") for name in npm["dependencies"]), line
            assert not target.startswith("/")
            assert ".." not in target
