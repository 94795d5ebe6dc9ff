"""Which voices open a case, exactly once, and who owns it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests import builders
from tests.conftest import Person
from tests.respond.people import BEFORE, MONDAY, agent, case_of, detractor, kinds, opened, voice

from allears.accounts.models import Role, Workspace
from allears.jobs.models import Job
from allears.respond import actions
from allears.respond.actions import open_case
from allears.respond.models import AppendOnlyError, Case, CaseEntry, CaseVoice
from allears.respond.queries import unanswered_voices


def cases(workspace: Workspace) -> int:
    return Case.objects.in_workspace(workspace.pk).count()


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({"metric": "nps", "score": 6}, "normal"),
        ({"metric": "nps", "score": 3}, "high"),
        ({"metric": "nps", "score": 0}, "high"),
        ({"metric": "csat", "score": 2}, "normal"),
        ({"metric": "csat", "score": 1}, "high"),
        ({"metric": "ces", "score": 3}, "normal"),
        ({"source_kind": "complaint", "text": "Broken"}, "high"),
        ({"source_kind": "regulator", "text": "File 12"}, "urgent"),
        ({"source_kind": "regulator", "metric": "nps", "score": 9}, "urgent"),
        ({"source_kind": "request", "initiator": "customer", "channel": "email", "text": "When?"}, "normal"),
    ],
)
def test_voices_that_need_an_owner(bob: Person, fields: dict[str, object], priority: str) -> None:
    heard = voice(workspace=bob.workspace, **fields)
    case = opened(heard)
    assert (case.number, case.priority, case.state, case.origin_id) == (1, priority, "open", heard.pk)
    assert case.owner == case.first_owner == bob.membership
    assert kinds(case) == ["opened"]
    assert Job.objects.filter(task__contains="respond").count() == 0  # nobody here listens to case.opened


@pytest.mark.parametrize(
    "fields",
    [
        {"metric": "nps", "score": 7},
        {"metric": "csat", "score": 3},
        {"metric": "ces", "score": 4},
        {"source_kind": "praise", "text": "Lovely"},
        {"source_kind": "request", "text": "When do you open?"},
        {"metric": "stars", "score": 1},
    ],
)
def test_voices_that_do_not(bob: Person, fields: dict[str, object]) -> None:
    heard = voice(workspace=bob.workspace, **fields)
    assert open_case(workspace_id=bob.workspace.pk, voice_id=heard.pk, now=MONDAY) is None
    assert cases(bob.workspace) == 0


def test_history_from_a_file_is_no_duty(bob: Person) -> None:
    old = detractor(workspace=bob.workspace, said_at=MONDAY - timedelta(days=8), received_at=MONDAY)
    assert open_case(workspace_id=bob.workspace.pk, voice_id=old.pk, now=MONDAY) is None
    recent = detractor(workspace=bob.workspace, key="v2", said_at=MONDAY - timedelta(days=6), received_at=MONDAY)
    assert opened(recent).number == 1


def test_the_same_voice_again_changes_nothing(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    again = open_case(workspace_id=bob.workspace.pk, voice_id=case.origin_id or 0, now=MONDAY + timedelta(hours=1))
    assert again == case
    assert (cases(bob.workspace), kinds(case)) == (1, ["opened"])
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseVoice.objects.create(workspace=bob.workspace, case=case, voice=case.origin)


def test_a_comment_after_the_score_renames_the_case(bob: Person) -> None:
    heard = detractor(workspace=bob.workspace)
    case = opened(heard)
    assert case.subject == "NPS 4"
    heard.text, heard.score = "It came broken and nobody answers the phone", 2
    heard.save()
    case = opened(heard, now=MONDAY + timedelta(minutes=2))
    assert case.subject == "It came broken and nobody answers the phone"
    assert (case.priority, cases(bob.workspace), kinds(case)) == ("high", 1, ["opened"])
    case.refresh_from_db()
    assert case.reply_due_at == MONDAY + timedelta(hours=2)  # of high priority, counted from the score


def test_a_second_voice_joins_the_open_case_at_the_same_touchpoint(bob: Person) -> None:
    customer = builders.customer(workspace=bob.workspace)
    delivery = builders.touchpoint(workspace=bob.workspace)
    billing = builders.touchpoint(workspace=bob.workspace, key="billing")
    first = opened(detractor(workspace=bob.workspace, customer=customer, touchpoint=delivery))
    second = opened(
        voice(workspace=bob.workspace, key="v2", source_kind="complaint", customer=customer, touchpoint=delivery)
    )
    other = opened(detractor(workspace=bob.workspace, key="v3", customer=customer, touchpoint=billing))
    stranger = opened(detractor(workspace=bob.workspace, key="v4", touchpoint=delivery))
    assert (second.pk, other.number, stranger.number) == (first.pk, 2, 3)
    first.refresh_from_db()
    assert (first.priority, kinds(first), first.voices.count()) == ("high", ["opened", "customer"], 2)


def test_after_closing_a_new_voice_is_a_new_case(bob: Person) -> None:
    first = case_of(workspace=bob.workspace)
    act = {"workspace_id": bob.workspace.pk, "number": 1, "actor": bob.membership}
    actions.log_contact(**act, channel="phone", text="Told her", now=MONDAY)
    actions.close(**act, cause="late", now=MONDAY)
    second = opened(detractor(workspace=bob.workspace, key="v2", customer=first.customer))
    assert second.number == 2


def test_the_touchpoints_owner_is_asked_first(alice: Person, bob: Person) -> None:
    delivery = builders.touchpoint(workspace=bob.workspace, owner=alice.membership)
    case = case_of(workspace=bob.workspace, touchpoint=delivery)
    assert case.owner == alice.membership
    assert case.entries.get().detail["rule"] == "touchpoint"


def test_then_the_agent_with_the_fewest_open_cases_by_seniority(alice: Person, bob: Person) -> None:
    dora = agent(workspace=bob.workspace, name="dora")
    owners = [
        opened(detractor(workspace=bob.workspace, key=f"v{count}")).owner_id for count in range(3)
    ]  # fmt: skip
    assert owners == [bob.membership.pk, dora.pk, bob.membership.pk]


def test_a_touchpoints_owner_who_left_is_passed_over_then_the_admin(alice: Person, bob: Person) -> None:
    delivery = builders.touchpoint(workspace=bob.workspace, owner=bob.membership)
    bob.membership.ended_at = BEFORE
    bob.membership.save()
    case = case_of(workspace=bob.workspace, touchpoint=delivery)
    assert (case.owner, case.entries.get().detail["rule"]) == (alice.membership, "last_resort")


def test_without_any_member_the_voice_stays_on_the_ledger_until_there_is_one(acme: Workspace) -> None:
    heard = detractor(workspace=acme)
    assert open_case(workspace_id=acme.pk, voice_id=heard.pk, now=MONDAY) is None
    later = MONDAY + timedelta(minutes=5)
    assert list(unanswered_voices(acme.pk, before=later)) == [heard]
    dora = agent(workspace=acme, name="dora", role=Role.MANAGER)
    assert actions.sweep(now=later) == 1
    assert Case.objects.in_workspace(acme.pk).get().owner == dora
    assert list(unanswered_voices(acme.pk, before=later)) == []
    assert actions.sweep(now=later) == 0


def test_a_case_cannot_be_stored_without_an_owner(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.in_workspace(bob.workspace.pk).filter(pk=case.pk).update(owner=None)


def test_entries_are_append_only(bob: Person) -> None:
    entry = CaseEntry.objects.in_workspace(bob.workspace.pk).get(case=case_of(workspace=bob.workspace))
    entry.text = "something else"
    with pytest.raises(AppendOnlyError):
        entry.save()


def test_workspaces_count_for_themselves(bob: Person, charlie: Person) -> None:
    ours, theirs = case_of(workspace=bob.workspace), case_of(workspace=charlie.workspace)
    assert (ours.number, theirs.number, ours.owner, theirs.owner) == (1, 1, bob.membership, charlie.membership)
