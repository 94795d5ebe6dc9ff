"""Errors as RFC 9457 problem details, for the whole API."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError


class ProblemError(Exception):
    """An expected error: routers raise it, the caller reads what happened and what to do."""

    def __init__(self, *, status: int, title: str, detail: str = "", **members: Any) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.members = status, title, detail, members


def problem(*, status: int, title: str = "", detail: str = "", **members: Any) -> HttpResponse:
    """One problem document; ``members`` are extension members such as ``errors``."""
    document = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status, **members}
    if detail:
        document["detail"] = detail
    return JsonResponse(document, status=status, content_type="application/problem+json")


def install(api: NinjaAPI) -> None:
    """Answer every error of this API with a problem document."""
    api.add_exception_handler(ProblemError, _expected)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _unknown_key)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(ObjectDoesNotExist, _missing)
    api.add_exception_handler(RequestDataTooBig, _too_big)


def _expected(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(status=error.status, title=error.title, detail=error.detail, **error.members)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [
        {"pointer": _pointer(each["loc"]), "detail": each["msg"].removeprefix("Value error, ")} for each in error.errors
    ]
    return problem(status=422, title="The request does not fit", detail="Nothing was changed.", errors=errors)


def _pointer(place: Sequence[Any]) -> str:
    return "/".join(str(part) for part in place)


def _unknown_key(request: HttpRequest, error: Any) -> HttpResponse:
    answer = problem(
        status=401,
        title="This API key is not valid",
        detail="Send `Authorization: Bearer <key>` with a key of kind api that has not been revoked.",
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(status=error.status_code, detail=str(error))


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(status=404, detail="There is no such thing in this workspace.")


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    detail = f"A call takes at most {most} MiB; send less at once. Nothing was changed."
    return problem(status=413, title="The request is too large", detail=detail)
