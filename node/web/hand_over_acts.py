"""What the form of a hand-over does, whoever sends it: keep, "the rest fits", sign.

What was said is kept before it is signed, in a write of its own: who is told that something is
missing has lost nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from litestar import Response
from litestar.datastructures import UploadFile

from node import spaces
from node.base.actors import Actor
from node.base.refusals import Refusal, RefusedError
from node.spaces import HandOver, Phase, Photo
from node.spaces.photos import PHOTO_BYTES_MAX, UNREADABLE
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import Fields, path_id
from node.web.hand_overs import read_answers
from node.web.pictures import SENT_BYTES_MAX, small_picture
from node.web.visit import Visit

ACTS = ("keep", "rest", "sign")
DROP = "drop-"
PHOTO = "photo_"
"""The name of a field for photos goes on with the key of its line."""
FILES_MAX = 12
BODY_BYTES_MAX = 40 * 1024 * 1024
"""Two or three photos as phones take them today."""

Found = tuple[HandOver, list[Photo]]


async def say_list(
    visit: Visit, actor: Actor, reservation_id: bytes, phase: Phase, fields: Fields
) -> HandOver:
    """Do what the pressed button says; what is wrong stands in `fields.problems` by line."""
    if (dropped := fields.given.get("act", "")).startswith(DROP):
        photo_id = path_id(dropped.removeprefix(DROP))
        return await visit.write(
            lambda write: spaces.drop_photo(write, actor, reservation_id, photo_id, now=visit.now)
        )
    await _keep_photos(visit, actor, reservation_id, phase, fields)
    act = fields.choice("act", ACTS, default="keep")
    now = visit.now
    found = await visit.read(
        lambda read: spaces.find_hand_over(read, actor, reservation_id, now=now)
    )
    answers = read_answers(fields, found)

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

    if fields.problems:
        return found
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


async def _keep_photos(
    visit: Visit, actor: Actor, reservation_id: bytes, phase: Phase, fields: Fields
) -> None:
    """Keep each photo that was sent along, in a write of its own; a wrong one keeps the others."""
    form = await visit.request.form()
    sent = [
        (name.removeprefix(PHOTO), file)
        for name, file in form.multi_items()
        if isinstance(file, UploadFile) and name.startswith(PHOTO) and file.filename
    ]
    for key, file in sent[:FILES_MAX]:
        raw = await file.read(SENT_BYTES_MAX + 1)
        image = await small_picture(raw, bytes_max=PHOTO_BYTES_MAX)
        done: HandOver | Refusal = UNREADABLE
        if image:
            done = await visit.store.write(
                _adding(visit, actor, reservation_id, (phase, key), image)
            )
        if isinstance(done, Refusal):
            if not done.field:
                raise RefusedError(done)
            said = words(visit, done)
            fields.problems["photo_"] = f"{said['message']} {said['remedy']}"


def _adding(
    visit: Visit, actor: Actor, reservation_id: bytes, where: tuple[Phase, str], image: bytes
) -> Callable[[Write], HandOver | Refusal]:
    return lambda write: spaces.add_photo(write, actor, reservation_id, where, image, now=visit.now)


async def look_at(visit: Visit, actor: Actor, reservation_id: bytes) -> Found:
    """A hand-over and its photos."""

    def look(read: Read) -> Found | Refusal:
        found = spaces.find_hand_over(read, actor, reservation_id, now=visit.now)
        if isinstance(found, Refusal):
            return found
        return found, spaces.list_photos(read, reservation_id)

    return await visit.read(look)


async def photo_answer(
    visit: Visit, actor: Actor, reservation_id: bytes, photo_id: bytes
) -> Response[bytes]:
    """A photo, for its people and the team; kept by no cache but their own, and not for long."""
    image = await visit.read(lambda read: spaces.get_image(read, actor, reservation_id, photo_id))
    headers = {
        "cache-control": "private, max-age=600",
        "content-disposition": 'inline; filename="foto.jpg"',
        "x-robots-tag": "noindex",
    }
    return Response(image, media_type="image/jpeg", headers=headers)
