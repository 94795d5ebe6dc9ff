"""Where providers call back: reports on messages, replies, news about mails. The address carries the secret."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from allears.customers.keys import IdentityKeys, clean_phone
from allears.listen import wechat
from allears.listen.replies import take_reply
from allears.outreach.channels.base import DeliveryError
from allears.outreach.channels.wechat import crypto, envelope
from allears.outreach.delivery import actions, queries, returning
from allears.outreach.delivery.models import ChannelSetup
from allears.outreach.delivery.numbers import known_number
from allears.web.pages.answer import speaking

MOST_BYTES = 256 * 1024


class NotUnderstoodError(ValueError):
    """A call that says too little."""


def _told(request: HttpRequest) -> Any:
    """JSON as it is, also where it is sent as plain text (Amazon SNS); a form or a query as an object."""
    kind = request.headers.get("Content-Type", "")
    if "json" in kind or (kind.startswith("text/plain") and request.body.lstrip()[:1] in (b"{", b"[")):
        try:
            return json.loads(request.body)
        except ValueError as error:
            raise NotUnderstoodError("this is not JSON") from error
    return {**request.GET.dict(), **request.POST.dict()}


def _word(told: dict[str, Any], *names: str) -> str:
    return next((str(told[name]) for name in names if told.get(name) not in (None, "")), "")


def _sms_report(request: HttpRequest, setup: ChannelSetup) -> dict[str, Any]:
    told = _told(request)
    items = told if isinstance(told, list) else [told]
    taken = 0
    for item in items:
        if not isinstance(item, dict):
            raise NotUnderstoodError("send objects")
        taken += returning.take_report(
            setup=setup,
            message_id=_word(item, "id", "message_id"),
            reference=_word(item, "reference", "msgid", "MessageSid", "sid"),
            state=_word(item, "status", "state", "MessageStatus", "stat"),
            now=timezone.now(),
        )
    return {"taken": taken}


def _sms_inbound(request: HttpRequest, setup: ChannelSetup) -> dict[str, Any]:
    told = _told(request)
    if not isinstance(told, dict):
        raise NotUnderstoodError("send one object")
    phone = clean_phone(_word(told, "from", "From", "mobile", "sender"))
    if not phone:
        raise NotUnderstoodError("`from` is no telephone number")
    address = known_number(workspace_id=setup.workspace_id, channel="sms", number=phone)
    became = take_reply(
        workspace_id=setup.workspace_id,
        channel="sms",
        address=address,
        keys=IdentityKeys(phone=address),
        text=_word(told, "text", "Body", "content", "message"),
        key=_word(told, "id", "MessageSid", "msgid"),
        now=timezone.now(),
    )
    return {"taken_as": became}


def _email_events(request: HttpRequest, setup: ChannelSetup) -> dict[str, Any]:
    return {"taken": returning.take_news(setup=setup, body=_told(request), now=timezone.now())}


CALLS: dict[tuple[str, str], Callable[[HttpRequest, ChannelSetup], dict[str, Any]]] = {
    ("sms", "report"): _sms_report,
    ("sms", "inbound"): _sms_inbound,
    ("email", "events"): _email_events,
}


@csrf_exempt  # the platform signs each call with the account's token
@never_cache
@require_http_methods(["GET", "POST"])
def wechat_call(request: HttpRequest, channel: str, token: str) -> HttpResponse:
    """The platform's check of our address (GET), and its encrypted messages (POST)."""
    setup = queries.setup_at(channel=channel, token=token)
    if setup is None or len(request.body) > MOST_BYTES:
        return HttpResponse(status=404)
    told, query, is_wecom = actions.opened(setup=setup), request.GET.dict(), channel == "wecom"
    receiver = str(told.get("corp_id" if is_wecom else "app_id", ""))
    try:
        if request.method == "GET":
            echo = envelope.greet(told, query, receiver=receiver, sealed=is_wecom)
            return HttpResponse(echo, content_type="text/plain")
        message = envelope.open_message(told, query, request.body, receiver=receiver, now=timezone.now())
    except (crypto.NotGenuineError, envelope.NotReadableError) as error:
        actions.called(setup=setup, proven=False)
        return HttpResponse(str(error), status=403, content_type="text/plain; charset=utf-8")
    actions.called(setup=setup, proven=True)
    if is_wecom:
        return _fetched(setup, message)
    with speaking("zh"):
        said = wechat.take_call(setup=setup, message=message, now=timezone.now())
    return HttpResponse(envelope.reply(told, message, said, receiver=receiver), content_type="application/xml")


def _fetched(setup: ChannelSetup, message: dict[str, Any]) -> HttpResponse:
    """Answered with an error when the news could not be fetched, so that the platform calls again."""
    try:
        wechat.take_news(setup=setup, message=message, now=timezone.now())
    except DeliveryError as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("success")


@csrf_exempt  # no cookie gives any right here; the token in the address does
@never_cache
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, channel: str, token: str, what: str) -> HttpResponse:
    """One call of a provider."""
    setup = queries.setup_at(channel=channel, token=token)
    handler = CALLS.get((channel, what))
    if setup is None or handler is None:
        return JsonResponse({"error": "there is no such address"}, status=404)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"error": "this is too long"}, status=413)
    actions.called(setup=setup, proven=True)
    try:
        return JsonResponse(handler(request, setup))
    except NotUnderstoodError as error:
        return JsonResponse({"error": str(error)}, status=422)


urlpatterns = [
    path("v1/channels/wechat/<str:token>/events", wechat_call, {"channel": "wechat"}, name="wechat_call"),
    path("v1/channels/wecom/<str:token>/events", wechat_call, {"channel": "wecom"}, name="wecom_call"),
    path("v1/channels/<slug:channel>/<str:token>/<slug:what>", call, name="channel_call"),
]
