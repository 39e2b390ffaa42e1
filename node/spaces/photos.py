"""Photos at a hand-over: kept with the protocol until it is signed, and gone half a year later."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id, new_id
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
from node.spaces import photo_tables
from node.spaces.actions import NOT_YOURS, own_reservation
from node.spaces.hand_over import Phase, Photo
from node.spaces.handing_over import HandOver, find_hand_over, find_to_answer
from node.store import NodeRole, Read, Write

PHOTOS_MAX = 12
"""For each of the two protocols: two walls, four corners, and what is broken."""
PHOTO_BYTES_MAX = photo_tables.IMAGE_BYTES_MAX
KEPT_FOR = timedelta(days=180)
"""As long as a landlord may claim damage to a place (six months, section 548 BGB)."""


def add_photo(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    where: tuple[Phase, str],
    image: bytes,
    *,
    now: datetime,
) -> HandOver | Refusal:
    """Keep a photo of a line of the list (or of none) in a protocol that is not signed.

    Its id follows from what it shows: sent twice it is kept once. Whoever calls has made it small
    and taken out of it what a camera writes into it.
    """
    phase, row_key = where
    found = find_to_answer(write, actor, reservation_id, phase, now=now)
    if isinstance(found, Refusal):
        return found
    if found.protocol(phase).signed is not None:
        return SIGNED
    if len(image) > photo_tables.IMAGE_BYTES_MAX or not image:
        return UNREADABLE
    digest = hashlib.sha256(image).digest()
    taken = [each for each in list_photos(write, reservation_id) if each.phase == phase]
    if any(each.digest == digest for each in taken):
        return found
    if len(taken) >= PHOTOS_MAX:
        return TOO_MANY
    listed = {row.key for row in found.listed}
    photo = Photo(
        id=derived_id(reservation_id, "photo", phase, digest),
        reservation_id=reservation_id,
        person_id=actor.person_id,
        phase=str(phase),
        row_key=row_key if row_key in listed else "",
        at=to_epoch(now),
        digest=digest,
    )
    if not photo_tables.insert_photo(write, photo, image):
        # It was taken away, and is wanted again.
        photo_tables.insert_photo(write, replace(photo, id=new_id()), image)
    return found


def drop_photo(
    write: Write, actor: Actor, reservation_id: bytes, photo_id: bytes, *, now: datetime
) -> HandOver | Refusal:
    """Take a photo away: its people until they have signed, the team at any time."""
    found = find_hand_over(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    photos = {each.id: each for each in list_photos(write, reservation_id)}
    if photo_id not in photos:
        return found
    if not may(actor, Permission.CHECK_IN_OTHERS):
        allowed = find_to_answer(
            write, actor, reservation_id, Phase(photos[photo_id].phase), now=now
        )
        if isinstance(allowed, Refusal):
            return allowed
        if allowed.protocol(Phase(photos[photo_id].phase)).signed is not None:
            return SIGNED
    if write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    photo_tables.blank_photo(write, photo_id)
    return found


def list_photos(read: Read, reservation_id: bytes) -> list[Photo]:
    """The photos of a reservation's hand-overs, without the pictures."""
    return photo_tables.select_photos(read, reservation_id)


def get_image(read: Read, actor: Actor, reservation_id: bytes, photo_id: bytes) -> bytes | Refusal:
    """A picture, for its people and the team; others' don't exist."""
    reservation = own_reservation(read, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    return photo_tables.select_image(read, reservation_id, photo_id) or NO_PHOTO


def let_photos_go(write: Write, *, now: datetime) -> int:
    """At the home node: take away the pictures whose time is over; how many that were."""
    if write.role is not NodeRole.HOME or not write.clock_trusted:
        return 0
    return photo_tables.blank_older(write, to_epoch(now - KEPT_FOR))


def photos_gone(read: Read) -> Collection[bytes]:
    """The photos that were taken away: what says them still in a journal goes as well."""
    return photo_tables.select_blank(read)


SIGNED = Refusal(
    "handover.signed",
    N_("Diese Übergabe ist schon bestätigt."),
    N_("Was noch zu sagen ist, sagen Sie bitte dem Service-Point."),
    status=409,
)
TOO_MANY = Refusal(
    "handover.too_many_photos",
    N_("Mehr als zwölf Fotos passen nicht in eine Übergabe."),
    N_("Entfernen Sie eines, das nicht gebraucht wird."),
    status=422,
    field="photo",
)
UNREADABLE = Refusal(
    "handover.no_picture",
    N_("Dieses Bild kann nicht gelesen werden."),
    N_("Bitte nehmen Sie ein Foto als JPEG, PNG oder WebP, höchstens 15 MB groß."),
    status=422,
    field="photo",
)
NO_PHOTO = Refusal(
    "handover.no_photo",
    N_("Dieses Foto gibt es nicht mehr."),
    N_("Fotos werden nach einem halben Jahr gelöscht."),
    status=404,
)
