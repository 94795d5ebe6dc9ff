"""`/metrics`: what each process counted, added up, and what the store tells, in Prometheus' text."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from allears.kit.lazy import LazyModule
from allears.kit.meter import BUCKETS, added_up
from allears.operations import figures

if TYPE_CHECKING:
    from prometheus_client.core import Metric

prometheus = LazyModule("prometheus_client")
core = LazyModule("prometheus_client.core")
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def meter_folder() -> Path:
    return Path(settings.RUN_DIR) / "metrics"


def text(*, now: datetime) -> bytes:
    """Everything, as Prometheus scrapes it."""
    registry = prometheus.CollectorRegistry(auto_describe=False)
    registry.register(_Collector(now))
    found: bytes = prometheus.generate_latest(registry)
    return found


class _Collector:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> "Iterator[Metric]":
        yield _one("allears_info", "The version that answers.", 1, version=version("allears"))
        yield from _counted(added_up(meter_folder()))
        yield from self._flow()
        yield from self._lake()
        yield from self._health()

    def _flow(self) -> "Iterator[Metric]":
        now = self._now
        waits = figures.unread(now=now)
        yield _one("allears_intake_unread_rows", "Accepted requests that the consumer has not taken.", waits.depth)
        yield _one("allears_intake_unread_age_seconds", "How long the oldest of them waits: consumer lag.", waits.age)
        states, age = figures.jobs(now=now)
        yield _many("allears_jobs", "Jobs by state.", "state", states)
        yield _one("allears_jobs_due_age_seconds", "How long the oldest due job has waited.", age)
        states, age = figures.outbox(now=now)
        yield _many("allears_outbox_messages", "Messages to customers by state.", "state", states)
        yield _one("allears_outbox_due_age_seconds", "How long the oldest message that may go has waited.", age)
        hooks = figures.webhooks()
        yield _one("allears_webhook_deliveries_waiting", "Webhooks that wait for their receiver.", hooks["waiting"])
        yield _one("allears_webhook_receivers_failing", "Receivers that take nothing now.", hooks["failing"])
        yield _one("allears_webhook_receivers_disabled", "Receivers switched off for failure.", hooks["disabled"])
        told = figures.cases(now=now)
        yield _one("allears_cases_open", "Cases that are not closed.", told["open"])
        yield _one("allears_cases_overdue", "Open cases whose promise of time is broken.", told["overdue"])

    def _lake(self) -> "Iterator[Metric]":
        yield _many("allears_lake_hot_rows", "Rows that are not in the lake yet.", "table", figures.hot())
        ages = {name: (self._now - at).total_seconds() for name, at in figures.flushed_at().items()}
        yield _many("allears_lake_flush_age_seconds", "Since the head of the table moved last.", "table", ages)
        files = figures.lake_files()
        counts = {name: count for name, (count, _size) in files.items()}
        sizes = {name: size for name, (_count, size) in files.items()}
        yield _many("allears_lake_files", "Parquet files on disk.", "table", counts)
        yield _many("allears_lake_bytes", "Their bytes.", "table", sizes)

    def _health(self) -> "Iterator[Metric]":
        held = {name: int(is_held) for name, is_held in figures.leases(now=self._now).items()}
        yield _many("allears_lease_held", "1 while somebody does this single worker's work.", "lease", held)
        yield _many(
            "allears_process_resident_bytes", "Memory of this machine's processes.", "role", dict(figures.processes())
        )
        last = figures.last_backup()
        if last is not None:
            age = (self._now - last[0]).total_seconds()
            yield _one("allears_backup_age_seconds", "Since the newest back-up ended.", age)
            yield _one("allears_backup_bytes", "Its size.", last[1])


def _one(name: str, says: str, value: float, **labels: str) -> Any:
    metric = core.GaugeMetricFamily(name, says, labels=list(labels))
    metric.add_metric(list(labels.values()), value)
    return metric


def _many(name: str, says: str, label: str, values: Mapping[str, float]) -> Any:
    metric = core.GaugeMetricFamily(name, says, labels=[label])
    for key, value in values.items():
        metric.add_metric([key], value)
    return metric


def _counted(sums: Mapping[str, float]) -> "Iterator[Metric]":
    requests = core.CounterMetricFamily(
        "allears_intake_requests", "Requests at the intake door by the code answered.", labels=["code"]
    )
    for name, value in sorted(sums.items()):
        if name.startswith("intake.code."):
            requests.add_metric([name.rpartition(".")[2]], value)
    yield requests
    yield _histogram("allears_intake_seconds", "From the request to its answer.", "intake.seconds", sums)
    pages = core.CounterMetricFamily(
        "allears_http_requests", "Requests to pages and the API by the class of the code.", labels=["code"]
    )
    for name, value in sorted(sums.items()):
        if name.startswith("http.code."):
            pages.add_metric([name.rpartition(".")[2]], value)
    yield pages
    yield _histogram("allears_http_seconds", "From the request to its answer.", "http.seconds", sums)


def _histogram(name: str, says: str, key: str, sums: Mapping[str, float]) -> Any:
    total, buckets = 0.0, []
    for place, bound in enumerate((*BUCKETS, float("inf"))):
        total += sums.get(f"{key}|{place}", 0.0)
        buckets.append(("+Inf" if bound == float("inf") else str(bound), total))
    return core.HistogramMetricFamily(name, says, buckets=buckets, sum_value=sums.get(f"{key}|sum", 0.0))
