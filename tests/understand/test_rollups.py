"""Roll-ups on disk give what counting the raw rows gives, whatever changed, died or broke in between."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.builders import customer
from tests.understand.builders import NOON, invitation, response

from allears.events.models import Event
from allears.jobs import erasure, flusher
from allears.jobs.models import LakeDirty, LakeHead, LakeRollup
from allears.kit.clocks import EPOCH
from allears.lake import store as files
from allears.lake.engine import DuckDBLimits, connect
from allears.lake.rollups import ASK_FUNNEL, EVENT_COUNTS, ROLLUPS, SCORES, TRANSITIONS
from allears.listen.models import Response
from allears.understand import rollups
from allears.understand.cubes import CubeStore
from allears.understand.durations import DurationQuestion, durations

pytestmark = pytest.mark.django_db
ZONE = "America/New_York"


@pytest.fixture(autouse=True)
def root(tmp_path, settings):
    settings.LAKE_ROOT = str(tmp_path / "lake")
    return settings.LAKE_ROOT


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = connect("duckdb", limits=DuckDBLimits(temp_directory=str(tmp_path_factory.mktemp("spill")), threads=1))
    yield engine
    engine.close()


@pytest.fixture
def cells(engine, acme):
    """A roll-up's cells as readers see them, by key."""

    def cells(rollup, *, zone=ZONE, engine=lambda: engine) -> dict[tuple, tuple]:
        (found,) = CubeStore(engine).cells([rollup], workspace_id=acme.pk, zone=zone)
        keys = ("day", *rollup.key_names)
        return {tuple(row[k] for k in keys): tuple(row[s] for s in rollup.sum_names) for row in found.to_pylist()}

    return cells


@pytest.fixture(autouse=True)
def zone(acme):
    acme.timezone = ZONE
    acme.save()


@pytest.fixture
def maintain(engine):
    return lambda: rollups.maintain(engine=engine, owner="me", now=NOON)


def flush() -> None:
    flusher.flush_all(owner="me", now=NOON + timedelta(days=400))


def no_engine():
    raise AssertionError("nothing needs counting, so no engine is wanted")


def day(moment: datetime, zone: str = ZONE) -> int:
    return (moment.astimezone(ZoneInfo(zone)).date() - EPOCH).days


@pytest.fixture
def answers(acme) -> list[Response]:
    """80 answers over the nights around New York's change of clocks on 1 November 2026."""
    dice, start = random.Random(2), datetime(2026, 10, 29, tzinfo=UTC)
    return [
        response(
            workspace=acme,
            score=dice.randint(0, 10),
            at=start + timedelta(minutes=dice.randint(0, 6 * 24 * 60)),
            touchpoint=dice.choice(["delivery", None]),
            segment=dice.choice(["gold", ""]),
        )
        for _ in range(80)
    ]


def by_hand(rows: list[Response], zone: str = ZONE) -> dict[tuple, tuple]:
    found: dict[tuple, list[int]] = {}
    for row in rows:
        key = (day(row.started_at, zone), row.touchpoint.key if row.touchpoint else "", row.segment)
        found.setdefault(key, []).append(row.score)
    return {
        (d, "nps", "", touchpoint, "email", segment): (
            len(scores),
            sum(s >= 9 for s in scores),
            sum(s <= 6 for s in scores),
            sum(s >= 9 for s in scores),  # top two of 0–10
            sum(scores),
            sum(s * s for s in scores),
        )
        for (d, touchpoint, segment), scores in found.items()
    }


def test_cells_are_the_same_hot_flushed_and_rolled_up(answers, cells, maintain):
    truth = by_hand(answers)
    assert cells(SCORES) == truth
    flush()
    assert cells(SCORES) == truth
    assert maintain() > 0
    assert cells(SCORES, engine=no_engine) == truth
    assert maintain() == 0
    assert LakeDirty.objects.count() == 0


def test_only_the_days_that_changed_are_worked_out_anew(acme, answers, cells, maintain):
    flush()
    maintain()
    late = response(workspace=acme, score=10, at=NOON)
    answers[0].score = 0
    answers[0].heat().save()
    truth = by_hand([*answers, late])
    assert cells(SCORES) == truth
    flush()
    assert cells(SCORES) == truth
    assert maintain() == 4  # each UTC day touches two of New York's
    assert cells(SCORES, engine=no_engine) == truth


def test_readers_in_another_zone_count_the_raw_rows(answers, cells, maintain):
    flush()
    maintain()
    assert cells(SCORES, zone="Asia/Shanghai") == by_hand(answers, "Asia/Shanghai")


def test_a_changed_clock_builds_anew(acme, answers, cells, maintain):
    flush()
    maintain()
    acme.timezone = "Asia/Shanghai"
    acme.save()
    assert maintain() > 0
    assert cells(SCORES, zone="Asia/Shanghai", engine=no_engine) == by_hand(answers, "Asia/Shanghai")


@pytest.mark.parametrize("dies_at", ["put", "finish"])
def test_a_maintenance_that_dies_is_done_again(answers, cells, maintain, monkeypatch, dies_at):
    flush()

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if dies_at == "put":
            patch.setattr("allears.lake.store.put", die)
        else:
            patch.setattr(rollups._Table, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            maintain()
    assert cells(SCORES) == by_hand(answers)
    maintain()
    assert cells(SCORES, engine=no_engine) == by_hand(answers)


def test_asks_that_get_further_move_between_the_sums(acme, cells, maintain):
    ask = invitation(workspace=acme)
    invitation(workspace=acme, stage="completed")
    key = (day(NOON), "nps", "delivery", "email", "")
    flush()
    maintain()
    assert cells(ASK_FUNNEL, engine=no_engine) == {key: (2, 2, 1, 1, 1)}
    ask.opened_at = NOON
    ask.heat().save()
    assert cells(ASK_FUNNEL) == {key: (2, 2, 2, 1, 1)}
    flush()
    maintain()
    assert cells(ASK_FUNNEL, engine=no_engine) == {key: (2, 2, 2, 1, 1)}


def event(acme, who, name: str, at: datetime) -> None:
    Event.objects.create(
        workspace=acme, type="track", name=name, ts=at, received_at=at, customer=who,
        message_key=f"{who and who.pk}-{name}-{at.timestamp():.0f}",
    )  # fmt: skip


def test_transitions_follow_each_customer_through_his_day(acme, cells, maintain):
    dice, rows = random.Random(3), []
    people = [customer(workspace=acme, email=f"{i}@example.test") for i in range(4)]
    for number in range(60):
        who, name = dice.choice([*people, None]), dice.choice(["seen", "bought", "returned"])
        rows.append((who, name, NOON + timedelta(minutes=17 * number)))
    for row in rows[:40]:
        event(acme, *row)
    flush()
    maintain()
    for row in rows[40:]:
        event(acme, *row)
    steps: Counter = Counter()
    for who in people:
        mine = [(day(at), name) for each, name, at in rows if each == who]
        for (d, name), following in zip(mine, [*mine[1:], (None, "")], strict=True):
            steps[d, name, following[1] if following[0] == d else ""] += 1
    wanted = {key: (n,) for key, n in steps.items()}
    assert cells(TRANSITIONS) == wanted
    flush()
    maintain()
    assert cells(TRANSITIONS, engine=no_engine) == wanted
    counts = Counter((day(at), name, "track") for _, name, at in rows)
    assert cells(EVENT_COUNTS, engine=no_engine) == {key: (n,) for key, n in counts.items()}


def test_after_an_erasure_scores_are_what_they_were_and_journeys_lose_the_customer(acme, cells, maintain):
    who = customer(workspace=acme)
    response(workspace=acme, score=9, customer=who)
    event(acme, who, "seen", NOON)
    flush()
    maintain()
    before = cells(SCORES)
    who.delete()
    erasure.erase_from_lake(workspace_id=acme.pk, customer_keys=[who.key])
    assert cells(SCORES) == before
    assert cells(TRANSITIONS) == {}
    maintain()
    assert cells(SCORES, engine=no_engine) == before
    assert cells(TRANSITIONS, engine=no_engine) == {}
    assert cells(EVENT_COUNTS, engine=no_engine) == {(day(NOON), "seen", "track"): (1,)}


def test_the_check_names_the_first_wrong_cell_and_it_is_mended(acme, answers, cells, maintain, engine, root):
    flush()
    maintain()
    fine = rollups.check(engine=engine, now=NOON)
    assert {each.rollup for each in fine if each.cells} == {"scores_daily"}
    assert [each.difference for each in fine] == [""] * LakeRollup.objects.count()
    head = LakeHead.objects.get(table="scores_daily")
    rows = files.read(root=root, spec=SCORES.spec, version=head.version, workspace_id=acme.pk, period="2026-10")
    wrong = [row | {"n": row["n"] + (i == 3)} for i, row in enumerate(rows.to_pylist())]
    broken = rows.from_pylist(wrong, schema=rows.schema)
    head.version = files.put(root=root, spec=SCORES.spec, workspace_id=acme.pk, period="2026-10", rows=broken)
    head.save()
    assert cells(SCORES, engine=no_engine) != by_hand(answers)
    (found,) = [each for each in rollups.check(engine=engine, now=NOON) if each.difference]
    assert found.rollup == "scores_daily"
    assert f"it holds {{'n': {wrong[3]['n']}" in found.difference
    assert f"day {wrong[3]['day']!r}" in found.difference
    assert maintain() > 0
    assert cells(SCORES, engine=no_engine) == by_hand(answers)
    assert [each.difference for each in rollups.check(engine=engine, now=NOON) if each.difference] == []


def test_a_roll_up_that_vanished_from_the_disk_is_counted_from_the_rows(acme, answers, cells, maintain, root):
    import shutil

    flush()
    maintain()
    shutil.rmtree(f"{root}/scores_daily")
    files._listing.cache_clear()
    assert cells(SCORES) == by_hand(answers)


@pytest.mark.parametrize("rollup", ROLLUPS.values(), ids=ROLLUPS)
def test_every_roll_up_gives_the_columns_of_its_table(engine, acme, rollup, cells):
    from allears.lake.engine import Slice

    with engine.session() as session:
        rows = session.table(Slice(rollup.source, "", ()))
        columns = rollup.expression(rows, rollups.clock("UTC", 0, 0)).columns
    assert set(columns) == {"day", *rollup.key_names, *rollup.sum_names}
    assert cells(rollup) == {}


def test_lengths_of_asks_come_as_percentiles(acme, engine, maintain):
    minutes = [1, 2, 3, 4, 100]
    for number in minutes:
        ask = invitation(workspace=acme, stage="made", sent_at=NOON + timedelta(minutes=number))
        assert ask.created_at == NOON
    invitation(workspace=acme, stage="made", touchpoint="shop", sent_at=NOON + timedelta(hours=1))
    flush()
    maintain()
    question = DurationQuestion(workspace_id=acme.pk, kind="delivery", zone=ZONE, since=NOON.date())
    whole, delivery, shop = durations(question, CubeStore(no_engine))
    assert [(each.touchpoint, each.n) for each in (whole, delivery, shop)] == [(None, 6), ("delivery", 5), ("shop", 1)]
    assert delivery.median_ms == pytest.approx(3 * 60_000, rel=0.0101)
    assert delivery.mean_ms == 22 * 60_000
    assert shop.p90_ms == pytest.approx(3_600_000, rel=0.0101)
    later = durations(replace(question, since=NOON.date() + timedelta(days=1)), CubeStore(no_engine))
    assert [(each.n, each.median_ms) for each in later] == [(0, None)]
