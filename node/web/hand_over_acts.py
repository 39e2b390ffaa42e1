"""What the form of a hand-over does, whoever sends it: keep, "the rest fits", sign.

What was said is kept before it is signed, in a write of its own: who is told that something is
missing has lost nothing.
"""

from __future__ import annotations

from node import spaces
from node.base.actors import Actor
from node.base.refusals import Refusal, RefusedError
from node.spaces import HandOver, Phase
from node.store import Write
from node.web.errors import words
from node.web.forms import Fields
from node.web.hand_overs import read_answers
from node.web.visit import Visit

ACTS = ("keep", "rest", "sign")


async def say_list(
    visit: Visit, actor: Actor, reservation_id: bytes, phase: Phase, fields: Fields
) -> HandOver:
    """Do what the pressed button says; what is wrong stands in `fields.problems` by line."""
    act = fields.choice("act", ACTS, default="keep")
    now = visit.now
    found = await visit.read(
        lambda read: spaces.find_hand_over(read, actor, reservation_id, now=now)
    )
    answers = read_answers(fields, found)
    if fields.problems and act != "keep":
        return found

    def keep(write: Write) -> HandOver | Refusal:
        return spaces.answer_list(
            write,
            actor,
            reservation_id,
            phase,
            answers,
            now=now,
            rest_fits=act == "rest",
            is_draft=act != "sign",
        )

    def sign(write: Write) -> HandOver | Refusal:
        return spaces.sign(write, actor, reservation_id, phase, now=now)

    done = await visit.store.write(keep)
    if act == "sign" and not isinstance(done, Refusal):
        done = await visit.store.write(sign)
    if not isinstance(done, Refusal):
        return done
    if not done.field:
        raise RefusedError(done)
    said = words(visit, done)
    fields.problems[done.field] = f"{said['message']} {said['remedy']}"
    return found
