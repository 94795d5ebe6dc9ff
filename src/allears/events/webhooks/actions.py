"""What people do to endpoints: make, change, switch off and on, rotate, test, send again, remove."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.events.webhooks.catalogue import is_offered
from allears.events.webhooks.models import Delivery, Endpoint, Outgoing
from allears.events.webhooks.outbox import TEST, TOPIC, body_text, new_key
from allears.events.webhooks.outcome import switch_off
from allears.events.webhooks.queries import endpoints
from allears.events.webhooks.secrets import new_secret, seal
from allears.jobs.bell import ring
from allears.kit.lazy import LazyModule
from allears.store.scope import ScopedQuerySet

outbound = LazyModule("allears.kit.outbound")
GRACE = timedelta(hours=24)
MOST_ENDPOINTS = 50


class WebhookError(ValueError):
    """What was asked cannot be done; the text says why and what to do. ``field``: the one at fault."""

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def _check_url(url: str) -> str:
    """Said at once what would fail at each delivery; the guard looks again at each connection."""
    parts = outbound.parts_of(url)
    allowed = outbound.parse_allowed(settings.WEBHOOK_ALLOW)
    host = parts.hostname or ""
    if not host or parts.username or parts.fragment or len(url) > 500:
        raise WebhookError(_("Write a whole address, such as https://example.com/hooks."), field="url")
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed.host(host)):
        raise WebhookError(_("The address must begin with https://, so that nobody can read along."), field="url")
    try:
        outbound.checked(host, parts.port or 443, allowed)
    except outbound.BlockedAddressError as error:
        says = _(
            "This address lies in a private network. Whoever runs All Ears can allow it with ALLEARS_WEBHOOK_ALLOW."
        )
        raise WebhookError(says, field="url") from error
    except (outbound.OutboundError, ValueError) as error:
        raise WebhookError(_("%(host)s cannot be found. Check the address.") % {"host": host}, field="url") from error
    return url.strip()


def _check_types(event_types: Sequence[str]) -> list[str]:
    unknown = [name for name in event_types if not is_offered(name)]
    if unknown:
        raise WebhookError(_("There is no event %(name)s.") % {"name": unknown[0]}, field="event_types")
    return sorted(set(event_types))


def create_endpoint(
    *,
    workspace_id: int,
    url: str,
    event_types: Sequence[str],
    actor_id: int | None,
    now: datetime,
    description: str = "",
) -> tuple[Endpoint, str]:
    """A new endpoint and its signing secret, which is shown this once. No event types: all of them."""
    if endpoints(workspace_id=workspace_id).count() >= MOST_ENDPOINTS:
        raise WebhookError(_("There are %(count)s webhooks already; remove one first.") % {"count": MOST_ENDPOINTS})
    secret = new_secret()
    with transaction.atomic():
        endpoint = Endpoint.objects.create(
            workspace_id=workspace_id,
            url=_check_url(url),
            description=description.strip()[:200],
            event_types=_check_types(event_types),
            secret=seal(secret),
            created_by_id=actor_id,
            created_at=now,
        )
        _audit(endpoint, actor_id, "created")
    return endpoint, secret


def change_endpoint(
    *, endpoint: Endpoint, url: str, event_types: Sequence[str], description: str, actor_id: int | None
) -> None:
    """Another address, other events; what waits goes to the new address."""
    if url.strip() != endpoint.url:
        endpoint.url = _check_url(url)
        endpoint.rest_until = None
    endpoint.event_types, endpoint.description = _check_types(event_types), description.strip()[:200]
    with transaction.atomic():
        endpoint.save(update_fields=["url", "event_types", "description", "rest_until"])
        _audit(endpoint, actor_id, "changed")


def disable_endpoint(*, endpoint: Endpoint, actor_id: int | None, now: datetime) -> None:
    """Send nothing until it is switched on; what it misses is kept."""
    switch_off(endpoint=endpoint, why=Endpoint.Off.BY_HAND, actor_id=actor_id, now=now)


def enable_endpoint(*, endpoint: Endpoint, actor_id: int | None) -> None:
    """Send again, from now on; what was missed is sent when somebody asks for it (`replay`)."""
    endpoint.disabled_at, endpoint.disabled_why = None, ""
    endpoint.failures, endpoint.failing_since, endpoint.rest_until = 0, None, None
    with transaction.atomic():
        endpoint.save()
        _audit(endpoint, actor_id, "enabled")


def rotate_secret(*, endpoint: Endpoint, actor_id: int | None, now: datetime, grace: timedelta = GRACE) -> str:
    """A new secret, shown this once; the former one signs too for the grace time."""
    secret = new_secret()
    endpoint.former_secret, endpoint.former_until = endpoint.secret, now + grace
    endpoint.secret = seal(secret)
    with transaction.atomic():
        endpoint.save(update_fields=["secret", "former_secret", "former_until"])
        _audit(endpoint, actor_id, "rotated")
    return secret


def remove_endpoint(*, endpoint: Endpoint, actor_id: int | None, now: datetime) -> None:
    """For good; its log goes when its time is over."""
    endpoint.removed_at = now
    with transaction.atomic():
        endpoint.save(update_fields=["removed_at"])
        Delivery.objects.in_workspace(endpoint.workspace_id).filter(
            endpoint=endpoint, state=Delivery.State.QUEUED
        ).update(state=Delivery.State.MISSED, finished_at=now)
        _audit(endpoint, actor_id, "removed")


def send_test(*, endpoint: Endpoint, now: datetime) -> Delivery:
    """A `webhook.test` to this endpoint alone."""
    if endpoint.disabled_at:
        raise WebhookError(_("This webhook is switched off. Switch it on first, then test it."))
    with transaction.atomic():
        outgoing = Outgoing.objects.create(
            workspace_id=endpoint.workspace_id,
            key=new_key(),
            type=TEST,
            at=now,
            endpoint=endpoint,
            body=body_text(
                type=TEST, at=now, version=1, workspace=endpoint.workspace.slug, data={"endpoint": endpoint.pk}
            ),
        )
        endpoint.rest_until = None  # whoever tests wants to know now
        endpoint.save(update_fields=["rest_until"])
        delivery: Delivery = Delivery.objects.create(
            workspace_id=endpoint.workspace_id, outgoing=outgoing, endpoint=endpoint, run_at=now, created_at=now
        )
        transaction.on_commit(lambda: ring(TOPIC))
    return delivery


def replay(*, delivery: Delivery, now: datetime) -> None:
    """Send one again, with the same webhook-id."""
    if delivery.endpoint.disabled_at:
        raise WebhookError(_("This webhook is switched off. Switch it on first, then send again."))
    _queue_again(Delivery.objects.in_workspace(delivery.workspace_id).filter(pk=delivery.pk), now)


def replay_span(
    *, endpoint: Endpoint, since: datetime, until: datetime, delivered_too: bool, actor_id: int | None, now: datetime
) -> int:
    """Send again what happened in [since, until): what was not taken, or everything. The number queued."""
    if endpoint.disabled_at:
        raise WebhookError(_("This webhook is switched off. Switch it on first, then send again."))
    rows = Delivery.objects.in_workspace(endpoint.workspace_id).filter(
        endpoint=endpoint, outgoing__at__gte=since, outgoing__at__lt=until
    )
    if not delivered_too:
        rows = rows.exclude(state=Delivery.State.DELIVERED)
    with transaction.atomic():
        count = _queue_again(rows, now)
        _audit(endpoint, actor_id, "replayed", count=count)
    return count


def _queue_again(rows: ScopedQuerySet[Delivery], now: datetime) -> int:
    done = rows.exclude(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING])
    count = done.update(state=Delivery.State.QUEUED, attempts=0, run_at=now, finished_at=None)
    transaction.on_commit(lambda: ring(TOPIC))
    return count


def forget_old(*, now: datetime, chunk: int = 5000) -> int:
    """Drop what was told longer ago than the setting says, with its log; the number of events."""
    old = Outgoing.objects.across_workspaces().filter(at__lt=now - timedelta(days=settings.WEBHOOK_KEEP_DAYS))
    ids = list(old.order_by("id").values_list("id", flat=True)[:chunk])
    Outgoing.objects.across_workspaces().filter(id__in=ids).delete()
    Endpoint.objects.across_workspaces().filter(former_until__lt=now).update(former_secret="", former_until=None)
    return len(ids)


def _audit(endpoint: Endpoint, actor_id: int | None, did: str, **detail: object) -> None:
    audit(
        workspace_id=endpoint.workspace_id,
        actor_id=actor_id,
        verb=f"webhooks.endpoint.{did}",
        subject=f"webhook:{endpoint.pk}",
        detail=dict(detail),
    )
