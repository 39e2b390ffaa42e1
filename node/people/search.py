"""The desk's search for people: every word of a name, a bell and a place, folded, by prefix.

The index is a local projection: written with the person, followed after a merge, rebuilt at will.
"""

from __future__ import annotations

from collections.abc import Collection

from node.base.actors import Actor, Permission, may
from node.base.refusals import Refusal
from node.people import refusals, tables
from node.people.access import find_household, find_person, household_of, person_of
from node.people.model import Household, Person, PersonLine
from node.people.places import place_name, place_names
from node.people.rules import query_words, search_words
from node.store import Read, Write

FOUND_MAX = 50
FEW = 20
"""Up to so many persons it is quicker to look their households up one by one."""
INDEXED = frozenset({"person", "household", "flat", "building"})
"""A merge of one of these tables may change what people are found by."""


def search_people(read: Read, actor: Actor, text: str) -> list[PersonLine] | Refusal:
    """The persons whose words all begin like the words of `text`, by name; at most `FOUND_MAX`."""
    if not may(actor, Permission.MANAGE_PEOPLE):
        return refusals.NOT_ALLOWED
    words = query_words(text)
    if not words:
        return []
    # The longest word is the rarest: fewest candidates first.
    words.sort(key=len, reverse=True)
    found = tables.select_persons_by_prefix(read, words[0])
    for word in words[1:]:
        found &= tables.select_persons_by_prefix(read, word)
    persons = [person for person_id in found if (person := find_person(read, person_id))]
    persons.sort(key=lambda p: (p.profile.family_name.casefold(), p.name.casefold(), p.id))
    return [_line(read, person) for person in persons[:FOUND_MAX]]


def _line(read: Read, person: Person) -> PersonLine:
    row = tables.select_household(read, person.household_id)
    if row is None:
        return PersonLine(person, "", person.profile.title)
    household = household_of(row)
    return PersonLine(person, household.name, place_name(read, household))


def refresh_words(write: Write, person_ids: Collection[bytes] | None = None) -> int:
    """Bring the search index up to date for these persons or all; how many words changed."""
    if person_ids is not None and len(person_ids) <= FEW:
        return sum(_refresh_one(write, person_id) for person_id in person_ids)
    households = {row["id"]: household_of(row) for row in tables.select_all_households(write)}
    places = place_names(write)
    changed = 0
    for row in tables.select_all_persons(write):
        if person_ids is None or row["id"] in person_ids:
            person = person_of(row)
            household = households.get(person.household_id)
            place = places.get(household.flat_id, "") if household is not None else ""
            changed += _replace(write, person.id, _words(person, household, place))
    return changed


def _refresh_one(write: Write, person_id: bytes) -> int:
    person = find_person(write, person_id)
    if person is None:
        return 0
    household = find_household(write, person.household_id)
    place = place_name(write, household) if household is not None else ""
    return _replace(write, person_id, _words(person, household, place))


def _words(person: Person, household: Household | None, place: str) -> frozenset[str]:
    profile = person.profile
    texts = [profile.name, profile.sign_in, profile.title, place]
    if household is not None:
        texts += [household.name, household.profile.address]
    return search_words(*texts)


def _replace(write: Write, person_id: bytes, words: frozenset[str]) -> int:
    held = tables.select_words(write, person_id)
    for word in held - words:
        tables.delete_word(write, person_id, word)
    for word in words - held:
        write.insert("person_word", word=word, person_id=person_id)
    return len(held ^ words)
