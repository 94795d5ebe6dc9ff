"""What is done to events by hand: sending the mended ones again."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.events.batch import EventRow, batch_subscriptions
from allears.events.consumer.decode import Decoded, decode
from allears.events.consumer.loop import apply_decoded, tell
from allears.events.consumer.store import Memories
from allears.events.intake.bodies import NotJsonError, TooLargeError, outline
from allears.events.intake.log import Body
from allears.events.models import Event, IntakeLimit, QuarantinedRow
from allears.events.reasons import in_words
from allears.kit import lax


def limit_intake(
    *, workspace_id: int, per_second: int | None, per_day: int | None, actor_id: int | None
) -> IntakeLimit:
    """What the workspace may send; None: as the installation says, 0: no limit. Known at every door in 3 seconds."""
    with transaction.atomic():
        row: IntakeLimit
        row, _new = IntakeLimit.objects.in_workspace(workspace_id).update_or_create(
            workspace_id=workspace_id, defaults={"per_second": per_second, "per_day": per_day}
        )
        detail = {"per_second": per_second, "per_day": per_day}
        audit(workspace_id=workspace_id, actor_id=actor_id, verb="events.intake.limited", detail=detail)
    return row


class ResendError(ValueError):
    """The row still cannot be taken; the text says why. It stays in quarantine."""


def resend_quarantined(*, workspace_id: int, row_id: int, now: datetime, payload: str | None = None) -> None:
    """Take a quarantined event once more, as it was or as mended in ``payload`` (JSON); raises ResendError."""
    with transaction.atomic():
        row = (
            QuarantinedRow.objects.in_workspace(workspace_id)
            .exclude(source="import")
            .get(id=row_id, resolved_at__isnull=True)
        )
        refused: list[QuarantinedRow] = []
        if row.source == "consumer":
            _tell_again(row, now, refused)
        else:
            _take_again(row, row.payload if payload is None else payload, now, refused)
        if refused:
            raise ResendError(in_words(refused[0].reason))
        row.resolved_at = now
        row.save(update_fields=["resolved_at"])


def _take_again(row: QuarantinedRow, payload: str, now: datetime, refused: list[QuarantinedRow]) -> None:
    try:
        said = lax.decode(payload)
        kind = "batch" if isinstance(said, dict) and isinstance(said.get("batch"), list) else "track"
        data = outline(kind, payload.encode(), event_limit=settings.INTAKE_MAX_EVENT).data
    except (msgspec.DecodeError, RecursionError) as error:
        raise ResendError(_("This is not JSON: %(why)s") % {"why": error}) from error
    except (NotJsonError, TooLargeError) as error:
        raise ResendError(str(error)) from error
    if kind != "batch":  # each call says its own type, as in a batch
        data = b'{"batch":[' + data + b"]}"
    body = Body(workspace_id=row.workspace_id, kind="batch", received_us=int(row.at.timestamp() * 1_000_000), data=data)
    decoded = decode([body], event_limit=settings.INTAKE_MAX_EVENT)
    if decoded.bad:
        raise ResendError(str(decoded.bad[0].reason))
    apply_decoded(Decoded(calls=decoded.calls), now=now, memories=Memories(), refused=refused)


def _tell_again(row: QuarantinedRow, now: datetime, refused: list[QuarantinedRow]) -> None:
    event = Event.objects.in_workspace(row.workspace_id).get(id=row.row_number)
    subscription = next((each for each in batch_subscriptions() if each.name == row.field), None)
    if subscription is None:
        raise ResendError(_("%(name)s no longer listens to events") % {"name": row.field})
    again = EventRow(
        id=event.id,
        workspace_id=event.workspace_id,
        customer_id=event.customer_id,
        type=event.type,
        name=event.name,
        ts=event.ts,
        received_at=event.received_at,
        properties=event.properties,
        context=event.context,
    )
    tell(subscription, [again], now=now, quarantine=refused)
