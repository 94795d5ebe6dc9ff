"""What the governor's verdicts tell the lake."""

from allears.jobs.hot import HotSource, present
from allears.lake.tables import DECISIONS
from allears.outreach.models import Decision

SOURCE = HotSource(
    spec=DECISIONS,
    model=Decision,
    ts="at",
    columns={
        "decision_id": "id",
        "customer_key": "customer__key",
        "purpose": "purpose",
        "family": "family",
        "verdict": "verdict",
        "rule": "rule",
        "probe_key": "probe_key",
        "touchpoint_key": "touchpoint_key",
        "channel": "channel",
        "settled": present("settled_at"),
    },
)
