"""Registration forms of foreign guests: filled in, signed, seen.

Only who is no German fills one in (BMG s.29(2)); it is signed on the day of arrival. What was
filled in anew must be signed anew, for a signature stands under one version of a form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id, id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import Refusal
from node.quarter import zone_of
from node.spaces.guests import rules, tables
from node.spaces.guests.model import (
    FiledForm,
    Form,
    How,
    Kind,
    RecordFact,
    Signature,
    Stay,
)
from node.spaces.guests.tables import Record
from node.store import Write


def forms_of(records: Iterable[Record]) -> dict[int, FiledForm]:
    """The forms of a stay by the guest's number, as they were filled in last."""
    found: dict[int, FiledForm] = {}
    for record in records:
        if record.kind == Kind.FORM and (form := record.reading(Form)) is not None:
            found[form.number] = FiledForm(record.id, form)
    by_id = {filed.id: number for number, filed in found.items()}
    for record in records:
        number = by_id.get(record.of_id)
        if number is None:
            continue
        if record.kind == Kind.SIGNED:
            signature = record.reading(Signature) or Signature()
            found[number] = replace(
                found[number],
                signed_at=record.fact.at,
                how=record.fact.how,
                strokes=signature.strokes,
            )
        elif record.kind == Kind.SEEN:
            found[number] = replace(found[number], seen_at=record.fact.at)
    return found


def file_form(
    write: Write, actor: Actor, stay: Stay, form: Form, *, now: datetime
) -> Refusal | None:
    """Write a form down. The same twice is one; what is signed only the desk fills in anew."""
    filed = stay.forms.get(form.number)
    if filed is not None and filed.form == form:
        return None
    is_desk = may(actor, Permission.CHECK_IN_OTHERS)
    if filed is not None and filed.is_signed and not is_desk:
        return rules.SIGNED_ALREADY
    today = now.astimezone(zone_of(write)).date()
    refusal = rules.check_form(stay, form, today=today)
    if refusal is None:
        key = derived_id(Kind.FORM, stay.keeper_id, form.number)
        _record(write, actor, stay, Kind.FORM, form, now=now, record_id=new_id(), of_id=key)
    return refusal


def sign_form(
    write: Write,
    actor: Actor,
    stay: Stay,
    number: int,
    *,
    how: How,
    strokes: str = "",
    now: datetime,
) -> Refusal | None:
    """Note that a form is signed: with strokes on a screen or, by the desk, on paper."""
    filed = stay.forms.get(number)
    if filed is None:
        return rules.NO_FORM
    if filed.is_signed:
        return None
    refusal = rules.check_signing(stay, today=now.astimezone(zone_of(write)).date())
    if refusal is not None:
        return refusal
    if how is How.PAPER:
        if not may(actor, Permission.CHECK_IN_OTHERS):
            return rules.NO_SIGNATURE
        strokes = ""
    else:
        try:
            rules.read_strokes(strokes)
        except ValueError:
            return rules.NO_SIGNATURE
    said = Signature(strokes)
    _record(write, actor, stay, Kind.SIGNED, said, now=now, of_id=filed.id, how=how)
    return None


def note_passport(write: Write, actor: Actor, stay: Stay, number: int, *, now: datetime) -> None:
    """The desk saw the passport of a form."""
    filed = stay.forms.get(number)
    if filed is not None and filed.seen_at is None and may(actor, Permission.CHECK_IN_OTHERS):
        _record(write, actor, stay, Kind.SEEN, Signature(), now=now, of_id=filed.id)


def _record(
    write: Write,
    actor: Actor,
    stay: Stay,
    kind: Kind,
    said: object,
    *,
    now: datetime,
    record_id: bytes = b"",
    of_id: bytes = b"",
    how: str = "",
) -> None:
    """Under an id of its own, or, where it is said of a form, under one that all nodes would find:
    two signatures at once are one."""
    by = id_text(actor.person_id) if actor.is_signed_in else ""
    fact = RecordFact(kept_instant(now), str(actor.face), how, by)
    tables.insert_record(
        write,
        record_id or derived_id(kind, of_id),
        stay.keeper_id,
        kind,
        fact,
        said=said,
        of_id=of_id,
    )
