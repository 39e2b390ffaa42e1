"""All SQL of the people room. "The newest" is the highest number, then the greater id: no clock.

Functions come in two kinds: `select_` answers rows or values, `insert_`, `update_` and `delete_`
change. What a row means for a person is decided in `rules` and `access`, not here.
"""

from __future__ import annotations

from typing import Any

from node.base.ids import derived_id, new_id
from node.people import erasure_schema, schema
from node.people.schema import IS_GONE
from node.store import Read, Write

TABLES = (*schema.TABLES, *erasure_schema.TABLES)
STANDING = frozenset(
    {
        "household",
        "person",
        "person_role",
        "team_role",
        "service_contract",
        "outside_access",
        "outside_access_revocation",
    }
)
"""The tables that say how somebody stands to the quarter: who they are, and on which terms."""

Row = Any

_HERE = "not exists (select 1 from erased_person as e where e.person_id = person.id)"
"""Who was erased is nobody from that moment on, also while a restored file may not overwrite."""

# NB: `order by number desc, id desc` is the one order of facts; two nodes must agree on it.


def select_person(read: Read, person_id: bytes) -> Row | None:
    """A person's row."""
    return read.row(f"select * from person where id = :id and {_HERE}", id=person_id)


def select_members(read: Read, household_id: bytes) -> list[Row]:
    """The persons of a household; an empty id has none."""
    if not household_id:
        return []
    return read.rows(f"select * from person where household_id = :id and {_HERE}", id=household_id)


def select_all_persons(read: Read) -> list[Row]:
    """Every person but those who were erased."""
    return read.rows(f"select * from person where {_HERE}")


def select_all_households(read: Read) -> list[Row]:
    """Every household but those of which everybody was erased."""
    return read.rows(f"select * from household where not ({IS_GONE})")


def select_household(read: Read, household_id: bytes) -> Row | None:
    """A household's row."""
    return read.row(
        f"select * from household where id = :id and not ({IS_GONE})",
        id=household_id,
    )


def select_roles(read: Read, person_id: bytes) -> list[Row]:
    """All role facts of a person, the newest first, and whether each makes one of the team."""
    return read.rows(
        "select span, number, id, 0 as of_team from person_role where person_id = :id"
        " union all select span, number, id, 1 from team_role where person_id = :id"
        " order by number desc, id desc",
        id=person_id,
    )


def select_all_roles(read: Read) -> list[Row]:
    """All role facts of everybody, the newest first."""
    return read.rows(
        "select person_id, span, number, id, 0 as of_team from person_role"
        " union all select person_id, span, number, id, 1 from team_role"
        " order by number desc, id desc"
    )


def select_team_roles(read: Read) -> list[Row]:
    """All facts of the team, the newest first: few, so their names need no index."""
    return read.rows(
        "select person_id, span, 1 as of_team from team_role join person on person.id = person_id"
        f" where {_HERE} order by number desc, team_role.id desc"
    )


def is_of_team(read: Read, person_id: bytes) -> bool:
    """Whether somebody is or was of the team: then only what was written behind a door counts."""
    found = read.value("select 1 from team_role where person_id = :id limit 1", id=person_id)
    return found is not None


def credential_table(read: Read, person_id: bytes) -> str:
    """Where somebody's credentials stand that count."""
    return "team_credential" if is_of_team(read, person_id) else "credential"


def card_table(read: Read, person_id: bytes) -> str:
    """Where somebody's cards stand that count."""
    return "team_card" if is_of_team(read, person_id) else "card"


def select_contracts(read: Read, household_id: bytes) -> list[Row]:
    """All facts about contracts that a household has or had, the newest first: also those that
    say that a contract is another household's by now.
    """
    return read.rows(
        "select contract_id, household_id, terms from service_contract where contract_id in"
        " (select contract_id from service_contract where household_id = :id)"
        " order by number desc, id desc",
        id=household_id,
    )


def select_all_contracts(read: Read) -> list[Row]:
    """All contract facts, the newest first."""
    return read.rows(
        "select contract_id, household_id, terms, number from service_contract"
        " order by number desc, id desc"
    )


def select_newest_code(read: Read, household_id: bytes) -> Row | None:
    """The household's newest code and the number up to which codes are revoked."""
    return read.row(
        "select id, digest, number, at, (select coalesce(max(number), 0) from code_revocation"
        " where household_id = :id) as revoked from household_code where household_id = :id"
        " order by number desc, id desc limit 1",
        id=household_id,
    )


def select_code(read: Read, digest: bytes) -> Row | None:
    """The code with this digest, also an old one."""
    return read.row(
        "select id, household_id from household_code where digest = :digest", digest=digest
    )


def select_credentials(read: Read, person_id: bytes) -> list[Row]:
    """All credential facts of a person that count, the newest first."""
    return read.rows(
        f"select id, kind, hash, number, at from {credential_table(read, person_id)}"
        " where person_id = :id order by number desc, id desc",
        id=person_id,
    )


def select_persons_with_secret(read: Read) -> set[bytes]:
    """Everybody whose newest PIN or password is set."""
    newest: dict[tuple[bytes, str], str] = {}
    for row in read.rows(
        "select person_id, kind, hash from credential order by number desc, id desc"
    ):
        newest.setdefault((row["person_id"], row["kind"]), row["hash"])
    return {person_id for (person_id, _), secret in newest.items() if secret}


def select_card(read: Read, digest: bytes) -> Row | None:
    """The card with this digest and whether it was revoked."""
    return read.row(
        f"select card.id, card.person_id, {_IS_GONE} as revoked from card where digest = :digest"
        f" and not {_IN_TEAM} union all select card.id, card.person_id, {_IS_GONE}"
        f" from team_card as card where digest = :digest and {_IN_TEAM}",
        digest=digest,
    )


_IS_GONE = "exists (select 1 from card_revocation as gone where gone.card_id = card.id)"
_IN_TEAM = "exists (select 1 from team_role where team_role.person_id = card.person_id)"


def select_cards(read: Read, person_id: bytes) -> list[Row]:
    """The cards of a person that still count."""
    return [row for row in select_all_cards(read, person_id) if row["gone_at"] is None]


def select_all_cards(read: Read, person_id: bytes) -> list[Row]:
    """The cards that a person ever had, the oldest first, and since when each is gone."""
    return read.rows(
        "select card.id, card.at, (select min(gone.at) from card_revocation as gone"
        f" where gone.card_id = card.id) as gone_at from {card_table(read, person_id)} as card"
        " where card.person_id = :id order by at",
        id=person_id,
    )


def select_sign_outs(read: Read, person_id: bytes) -> int:
    """How often this person was signed out everywhere, as far as this node knows."""
    return int(read.value("select count(*) from sign_out where person_id = :id", id=person_id) or 0)


def select_outside_access(read: Read, digest: bytes) -> Row | None:
    """The access with this digest, unless it was revoked."""
    return read.row(
        "select * from outside_access as access where digest = :digest and not exists"
        " (select 1 from outside_access_revocation as gone where gone.access_id = access.id)",
        digest=digest,
    )


def select_outside_access_by_id(read: Read, access_id: bytes) -> Row | None:
    """The access with this id, unless it was revoked."""
    return read.row(
        "select * from outside_access as access where id = :id and not exists"
        " (select 1 from outside_access_revocation as gone where gone.access_id = access.id)",
        id=access_id,
    )


def select_outside_accesses(read: Read, person_id: bytes) -> list[Row]:
    """The accesses of a person that count, the newest first."""
    return read.rows(
        "select * from outside_access as access where person_id = :id and not exists"
        " (select 1 from outside_access_revocation as gone where gone.access_id = access.id)"
        " order by at desc, id desc",
        id=person_id,
    )


def has_outside_access(read: Read, person_id: bytes) -> bool:
    """Whether a person ever had an access, revoked or not."""
    return bool(
        read.value(
            "select exists (select 1 from outside_access where person_id = :id)", id=person_id
        )
    )


def insert_numbered(write: Write, table: str, *, same: dict[str, Any], **columns: Any) -> bytes:
    """Add the newest fact about the thing that the columns `same` name; the fact's id."""
    where = " and ".join(f'"{name}" = :{name}' for name in same)
    number = write.value(f'select max(number) from "{table}" where {where}', **same) or 0
    fact_id = new_id()
    write.insert(table, id=fact_id, number=number + 1, **same, **columns)
    return fact_id


def insert_once(write: Write, table: str, about: tuple[bytes | int, ...], **columns: Any) -> bool:
    """Add a fact that can be true only once, whoever notices it; whether it was new."""
    return write.insert_new(table, id=derived_id(table, *about), **columns)


def update_row(write: Write, table: str, row_id: bytes, **columns: Any) -> None:
    """Change columns of a household, a person, an outside access or a receipt."""
    sets = ", ".join(f'"{name}" = :{name}' for name in columns)
    write.execute(f'update "{table}" set {sets} where id = :row_id', row_id=row_id, **columns)


# What only this box knows


def select_session(read: Read, session_id: bytes) -> Row | None:
    """A session with the number of sign-outs that its person has by now."""
    return read.row(
        "select session.*, (select count(*) from sign_out"
        " where sign_out.person_id = session.person_id) as sign_outs_now"
        " from session where id = :id",
        id=session_id,
    )


def select_sessions(read: Read, person_id: bytes, now: int) -> list[Row]:
    """The sessions of a person that have not ended, the latest first."""
    return read.rows(
        "select * from session where person_id = :id and ends_at > :now and sign_outs ="
        " (select count(*) from sign_out where sign_out.person_id = :id) order by seen_at desc",
        id=person_id,
        now=now,
    )


def delete_session(write: Write, session_id: bytes, person_id: bytes | None = None) -> int:
    """End a session, and only if it is this person's where one is named."""
    return write.execute(
        "delete from session where id = :id and (:person_id is null or person_id = :person_id)",
        id=session_id,
        person_id=person_id,
    )


def select_known_device(read: Read, device_id: bytes, person_id: bytes) -> Row | None:
    """Whether this person has signed in at this device since they were last signed out."""
    return read.row(
        "select * from known_device where device_id = :device_id and person_id = :person_id"
        " and sign_outs = (select count(*) from sign_out where sign_out.person_id = :person_id)",
        device_id=device_id,
        person_id=person_id,
    )


def select_device_persons(read: Read, device_id: bytes) -> list[Row]:
    """The persons known at a device, the latest first."""
    return read.rows(
        "select person.* from known_device as device join person on person.id = device.person_id"
        f" where {_HERE} and device_id = :id and device.sign_outs ="
        " (select count(*) from sign_out where sign_out.person_id = device.person_id)"
        " order by seen_at desc",
        id=device_id,
    )


def select_devices(read: Read, person_id: bytes) -> list[Row]:
    """The devices at which a person is known, the latest first."""
    return read.rows(
        "select * from known_device where person_id = :id and sign_outs ="
        " (select count(*) from sign_out where sign_out.person_id = :id) order by seen_at desc",
        id=person_id,
    )


def upsert_device(write: Write, **columns: Any) -> None:
    """Remember a device for a person."""
    write.execute(
        "insert into known_device (device_id, person_id, agent, sign_outs, seen_at)"
        " values (:device_id, :person_id, :agent, :sign_outs, :seen_at)"
        " on conflict (device_id, person_id) do update set"
        " agent = :agent, sign_outs = :sign_outs, seen_at = :seen_at",
        **columns,
    )


def delete_device(write: Write, device_id: bytes, person_id: bytes) -> int:
    """Forget a device for a person and end their sessions there; how many rows."""
    where = "where device_id = :device_id and person_id = :person_id"
    return sum(
        write.execute(f"delete from {table} {where}", device_id=device_id, person_id=person_id)
        for table in ("known_device", "session")
    )


def select_guess(read: Read, bucket_id: bytes) -> Row | None:
    """What a bucket of guesses holds."""
    return read.row("select failures, last_at from guess where id = :id", id=bucket_id)


def upsert_guess(write: Write, bucket_id: bytes, *, failures: int, last_at: int) -> None:
    """Fill a bucket of guesses."""
    write.execute(
        "insert into guess (id, failures, last_at) values (:id, :failures, :last_at)"
        " on conflict (id) do update set failures = :failures, last_at = :last_at",
        id=bucket_id,
        failures=failures,
        last_at=last_at,
    )


def delete_guess(write: Write, bucket_id: bytes) -> None:
    """Empty a bucket of guesses."""
    write.execute("delete from guess where id = :id", id=bucket_id)


def delete_old(write: Write, *, now: int, guesses_before: int, devices_before: int) -> int:
    """Forget ended sessions, guesses and devices that nobody used for long; how many rows."""
    return (
        write.execute("delete from session where ends_at <= :now", now=now)
        + write.execute("delete from guess where last_at < :before", before=guesses_before)
        + write.execute(
            "delete from known_device where seen_at < :before and not exists"
            " (select 1 from session where session.device_id = known_device.device_id"
            " and session.person_id = known_device.person_id)",
            before=devices_before,
        )
    )


def select_words(read: Read, person_id: bytes) -> set[str]:
    """The words under which a person is found."""
    found = read.rows("select word from person_word where person_id = :id", id=person_id)
    return {row["word"] for row in found}


def select_persons_by_prefix(read: Read, prefix: str) -> set[bytes]:
    """The persons with a word that starts so."""
    found = read.rows(
        "select distinct person_id from person_word where word >= :low and word < :high",
        low=prefix,
        high=prefix + "\U0010ffff",
    )
    return {row["person_id"] for row in found}


def delete_word(write: Write, person_id: bytes, word: str) -> None:
    """Take a word out of the search index."""
    write.execute(
        "delete from person_word where person_id = :id and word = :word", id=person_id, word=word
    )


def delete_all_words(write: Write) -> None:
    """Empty the search index."""
    write.execute("delete from person_word")
