"""Every list of the desk is a table as well: all of its pages are looked at, none is named here.

A page that draws a table has the way to it as CSV, which opens, holds as many rows and lets nothing
be computed. What is no list, because people choose or type in it, says so below.
"""

from __future__ import annotations

import ast
import csv
import io
import re

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.hostile.routes import every_route
from tests.portal.guest_kit import stay_of
from tests.portal.test_guest_forms import at_the_desk
from tests.tidy.test_translations import NODE

pytestmark = pytest.mark.timeout(120)
DRAWN = '<table class="list'
TEMPLATES = NODE / "web" / "templates"
FORMS = {"desk/place.html": "the rules of a place are fields in a grid"}
TYPED = '=HYPERLINK("http://x.example")'


def pages_by_template() -> dict[str, list[bool]]:
    """For each template of the desk, whether what answers with it names a table, call by call."""
    found: dict[str, list[bool]] = {}
    for path in sorted((NODE / "desk").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "desk_page":
                for part in call.args:
                    if isinstance(part, ast.Constant):
                        names = {keyword.arg for keyword in call.keywords}
                        found.setdefault(str(part.value), []).append("table" in names)
    return found


def test_whatever_draws_a_list_names_its_table() -> None:
    """Also where nothing is in it today."""
    pages = pages_by_template()
    drawn = {
        name
        for name in pages
        if DRAWN in (TEMPLATES / name).read_text("utf-8") and name not in FORMS
    }
    assert len(drawn) > 20
    assert {name for name in drawn if not any(pages[name])} == set()


async def addresses(house: House, reservation: str) -> list[tuple[str, str]]:
    """Every page of the desk with an address that something stands behind."""
    known = {
        "reservation": reservation,
        "person": id_text(house.cast.id("anna")),
        "place": id_text(house.cast.files.id_of("space", "gartenzimmer")),
        "act": "in",
        "number": "0",
    }
    found = []
    for route in every_route():
        names = re.findall(r"{(\w+):\w+}", route.path)
        if route.method != "GET" or not route.path.startswith("/desk") or set(names) - set(known):
            continue
        filled = re.sub(r"{(\w+):\w+}", lambda name: known[name[1]], route.path)
        found.append((route.path, filled))
    return found


@pytest.mark.asyncio
async def test_every_page_with_a_list_has_it_as_a_table(house: House, anna: Browser) -> None:
    reservation = await stay_of(house, "anna", 14, 17)
    await anna.get("/account/profile")
    await anna.submit("/account/profile", given_name=TYPED)
    demir = await at_the_desk(house)
    person = id_text(house.cast.id("anna"))
    asked = {
        "/desk/find": f"?person={person}&search=1&kind=room&day=2026-12-05&starts=15:00"
        "&ends=17:00&people=4",
        "/desk/people": "?query=linde",
        "/desk/search": "?query=linde",
        "/desk/stays": "?quarter=2026-4",
        "/desk/stays/forms": "?quarter=2026-4",
    }
    without, walked = [], 0
    for route, path in await addresses(house, reservation):
        page = await demir.get(path + asked.get(route, ""))
        is_page = page.answer.headers["content-type"].startswith("text/html")
        if page.status != 200 or not is_page or DRAWN not in page.html:
            continue
        walked += 1
        if "Als Tabelle" in page.text:
            await opens(demir, page.link("Als Tabelle"))
        else:
            without.append(route)
    assert set(without) == {"/desk/places/{place:str}"}
    assert walked >= 10


async def opens(demir: Browser, href: str) -> None:
    """It is a table, and a spreadsheet computes nothing of it."""
    answer = await demir.client.get(href)
    assert answer.status_code == 200, href
    assert answer.headers["content-type"].startswith("text/csv"), href
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows, href
    assert all(len(row) == len(rows[0]) for row in rows), href
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+@\t")], href


@pytest.mark.asyncio
async def test_a_search_that_finds_exactly_one_is_a_table_of_one_row(
    house: House, anna: Browser
) -> None:
    reservation = await stay_of(house, "anna", 14, 17)
    demir = await at_the_desk(house)
    page = await demir.get(f"/desk/reservations/{reservation}")
    number = re.search(r"Nummer ([0-9A-Z]{3}-[0-9A-Z]{3})", page.text)
    assert number is not None
    found = await demir.get(f"/desk/search?query={number[1]}")
    assert found.path == f"/desk/reservations/{reservation}", "a person is led there at once"
    answer = await demir.client.get(f"/desk/search.csv?query={number[1]}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.count("\r\n") == 2
    assert reservation in answer.text


@pytest.mark.asyncio
async def test_open_deposits_stand_in_one_list(house: House, anna: Browser) -> None:
    demir = await at_the_desk(house)
    page = await demir.get("/desk/deposits")
    assert page.status == 200
    answer = await demir.client.get("/desk/deposits.csv")
    assert answer.text.startswith('\ufeff"Ort"') or '"Ort"' in answer.text
    for name, status in (("eva", 200), ("ole", 403)):
        assert (await (await at_the_desk(house, name)).get("/desk/deposits")).status == status
