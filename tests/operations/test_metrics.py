"""One page of figures for all processes, in Prometheus' own format, for those who may read it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from allears.jobs.queue import enqueue
from allears.kit.meter import Meter, added_up, fold
from allears.listen.actions import record_voice
from allears.operations import exposing
from tests.conftest import Person


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposing, "meter_folder", lambda: tmp_path)


def scraped(client: Client | None = None, **extra: Any) -> dict[tuple[str, str], float]:
    """(sample, its one label's value) → figure."""
    answer = (client or Client()).get("/metrics", **extra)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_counts_of_several_processes_are_added_up(acme: Any, tmp_path: Path) -> None:
    for number in (1, 2):
        meter = Meter()
        meter._path = tmp_path / f"web.{number}.0.json"
        meter.add("intake.code.200", 3)
        meter.observe("intake.seconds", 0.004)
        meter.observe("intake.seconds", 99.0)
        meter.write()
    found = scraped()
    assert found["allears_intake_requests_total", "200"] == 6
    assert found["allears_intake_seconds_bucket", "0.0025"] == 0
    assert found["allears_intake_seconds_bucket", "0.005"] == 2
    assert found["allears_intake_seconds_bucket", "+Inf"] == 4
    assert found["allears_intake_seconds_sum", ""] == pytest.approx(198.008)


def test_files_of_gone_processes_are_folded_and_nothing_is_lost(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"web.{9_000_000 + number}.{number}.json").write_text(json.dumps({"intake.code.200": 1}))
    before = added_up(tmp_path)
    fold(tmp_path, keep=5)
    assert added_up(tmp_path) == before == {"intake.code.200": 60}
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_the_store_tells_what_waits(alice: Person) -> None:
    before = scraped()
    enqueue(task="nothing.of.ours", arguments={})
    record_voice(
        workspace_id=alice.workspace.pk, key="v", initiator="customer", source_kind="complaint", channel="web",
        said_at=timezone.now(), text="It was late.",
    )  # fmt: skip
    after = scraped()
    assert after["allears_jobs", "ready"] == before["allears_jobs", "ready"] + 2  # one opens the case
    assert after["allears_lake_hot_rows", "voices"] == 1
    assert after["allears_intake_unread_rows", ""] == 0
    assert after["allears_cases_open", ""] == 0
    assert after["allears_info", str(next(iter(k[1] for k in after if k[0] == "allears_info")))] == 1


def test_nobody_is_named(alice: Person) -> None:
    text = Client().get("/metrics").content.decode()
    assert "acme" not in text
    assert "alice" not in text


def test_only_this_machine_or_the_token_opens_it(alice: Person, settings: Any) -> None:
    client = Client()
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.5").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.5"}).status_code == 403
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer a-long-tokem"}).status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer ä"}).status_code == 403
    scraped(client, headers={"Authorization": "Bearer a-long-token"}, REMOTE_ADDR="10.0.0.5")
