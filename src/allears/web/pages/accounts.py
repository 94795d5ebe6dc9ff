"""Signing in by link, joining by invitation, and the settings of a workspace: members, keys, audit log."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.accounts import actions, queries
from allears.accounts.access import access_of
from allears.accounts.mail import invite_url
from allears.accounts.models import AccessKey, MemberInvite, Membership, Role, User, Workspace
from allears.web.access import WORKSPACE_KEY, ConsoleRequest, access_admin, access_agent, access_manager
from allears.web.audit_words import told_of
from allears.web.context import start_page
from allears.web.pages.listeners import digest_context
from allears.web.render import flash, render_page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ROLES = (
    (Role.ADMIN, gettext_lazy("Admin"), gettext_lazy("everything, members and keys too")),
    (Role.MANAGER, gettext_lazy("Manager"), gettext_lazy("everything but members and keys")),
    (Role.AGENT, gettext_lazy("Agent"), gettext_lazy("my desk, the live wall, the voices about my work")),
)
ROLE_NAMES = {role: name for role, name, _hint in ROLES}
LANGUAGE_NAMES = (("en", "English"), ("zh-hans", "简体中文"))


# One-time sign-in


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """A visit only shows a button (mail scanners visit links too); pressing it spends the link."""
    now = timezone.now()
    try:
        if request.method == "GET":
            link = actions.find_sign_in_link(token=token, now=now)
            return render(request, "accounts/sign_in_link.html", {"user_name": str(link.user)})
        user = actions.use_sign_in_link(token=token, now=now)
    except actions.LinkSpentError:
        return render(request, "accounts/link_spent.html", status=410)
    login(request, user, backend=BACKEND)
    access = access_of(user=user, preferred=None)
    return redirect(start_page(access) if access else "profile")


# Joining


class JoinForm(forms.Form):
    name = forms.CharField(max_length=120, label=gettext_lazy("Your name"))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least ten characters; a sentence is good."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        style(self)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self._user)
        return password


_BOXES = (forms.CheckboxInput, forms.CheckboxSelectMultiple)


def style(form: forms.Form) -> None:
    """Our field classes on Django's widgets."""
    for field in form.fields.values():
        kind = "select" if isinstance(field.widget, forms.Select) else "input"
        kind = "textarea" if isinstance(field.widget, forms.Textarea) else kind
        kind = "checkbox checkbox-sm" if isinstance(field.widget, _BOXES) else kind
        field.widget.attrs.setdefault("class", kind)


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation. Someone who has an account already joins with it, signed in."""
    now = timezone.now()
    try:
        invite = actions.find_invite(token=token, now=now)
    except actions.LinkSpentError:
        return render(request, "accounts/invite_spent.html", status=410)
    known = User.objects.filter(email=invite.email).first()
    if known:
        return _join_known(request, invite, known, now)
    form = JoinForm(request.POST or None, user=User(email=invite.email))
    if request.method == "POST" and form.is_valid():
        user = actions.accept_invite(
            invite=invite, name=form.cleaned_data["name"], password=form.cleaned_data["password"], now=now
        )
        return _enter(request, invite, user)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/join.html", {"invite": invite, "form": form}, status=status)


def _join_known(request: HttpRequest, invite: MemberInvite, known: User, now: datetime) -> HttpResponse:
    mine = isinstance(request.user, User) and request.user.pk == known.pk
    if request.method == "POST" and mine:
        return _enter(request, invite, actions.accept_invite(invite=invite, name="", password=None, now=now))
    return render(request, "accounts/join_known.html", {"invite": invite, "mine": mine})


def _enter(request: HttpRequest, invite: MemberInvite, user: User) -> HttpResponse:
    login(request, user, backend=BACKEND)
    request.session[WORKSPACE_KEY] = invite.workspace_id
    flash(request, _("Welcome. You are now a member of %(where)s.") % {"where": invite.workspace.name})
    access = access_of(user=user, preferred=invite.workspace_id)
    return redirect(start_page(access) if access else "profile")


# One's own account


class ProfileForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Colleagues see it beside what you do, customers under what you write."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


@access_agent
@require_http_methods(["GET", "POST"])
def profile(request: ConsoleRequest) -> HttpResponse:
    """Who am I here?"""
    form = ProfileForm(request.POST or None, initial={"name": request.access.user.name})
    if request.method == "POST" and form.is_valid():
        actions.choose_name(user=request.access.user, name=form.cleaned_data["name"])
        flash(request, _("Saved"))
        return redirect("profile")
    context = {"form": form, "role": ROLE_NAMES[request.access.role], **digest_context(request)}
    return render_page(request, "accounts/profile.html", context, status=422 if form.errors else 200)


# Settings: the workspace


class WorkspaceForm(forms.Form):
    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Days begin and quiet hours count in this zone, where the customer's is unknown."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of messages"),
        choices=LANGUAGE_NAMES,
        help_text=gettext_lazy("Used when a customer's own language is unknown."),
    )
    success_statement = forms.CharField(
        required=False,
        label=gettext_lazy("What success means for our customers"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One sentence in the customers' own terms. It stands at the top of Home."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["timezone"]
        assert isinstance(zone, forms.ChoiceField)
        zone.choices = [(each, each) for each in sorted(available_timezones())]
        style(self)


def _form_of(workspace: Workspace) -> dict[str, str]:
    return {name: getattr(workspace, name) for name in ("name", "timezone", "language", "success_statement")}


@access_manager
@require_http_methods(["GET", "POST"])
def workspace_settings(request: ConsoleRequest) -> HttpResponse:
    """What is this workspace called, and where does it live?"""
    workspace = request.access.workspace
    form = WorkspaceForm(request.POST or None, initial=_form_of(workspace))
    if request.method == "POST" and form.is_valid():
        actions.change_workspace(workspace=workspace, actor=request.access.user, **form.cleaned_data)
        flash(request, _("Saved"))
        return redirect("settings")
    return render_page(request, "accounts/workspace.html", {"form": form}, status=422 if form.errors else 200)


# Settings: members


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, name) for role, name, _hint in ROLES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def _members_page(request: ConsoleRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    workspace_id, now = request.access.workspace_id, timezone.now()
    invites = [
        {
            "row": invite,
            "url": invite_url(invite),
            "live": invite.expires_at > now,
            "role": ROLE_NAMES[Role(invite.role)],
        }
        for invite in queries.open_invites(workspace_id=workspace_id)
    ]
    context = {"form": form, "members": queries.members(workspace_id=workspace_id), "invites": invites, "roles": ROLES}
    return render_page(request, "accounts/members.html", context, status=status)


@access_admin
@require_GET
def members(request: ConsoleRequest) -> HttpResponse:
    """Who works here, and what may they do?"""
    return _members_page(request, InviteForm(initial={"role": Role.AGENT}))


@access_admin
@require_POST
def invite(request: ConsoleRequest) -> HttpResponse:
    """Invite a person to this workspace."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _members_page(request, form, status=422)
    try:
        actions.invite_member(
            workspace=request.access.workspace, actor=request.access.user, now=timezone.now(), **form.cleaned_data
        )
    except actions.AccountsError as error:
        form.add_error("email", str(error))
        return _members_page(request, form, status=422)
    flash(request, _("Invitation on its way to %(email)s. Its link can also be copied below.") % form.cleaned_data)
    return redirect("members")


def _invite_of(request: ConsoleRequest, invite_id: int) -> MemberInvite:
    try:
        return queries.access_invite(workspace_id=request.access.workspace_id, invite_id=invite_id)
    except MemberInvite.DoesNotExist as error:
        raise Http404 from error


def _member_of(request: ConsoleRequest, member_id: int) -> Membership:
    try:
        return queries.access_member(workspace_id=request.access.workspace_id, member_id=member_id)
    except Membership.DoesNotExist as error:
        raise Http404 from error


@access_admin
@require_POST
def revoke_invite(request: ConsoleRequest, invite_id: int) -> HttpResponse:
    """Withdraw an invitation; its link dies."""
    actions.revoke_invite(invite=_invite_of(request, invite_id), actor=request.access.user, now=timezone.now())
    flash(request, _("Invitation withdrawn; its link no longer works."))
    return redirect("members")


@access_admin
@require_POST
def change_role(request: ConsoleRequest, member_id: int) -> HttpResponse:
    """Give a member another role."""
    member = _member_of(request, member_id)
    try:
        actions.change_role(member=member, role=request.POST.get("role", ""), actor=request.access.user)
    except actions.AccountsError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        flash(request, _("%(who)s now has the role %(role)s.") % _told(member))
    return redirect("members")


def _told(member: Membership) -> dict[str, str]:
    return {"who": str(member.user), "role": str(ROLE_NAMES[Role(member.role)])}


@access_admin
@require_POST
def remove_member(request: ConsoleRequest, member_id: int) -> HttpResponse:
    """End a membership; what the person did stays."""
    member = _member_of(request, member_id)
    try:
        actions.remove_member(member=member, actor=request.access.user, now=timezone.now())
    except actions.AccountsError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        flash(request, _("%(who)s was removed.") % _told(member), undo=f"/settings/members/{member.pk}/return")
    return redirect("members")


@access_admin
@require_POST
def restore_member(request: ConsoleRequest, member_id: int) -> HttpResponse:
    """Take a former member back."""
    member = _member_of(request, member_id)
    try:
        actions.restore_member(member=member, actor=request.access.user)
    except actions.AccountsError as error:
        flash(request, str(error), level=messages.ERROR)
    else:
        flash(request, _("%(who)s is back.") % _told(member))
    return redirect("members")


# Settings: keys


class KeyForm(forms.Form):
    name = forms.CharField(max_length=120, label=gettext_lazy("Name"), help_text=gettext_lazy("What will use it?"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            (AccessKey.Kind.WRITE.value, gettext_lazy("Write key: sends events in")),
            (AccessKey.Kind.API.value, gettext_lazy("API key: reads and changes through the REST API")),
        ],
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("An API key may also"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(AccessKey.Scope.EXPORT.value, gettext_lazy("export: take people’s data out as files"))],
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("scopes") and given.get("kind") == AccessKey.Kind.WRITE:
            self.add_error("scopes", _("A write key only sends events in: it cannot export. Make an API key for that."))
        return given

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


@never_cache
@access_admin
@require_http_methods(["GET", "POST"])
def keys(request: ConsoleRequest) -> HttpResponse:
    """Which machines may enter? A new key's secret is in this one answer and nowhere else."""
    form, made = KeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        _key, made = actions.make_key(
            workspace=request.access.workspace, actor=request.access.user, now=timezone.now(), **form.cleaned_data
        )
        form = KeyForm()
    context = {"form": form, "made": made, "keys": queries.keys(workspace_id=request.access.workspace_id)}
    return render_page(request, "accounts/keys.html", context, status=422 if form.errors else 200)


@access_admin
@require_POST
def revoke_key(request: ConsoleRequest, key_id: int) -> HttpResponse:
    """End a machine's key at once."""
    try:
        key = queries.access_key(workspace_id=request.access.workspace_id, key_id=key_id)
    except AccessKey.DoesNotExist as error:
        raise Http404 from error
    actions.revoke_key(key=key, actor=request.access.user, now=timezone.now())
    flash(request, _("Key %(name)s no longer opens anything.") % {"name": key.name})
    return redirect("keys")


@access_admin
@require_GET
def audit_log(request: ConsoleRequest) -> HttpResponse:
    """Who did what, when?"""
    cursor = request.GET.get("cursor", "")
    before = int(cursor) if cursor.isdecimal() and len(cursor) < 19 else None
    entries, following = queries.audit_log(workspace_id=request.access.workspace_id, before=before, limit=50)
    return render_page(
        request,
        "accounts/audit.html",
        {"entries": told_of(entries, workspace_id=request.access.workspace_id), "following": following},
    )


urlpatterns = [
    path("sign-in/<str:token>", sign_in, name="sign_in_link"),
    path("join/<str:token>", join, name="join"),
    path("settings/profile", profile, name="profile"),
    path("settings", workspace_settings, name="settings"),
    path("settings/members", members, name="members"),
    path("settings/members/invites", invite, name="invite"),
    path("settings/members/invites/<int:invite_id>/withdrawal", revoke_invite, name="revoke_invite"),
    path("settings/members/<int:member_id>/role", change_role, name="change_role"),
    path("settings/members/<int:member_id>/removal", remove_member, name="remove_member"),
    path("settings/members/<int:member_id>/return", restore_member, name="restore_member"),
    path("settings/keys", keys, name="keys"),
    path("settings/keys/<int:key_id>/revocation", revoke_key, name="revoke_key"),
    path("settings/audit", audit_log, name="audit_log"),
]
