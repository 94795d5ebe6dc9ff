"""Where the REST API hangs in the site; what is not there is told as every other error is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from allears.api.main import api
from allears.api.problems import problem


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """An address that no route has."""
    return problem(
        status=404,
        title="There is no such address",
        detail=f"{request.path} is not part of this API; /api/v1/openapi.json lists every address.",
    )


def _with_problems(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        allowed = response.headers.get("Allow", "")
        refusal = problem(status=405, title=f"{request.method} is not possible here", detail=f"Possible: {allowed}.")
        refusal["Allow"] = allowed
        return refusal

    return answered


_patterns, _app, _namespace = api.urls
for _each in _patterns:
    if isinstance(_each, URLPattern):
        _each.callback = _with_problems(_each.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", unknown),
    path("", include((_patterns, _app), namespace=_namespace)),
    re_path(r"^.*$", unknown),
]
