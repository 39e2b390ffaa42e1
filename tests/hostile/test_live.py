"""What somebody hears who is not signed in and only listens."""

from __future__ import annotations

from node.base.ids import new_id
from node.store import Write
from node.web.live import RESERVATION_TABLES
from tests.hostile.live import LiveNode


def test_a_listener_hears_of_reservations_and_of_nothing_else(own: LiveNode) -> None:
    """Not that somebody signed in, nor that the team gave out a card."""

    def give_card_and_let_in(write: Write) -> None:
        write.insert("card", id=new_id(), person_id=own.cast.id("anna"), digest=b"d" * 16, at=1)
        write.insert("passage", id=new_id(), reservation_id=new_id())

    with own.visitor().http.stream("GET", "/live") as stream:
        own.sign_everybody_in()
        own.run(own.node.store.write(give_card_and_let_in))
        told = next(line for line in stream.iter_lines() if line.startswith("data: "))
    assert set(told.removeprefix("data: ").split()) <= set(RESERVATION_TABLES.split())
    assert "passage" in told
