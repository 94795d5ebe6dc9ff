"""What a domain refuses is told in the reader's language, at the label that he sees."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests import builders
from tests.conftest import Person

from allears.listen.actions import ensure_ready_made
from allears.listen.models import Probe
from allears.listen.studies.models import Study

PROBE = {
    "name": "After delivery", "key": "after-delivery", "event_name": "order_delivered", "channel": "email",
    "delay": 2, "delay_unit": 3600, "expires_days": 5, "share": 50,
}  # fmt: skip


@pytest.fixture
def reader(alice: Person) -> Client:
    client = Client()
    client.force_login(alice.user)
    client.cookies["allears_language"] = "zh-hans"
    return client


@pytest.fixture
def probe(alice: Person) -> dict[str, Any]:
    touchpoint = builders.touchpoint(workspace=alice.workspace, event_names=["order_delivered"])
    survey = ensure_ready_made(workspace_id=alice.workspace.pk, key="csat", now=timezone.now())
    return {**PROBE, "touchpoint": touchpoint.pk, "survey": survey.pk}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"absent_event": "order_returned", "delay": 0}, "等待时长：等待可能不发生的事件，至少要一分钟"),
        ({"property-0": "amount", "op-0": ">", "value-0": "much"}, "条件 1：&gt; 只能与数字比较"),
    ],
)
def test_a_probe_is_refused_in_chinese(reader: Client, probe: dict[str, Any], change: Any, said: str) -> None:
    answer = reader.post("/probes/new", probe | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Probe.objects.across_workspaces().count() == 0


def test_a_taken_key_is_told_in_chinese(reader: Client, probe: dict[str, Any]) -> None:
    assert reader.post("/probes/new", probe).status_code == 302
    assert "已有标识为 after-delivery 的探针，请换一个标识" in reader.post("/probes/new", probe).content.decode()


def test_a_study_is_refused_in_chinese(reader: Client, alice: Person) -> None:
    survey = ensure_ready_made(workspace_id=alice.workspace.pk, key="csat", now=timezone.now())
    starts = timezone.now() + timedelta(days=2)
    answer = reader.post("/studies/new", {
        "name": "Yearly", "key": "yearly", "survey": survey.pk, "channel": "email", "every_months": "0",
        "starts_at": starts.strftime("%Y-%m-%dT%H:%M"), "open_days": 14, "rest_waves": 0, "priority": 0,
        "ends_at": (starts - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
    })  # fmt: skip
    assert answer.status_code == 422
    assert "结束时间须晚于开始时间" in answer.content.decode()
    assert Study.objects.across_workspaces().count() == 0


def test_a_probe_that_cannot_be_read_says_that_it_asks_nobody(reader: Client, probe: dict[str, Any]) -> None:
    """What an older version had kept; to save it anew with something usable is the way out."""
    assert reader.post("/probes/new", probe).status_code == 302
    rows = Probe.objects.across_workspaces()
    assert "不会询问" not in reader.get("/probes").content.decode()
    rows.update(conditions=[{"property": "amount", "op": ">", "value": "nan"}])
    assert "不会询问" in reader.get("/probes").content.decode()
    page = f"/probes/{rows.get().pk}"
    assert "此探针目前不会询问任何人" in reader.get(page).content.decode()
    assert reader.post(page, probe).status_code == 302
    assert "不会询问" not in reader.get(page).content.decode()


@pytest.mark.django_db
def test_a_form_that_is_too_large_is_told_so_in_both_languages(alice: Person) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(alice.user)
    answer = client.post("/settings", {"success_statement": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "It is too large, or it could not be read. Nothing was saved" in page
    assert "内容过大，或无法读取。" in page
