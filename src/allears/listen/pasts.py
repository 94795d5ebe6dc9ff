"""How often something happened to a customer before: conditions of probes on history."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allears.events.batch import EventRow
from allears.store import plain

if TYPE_CHECKING:
    from allears.listen.probing import CompiledProbe


def narrowed(
    workspace_id: int, found: Sequence[tuple[EventRow, "CompiledProbe"]]
) -> list[tuple[EventRow, "CompiledProbe"]]:
    """The matches whose customer's history fits, each counted up to its own event."""
    names = {count.event for _, probe in found for count in probe.wanted.counts}
    longest = max(count.days for _, probe in found for count in probe.wanted.counts)
    since = min(event.ts for event, _ in found) - timedelta(days=longest)
    times = happened(
        workspace_id=workspace_id,
        customer_ids={event.customer_id for event, _ in found if event.customer_id is not None},
        names=names,
        since=since,
    )
    return [(event, probe) for event, probe in found if _fits(event, probe, times)]


def _fits(event: EventRow, probe: "CompiledProbe", times: Mapping[tuple[int, str], Sequence[datetime]]) -> bool:
    for count in probe.wanted.counts:
        after = event.ts - timedelta(days=count.days)
        known = times.get((event.customer_id or 0, count.event), ())
        if not count.holds(sum(after < at <= event.ts for at in known)):
            return False
    return True


def happened(
    *, workspace_id: int, customer_ids: set[int], names: set[str], since: datetime
) -> dict[tuple[int, str], list[datetime]]:
    """When events of these names happened to these customers, by (customer, name)."""
    if not customer_ids or not names:
        return {}
    these, who = plain.among("customer_id", customer_ids)
    named, what = plain.among("name", names)
    rows = plain.select(
        "SELECT customer_id, name, ts FROM events_event"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these} AND {named} AND type = 'track' AND ts > %s ORDER BY ts",
        [workspace_id, *who, *what, plain.written(since)],
    )
    found: dict[tuple[int, str], list[datetime]] = {}
    for customer_id, name, ts in rows:
        moment = plain.moment(ts)
        if moment is not None:
            found.setdefault((customer_id, name), []).append(moment)
    return found
