"""Webhooks: who is told what, and whether it arrived."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.events.webhooks import actions, queries
from allears.events.webhooks.catalogue import catalogue
from allears.events.webhooks.models import Delivery, Endpoint

router = Router(tags=["webhooks"])


class WebhookIn(Schema):
    """A receiver. No event types: all of them, new ones too."""

    url: str = Field(max_length=500, description="an https:// address")
    description: str = Field("", max_length=200)
    event_types: list[str] = []


class WebhookPatch(Schema):
    """Fields left out stay as they are. ``enabled`` switches sending off and on."""

    url: str | None = Field(None, max_length=500)
    description: str | None = Field(None, max_length=200)
    event_types: list[str] | None = None
    enabled: bool | None = None


class WebhookOut(Schema):
    """``disabled_why``: by_hand, gone (it answered 410), failing (days without a success), or empty."""

    id: int
    url: str
    description: str
    event_types: list[str]
    enabled: bool
    disabled_why: str
    created_at: datetime
    disabled_at: datetime | None
    failing_since: datetime | None
    succeeded_at: datetime | None


class NewWebhookOut(WebhookOut):
    """With its signing secret, which is shown this once."""

    secret: str


class SecretOut(Schema):
    """The new signing secret; the former one signs too until ``former_until``."""

    secret: str
    former_until: datetime | None


class AttemptOut(Schema):
    """One request: its answer's code (null: none came), first bytes, and how long it took."""

    at: datetime
    status: int | None
    error: str
    answer: str
    milliseconds: int


class WebhookDeliveryOut(Schema):
    """One event on its way to one receiver."""

    id: int
    webhook_id: str = Field(description="the header `webhook-id`, the same in each attempt")
    type: str
    state: str
    attempts: int
    status: int | None
    at: datetime
    run_at: datetime
    finished_at: datetime | None


class DeliveryDetail(WebhookDeliveryOut):
    """With what was sent and each attempt."""

    body: str | None
    log: list[AttemptOut]


class SpanIn(Schema):
    """Events that happened in [since, until); those delivered too with ``delivered_too``."""

    since: datetime
    until: datetime
    delivered_too: bool = False


class CountOut(Schema):
    queued: int


class EventTypeOut(Schema):
    """An event on offer: the fields of its ``data`` by path, and a sample."""

    name: str
    version: int
    summary: str
    fields: dict[str, str]
    sample: dict[str, Any]


def webhook_out(row: Endpoint) -> WebhookOut:
    return WebhookOut(
        enabled=row.disabled_at is None,
        **{name: getattr(row, name) for name in WebhookOut.model_fields if name != "enabled"},
    )


def delivery_out(row: Delivery) -> WebhookDeliveryOut:
    return WebhookDeliveryOut(
        id=row.pk,
        webhook_id=row.outgoing.key,
        type=row.outgoing.type,
        at=row.outgoing.at,
        **{name: getattr(row, name) for name in ("state", "attempts", "status", "run_at", "finished_at")},
    )


def _find(request: HttpRequest, endpoint_id: int) -> Endpoint:
    return queries.access_endpoint(workspace_id=workspace_of(request), endpoint_id=endpoint_id)


def _find_delivery(request: HttpRequest, endpoint_id: int, delivery_id: int) -> Delivery:
    return queries.access_delivery(workspace_id=workspace_of(request), endpoint_id=endpoint_id, delivery_id=delivery_id)


def _wrong(error: actions.WebhookError) -> ProblemError:
    errors = [{"pointer": f"body/{error.field}", "detail": str(error)}] if error.field else []
    return ProblemError(status=422, title="The webhook cannot do this", detail=str(error), errors=errors)


@router.get("/webhooks", response=Listing[WebhookOut])
def list_webhooks(request: HttpRequest, page: Query[PageParams]) -> dict[str, Any]:
    """Receivers, newest first."""
    return listing(queries.endpoints(workspace_id=workspace_of(request)), page, shape=webhook_out)


@router.get("/webhooks/event-types", response=list[EventTypeOut])
def list_event_types(request: HttpRequest) -> list[EventTypeOut]:
    """Everything that can be told, with its fields and a sample."""
    return [
        EventTypeOut(
            name=each.name,
            version=each.version,
            summary=str(each.summary),
            fields=dict(each.fields),
            sample=dict(each.sample),
        )
        for each in catalogue()
    ]


@router.post("/webhooks", response={201: NewWebhookOut})
def create_webhook(request: HttpRequest, told: WebhookIn) -> Any:
    """Add a receiver. The answer holds its signing secret, this once."""
    try:
        endpoint, secret = actions.create_endpoint(
            workspace_id=workspace_of(request), actor_id=None, now=timezone.now(), **told.dict()
        )
    except actions.WebhookError as error:
        raise _wrong(error) from error
    return Status(201, NewWebhookOut(**webhook_out(endpoint).dict(), secret=secret))


@router.get("/webhooks/{endpoint_id}", response=WebhookOut)
def get_webhook(request: HttpRequest, endpoint_id: int) -> WebhookOut:
    """One receiver."""
    return webhook_out(_find(request, endpoint_id))


@router.patch("/webhooks/{endpoint_id}", response=WebhookOut)
def change_webhook(request: HttpRequest, endpoint_id: int, told: WebhookPatch) -> WebhookOut:
    """Another address, other events, off or on."""
    endpoint, given = _find(request, endpoint_id), told.dict(exclude_none=True)
    enabled = given.pop("enabled", None)
    before = {name: getattr(endpoint, name) for name in ("url", "description", "event_types")}
    try:
        if given:
            actions.change_endpoint(endpoint=endpoint, actor_id=None, **{**before, **given})
    except actions.WebhookError as error:
        raise _wrong(error) from error
    if enabled is False:
        actions.disable_endpoint(endpoint=endpoint, actor_id=None, now=timezone.now())
    elif enabled and endpoint.disabled_at:
        actions.enable_endpoint(endpoint=endpoint, actor_id=None)
    return webhook_out(_find(request, endpoint_id))


@router.delete("/webhooks/{endpoint_id}", response={204: None})
def remove_webhook(request: HttpRequest, endpoint_id: int) -> Any:
    """Remove it for good."""
    actions.remove_endpoint(endpoint=_find(request, endpoint_id), actor_id=None, now=timezone.now())
    return Status(204, None)


@router.post("/webhooks/{endpoint_id}/secrets", response={201: SecretOut})
def rotate_secret(request: HttpRequest, endpoint_id: int) -> Any:
    """A new signing secret; the former one signs too for a day."""
    endpoint = _find(request, endpoint_id)
    secret = actions.rotate_secret(endpoint=endpoint, actor_id=None, now=timezone.now())
    return Status(201, SecretOut(secret=secret, former_until=endpoint.former_until))


@router.post("/webhooks/{endpoint_id}/tests", response={202: WebhookDeliveryOut})
def send_test(request: HttpRequest, endpoint_id: int) -> Any:
    """Send a `webhook.test` to it alone."""
    try:
        return Status(202, delivery_out(actions.send_test(endpoint=_find(request, endpoint_id), now=timezone.now())))
    except actions.WebhookError as error:
        raise _wrong(error) from error


@router.post("/webhooks/{endpoint_id}/replays", response={202: CountOut})
def replay_span(request: HttpRequest, endpoint_id: int, span: SpanIn) -> Any:
    """Send a span of time again; each event keeps its `webhook-id`."""
    try:
        count = actions.replay_span(
            endpoint=_find(request, endpoint_id), actor_id=None, now=timezone.now(), **span.dict()
        )
    except actions.WebhookError as error:
        raise _wrong(error) from error
    return Status(202, CountOut(queued=count))


@router.get("/webhooks/{endpoint_id}/deliveries", response=Listing[WebhookDeliveryOut])
def list_deliveries(
    request: HttpRequest,
    endpoint_id: int,
    page: Query[PageParams],
    state: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's name
) -> dict[str, Any]:
    """The delivery log, newest first."""
    rows = queries.deliveries(endpoint=_find(request, endpoint_id), event_type=type or "")
    return listing(where(rows, state=state), page, shape=delivery_out)


@router.get("/webhooks/{endpoint_id}/deliveries/{delivery_id}", response=DeliveryDetail)
def get_delivery(request: HttpRequest, endpoint_id: int, delivery_id: int) -> DeliveryDetail:
    """One delivery with its body and each attempt."""
    found = _find_delivery(request, endpoint_id, delivery_id)
    log = [
        AttemptOut(**{name: getattr(each, name) for name in AttemptOut.model_fields})
        for each in queries.attempts(delivery=found)
    ]
    return DeliveryDetail(**delivery_out(found).dict(), body=found.outgoing.body, log=log)


@router.post("/webhooks/{endpoint_id}/deliveries/{delivery_id}/replays", response={202: WebhookDeliveryOut})
def replay(request: HttpRequest, endpoint_id: int, delivery_id: int) -> Any:
    """Send one again, with the same `webhook-id`."""
    found = _find_delivery(request, endpoint_id, delivery_id)
    try:
        actions.replay(delivery=found, now=timezone.now())
    except actions.WebhookError as error:
        raise _wrong(error) from error
    return Status(202, delivery_out(_find_delivery(request, endpoint_id, delivery_id)))
