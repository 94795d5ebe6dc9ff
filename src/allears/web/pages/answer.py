"""The hosted survey page ``/s/<token>``: no account, no cookie; the token is the key. Reading answers nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.listen import answering, attaching, doubting, holding
from allears.listen.answering import Saved, Sheet
from allears.listen.forms import LANGUAGE_NAMES, Look, sheet_form
from allears.listen.logic import said
from allears.listen.mail import DJANGO_LANGUAGE, words
from allears.listen.tracing import Visit

LOOPBACK = ("127.0.0.1", "::1", "")


def languages_for(offered: list[str], **query: str) -> list[dict[str, str]]:
    """What the language switch shows: each language in its own name, keeping the rest of the address."""
    return [
        {
            "code": code,
            "query": urlencode({**query, "lang": code}),
            **LANGUAGE_NAMES.get(code, {"name": code, "tag": code}),
        }
        for code in offered
    ]


def _language(request: HttpRequest, sheet: Sheet) -> str:
    chosen = request.POST.get("lang") or request.GET.get("lang") or ""
    wanted = [chosen] if chosen else []
    if not chosen and sheet.invitation.pk is None:  # a visitor at a shared link: as the browser says
        wanted = [each.split(";")[0].strip() for each in request.headers.get("accept-language", "").split(",")]
    return sheet.definition.language_for(*(each for each in wanted if each), sheet.invitation.language)


def speaking(language: str) -> Any:
    """Our own words in the language of the page."""
    return translation.override(DJANGO_LANGUAGE.get(language, language))


@dataclass(frozen=True, kw_only=True)
class Form:
    """What was submitted: also as it comes back, sealed, from the page that asks once more."""

    given: Mapping[str, Any]
    shown: list[str]
    go: str
    page: str
    seconds: str
    honeypot: bool
    webdriver: bool


def _form_of(request: HttpRequest) -> Form:
    fields = request.POST
    found = {name[2:]: fields.getlist(name) for name in fields if name.startswith("q-")}
    return Form(
        given={name: values if len(values) > 1 else values[0] for name, values in found.items()},
        shown=fields.getlist("on"),
        go=fields.get("go", "send"),
        page=fields.get("page", "0"),
        seconds=fields.get("t", ""),
        honeypot=bool(fields.get("website")),
        webdriver=fields.get("w") == "1",
    )


def address_of(request: HttpRequest) -> str:
    """Whose machine it is: behind a proxy of ours, what that proxy says; nothing where nobody knows."""
    here = str(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    private = here in LOOPBACK or here.startswith(("10.", "172.", "192.168.", "fd"))
    return told if told and private else "" if here in LOOPBACK else here


def _visit(request: HttpRequest, form: Form) -> Visit:
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    return Visit(
        address=address_of(request),
        agent=request.headers.get("user-agent", ""),
        once=request.POST.get("once", "")[:64],
        seconds=float(form.seconds) if form.seconds.isdigit() and len(form.seconds) < 7 else None,
        honeypot=form.honeypot,
        webdriver=form.webdriver,
        staff=signed_in and request.user.is_authenticated,
        scripted="h" in request.POST,
        hand=request.POST.get("h", "")[:10],
    )


@csrf_exempt  # no cookie gives any right here; the token in the address does
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Show the survey, or keep what was submitted."""
    now = timezone.now()
    try:
        if request.method == "POST":
            return _confirm(request, token) if "held" in request.POST else _keep(request, token)
        sheet = answering.sheet(token=token, now=now, once=request.GET.get("once", "")[:64])
    except answering.UnknownTokenError:
        return _unknown(request)
    language = _language(request, sheet)
    if sheet.state == "open" or (sheet.state == "changeable" and "change" in request.GET):
        doubting.note_figure(token=token, figure=request.GET.get("score", ""), now=now)
        return _form(request, sheet, language)
    return _closed(request, sheet, language)


def _keep(request: HttpRequest, token: str) -> HttpResponse:
    partial = "partial" in request.POST
    now = timezone.now()
    form = _form_of(request)
    visit = _visit(request, form)
    before = answering.sheet(token=token, now=now, once=visit.once)
    doubted = doubting.doubt_of(before.invitation, before.response, visit, by_itself=partial, now=now)
    if doubted and not request.FILES and before.state in ("open", "changeable"):
        return _doubted(request, before, form, now)
    if partial and not any(form.given.values()) and before.response is None and not request.FILES:
        answering.mark_opened(token=token, now=now)
        return HttpResponse(status=204)
    return _save(request, token, before, form, visit)


def _save(request: HttpRequest, token: str, before: Sheet, form: Form, visit: Visit) -> HttpResponse:
    partial = "partial" in request.POST
    language = _language(request, before)
    now = timezone.now()
    try:
        saved = answering.save(
            token=token,
            given=form.given,
            complete=not partial and form.go == "send",
            language=language,
            shown=form.shown,
            visit=visit,
            now=now,
        )
        for name in request.FILES:
            attaching.attach(
                invitation=saved.sheet.invitation, question=name[2:], files=request.FILES.getlist(name), now=now
            )
    except answering.ClosedError:
        return HttpResponse(status=409) if partial or _wants_json(request) else _closed(request, before, language)
    except attaching.AttachError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    address = f"/s/{saved.sheet.invitation.token}"
    if partial:
        moved = saved.sheet.invitation.token != token
        return JsonResponse({"at": address}) if moved else HttpResponse(status=204)
    return _after(request, saved, address, form, language)


def _doubted(request: HttpRequest, before: Sheet, form: Form, now: datetime) -> HttpResponse:
    """A machine may have filled it in: what the page keeps by itself waits; whoever sent it off is asked once more."""
    if "partial" in request.POST:
        return HttpResponse(status=202, headers={"Retry-After": doubting.RETRY_AFTER})
    language = _language(request, before)
    if form.go.startswith("lang-") and not any(form.given.values()):
        saved = Saved(sheet=before, route=before.route(language))
        return _after(request, saved, request.path, form, language)
    held = holding.seal(holding.Held(token=before.invitation.token, at=now, form=asdict(form)))
    if _wants_json(request):
        return JsonResponse({"held": held}, status=202)
    return _once_more(request, before, held, form)


def _once_more(request: HttpRequest, sheet: Sheet, held: str, form: Form) -> HttpResponse:
    """Is it your answer? The button that denies it stands first: who presses everything denies."""
    language = _language(request, sheet)
    main = sheet.definition.main
    context: dict[str, Any] = {
        "company": sheet.company,
        "language": language,
        "languages": [],
        "held": held,
        "question": words(main.text, language=language, company=sheet.company) if main else "",
        "figure": form.given.get(main.name, "") if main else "",
    }
    with speaking(language):
        return render(request, "answer/once_more.html", context)


def _confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The answer to "is it yours?"; raises UnknownTokenError."""
    now = timezone.now()
    before = answering.sheet(token=token, now=now)
    try:
        held = holding.opened(request.POST["held"], token=token, now=now)
    except holding.SealError:
        return _form(request, before, _language(request, before))
    form = Form(**held.form)
    if request.POST.get("person") == "no":
        doubting.deny(token=token, now=now)
        return _denied(request, before)
    if holding.is_denied(held, before.invitation):
        return _to(request.path, lang=_language(request, before))
    if request.POST.get("person") != "yes" or not holding.is_read(held, now):
        return _once_more(request, before, request.POST["held"], form)
    return _save(request, token, before, form, _visit(request, form))


def _denied(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    language = _language(request, sheet)
    with speaking(language):
        context = {
            "title": _("Nothing was kept"),
            "text": _("You can still answer whenever you like."),
            "href": f"{request.path}?lang={language}",
            "action": _("Answer"),
            "company": sheet.company,
            "language": language,
            "languages": [],
        }
        return render(request, "answer/said.html", context)


def _after(request: HttpRequest, saved: Saved, address: str, form: Form, language: str) -> HttpResponse:
    """Where the button leads: to a page of the survey, to what has to be mended, or to the last words."""
    page = int(form.page) if form.page.isdigit() and len(form.page) < 5 else 0
    if form.go.startswith("lang-"):
        score = {"score": request.GET["score"]} if "score" in request.GET else {}
        return _to(address, lang=form.go[5:], page=page, **score)
    if form.go == "back":
        pages = dict(saved.sheet.plan()["slots"])
        earlier = [pages[name] for name in saved.route.names if pages[name] < page]
        return _to(address, lang=language, page=max(earlier, default=0))
    if form.go == "next" and not saved.faults:
        return _onward(saved, address, form, page, language)
    if saved.faults:
        status = 422
        if _wants_json(request):
            return JsonResponse({"faults": dict(saved.faults)}, status=status)
        return _form(request, saved.sheet, language, faults=saved.faults, status=status)
    if _wants_json(request):
        return JsonResponse({"next": f"{address}?{urlencode({'lang': language})}"})
    return _to(address, lang=language)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _onward(saved: Saved, address: str, form: Form, page: int, language: str) -> HttpResponse:
    """The next page with something on it; this one again when its answers brought new questions to it."""
    pages = dict(saved.sheet.plan()["slots"])
    here = [name for name in saved.route.names if pages[name] == page]
    later = [pages[name] for name in saved.route.names if pages[name] > page]
    if set(here) - set(form.shown):
        return _to(address, lang=language, page=page)
    if later:
        return _to(address, lang=language, page=min(later))
    answering.save(token=saved.sheet.invitation.token, given={}, complete=True, language=language, now=timezone.now())
    return _to(address, lang=language)


def _to(address: str, **query: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{address}?{urlencode(query)}", status=303)


def styled(context: Mapping[str, Any]) -> str:
    """The company's colour as a style sheet; empty without one."""
    colours = context.get("colours") or {}
    if not colours:
        return ""
    return (
        f":root{{--accent:{colours['light']};--on-accent:{colours['on_light']}}}"
        "@media (prefers-color-scheme:dark){"
        f":root{{--accent:{colours['dark']};--on-accent:{colours['on_dark']}}}}}"
    )


def _form(
    request: HttpRequest, sheet: Sheet, language: str, *, faults: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    number = request.GET.get("page", "")
    look = Look(
        language=language,
        company=sheet.company,
        answers=sheet.answers,
        facts=sheet.facts(language),
        full=sheet.full,
        seed=sheet.seed,
        suggested=request.GET.get("score", ""),
        faults=faults or {},
        page=int(number) if number.isdigit() and len(number) < 5 else None,
    )
    form = sheet_form(sheet.definition, look)
    query = {name: request.GET[name] for name in ("score", "change") if name in request.GET}
    context: Mapping[str, Any] = {
        **form,
        "action": f"{request.path}?{urlencode(query)}" if query else request.path,
        "company": sheet.company,
        "language": language,
        "languages": languages_for(sheet.definition.languages),
        "preferences": answering.preferences_of(sheet.invitation),
        "once": sheet.once if sheet.response is None else "",
        "style": styled(form),
    }
    with speaking(language):
        return render(request, "answer/survey.html", context, status=status)


def _closed(request: HttpRequest, sheet: Sheet, language: str) -> HttpResponse:
    """Thank-you, already answered, or too late."""
    with speaking(language):
        said_here = _what_to_say(request, sheet, language)
        context = {
            **said_here,
            "company": sheet.company,
            "language": language,
            "languages": languages_for(sheet.definition.languages),
        }
        return render(request, "answer/said.html", context, status=410 if sheet.state == "expired" else 200)


def _what_to_say(request: HttpRequest, sheet: Sheet, language: str) -> dict[str, str]:
    if sheet.state == "expired":
        kept = _("What you had answered is kept.") if sheet.answers else ""
        return {
            "title": _("This survey has closed"),
            "text": " ".join([_("You can still write to us at any time; we read everything."), kept]).strip(),
            "href": f"/tell/{sheet.invitation.workspace.slug}?lang={language}",
            "action": _("Tell us"),
        }
    raw = words(answering.last_words(sheet, language), language=language, company=sheet.company)
    labels = answering.labels(sheet.definition, sheet.answers, language)
    text = said(raw, labels=labels, facts=sheet.facts(language), values=sheet.route(language).values)
    thanks = {"title": _("Thank you"), "text": text}
    if sheet.state == "changeable":
        thanks |= {"href": f"{request.path}?change=1&lang={language}", "action": _("Change my answer")}
    return thanks


def _unknown(request: HttpRequest) -> HttpResponse:
    said_here = {
        "title": _("We cannot find this survey"),
        "text": _("The address may have been cut off in the mail. Open it from the mail again, or copy it whole."),
    }
    return render(request, "answer/said.html", said_here, status=404)


urlpatterns = [path("s/<str:token>", survey, name="survey-answer")]
