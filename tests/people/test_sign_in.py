"""Signing in, as stories: the first time, a known phone, another phone, the kiosk, the desk."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from node import people
from node.base.actors import Actor, Face, Role
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.people import hashing
from node.people.model import IssuedCard, Knock, OpenedCode, SignedIn
from node.store import Store
from tests.cast import PASSWORDS, PINS, Cast

pytestmark = pytest.mark.asyncio

PHONE = Knock(address="192.168.1.20", agent="Telefon")
LOBBY = Knock(face=Face.KIOSK)
DESK = Knock(face=Face.DESK, address="192.168.1.5")


async def new_code(home: Store, cast: Cast, name: str, clock: FrozenClock) -> str:
    household_id = cast.household(name)
    issued = await home.write(
        lambda write: people.issue_code(write, people.COMMAND_LINE, household_id, now=clock.now())
    )
    return issued.code


async def new_card(home: Store, cast: Cast, name: str, clock: FrozenClock) -> IssuedCard:
    return await home.write(
        lambda write: people.issue_card(write, people.COMMAND_LINE, cast.id(name), now=clock.now())
    )


async def anna_on_her_phone(home: Store, cast: Cast, clock: FrozenClock) -> Knock:
    """Anna has signed in once; her phone is known from now on."""
    code = await new_code(home, cast, "anna", clock)
    found = await people.sign_in_with_pin(
        home, PHONE, cast.id("anna"), PINS["anna"], code=code, now=clock.now()
    )
    assert isinstance(found, SignedIn), found
    return replace(PHONE, device=found.device)


async def test_sam_signs_in_for_the_first_time_in_three_steps(
    home: Store, settled: Cast, clock
) -> None:
    """Code, name, PIN: three steps and no e-mail. From then on the PIN alone, on this phone."""
    code = await new_code(home, settled, "sam", clock)
    opened = await people.open_code(home, PHONE, code.lower().replace(" ", "-"), now=clock.now())
    assert isinstance(opened, OpenedCode)
    assert opened.household_name == "Sommer"
    assert [(choice.name, choice.has_secret) for choice in opened.persons] == [
        ("Sam Sommer", False)
    ], "Toni is a child and does not sign in"
    first = await people.sign_in_first_time(
        home, PHONE, code=code, person_id=opened.persons[0].id, secret="2709", now=clock.now()
    )
    assert isinstance(first, SignedIn)
    assert first.actor.name == "Sam Sommer"
    assert first.actor.roles == {Role.RESIDENT, Role.OWNER}
    assert first.ends_at == clock.now() + timedelta(days=90)

    known = replace(PHONE, device=first.device)
    choices = await home.read(lambda r: people.device_choices(r, first.device, now=clock.now()))
    assert [choice.name for choice in choices] == ["Sam Sommer"]
    again = await people.sign_in_with_pin(home, known, choices[0].id, "2709", now=clock.now())
    assert isinstance(again, SignedIn)
    assert again.device == first.device
    assert again.token != first.token


async def test_somebody_the_files_do_not_know_adds_themselves_by_name(
    home: Store, settled: Cast, clock
) -> None:
    code = await new_code(home, settled, "clara", clock)
    found = await people.sign_in_first_time(
        home,
        PHONE,
        code=code,
        given_name=" Noor ",
        family_name="Moreau",
        secret="ein langes Wort",
        now=clock.now(),
    )
    assert isinstance(found, SignedIn)
    assert found.actor.name == "Noor Moreau"
    assert found.actor.roles == {Role.RESIDENT}
    assert found.actor.household_id == settled.household("clara")
    twice = await people.sign_in_first_time(
        home,
        PHONE,
        code=code,
        given_name="noor",
        family_name="moreau",
        secret="2709",
        now=clock.now(),
    )
    assert twice.code == "people.same_name"


async def test_who_has_a_pin_is_not_taken_over_with_the_code_alone(
    home: Store, settled: Cast, clock
) -> None:
    """Bilal holds the letter too, but cannot become Anna."""
    code = await new_code(home, settled, "bilal", clock)
    taken = await people.sign_in_first_time(
        home, PHONE, code=code, person_id=settled.id("anna"), secret="2709", now=clock.now()
    )
    assert taken.code == "people.already_has_secret"
    assert taken.values == {"name": "Anna Linde"}
    with_pin = await people.sign_in_with_pin(
        home, PHONE, settled.id("anna"), PINS["anna"], now=clock.now()
    )
    assert with_pin.code == "people.code_needed"


async def test_who_has_set_no_pin_yet_is_told_to_choose_one(
    home: Store, settled: Cast, clock
) -> None:
    code = await new_code(home, settled, "sam", clock)
    refused = await people.sign_in_with_pin(
        home, PHONE, settled.id("sam"), "2709", code=code, now=clock.now()
    )
    assert refused.code == "people.no_secret"


async def test_a_code_opens_its_own_household_only(home: Store, settled: Cast, clock) -> None:
    code = await new_code(home, settled, "clara", clock)
    for attempt in (
        people.sign_in_first_time(
            home, PHONE, code=code, person_id=settled.id("sam"), secret="2709", now=clock.now()
        ),
        people.sign_in_with_pin(
            home, PHONE, settled.id("anna"), PINS["anna"], code=code, now=clock.now()
        ),
    ):
        assert (await attempt).code == "people.not_found"


async def test_a_child_does_not_sign_in(home: Store, settled: Cast, clock) -> None:
    code = await new_code(home, settled, "toni", clock)
    refused = await people.sign_in_first_time(
        home, PHONE, code=code, person_id=settled.id("toni"), secret="2709", now=clock.now()
    )
    assert refused.code == "people.not_for_children"
    given = await people.give_secret(
        home, people.COMMAND_LINE, settled.id("toni"), "2709", now=clock.now()
    )
    assert given.code == "people.not_for_children"


async def test_easy_pins_and_wrong_codes_change_nothing(home: Store, settled: Cast, clock) -> None:
    code = await new_code(home, settled, "sam", clock)
    heads = await home.heads()
    for secret, typed, expected in (
        ("1234", code, "people.pin_too_easy"),
        ("kurz", code, "people.password_too_short"),
        ("2709", "AAAA BBBB CCCC", "people.code_wrong"),
        ("2709", "zu kurz", "people.code_wrong"),
    ):
        refused = await people.sign_in_first_time(
            home, PHONE, code=typed, person_id=settled.id("sam"), secret=secret, now=clock.now()
        )
        assert refused.code == expected
    assert await home.heads() == heads


async def test_anna_signs_in_at_the_kiosk_with_card_and_pin(
    home: Store, settled: Cast, clock
) -> None:
    card = await new_card(home, settled, "anna", clock)
    other_layout = card.token.translate(str.maketrans("yz", "zy"))
    address = f"https://flair.example/k/{card.token}"
    for scanned in (card.token, card.token.upper(), address, other_layout):
        found = await people.sign_in_with_card(home, LOBBY, scanned, PINS["anna"], now=clock.now())
        assert isinstance(found, SignedIn), scanned
    assert found.actor.face is Face.KIOSK
    assert found.device == "", "a screen that everybody uses is nobody's device"
    assert found.ends_at == clock.now() + timedelta(minutes=5)
    wrong = await people.sign_in_with_card(home, LOBBY, card.token, "9999", now=clock.now())
    assert wrong.code == "people.pin_wrong"
    password = await people.sign_in_with_card(
        home, LOBBY, card.token, "ein langes Wort", now=clock.now()
    )
    assert password.code == "people.not_a_pin"


async def test_a_lost_card_a_forged_card_and_a_card_without_pin(
    home: Store, settled: Cast, clock
) -> None:
    first = await new_card(home, settled, "anna", clock)
    second = await new_card(home, settled, "anna", clock)

    async def scan(token: str, pin: str = PINS["anna"]) -> SignedIn | Refusal:
        return await people.sign_in_with_card(home, LOBBY, token, pin, now=clock.now())

    assert (await scan(first.token)).code == "people.card_unknown", "a new card voids the old one"
    assert isinstance(await scan(second.token), SignedIn)
    await home.write(
        lambda write: people.revoke_cards(
            write, people.COMMAND_LINE, settled.id("anna"), now=clock.now()
        )
    )
    assert (await scan(second.token)).code == "people.card_unknown"
    assert (await scan("0" * 26)).code == "people.card_unknown"
    assert (await scan("kein QR")).code == "people.card_unknown"
    sams = await new_card(home, settled, "sam", clock)
    assert (await scan(sams.token, "2709")).code == "people.pin_missing"


async def test_at_the_kiosk_without_a_card_the_code_helps(
    home: Store, settled: Cast, clock
) -> None:
    code = await new_code(home, settled, "anna", clock)
    found = await people.sign_in_with_pin(
        home, LOBBY, settled.id("anna"), PINS["anna"], code=code, now=clock.now()
    )
    assert isinstance(found, SignedIn)
    assert found.device == ""


async def test_the_team_signs_in_by_name_and_neighbours_do_not(
    home: Store, settled: Cast, clock
) -> None:
    found = await people.sign_in_with_name(
        home, DESK, " Demir ", PASSWORDS["demir"], now=clock.now()
    )
    assert isinstance(found, SignedIn)
    assert found.actor.roles == {Role.STAFF}
    assert found.actor.face is Face.DESK
    assert found.ends_at == clock.now() + timedelta(hours=12)
    code = await new_code(home, settled, "anna", clock)
    anna = await people.sign_in_with_pin(
        home, DESK, settled.id("anna"), PINS["anna"], code=code, now=clock.now()
    )
    assert anna.code == "people.not_allowed", "the desk is the team's"


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer_in_the_same_time(
    home: Store, settled: Cast, clock
) -> None:
    """Nobody learns who has an account: neither by the words nor by the clock."""

    async def attempt(name: str, number: int) -> tuple[Refusal, float]:
        knock = replace(DESK, address=f"10.0.0.{number}")
        started = time.perf_counter()
        found = await people.sign_in_with_name(home, knock, name, "ganz falsch", now=clock.now())
        return found, time.perf_counter() - started

    known = [await attempt("demir", number) for number in range(5)]
    unknown = [await attempt("niemand", number) for number in range(5)]
    answers = [found for found, _ in (*known, *unknown)]
    assert all(found == answers[0] for found in answers)
    fast, slow = sorted(min(took for _, took in each) for each in (known, unknown))
    assert slow < fast * 2, "one of the two skips the slow check"
    nobody = await people.sign_in_with_name(home, DESK, "", "", now=clock.now())
    assert nobody.code == known[0][0].code


async def test_wrong_pins_pause_the_stranger_and_not_annas_phone(
    home: Store, settled: Cast, clock
) -> None:
    """Somebody found the letter and guesses Anna's PIN; Anna signs in on her phone meanwhile."""
    phone = await anna_on_her_phone(home, settled, clock)
    code = await new_code(home, settled, "anna", clock)
    stranger = Knock(address="10.66.0.1")
    answers = [
        await people.sign_in_with_pin(
            home, stranger, settled.id("anna"), f"{number:04}", code=code, now=clock.now()
        )
        for number in range(5000, 5008)
    ]
    assert [answer.code for answer in answers] == ["people.pin_wrong"] * 5 + ["people.wait"] * 3
    assert answers[-1].values["seconds"] == 10
    still = await people.sign_in_with_pin(
        home, stranger, settled.id("anna"), PINS["anna"], code=code, now=clock.now()
    )
    assert still.code == "people.wait", "not even the right one is heard during a pause"
    found = await people.sign_in_with_pin(
        home, phone, settled.id("anna"), PINS["anna"], now=clock.now()
    )
    assert isinstance(found, SignedIn)


async def test_a_hundred_guesses_at_once_are_a_hundred_guesses(
    home: Store, settled: Cast, clock
) -> None:
    phone = await anna_on_her_phone(home, settled, clock)
    answers = await asyncio.gather(
        *(
            people.sign_in_with_pin(
                home, phone, settled.id("anna"), f"{number:04}", now=clock.now()
            )
            for number in range(5000, 5100)
        )
    )
    codes = [answer.code for answer in answers]
    assert codes.count("people.pin_wrong") == 5
    assert codes.count("people.wait") == 95


async def test_guessing_codes_is_slowed_down_for_strangers_only(
    home: Store, settled: Cast, clock
) -> None:
    phone = await anna_on_her_phone(home, settled, clock)
    code = await new_code(home, settled, "anna", clock)
    stranger = Knock(address="10.66.0.1")
    for number in range(10):
        wrong = await people.open_code(home, stranger, f"0000 0000 {number:04}", now=clock.now())
        assert wrong.code == "people.code_wrong"
    assert (await people.open_code(home, stranger, code, now=clock.now())).code == "people.wait"
    assert isinstance(await people.open_code(home, phone, code, now=clock.now()), OpenedCode)
    other = Knock(address="10.66.0.2")
    assert isinstance(await people.open_code(home, other, code, now=clock.now()), OpenedCode)


async def test_who_moved_out_does_not_get_in(home: Store, settled: Cast, files, clock) -> None:
    phone = await anna_on_her_phone(home, settled, clock)
    code = await new_code(home, settled, "anna", clock)
    gone = replace(
        files,
        households=tuple(row for row in files.households if row.key != "H-AHO-02"),
        people=tuple(row for row in files.people if row.household != "H-AHO-02"),
        contracts=(),
    )
    await home.on_writer(lambda core: people.import_people(core, gone, now=clock.now()))
    by_pin = await people.sign_in_with_pin(
        home, phone, settled.id("anna"), PINS["anna"], now=clock.now()
    )
    assert by_pin.code == "people.moved_out"
    assert (await people.open_code(home, PHONE, code, now=clock.now())).code == "people.moved_out"
    assert not await home.read(lambda r: people.device_choices(r, phone.device, now=clock.now()))


async def test_a_forgotten_pin_is_taken_away_at_the_desk_and_set_anew_with_the_code(
    home: Store, settled: Cast, clock
) -> None:
    phone = await anna_on_her_phone(home, settled, clock)
    demir = await home.read(lambda read: settled.actor(read, "demir", face=Face.DESK))
    clara = await home.read(lambda read: settled.actor(read, "clara"))

    def forget(actor: Actor):
        return home.write(
            lambda write: people.forget_secrets(write, actor, settled.id("anna"), now=clock.now())
        )

    assert (await forget(clara)).code == "people.not_allowed"
    assert (await forget(demir)).name == "Anna Linde"
    old = await people.sign_in_with_pin(
        home, phone, settled.id("anna"), PINS["anna"], now=clock.now()
    )
    assert old.code == "people.code_needed", "the phone is forgotten with the PIN"
    code = await new_code(home, settled, "anna", clock)
    fresh = await people.sign_in_first_time(
        home, phone, code=code, person_id=settled.id("anna"), secret="8306", now=clock.now()
    )
    assert isinstance(fresh, SignedIn)


async def test_changing_a_pin_needs_the_old_one_and_a_password_may_stand_beside_it(
    home: Store, settled: Cast, clock
) -> None:
    phone = await anna_on_her_phone(home, settled, clock)
    anna = await home.read(lambda read: settled.actor(read, "anna"))

    def change(old: str, new: str):
        return people.change_secret(home, phone, anna, old=old, new=new, now=clock.now())

    assert (await change("9999", "8306")).code == "people.pin_wrong"
    assert (await change(PINS["anna"], "1111")).code == "people.pin_too_easy"
    assert await change(PINS["anna"], "8306") == "pin"
    assert (await change(PINS["anna"], "9402")).code == "people.pin_wrong"
    assert await change("8306", "ein langes Wort") == "password"
    for secret in ("8306", "ein langes Wort"):
        found = await people.sign_in_with_pin(
            home, phone, settled.id("anna"), secret, now=clock.now()
        )
        assert isinstance(found, SignedIn), secret


async def test_cards_and_secrets_of_people_who_are_not_there(
    home: Store, settled: Cast, clock
) -> None:
    def by_staff(act, *args):
        return home.write(lambda write: act(write, people.COMMAND_LINE, *args, now=clock.now()))

    nobody = b"?" * 16
    assert (await by_staff(people.issue_card, nobody)).code == "people.not_found"
    assert (await by_staff(people.forget_secrets, nobody)).code == "people.not_found"
    team = await by_staff(people.forget_secrets, settled.id("demir"))
    assert team.code == "people.not_allowed", "the team has no code to begin again with"
    weak = await people.give_secret(
        home, people.COMMAND_LINE, settled.id("sam"), "1234", now=clock.now()
    )
    assert weak.code == "people.pin_too_easy"
    lobby_password = await people.sign_in_with_pin(
        home, LOBBY, settled.id("anna"), "ein langes Wort", now=clock.now()
    )
    assert lobby_password.code == "people.not_a_pin"


async def test_demir_is_known_at_his_desk_and_may_change_his_password(
    home: Store, settled: Cast, clock
) -> None:
    first = await people.sign_in_with_name(home, DESK, "demir", PASSWORDS["demir"], now=clock.now())
    desk = replace(DESK, device=first.device)
    for number in range(30):
        elsewhere = replace(DESK, address=f"10.66.0.{number}")
        await people.sign_in_with_name(home, elsewhere, "demir", "geraten!", now=clock.now())
    again = await people.sign_in_with_name(home, desk, "demir", PASSWORDS["demir"], now=clock.now())
    assert isinstance(again, SignedIn), "guesses elsewhere do not close his own desk"
    demir = again.actor
    changed = await people.change_secret(
        home, desk, demir, old=PASSWORDS["demir"], new="zwölf graue Wolken", now=clock.now()
    )
    assert changed == "password"
    acting = await home.read(
        lambda r: people.act_for(r, demir, settled.id("anna"), now=clock.now())
    )
    refused = await people.change_secret(
        home, desk, acting, old=PINS["anna"], new="8306", now=clock.now()
    )
    assert refused.code == "people.not_allowed"


async def test_only_the_operator_gives_secrets(home: Store, settled: Cast, clock) -> None:
    for name in ("anna", "demir", "eva"):
        actor = await home.read(lambda read, name=name: settled.actor(read, name))
        given = await people.give_secret(home, actor, settled.id("clara"), "8306", now=clock.now())
        assert given.code == "people.not_allowed", name
    nobody = await people.give_secret(home, people.COMMAND_LINE, b"?" * 16, "8306", now=clock.now())
    assert nobody.code == "people.not_found"


async def test_a_hash_that_asks_for_too_much_memory_is_not_followed() -> None:
    stored = hashing.hash_secret("2709")
    assert hashing.verify_secret(stored, "2709")
    assert not hashing.verify_secret(stored, "2710")
    hungry = stored.replace(f"m={hashing.MEMORY_KIB}", "m=99999999")
    assert not hashing.verify_secret(hungry, "2709")
    assert not hashing.verify_secret("kein Hash", "2709")
    assert not hashing.verify_secret("", "")
