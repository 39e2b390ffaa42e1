"""The verbs for boxes that come and go: invite, join, revoke, sheet, replace, nodes; and how they
stand (`sync status`).
"""

from __future__ import annotations

import getpass
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from node import terminal
from node.base.refusals import N_
from node.settings import load
from node.terminal import say
from node.verbs import NOT_THERE, CommandError, database_of, locked, made_and_locked

if TYPE_CHECKING:
    from node.belonging import Progress


def invite_box(given: Namespace) -> int:
    """`quartier invite`."""
    from node import belonging  # noqa: PLC0415
    from node.store import NodeRole  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        settings = load(given.data, os.environ)
        role = NodeRole(given.role)
        print(belonging.invite_box(settings, name=given.name, role=role, address=given.address))
    return 0


def join_quarter(given: Namespace) -> int:
    """`quartier join`."""
    from node import belonging  # noqa: PLC0415

    with made_and_locked(given.data):
        settings = load(given.data, os.environ)
        own = belonging.join(settings, given.address, given.code, say=_say)
        print(say(JOINED, name=own.name))
    return 0


def revoke_box(given: Namespace) -> int:
    """`quartier revoke`."""
    from node import belonging  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        print(belonging.revoke(load(given.data, os.environ), given.name))
    return 0


def print_sheet(given: Namespace) -> int:
    """`quartier sheet`."""
    from node import belonging  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        print(belonging.print_sheet(load(given.data, os.environ)))
    return 0


def replace_box(given: Namespace) -> int:
    """`quartier replace`."""
    from node import belonging  # noqa: PLC0415

    with made_and_locked(given.data):
        settings = load(given.data, os.environ)
        secret = "" if settings.database.exists() else _secret(given.sheet)
        belonging.recover(settings, given.address, secret)
        own = belonging.replace(settings, given.address, dead=given.dead, say=_say)
        print(say(REPLACED, name=own.name))
    return 0


def hand_over(given: Namespace) -> int:
    """`quartier authority`."""
    from node import belonging  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        settings = load(given.data, os.environ)
        if given.take:
            print(belonging.take_back(settings, _secret(given.sheet)))
        else:
            print(belonging.hand_over(settings))
    return 0


def give_operator_password(given: Namespace) -> int:
    """`quartier operator`."""
    from node import founding  # noqa: PLC0415

    if not given.data.is_dir():
        raise CommandError(NOT_THERE, path=given.data)
    print(founding.give_operator_password(given.data))
    return 0


def list_boxes(given: Namespace) -> int:
    """`quartier nodes`."""
    from node import belonging  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        print(belonging.listed(load(given.data, os.environ)))
    return 0


def run_sync(given: Namespace) -> int:
    """`quartier sync`."""
    return show_status(given) if given.what == "status" else judge_stopped(given)


def judge_stopped(given: Namespace) -> int:
    """`quartier sync retry` and `set-aside`."""
    from node import judging  # noqa: PLC0415
    from node.web.broken import broken_rule  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        settings = load(given.data, os.environ)
        found = judging.stopped(settings, given.name or "", given.scope)
        if not found:
            raise CommandError(NOTHING_STOPPED)
        if len(found) > 1 or not given.name:
            names = ", ".join(sorted(f"{each.name} (--scope {each.scope})" for each in found))
            raise CommandError(NO_BOX_NAMED, names=names)
        if given.what == "set-aside":
            judging.put_aside(settings, found[0], reason=given.reason, by=getpass.getuser())
            print(say(SET_ASIDE, name=found[0].name))
            return 0
        still = judging.try_again(settings, found[0])
        if still:
            rule = broken_rule(still, say)
            raise CommandError(STILL, STILL_HELP, rule=rule, reason=still)
        print(say(TAKEN, name=found[0].name))
    return 0


def show_status(given: Namespace) -> int:
    """`quartier sync status`."""
    import json  # noqa: PLC0415

    from node import status  # noqa: PLC0415

    database_of(given.data)
    language = terminal.language()
    found = status.ask(given.data, language)
    if found is None:
        with locked(given.data):
            found = status.told_on_file(load(given.data, os.environ), language)
    if found is None:
        raise CommandError(NOBODYS)
    metrics = found.pop("metrics")
    if given.metrics:
        print(metrics, end="")
    elif given.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print("\n".join(status.in_words(found, language)))
    return 0 if found["is_well"] else 1


def _say(progress: Progress) -> None:
    """How far it is, in the language of the terminal; what is said again and again, once."""
    said = f"{say(progress.text, **progress.values)} {progress.code}".strip()
    if said not in _TOLD:
        _TOLD.add(said)
        print(said, flush=True)


_TOLD: set[str] = set()
"""What this process has said of its progress."""


def _secret(path: Path | None) -> str:
    """The sheet's four lines, from a file or typed without showing them."""
    if path is not None:
        return path.read_text(encoding="utf-8")
    if not sys.stdin.isatty():
        return sys.stdin.read()
    lines = (getpass.getpass(say(SHEET_LINE, number=number)) for number in range(1, 5))
    return "\n".join(lines)


JOINED = N_("Diese Box ist jetzt „{name}“ des Quartiers. Danach: quartier serve.")
REPLACED = N_("Diese Box ist jetzt „{name}“; die kaputte zählt nicht mehr. Danach: quartier serve.")
NOBODYS = N_("Diese Box gehört noch zu keinem Quartier. Siehe quartier init und join.")
SHEET_LINE = N_("Zeile {number} des Notfallblatts: ")
NO_BOX_NAMED = N_("Nennen Sie die Box, deren Änderungen angehalten wurden: {names}.")
NOTHING_STOPPED = N_("Hier ist nichts angehalten. Es ist nichts zu tun.")
TAKEN = N_("Jetzt passt es: Die Änderungen von „{name}“ werden wieder übernommen.")
STILL = N_("Es bleibt dabei. {rule} ({reason})")
STILL_HELP = N_(
    "Prüfen Sie nach einer Aktualisierung noch einmal, oder gehen Sie ohne diese Änderung weiter:"
    " `quartier sync set-aside`."
)
SET_ASIDE = N_("Zur Seite gelegt. Spätere Änderungen von „{name}“ werden wieder übernommen.")
