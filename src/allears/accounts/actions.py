"""What people do to workspaces, memberships, links and keys; each change leaves an audit row."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.accounts.events import MemberLeft
from allears.accounts.jobs import post_invitation
from allears.accounts.mail import token_of
from allears.accounts.models import AccessKey, MemberInvite, Membership, Role, SignInLink, User, Workspace
from allears.accounts.queries import open_invites
from allears.jobs.bus import record

INVITE_LIFE = timedelta(days=7)
LINK_LIFE = timedelta(hours=24)
LANGUAGES = ("en", "zh-hans")


class AccountsError(ValueError):
    """A change that cannot be made; the text says why and what to do."""


class LastAdminError(AccountsError):
    """A workspace without an admin could never get one again."""


class LinkSpentError(AccountsError):
    """The link was used, revoked or is too old."""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# People


def choose_language(*, user: User, language: str) -> None:
    """Remember the language in which this person reads the console."""
    user.language = language
    user.save(update_fields=["language"])


def choose_name(*, user: User, name: str) -> None:
    """What colleagues and customers call this person."""
    user.name = name
    user.save(update_fields=["name"])


def ensure_member(*, workspace: Workspace, email: str, role: str, now: datetime) -> User:
    """The user of this address, who from now on is a member; a present member keeps their role."""
    email = email.strip().lower()
    with transaction.atomic():
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        present = Membership.objects.in_workspace(workspace.pk).filter(user=user, ended_at__isnull=True)
        if not present.exists():
            member = Membership.objects.create(workspace=workspace, user=user, role=role, created_at=now)
            audit(
                workspace_id=workspace.pk,
                actor_id=None,
                verb="accounts.member.made",
                subject=f"member:{member.pk}",
                detail={"role": role},
            )
    return user


def make_sign_in_link(*, user: User, now: datetime, life: timedelta = LINK_LIFE) -> str:
    """The token of a link that signs this user in once: ``/sign-in/<token>``. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_hash=_digest(token), expires_at=now + life)
    return token


def find_sign_in_link(*, token: str, now: datetime) -> SignInLink:
    """The live link of this token; raises LinkSpentError. Looking does not spend it."""
    link = SignInLink.objects.filter(token_hash=_digest(token)).select_related("user").first()
    if link is None or link.used_at or link.expires_at <= now or not link.user.is_active:
        raise LinkSpentError(_("This sign-in link was used already or is too old."))
    return link


def use_sign_in_link(*, token: str, now: datetime) -> User:
    """Spend the link and return its user; of two at once, one gets in."""
    link = find_sign_in_link(token=token, now=now)
    if not SignInLink.objects.filter(pk=link.pk, used_at__isnull=True).update(used_at=now):
        raise LinkSpentError(_("This sign-in link was used already or is too old."))
    return link.user


# Members


def invite_member(*, workspace: Workspace, email: str, role: str, actor: User, now: datetime) -> MemberInvite:
    """Offer membership by mail; an open offer to the same address is replaced."""
    email = email.strip().lower()
    if role not in Role.values:
        raise AccountsError(_("Choose one of the three roles."))
    members = Membership.objects.in_workspace(workspace.pk).filter(ended_at__isnull=True)
    if members.filter(user__email=email).exists():
        raise AccountsError(_("%(email)s is a member already.") % {"email": email})
    with transaction.atomic():
        open_invites(workspace_id=workspace.pk).filter(email=email).update(revoked_at=now)
        invite = MemberInvite(
            workspace=workspace,
            email=email,
            role=role,
            invited_by=actor,
            created_at=now,
            expires_at=now + INVITE_LIFE,
        )
        invite.token_hash = _digest(token_of(invite))
        invite.save()
        audit(
            workspace_id=workspace.pk,
            actor_id=actor.pk,
            verb="accounts.member.invited",
            subject=f"invite:{invite.pk}",
            detail={"role": role},
        )
        post_invitation.enqueue(invite_id=invite.pk, workspace_id=workspace.pk)
    return invite


def revoke_invite(*, invite: MemberInvite, actor: User, now: datetime) -> None:
    """The offer's link stops working at once."""
    with transaction.atomic():
        invite.revoked_at = now
        invite.save(update_fields=["revoked_at"])
        audit(
            workspace_id=invite.workspace_id,
            actor_id=actor.pk,
            verb="accounts.invite.revoked",
            subject=f"invite:{invite.pk}",
        )


def find_invite(*, token: str, now: datetime) -> MemberInvite:
    """The open invitation of this token; raises LinkSpentError."""
    invite: MemberInvite | None = (
        MemberInvite.objects.across_workspaces()  # the token itself says which workspace it opens
        .filter(token_hash=_digest(token), accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)
        .select_related("workspace", "invited_by")
        .first()
    )
    if invite is None:
        raise LinkSpentError(_("This invitation was accepted, withdrawn, or is too old."))
    return invite


def accept_invite(*, invite: MemberInvite, name: str, password: str | None, now: datetime) -> User:
    """Make the member, and the user where the address is new; an existing user keeps name and password."""
    with transaction.atomic():
        taken = MemberInvite.objects.in_workspace(invite.workspace_id).filter(
            pk=invite.pk, accepted_at__isnull=True, revoked_at__isnull=True
        )
        if not taken.update(accepted_at=now):
            raise LinkSpentError(_("This invitation was accepted, withdrawn, or is too old."))
        user = User.objects.filter(email=invite.email).first()
        if user is None:
            user = User.objects.create_user(invite.email, password, name=name)
        present = Membership.objects.in_workspace(invite.workspace_id).filter(user=user, ended_at__isnull=True)
        member = present.first() or Membership.objects.create(
            workspace_id=invite.workspace_id, user=user, role=invite.role, created_at=now
        )
        audit(
            workspace_id=invite.workspace_id,
            actor_id=user.pk,
            verb="accounts.member.joined",
            subject=f"member:{member.pk}",
            detail={"role": invite.role},
        )
    return user


def change_role(*, member: Membership, role: str, actor: User) -> None:
    """Give a member another role; the last admin keeps theirs."""
    if role not in Role.values:
        raise AccountsError(_("Choose one of the three roles."))
    with transaction.atomic():
        if role != Role.ADMIN:
            _keep_an_admin(member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        audit(
            workspace_id=member.workspace_id,
            actor_id=actor.pk,
            verb="accounts.member.role_changed",
            subject=f"member:{member.pk}",
            detail={"from": before, "to": role},
        )


def remove_member(*, member: Membership, actor: User, now: datetime) -> None:
    """End a membership; the person's name stays on what they did."""
    with transaction.atomic():
        _keep_an_admin(member)
        member.ended_at = now
        member.save(update_fields=["ended_at"])
        record(MemberLeft(workspace_id=member.workspace_id, member_id=member.pk))
        audit(
            workspace_id=member.workspace_id,
            actor_id=actor.pk,
            verb="accounts.member.removed",
            subject=f"member:{member.pk}",
        )


def restore_member(*, member: Membership, actor: User) -> None:
    """Undo a removal; who was invited again meanwhile is a member already."""
    with transaction.atomic():
        present = Membership.objects.in_workspace(member.workspace_id).filter(user=member.user, ended_at__isnull=True)
        if present.exists():
            raise AccountsError(_("%(email)s is a member already.") % {"email": member.user.email})
        member.ended_at = None
        member.save(update_fields=["ended_at"])
        audit(
            workspace_id=member.workspace_id,
            actor_id=actor.pk,
            verb="accounts.member.restored",
            subject=f"member:{member.pk}",
        )


def _keep_an_admin(member: Membership) -> None:
    """Rows are locked, so that two admins cannot remove each other at once."""
    admins = list(
        Membership.objects.in_workspace(member.workspace_id)
        .select_for_update()
        .filter(role=Role.ADMIN, ended_at__isnull=True)
        .values_list("pk", flat=True)
    )
    if admins == [member.pk]:
        raise LastAdminError(_("This is the last admin. Make someone else an admin first; nothing was changed."))


# Workspace


def change_workspace(
    *, workspace: Workspace, name: str, timezone: str, language: str, success_statement: str, actor: User
) -> None:
    """Name, zone, the language of messages where the customer's is unknown, and what success means here."""
    if timezone not in available_timezones():
        raise AccountsError(_("There is no time zone %(zone)s.") % {"zone": timezone})
    if language not in LANGUAGES:
        raise AccountsError(_("Choose English or Chinese."))
    with transaction.atomic():
        workspace.name, workspace.timezone, workspace.language = name, timezone, language
        workspace.success_statement = success_statement
        workspace.save(update_fields=["name", "timezone", "language", "success_statement"])
        audit(
            workspace_id=workspace.pk,
            actor_id=actor.pk,
            verb="accounts.workspace.changed",
            subject=f"workspace:{workspace.pk}",
            detail={"name": name, "timezone": timezone, "language": language},
        )


# Keys


def make_key(
    *,
    workspace: Workspace,
    kind: str,
    name: str,
    actor: User | None,
    now: datetime,
    scopes: Sequence[str] = (),
) -> tuple[AccessKey, str]:
    """A machine's key and its secret, which is shown this once. ``scopes``: what an API key may do besides."""
    if scopes and kind != AccessKey.Kind.API:
        raise AccountsError(_("A write key only sends events in: it cannot export. Make an API key for that."))
    granted = sorted(AccessKey.Scope(each).value for each in scopes)
    secret = f"ae_{kind[0]}_{secrets.token_urlsafe(30)}"
    with transaction.atomic():
        key = AccessKey.objects.create(
            workspace=workspace,
            kind=AccessKey.Kind(kind),
            scopes=granted,
            name=name,
            prefix=secret[:12],
            key_hash=_digest(secret),
            created_by=actor,
            created_at=now,
        )
        audit(
            workspace_id=workspace.pk,
            actor_id=actor.pk if actor else None,
            verb=f"accounts.{kind}_key.made",
            subject=f"key:{key.pk}",
            detail={"name": name, **({"scopes": granted} if granted else {})},
        )
    return key, secret


def revoke_key(*, key: AccessKey, actor: User, now: datetime) -> None:
    """Whatever uses the key is refused from now on."""
    with transaction.atomic():
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        audit(
            workspace_id=key.workspace_id,
            actor_id=actor.pk,
            verb=f"accounts.{key.kind}_key.revoked",
            subject=f"key:{key.pk}",
            detail={"name": key.name},
        )
