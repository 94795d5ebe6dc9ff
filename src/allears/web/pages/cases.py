"""One case: what was said, what is promised, and everything that can be done about it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from allears.listen import originals
from allears.listen.models import Voice
from allears.respond import actions, drafts, mail
from allears.respond.desk import CaseView, case_view
from allears.respond.errors import CaseError, OvertakenError
from allears.respond.models import Case
from allears.respond.queries import visible_to
from allears.respond.story import story_of
from allears.respond.triage import first_words
from allears.understand import showing
from allears.web.access import ConsoleRequest, access_agent
from allears.web.case_words import explain
from allears.web.render import flash, render_page
from allears.web.templatetags.cases import CHANNELS

BESIDE = 12  # moments of the story that stand beside the case


def _page(
    request: ConsoleRequest,
    number: int,
    *,
    problem: str = "",
    unseen: Any = (),
    form: str = "",
    status: int = 200,
    unmask: bool = False,
) -> HttpResponse:
    try:
        view = case_view(access=request.access, number=number, now=timezone.now())
    except Case.DoesNotExist as error:
        raise Http404 from error
    case = view.case
    heading = _unmask(request, view) if unmask else case.subject
    context = {
        "view": view,
        "case": case,
        "heading": heading,
        "story": story_of(customer=case.customer, length=BESIDE) if case.customer else None,
        "language": request.POST.get("language") or mail.language_of(case),
        "drafts": drafts.LABELS,
        "channels": CHANNELS,
        "priorities": Case.Priority.values,
        "problem": problem,
        "unseen": unseen,
        "form": form,
        "kept": request.POST,
        "status_url": mail.status_url(case),
        "has_masked": not unmask and bool(_voices(view)),
        "may_unmask": view.is_mine or request.access.is_manager,
    }
    return render_page(request, "cases/page.html", context, status=status)


def _voices(view: CaseView) -> list[Voice]:
    """Those with something blotted out of their words."""
    voices = (line.entry.voice for line in view.lines)
    return list({voice.pk: voice for voice in voices if voice and voice.hidden}.values())


def _unmask(request: ConsoleRequest, view: CaseView) -> str:
    """The words as they were said, for the case's owner and for managers; the heading, which is made of them."""
    heading = view.case.subject
    owned = f"case:{view.case.number}" if view.is_mine else ""
    said = originals.disclose(voices=_voices(view), access=request.access, owned_case=owned)
    for voice in (line.entry.voice for line in view.lines):
        if voice and voice.pk in said:
            voice.read = showing.shown(voice, (), (), said=said[voice.pk])  # type: ignore[attr-defined]
            if first_words(voice.text) == view.case.subject:
                heading = first_words(said[voice.pk])
    return heading


@require_POST
@never_cache
@access_agent
def disclosure(request: ConsoleRequest, number: int) -> HttpResponse:
    """The case with what its customer said unmasked, this once; the audit log keeps who looked."""
    try:
        page = _page(request, number, unmask=True)
    except originals.NotAllowedError:
        return _page(request, number, problem=_("Only the owner of the case and managers see this."), status=403)
    return page


@require_GET
@access_agent
def case_page(request: ConsoleRequest, number: int) -> HttpResponse:
    """The case beside the customer's story."""
    return _page(request, number)


def _act(
    request: ConsoleRequest, number: int, form: str, said: str, act: Callable[..., Any], *, undo: bool = False
) -> HttpResponse:
    """Do it and show the case again; when it cannot be done, say so and keep what was typed."""
    if not visible_to(request.access.membership).filter(number=number).exists():
        raise Http404
    try:
        act(
            workspace_id=request.access.workspace_id,
            number=number,
            actor=request.access.membership,
            now=timezone.now(),
        )
    except OvertakenError as error:
        return _page(request, number, problem=explain(error), unseen=error.entries, form=form, status=409)
    except CaseError as error:
        return _page(request, number, problem=explain(error), form=form, status=422)
    flash(request, said, undo=reverse("case_reversals", args=[number]) if undo else "")
    return redirect("case", number=number)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@require_POST
@access_agent
def replies(request: ConsoleRequest, number: int) -> HttpResponse:
    """Write to the customer."""

    def act(**who: Any) -> None:
        actions.reply(
            **who,
            text=request.POST.get("text", ""),
            language=request.POST.get("language", ""),
            wait="wait" in request.POST,
            version=_version(request),
        )

    return _act(request, number, "reply", _("Your reply is on its way."), act)


@require_POST
@access_agent
def contacts(request: ConsoleRequest, number: int) -> HttpResponse:
    """Log what was told to the customer in another way."""

    def act(**who: Any) -> None:
        channel = request.POST.get("channel", "")
        actions.log_contact(
            **who,
            channel=channel if channel in CHANNELS else "other",
            text=request.POST.get("text", ""),
            version=_version(request),
        )

    return _act(request, number, "contact", _("Logged. The reply clock has stopped."), act)


@require_POST
@access_agent
def notes(request: ConsoleRequest, number: int) -> HttpResponse:
    """A word among ourselves."""

    def act(**who: Any) -> None:
        actions.note(**who, text=request.POST.get("text", ""))

    return _act(request, number, "note", _("Note kept. The customer does not see it."), act)


@require_POST
@access_agent
def handovers(request: ConsoleRequest, number: int) -> HttpResponse:
    """Offer the case to a colleague."""

    def act(**who: Any) -> None:
        to = request.POST.get("to", "")
        actions.hand_over(
            **who,
            to=int(to) if to.isdecimal() and len(to) < 10 else 0,
            reason=request.POST.get("reason", ""),
            version=_version(request),
        )

    return _act(request, number, "handover", _("Handed over."), act, undo=True)


@require_POST
@access_agent
def acceptance(request: ConsoleRequest, number: int) -> HttpResponse:
    """Take what was offered."""
    return _act(request, number, "offer", _("The case is yours now."), actions.accept)


@require_POST
@access_agent
def return_(request: ConsoleRequest, number: int) -> HttpResponse:
    """Give back what was offered, with a reason; the case may be out of sight afterwards."""

    def act(**who: Any) -> None:
        actions.give_back(**who, reason=request.POST.get("reason", ""))

    answer = _act(request, number, "offer", _("Given back, with your reason."), act)
    return redirect("desk") if answer.status_code == 302 else answer


@require_POST
@access_agent
def priority(request: ConsoleRequest, number: int) -> HttpResponse:
    """Another priority has other promises."""

    def act(**who: Any) -> None:
        actions.set_priority(**who, priority=request.POST.get("priority", ""), version=_version(request))

    return _act(request, number, "priority", _("Priority changed; the clocks follow it."), act)


@require_POST
@access_agent
def waiting(request: ConsoleRequest, number: int) -> HttpResponse:
    """The ball is with the customer."""

    def act(**who: Any) -> None:
        actions.wait_for_customer(**who, version=_version(request))

    return _act(request, number, "waiting", _("Waiting for the customer. The clock stands still."), act)


@require_POST
@access_agent
def resumption(request: ConsoleRequest, number: int) -> HttpResponse:
    """The ball is with us again."""

    def act(**who: Any) -> None:
        actions.resume(**who, version=_version(request))

    return _act(request, number, "waiting", _("The clock runs again."), act)


@require_POST
@access_agent
def closure(request: ConsoleRequest, number: int) -> HttpResponse:
    """Settle the case with its cause."""

    def act(**who: Any) -> None:
        actions.close(
            **who, cause=request.POST.get("cause", ""), text=request.POST.get("text", ""), version=_version(request)
        )

    said = _("Closed. In a minute the customer is asked whether it is solved.")
    return _act(request, number, "closure", said, act, undo=True)


@require_POST
@access_agent
def reopening(request: ConsoleRequest, number: int) -> HttpResponse:
    """Not done after all."""

    def act(**who: Any) -> None:
        actions.reopen(**who, reason=request.POST.get("reason", ""), version=_version(request))

    return _act(request, number, "reopening", _("Open again, with new clocks."), act)


@require_POST
@access_agent
def reversals(request: ConsoleRequest, number: int) -> HttpResponse:
    """Take back one's own last closure or hand-over."""
    return _act(request, number, "", _("Taken back."), actions.undo)


@require_POST
@access_agent
def draft(request: ConsoleRequest, number: int) -> HttpResponse:
    """A beginning put before what is written already; only the text field comes back."""
    case = visible_to(request.access.membership).select_related("origin", "workspace").filter(number=number).first()
    if case is None:
        raise Http404
    wanted = request.POST.get("kind", ""), request.POST.get("language", "")
    found = next((each for each in drafts.drafts_for(case) if (each.kind, each.language) == wanted), None)
    if found is None:
        raise Http404
    text = "\n\n".join(part for part in (found.text, request.POST.get("text", "").strip()) if part)
    return render_page(request, "cases/_text.html", {"text": text, "language": found.language})


urlpatterns = [
    path("cases/<int:number>", case_page, name="case"),
    path("cases/<int:number>/replies", replies, name="case_replies"),
    path("cases/<int:number>/contacts", contacts, name="case_contacts"),
    path("cases/<int:number>/notes", notes, name="case_notes"),
    path("cases/<int:number>/handovers", handovers, name="case_handovers"),
    path("cases/<int:number>/handovers/acceptance", acceptance, name="case_acceptance"),
    path("cases/<int:number>/handovers/return", return_, name="case_return"),
    path("cases/<int:number>/priority", priority, name="case_priority"),
    path("cases/<int:number>/waiting", waiting, name="case_waiting"),
    path("cases/<int:number>/resumption", resumption, name="case_resumption"),
    path("cases/<int:number>/closure", closure, name="case_closure"),
    path("cases/<int:number>/reopening", reopening, name="case_reopening"),
    path("cases/<int:number>/reversals", reversals, name="case_reversals"),
    path("cases/<int:number>/drafts", draft, name="case_drafts"),
    path("cases/<int:number>/disclosure", disclosure, name="case_disclosure"),
]
