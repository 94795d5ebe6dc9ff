"""What cases tell the lake: their clocks, owners and causes."""

from allears.jobs.hot import HotSource
from allears.lake.tables import CASES
from allears.respond.models import Case

SOURCE = HotSource(
    spec=CASES,
    model=Case,
    ts="opened_at",
    columns={
        "case_id": "id",
        "customer_key": "customer__key",
        "voice_id": "origin_id",
        "owner_id": "owner_id",
        "state": "state",
        "priority": "priority",
        "cause": "cause__key",
        "touchpoint_key": "touchpoint__key",
        "first_reply_ms": "first_reply_at",
        "reply_due_ms": "first_reply_due_at",
        "due_ms": "resolve_due_at",
        "closed_ms": "closed_at",
        "reopened": "reopened_count",
    },
)
