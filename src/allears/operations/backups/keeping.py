"""The nightly back-up and how many of them are kept."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from allears.accounts.models import Workspace
from allears.operations.backups.keyfile import beside
from allears.operations.backups.writing import back_up
from allears.operations.models import Backup

SUFFIX = ".allears"


def folder() -> Path:
    """Where back-ups stand unless a path is named."""
    return Path(settings.BACKUP_FOLDER)


def new_path(*, now: datetime) -> Path:
    return folder() / f"{now:%Y-%m-%dT%H%M%S}{SUFFIX}"


def is_due(*, now: datetime) -> bool:
    """Whether this day's hour has come and its back-up has not been taken."""
    hour = now.replace(hour=settings.BACKUP_HOUR, minute=0, second=0, microsecond=0)
    last = hour if hour <= now else hour - timedelta(days=1)
    if not Workspace.objects.filter(created_at__lt=last).exists():
        return False  # nothing was here that night
    taken = Backup.objects.filter(cause=Backup.Cause.NIGHTLY, begun_at__gte=last, error="")
    return not taken.exists()


def back_up_and_tidy(*, now: datetime) -> Backup:
    """Tonight's archive; then those beyond the number to keep go, with their keys."""
    made = back_up(target=new_path(now=now), now=now, cause=Backup.Cause.NIGHTLY)
    tidy(now=now)
    return made


def tidy(*, now: datetime) -> int:
    """Remove the oldest nightly archives beyond the number to keep; how many."""
    nightly = Backup.objects.filter(cause=Backup.Cause.NIGHTLY, finished_at__isnull=False, removed_at__isnull=True)
    old = list(nightly.order_by("-begun_at")[settings.BACKUP_KEEP :])
    for row in old:
        path = Path(row.path)
        beside(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        row.removed_at = now
        row.save(update_fields=["removed_at"])
    return len(old)


def last() -> Backup | None:
    """The newest back-up that succeeded."""
    return Backup.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
