"""One expression, every engine, one oracle: DuckDB, Sail and a real Spark cluster of two workers."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.lake.builders import START_MS
from tests.lake.oracle import by_keys, truth
from tests.lake.world import DAY_MS, GONE, World, build

from allears.kit.clocks import clock
from allears.lake.engine import DuckDBLimits, Engine, Slice, connect
from allears.lake.rollups import ROLLUPS, SCORES, Rollup
from allears.lake.tables import RESPONSES, TABLES
from allears.science.estimate import ScoreCounts
from allears.science.scores import METRICS, Metric, score
from allears.understand.cubes import summed
from allears.understand.metrics import SCORE_SUMS

ENGINES = ["duckdb", "sail", pytest.param("spark", marks=pytest.mark.spark)]


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


@pytest.mark.parametrize("table", TABLES)
def test_every_row_and_every_value_comes_back(engine: Engine, world: World, table: str) -> None:
    spec = world.slices[table].spec
    found = read(engine, world, table)
    wanted = pa.Table.from_pylist(sorted(world.facts[table], key=lambda row: row[spec.key]), spec.arrow_schema())
    assert found.schema.types == wanted.schema.types
    assert found.to_pylist() == wanted.to_pylist()
    assert not set(GONE) & set(found["customer_key"].to_pylist())


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("rollup", ROLLUPS.values(), ids=ROLLUPS)
def test_an_expression_gives_what_plain_python_gives(engine: Engine, world: World, rollup: Rollup, zone: str) -> None:
    counted = by_keys(cells(engine, world, rollup, zone).to_pylist(), ("day", *rollup.key_names))
    wanted = truth(rollup.name, world.facts[rollup.source.name], zone)
    assert counted == wanted
    assert len(wanted) > 20


def test_nothing_yet_is_an_empty_table_of_the_right_shape(engine: Engine) -> None:
    with engine.session() as session:
        found = session.run(session.table(Slice(RESPONSES, "/nowhere")))
        counted = session.run(SCORES.expression(session.table(Slice(RESPONSES, "/nowhere")), clock("UTC", 0, 0)))
    assert (found.num_rows, found.schema.types) == (0, RESPONSES.arrow_schema().types)
    assert (counted.num_rows, counted.column_names) == (0, ["day", *SCORES.key_names, *SCORES.sum_names])


def cells(engine: Engine, world: World, rollup: Rollup, zone: str) -> pa.Table:
    with engine.session() as session:
        table = session.table(world.slices[rollup.source.name])
        found: pa.Table = session.run(rollup.expression(table, clock(zone, START_MS, START_MS + 100 * DAY_MS)))
        return found


@pytest.mark.parametrize("metric", METRICS)
def test_a_score_is_the_same_to_the_last_digit(engine: Engine, world: World, metric: Metric) -> None:
    cube = cells(engine, world, SCORES, "Asia/Shanghai")
    (total,) = summed(cube.filter(pc.equal(cube["metric"], metric)), (), SCORE_SUMS).to_pylist()
    told = truth(SCORES.name, world.facts["responses"], "Asia/Shanghai")
    by_hand = {name: sum(cell[name] for key, cell in told.items() if key[1] == metric) for name in SCORE_SUMS}
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
