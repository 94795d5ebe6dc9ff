"""Takes the outbox to the wire: claim with a lease, send over open connections, mark after the peer's acceptance."""

import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from allears.jobs.bell import ring_local
from allears.outreach import channels, handing_over, journal
from allears.outreach.channels.base import DeliveryError, Outgoing, Receipt, Session
from allears.outreach.delivery import pacing
from allears.outreach.delivery.shipping import Key, Terms, note_receipts, set_up, terms_for
from allears.outreach.handing_over import LEASE
from allears.outreach.models import Message
from allears.outreach.registry import delivery_hooks
from allears.outreach.returned import note_failure
from allears.store import plain

logger = logging.getLogger(__name__)
ROOM = 32  # messages under way at once
PATIENCE = 0.05  # seconds until new messages are looked for while others are under way
RECOVER_SECONDS = 5.0
UNHEARD = timedelta(seconds=15)  # a claim so old that the sender has not heard of: the answer to its commit was lost
CONNECTIONS = 4  # per channel
OFF_SECONDS = 300.0  # until a message looks again whether its channel is set up
PLAIN = Terms(setup={})
MAX_ATTEMPTS = 14  # about six hours of trying


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one attempt."""

    message: Message
    error: str = ""
    permanent: bool = False
    receipt: Receipt | None = None
    terms: Terms = PLAIN


class Sender:
    """The open connections, the journal and the messages under way of one sending process."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.pid = os.getpid()
        self._journal = journal.Journal(owner)
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="sender")
        self._idle: dict[str, queue.SimpleQueue[Session]] = {}
        self._under_way: set[Future[Outcome]] = set()
        self._back: list[Outcome] = []
        self._recover_at = 0.0
        self._set_up: frozenset[Key] = set_up()  # as it was a few seconds ago
        self._lock = threading.Lock()  # between the loop and those who hand over
        self._handed: set[Future[Outcome]] = set()  # not yet seen by the loop
        self._mine: set[int] = set()  # every message claimed for this sender and not settled
        self._let_go: set[int] = set()  # claimed for it without its knowing, and given back to the queue

    def run_once(self) -> int:
        """Claim what is due, and settle what has come back; 0 when there was neither.

        One slow peer does not keep new messages waiting: a round ends as soon as any attempt is over.
        """
        if time.monotonic() >= self._recover_at:
            self._recover_at = time.monotonic() + RECOVER_SECONDS
            self._set_up = set_up()
            recover(now=timezone.now())
            self._give_back_unheard(timezone.now())
        claimed = claim(owner=self.owner, now=timezone.now(), limit=ROOM - self.under_way())
        terms = terms_for(claimed)
        messages = self._without_late(claimed, terms)
        with self._lock:
            self._mine.update(each.id for each in messages)
            self._under_way |= self._handed
            self._handed = set()
        self._under_way |= {self._threads.submit(self._attempt, each, _terms_of(each, terms)) for each in messages}
        finished, self._under_way = wait(self._under_way, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        self._back += [future.result() for future in finished]
        done = len(messages) + len(self._back) + len(self._under_way)
        self._settle()
        return done

    def under_way(self) -> int:
        return len(self._mine)

    def at_once(self, workspace_id: int, channel: str) -> bool:
        """Whether a message may go without a look at its workspace's terms."""
        found = channels.adapters().get(channel)
        if found is None or found.capability.needs_setup or found.capability.fetched:
            return False
        return (workspace_id, channel) not in self._set_up

    def take(self, messages: Sequence[Message]) -> None:
        """Begin at once, without waiting for the loop, which settles what came of it."""
        try:
            with self._lock:
                for message in messages:
                    if message.id not in self._let_go:
                        future = self._threads.submit(self._attempt, message, PLAIN)
                        self._mine.add(message.id)
                        self._handed.add(future)
                        future.add_done_callback(self._tell_the_loop)
        except RuntimeError as error:  # the process ends: its journal tells the next sender whose these are
            logger.warning("messages %s wait for the next sender: %s", [each.id for each in messages], error)

    def _tell_the_loop(self, future: Future[Outcome]) -> None:
        if future in self._handed:  # else the loop waits for it already
            ring_local("outbox")

    def _give_back_unheard(self, now: datetime) -> None:
        """Into the queue: what was claimed for this sender by a commit whose answer was lost, as when a server dies."""
        claimed = Message.objects.across_workspaces().filter(
            state=Message.State.SENDING, lease_owner=self.owner, lease_until__lt=now + LEASE - UNHEARD
        )
        ids = list(claimed.values_list("id", flat=True))
        with self._lock:
            unheard = [number for number in ids if number not in self._mine]
            self._let_go.update(unheard)  # should one be handed over after all, it is not sent from there
        if unheard:
            claimed.filter(id__in=unheard).update(state=Message.State.QUEUED, lease_owner="", lease_until=None)

    def _without_late(self, claimed: Sequence[Message], terms: Mapping[Key, Terms]) -> list[Message]:
        """Those that may go now. Back into the outbox go those whose channel is off, or whose minute is full."""
        now = timezone.now()
        waits = {each.id: OFF_SECONDS for each in claimed if _terms_of(each, terms).waits}
        waits |= pacing.late(claimed, terms, now=now)
        pacing.put_off([each for each in claimed if each.id in waits], waits, terms, owner=self.owner, now=now)
        return [each for each in claimed if each.id not in waits]

    def _settle(self) -> None:
        """What came back is kept until the database has taken it, should the database be away."""
        if self._back:
            settle(self._back, owner=self.owner, now=timezone.now())
            with self._lock:
                self._mine.difference_update(outcome.message.id for outcome in self._back)
                self._back = []
                if not self._mine:
                    self._journal.forget()

    def _attempt(self, message: Message, terms: Terms) -> Outcome:
        try:
            session = self._session(message.channel)
        except channels.UnknownChannelError as error:
            return Outcome(message=message, error=str(error), permanent=True)
        try:
            receipt = session.send(
                _outgoing(message, terms),
                committing=lambda: self._journal.sending(message.id),
                handed_over=lambda: self._journal.handed_over(message.id),
            )
            self._journal.accepted(message.id)
        except DeliveryError as error:
            self._journal.refused(message.id)
            return Outcome(message=message, error=str(error), permanent=error.permanent)
        except Exception as error:  # bulkhead: one adapter's surprise is its message's error, retried with back-off
            logger.exception("message %s could not be sent", message.id)
            self._journal.refused(message.id)
            session.close()
            return Outcome(message=message, error=f"{type(error).__name__}: {error}")
        finally:
            self._idle[message.channel].put(session)
        return Outcome(message=message, receipt=receipt, terms=terms)

    def _session(self, channel: str) -> Session:
        idle = self._idle.setdefault(channel, queue.SimpleQueue())
        try:
            return idle.get_nowait()
        except queue.Empty:
            return channels.adapter(channel).session()

    def close(self) -> None:
        handing_over.open_to(None)
        self._threads.shutdown()
        self._back += [future.result() for future in self._under_way | self._handed]
        self._under_way, self._handed = set(), set()
        self._settle()
        for idle in self._idle.values():
            while not idle.empty():
                idle.get_nowait().close()
        self._journal.close()


def _terms_of(message: Message, terms: Mapping[Key, Terms]) -> Terms:
    return terms.get((message.workspace_id, message.channel), PLAIN)


def _outgoing(message: Message, terms: Terms) -> Outgoing:
    return Outgoing(
        id=message.id,
        address=message.address,
        name=message.customer.name,
        language=message.language,
        subject=message.subject,
        text=message.text,
        html=message.html,
        idempotency_key=f"{message.workspace_id}:{message.idempotency_key}",
        headers=message.headers,
        purpose=message.purpose,
        setup=terms.setup,
    )


DUE = (
    "FROM outreach_message AS message LEFT JOIN outreach_decision AS decision ON decision.id = message.decision_id"
    " WHERE message.state = 'queued' AND message.not_before <= %s"
    " AND (decision.verdict IS NULL OR decision.verdict <> 'held')"
)


def claim(*, owner: str, now: datetime, limit: int = ROOM) -> list[Message]:
    """Lease due messages to this owner, oldest first; held ones wait for the governor, not for us."""
    moment = plain.written(now)
    not_ours = "".join(f" AND message.channel <> '{name}'" for name in channels.fetched())  # names of folders
    due = DUE + not_ours
    # looked at first, so that an idle sender takes no write lock
    if limit < 1 or not plain.select(f"SELECT 1 {due} LIMIT 1", [moment]):
        return []
    skip = " FOR UPDATE OF message SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with transaction.atomic():
        next_ones = f"SELECT message.id {due} ORDER BY message.not_before, message.id LIMIT %s{skip}"
        ids = [number for (number,) in plain.select(next_ones, [moment, limit])]
        if not ids:
            return []
        these, parameters = plain.among("id", ids)
        rows = Message.objects.across_workspaces().raw(
            "UPDATE outreach_message SET state = 'sending', lease_owner = %s, lease_until = %s,"  # noqa: S608 - own names
            f" attempts = attempts + 1 WHERE {these} RETURNING *",
            [owner, plain.written(now + LEASE), *parameters],
        )
        return _with_names(sorted(rows, key=lambda message: (message.not_before, message.id)))


def _with_names(messages: list[Message]) -> list[Message]:
    """Each with its customer, of whom the channel wants the name."""
    these, parameters = plain.among("id", {message.customer_id for message in messages})
    names: dict[int, str] = dict(plain.select(f"SELECT id, name FROM customers_customer WHERE {these}", parameters))  # noqa: S608 - own names
    for message in messages:
        number = message.customer_id
        message.customer = handing_over.named(number, names[number])
    return messages


def settle(outcomes: Sequence[Outcome], *, owner: str, now: datetime) -> None:
    """Write down what became of the attempts, in one transaction with what follows from a delivery."""
    with transaction.atomic():
        mark_sent([outcome.message.id for outcome in outcomes if not outcome.error], now=now)
        sent = [each for each in outcomes if not each.error and (each.receipt or each.terms.cost)]
        taken = [(each.message, each.receipt or Receipt(), each.terms.cost) for each in sent]
        if taken:
            note_receipts(taken, now=now)
        for outcome in outcomes:
            if outcome.error:
                _put_back(outcome, owner=owner, now=now)


def mark_sent(ids: Iterable[int], *, now: datetime) -> int:
    """Mark messages the peer has accepted and tell those who registered for it; marking twice changes nothing."""
    numbers = list(ids)
    if not numbers:
        return 0
    these, parameters = plain.among("id", numbers)
    accepted = plain.select(
        "UPDATE outreach_message SET state = 'sent', sent_at = %s, lease_owner = '', lease_until = NULL, error = ''"  # noqa: S608 - own names
        f" WHERE state <> 'sent' AND {these} RETURNING decision_id",
        [plain.written(now), *parameters],
    )
    if not accepted:
        return 0
    decision_ids = [decision_id for (decision_id,) in accepted if decision_id]
    for hook in delivery_hooks():
        hook(decision_ids=decision_ids, now=now)
    return len(accepted)


def back_off(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … up to an hour."""
    return timedelta(seconds=min(2 ** max(attempts - 1, 0), 3600))


def _put_back(outcome: Outcome, *, owner: str, now: datetime) -> None:
    message = outcome.message
    final = outcome.permanent or message.attempts >= MAX_ATTEMPTS
    changed = (
        Message.objects.in_workspace(message.workspace_id)
        .filter(id=message.id, state=Message.State.SENDING, lease_owner=owner)
        .update(
            state=Message.State.FAILED if final else Message.State.QUEUED,
            not_before=message.not_before if final else now + back_off(message.attempts),
            error=outcome.error[:2000],
            lease_owner="",
            lease_until=None,
        )
    )
    if final and changed:
        note_failure(message)


def recover(*, now: datetime) -> int:
    """Learn from dead senders' journals what the peer had taken, and free what they held; the number marked.

    A message that was handed over whole counts as taken; one cut off before is sent again (decision record 0009).
    """
    marked = 0
    for found in journal.remains():
        with transaction.atomic():
            marked += mark_sent(found.accepted | found.handed_over, now=now)
            _free(Q(lease_owner=found.owner))
        if found.handed_over:
            logger.warning("messages %s were handed over, their answers not read", sorted(found.handed_over))
        if found.unclear:
            logger.warning("messages %s were cut off and are sent again", sorted(found.unclear))
        journal.clear(found)
    _free(Q(lease_until__lt=now))
    return marked


def _free(which: Q) -> None:
    sending = Message.objects.across_workspaces().filter(which, state=Message.State.SENDING)
    if sending.exists():
        sending.update(state=Message.State.QUEUED, lease_owner="", lease_until=None)


_lock = threading.Lock()
_sender: Sender | None = None


def run_once(owner: str) -> int:
    """Send what is due."""
    with _lock:
        return _of_this_process(owner).run_once()


def serve(owner: str) -> int:
    """The same; the loop of the worker calls this at each ring of the bell ``outbox``.

    From then on whoever posts in this process hands over what may go at once.
    """
    with _lock:
        sender = _of_this_process(owner)
        handing_over.open_to(sender)
        return sender.run_once()


def _of_this_process(owner: str) -> Sender:
    global _sender
    if _sender is None or _sender.pid != os.getpid():
        sys.setswitchinterval(0.001)  # an accepted message is journalled soon, whatever the consumer computes
        _sender = Sender(owner)
    return _sender


def stop() -> None:
    """Close the connections of this process's sender."""
    global _sender
    with _lock:
        if _sender is not None:
            _sender.close()
            _sender = None
