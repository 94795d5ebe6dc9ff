"""Channels: how each is set up, whether it works, what it cost, and whom it must not reach."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone, translation
from ninja import Field, Query, Router, Schema, Status

from allears.accounts.models import Workspace
from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.outreach import channels, wording
from allears.outreach.channels.base import SetupError
from allears.outreach.delivery import actions, queries, trying
from allears.outreach.delivery.models import Barred, ChannelSetup

router = Router(tags=["channels"])


class ChannelFieldOut(Schema):
    """One thing that the channel wants to know. ``options``: the only values it takes, if there are any."""

    name: str
    label: str
    hint: str
    secret: bool
    required: bool
    default: str
    options: list[str]


class LastDaysOut(Schema):
    """Messages of the last 30 days; ``cost`` in the channel's currency."""

    sent: int
    delivered: int
    bounced: int
    complained: int
    failed: int
    waiting: int
    cost: Decimal


class ChannelOut(Schema):
    """``state``: off, paused, failing, idle or working. ``secrets`` names those that are kept; none is ever shown.

    ``callbacks`` are the addresses to be entered at the provider.
    """

    name: str
    state: str
    needs_setup: bool
    is_set_up: bool
    fields: list[ChannelFieldOut]
    settings: dict[str, Any]
    secrets: list[str]
    callbacks: dict[str, str]
    price: Decimal = Field(description="of one unit: a mail, a segment of a text message")
    currency: str
    per_minute: int = Field(description="messages at most; 0: as fast as the provider takes them")
    last_30_days: LastDaysOut
    barred_addresses: int
    last_sent_at: datetime | None
    last_error: str
    tried_at: datetime | None
    trouble: str = Field(description="what was wrong with the last trial; empty: the provider took it")
    paused_at: datetime | None


class ChannelIn(Schema):
    """The whole set-up. A secret that is left out stays as it is; a paused channel goes on."""

    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    price: Decimal = Field(Decimal(0), ge=0, max_digits=10, decimal_places=4)
    currency: str = Field("", pattern="^([A-Za-z]{3})?$")
    per_minute: int = Field(0, ge=0, le=1_000_000)


class TrialIn(Schema):
    """An address of your own."""

    address: str = Field(min_length=1, max_length=254)
    language: Literal["en", "zh"] = "en"


class TrialOut(Schema):
    """Whether the provider took the message, and if not, why."""

    taken: bool
    trouble: str


class BarredOut(Schema):
    """An address that gets nothing more. ``reason``: bounce, complaint or stop."""

    id: int
    address: str
    reason: str
    detail: str
    at: datetime


def _field_out(field: Any) -> ChannelFieldOut:
    return ChannelFieldOut(
        label=str(field.label),
        hint=str(field.hint),
        options=[str(value) for value, _label in field.options],
        **{name: getattr(field, name) for name in ("name", "secret", "required", "default")},
    )


def channel_out(health: queries.Health) -> ChannelOut:
    setup = health.setup or ChannelSetup(channel=health.name)
    counts: dict[str, Any] = {name: getattr(health, name) or 0 for name in LastDaysOut.model_fields}
    return ChannelOut(
        name=health.name,
        state=health.state,
        needs_setup=health.adapter.capability.needs_setup,
        is_set_up=health.setup is not None,
        fields=[_field_out(each) for each in health.adapter.fields],
        settings=setup.settings,
        secrets=actions.kept_secrets(setup=setup),
        callbacks=queries.callbacks(setup) if health.setup else {},
        price=setup.cost,
        last_30_days=LastDaysOut(**counts),
        barred_addresses=health.barred,
        last_sent_at=health.last_sent_at,
        last_error=health.last_error,
        **{name: getattr(setup, name) for name in ("currency", "per_minute", "tried_at", "trouble", "paused_at")},
    )


def _known(name: str) -> str:
    """The name, when there is such a channel."""
    try:
        return channels.adapter(name).name
    except channels.UnknownChannelError as error:
        raise ProblemError(status=404, title="There is no such channel", detail=str(error)) from error


def _one(request: HttpRequest, name: str) -> ChannelOut:
    found = queries.health(workspace_id=workspace_of(request), now=timezone.now())
    return channel_out(next(each for each in found if each.name == _known(name)))


def _setup(request: HttpRequest, name: str) -> ChannelSetup:
    found = queries.setup_of(workspace_id=workspace_of(request), channel=_known(name))
    if found is None:
        raise ProblemError(status=409, title="This channel is not set up", detail="Nothing was changed. Set it up: PUT")
    return found


@router.get("/channels", response=list[ChannelOut])
def list_channels(request: HttpRequest) -> list[ChannelOut]:
    """Every way to a customer, those that work without a set-up first."""
    return [channel_out(each) for each in queries.health(workspace_id=workspace_of(request), now=timezone.now())]


@router.get("/channels/{name}", response=ChannelOut)
def get_channel(request: HttpRequest, name: str) -> ChannelOut:
    """One channel: its set-up and its health."""
    return _one(request, name)


@router.put("/channels/{name}", response=ChannelOut)
def set_up_channel(request: HttpRequest, name: str, told: ChannelIn) -> ChannelOut:
    """Set it up, or change its set-up. Try it afterwards."""
    try:
        actions.set_up(
            workspace_id=workspace_of(request), channel=_known(name), now=timezone.now(), actor_id=None,
            settings=told.settings, secret=told.secrets, cost=told.price, currency=told.currency,
            per_minute=told.per_minute,
        )  # fmt: skip
    except SetupError as error:
        errors = [{"pointer": f"body/{error.field}", "detail": str(error)}]
        raise ProblemError(
            status=422, title="The channel cannot be set up so", detail="Nothing was changed.", errors=errors
        ) from error
    return _one(request, name)


@router.post("/channels/{name}/trials", response={201: TrialOut})
def try_channel(request: HttpRequest, name: str, told: TrialIn) -> Any:
    """Send one message to an address of your own, past the contact rules."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    with translation.override("zh-hans" if told.language == "zh" else "en"):
        text = wording.trial(str(workspace))
    try:
        trouble = trying.try_out(
            workspace_id=workspace.pk, channel=_known(name), address=told.address, language=told.language,
            text=text, now=timezone.now(),
        )  # fmt: skip
    except trying.AddressError as error:
        errors = [{"pointer": "body/address", "detail": str(error)}]
        raise ProblemError(
            status=422, title="This address cannot be written to", detail=str(error), errors=errors
        ) from error
    return Status(201, TrialOut(taken=not trouble, trouble=trouble))


@router.post("/channels/{name}/pause", response=ChannelOut)
def pause_channel(request: HttpRequest, name: str) -> ChannelOut:
    """Send nothing more by it; what waits in the outbox waits on."""
    actions.pause(setup=_setup(request, name), now=timezone.now(), actor_id=None)
    return _one(request, name)


@router.delete("/channels/{name}/pause", response=ChannelOut)
def resume_channel(request: HttpRequest, name: str) -> ChannelOut:
    """Go on, as it was set up."""
    actions.resume(setup=_setup(request, name), actor_id=None)
    return _one(request, name)


@router.get("/channels/{name}/barred-addresses", response=Listing[BarredOut])
def list_barred_addresses(
    request: HttpRequest, name: str, page: Query[PageParams], reason: str | None = None
) -> dict[str, Any]:
    """Addresses that get nothing more by this channel, newest first."""
    rows = queries.barred(workspace_id=workspace_of(request), channel=_known(name))
    return listing(where(rows, reason=reason), page)


@router.delete("/channels/{name}/barred-addresses/{barred_id}", response={204: None})
def lift_barred_address(request: HttpRequest, name: str, barred_id: int) -> Any:
    """Write to it again. Consent that was withdrawn stays withdrawn."""
    try:
        found = queries.access_barred(workspace_id=workspace_of(request), barred_id=barred_id)
    except Barred.DoesNotExist as error:
        raise Http404 from error
    if found.channel != _known(name) or found.lifted_at is not None:
        raise Http404
    actions.lift(barred=found, now=timezone.now(), actor_id=None)
    return Status(204, None)
