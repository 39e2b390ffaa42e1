"""The tables of a box's devices, and their SQL. What is printed stays only until it is printed."""

from __future__ import annotations

from typing import Any

from node.store import Column, Erased, Read, Scope, Table, Write

Row = Any

PRINT_JOB = Table(
    "print_job",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("printer"),
        Column("title"),
        Column("about", "blob", default=b""),
        Column("content", "blob", default=b""),
        Column("state", default=""),
        Column("tries", "integer", default=0),
        Column("why", default=""),
        Column("made_at", "integer", default=0),
        Column("tried_at", "integer", default=0),
        Column("due_at", "integer", default=0),
    ),
    scope=Scope.LOCAL,
    indexes=(("about",), ("printer", "state")),
    erased=Erased.nothing(
        "it bears no name; what is printed goes when it is printed or after an hour, the rest after"
        " a day"
    ),
    about="A slip or page on its way to a printer of this box.",
)
SCREEN_TOUCH = Table(
    "screen_touch",
    key=("address",),
    columns=(
        Column("address"),
        Column("since", "integer", default=0),
        Column("seen_at", "integer", default=0),
    ),
    scope=Scope.LOCAL,
    compact=True,
    erased=Erased.nothing("says of a screen that something touches it where nobody is"),
    about="A touchscreen of this box reports a touch that does not end.",
)
TABLES = (PRINT_JOB, SCREEN_TOUCH)

_KNOWN = "select id, printer, title, about, state, tries, why, made_at, tried_at from print_job"


def insert_job(write: Write, job_id: bytes, **columns: Any) -> None:
    """A new job."""
    write.insert("print_job", id=job_id, **columns)


def select_job(read: Read, job_id: bytes) -> Row | None:
    """A job without what it prints."""
    return read.row(f"{_KNOWN} where id = :id", id=job_id)


def select_jobs(read: Read, *, most: int) -> list[Row]:
    """The newest jobs."""
    return read.rows(f"{_KNOWN} order by made_at desc, id desc limit :most", most=most)


def select_jobs_about(read: Read, about: bytes) -> list[Row]:
    """The jobs of one thing, the newest first."""
    return read.rows(f"{_KNOWN} where about = :about order by made_at desc, id desc", about=about)


def select_due(read: Read, printer: str, *, now: int) -> Row | None:
    """The job that a printer should print next, with its content."""
    return read.row(
        "select id, title, content, tries, made_at from print_job"
        " where printer = :printer and state = 'waiting' and due_at <= :now"
        " order by made_at, id limit 1",
        printer=printer,
        now=now,
    )


def select_next_due(read: Read, printer: str) -> int | None:
    """When a waiting job of a printer is due next."""
    found: int | None = read.value(
        "select min(due_at) from print_job where printer = :printer and state = 'waiting'",
        printer=printer,
    )
    return found


def count_waiting(read: Read, printer: str) -> int:
    """How many jobs a printer has before it."""
    found: int = read.value(
        "select count(*) from print_job"
        " where printer = :printer and state in ('waiting', 'sending')",
        printer=printer,
    )
    return found


def select_last_tried(read: Read, printer: str) -> Row | None:
    """What a printer tried last."""
    return read.row(
        f"{_KNOWN} where printer = :printer and tried_at > 0"
        " order by tried_at desc, id desc limit 1",
        printer=printer,
    )


def update_begun(write: Write, job_id: bytes, *, now: int) -> int:
    """A waiting job goes to its printer now; 0 where somebody was quicker."""
    return write.execute(
        "update print_job set state = 'sending', tries = tries + 1, tried_at = :now"
        " where id = :id and state = 'waiting'",
        id=job_id,
        now=now,
    )


def update_state(write: Write, job_id: bytes, state: str, *, why: str, due_at: int = 0) -> None:
    """What became of a job; what was printed is forgotten with it."""
    write.execute(
        "update print_job set state = :state, why = :why, due_at = :due,"
        " content = case when :state in ('printed', 'given_up') then x'' else content end"
        " where id = :id",
        id=job_id,
        state=state,
        why=why,
        due=due_at,
    )


def update_interrupted(write: Write) -> int:
    """Jobs that were going to a printer when this box stopped."""
    return write.execute(
        "update print_job set state = 'unsure', why = 'stopped' where state = 'sending'"
    )


def update_left_over(write: Write, *, before: int) -> int:
    """What waited too long, is not printed any more; its content goes."""
    return write.execute(
        "update print_job set state = 'given_up', content = x''"
        " where state in ('waiting', 'unsure') and made_at < :before",
        before=before,
    )


def delete_old(write: Write, *, before: int) -> int:
    """Forget jobs altogether."""
    return write.execute("delete from print_job where made_at < :before", before=before)


def upsert_touch(write: Write, address: str, *, now: int, quiet_before: int) -> None:
    """A screen reports a touch; one that was quiet since `quiet_before` begins anew."""
    write.execute(
        "insert into screen_touch (address, since, seen_at) values (:address, :now, :now)"
        " on conflict (address) do update set"
        " since = case when seen_at < :quiet then :now else since end, seen_at = :now",
        address=address,
        now=now,
        quiet=quiet_before,
    )


def delete_touch(write: Write, address: str) -> None:
    """A screen is well again."""
    write.execute("delete from screen_touch where address = :address", address=address)


def select_touches(read: Read, *, since: int) -> list[Row]:
    """The screens that reported a touch since then."""
    return read.rows(
        "select address, since, seen_at from screen_touch where seen_at >= :since order by address",
        since=since,
    )
