"""The command line: `quartier VERB`. Each verb says with `--help` what it does.

Verbs that write take the node's lock; where the node runs already they say so and change nothing.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from node import __version__
from node.settings import Settings, SettingsError, described, load


class CommandError(Exception):
    """A verb cannot do what was asked; the text says why and what to do."""


def main(argv: list[str] | None = None) -> int:
    """Run a verb; 0 if it did what was asked, 1 if not, 2 if it was called wrongly."""
    given = parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], int | None] = given.run
        return run(given) or 0
    except CommandError as error:
        print(f"quartier: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """All verbs with their arguments."""
    top = argparse.ArgumentParser(prog="quartier", description="The node of a residential quarter.")
    top.add_argument("--version", action="version", version=__version__)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    _verb(verbs, "serve", serve, "serve a node's pages and meet its neighbours")
    _verb(verbs, "central", central, "serve the central: one store for each quarter in DATA")
    init = _verb(verbs, "init", initialise, "found a quarter with a node in an empty directory")
    init.add_argument("--name", default="Hauptknoten", help="name of this node")
    files = _verb(verbs, "import", import_files, "bring a quarter's open files into the store")
    files.add_argument("dir", type=Path, metavar="DIR", help="directory with quarter.toml")
    files.add_argument("--check", action="store_true", help="only check the files")
    demo = _verb(verbs, "demo", run_demo, "run the demo quarter: home, kiosk and central")
    demo.add_argument(
        "what",
        nargs="?",
        choices=("run", "cut", "join"),
        default="run",
        help="run it, or cut or join the line of the one that runs",
    )
    demo.add_argument("--from", dest="source", type=Path, help="directory of another quarter")
    demo.add_argument("--port", type=int, default=8080, help="first of the ports, default 8080")
    backup = _verb(verbs, "backup", back_up, "write a checked backup while everything goes on")
    backup.add_argument("to", type=Path, metavar="DIR", help="directory for the backup")
    restore = _verb(verbs, "restore", restore_node, "put a backup in a node's place")
    restore.add_argument("backup", type=Path, metavar="FILE", help="the backup")
    restore.add_argument("--replace", action="store_true", help="set what is there aside")
    _verb(verbs, "doctor", examine_node, "check that journal, clocks and rows agree")
    openapi = verbs.add_parser("openapi", help="print the API's description as JSON")
    openapi.set_defaults(run=print_openapi)
    settings = verbs.add_parser("settings", help="print all settings with their help")
    settings.set_defaults(run=print_settings)
    return top


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int | None],
    text: str,
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=text)
    verb.add_argument("--data", type=Path, default=default_data(name), help="the node's directory")
    verb.set_defaults(run=run)
    return verb


def default_data(verb: str) -> Path:
    """Where a node's data lie if nobody says: QUARTIER_DATA, else the user's data directory."""
    configured = os.environ.get("QUARTIER_DATA")
    if configured:
        return Path(configured)
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "quartier" / ("demo" if verb == "demo" else "node")


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the node's lock; raises `CommandError` where another process does."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = (data / "node.lock").open("w")
    except OSError as error:
        raise CommandError(f"{data}: {error.strerror}. Choose another --data.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"the node in {data} is running. Stop it first, or use its pages."
            ) from None
        yield


def serve(given: argparse.Namespace) -> int:
    """`quartier serve`."""
    from node import running  # noqa: PLC0415 - a verb loads only what it needs

    with locked(given.data):
        return running.serve_node(_settings(given.data))


def central(given: argparse.Namespace) -> int:
    """`quartier central`."""
    from node import running  # noqa: PLC0415

    with locked(given.data):
        return running.serve_central(given.data)


def initialise(given: argparse.Namespace) -> int:
    """`quartier init`."""
    from node import founding  # noqa: PLC0415

    with locked(given.data):
        if (given.data / "quarter.db").exists():
            raise CommandError(f"{given.data} holds a node already. Choose another --data.")
        print(founding.found_quarter(_settings(given.data), name=given.name))
    return 0


def import_files(given: argparse.Namespace) -> int:
    """`quartier import`."""
    from node import founding  # noqa: PLC0415

    if given.check:
        return 0 if founding.check_files(given.dir) else 1
    with locked(given.data):
        return 0 if founding.import_directory(_settings(given.data), given.dir) else 1


def run_demo(given: argparse.Namespace) -> int:
    """`quartier demo`."""
    from node import demo  # noqa: PLC0415

    if given.what != "run":
        demo.switch_line(given.data, cut=given.what == "cut")
        return 0
    with locked(given.data):
        return demo.run(given.data, source=given.source, first_port=given.port)


def back_up(given: argparse.Namespace) -> int:
    """`quartier backup`."""
    from node.base.clock import SystemClock  # noqa: PLC0415
    from node.store.backup import BackupError, write_backup  # noqa: PLC0415

    try:
        path = write_backup(_database(given.data), given.to, now=SystemClock().now())
    except BackupError as error:
        raise CommandError(str(error)) from error
    print(path)
    return 0


def restore_node(given: argparse.Namespace) -> int:
    """`quartier restore`."""
    from node.base.clock import SystemClock  # noqa: PLC0415
    from node.registry import REGISTRY  # noqa: PLC0415
    from node.store.backup import BackupError, restore_backup  # noqa: PLC0415

    with locked(given.data):
        try:
            aside = restore_backup(
                given.backup,
                given.data / "quarter.db",
                REGISTRY,
                clock=SystemClock(),
                replace=given.replace,
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
    print("Restored. The node reads at once and writes again when it has met a neighbour.")
    if aside:
        print(f"What was there before: {aside}")
    return 0


def examine_node(given: argparse.Namespace) -> int:
    """`quartier doctor`."""
    from node import founding  # noqa: PLC0415

    _database(given.data)
    with locked(given.data):
        findings = founding.examine_node(_settings(given.data))
    for finding in findings:
        print(f"- {finding.what}\n  {finding.remedy}")
    print("Everything agrees." if not findings else f"{len(findings)} findings.")
    return 1 if findings else 0


def print_openapi(_: argparse.Namespace) -> int:
    """`quartier openapi`."""
    from node.app import openapi_text  # noqa: PLC0415

    print(openapi_text())
    return 0


def print_settings(_: argparse.Namespace) -> int:
    """`quartier settings`."""
    print(described())
    return 0


def _settings(data: Path) -> Settings:
    try:
        return load(data, os.environ)
    except SettingsError as error:
        raise CommandError(str(error)) from error


def _database(data: Path) -> Path:
    path = data / "quarter.db"
    if not path.exists():
        raise CommandError(f"{path} does not exist. `quartier init` founds a node there.")
    return path


if __name__ == "__main__":
    sys.exit(main())
