"""The operator of a central: all quarters in one table, and the boxes whose list it keeps."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.central import Absent, Hub
from node.central.pages import central_app
from node.hosting import BEGINS_ANEW
from node.store.rotation import backup_name
from node.sync import Sentence
from tests.central.stage import PASSWORD, Central, a_central
from tests.journeys.conftest import Person

pytestmark = pytest.mark.asyncio


def operator(central: Central, *, client: str = "192.0.2.9") -> Person:
    transport = httpx.ASGITransport(app=central.pages, client=(client, 50000))  # type: ignore[arg-type]
    return Person(httpx.AsyncClient(transport=transport, base_url="http://localhost"))


async def signed_in(central: Central) -> Person:
    person = operator(central)
    await person.get("/central")
    answer = await person.post("/central/sign-in", password=PASSWORD)
    assert answer.url.path == "/central", answer.text
    return person


def tag(central: Central, number: int) -> str:
    return central.nodes[number].sync.tag


async def test_the_machine_reads_all_quarters_in_one_go(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_central(tmp_path, clock) as central:
        told = (await operator(central, client="127.0.0.1").get("/metrics")).text
        for number in (0, 1):
            assert f'quartier_takes_writes{{quarter="{tag(central, number)}"}} 1' in told
        assert told.count("# TYPE quartier_takes_writes gauge") == 1
        assert (await operator(central).get("/metrics")).status_code == 404


async def test_all_quarters_stand_in_one_table(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_central(tmp_path, clock) as central:
        copies = tmp_path / "hof" / "copies"
        copies.mkdir()
        (copies / backup_name(b"\x01" * 16, clock.now())).write_bytes(b"x" * 2_000_000)
        person = await signed_in(central)
        page = html.unescape((await person.get("/central")).text)
        rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
        assert len(rows) == 2
        assert {"Hof", "Park"} == {re.sub("<[^>]+>", "", row.split("</a>")[0]) for row in rows}
        assert all("wurde im Netz noch nicht gefunden" in row for row in rows)
        assert "0 von 2 in Ordnung" in page
        hof = html.unescape((await person.get(f"/central/quarters/{tag(central, 0)}")).text)
        assert "Herein lässt sie nur das Haus" in hof
        assert "2 MB" in hof
        told = await person.http.get("/central", headers={"accept": "application/json"})
        assert [row["boxes"] for row in told.json()["rows"]] == [3, 3]


async def test_a_quarter_that_begins_anew_is_told_with_the_others(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_central(tmp_path, clock) as central:
        said = Sentence(BEGINS_ANEW, {"percent": 40})
        central.absent.append(Absent("Ufer", "ufermarke", lambda: said))
        person = await signed_in(central)
        page = html.unescape((await person.get("/central")).text)
        assert "Ufer" in page
        assert "Da sind 40 %." in page
        assert "0 von 3 in Ordnung" in page
        answer = await person.get("/central/quarters/ufermarke")
        assert answer.status_code == 503
        assert "Die übrigen Quartiere gehen weiter" in answer.text


async def test_central_renames_and_lets_go_where_it_has_the_authority(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_central(tmp_path, clock) as central:
        person = await signed_in(central)
        where = f"/central/quarters/{tag(central, 0)}"
        box = f"{where}/nodes/{id_text(central.foyers[0])}"
        assert "Umbenennen" in (await person.get(where)).text
        assert "Eingang" in (await person.post(f"{box}/rename", name="Eingang")).text
        roster = central.nodes[0].sync.roster
        assert roster.nodes[central.foyers[0]].voucher, "the house's word for its box stays"
        assert "nicht zurücknehmen" in (await person.get(f"{box}/revoke")).text
        assert "gehört nicht mehr dazu" in (await person.post(f"{box}/revoke")).text
        assert (await person.get(f"{box}/revoke")).status_code == 404


async def test_elsewhere_it_says_who_keeps_the_list(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_central(tmp_path, clock) as central:
        person = await signed_in(central)
        where = f"/central/quarters/{tag(central, 1)}"
        page = (await person.get(where)).text
        assert "Die Liste führt „Service-Point“" in html.unescape(page)
        assert "Umbenennen" not in page
        number = central.nodes[1].sync.roster.number
        box = f"{where}/nodes/{id_text(central.foyers[1])}"
        for act in ("rename", "revoke"):
            assert (await person.post(f"{box}/{act}", name="Dieb")).status_code == 409
        assert central.nodes[1].sync.roster.number == number
        assert (await person.get("/central/quarters/none")).status_code == 404


async def test_without_the_password_nothing_is_seen_and_guesses_are_slowed_down(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_central(tmp_path, clock) as central:
        stranger = operator(central)
        where = f"/central/quarters/{tag(central, 0)}"
        for path in ("/central", where, f"{where}/nodes/{id_text(central.foyers[0])}/revoke"):
            assert (await stranger.get(path)).url.path == "/central/sign-in"
        for _ in range(5):
            assert (await stranger.post("/central/sign-in", password="falsch")).status_code == 403
        assert (await stranger.post("/central/sign-in", password=PASSWORD)).status_code == 429
        other = await signed_in_from(central, "192.0.2.10")
        await other.get("/central")
        await other.post("/central/sign-out")
        assert (await other.get("/central")).url.path == "/central/sign-in"


async def signed_in_from(central: Central, client: str) -> Person:
    person = operator(central, client=client)
    await person.get("/central/sign-in")
    await person.post("/central/sign-in", password=PASSWORD)
    return person


async def test_a_central_without_a_password_says_how_to_get_one(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_central(tmp_path, clock) as central:
        (tmp_path / "operator.hash").unlink()
        person = operator(central)
        await person.get("/central/sign-in")
        answer = await person.post("/central/sign-in", password="")
        assert answer.status_code == 403
        assert "quartier operator" in answer.text


async def test_the_hub_leads_to_quarters_by_name_and_to_the_operator_by_address(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_central(tmp_path, clock) as central:
        by_name = {node.settings.hosts[0]: node.pages for node in central.nodes}
        hub = Hub(by_name, central.pages)
        transport = httpx.ASGITransport(app=hub)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as http:
            assert (await http.get("http://hof.example/health")).status_code == 200
            assert (await http.get("http://other.example/health")).status_code == 421
            answer = await http.get("http://localhost/central/sign-in")
            assert "Zentrale: Anmelden" in answer.text
            assert (await http.get("http://localhost/static/css/desk.css")).status_code == 200
            for name in ("localhost", "hof.example"):
                told = (await http.get(f"http://{name}/metrics")).text
                assert all(tag(central, number) in told for number in (0, 1)), name


ROUTES = sorted(
    (route.path, str(method))
    for route in central_app().routes
    if route.path.startswith("/central") and "sign-in" not in route.path
    for method in getattr(route, "methods", ())
    if method in {"GET", "POST"}
)


@pytest.mark.parametrize(("path", "method"), ROUTES)
async def test_every_page_needs_the_operator_and_its_own_forms(
    path: str, method: str, tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_central(tmp_path, clock) as central:
        filled = path.replace("{tag:str}", tag(central, 0)).replace(
            "{node_id:str}", id_text(central.foyers[0])
        )
        filled = filled.replace("{newcomer_id:str}", id_text(bytes(16)))
        before = [node.sync.roster.number for node in central.nodes]
        stranger = operator(central)
        await stranger.get("/central/sign-in")
        send = stranger.get if method == "GET" else stranger.post
        answer = await send(filled)
        assert answer.url.path == "/central/sign-in"
        inside = await signed_in(central)
        evil = {"origin": "https://evil.example"}
        if method == "POST":
            for headers in (evil, {}):
                forged = await inside.http.post(filled, data={"name": "x"}, headers=headers)
                assert forged.status_code == 403
        rebound = await inside.http.request(method, filled, headers={"host": "evil.example"})
        assert rebound.status_code == 421
        assert [node.sync.roster.number for node in central.nodes] == before


async def test_central_shows_a_code_once_and_takes_it_back(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Of both quarters: whoever keeps the list, the house lets in."""
    async with a_central(tmp_path, clock) as central:
        person = await signed_in(central)
        for number in (0, 1):
            where = f"/central/quarters/{tag(central, number)}"
            await person.get(where)
            assert (await person.post(f"{where}/invite", name="", role="kiosk")).status_code == 422
            for role in ("home", "central"):
                bad = await person.post(f"{where}/invite", name="Keller", role=role)
                assert bad.status_code == 422
            shown = (await person.post(f"{where}/invite", name="Keller", role="standby")).text
            code = re.findall(r'class="code-large">([^<]+)<', shown)[0]
            again = (await person.get(where)).text
            assert code not in again
            assert "Offene Codes zurückziehen (1)" in again
            for _ in range(4):
                await person.post(f"{where}/invite", name="Keller", role="kiosk")
            sixth = await person.post(f"{where}/invite", name="Keller", role="kiosk")
            assert sixth.status_code == 409
            await person.get(where)
            assert "Offene Codes" not in (await person.post(f"{where}/codes/withdraw")).text
            assert len(central.nodes[number].sync.roster.body.nodes) == 3
            assert (await person.post(f"{where}/waiting/none/withdraw")).status_code == 404
