"""What customers tell us unasked, through the public form or the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from allears.customers.actions import resolve
from allears.customers.keys import IdentityKeys, clean_email, clean_phone
from allears.customers.models import Customer
from allears.customers.queries import known_by
from allears.journeys.models import Touchpoint
from allears.listen import filing, officials
from allears.listen.actions import record_voice
from allears.listen.definition import SCALES
from allears.listen.models import Voice

KINDS = (Voice.SourceKind.COMPLAINT, Voice.SourceKind.PRAISE, Voice.SourceKind.REQUEST)
LONGEST = 10_000


class TellingError(ValueError):
    """Something told that cannot be kept; ``field`` names what to mend."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One utterance from outside, as it came."""

    key: str  # who repeats it changes nothing
    text: str
    source_kind: str
    channel: str
    said_at: datetime
    initiator: str = "customer"
    name: str = ""
    user_id: str = ""
    email: str = ""
    phone: str = ""
    touchpoint_key: str = ""
    language: str = ""
    metric: str = ""
    score: int | None = None
    public: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    thread: str = ""  # names the exchange it belongs to
    authority: str = ""  # an office or a paper, with its own number and the time until which it wants an answer
    reference: str = ""
    answer_by: datetime | None = None
    files: Sequence[filing.CheckedFile] = ()
    may_contact: bool = True  # False: only who is known already is recognised, and no address is kept
    longest: int = LONGEST
    known: Sequence[str] = ()  # names by which the speaker goes, to be blotted out as a customer's own are


def tell(*, workspace_id: int, telling: Telling, now: datetime) -> Voice:
    """Keep what was told as a voice, tied to the customer and touchpoint where they can be known."""
    _check(telling)
    with transaction.atomic():
        touchpoint_id = _touchpoint_id(workspace_id, telling.touchpoint_key)
        customer = _customer(workspace_id, telling, now)
        voice = record_voice(
            workspace_id=workspace_id,
            key=telling.key,
            initiator=telling.initiator,
            source_kind=telling.source_kind,
            channel=telling.channel,
            said_at=telling.said_at,
            now=now,
            text=telling.text.strip(),
            customer_id=customer.id if customer else None,
            touchpoint_id=touchpoint_id,
            language=telling.language,
            segment=customer.segment if customer else "",
            metric=telling.metric,
            score=telling.score,
            public=telling.public,
            attributes=telling.attributes,
            thread=telling.thread,
            known=telling.known,
        )
        officials.keep(voice=voice, given=telling, now=now)
        if telling.files and not voice.files.exists():
            filing.keep(voice=voice, files=telling.files, now=now)
        return voice


def _check(telling: Telling) -> None:
    if not telling.text.strip() and telling.score is None:
        raise TellingError("text", "say something, or give a score")
    if telling.score is not None and telling.score not in SCALES.get(telling.metric, ()):
        raise TellingError("score", "name its metric, and stay on its scale: nps 0–10, csat 1–5, ces 1–7")
    if len(telling.text) > telling.longest:
        raise TellingError("text", f"at most {telling.longest} characters")
    if telling.answer_by is not None and telling.source_kind not in officials.KINDS:
        raise TellingError("answer_by", "only a regulator or the media set a time of their own")
    if telling.email and not clean_email(telling.email):
        raise TellingError("email", "this is not an e-mail address")
    if telling.phone and not clean_phone(telling.phone):
        raise TellingError("phone", "this is not a telephone number")


def _touchpoint_id(workspace_id: int, key: str) -> int | None:
    if not key:
        return None
    found = Touchpoint.objects.in_workspace(workspace_id).filter(key=key).values_list("id", flat=True).first()
    if found is None:
        raise TellingError("touchpoint", f"there is no touchpoint {key}")
    return int(found)


def _customer(workspace_id: int, telling: Telling, now: datetime) -> Customer | None:
    keys = IdentityKeys(user_id=telling.user_id, email=clean_email(telling.email), phone=clean_phone(telling.phone))
    if not keys.names():
        return None
    if not telling.may_contact:
        return known_by(workspace_id=workspace_id, keys=keys)
    (customer_id,) = resolve(workspace_id=workspace_id, keys=[keys], now=now)
    customer: Customer = Customer.objects.in_workspace(workspace_id).get(id=customer_id)
    told = {"name": telling.name[:200], "language": telling.language, "email": keys.email, "phone": keys.phone}
    new = [name for name, value in told.items() if value and not getattr(customer, name)]
    for name in new:  # what we know already stands; an address we did not know lets us answer
        setattr(customer, name, told[name])
    if new:
        customer.save(update_fields=new)
    return customer
