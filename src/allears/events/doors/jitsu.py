"""Jitsu's own addresses: one call of the Segment form each, the write key in a header of its own.

Its SDK takes no key without a colon, ``id:secret``, so what stands before the colon is our write key.
"""

from collections.abc import Callable
from functools import partial

from allears.events.doors.arrival import Arrival, Translated, UnfitError, json_of

KINDS = ("track", "identify", "page", "screen", "group", "alias")


def _translate(kind: str, arrival: Arrival) -> Translated:
    call = json_of(arrival.data, "the body")
    if not isinstance(call, dict):
        raise UnfitError("send one call as a JSON object")
    key = arrival.header("x-write-key") or call.get("writeKey")
    key = key.partition(":")[0] if isinstance(key, str) else ""
    return Translated(calls=[call | {"type": kind}], write_key=key, sent_at=call.get("sentAt"))


JITSU: dict[str, Callable[[Arrival], Translated]] = {
    f"/api/s/{place}{kind}": partial(_translate, kind) for place in ("", "s2s/") for kind in KINDS
}
