"""Keeps the index up behind the writers: whoever the triggers noted is read and indexed (see ``jobs.behind``)."""

from allears.customers.finding import storing
from allears.customers.finding.grams import pieces
from allears.customers.models import Customer, CustomerPending
from allears.jobs.behind import Behind


def _keep(numbers: list[int]) -> list[int]:
    rows = Customer.objects.across_workspaces().filter(pk__in=numbers)
    told = rows.values_list("pk", "workspace_id", "name", "email", "phone")
    storing.store([(at, workspace, found) for at, workspace, *fields in told if (found := pieces(*fields))])
    return numbers


BEHIND = Behind(
    lease="customer-words", waiting=CustomerPending, watches=storing.watches, begin_anew=storing.begin_anew, keep=_keep
)
run_once, index_some, index_all = BEHIND.run_once, BEHIND.some, BEHIND.all
