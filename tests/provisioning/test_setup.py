"""Set-up looks before it acts, says what helps when it fails, and does nothing twice."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.provisioning

ROOT = Path(__file__).parents[2]
CACHE = Path(
    os.environ.get("QUARTIER_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quartier"
)
SH = "/bin/sh"
NO_OP_SECONDS_MAX = 1.5
"""Set-up's share of a second start; the demo has 5 s in all."""


def sh(
    root: Path, *words: str, cache: Path | None = None, path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts of a checkout, with a cache of its own where one is given."""
    environment = dict(os.environ)
    if cache:
        environment["QUARTIER_CACHE"] = str(cache)
    if path:
        environment["PATH"] = f"{path}:{environment['PATH']}"
    return subprocess.run(
        [SH, *words], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without anything built, in a folder with an awkward name."""
    copy = tmp_path / "Häuser & mehr"
    leave = shutil.ignore_patterns("build", ".venv", ".git", "vendor", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=leave)
    return copy


def tree(folder: Path) -> set[tuple[str, int]]:
    """Every file with its time of change: what a no-op leaves as it was."""
    return {(str(one), one.lstat().st_mtime_ns) for one in folder.rglob("*")}


def scripts() -> list[Path]:
    """Every POSIX script of the repository."""
    candidates = [*(ROOT / "provisioning").rglob("*"), ROOT / ".ci" / "run"]
    first = ("#!/bin/sh", "# shellcheck shell=sh")
    return [
        path
        for path in candidates
        if path.is_file()
        and path.suffix in {"", ".sh"}
        and path.read_text("utf-8").startswith(first)
    ]


def test_scripts_are_posix() -> None:
    assert len(scripts()) >= 10
    for script in scripts():
        done = sh(ROOT, "-n", str(script))
        assert done.returncode == 0, f"{script}: {done.stderr}"


def test_shellcheck_finds_nothing() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", "-x", *scripts()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", ["provisioning/run", "provisioning/test"])
def test_check_only_tells(checkout: Path, tmp_path: Path, command: str) -> None:
    before = tree(tmp_path)
    done = sh(checkout, command, "--check", cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "nothing was changed" in done.stdout
    assert "SQLite driver" in done.stdout
    assert done.stderr == ""
    assert tree(tmp_path) == before


def test_second_set_up_does_nothing() -> None:
    assert sh(ROOT, "provisioning/test", "--setup").returncode == 0
    before = tree(ROOT / ".venv" / "bin") | tree(ROOT / "node" / "web" / "static" / "vendor")
    began = time.monotonic()
    done = sh(ROOT, "provisioning/test", "--setup")
    assert (done.returncode, done.stdout) == (0, "")
    assert time.monotonic() - began < NO_OP_SECONDS_MAX
    assert tree(ROOT / ".venv" / "bin") | tree(ROOT / "node" / "web" / "static" / "vendor") == (
        before
    )
    assert "nothing to do" in sh(ROOT, "provisioning/run", "--check").stdout


def test_stamp_follows_what_set_up_depends_on(checkout: Path) -> None:
    """A new lock or script asks for set-up again; another page of the docs doesn't."""
    lines = '. provisioning/lib.sh; . provisioning/setup.sh; setup_stamp "$1"'

    def stamp(kind: str = "run") -> str:
        return sh(checkout, "-c", lines, "provisioning/run", kind).stdout.strip()

    first = stamp()
    assert len(first) == 16
    assert stamp("dev") != first
    with (checkout / "README.md").open("a", encoding="utf-8") as readme:
        readme.write("more\n")
    assert stamp() == first
    for name in ("requirements.lock", "provisioning/cached.sh", "provisioning/icons.txt"):
        with (checkout / name).open("a", encoding="utf-8") as file:
            file.write("# more\n")
        assert stamp() != first, name


def test_a_source_with_another_hash_is_refused(checkout: Path, tmp_path: Path) -> None:
    """A stand-in for npm delivers a package that isn't the pinned one: it is not even unpacked."""
    fake = tmp_path / "bin" / "npm"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\n[ "$1" = pack ] || exit 0\n'
        'while [ "$1" != --pack-destination ]; do shift; done\n'
        'echo evil >"$2/better-sqlite3-12.11.1.tgz"\n',
        "utf-8",
    )
    fake.chmod(0o755)
    lines = ". provisioning/lib.sh; . provisioning/setup.sh; mkdir -p build; TOOLS=none; "
    lines += "fetch_source better-sqlite3-12.11.1.tgz"
    cache = tmp_path / "cache"
    done = sh(checkout, "-c", lines, "provisioning/run", cache=cache, path=str(fake.parent))
    assert done.returncode == 1
    assert "is not the file that this release was checked with" in done.stderr
    assert "What helps" in done.stderr
    assert not (cache / "sources" / "better-sqlite3-12.11.1.tgz").exists()


def test_patches_fit_or_nothing_is_built(tmp_path: Path) -> None:
    """With a changed source the build stops instead of going on without its patch."""
    pinned = CACHE / "sources" / "vlcn.io-crsqlite-0.16.3.tgz"
    if not pinned.exists():
        pytest.skip("the source of cr-sqlite is not in the cache: the extension came from it built")
    changed = tmp_path / "changed.tgz"
    with tarfile.open(pinned) as old, tarfile.open(changed, "w:gz") as new:
        for member in old:
            content = old.extractfile(member)
            data = content.read() if content else b""
            if member.name.endswith("rs/core/src/changes_vtab_write.rs"):
                data = data.replace(b"reset_cached_stmt(merge_stmt", b"reset_it(merge_stmt")
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    out = tmp_path / "crsqlite.so"
    done = sh(ROOT, "provisioning/crsqlite/build.sh", str(changed), str(out), str(tmp_path / "w"))
    assert done.returncode == 1
    assert "changes_vtab_write.rs does not fit" in done.stderr
    assert not out.exists()


def test_the_built_extension_proves_itself() -> None:
    extension = os.environ.get("QUARTIER_CRSQLITE") or str(ROOT / "build" / "crsqlite.so")
    done = subprocess.run(
        [sys.executable, ROOT / "provisioning" / "crsqlite" / "selftest.py", extension],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cr-sqlite works with SQLite 3.5" in done.stdout


def test_the_proof_fails_without_the_extension(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "provisioning" / "crsqlite" / "selftest.py", tmp_path / "no.so"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1


def test_unknown_words_are_refused() -> None:
    done = sh(ROOT, "provisioning/test", "no-such-block")
    assert done.returncode == 2
    assert "no-such-block" in done.stdout


def test_integration_runs_the_command_of_the_readme() -> None:
    assert "sh provisioning/test" in (ROOT / "README.md").read_text("utf-8")
    assert "exec sh provisioning/test" in (ROOT / ".ci" / "run").read_text("utf-8")
