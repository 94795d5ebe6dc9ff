"""Voices that come by inbound webhooks."""

from datetime import datetime
from hashlib import blake2b

from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.keys import IdentityKeys, clean_email, clean_phone
from allears.events.inbound.targets import HeardVoice
from allears.kit.script import language_of
from allears.listen.actions import record_voice
from allears.listen.models import Voice
from allears.listen.telling import EARLIEST, without_nul

PUBLIC = frozenset({Voice.SourceKind.REVIEW, Voice.SourceKind.SOCIAL})


def take_voice(*, voice: HeardVoice, now: datetime) -> None:
    """Record one, with its customer where the body names one."""
    email, phone = clean_email(voice.email), clean_phone(voice.phone)
    customer_id = None
    if voice.user_id or email or phone:
        keys = IdentityKeys(user_id=voice.user_id, email=email, phone=phone)
        [customer_id] = resolve(workspace_id=voice.workspace_id, keys=[keys], now=now)
        told = {name: value for name, value in (("email", email), ("phone", phone)) if value}
        change = TraitChange(customer_id=customer_id, traits=told, at=voice.said_at)
        update_traits(workspace_id=voice.workspace_id, changes=[change], now=now)
    record_voice(
        workspace_id=voice.workspace_id,
        key="in:" + blake2b(voice.key.encode(), digest_size=16).hexdigest(),
        initiator=Voice.Initiator.CUSTOMER,
        source_kind=voice.kind,
        channel=voice.channel,
        said_at=max(min(voice.said_at, now), EARLIEST),
        text=without_nul(voice.text),
        customer_id=customer_id,
        language=language_of(voice.text),
        public=voice.kind in PUBLIC,
        now=now,
    )
