"""Keeps the index up behind the writers: whoever the triggers noted is read and indexed, a few hundred at a time."""

from django.db import connection, transaction
from django.utils import timezone

from allears.customers.finding import storing
from allears.customers.finding.grams import pieces
from allears.customers.models import Customer, CustomerPending
from allears.jobs.lease import acquire

LEASE = "customer-words"
LEASE_SECONDS = 30.0
AT_ONCE = 500
_looked = False


def run_once(owner: str) -> int:
    """Index who waits; how many. Zero when nobody does, or another worker is at it."""
    if not _due():
        return 0
    if acquire(name=LEASE, owner=owner, now=timezone.now(), seconds=LEASE_SECONDS) is None:
        return 0
    return index_some()


def _due() -> bool:
    global _looked
    if not _looked:
        _looked = True
        if not storing.watches():
            storing.begin_anew()
    return CustomerPending.objects.exists()


def index_some() -> int:
    """The next few hundred, in one short transaction."""
    with transaction.atomic():
        waiting = CustomerPending.objects.order_by("-customer_id")
        if connection.vendor == "postgresql":
            waiting = waiting.select_for_update(skip_locked=True)
        numbers = list(waiting.values_list("customer_id", flat=True)[:AT_ONCE])
        rows = Customer.objects.across_workspaces().filter(pk__in=numbers)
        told = rows.values_list("pk", "workspace_id", "name", "email", "phone")
        storing.store([(at, workspace, found) for at, workspace, *fields in told if (found := pieces(*fields))])
        CustomerPending.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def index_all() -> int:
    """Everybody who waits, at once."""
    done = 0
    while found := index_some():
        done += found
    return done
