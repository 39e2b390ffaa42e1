"""The command line: `quartier VERB`. Each verb says with `--help` what it does."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from node import __version__, box_verbs, verbs
from node.base.refusals import N_
from node.terminal import say, say_error, speak, verb_text
from node.verb_texts import (
    A_BOX,
    ALONE,
    AUTHORITY,
    BACKUP,
    CENTRAL,
    DEMO,
    DIRECTORY,
    DOCTOR,
    DRILL,
    FIRST_DAY,
    IMPORT,
    INIT,
    INVITE,
    JOIN,
    NODES,
    OPENAPI,
    OPERATOR,
    REPLACE,
    RESTORE,
    REVOKE,
    SERVE,
    SHEET,
    STATUSES,
    SYNC,
    WHICH,
    WHY,
)
from node.verbs import CommandError


def main(argv: list[str] | None = None) -> int:
    """Run a verb; see `verb_texts.STATUSES` for what comes back."""
    # Whatever a verb writes is for the node's own user only.
    os.umask(0o077)
    speak()
    given = parser().parse_args(argv)
    try:
        run: Callable[[argparse.Namespace], int | None] = given.run
        return run(given) or 0
    except CommandError as error:
        print(f"quartier: {say_error(error)}", file=sys.stderr)
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
        description=say(N_("Der Knoten eines Wohnquartiers.")),
        epilog=say(STATUSES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = say(N_("zeigt die Fassung"))
    top.add_argument("--version", action="version", version=__version__, help=version)
    group = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = _Adder(group)
    add(
        "serve",
        verbs.serve,
        N_("zeigt die Seiten eines Knotens und gleicht mit den anderen ab"),
        SERVE,
    )
    add(
        "central",
        verbs.central,
        N_("zeigt die Zentrale: je Quartier ein Verzeichnis in DATA"),
        CENTRAL,
    )
    _add_first_day(add)
    _add_demo(add)
    _add_backup(add)
    _add_alone(add)
    _add_boxes(add)
    add(
        "operator",
        box_verbs.give_operator_password,
        N_("gibt dem Betrieb der Zentrale ein Passwort"),
        OPERATOR,
    )
    add(
        "doctor",
        verbs.examine_node,
        N_("prüft, ob Journal, Uhren und Zeilen zueinander passen"),
        DOCTOR,
    )
    add(
        "openapi",
        verbs.print_openapi,
        N_("zeigt die Beschreibung der API als JSON"),
        OPENAPI,
        data=False,
    )
    add(
        "settings",
        verbs.print_settings,
        N_("zeigt alle Einstellungen mit ihrer Hilfe"),
        "",
        data=False,
    )
    return top


def _add_first_day(add: _Adder) -> None:
    init = add(
        "init",
        verbs.initialise,
        N_("gründet ein Quartier mit einem Knoten in einem leeren Verzeichnis"),
        INIT,
    )
    init.add_argument(
        "--name", help=verb_text(N_("Name dieses Knotens, wie ihn die Seite „Zustand“ zeigt"))
    )
    files = add(
        "import",
        verbs.import_files,
        N_("bringt die offenen Dateien eines Quartiers herein"),
        IMPORT,
    )
    files.add_argument(
        "dir", type=Path, metavar="DIR", help=verb_text(N_("Verzeichnis mit quarter.toml"))
    )
    files.add_argument("--check", action="store_true", help=verb_text(N_("prüft die Dateien nur")))
    password = add(
        "password", verbs.give_password, N_("gibt jemandem vom Team ein Passwort"), FIRST_DAY
    )
    password.add_argument(
        "sign_in", metavar="NAME", help=verb_text(N_("der Anmeldename aus staff.csv"))
    )


def _add_backup(add: _Adder) -> None:
    backup = add(
        "backup", verbs.back_up, N_("schreibt eine geprüfte, versiegelte Sicherung"), BACKUP
    )
    backup.add_argument(
        "to",
        type=Path,
        nargs="?",
        metavar="DIR",
        help=verb_text(N_("Verzeichnis für eine weitere")),
    )
    backup.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="AGE1...",
        help=verb_text(N_("öffentlicher Schlüssel, der sie auch öffnet; mehrmals möglich")),
    )
    drill = add("drill", verbs.rehearse, N_("probt, ob eine Sicherung alles zurückbringt"), DRILL)
    drill.add_argument(
        "backup",
        type=Path,
        nargs="?",
        metavar="FILE",
        help=verb_text(N_("eine andere als die neueste")),
    )
    for verb in (backup, drill):
        verb.add_argument(
            "--timed", action="store_true", help=verb_text(N_("wie der Knoten selbst es tut"))
        )
    restore = add(
        "restore",
        verbs.restore_node,
        N_("setzt eine Sicherung an die Stelle eines Knotens"),
        RESTORE,
    )
    restore.add_argument("backup", type=Path, metavar="FILE", help=verb_text(N_("die Sicherung")))
    restore.add_argument(
        "--replace", action="store_true", help=verb_text(N_("legt zur Seite, was da ist"))
    )
    _add_key(restore)
    restore.add_argument(
        "--alone",
        action="store_true",
        help=verb_text(N_("es gibt keinen anderen Knoten: geht sofort weiter")),
    )


def _add_alone(add: _Adder) -> None:
    alone = add(
        "alone",
        verbs.go_on_alone,
        N_("lässt einen wiederhergestellten Knoten ohne andere weitermachen"),
        ALONE,
    )
    _add_key(alone)


def _add_key(verb: argparse.ArgumentParser) -> None:
    text = verb_text(N_("Datei mit dem Schlüssel vom Notfallblatt"))
    verb.add_argument("--key", type=Path, metavar="FILE", help=text)


def _add_sheet(verb: argparse.ArgumentParser) -> None:
    text = verb_text(N_("die Zeilen des Blatts in einer Datei"))
    verb.add_argument("--sheet", type=Path, metavar="FILE", help=text)


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
        said = verb_text(short)
        verb = self._group.add_parser(
            name,
            help=said,
            description=f"{said[0].upper()}{said[1:]}.\n{verb_text(more) if more else ''}",
            epilog=say(STATUSES),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if data:
            default = verbs.default_data(name)
            text = verb_text(DIRECTORY).format(default=verbs.in_home(default))
            verb.add_argument("--data", type=Path, default=default, help=text)
        verb.set_defaults(run=run)
        return verb


def _add_demo(add: _Adder) -> None:
    demo = add(
        "demo",
        verbs.run_demo,
        N_("zeigt das Quartier der Demo: Hauptknoten, Kiosk und Zentrale"),
        DEMO,
    )
    demo.add_argument(
        "what",
        nargs="?",
        choices=("run", "cut", "join"),
        default="run",
        help=verb_text(N_("zeigt es, oder trennt oder verbindet die Leitung des laufenden")),
    )
    demo.add_argument(
        "--from",
        dest="source",
        type=Path,
        help=verb_text(N_("Verzeichnis eines anderen Quartiers")),
    )
    demo.add_argument("--port", type=_port, help=verb_text(N_("der erste der Ports, zuerst 8080")))
    demo.add_argument(
        "--lan",
        action="store_true",
        help=verb_text(
            N_("lässt Handys in diesem Netz das Portal öffnen, an der Adresse dieses Rechners")
        ),
    )


def _add_boxes(add: _Adder) -> None:
    invite = add(
        "invite",
        box_verbs.invite_box,
        N_("macht einen Code, der eine neue Box hereinlässt"),
        INVITE,
    )
    invite.add_argument(
        "--name", required=True, help=verb_text(N_("der Name der neuen Box, etwa ihr Ort"))
    )
    invite.add_argument("--role", choices=("kiosk", "standby", "central"), default="kiosk")
    invite.add_argument(
        "--address",
        default="",
        help=verb_text(N_("Rechner:Port, an dem die Zentrale zu erreichen ist")),
    )
    join = add("join", box_verbs.join_quarter, N_("tritt mit einem Code einem Quartier bei"), JOIN)
    join.add_argument(
        "address",
        metavar="HOST:PORT",
        help=verb_text(N_("wo der Knoten lauscht, der ihn gezeigt hat")),
    )
    join.add_argument("code", metavar="CODE")
    revoke = add(
        "revoke", box_verbs.revoke_box, N_("meldet eine verlorene oder gestohlene Box ab"), REVOKE
    )
    revoke.add_argument(
        "name",
        metavar="NAME",
        help=verb_text(N_("ihr Name oder ihre Kennung, siehe `quartier nodes`")),
    )
    add("sheet", box_verbs.print_sheet, N_("druckt das Notfallblatt, einmal"), SHEET)
    replace = add(
        "replace",
        box_verbs.replace_box,
        N_("setzt diese Box an die Stelle einer kaputten"),
        REPLACE,
    )
    replace.add_argument(
        "address",
        metavar="HOST:PORT",
        help=verb_text(N_("irgendein lebender Knoten, oder die Zentrale")),
    )
    _add_sheet(replace)
    replace.add_argument(
        "--for", dest="dead", default="", metavar="NAME", help=verb_text(N_("die kaputte Box"))
    )
    authority = add(
        "authority", box_verbs.hand_over, N_("übergibt der Zentrale die Liste der Boxen"), AUTHORITY
    )
    authority.add_argument(
        "--take", action="store_true", help=verb_text(N_("mit dem Blatt: holt sie an diese Box"))
    )
    _add_sheet(authority)
    add("nodes", box_verbs.list_boxes, N_("nennt die Boxen des Quartiers"), NODES)
    _add_sync(add)


def _add_sync(add: _Adder) -> None:
    sync = add(
        "sync",
        box_verbs.run_sync,
        N_("sagt, wie es dieser Box und ihren Leitungen geht, und hilft einer angehaltenen"),
        SYNC,
    )
    sync.add_argument(
        "what", choices=("status", "retry", "set-aside"), help=verb_text(N_("was getan wird"))
    )
    sync.add_argument("name", nargs="?", metavar="NAME", help=verb_text(A_BOX))
    sync.add_argument("--scope", choices=("house", "quarter", "fleet"), help=verb_text(WHICH))
    sync.add_argument("--reason", default="", metavar="TEXT", help=verb_text(WHY))
    form = sync.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=verb_text(N_("als Daten")))
    form.add_argument(
        "--metrics", action="store_true", help=verb_text(N_("für Prometheus, als Text"))
    )


def _port(text: str) -> int:
    """The first of three pairs of ports, ten apart."""
    port = int(text) if text.isdecimal() else 0
    if not 0 < port < 65536 - 2 * 10 - 1:
        raise argparse.ArgumentTypeError(say(N_("Ein Port ist eine Zahl von 1 bis 65500.")))
    return port


if __name__ == "__main__":
    sys.exit(main())
