"""`allears demo`: whole or not at all, once, and alive."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from allears.cli.demo import seeding
from allears.customers.models import Customer

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_an_interrupted_start_leaves_nothing_behind(db: None, tmp_path: Path) -> None:
    def stop(what: str, share: float) -> None:
        if share >= 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seeding.seed(scale=seeding.Scale(customers=30), now=NOW, folder=tmp_path, tell=stop)
    assert not seeding.is_seeded()
    assert Customer.objects.across_workspaces().count() == 0
    assert list(tmp_path.iterdir()) == []
