"""The bulk path leaves what cr-sqlite's own merge would have left, whatever came before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.store import Core, SignedChangeset, Write, many
from node.store.changeset import RowChange
from node.store.doctor import examine
from tests.store.histories import (
    IDENTITIES,
    MEMBERS,
    TABLES,
    VALUES,
    Author,
    Template,
    Twins,
    everything,
    keys,
    tables_of,
    told_of,
    value_at,
    values,
)

RECEIVER = IDENTITIES[4]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("histories"))


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements of so few rows that the short histories here fill some and leave a rest."""
    monkeypatch.setattr(many, "PARAMETERS_AT_ONCE", 12)


def pack(core: Core, key: tuple[Any, ...]) -> bytes:
    marks = ", ".join("?" * len(key))
    row = core._connection.execute(f"select crsql_pack_columns({marks})", key).fetchone()
    return bytes(row[0])


# What any site may have said of a row, whether or not a real one would: cells, each with version
# and value, whether the sentinel comes along, and the causal length.
cells = st.dictionaries(st.sampled_from(VALUES), st.tuples(st.integers(1, 4), values), max_size=5)
told_rows = st.tuples(keys, st.sampled_from((1, 1, 1, 2, 3, 4, 5)), st.booleans(), cells)
changesets = st.tuples(st.integers(0, 3), st.lists(told_rows, min_size=1, max_size=8))
batches = st.lists(st.lists(changesets, min_size=1, max_size=6), min_size=1, max_size=5)


def row_change(packed: bytes, length: int, has_sentinel: bool, told: dict[Any, Any]) -> RowChange:
    found = [(column.name, version, value_at(column, at)) for column, (version, at) in told.items()]
    if length % 2 == 0 or not found:
        return RowChange(packed, length, [("-1", length, None)])
    return RowChange(packed, length, [("-1", length, None)] * has_sentinel + found)


@pytest.mark.usefixtures("few_at_once")
@settings(max_examples=100)
@given(batches)
def test_whatever_sites_say_ends_as_cr_sqlite_would_have_it(
    template: Template, batches: list[Any]
) -> None:
    twins = Twins(template, RECEIVER)
    authors = [Author(identity) for identity in IDENTITIES]
    for batch in batches:
        signed = []
        for site, told in batch:
            rows = {
                (name, packed): row_change(
                    packed, length, has_sentinel, told_of(name, said, (1, length))
                )
                for (name, key), length, has_sentinel, said in told
                for packed in [pack(twins.bulk, key)]
            }
            signed.append(authors[site].sign(tables_of(rows)))
        twins.receive(signed)
        twins.check()
    template.close(twins.bulk, twins.reference)


# A real history: sites that write, delete and restore, and hear of each other now and then.
writes = st.lists(
    st.tuples(st.booleans(), keys, st.dictionaries(st.sampled_from(VALUES), values, max_size=5)),
    min_size=1,
    max_size=6,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3), writes),
        st.tuples(st.just("write"), st.integers(0, 3), writes),
        st.tuples(st.just("hear"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("deliver"), st.integers(0, 3), st.integers(1, 6)),
        st.tuples(st.just("receiver writes"), st.just(0), writes),
    ),
    min_size=4,
    max_size=25,
)


def carry_out(write: Write, told: list[Any]) -> None:
    """Put each row there or change it; or delete it where it is."""
    for may_delete, (name, key), chosen in told:
        table = TABLES[name]
        found = dict(zip(table.key, key, strict=True))
        where = " and ".join(f'"{column}" = :{column}' for column in table.key)
        told_all = told_of(name, chosen, len(chosen))
        told_values = {column.name: value_at(column, at) for column, at in told_all.items()}
        if write.row(f'select 1 from "{name}" where {where}', **found) is None:
            write.insert(name, **found, **told_values)
        elif may_delete:
            write.execute(f'delete from "{name}" where {where}', **found)
        elif told_values:
            sets = ", ".join(f'"{column}" = :{column}' for column in told_values)
            write.execute(f'update "{name}" set {sets} where {where}', **found, **told_values)


def news(giver: Core, taker: Core, most: int) -> list[SignedChangeset]:
    """What the taker lacks of what the giver holds, at most so many of each chain."""
    heads = taker.heads()
    return [
        signed
        for chain in sorted(giver.heads())
        for signed in giver.changesets(
            chain, after=heads[chain].n if chain in heads else 0, max_bytes=10**9
        )[:most]
    ]


class History:
    """Sites that write and hear of each other, and the twins that hear of all of them."""

    def __init__(self, template: Template, count: int) -> None:
        self.sites = [template.core(identity) for identity in IDENTITIES[:count]]
        self.twins = Twins(template, RECEIVER)

    def take(self, what: str, which: int, more: Any) -> None:
        site = self.sites[which % len(self.sites)]
        if what == "write":
            site.write(lambda write: carry_out(write, more))
        elif what == "receiver writes":
            self.twins.write(lambda write: carry_out(write, more))
        elif what == "hear":
            self.hear(site, self.sites[more % len(self.sites)])
        else:
            self.twins.receive(news(site, self.twins.bulk, more))
        self.twins.check()

    def hear(self, site: Core, other: Core) -> None:
        site.receive(news(other, site, 10**6), MEMBERS)


@pytest.mark.usefixtures("few_at_once")
@settings(max_examples=50)
@given(st.integers(2, 4), steps)
def test_a_history_of_several_sites_ends_as_cr_sqlite_would_have_it(
    template: Template, count: int, steps: list[Any]
) -> None:
    history = History(template, count)
    for step in steps:
        history.take(*step)
    for which in range(count):
        history.take("deliver", which, 10**6)
    for site in history.sites:
        history.hear(site, history.twins.bulk)
    for core in (history.twins.bulk, history.twins.reference, *history.sites):
        assert examine(core, MEMBERS) == []
    template.close(history.twins.bulk, history.twins.reference, *history.sites)


@pytest.mark.parametrize("known", [(), (0, 7, 301, 399)])
@pytest.mark.parametrize("columns", [2, 4])
def test_hundreds_of_new_rows_end_as_cr_sqlite_would_have_them(
    template: Template, known: tuple[int, ...], columns: int
) -> None:
    twins = Twins(template, RECEIVER)
    author, other = (Author(identity) for identity in IDENTITIES[:2])
    packed = [pack(twins.bulk, (number,)) for number in range(400)]
    told = {column: (1 + at % 2, 1 + at) for at, column in enumerate(VALUES[:columns])}
    row_of = {("by_number", key): row_change(key, 1, False, told) for key in packed}
    if known:
        said = {VALUES[0]: (2, 5), VALUES[1]: (1, 1)}
        few = {("by_number", packed[at]): row_change(packed[at], 1, False, said) for at in known}
        twins.receive([other.sign(tables_of(few))])
    twins.receive([author.sign(tables_of(row_of))])
    twins.check()
    assert len(everything(twins.bulk)["by_number"]) == 400
    template.close(twins.bulk, twins.reference)
