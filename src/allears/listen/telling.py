"""What customers tell us unasked, through the public form or the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from allears.customers.actions import resolve
from allears.customers.keys import IdentityKeys, clean_email, clean_phone
from allears.customers.models import Customer
from allears.customers.queries import known_by
from allears.customers.rules import rules_of
from allears.journeys.models import Touchpoint
from allears.kit.script import language_of
from allears.listen import filing, officials
from allears.listen.actions import record_voice
from allears.listen.definition import SCALES
from allears.listen.models import Voice

KINDS = (Voice.SourceKind.COMPLAINT, Voice.SourceKind.PRAISE, Voice.SourceKind.REQUEST)
LONGEST = 10_000
AHEAD = timedelta(days=1)  # how far a clock may be ahead of ours
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


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
    answer_by: datetime | date | None = None  # a date alone: until its end, by the workspace's clock
    files: Sequence[filing.CheckedFile] = ()
    may_contact: bool = True  # False: only who is known already is recognised, and no address is kept
    longest: int = LONGEST
    known: Sequence[str] = ()  # names by which the speaker goes, to be blotted out as a customer's own are


def tell(*, workspace_id: int, telling: Telling, now: datetime) -> Voice:
    """Keep what was told as a voice, tied to the customer and touchpoint where they can be known."""
    telling = _cleaned(telling, now)
    _check(telling, now)
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


def _cleaned(telling: Telling, now: datetime) -> Telling:
    """Without the signs that no database keeps; a clock that is a little ahead says now."""
    texts = (each.name for each in fields(telling) if each.type in (str, "str"))
    words = {name: without_nul(getattr(telling, name)) for name in texts}
    words["language"] = words["language"] or language_of(words["text"][:300])
    said_at = telling.said_at if telling.said_at.tzinfo else telling.said_at.replace(tzinfo=UTC)
    said_at = min(said_at, now) if said_at < now + AHEAD else said_at
    return replace(telling, **words, attributes=without_nul(telling.attributes), said_at=said_at)


def without_nul(value: Any) -> Any:
    """Text, and whatever JSON holds, without U+0000."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {without_nul(name): without_nul(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_nul(each) for each in value]
    return value


def _check(telling: Telling, now: datetime) -> None:
    if telling.said_at > now:
        raise TellingError("said_at", _("this time has not come yet"))
    if telling.said_at < EARLIEST:
        raise TellingError("said_at", _("this is before 1970: nobody said it then"))
    if not telling.text.strip() and telling.score is None:
        raise TellingError("text", _("say something, or give a score"))
    if telling.score is not None and telling.score not in SCALES.get(telling.metric, ()):
        raise TellingError("score", _("name its metric, and stay on its scale: nps 0–10, csat 1–5, ces 1–7"))
    if len(telling.text) > telling.longest:
        raise TellingError("text", _("at most %(number)s characters") % {"number": telling.longest})
    if telling.answer_by is not None and telling.source_kind not in officials.KINDS:
        raise TellingError("answer_by", _("only a regulator or the media set a time of their own"))
    if telling.email and not clean_email(telling.email):
        raise TellingError("email", _("this is not an e-mail address"))
    if telling.phone and not clean_phone(telling.phone):
        raise TellingError("phone", _("this is not a telephone number"))


def _touchpoint_id(workspace_id: int, key: str) -> int | None:
    if not key:
        return None
    found = Touchpoint.objects.in_workspace(workspace_id).filter(key=key).values_list("id", flat=True).first()
    if found is None:
        raise TellingError("touchpoint", _("there is no touchpoint %(key)s") % {"key": key})
    return int(found)


def _customer(workspace_id: int, telling: Telling, now: datetime) -> Customer | None:
    keys = IdentityKeys(user_id=telling.user_id, email=clean_email(telling.email), phone=clean_phone(telling.phone))
    if not keys.names():
        return None
    if not telling.may_contact:
        return known_by(workspace_id=workspace_id, keys=keys)
    (customer_id,) = resolve(workspace_id=workspace_id, keys=[keys], now=now)
    customer: Customer = Customer.objects.in_workspace(workspace_id).get(id=customer_id)
    phone = rules_of(workspace_id=workspace_id).written(keys.phone)
    told = {"name": telling.name[:200], "language": telling.language, "email": keys.email, "phone": phone}
    new = [name for name, value in told.items() if value and not getattr(customer, name)]
    for name in new:  # what we know already stands; an address we did not know lets us answer
        setattr(customer, name, told[name])
    if new:
        customer.save(update_fields=new)
    return customer
