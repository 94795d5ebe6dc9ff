"""Themes: what many talk about, what it does to the score, and what people decide about it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.accounts.models import Workspace
from allears.api.bodies import Body
from allears.api.listing import Listing, PageParams, listing, workspace_of
from allears.api.problems import ProblemError
from allears.api.routers.voices import VoiceOut
from allears.understand.asking import AskingError
from allears.understand.themes import actions, keeping, queries, shapes, telling, within
from allears.understand.themes.models import SelectedTheme, Theme, ThemeSelection
from allears.understand.themes.selecting import Selection, selection_of

router = Router(tags=["themes"])


class SelectionParams(Schema):
    """Which voices: the filters of the page."""

    since: str = Field("90d", description="a day (2026-11-21) or so many days ago (90d)")
    until: str = ""
    touchpoint: str = Field("", description="its key; `-` where unknown")
    channel: str = ""
    segment: str = ""
    language: str = Field("", description="en or zh")
    score: str = Field("", description="low, middle or high")
    metric: str = Field("", description="nps, csat or ces; the one most voices carry, unless given")
    survey: str = Field("", description="its key")
    q: str = Field("", description="words in a voice, as on the wall; of more than 5,000 matches the latest")
    feeling: str = Field("", description="as given: positive, neutral, negative or mixed")
    source: str = Field("", description="survey, complaint, review …")
    tag: str = Field("", description="id of a tag")
    account: str = Field("", description="key of a client account")
    owner: str = Field("", description="id of the member who answers for the touchpoint")
    sentiment: str = Field("", description="as understood; likewise the six that follow, as in the list of voices")
    emotion: str = ""
    topic: str = ""
    intent: str = ""
    urgency: str = ""
    need: str = ""
    point: str = ""


class SelectionIn(SelectionParams, Body):
    """Which voices, as a body: a filter that is not known is refused, for without it all voices would be chosen."""


class ThemePatch(Body):
    """Fields left out stay as they are; an empty name gives back the one that was found."""

    name: str | None = Field(None, max_length=120)
    name_zh: str | None = Field(None, max_length=120)
    pinned: bool | None = None
    hidden: bool | None = None


class MergeIn(Body):
    """The theme that takes the voices."""

    into: int


class SplitIn(Body):
    parts: int = Field(2, ge=2, le=actions.MOST_PARTS)


class RunIn(Body):
    themes: int | None = Field(None, description="how many to find; the data says, unless given")


class ChangeOut(Schema):
    id: int
    kind: str
    theme_id: int
    other_id: int | None
    by: int | None
    at: datetime
    undone_at: datetime | None


class SizeOut(Schema):
    """How large a theme was at one search."""

    run_id: int
    at: datetime
    size: int
    share: float


class ThemeDetail(Schema):
    """One theme with its figures, what happened to it, and its size at each search."""

    theme: dict[str, Any]
    changes: list[ChangeOut]
    sizes: list[SizeOut]
    touchpoints: dict[str, int]


def _selection(request: HttpRequest, params: SelectionParams) -> Selection:
    workspace = Workspace.objects.get(pk=workspace_of(request))
    try:
        return selection_of(params.dict(), workspace=workspace, now=timezone.now())
    except AskingError as error:
        raise ProblemError(status=422, title="These voices cannot be chosen", detail=str(error)) from error


def _theme(request: HttpRequest, theme_id: int) -> Theme:
    return queries.access_theme(workspace_id=workspace_of(request), theme_id=theme_id)


def _tried(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except actions.ThemeError as error:
        raise ProblemError(status=422, title=str(error), detail="Nothing was changed.") from error


@router.get("/themes", response=dict[str, Any])
def list_themes(request: HttpRequest, params: Query[SelectionParams], hidden: bool = False) -> dict[str, Any]:
    """Themes over a selection of voices: pinned ones first, then those that move the score most."""
    return shapes.board_json(queries.board(_selection(request, params), with_hidden=hidden))


@router.get("/themes/runs", response=list[dict[str, Any]])
def list_runs(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest search for themes."""
    run = queries.last_run(workspace_id=workspace_of(request))
    return [shapes.run_json(run)] if run else []


@router.post("/themes/runs", response={202: dict[str, Any]})
def create_run(request: HttpRequest, body: RunIn) -> Status[dict[str, Any]]:
    """Have themes found anew; what people decided is kept. A search under way is answered as it is."""
    workspace_id = workspace_of(request)
    run = _tried(
        lambda: actions.ask_run(workspace_id=workspace_id, actor_id=None, now=timezone.now(), wanted=body.themes)
    )
    return Status(202, shapes.run_json(run))


@router.get("/themes/{theme_id}", response=ThemeDetail)
def get_theme(request: HttpRequest, theme_id: int, params: Query[SelectionParams]) -> dict[str, Any]:
    """One theme over a selection, with its history."""
    theme, selection = _theme(request, theme_id), _selection(request, params)
    return {
        "theme": shapes.card_json(queries.card(selection, theme)),
        "changes": [shapes.change_json(each) for each in queries.changes(theme=theme)],
        "sizes": queries.sizes(theme=theme),
        "touchpoints": dict(queries.touchpoints_of(selection, theme)),
    }


@router.get("/themes/{theme_id}/quotes", response=list[VoiceOut])
def list_quotes(
    request: HttpRequest, theme_id: int, params: Query[SelectionParams], limit: Annotated[int, Field(ge=1, le=20)] = 5
) -> list[Any]:
    """Voices that speak for the theme: near its centre, unlike one another, no copies."""
    found = queries.quotes(_selection(request, params), _theme(request, theme_id), limit=limit)
    return [quote.voice for quote in found]


@router.get("/themes/{theme_id}/voices", response=Listing[VoiceOut])
def list_theme_voices(
    request: HttpRequest, theme_id: int, params: Query[SelectionParams], page: Query[PageParams]
) -> dict[str, Any]:
    """All its voices in the selection, the latest first."""
    rows = queries.voices_in(_selection(request, params), _theme(request, theme_id))
    return listing(rows, page, order=("-said_at", "-id"))


@router.patch("/themes/{theme_id}", response=dict[str, Any])
def change_theme(request: HttpRequest, theme_id: int, body: ThemePatch) -> dict[str, Any]:
    """Name, pin or hide it."""
    theme, now = _theme(request, theme_id), timezone.now()
    _tried(lambda: actions.rename(theme=theme, en=body.name, zh=body.name_zh, actor_id=None, now=now))
    if body.pinned is not None:
        actions.pin(theme=theme, pinned=body.pinned, actor_id=None, now=now)
    if body.hidden is not None:
        actions.hide(theme=theme, hidden=body.hidden, actor_id=None, now=now)
    return shapes.theme_json(theme)


@router.post("/themes/{theme_id}/merge", response={201: ChangeOut})
def merge_theme(request: HttpRequest, theme_id: int, body: MergeIn) -> Status[dict[str, Any]]:
    """Its voices belong to another theme from now on; the answer's id takes it back."""
    theme, into = _theme(request, theme_id), _theme(request, body.into)
    change = _tried(lambda: actions.merge(theme=theme, into=into, actor_id=None, now=timezone.now()))
    return Status(201, shapes.change_json(change))


@router.post("/themes/{theme_id}/split", response={202: None})
def split_theme(request: HttpRequest, theme_id: int, body: SplitIn) -> Status[None]:
    """Have its voices grouped anew; it is done in a moment and listed among the theme's changes."""
    theme = _theme(request, theme_id)
    _tried(lambda: actions.ask_split(theme=theme, parts=body.parts, actor_id=None))
    return Status(202, None)


@router.post("/themes/changes/{change_id}/undoing", response={201: ChangeOut})
def undo_change(request: HttpRequest, change_id: int) -> Status[dict[str, Any]]:
    """Take a decision back."""
    change = queries.access_change(workspace_id=workspace_of(request), change_id=change_id)
    _tried(lambda: actions.undo(change=change, actor_id=None, now=timezone.now()))
    return Status(201, shapes.change_json(change))


# Themes of a selection


class RestOut(Schema):
    """What it was compared with: so many voices of the same days (`days`) or of all others (`ever`)."""

    voices: int
    of: str | None
    false_discovery: float = Field(..., description="of the themes called commoner, at most this share is so by chance")


class SelectionOut(Schema):
    """One search for themes among some of the voices."""

    id: int
    selection: dict[str, str]
    since: date | None
    until: date
    state: str = Field(..., description="queued, running, done, few (too few voices) or failed")
    progress: float
    asked_at: datetime
    finished_at: datetime | None
    voices: int
    unread: int = Field(..., description="older ones, beyond the 150,000 that a search reads")
    loose: int = Field(..., description="that fit no theme")
    problem: str
    metric: str | None
    score: dict[str, Any] | None
    rest: RestOut


class SelectedThemes(Schema):
    """A search and what it found, the greatest first."""

    search: SelectionOut
    items: list[dict[str, Any]]


def _selected(request: HttpRequest, selected_id: int) -> SelectedTheme:
    return telling.access_selected(workspace_id=workspace_of(request), selected_id=selected_id)


@router.post("/theme-selections", response={202: SelectionOut})
def create_theme_selection(request: HttpRequest, body: SelectionIn) -> Status[dict[str, Any]]:
    """Have the themes of a selection of voices found; one that is being looked for already is the answer."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    try:
        asked = within.ask(workspace=workspace, words=body.dict(), actor_id=None, now=timezone.now())
    except AskingError as error:
        raise ProblemError(status=422, title="These voices cannot be chosen", detail=str(error)) from error
    except within.SelectingError as error:
        raise ProblemError(status=429, title="Too many searches wait", detail=str(error)) from error
    return Status(202, telling.selection_json(_search(request, asked.pk)))


def _search(request: HttpRequest, selection_id: int) -> ThemeSelection:
    return telling.access_selection(workspace_id=workspace_of(request), selection_id=selection_id)


@router.get("/theme-selections", response=Listing[SelectionOut])
def list_theme_selections(request: HttpRequest, page: Query[PageParams]) -> dict[str, Any]:
    """Searches among some of the voices, the latest first; results are kept for thirty days."""
    rows = telling.selections(workspace_id=workspace_of(request)).select_related("workspace")
    return listing(rows, page, order=("-id",), shape=telling.selection_json)


@router.get("/theme-selections/{selection_id}", response=SelectedThemes)
def get_theme_selection(request: HttpRequest, selection_id: int) -> dict[str, Any]:
    """How far a search is, and what it found: each theme with its share, what it does to the score, whether it is
    commoner than elsewhere, and the lasting themes it shares voices with."""
    asked = _search(request, selection_id)
    items = [telling.row_json(row) for row in telling.rows_of(asked)]
    return {"search": telling.selection_json(asked), "items": items}


@router.get("/selected-themes/{selected_id}/quotes", response=list[VoiceOut])
def list_selected_quotes(request: HttpRequest, selected_id: int) -> list[Any]:
    """Voices that speak for a theme of a selection: near its centre, unlike one another, no copies."""
    return list(telling.row_of(_selected(request, selected_id)).quotes)


@router.get("/selected-themes/{selected_id}/voices", response=list[VoiceOut])
def list_selected_voices(
    request: HttpRequest,
    selected_id: int,
    start: Annotated[int, Field(ge=0)] = 0,
    limit: Annotated[int, Field(ge=1, le=1000)] = 50,
) -> list[Any]:
    """Its voices, the latest first, from place `start`; those removed since are left out."""
    return within.voices_in(_selected(request, selected_id), start=start, limit=limit)


@router.post("/selected-themes/{selected_id}/keeping", response={201: ChangeOut})
def keep_selected_theme(request: HttpRequest, selected_id: int) -> Status[dict[str, Any]]:
    """Make it a lasting, pinned theme with an id of its own; the answer's id takes it back."""
    selected = _selected(request, selected_id)
    try:
        change = keeping.keep(selected=selected, actor_id=None, now=timezone.now())
    except keeping.KeepingError as error:
        raise ProblemError(status=422, title=str(error), detail="Nothing was changed.") from error
    return Status(201, shapes.change_json(change))
