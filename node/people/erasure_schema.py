"""The tables of erasures and of what the desk told, as declarations; their SQL is in
`erased_tables`.

They name nobody: random ids, instants, and whose word it is.
"""

from __future__ import annotations

from node.people.schema import AT, HOUSEHOLD_ID, IDS, PERSON_ID, STAFF_ID
from node.store import Column, Scope, Table, Writers

ID = Column("id", "blob", max_bytes=16)
ERASURE_ID = Column("erasure_id", "blob", default=b"", max_bytes=16)
SITE = Column("site", "blob", default=b"", max_bytes=16)
REASON = Column("reason", default="", max_bytes=20)

ERASURE = Table(
    "erasure",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        AT,
        STAFF_ID,
        REASON,
    ),
    scope=Scope.QUARTER,
    # Or central could ask for anybody's.
    writers=Writers.HOUSE,
    indexes=(("person_id",),),
    erased=IDS,
    about="Somebody is to be erased, as a box of the house heard it: the random id only, when, why"
    " in a word, and which member of the team asked. The key is the receipt's number.",
)
ERASURE_RULING = Table(
    "erasure_ruling",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        SITE,
        AT,
        STAFF_ID,
        REASON,
        Column("due_at", "integer", default=0),
        Column("done_at", "integer", nullable=True),
        Column("ended_at", "integer", nullable=True),
        Column("ended_by", "blob", nullable=True, max_bytes=16),
        Column("ended_why", default="", max_bytes=20),
        HOUSEHOLD_ID,
    ),
    scope=Scope.QUARTER,
    # What is overwritten never comes back, so only the home node says that it shall be.
    writers=Writers.HOME,
    indexes=(("person_id",), ("household_id",)),
    erased=IDS,
    about="The home node's word on an erasure, under the same key: at which box it was asked for,"
    " when that was heard, when it is due, whether it was carried out or taken back, and which"
    " household it left empty. Only what was carried out is followed, by every node.",
)
ERASURE_WITHDRAWAL = Table(
    "erasure_withdrawal",
    key=("id",),
    columns=(
        ID,
        ERASURE_ID,
        AT,
        STAFF_ID,
    ),
    scope=Scope.HOUSE,
    indexes=(("erasure_id",),),
    erased=IDS,
    about="Somebody took back that they want to be erased, or the desk did for them.",
)
ERASURE_RECEIPT = Table(
    "erasure_receipt",
    key=("id",),
    columns=(
        ID,
        ERASURE_ID,
        SITE,
        Column("blanked_at", "integer", nullable=True),
        Column("cleaned_at", "integer", nullable=True),
        Column("gone_at", "integer", nullable=True),
    ),
    scope=Scope.QUARTER,
    indexes=(("erasure_id",),),
    erased=IDS,
    about="What a node says of an erasure: rows overwritten, journal cleaned, backups gone.",
)
DISCLOSURE = Table(
    "disclosure",
    key=("id",),
    columns=(ID, PERSON_ID, AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("person_id",),),
    erased=IDS,
    about="The desk gave somebody all that is held about them, because they asked.",
)
ERASED_PERSON = Table(
    "erased_person",
    key=("person_id",),
    columns=(Column("person_id", "blob"), Column("at", "integer", default=0)),
    scope=Scope.LOCAL,
    compact=True,
    erased=IDS,
    about="Who was erased, as this box knows: by the facts, and by the list beside the file, which"
    " outlives it when a backup is restored.",
)
TABLES = (ERASURE, ERASURE_RULING, ERASURE_WITHDRAWAL, ERASURE_RECEIPT, DISCLOSURE, ERASED_PERSON)
