"""Demir looks after the boxes: at the lobby's service page and at the desk, in the same words."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node import people
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.jobs import copy_if_due
from node.keeping import backups_of
from node.store import NodeRole, Verdict, new_identity
from node.store.backups import Backups
from node.store.changeset import FORMAT, NO_HASH, Changeset, sign
from node.store.record import read_sent
from node.sync import Code, new_sheet, sheet_keys
from node.sync.audits import Audited, keep_audit
from node.sync.pairing import accept
from tests.cast import PASSWORDS, PINS
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio
PIN = "246813"


async def at_the_lobby(town: Town, name: str) -> Person:
    """Set a PIN at the desk, get a card there, hold it to the lobby's reader."""
    desk = await at_desk(town, name)
    await desk.get("/desk/pin")
    done = await desk.post("/desk/pin", password=PASSWORDS[name], pin=PIN)
    assert "Die PIN gilt ab jetzt" in done.text
    person = f"/desk/people/{id_text(town.cast.id(name))}"
    await desk.get(person)
    given = await desk.post(f"{person}/card")
    assert "Neue Karte für" in given.text
    return await with_card(town, await card_of(town, name), PIN)


async def card_of(town: Town, name: str) -> str:
    """What the QR of a new card says."""
    person, now = town.cast.id(name), town.clock.now()
    card = await town.node.store.write(
        lambda write: people.issue_card(write, people.COMMAND_LINE, person, now=now)
    )
    return card.token  # type: ignore[union-attr]


async def with_card(town: Town, card: str, pin: str) -> Person:
    lobby = town.browser(client="127.0.0.1")
    await lobby.get("/kiosk/sign-in?back=/kiosk/health")
    await lobby.post("/kiosk/scan", code=card)
    await lobby.post("/kiosk/pin", pin=pin)
    return lobby


async def as_operator(town: Town) -> Person:
    ole = town.browser()
    await ole.get("/desk/sign-in")
    await ole.post("/desk/sign-in", name="ole", password=PASSWORDS["ole"])
    return ole


async def stop_a_neighbour(town: Town) -> str:
    """Another box sends what breaks a law; its id as pages carry it."""
    store, sync, box = town.node.store, town.node.sync, new_identity()
    await sync.add_node(box.public_key, name="Foyer", role=NodeRole.KIOSK)
    core = store.core
    said = Changeset(
        FORMAT, core.quarter, core.epoch, box.site_id, "quarter", 1, NO_HASH, 1, 0, True, []
    )
    report = await store.receive([sign(said, box.key)], sync.roster.members)
    assert report.verdicts == [Verdict.QUARANTINED]
    return id_text(box.site_id)


async def test_the_service_page_says_what_is_the_matter_and_what_to_do(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_the_lobby(town, "demir")
        page = html.unescape((await demir.get("/kiosk/health")).text)
        for words in (
            "Zustand der Boxen",
            "Letzte Sicherung",
            "Wiederherstellung geprobt",
            "Uhr",
            "Speicher frei",
            "Von diesem Knoten gibt es noch keine Sicherung.",
        ):
            assert words in page
        clock.trusted = False
        assert "Die Uhr dieser Box ist nicht gestellt" in (await demir.get("/kiosk/health")).text


async def test_the_lobby_shows_a_code_for_a_new_box_once(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_the_lobby(town, "demir")
        await demir.get("/kiosk/health/box")
        assert (await demir.post("/kiosk/health/box", name="", role="kiosk")).status_code == 422
        shown = await demir.post("/kiosk/health/box", name="Keller", role="standby")
        found = re.search(r'class="code-large">([^<]+)<', shown.text)
        assert found is not None
        assert town.node.sync.address in shown.text
        assert found[1] not in (await demir.get("/kiosk/health/box")).text
        newcomer, store = new_identity(), town.node.store
        here = store.core.identity.public_key
        asked = Code.read(found[1]).ask(newcomer, here)
        assert await store.on_writer(lambda core: accept(core, asked)) is not None
        second = Code.read(found[1]).ask(new_identity(), here)
        assert await store.on_writer(lambda core: accept(core, second)) is None, "worthless twice"
        for number in range(5):
            shown = await demir.post("/kiosk/health/box", name=f"Box {number}", role="kiosk")
        assert shown.status_code == 409
        assert "schon fünf Codes offen" in shown.text


async def test_residents_do_not_see_the_service_page(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        nobody = town.browser(client="127.0.0.1")
        assert (await nobody.get("/kiosk/health")).url.path == "/kiosk/sign-in"
        anna = await with_card(town, await card_of(town, "anna"), PINS["anna"])
        for path in ("/kiosk/health", "/kiosk/health/box"):
            assert (await anna.get(path)).status_code == 403


async def test_only_the_operator_sets_a_stopped_change_aside_and_says_why(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        site = await stop_a_neighbour(town)
        demir, ole = await at_desk(town), await as_operator(town)
        seen = await demir.get("/desk/health")
        assert "wurden angehalten" in seen.text
        assert "Zur Seite legen</summary>" not in seen.text
        refused = await demir.post("/desk/health/set-aside", node=site, scope="quarter", reason="x")
        assert refused.status_code == 403
        await ole.get("/desk/health")
        missing = await ole.post("/desk/health/set-aside", node=site, scope="quarter", reason=" ")
        assert missing.status_code == 422
        assert "Ohne Begründung" in missing.text
        again = await ole.post("/desk/health/retry", node=site, scope="quarter")
        assert "wurden angehalten" in again.text
        done = await ole.post(
            "/desk/health/set-aside", node=site, scope="quarter", reason="Fehlerhaftes Gerät"
        )
        assert "wurden angehalten" not in done.text
        assert "Fehlerhaftes Gerät" in done.text
        assert "Ole Petersen" in done.text
        gone = await ole.post("/desk/health/retry", node=site, scope="quarter")
        assert gone.status_code == 404


async def test_a_difference_that_the_nightly_audit_found_is_told_at_both(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        sync, box = town.node.sync, new_identity()
        await sync.add_node(box.public_key, name="Foyer", role=NodeRole.KIOSK)
        now = int(clock.now().timestamp())
        done = Audited(box.site_id, now, now, ("passage",), 2)
        await town.node.store.on_writer(lambda core: keep_audit(core, done))
        for page in (
            await (await at_desk(town)).get("/desk/health"),
            await (await at_the_lobby(town, "demir")).get("/kiosk/health"),
        ):
            assert "Beim nächtlichen Vergleich mit Foyer stimmte etwas nicht" in page.text
            assert "2 Zeilen wurden" in page.text


async def test_where_no_network_tells_the_time_the_team_does(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town, "demir")
        path = "/desk/health/clock"
        assert "Uhr stellen" not in (await demir.get("/desk/health")).text
        assert (await demir.post(path, day="2026-11-25", at="10:30")).status_code == 422
        clock.trusted = False
        assert "Uhr stellen" in (await demir.get("/desk/health")).text
        for wrong in ({"day": "1970-01-01", "at": "10:30"}, {"day": "2226-11-25", "at": "10:30"}):
            assert (await demir.post(path, **wrong)).status_code == 422
        assert not clock.trusted
        done = await demir.post(path, day="2026-11-25", at="10:30")
        assert "Uhr stellen" not in done.text
        assert (clock.trusted, clock.now()) == (True, datetime(2026, 11, 25, 9, 30, tzinfo=UTC))


async def test_the_team_says_that_the_line_to_central_costs_money(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town, "demir")
        assert "Leitung zur Zentrale" not in (await demir.get("/desk/health")).text
        sync, box = town.node.sync, new_identity()
        await sync.add_node(box.public_key, name="Zentrale", role=NodeRole.CENTRAL)
        before = html.unescape((await demir.get("/desk/health")).text)
        assert "Kostet jedes Megabyte Geld" in before
        assert "Jetzt abgleichen" not in before
        done = html.unescape((await demir.post("/desk/health/metered", what="metered")).text)
        for words in (
            "nach Menge bezahlt",
            "alle 60 Minuten, Dringendes sofort",
            "warten, bis jemand sie anfordert",
            "Im Haus selbst ändert sich nichts",
        ):
            assert words in done
        assert sync.metering.holds_copies_back
        asked = await demir.post("/desk/health/metered", what="copy")
        assert "angefordert" in asked.text
        assert not sync.metering.holds_copies_back
        lobby = await at_the_lobby(town, "demir")
        assert "nach Menge bezahlt" in (await lobby.get("/kiosk/health")).text
        await demir.get("/desk/health")
        again = await demir.post("/desk/health/metered", what="free")
        assert "ständig offen" in again.text
        assert not sync.metering.is_on


async def test_a_copy_for_central_waits_on_such_a_line_until_somebody_asks(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        node, box = town.node, new_identity()
        await node.sync.add_node(box.public_key, name="Zentrale", role=NodeRole.CENTRAL)
        sheet = new_sheet()
        backups = backups_of(node.settings, sheet=sheet_keys(sheet))
        assert backups.back_up(now=clock.now()) is not None
        await node.sync.choose_metered(metered=True)
        at = (node.settings, node.house.service(Backups), node.sync, clock.now())
        await copy_if_due(*at)
        assert read_sent(backups.folder).failed is None, "it was tried"
        node.sync.metering.copy_is_wanted = True
        await copy_if_due(*at)
        # Nobody answers in this town, but it was tried.
        assert read_sent(backups.folder).failed is not None
        assert node.sync.metering.holds_copies_back
