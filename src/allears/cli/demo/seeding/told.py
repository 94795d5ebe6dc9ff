"""The company's CRM was told of its last cases by webhook; it is switched off, because there is no such CRM."""

from datetime import datetime, timedelta

from allears.accounts.models import Workspace
from allears.events.webhooks.models import Attempt, Delivery, Endpoint, Outgoing
from allears.events.webhooks.outbox import body_text, new_key
from allears.events.webhooks.secrets import new_secret, seal
from allears.respond.models import Case
from allears.respond.webhooks import case_told

CASES = 12
SECOND = timedelta(seconds=1)


def tell_the_crm(*, workspace: Workspace, now: datetime) -> None:
    """One receiver with the history of the last cases; one of them was taken at the second try."""
    cases = list(Case.objects.in_workspace(workspace.pk).order_by("-opened_at")[:CASES])
    endpoint = Endpoint.objects.create(
        workspace=workspace,
        url="https://crm.wrenfold.example/hooks/all-ears",
        description="Wrenfold CRM (sample)",
        event_types=["case.closed", "case.opened"],
        secret=seal(new_secret()),
        created_at=cases[-1].opened_at if cases else now,
        succeeded_at=cases[0].opened_at if cases else None,
        disabled_at=now,
        disabled_why=Endpoint.Off.BY_HAND,
    )
    for number, case in enumerate(reversed(cases)):
        _deliver(endpoint, case, workspace, tries=(503, 200) if number == CASES // 2 else (200,))


def _deliver(endpoint: Endpoint, case: Case, workspace: Workspace, *, tries: tuple[int, ...]) -> None:
    told = case_told(workspace_id=workspace.pk, case_id=case.pk)
    assert told is not None
    at = case.opened_at
    body = body_text(type="case.opened", at=at, version=1, workspace=workspace.slug, data=dict(told.data))
    outgoing = Outgoing.objects.create(
        workspace=workspace, key=new_key(), type="case.opened", at=at, customer_id=told.customer_id, body=body
    )
    delivery = Delivery.objects.create(
        workspace=workspace,
        outgoing=outgoing,
        endpoint=endpoint,
        state=Delivery.State.DELIVERED,
        attempts=len(tries),
        run_at=at,
        status=tries[-1],
        created_at=at,
        finished_at=at + 5 * len(tries) * SECOND,
    )
    for number, status in enumerate(tries):
        Attempt.objects.create(
            workspace=workspace,
            delivery=delivery,
            at=at + (1 + 5 * number) * SECOND,
            status=status,
            answer="ok" if status == 200 else "please come again",
            milliseconds=84 + 13 * number,
        )
