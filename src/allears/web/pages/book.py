"""The book: what a customer said in the store, an authority's letter, a paper's article, written down by staff."""

import secrets
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.journeys import queries as journey_queries
from allears.kit.sniffing import LARGEST
from allears.listen import book, filing, officials, repeats, wall
from allears.listen.models import Attachment, Voice, VoiceFile
from allears.listen.sending import sent
from allears.listen.telling import KINDS, LONGEST, TellingError
from allears.web.access import ConsoleRequest, access_agent, access_manager
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page
from allears.web.templatetags.ui import SOURCES, local_name

TABS = (
    (book.STORE, gettext_lazy("In the store")),
    (book.REGULATOR, gettext_lazy("An authority’s letter")),
    (book.MEDIA, gettext_lazy("In the media")),
)


class EntryForm(forms.Form):
    """One entry; what a page of the book does not ask is left out of it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of voice"),
        choices=[(each.value, SOURCES[each.value]) for each in KINDS],
        widget=forms.RadioSelect,
    )
    authority = forms.CharField(max_length=200, label=gettext_lazy("Authority or paper"))
    reference = forms.CharField(max_length=100, required=False, label=gettext_lazy("Reference number"))
    answer_by = forms.CharField(
        required=False,
        label=gettext_lazy("To be answered by"),
        help_text=gettext_lazy("The case runs on this clock where it is earlier than your own."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    text = forms.CharField(
        max_length=LONGEST,
        label=gettext_lazy("In the customer’s own words"),
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True, "enterkeyhint": "enter"}),
    )
    touchpoint = forms.ChoiceField(required=False, label=gettext_lazy("Where was it?"))
    day = forms.CharField(
        required=False,
        label=gettext_lazy("Day of the letter or article"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    link = forms.URLField(required=False, max_length=500, assume_scheme="https", label=gettext_lazy("Link"))
    name = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Customer’s name"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    phone = forms.CharField(
        required=False, max_length=32, label=gettext_lazy("Telephone"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.CharField(
        required=False, max_length=254, label=gettext_lazy("E-mail"),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )  # fmt: skip
    user_id = forms.CharField(
        required=False, max_length=254, label=gettext_lazy("Member number"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    may_contact = forms.BooleanField(
        required=False,
        label=gettext_lazy("The customer agrees to be contacted about it"),
        help_text=gettext_lazy("Without it, no name and no address is kept; who is known already is recognised."),
    )
    ASKS = {
        book.STORE: ("kind", "text", "touchpoint", "name", "phone", "email", "user_id", "may_contact"),
        book.REGULATOR: (
            *("authority", "reference", "answer_by", "text", "day", "touchpoint"),
            *("name", "phone", "email", "user_id"),
        ),
        book.MEDIA: ("authority", "text", "link", "day", "answer_by", "touchpoint"),
    }

    def __init__(self, *args: Any, workspace_id: int, page: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.fields = {name: self.fields[name] for name in self.ASKS[page]}
        found = journey_queries.touchpoints(workspace_id=workspace_id)
        where = self.fields["touchpoint"]
        assert isinstance(where, forms.ChoiceField)
        where.choices = [("", "–"), *((each.key, local_name(each)) for each in found)]
        style(self)
        if "kind" in self.fields:
            self.fields["kind"].widget.attrs["class"] = "radio radio-sm"
        if "may_contact" in self.fields:
            self.fields["may_contact"].widget.attrs["class"] = "checkbox checkbox-sm"

    def entry(self, request: ConsoleRequest) -> book.Entry:
        """As the action wants it; raises TellingError."""
        clean = self.cleaned_data
        zone, now = request.access.workspace.timezone, timezone.now()
        times = {name: officials.read_time(clean[name], zone=zone) for name in ("day", "answer_by") if clean.get(name)}
        if wrong := next((name for name, moment in times.items() if moment is None), None):
            raise TellingError(wrong, _("This is no date."))
        said_at = times.get("day")
        given = ("kind", "name", "email", "phone", "user_id", "may_contact", "authority", "reference", "link")
        return book.Entry(
            key=_key(request.POST.get("once", ""), clean["text"]),
            page=self.page,
            text=clean["text"],
            said_at=min(said_at - timedelta(hours=12), now) if said_at else now,
            touchpoint_key=clean["touchpoint"],
            answer_by=times.get("answer_by"),
            files=[filing.received(each) for each in request.FILES.getlist("files")],
            written_by=request.access.membership.pk,
            **{name: clean[name] for name in given if name in clean},
        )


def _key(once: str, text: str) -> str:
    """Of the form and its words: sent twice is kept once, and who goes back and writes something else is kept too."""
    return f"{once[:40] or secrets.token_urlsafe(12)}.{blake2b(text.encode(), digest_size=8).hexdigest()}"


@require_http_methods(["GET", "HEAD", "POST"])
@access_agent
def entries(request: ConsoleRequest) -> HttpResponse:
    """The form; what was written is kept, and the next can be written at once."""
    page = request.GET.get("as", "")
    page = page if page in book.PAGES else book.STORE
    sent_form = request.method == "POST"
    form = EntryForm(
        request.POST if sent_form else None,
        workspace_id=request.access.workspace_id,
        page=page,
        initial={"kind": KINDS[0].value, "touchpoint": request.GET.get("at", "")},
    )
    if sent_form and form.is_valid() and (voice := _kept(request, form)):
        at = f"&at={form.cleaned_data['touchpoint']}" if form.cleaned_data["touchpoint"] else ""
        return redirect(f"{reverse('book')}?as={page}{at}&kept={voice.pk}")
    return _page(request, page, form, status=422 if sent_form else 200)


def _kept(request: ConsoleRequest, form: EntryForm) -> Voice | None:
    try:
        return book.write_down(workspace_id=request.access.workspace_id, entry=form.entry(request), now=timezone.now())
    except TellingError as error:
        form.add_error(error.field if error.field in form.fields else None, _wrong(error))
    except filing.FileError as error:
        form.add_error(None, str(error))
    return None


def _wrong(error: TellingError) -> str:
    words = {
        "email": _("This is not an e-mail address."),
        "phone": _("This is not a telephone number."),
        "day": _("This is no date."),
        "answer_by": _("This is no date."),
        "text": _("Write a few words, at most 10,000 characters."),
    }
    return words.get(error.field, str(error))


def _page(request: ConsoleRequest, page: str, form: EntryForm, *, status: int) -> HttpResponse:
    kept = request.GET.get("kept", "")
    context = {
        "tabs": TABS,
        "page": page,
        "form": form,
        "once": request.POST.get("once") or secrets.token_urlsafe(12),
        "kept": int(kept) if kept.isdecimal() and len(kept) < 19 else None,
        "most": filing.MOST,
        "largest": LARGEST >> 20,
    }
    return render_page(request, "listen/book.html", context, status=status)


@require_GET
@access_agent
def voice_file(request: ConsoleRequest, file_id: int) -> HttpResponse:
    """A photo or file that was given with a voice."""
    found = VoiceFile.objects.in_workspace(request.access.workspace_id).filter(pk=file_id).first()
    if found is None:
        raise Http404
    return sent(found, show="show" in request.GET)


@require_GET
@access_agent
def answer_file(request: ConsoleRequest, attachment_id: int) -> HttpResponse:
    """A photo or file that was given as an answer."""
    found = Attachment.objects.in_workspace(request.access.workspace_id).filter(pk=attachment_id).first()
    if found is None:
        raise Http404
    return sent(found, show="show" in request.GET)


def _voice(request: ConsoleRequest, voice_id: int) -> Voice:
    try:
        return wall.one(workspace_id=request.access.workspace_id, voice_id=voice_id)
    except Voice.DoesNotExist as error:
        raise Http404 from error


@require_POST
@access_manager
def parting(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """It is another voice after all."""
    repeats.part(voice=_voice(request, voice_id), actor_id=request.access.user.pk)
    flash(request, _("It counts by itself now."), undo=reverse("voice_rejoining", args=[voice_id]))
    return redirect("voice", voice_id)


@require_POST
@access_manager
def rejoining(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """It is the same after all."""
    repeats.rejoin(voice=_voice(request, voice_id), actor_id=request.access.user.pk)
    flash(request, _("It is one voice again."))
    return redirect("voice", voice_id)


urlpatterns = [
    path("listen/book", entries, name="book"),
    path("listen/files/<int:file_id>", voice_file, name="voice_file"),
    path("listen/answer-files/<int:attachment_id>", answer_file, name="answer_file"),
    path("listen/voices/<int:voice_id>/parting", parting, name="voice_parting"),
    path("listen/voices/<int:voice_id>/rejoining", rejoining, name="voice_rejoining"),
]
