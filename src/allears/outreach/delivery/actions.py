"""What is done with channels: set one up, try it, take in what peers report, bar an address."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.customers.models import Customer
from allears.outreach import channels
from allears.outreach.actions import set_consent
from allears.outreach.channels.base import Adapter, SetupError
from allears.outreach.delivery.models import Barred, ChannelSetup, Report
from allears.outreach.delivery.sealing import seal, unseal
from allears.outreach.models import Message
from allears.outreach.returned import note_failure

LASTING = {Report.Kind.BOUNCED: Barred.Reason.BOUNCE, Report.Kind.COMPLAINED: Barred.Reason.COMPLAINT}


def set_up(
    *,
    workspace_id: int,
    channel: str,
    settings: Mapping[str, Any],
    secret: Mapping[str, str],
    now: datetime,
    actor_id: int | None,
    cost: Decimal = Decimal(0),
    currency: str = "",
    per_minute: int = 0,
) -> ChannelSetup:
    """Set a channel up or change it. A secret that is left empty stays. Raises SetupError or UnknownChannelError."""
    adapter = channels.adapter(channel)
    known = {field.name: field for field in adapter.fields}
    _check_names(adapter, settings, secret)
    plain = {name: settings.get(name, field.default) for name, field in known.items() if not field.secret}
    with transaction.atomic():
        setup = ChannelSetup.objects.in_workspace(workspace_id).select_for_update().filter(channel=channel).first()
        before = _secrets_before(setup, secret)
        kept = {name: secret.get(name) or before.get(name, "") for name, field in known.items() if field.secret}
        for name, field in known.items():
            if field.required and not str({**plain, **kept}.get(name) or "").strip():
                raise SetupError(name, _("this is needed"))
        adapter.check({**plain, **kept})
        setup = setup or ChannelSetup(workspace_id=workspace_id, channel=channel, token=secrets.token_urlsafe(24))
        setup.settings, setup.sealed, setup.changed_at = plain, seal(kept), now
        setup.cost, setup.currency, setup.per_minute, setup.paused_at = cost, currency.upper()[:3], per_minute, None
        setup.save()
        _audit(setup, "set_up", actor_id)
    return setup


def _check_names(adapter: Adapter, settings: Mapping[str, Any], secret: Mapping[str, str]) -> None:
    """A name or a choice that the channel does not have would be kept nowhere and change nothing."""
    for given, hidden in ((settings, False), (secret, True)):
        known = {field.name: field for field in adapter.fields if field.secret == hidden}
        for name, value in given.items():
            if name not in known:
                raise SetupError(name, f"{adapter.name} has no such {'secret' if hidden else 'setting'}: {_all(known)}")
            choices = [str(choice) for choice, _label in known[name].options]
            if choices and value and value not in choices:
                raise SetupError(name, _("use one of %(names)s") % {"names": ", ".join(choices)})


def _all(known: Iterable[str]) -> str:
    return f"it has {', '.join(known)}" if known else "it has none"


def _secrets_before(setup: ChannelSetup | None, given: Mapping[str, str]) -> dict[str, str]:
    """Those that are kept; none when nobody can read them any more and they are told again."""
    try:
        return unseal(setup.sealed) if setup else {}
    except SetupError:
        if not any(given.values()):
            raise
        return {}


def kept_secrets(*, setup: ChannelSetup) -> list[str]:
    """The names of those that are kept and can still be read."""
    try:
        return sorted(unseal(setup.sealed))
    except SetupError:
        return []


def resume(*, setup: ChannelSetup, actor_id: int | None) -> None:
    """Messages go out again as the channel was set up."""
    with transaction.atomic():
        setup.paused_at = None
        setup.save(update_fields=["paused_at"])
        _audit(setup, "resumed", actor_id)


def pause(*, setup: ChannelSetup, now: datetime, actor_id: int | None) -> None:
    """Nothing goes out by this channel until it is set up again; what waits in the outbox waits on."""
    with transaction.atomic():
        setup.paused_at = now
        setup.save(update_fields=["paused_at"])
        _audit(setup, "paused", actor_id)


def _audit(setup: ChannelSetup, verb: str, actor_id: int | None) -> None:
    audit(
        workspace_id=setup.workspace_id,
        actor_id=actor_id,
        verb=f"outreach.channel.{verb}",
        subject=f"channel:{setup.channel}",
    )


def opened(*, setup: ChannelSetup | None) -> dict[str, Any]:
    """A set-up as an adapter wants it: settings and secrets together, and the address for calls back."""
    if setup is None:
        return {}
    return {**setup.settings, **unseal(setup.sealed), "own_token": setup.token, "workspace_id": setup.workspace_id}


def report(
    *,
    message: Message,
    kind: str,
    now: datetime,
    detail: str = "",
    reference: str = "",
    units: int = 1,
    cost: Decimal = Decimal(0),
) -> bool:
    """Write down what a peer said of a message; False when it said so before.

    A bounce or failure ends the message as failed, and an ask is tried by its next channel; a bounce or complaint bars
    the address; a complaint withdraws consent, too.
    """
    with transaction.atomic():
        _row, new = Report.objects.in_workspace(message.workspace_id).get_or_create(
            workspace_id=message.workspace_id,
            message=message,
            kind=kind,
            defaults={"at": now, "detail": detail[:300], "reference": reference[:120], "units": units, "cost": cost},
        )
        if not new:
            return False
        if kind in (Report.Kind.FAILED, Report.Kind.BOUNCED):
            Message.objects.in_workspace(message.workspace_id).filter(pk=message.pk).update(
                state=Message.State.FAILED, error=detail[:2000]
            )
            note_failure(message)
        if reason := LASTING.get(Report.Kind(kind)):
            bar(
                workspace_id=message.workspace_id,
                channel=message.channel,
                address=message.address,
                reason=reason,
                detail=detail,
                now=now,
                customer_id=message.customer_id,
            )
    return True


def bar(
    *,
    workspace_id: int,
    channel: str,
    address: str,
    reason: str,
    now: datetime,
    detail: str = "",
    customer_id: int | None = None,
) -> None:
    """Send nothing more to this address by this channel. Who said stop has withdrawn consent as well."""
    with transaction.atomic():
        Barred.objects.in_workspace(workspace_id).get_or_create(
            workspace_id=workspace_id,
            channel=channel,
            address=address,
            lifted_at=None,
            defaults={"reason": reason, "detail": detail[:300], "at": now},
        )
        Message.objects.in_workspace(workspace_id).filter(
            channel=channel, address=address, state=Message.State.QUEUED
        ).update(state=Message.State.CANCELLED, error=f"the address is barred: {reason}")
        if reason == Barred.Reason.BOUNCE:
            return
        reached = (
            owners(workspace_id=workspace_id, channel=channel, address=address) if not customer_id else [customer_id]
        )
        for number in reached:
            set_consent(
                workspace_id=workspace_id, customer_id=number, channel=channel, purpose="*",
                granted=False, source=reason, now=now,
            )  # fmt: skip


def owners(*, workspace_id: int, channel: str, address: str) -> list[int]:
    """The customers who are reached at this address."""
    column = {"email": "email", "sms": "phone"}.get(channel)
    if column is None:
        return []
    rows = Customer.objects.in_workspace(workspace_id).filter(merged_into__isnull=True, **{column: address})
    return list(rows.values_list("pk", flat=True)[:20])


def lift(*, barred: Barred, now: datetime, actor_id: int | None) -> None:
    """The address works again, as somebody knows; consent is not given back by this."""
    with transaction.atomic():
        barred.lifted_at = now
        barred.save(update_fields=["lifted_at"])
        audit(
            workspace_id=barred.workspace_id,
            actor_id=actor_id,
            verb="outreach.address.lifted",
            subject=f"barred:{barred.pk}",
        )


def come_back(*, workspace_id: int, channel: str, address: str, detail: str, now: datetime) -> None:
    """The customer undid what barred the address: ``detail`` says what that was."""
    rows = Barred.objects.in_workspace(workspace_id).filter(
        channel=channel, address=address, detail=detail, lifted_at__isnull=True
    )
    for each in rows:
        lift(barred=each, now=now, actor_id=None)


def start_again(*, workspace_id: int, channel: str, address: str, now: datetime) -> bool:
    """Whoever said stop at this address says start: surveys and service may come again. False when nobody had.

    Advertising stays ended: it needs a consent of its own.
    """
    with transaction.atomic():
        rows = list(
            Barred.objects.in_workspace(workspace_id).filter(
                channel=channel, address=address, reason=Barred.Reason.STOP, lifted_at__isnull=True
            )
        )
        for each in rows:
            lift(barred=each, now=now, actor_id=None)
        for number in owners(workspace_id=workspace_id, channel=channel, address=address) if rows else ():
            for purpose in ("survey", "service"):
                set_consent(
                    workspace_id=workspace_id, customer_id=number, channel=channel, purpose=purpose,
                    granted=True, source="start", now=now,
                )  # fmt: skip
    return bool(rows)


def called(*, setup: ChannelSetup, proven: bool, now: datetime | None = None) -> None:
    """The peer called back; noted, so that the page can say whether it does."""
    field = "called_at" if proven else "turned_away_at"
    rows = ChannelSetup.objects.in_workspace(setup.workspace_id).filter(pk=setup.pk)
    rows.update(**{field: now or timezone.now()})
