"""Quotas: how many of a kind are counted, and within what."""

from datetime import UTC, datetime, timedelta
from functools import partial

from allears.accounts.models import Workspace
from allears.listen import answering
from allears.listen.models import Response
from allears.listen.studies import actions, queries, running
from allears.listen.studies.actions import StudySpec
from allears.listen.studies.models import Member
from tests import builders
from tests.listen import surveys

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_each_wave_of_a_study_fills_quotas_anew(acme: Workspace) -> None:
    builders.open_policy(workspace=acme, rest_days={}, rest_days_other=0, rest_days_overall=0, caps=())
    for number in range(3):
        builders.customer(workspace=acme, email=f"c{number}@example.test", segment="vip")
    vip = {"customer": "segment", "op": "=", "value": "vip"}
    few = {"name": "vips", "limit": 1, "when": vip, "text": surveys.both("Full")}
    survey = surveys.made(acme, surveys.definition(surveys.NPS, quotas=[few]))
    study = actions.create_study(
        workspace_id=acme.id,
        spec=StudySpec(key="y", name="Y", survey_id=survey.id, starts_at=START, every_months=12, rest_waves=0),
        now=START - DAY,
    )
    actions.launch_study(study=study, now=START - DAY)
    for year in (0, 365):
        running.run_due(owner="one", now=partial(START.__add__, year * DAY))
        wave = queries.waves(study=study).last()
        assert wave
        asked = Member.objects.in_workspace(acme.id).filter(wave=wave, segment="vip").order_by("id")[:2]
        for member in asked.select_related("invitation"):
            assert member.invitation
            moment = START + (year + 1) * DAY
            answering.save(token=member.invitation.token, given={"nps": "9"}, complete=True, language="en", now=moment)
        statuses = Response.objects.in_workspace(acme.id).filter(invitation__drawn_by__wave=wave).order_by("id")
        assert [each.status for each in statuses] == ["complete", "over_quota"], f"wave {wave.number}"
