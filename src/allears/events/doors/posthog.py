"""PostHog's capture protocol: batches of server SDKs, single and queued events of the browser's.

Forms seen from its public SDKs: ``{"api_key", "batch": [event], "sent_at"}``, one event, a list of events, and
``data=`` with base64 in a form; each plain or gzipped.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from django.utils.translation import gettext_noop as _

from allears.events.doors.arrival import Arrival, Translated, UnfitError, json_of, refused, text_of
from allears.events.intake.bodies import unpack
from allears.events.reasons import RefusedError

OFF: dict[str, Any] = {
    "sessionRecording": False, "surveys": False, "capturePerformance": False, "autocapture_opt_out": True,
    "autocaptureExceptions": False, "captureDeadClicks": False, "heatmaps": False, "toolbarParams": {},
    "isAuthenticated": False, "siteApps": [], "hasFeatureFlags": False, "supportedCompression": ["gzip", "gzip-js"],
}  # fmt: skip
FLAGS = msgspec.json.encode(
    {
        "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False,
        "requestId": "", "quotaLimited": [], "config": {"enable_collect_everything": False}, **OFF,
    }
)  # fmt: skip
CONFIG = msgspec.json.encode(OFF)
CONFIG_ADDRESS = re.compile(r"/array/([A-Za-z0-9_-]{1,100})/config(\.js)?")
FLAGS_ADDRESSES = frozenset({"/flags", "/flags/", "/decide", "/decide/"})
SERVICE = frozenset({"token", "distinct_id", "$set", "$anon_distinct_id", "$group_set"})


class Answer(NamedTuple):
    """What an SDK asks for before it sends."""

    body: bytes
    type: bytes


def answer_at(path: str) -> Answer | None:
    """That there are no flags, and that everything besides capturing is off; the browser's SDK waits for it."""
    if path in FLAGS_ADDRESSES:
        return Answer(FLAGS, b"application/json")
    found = CONFIG_ADDRESS.fullmatch(path)
    if found is None:
        return None
    if not found[2]:
        return Answer(CONFIG, b"application/json")
    place = b'(window._POSTHOG_REMOTE_CONFIG ||= {})["%s"]' % found[1].encode()
    return Answer(b"%s = {config: %s, siteApps: []};\n" % (place, CONFIG), b"text/javascript")


def translate(arrival: Arrival) -> Translated:
    """Events as calls of the intake; raises UnfitError for what is none of the protocol's forms."""
    body = _body(arrival)
    shared = body if isinstance(body, dict) else {}
    events = shared.get("batch", shared.get("data", body))
    if isinstance(events, dict):
        events = [events]
    if not isinstance(events, list):
        raise UnfitError("send one event, a list of events, or {api_key, batch: [event]}")
    key = _key(shared) or next(filter(None, map(_key, events)), "")
    calls = [call for event in events for call in _calls(event, arrival.received_us)]
    return Translated(calls=calls, write_key=key, sent_at=shared.get("sent_at") or shared.get("sentAt"))


def _body(arrival: Arrival) -> Any:
    data = arrival.data
    if data[:5] == b"data=" or arrival.asked().get("compression") == "base64":
        form = dict(parse_qsl(data.decode("latin-1"))) if b"data=" in data[:200] else {}
        packed = form.get("data", data.decode("latin-1")).replace(" ", "+")
        if packed[:1] in ("{", "["):
            return json_of(packed.encode("latin-1"), "data")
        try:
            data = unpack(base64.b64decode(packed), limit=arrival.limit)
        except binascii.Error as error:
            raise UnfitError(f"data is not base64: {error}") from error
    return json_of(data, "the body")


def _key(said: Any) -> str:
    """The project's key, wherever this SDK puts it: our write key."""
    if not isinstance(said, dict):
        return ""
    properties = said.get("properties")
    inner = properties.get("token") if isinstance(properties, dict) else None
    return text_of(said.get("api_key") or said.get("token") or inner)


def _calls(event: Any, received_us: int) -> Iterator[dict[str, Any]]:
    if not isinstance(event, dict) or not isinstance(event.get("event"), str) or not event["event"]:
        yield refused(RefusedError(_("a PostHog event is an object with its name in `event`")), event)
        return
    properties = event.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    call = _common(event, properties, received_us)
    name, traits = event["event"], _set(event, properties)
    kind = KINDS.get(name)
    if kind is not None:
        yield call | kind(event, properties, traits)
        return
    yield call | {"type": "track", "event": name, "properties": _own(properties)}
    if traits:
        again = {"messageId": f"{call['messageId']} $set"} if "messageId" in call else {}
        yield call | {"type": "identify", "traits": traits} | again


def _common(event: Mapping[str, Any], properties: Mapping[str, Any], received_us: int) -> dict[str, Any]:
    call: dict[str, Any] = {"context": _context(event, properties)}
    who = text_of(event.get("distinct_id") or properties.get("distinct_id"))
    call["anonymousId" if _is_anonymous(who, properties) else "userId"] = who
    identity = text_of(event.get("uuid") or properties.get("$insert_id"))
    if identity:
        call["messageId"] = identity
    if event.get("timestamp"):
        call["timestamp"] = event["timestamp"]
    elif isinstance(event.get("offset"), int | float):
        at = datetime.fromtimestamp(received_us / 1e6, UTC) - timedelta(milliseconds=event["offset"])
        call["timestamp"] = at.isoformat()
    return call


def _is_anonymous(who: str, properties: Mapping[str, Any]) -> bool:
    """Browsers say whether they know the person; a server SDK that does not, asks for no profile."""
    known = properties.get("$is_identified")
    if isinstance(known, bool):
        return not known
    return who == properties.get("$device_id") or properties.get("$process_person_profile") is False


def _context(event: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    library = {"name": properties.get("$lib"), "version": properties.get("$lib_version")}
    page = {
        "url": properties.get("$current_url"),
        "path": properties.get("$pathname"),
        "title": properties.get("title"),
    }
    once = event.get("$set_once") or properties.get("$set_once")
    context = {
        "library": {name: value for name, value in library.items() if value},
        "page": {name: value for name, value in page.items() if value},
        "groups": properties.get("$groups"),
        "setOnce": once,
    }
    return {name: value for name, value in context.items() if value}


def _set(event: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be known of the person from now on."""
    parts = [each for each in (properties.get("$set"), event.get("$set")) if isinstance(each, dict)]
    return {name: value for part in parts for name, value in part.items()}


def _own(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in SERVICE}


def _identify(event: Mapping[str, Any], properties: Mapping[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    who = text_of(event.get("distinct_id") or properties.get("distinct_id"))
    before = text_of(properties.get("$anon_distinct_id"))
    return {"type": "identify", "userId": who, "anonymousId": before or None, "traits": traits}


def _alias(event: Mapping[str, Any], properties: Mapping[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    """Its SDKs disagree which of the two ids is the older one, so the alias may be a visitor that is known already."""
    before = text_of(properties.get("distinct_id") or event.get("distinct_id"))
    alias = text_of(properties.get("alias"))
    return {"type": "alias", "userId": alias, "previousId": before, "anonymousId": alias}


def _group(event: Mapping[str, Any], properties: Mapping[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    """Who says it belongs to the group; a server that names nobody speaks as the group itself."""
    told = properties.get("$group_set")
    kind, key = text_of(properties.get("$group_type")), text_of(properties.get("$group_key"))
    traits = {**(told if isinstance(told, dict) else {}), "group_type": kind}
    call: dict[str, Any] = {"type": "group", "groupId": key, "traits": traits}
    if text_of(event.get("distinct_id")) == f"${kind}_{key}":
        call |= {"anonymousId": f"${kind}_{key}", "userId": None}
    return call


def _page(event: Mapping[str, Any], properties: Mapping[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "$pathname", "$current_url")
    name = next((text for each in names if (text := text_of(properties.get(each)))), "")
    own = _own(properties)
    own |= {to: own[name] for name, to in (("$current_url", "url"), ("$pathname", "path")) if name in own}
    return {"type": "page", "name": name[:200], "properties": own}


def _screen(event: Mapping[str, Any], properties: Mapping[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    name = text_of(properties.get("$screen_name") or properties.get("title"))
    return {"type": "screen", "name": name[:200], "properties": _own(properties)}


def _known(event: Mapping[str, Any], properties: Mapping[str, Any], traits: dict[str, Any]) -> dict[str, Any]:
    return {"type": "identify", "traits": traits}


KINDS = {
    "$identify": _identify,
    "$set": _known,
    "$create_alias": _alias,
    "$merge_dangerously": _alias,
    "$groupidentify": _group,
    "$pageview": _page,
    "$screen": _screen,
}
