"""Whether a pass opens now. Pure; each no is a sentence of its own with what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from node.base.refusals import N_, Refusal
from node.spaces.model import CHECK_IN_EARLY, Reservation, Space, Status


def check_admission(space: Space, reservation: Reservation, *, now: datetime) -> Refusal | None:
    """Whether a pass opens now; each no its own sentence."""
    status = reservation.status_at(now)
    if status is Status.CHECKED_OUT:
        return Refusal(
            "pass.used",
            N_("Dieser Ausweis wurde schon benutzt und ist abgemeldet."),
            N_("Für eine neue Buchung gibt es einen neuen Ausweis."),
        )
    if status in {Status.CANCELLED, Status.DECLINED, Status.DISPLACED, Status.EXPIRED}:
        return Refusal(
            "pass.revoked",
            N_("Diese Buchung gilt nicht mehr, deshalb auch ihr Ausweis nicht."),
            N_("Wenn Sie das nicht erwartet haben, hilft der Service-Point."),
        )
    if status in {Status.REQUESTED, Status.HELD}:
        return Refusal(
            "pass.not_confirmed",
            N_("Diese Buchung ist noch nicht bestätigt."),
            N_("Sobald sie bestätigt ist, gilt der Ausweis."),
        )
    if status is Status.NO_SHOW:
        return Refusal(
            "pass.released",
            N_("Der Raum wurde freigegeben, weil niemand gekommen ist."),
            N_("Am Service-Point oder hier können Sie ihn neu buchen, wenn er noch frei ist."),
        )
    return _check_admission_time(space, reservation, now=now)


def _check_admission_time(
    space: Space, reservation: Reservation, *, now: datetime
) -> Refusal | None:
    opens_at = check_in_opens_at(space, reservation)
    if now < opens_at:
        return Refusal(
            "pass.too_early",
            N_("Sie sind zu früh: Einchecken geht ab {opens_at}."),
            N_("Der Ausweis bleibt gültig. Bitte kommen Sie dann wieder."),
            values={"opens_at": opens_at},
        )
    if now >= reservation.period.ends_at:
        return Refusal(
            "pass.too_late",
            N_("Die gebuchte Zeit ist vorbei."),
            N_("Wenn Sie länger bleiben möchten, buchen Sie bitte neu."),
        )
    return None


def check_in_opens_at(space: Space, reservation: Reservation) -> datetime:
    """From when a pass lets in: a little before a room's time, at a stay's own hour."""
    early = timedelta(0) if space.is_by_night else CHECK_IN_EARLY
    return reservation.period.starts_at - early
