"""A guest's link as pages and paper show it, once, when it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace

from node.base.refusals import N_, Refusal
from node.spaces import Line
from node.spaces.guests import GuestLink, Stay
from node.web.calendar_address import reachable_address
from node.web.paper import A4, LARGE, Format, Paper, Type
from node.web.qr import qr_svg
from node.web.showing import ShownLine, line_of, moment, when_of
from node.web.visit import Visit

A6 = Format(105.0, 148.0, 9.0, 9.0)
A6_TYPE = Type(body=10.5, heading=13.0, code=20.0, small=8.5, line=4.8)
PAPERS = ("a6", "a4")
LANGUAGES = ("de", "en")
"""A guest may read either: the slip says it in both."""


@dataclass(slots=True)
class GuestLinkPage:
    """See `_guest_link.html`. `address` and `qr` are there once, when the link was made."""

    line: ShownLine
    back: str
    action: str
    made: str
    address: str = ""
    qr: str = ""
    token: str = ""
    notice: dict[str, str] | None = None


def guest_link_page(
    visit: Visit, line: Line, link: GuestLink | None, *, back: str, token: str = ""
) -> GuestLinkPage:
    """What there is of a link to a stay; with its token, the link itself."""
    address = address_of(visit, token) if token else ""
    return GuestLinkPage(
        line=line_of(visit, line),
        back=back,
        action=f"{back}/guest",
        made=moment(visit, link.made_at) if link else "",
        address=address,
        qr=qr_svg(address) if address else "",
        token=token,
    )


def address_of(visit: Visit, token: str) -> str:
    """Where a guest's page is found from any phone in the house."""
    return f"{reachable_address(visit)}/guest/{token}"


# On paper


@dataclass(frozen=True, slots=True)
class GuestSlip:
    """What stands on the slip, in each of its languages."""

    title: str
    place: str
    where: str
    address: str
    when: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]


def guest_slip(visit: Visit, stay: Stay, where: str, token: str) -> GuestSlip:
    """The slip of a link, said in German and in English; every apartment of the stay is on it."""
    readers = [replace(visit, prefs=replace(visit.prefs, lang=lang)) for lang in LANGUAGES]
    parts = [
        (
            reader.say(N_("Ihr Aufenthalt")),
            reader.say(
                N_(
                    "Lesen Sie den Code mit der Kamera Ihres Telefons. Dort stehen Ihr Ausweis, der"
                    " Weg hinein und die Hausregeln. Ein Konto brauchen Sie nicht. Wer den Zettel"
                    " hat, kann die Seite öffnen."
                )
            ),
        )
        for reader in readers
    ]
    return GuestSlip(
        title=visit.house.quarter_name,
        place=" · ".join(line.space.name.in_language("de") for line in stay.parts),
        where=where,
        address=address_of(visit, token),
        when=tuple(
            when_of(reader, line.space, line.reservation.period)
            for reader in readers
            for line in stay.parts
        ),
        parts=tuple(parts),
    )


def drawn_slip(slip: GuestSlip, paper: str) -> bytes:
    """The slip as PDF, "a6" to hand over or "a4" in large type."""
    shape, kind, qr_mm = (A6, A6_TYPE, 46.0) if paper == "a6" else (A4, LARGE, 74.0)
    page = Paper(kind, shape, title=f"{slip.title}: {slip.place}")
    page.new_page()
    page.place(shape.left, shape.left)
    page.small(slip.title)
    page.paragraph(slip.place, kind.code, kind.code * 0.42, bold=True)
    page.paragraph(slip.where, kind.body, kind.line)
    for when in slip.when:
        page.line(when, size=kind.heading, bold=True, height=kind.heading * 0.48)
    page.gap(qr_mm * 0.06)
    top = page.y
    page.qr(slip.address, x=shape.left, y=top, size=qr_mm)
    page.place(shape.left, top + qr_mm * 1.06)
    for title, text in slip.parts:
        page.line(title, size=kind.body, bold=True, height=kind.line)
        page.paragraph(text, kind.body, kind.line)
        page.gap(1.5)
    page.small(slip.address)
    return page.content()


NO_SLIP = Refusal(
    "guests.no_slip",
    N_("Diesen Zettel gibt es nicht mehr."),
    N_("Der Link wurde beendet oder erneuert. Bitte machen Sie einen neuen."),
    status=404,
)
