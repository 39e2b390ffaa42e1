"""The real code against the specification in `model.py`, step by step, over real SQLite files."""

from __future__ import annotations

import contextlib
import random
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles, read_quarter
from node.spaces import Reservation, Wish, reserve
from node.spaces.stay_rules import SUNDAY
from node.store import SEALED
from node.sync.authority import handover_to, revoke_node, take_authority
from node.sync.roster import RosterError, take_roster
from node.sync.trouble import Trouble, TroubleError
from tests.facts import RESERVATIONS
from tests.simulation.nodes import Node
from tests.simulation.seeding import seeded_ids
from tests.simulation.template import in_memory, make_templates, template_in
from tests.simulation.world import NAMES
from tests.spaces.conftest import SMALL
from tests.spaces.test_no_overlap import BEGIN, crowd
from tests.sync.model import NOTHING, Chain, Decision, Quarter, Standing, Term

IN_THE_HOUSE = st.sampled_from(("home", "kiosk"))
ANYWHERE = st.sampled_from(NAMES)
PEOPLE = crowd(60)
HOUR = timedelta(hours=1)
EXAMPLES, STEPS = 20, 25
NO = {Trouble.DISMISSED, Trouble.NOT_ACCEPTED}


class Compared(RuleBasedStateMachine):
    """Everything is done twice, and then looked at on both sides."""

    templates: Path
    files: QuarterFiles

    def __init__(self) -> None:
        super().__init__()
        self.opened = contextlib.ExitStack()
        self.opened.enter_context(seeded_ids(1))
        folder = self.opened.enter_context(in_memory())
        template = template_in(self.templates, has_second=False, is_even=True)
        clock = FrozenClock(BEGIN)
        world: Any = SimpleNamespace(
            clock=clock, chance=random.Random(1), timeline=SimpleNamespace(now=0.0)
        )
        self.nodes: dict[str, Node] = {}
        for name in NAMES:
            path = folder / f"{name}.db"
            shutil.copyfile(template / f"{name}.db", path)
            self.nodes[name] = Node(name, path, world)
        self.names = {node.site: name for name, node in self.nodes.items()}
        self.now = clock.now()
        self.count = 0
        self.model = self._as_found()

    def teardown(self) -> None:
        for node in self.nodes.values():
            if node.is_up:
                node.core.close()
        self.opened.close()

    def _as_found(self) -> Quarter:
        held = self.heads_of("home")
        chains = {chain: [NOTHING] * n for chain, n in held.items()}
        chains["home", "quarter"][0] = (
            Term(1),
            *(Decision(key, 1, number) for key, _, number in self.decisions_of("home")),
        )
        roster = self.nodes["home"].here.roster.number
        nodes = {name: Standing(self.heads_of(name), roster) for name in NAMES}
        return Quarter(nodes, chains, roster=roster)

    # What happens

    @rule(name=ANYWHERE)
    def somebody_asks_for_a_time(self, name: str) -> None:
        who, wish = PEOPLE[self.count % len(PEOPLE)], self._next_wish()
        core = self.nodes[name].core
        found = core.write(
            lambda write: reserve(write, who, wish, now=self.now, signer=core.identity)
        )
        assert isinstance(found, Reservation) == self.model.may_write(name), found
        if isinstance(found, Reservation):
            self.model.ask(name, found.id)

    def _next_wish(self) -> Wish:
        """A time that nobody has asked for, on a day on which the place is open."""
        self.count += 1
        number, place = divmod(self.count, 4)
        days = (BEGIN + timedelta(days=1 + day) for day in range(STEPS))
        open_days = [day for day in days if day.weekday() != SUNDAY]
        start = open_days[number].replace(hour=8, minute=0) + 3 * HOUR * place
        return Wish(
            space_id=self.files.id_of("space", "werkraum"),
            period=Period(start, start + HOUR),
            people=2,
            purpose="private",
        )

    @rule(name=IN_THE_HOUSE)
    def somebody_writes_for_the_house_alone(self, name: str) -> None:
        self.count += 1
        found = self.nodes[name].core.write(self._note)
        assert isinstance(found, Refusal) != self.model.may_write(name)
        if not isinstance(found, Refusal):
            self.model.write(name, "house", NOTHING)

    def _note(self, write: Any) -> None:
        key = self.count.to_bytes(16, "big")
        write.insert("reservation_note", id=key, note=f"Notiz {self.count}")

    @rule(caller=ANYWHERE, called=ANYWHERE)
    def two_meet(self, caller: str, called: str) -> None:
        if not self._may_meet(caller, called):
            return
        trouble = None
        try:
            self.nodes[caller].meet(self.nodes[called])
        except TroubleError as error:
            trouble = error.trouble
        wanted = {None} if self.model.meet(caller, called) else NO
        assert trouble in wanted

    def _may_meet(self, caller: str, called: str) -> bool:
        model = self.model
        if caller in {called, "central"} or called in model.revoked:
            return False
        # What one takes of it that has not heard yet stays there alone.
        return not (caller in model.revoked and model.nodes[called].roster < model.revoked_in)

    @rule(name=ANYWHERE)
    def a_backup_is_made(self, name: str) -> None:
        if not self.model.nodes[name].must_catch_up:
            self.nodes[name].back_up()
            self.model.back_up(name)

    @precondition(lambda self: self.model.backups)
    @rule(data=st.data())
    def a_box_goes_back_to_its_backup(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.backups)))
        if name == self.model.authority or (name in self.model.revoked):
            # A roster that is gone would be numbered a second time.
            return
        node = self.nodes[name]
        node.die()
        node.restore()
        node.revive()
        self.model.restore(name)

    @rule(name=IN_THE_HOUSE)
    def a_box_dies_and_comes_back(self, name: str) -> None:
        node = self.nodes[name]
        node.die()
        node.revive()

    @precondition(lambda self: not self.model.revoked)
    @rule(by=st.sampled_from(("home", "central")))
    def the_lobbys_box_is_let_go(self, by: str) -> None:
        model = self.model
        site = self.nodes["kiosk"].site
        if model.nodes[by].roster != model.roster:
            # It cannot know better.
            return
        if by != model.authority:
            with pytest.raises(RosterError):
                revoke_node(self.nodes[by].core, site)
            return
        counts = model.nodes[by].held
        known = [model.nodes[each].held for each in ("home", "central")]
        if any(
            n > counts.get(chain, 0)
            for held in known
            for chain, n in held.items()
            if chain[0] == "kiosk"
        ):
            # See `_may_meet`.
            return
        revoke_node(self.nodes[by].core, site)
        model.revoke("kiosk")

    @precondition(lambda self: self.model.authority == "home")
    @rule()
    def central_becomes_the_authority(self) -> None:
        model, central = self.model, self.nodes["central"]
        if model.nodes["central"].roster != model.roster:
            return
        handover = handover_to(self.nodes["home"].core, central.core.identity.public_key)
        roster = take_authority(central.core, handover)
        take_roster(self.nodes["home"].core, roster.signed)
        model.hand_over("central")

    # What can be seen

    @invariant()
    def heads_are_as_said(self) -> None:
        for name in NAMES:
            wanted = {chain: n for chain, n in self.model.nodes[name].held.items() if n}
            assert self.heads_of(name) == wanted, name

    @invariant()
    def each_knows_what_its_chains_say(self) -> None:
        for name in NAMES:
            found, said = self.decisions_of(name), self.model.decisions(name)
            assert {key for key, *_ in found} == {each.key for each in said}, name
            assert {each[1:] for each in found} == {(each.term, each.number) for each in said}
            assert self.requests_of(name) >= self.model.requests(name), name

    @invariant()
    def each_may_write_when_it_should(self) -> None:
        for name, node in self.nodes.items():
            assert (node.core.write_refusal is None) == self.model.may_write(name), name
            assert node.core.quarantined() == []

    @invariant()
    def rosters_are_as_said(self) -> None:
        for name, node in self.nodes.items():
            assert node.here.roster.number == self.model.nodes[name].roster, name

    def heads_of(self, name: str) -> dict[Chain, int]:
        """Central's sealed chains count as the house's, which they are."""
        heads = self.nodes[name].core.heads()
        return {
            (self.names[site], "house" if scope == SEALED else scope): head.n
            for (site, scope), head in heads.items()
        }

    def decisions_of(self, name: str) -> set[tuple[bytes, int, int]]:
        space = self.files.id_of("space", "werkraum")
        rows = self.nodes[name].core.read(
            lambda read: read.rows(
                "select reservation_id, term, number from reservation_decision"
                " where space_id = :space",
                space=space,
            )
        )
        return {tuple(row) for row in rows}

    def requests_of(self, name: str) -> set[bytes]:
        rows = self.nodes[name].core.read(lambda read: read.rows(RESERVATIONS))
        return {row[0] for row in rows}


@pytest.mark.timeout(300)
def test_the_real_code_does_what_the_specification_says() -> None:
    found = read_quarter(SMALL)
    assert isinstance(found, QuarterFiles)
    with in_memory() as folder:
        make_templates(folder, found)
        Compared.templates, Compared.files = folder, found
        run_state_machine_as_test(
            Compared,
            settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None),
        )
