"""Event logs of process mining: read as a stream, mapped by themselves, safe against hostile documents."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from allears.customers.models import Customer
from allears.events.imports.errors import ImportUseError
from allears.events.imports.reading import open_table
from allears.events.models import Event
from tests.imports.conftest import Importer

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="source" value="left out"/>
  <trace>
    <string key="concept:name" value="K-1"/><string key="tier" value="gold"/>
    <event><string key="concept:name" value="下单"/><date key="time:timestamp" value="2026-03-05T14:05:00+08:00"/>
      <float key="amount" value="12.5"><string key="currency" value="CNY"/></float>
      <list key="items"><values><string key="a" value="x"/><string key="b" value="y"/></values></list></event>
    <event><string key="concept:name" value="送达"/><date key="time:timestamp" value="2026-03-07T09:00:00+08:00"/>
      <string key="lifecycle:transition" value="complete"/></event>
  </trace>
  <trace><string key="concept:name" value="K-2"/>
    <event><string key="concept:name" value="下单"/>
    <date key="time:timestamp" value="2026-03-06T10:00:00+08:00"/></event>
  </trace>
</log>
"""


def test_events_carry_their_traces_and_nested_attributes(importer: Importer) -> None:
    table = open_table(importer.file("log.xes", LOG))
    rows = [dict(zip(table.columns, cells, strict=True)) for cells, _reason, _raw in table.rows()]
    assert table.columns[:3] == ["case:concept:name", "concept:name", "time:timestamp"]
    assert [(row["case:concept:name"], row["concept:name"]) for row in rows] == [
        ("K-1", "下单"),
        ("K-1", "送达"),
        ("K-2", "下单"),
    ]
    assert (rows[0]["amount"], rows[0]["amount.currency"], rows[0]["items"]) == ("12.5", "CNY", '["x", "y"]')
    assert [row["case:tier"] for row in rows] == ["gold", "gold", ""]
    assert "source" not in table.columns


def test_a_log_becomes_events_of_its_traces_customers_once(importer: Importer) -> None:
    packed = importer.file("log.xes.gz", gzip.compress(LOG.encode()))
    assert importer.load(packed, "events").rows_good == 3
    assert importer.load(importer.file("again.xes", LOG), "events").rows_repeated == 3
    events = Event.objects.in_workspace(importer.workspace.pk).order_by("ts")
    assert [each.name for each in events] == ["下单", "下单", "送达"]
    assert Customer.objects.in_workspace(importer.workspace.pk).count() == 2
    assert events[0].ts.isoformat() == "2026-03-05T06:05:00+00:00"
    assert events[0].properties["amount"] == "12.5"


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><log><trace><event/></trace></log>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd"><log><trace><event/></trace></log>',
        LOG[:900],
    ],
)
def test_hostile_or_cut_off_logs_are_refused_in_words(importer: Importer, hostile: str) -> None:
    with pytest.raises(ImportUseError, match="cannot be read beyond event"):
        open_table(importer.file("bad.xes", hostile))


def test_the_public_help_desk_log_comes_in_whole(importer: Importer, real_data: Callable[[str], Path]) -> None:
    row = importer.load(real_data("helpdesk/helpdesk.xes.gz"), "events")
    assert (row.rows_read, row.rows_good, row.rows_repeated, row.rows_bad) == (21_348, 21_348, 0, 0)
    events = Event.objects.in_workspace(importer.workspace.pk)
    assert events.order_by().values("customer_id").distinct().count() == 4_580
    assert events.order_by().values("name").distinct().count() == 14
