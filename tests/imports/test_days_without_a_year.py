"""“9月5日 14:30”: the last such day before the file's date, and said so."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from allears.events.imports import times, uploads
from allears.events.imports.errors import BadCellError
from allears.listen.models import Voice
from tests.imports.conftest import Importer

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATEST = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9月5日", "2025-09-05 00:00"),
        ("9月5日 14:30", "2025-09-05 14:30"),
        ("９月５号 下午2点30分", "2025-09-05 14:30"),
        ("3月1日", "2026-03-01 00:00"),
        ("3月2日 08:00", "2026-03-02 08:00"),  # a file may be written while its last day is young elsewhere
        ("2月29日", "2024-02-29 00:00"),
        ("Sep 5", "2025-09-05 00:00"),
        ("5 September 14:30", "2025-09-05 14:30"),
    ],
)
def test_it_is_the_last_such_day(text: str, meant: str) -> None:
    assert times.parse(text, zone=SHANGHAI, latest=LATEST) == datetime.fromisoformat(meant).replace(tzinfo=SHANGHAI)
    with pytest.raises(BadCellError):
        times.parse(text, zone=SHANGHAI)


@pytest.mark.parametrize("text", ["9月31日", "13月1日", "2月30日"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(BadCellError):
        times.parse(text, zone=SHANGHAI, latest=LATEST)


def test_a_column_of_them_is_the_time_and_its_reader_is_told(importer: Importer) -> None:
    importer.workspace.timezone = "Asia/Shanghai"
    lines = "".join(f"v{day},9月{day}日 14:30,快递太慢了，等了很久 {day}\n" for day in range(1, 21))
    path = importer.file("九月.csv", "编号,时间,评论\n" + lines)
    prepared = importer.prepare(path, "voices", {"file_time": "2026-03-01"})
    assert prepared.mapping.fields["said_at"].column == "时间"
    assert any("without a year" in warning for warning in prepared.warnings)
    done = importer.load(path, "voices", {"file_time": "2026-03-01"})
    assert (done.rows_good, done.rows_bad) == (20, 0)
    said = Voice.objects.in_workspace(importer.workspace.pk).order_by("said_at").values_list("said_at", flat=True)
    assert said[0] == datetime(2025, 9, 1, 14, 30, tzinfo=SHANGHAI)


def test_the_preview_shows_the_times_of_the_workspace_and_says_so(importer: Importer) -> None:
    importer.workspace.timezone = "Asia/Shanghai"
    importer.workspace.save()
    content = b"time,comment\n2026-09-05 14:30,the courier came late\n2026-09-06 00:10,nobody answered the telephone\n"
    row = uploads.receive(
        workspace=importer.workspace, kind_name="voices", filename="a.csv", blocks=[content], actor_id=None,
        now=timezone.now(),
    )  # fmt: skip
    shown = [line.values["said_at"] for line in uploads.preview(row)]
    assert shown == ["2026-09-05 14:30 Asia/Shanghai", "2026-09-06 00:10 Asia/Shanghai"]
