"""Files dropped into a folder or a bucket; the bucket is moto's server, run as a process."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from pyarrow.fs import FileSelector

from allears.events.models import Import
from allears.jobs.worker import run_due
from allears.listen.models import Source, SourceRun, Voice
from allears.listen.sources import actions, queries
from allears.listen.sources.base import SettingsError
from tests.listen.sources.conftest import NOW, Maker, look
from tests.support.s3 import client, s3_server

pytestmark = pytest.mark.django_db
CSV = "id,comment,date\n{first},The parcel came late again,2026-11-20\n{second},Very friendly people,2026-11-21\n"
OLD = NOW - timedelta(hours=1)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    return tmp_path / "drop"


def put(folder: Path, name: str, text: str, *, at: Any = OLD) -> Path:
    path = folder / name
    path.write_text(text)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def rows(number: int) -> str:
    return CSV.format(first=number, second=number + 1)


def carried(source: Source) -> tuple[SourceRun, queries.Counts]:
    run = look(source)
    run_due(owner="test:1:x", queues=["long"])
    return run, queries.counts_of([run])[run.pk]


def test_each_file_is_carried_in_once(drop: Path, make: Maker, acme: Any) -> None:
    put(drop, "a.csv", rows(1))
    put(drop, "notes.txt", "no table")
    source = make("folder", path=str(drop), pattern="*.csv")
    run, counts = carried(source)
    assert (counts.read, counts.taken, run.trouble) == (2, 2, {})
    assert carried(source)[1].read == 0
    put(drop, "same-under-another-name.csv", rows(1))
    run, counts = carried(source)
    assert (run.aside, counts.taken) == ({"repeated": 1}, 0)
    put(drop, "a.csv", rows(1) + "9,One more,2026-11-22\n")
    _run, counts = carried(source)
    assert (counts.taken, counts.known) == (1, 2)
    assert Voice.objects.in_workspace(acme.pk).count() == 3


def test_half_written_files_are_left_alone(drop: Path, make: Maker) -> None:
    for name in ("a.csv.part", ".b.csv", "c.csv.tmp", "d.csv~"):
        put(drop, name, rows(1))
    put(drop, "young.csv", rows(1), at=NOW - timedelta(seconds=5))
    source = make("folder", path=str(drop))
    run, counts = carried(source)
    assert (run.aside, counts.read) == ({"unfinished": 1}, 1)
    put(drop, "young.csv", rows(1) + "5,Grown meanwhile,2026-11-22\n", at=NOW - timedelta(seconds=2))
    assert carried(source)[0].aside == {"unfinished": 1}
    assert carried(source)[1].taken == 3


def test_files_are_moved_when_asked_and_a_broken_one_stops_no_other(drop: Path, make: Maker) -> None:
    put(drop, "a.csv", "")
    put(drop, "b.csv", rows(1))
    source = make("folder", path=str(drop), after="move")
    run, counts = carried(source)
    assert (run.trouble["code"], run.trouble["params"]["name"]) == ("rows", "a.csv")
    assert (run.aside, counts.taken, source.failures) == ({"unreadable": 1}, 2, 1)
    assert sorted(path.relative_to(drop).as_posix() for path in drop.rglob("*.csv")) == ["done/b.csv", "failed/a.csv"]
    assert carried(source)[0].trouble == {}
    put(drop, "b.csv", rows(3))
    carried(source)
    assert len(list((drop / "done").iterdir())) == 2


def test_a_folder_elsewhere_is_refused(drop: Path, make: Maker, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        make("folder", path="/etc")
    put(tmp_path, "secret.csv", rows(1))
    (drop / "link.csv").symlink_to(tmp_path / "secret.csv")
    source = make("folder", path=str(drop))
    assert look(source).trouble["code"] == "outside"
    gone = make("folder", name="gone", path=str(drop / "nowhere"))
    assert look(gone).trouble["code"] == "no_place"


def test_trying_shows_the_last_file_and_keeps_nothing(drop: Path, acme: Any) -> None:
    put(drop, "a.csv", rows(1))
    plan = actions.Plan(kind="folder", name="x", every_seconds=600, settings={"path": str(drop), "after": "move"})
    tried = actions.attempt(workspace=acme, plan=plan, source=None, now=NOW)
    assert (len(tried.rows), tried.mapping["fields"]["text"]["column"]) == (2, "comment")
    assert (drop / "a.csv").exists()
    assert not Import.objects.in_workspace(acme.pk).exists()
    assert not list((drop.parent / "data" / "imports").glob("*"))


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.mark.server
def test_a_bucket(bucket_server: str, make: Maker, acme: Any, settings: LazySettings) -> None:
    theirs = client(bucket_server)
    theirs.create_dir("drop")
    for name in ("in/a.csv", "in/b.csv.part"):
        with theirs.open_output_stream(f"drop/{name}") as file:
            file.write(rows(1).encode())
    told = {"place": "s3", "path": "drop/in", "endpoint": bucket_server, "access_key": "k", "secret_key": "s"}
    source = make("folder", after="move", **told)
    run, counts = carried(source)
    assert (run.trouble, counts.taken) == ({}, 2)
    names = [each.path for each in theirs.get_file_info(FileSelector("drop", recursive=True)) if each.is_file]
    assert sorted(names) == ["drop/in/b.csv.part", "drop/in/done/a.csv"]
    assert "secret_key" not in str(source.settings) + source.sealed
    assert carried(source)[1].read == 0
    missing = make("folder", name="missing", **{**told, "path": "nowhere"})
    assert look(missing).trouble["code"] == "no_place"
    settings.SOURCE_ALLOW = ""
    assert look(source).trouble["code"] == "private_address"


def test_what_a_crash_left_before_the_move_is_not_carried_in_twice(drop: Path, make: Maker) -> None:
    put(drop, "a.csv", rows(1))
    source = make("folder", path=str(drop), after="move")
    carried(source)
    shutil.move(drop / "done" / "a.csv", drop / "a.csv")  # as if the worker had died between commit and move
    run, counts = carried(source)
    assert (run.aside, counts.taken, (drop / "done" / "a.csv").exists()) == ({"repeated": 1}, 0, True)
