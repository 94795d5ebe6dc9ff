"""What members do with voices and for themselves: follow, pass on, thank, choose a digest."""

from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.accounts.models import Membership
from allears.accounts.teams.models import Team
from allears.customers.models import Customer
from allears.customers.queries import present
from allears.listen.models import Voice
from allears.listen.words import marks
from allears.outreach.actions import send_service_message
from allears.outreach.models import Message
from allears.people.errors import ListeningError, UnreachableError
from allears.people.following import attribute_of, follows_of, label_of, saved_query
from allears.people.letters import thanks_draft
from allears.people.models import DigestChoice, Follow, Share, Thanks

MOST_FOLLOWED = 100  # things of one member
LONGEST_NOTE = 2_000
Kind = Follow.Kind
NUMBERED = {Kind.TOUCHPOINT, Kind.TEAM, Kind.THEME, Kind.TAG}


# Following


@transaction.atomic
def follow(*, member: Membership, kind: str, value: str, now: datetime, name: str = "") -> Follow:
    """Let a thing into the member's stream; who follows it already keeps what they have. Raises ListeningError."""
    value = _value(kind, value)
    mine = follows_of(member=member)
    if mine.count() >= MOST_FOLLOWED:
        raise ListeningError(
            _("You follow %(most)s things already. Stop following one of them first.") % {"most": MOST_FOLLOWED}
        )
    if kind in (Kind.ATTRIBUTE, Kind.SEGMENT):
        marks.follow(
            workspace_id=member.workspace_id, name=attribute_of(value)[0] if kind == Kind.ATTRIBUTE else marks.SEGMENT
        )
    called = name if kind == Kind.FILTER else label_of(workspace_id=member.workspace_id, kind=kind, value=value)
    made: Follow = mine.get_or_create(
        workspace_id=member.workspace_id,
        member=member,
        kind=kind,
        value=value,
        ended_at=None,
        defaults={"since": now, "name": " ".join(called.split())[:80]},
    )[0]
    return made


def _value(kind: str, value: str) -> str:
    if kind not in Kind.values:
        raise ListeningError(_("This cannot be followed. Nothing was changed."))
    if kind == Kind.FILTER:
        value = saved_query(dict(parse_qsl(value)))
    usable = {
        Kind.ATTRIBUTE: all(attribute_of(value)),
        **dict.fromkeys(NUMBERED, value.isdecimal() and len(value) < 19),
    }.get(Kind(kind), bool(value))
    if not usable or len(value) > 400:
        raise ListeningError(_("There is nothing to follow in this. Nothing was changed."))
    return value


@transaction.atomic
def unfollow(*, follow: Follow, now: datetime) -> None:
    """Take a thing out of the stream; the row keeps when, so that undoing is exact."""
    if follow.ended_at is None:
        follow.ended_at = now
        follow.save(update_fields=["ended_at"])


@transaction.atomic
def follow_again(*, follow: Follow) -> None:
    """Undo unfollowing."""
    same = follows_of(member=follow.member).filter(kind=follow.kind, value=follow.value)
    if follow.ended_at is not None and not same.exists():
        follow.ended_at = None
        follow.save(update_fields=["ended_at"])


# Passing on


@transaction.atomic
def share(*, voice: Voice, by: Membership, to: Membership | Team, note: str, now: datetime) -> Share:
    """Pass a voice on to a colleague or a team: it stands in their stream, with the note. Raises ListeningError."""
    note = _text(note)
    taker = {"to_team": to} if isinstance(to, Team) else {"to_member": to}
    made: Share = Share.objects.create(workspace_id=voice.workspace_id, voice=voice, by=by, note=note, at=now, **taker)
    _told(voice, "shared", by, share=made.pk)
    return made


@transaction.atomic
def take_back_share(*, share: Share, by: Membership, now: datetime) -> None:
    """Undo passing on; only who passed it on may, or a manager (the page sees to it)."""
    if share.ended_at is None:
        share.ended_at = now
        share.save(update_fields=["ended_at"])
        _told(share.voice, "share_withdrawn", by, share=share.pk)


# Thanking


@transaction.atomic
def thank_colleague(*, voice: Voice, by: Membership, to: Membership, text: str, now: datetime) -> Thanks:
    """A note in the stream of a colleague whom the voice praises. Raises ListeningError."""
    if to.pk == by.pk:
        raise ListeningError(_("Nobody thanks themselves. Choose a colleague. Nothing was changed."))
    made: Thanks = Thanks.objects.create(
        workspace_id=voice.workspace_id, voice=voice, by=by, to_member=to, text=_text(text), at=now
    )
    _told(voice, "colleague_thanked", by, thanks=made.pk)
    return made


@transaction.atomic
def take_back_thanks(*, thanks: Thanks, by: Membership, now: datetime) -> None:
    """Undo thanking a colleague; what went to a customer cannot be taken back."""
    if thanks.to_member_id is None:
        raise ListeningError(_("The thank-you is on its way to the customer and cannot be taken back."))
    if thanks.ended_at is None:
        thanks.ended_at = now
        thanks.save(update_fields=["ended_at"])
        _told(thanks.voice, "thanks_withdrawn", by, thanks=thanks.pk)


@transaction.atomic
def thank_customer(*, voice: Voice, by: Membership, text: str, now: datetime) -> Thanks:
    """Thank the customer by mail, once for a voice; the governor decides first.

    Raises:
        UnreachableError: no customer, no address, or the governor says never; nothing is kept.
        ListeningError: nothing written, or they were thanked for it already.
    """
    text = _text(text)
    if not text:
        raise ListeningError(_("There is nothing written yet. Nothing was sent or saved."))
    rows = Thanks.objects.in_workspace(voice.workspace_id)
    if rows.filter(voice=voice, to_member__isnull=True).exists():
        raise ListeningError(_("The customer was thanked for this voice already. Nothing was sent."))
    customer = _addressed(voice)
    key = f"thanks:{voice.pk}"
    ruling = send_service_message(
        workspace_id=voice.workspace_id,
        customer_id=customer.pk,
        draft=thanks_draft(customer=customer, text=text, author=by),
        idempotency_key=key,
        now=now,
    )
    if ruling.verdict == "never":
        raise UnreachableError(ruling.rule)
    message = Message.objects.in_workspace(voice.workspace_id).get(idempotency_key=key)
    made: Thanks = rows.create(
        workspace_id=voice.workspace_id, voice=voice, by=by, text=text, message_id=message.pk, at=now
    )
    _told(voice, "customer_thanked", by, thanks=made.pk, message=message.pk)
    return made


def _addressed(voice: Voice) -> Customer:
    customer = present(workspace_id=voice.workspace_id, key=voice.customer.key) if voice.customer else None
    if customer is None or not customer.email:
        raise UnreachableError("no_address")
    return customer


def _text(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise ListeningError(_("At most %(most)s characters, please. Nothing was saved.") % {"most": LONGEST_NOTE})
    return text


def _told(voice: Voice, verb: str, by: Membership, **detail: int) -> None:
    audit(
        workspace_id=voice.workspace_id,
        actor_id=by.user_id,
        verb=f"people.voice.{verb}",
        subject=f"voice:{voice.pk}",
        detail=detail,
    )


# The digest


@transaction.atomic
def choose_digest(*, member: Membership, every: str, now: datetime, zone: str | None = None) -> DigestChoice:
    """How often the member's stream comes by mail, in which zone (None: as before, empty: the workspace's).

    Raises:
        ListeningError: there is no such choice or zone.
    """
    if every not in DigestChoice.Every.values:
        raise ListeningError(_("Choose off, every day or every week. Nothing was changed."))
    if zone and zone not in available_timezones():
        raise ListeningError(_("There is no time zone “%(zone)s”. Nothing was changed.") % {"zone": zone[:40]})
    made: DigestChoice = DigestChoice.objects.in_workspace(member.workspace_id).update_or_create(
        workspace_id=member.workspace_id,
        member=member,
        defaults={"every": every, "changed_at": now, **({} if zone is None else {"timezone": zone})},
    )[0]
    return made
