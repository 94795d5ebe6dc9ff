"""``Idempotency-Key``: a POST sent again gets the answer of the first time, and nothing happens twice.

The key counts for one API key, method and address, for a week. The first answer commits together with the effects.
When a customer is erased the answers kept till then lose their words, as nobody can tell whose those are; a repeat is
then answered with the first status and an empty object, and still nothing happens twice.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from allears.accounts.models import AccessKey
from allears.api.problems import problem
from allears.jobs.models import KeptReply

HEADER = "Idempotency-Key"
LONGEST = 255
Run = Callable[..., HttpResponseBase]


def once(run: Run) -> Run:
    """Wrap every operation of the API (``api.add_decorator(once, mode="view")``)."""

    @wraps(run)
    def wrapped(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER, "")
        if request.method != "POST" or not key:
            return run(request, **arguments)
        if len(key) > LONGEST:
            return problem(status=400, title=f"{HEADER} has more than {LONGEST} characters", detail="Nothing was done.")
        with transaction.atomic():
            reply = _run_once(request, key, lambda: run(request, **arguments))
            if reply.status_code >= 400:
                transaction.set_rollback(True)  # nothing happened, so the same key may try again
            return reply

    return wrapped


def _run_once(request: HttpRequest, key: str, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    bearer = request.headers.get("Authorization", "")
    scope = _digest(bearer, request.get_full_path(), key)
    try:
        body = _digest(request.body)
    except RequestDataTooBig:
        return run()  # it says so
    kept, new = KeptReply.objects.get_or_create(
        scope=scope, defaults={"request": body, "status": 0, "body": "", "at": timezone.now()}
    )
    if new:
        reply = run()
        if isinstance(reply, HttpResponse) and reply.status_code < 400:
            kept.status, kept.content_type = reply.status_code, reply.headers.get("Content-Type", "")
            kept.body = reply.content.decode()
            kept.save(update_fields=["status", "content_type", "body"])
        return reply
    if not _is_valid(bearer):
        return run()  # it answers what a revoked key is answered
    if kept.request != body:
        return problem(
            status=422, title=f"This {HEADER} was used for another request", detail="Nothing was done. Use a new key."
        )
    emptied = not kept.body and "json" in kept.content_type  # when somebody was erased: it was done, once, all the same
    again = HttpResponse("{}" if emptied else kept.body, status=kept.status, content_type=kept.content_type)
    again["Idempotent-Replayed"] = "true"
    return again


def _is_valid(bearer: str) -> bool:
    digest = hashlib.sha256(bearer.partition(" ")[2].encode()).hexdigest()
    keys = AccessKey.objects.across_workspaces()  # the key itself says which workspace it opens
    return keys.filter(kind=AccessKey.Kind.API, key_hash=digest, revoked_at__isnull=True).exists()


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
