"""What members do with voices: tag, pass on, thank, hand to a case, follow; and the tags of the workspace."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from allears.accounts.models import Membership
from allears.accounts.queries import members
from allears.accounts.teams.models import Team
from allears.accounts.teams.queries import teams
from allears.listen import wall
from allears.listen.models import Voice
from allears.listen.tags import actions as tagging
from allears.listen.tags import queries as tags
from allears.people import actions, following, queries
from allears.people.errors import ListeningError, UnreachableError
from allears.people.models import Follow, Share, Thanks
from allears.respond import actions as cases
from allears.respond.errors import CaseError
from allears.respond.models import Case, CaseVoice
from allears.respond.queries import visible_to
from allears.web.access import ConsoleRequest, access_agent
from allears.web.case_words import explain
from allears.web.render import flash, render_page, wants_fragment
from allears.web.templatetags.stories import rule_words

FOLLOW_KINDS: dict[str, Any] = {
    Follow.Kind.TOUCHPOINT: gettext_lazy("Touchpoint"),
    Follow.Kind.TEAM: gettext_lazy("Team"),
    Follow.Kind.SEGMENT: gettext_lazy("Segment"),
    Follow.Kind.ATTRIBUTE: gettext_lazy("Region and the like"),
    Follow.Kind.THEME: gettext_lazy("Theme"),
    Follow.Kind.TAG: gettext_lazy("Tag"),
}
ACTS = ("tag", "share", "thank", "case", "follow")
T = TypeVar("T")


def voice_of(request: ConsoleRequest, voice_id: int) -> Voice:
    """One voice of this workspace, or 404."""
    return found_or_404(lambda: wall.one(workspace_id=request.access.workspace_id, voice_id=voice_id))


def found_or_404(read: Callable[[], T]) -> T:
    """What ``read`` finds; what another workspace or member owns is not there."""
    try:
        return read()
    except (Voice.DoesNotExist, Follow.DoesNotExist, Share.DoesNotExist, Thanks.DoesNotExist) as error:
        raise Http404 from error


def number_of(text: str) -> int:
    """A number of a form; 0, which nothing has, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def acts_on(request: ConsoleRequest, voice: Voice, *, opened: str = "", problem: str = "") -> dict[str, Any]:
    """All that can be done with one voice, and what was done."""
    workspace_id, member = request.access.workspace_id, request.access.membership
    held = CaseVoice.objects.in_workspace(workspace_id).filter(voice=voice).select_related("case").first()
    sees = visible_to(member)
    return {
        "voice": voice,
        "opened": opened if opened in ACTS else "",
        "problem": problem,
        "kept": request.POST,
        "tags": tags.names_on(workspace_id=workspace_id, voice_ids=[voice.pk]).get(voice.pk, []),
        "vocabulary": tags.shown_tags(workspace_id=workspace_id),
        "colleagues": members(workspace_id=workspace_id).exclude(pk=member.pk),
        "everybody": members(workspace_id=workspace_id),
        "teams": teams(workspace_id=workspace_id),
        "shares": queries.shares_of(workspace_id=workspace_id, voice_id=voice.pk),
        "thanks": queries.thanks_for(workspace_id=workspace_id, voice_id=voice.pk),
        "case": held.case if held else None,
        "sees_case": held is not None and sees.filter(pk=held.case_id).exists(),
        "open_cases": _open_cases(sees, voice),
        "offers": following.offers_about(voice, member=member),
        "link": request.build_absolute_uri(reverse("voice", args=[voice.pk])),
    }


def _open_cases(sees: Any, voice: Voice) -> list[Case]:
    if voice.customer_id is None:
        return []
    return list(sees.filter(customer_id=voice.customer_id).exclude(state=Case.State.CLOSED).order_by("-opened_at")[:10])


@require_GET
@access_agent
def acts(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """What can be done with a voice, under it on the wall; without scripts, on its own page."""
    voice = voice_of(request, voice_id)
    if not wants_fragment(request):
        return redirect(f"{reverse('voice', args=[voice.pk])}#acts-{voice.pk}")
    return render_page(request, "listen/_acts.html", acts_on(request, voice, opened=request.GET.get("open", "")))


def _done(request: ConsoleRequest, voice: Voice, *, opened: str = "", problem: str = "") -> HttpResponse:
    """The voice's acts as they are now; a problem is told where it arose, and what was typed stays."""
    if not wants_fragment(request):
        if problem:
            flash(request, problem, level=messages.ERROR)
        return redirect("voice", voice.pk)
    context = acts_on(request, voice, opened=opened, problem=problem)
    return render_page(request, "listen/_acts.html", context, status=422 if problem else 200)


def _undone(request: ConsoleRequest, voice_id: int, text: str) -> HttpResponse:
    flash(request, text)
    return redirect(_back(request, reverse("voice", args=[voice_id])))


def _back(request: ConsoleRequest, otherwise: str) -> str:
    """The page the person came from, if it is one of ours."""
    came = request.headers.get("Referer", "")
    return came if url_has_allowed_host_and_scheme(came, {request.get_host()}) else otherwise


# Tags


@require_POST
@access_agent
def put_tag(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """Put a tag on a voice."""
    voice, actor = voice_of(request, voice_id), request.access.user.pk
    try:
        tag = tagging.put_tag(voice=voice, name=request.POST.get("name", ""), actor_id=actor, now=timezone.now())
    except tagging.TagError as error:
        return _done(request, voice, opened="tag", problem=str(error))
    flash(request, _("Tagged “%(name)s”.") % {"name": tag.name}, undo=reverse("voice_untag", args=[voice.pk, tag.pk]))
    return _done(request, voice, opened="tag")


@require_POST
@access_agent
def take_tag(request: ConsoleRequest, voice_id: int, tag_id: int) -> HttpResponse:
    """Take a tag off a voice."""
    voice = voice_of(request, voice_id)
    tagging.take_tag(voice=voice, tag_id=tag_id)
    if wants_fragment(request):
        return _done(request, voice, opened="tag")
    return _undone(request, voice.pk, _("The tag is off this voice."))


# Passing on


@require_POST
@access_agent
def share(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """Pass a voice on to a colleague or a team."""
    voice = voice_of(request, voice_id)
    taker = _taker(request)
    if taker is None:
        return _done(request, voice, opened="share", problem=_("Choose a colleague or a team. Nothing was passed on."))
    try:
        made = actions.share(
            voice=voice, by=request.access.membership, to=taker, note=request.POST.get("note", ""), now=timezone.now()
        )
    except ListeningError as error:
        return _done(request, voice, opened="share", problem=str(error))
    name = str(taker.user) if isinstance(taker, Membership) else taker.name
    flash(request, _("Passed on to %(name)s.") % {"name": name}, undo=reverse("share_withdrawal", args=[made.pk]))
    return _done(request, voice)


def _taker(request: ConsoleRequest) -> Membership | Team | None:
    kind, _colon, number = request.POST.get("to", "").partition(":")
    workspace_id, pk = request.access.workspace_id, number_of(number)
    if kind == "team":
        return teams(workspace_id=workspace_id).filter(pk=pk).first()
    return members(workspace_id=workspace_id).filter(pk=pk).first()


@require_POST
@access_agent
def withdraw_share(request: ConsoleRequest, share_id: int) -> HttpResponse:
    """Undo passing on: one's own, or as a manager anybody's."""
    workspace_id = request.access.workspace_id
    found = found_or_404(lambda: queries.access_share(workspace_id=workspace_id, share_id=share_id))
    if found.by_id != request.access.membership.pk and not request.access.is_manager:
        return HttpResponse(_("Your role does not allow this. Nothing was changed."), status=403)
    actions.take_back_share(share=found, by=request.access.membership, now=timezone.now())
    return _undone(request, found.voice_id, _("It is no longer passed on."))


# Thanking


@require_POST
@access_agent
def thank(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """Thank the customer by mail, or a colleague by a note in their stream."""
    voice, by, text = voice_of(request, voice_id), request.access.membership, request.POST.get("text", "")
    try:
        if request.POST.get("to") == "customer":
            actions.thank_customer(voice=voice, by=by, text=text, now=timezone.now())
            flash(request, _("Your thank-you is on its way to the customer."))
            return _done(request, voice)
        to = members(workspace_id=voice.workspace_id).filter(pk=number_of(request.POST.get("to", ""))).first()
        if to is None:
            return _done(request, voice, opened="thank", problem=_("Choose whom to thank. Nothing was sent."))
        made = actions.thank_colleague(voice=voice, by=by, to=to, text=text, now=timezone.now())
    except UnreachableError as error:
        return _done(request, voice, opened="thank", problem=_cannot_thank(error.rule))
    except ListeningError as error:
        return _done(request, voice, opened="thank", problem=str(error))
    undo = reverse("thanks_withdrawal", args=[made.pk])
    flash(request, _("%(name)s will find your thanks in their stream.") % {"name": to.user}, undo=undo)
    return _done(request, voice)


def _cannot_thank(rule: str) -> str:
    if rule == "no_address":
        return _("We have no e-mail address of this customer, so nothing was sent.")
    return _("The governor does not allow this message (%(rule)s), so nothing was sent.") % {"rule": rule_words(rule)}


@require_POST
@access_agent
def withdraw_thanks(request: ConsoleRequest, thanks_id: int) -> HttpResponse:
    """Undo thanking a colleague: one's own, or as a manager anybody's."""
    workspace_id = request.access.workspace_id
    found = found_or_404(lambda: queries.access_thanks(workspace_id=workspace_id, thanks_id=thanks_id))
    if found.by_id != request.access.membership.pk and not request.access.is_manager:
        return HttpResponse(_("Your role does not allow this. Nothing was changed."), status=403)
    try:
        actions.take_back_thanks(thanks=found, by=request.access.membership, now=timezone.now())
    except ListeningError as error:
        flash(request, str(error), level=messages.ERROR)
        return redirect("voice", found.voice_id)
    return _undone(request, found.voice_id, _("Your thanks were taken back."))


# Handing to a case


@require_POST
@access_agent
def hand_to_case(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """Open a case for a voice, with an owner, or put it into an open one that this member sees."""
    voice, member = voice_of(request, voice_id), request.access.membership
    told: dict[str, Any] = {
        "workspace_id": voice.workspace_id,
        "voice_id": voice.pk,
        "actor": member,
        "now": timezone.now(),
    }
    joined = number_of(request.POST.get("number", ""))
    try:
        if joined:
            if not visible_to(member).filter(number=joined).exists():
                return _done(request, voice, opened="case", problem=_("You do not see this case. Nothing was changed."))
            case = cases.join_by_hand(number=joined, **told)
        else:
            owner = members(workspace_id=voice.workspace_id).filter(pk=number_of(request.POST.get("owner", ""))).first()
            case = cases.open_for_voice(owner=owner, **told)
    except CaseError as error:
        return _done(request, voice, opened="case", problem=explain(error))
    flash(request, _("In case #%(number)s; %(name)s owns it.") % {"number": case.number, "name": case.owner.user})
    return _done(request, voice)


# Following


@require_POST
@access_agent
def follow(request: ConsoleRequest) -> HttpResponse:
    """Let something into one's own stream."""
    told = request.POST
    try:
        made = actions.follow(
            member=request.access.membership,
            kind=told.get("kind", ""),
            value=told.get("value", ""),
            name=told.get("name", ""),
            now=timezone.now(),
        )
    except ListeningError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        flash(request, _("You follow it now; it is in your stream."), undo=reverse("follow_end", args=[made.pk]))
    return _followed(request)


@require_POST
@access_agent
def unfollow(request: ConsoleRequest, follow_id: int) -> HttpResponse:
    """Take something out of one's own stream."""
    found = _follow_of(request, follow_id)
    actions.unfollow(follow=found, now=timezone.now())
    flash(request, _("You no longer follow it."), undo=reverse("follow_return", args=[found.pk]))
    return _followed(request)


@require_POST
@access_agent
def follow_again(request: ConsoleRequest, follow_id: int) -> HttpResponse:
    """Undo unfollowing."""
    actions.follow_again(follow=_follow_of(request, follow_id))
    flash(request, _("You follow it again."))
    return _followed(request)


def _follow_of(request: ConsoleRequest, follow_id: int) -> Follow:
    member = request.access.membership
    return found_or_404(lambda: queries.access_follow(member=member, follow_id=follow_id))


def _followed(request: ConsoleRequest) -> HttpResponse:
    """Back to the voice's acts, or to the page the person came from."""
    voice_id = number_of(request.POST.get("voice", ""))
    if voice_id and wants_fragment(request):
        return _done(request, voice_of(request, voice_id), opened="follow")
    return redirect(_back(request, f"{reverse('listen')}?view=mine"))


urlpatterns = [
    path("listen/voices/<int:voice_id>/acts", acts, name="voice_acts"),
    path("listen/voices/<int:voice_id>/tags", put_tag, name="voice_tags"),
    path("listen/voices/<int:voice_id>/tags/<int:tag_id>/removal", take_tag, name="voice_untag"),
    path("listen/voices/<int:voice_id>/shares", share, name="voice_shares"),
    path("listen/shares/<int:share_id>/withdrawal", withdraw_share, name="share_withdrawal"),
    path("listen/voices/<int:voice_id>/thanks", thank, name="voice_thanks"),
    path("listen/thanks/<int:thanks_id>/withdrawal", withdraw_thanks, name="thanks_withdrawal"),
    path("listen/voices/<int:voice_id>/case", hand_to_case, name="voice_case"),
    path("listen/follows", follow, name="follows"),
    path("listen/follows/<int:follow_id>/end", unfollow, name="follow_end"),
    path("listen/follows/<int:follow_id>/return", follow_again, name="follow_return"),
]
