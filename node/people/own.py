"""What residents change about themselves and their household, without staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from node.base.actors import Actor
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import find_household, find_person
from node.people.actions import add_member
from node.people.model import Person, to_json
from node.people.rules import check_name
from node.people.search import refresh_words
from node.store import Write


def change_profile(
    write: Write, actor: Actor, *, given_name: str, family_name: str, language: str
) -> Person | Refusal:
    """Set what the actor is called and the language that letters to them are written in."""
    if actor.is_away:
        return refusals.ONLY_AT_HOME
    given_name, family_name = given_name.strip(), family_name.strip()
    refusal = check_name(given_name, family_name)
    if refusal is not None:
        return refusal
    person = find_person(write, actor.person_id)
    if person is None:
        return refusals.NOT_FOUND
    profile = replace(
        person.profile, given_name=given_name, family_name=family_name, language=language
    )
    if profile != person.profile:
        staff = {"staff_id": actor.staff_id} if actor.staff_id else {}
        tables.update_row(write, "person", person.id, profile=to_json(profile), **staff)
        refresh_words(write, [person.id])
    return replace(person, profile=profile)


def add_to_household(
    write: Write, actor: Actor, *, given_name: str, family_name: str = "", now: datetime
) -> Person | Refusal:
    """Add somebody to the actor's own household, who then signs in with its code."""
    if actor.is_away:
        return refusals.ONLY_AT_HOME
    household = find_household(write, actor.household_id) if actor.household_id else None
    if household is None:
        return refusals.NOT_FOUND
    return add_member(write, household, given_name, family_name, staff_id=actor.staff_id, now=now)
