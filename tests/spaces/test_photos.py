"""A photo is a fact like any other: it travels whole, within the house."""

from __future__ import annotations

import random

from node.base.actors import Actor
from node.spaces import HandOver, Line, Phase, Wish, add_photo, admit, get_line
from node.spaces.photo_tables import IMAGE_BYTES_MAX
from node.spaces.photos import UNREADABLE
from node.store import Write
from tests.spaces.conftest import Quarter, utc


def test_a_photo_of_any_size_that_we_keep_reaches_the_other_box_and_not_central(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, wish)
    quarter.clock.set(utc(28, 14, 5))
    home, now = quarter.cores["home"], quarter.clock.now()
    image = random.Random(5).randbytes(IMAGE_BYTES_MAX)

    def run(write: Write) -> object:
        line = get_line(write, anna, made.id, now=now)
        assert isinstance(line, Line)
        admit(write, anna, line, now=now)
        where = (Phase.IN, "floor")
        assert add_photo(write, anna, made.id, where, image + b"x", now=now) is UNREADABLE
        return add_photo(write, anna, made.id, where, image, now=now)

    assert isinstance(home.write(run), HandOver)
    quarter.meet("home", "kiosk")
    quarter.meet("home", "central")
    sql = "select image from hand_over_photo"
    held = {
        name: [row[0] for row in core.read(lambda read: read.rows(sql))]
        for name, core in quarter.cores.items()
    }
    assert held == {"home": [image], "kiosk": [image], "central": []}
