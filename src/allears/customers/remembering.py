"""The short way to a customer: whoever was recognised by the same ids before is not looked up again.

A memory of what ``resolve`` answered. To answer the same again changes nothing until identifiers are re-pointed, and
then the whole memory is dropped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from allears.customers import sql
from allears.customers.keys import IdentityKeys
from allears.customers.memory import Memory
from allears.customers.models import Customer

Who = str | tuple[str, str]  # a user id; or (user id or "", anonymous id)
SEEN_AGAIN = timedelta(minutes=5)  # how exact ``last_seen_at`` is


def who_of(keys: IdentityKeys) -> Who | None:
    """The keys as a memory remembers them; None for those that say more, which always go the long way."""
    if keys.is_plain():
        return keys.user_id
    if keys.anonymous_id and keys == IdentityKeys(user_id=keys.user_id, anonymous_id=keys.anonymous_id):
        return keys.user_id, keys.anonymous_id
    return None


def keys_of(who: Who) -> IdentityKeys:
    """The same, back again."""
    if isinstance(who, str):
        return IdentityKeys(user_id=who)
    return IdentityKeys(user_id=who[0], anonymous_id=who[1])


def remembered(*, workspace_id: int, who: Sequence[Who | None], memory: Memory, now: datetime) -> Sequence[int | None]:
    """Who of these is remembered, in order, noted as seen now; the memory was checked under this transaction's lock."""
    found = list(map(memory.whom.get, who))
    touch(workspace_id=workspace_id, ids={each for each in found if each}, memory=memory, now=now)
    return found


def touch(*, workspace_id: int, ids: Iterable[int], memory: Memory, now: datetime) -> None:
    """Move ``last_seen_at`` of those not seen for a while; a whole batch is few statements."""
    seen, border = memory.seen, now - SEEN_AGAIN
    due = [each for each in ids if (last := seen.get(each)) is None or last <= border]
    for start in range(0, len(due), sql.CHUNK):
        chunk = due[start : start + sql.CHUNK]
        Customer.objects.in_workspace(workspace_id).filter(id__in=chunk, last_seen_at__lt=border).update(
            last_seen_at=now
        )
    for each in due:
        seen[each] = now
