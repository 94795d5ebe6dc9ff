"""What events tell the lake: names and times, never properties."""

from allears.events.models import Event
from allears.jobs.hot import HotSource
from allears.lake.tables import EVENTS

SOURCE = HotSource(
    spec=EVENTS,
    model=Event,
    ts="ts",
    columns={
        "event_id": "id",
        "customer_key": "customer__key",
        "event": "name",
        "kind": "type",
        "received_ms": "received_at",
    },
)
