"""What each verb of the command line does.

Verbs that write take the node's lock; where the node runs already they say so and change nothing.
A verb loads only what it needs.
"""

from __future__ import annotations

import fcntl
import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.base.refusals import N_, SaidError
from node.settings import FILE, described, load
from node.terminal import say

DATABASE = "quarter.db"
OWN_PLACES = {"demo", "central", "operator"}
"""Verbs whose data are not those of a node."""


class CommandError(SaidError):
    """A verb cannot do what was asked; the text says why and what to do."""


class BusyError(CommandError):
    """Another process holds the node's lock."""


def default_data(verb: str) -> Path:
    """Where a node's data lie if nobody says: QUARTIER_DATA, else the user's data directory."""
    configured = os.environ.get("QUARTIER_DATA")
    if configured:
        return Path(configured)
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return (
        base
        / "quartier"
        / ({"operator": "central"}.get(verb, verb) if verb in OWN_PLACES else "node")
    )


def in_home(path: Path) -> str:
    """A path as people write it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the node's lock; raises `CommandError` where another process does.

    Whoever holds it first finishes what a dead one left half put in place.
    """
    from node.store.files import finish_swap  # noqa: PLC0415

    with (data / "node.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(RUNNING, data=data) from None
        finish_swap(data / DATABASE)
        yield


@contextmanager
def made_and_locked(data: Path) -> Iterator[None]:
    """The same for verbs that may begin with nothing."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(data):
        yield


def serve(given: Namespace) -> int:
    """`quartier serve`."""
    from node import running  # noqa: PLC0415

    if not given.data.parent.is_dir():
        raise CommandError(NOT_THERE, path=given.data.parent)
    settings = load(given.data, os.environ)
    return running.serve_node(settings, hold=lambda: made_and_locked(given.data))


def central(given: Namespace) -> int:
    """`quartier central`."""
    from node import running  # noqa: PLC0415

    folders = sorted(path.parent for path in given.data.glob(f"*/{FILE}"))
    if not folders:
        raise CommandError(NO_QUARTERS, data=given.data, file=FILE, database=DATABASE)
    for folder in folders:
        _place(folder)
    with locked(given.data):
        # Each quarter's too, so that no other verb changes its file meanwhile.
        return running.serve_central(folders, hold=locked)


def initialise(given: Namespace) -> int:
    """`quartier init`."""
    from node import founding  # noqa: PLC0415

    with made_and_locked(given.data):
        if (given.data / DATABASE).exists():
            raise CommandError(HOLDS_ONE, N_("Nehmen Sie ein anderes --data."), data=given.data)
        print(founding.found_quarter(load(given.data, os.environ), name=given.name))
    return 0


def import_files(given: Namespace) -> int:
    """`quartier import`."""
    from node import founding  # noqa: PLC0415

    if given.check:
        return 0 if founding.check_files(given.dir) else 1
    database_of(given.data)
    with locked(given.data):
        settings = load(given.data, os.environ)
        return 0 if founding.import_directory(settings, given.dir) else 1


def run_demo(given: Namespace) -> int:
    """`quartier demo`."""
    from node import demo  # noqa: PLC0415

    try:
        if given.what != "run":
            demo.switch_line(given.data, cut=given.what == "cut")
            return 0
        with made_and_locked(given.data):
            demo.run(given.data, source=given.source, port=given.port, lan=given.lan)
    except KeyboardInterrupt:
        print("\n" + say(N_("Beendet.")))
        return 0
    except demo.DemoError as error:
        raise CommandError(*error.texts, **error.values) from error
    return 0


def back_up(given: Namespace) -> int:
    """`quartier backup`."""
    from node import upkeep  # noqa: PLC0415

    database_of(given.data)
    settings = load(given.data, os.environ)
    return upkeep.back_up(settings, to=given.to, more=given.recipient, timed=given.timed)


def rehearse(given: Namespace) -> int:
    """`quartier drill`."""
    from node import upkeep  # noqa: PLC0415

    database_of(given.data)
    settings = load(given.data, os.environ)
    return upkeep.rehearse(settings, backup=given.backup, timed=given.timed)


def restore_node(given: Namespace) -> int:
    """`quartier restore`."""
    from node import upkeep  # noqa: PLC0415

    if not given.backup.is_file():
        raise CommandError(NO_BACKUP, path=given.backup)
    with made_and_locked(given.data):
        if (given.data / DATABASE).exists() and not given.replace:
            raise CommandError(HOLDS_ONE, REPLACES, data=given.data)
        aside = upkeep.restore(
            load(given.data, os.environ), given.backup, key_file=given.key, alone=given.alone
        )
    print(say(N_("Wiederhergestellt.")), say(GOES_ON if given.alone else WAITS))
    if aside:
        print(say(ASIDE, path=aside))
    return 0


def give_password(given: Namespace) -> int:
    """`quartier password`."""
    from node import founding  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        password = founding.give_password(load(given.data, os.environ), given.sign_in)
    if password is None:
        raise CommandError(NOBODY, name=given.sign_in)
    print(password)
    return 0


def go_on_alone(given: Namespace) -> int:
    """`quartier alone`."""
    from node import upkeep  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        if not upkeep.go_on_alone(load(given.data, os.environ), key_file=given.key):
            raise CommandError(WAITS_FOR_NOBODY)
    print(say(GOES_ON))
    return 0


RUNNING = N_("Der Knoten in {data} läuft. Halten Sie ihn erst an, oder nehmen Sie seine Seiten.")
NOT_THERE = N_("{path} gibt es nicht. Bitte prüfen Sie den Namen des Verzeichnisses.")
NO_QUARTERS = N_(
    "In {data} liegt kein Quartier. Jedes hat dort ein Verzeichnis mit {file} und {database}."
)
HOLDS_ONE = N_("In {data} liegt schon ein Knoten.")
REPLACES = N_("Mit --replace wird er zur Seite gelegt, und die Sicherung nimmt seinen Platz.")
NO_NODE = N_("In {data} liegt kein Knoten. `quartier init --data {data}` gründet einen.")
NO_BACKUP = N_("{path} gibt es nicht, also ist es keine Sicherung. Bitte prüfen Sie den Namen.")
WAITS = N_("Der Knoten liest sofort und schreibt wieder, wenn er einen anderen getroffen hat.")
GOES_ON = N_(
    "Der Knoten geht sofort weiter, unter einem neuen Schlüssel; der alte zählt nicht mehr."
)
ASIDE = N_("Was vorher da war: {path}")
NOBODY = N_(
    "Niemand vom Team meldet sich als „{name}“ an. Die Namen stehen in staff.csv, Spalte sign_in."
)
WAITS_FOR_NOBODY = N_("Dieser Knoten wartet auf niemanden. Es ist nichts zu tun.")


def examine_node(given: Namespace) -> int:
    """`quartier doctor`."""
    from node import founding, upkeep  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        settings = load(given.data, os.environ)
        troubles, hints = upkeep.find_troubles(settings)
        standing = upkeep.standing_of(settings)
        forked, copied = upkeep.find_copied(standing)
        own, low = upkeep.find_standing(standing)
        findings = founding.examine_node(settings) + troubles + forked
        findings += upkeep.find_unreadable(settings) + own
        hints += low + upkeep.find_hints(settings) + copied + upkeep.find_devices(settings)
    upkeep.print_findings(findings + hints)
    print(say(AGREES) if not findings else say(FOUND, count=len(findings)))
    return 1 if findings else 0


AGREES = N_("Alles passt zueinander.")
FOUND = N_("Befunde: {count}.")


def print_openapi(_: Namespace) -> int:
    """`quartier openapi`."""
    from node.api import openapi_text  # noqa: PLC0415

    print(openapi_text())
    return 0


def print_settings(_: Namespace) -> int:
    """`quartier settings`."""
    print(described(say))
    return 0


def _place(data: Path) -> None:
    """The directory of a node, though its database may be lost."""
    from node.store.files import is_expected  # noqa: PLC0415
    from node.store.soundness import was_served  # noqa: PLC0415

    path = data / DATABASE
    if not (is_expected(path) or was_served(path)):
        database_of(data)


def database_of(data: Path) -> Path:
    """The database of the node that must be there already, or waits to be put in place."""
    from node.store.files import is_expected  # noqa: PLC0415

    path = data / DATABASE
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if is_expected(path):
            return path
        raise CommandError(NO_NODE, data=data) from None
    return path
