"""Answering, waiting, handing over, closing, taking back, opening again: the rules and the clocks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests import builders
from tests.conftest import Person
from tests.respond.people import MONDAY, agent, case_of, detractor, kinds, opened

from allears.accounts.models import Role
from allears.jobs.models import Job
from allears.outreach.models import Decision, Message
from allears.respond import actions
from allears.respond.errors import (
    CannotReachError,
    MissingWordsError,
    NotYoursError,
    OvertakenError,
    TooLateError,
    UnansweredError,
    WrongStateError,
)
from allears.respond.models import Case, CaseEntry, Handover

HOUR = timedelta(hours=1)


def by(person: Person, case: Case, now: datetime = MONDAY, **more: Any) -> dict[str, Any]:
    return {
        "workspace_id": person.workspace.pk,
        "number": case.number,
        "actor": person.membership,
        "now": now,
        **more,
    }


def fresh(case: Case) -> Case:
    return Case.objects.in_workspace(case.workspace_id).get(pk=case.pk)


def test_a_reply_is_one_threaded_mail_in_the_customers_language_and_stops_the_reply_clock(bob: Person) -> None:
    customer = builders.customer(workspace=bob.workspace, name="李雷", email="lilei@example.test", language="zh")
    case = case_of(workspace=bob.workspace, customer=customer)
    entry = actions.reply(**by(bob, case, MONDAY + HOUR), text="非常抱歉，马上为您处理。", version=case.version)
    message = Message.objects.in_workspace(bob.workspace.pk).get()
    assert (message.purpose, message.case_id, message.address, message.language) == (
        "service", case.pk, "lilei@example.test", "zh",
    )  # fmt: skip
    assert "非常抱歉，马上为您处理。" in message.text
    assert f"/c/{case.token}" in message.text
    assert message.headers["In-Reply-To"] == message.headers["References"]
    assert case.token not in message.headers["References"]
    assert entry.message_id == message.pk
    case = fresh(case)
    assert (case.first_reply_at, case.reply_due_at, case.unanswered_since) == (MONDAY + HOUR, None, None)
    assert kinds(case) == ["opened", "reply"]
    assert Decision.objects.in_workspace(bob.workspace.pk).get().verdict == "sent"


def test_every_mail_of_a_case_hangs_on_one_thread(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.reply(**by(bob, case), text="One")
    actions.reply(**by(bob, case), text="Two", language="zh")
    first, second = Message.objects.in_workspace(bob.workspace.pk).order_by("id")
    assert first.headers["References"] == second.headers["References"]
    assert (first.language, second.language) == ("en", "zh")


def test_notes_stop_no_clock(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.note(**by(bob, case), text="Looks like the courier again")
    after = fresh(case)
    assert (after.reply_due_at, after.first_reply_at, after.version) == (case.reply_due_at, None, case.version)
    assert kinds(case) == ["opened", "note"]


@pytest.mark.parametrize(("fields", "rule"), [({"email": ""}, "no_address")])
def test_a_reply_that_cannot_be_sent_leaves_nothing(bob: Person, fields: dict[str, str], rule: str) -> None:
    case = case_of(workspace=bob.workspace, customer=builders.customer(workspace=bob.workspace, **fields))
    with pytest.raises(CannotReachError) as caught:
        actions.reply(**by(bob, case), text="Sorry")
    assert caught.value.rule == rule
    assert Message.objects.in_workspace(bob.workspace.pk).count() == 0
    assert kinds(case) == ["opened"]
    actions.log_contact(**by(bob, case), channel="phone", text="Told her on the phone")
    assert fresh(case).reply_due_at is None


def test_who_has_not_seen_the_latest_does_not_write_over_it(alice: Person, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    seen = case.version
    actions.reply(**by(bob, case), text="I am on it", version=seen)
    with pytest.raises(OvertakenError) as caught:
        actions.reply(**by(alice, case), text="Hello, this is Alice", version=seen)
    assert [entry.text for entry in caught.value.entries] == ["I am on it"]
    assert Message.objects.in_workspace(bob.workspace.pk).count() == 1
    with pytest.raises(OvertakenError):
        actions.close(**by(alice, case), cause="late", version=seen)
    assert kinds(case) == ["opened", "reply"]


def test_waiting_stops_the_clock_and_the_customers_word_resumes_it(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)  # normal: 24 business hours, due Thursday 10:00
    assert case.resolve_due_at == MONDAY + timedelta(days=3)
    with pytest.raises(UnansweredError):
        actions.wait_for_customer(**by(bob, case))
    actions.reply(**by(bob, case, MONDAY + HOUR), text="Which colour?", wait=True)
    waiting = fresh(case)
    assert (waiting.state, waiting.waiting_since) == ("waiting", MONDAY + HOUR)
    noon_on_tuesday = MONDAY + timedelta(hours=26)
    actions.hear_customer(token=case.token, text="Blue", once="a", now=noon_on_tuesday)
    case = fresh(case)
    assert (case.state, case.paused) == ("open", 9 * HOUR)  # Monday 11–12 and 13–18, Tuesday 9–12
    assert case.resolve_due_at == MONDAY + timedelta(days=4) + HOUR
    assert case.reply_due_at == noon_on_tuesday + 5 * HOUR
    assert kinds(case) == ["opened", "reply", "waiting", "customer"]


def test_the_form_sent_twice_is_heard_once(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    for _ in range(2):
        actions.hear_customer(token=case.token, text="Hello?", once="same", now=MONDAY + HOUR)
    assert kinds(case) == ["opened", "customer"]
    assert fresh(case).reply_due_at == case.reply_due_at  # still the first unanswered word


def test_hand_over_waits_for_the_taker_while_the_giver_owns(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    dora = agent(workspace=bob.workspace, name="dora")
    actions.hand_over(**by(bob, case), to=dora.pk, reason="She knows the courier")
    assert fresh(case).owner == bob.membership
    with pytest.raises(NotYoursError):
        actions.accept(workspace_id=case.workspace_id, number=case.number, actor=bob.membership, now=MONDAY)
    actions.accept(workspace_id=case.workspace_id, number=case.number, actor=dora, now=MONDAY)
    case = fresh(case)
    assert (case.owner, case.first_owner) == (dora, bob.membership)
    assert Job.objects.filter(task__contains="handed").count() == 0
    assert kinds(case) == ["opened", "handover", "handover"]


def test_hand_over_can_be_given_back_with_a_reason(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    dora = agent(workspace=bob.workspace, name="dora")
    actions.hand_over(**by(bob, case), to=dora.pk, reason="Yours?")
    taker = {"workspace_id": case.workspace_id, "number": case.number, "actor": dora, "now": MONDAY}
    with pytest.raises(MissingWordsError):
        actions.give_back(**taker, reason="  ")
    actions.give_back(**taker, reason="I am on leave")
    assert fresh(case).owner == bob.membership
    assert Handover.objects.in_workspace(case.workspace_id).get().state == "returned"
    with pytest.raises(WrongStateError):
        actions.accept(**taker)


def test_who_has_left_cannot_accept_what_was_offered_to_them(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    cas = agent(workspace=bob.workspace, name="cas")
    actions.hand_over(**by(bob, case), to=cas.pk, reason="Yours")
    cas.ended_at = MONDAY
    cas.save()
    with pytest.raises(NotYoursError, match="has left"):
        actions.accept(workspace_id=case.workspace_id, number=case.number, now=MONDAY, actor=cas)
    assert fresh(case).owner == bob.membership


def test_a_manager_assigns_at_once_and_can_take_it_back(alice: Person, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    dora = agent(workspace=bob.workspace, name="dora")
    actions.hand_over(**by(alice, case), to=dora.pk, reason="Load")
    assert fresh(case).owner == dora
    actions.undo(**by(alice, case, MONDAY + timedelta(seconds=30)))
    assert fresh(case).owner == bob.membership
    assert kinds(case) == ["opened", "handover", "handover", "undone"]


def test_others_read_and_note_but_do_not_act(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    dora = agent(workspace=bob.workspace, name="dora")
    act = {"workspace_id": case.workspace_id, "number": case.number, "actor": dora, "now": MONDAY}
    with pytest.raises(NotYoursError):
        actions.reply(**act, text="Hi")
    with pytest.raises(NotYoursError):
        actions.close(**act, cause="late")
    actions.note(**act, text="I met this customer last week")
    assert kinds(case) == ["opened", "note"]


def test_a_leavers_cases_go_on_explicitly(alice: Person, bob: Person) -> None:
    dora = agent(workspace=bob.workspace, name="dora")
    mine = case_of(workspace=bob.workspace)
    hers = opened(detractor(workspace=bob.workspace, key="v2"))
    assert (mine.owner, hers.owner) == (bob.membership, dora)
    actions.hand_over(**by(alice, hers), to=bob.membership.pk, reason="Load")
    offered = opened(detractor(workspace=bob.workspace, key="v3"))
    assert offered.owner == dora
    actions.hand_over(
        workspace_id=bob.workspace.pk, number=offered.number, actor=dora, to=bob.membership.pk, reason="?", now=MONDAY
    )
    bob.membership.ended_at = MONDAY
    bob.membership.save()
    assert actions.sweep(now=MONDAY + HOUR) == 2
    assert fresh(mine).owner == dora  # the only agent left
    assert fresh(mine).first_owner == bob.membership
    assert fresh(hers).owner == dora  # her own first contact
    assert [each.state for each in offered.handovers.all()] == ["returned"]
    assert fresh(offered).owner == dora
    assert actions.sweep(now=MONDAY + HOUR) == 0


def test_closing_needs_a_cause_and_an_answer_and_can_be_taken_back_for_a_minute(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    with pytest.raises(UnansweredError):
        actions.close(**by(bob, case), cause="late")
    actions.reply(**by(bob, case), text="Which colour?", wait=True)
    before = fresh(case)
    with pytest.raises(MissingWordsError):
        actions.close(**by(bob, case), cause="")
    actions.close(**by(bob, case, MONDAY + HOUR), cause="late", text="Courier lost it")
    closed = fresh(case)
    assert (closed.state, closed.closed_at, closed.cause.key) == ("closed", MONDAY + HOUR, "late")  # type: ignore[union-attr]
    actions.undo(**by(bob, case, MONDAY + HOUR + timedelta(seconds=59)))
    back = fresh(case)
    assert (back.state, back.closed_at, back.cause) == ("waiting", None, None)
    assert (back.waiting_since, back.paused, back.resolve_due_at) == (
        before.waiting_since, before.paused, before.resolve_due_at,
    )  # fmt: skip
    assert kinds(case) == ["opened", "reply", "waiting", "closed", "undone"]


def test_undo_is_for_the_one_who_did_it_and_not_for_long(alice: Person, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.reply(**by(bob, case), text="Done")
    actions.close(**by(bob, case), cause="late")
    with pytest.raises(TooLateError):
        actions.undo(**by(alice, case, MONDAY))
    with pytest.raises(TooLateError):
        actions.undo(**by(bob, case, MONDAY + timedelta(seconds=61)))
    assert fresh(case).state == "closed"


def test_opening_again_starts_the_clocks_from_then(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.reply(**by(bob, case), text="Done")
    actions.close(**by(bob, case), cause="late")
    tuesday = MONDAY + timedelta(days=1)
    actions.reopen(**by(bob, case, tuesday), reason="She called: still broken")
    case = fresh(case)
    assert (case.state, case.reopened_count, case.cause) == ("open", 1, None)
    assert case.resolve_due_at == tuesday + timedelta(days=3)
    assert case.reply_due_at == tuesday + 5 * HOUR
    assert case.first_reply_at == MONDAY  # the first answer stays the first


def test_the_customers_no_opens_it_again_with_the_same_first_owner(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.reply(**by(bob, case), text="Done")
    actions.close(**by(bob, case), cause="late")
    actions.hear_verdict(token=case.token, solved=False, now=MONDAY + HOUR)
    after = fresh(case)
    assert (after.state, after.first_owner, after.owner) == ("open", bob.membership, bob.membership)
    actions.hear_verdict(token=case.token, solved=True, now=MONDAY + 2 * HOUR)
    assert fresh(case).confirmed_at == MONDAY + 2 * HOUR
    assert kinds(case) == ["opened", "reply", "closed", "reopened", "confirmed"]


def test_priority_changes_the_promises_from_the_start(alice: Person, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.set_priority(**by(bob, case, MONDAY + HOUR), priority="urgent")
    urgent = fresh(case)
    assert (urgent.first_reply_due_at, urgent.reply_due_at) == (MONDAY + HOUR, MONDAY + HOUR)
    assert urgent.resolve_due_at == MONDAY + timedelta(days=1)
    with pytest.raises(WrongStateError):
        actions.set_priority(**by(bob, case), priority="immediately")


def test_a_broken_promise_is_written_once_and_shown_to_managers(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    due = case.reply_due_at
    assert due is not None
    assert actions.check_clocks(now=due - timedelta(seconds=1)) == 0
    assert [actions.check_clocks(now=due) for _ in range(2)] == [1, 0]
    late = fresh(case)
    assert (late.reply_breached_at, late.escalated_at, late.version) == (due, due, case.version)
    assert actions.check_clocks(now=case.resolve_due_at) == 1
    assert [entry.detail["clock"] for entry in case.entries.filter(kind="breached").order_by("id")] == [
        "reply",
        "resolve",
    ]


def test_a_waiting_case_breaks_no_promise(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.reply(**by(bob, case), text="Which colour?", wait=True)
    assert actions.check_clocks(now=MONDAY + timedelta(days=30)) == 0


def test_a_bounced_reply_is_no_reply(bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    actions.reply(**by(bob, case), text="Which colour?", wait=True)
    Message.objects.in_workspace(bob.workspace.pk).update(state="failed", error="550 no such user")
    assert [actions.notice_lost_replies(now=MONDAY + HOUR) for _ in range(2)] == [1, 0]
    after = fresh(case)
    assert (after.state, after.unanswered_since, after.waiting_since) == ("open", MONDAY + HOUR, None)
    assert kinds(case) == ["opened", "reply", "waiting", "failed"]


def test_an_open_case_holds_surveys_back(bob: Person) -> None:
    from allears.respond.queries import customers_with_open_case

    case = case_of(workspace=bob.workspace)
    other = builders.customer(workspace=bob.workspace, email="max@example.test")
    ask = {"workspace_id": bob.workspace.pk, "customer_ids": [case.customer_id or 0, other.pk]}
    assert customers_with_open_case(**ask) == {case.customer_id: "open_case"}
    actions.reply(**by(bob, case), text="Done")
    actions.close(**by(bob, case), cause="late")
    assert customers_with_open_case(**ask) == {}


def test_nothing_reaches_across_workspaces(bob: Person, charlie: Person) -> None:
    case = case_of(workspace=bob.workspace)
    with pytest.raises(Case.DoesNotExist):
        actions.note(
            workspace_id=charlie.workspace.pk, number=case.number, actor=charlie.membership, text="x", now=MONDAY
        )
    with pytest.raises(WrongStateError):
        actions.hand_over(**by(bob, case), to=charlie.membership.pk, reason="x")
    assert kinds(case) == ["opened"]


def test_a_case_offered_to_oneself_or_by_an_agent_without_reason_is_refused(alice: Person, bob: Person) -> None:
    case = case_of(workspace=bob.workspace)
    with pytest.raises(WrongStateError):
        actions.hand_over(**by(bob, case), to=bob.membership.pk, reason="me")
    with pytest.raises(MissingWordsError):
        actions.hand_over(**by(bob, case), to=alice.membership.pk, reason=" ")
    assert bob.membership.role == Role.AGENT
    assert CaseEntry.objects.in_workspace(bob.workspace.pk).count() == 1
