"""The command line: `quartier VERB`. Each verb says with `--help` what it does."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from node import __version__, box_verbs, verbs
from node.verbs import CommandError

STATUSES = """
Exit status: 0 done, 1 refused or failed (the text says why and what helps), 2 called wrongly,
130 interrupted.
"""


def main(argv: list[str] | None = None) -> int:
    """Run a verb; see `STATUSES` for what comes back."""
    # Whatever a verb writes is for the node's own user only.
    os.umask(0o077)
    given = parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], int | None] = given.run
        return run(given) or 0
    except CommandError as error:
        print(f"quartier: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # `quartier openapi | head`: nobody reads on; what is left in the buffer has no reader.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        from node.troubles import said  # noqa: PLC0415 - only who is in trouble loads all this

        sentence = said(error, getattr(given, "data", Path()))
        if sentence is None:
            raise
        print(f"quartier: {sentence}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All verbs with their arguments."""
    top = argparse.ArgumentParser(
        prog="quartier",
        description="The node of a residential quarter.",
        epilog=STATUSES,
    )
    top.add_argument("--version", action="version", version=__version__)
    group = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = _Adder(group)
    add("serve", verbs.serve, "serve a node's pages and meet its neighbours", SERVE)
    add("central", verbs.central, "serve the central: one store for each quarter in DATA", CENTRAL)
    init = add("init", verbs.initialise, "found a quarter with a node in an empty directory", INIT)
    init.add_argument("--name", help="name of this node, as the health page shows it")
    files = add("import", verbs.import_files, "bring a quarter's open files into the store", IMPORT)
    files.add_argument("dir", type=Path, metavar="DIR", help="directory with quarter.toml")
    files.add_argument("--check", action="store_true", help="only check the files")
    password = add("password", verbs.give_password, "give one of the team a password", FIRST_DAY)
    password.add_argument("sign_in", metavar="NAME", help="the sign-in name of staff.csv")
    _add_demo(add)
    _add_backup(add)
    _add_alone(add)
    _add_boxes(add)
    add(
        "operator", box_verbs.give_operator_password, "give central's operator a password", OPERATOR
    )
    add("doctor", verbs.examine_node, "check that journal, clocks and rows agree", DOCTOR)
    add("openapi", verbs.print_openapi, "print the API's description as JSON", OPENAPI, data=False)
    add("settings", verbs.print_settings, "print all settings with their help", "", data=False)
    return top


def _add_backup(add: _Adder) -> None:
    backup = add("backup", verbs.back_up, "write a checked, sealed backup", BACKUP)
    backup.add_argument("to", type=Path, nargs="?", metavar="DIR", help="directory for one more")
    backup.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="AGE1...",
        help="public key that opens it too; may be given several times",
    )
    drill = add("drill", verbs.rehearse, "test that a backup brings everything back", DRILL)
    drill.add_argument("backup", type=Path, nargs="?", metavar="FILE", help="not the newest one")
    for verb in (backup, drill):
        verb.add_argument("--timed", action="store_true", help="as the node does it by the clock")
    restore = add("restore", verbs.restore_node, "put a backup in a node's place", RESTORE)
    restore.add_argument("backup", type=Path, metavar="FILE", help="the backup")
    restore.add_argument("--replace", action="store_true", help="set what is there aside")
    restore.add_argument("--key", type=Path, metavar="FILE", help="file with the sheet's key")
    restore.add_argument(
        "--alone", action="store_true", help="there is no other node: go on at once"
    )


def _add_alone(add: _Adder) -> None:
    alone = add("alone", verbs.go_on_alone, "let a restored node go on without any other", ALONE)
    alone.add_argument("--key", type=Path, metavar="FILE", help="file with the sheet's key")


class _Adder:
    """Adds verbs with what all of them share."""

    def __init__(self, group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        self._group = group

    def __call__(
        self,
        name: str,
        run: Callable[[argparse.Namespace], int | None],
        short: str,
        more: str,
        *,
        data: bool = True,
    ) -> argparse.ArgumentParser:
        """A verb: its function, one line for the list, and the text of its own help."""
        verb = self._group.add_parser(
            name,
            help=short,
            description=f"{short[0].upper()}{short[1:]}.\n{more}",
            epilog=STATUSES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if data:
            default = verbs.default_data(name)
            text = f"the node's directory; default QUARTIER_DATA, else {verbs.in_home(default)}"
            verb.add_argument("--data", type=Path, default=default, help=text)
        verb.set_defaults(run=run)
        return verb


def _add_demo(add: _Adder) -> None:
    demo = add("demo", verbs.run_demo, "run the demo quarter: home, kiosk and central", DEMO)
    demo.add_argument(
        "what",
        nargs="?",
        choices=("run", "cut", "join"),
        default="run",
        help="run it, or cut or join the line of the one that runs",
    )
    demo.add_argument("--from", dest="source", type=Path, help="directory of another quarter")
    demo.add_argument("--port", type=_port, help="first of the ports, at first 8080")
    demo.add_argument(
        "--lan",
        action="store_true",
        help="let phones in this network open the portal, at this machine's address",
    )


def _add_boxes(add: _Adder) -> None:
    invite = add("invite", box_verbs.invite_box, "make a code that lets one new box in", INVITE)
    invite.add_argument("--name", required=True, help="the new box's name, for example its place")
    invite.add_argument("--role", choices=("kiosk", "standby", "central"), default="kiosk")
    invite.add_argument("--address", default="", help="host:port where central can be called")
    join = add("join", box_verbs.join_quarter, "join a quarter with the code it showed", JOIN)
    join.add_argument("address", metavar="HOST:PORT", help="where the node that showed it listens")
    join.add_argument("code", metavar="CODE")
    revoke = add("revoke", box_verbs.revoke_box, "let a lost or stolen box go", REVOKE)
    revoke.add_argument("name", metavar="NAME", help="its name, see `quartier nodes`")
    add("sheet", box_verbs.print_sheet, "print the emergency sheet, once", SHEET)
    replace = add("replace", box_verbs.replace_box, "put this box in a dead one's place", REPLACE)
    replace.add_argument("address", metavar="HOST:PORT", help="any living node, or central")
    replace.add_argument("--sheet", type=Path, metavar="FILE", help="the sheet's lines in a file")
    replace.add_argument("--for", dest="dead", default="", metavar="NAME", help="the dead box")
    authority = add("authority", box_verbs.hand_over, "give the boxes' list to central", AUTHORITY)
    authority.add_argument(
        "--take", action="store_true", help="with the sheet: take it to this box"
    )
    authority.add_argument("--sheet", type=Path, metavar="FILE", help="the sheet's lines in a file")
    add("nodes", box_verbs.list_boxes, "list the quarter's boxes", NODES)
    sync = add("sync", box_verbs.show_status, "tell how this box and its lines are", SYNC)
    sync.add_argument("what", choices=("status",), help="what is asked")
    form = sync.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as data")
    form.add_argument("--metrics", action="store_true", help="for Prometheus, as text")


def _port(text: str) -> int:
    """The first of three pairs of ports, ten apart."""
    port = int(text)
    if not 0 < port < 65536 - 2 * 10 - 1:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65500")
    return port


SERVE = """
Needs a node in the directory (`quartier init`). Its settings lie beside it in node.toml, see
`quartier settings`. Ctrl-C and SIGTERM end it cleanly. Under systemd it takes the socket of its
socket unit, tells when it is ready and answers the watchdog.
"""
CENTRAL = """
Each quarter has a directory of its own in DATA, with node.toml and quarter.db. The pages of all
are served at the address of the first; `hosts` in each node.toml says by which name.
"""
INIT = """
Makes the directory, the database and the node's key. The next step is `quartier import`.
"""
IMPORT = """
All errors are told at once, each with its file, line and what helps; with one error nothing
changes. The same files again change nothing. docs/import.md describes the files. Stop the node
before; `--check` may run at any time.
"""
FIRST_DAY = """
Makes a new password and prints it, once; the old one is worthless then. For the first day, and
for whoever forgot theirs. Stop the node before.
"""
DEMO = """
Makes the quarter at the first start, then runs three nodes until Ctrl-C. The data stay.
"""
BACKUP = """
The node may run meanwhile. The backup is sealed (age): the emergency sheet opens it on any box,
this box its own. Without DIR it goes where the settings say (backup_to), and those no longer
needed go: of the last 24 hours, 14 days and 8 weeks one each is kept.
"""
DRILL = """
Restores it into a scratch place, compares every table and lets the doctor look. The node may run
meanwhile, and does the same by itself every month. Exit status 1 when something would be lost.
"""
RESTORE = """
Stop the node before. On another box than the one that made the backup, the key of the emergency
sheet is asked for, or read from --key or from a pipe. The node reads at once and writes again when
it has met a neighbour. Where there is no other node, --alone lets it go on at once under a new key.
"""
ALONE = """
For a node that waits for its neighbours after it was restored or mended, where there are none: it
takes a new key and keeps what it wrote. Stop it before. Never say so where another node lives.
"""
INVITE = """
The code is good for 15 minutes and one box. The desk's page of boxes shows one while the node runs.
"""
JOIN = """
Makes this box a node of the quarter; `quartier serve` then brings everything over. A try that was
cut off may be repeated with the same code.
"""
REVOKE = """
What the box told so far stays; nothing that it writes later counts. It cannot be taken back.
"""
SHEET = """
Its secret brings the quarter back when all boxes are gone, and opens everything. It is shown once,
at the founding node, and kept nowhere.
"""
REPLACE = """
Asks for the emergency sheet, copies what a living node or central holds, and takes the dead box's
name and role. A try that was cut off goes on where it was.
"""
AUTHORITY = """
At enrolment: central renames and lets go boxes from then on; the home node still takes new ones in,
while central can be reached. With --take the emergency sheet brings it back, at any box.
"""
OPERATOR = """
DATA is central's own directory, with one for each quarter in it. Prints a new password for its page
of all quarters (/central), once; the old one is worthless then.
"""
NODES = """
Name, role and since when. The desk's page of boxes shows them while the node runs.
"""
SYNC = """
What the health page says: each other box with its line, when it was last heard, what waits both
ways; what was stopped. Asks the running node; of one that stands still it tells what it last knew.
Exit status 1 when there is something to do.
"""
DOCTOR = """
Compares every cell with what its writer signed. Stop the node before. Exit status 1 when
something does not agree.
"""
OPENAPI = """
The same as /api/openapi.json of a running node.
"""


if __name__ == "__main__":
    sys.exit(main())
