"""The company's courier sends by webhook: an address that was taught, and one request that does not fit."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from allears.cli.demo.seeding.found import Founded
from allears.events.inbound.mapping import EVENT, Mapped
from allears.events.inbound.models import InboundRequest, InboundSource

TAUGHT = Mapped(kind=EVENT, event="/status", customer_id="/parcel/recipient/no", time="/at", message_id="/id")
STATES = ("parcel_collected", "parcel_on_its_way", "parcel_handed_over", "parcel_collected", "parcel_on_its_way")
WHY = f"Nobody is named: nothing stands at {TAUGHT.customer_id}."


def write_hooked(founded: Founded, *, until: datetime) -> None:
    """Samples as they stay behind what was taken; what they said is not part of the demo's past."""
    source = InboundSource.objects.create(
        workspace_id=founded.id,
        name="快递 Courier (sample)",
        token=secrets.token_urlsafe(24),
        mapping=TAUGHT.as_json(),
        created_at=until - timedelta(days=14),
        received=len(STATES) + 1,
        taken=len(STATES),
        last_received_at=until - timedelta(hours=1),
    )
    for number, status in enumerate(STATES):
        at = until - timedelta(hours=3 * (len(STATES) - number))
        recipient = {"no": f"courier-{7 + number}", "city": "Shanghai"}
        _came(source, at=at, body=_body(number, at, status=status, recipient=recipient), state="taken")
    at = until - timedelta(hours=1)
    _came(source, at=at, body=_body(99, at, status="parcel_returned"), state="refused", reason=WHY)


def _body(number: int, at: datetime, *, status: str, **parcel: Any) -> dict[str, Any]:
    packed = {"no": f"SF{7_300_100 + number}", "pieces": 1 + number % 2, **parcel}
    return {"id": f"courier-{number}", "status": status, "at": at.isoformat(timespec="seconds"), "parcel": packed}


def _came(source: InboundSource, *, at: datetime, body: dict[str, Any], state: str, reason: str = "") -> None:
    InboundRequest.objects.create(
        workspace_id=source.workspace_id,
        source=source,
        body=json.dumps(body, ensure_ascii=False),
        content_type="application/json",
        state=state,
        reason=reason,
        received_at=at,
        settled_at=at + timedelta(seconds=1),
    )
