"""The tables of the people room as declarations; their SQL is in `tables`.

Everything that names a person is of scope HOUSE. Facts carry a `number` that rises by one with
every newer fact about the same thing, so that "the newest counts" needs no clock: the highest
number wins, and of two with the same number the greater id, on every node alike.
"""

from __future__ import annotations

from node.store import Column, Erased, Scope, Table, Writers

ID = Column("id", "blob")
PERSON_ID = Column("person_id", "blob", default=b"", max_bytes=16)
HOUSEHOLD_ID = Column("household_id", "blob", default=b"", max_bytes=16)
NUMBER = Column("number", "integer", default=0, low=0, high=10**9)
DIGEST = Column("digest", "blob", default=b"", max_bytes=64)
AT = Column("at", "integer", default=0)
STAFF_ID = Column("staff_id", "blob", nullable=True, max_bytes=16)
SOURCE = Column("source", "text", default="", max_bytes=64)
PROFILE = Column("profile", "text", default="", max_bytes=8192)

_PERSONS = "select person_id from erased_person"
_OF_PERSON = f"person_id in ({_PERSONS})"
GONE_HOUSEHOLDS = (
    "select household_id from erasure_ruling where household_id != x'' and done_at is not null"
    " union select gone.household_id from person as gone"
    " join erased_person as e on e.person_id = gone.id where gone.household_id != x''"
    " and not exists (select 1 from erasure_ruling as r where r.person_id = gone.id"
    " and r.done_at is not null) and not exists (select 1 from person as other"
    " where other.household_id = gone.household_id and other.id not in"
    " (select person_id from erased_person))"
)
"""The households of which everybody was erased: as the home node says of those whom it erased, for
others could make a household seem empty; of those that only the list beside the file knows, by who
is left."""

IS_GONE = (
    "exists (select 1 from erasure_ruling as r where r.household_id = household.id"
    " and r.done_at is not null) or exists (select 1 from person as p"
    " join erased_person as e on e.person_id = p.id where p.household_id = household.id"
    " and not exists (select 1 from erasure_ruling as r where r.person_id = p.id"
    " and r.done_at is not null)) and not exists (select 1 from person as p"
    " where p.household_id = household.id and not exists (select 1 from erased_person as e"
    " where e.person_id = p.id))"
)
"""The same about one household, by its index."""

EMPTIED = (
    "select r.id, p.household_id from erasure_ruling as r join person as p on p.id = r.person_id"
    " where r.done_at is not null and r.household_id = x'' and p.household_id != x''"
    " and not exists (select 1 from person as other where other.household_id = p.household_id"
    " and other.id not in (select person_id from erased_person))"
)
"""Which rulings seem to have emptied a household that they do not name yet."""

# A changed box of the lobby may do what somebody at its screen may, and no more: so whatever makes
# somebody one of the team is written behind a door, in tables of its own, where nobody can write
# over it. What stands of the team in the tables of the residents counts for nothing.

IDS = Erased.nothing("ids, a number and an instant")

HOUSEHOLD = Table(
    "household",
    key=("id",),
    columns=(ID, Column("flat_id", "blob", default=b"", max_bytes=16), PROFILE, SOURCE),
    scope=Scope.HOUSE,
    # It says when somebody moved out.
    writers=Writers.HOME,
    indexes=(("flat_id",),),
    erased=Erased.blank(
        "profile", "source", rows=f"id in ({GONE_HOUSEHOLDS})", why="once nobody of it is left"
    ),
    about="Those who share a flat, a paper code and a bill; `source` is the digest of the"
    " imported row, so that an import changes only what changed in the operator's files.",
)
PERSON = Table(
    "person",
    key=("id",),
    columns=(ID, HOUSEHOLD_ID, PROFILE, SOURCE, AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("household_id",),),
    erased=Erased.blank(
        "profile", "source", rows=f"id in ({_PERSONS})", why="name, birth, mail, telephone"
    ),
    about="Somebody the quarter knows, with one profile; added by import, themselves or staff.",
)
PERSON_ROLE = Table(
    "person_role",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        Column("role", "text", default="", max_bytes=40),
        Column("span", "text", default="", max_bytes=200),
        NUMBER,
        AT,
        STAFF_ID,
    ),
    scope=Scope.HOUSE,
    indexes=(("person_id",), ("role",)),
    erased=Erased.blank("span", rows=_OF_PERSON, why="since when and until when"),
    about="What a neighbour is in the quarter, from when until when; the newest fact per role.",
)
TEAM_ROLE = Table(
    "team_role",
    key=("id",),
    columns=PERSON_ROLE.columns,
    scope=Scope.HOUSE,
    writers=Writers.HOME,
    indexes=(("person_id",),),
    erased=Erased.blank(
        "span", rows=_OF_PERSON, why="since when, until when, and the sign-in name"
    ),
    about="What somebody of the team is, by which name they sign in, from when until when.",
)
SERVICE_CONTRACT = Table(
    "service_contract",
    key=("id",),
    columns=(
        ID,
        Column("contract_id", "blob", default=b"", max_bytes=16),
        HOUSEHOLD_ID,
        Column("terms", "text", default="", max_bytes=2000),
        NUMBER,
        AT,
        STAFF_ID,
    ),
    scope=Scope.HOUSE,
    # It says what somebody pays.
    writers=Writers.HOME,
    indexes=(("household_id",), ("contract_id",)),
    erased=Erased.blank(
        "terms",
        rows=f"household_id in ({GONE_HOUSEHOLDS})",
        why="once nobody of it is left",
    ),
    about="A household's service contract: term and price; the newest fact per contract counts.",
)
HOUSEHOLD_CODE = Table(
    "household_code",
    key=("id",),
    columns=(ID, HOUSEHOLD_ID, DIGEST, NUMBER, AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("household_id",), ("digest",)),
    erased=Erased.blank(
        "digest", rows=f"household_id in ({GONE_HOUSEHOLDS})", why="once nobody of it is left"
    ),
    about="The slow digest of a paper code; a household's newest code counts, older ones do not.",
)
CODE_REVOCATION = Table(
    "code_revocation",
    key=("id",),
    columns=(ID, HOUSEHOLD_ID, NUMBER, AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("household_id",),),
    erased=IDS,
    about="From now on no code of this household up to this number counts.",
)
CREDENTIAL = Table(
    "credential",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        Column("kind", "text", default="", max_bytes=20),
        Column("hash", "text", default="", max_bytes=300),
        NUMBER,
        AT,
        STAFF_ID,
    ),
    scope=Scope.HOUSE,
    indexes=(("person_id",),),
    erased=Erased.blank("hash", rows=_OF_PERSON, why="nobody signs in with it any more"),
    about="The argon2id hash of a PIN or password; the newest per kind counts, an empty one"
    " takes it away.",
)
TEAM_CREDENTIAL = Table(
    "team_credential",
    key=("id",),
    columns=CREDENTIAL.columns,
    scope=Scope.HOUSE,
    writers=Writers.OFFICE,
    indexes=(("person_id",),),
    erased=Erased.blank("hash", rows=_OF_PERSON, why="nobody signs in with it any more"),
    about="The same of the team, whose other credentials do not count.",
)
CARD = Table(
    "card",
    key=("id",),
    columns=(ID, PERSON_ID, DIGEST, AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("person_id",), ("digest",)),
    erased=Erased.blank("digest", rows=_OF_PERSON, why="the card opens nothing any more"),
    about="A card handed out: the digest of the random token in its QR.",
)
TEAM_CARD = Table(
    "team_card",
    key=("id",),
    columns=CARD.columns,
    scope=Scope.HOUSE,
    writers=Writers.OFFICE,
    indexes=(("person_id",), ("digest",)),
    erased=Erased.blank("digest", rows=_OF_PERSON, why="the card opens nothing any more"),
    about="A card of somebody of the team, whose other cards do not count.",
)
CARD_REVOCATION = Table(
    "card_revocation",
    key=("id",),
    columns=(ID, Column("card_id", "blob", default=b"", max_bytes=16), AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("card_id",),),
    erased=IDS,
    about="A card that counts no more: lost, given back or replaced.",
)
SIGN_OUT = Table(
    "sign_out",
    key=("id",),
    columns=(ID, PERSON_ID, AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("person_id",),),
    erased=IDS,
    about="Signed out everywhere: a session that knew fewer of these facts has ended.",
)
OUTSIDE_ACCESS = Table(
    "outside_access",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        HOUSEHOLD_ID,
        DIGEST,
        Column("rights", "text", default="", max_bytes=8192),
        AT,
        STAFF_ID,
    ),
    scope=Scope.QUARTER,
    # Or central could let itself in in anybody's name.
    writers=Writers.HOUSE,
    indexes=(("person_id",), ("digest",)),
    erased=Erased.blank("digest", "rights", rows=_OF_PERSON, why="the link opens nothing any more"),
    about="A resident opted in to be let in at central: digest of a random token, ids and rights"
    " without a name.",
)
OUTSIDE_ACCESS_REVOCATION = Table(
    "outside_access_revocation",
    key=("id",),
    columns=(ID, Column("access_id", "blob", default=b"", max_bytes=16), AT, STAFF_ID),
    scope=Scope.QUARTER,
    indexes=(("access_id",),),
    erased=IDS,
    about="An access from outside that counts no more.",
)
SESSION = Table(
    "session",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        Column("access_id", "blob", default=b""),
        Column("face", "text", default=""),
        Column("device_id", "blob", default=b""),
        Column("agent", "text", default=""),
        Column("sign_outs", "integer", default=0),
        Column("started_at", "integer", default=0),
        Column("seen_at", "integer", default=0),
        Column("ends_at", "integer", default=0),
    ),
    scope=Scope.LOCAL,
    indexes=(("person_id",), ("ends_at",)),
    erased=Erased.delete(rows=_OF_PERSON, why="signed in nowhere any more"),
    about="A signed-in person at one browser of this node; the key is the token's digest.",
)
KNOWN_DEVICE = Table(
    "known_device",
    key=("device_id", "person_id"),
    columns=(
        Column("device_id", "blob"),
        Column("person_id", "blob"),
        Column("agent", "text", default=""),
        Column("sign_outs", "integer", default=0),
        Column("seen_at", "integer", default=0),
    ),
    scope=Scope.LOCAL,
    indexes=(("person_id",),),
    erased=Erased.delete(rows=_OF_PERSON, why="known at no browser any more"),
    about="A browser where this person has signed in: there the PIN alone is enough.",
)
GUESS = Table(
    "guess",
    key=("id",),
    columns=(
        ID,
        Column("failures", "integer", default=0),
        Column("last_at", "integer", default=0),
    ),
    scope=Scope.LOCAL,
    indexes=(("last_at",),),
    erased=Erased.nothing("digests that name nobody, gone within a day"),
    about="How many wrong guesses a bucket holds; the key is a digest that names nobody.",
)
PERSON_WORD = Table(
    "person_word",
    key=("word", "person_id"),
    columns=(Column("word", "text"), Column("person_id", "blob")),
    scope=Scope.LOCAL,
    indexes=(("person_id",),),
    erased=Erased.delete(rows=_OF_PERSON, why="found by no word any more"),
    about="The search index of people: every word by which the desk may look for somebody.",
)
TABLES = (
    HOUSEHOLD,
    PERSON,
    PERSON_ROLE,
    TEAM_ROLE,
    SERVICE_CONTRACT,
    HOUSEHOLD_CODE,
    CODE_REVOCATION,
    CREDENTIAL,
    TEAM_CREDENTIAL,
    CARD,
    TEAM_CARD,
    CARD_REVOCATION,
    SIGN_OUT,
    OUTSIDE_ACCESS,
    OUTSIDE_ACCESS_REVOCATION,
    SESSION,
    KNOWN_DEVICE,
    GUESS,
    PERSON_WORD,
)
