"""What the schedule wakes."""

import subprocess
import sys

from django.conf import settings
from django.utils import timezone

from allears.jobs.queue import enqueue
from allears.jobs.worker import LONG
from allears.operations import statistics
from allears.operations.backups import keeping
from allears.operations.backups.errors import BackupError


def nightly_backup() -> None:
    """Queue the night's back-up once its hour has come."""
    if settings.BACKUP_HOUR >= 0 and keeping.is_due(now=timezone.now()):
        enqueue(task="allears.operations.jobs.back_up", arguments={}, queue=LONG, unique_key="backup", max_attempts=3)


def back_up() -> None:
    """The night's back-up, in a process of its own: what it loads does not stay with the worker."""
    command = [sys.executable, "-m", "allears.cli", "backup", "--nightly", "--data", str(settings.DATA_DIR)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise BackupError(done.stderr.strip() or f"the process ended with {done.returncode}")


def gather_statistics() -> None:
    """What SQLite chooses its indexes by."""
    statistics.gather()
