"""A score by roll-up, by counting raw rows, on DuckDB, on Sail and on a Spark cluster: the same to the last digit."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from tests.support.spark import SparkCluster
from tests.understand.builders import NOON, invitation, response

from allears.accounts.models import Workspace
from allears.jobs import flusher
from allears.lake.engine import DuckDBLimits, connect
from allears.lake.engine_spark import ClusterAwayError
from allears.science.scores import METRICS, Metric
from allears.understand import rollups
from allears.understand.metrics import Question
from allears.understand.queries import Report
from allears.understand.service import Service, SqlQuestion

pytestmark = pytest.mark.django_db
Ask = Callable[[str, Metric], Report]


@pytest.fixture
def ask(acme: Workspace, settings: LazySettings, tmp_path: Path) -> Ask:
    """Answers on some days, flushed and hot, some of them changed since."""
    settings.LAKE_ROOT, settings.RUN_DIR = str(tmp_path / "lake"), tmp_path / "run"
    dice = random.Random(7)
    made = [
        response(
            workspace=acme,
            score=dice.randrange(1, 8),
            metric=dice.choice(METRICS),
            at=NOON - timedelta(hours=dice.randrange(500)),
            channel=dice.choice(["email", "微信", ""]),
            touchpoint=dice.choice(["delivery", "store", None]),
        )
        for _ in range(150)
    ]
    for _ in range(20):
        invitation(workspace=acme, at=NOON - timedelta(hours=dice.randrange(500)), stage="opened")
    flusher.flush_all(owner="me", now=NOON + timedelta(days=400))
    for row in made[:5]:
        row.score = 9
        row.heat()
        row.save()
    response(workspace=acme, score=10)

    def ask(engine: str, metric: Metric) -> Report:
        settings.ENGINE = engine
        service = Service()
        try:
            return service.report(
                Question(workspace_id=acme.pk, metric=metric, by=("touchpoint", "channel"), zone="Asia/Shanghai")
            )
        finally:
            service.engine.close()

    return ask


def test_roll_up_raw_rows_and_sail_agree(ask: Ask, sail_url: str, acme: Workspace, tmp_path: Path) -> None:
    agree(ask, sail_url, acme, tmp_path)


@pytest.mark.spark
def test_roll_up_raw_rows_and_a_spark_cluster_agree(
    ask: Ask, spark_cluster: SparkCluster, acme: Workspace, tmp_path: Path
) -> None:
    agree(ask, spark_cluster.url, acme, tmp_path)


def agree(ask: Ask, cluster: str, workspace: Workspace, folder: Path) -> None:
    raw = {metric: ask("duckdb", metric) for metric in METRICS}
    for metric in METRICS:
        assert ask(cluster, metric) == raw[metric]
    workspace.timezone = "Asia/Shanghai"
    workspace.save()
    engine = connect(cluster, limits=DuckDBLimits(temp_directory=str(folder)))
    assert rollups.maintain(engine=engine, owner="me", now=NOON) > 0  # the cluster makes the roll-ups
    engine.close()
    for metric in METRICS:
        assert ask("duckdb", metric) == raw[metric]
        assert ask(cluster, metric) == raw[metric]
        assert raw[metric].whole.score.n > 30


def test_sql_stays_on_this_machine_whatever_the_engine(acme: Workspace, settings: LazySettings, tmp_path: Path) -> None:
    """A cluster cannot hold a query to one workspace's files."""
    settings.LAKE_ROOT, settings.RUN_DIR = str(tmp_path / "lake"), tmp_path / "run"
    settings.ENGINE = "sc://127.0.0.1:1"
    response(workspace=acme, score=10)
    answer = Service().sql(SqlQuestion(workspace_id=acme.pk, query="SELECT sum(score) AS s FROM responses"))
    assert [int(row[0]) for row in answer.rows] == [10]
    with pytest.raises(ClusterAwayError, match="no figures now; nothing is lost"):
        Service().report(Question(workspace_id=acme.pk, metric="nps"))
