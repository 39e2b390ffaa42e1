"""What the API keeps on this box: answers to writes that named an idempotency key."""

from __future__ import annotations

from node.store import Column, Erased, Read, Scope, Table, Write

ANSWER = Table(
    "api_answer",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("request", "blob"),
        Column("answer", "blob"),
        Column("at", "integer"),
    ),
    scope=Scope.LOCAL,
    indexes=(("at",),),
    erased=Erased.delete(
        rows="at <= (select max(at) from erased_person)", why="may say anything to anybody"
    ),
    about="The answer to a write that named an idempotency key, for the day after it.",
)
TABLES = (ANSWER,)


def select_answer(read: Read, answer_id: bytes) -> tuple[bytes, bytes] | None:
    """The digest of the request and the answer that were kept, or None."""
    row = read.row("select request, answer from api_answer where id = :id", id=answer_id)
    return None if row is None else (row["request"], row["answer"])


def insert_answer(
    write: Write, answer_id: bytes, *, request: bytes, answer: bytes, at: int
) -> None:
    """Keep an answer, in the transaction of the write that it answers."""
    write.insert("api_answer", id=answer_id, request=request, answer=answer, at=at)


def delete_answers(write: Write, *, before: int, most: int) -> None:
    """Forget old answers, and the oldest of too many."""
    write.execute("delete from api_answer where at < :before", before=before)
    newest = write.value("select max(rowid) from api_answer") or 0
    write.execute("delete from api_answer where rowid <= :oldest", oldest=newest - most)
