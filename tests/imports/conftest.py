"""Real files where they are there, and small files written as the tests need them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.imports import actions, running
from allears.events.models import Import

FILE_TIME = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def real_data(shared_data: Path) -> Callable[[str], Path]:
    """The path of a real data file by its name."""
    return lambda name: shared_data / name


@dataclass
class Importer:
    """Imports files into one workspace as the command does."""

    workspace: Workspace
    folder: Path

    def file(self, name: str, content: str | bytes, *, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def prepare(
        self, path: Path, kind: str, given: Mapping[str, Any] | None = None, *, filename: str = ""
    ) -> actions.Prepared:
        return actions.prepare(
            workspace=self.workspace,
            kind_name=kind,
            path=path,
            filename=filename or path.name,
            given=given,
            file_time=FILE_TIME,
        )

    def load(self, path: Path, kind: str, given: Mapping[str, Any] | None = None, *, filename: str = "") -> Import:
        prepared = self.prepare(path, kind, given, filename=filename)
        row = actions.register(prepared=prepared, actor_id=None, now=timezone.now())
        return running.run(row, now=timezone.now)


@pytest.fixture
def importer(acme: Workspace, tmp_path: Path, settings: Any) -> Importer:
    settings.DATA_DIR = tmp_path / "data"
    return Importer(workspace=acme, folder=tmp_path)
