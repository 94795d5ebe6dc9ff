"""Mail that came back: delivery status notifications (RFC 3464) and abuse reports (RFC 5965). Pure."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Literal

from django.utils.crypto import constant_time_compare, salted_hmac

OUR_HEADER = "X-All-Ears-Message"
# The mailbox or its domain is not there, or is closed for good (RFC 3463); a full mailbox or a policy is not that.
GONE = re.compile(r"5\.1\.(0|1|2|3|6|10)|5\.2\.1|5\.4\.4")
# Servers without enhanced codes (QQ, 163, Yahoo, old Exchange) say it in words, and the code is then 5.0.0.
UNSAID = re.compile(r"5\.[01]\.0|")
GONE_IN_WORDS = re.compile(
    r"\b55[0-4]\b.*(no such (user|mailbox|recipient|address|account)|user (unknown|not found|doesn't|does not)"
    r"|unknown (user|recipient)|mailbox (not found|does not exist|unavailable or access denied)"
    r"|invalid (user|recipient)|recipient (not found|unknown)|does ?n[o']t (exist|have an?)"
    r"|address rejected: (user|undeliverable))",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"[^\s<>;]+@[^\s<>;]+")


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What one returned mail says. ``message_id``: our own message, proven by its mark; None without the mark."""

    kind: Literal["bounced", "failed", "complained"]
    address: str
    message_id: int | None
    detail: str


def mark(message_id: int) -> str:
    """What our mail carries, so that it is known when it comes back; nobody else can write it."""
    return f"{message_id}.{_proof(message_id)}"


def _proof(message_id: int) -> str:
    return salted_hmac("allears.outreach.mail", str(message_id), algorithm="sha256").hexdigest()[:24]


def _own(value: str) -> int | None:
    number, _, proof = value.strip().partition(".")
    if number.isdecimal() and len(number) < 19 and constant_time_compare(proof, _proof(int(number))):
        return int(number)
    return None


def read_returned(raw: bytes) -> Returned | None:
    """None when it is no report of a final failure or complaint."""
    mail = message_from_bytes(raw)
    if mail.get_content_type() != "multipart/report":
        return None
    parts = [part for part in mail.walk() if part is not mail]
    own = next((number for part in parts if (number := _mark_in(part)) is not None), None)
    if (found := _part(parts, "message/feedback-report")) is not None:
        return _complaint(_fields(found), own)
    if (found := _part(parts, "message/delivery-status")) is not None:
        return _failure(_fields(found), own)
    return None


def _part(parts: list[Message], kind: str) -> Message | None:
    return next((part for part in parts if part.get_content_type() == kind), None)


def _mark_in(part: Message) -> int | None:
    """The mark in the headers of the mail that came back, enclosed whole or as its headers alone."""
    if value := part.get(OUR_HEADER):
        return _own(str(value))
    if part.get_content_type() == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        headers = message_from_bytes(content if isinstance(content, bytes) else b"")
        return _own(str(headers.get(OUR_HEADER, "")))
    return None


def _fields(part: Message) -> dict[str, str]:
    """All groups of fields as one, names in lower case; the last group is the last recipient's."""
    content = part.get_payload()
    groups = [each for each in content if isinstance(each, Message)] if isinstance(content, list) else []
    if not groups:
        decoded = part.get_payload(decode=True)
        groups = [message_from_bytes(decoded)] if isinstance(decoded, bytes) else []
    return {name.lower(): str(value) for group in groups for name, value in group.items()}


def _address(*values: str) -> str:
    return next((found[0].lower() for value in values if (found := _ADDRESS.search(value))), "")


def _failure(said: dict[str, str], own: int | None) -> Returned | None:
    if said.get("action", "").strip().lower() != "failed":
        return None
    status = said.get("status", "").split()[0] if said.get("status", "").split() else ""
    detail = " ".join(f"{status} {said.get('diagnostic-code', '')}".split())
    in_words = UNSAID.fullmatch(status) and GONE_IN_WORDS.search(detail[:500])
    return Returned(
        kind="bounced" if GONE.fullmatch(status) or in_words else "failed",
        address=_address(said.get("original-recipient", ""), said.get("final-recipient", "")),
        message_id=own,
        detail=detail[:300],
    )


def _complaint(said: dict[str, str], own: int | None) -> Returned | None:
    if said.get("feedback-type", "").strip().lower() not in ("abuse", "fraud", "opt-out"):
        return None
    return Returned(
        kind="complained",
        address=_address(said.get("original-rcpt-to", ""), said.get("removal-recipient", "")),
        message_id=own,
        detail=f"feedback: {said.get('feedback-type', '').strip()}",
    )
