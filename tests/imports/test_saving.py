"""Mappings kept under a name and taken again; imports stopped and continued with exact counts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from allears.events.imports import actions, queries, running, saving, undoing
from allears.events.imports.errors import ImportUseError
from allears.events.imports.jobs import run_import, undo_import
from allears.events.models import Import, SavedMapping
from allears.listen.models import Voice
from tests.conftest import Person
from tests.imports.conftest import Importer

HEAD = "a,b,c\n"
ROWS = "".join(f"2026-03-{n % 28 + 1:02},{n % 5 + 1},Comment number {n} is long enough\n" for n in range(40))
GIVEN = {"fields": {"score": {"column": "b", "metric": "nps"}, "text": "c", "said_at": "a"}, "rest": "drop"}


def test_a_saved_mapping_is_taken_by_the_next_file_with_its_columns(importer: Importer) -> None:
    row = importer.load(importer.file("one.csv", HEAD + ROWS), "voices", GIVEN)
    saving.save(row=row, name=" Shop  A ", actor_id=None, now=timezone.now())
    changed = {"fields": {"score": {"column": "b", "metric": "ces"}}}
    importer.load(importer.file("two.csv", HEAD + ROWS.replace("Comment", "Remark")), "voices", changed)
    third = importer.prepare(importer.file("three.csv", HEAD + ROWS.replace("Comment", "Word")), "voices")
    assert (third.mapping.origin, third.mapping.fields["score"].metric, third.mapping.rest) == ("saved", "nps", "drop")
    assert "saved for a file with these columns" in third.warnings[0]
    other = importer.prepare(importer.file("four.csv", "x,comment\n1,Comment that is long enough here\n"), "voices")
    assert other.mapping.origin == "proposed"
    with pytest.raises(ImportUseError, match="There are: Shop A"):
        actions.prepare(
            workspace=importer.workspace, kind_name="voices", path=importer.folder / "one.csv", filename="one.csv",
            mapping_name="Shop B",
        )  # fmt: skip


def test_named_mappings_are_renamed_and_removed(alice: Person, client: Client, importer: Importer) -> None:
    row = importer.load(importer.file("one.csv", HEAD + ROWS), "voices", GIVEN)
    client.force_login(alice.user)
    for name in ("A", "B"):
        assert client.post(f"/imports/{row.pk}/saved-mapping", {"name": name}).status_code == 302
    first = SavedMapping.objects.in_workspace(alice.workspace.pk).get(name="A")
    client.post(f"/imports/mappings/{first.pk}/name", {"name": "B"})
    first.refresh_from_db()
    assert first.name == "A"
    client.post(f"/imports/mappings/{first.pk}/name", {"name": "C"})
    assert list(saving.saved(alice.workspace.pk).values_list("name", flat=True)) == ["B", "C"]
    assert b'value="C"' in client.get("/imports").content
    client.post(f"/imports/mappings/{first.pk}/removal")
    assert list(saving.saved(alice.workspace.pk).values_list("name", flat=True)) == ["B"]
    assert client.post(f"/imports/{row.pk}/saved-mapping", {"name": ""}).status_code == 422


def begun(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> Import:
    """An import that was stopped by a person after its first chunk of ten rows."""
    monkeypatch.setattr(running, "CHUNK_ROWS", 10)
    prepared = importer.prepare(importer.file("one.csv", HEAD + ROWS), "voices", GIVEN)
    row = actions.register(prepared=prepared, actor_id=None, now=timezone.now())

    def stop_once(each: Import) -> None:
        actions.stop(row=each, actor_id=None, now=timezone.now())

    with pytest.raises(running.ImportTakenOverError):
        running.run(row, now=timezone.now, on_progress=stop_once)
    row.refresh_from_db()
    return row


def test_a_stopped_import_goes_on_to_exact_counts(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begun(importer, monkeypatch)
    assert (row.state, row.rows_read, row.rows_good) == ("stopped", 10, 10)
    run_import(workspace_id=row.workspace_id, import_id=row.pk)
    row.refresh_from_db()
    assert row.rows_read == 10
    actions.go_on(row=row, actor_id=None)
    run_import(workspace_id=row.workspace_id, import_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.rows_read, row.rows_good) == ("done", 40, 40)
    assert Voice.objects.in_workspace(row.workspace_id).count() == 40
    with pytest.raises(ImportUseError):
        actions.stop(row=row, actor_id=None, now=timezone.now())


def test_a_stopped_import_can_be_undone(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begun(importer, monkeypatch)
    undoing.ask_undo(row=row, actor_id=None, now=timezone.now())
    undo_import(workspace_id=row.workspace_id, import_id=row.pk)
    assert not Voice.objects.in_workspace(row.workspace_id).exists()


def test_the_pace_and_the_time_left_are_told(importer: Importer, alice: Person, client: Client) -> None:
    now = timezone.now()
    row = Import.objects.create(
        workspace=alice.workspace, kind="voices", filename="x", path="x", digest="x", state="running",
        rows_total=11_000, rows_read=6_000, started_row=1_000, started_at=now - timedelta(seconds=50),
    )  # fmt: skip
    pace = queries.pace_of(row, now=now)
    assert pace is not None
    assert (pace.rate, pace.seconds_left, pace.left) == (100.0, 50, "0:50")
    client.force_login(alice.user)
    page = client.get(f"/imports/{row.pk}").content.decode()
    assert "rows a second" in page
    assert f"/imports/{row.pk}/stop" in page
    assert queries.pace_of(Import(rows_total=5), now=now) is None
