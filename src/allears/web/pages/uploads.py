"""Large files from the browser, piece by piece: by tus, as at the API, for whoever is signed in."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from allears.events.imports import pieces, tus
from allears.events.models import Upload
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import flash


def _door(request: ConsoleRequest) -> tus.Door:
    return tus.Door(
        workspace=request.access.workspace,
        actor_id=request.access.user.pk,
        place=lambda upload: reverse("upload", args=[upload.pk]),
        result=lambda import_id: reverse("import", args=[import_id]),
    )


def _find(request: ConsoleRequest, upload_id: int) -> Upload:
    return get_object_or_404(pieces.uploads_of(request.access.workspace_id), pk=upload_id)


@require_POST
@access_manager
def begin(request: ConsoleRequest) -> HttpResponse:
    """Begin a file."""
    return tus.create(request, _door(request), now=timezone.now())


@require_http_methods([*tus.METHODS, "POST"])
@access_manager
def one(request: ConsoleRequest, upload_id: int) -> HttpResponse:
    """How far a file is, a piece of it, or its end."""
    return tus.attend(request, _door(request), _find(request, upload_id), now=timezone.now())


@require_POST
@access_manager
def forget(request: ConsoleRequest, upload_id: int) -> HttpResponse:
    """Give a half-sent file up."""
    pieces.forget(upload=_find(request, upload_id))
    flash(request, _("What had come of the file is gone. Nothing had been imported."))
    return redirect("imports")


urlpatterns = [
    path("imports/uploads", begin, name="uploads"),
    path("imports/uploads/<int:upload_id>", one, name="upload"),
    path("imports/uploads/<int:upload_id>/removal", forget, name="upload_removal"),
]
