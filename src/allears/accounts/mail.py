"""Mail to the people who work here (customers are written to through outreach only)."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.accounts.models import MemberInvite
from allears.accounts.queries import open_invites


def token_of(invite: MemberInvite) -> str:
    """The invitation's token, made again from the row and the secret key: it is stored nowhere."""
    basis = f"{invite.workspace_id}:{invite.email}:{invite.created_at.isoformat()}"
    return salted_hmac("allears.accounts.invite", basis, algorithm="sha256").hexdigest()


def invite_url(invite: MemberInvite) -> str:
    return f"{settings.PUBLIC_URL}/join/{token_of(invite)}"


def send_invitation(*, workspace_id: int, invite_id: int) -> None:
    """Nothing is sent when the offer was withdrawn meanwhile."""
    invite = (
        open_invites(workspace_id=workspace_id).select_related("workspace", "invited_by").filter(pk=invite_id).first()
    )
    if invite is None:
        return
    with override(invite.workspace.language):
        about = {
            "who": str(invite.invited_by or "All Ears"),
            "where": invite.workspace.name,
            "link": invite_url(invite),
        }
        subject = _("%(who)s invites you to %(where)s on All Ears") % about
        body = _(
            "%(who)s invites you to work in %(where)s on All Ears, where the company listens to its customers.\n\n"
            "Open this link within seven days to choose your name and password:\n%(link)s\n\n"
            "If you did not expect this, ignore it: nothing happens without you."
        )
        send_mail(subject, body % about, None, [invite.email])
