"""What a file of schema 1 says of the team, taken over into the team's own tables, once.

There the team stood among the residents. Only what the home node itself wrote (of secrets also
its reserve) is taken: a changed box may have written the rest. Goes with the last file of schema 1.
"""

from __future__ import annotations

from dataclasses import replace

from node.people import tables
from node.people.model import TEAM, PersonProfile, RoleSpan, to_json
from node.store import OFFICE_ROLES, NodeRole, Write, decoded_cell

RESIDENTS_SECRETS = {
    "credential": "select * from credential where person_id = :id",
    "card": "select * from card where person_id = :id",
}
"""Where the team's secrets stood, and how they are found."""


def adopt_team(write: Write) -> None:
    """At the home node: let those go on being the team whom an older release knew as such."""
    if write.role is not NodeRole.HOME or tables.select_team_roles(write):
        return
    adopted = set()
    for row in write.rows("select * from person_role"):
        span = decoded_cell(row["span"], RoleSpan)
        if span is None or span.role not in TEAM:
            continue
        if not write.roles_behind("person_role", row["id"]) <= {NodeRole.HOME}:
            continue
        person = tables.select_person(write, row["person_id"])
        profile = decoded_cell(person["profile"], PersonProfile) if person is not None else None
        if profile is not None:
            named = to_json(replace(span, sign_in=profile.sign_in))
            write.insert_new("team_role", **{**dict(row), "span": named})
            adopted.add(row["person_id"])
    for person_id in adopted:
        _adopt_secrets(write, person_id)


def _adopt_secrets(write: Write, person_id: bytes) -> None:
    for table, held in RESIDENTS_SECRETS.items():
        for row in write.rows(held, id=person_id):
            if write.roles_behind(table, row["id"]) <= OFFICE_ROLES:
                write.insert_new(f"team_{table}", **dict(row))
