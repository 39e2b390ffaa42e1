"""The demo: a home node, a kiosk node and a central on this machine, three processes.

The quarter comes from a directory of open files like any other; only the marks on the pages and
the switch for the line know that it is a demo. Data stay between starts.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from node import people
from node.base.clock import SystemClock
from node.founding import check_files, import_into, print_progress
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.settings import FILE, Settings
from node.store import Core, Founding, NodeRole, Store
from node.sync import (
    LineSwitch,
    Root,
    Roster,
    add_node,
    found_roster,
    join_roster,
    sealing_public_key,
)
from node.web.qr import qr_terminal

QUARTER = Path(__file__).resolve().parents[1] / "quarters" / "le-flair-demo"
GENERATOR = Path(__file__).resolve().parents[1] / "quarters" / "generate.py"
NODES = ("home", "kiosk", "central")
SIGN_INS = "sign-ins.json"
READY_SECONDS = 30.0
PASSWORD_BYTES = 6
DEMO_PIN = "246810"
"""The PIN of the demo's residents; every page says that all of them are invented."""


class DemoError(Exception):
    """The demo cannot run; the text says why and what to do."""


@dataclass(slots=True)
class SignIns:
    """How to get in, by role; kept in a file that only the owner can read."""

    household: str
    code: str
    person: str
    pin: str
    card: str
    staff: dict[str, str]


def run(data: Path, *, source: Path | None, first_port: int) -> int:
    """Prepare what is missing, run the three processes, end them cleanly."""
    try:
        if not (data / SIGN_INS).exists():
            prepare(data, source or QUARTER, first_port=first_port)
        return _run_processes(data)
    except DemoError as error:
        print(f"quartier demo: {error}", file=sys.stderr)  # noqa: T201
        return 1


def switch_line(data: Path, *, cut: bool) -> None:
    """Cut or join every node's line; a running demo follows within a second."""
    for name in NODES:
        folder = data / name
        if folder.exists():
            line = LineSwitch(folder)
            if cut:
                line.cut()
            else:
                line.join()
    print("The line is cut." if cut else "The line is joined.")  # noqa: T201


def prepare(data: Path, source: Path, *, first_port: int) -> None:
    """Make the demo quarter: three stores, one roster, the sign-ins."""
    print("First start: the demo quarter is made; this takes a minute.", flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory() as scratch:
        files = check_files(_alive(source, Path(scratch)))
    if files is None:
        raise DemoError(f"{source} has errors; nothing was changed.")
    for name in NODES:
        shutil.rmtree(data / name, ignore_errors=True)
    home = _make_home(data, files)
    try:
        found_roster(home, name="Service-Point")
        surround(data, home, first_port=first_port)
    finally:
        home.close()
    sign_ins = asyncio.run(_sign_ins(data / "home" / "quarter.db", files))
    _keep_private(data / SIGN_INS, json.dumps(asdict(sign_ins), indent=1))


def surround(data: Path, home: Core, *, first_port: int) -> None:
    """Beside the home node in `data/home`: a kiosk node and a central of the same quarter, and
    the settings of all three.
    """
    ports = {name: (first_port + 10 * n, first_port + 10 * n + 1) for n, name in enumerate(NODES)}
    _make_other(data, home, name="kiosk", role=NodeRole.KIOSK, port=ports["kiosk"])
    roster = _make_other(data, home, name="central", role=NodeRole.CENTRAL, port=ports["central"])
    _give_roster(data, roster, home)
    for name in NODES:
        _write_settings(data / name, name, ports)


def _alive(source: Path, scratch: Path) -> Path:
    """The demo's files with a history that ends today, where they come from the generator."""
    if source != QUARTER or not GENERATOR.exists():
        return source
    today = SystemClock().now().date().isoformat()
    subprocess.run(  # noqa: S603 - our own generator
        [sys.executable, "-m", "quarters.generate", "--into", str(scratch), "--today", today],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=GENERATOR.parents[1],
    )
    return scratch


def _make_home(data: Path, files: QuarterFiles) -> Core:
    folder = data / "home"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    home = Core.open(folder / "quarter.db", REGISTRY, clock=SystemClock())
    try:
        import_into(home, files, progress=print_progress)
    except BaseException:
        home.close()
        raise
    print()  # noqa: T201
    return home


def _make_other(
    data: Path, home: Core, *, name: str, role: NodeRole, port: tuple[int, int]
) -> Roster:
    folder = data / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    founding = Founding(home.quarter, home.epoch)
    other = Core.open(folder / "quarter.db", REGISTRY, clock=home.clock, founding=founding)
    try:
        return add_node(
            home,
            other.identity.public_key,
            name="Lobby" if role is NodeRole.KIOSK else "Zentrale",
            role=role,
            address=f"127.0.0.1:{port[1]}",
            sealing_key=sealing_public_key(other.identity),
        )
    finally:
        other.close()


def _give_roster(data: Path, roster: Roster, home: Core) -> None:
    for name in NODES[1:]:
        other = Core.open(data / name / "quarter.db", REGISTRY, clock=home.clock)
        try:
            join_roster(other, roster.signed, root=Root(home.identity.public_key))
        finally:
            other.close()


def _write_settings(folder: Path, name: str, ports: dict[str, tuple[int, int]]) -> None:
    port, sync_port = ports[name]
    home_sync = f"127.0.0.1:{ports['home'][1]}"
    others = {
        "home": (f"127.0.0.1:{ports['kiosk'][1]}",),
        "kiosk": (home_sync,),
        "central": (),
    }
    settings = Settings(
        data=folder,
        name={"home": "Service-Point", "kiosk": "Lobby", "central": "Zentrale"}[name],
        role=name,
        port=port,
        sync_port=sync_port,
        peers=others[name],
        central=f"127.0.0.1:{ports['central'][1]}" if name != "central" else "",
        discovery=False,
        demo=True,
        away_address=f"http://127.0.0.1:{ports['central'][0]}" if name == "home" else "",
    )
    (folder / FILE).write_text(settings.to_toml(), encoding="utf-8")


async def _sign_ins(database: Path, files: QuarterFiles) -> SignIns:
    """Give one household a code, one person a PIN and a card, the team passwords."""
    store = await Store.open(database, REGISTRY, clock=SystemClock())
    now = store.core.clock.now()
    try:
        team = {}
        for row in files.staff:
            password = "demo-" + secrets.token_hex(PASSWORD_BYTES)
            await people.give_secret(
                store, people.COMMAND_LINE, files.id_of("person", row.key), password, now=now
            )
            team[f"{row.sign_in} ({row.role})"] = password
        person = _somebody(files)
        person_id = files.id_of("person", person.key)
        household_id = files.id_of("household", person.household)
        code = await store.write(
            lambda write: people.issue_code(write, people.COMMAND_LINE, household_id, now=now)
        )
        await people.give_secret(store, people.COMMAND_LINE, person_id, DEMO_PIN, now=now)
        card = await store.write(
            lambda write: people.issue_card(write, people.COMMAND_LINE, person_id, now=now)
        )
        name = f"{person.given_name} {person.family_name}"
        household = next(row.name for row in files.households if row.key == person.household)
        return SignIns(household, code.code, name, DEMO_PIN, card.token, team)  # type: ignore[union-attr]
    finally:
        await store.close()


def _somebody(files: QuarterFiles) -> Any:
    """A grown-up of a household with a contract that has reservations ahead."""
    contracts = {row.household for row in files.contracts}
    adults = {row.key: row for row in files.people if not row.is_child}
    now = SystemClock().now()
    for row in sorted(files.reservations, key=lambda r: r.period.starts_at):
        person = adults.get(row.person)
        ahead = row.period.starts_at > now and row.status == "confirmed"
        if person is not None and ahead and person.household in contracts:
            return person
    return next(row for row in adults.values() if row.household in contracts)


def _run_processes(data: Path) -> int:
    running = [_start(data / name) for name in NODES]
    try:
        for name in NODES:
            _wait_until_ready(data / name, running)
        print(_welcome(data), flush=True)  # noqa: T201
        return _wait_for_end(running)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches the demo first, which then ends its nodes.
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "node", "serve", "--data", str(folder)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        cwd=Path(__file__).resolve().parents[1],
    )


def _wait_until_ready(folder: Path, running: list[subprocess.Popen[bytes]]) -> None:
    from node.settings import load  # noqa: PLC0415

    settings = load(folder, {})
    address = f"http://{settings.host}:{settings.port}/health"
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        if any(process.poll() is not None for process in running):
            raise DemoError(
                f"a node ended at once. Is port {settings.port} taken? Try --port 9080, or look "
                "above for what it said."
            )
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise DemoError(f"{folder.name} did not answer within {READY_SECONDS:g} seconds.")


def _wait_for_end(running: list[subprocess.Popen[bytes]]) -> int:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.2)
    except KeyboardInterrupt:
        print("\nEnding.")  # noqa: T201
        return 0
    raise DemoError("one of the nodes ended; the others were stopped too.")


def _welcome(data: Path) -> str:
    from node.settings import load  # noqa: PLC0415

    known = SignIns(**json.loads((data / SIGN_INS).read_text(encoding="utf-8")))
    address = {name: load(data / name, {}).public_address for name in NODES}
    team = "\n".join(f"    {name:<24} {password}" for name, password in known.staff.items())
    return f"""
The quarter runs. Ctrl-C ends it; the data stay in {data}.

  Portal    {address["home"]}/
  Desk      {address["home"]}/desk
  Kiosk     {address["kiosk"]}/kiosk   (a node of its own)
  Central   {address["central"]}/
  API       {address["home"]}/api/openapi.json

{qr_terminal(address["home"] + "/")}
  Resident  code {known.code}, household {known.household}
            {known.person}, PIN {known.pin}
  Card      {known.card}
  Team      sign-in name and password:
{team}

  quartier demo cut    cuts the line between the nodes
  quartier demo join   joins it again
"""


def _keep_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
