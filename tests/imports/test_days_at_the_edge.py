"""Days that programs write for “none” and “never”: 0001-01-01 and 9999-12-31, which in some zones no calendar has."""

import pytest

from allears.events.models import QuarantinedRow
from allears.listen.models import Voice
from tests.imports.conftest import Importer

EDGES = ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31 23:59:59", "9999-12-31T23:59:59Z"]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("day", EDGES)
def test_a_day_at_the_edge_of_the_calendar_costs_one_row(importer: Importer, day: str, zone: str) -> None:
    text = f"time,comment\n2026-03-02 10:00,The first comment is long enough\n{day},The second comment is long enough\n"
    row = importer.load(importer.file("exported.csv", text), "voices", {"timezone": zone})
    assert (row.rows_read, row.rows_good, row.rows_bad) == (2, 1, 1)
    assert [each.field for each in QuarantinedRow.objects.in_workspace(importer.workspace.pk)] == ["time"]
    assert Voice.objects.in_workspace(importer.workspace.pk).get().said_at.year == 2026
