"""Models of the workspace's own: their reports, which one reads, and going back."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from allears.api.bodies import Body
from allears.api.listing import workspace_of
from allears.api.problems import ProblemError
from allears.understand import registry
from allears.understand.models import TextModel
from allears.understand.plugin import in_force
from allears.understand.plugin.actions import OutsideModelError

router = Router(tags=["annotations"])


class ColumnRow(Body):
    """One example of a label set."""

    text: str = Field(..., max_length=10_000)
    label: str = Field(..., max_length=10_000, description="one or a list; of each label 200 characters count")


class TextModelIn(Body):
    """What to learn from: `people` (scores and corrections of the workspace) or `column` with rows of your own."""

    source: str = Field("people", pattern="^(people|column)$")
    name: str = Field("", max_length=120)
    key: str = Field("", max_length=50, description="of the label set; its labels have the task `own:<key>`")
    rows: list[ColumnRow] = Field([], max_length=20_000)


class TextModelOut(Schema):
    """A model and how it did on examples it had not seen. Trained once `trained_at` is there."""

    id: int
    slot: str
    name: str
    source: str
    version: str
    examples: int
    report: dict[str, Any]
    trouble: str
    asked_at: datetime
    trained_at: datetime | None
    failed_at: datetime | None
    in_use: bool


class TextModelsOut(Schema):
    """The newest first; where no model of a slot is in use, the built-in one reads (or, of a label set, nothing)."""

    items: list[TextModelOut]


@router.get("/text-models", response=TextModelsOut)
def list_models(request: HttpRequest) -> dict[str, Any]:
    """Every model of the workspace."""
    slots = registry.slots(workspace_id=workspace_of(request))
    return {"items": [_out(model, in_use=model == slot.in_force) for slot in slots for model in slot.models]}


def _out(model: TextModel, *, in_use: bool) -> dict[str, Any]:
    return {name: getattr(model, name) for name in TextModelOut.model_fields if name != "in_use"} | {"in_use": in_use}


@router.post("/text-models", response={202: TextModelOut})
def train(request: HttpRequest, body: TextModelIn) -> Status[dict[str, Any]]:
    """Have a model trained; it is put in use only if it does better than what reads now."""
    try:
        model = registry.ask_training(
            workspace_id=workspace_of(request),
            source=body.source,
            name=body.name,
            key=body.key or body.name,
            rows=[(each.text, each.label) for each in body.rows],
            actor_id=None,
            now=timezone.now(),
        )
    except registry.RegistryError as error:
        raise _refused(error) from error
    return Status(202, _out(model, in_use=False))


@router.post("/text-models/{text_model_id}/choice", response=TextModelsOut)
def choose(request: HttpRequest, text_model_id: int) -> dict[str, Any]:
    """Let this model read from now on, better or not."""
    model = registry.access_model(workspace_id=workspace_of(request), model_id=text_model_id)
    try:
        registry.choose(model=model, actor_id=None, now=timezone.now())
    except registry.RegistryError as error:
        raise _refused(error) from error
    return list_models(request)


class SlotIn(Body):
    """`text` for every label, `own:<key>` for a label set."""

    slot: str = Field("text", max_length=60)


@router.post("/text-models/rollback", response=TextModelsOut)
def roll_back(request: HttpRequest, body: SlotIn) -> dict[str, Any]:
    """Let the model read that read before."""
    try:
        registry.roll_back(workspace_id=workspace_of(request), slot=body.slot, actor_id=None, now=timezone.now())
    except registry.RegistryError as error:
        raise _refused(error) from error
    return list_models(request)


class OutsideIn(Body):
    """Labels (tasks) that the outside model says from now on; none takes it out of force."""

    labels: list[str] = Field(..., max_length=20)
    past: bool = Field(False, description="read every voice again; each text not asked before costs money")


class OutsideOut(Schema):
    """The outside model as a reader of voices. `trouble`: why the model of the house reads alone now."""

    model: str
    on: bool
    labels: list[str]
    paused_until: datetime | None
    trouble: str
    read_lately: int
    of: int


@router.get("/text-models/outside", response=OutsideOut)
def get_outside(request: HttpRequest) -> dict[str, Any]:
    """For which labels it reads, and how that goes."""
    workspace_id = workspace_of(request)
    found = in_force.in_force(workspace_id=workspace_id)
    share, row = in_force.lately(workspace_id=workspace_id), found.outside
    return {
        "model": row.model if row else "",
        "on": bool(row and row.enabled_at),
        "labels": list(found.labels),
        "paused_until": row.paused_until if row else None,
        "trouble": row.trouble if row else "",
        "read_lately": share.theirs,
        "of": share.read,
    }


@router.put("/text-models/outside", response=OutsideOut)
def put_outside(request: HttpRequest, body: OutsideIn) -> dict[str, Any]:
    """Put it in force for these labels; it must have been switched on by an administrator."""
    try:
        in_force.put_in_force(
            workspace_id=workspace_of(request), labels=body.labels, past=body.past, actor_id=None, now=timezone.now()
        )
    except OutsideModelError as error:
        raise _refused(error) from error
    return get_outside(request)


@router.post("/text-models/outside/rollback", response=OutsideOut)
def roll_back_outside(request: HttpRequest) -> dict[str, Any]:
    """As it was before the last choice; every voice is read again."""
    try:
        in_force.roll_back(workspace_id=workspace_of(request), actor_id=None, now=timezone.now())
    except OutsideModelError as error:
        raise _refused(error) from error
    return get_outside(request)


def _refused(error: registry.RegistryError | OutsideModelError) -> ProblemError:
    return ProblemError(status=422, title="Nothing was changed", detail=str(error))
