"""Registration forms on pages and on paper: the same for the guest and for the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from node.base.refusals import N_, Refusal
from node.spaces.guests import FIELD_MAX, FiledForm, Form, How, Stay, read_strokes
from node.web.errors import words
from node.web.forms import Fields
from node.web.paper import A4, NORMAL, Paper
from node.web.paper_fonts import is_printable
from node.web.showing import Place, place_of, when_of
from node.web.visit import Visit


@dataclass(slots=True)
class FormPage:
    """See `_guest_form.html`."""

    name: str
    place: Place
    when: str
    back: str
    action: str
    given: dict[str, str]
    fellows: list[dict[str, str]]
    problems: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


@dataclass(slots=True)
class SignPage:
    """See `portal/guest_sign.html`."""

    name: str
    place: Place
    when: str
    back: str
    action: str
    edit_href: str
    rows: list[dict[str, str]]
    can_sign: bool
    not_yet: str
    is_signed: bool
    problems: dict[str, str] = field(default_factory=dict)


def name_of(stay: Stay, number: int) -> str:
    """Who it is."""
    filed = stay.forms.get(number)
    if filed is not None:
        return f"{filed.form.given_names} {filed.form.family_name}"
    named = dict(stay.guests.named) if stay.guests else {}
    return named[number].name if number in named else ""


def form_page(
    visit: Visit, stay: Stay, number: int, given: dict[str, str], *, back: str, action: str
) -> FormPage:
    """The fields of one guest's form."""
    named = stay.guests.named if stay.guests else []
    return FormPage(
        name=name_of(stay, number),
        place=place_of(visit, stay.line.space),
        when=when_of(visit, stay.line.space, stay.line.reservation.period),
        back=back,
        action=action,
        given=given,
        fellows=[
            {"name": f"fellow_{each}", "text": guest.name}
            for each, guest in named
            if each != number
        ],
    )


def given_form(stay: Stay, number: int) -> dict[str, str]:
    """What was filled in, as the fields hold it; at first the name, and children as fellows."""
    filed = stay.forms.get(number)
    if filed is None:
        given, _, family = name_of(stay, number).rpartition(" ")
        named = stay.guests.named if stay.guests else []
        children = {f"fellow_{each}": "1" for each, guest in named if guest.is_child}
        return {"given_names": given, "family_name": family, **children}
    form = filed.form
    return {
        "family_name": form.family_name,
        "given_names": form.given_names,
        "born": form.born,
        "nationalities": form.nationalities,
        "address": form.address,
        "passport": form.passport,
        "fellow_nationalities": form.fellow_nationalities,
        **{f"fellow_{each}": "1" for each in form.fellows},
    }


def read_form(fields: Fields, stay: Stay, number: int) -> Form:
    """A form as the fields say it."""
    named = stay.guests.named if stay.guests else []
    born = fields.day("born")
    fellows = tuple(n for n, _ in named if n != number and fields.given.get(f"fellow_{n}"))
    kinds = fields.text("fellow_nationalities", longest=FIELD_MAX)
    for name in PRINTED:
        # Every passport has its Latin letters, too; an authority must be able to read the paper.
        if not is_printable(fields.given.get(name, "")):
            fields.problem(name, NOT_PRINTABLE)
    return Form(
        number=number,
        family_name=fields.text("family_name", required=True, longest=FIELD_MAX),
        given_names=fields.text("given_names", required=True, longest=FIELD_MAX),
        born=born.isoformat() if born else "",
        nationalities=fields.text("nationalities", required=True, longest=FIELD_MAX),
        address=fields.text("address", required=True, longest=FIELD_MAX),
        passport=fields.text("passport", required=True, longest=FIELD_MAX),
        fellows=fellows,
        fellow_nationalities=kinds if fellows else "",
    )


PRINTED = ("family_name", "given_names", "nationalities", "address", "fellow_nationalities")
NOT_PRINTABLE = N_(
    "Diese Schriftzeichen können wir nicht drucken. Bitte schreiben Sie es in lateinischen"
    " Buchstaben, wie im Pass."
)


def refused_form(visit: Visit, page: FormPage, fields: Fields, refusal: Refusal | None) -> int:
    """Say on the page what is wrong; the status to answer with."""
    if refusal is not None and refusal.field:
        fields.problem(refusal.field, refusal.message, **refusal.values)
    page.problems = fields.problems
    if refusal is not None and not refusal.field:
        page.refusal = words(visit, refusal)
    return refusal.status if refusal is not None else 422


def form_rows(visit: Visit, stay: Stay, form: Form) -> list[dict[str, str]]:
    """Everything that the form says, in the law's order."""
    lang = visit.prefs.lang
    fellows = len(form.fellows)
    rows = (
        (N_("Ankunft"), dated(lang, stay.first_day)),
        (N_("Abreise"), dated(lang, stay.last_day)),
        (N_("Familienname"), form.family_name),
        (N_("Vornamen"), form.given_names),
        (N_("Geburtsdatum"), dated(lang, date.fromisoformat(form.born))),
        (N_("Staatsangehörigkeiten"), form.nationalities),
        (N_("Anschrift"), form.address),
        (N_("Seriennummer des Passes"), form.passport),
        (N_("Mitreisende"), str(fellows) if fellows else ""),
        (N_("Deren Staatsangehörigkeiten"), form.fellow_nationalities),
    )
    return [
        {"label": visit.say(label), "value": value, "typed": "1"} for label, value in rows if value
    ]


SLASHED = frozenset({"en", "ar"})
"""Languages that write 28/11/2026."""


def dated(lang: str, day: date) -> str:
    """A day with its year, as documents have it."""
    return f"{day:%d/%m/%Y}" if lang in SLASHED else f"{day:%d.%m.%Y}"


STATES = {
    "signed": ("confirmed", N_("unterschrieben")),
    "filled": ("held", N_("ausgefüllt, Unterschrift fehlt")),
    "open": ("held", N_("noch offen")),
}


def state_of(visit: Visit, filed: FiledForm | None) -> dict[str, str]:
    """How far a form is, as lists show it."""
    key = "open" if filed is None else "signed" if filed.is_signed else "filled"
    state, text = STATES[key]
    return {"state": state, "state_text": visit.say(text)}


# On paper

BOX = (110.0, 32.0)
"""The field for the signature, in millimetres."""


def form_paper(visit: Visit, stay: Stay, filed: FiledForm, *, kept_until: str) -> bytes:
    """The form on A4: with the strokes that were drawn, or with a line to sign on."""
    title = visit.say(N_("Meldeschein für ausländische Gäste"))
    paper = Paper(NORMAL, A4, title=title, lang=visit.prefs.lang)
    draw_form(visit, paper, stay, filed, kept_until=kept_until)
    return paper.content()


def draw_form(visit: Visit, paper: Paper, stay: Stay, filed: FiledForm, *, kept_until: str) -> None:
    """A form on a page of its own."""
    title = visit.say(N_("Meldeschein für ausländische Gäste"))
    paper.new_page(shape=A4)
    paper.place(paper.shape.left, 18.0)
    space = stay.line.space.name.in_language(visit.prefs.lang)
    paper.small(f"{visit.house.quarter_name}, {space}")
    paper.paragraph(title, paper.type.heading, 9.0, bold=True)
    paper.small(visit.say(N_("Nach §§ 29 und 30 Bundesmeldegesetz.")))
    paper.gap(4.0)
    for row in form_rows(visit, stay, filed.form):
        paper.small(row["label"])
        paper.paragraph(row["value"], 13.0, 6.5)
        paper.gap(1.5)
    paper.gap(8.0)
    _box(paper, filed)
    paper.small(visit.say(N_("Unterschrift des Gastes, am Tag der Anreise")))
    paper.gap(4.0)
    paper.small(visit.say(N_("Aufzubewahren bis {day}, danach zu vernichten."), day=kept_until))


def _box(paper: Paper, filed: FiledForm) -> None:
    left, top = paper.shape.left, paper.y
    width, height = BOX
    if filed.how == How.SCREEN and filed.strokes:
        paper.pdf.set_draw_color(0)
        paper.pdf.set_line_width(0.5)
        for stroke in read_strokes(filed.strokes):
            points = [(left + x * width / 1000, top + y * height / 1000) for x, y in stroke]
            paper.pdf.polyline(points)
        paper.pdf.set_line_width(0.2)
    paper.pdf.line(left, top + height, left + width, top + height)
    paper.place(left, top + height + 2.0)
