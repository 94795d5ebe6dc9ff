"""What models understood goes to the lake, label by label; a later reading, an erasure and an undo are seen there."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.utils import timezone
from tests.builders import customer
from tests.understand import builders
from tests.understand.annotators import Fake

from allears.accounts.models import Workspace
from allears.jobs import erasure, flusher, hot
from allears.jobs.withdrawal import withdraw
from allears.jobs.worker import run_due
from allears.lake.tables import ANNOTATIONS
from allears.listen import repeats
from allears.listen.actions import record_voice
from allears.listen.lake import VOICE_SOURCE
from allears.listen.models import Voice
from allears.understand import reading
from allears.understand.lake import MOST_LABELS, SOURCE
from allears.understand.models import VoiceAnnotation, WaitingVoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Any) -> Path:
    settings.LAKE_ROOT = str(tmp_path / "lake")
    return tmp_path / "lake"


def read(*voices: Voice) -> None:
    for each in voices:
        WaitingVoice(workspace_id=each.workspace_id, voice=each).save()
    reading.run_once("test:1:x")


def files(table: Path) -> list[str]:
    """As any engine finds them: added and not removed, in the order of the log."""
    held: dict[str, None] = {}
    for log in sorted((table / "_delta_log").glob("*.json")):
        for action in map(json.loads, log.read_text().splitlines()):
            if "add" in action:
                held[action["add"]["path"]] = None
            if "remove" in action:
                held.pop(action["remove"]["path"], None)
    return [f"{table}/{path}" for path in held]


def plain(root: Path, columns: str) -> list[tuple[Any, ...]]:
    """The newest state of each label, by DuckDB that knows nothing of All Ears."""
    rows = f"read_parquet({files(root / 'annotations')}, hive_partitioning = true, union_by_name = true)"
    latest = "QUALIFY row_number() OVER (PARTITION BY label_id ORDER BY version DESC) = 1"
    return duckdb.sql(f"SELECT {columns} FROM {rows} {latest} ORDER BY label_id").fetchall()


def flush() -> int:
    return flusher.flush_all(owner="me", now=timezone.now())


def test_a_row_for_each_label_with_model_confidence_and_time(acme: Workspace, root: Path, fake: Fake) -> None:
    zoe = customer(workspace=acme)
    voice = builders.voice(workspace=acme, text="Late again", customer=zoe)
    read(voice)
    row = VoiceAnnotation.objects.in_workspace(acme.pk).get()
    hot_rows = hot.snapshot(tables=["annotations"], workspace_id=acme.pk).slices["annotations"].hot
    assert hot_rows is not None
    assert hot_rows.column("value").to_pylist() == ["negative", "delivery", "pain"]
    flush()
    first = row.pk * MOST_LABELS
    assert plain(root, "label_id, voice_id, customer_key, task, value, polarity, confidence, model, replaced") == [
        (first, voice.pk, zoe.key, "sentiment", "negative", None, 900, "fake-1", False),
        (first + 1, voice.pk, zoe.key, "topic", "delivery", -1, 700, "fake-1", False),
        (first + 2, voice.pk, zoe.key, "point", "pain", None, 600, "fake-1", False),
    ]
    assert plain(root, "annotated_ms, ts_ms")[0] == (
        hot.milliseconds(row.annotated_at),
        hot.milliseconds(voice.said_at),
    )
    assert not hot.hot_rows(SOURCE, None).exists()


def test_a_later_reading_replaces_and_the_earlier_one_stays_to_be_seen(acme: Workspace, root: Path, fake: Fake) -> None:
    voice = builders.voice(workspace=acme, text="thanks")
    read(voice)
    flush()
    fake.version = "fake-2"
    read(voice)
    flush()
    assert plain(root, "model, value, replaced, replaced_ms IS NOT NULL") == [
        ("fake-1", "positive", True, True),
        ("fake-2", "positive", False, False),
    ]


def test_an_erased_customer_leaves_figures_and_no_link(acme: Workspace, root: Path, fake: Fake) -> None:
    zoe, max_ = customer(workspace=acme), customer(workspace=acme)
    voices = [builders.voice(workspace=acme, text="thanks", customer=who) for who in (zoe, max_)]
    read(*voices)
    flush()
    Voice.objects.in_workspace(acme.pk).filter(customer=zoe).update(customer=None, flush_id=None)
    done = erasure.erase_from_lake(workspace_id=acme.pk, customer_keys=[zoe.key])
    assert done.rows["annotations"] == 1
    assert plain(root, "voice_id, customer_key, value") == [
        (None, None, "positive"),
        (voices[1].pk, max_.key, "positive"),
    ]
    assert [path for path in root.rglob("*") if path.is_file() and zoe.key.encode() in path.read_bytes()] == []


def test_compaction_keeps_every_label_once(acme: Workspace, root: Path, fake: Fake) -> None:
    for _ in range(8):  # files, from which a partition is worth it
        read(builders.voice(workspace=acme, text="late"))
        flush()
    before = plain(root, "label_id, value")
    assert flusher.compact_all(owner="me", now=timezone.now()) >= 1
    assert plain(root, "label_id, value") == before
    assert len(before) == 24


def test_what_is_taken_back_goes_with_its_labels(acme: Workspace, root: Path, fake: Fake) -> None:
    gone, stays = (builders.voice(workspace=acme, text="late") for _ in range(2))
    read(gone, stays)
    flush()
    withdraw(
        source=VOICE_SOURCE,
        workspace_id=acme.pk,
        ids=[gone.pk],
        delete=lambda: gone.delete() and None,
        owner="me",
    )
    assert {voice_id for (voice_id,) in plain(root, "voice_id")} == {stays.pk}


def test_the_contract_names_no_word() -> None:
    assert {"text", "words", "spans"}.isdisjoint(ANNOTATIONS.names)
    assert ANNOTATIONS.personal == ("voice_id", "customer_key")


def test_labels_of_what_was_said_before_count_once_until_it_is_parted(acme: Workspace, root: Path, fake: Fake) -> None:
    public = {"initiator": "customer", "source_kind": "review", "public": True, "said_at": timezone.now()}
    words = "The parcel came late, and nobody answers the phone."
    first, again = (
        record_voice(workspace_id=acme.pk, key=channel, channel=channel, text=words, **public)
        for channel in ("feed", "file")
    )
    read(first, again)
    flush()

    def counted() -> list[int]:
        return sorted(
            voice_id
            for table in ("voices", "annotations")
            for (voice_id,) in duckdb.sql(
                f"SELECT DISTINCT voice_id FROM read_parquet({files(root / table)}, hive_partitioning = true)"
            ).fetchall()
        )

    assert counted() == [first.pk, first.pk]
    repeats.part(voice=again, actor_id=None)
    flush()
    assert counted() == [first.pk, first.pk, again.pk, again.pk]
    repeats.rejoin(voice=again, actor_id=None)
    assert run_due(owner="test:1:x", queues=["long"]) == 1
    assert counted() == [first.pk, first.pk]
    Voice.objects.in_workspace(acme.pk).filter(pk=first.pk).delete()
    flush()
    assert again.pk in counted()
    assert VoiceAnnotation.objects.in_workspace(acme.pk).get(voice=again).flush_id is not None
