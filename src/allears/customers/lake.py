"""What customers tell the lake: that they moved, never who they are."""

from allears.customers.models import Movement
from allears.jobs.hot import HotSource
from allears.lake.tables import MOVEMENTS

SOURCE = HotSource(
    spec=MOVEMENTS,
    model=Movement,
    ts="at",
    columns={
        "movement_id": "id",
        "customer_key": "customer__key",
        "kind": "kind",
        "from_state": "before",
        "to_state": "after",
        "amount": "amount",
    },
)
