"""No more than so many messages a minute, of each workspace and channel, over all processes that send.

What left is counted by the second, in one row that is locked while places in the minute are taken. A second stops
counting once all of it is more than a minute old, so no sixty seconds hold more than the pace; a process that dies
between taking places and sending leaves them unused. The processes' clocks are taken as one, as with every lease.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from allears.outreach.delivery.models import Minute
from allears.outreach.delivery.shipping import Key, Terms
from allears.outreach.models import Decision, Message

SECONDS = 61  # a second taken now counts for so many, the one under way among them
AHEAD, MOST = 60, 20_000  # minutes, and messages, for which what waits is spread
BLOCK = 500  # messages of one statement


@dataclass(frozen=True, kw_only=True)
class Room:
    """How many may go now, and the seconds until one more may."""

    places: int
    seconds: float = 0.0


def take(*, key: Key, per_minute: int, wanted: int, now: datetime) -> Room:
    """Take places in this minute, as many of those wanted as there are."""
    moment = now.timestamp()
    workspace_id, channel = key
    with transaction.atomic():
        rows = Minute.objects.in_workspace(workspace_id)
        rows.get_or_create(channel=channel, defaults={"workspace_id": workspace_id})
        row: Minute = rows.select_for_update().get(channel=channel)
        counting = Counter({second: count for second, count in row.taken if second + SECONDS > moment})
        places = max(0, min(wanted, per_minute - counting.total()))
        left = _left_over(counting, wanted - places, moment)
        if places:
            counting[int(moment)] += places
            row.taken = sorted(counting.items())
            row.save(update_fields=["taken"])
    return Room(places=places, seconds=left)


def _left_over(counting: Mapping[int, int], wanted: int, moment: float) -> float:
    """Seconds until so many places are free again, or as many as there will be."""
    ends = 0.0
    for second, count in sorted(counting.items()):
        if wanted <= 0:
            break
        ends, wanted = second + SECONDS - moment, wanted - count
    return ends if ends or wanted <= 0 else float(SECONDS)


def late(messages: Sequence[Message], terms: Mapping[Key, Terms], *, now: datetime) -> dict[int, float]:
    """Those for which their channel's minute has no place, with the seconds until they may look again."""
    keys = [(each.workspace_id, each.channel) for each in messages]
    paced = {key: count for key, count in Counter(keys).items() if _pace(terms, key)}
    found: dict[int, float] = {}
    for key, wanted in paced.items():
        room = take(key=key, per_minute=_pace(terms, key), wanted=wanted, now=now)
        mine = [each.id for each, its in zip(messages, keys, strict=True) if its == key]
        found |= dict.fromkeys(mine[room.places :], room.seconds)
    return found


def _pace(terms: Mapping[Key, Terms], key: Key) -> int:
    return terms[key].per_minute if key in terms and not terms[key].waits else 0


def put_off(
    messages: Sequence[Message],
    seconds: Mapping[int, float],
    terms: Mapping[Key, Terms],
    *,
    owner: str,
    now: datetime,
) -> None:
    """Back into the outbox, as if they had not been claimed; what waits behind a full minute goes along."""
    groups: dict[tuple[Key, float], list[int]] = defaultdict(list)
    for each in messages:
        groups[(each.workspace_id, each.channel), seconds[each.id]].append(each.id)
    for (key, wait), ids in groups.items():
        until = now + timedelta(seconds=wait)
        per_minute = _pace(terms, key)
        with transaction.atomic():
            mine = Message.objects.in_workspace(key[0]).filter(id__in=ids, lease_owner=owner)
            if not per_minute:
                mine.update(not_before=until)
            mine.update(state=Message.State.QUEUED, attempts=F("attempts") - 1, lease_owner="", lease_until=None)
            if per_minute:
                _spread(key, per_minute, until)


def _spread(key: Key, per_minute: int, since: datetime) -> None:
    """What is due behind a full minute waits for a minute of its own, in its order, and is not claimed in vain."""
    workspace_id, channel = key
    Minute.objects.in_workspace(workspace_id).select_for_update().get(channel=channel)  # one process at a time
    waiting = Message.objects.in_workspace(workspace_id).filter(channel=channel, state=Message.State.QUEUED)
    held = Q(decision__verdict=Decision.Verdict.HELD)
    due = waiting.filter(not_before__lte=since).exclude(held).order_by("not_before", "id")
    ids = list(due.values_list("id", flat=True)[: min(per_minute * AHEAD, MOST)])
    step = min(per_minute, BLOCK)
    for start in range(0, len(ids), step):
        later = since + timedelta(minutes=start // per_minute)
        waiting.filter(id__in=ids[start : start + step]).update(not_before=later)
