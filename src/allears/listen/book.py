"""What staff write down for a customer: said in the store, in a regulator's letter, or read in a paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from allears.customers.actions import record_consent
from allears.customers.actions.consent import ConsentChange
from allears.kit.script import language_of
from allears.listen import filing
from allears.listen.models import Voice
from allears.listen.telling import Telling, tell

STORE, REGULATOR, MEDIA = "store", "regulator", "media"
PAGES = (STORE, REGULATOR, MEDIA)
CHANNELS = {STORE: "store", REGULATOR: "letter", MEDIA: "press"}
ASKED = ("survey", "follow_up")  # what a customer who may be contacted about it agrees to


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the book; ``key`` names it, so that a form sent twice is kept once."""

    key: str
    page: str  # store, regulator or media
    text: str
    said_at: datetime
    kind: str = Voice.SourceKind.COMPLAINT  # in the store: complaint, praise or request
    touchpoint_key: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    user_id: str = ""
    may_contact: bool = False
    authority: str = ""
    reference: str = ""
    answer_by: datetime | None = None
    link: str = ""
    files: Sequence[filing.GivenFile] = ()
    written_by: int | None = None  # the member


def write_down(*, workspace_id: int, entry: Entry, now: datetime) -> Voice:
    """Keep it as a voice with its files; raises TellingError or FileError, and then keeps nothing.

    In the store the customer says whether we may come back to it. If not, only who is known already is recognised and
    no address is kept. A regulator's complaint is the customer's matter: it may be answered as any complaint.
    """
    files = filing.check_all(entry.files)
    may_contact = entry.may_contact or entry.page != STORE
    told = {"written by": entry.written_by, "link": entry.link.strip()[:500]}
    if entry.page == STORE:
        told["may be contacted"] = "yes" if entry.may_contact else "no"
    telling = Telling(
        key=f"book:{entry.key}",
        text=entry.text.replace("\x00", ""),
        source_kind=entry.kind if entry.page == STORE else entry.page,
        channel=CHANNELS[entry.page],
        said_at=min(entry.said_at, now),
        name=entry.name.strip() if may_contact else "",
        email=entry.email.strip(),
        phone=entry.phone.strip(),
        user_id=entry.user_id.strip(),
        touchpoint_key=entry.touchpoint_key,
        language=language_of(entry.text[:300]),
        public=entry.page == MEDIA,
        attributes={name: value for name, value in told.items() if value},
        authority=entry.authority,
        reference=entry.reference,
        answer_by=entry.answer_by,
        files=files,
        may_contact=may_contact,
    )
    with transaction.atomic():
        voice = tell(workspace_id=workspace_id, telling=telling, now=now)
        if entry.page == STORE and entry.may_contact and voice.customer_id:
            changes = [
                ConsentChange(customer_id=voice.customer_id, channel="*", purpose=each, granted=True, at=entry.said_at)
                for each in ASKED
            ]
            record_consent(workspace_id=workspace_id, changes=changes, source="store book")
    return voice
