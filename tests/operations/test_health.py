"""What the doctor reads from the figures: each fault is named with its way out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from allears.accounts.models import Workspace
from allears.events.webhooks.models import Endpoint
from allears.jobs.models import Job, LakeHead
from allears.operations.backups import keeping
from allears.operations.health import Sign, signs
from allears.operations.models import Backup
from tests import builders

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _own_lake(settings: Any, tmp_path: Path) -> None:
    settings.LAKE_ROOT = str(tmp_path / "lake")
    settings.BACKUP_FOLDER = str(tmp_path / "backups")


def found(subject: str, *, now: datetime = NOW) -> Sign:
    return {each.subject: each for each in signs(now=now)}[subject]


def test_a_quiet_installation_is_well(acme: Workspace) -> None:
    assert {each.level for each in signs(now=NOW)} == {"ok"}


def test_work_that_waits_too_long_is_a_warning(acme: Workspace) -> None:
    Job.objects.create(task="x", run_at=NOW - timedelta(minutes=6), created_at=NOW)
    assert (found("queue").level, "360 s" in found("queue").says) == ("warning", True)


def test_a_lake_head_without_its_files_is_an_error(acme: Workspace) -> None:
    LakeHead.objects.create(table="voices", version=3, flushed=3, moved_at=NOW)
    sign = found("lake table voices")
    assert (sign.level, "restore the last back-up" in sign.do) == ("error", True)


def test_receivers_that_fail_are_told_with_their_time(acme: Workspace) -> None:
    Endpoint.objects.create(workspace=acme, url="https://x.test", created_at=NOW, failing_since=NOW)
    assert found("webhooks").says.startswith("1 receivers fail, the first since")


def test_an_old_back_up_and_a_failed_one_are_told(acme: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.allears"
    file.touch()
    made = Backup.objects.create(
        path=str(file),
        cause="nightly",
        begun_at=NOW - timedelta(hours=40),
        finished_at=NOW - timedelta(hours=40),
        size=1,
    )
    assert (found("back-up").level, "40 hours old" in found("back-up").says) == ("warning", True)
    Backup.objects.create(path="b", cause="nightly", begun_at=NOW, error="OSError: no space left")
    assert "no space left" in found("back-up").says
    Backup.objects.filter(pk=made.pk).update(begun_at=NOW, finished_at=NOW)
    assert found("back-up").level == "ok"
    file.unlink()
    assert "not there any more" in found("back-up").says


def test_the_night_is_due_once_and_not_before_the_first(settings: Any, db: None) -> None:
    settings.BACKUP_HOUR = 2
    morning = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    home = builders.workspace(slug="acme", created_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    assert not keeping.is_due(now=morning)
    Workspace.objects.filter(pk=home.pk).update(created_at=datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
    assert keeping.is_due(now=morning)
    Backup.objects.create(path="x", cause="nightly", begun_at=datetime(2026, 3, 2, 2, 5, tzinfo=UTC))
    assert not keeping.is_due(now=morning)
    assert not keeping.is_due(now=datetime(2026, 3, 3, 1, 59, tzinfo=UTC))
    assert keeping.is_due(now=datetime(2026, 3, 3, 2, 0, tzinfo=UTC))


def test_only_so_many_nights_are_kept_with_their_keys(settings: Any, tmp_path: Path, db: None) -> None:
    settings.BACKUP_KEEP = 2
    for night in range(4):
        path = tmp_path / f"{night}.allears"
        path.touch()
        path.with_name(f"{path.name}.keys").touch()
        at = NOW + timedelta(days=night)
        Backup.objects.create(path=str(path), cause="nightly", begun_at=at, finished_at=at, size=1)
    assert keeping.tidy(now=NOW) == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "2.allears", "2.allears.keys", "3.allears", "3.allears.keys",
    ]  # fmt: skip
    assert keeping.tidy(now=NOW) == 0
