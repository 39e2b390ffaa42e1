"""How a node and its lines are, for `quartier sync status`: in words and as data.

A running node answers at a socket in its own directory, which only its own user can open; of one
that stands still its file tells what it last knew. Both say what the health page says, for it is
made by the same functions of the same values.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from node.base.clock import SystemClock
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.devices import Locks, Printers
from node.keeping import backups_of
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core, Store
from node.store.backups import Backups
from node.store.quarantine import SetAside, list_set_aside
from node.store.record import NEVER, Record, read_sent
from node.sync import (
    Health,
    LineSwitch,
    PeerHealth,
    Sentence,
    Sync,
    health_on_file,
    metrics_text,
)
from node.web.broken import STOPPED, broken_rule
from node.web.health import copy_troubles, node_troubles, troubles_of
from node.web.i18n import translate
from node.web.printers import troubles_of_locks, troubles_of_printers, troubles_of_screens
from node.web.roles import ROLES
from node.web.unreadable import troubles_of_cells
from node.web.visit import House

SOCKET = "status.sock"
ASKED_SECONDS = 10.0
LANGUAGE_BYTES_MAX = 16
Told = dict[str, Any]
Tell = Callable[[str], Awaitable[Told]]

log = logging.getLogger("quartier.status")


def told(
    health: Health,
    troubles: Sequence[Refusal],
    aside: Sequence[SetAside],
    *,
    language: str,
    is_running: bool,
    record: Record,
    standing: Refusal | None = None,
) -> Told:
    """Everything as plain values, its sentences in a language; `standing` says why it is not
    served, where it does not simply stand still.
    """

    def said(sentence: Sentence) -> str:
        return translate(language, sentence.text, **sentence.values) if sentence.text else ""

    found = [*troubles] if is_running else [standing or NOT_RUNNING, *troubles]
    return {
        "name": health.name,
        "role": str(health.role),
        "site": id_text(health.site_id),
        "is_running": is_running,
        "is_well": is_running and health.is_well and not found,
        "schema": health.schema,
        "list_number": health.roster_number,
        "waiting_for_update": health.waiting_for_update,
        "heads": [
            {"site": id_text(site), "scope": scope, "held": head.n, "applied": head.applied}
            for (site, scope), head in sorted(health.heads.items())
        ],
        "troubles": [
            {
                "text": translate(language, each.message, **each.values),
                "remedy": translate(language, each.remedy, **each.values),
            }
            for each in found
        ]
        + [
            {"text": said(each.problem), "remedy": said(each.remedy)}
            for each in health.audits
            if not each.is_well
        ],
        "peers": [_peer(peer, said, is_running=is_running) for peer in health.peers],
        "stopped": [
            {
                "name": each.name,
                "site": id_text(each.site_id),
                "scope": each.scope,
                "number": each.n,
                "reason": each.reason,
                "since": _instant(each.since),
            }
            for each in health.stopped
        ],
        "set_aside": [{**each._asdict(), "site": id_text(each.site)} for each in aside],
        "metrics": metrics_text(health, kept={health.quarter: record}),
    }


async def told_running(house: House, store: Store, language: str) -> Told:
    """The same of a node that runs."""
    sync, backups, now = house.service(Sync), house.service(Backups), house.clock.now()
    printers, locks = house.service(Printers).all, house.service(Locks)
    health = await sync.health()
    aside = await store.on_writer(list_set_aside)
    record = await asyncio.to_thread(lambda: backups.record)
    of_backups = await asyncio.to_thread(
        troubles_of_backups, house.service(Settings), backups, now, language
    )
    of_devices = await store.read(
        lambda read: (
            troubles_of_printers(read, printers)
            + troubles_of_screens(read, now=now)
            + troubles_of_locks(read, locks, now=now)
            + troubles_of_cells(read)
        )
    )
    troubles = [*troubles_of(store, sync, health), *of_backups, *of_devices]
    return told(health, troubles, aside, language=language, is_running=True, record=record)


def troubles_of_backups(
    settings: Settings, backups: Backups, now: datetime, language: str
) -> list[Refusal]:
    """What somebody must look after of backups, test restores and copies at central, as the health
    page says it. Of a new box it is no trouble yet that there is none; a demonstration makes none.
    """
    if settings.demo:
        return []
    found = [each for each in backups.troubles(now) if each.code != NEVER.code]
    sent = read_sent(backups.folder)
    return found + copy_troubles(sent, now, lambda text, **more: translate(language, text, **more))


def told_on_file(
    settings: Settings, language: str, *, standing: Refusal | None = None
) -> Told | None:
    """The same of a node that does not run, from what its file knows; None for nobody's box."""
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        health = health_on_file(core, line=LineSwitch(settings.data) if settings.demo else None)
        if health is None:
            return None
        troubles = node_troubles(
            health,
            is_revoked=core.is_dismissed,
            is_doubted=False,
            must_catch_up=core.must_catch_up,
        )
        printers = Printers.read(settings.printers, settings.kiosk_printer).all
        troubles += core.read(lambda read: troubles_of_printers(read, printers))
        troubles += core.read(troubles_of_cells)
        aside = list_set_aside(core)
    finally:
        core.close()
    backups = backups_of(settings)
    troubles += troubles_of_backups(settings, backups, SystemClock().now(), language)
    return told(
        health,
        troubles,
        aside,
        language=language,
        is_running=False,
        record=backups.record,
        standing=standing,
    )


def _peer(peer: PeerHealth, said: Callable[[Sentence], str], *, is_running: bool) -> Told:
    return {
        "name": peer.name,
        "role": str(peer.role),
        "site": id_text(peer.site_id),
        # What lines there are only a running node knows.
        "line": _line(peer) if is_running else "unknown",
        "stage": str(peer.stage),
        "last_success": _instant(peer.last_success_at),
        "waiting_out": peer.waiting_out,
        "waiting_back": peer.waiting_back,
        "waiting": said(peer.waiting),
        "problem": said(peer.problem) if is_running else "",
        "remedy": said(peer.remedy) if is_running else "",
        "addresses": list(peer.addresses),
    }


def _line(peer: PeerHealth) -> str:
    """A box that passes on what another wrote against a rule is well in reach."""
    if peer.is_cut:
        return "cut"
    return "open" if peer.is_well or peer.is_poisoned else "down"


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def in_words(status: Told, language: str) -> Iterator[str]:
    """The same in lines for a terminal."""

    def say(text: str, **values: Any) -> str:
        return translate(language, text, **values)

    role = say(ROLES[status["role"]])
    yield f"{status['name']} ({role}), {say(N_('Schema'))} {status['schema']}"
    for trouble in status["troubles"]:
        yield f"! {trouble['text']}"
        yield f"  {trouble['remedy']}"
    for peer in status["peers"]:
        yield ""
        yield f"{peer['name']} ({say(ROLES[peer['role']])}): {say(_LINES[peer['line']])}"
        yield f"  {say(N_('Zuletzt'))}: {peer['last_success'] or say(N_('nie'))}"
        yield f"  {peer['waiting']}"
        if peer["problem"]:
            yield f"  ! {peer['problem']}"
            yield f"    {peer['remedy']}"
    for stopped in status["stopped"]:
        yield ""
        yield f"! {say(STOPPED, name=stopped['name'])}"
        yield f"  {broken_rule(stopped['reason'], say)}"
        yield f"  {stopped['scope']} {stopped['number']}: {stopped['reason']}"
        yield f"  {say(STOPPED_REMEDY)}"
    if status["is_well"]:
        yield ""
        yield say(N_("Es ist nichts zu tun."))


_LINES = {
    "open": N_("erreichbar"),
    "down": N_("nicht erreichbar"),
    "cut": N_("Leitung getrennt"),
    "unknown": N_("unbekannt, dieser Knoten läuft nicht"),
}
STOPPED_REMEDY = N_(
    "Alles andere geht weiter. Lassen Sie es noch einmal prüfen, oder legen Sie es mit einer"
    " Begründung zur Seite: auf der Seite „Zustand“, oder mit `quartier sync retry` und"
    " `set-aside`."
)
NOT_RUNNING = Refusal(
    "status.not_running",
    N_("Dieser Knoten läuft nicht; was hier steht, wusste er zuletzt."),
    N_("Starten Sie ihn: `systemctl start quarter-node` oder `quartier serve`."),
)


@dataclass(slots=True)
class StatusDoor:
    """The socket at which a running node tells how it is."""

    data: Path
    tell: Tell
    _server: asyncio.Server | None = field(default=None, init=False)

    async def open(self) -> None:
        """Answer from now on. A directory that takes no socket keeps no node from serving."""
        try:
            sock = _bound(self.data)
        except OSError as error:
            log.warning("`quartier sync status` is not answered: %s", error)
            return
        self._server = await asyncio.start_unix_server(self._answer, sock=sock)

    async def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(OSError):
                (self.data / SOCKET).unlink()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(ASKED_SECONDS):
                language = (await reader.read(LANGUAGE_BYTES_MAX)).decode().strip()
                writer.write(json.dumps(await self.tell(language)).encode())
                await writer.drain()
        writer.close()


def ask(data: Path, language: str) -> Told | None:
    """What the node running in a directory says; None where none answers."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(ASKED_SECONDS)
        with _short_path(data) as path:
            sock.connect(path)
        sock.sendall(language.encode())
        sock.shutdown(socket.SHUT_WR)
        parts = iter(lambda: sock.recv(65536), b"")
        found: Told = json.loads(b"".join(parts))
        return found
    return None


def _bound(data: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    try:
        (data / SOCKET).unlink(missing_ok=True)
        with _short_path(data) as path:
            sock.bind(path)
    except OSError:
        sock.close()
        raise
    return sock


@contextlib.contextmanager
def _short_path(data: Path) -> Iterator[str]:
    """The socket's path by way of an open directory: a path of a socket has 107 bytes at most."""
    folder = os.open(data, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)
