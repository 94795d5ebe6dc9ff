"""One turn of the consumer: one transaction from the log to every consequence."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop

from allears.customers.memory import epoch_in, lock_queries
from allears.events.batch import Arrivals, Batch, BatchSubscription, EventRow, batch_subscriptions
from allears.events.consumer.bisect import apply_surviving
from allears.events.consumer.decode import Bad, Call, Decoded, decode, decode_one
from allears.events.consumer.source import Source, open_source
from allears.events.consumer.store import NONE, Memories, Stored, store_calls
from allears.events.intake.log import Body
from allears.events.models import QuarantinedRow
from allears.events.reasons import RefusedError
from allears.jobs.lease import LeaseLostError, acquire, held, hold_query
from allears.store import plain

logger = logging.getLogger(__name__)
NOTHING: Mapping[str, plain.Rows] = MappingProxyType({})
FAILED = gettext_noop("the event is stored, but %(name)s failed on it: %(why)s")
LEASE = "consumer"
LEASE_SECONDS = 10.0
RENEW_SECONDS = 2.0
MOST_ROWS = 2000
MOST_BYTES = 3_000_000
LEAST_BYTES = 400_000  # about a thousand events: below that, what each transaction costs anyway counts more
SMALL_TURN = 50  # bodies
PAUSE_SECONDS = 0.004  # after a small turn: what comes meanwhile shares the next one's fixed cost
FLOOD = 1500  # bodies a second, over WINDOW_SECONDS: three times the pace at which an ask must be quick
WINDOW_SECONDS = 0.2
GATHER_SECONDS = 0.04  # in a flood; a body in a turn of 150 costs half of what it does in one of 30
AIM_SECONDS = 0.12  # of work in one transaction, so that other writers of SQLite live


class Turn(NamedTuple):
    """What is applied in one transaction."""

    bodies: Sequence[Body]
    decoded: Decoded
    full: bool  # as much as was asked for: there may be more


class Begun(NamedTuple):
    """What the first trip of a transaction has brought."""

    epochs: Mapping[int, int] = NONE  # of the workspaces whose identities it has locked
    told: Mapping[str, plain.Rows] = NOTHING  # by subscription: what it asked


class Rests:
    """How long bodies gather after each turn. Hardly, lest an ask waits; longer once single posts flood in."""

    def __init__(self, now: float) -> None:
        self._since, self._came, self._floods = now, 0, False

    def after(self, taken: int, *, full: bool, now: float) -> float:
        """Seconds to sleep after a turn that has taken so many bodies; ``full``: there may be more."""
        self._came += taken
        if now - self._since >= WINDOW_SECONDS:
            self._floods = self._came > FLOOD * (now - self._since)
            self._since, self._came = now, 0
        if taken and self._floods and not full:
            return GATHER_SECONDS
        return PAUSE_SECONDS if 0 < taken < SMALL_TURN else 0.0


class Consumer:
    """Reads the intake log as the only one who does. Not for sharing between threads."""

    def __init__(self, owner: str, source: Source | None = None) -> None:
        self.owner = owner
        self._source = source or open_source()
        self._memories = Memories()
        self._fence: int | None = None
        self._renewed = 0.0
        self._size = LEAST_BYTES
        self._next: Turn | None = None  # read and understood while the database stored what came before
        self.full = False  # the last turn took as much as it might: there may be more

    def turn(self) -> int:
        """Apply the next bodies; how many. Zero when there are none or another worker holds the lease."""
        if not self._holds():
            return 0
        began = time.thread_time()  # not by the clock: on a busy machine smaller steps would only cost more
        try:
            taken = self._take_turn()
        except LeaseLostError:
            self._fence = None
            self._forget()
            return 0
        except BaseException:
            self._forget()
            raise
        self._memories.keep()
        if taken:
            self._source.settle()
            self._pace(time.thread_time() - began)
        return taken

    def _forget(self) -> None:
        self._memories.forget()
        self._next = None

    def _holds(self) -> bool:
        if self._fence is None or time.monotonic() - self._renewed > RENEW_SECONDS:
            fence = acquire(name=LEASE, owner=self.owner, now=timezone.now(), seconds=LEASE_SECONDS)
            if fence != self._fence:
                self._forget()  # another worker may have joined customers meanwhile
            self._fence = fence
            self._renewed = time.monotonic()
        return self._fence is not None

    def _pace(self, seconds: float) -> None:
        factor = min(1.5, max(0.5, AIM_SECONDS / seconds)) if seconds else 1.5
        self._size = int(min(MOST_BYTES, max(LEAST_BYTES, self._size * factor)))

    def _take_turn(self) -> int:
        """At first as if nothing could fail; with savepoints around each step once something has."""
        try:
            return self._apply(careful=False)
        except (LeaseLostError, OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - bulkhead: the careful way finds who is to blame
            logger.warning("a turn failed (%s) and is done again step by step", type(error).__name__)
            self._forget()
            return self._apply(careful=True)

    def _apply(self, *, careful: bool) -> int:
        bodies, decoded, full = self._take()
        self.full = full
        if not bodies:
            return 0
        with transaction.atomic(), plain.behind():
            now = timezone.now()
            begun = self._begin(decoded, now)
            meanwhile = self._look_ahead() if full and not careful else ()
            apply_decoded(decoded, now=now, memories=self._memories, careful=careful, meanwhile=meanwhile, begun=begun)
            self._source.done(lasting=self._memories.learnt() or bool(connection.run_on_commit))
        return len(bodies)

    def _begin(self, decoded: Decoded, now: datetime) -> "Begun":
        """In one trip: prove the lease, lock the identities of all workspaces concerned, take the bodies out of the
        log and count them, and ask what subscribers want to know whatever the events are."""
        workspace_ids = sorted({call.workspace_id for call in decoded.calls})  # everybody locks in this order
        locks = [query for workspace_id in workspace_ids for query in lock_queries(workspace_id)]
        questions = {each.name: import_string(each.question)() for each in batch_subscriptions() if each.question}
        taking = self._source.taking()
        lease, *answers = plain.together(
            hold_query(name=LEASE, owner=self.owner, fence=self._fence or 0, now=now, seconds=LEASE_SECONDS),
            *locks,
            *questions.values(),
            taking,
            *_counted(decoded.counts),
        )
        held(lease, name=LEASE)
        rest = answers[len(locks) :]
        if taking:
            self._source.taken(rest[len(questions)])
        epochs = dict(zip(workspace_ids, map(epoch_in, answers[1 : len(locks) : 2]), strict=True))
        return Begun(epochs, dict(zip(questions, rest, strict=False)))

    def _take(self) -> Turn:
        """What is next: read already, or read now."""
        if self._next is not None:
            taken, self._next = self._next, None
            self._source.go_on()
            return taken
        bodies = self._source.ahead(rows=MOST_ROWS, size=self._size)
        return Turn(bodies, decode(bodies, event_limit=settings.INTAKE_MAX_EVENT), self._is_full(bodies))

    def _look_ahead(self) -> Iterator[None]:
        """Read what comes next and understand it, body by body."""
        bodies, decoded = self._source.beyond(rows=MOST_ROWS, size=self._size), Decoded()
        full = self._is_full(bodies)
        for body in bodies:
            yield
            decode_one(body, decoded, event_limit=settings.INTAKE_MAX_EVENT)
        if bodies:
            self._next = Turn(bodies, decoded, full)

    def _is_full(self, bodies: Sequence[Body]) -> bool:
        return len(bodies) >= MOST_ROWS or sum(len(body.data) for body in bodies) >= self._size

    def close(self) -> None:
        self._source.close()


COUNT = (
    "INSERT INTO events_intakecount (workspace_id, day, events) VALUES (%s, %s, %s)"
    " ON CONFLICT (workspace_id, day) DO UPDATE SET events = events_intakecount.events + excluded.events"
)


def _counted(counts: Mapping[tuple[int, str], int]) -> list[plain.Query]:
    """What each workspace sent on each day, for its quota."""
    return [plain.Query(COUNT, [workspace_id, day, events]) for (workspace_id, day), events in counts.items()]


def apply_decoded(
    decoded: Decoded,
    *,
    now: datetime,
    memories: Memories,
    refused: list[QuarantinedRow] | None = None,
    careful: bool = True,
    meanwhile: Iterable[object] = (),
    begun: Begun = Begun(),  # noqa: B008 - never changed
) -> None:
    """Store the good calls, tell the subscribers, quarantine the bad; inside the caller's transaction.

    With ``refused``, rows for the quarantine are put there instead of being stored. ``careful``: see ``bisect``.
    ``meanwhile``: see ``store_calls``; ``begun``: what this transaction has asked already.
    """
    stored: list[Stored] = []
    quarantine = [quarantined(bad, now) for bad in decoded.bad]

    def store(calls: Sequence[Call]) -> None:
        try:
            stored.extend(
                store_calls(
                    calls, now=now, memories=memories, careful=careful, meanwhile=meanwhile, epochs=begun.epochs
                )
            )
        except Exception:
            memories.forget()  # it may have learnt what the savepoint now undoes
            raise

    def unstorable(call: Call, error: Exception) -> None:
        logger.warning("an event could not be stored: %s", error)
        quarantine.append(quarantined(bad_call(call, error), now))

    apply_surviving(decoded.calls, store, unstorable, careful=careful)
    if stored:
        events = Arrivals(stored)
        for subscription in batch_subscriptions():
            told = begun.told.get(subscription.name)
            tell(subscription, events, now=now, quarantine=quarantine, careful=careful, told=told)
    if refused is not None:
        refused += quarantine
    elif quarantine:
        QuarantinedRow.objects.bulk_create(quarantine)


def tell(
    subscription: BatchSubscription,
    events: Sequence[EventRow],
    *,
    now: datetime,
    quarantine: list[QuarantinedRow],
    careful: bool = True,
    told: plain.Rows | None = None,
) -> None:
    """Hand the batch to one subscriber; events it cannot bear are noted and the others go on."""
    handler: Callable[[Batch], object] = import_string(subscription.handler)

    def hand_over(part: Sequence[EventRow]) -> None:
        handler(Batch(events=part, now=now, told=told))

    def refused(event: EventRow, error: Exception) -> None:
        logger.exception("%s cannot bear event %s", subscription.name, event.id, exc_info=error)
        quarantine.append(
            QuarantinedRow(
                workspace_id=event.workspace_id,
                source="consumer",
                row_number=event.id,
                field=subscription.name,
                reason=RefusedError(FAILED, name=subscription.name, why=describe(error)).kept(),
                payload=f'{{"type": "{event.type}", "event_id": {event.id}}}',
                at=now,
            )
        )

    apply_surviving(events, hand_over, refused, careful=careful)


def bad_call(call: Call, error: Exception) -> Bad:
    """A call that decoded but could not be stored."""
    keys = call.identity()
    payload = msgspec.json.encode(
        {
            "type": call.type,
            "event": call.name,
            "messageKey": call.message_key,
            "userId": keys.user_id or None,
            "anonymousId": keys.anonymous_id or None,
            "previousId": keys.previous_id or None,
            "timestamp": call.ts,
            "properties": msgspec.Raw(call.properties),
            "context": msgspec.Raw(call.context),
        }
    ).decode()
    return Bad(workspace_id=call.workspace_id, reason=RefusedError("%(why)s", why=describe(error)), payload=payload)


def describe(error: Exception) -> str:
    """An error in one line for people who mend data."""
    return f"{error} ({type(error).__name__})"[:1000]


def quarantined(bad: Bad, now: datetime) -> QuarantinedRow:
    """The row that keeps a bad call until it is mended."""
    return QuarantinedRow(
        workspace_id=bad.workspace_id,
        source="intake",
        row_number=bad.position,
        reason=bad.reason.kept(),
        payload=bad.payload,
        at=now,
    )


_consumer: Consumer | None = None
_rests = Rests(time.monotonic())


def run_once(owner: str) -> int:
    """The worker's loop: one turn, for the process's one consumer thread."""
    global _consumer
    if _consumer is None or _consumer.owner != owner:
        _consumer = Consumer(owner)
    try:
        taken = _consumer.turn()
        time.sleep(_rests.after(taken, full=_consumer.full, now=time.monotonic()))
        return taken
    except DatabaseError:
        _consumer.close()
        _consumer = None
        raise
