"""The console's pages of listening: surveys, probes, decisions, policy."""

import html
import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from allears.events.batch import Batch
from allears.listen import actions, answering, probing
from allears.listen.models import Probe, Survey, Voice
from allears.listen.wall import WallFilter
from allears.outreach import rehearsals
from allears.outreach.governor import policy_from
from allears.outreach.models import Policy
from tests import builders
from tests.conftest import Person
from tests.listen import surveys


@pytest.fixture
def signed_in(client: Client, alice: Person) -> Client:
    client.force_login(alice.user)
    return client


def editor(client: Client, survey: Survey) -> dict[str, str]:
    """The editor's form as the page gives it."""
    context = client.get(f"/surveys/{survey.pk}").context
    fields = {
        each["name"]: each["value"]
        for group in context["groups"]
        for field in group["fields"]
        for each in field["inputs"]
    }
    return {"draft": context["draft"], **fields}


def test_a_survey_is_taken_edited_previewed_and_published(signed_in: Client, alice: Person) -> None:
    assert "NPS with why" in signed_in.get("/surveys").content.decode()
    answer = signed_in.post("/surveys/templates", {"template": "nps-why"})
    survey = Survey.objects.in_workspace(alice.workspace.id).get()
    assert answer["Location"] == f"/surveys/{survey.pk}"
    form = editor(signed_in, survey)
    form["title.zh"] = "新的标题"
    seen = signed_in.post(f"/surveys/{survey.pk}/preview?lang=zh", form)
    assert "新的标题" in seen.content.decode()
    assert "frame-ancestors 'self'" in seen["Content-Security-Policy"]
    assert survey.versions.count() == 1
    form["title.en"] = ""
    refused = signed_in.post(f"/surveys/{survey.pk}", {**form, "step": "publish"})
    assert refused.status_code == 422
    assert (
        'name="title.en" lang="en" aria-label="Title of the page, en" aria-invalid="true"' in refused.content.decode()
    )
    form["title.en"] = "New title"
    assert signed_in.post(f"/surveys/{survey.pk}", {**form, "step": "publish"}).status_code == 302
    assert survey.versions.get(number=2).definition["title"] == {"en": "New title", "zh": "新的标题"}


def test_questions_are_added_moved_and_taken_out(signed_in: Client, alice: Person) -> None:
    survey = actions.ensure_ready_made(workspace_id=alice.workspace.id, key="csat", now=timezone.now())
    url = f"/surveys/{survey.pk}"
    added = signed_in.post(url, {**editor(signed_in, survey), "step": "add:choice"}).context["draft"]
    longer = signed_in.post(url, {"draft": added, "step": "option:2"}).context["draft"]
    assert [len(each.get("options", [])) for each in json.loads(longer)["questions"]] == [0, 0, 3]
    moved = json.loads(signed_in.post(url, {"draft": longer, "step": "up:2"}).context["draft"])
    assert [each["name"] for each in moved["questions"]] == ["csat", "question_1", "why"]
    left = json.loads(signed_in.post(url, {"draft": longer, "step": "remove:1"}).context["draft"])
    assert [each["name"] for each in left["questions"]] == ["csat", "question_1"]
    assert survey.versions.count() == 1
    for draft in ("", "{}", "[]", '{"languages": 3}'):
        assert signed_in.post(url, {"draft": draft}).status_code == 404


def test_a_probe_is_set_changed_paused_and_shown(signed_in: Client, alice: Person) -> None:
    touchpoint = builders.touchpoint(workspace=alice.workspace, event_names=["order_delivered"])
    assert "order_delivered" in signed_in.get("/probes/new").content.decode()
    survey = Survey.objects.in_workspace(alice.workspace.id).get()
    form = {
        "name": "After delivery", "key": "after-delivery", "event_name": "order_delivered", "channel": "email",
        "touchpoint": touchpoint.pk, "survey": survey.pk, "delay": 2, "delay_unit": 3600,
        "expires_days": 5, "share": 50,
        "property-0": "amount", "op-0": ">", "value-0": "100",
        "property-1": "city", "op-1": "in", "value-1": "上海，北京",
    }  # fmt: skip
    wrong = signed_in.post("/probes/new", {**form, "value-0": "much"})
    assert wrong.status_code == 422
    assert 'value="much"' in wrong.content.decode()
    assert signed_in.post("/probes/new", form).status_code == 302
    probe = Probe.objects.in_workspace(alice.workspace.id).get()
    assert (probe.delay_seconds, probe.expires_after_seconds, probe.share) == (7200, 5 * 86_400, 0.5)
    assert probe.conditions == [
        {"property": "amount", "op": ">", "value": 100},
        {"property": "city", "op": "in", "value": ["上海", "北京"]},
    ]
    again = signed_in.get(f"/probes/{probe.pk}").context["form"].initial
    assert signed_in.post(f"/probes/{probe.pk}", {**form, **again, "name": "Other"}).status_code == 302
    signed_in.post(f"/probes/{probe.pk}/pause")
    probe.refresh_from_db()
    assert (probe.name, probe.paused_at is not None, probe.conditions[0]["value"]) == ("Other", True, 100)
    assert "Other" in signed_in.get("/probes").content.decode()


def test_a_probe_that_was_tried_on_the_past_can_be_gone_on_with(
    signed_in: Client, alice: Person, charlie: Person
) -> None:
    touchpoint = builders.touchpoint(workspace=alice.workspace, event_names=["order_delivered"])
    assert signed_in.get("/probes/new").context["form"]["channel"].value() == "email"
    survey = Survey.objects.in_workspace(alice.workspace.id).get()
    form = {
        "name": "After delivery", "key": "after-delivery", "event_name": "order_delivered", "channel": "sms",
        "touchpoint": touchpoint.pk, "survey": survey.pk, "delay": 2, "delay_unit": 3600,
        "expires_days": 5, "share": 50, "property-0": "city", "op-0": "in", "value-0": "上海，北京", "rehearse": 1,
    }  # fmt: skip
    tried = signed_in.post("/probes/new", form).headers["Location"].rsplit("/", 1)[1]
    rehearsals.run(workspace_id=alice.workspace.id, rehearsal_id=int(tried))
    assert f"/probes/new?tried={tried}" in signed_in.get(f"/decisions/rehearsals/{tried}").content.decode()
    again = signed_in.get(f"/probes/new?tried={tried}").context
    shown = {name: again["form"][name].value() for name in ("name", "channel", "delay", "delay_unit")}
    assert shown == {"name": "After delivery", "channel": "sms", "delay": 2, "delay_unit": "3600"}
    assert (again["conditions"][0]["property"], again["conditions"][0]["value"]) == ("city", "上海, 北京")
    assert not Probe.objects.in_workspace(alice.workspace.id).exists()
    signed_in.force_login(charlie.user)
    assert signed_in.get(f"/probes/new?tried={tried}").context["form"]["name"].value() is None


@pytest.mark.parametrize(("language", "words"), [("en", "these rest for 90 days"), ("zh-hans", "同类问卷要间隔 90 天")])
def test_the_ledger_says_why_in_both_languages(signed_in: Client, alice: Person, language: str, words: str) -> None:
    signed_in.cookies["allears_language"] = language
    builders.open_policy(workspace=alice.workspace)
    customer = builders.customer(workspace=alice.workspace, name="Zoe")
    builders.probe(workspace=alice.workspace)
    events = [builders.event_row(customer=customer, id=number) for number in (1, 2)]
    probing.on_batch(Batch(events=events, now=timezone.now()))
    for query in ("zoe@example.test", "ZOE@example.test", "zo"):
        page = signed_in.get("/decisions", {"q": query})
        assert len(page.context["rows"]) == 2
        assert words in page.content.decode()
    assert signed_in.get("/decisions", {"q": "nobody"}).context["rows"] == []
    (row,) = signed_in.get("/decisions", {"verdict": "never", "probe": "after-delivery"}).context["rows"]
    detail = signed_in.get(f"/decisions/{row['decision'].pk}")
    assert detail.context["agrees"] is True
    assert words in detail.content.decode()
    (figures,) = [each["figures"] for each in signed_in.get("/probes").context["rows"]]
    assert (figures.asked, figures.never, figures.refusals) == (1, 1, (("rest", 1),))


def test_a_policy_gets_a_new_version_and_keeps_the_old(signed_in: Client, alice: Person) -> None:
    form = signed_in.get("/decisions/policy").context["form"].initial
    form = {name: "" if value is None else value for name, value in form.items()} | {
        "quiet_start": "22:00",
        "rest_nps": 60,
    }
    assert signed_in.post("/decisions/policy", {**form, "quiet_end": ""}).status_code == 422
    assert signed_in.post("/decisions/policy", {**form, "quiet_end": "07:30"}).status_code == 302
    first, second = Policy.objects.in_workspace(alice.workspace.id).order_by("version")
    assert policy_from(first.rules).rest_days["nps"] == 90
    rules = policy_from(second.rules)
    assert (rules.rest_days["nps"], rules.quiet and f"{rules.quiet.end:%H:%M}", second.created_by) == (
        60,
        "07:30",
        alice.user,
    )


def test_an_agent_reads_the_ledger_and_sets_nothing(client: Client, bob: Person) -> None:
    client.force_login(bob.user)
    assert client.get("/decisions").status_code == 200
    for url in ("/decisions/policy", "/probes", "/probes/new", "/surveys"):
        assert client.get(url).status_code == 403


def test_an_outsider_finds_nothing(client: Client, alice: Person, charlie: Person) -> None:
    builders.open_policy(workspace=alice.workspace)
    probe = builders.probe(workspace=alice.workspace)
    events = [builders.event_row(customer=builders.customer(workspace=alice.workspace))]
    probing.on_batch(Batch(events=events, now=timezone.now()))
    client.force_login(charlie.user)
    assert client.get("/decisions").context["rows"] == []
    for url in (
        f"/probes/{probe.pk}",
        f"/surveys/{probe.survey_id}",
        f"/surveys/{probe.survey_id}/preview",
        "/decisions/1",
    ):
        assert client.get(url).status_code == 404
    assert client.post(f"/probes/{probe.pk}/pause").status_code == 404
    probe.refresh_from_db()
    assert probe.paused_at is None


def test_free_words_in_the_results_lead_to_their_voices(signed_in: Client, alice: Person) -> None:
    workspace = alice.workspace
    made = surveys.made(workspace, surveys.definition(surveys.NPS, {"type": "text", "name": "why"}))
    other = surveys.made(workspace, surveys.definition({"type": "text", "name": "why"}), key="other")
    for survey, given in ((made, {"nps": "3", "why": "Late again"}), (made, {"nps": "9"}), (other, {"why": "Else"})):
        token, now = surveys.link(survey).token, timezone.now()
        answering.save(token=token, given=given, complete=True, language="en", now=now)
    page = signed_in.get(f"/surveys/{made.pk}/results").content.decode()
    address = html.unescape(re.findall(r'href="(/listen\?[^"]+)"', page)[0])
    assert address == "/listen?view=all&survey=study&question=why"
    shown = signed_in.get(address)
    assert [each.text for each in shown.context["voices"]] == ["Late again"]
    assert "About why" in shown.content.decode()
    assert "themes/selection" not in shown.content.decode()
    everything = signed_in.get("/listen?view=all&survey=study").context["voices"]
    assert sorted(each.text for each in everything) == ["", "Late again"]
    assert not signed_in.get("/listen?view=all&survey=none&question=why").context["voices"]
    filters = WallFilter.of({"survey": "study", "question": "why"}, workspace_id=workspace.id)
    admitted = [each for each in Voice.objects.in_workspace(workspace.id) if filters.admits(each)]
    assert [each.text for each in admitted] == ["Late again"]
