"""What studies do by themselves."""

from allears.jobs.lease import worker_name
from allears.listen.studies import running


def run_waves() -> None:
    """Open, draw and close what is due."""
    running.run_due(owner=worker_name())
