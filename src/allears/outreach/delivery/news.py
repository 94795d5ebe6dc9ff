"""What mail providers say of our mails, read from their own words: Mailgun, SendGrid, Postmark, SES, SparkPost,
Mailjet, Brevo, Resend, and whoever says it likewise.

Three things are told apart: an address that does not exist (``bounced``, which bars it), a mail that did not arrive
(``failed``), and a delay that the provider still works on, which is no news.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What providers call it, in lower case without blanks and signs.
WORDS: Mapping[str, str] = {
    **dict.fromkeys(("bounce", "bounced", "hardbounce", "permanentfail", "dropped"), "bounced"),
    **dict.fromkeys(("invalid", "invalidemail", "emailbounced"), "bounced"),
    **dict.fromkeys(("complaint", "complained", "spamreport", "spamcomplaint", "spam", "abuse"), "complained"),
    **dict.fromkeys(("emailcomplained",), "complained"),
    **dict.fromkeys(("delivered", "delivery", "delivrd", "emaildelivered"), "delivered"),
    **dict.fromkeys(("failed", "rejected", "reject", "blocked", "softbounce", "emailfailed"), "failed"),
}
EVENT_NAMES = ("event", "type", "RecordType", "notificationType", "eventType", "event_type", "Type")
ADDRESS_NAMES = ("email", "recipient", "Email", "Recipient", "rcpt_to", "to", "emailAddress")
DETAIL_NAMES = ("reason", "description", "Description", "diagnosticCode")
GRADE_NAMES = ("bounceType", "severity", "Type", "type")  # how bad a bounce is
SOFT = frozenset({"transient", "temporary", "soft", "softbounce", "blocked", "undetermined"})
STILL_TRIED = frozenset({("failed", "temporary"), ("Bounce", "Transient")})  # Mailgun's and Postmark's delays
SPARKPOST_HARD = frozenset({"10", "30", "90"})
SES_PARTS = (("bounce", "bouncedRecipients"), ("complaint", "complainedRecipients"), ("delivery", "recipients"))


@dataclass(frozen=True, kw_only=True)
class News:
    """``kind`` as in ``Report.Kind``; the address in lower case."""

    kind: str
    address: str
    detail: str


def read(body: Any) -> list[News]:
    """One call of a provider, with one piece of news or many; what nobody understands is left out."""
    found = (_news(told) for item in _items(body) for told in _unwrapped(item))
    return [news for news in found if news is not None]


def _items(body: Any) -> Iterator[Mapping[str, Any]]:
    items: Iterable[Any] = body if isinstance(body, list) else [body]
    return (item for item in items if isinstance(item, dict))


def _unwrapped(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Out of the envelopes of SNS, Mailgun, SparkPost, Resend and SES."""
    if isinstance(message := item.get("Message"), str) and item.get("Type") == "Notification":
        for enclosed in _items(_json(message)):
            yield from _unwrapped(enclosed)
    elif isinstance(inner := item.get("event-data"), dict):
        yield inner
    elif isinstance(envelope := item.get("msys"), dict):
        yield from (part for part in envelope.values() if isinstance(part, dict))
    elif isinstance(inner := item.get("data"), dict) and isinstance(item.get("type"), str):
        grade = inner.get("bounce")
        yield {**inner, **(_prefixed(grade) if isinstance(grade, dict) else {}), "event": item["type"]}
    else:
        yield from _of_ses(item)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _prefixed(bounce: Mapping[str, Any]) -> dict[str, Any]:
    return {"bounceType": bounce.get("type"), "reason": bounce.get("message")}


def _of_ses(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """One piece of news for each recipient that SES names."""
    for name, recipients in SES_PARTS:
        part = item.get(name)
        if isinstance(part, dict) and isinstance(part.get(recipients), list):
            for each in part[recipients]:
                told = each if isinstance(each, dict) else {"emailAddress": each}
                yield {**told, "event": name, "bounceType": part.get("bounceType")}
            return
    yield item


def _news(told: Mapping[str, Any]) -> News | None:
    event = _first(told, EVENT_NAMES)
    kind = WORDS.get(_plain(event))
    grades = [str(told[name]) for name in GRADE_NAMES if isinstance(told.get(name), str)]
    if any((event, grade) in STILL_TRIED for grade in grades):
        return None
    if kind == "failed" and _plain(event) == "failed" and "permanent" in grades:
        kind = "bounced"
    if kind == "bounced" and _is_soft(told, grades):
        kind = "failed"
    address = _first(told, ADDRESS_NAMES).lower()
    if kind is None or "@" not in address:
        return None
    return News(kind=kind, address=address, detail=(_first(told, DETAIL_NAMES) or kind)[:300])


def _is_soft(told: Mapping[str, Any], grades: Iterable[str]) -> bool:
    """Mailjet says it by a flag, SparkPost by a class, the others by a word."""
    if told.get("hard_bounce") is False:
        return True
    if (code := told.get("bounce_class")) is not None:
        return str(code) not in SPARKPOST_HARD
    return any(_plain(grade) in SOFT for grade in grades)


def _first(told: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first that says something; of a list the first of its members."""
    for name in names:
        value = told.get(name)
        said = value[0] if isinstance(value, list) and value else value
        if isinstance(said, str) and said:
            return said
    return ""


def _plain(word: str) -> str:
    return "".join(each for each in word.lower() if each.isalnum())
