"""One expression, every engine, one oracle: DuckDB, Sail and a real Spark cluster of two workers."""

import math
from collections.abc import Iterator

import pyarrow as pa
import pytest
from tests.lake import oracle
from tests.lake.oracle import CASES, Case, cells
from tests.lake.world import GONE, World, build

from allears.lake.engine import DuckDBLimits, Engine, connect
from allears.science.estimate import ScoreCounts
from allears.science.scores import METRICS, Metric, score
from allears.understand.cubes import summed
from allears.understand.metrics import SCORE_SUMS, score_cube

ENGINES = ["duckdb", "sail", pytest.param("spark", marks=pytest.mark.spark)]
KINDS = {"int32", "int64", "double"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = {
        "duckdb": lambda: "duckdb",
        "sail": lambda: request.getfixturevalue("sail_url"),
        "spark": lambda: request.getfixturevalue("spark_cluster").url,
    }[request.param]()
    limits = DuckDBLimits(temp_directory=str(tmp_path_factory.mktemp("spill")), memory_limit="256MB", threads=2)
    engine = connect(url, limits=limits)
    yield engine
    engine.close()


def read(engine: Engine, world: World, table: str) -> pa.Table:
    with engine.session() as session:
        found: pa.Table = session.run(session.table(world.slices[table]))
        return found.sort_by(world.slices[table].spec.key)


@pytest.mark.parametrize("table", ["events", "responses", "asks", "decisions"])
def test_every_row_and_every_value_comes_back(engine: Engine, world: World, table: str) -> None:
    spec = world.slices[table].spec
    found = read(engine, world, table)
    wanted = pa.Table.from_pylist(sorted(world.facts[table], key=lambda row: row[spec.key]), spec.arrow_schema())
    assert found.schema.types == wanted.schema.types
    assert found.to_pylist() == wanted.to_pylist()
    assert not set(GONE) & set(found["customer_key"].to_pylist())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_expression_gives_what_plain_python_gives(engine: Engine, world: World, case: Case) -> None:
    with engine.session() as session:
        table = session.table(world.slices[case.table])
        found = session.run(case.expression(table, **case.given))
    truth = case.truth(world.facts[case.table], **case.given)
    counted = cells(found.to_pylist(), case.keys)
    assert set(counted) == set(truth)
    assert len(truth) > 1
    for key, wanted in truth.items():
        assert set(counted[key]) == set(wanted)
        for name, value in wanted.items():
            assert close(counted[key][name], value, ulp=case.ulp), (key, name)


def close(found: float, wanted: float, *, ulp: int) -> bool:
    return found == wanted or abs(found - wanted) <= ulp * math.ulp(wanted)


@pytest.mark.parametrize("metric", METRICS)
def test_a_score_is_the_same_to_the_last_digit(engine: Engine, world: World, metric: Metric) -> None:
    with engine.session() as session:
        cube = session.run(score_cube(session.table(world.slices["responses"]), metric=metric, offset_minutes=0))
    truth = oracle.scores(world.facts["responses"], metric=metric, offset_minutes=0)
    by_hand = {name: sum(cell[name] for cell in truth.values()) for name in SCORE_SUMS}
    (total,) = summed(cube, (), SCORE_SUMS).to_pylist()
    assert score(metric, counts(total)) == score(metric, counts(by_hand))
    assert total["n"] > 200


def counts(sums: dict[str, float]) -> ScoreCounts:
    return ScoreCounts(
        n=int(sums["n"]),
        promoters=int(sums["promoters"]),
        detractors=int(sums["detractors"]),
        satisfied=int(sums["satisfied"]),
        total=float(sums["total"]),
        total_squares=float(sums["total_squares"]),
    )
