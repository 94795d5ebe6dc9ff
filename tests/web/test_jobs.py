"""The queue's page: what was given up can run again, by admins, in their own workspace."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import override
from tests.conftest import Person

import allears
from allears.accounts.models import AuditEntry
from allears.jobs import worker
from allears.jobs.bus import subscribers
from allears.jobs.models import Job
from allears.jobs.schedules import schedules
from allears.web.job_words import WORK

runs: list[int] = []


def note(*, workspace_id: int) -> None:
    runs.append(workspace_id)


def dead(workspace_id: int, **fields: Any) -> Job:
    now = timezone.now()
    made: Job = Job.objects.create(
        task="tests.web.test_jobs.note", arguments={"workspace_id": workspace_id}, state="dead", attempts=12,
        run_at=now, created_at=now - timedelta(days=1), finished_at=now,
        last_error="Traceback…\nValueError: no such address zoe@example.test", **fields,
    )  # fmt: skip
    return made


@pytest.fixture
def console(alice: Person) -> Client:
    runs.clear()
    client = Client()
    client.force_login(alice.user)
    return client


def test_a_job_that_was_given_up_runs_again(alice: Person, console: Client) -> None:
    job = dead(alice.workspace.pk)
    page = console.get("/settings/jobs").content.decode()
    assert "tests.web.test_jobs.note" in page
    assert "no such address [email]" in page
    assert "zoe@example.test" not in page
    console.post(f"/settings/jobs/{job.pk}/runs")
    while worker.run_due(owner="tests"):
        pass
    job.refresh_from_db()
    assert (job.state, job.attempts, runs) == ("done", 1, [alice.workspace.pk])
    assert AuditEntry.objects.in_workspace(alice.workspace.pk).get().verb == "operations.job.revived"
    console.post(f"/settings/jobs/{job.pk}/runs")
    job.refresh_from_db()
    assert job.state == "done"


def test_the_same_work_is_not_queued_twice(alice: Person, console: Client) -> None:
    job = dead(alice.workspace.pk, unique_key="tidy")
    now = timezone.now()
    Job.objects.create(task="x", run_at=now, created_at=now, unique_key="tidy")
    console.post(f"/settings/jobs/{job.pk}/runs")
    job.refresh_from_db()
    assert job.state == "dead"


def test_other_workspaces_jobs_are_not_seen(alice: Person, charlie: Person, console: Client) -> None:
    job = dead(charlie.workspace.pk)
    assert job.task not in console.get("/settings/jobs").content.decode()
    assert console.post(f"/settings/jobs/{job.pk}/runs").status_code == 404


def test_schedules_stand_with_their_times(console: Client) -> None:
    assert "allears.jobs.schedules.clean_up" in console.get("/settings/jobs").content.decode()


def queued() -> set[str]:
    """Every task that the source can queue: scheduled, subscribed to an event, or named where it is queued."""
    sources = (path.read_text(encoding="utf-8") for path in Path(allears.__file__).parent.rglob("*.py"))
    named = {name for text in sources for name in re.findall(r"(?i)\btask(?:: Final)? ?= ?\"(allears[\w.]+)\"", text)}
    return named | {each.task for each in schedules()} | {task for many in subscribers().values() for task in many}


def test_what_each_job_does_is_said_in_both_languages(alice: Person, console: Client) -> None:
    assert len(queued()) > 30
    assert queued() - set(WORK) == set()
    assert all(callable(getattr(found := import_string(task), "func", found)) for task in WORK)
    with override("zh-hans"):
        assert [task for task in WORK if str(WORK[task]).isascii()] == []
    Job.objects.filter(pk=dead(alice.workspace.pk).pk).update(task="allears.events.exports.jobs.write_export")
    assert '<span title="allears.events.exports.jobs.write_export">Write an export</span>' in (
        console.get("/settings/jobs").content.decode()
    )
    console.cookies["allears_language"] = "zh-hans"
    page = console.get("/settings/jobs").content.decode()
    for words in ("生成导出文件", "检查工单时限"):
        assert words in page
