"""The guards of the console: each page says the least role it opens to, and reads only ``request.access``.

    @access_manager
    def themes(request: ConsoleRequest) -> HttpResponse: ...

Not signed in: to the sign-in page and back. Signed in with too small a role: told so (403). What belongs to another
workspace is found by no scoped query, so it is a 404. Works for sync and async views.
"""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from allears.accounts.access import Access, access_of
from allears.accounts.models import Role, User

WORKSPACE_KEY = "workspace_id"  # in the session: the workspace chosen last


class ConsoleRequest(HttpRequest):
    """A request that has passed a guard."""

    access: Access


View = Callable[..., Any]


def _enter(request: HttpRequest, least: Role) -> HttpResponseBase | None:
    """Set ``request.access``, or say why not."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    access = access_of(user=user, preferred=request.session.get(WORKSPACE_KEY))
    if access is None:
        return render(request, "accounts/no_workspace.html", status=403)
    request.access = access  # type: ignore[attr-defined]
    timezone.activate(ZoneInfo(access.workspace.timezone))
    if user.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(user.language)  # a new device: as this person reads elsewhere
    if access.may(least):
        return None
    if request.path == "/":
        return redirect("/desk")  # an agent's home
    return render(request, "403.html", {"least": least}, status=403)


def _guard(least: Role) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                refusal = await sync_to_async(_enter)(request, least)
                return refusal or await view(request, *args, **kwargs)
        else:

            @wraps(view)
            def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                return _enter(request, least) or view(request, *args, **kwargs)

        guarded.least_role = least  # type: ignore[attr-defined]
        return guarded

    return decorate


access_agent = _guard(Role.AGENT)
access_manager = _guard(Role.MANAGER)
access_admin = _guard(Role.ADMIN)
