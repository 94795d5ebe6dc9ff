"""CloudEvents 1.0 over HTTP: binary, structured and batched content.

After the CloudEvents specification 1.0.2 with its HTTP protocol binding and JSON event format.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec
from django.utils.translation import gettext_noop as _

from allears.events.doors.arrival import Arrival, Translated, UnfitError, json_of, refused, text_of
from allears.events.reasons import RefusedError

REQUIRED = ("specversion", "id", "source", "type")
NOT_CONTEXT = frozenset({"data", "data_base64"})
MISSING = _("the attribute %(name)s is missing: every CloudEvent has %(names)s")
STRUCTURED, BATCHED = "application/cloudevents", "application/cloudevents-batch"
LEAP = re.compile(r"(\d\d:\d\d):60(?:\.\d+)?(Z|[-+]\d\d:\d\d)$")
USER = ("subject", "data.userId", "data.user_id", "data.customerId", "data.customer_id")
ANONYMOUS = ("data.anonymousId", "data.anonymous_id")
EMAIL = ("data.email",)


def translate(arrival: Arrival) -> Translated:
    """Each event becomes a track call; raises UnfitError for what is no CloudEvent."""
    asked = arrival.asked()
    key = asked.pop("access_token", "")
    events = _events(arrival)
    if isinstance(events, list):
        return Translated(calls=[_taken(each, asked) for each in events], write_key=key)
    try:
        return Translated(calls=[_call(events, asked)], write_key=key)
    except RefusedError as error:
        kept = Translated(calls=[refused(error, events)]).body()
        raise UnfitError(str(error), kept=kept) from error


def _events(arrival: Arrival) -> Any:
    """The events in the JSON format: a list when they came as a batch."""
    media = arrival.header("content-type").partition(";")[0].lower()
    if media.startswith((STRUCTURED, BATCHED)) and not media.endswith("+json"):
        raise UnfitError(f"the format {media} is not read here; send {STRUCTURED}+json", status=415)
    if media.startswith(STRUCTURED):
        events = json_of(arrival.data, "the body")
        if media.startswith(BATCHED) != isinstance(events, list):
            raise UnfitError(f"{media} needs {'an array' if media.startswith(BATCHED) else 'one object'}")
        return events
    if b"ce-specversion" in arrival.headers or b"ce-id" in arrival.headers:
        return _binary(arrival, media)
    raise UnfitError(
        "this is no CloudEvent: send the attributes as ce- headers, or the whole event as application/cloudevents+json"
    )


def _binary(arrival: Arrival, media: str) -> dict[str, Any]:
    """Attributes from the headers (percent-encoded), data from the body."""
    event: dict[str, Any] = {
        name[3:].decode("latin-1"): unquote(_text(value))
        for name, value in arrival.headers.items()
        if name.startswith(b"ce-")
    }
    if media:
        event["datacontenttype"] = arrival.header("content-type")
    if not arrival.data:
        return event
    if media == "application/json" or media.endswith("+json") or not media:
        event["data"] = json_of(arrival.data, "the data")
    else:
        event |= _other(arrival.data, media)
    return event


def _text(value: bytes) -> str:
    """A sender that does not percent-encode writes UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _other(data: bytes, media: str) -> dict[str, str]:
    try:
        if media.startswith("text/") or media.endswith("xml"):
            return {"data": data.decode()}
    except UnicodeDecodeError:
        return {"data_base64": base64.b64encode(data).decode()}
    return {"data_base64": base64.b64encode(data).decode()}


def _taken(event: Any, asked: Mapping[str, str]) -> dict[str, Any]:
    try:
        return _call(event, asked)
    except RefusedError as error:
        return refused(error, event)


def _call(event: Any, asked: Mapping[str, str]) -> dict[str, Any]:
    """One track call; raises RefusedError with the attribute to mend."""
    if not isinstance(event, dict):
        raise RefusedError(_("a CloudEvent is a JSON object"))
    for name in REQUIRED:
        if not isinstance(event.get(name), str) or not event[name]:
            raise RefusedError(MISSING, name=name, names=", ".join(REQUIRED))
    if event["specversion"] != "1.0":
        raise RefusedError(_("specversion %(version)s is not known here: send 1.0"), version=event["specversion"])
    said = {**event, "data": _data(event)}
    call: dict[str, Any] = {
        "type": "track",
        "messageId": f"ce {event['source']} {event['id']}",
        "event": _name(event["type"], asked.get("event", "type"), said),
        "properties": said["data"],
        "context": {"cloudevent": {name: value for name, value in event.items() if name not in NOT_CONTEXT}},
    }
    if event.get("time") is not None:
        call["timestamp"] = _time(event["time"])
    return call | _person(call["context"], said, asked)


def _time(said: Any) -> Any:
    """RFC 3339 also knows small letters and leap seconds, which a calendar does not."""
    return LEAP.sub(r"\1:59.999999\2", said.upper()) if isinstance(said, str) else said


def _data(event: Mapping[str, Any]) -> dict[str, Any]:
    """The data as properties: an object as it is, everything else under one name."""
    if "data_base64" in event:
        raw = event["data_base64"]
        try:
            found = msgspec.json.decode(base64.b64decode(raw, validate=True))
        except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError, TypeError):
            return {"data_base64": raw}
        return found if isinstance(found, dict) else {"data_base64": raw}
    data = event.get("data")
    if isinstance(data, dict):
        return data
    return {} if data is None else {"data": data}


def _name(kind: str, rule: str, said: Mapping[str, Any]) -> str:
    """``type``: as it is; ``last``: its last part; else what stands at that path."""
    if rule == "type":
        return kind
    return kind.rpartition(".")[2] if rule == "last" else text_of(_at(said, rule)) or kind


def _person(context: dict[str, Any], said: Mapping[str, Any], asked: Mapping[str, str]) -> dict[str, str]:
    """Whose event it is: by the paths of the address, else by the usual places."""
    user, visitor, email = (
        next((text for path in ((asked[name],) if name in asked else usual) if (text := text_of(_at(said, path)))), "")
        for name, usual in (("user_id", USER), ("anonymous_id", ANONYMOUS), ("email", EMAIL))
    )
    if email:
        context["traits"] = {"email": email}
    return {name: value for name, value in (("userId", user), ("anonymousId", visitor)) if value}


def _at(said: Any, path: str) -> Any:
    """What stands at ``data.customer.id``; None where nothing does."""
    for part in path.split("."):
        said = said.get(part) if isinstance(said, dict) else None
    return said
