"""Whatever is done to a case in whatever order: it has an owner, its entries only grow, its clocks agree."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests import builders
from tests.respond.people import MONDAY, agent, case_of

from allears.respond import actions, clock
from allears.respond.errors import CaseError
from allears.respond.models import Case, CaseEntry, Handover
from allears.respond.ownership import active_members

pytestmark = pytest.mark.django_db


class Lives(RuleBasedStateMachine):
    """One case, three agents, and time that only goes forward."""

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now = MONDAY
        self.acme = builders.workspace(slug="machine")
        self.people = [agent(workspace=self.acme, name=name) for name in ("ann", "ben", "cas")]
        self.case = case_of(workspace=self.acme)
        self.first_owner = self.case.first_owner_id
        self.seen: list[tuple[int, str, str]] = []

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def do(self, verb: str, who: int | None = None, **more: Any) -> None:
        """Try it; a refusal must change nothing."""
        before = list(CaseEntry.objects.in_workspace(self.acme.pk).values_list("pk", flat=True))
        actor = {"actor": self.people[who]} if who is not None else {}
        try:
            getattr(actions, verb)(workspace_id=self.acme.pk, number=1, now=self.now, **actor, **more)
        except CaseError:
            after = list(CaseEntry.objects.in_workspace(self.acme.pk).values_list("pk", flat=True))
            assert after == before

    people_ = st.integers(0, 2)

    @rule(minutes=st.integers(1, 5000))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        actions.check_clocks(now=self.now)

    @rule(who=people_, wait=st.booleans())
    def reply(self, who: int, wait: bool) -> None:
        self.do("reply", who, text="Hello", wait=wait)

    @rule(who=people_)
    def note(self, who: int) -> None:
        self.do("note", who, text="Hm")

    @rule(who=people_)
    def wait(self, who: int) -> None:
        self.do("wait_for_customer", who)

    @rule(who=people_)
    def resume(self, who: int) -> None:
        self.do("resume", who)

    @rule(who=people_, to=people_)
    def hand_over(self, who: int, to: int) -> None:
        self.do("hand_over", who, to=self.people[to].pk, reason="Please")

    @rule(who=people_)
    def accept(self, who: int) -> None:
        self.do("accept", who)

    @rule(who=people_)
    def give_back(self, who: int) -> None:
        self.do("give_back", who, reason="No")

    @rule(who=people_, priority=st.sampled_from(Case.Priority.values))
    def set_priority(self, who: int, priority: str) -> None:
        self.do("set_priority", who, priority=priority)

    @rule(who=people_)
    def close(self, who: int) -> None:
        self.do("close", who, cause="late")

    @rule(who=people_)
    def undo(self, who: int) -> None:
        self.do("undo", who)

    @rule(who=people_)
    def reopen(self, who: int) -> None:
        self.do("reopen", who, reason="Again")

    @rule(once=st.integers(0, 3))
    def customer_writes(self, once: int) -> None:
        actions.hear_customer(token=self.case.token, text="Well?", once=str(once), now=self.now)

    @rule(solved=st.booleans())
    def customer_judges(self, solved: bool) -> None:
        actions.hear_verdict(token=self.case.token, solved=solved, now=self.now)

    @rule(who=people_)
    def somebody_leaves(self, who: int) -> None:
        if active_members(self.acme.pk).count() > 1:
            member = self.people[who]
            member.ended_at = self.now
            member.save()
            actions.sweep(now=self.now)

    @rule(who=people_)
    def somebody_returns(self, who: int) -> None:
        self.people[who].ended_at = None
        self.people[who].save()

    def present(self) -> Case:
        return Case.objects.in_workspace(self.acme.pk).select_related("owner").get(pk=self.case.pk)

    @invariant()
    def has_an_owner_who_works_here(self) -> None:
        case = self.present()
        assert case.first_owner_id == self.first_owner
        assert case.state == "closed" or case.owner.ended_at is None

    @invariant()
    def entries_only_grow(self) -> None:
        rows = CaseEntry.objects.in_workspace(self.acme.pk).order_by("pk").values_list("pk", "kind", "text")
        assert list(rows[: len(self.seen)]) == self.seen
        self.seen = list(rows)
        versions = [entry.version for entry in CaseEntry.objects.in_workspace(self.acme.pk).order_by("pk")]
        assert versions == sorted(versions)
        assert versions[-1] == self.present().version

    @invariant()
    def clocks_agree(self) -> None:
        case, terms = self.present(), clock.terms_of(self.acme.pk)
        promise = terms.promises[case.priority]
        due = terms.calendar.add(case.clock_started_at, promise.resolve + case.paused)
        assert case.resolve_due_at == due
        if case.unanswered_since:
            assert case.reply_due_at == terms.calendar.add(case.unanswered_since, promise.reply)
            assert case.state == "open"
        assert (case.waiting_since is not None) == (case.state == "waiting")

    @invariant()
    def at_most_one_offer_is_open(self) -> None:
        pending = Handover.objects.in_workspace(self.acme.pk).filter(state="pending")
        assert pending.count() <= (0 if self.present().state == "closed" else 1)


def test_any_life_of_a_case() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
