"""The lease queue: nothing is lost, nothing runs twice at once, what fails comes back later."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from allears.jobs import worker
from allears.jobs.lease import LeaseLostError, acquire, hold, worker_name
from allears.jobs.models import Job, ScheduleMark, WorkerLease
from allears.jobs.queue import enqueue
from allears.jobs.schedules import _schedules, every, queue_due
from allears.kit.processes import host_name

pytestmark = pytest.mark.django_db
calls: list[str] = []
ME, OTHER = "elsewhere:1:aa", "elsewhere:2:bb"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    calls.clear()


def note(word: str) -> None:
    calls.append(word)


def fail(word: str) -> None:
    Job.objects.create(task="an effect", run_at=timezone.now(), created_at=timezone.now(), state="done")
    raise RuntimeError(f"cannot {word}")


def put(function: str = "note", word: str = "hello", **fields: object) -> Job:
    before = set(Job.objects.values_list("id", flat=True))
    enqueue(task=f"tests.jobs.test_queue.{function}", arguments={"word": word}, **fields)  # type: ignore[arg-type]
    return Job.objects.exclude(id__in=before).get()


def test_the_most_urgent_runs_first_and_done_is_marked_after_success() -> None:
    put(word="low", priority=0)
    put(word="high", priority=5)
    put(word="later", run_at=timezone.now() + timedelta(hours=1))
    assert worker.run_due(owner=ME) == 2
    assert calls == ["high", "low"]
    assert list(Job.objects.order_by("id").values_list("state", flat=True)) == ["done", "done", "ready"]


def test_a_failure_undoes_its_effects_and_comes_back_later() -> None:
    job = put("fail")
    now = timezone.now()
    assert worker.run_due(owner=ME) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_owner) == ("ready", 1, "")
    assert "cannot hello" in job.last_error
    assert job.run_at >= now + timedelta(seconds=1)
    assert Job.objects.filter(task="an effect").count() == 0
    assert worker.run_due(owner=ME) == 0


def test_it_waits_longer_each_time_and_is_dead_after_its_last_attempt() -> None:
    assert [worker.back_off(n).total_seconds() for n in (1, 2, 3, 30)] == [1, 2, 4, 6 * 3600]
    job = put("fail", max_attempts=2)
    for _ in range(2):
        Job.objects.update(run_at=timezone.now())
        worker.run_due(owner=ME)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("dead", 2)
    assert job.finished_at is not None


def test_two_workers_never_claim_the_same_job() -> None:
    put()
    now = timezone.now()
    assert [len(worker.claim(owner=owner, now=now)) for owner in (ME, OTHER)] == [1, 0]


def test_a_job_whose_worker_died_runs_again_and_the_late_worker_changes_nothing() -> None:
    job = put()
    (claimed,) = worker.claim(owner=ME, now=timezone.now())
    assert worker.reap(now=timezone.now()) == 0
    assert worker.reap(now=timezone.now() + worker.LEASE + timedelta(seconds=1)) == 1
    Job.objects.update(run_at=timezone.now())
    assert worker.run_due(owner=OTHER) == 1
    assert worker.run(claimed, owner=ME) is False
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_worker_that_lives_keeps_what_it_runs() -> None:
    put()
    worker.claim(owner=ME, now=timezone.now())
    late = timezone.now() + worker.LEASE
    assert worker.prolong(owner=ME, now=late) == 1
    assert worker.reap(now=late + timedelta(seconds=1)) == 0


def test_a_process_of_this_machine_that_is_gone_is_not_waited_for() -> None:
    put()
    worker.claim(owner=f"{host_name()}:4194303:cc", now=timezone.now())
    assert worker.reap(now=timezone.now()) == 1
    put(word="mine")
    Job.objects.update(run_at=timezone.now())
    worker.claim(owner=worker_name(), now=timezone.now())
    assert worker.reap(now=timezone.now()) == 0


def test_one_live_job_for_each_unique_key() -> None:
    put(unique_key="k")
    enqueue(task="tests.jobs.test_queue.note", arguments={"word": "again"}, unique_key="k")
    assert Job.objects.count() == 1
    worker.run_due(owner=ME)
    put(word="anew", unique_key="k")
    assert Job.objects.count() == 2


def test_long_jobs_have_a_thread_of_their_own_and_no_transaction() -> None:
    job = put("fail", queue=worker.LONG)
    assert worker.run_due(owner=ME) == 0
    assert worker.run_due(owner=ME, queues=[worker.LONG]) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 1)
    assert Job.objects.filter(task="an effect").count() == 1


def test_a_lease_has_one_holder_and_its_fence_guards_the_work() -> None:
    now = timezone.now()
    fence = acquire(name="flusher", owner=ME, now=now, seconds=10)
    assert fence == 1
    assert acquire(name="flusher", owner=OTHER, now=now, seconds=10) is None
    assert acquire(name="flusher", owner=ME, now=now, seconds=10) == 1
    later = now + timedelta(seconds=11)
    assert acquire(name="flusher", owner=OTHER, now=later, seconds=10) == 2
    with pytest.raises(LeaseLostError), transaction.atomic():
        hold(name="flusher", owner=ME, fence=1, now=later, seconds=10)
    hold(name="flusher", owner=OTHER, fence=2, now=later, seconds=10)


def test_a_holder_that_died_on_this_machine_is_replaced_at_once() -> None:
    now = timezone.now()
    WorkerLease.objects.create(name="flusher", owner=f"{host_name()}:4194303:cc", until=now + timedelta(hours=1))
    assert acquire(name="flusher", owner=ME, now=now, seconds=10) == 1


def test_a_schedule_is_queued_once_for_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allears.jobs.schedules._schedules", {})
    every(60, "gc.collect")
    now = timezone.now()
    assert [queue_due(owner=owner, now=now) for owner in (ME, OTHER, ME)] == [1, 0, 0]
    assert queue_due(owner=ME, now=now + timedelta(seconds=61)) == 1
    assert Job.objects.count() == 1  # the first one has not run yet: it is not doubled
    assert ScheduleMark.objects.get().task == "gc.collect"
    assert "gc.collect" not in _schedules
