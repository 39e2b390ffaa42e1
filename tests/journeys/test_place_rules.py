"""Demir changes the rules of a hall: looks first, saves, and Clara meets them at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from node import spaces
from node.base.clock import FrozenClock
from node.base.ids import id_text, parse_id
from node.base.refusals import Refusal
from node.store import Write
from tests.cast import small_quarter
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_desk import at_desk


def form_of(answer: httpx.Response) -> dict[str, str]:
    """What a browser would send of the form that stands on the page."""
    form = re.search(
        r'<form method="post" action="/desk/places/[^"]*" class="rules-form".*?</form>',
        answer.text,
        re.DOTALL,
    )
    assert form is not None, answer.text[:2000]
    sent = {}
    for tag in re.finditer(r"<input[^>]*>", form[0]):
        name = re.search(r'name="([^"]*)"', tag[0])
        value = re.search(r'value="([^"]*)"', tag[0])
        if name is None or name[1] == "csrf":
            continue
        if 'type="checkbox"' in tag[0] and " checked" not in tag[0]:
            continue
        sent[name[1]] = unescape(value[1]) if value else ""
    for area in re.finditer(
        r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form[0], re.DOTALL
    ):
        sent[area[1]] = unescape(area[2])
    for select in re.finditer(r'<select[^>]*name="([^"]*)".*?</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', select[0])
        sent[select[1]] = chosen[1] if chosen else ""
    return sent


@pytest.mark.asyncio
async def test_the_form_says_what_holds_and_saving_it_unchanged_changes_nothing(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        heads = town.node.store.core.heads()
        for row in small_quarter().spaces:
            page = await demir.get(f"/desk/places/{town.space(row.key)}")
            saved = await demir.post(
                f"/desk/places/{town.space(row.key)}", act="save", **form_of(page)
            )
            assert saved.status_code == 200
            assert "Es gelten die Unterlagen des Betreibers." in saved.text
        assert town.node.store.core.heads() == heads


@pytest.mark.asyncio
async def test_demir_looks_first_then_saves_and_clara_meets_the_rule(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        before = await clara.post("/api/reservations", json=town.wish(hours=(10, 12)))
        assert before.status_code == 201, before.text
        demir = await at_desk(town)
        address = f"/desk/places/{town.space('hofsaal')}"
        form = form_of(await demir.get(address)) | {"min": "240", "after": "120"}
        looked = await demir.post(address, act="preview", **form)
        assert "Schon gebucht und bleibt" in looked.text
        assert "Hier wird für mindestens 4 Std. gebucht." in looked.text
        assert (
            await clara.post("/api/reservations", json=town.wish(hours=(16, 18)))
        ).status_code == 201
        saved = await demir.post(address, act="save", **form_of(looked))
        assert "Gespeichert." in saved.text
        assert "Demir" in saved.text
        short = await clara.post("/api/reservations", json=town.wish(hours=(19, 21)))
        assert short.status_code == 409
        assert short.json()["code"] == "spaces.too_short"
        kept = await clara.get(f"/api/reservations/{before.json()['id']}")
        assert kept.json()["status"] == "confirmed"
        back = await demir.post(address, act="back")
        assert "Es gelten die Unterlagen des Betreibers." in back.text


@pytest.mark.asyncio
async def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        address = f"/desk/places/{town.space('hofsaal')}"
        form = form_of(await demir.get(address))
        for changed, where, said in (
            ({"hours": "Mo-Fr 08:00"}, "hours", "keine Zeitspanne"),
            ({"hours": "Xx 08:00-10:00"}, "hours", "kein Wochentag"),
            ({"hours": ""}, "hours", "keine Öffnungszeiten"),
            ({"min": "900", "max": "60"}, "min", "länger als die längste"),
            ({"price_0_hour": "achtzehn"}, "price_0_hour", "Betrag in Euro"),
            ({"price_0_hour": "", "price_0_day": ""}, "price_0_hour", "einen Preis"),
            ({"tier_0_percent": "150"}, "tier_0_percent", "Zahl von 0 bis 100"),
            (
                {"season_0_name": "Winter", "season_0_first": "30.02."},
                "season_0_first",
                "nicht in jedem Jahr",
            ),
        ):
            answer = await demir.post(address, act="save", **(form | changed))
            assert answer.status_code == 422, (changed, answer.status_code)
            assert said in unescape(answer.text), changed
            assert f'id="{where}-error"' in answer.text, changed
            again = form_of(answer)
            assert all(again[name] == value for name, value in changed.items())


@pytest.mark.asyncio
async def test_management_and_residents_find_no_rules_to_change(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        eva = await at_desk(town, "eva")
        assert (await eva.get("/desk/places")).status_code == 403
        assert (await eva.get(f"/desk/places/{town.space('hofsaal')}")).status_code == 403


@pytest.mark.asyncio
async def test_an_instruction_is_noted_on_the_persons_page_and_taken_back(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        address = f"/desk/places/{town.space('hofsaal')}"
        form = form_of(await demir.get(address)) | {"qualification": "Technik", "approval": "never"}
        await demir.post(address, act="save", **form)
        person = f"/desk/people/{id_text(town.cast.id('clara'))}"
        page = await demir.get(person)
        assert "nicht vermerkt" in page.text
        noted = await demir.post(f"{person}/instruction", space=town.space("hofsaal"), holds="1")
        assert "nicht vermerkt" not in noted.text
        clara = await town.program("clara")
        made = await clara.post("/api/reservations", json=town.wish())
        assert made.json()["status"] == "confirmed"
        gone = await demir.post(f"{person}/instruction", space=town.space("hofsaal"), holds="")
        assert "nicht vermerkt" in gone.text


@pytest.mark.asyncio
async def test_demir_sets_a_rule_for_a_day_to_come_and_takes_it_back(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        demir = await at_desk(town)
        address = f"/desk/places/{town.space('hofsaal')}"
        first = town.wish(hours=(10, 12))
        day = first["starts_at"][:10]
        form = form_of(await demir.get(address)) | {"min": "240", "valid_from": day}
        looked = await demir.post(address, act="preview", **form)
        assert f'value="{day}"' in looked.text
        saved = await demir.post(address, act="save", **form_of(looked))
        assert "Bis zu diesem Tag gilt, was jetzt gilt." in saved.text
        assert "Was noch kommt" in saved.text
        assert "Mindestdauer" in saved.text
        # The form goes on showing what holds now.
        assert form_of(saved)["min"] != "240"
        refused = await clara.post("/api/reservations", json=first)
        assert refused.json()["code"] == "spaces.too_short"
        places = await demir.get("/desk/places")
        assert "gilt anderes" in places.text
        # A link leads to what is to come; the day can be moved.
        coming = await demir.get(f"{address}?from={day}")
        shown = form_of(coming)
        assert (shown["min"], shown["valid_from"], shown["instead_of"]) == ("240", day, day)
        later = day[:8] + f"{int(day[8:]) + 1:02d}"
        moved = await demir.post(address, act="save", **(shown | {"valid_from": later}))
        assert f"?from={later}" in unescape(moved.text)
        assert f"?from={day}" not in unescape(moved.text)
        assert (await clara.post("/api/reservations", json=first)).status_code == 201
        wrong = await demir.post(address, act="save", **(shown | {"valid_from": "2020-01-01"}))
        assert wrong.status_code == 422
        back = await demir.post(f"{address}/withdraw", day=later)
        assert "Was noch kommt" not in back.text
        assert "zurückgenommen" in back.text


@pytest.mark.asyncio
async def test_the_door_can_wait_for_the_list(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        address = f"/desk/places/{town.space('hofsaal')}/list"
        ticked = 'name="after_handover" value="1" checked'
        assert ticked not in (await demir.get(address)).text
        saved = await demir.post(address, row_0_name="Stühle", row_0_count="40", after_handover="1")
        assert ticked in saved.text
        space = await town.node.store.read(
            lambda read: spaces.find_space(read, parse_id(town.space("hofsaal")))
        )
        assert space is not None
        assert space.row.lock_after_handover
        assert ticked not in (await demir.post(address)).text


@pytest.mark.asyncio
async def test_another_list_holds_for_who_comes_from_a_day_on(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Anna's Saturday goes by the list of Saturday, though the new one is set before; Sunday's
    people have the new one, and the door waits for it."""
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        address = f"/desk/places/{town.space('hofsaal')}/list"
        await demir.get(address)
        fields = {"row_0_name": "Fenster zu", "row_0_kind": "condition", "after_handover": "1"}
        for wrong in ("2026-11-23", "2036-01-01", "tomorrow"):
            assert (await demir.post(address, valid_from=wrong, **fields)).status_code == 422
        saved = await demir.post(address, valid_from="2026-11-29", **fields)
        assert "Bis zu diesem Tag gilt, was jetzt gilt." in saved.text
        assert "ab 29.11.2026" in saved.text
        assert "Geschirr" in saved.text, "the form shows what holds now"
        assert "Fenster zu" not in saved.text
        later = await demir.get(f"{address}?from=2026-11-29")
        assert "Fenster zu" in later.text
        assert 'name="after_handover" value="1" checked' in later.text
        rules = f"/desk/places/{town.space('hofsaal')}"
        shown = form_of(await demir.get(f"{rules}?from=2026-11-29"))
        await demir.post(rules, act="save", **(shown | {"min": "240"}))
        later = await demir.get(f"{address}?from=2026-11-29")
        assert "Fenster zu" in later.text, "who edits the prices of that day keeps its list"
        saturday = await lists(town, 28)
        sunday = await lists(town, 29)
        assert "crockery" in {row.key for row in saturday.listed}
        assert not saturday.rules.lock_after_handover
        assert [row.name.de for row in sunday.listed] == ["Fenster zu"]
        assert sunday.rules.lock_after_handover
        # Taken back on the page of the place.
        await demir.get(rules)
        await demir.post(f"{rules}/withdraw", day="2026-11-29")
        assert "ab 29.11.2026" not in (await demir.get(address)).text
        assert "crockery" in {row.key for row in (await lists(town, 29)).listed}


async def lists(town: Town, day: int) -> spaces.HandOver:
    """The hand-over of a booking of Anna's that starts on a day of November."""
    program = await town.program("anna")
    starts = datetime(2026, 11, day, 9, tzinfo=UTC)
    wish = town.wish() | {
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=4)).isoformat(),
    }
    made = (await program.post("/api/reservations", json=wish)).json()
    number = parse_id(made["id"])

    def look(write: Write) -> spaces.HandOver | Refusal:
        anna = town.cast.actor(write, "anna")
        found = spaces.find_hand_over(write, anna, number, now=town.clock.now())
        spaces.cancel(write, anna, number, now=town.clock.now())
        return found

    found = await town.node.store.write(look)
    assert isinstance(found, spaces.HandOver), found
    return found
