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
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from node import people
from node.base.clock import Clock, SystemClock
from node.base.refusals import N_, SaidError
from node.founding import check_files, import_into, print_progress
from node.processes import NodeProcess, ProcessError, ended_like_ctrl_c, run_together
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.serving import ListenError, bound
from node.settings import FILE, PREFIX, Settings, load
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
from node.terminal import say
from node.web.qr import qr_terminal

QUARTER = Path(__file__).resolve().parents[1] / "quarters" / "le-flair-demo"
GENERATOR = Path(__file__).resolve().parents[1] / "quarters" / "generate.py"
NODES = ("home", "kiosk", "central")
SIGN_INS = "sign-ins.json"
FIRST_PORT = 8080
LOOPBACK = N_("nur an diesem Rechner; Handys in seinem Netz kommen mit --lan herein")
PASSWORD_BYTES = 6
DEMO_PIN = "246810"
"""The PIN of the demo's residents; every page says that all of them are invented."""


Ports = dict[str, tuple[int, int]]
"""Of each node the port of its pages and the one for other nodes."""


class DemoError(SaidError):
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


def run(data: Path, *, source: Path | None, port: int | None, lan: bool) -> None:
    """Prepare what is missing and run the three processes until they are told to end.

    `port` is the first of the ports, None for those of the last start. Raises `DemoError`.
    """
    is_made = (data / SIGN_INS).exists()
    if is_made and source is not None:
        raise DemoError(HOLDS_ONE, data=data)
    first_port = port or (_last_port(data) if is_made else FIRST_PORT)
    environments = _environments(_lan_address() if lan else "", first_port)
    ports = _ports(first_port)
    _check_free(ports)
    with ended_like_ctrl_c():
        if not is_made:
            prepare(data, source or QUARTER, first_port=first_port)
        nodes = []
        for name in NODES:
            _write_settings(data / name, name, ports)
            nodes.append(NodeProcess(name, data / name, environments[name], ports[name][0]))
        try:
            run_together(nodes, ready=lambda: _say(_welcome(data, environments["home"], ports)))
        except ProcessError as error:
            raise DemoError(*error.texts, ABOVE, **error.values) from error


def switch_line(data: Path, *, cut: bool) -> None:
    """Cut or join every node's line; a running demo follows within a second."""
    folders = [data / name for name in NODES if (data / name).is_dir()]
    if not folders:
        raise DemoError(HOLDS_NONE, data=data)
    for folder in folders:
        line = LineSwitch(folder)
        if cut:
            line.cut()
        else:
            line.join()
    _say(say(N_("Die Leitung ist getrennt.") if cut else N_("Die Leitung ist verbunden.")))


def _ports(first_port: int) -> Ports:
    return {name: (first_port + 10 * n, first_port + 10 * n + 1) for n, name in enumerate(NODES)}


def _last_port(data: Path) -> int:
    return load(data / NODES[0], {}).port


def _check_free(ports: Ports) -> None:
    """Before anything is made: a minute later would be late to hear of it."""
    for port in (port for pair in ports.values() for port in pair):
        try:
            bound("127.0.0.1", port).close()
        except ListenError as error:
            raise DemoError(PORT_TAKEN, port=port, other=port + 1000) from error


def _lan_address() -> str:
    """The address of this machine in the network that phones are in."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            # Sends nothing: only asks which address would be ours on the way out.
            asking.connect(("192.0.2.1", 9))
        except OSError:
            raise DemoError(NO_NETWORK) from None
        return str(asking.getsockname()[0])


def _environments(lan: str, port: int) -> dict[str, dict[str, str]]:
    """What each node is told besides its file: where phones find the portal, if they do."""
    settings = {PREFIX + item.name.upper() for item in fields(Settings)}
    bare = {name: value for name, value in os.environ.items() if name not in settings}
    if not lan:
        return dict.fromkeys(NODES, bare)
    portal = bare | {"QUARTIER_ADDRESS": f"http://{lan}:{port}"}
    outside = {"QUARTIER_HOST": "0.0.0.0"}  # noqa: S104 - what --lan asks for
    return {"home": portal | outside, "kiosk": portal, "central": bare}


def prepare(data: Path, source: Path, *, first_port: int, clock: Clock | None = None) -> None:
    """Make the demo quarter: three stores, one roster, the sign-ins."""
    clock = clock or SystemClock()
    _say(say(FIRST_START))
    with tempfile.TemporaryDirectory() as scratch:
        files = check_files(_alive(source, Path(scratch), clock))
    if files is None:
        raise DemoError(HAS_ERRORS, source=source)
    for name in NODES:
        shutil.rmtree(data / name, ignore_errors=True)
    home = _make_home(data, files, clock)
    try:
        found_roster(home, name="Service-Point")
        surround(data, home, first_port=first_port)
    finally:
        home.close()
    sign_ins = asyncio.run(_sign_ins(data / "home" / "quarter.db", files, clock))
    _keep_private(data / SIGN_INS, json.dumps(asdict(sign_ins), indent=1))


def surround(data: Path, home: Core, *, first_port: int) -> None:
    """Beside the home node in `data/home`: a kiosk node and a central of the same quarter, and
    the settings of all three.
    """
    ports = _ports(first_port)
    _make_other(data, home, name="kiosk", role=NodeRole.KIOSK, port=ports["kiosk"])
    roster = _make_other(data, home, name="central", role=NodeRole.CENTRAL, port=ports["central"])
    _give_roster(data, roster, home)
    for name in NODES:
        _write_settings(data / name, name, ports)


def _alive(source: Path, scratch: Path, clock: Clock) -> Path:
    """The demo's files with a history that ends today, where they come from the generator."""
    if source != QUARTER or not GENERATOR.exists():
        return source
    today = clock.now().date().isoformat()
    subprocess.run(  # noqa: S603 - our own generator
        [sys.executable, "-m", "quarters.generate", "--into", str(scratch), "--today", today],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=GENERATOR.parents[1],
    )
    return scratch


def _make_home(data: Path, files: QuarterFiles, clock: Clock) -> Core:
    folder = data / "home"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    home = Core.open(folder / "quarter.db", REGISTRY, clock=clock)
    try:
        import_into(home, files, progress=print_progress)
    except BaseException:
        home.close()
        raise
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


def _write_settings(folder: Path, name: str, ports: Ports) -> None:
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
        port=port,
        sync_port=sync_port,
        peers=others[name],
        central=f"127.0.0.1:{ports['central'][1]}" if name != "central" else "",
        discovery=False,
        demo=True,
        away_address=f"http://127.0.0.1:{ports['central'][0]}" if name == "home" else "",
    )
    (folder / FILE).write_text(settings.to_toml(), encoding="utf-8")


async def _sign_ins(database: Path, files: QuarterFiles, clock: Clock) -> SignIns:
    """Give one household a code, one person a PIN and a card, the team passwords."""
    store = await Store.open(database, REGISTRY, clock=clock)
    now = store.core.clock.now()
    try:
        team = {}
        for row in files.staff:
            password = "demo-" + secrets.token_hex(PASSWORD_BYTES)
            await people.give_secret(
                store, people.COMMAND_LINE, files.id_of("person", row.key), password, now=now
            )
            team[f"{row.sign_in} ({row.role})"] = password
        person = _somebody(files, now)
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


def _somebody(files: QuarterFiles, now: datetime) -> Any:
    """A grown-up of a household with a contract that has reservations ahead."""
    contracts = {row.household for row in files.contracts}
    adults = {row.key: row for row in files.people if not row.is_child}
    for row in sorted(files.reservations, key=lambda r: r.period.starts_at):
        person = adults.get(row.person)
        ahead = row.period.starts_at > now and row.status == "confirmed"
        if person is not None and ahead and person.household in contracts:
            return person
    return next(row for row in adults.values() if row.household in contracts)


def _welcome(data: Path, environment: dict[str, str], ports: Ports) -> str:
    known = SignIns(**json.loads((data / SIGN_INS).read_text(encoding="utf-8")))
    here = {name: f"http://localhost:{port}" for name, (port, _) in ports.items()}
    portal = load(data / "home", environment).public_address
    phones = say(FOR_PHONES) if "QUARTIER_ADDRESS" in environment else say(LOOPBACK)
    team = "\n".join(f"    {name:<24} {password}" for name, password in known.staff.items())
    return say(
        WELCOME,
        data=data,
        home=here["home"],
        kiosk=here["kiosk"],
        central=here["central"],
        qr=qr_terminal(portal + "/"),
        portal=portal,
        phones=phones,
        code=known.code,
        household=known.household,
        person=known.person,
        pin=known.pin,
        card=known.card,
        team=team,
        command=f"{sys.argv[0]} demo",
    )


FOR_PHONES = N_("für Handys in diesem Netz")
WELCOME = N_("""
Das Quartier läuft. Strg-C beendet es; die Daten bleiben in {data}.

  Portal    {home}/
  Pult      {home}/desk
  Kiosk     {kiosk}/kiosk   (ein eigener Knoten)
  Zentrale  {central}/
  API       {home}/api/openapi.json

{qr}
  {portal}/   {phones}

  Bewohner  Code {code}, Haushalt {household}
            {person}, PIN {pin}
  Karte     {card}
  Team      Anmeldename und Passwort:
{team}

  {command} cut    trennt die Leitung zwischen den Knoten
  {command} join   verbindet sie wieder
""")
FIRST_START = N_("Erster Start: Das Quartier der Demo entsteht; das dauert eine Minute.")
HOLDS_ONE = N_(
    "In {data} liegt schon eine Demo. Nehmen Sie für ein anderes Quartier anderes --data."
)
HOLDS_NONE = N_("In {data} liegt keine Demo. `quartier demo` macht eine.")
ABOVE = N_("Warum, steht darüber.")
PORT_TAKEN = N_(
    "Port {port} ist von einem anderen Programm belegt. Nehmen Sie andere: --port {other}."
)
NO_NETWORK = N_("Dieser Rechner ist in keinem Netz. Verbinden Sie ihn, oder lassen Sie --lan weg.")
HAS_ERRORS = N_("In {source} sind Fehler; es wurde nichts geändert.")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the verb's own output


def _keep_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
