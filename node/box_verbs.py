"""The verbs for boxes that come and go: invite, join, revoke, sheet, replace, nodes; and how they
stand (`sync status`).
"""

from __future__ import annotations

import getpass
import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from node.settings import load
from node.verbs import CommandError, database_of, locked, made_and_locked

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
        print(f"This box is {own.name} of the quarter now. Next: quartier serve.")
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
        print(f"This box is {own.name} now; the dead one counts no more. Next: quartier serve.")
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
        raise CommandError(f"{given.data} is not there. Check the name of the directory.")
    print(founding.give_operator_password(given.data))
    return 0


def list_boxes(given: Namespace) -> int:
    """`quartier nodes`."""
    from node import belonging  # noqa: PLC0415

    database_of(given.data)
    with locked(given.data):
        print(belonging.listed(load(given.data, os.environ)))
    return 0


def show_status(given: Namespace) -> int:
    """`quartier sync status`."""
    import json  # noqa: PLC0415

    from node import status  # noqa: PLC0415
    from node.web.i18n import terminal_language  # noqa: PLC0415

    database_of(given.data)
    language = terminal_language(os.environ)
    found = status.ask(given.data, language)
    if found is None:
        with locked(given.data):
            found = status.told_on_file(load(given.data, os.environ), language)
    if found is None:
        raise CommandError("this box belongs to no quarter yet. See quartier init and join.")
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
    from node.web.i18n import terminal_language, translate  # noqa: PLC0415

    if progress.code and progress.code in _TOLD:
        return
    _TOLD.add(progress.code)
    said = translate(terminal_language(os.environ), progress.text, **progress.values)
    print(f"{said} {progress.code}".strip(), flush=True)


_TOLD: set[str] = set()
"""The countersigns that this process has shown."""


def _secret(path: Path | None) -> str:
    """The sheet's four lines, from a file or typed without showing them."""
    if path is not None:
        return path.read_text(encoding="utf-8")
    lines = [getpass.getpass(f"Line {number} of the emergency sheet: ") for number in range(1, 5)]
    return "\n".join(lines)
