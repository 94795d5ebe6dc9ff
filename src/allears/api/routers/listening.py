"""Everyone listens: tags, teams, what members follow, what they do with voices, and how many of them listen."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from allears.accounts.actions import AccountsError
from allears.accounts.models import Membership, Workspace
from allears.accounts.teams import actions as teamwork
from allears.accounts.teams import queries as teams
from allears.accounts.teams.models import Team
from allears.api.listing import Listing, PageParams, listing, workspace_of
from allears.api.problems import ProblemError
from allears.api.routers.members import member_of
from allears.listen import queries as voices
from allears.listen.models import Voice
from allears.listen.tags import actions as tagging
from allears.listen.tags import queries as tags
from allears.people import actions, following, listening, queries
from allears.people.errors import ListeningError, UnreachableError
from allears.people.models import DigestChoice, Follow, Share, Thanks
from allears.respond import actions as cases
from allears.respond.errors import CaseError

router = Router(tags=["listening"])
T = TypeVar("T")


class TagOut(Schema):
    id: int
    name: str
    voices: int
    merged: list[str]


class TagIn(Schema):
    name: str = Field(max_length=80)


class MergeTagIn(Schema):
    into: int = Field(description="id of the tag that stands for both from now on")


class TeamOut(Schema):
    id: int
    name: str
    members: list[int]


class TeamIn(Schema):
    name: str = Field(max_length=80)


class FollowIn(Schema):
    """``value``: an id for touchpoint, team, theme and tag; a segment; ``region=华东`` for an attribute; the query of
    a wall's address (``feeling=negative&q=sofa``) for a filter."""

    kind: str = Field(description="touchpoint, team, segment, attribute, theme, tag or filter")
    value: str = Field(max_length=400)
    name: str = Field("", max_length=80, description="of a filter")


class FollowOut(Schema):
    id: int
    kind: str
    value: str
    name: str
    since: datetime


class ShareIn(Schema):
    """To one of the two."""

    member_id: int = Field(description="who passes it on")
    to_member_id: int | None = None
    to_team_id: int | None = None
    note: str = Field("", max_length=actions.LONGEST_NOTE)


class ShareOut(Schema):
    id: int
    voice_id: int
    by_id: int
    to_member_id: int | None
    to_team_id: int | None
    note: str
    at: datetime


class ThanksIn(Schema):
    member_id: int = Field(description="who thanks")
    to_member_id: int | None = Field(None, description="the colleague; left out: the customer, by mail")
    text: str = Field("", max_length=actions.LONGEST_NOTE)


class ThanksOut(Schema):
    id: int
    voice_id: int
    by_id: int
    to_member_id: int | None
    text: str
    message_id: int | None
    at: datetime


class VoiceCaseIn(Schema):
    """An open case of this number; else a new case, of this owner or whom the rules choose."""

    number: int | None = None
    owner_id: int | None = None
    member_id: int | None = Field(None, description="on whose behalf")


class VoiceCaseOut(Schema):
    number: int
    state: str
    owner_id: int


class ListeningWeekOut(Schema):
    monday: date
    members: int
    listened: int
    share: float | None


class TeamWeeksOut(Schema):
    id: int
    name: str
    members: int
    weeks: list[ListeningWeekOut] = Field(description="empty for a team that is too small to be told of")


class ListeningOut(Schema):
    weeks: list[ListeningWeekOut]
    teams: list[TeamWeeksOut]


class DigestIn(Schema):
    every: str = Field(description="off, day or week")
    timezone: str | None = Field(None, description="IANA name; empty: the workspace's; left out: as before")


class DigestOut(Schema):
    every: str
    timezone: str


def _do(act: Callable[[], T]) -> T:
    """Run one verb; what it refuses is told as a problem document."""
    try:
        return act()
    except UnreachableError as error:
        detail = f"{error}. Nothing was sent."
        raise ProblemError(status=409, title="The customer cannot be written to", detail=detail) from error
    except (ListeningError, tagging.TagError, AccountsError, CaseError) as error:
        raise ProblemError(status=422, title="The request does not fit", detail=str(error)) from error


def _voice(request: HttpRequest, voice_id: int) -> Voice:
    found: Voice = (
        voices.voices(workspace_id=workspace_of(request)).select_related("touchpoint", "customer").get(pk=voice_id)
    )
    return found


# Tags


@router.get("/tags", response=list[TagOut])
def list_tags(request: HttpRequest) -> list[dict[str, Any]]:
    """The words on voices, by name; a merged one stands under the tag it was merged into."""
    return [
        {"id": each.id, "name": each.name, "voices": each.voices, "merged": [tag.name for tag in each.merged]}
        for each in tags.vocabulary(workspace_id=workspace_of(request))
    ]


def _tag_out(request: HttpRequest, tag_id: int) -> dict[str, Any]:
    return next((each for each in list_tags(request) if each["id"] == tag_id), {})


@router.patch("/tags/{tag_id}", response=TagOut)
def rename_tag(request: HttpRequest, tag_id: int, told: TagIn) -> dict[str, Any]:
    """Another word for the same."""
    tag = tags.access_tag(workspace_id=workspace_of(request), tag_id=tag_id)
    _do(lambda: tagging.rename_tag(tag=tag, name=told.name, actor_id=None))
    return _tag_out(request, tag.pk) or {"id": tag.pk, "name": tag.name, "voices": 0, "merged": []}


@router.delete("/tags/{tag_id}", response={204: None})
def delete_tag(request: HttpRequest, tag_id: int) -> Any:
    """Take a tag off every voice and out of the vocabulary."""
    tag = tags.access_tag(workspace_id=workspace_of(request), tag_id=tag_id)
    _do(lambda: tagging.delete_tag(tag=tag, actor_id=None))
    return Status(204, None)


@router.post("/tags/{tag_id}/merge", response=TagOut)
def merge_tag(request: HttpRequest, tag_id: int, told: MergeTagIn) -> dict[str, Any]:
    """This tag is shown as another from now on; answers with that one."""
    workspace_id = workspace_of(request)
    tag = tags.access_tag(workspace_id=workspace_id, tag_id=tag_id)
    into = tags.access_tag(workspace_id=workspace_id, tag_id=told.into)
    _do(lambda: tagging.merge_tag(tag=tag, into=into, actor_id=None, now=timezone.now()))
    standing = tags.stands_for(tags.every_tag(workspace_id=workspace_id))[tag.pk]
    return _tag_out(request, standing)


@router.delete("/tags/{tag_id}/merge", response={204: None})
def part_tag(request: HttpRequest, tag_id: int) -> Any:
    """Undo a merge."""
    tag = tags.access_tag(workspace_id=workspace_of(request), tag_id=tag_id)
    tagging.part_tag(tag=tag, actor_id=None)
    return Status(204, None)


@router.post("/voices/{voice_id}/tags", response=list[str])
def put_tag(request: HttpRequest, voice_id: int, told: TagIn) -> list[str]:
    """Tag a voice; the tag is made where it is missing. Answers with the voice's tags."""
    voice = _voice(request, voice_id)
    _do(lambda: tagging.put_tag(voice=voice, name=told.name, actor_id=None, now=timezone.now()))
    named = tags.names_on(workspace_id=voice.workspace_id, voice_ids=[voice.pk])
    return [name for _id, name in named[voice.pk]]


@router.delete("/voices/{voice_id}/tags/{tag_id}", response={204: None})
def take_tag(request: HttpRequest, voice_id: int, tag_id: int) -> Any:
    """Take a tag off a voice."""
    tagging.take_tag(voice=_voice(request, voice_id), tag_id=tag_id)
    return Status(204, None)


# Teams


def _team_out(team: Team) -> dict[str, Any]:
    people = teams.people_by_team(workspace_id=team.workspace_id).get(team.pk, [])
    return {"id": team.pk, "name": team.name, "members": [each.pk for each in people]}


@router.get("/teams", response=list[TeamOut])
def list_teams(request: HttpRequest) -> list[dict[str, Any]]:
    """Teams by name, with their present members."""
    people = teams.people_by_team(workspace_id=workspace_of(request))
    return [
        {"id": each.pk, "name": each.name, "members": [member.pk for member in people.get(each.pk, [])]}
        for each in teams.teams(workspace_id=workspace_of(request))
    ]


@router.post("/teams", response={201: TeamOut})
def make_team(request: HttpRequest, told: TeamIn) -> Any:
    """A new, empty team."""
    now, workspace_id = timezone.now(), workspace_of(request)
    team = _do(lambda: teamwork.create_team(workspace_id=workspace_id, name=told.name, actor_id=None, now=now))
    return Status(201, _team_out(team))


def _team(request: HttpRequest, team_id: int) -> Team:
    found: Team = teams.teams(workspace_id=workspace_of(request)).get(pk=team_id)
    return found


@router.delete("/teams/{team_id}", response={204: None})
def end_team(request: HttpRequest, team_id: int) -> Any:
    """The team is no more; its members stay."""
    teamwork.end_team(team=_team(request, team_id), actor_id=None, now=timezone.now())
    return Status(204, None)


@router.put("/teams/{team_id}/members/{member_id}", response=TeamOut)
def join_team(request: HttpRequest, team_id: int, member_id: int) -> dict[str, Any]:
    """Put a member into a team."""
    team, member = _team(request, team_id), member_of(request, member_id)
    teamwork.join_team(team=team, member=member, actor_id=None, now=timezone.now())
    return _team_out(team)


@router.delete("/teams/{team_id}/members/{member_id}", response={204: None})
def leave_team(request: HttpRequest, team_id: int, member_id: int) -> Any:
    """Take a member out of a team."""
    teamwork.leave_team(team=_team(request, team_id), member=member_of(request, member_id), actor_id=None)
    return Status(204, None)


# Following


@router.get("/members/{member_id}/follows", response=Listing[FollowOut])
def list_follows(request: HttpRequest, member_id: int, page: Query[PageParams]) -> dict[str, Any]:
    """What a member follows; their stream is `GET /voices?stream_of=<member>`."""
    return listing(following.follows_of(member=member_of(request, member_id)), page)


@router.post("/members/{member_id}/follows", response={201: FollowOut})
def follow(request: HttpRequest, member_id: int, told: FollowIn) -> Any:
    """Let a thing into a member's stream; what is followed already is answered as it stands."""
    member = member_of(request, member_id)
    return Status(201, _do(lambda: actions.follow(member=member, now=timezone.now(), **told.dict())))


@router.delete("/members/{member_id}/follows/{follow_id}", response={204: None})
def unfollow(request: HttpRequest, member_id: int, follow_id: int) -> Any:
    """Take a thing out of a member's stream."""
    found: Follow = queries.access_follow(member=member_of(request, member_id), follow_id=follow_id)
    actions.unfollow(follow=found, now=timezone.now())
    return Status(204, None)


# What is done with a voice


@router.get("/voices/{voice_id}/shares", response=list[ShareOut])
def list_shares(request: HttpRequest, voice_id: int) -> list[Share]:
    """To whom a voice was passed on, the latest first."""
    return list(queries.shares_of(workspace_id=workspace_of(request), voice_id=_voice(request, voice_id).pk))


@router.post("/voices/{voice_id}/shares", response={201: ShareOut})
def share(request: HttpRequest, voice_id: int, told: ShareIn) -> Any:
    """Pass a voice on to a member or a team."""
    voice, by = _voice(request, voice_id), member_of(request, told.member_id)
    if (told.to_member_id is None) == (told.to_team_id is None):
        detail = "Name to_member_id or to_team_id. Nothing was passed on."
        raise ProblemError(status=422, title="A voice goes to a member or to a team", detail=detail)
    to: Membership | Team = (
        member_of(request, told.to_member_id)
        if told.to_member_id is not None
        else _team(request, int(told.to_team_id or 0))
    )
    return Status(201, _do(lambda: actions.share(voice=voice, by=by, to=to, note=told.note, now=timezone.now())))


@router.get("/voices/{voice_id}/thanks", response=list[ThanksOut])
def list_thanks(request: HttpRequest, voice_id: int) -> list[Thanks]:
    """Who was thanked for a voice, the latest first."""
    return list(queries.thanks_for(workspace_id=workspace_of(request), voice_id=_voice(request, voice_id).pk))


@router.post("/voices/{voice_id}/thanks", response={201: ThanksOut})
def thank(request: HttpRequest, voice_id: int, told: ThanksIn) -> Any:
    """Thank a colleague in their stream, or the customer by mail, where the governor allows it."""
    voice, by, now = _voice(request, voice_id), member_of(request, told.member_id), timezone.now()
    if told.to_member_id is None:
        return Status(201, _do(lambda: actions.thank_customer(voice=voice, by=by, text=told.text, now=now)))
    to = member_of(request, told.to_member_id)
    return Status(201, _do(lambda: actions.thank_colleague(voice=voice, by=by, to=to, text=told.text, now=now)))


@router.post("/voices/{voice_id}/case", response=VoiceCaseOut)
def hand_to_case(request: HttpRequest, voice_id: int, told: VoiceCaseIn) -> Any:
    """Open a case for a voice, or put it into an open one; a voice that is in a case answers with it."""
    voice = _voice(request, voice_id)
    actor = member_of(request, told.member_id) if told.member_id is not None else None
    common: dict[str, Any] = {
        "workspace_id": voice.workspace_id,
        "voice_id": voice.pk,
        "actor": actor,
        "now": timezone.now(),
    }
    if told.number is not None:
        number = told.number
        return _do(lambda: cases.join_by_hand(number=number, **common))
    owner = member_of(request, told.owner_id) if told.owner_id is not None else None
    return _do(lambda: cases.open_for_voice(owner=owner, **common))


# Who listens


@router.get("/listening", response=ListeningOut)
def who_listens(request: HttpRequest, weeks: int = Query(listening.WEEKS, ge=2, le=53)) -> Any:  # type: ignore[type-arg]
    """The share of members who read voices, by week and team; no figures of persons."""
    workspace = Workspace.objects.get(pk=workspace_of(request))
    return listening.listening(workspace=workspace, now=timezone.now(), weeks=weeks)


@router.get("/members/{member_id}/digest", response=DigestOut)
def get_digest(request: HttpRequest, member_id: int) -> DigestChoice:
    """How often a member's stream comes by mail."""
    return queries.digest_choice(member=member_of(request, member_id), now=timezone.now())


@router.put("/members/{member_id}/digest", response=DigestOut)
def choose_digest(request: HttpRequest, member_id: int, told: DigestIn) -> DigestChoice:
    """Choose how often."""
    member, now = member_of(request, member_id), timezone.now()
    return _do(lambda: actions.choose_digest(member=member, every=told.every, zone=told.timezone, now=now))
