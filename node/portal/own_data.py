"""My data: everything that is held about me, to read and to take along; and erasing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.refusals import N_, Refusal, granted
from node.store import Write
from node.web.forms import NOT_FOUND, read_fields, read_query
from node.web.own_data import FILES, data_file, shown_parts, shown_receipt
from node.web.visit import Visit


@dataclass(slots=True)
class DataPage:
    """See `portal/account_data.html`."""

    parts: list[dict[str, Any]]


@dataclass(slots=True)
class ErasePage:
    """See `portal/account_erase.html`."""

    keeps: list[str]
    wait_days: int
    days: int
    waiting: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ReceiptPage:
    """See `portal/receipt.html`."""

    receipt: dict[str, Any] | None = None
    wait_days: int = people.WAIT_DAYS
    number: str = ""
    problems: dict[str, str] = field(default_factory=dict)


async def _parts(visit: Visit) -> list[people.Part]:
    actor = visit.signed_in()
    exporting = visit.house.service(people.Exporting)
    return await visit.read(lambda read: exporting.mine(read, actor, now=visit.now))


@get("/account/data", include_in_schema=False)
async def data_page(visit: Visit) -> Response[Any]:
    """What is held about me, chapter by chapter."""
    parts = await _parts(visit)
    return visit.page(
        "portal/account_data.html", DataPage(shown_parts(visit, parts)), here="account"
    )


@get("/account/data/file", include_in_schema=False)
async def own_file(visit: Visit) -> Response[Any]:
    """The same as one file, for people or for programs."""
    parts = await _parts(visit)
    return data_file(visit, parts, read_query(visit).choice("kind", FILES, default=FILES[0]))


@get("/account/erase", include_in_schema=False)
async def erase_page(visit: Visit) -> Response[Any]:
    """Say what an erasure means; who has asked for theirs can take it back here."""
    actor = visit.signed_in()
    waiting = await visit.read(lambda read: people.open_erasure(read, actor.person_id))
    page = _erase_page(visit)
    page.waiting = await shown_receipt(visit, waiting) if waiting else None
    return visit.page("portal/account_erase.html", page, here="account")


def _erase_page(visit: Visit) -> ErasePage:
    return ErasePage([visit.say(text) for text in people.KEEPS], people.WAIT_DAYS, people.DAYS)


@post("/account/erase", include_in_schema=False)
async def erase(visit: Visit) -> Response[Any]:
    """Ask that I be erased; the receipt says when it is carried out."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    if fields.text("sure") != "yes":
        page = _erase_page(visit)
        page.problems = {"sure": visit.say(N_("Bitte bestätigen Sie, dass Sie das möchten."))}
        return visit.page("portal/account_erase.html", page, here="account", status=422)
    erasing = visit.house.service(people.Erasing)

    def run(write: Write) -> people.Erasure | Refusal:
        return erasing.erase_me(write, actor, now=visit.now)

    erasure = await visit.write(run)
    return visit.go(f"/receipts/{erasure.number}")


@post("/account/erase/back", include_in_schema=False)
async def take_back(visit: Visit) -> Response[Any]:
    """I do not want to be erased after all."""
    actor = visit.signed_in()
    number = (await read_fields(visit)).text("number", longest=40)
    erasure = await visit.write(lambda write: people.take_back(write, actor, number, now=visit.now))
    return visit.go(f"/receipts/{erasure.number}")


@get("/receipts", include_in_schema=False)
async def receipt_form(visit: Visit) -> Response[Any]:
    """Type the number that stands on a receipt."""
    number = read_query(visit).text("number", longest=40)
    if not number:
        return visit.page("portal/receipt.html", ReceiptPage())
    found = await visit.store.read(lambda read: people.find_erasure(read, number))
    if found is not None:
        return visit.go(f"/receipts/{found.number}")
    page = ReceiptPage(number=number)
    sentence = N_("Diese Nummer kennen wir nicht. Bitte prüfen Sie sie.")
    page.problems = {"number": visit.say(sentence)}
    return visit.page("portal/receipt.html", page, status=404)


@get("/receipts/{number:str}", include_in_schema=False)
async def receipt_page(visit: Visit, number: str) -> Response[Any]:
    """How far an erasure is; whoever has the number may look, for they have no account any more."""
    found = await visit.store.read(lambda read: people.find_erasure(read, number))
    erasure = granted(found or NOT_FOUND)
    return visit.page("portal/receipt.html", ReceiptPage(await shown_receipt(visit, erasure)))


ROUTES = (data_page, own_file, erase_page, erase, take_back, receipt_form, receipt_page)
