"""An ask whose message failed for good is made again by the next channel of its preference, once for each.

The new ask has a key of the same family (``3:1042``, then ``3:1042~1``), so that it is ruled on once whoever reports
the failure how often. It passes the governor for its own channel; what came back reached nobody, so it is no
contact that would let the customer rest from it, and it has its place in the sample and the quota already.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.db.models import Q

from allears.jobs.queue import enqueue
from allears.outreach.contracts import Proposal
from allears.outreach.governor import SURVEYS, facts_from
from allears.outreach.models import Decision, Message
from allears.outreach.registry import failure_hooks

TASK = "allears.outreach.jobs.after_failure"
AGAIN = "~"  # before the number of the try
LONGEST = 60  # of a key that gets a number


def family_of(ask_key: str) -> str:
    """The key of the first try."""
    return ask_key.split(AGAIN, 1)[0]


def is_again(ask_key: str) -> bool:
    return AGAIN in ask_key


def first_tries() -> Q:
    """Asks themselves, not their second way: what is counted as a wish."""
    return ~Q(ask_key__contains=AGAIN)


def of_family(ask_key: str) -> Q:
    """Every ruling on the same ask, by whatever channel."""
    root = family_of(ask_key)
    return Q(ask_key=root) | Q(ask_key__startswith=f"{root}{AGAIN}")


def note_failure(message: Message) -> None:
    """Have what follows from a failed ask done, in a job of the caller's transaction."""
    if message.purpose in SURVEYS and message.decision_id is not None:
        enqueue(
            task=TASK,
            arguments={"workspace_id": message.workspace_id, "message_id": message.pk},
            unique_key=f"failed:{message.pk}",
        )


def after_failure(*, workspace_id: int, message_id: int, now: datetime) -> None:
    """Tell those who want to know; done twice, it changes nothing more."""
    with transaction.atomic():
        for hook in failure_hooks():
            hook(workspace_id=workspace_id, message_id=message_id, now=now)


def next_try(*, decision: Decision, context: Mapping[str, Any]) -> Proposal | None:
    """The same wish by the channels that are left; None when none is, or nobody is there to be asked."""
    told = decision.facts.get("facts")
    if decision.customer_id is None or not told:
        return None
    facts = facts_from(told)
    order = [facts.channel, *(way.channel for way in facts.fallbacks)]
    left = order[order.index(decision.channel) + 1 :] if decision.channel in order else []
    if not left:
        return None
    tries = int(decision.ask_key.partition(AGAIN)[2] or 0) + len(order) - len(left)
    return Proposal(
        customer_id=decision.customer_id,
        purpose=decision.purpose,
        family=decision.family,
        channel=left[0],
        ask_key=f"{_short(family_of(decision.ask_key))}{AGAIN}{tries}",
        probe_key=decision.probe_key,
        touchpoint_key=decision.touchpoint_key,
        event_id=decision.event_id,
        expires_at=facts.expires_at,
        fallbacks=tuple(left[1:]),
        priority=facts.priority,
        worth=facts.worth,
        instead_of=decision.channel,
        context=context,
    )


def _short(root: str) -> str:
    return root if len(root) <= LONGEST else blake2b(root.encode(), digest_size=24).hexdigest()
