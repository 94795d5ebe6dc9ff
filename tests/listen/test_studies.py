"""Studies: whom a wave draws, by the schedule, once; and what waves say side by side."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey, AuditEntry, Workspace
from allears.customers.models import Customer
from allears.jobs.lease import LeaseLostError, acquire
from allears.listen.actions import ensure_ready_made
from allears.listen.models import Invitation, Response
from allears.listen.studies import actions, closing, queries, running, trying
from allears.listen.studies.actions import StudyError, StudySpec
from allears.listen.studies.calendar import Schedule, months_on
from allears.listen.studies.closing import ClosingError
from allears.listen.studies.drawing import Turn, draw, wanted_of
from allears.listen.studies.models import Member, Study, Wave
from allears.listen.studies.report import WaveReport, wave_report
from allears.listen.studies.shapes import COLUMNS, csv_rows
from allears.outreach.actions import decide_due, set_consent
from allears.outreach.models import Decision, Message
from allears.outreach.rehearsals import run as run_rehearsal
from tests import builders
from tests.conftest import Person

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def town(acme: Workspace) -> Workspace:
    """Twelve regular and six vip customers; nothing rests, nothing is quiet."""
    builders.open_policy(workspace=acme, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    for n in range(18):
        builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip" if n % 3 == 0 else "regular")
    return acme


def plan(workspace: Workspace, *, launched: bool = True, **fields: Any) -> Study:
    survey = ensure_ready_made(workspace_id=workspace.id, key="nps-why", now=START)
    values = {"key": "relationship", "name": "Relationship", "starts_at": START, **fields}
    study = actions.create_study(
        workspace_id=workspace.id, spec=StudySpec(survey_id=survey.id, **values), now=START - DAY
    )
    if launched:
        actions.launch_study(study=study, now=START - DAY)
    return study


def run_at(moment: datetime, owner: str = "one") -> int:
    return running.run_due(owner=owner, now=lambda: moment)


def members(workspace: Workspace, **given: Any) -> Any:
    return Member.objects.in_workspace(workspace.id).filter(**given)


# The calendar


def test_a_quarter_keeps_its_hour_on_the_wall_and_ends_with_its_month() -> None:
    new_york = months_on(datetime(2026, 1, 31, 14, 0, tzinfo=UTC), 3, zone="America/New_York")
    assert new_york == datetime(2026, 4, 30, 13, 0, tzinfo=UTC), "nine o'clock in winter and in summer"


def test_waves_come_by_the_schedule_and_missed_ones_are_left_out() -> None:
    every = Schedule(starts_at=START, open_days=14, every_months=1, ends_at=START + 80 * DAY)
    assert every.current(START - DAY) is None
    assert [slot.number for slot in every.slots()] == [1, 2, 3]
    current = every.current(START + 35 * DAY)
    assert current
    assert (current.number, current.opens_at) == (2, datetime(2026, 4, 2, 9, 0, tzinfo=UTC))
    assert every.current(START + 20 * DAY) is None
    following = every.following(START + 20 * DAY)
    assert following
    assert following.number == 2
    once = Schedule(starts_at=START, open_days=14)
    assert [slot.number for slot in once.slots()] == [1]


# The draw


def test_a_wave_opens_draws_and_closes_by_itself(town: Workspace) -> None:
    study = plan(town, sample_size=9, quotas={"vip": 3})
    assert run_at(START - timedelta(minutes=1)) == 0
    assert run_at(START) == 9
    wave = Wave.objects.in_workspace(town.id).get()
    assert wave.frame == {
        "regular": {"population": 12, "resting": 0, "wanted": 6},
        "vip": {"population": 6, "resting": 0, "wanted": 3},
    }
    assert (members(town, segment="vip").count(), members(town, segment="regular").count()) == (3, 6)
    assert members(town, verdict="sent", invitation__isnull=False).count() == 9
    assert Message.objects.in_workspace(town.id).count() == 9
    invitation = Invitation.objects.in_workspace(town.id).first()
    assert invitation
    assert invitation.expires_at == START + 14 * DAY, "nobody answers a wave that is over"
    assert run_at(START + timedelta(minutes=1)) == 0, "once drawn, it is drawn"
    assert Wave.objects.in_workspace(town.id).get().closed_at is None
    run_at(START + 14 * DAY)
    assert Wave.objects.in_workspace(town.id).get().closed_at == START + 14 * DAY
    assert queries.state_of(study=study, now=START + 15 * DAY) == "over"


def test_every_ask_stands_in_the_ledger_and_the_same_draw_can_be_checked(town: Workspace) -> None:
    study = plan(town, sample_size=5)
    expected = {part.segment: part.wanted for part in queries.sample_ahead(study=study, now=START).parts}
    run_at(START)
    rows = Decision.objects.in_workspace(town.id).filter(probe_key="study-relationship")
    assert rows.count() == 5
    assert expected == {"regular": 3, "vip": 2}
    assert {row.ask_key for row in rows} == {f"wave:{study.pk}.1:{each.customer_id}" for each in members(town)}


def test_a_killed_draw_goes_on_and_two_workers_draw_nobody_twice(
    town: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allears.listen.studies.drawing.CHUNK", 2)
    study = plan(town, sample_size=10)
    slot = running.schedule_of(study).slot(1)
    assert slot
    wave = running.open_wave(study=study, slot=slot, now=START)
    fence = acquire(name="studies", owner="one", now=START, seconds=60)
    assert fence
    calls = iter(range(99))

    def clock() -> datetime:
        if next(calls) == 2:
            raise KeyboardInterrupt  # as a kill would, between two transactions
        return START

    with pytest.raises(KeyboardInterrupt):
        draw(wave=wave, turn=Turn(owner="one", fence=fence, now=clock))
    assert members(town).count() == 4
    taken = acquire(name="studies", owner="two", now=START + timedelta(minutes=5), seconds=60)
    assert taken
    with pytest.raises(LeaseLostError):
        draw(wave=wave, turn=Turn(owner="one", fence=fence, now=lambda: START))
    assert members(town).count() == 4, "who lost the lease draws nobody"
    draw(wave=wave, turn=Turn(owner="two", fence=taken, now=lambda: START + timedelta(minutes=5)))
    assert members(town).count() == 10
    assert Message.objects.in_workspace(town.id).values("customer").distinct().count() == 10
    again = running.open_wave(study=study, slot=slot, now=START + DAY)
    assert (again.pk, wanted_of(again)) == (wave.pk, wanted_of(wave)), "the frame stays as it was"


def test_whom_the_governor_refuses_is_followed_by_the_next_in_line(town: Workspace) -> None:
    for customer in Customer.objects.in_workspace(town.id).filter(segment="vip")[:4]:
        set_consent(
            workspace_id=town.id, customer_id=customer.pk, channel="*", purpose="*", granted=False,
            source="preferences", now=START - DAY,
        )  # fmt: skip
    plan(town, segments=["vip"], sample_size=2)
    run_at(START)
    assert members(town, verdict="sent").count() == 2
    assert members(town, verdict="never").count() <= 4
    assert not members(town, verdict="never").exclude(rule="consent").exists()
    assert Wave.objects.in_workspace(town.id).get().drawn_at == START


def test_who_was_asked_rests_for_a_wave(town: Workspace) -> None:
    study = plan(town, segments=["vip"], sample_size=4, every_months=1, rest_waves=1)
    run_at(START)
    first = set(members(town).values_list("customer_id", flat=True))
    second_opens = months_on(START, 1, zone="UTC")
    run_at(second_opens)
    second = set(members(town, wave__number=2).values_list("customer_id", flat=True))
    assert (len(first), len(second)) == (4, 2), "two of six had not been asked"
    assert not first & second
    assert Wave.objects.in_workspace(town.id).get(number=2).frame["vip"] == {
        "population": 6, "resting": 4, "wanted": 2,
    }  # fmt: skip
    run_at(months_on(START, 2, zone="UTC"))
    third = set(members(town, wave__number=3).values_list("customer_id", flat=True))
    assert third <= first
    assert len(third) == 4
    assert queries.next_slot(study=study, now=months_on(START, 2, zone="UTC")) is not None


def test_a_held_ask_joins_its_wave_when_it_is_free(town: Workspace) -> None:
    builders.open_policy(workspace=town, rest_days={}, rest_days_other=0, rest_days_overall=3, caps=())
    plan(town, segments=["vip"])
    other = plan(town, key="other", name="Other", segments=["vip"], starts_at=START + DAY)
    run_at(START)
    run_at(START + DAY)
    assert members(town, wave__study=other, verdict="held", invitation=None).count() == 6
    assert decide_due(now=START + 3 * DAY) == 6
    tied = members(town, wave__study=other, invitation__isnull=False)
    assert tied.count() == 6
    assert {each.invitation.expires_at for each in tied} == {START + 15 * DAY}
    cell = wave_report(study=other, now=START + 4 * DAY).lines[0].cells[0]
    assert (cell.drawn, cell.waiting, cell.asks.invited) == (6, 0, 6)


def test_conditions_choose_customers_and_paused_studies_open_nothing(town: Workspace) -> None:
    someone = Customer.objects.in_workspace(town.id).filter(segment="vip").first()
    assert someone
    someone.attributes = {"city": "Shanghai"}
    someone.save()
    study = plan(town, conditions=[{"of": "customer", "property": "city", "op": "=", "value": "Shanghai"}])
    actions.pause_study(study=study, now=START - DAY)
    assert run_at(START) == 0
    actions.resume_study(study=study)
    assert run_at(START + DAY) == 1
    assert members(town).get().customer_id == someone.pk


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"every_months": 5}, "every_months"),
        ({"every_months": 1, "open_days": 29}, "open_days"),
        ({"ends_at": START}, "ends_at"),
        ({"starts_at": datetime(9999, 12, 31, tzinfo=UTC)}, "starts_at"),
        ({"starts_at": datetime(1, 1, 1, tzinfo=UTC)}, "starts_at"),
        ({"channel": "pigeon"}, "channel"),
        ({"fallbacks": ["email"]}, "fallbacks"),
        ({"segments": ["vip"], "quotas": {"new": 3}}, "quotas"),
        ({"sample_size": 0}, "sample_size"),
        ({"survey_id": 0}, "survey_id"),
    ],
)
def test_a_plan_that_cannot_work_names_what_to_mend(town: Workspace, fields: dict[str, Any], place: str) -> None:
    survey = ensure_ready_made(workspace_id=town.id, key="nps-why", now=START)
    values = {"key": "x", "name": "X", "survey_id": survey.id, "starts_at": START, **fields}
    with pytest.raises(StudyError) as refused:
        actions.create_study(workspace_id=town.id, spec=StudySpec(**values), now=START)
    assert refused.value.field == place
    assert not Study.objects.in_workspace(town.id).exists()


def test_what_makes_waves_comparable_stays_once_it_is_launched(town: Workspace) -> None:
    study = plan(town, segments=["vip"])
    values = {"key": study.key, "name": "New name", "survey_id": study.survey_id, "starts_at": START}
    with pytest.raises(StudyError):
        actions.change_study(study=study, spec=StudySpec(**values, segments=["regular"]))
    changed = actions.change_study(study=study, spec=StudySpec(**values, segments=["vip"], sample_size=2))
    assert (changed.name, changed.sample_size) == ("New name", 2)


def test_it_is_tried_before_it_is_launched_and_asks_nobody(town: Workspace) -> None:
    refusing = Customer.objects.in_workspace(town.id).filter(segment="vip").first()
    assert refusing
    set_consent(
        workspace_id=town.id, customer_id=refusing.pk, channel="*", purpose="*", granted=False, source="preferences",
        now=START - DAY,
    )  # fmt: skip
    study = plan(town, launched=False)
    made = trying.try_study(study=study, now=START - DAY)
    run_rehearsal(workspace_id=town.id, rehearsal_id=made.pk)
    tried = queries.last_trial(study=study)
    assert tried
    outcome = trying.outcome_of(tried)
    assert (outcome["drawn"], outcome["asked"]) == (18, 17)
    assert outcome["segments"] == {"regular": {"drawn": 12, "asked": 12}, "vip": {"drawn": 6, "asked": 5}}
    assert outcome["rules"] == [("allowed", 17), ("consent", 1)]
    assert not Decision.objects.in_workspace(town.id).exists()
    assert not Message.objects.in_workspace(town.id).exists()


# Ending early


def states(workspace: Workspace, **given: Any) -> dict[str, int]:
    rows = Message.objects.in_workspace(workspace.id).filter(**given).order_by()
    return dict(rows.values_list("state").annotate(n=Count("id")))


def expiries(workspace: Workspace) -> set[datetime]:
    return set(Invitation.objects.in_workspace(workspace.id).values_list("expires_at", flat=True))


def test_a_wave_closed_early_keeps_answers_sends_nothing_more_and_can_be_opened_again(
    town: Workspace, client: Client
) -> None:
    study = plan(town, sample_size=6, every_months=1)
    run_at(START)
    wave = study.waves.get()
    tokens = list(Invitation.objects.in_workspace(town.id).order_by("id").values_list("token", flat=True))
    Invitation.objects.in_workspace(town.id).update(expires_at=timezone.now() + 90 * DAY)
    assert client.post(f"/s/{tokens[0]}", {"lang": "en", "q-nps": "9", "q-why": "Kind"}).status_code == 303
    assert client.post(f"/s/{tokens[1]}", {"partial": "1", "q-nps": "3", "q-why": ""}).status_code == 204
    sent = Message.objects.in_workspace(town.id).order_by("id").first()
    assert sent
    Message.objects.in_workspace(town.id).filter(pk=sent.pk).update(state="sent")
    effect = closing.close_wave(wave=wave, now=START + DAY)
    assert (effect.finished, effect.begun, effect.silent, effect.held) == (1, 1, 4, 0)
    assert Invitation.objects.in_workspace(town.id).filter(expires_at=START + DAY).count() == 5
    assert states(town) == {"sent": 1, "cancelled": 5}
    assert "closed" in client.get(f"/s/{tokens[1]}?lang=en").content.decode()
    assert client.post(f"/s/{tokens[1]}", {"lang": "en", "q-nps": "10"}).status_code == 410
    assert Response.objects.in_workspace(town.id).get(invitation__token=tokens[1]).score == 3
    assert queries.state_of(study=study, now=START + DAY) == "waiting"
    assert run_at(START + DAY) == 0
    with pytest.raises(ClosingError):
        closing.close_wave(wave=wave, now=START + 2 * DAY)
    gone = Invitation.objects.in_workspace(town.id).get(token=tokens[5])
    assert gone.customer_id
    set_consent(
        workspace_id=town.id, customer_id=gone.customer_id, channel="*", purpose="survey", granted=False,
        source="test", now=START + 2 * DAY,
    )  # fmt: skip
    assert closing.reopen_wave(wave=wave, now=START + 3 * DAY) == 0
    assert states(town) == {"sent": 1, "queued": 4, "cancelled": 1}
    assert states(town, customer_id=gone.customer_id) == {"cancelled": 1}, "who said no meanwhile is left alone"
    assert Invitation.objects.in_workspace(town.id).filter(expires_at=START + 14 * DAY).count() == 5
    assert queries.state_of(study=study, now=START + 3 * DAY) == "open"
    told = AuditEntry.objects.in_workspace(town.id).filter(verb__startswith="listen.study.wave")
    assert sorted(each.verb for each in told) == ["listen.study.wave_closed", "listen.study.wave_reopened"]
    with pytest.raises(ClosingError):
        closing.reopen_wave(wave=wave, now=START + 3 * DAY)


def test_held_asks_of_a_closed_wave_are_refused_when_their_time_comes(town: Workspace) -> None:
    builders.open_policy(workspace=town, rest_days={"nps": 5}, rest_days_other=0, rest_days_overall=0, caps=())
    other = plan(town, key="first", name="First", sample_size=2, starts_at=START)
    run_at(START)
    asked = list(members(town, wave__study=other).values_list("customer_id", flat=True))
    study = plan(town, key="second", name="Second", starts_at=START + DAY)
    run_at(START + DAY)
    wave = study.waves.get()
    held = Decision.objects.in_workspace(town.id).filter(verdict="held", probe_key="study-second")
    assert sorted(held.values_list("customer_id", flat=True)) == sorted(asked)
    assert closing.close_wave(wave=wave, now=START + 2 * DAY).held == 2
    assert closing.reopen_wave(wave=wave, now=START + 3 * DAY) == 0
    assert held.filter(settled_at__isnull=True).count() == 2, "taken back before their time, nothing has happened"
    closing.close_wave(wave=wave, now=START + 4 * DAY)
    decide_due(now=START + 5 * DAY + timedelta(minutes=1))
    anew = Decision.objects.in_workspace(town.id).filter(probe_key="study-second", customer_id__in=asked)
    assert list(anew.filter(settled_at__isnull=True).values_list("verdict", "rule")) == [("never", "expired")] * 2
    assert Message.objects.in_workspace(town.id).filter(customer_id__in=asked).count() == 2, "of the first study"
    assert closing.reopen_wave(wave=wave, now=START + 6 * DAY) == 2
    assert wave_report(study=study, now=START + 6 * DAY).lines[0].cells[0].drawn == 18


def test_a_draw_stops_with_its_wave_and_goes_on_when_it_opens_again(
    town: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allears.listen.studies.drawing.CHUNK", 2)
    study = plan(town, sample_size=6)
    slot = running.schedule_of(study).slot(1)
    assert slot
    wave = running.open_wave(study=study, slot=slot, now=START)
    fence = acquire(name="studies", owner="one", now=START, seconds=60)
    assert fence
    closing.close_wave(wave=wave, now=START)
    assert draw(wave=wave, turn=Turn(owner="one", fence=fence, now=lambda: START)) == 0
    wave.refresh_from_db()
    assert wave.drawn_at is None
    closing.reopen_wave(wave=wave, now=START + DAY)
    assert run_at(START + DAY) == 6


def test_an_ended_study_opens_no_wave_and_goes_on_when_that_is_taken_back(town: Workspace) -> None:
    study = plan(town, sample_size=3, every_months=1)
    with pytest.raises(ClosingError):
        closing.continue_study(study=study, now=START)
    run_at(START)
    effect = closing.end_study(study=study, now=START + DAY)
    assert effect == closing.Effect(finished=0, begun=0, silent=3, held=0)
    assert (queries.state_of(study=study, now=START + DAY), queries.next_slot(study=study, now=START)) == ("over", None)
    assert run_at(START + 40 * DAY) == 0
    assert study.waves.count() == 1
    with pytest.raises(StudyError):
        actions.launch_study(study=study, now=START + DAY)
    with pytest.raises(ClosingError):
        closing.reopen_wave(wave=study.waves.get(), now=START + 2 * DAY)
    closing.continue_study(study=study, now=START + 2 * DAY)
    assert queries.state_of(study=study, now=START + 2 * DAY) == "open"
    assert expiries(town) == {START + 14 * DAY}
    closing.end_study(study=study, now=START + 3 * DAY)
    assert closing.continue_study(study=study, now=START + 20 * DAY) == 0
    assert study.waves.get().closed_at == START + 3 * DAY, "its time is over; the next one opens by the schedule"
    assert run_at(START + 32 * DAY) == 3


def test_ended_early_by_page_and_api(signed_in: Client, alice: Person) -> None:
    town = alice.workspace
    builders.open_policy(workspace=town, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    builders.customer(workspace=town, email="c@example.test")
    now = timezone.now()
    study = plan(town, starts_at=now - DAY, every_months=1, launched=False)
    actions.launch_study(study=study, now=now - DAY)
    run_at(now)
    at = f"/studies/{study.pk}"
    page = signed_in.get(at).content.decode()
    assert "1 customer who was asked and has answered nothing yet can no longer answer." in page
    assert signed_in.post(f"{at}/waves/1/closure").status_code == 302
    assert "wave 1 closed early" in signed_in.get(at).content.decode()
    assert signed_in.post(f"{at}/waves/1/reopening").status_code == 302
    signed_in.post(f"{at}/end")
    assert "ended early" in signed_in.get(at).content.decode()
    signed_in.post(f"{at}/continuation")
    assert "End the study" in signed_in.get(at).content.decode()
    _, secret = make_key(workspace=town, kind=AccessKey.Kind.API, name="k", actor=None, now=now)
    head = {"Authorization": f"Bearer {secret}"}
    closed = signed_in.post(f"/api/v1{at}/waves/1/closure", headers=head)
    assert (closed.status_code, closed.json()["closed_at"] < closed.json()["closes_at"]) == (200, True)
    assert signed_in.post(f"/api/v1{at}/waves/1/closure", headers=head).status_code == 409
    assert signed_in.delete(f"/api/v1{at}/waves/1/closure", headers=head).json()["closed_at"] is None
    assert signed_in.post(f"/api/v1{at}/end", headers=head).json()["state"] == "over"
    assert signed_in.delete(f"/api/v1{at}/end", headers=head).json()["state"] == "open"


# The report


def answer(workspace: Workspace, wave: Wave, scores: dict[str, list[int]]) -> None:
    """The first members of each segment give these scores; who answers finishes, at the wave's first noon."""
    at = wave.opens_at + timedelta(hours=3)
    Invitation.objects.in_workspace(workspace.id).filter(drawn_by__wave=wave).update(sent_at=wave.opens_at)
    for segment, given in scores.items():
        mine = members(workspace, wave=wave, segment=segment, invitation__isnull=False).order_by("id")
        assert len(mine) >= len(given)
        for member, score in zip(mine, given, strict=False):
            invitation = member.invitation
            invitation.started_at = invitation.completed_at = at
            invitation.save()
            Response.objects.create(
                workspace=workspace, key=invitation.token, invitation=invitation, customer_id=member.customer_id,
                channel="email", segment=segment, metric="nps", score=score, started_at=at, updated_at=at,
                completed_at=at,
            )  # fmt: skip


@pytest.fixture
def two_waves(acme: Workspace) -> Study:
    """60 vip and 240 regular; vip fall from 100 to −100, regular stay as they are."""
    builders.open_policy(workspace=acme, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    for n in range(300):
        builders.customer(workspace=acme, email=f"c{n}@example.test", segment="vip" if n < 60 else "regular")
    study = plan(acme, every_months=1, rest_waves=0, sample_size=120, quotas={"vip": 60})
    run_at(START)
    run_at(months_on(START, 1, zone="UTC"))
    first, second = study.waves.order_by("number")
    steady = [10] * 20 + [8] * 10 + [3] * 10
    answer(acme, first, {"vip": [10] * 40, "regular": steady})
    answer(acme, second, {"vip": [2] * 40, "regular": steady})
    run_at(months_on(START, 2, zone="UTC") - DAY)
    return study


def lines(report: WaveReport) -> dict[str, Any]:
    return {line.segment: line for line in report.lines}


def test_waves_stand_side_by_side_and_a_change_is_claimed_only_where_it_can_be(two_waves: Study) -> None:
    report = wave_report(study=two_waves, now=timezone.now())
    found = lines(report)
    assert list(found) == ["*", "weighted", "regular", "vip"]
    before, now = found["vip"].cells
    assert (before.score.estimate, now.score.estimate) == (100, -100)
    assert (before.asks.invited, before.asks.delivered, before.asks.started, before.asks.completed) == (60, 60, 40, 40)
    assert before.rates.response.estimate == pytest.approx(40 / 60)
    assert (before.change, now.change.claim, now.change.since) == (None, "lower", 1)
    assert now.change.result.difference == -200
    steady = found["regular"].cells[1].change
    assert (steady.claim, steady.result.difference, steady.adjusted_p) == ("none", 0, 1.0)
    assert report.comparisons == 4, "all, weighted, and two segments, judged together"


def test_the_weighted_line_counts_each_segment_by_its_customers(two_waves: Study) -> None:
    """Half of the answers are of vip, who are a fifth of the customers: 0.2·100 + 0.8·25, then 0.2·−100 + 0.8·25."""
    weighted = lines(wave_report(study=two_waves, now=timezone.now()))["weighted"]
    assert [cell.score.estimate for cell in weighted.cells] == [pytest.approx(40), pytest.approx(0)]
    assert weighted.cells[0].population == 300
    assert weighted.cells[1].change.claim == "lower"


def test_few_answers_are_a_low_base_and_claim_nothing(town: Workspace) -> None:
    study = plan(town, every_months=1, rest_waves=0)
    run_at(START)
    run_at(months_on(START, 1, zone="UTC"))
    for wave, score in zip(study.waves.order_by("number"), (10, 0), strict=True):
        answer(town, wave, {"vip": [score] * 5})
    found = lines(wave_report(study=study, now=timezone.now()))
    cell = found["vip"].cells[1]
    assert (cell.score.n, cell.score.warnings) == (5, ("low_base",))
    assert (cell.change.claim, cell.change.adjusted_p) == ("unknown", None)
    assert found["weighted"].cells[0].score.estimate is None, "nobody speaks for the regular ones"


def test_erased_customers_go_on_counting(two_waves: Study) -> None:
    before = wave_report(study=two_waves, now=timezone.now())
    whose = members(two_waves.workspace, wave__number=1, segment="vip").order_by("id").first().customer
    Member.objects.in_workspace(two_waves.workspace_id).filter(customer=whose).update(customer=None)
    after = wave_report(study=two_waves, now=timezone.now())
    assert [cell.drawn for cell in lines(after)["vip"].cells] == [cell.drawn for cell in lines(before)["vip"].cells]


def test_the_file_has_a_row_for_each_line_and_wave(two_waves: Study) -> None:
    rows = list(csv_rows(wave_report(study=two_waves, now=timezone.now())))
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == 1 + 4 * 2


# Pages and API


@pytest.fixture
def signed_in(client: Client, alice: Person) -> Client:
    client.force_login(alice.user)
    return client


def test_planned_tried_launched_and_paused_by_page(signed_in: Client, alice: Person) -> None:
    builders.customer(workspace=alice.workspace, segment="vip")
    assert "No studies yet" in signed_in.get("/studies").content.decode()
    signed_in.get("/studies/new")  # makes a survey to begin with
    survey = ensure_ready_made(workspace_id=alice.workspace.id, key="nps-why", now=START)
    opens = timezone.now() + 3 * DAY
    form = {
        "name": "Yearly", "key": "yearly", "survey": survey.pk, "channel": "email", "every_months": "12",
        "starts_at": f"{opens:%Y-%m-%dT%H:%M}", "open_days": "21", "rest_waves": "1", "segments": ["vip"],
        "quotas": "vip 5", "sample_size": "", "property-0": "city", "op-0": "=", "value-0": "Shanghai",
    }  # fmt: skip
    refused = signed_in.post("/studies/new", {**form, "quotas": "new 5"})
    assert refused.status_code == 422
    assert "what you typed is still here" in refused.content.decode()
    assert signed_in.post("/studies/new", {**form, "property-0": ""}).status_code == 302
    study = Study.objects.in_workspace(alice.workspace.id).get()
    assert (study.quotas, study.segments, study.every_months) == ({"vip": 5}, ["vip"], 12)
    page = signed_in.get(f"/studies/{study.pk}").content.decode()
    assert "Before it is launched" in page
    assert signed_in.post(f"/studies/{study.pk}/trials").status_code == 302
    tried = queries.last_trial(study=study)
    assert tried
    assert "hx-get" in signed_in.get(f"/studies/{study.pk}/trials").content.decode()
    run_rehearsal(workspace_id=alice.workspace.id, rehearsal_id=tried.pk)
    assert "Of 1 drawn, 1 would be asked" in signed_in.get(f"/studies/{study.pk}/trials").content.decode()
    assert signed_in.get(f"/decisions/rehearsals/{tried.pk}").headers["Location"] == f"/studies/{study.pk}"
    signed_in.post(f"/studies/{study.pk}/launch")
    assert "No wave has opened yet" in signed_in.get(f"/studies/{study.pk}").content.decode()
    kept = signed_in.post(f"/studies/{study.pk}/plan", {**form, "name": "Every year", "segments": []})
    assert kept.status_code == 302
    study.refresh_from_db()
    assert (study.name, study.segments, study.starts_at.minute) == ("Every year", ["vip"], opens.minute)
    signed_in.post(f"/studies/{study.pk}/pause")
    assert "Go on" in signed_in.get(f"/studies/{study.pk}").content.decode()
    signed_in.post(f"/studies/{study.pk}/resumption")
    study.refresh_from_db()
    assert study.paused_at is None


def test_the_report_page_says_in_words_what_can_be_claimed(signed_in: Client, two_waves: Study) -> None:
    page = signed_in.get(f"/studies/{two_waves.pk}").content.decode()
    assert "vip: wave 2 is lower than wave 1 by −200" in page
    assert "regular: no difference between wave 1 and wave 2 can be claimed" in page
    assert "Weighted to the population" in page
    assert "Relationship" in signed_in.get("/studies").content.decode()
    file = signed_in.get(f"/studies/{two_waves.pk}?format=csv")
    read = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    vip = next(row for row in read if row["segment"] == "vip" and row["wave"] == "2")
    assert (vip["claim"], vip["invited"], float(vip["score"])) == ("lower", "60", -100.0)
    signed_in.cookies["allears_language"] = "zh-hans"
    assert "vip：第 2 期" in signed_in.get(f"/studies/{two_waves.pk}").content.decode()


def test_by_api(client: Client, two_waves: Study, charlie: Person) -> None:
    acme = two_waves.workspace

    def head(workspace: Workspace) -> dict[str, str]:
        _, secret = make_key(workspace=workspace, kind=AccessKey.Kind.API, name="k", actor=None, now=timezone.now())
        return {"Authorization": f"Bearer {secret}"}

    mine, theirs = head(acme), head(charlie.workspace)
    listed = client.get("/api/v1/studies", headers=mine).json()["items"]
    assert [(each["key"], each["every_months"]) for each in listed] == [("relationship", 1)]
    report = client.get(f"/api/v1/studies/{two_waves.pk}/report", headers=mine).json()
    claims = {(line["line"], line["segment"]): line["waves"][1]["change"]["claim"] for line in report["lines"]}
    assert claims == {("all", ""): "lower", ("weighted", ""): "lower", ("segment", "regular"): "none",
                      ("segment", "vip"): "lower"}  # fmt: skip
    assert client.get(f"/api/v1/studies/{two_waves.pk}/report", headers=theirs).status_code == 404
    assert len(client.get(f"/api/v1/studies/{two_waves.pk}/waves", headers=mine).json()["items"]) == 2
    opens = (timezone.now() + DAY).isoformat()
    body = {"key": "once", "name": "Once", "survey_id": two_waves.survey_id, "starts_at": opens, "sample_size": 50}
    made = client.post("/api/v1/studies", body, content_type="application/json", headers=mine)
    assert made.status_code == 201
    number = made.json()["id"]
    wrong = client.put(
        f"/api/v1/studies/{number}", {**body, "channel": "pigeon"}, content_type="application/json", headers=mine
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "channel")
    again = client.post("/api/v1/studies", body, content_type="application/json", headers=mine)
    assert again.status_code == 409
    sample = client.get(f"/api/v1/studies/{number}/sample", headers=mine).json()
    assert (sample["population"], sample["wanted"]) == (300, 50)
    assert client.post(f"/api/v1/studies/{number}/trials", headers=mine).status_code == 202
    assert client.post(f"/api/v1/studies/{number}/launch", headers=mine).json()["state"] == "waiting"
    assert client.post(f"/api/v1/studies/{number}/pause", headers=mine).json()["state"] == "paused"
    assert client.delete(f"/api/v1/studies/{number}/pause", headers=mine).json()["state"] == "waiting"
