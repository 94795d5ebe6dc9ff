"""What a source's bodies mean: which place is the event, the customer, the time."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext_noop as _

from allears.events.inbound.bodies import at
from allears.events.reasons import RefusedError

EVENT, IDENTIFY, VOICE = KINDS = ("event", "identify", "voice")
PLACES = ("event", "customer_id", "email", "phone", "time", "message_id", "text", "traits")
VOICE_KINDS = ("complaint", "praise", "request", "review", "social", "chat")


class MappingError(RefusedError):
    """A mapping that cannot work, or a body that does not fit it; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The mapping of a source. Places are JSON Pointers such as ``/customer/id``."""

    kind: str = EVENT
    name: str = ""  # the event's name where the body has none
    voice_kind: str = "review"
    event: str = ""
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    time: str = ""
    message_id: str = ""
    text: str = ""
    traits: str = ""

    def as_json(self) -> dict[str, str]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def mapping_of(said: Mapping[str, Any]) -> Mapped:
    """A mapping from a form or JSON; raises MappingError."""
    known = {each.name for each in fields(Mapped)}
    found = Mapped(**{name: str(said[name] or "").strip() for name in known if name in said})
    if found.kind not in KINDS:
        raise MappingError(_("Choose what a request is: an event, news about a customer, or a voice."))
    if found.kind == EVENT and not (found.event or found.name):
        raise MappingError(_("Choose where the event's name stands, or type one for all."))
    if found.kind != VOICE and not (found.customer_id or found.email or found.phone):
        raise MappingError(_("Choose where the customer's id, e-mail address or phone number stands."))
    if found.kind == VOICE and not found.text:
        raise MappingError(_("Choose where the words of the customer stand."))
    if found.kind == VOICE and found.voice_kind not in VOICE_KINDS:
        raise MappingError(_("Choose what kind of voice it is."))
    for name in PLACES:
        place = getattr(found, name)
        if place and not place.startswith("/"):
            raise MappingError(_("A place is written like /customer/id, not %(place)s."), place=place)
    return found


def plain(value: Any) -> str:
    """Text and numbers as text; what is neither is nothing."""
    if isinstance(value, bool):
        return ""
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def identity(mapped: Mapped, item: Mapping[str, Any], *, source_id: int, delivery: str, position: int) -> str:
    """What makes a repeat: the id in the body, else the sender's id of the delivery, else the body itself."""
    own = plain(at(item, mapped.message_id)) or (f"{delivery}#{position}" if delivery else "")
    if own:
        return f"in {source_id} {own}"
    return f"in {source_id} {blake2b(repr(item).encode(), digest_size=12).hexdigest()}"


def call_of(mapped: Mapped, item: Mapping[str, Any], *, message_id: str) -> dict[str, Any]:
    """One call in the intake's form; raises MappingError where the body lacks what the mapping names."""
    email, phone = plain(at(item, mapped.email)), plain(at(item, mapped.phone))
    who = plain(at(item, mapped.customer_id))
    if not (who or email or phone):
        places = ", ".join(filter(None, (mapped.customer_id, mapped.email, mapped.phone)))
        raise MappingError(_("Nobody is named: nothing stands at %(places)s."), places=places)
    traits = {name: value for name, value in (("email", email), ("phone", phone)) if value}
    call: dict[str, Any] = {"messageId": message_id, "context": {"library": {"name": "inbound webhook"}}}
    if who:
        call["userId"] = who
    if (time := at(item, mapped.time)) is not None:
        call["timestamp"] = time
    if mapped.kind == IDENTIFY:
        told = at(item, mapped.traits)
        return {**call, "type": "identify", "traits": {**(told if isinstance(told, dict) else {}), **traits}}
    name = plain(at(item, mapped.event)) or mapped.name
    if not name:
        raise MappingError(_("The event has no name: nothing stands at %(place)s."), place=mapped.event)
    call["context"]["traits"] = traits
    return {**call, "type": "track", "event": name, "properties": dict(item)}
