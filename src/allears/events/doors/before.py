"""What browsers' SDKs ask for before they send: where to send, and that nobody else is to be told.

Segment's reads ``/v1/projects/KEY/settings`` of its ``cdnURL``, RudderStack's ``/sourceConfig/`` of its ``configUrl``;
both are public interfaces, their forms seen from the SDKs that read them.
"""

import re
from typing import Any

import msgspec

from allears.events.doors import posthog
from allears.events.doors.arrival import Arrival, Translated, UnfitError, json_of
from allears.events.doors.posthog import Answer

JSON = b"application/json"
SEGMENT_ADDRESS = re.compile(r"/v1/projects/([A-Za-z0-9_-]{1,100})/settings")
RUDDER_ADDRESSES = frozenset({"/sourceConfig", "/sourceConfig/"})
HOST = re.compile(rb"[A-Za-z0-9.:\[\]_-]{1,255}")
RUDDER = msgspec.json.encode(
    {
        "isHosted": True,
        "source": {
            "id": "allears", "name": "All Ears", "workspaceId": "allears", "enabled": True,
            "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
            "destinations": [], "dataplanes": {}, "connections": [],
            "sourceDefinition": {"name": "Javascript", "type": "web", "category": None},
        },
    }
)  # fmt: skip


def answer_at(path: str, *, scheme: str = "https", host: bytes = b"") -> Answer | None:
    """The answer to an SDK that came by ``scheme`` to ``host``; None where no SDK asks."""
    if path in RUDDER_ADDRESSES:
        return Answer(RUDDER, JSON)
    found = SEGMENT_ADDRESS.fullmatch(path)
    if found:
        return Answer(_segment(found[1], scheme, host), JSON)
    return posthog.answer_at(path)


def _segment(key: str, scheme: str, host: bytes) -> bytes:
    """Without the address of ours in it, the SDK would send to its maker."""
    own: dict[str, Any] = {"apiKey": key, "unbundledIntegrations": [], "versionSettings": {"componentTypes": []}}
    if HOST.fullmatch(host):
        own |= {"apiHost": f"{host.decode()}/v1", "protocol": scheme}
    plan = {"track": {"__default": {"enabled": True, "integrations": {}}}}
    return msgspec.json.encode({"integrations": {"Segment.io": own}, "plan": plan, "edgeFunction": {}})


def beacon(arrival: Arrival) -> Translated:
    """RudderStack's batch of a page that is being left: the write key stands in the address."""
    body = json_of(arrival.data, "the body")
    calls = body.get("batch") if isinstance(body, dict) else None
    if not isinstance(calls, list):
        raise UnfitError('send {"batch": [call, …]}')
    return Translated(calls=calls, write_key=arrival.asked().get("writeKey", ""), sent_at=body.get("sentAt"))
