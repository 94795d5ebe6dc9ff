"""Real files where they are there, and small files written as the tests need them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
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


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A cover sheet, the table with a merged title and totals, and a small summary."""
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "说明"
    for line in ("本表由客服部每月导出", "如有疑问请联系运营", "请勿外传"):
        cover.append([line])
    table = book.create_sheet("三月评价")
    table.append(["2026年3月门店评价明细"])
    table.merge_cells("A1:D1")
    table.append([])
    table.append(["编号", "时间", "评分", "内容"])
    for number in range(12):
        table.append(
            [1001 + number * 7, f"2026-03-{number + 1:02} 10:00", number % 5 + 1, f"第{number}位顾客说服务不错"]
        )
    table.append(["合计", None, 36, None])
    table.append(["平均：", None, 3, None])
    summary = book.create_sheet("汇总")
    for row in (["门店", "平均分"], ["东店", 4.5], ["西店", 3.9]):
        summary.append(row)
    path = tmp_path / "评价.xlsx"
    book.save(path)
    return path
