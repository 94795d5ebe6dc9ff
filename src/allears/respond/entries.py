"""What every verb on a case needs: the locked case, the check that it was read in its present form, the entry."""

from datetime import datetime
from typing import Any

from django.db import transaction

from allears.accounts.models import Membership, Role
from allears.jobs.bell import ring
from allears.listen.models import Voice
from allears.respond.errors import MissingWordsError, NotYoursError, OvertakenError, WrongStateError
from allears.respond.models import Case, CaseEntry

DESK_BELL = "desk"  # wakes the desks that watch
# Whoever acts need not have seen these: they take nothing back and promise nothing to the customer.
QUIET = {CaseEntry.Kind.NOTE, CaseEntry.Kind.BREACHED}


def locked(*, workspace_id: int, number: int, version: int | None) -> Case:
    """The case for changing, held until the transaction ends; ``version`` is what its reader saw (None: a machine).

    Raises:
        Case.DoesNotExist: no such number in this workspace.
        OvertakenError: something was written since.
    """
    case: Case = (
        Case.objects.in_workspace(workspace_id)
        .select_for_update(of=("self",))
        .select_related("owner", "customer", "touchpoint")
        .get(number=number)
    )
    if version is not None and version != case.version:
        unseen = case.entries.filter(version__gt=version).exclude(kind__in=QUIET).select_related("actor__user")
        raise OvertakenError(list(unseen.order_by("id")))
    return case


def require_hand(case: Case, actor: Membership | None) -> None:
    """Owner, accountable first owner, or a manager (and the system) may act; others may read and note."""
    if actor is None or actor.role != Role.AGENT or actor.pk in {case.owner_id, case.first_owner_id}:
        return
    raise NotYoursError(f"case {case.number} is owned by somebody else")


def require_not_closed(case: Case) -> None:
    """Closed cases are opened again first, so that the customer sees it."""
    if case.state == Case.State.CLOSED:
        raise WrongStateError(f"case {case.number} is closed")


def require_words(field: str, text: str) -> str:
    """The text without outer space; an empty one is a mistake worth naming."""
    text = text.strip()
    if not text:
        raise MissingWordsError(field)
    return text


def write(
    case: Case,
    kind: CaseEntry.Kind,
    *,
    now: datetime,
    actor: Membership | None = None,
    text: str = "",
    detail: dict[str, Any] | None = None,
    voice: Voice | None = None,
    message_id: int | None = None,
) -> CaseEntry:
    """Append one entry and save the case as it now stands, for the lake too."""
    if kind not in QUIET:
        case.version += 1
    case.heat().save()
    transaction.on_commit(lambda: ring(DESK_BELL))
    entry: CaseEntry = CaseEntry.objects.create(
        workspace_id=case.workspace_id,
        case=case,
        kind=kind,
        at=now,
        actor=actor,
        text=text,
        detail=detail or {},
        version=case.version,
        voice=voice,
        message_id=message_id,
    )
    return entry
