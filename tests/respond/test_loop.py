"""Nothing is lost between the steps: from an answer to a case, to its closing, to the customer's verdict on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests import builders
from tests.conftest import Person
from tests.respond.people import agent, kinds

from allears.accounts.actions import remove_member
from allears.jobs.models import Job
from allears.jobs.worker import run_due
from allears.listen.actions import ensure_ready_made, record_voice
from allears.listen.answering import save
from allears.listen.models import Invitation, Voice
from allears.outreach.models import Decision, Message
from allears.respond import actions
from allears.respond.models import Case


def run_jobs() -> None:
    """All that is due now, and all that follows from it."""
    while run_due(owner="test"):
        pass
    assert Job.objects.exclude(last_error="").values_list("last_error", flat=True).first() is None


def heard(bob: Person, **fields: Any) -> Voice:
    given: dict[str, Any] = {
        "workspace_id": bob.workspace.pk,
        "key": "answer-1",
        "initiator": "company",
        "source_kind": "survey",
        "channel": "email",
        "said_at": timezone.now(),
        "metric": "nps",
        "score": 3,
    }
    return record_voice(**(given | fields))


def where_it_is_noon() -> str:
    """A zone in which nobody sleeps now, so that quiet hours hold nothing."""
    offset = (12 - timezone.now().hour + 12) % 24 - 12
    return f"Etc/GMT{'-' if offset >= 0 else '+'}{abs(offset)}"


def the_case() -> Case:
    return Case.objects.across_workspaces().get()


@pytest.fixture
def closed(bob: Person) -> Case:
    """A detractor's case, answered and closed a minute ago, its follow-up sent."""
    customer = builders.customer(workspace=bob.workspace, name="Zoe", language="en", timezone=where_it_is_noon())
    heard(bob, customer_id=customer.pk)
    run_jobs()
    act = {"workspace_id": bob.workspace.pk, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.reply(**act, text="We send a new one")
    actions.close(**act, cause="late")
    run_jobs()
    waiting = Job.objects.get(task="allears.respond.jobs.ask_follow_up", state=Job.State.READY)
    assert waiting.run_at == the_case().closed_at + actions.UNDO_WITHIN
    assert Invitation.objects.across_workspaces().count() == 0
    actions.follow_up(workspace_id=bob.workspace.pk, case_id=the_case().pk, now=waiting.run_at)
    return the_case()


def answer(score: int) -> None:
    invitation = Invitation.objects.across_workspaces().get()
    save(token=invitation.token, given={"csat": str(score)}, complete=True, language="en", now=timezone.now())
    run_jobs()


def test_the_voice_opens_the_case_by_its_own_job(bob: Person) -> None:
    heard(bob)
    assert Case.objects.across_workspaces().count() == 0
    run_jobs()
    assert (the_case().owner, kinds(the_case())) == (bob.membership, ["opened"])


def test_a_repeated_job_opens_nothing_more(bob: Person) -> None:
    heard(bob)
    run_jobs()
    Job.objects.update(state=Job.State.READY)
    run_jobs()
    assert (Case.objects.across_workspaces().count(), kinds(the_case())) == (1, ["opened"])


def test_closing_asks_once_whether_it_is_solved(closed: Case) -> None:
    invitation = Invitation.objects.across_workspaces().get()
    assert (invitation.case_id, invitation.customer_id) == (closed.pk, closed.customer_id)
    actions.follow_up(workspace_id=closed.workspace_id, case_id=closed.pk, now=timezone.now() + timedelta(hours=1))
    assert Invitation.objects.across_workspaces().count() == 1
    assert Decision.objects.across_workspaces().filter(purpose="follow_up").count() == 1
    assert Message.objects.across_workspaces().filter(case_id=closed.pk, purpose="follow_up").count() == 1


def test_a_good_verdict_is_kept_with_the_case(closed: Case) -> None:
    answer(5)
    assert (the_case().state, kinds(closed)[-1]) == ("closed", "follow_up")
    assert Case.objects.across_workspaces().count() == 1


def test_a_bad_verdict_opens_it_again_with_the_same_first_owner(closed: Case, bob: Person) -> None:
    answer(1)
    again = the_case()
    assert (again.state, again.reopened_count, again.first_owner, again.owner) == (
        "open", 1, bob.membership, bob.membership,
    )  # fmt: skip
    assert kinds(closed)[-2:] == ["follow_up", "reopened"]
    assert again.reply_due_at is not None
    answer(2)  # the same answer, thought over
    assert (the_case().reopened_count, Case.objects.across_workspaces().count()) == (1, 1)


def test_a_closing_taken_back_asks_nobody(bob: Person) -> None:
    customer = builders.customer(workspace=bob.workspace)
    heard(bob, customer_id=customer.pk)
    run_jobs()
    act = {"workspace_id": bob.workspace.pk, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.reply(**act, text="Done")
    actions.close(**act, cause="late")
    actions.undo(**act)
    run_jobs()
    actions.follow_up(workspace_id=bob.workspace.pk, case_id=the_case().pk, now=timezone.now() + timedelta(hours=1))
    assert Invitation.objects.across_workspaces().count() == 0


def test_an_open_case_keeps_other_surveys_away(bob: Person) -> None:
    from allears.outreach.actions import propose
    from allears.outreach.contracts import Proposal

    customer = builders.customer(workspace=bob.workspace)
    heard(bob, customer_id=customer.pk)
    run_jobs()
    ensure_ready_made(workspace_id=bob.workspace.pk, key="nps-why", now=timezone.now())
    ask = Proposal(customer_id=customer.pk, purpose="survey", family="csat", channel="email", ask_key="x")
    (ruling,) = propose(workspace_id=bob.workspace.pk, proposals=[ask], now=timezone.now())
    assert (ruling.verdict, ruling.rule) == ("held", "open_case")


def test_who_is_removed_hands_on_at_once(alice: Person, bob: Person) -> None:
    heard(bob)
    run_jobs()
    dora = agent(workspace=bob.workspace, name="dora")
    remove_member(member=bob.membership, actor=alice.user, now=timezone.now())
    run_jobs()
    assert (the_case().owner, the_case().first_owner) == (dora, bob.membership)


def test_merged_customers_have_one_case_and_one_story(bob: Person) -> None:
    from allears.customers.actions.merging import merge
    from allears.respond.queries import customers_with_open_case
    from allears.respond.story import story_of

    kept = builders.customer(workspace=bob.workspace)
    other = builders.customer(workspace=bob.workspace, email="zoe@work.test")
    heard(bob, customer_id=other.pk, key="a")
    run_jobs()
    merge(workspace_id=bob.workspace.pk, kept_id=kept.pk, merged_id=other.pk, reason="same", now=timezone.now())
    heard(bob, customer_id=kept.pk, key="b")
    run_jobs()
    assert the_case().voices.count() == 2
    kept.refresh_from_db()
    assert [each.kind for each in story_of(customer=kept).moments].count("voice") == 2
    assert customers_with_open_case(workspace_id=bob.workspace.pk, customer_ids=[kept.pk]) == {kept.pk: "open_case"}
