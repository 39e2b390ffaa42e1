"""Sessions survive restarts, end by time, here and everywhere, and follow what other nodes say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from node import people
from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.people.importing import plan_people
from node.people.model import Knock, SignedIn
from node.people.sessions import CACHED_MAX, end_session
from node.store import Store
from tests.cast import PASSWORDS, PINS, Cast
from tests.people.conftest import exchange, open_node, stored_bytes

pytestmark = pytest.mark.asyncio

PHONE = Knock(address="192.168.1.20", agent="Telefon")
TABLET = Knock(address="192.168.1.21", agent="Tablet")


async def sign_in(store: Store, cast: Cast, name: str, clock, knock: Knock = PHONE) -> SignedIn:
    """With a fresh code, so that every device is a first one."""
    code = await store.write(
        lambda write: people.issue_code(
            write, people.COMMAND_LINE, cast.household(name), now=clock.now()
        )
    )
    found = await people.sign_in_with_pin(
        store, knock, cast.id(name), PINS[name], code=code.code, now=clock.now()
    )
    assert isinstance(found, SignedIn), found
    return found


async def who(sessions: people.Sessions, token: str, clock, face=Face.PORTAL) -> Actor | None:
    found = await sessions.find(token, face=face, now=clock.now())
    return found.actor if found else None


async def test_a_session_survives_a_restart_of_the_box(
    tmp_path: Path, files, clock: FrozenClock
) -> None:
    from tests.cast import settle

    store = await open_node(tmp_path, "box", clock)
    cast = await settle(store, files, clock.now())
    anna = await sign_in(store, cast, "anna", clock)
    await store.close()
    store = await open_node(tmp_path, "box", clock)
    sessions = people.Sessions(store)
    assert (await who(sessions, anna.token, clock)).name == "Anna Linde"
    known = replace(PHONE, device=anna.device)
    again = await people.sign_in_with_pin(
        store, known, cast.id("anna"), PINS["anna"], now=clock.now()
    )
    assert isinstance(again, SignedIn), "the phone is still known"
    await store.close()


async def test_only_the_digest_of_a_token_is_stored(home: Store, settled: Cast, clock) -> None:
    anna = await sign_in(home, settled, "anna", clock)
    stored = stored_bytes(home)
    assert b"Anna" in stored, "or this looks in the wrong place"
    for secret in (anna.token, anna.device, PASSWORDS["demir"]):
        assert secret.encode() not in stored


async def test_a_forged_token_is_nobody(home: Store, settled: Cast, clock) -> None:
    sessions = people.Sessions(home)
    for token in ("", "x", "x" * 5000, "\0", "ü"):
        assert await who(sessions, token, clock) is None


async def test_a_device_token_that_somebody_planted_does_not_become_known(
    home: Store, settled: Cast, clock
) -> None:
    planted = replace(PHONE, device="planted-by-a-stranger")
    anna = await sign_in(home, settled, "anna", clock, planted)
    assert anna.device
    assert anna.device != planted.device
    stranger = await people.sign_in_with_pin(
        home, planted, settled.id("anna"), PINS["anna"], now=clock.now()
    )
    assert stranger.code == "people.code_needed"
    family = await sign_in(home, settled, "bilal", clock, replace(PHONE, device=anna.device))
    assert family.device == anna.device, "a tablet that two share stays one device"
    choices = await home.read(lambda r: people.device_choices(r, anna.device, now=clock.now()))
    assert {choice.name for choice in choices} == {"Anna Linde", "Bilal Kaya"}


async def test_a_phones_session_slides_and_a_kiosks_ends_after_five_idle_minutes(
    home: Store, settled: Cast, clock
) -> None:
    sessions = people.Sessions(home)
    phone = await sign_in(home, settled, "anna", clock)
    kiosk = await sign_in(home, settled, "anna", clock, Knock(face=Face.KIOSK))
    for _ in range(4):
        clock.advance(timedelta(minutes=4))
        assert await who(sessions, kiosk.token, clock, Face.KIOSK)
    clock.advance(timedelta(minutes=5, seconds=1))
    assert await who(sessions, kiosk.token, clock, Face.KIOSK) is None
    for _ in range(3):
        clock.advance(timedelta(days=80))
        assert await who(sessions, phone.token, clock)
    clock.advance(timedelta(days=91))
    assert await who(sessions, phone.token, clock) is None


async def test_a_desk_session_ends_with_the_working_day(home: Store, settled: Cast, clock) -> None:
    sessions = people.Sessions(home)
    knock = Knock(face=Face.DESK, address="10.0.0.1")
    demir = await people.sign_in_with_name(
        home, knock, "demir", PASSWORDS["demir"], now=clock.now()
    )
    for _ in range(11):
        clock.advance(timedelta(hours=1))
        assert await who(sessions, demir.token, clock, Face.DESK)
    clock.advance(timedelta(hours=1))
    assert await who(sessions, demir.token, clock, Face.DESK) is None


async def test_a_session_counts_at_its_own_face_only(home: Store, settled: Cast, clock) -> None:
    sessions = people.Sessions(home)
    anna = await sign_in(home, settled, "anna", clock)
    assert (await who(sessions, anna.token, clock, Face.API)).face is Face.API
    assert await who(sessions, anna.token, clock, Face.DESK) is None
    assert await who(sessions, anna.token, clock, Face.KIOSK) is None


async def test_signing_out_here_ends_this_session_at_once(
    home: Store, settled: Cast, clock
) -> None:
    sessions = people.Sessions(home)
    phone = await sign_in(home, settled, "anna", clock)
    tablet = await sign_in(home, settled, "anna", clock, TABLET)
    for session in (phone, tablet):
        assert await who(sessions, session.token, clock)
    await sessions.end(phone.token)
    assert await who(sessions, phone.token, clock) is None
    assert await who(sessions, tablet.token, clock)


async def test_my_sessions_and_devices_are_listed_and_ended_by_me_alone(
    home: Store, settled: Cast, clock
) -> None:
    sessions = people.Sessions(home)
    phone = await sign_in(home, settled, "anna", clock)
    clock.advance(timedelta(minutes=1))
    tablet = await sign_in(home, settled, "anna", clock, TABLET)
    bilal = await sign_in(home, settled, "bilal", clock)
    listed = await home.read(lambda r: people.list_sessions(r, phone.actor, now=clock.now()))
    assert [session.agent for session in listed] == ["Tablet", "Telefon"]
    devices = await home.read(lambda r: people.list_devices(r, phone.actor, device=phone.device))
    assert [(device.agent, device.is_this) for device in devices] == [
        ("Tablet", False),
        ("Telefon", True),
    ]
    assert await who(sessions, tablet.token, clock)
    assert not await sessions.end_other(bilal.actor, listed[0].id)
    assert await who(sessions, tablet.token, clock)
    assert await sessions.end_other(phone.actor, listed[0].id)
    assert await who(sessions, tablet.token, clock) is None


async def test_a_device_is_forgotten_for_oneself_alone(home: Store, settled: Cast, clock) -> None:
    """A tablet of the family is sold: for Anna it is a stranger, for Bilal it is not yet."""
    sessions = people.Sessions(home)
    anna = await sign_in(home, settled, "anna", clock)
    shared = replace(PHONE, device=anna.device)
    bilal = await sign_in(home, settled, "bilal", clock, shared)
    assert await who(sessions, anna.token, clock)
    (device,) = await home.read(lambda r: people.list_devices(r, anna.actor))
    assert await sessions.forget_device(anna.actor, device.id)
    assert not await sessions.forget_device(anna.actor, device.id)
    assert await who(sessions, anna.token, clock) is None
    assert await who(sessions, bilal.token, clock)
    refused = await people.sign_in_with_pin(
        home, shared, settled.id("anna"), PINS["anna"], now=clock.now()
    )
    assert refused.code == "people.code_needed"


async def test_signing_out_everywhere_reaches_the_other_node_through_its_journal(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    """Anna lost her tablet, which is signed in at the other node; her phone stays known here."""
    await exchange(home, kiosk)
    at_home, at_kiosk = people.Sessions(home), people.Sessions(kiosk)
    phone = await sign_in(home, settled, "anna", clock)
    await exchange(home, kiosk)
    tablet = await sign_in(kiosk, settled, "anna", clock, TABLET)
    bilal = await sign_in(kiosk, settled, "bilal", clock)
    assert await who(at_kiosk, tablet.token, clock)
    await home.write(
        lambda write: people.sign_out_everywhere(
            write, phone.actor, device=phone.device, now=clock.now()
        )
    )
    assert await who(at_home, phone.token, clock) is None
    assert await who(at_kiosk, tablet.token, clock), "the line is cut, nothing has come yet"
    await exchange(home, kiosk)
    assert await who(at_kiosk, tablet.token, clock) is None
    assert await who(at_kiosk, bilal.token, clock), "Bilal is not Anna"

    async def with_pin(store: Store, knock: Knock):
        return await people.sign_in_with_pin(
            store, knock, settled.id("anna"), PINS["anna"], now=clock.now()
        )

    lost = await with_pin(kiosk, replace(TABLET, device=tablet.device))
    assert lost.code == "people.code_needed"
    again = await with_pin(home, replace(PHONE, device=phone.device))
    assert isinstance(again, SignedIn)
    await exchange(kiosk, home)
    assert await who(at_home, again.token, clock), "an old fact does not end a new session"


async def test_two_sign_outs_at_once_end_what_was_begun_between_them(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    await exchange(home, kiosk)
    sessions = people.Sessions(home)
    first = await sign_in(home, settled, "anna", clock)
    for store in (home, kiosk):
        await store.write(
            lambda write: people.sign_out_everywhere(write, first.actor, now=clock.now())
        )
    between = await sign_in(home, settled, "anna", clock)
    assert await who(sessions, between.token, clock)
    await exchange(home, kiosk)
    assert await who(sessions, between.token, clock) is None


async def test_a_role_that_ends_ends_the_session_within_the_same_write(
    home: Store, settled: Cast, files, clock
) -> None:
    sessions = people.Sessions(home)
    bilal = await sign_in(home, settled, "bilal", clock)
    assert await who(sessions, bilal.token, clock)
    fewer = replace(files, people=tuple(r for r in files.people if r.key != "P-BILAL"))
    pieces = await home.read(lambda r: plan_people(r, fewer, now=clock.now()))
    for piece in pieces:
        await home.write(piece.apply)
    assert await who(sessions, bilal.token, clock) is None


async def test_a_contract_that_ends_today_is_noticed_without_any_write(
    home: Store, settled: Cast, files, clock
) -> None:
    ended = replace(
        files,
        contracts=tuple(
            replace(row, ends_on=clock.now().date()) if row.key == "C-1" else row
            for row in files.contracts
        ),
    )
    await home.on_writer(lambda core: people.import_people(core, ended, now=clock.now()))
    sessions = people.Sessions(home)
    anna = await sign_in(home, settled, "anna", clock)
    assert (await who(sessions, anna.token, clock)).has_contract
    clock.advance(timedelta(hours=14))
    assert not (await who(sessions, anna.token, clock)).has_contract


async def test_what_was_read_before_a_change_is_not_cached_after_it(
    home: Store, settled: Cast, clock, monkeypatch
) -> None:
    """A sign-out that commits while another request reads the session must win."""
    sessions = people.Sessions(home)
    anna = await sign_in(home, settled, "anna", clock)
    read = home.read

    async def slow_read(fn):
        found = await read(fn)
        await home.write(lambda write: end_session(write, anna.token))
        sessions.forget()
        return found

    monkeypatch.setattr(home, "read", slow_read)
    assert await who(sessions, anna.token, clock)
    monkeypatch.undo()
    assert await who(sessions, anna.token, clock) is None


async def test_the_cache_stays_small(home: Store, settled: Cast, clock, monkeypatch) -> None:
    monkeypatch.setattr("node.people.sessions.CACHED_MAX", 2)
    sessions = people.Sessions(home)
    tokens = [(await sign_in(home, settled, "anna", clock)).token for _ in range(4)]
    for token in tokens:
        assert await who(sessions, token, clock)
    assert len(sessions._cached) == 2
    assert CACHED_MAX > 100
    sessions.close()
    anna = await home.read(lambda read: settled.actor(read, "anna"))
    await home.write(lambda write: people.sign_out_everywhere(write, anna, now=clock.now()))
    assert len(sessions._cached) == 2, "a closed one listens no more"


async def test_ended_sessions_are_purged(home: Store, settled: Cast, clock) -> None:
    await sign_in(home, settled, "anna", clock)
    count = lambda: home.read(lambda r: r.value("select count(*) from session"))  # noqa: E731
    assert await count() == 1
    clock.advance(timedelta(days=91))
    await home.write(lambda write: people.purge(write, now=clock.now()))
    assert await count() == 0
    devices = await home.read(lambda r: r.value("select count(*) from known_device"))
    assert devices == 1, "the phone is known for longer than a session lasts"
    clock.advance(timedelta(days=400))
    await home.write(lambda write: people.purge(write, now=clock.now()))
    assert await home.read(lambda r: r.value("select count(*) from known_device")) == 0
