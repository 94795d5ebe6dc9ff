"""Digests on their way: who is due, one mail for each member and period, and the way to end them."""

from datetime import datetime, timedelta
from hashlib import blake2b
from smtplib import SMTPException
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import ngettext, override

from allears.accounts.models import Membership
from allears.jobs.queue import enqueue
from allears.people import listening
from allears.people.actions import choose_digest
from allears.people.composing import Contents, compose
from allears.people.models import Digest, DigestChoice
from allears.people.periods import Period, period_at

SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}
FURTHEST = timedelta(days=14)  # a digest tells at most this long a time, after a pause too
_signer = Signer(salt="allears.people.digest")


class UnknownDigestLinkError(LookupError):
    """A link that we did not make, or of a member who has left."""


def token_of(member: Membership) -> str:
    """Names the member in the address that ends their digest; it lets nobody in."""
    return _signer.sign(str(member.pk))


def member_of(token: str) -> Membership:
    """Whose digest the link ends; raises UnknownDigestLinkError."""
    try:
        number = int(_signer.unsign(token))
    except (BadSignature, ValueError) as error:
        raise UnknownDigestLinkError(token[:12]) from error
    rows = Membership.objects.across_workspaces()  # the signed token itself says whose
    member: Membership | None = (
        rows.filter(pk=number, ended_at__isnull=True).select_related("user", "workspace").first()
    )
    if member is None:
        raise UnknownDigestLinkError(token[:12])
    return member


def end_by_link(*, token: str, now: datetime) -> Membership:
    """No further digest to whoever this link belongs to; raises UnknownDigestLinkError."""
    member = member_of(token)
    choose_digest(member=member, every="off", now=now)
    return member


def queue_due(*, now: datetime) -> int:
    """Queue a digest for each member whose morning it is; how many. A queued or settled one is not queued again."""
    choices = DigestChoice.objects.across_workspaces().exclude(every="off")  # the schedule serves all workspaces
    queued = 0
    for choice in choices.filter(member__ended_at__isnull=True).select_related("member__workspace"):
        period = _due(choice, now)
        if period is not None and not _is_settled(choice.member, period.key):
            enqueue(
                task="allears.people.jobs.send_digest",
                arguments={"workspace_id": choice.workspace_id, "member_id": choice.member_id},
                unique_key=f"digest:{choice.member_id}:{period.key}",
                run_at=now,
            )
            queued += 1
    return queued


def _due(choice: DigestChoice, now: datetime) -> Period | None:
    """The period that is due now and began after the member chose: who chooses at noon hears from us tomorrow."""
    zone = choice.timezone or choice.member.workspace.timezone
    period = period_at(every=choice.every, zone=zone, now=now)
    return period if period is not None and choice.changed_at <= period.due else None


def _is_settled(member: Membership, period: str) -> bool:
    rows = Digest.objects.in_workspace(member.workspace_id).filter(member=member, period=period)
    return rows.exclude(state=Digest.State.FREE).exists()


def send(*, workspace_id: int, member_id: int, now: datetime) -> Digest | None:
    """Send the digest that is due to this member; None when none is, or when another worker has it.

    The mail is written first and claimed next, so that little time lies between the claim and the mail server's word.
    """
    choice = (
        DigestChoice.objects.in_workspace(workspace_id)
        .select_related("member__user", "member__workspace")
        .filter(member_id=member_id, member__ended_at__isnull=True)
        .exclude(every="off")
        .first()
    )
    period = _due(choice, now) if choice else None
    if choice is None or period is None or _is_settled(choice.member, period.key):
        return None
    member, zone = choice.member, ZoneInfo(choice.timezone or choice.member.workspace.timezone)
    with override(member.user.language or member.workspace.language), timezone.override(zone):
        contents = compose(member=member, since=_since(choice, now), until=now)
        mail = None if contents.is_empty else _mail(member, contents, period, every=choice.every)
    digest = _claim(member, period, until=now, state="claimed" if mail else "empty")
    if digest is None or mail is None:
        return digest
    return _hand_over(mail, digest)


def _since(choice: DigestChoice, now: datetime) -> datetime:
    """From where the last one that went ended; the first tells one period, and one that was cut off is told again."""
    rows = Digest.objects.in_workspace(choice.workspace_id).filter(member_id=choice.member_id)
    told = rows.filter(state__in=[Digest.State.SENT, Digest.State.EMPTY]).order_by("-until").first()
    first = rows.order_by("until").first()
    since: datetime = told.until if told else (first.until if first else now) - SPANS[choice.every]
    return max(since, now - FURTHEST)


@transaction.atomic
def _claim(member: Membership, period: Period, *, until: datetime, state: str) -> Digest | None:
    """The one row of this member and period, ours now; None when another has it."""
    rows = Digest.objects.in_workspace(member.workspace_id)
    digest, made = rows.get_or_create(
        workspace_id=member.workspace_id,
        member=member,
        period=period.key,
        defaults={"state": state, "until": until, "at": until},
    )
    if not made:
        free = rows.filter(pk=digest.pk, state=Digest.State.FREE)
        if not free.update(state=state, until=until, at=until):
            return None
        digest.refresh_from_db()
    found: Digest = digest
    return found


def _hand_over(mail: EmailMultiAlternatives, digest: Digest) -> Digest:
    """To the mail server; when it refuses, the period is free for the job's next try."""
    rows = Digest.objects.in_workspace(digest.workspace_id).filter(pk=digest.pk)
    try:
        mail.send()
    except (SMTPException, OSError):
        rows.update(state=Digest.State.FREE)
        raise
    rows.update(state=Digest.State.SENT)
    digest.state = Digest.State.SENT
    return digest


def _mail(member: Membership, contents: Contents, period: Period, *, every: str) -> EmailMultiAlternatives:
    base, end = settings.PUBLIC_URL, f"{settings.PUBLIC_URL}/d/{token_of(member)}"
    week = listening.listening(workspace=member.workspace, now=contents.until, weeks=2)
    context = {
        "contents": contents,
        "every": every,
        "member": member,
        "workspace": member.workspace,
        "base": base,
        "end": end,
        "week": week.before,
    }
    subject = ngettext("%(n)s new voice for you", "%(n)s new voices for you", contents.new) % {"n": contents.new}
    name = blake2b(f"digest:{member.pk}:{period.key}".encode(), digest_size=12).hexdigest()
    mail = EmailMultiAlternatives(
        subject=f"{subject} · {member.workspace.name}",
        body=render_to_string("people/digest.txt", context),
        to=[member.user.email],
        headers={
            "Message-ID": f"<digest.{name}@{urlsplit(base).hostname or 'localhost'}>",
            "List-Unsubscribe": f"<{end}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("people/digest.html", context), "text/html")
    return mail
