"""Settings: the words that colleagues put on voices, and the teams they work in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allears.accounts.actions import AccountsError
from allears.accounts.models import Membership
from allears.accounts.queries import members
from allears.accounts.teams import actions as teamwork
from allears.accounts.teams import queries as teams
from allears.accounts.teams.models import Team
from allears.listen.tags import actions as tagging
from allears.listen.tags import queries as tags
from allears.listen.tags.models import Tag
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import flash, render_page


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


# Tags


@access_manager
@require_GET
def tag_list(request: ConsoleRequest) -> HttpResponse:
    """Which words do we put on voices?"""
    return _tag_page(request)


def _tag_page(request: ConsoleRequest, **wrong: object) -> HttpResponse:
    """Every tag; with `typed`, `about` (a tag's number) and `error` where a name was not taken."""
    context = {"tags": tags.vocabulary(workspace_id=request.access.workspace_id), **wrong}
    return render_page(request, "listen/tags.html", context, status=422 if wrong else 200)


def _tag(request: ConsoleRequest, tag_id: int) -> Tag:
    try:
        return tags.access_tag(workspace_id=request.access.workspace_id, tag_id=tag_id)
    except Tag.DoesNotExist as error:
        raise Http404 from error


@access_manager
@require_POST
def rename_tag(request: ConsoleRequest, tag_id: int) -> HttpResponse:
    """Another word for the same."""
    tag, name = _tag(request, tag_id), request.POST.get("name", "")
    try:
        tagging.rename_tag(tag=tag, name=name, actor_id=request.access.user.pk)
    except tagging.TagError as error:
        return _tag_page(request, about=tag.pk, typed=name, error=str(error))
    flash(request, _("Saved"))
    return redirect("tags")


@access_manager
@require_POST
def merge_tag(request: ConsoleRequest, tag_id: int) -> HttpResponse:
    """One tag becomes part of another; undoing brings it back."""
    tag, into = _tag(request, tag_id), _tag(request, _number(request.POST.get("into", "")))
    try:
        tagging.merge_tag(tag=tag, into=into, actor_id=request.access.user.pk, now=timezone.now())
    except tagging.TagError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        said = _("“%(tag)s” is now shown as “%(into)s”.") % {"tag": tag.name, "into": into.name}
        flash(request, said, undo=reverse("tag_parting", args=[tag.pk]))
    return redirect("tags")


@access_manager
@require_POST
def part_tag(request: ConsoleRequest, tag_id: int) -> HttpResponse:
    """Undo a merge."""
    tag = _tag(request, tag_id)
    tagging.part_tag(tag=tag, actor_id=request.access.user.pk)
    flash(request, _("“%(tag)s” stands for itself again.") % {"tag": tag.name})
    return redirect("tags")


@access_manager
@require_POST
def delete_tag(request: ConsoleRequest, tag_id: int) -> HttpResponse:
    """The tag is off every voice."""
    tag = _tag(request, tag_id)
    name = tag.name
    try:
        tagging.delete_tag(tag=tag, actor_id=request.access.user.pk)
    except tagging.TagError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        flash(request, _("The tag “%(name)s” is gone.") % {"name": name})
    return redirect("tags")


# Teams


@access_manager
@require_GET
def team_list(request: ConsoleRequest) -> HttpResponse:
    """Who works together?"""
    return _team_page(request)


def _team_page(request: ConsoleRequest, **wrong: object) -> HttpResponse:
    """Every team; with `typed`, `about` (a team's number, 0 for a new one) and `error` where a name was not taken."""
    workspace_id = request.access.workspace_id
    people = teams.people_by_team(workspace_id=workspace_id)
    found = [(team, people.get(team.pk, [])) for team in teams.teams(workspace_id=workspace_id)]
    everybody = list(members(workspace_id=workspace_id))
    rows = [(team, there, [each for each in everybody if each not in there]) for team, there in found]
    return render_page(request, "accounts/teams.html", {"rows": rows, **wrong}, status=422 if wrong else 200)


def _team(request: ConsoleRequest, team_id: int) -> Team:
    try:
        return teams.access_team(workspace_id=request.access.workspace_id, team_id=team_id)
    except Team.DoesNotExist as error:
        raise Http404 from error


@access_manager
@require_POST
def make_team(request: ConsoleRequest) -> HttpResponse:
    """A new team."""
    name = request.POST.get("name", "")
    try:
        teamwork.create_team(
            workspace_id=request.access.workspace_id, name=name, actor_id=request.access.user.pk, now=timezone.now()
        )
    except AccountsError as error:
        return _team_page(request, about=0, typed=name, error=str(error))
    return redirect("teams")


@access_manager
@require_POST
def rename_team(request: ConsoleRequest, team_id: int) -> HttpResponse:
    """Another name for a team."""
    team, name = _team(request, team_id), request.POST.get("name", "")
    try:
        teamwork.rename_team(team=team, name=name, actor_id=request.access.user.pk)
    except AccountsError as error:
        return _team_page(request, about=team.pk, typed=name, error=str(error))
    flash(request, _("Saved"))
    return redirect("teams")


@access_manager
@require_POST
def end_team(request: ConsoleRequest, team_id: int) -> HttpResponse:
    """The team is no more; its members stay."""
    team = _team(request, team_id)
    teamwork.end_team(team=team, actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("The team %(name)s is gone.") % {"name": team.name}, undo=reverse("team_return", args=[team.pk]))
    return redirect("teams")


@access_manager
@require_POST
def restore_team(request: ConsoleRequest, team_id: int) -> HttpResponse:
    """Undo ending a team."""
    team = _team(request, team_id)
    try:
        teamwork.restore_team(team=team, actor_id=request.access.user.pk)
    except AccountsError as error:
        flash(request, str(error), level=messages.ERROR)
    return redirect("teams")


def _member(request: ConsoleRequest, member_id: int) -> Membership:
    found = members(workspace_id=request.access.workspace_id).filter(pk=member_id).first()
    if found is None:
        raise Http404
    return found


@access_manager
@require_POST
def join_team(request: ConsoleRequest, team_id: int) -> HttpResponse:
    """Put a member into a team."""
    team, member = _team(request, team_id), _member(request, _number(request.POST.get("member", "")))
    teamwork.join_team(team=team, member=member, actor_id=request.access.user.pk, now=timezone.now())
    return redirect("teams")


@access_manager
@require_POST
def leave_team(request: ConsoleRequest, team_id: int, member_id: int) -> HttpResponse:
    """Take a member out of a team."""
    team, member = _team(request, team_id), _member(request, member_id)
    teamwork.leave_team(team=team, member=member, actor_id=request.access.user.pk)
    return redirect("teams")


urlpatterns = [
    path("settings/tags", tag_list, name="tags"),
    path("settings/tags/<int:tag_id>/name", rename_tag, name="tag_name"),
    path("settings/tags/<int:tag_id>/merge", merge_tag, name="tag_merge"),
    path("settings/tags/<int:tag_id>/parting", part_tag, name="tag_parting"),
    path("settings/tags/<int:tag_id>/removal", delete_tag, name="tag_removal"),
    path("settings/teams", team_list, name="teams"),
    path("settings/teams/new", make_team, name="team_new"),
    path("settings/teams/<int:team_id>/name", rename_team, name="team_name"),
    path("settings/teams/<int:team_id>/end", end_team, name="team_end"),
    path("settings/teams/<int:team_id>/return", restore_team, name="team_return"),
    path("settings/teams/<int:team_id>/members", join_team, name="team_members"),
    path("settings/teams/<int:team_id>/members/<int:member_id>/removal", leave_team, name="team_removal"),
]
