"""Probes that ask when something has *not* happened: the waiting is a held decision, so it survives a kill.

The event that ends the waiting decides the ask anew at once. When the time comes, the stored events are looked at as
well: one that came before its beginning, or while the worker was away, counts just the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from allears.events.batch import EventRow
from allears.events.models import Event
from allears.listen.models import Probe
from allears.outreach.actions import overtake
from allears.outreach.contracts import Proposal
from allears.outreach.models import Decision

if TYPE_CHECKING:
    from allears.listen.probing import CompiledProbe


def end(found: Sequence[tuple[EventRow, "CompiledProbe"]], *, now: datetime) -> None:
    """Decide anew the waiting asks of these customers and probes that the events answer."""
    for workspace_id in dict.fromkeys(event.workspace_id for event, _ in found):
        mine = [(event, probe) for event, probe in found if event.workspace_id == workspace_id]
        waiting = Decision.objects.in_workspace(workspace_id).filter(
            customer_id__in={event.customer_id for event, _ in mine},
            probe_key__in={probe.key for _, probe in mine},
            verdict=Decision.Verdict.HELD,
            settled_at__isnull=True,
        )
        ended = [
            decision.ask_key
            for decision in waiting
            for event, probe in mine
            if decision.customer_id == event.customer_id
            and decision.probe_key == probe.key
            and answers(decision.facts.get("context", {}), probe.awaits_match, event.ts, event.properties)
        ]
        if ended:
            overtake(workspace_id=workspace_id, ask_keys=list(dict.fromkeys(ended)), now=now)


def answers(context: Mapping[str, Any], match: str, ts: datetime, properties: Mapping[str, Any]) -> bool:
    """Whether an event is the one that was waited for: not before the beginning, and about the same thing."""
    began = context.get("snapshot", {}).get("event")
    if not began or ts < datetime.fromisoformat(began["ts"]):
        return False
    if not match:
        return True
    wanted = began.get("properties", {}).get(match)
    return wanted is not None and str(properties.get(match)) == str(wanted)


def came_after_all(*, workspace_id: int, proposals: Sequence[Proposal]) -> dict[str, str]:
    """Which of these waiting asks have lost their cause, by the events stored; ask key → the event."""
    keys = {proposal.probe_key for proposal in proposals}
    matches = dict(Probe.objects.in_workspace(workspace_id).filter(key__in=keys).values_list("key", "absent_match"))
    ended = ended_at(workspace_id=workspace_id, proposals=proposals, matches=matches)
    return {each.ask_key: each.awaits for each in proposals if each.ask_key in ended}


def ended_at(*, workspace_id: int, proposals: Sequence[Proposal], matches: Mapping[str, str]) -> dict[str, datetime]:
    """When the event came whose absence is waited for, by the events stored; ask key → its first time.

    ``matches``: by the probe's key, the property that both events share.
    """
    waiting = [proposal for proposal in proposals if proposal.awaits]
    if not waiting:
        return {}
    events = Event.objects.in_workspace(workspace_id).filter(
        customer_id__in={proposal.customer_id for proposal in waiting},
        name__in={proposal.awaits for proposal in waiting},
        type="track",
    )
    stored: dict[tuple[int, str], list[tuple[datetime, Any]]] = {}
    for customer_id, name, ts, properties in events.values_list("customer_id", "name", "ts", "properties"):
        stored.setdefault((customer_id, name), []).append((ts, properties))
    found: dict[str, datetime] = {}
    for each in waiting:
        for ts, properties in stored.get((each.customer_id, each.awaits), ()):
            if answers(each.context, matches.get(each.probe_key, ""), ts, properties):
                found[each.ask_key] = min(ts, found.get(each.ask_key, ts))
    return found
