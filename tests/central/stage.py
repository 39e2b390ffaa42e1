"""Two quarters and their central in one process: no network, real files and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from node.app import Node, open_node
from node.base.clock import FrozenClock
from node.central import Absent, Fleet, central_pages, set_password
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core, Founding, NodeRole, new_identity
from node.sync import add_node, found_roster, join_roster, sealing_public_key, take_authority
from node.sync.authority import handover_to
from node.sync.roster import read_root
from node.web.gate import Gate

PASSWORD = "zwölf grüne Lampen"


@dataclass
class Central:
    """The operator's pages, and central's node of each quarter."""

    folder: Path
    pages: Gate
    nodes: list[Node]
    foyers: list[bytes] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)


@asynccontextmanager
async def a_central(folder: Path, clock: FrozenClock) -> AsyncIterator[Central]:
    """Of the first quarter central has the authority, of the second its house."""
    nodes, foyers = [], []
    absent: list[Absent] = []
    for name, is_handed in (("hof", True), ("park", False)):
        foyers.append(_enrol(folder, name, clock, is_handed=is_handed))
        settings = Settings(data=folder / name, discovery=False, hosts=(f"{name}.example",))
        nodes.append(await open_node(settings, clock=clock))
        await nodes[-1].sync.start()
        nodes[-1].house.quarter_name = name.capitalize()
    set_password(folder, PASSWORD)
    pages = central_pages(
        folder,
        Fleet(lambda: [node.house for node in nodes], lambda: absent),
        hosts=frozenset(host for node in nodes for host in node.settings.hosts),
        metrics_from=frozenset({"127.0.0.1"}),
    )
    try:
        yield Central(folder, pages, nodes, foyers, absent)
    finally:
        for node in nodes:
            await node.close()


def _enrol(folder: Path, name: str, clock: FrozenClock, *, is_handed: bool) -> bytes:
    """Found a house with a lobby, let central join; the lobby's id."""
    (folder / f"{name}-home").mkdir(parents=True)
    (folder / name).mkdir()
    home = Core.open(folder / f"{name}-home" / "quarter.db", REGISTRY, clock=clock)
    found_roster(home, name="Service-Point")
    central, foyer = new_identity(), new_identity()
    add_node(
        home,
        foyer.public_key,
        name="Foyer",
        role=NodeRole.KIOSK,
        sealing_key=sealing_public_key(foyer),
    )
    roster = add_node(home, central.public_key, name="Zentrale", role=NodeRole.CENTRAL)
    founding = Founding(home.quarter, home.epoch, central.seed)
    core = Core.open(folder / name / "quarter.db", REGISTRY, clock=clock, founding=founding)
    join_roster(core, roster.signed, root=read_root(home))
    if is_handed:
        take_authority(core, handover_to(home, central.public_key))
    core.close()
    home.close()
    return foyer.site_id
