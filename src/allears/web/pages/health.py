"""Live and ready, for load balancers and tests."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from allears.events.intake.app import trouble
from allears.operations import exposing


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process can serve: its database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return JsonResponse({"status": "unready", "reason": type(error).__name__}, status=503)
    if reason := trouble():
        return JsonResponse({"status": "unready", "reason": f"intake log: {reason}"}, status=503)
    return JsonResponse({"status": "ready"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: with the token, or to this machine alone when none is set."""
    if not _may_read(request):
        return HttpResponse("Set ALLEARS_METRICS_TOKEN and send it as a bearer token.\n", "text/plain", status=403)
    return HttpResponse(exposing.text(now=timezone.now()), exposing.CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return request.META.get("REMOTE_ADDR", "") in {"127.0.0.1", "::1"} and not forwarded


urlpatterns = [
    path("healthz", live, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
