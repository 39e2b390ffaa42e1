"""What guests said is gone on its date: from the tables, the journals and the backups of every
node, though nobody was erased. A clock that travels, and the bytes of all files.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from node import spaces
from node.base.actors import NOBODY
from node.base.periods import Period
from node.registry import REGISTRY
from node.spaces import Reservation, Wish, guests
from node.spaces.guests import Form, Guest, GuestList, How
from node.store import Write
from node.store.age import own_secret
from node.store.backup import restore_backup
from node.store.doctor import examine
from tests.erasure.conftest import Town, erased, odd

ARRIVES = datetime(2026, 12, 14, 14, tzinfo=UTC)
LEAVES = datetime(2026, 12, 17, 10, tzinfo=UTC)
GONE = datetime(2027, 1, 16, 6, tzinfo=UTC)
"""The morning thirty days after departure."""


def a_stay(town: Town) -> bytes:
    """Anna's visitors, who have said who they are."""
    home, now = town["home"], town.clock.now()
    anna = home.core.read(lambda read: town.cast.actor(read, "anna"))
    wish = Wish(
        space_id=town.cast.files.id_of("space", "gartenzimmer"),
        period=Period(ARRIVES, LEAVES),
        people=2,
    )
    signer = home.core.identity
    made = home.write(lambda write: spaces.reserve(write, anna, wish, now=now, signer=signer))
    assert isinstance(made, Reservation)

    def say(write: Write) -> object:
        line = spaces.get_line(write, anna, made.id, now=now)
        assert isinstance(line, spaces.Line)
        said = GuestList((Guest(odd("guest"), is_foreign=True),), "16:30")
        return guests.say_guests(
            write, guests.stay_of(write, line, now=now), said, face="portal", now=now
        )

    home.write(say)
    return made.id


def a_form(town: Town, stay_id: bytes) -> None:
    """The foreign guest's registration form, with every field and a signature."""
    home, now = town["home"], town.clock.now()
    form = Form(
        number=0,
        family_name=odd("family"),
        given_names=odd("given"),
        born="1984-02-29",
        nationalities=odd("nation"),
        address=odd("address"),
        passport=odd("passport"),
    )

    def run(write: Write) -> object:
        anna = town.cast.actor(write, "anna")
        line = spaces.get_line(write, anna, stay_id, now=now)
        assert isinstance(line, spaces.Line)
        filed = guests.file_form(write, NOBODY, guests.stay_of(write, line, now=now), form, now=now)
        stay = guests.stay_of(write, line, now=now)
        how = How.SCREEN
        return filed or guests.sign_form(
            write, NOBODY, stay, 0, how=how, strokes=STROKES, now=ARRIVES
        )

    home.write(run)


STROKES = "983,17 984,18 985,19 986,20 987,21;988,22 989,23 990,24 991,25"


def on_date(town: Town) -> int:
    """What the hourly job does at each node; how much is over."""
    now = town.clock.now()
    return sum(
        place.write(lambda write: guests.end_on_date(write, now=now))
        for place in town.places.values()
    )


def travel(town: Town, to: datetime) -> None:
    town.clock.set(to)


def test_names_go_thirty_days_after_departure_from_every_file(town: Town) -> None:
    a_stay(town)
    town.meet()
    for place in town.places.values():
        place.back_up()
    assert town.found().keys() == {"home", "kiosk"}
    travel(town, GONE - timedelta(days=1))
    assert on_date(town) == 0
    town.sweep()
    assert town.found().keys() == {"home", "kiosk"}
    travel(town, GONE)
    assert on_date(town) == 1
    for _ in range(3):
        town.meet()
        town.sweep()
    assert town.found() == {}, "the files still hold it"
    old = [path for each in town.places.values() for path in each.folder.rglob("*.age")]
    for _ in range(30):
        town.later(days=1)
        for place in town.places.values():
            place.back_up()
        town.meet(times=1)
        town.sweep()
    left = [str(path.relative_to(path.parents[2])) for path in old if path.exists()]
    assert left == [], "a backup from before is still there"
    assert town.found() == {}
    for place in town.places.values():
        assert examine(place.core, place.box.here.members) == []


def test_a_registration_form_goes_a_year_after_arrival_from_every_file(town: Town) -> None:
    """Story 5: the clock travels a year, and no byte of the form or its signature is left."""
    a_form(town, a_stay(town))
    town.meet()
    for place in town.places.values():
        place.back_up()
    old = [path for each in town.places.values() for path in each.folder.rglob("*.age")]
    travel(town, GONE)
    assert on_date(town) == 1, "the names go before"
    for _ in range(2):
        town.meet()
        town.sweep()
    assert town.found().keys() == {"home", "kiosk"}
    assert town.found(STROKES[:30].encode()).keys() == {"home", "kiosk"}
    travel(town, ARRIVES.replace(year=2027, hour=0) - timedelta(hours=2))
    assert on_date(town) == 0, "not a day too early: they are to be kept"
    travel(town, ARRIVES.replace(year=2027, hour=0))
    assert on_date(town) == 2
    for _ in range(3):
        town.meet()
        town.sweep()
    assert town.found() == {}
    assert town.found(STROKES[:30].encode()) == {}
    for _ in range(29):
        town.later(days=1)
        for place in town.places.values():
            place.back_up()
        town.meet(times=1)
        town.sweep()
    assert not any(path.exists() for path in old)
    ended = town["home"].rows("guest_record_end")
    assert len(ended) == 3
    for place in town.places.values():
        assert examine(place.core, place.box.here.members) == []


def test_erasing_who_booked_takes_the_names_and_leaves_the_form_to_its_date(town: Town) -> None:
    """A form is another person's, and the law keeps it (GDPR Art. 17(3)(b))."""
    a_form(town, a_stay(town))
    town.meet()
    town.clock.set(LEAVES + timedelta(days=1))
    erased(town, town.cast.id("anna"))
    for _ in range(2):
        town.meet()
        town.sweep()
    assert town.found(odd("guest").encode()) == {}
    assert town.found(odd("passport").encode()).keys() == {"home", "kiosk"}


def test_backups_go_though_more_is_overwritten_every_few_days(town: Town) -> None:
    """A house with many guests: what was taken out last week must not keep older backups alive."""
    a_stay(town)
    town.meet()
    town["home"].back_up()
    (old,) = town["home"].folder.rglob("*.age")
    travel(town, GONE)
    on_date(town)
    town["home"].sweep()
    for number in range(30):
        town.later(days=1)
        if number % 3 == 0:
            _write_and_end(town, number)
        town["home"].back_up()
        town["home"].sweep()
    assert not old.exists()


def _write_and_end(town: Town, number: int) -> None:
    """Another record of the stay, whose time is over at once."""
    (row,) = town["home"].core.read(
        lambda read: read.rows("select reservation_id from guest_record limit 1")
    )
    town["home"].write(
        lambda write: write.insert(
            "guest_record",
            id=bytes([number]) * 16,
            reservation_id=row[0],
            kind="guests",
            fact='{"at":"2026-12-14T14:00:00Z"}',
            said='{"guests":[{"name":"' + odd("late") + '"}]}',
        )
    )
    on_date(town)


def test_a_restored_file_does_not_bring_them_back(town: Town) -> None:
    a_stay(town)
    town.meet()
    town["home"].back_up()
    travel(town, GONE)
    on_date(town)
    for _ in range(2):
        town.meet()
        town.sweep()
    assert town.found() == {}
    home = town["home"]
    (backup,) = home.folder.rglob("*.age")
    path, secrets = home.core.path, [own_secret(home.folder)]
    home.core.close()
    for file in home.folder.glob("quarter.db*"):
        file.unlink()
    restore_backup(backup, path, REGISTRY, clock=town.clock, secrets=secrets)
    home.open(path)
    assert town.found().keys() == {"home"}
    for _ in range(2):
        town.meet()
        town.sweep()
    assert town.found() == {}


def test_by_a_doubtful_clock_nothing_is_overwritten(town: Town) -> None:
    a_stay(town)
    town.clock.set(GONE + timedelta(days=4000))
    town.clock.trusted = False
    assert on_date(town) == 0
    town.clock.trusted = True
    assert on_date(town) == 1


def test_only_the_home_node_says_that_it_is_over(town: Town) -> None:
    a_stay(town)
    town.meet()
    travel(town, GONE)
    now = town.clock.now()
    assert town["kiosk"].write(lambda write: guests.end_on_date(write, now=now)) == 0
    assert town["home"].write(lambda write: guests.end_on_date(write, now=now)) == 1


def test_what_came_to_nothing_is_kept_no_longer_than_the_stay(town: Town) -> None:
    stay, home = a_stay(town), town["home"]
    anna = home.core.read(lambda read: town.cast.actor(read, "anna"))
    now = town.clock.now()
    home.write(lambda write: spaces.cancel(write, anna, stay, now=now))
    travel(town, LEAVES)
    assert on_date(town) == 1
