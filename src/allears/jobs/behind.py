"""What is kept up behind the writers: triggers note whose row changed in a table of those that wait, and the worker
takes a few hundred of them at a time, the newest first."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from allears.jobs.lease import acquire

LEASE_SECONDS = 30.0
AT_ONCE = 500


def nothing() -> int:
    """Nothing else waits."""
    return 0


@dataclass(kw_only=True)
class Behind:
    """``waiting`` is the model of the table of those that wait, by their number alone.

    ``watches`` tells whether the triggers stand, and ``begin_anew`` makes them; asked once in each process. ``keep``
    does the work for some numbers, in the transaction in which they cease to wait, and tells for which it did: the
    others wait on. ``further`` notes more when nothing waits, and tells how many.
    """

    lease: str
    waiting: Any
    watches: Callable[[], bool]
    begin_anew: Callable[[], None]
    keep: Callable[[list[int]], Collection[int]]
    further: Callable[[], int] = nothing
    looked: bool = False

    def run_once(self, owner: str) -> int:
        """Do what waits; for how many. Zero when nothing does, or another worker is at it."""
        self._look()
        if not self.waiting.objects.exists() and not self.further():
            return 0
        if acquire(name=self.lease, owner=owner, now=timezone.now(), seconds=LEASE_SECONDS) is None:
            return 0
        return self.some()

    def _look(self) -> None:
        if not self.looked:
            self.looked = True
            if not self.watches():
                self.begin_anew()

    def some(self) -> int:
        """The next few hundred, in one short transaction."""
        with transaction.atomic():
            rows = self.waiting.objects.order_by("-pk")
            if connection.vendor == "postgresql":
                rows = rows.select_for_update(skip_locked=True)
            done = self.keep(list(rows.values_list("pk", flat=True)[:AT_ONCE]))
            self.waiting.objects.filter(pk__in=done).delete()
        return len(done)

    def all(self) -> int:
        """Everything that waits, at once."""
        done = 0
        while found := self.some() or (self.further() and self.some()):
            done += found
        return done
