"""Live and ready, for load balancers and tests."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from allears.events.intake.app import trouble


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


urlpatterns = [path("healthz", live, name="healthz"), path("readyz", ready, name="readyz")]
