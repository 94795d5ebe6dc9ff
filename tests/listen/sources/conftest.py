"""Sources set up and looked at, as the console and the worker do it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from allears.accounts.models import Workspace
from allears.listen.models import Source, SourceRun
from allears.listen.sources import actions, running
from tests.support.web import web_peer as web_peer

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
Maker = Callable[..., Source]


@pytest.fixture(autouse=True)
def _open_to_the_test(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.SOURCE_FOLDERS = (tmp_path / "drop",)
    settings.SOURCE_ALLOW = "127.0.0.1"
    (tmp_path / "drop").mkdir()


@pytest.fixture
def make(acme: Workspace) -> Maker:
    def made(kind: str, *, name: str = "A source", every: int = 600, now: datetime = NOW, **settings: Any) -> Source:
        plan = actions.Plan(kind=kind, name=name, every_seconds=every, settings=settings)
        return actions.create(workspace_id=acme.pk, plan=plan, actor_id=None, now=now)

    return made


def look(source: Source, *, now: datetime = NOW) -> SourceRun:
    """One look at the source, whenever it is due."""
    source.refresh_from_db()
    run = running.begin(source, owner="test:1:x", now=now)
    assert run is not None
    done = running.perform(run, now=lambda: now)
    source.refresh_from_db()
    return done
