"""Mail to the administrators when an endpoint was switched off by All Ears itself."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.accounts.models import Role
from allears.accounts.queries import members
from allears.events.webhooks.models import Endpoint


def tell_admins(*, workspace_id: int, endpoint_id: int) -> None:
    """Nothing is sent when somebody has seen to it meanwhile."""
    endpoint = Endpoint.objects.in_workspace(workspace_id).select_related("workspace").filter(pk=endpoint_id).first()
    if endpoint is None or endpoint.disabled_at is None or endpoint.removed_at:
        return
    about = {
        "url": endpoint.url,
        "days": settings.WEBHOOK_GIVE_UP_DAYS,
        "link": f"{settings.PUBLIC_URL}/settings/webhooks/{endpoint.pk}",
    }
    for member in members(workspace_id=workspace_id).filter(role=Role.ADMIN):
        with override(member.user.language or endpoint.workspace.language):
            if endpoint.disabled_why == Endpoint.Off.GONE:
                reason = _("It answered 410: the receiver says that it is gone for good.")
            else:
                reason = _("Nothing it was sent was taken for %(days)s days.") % about
            body = _(
                "All Ears has stopped sending webhooks to %(url)s.\n\n%(reason)s\n\n"
                "What it misses is kept and can be sent again. Mend the receiver, then switch the webhook on:\n%(link)s"
            )
            send_mail(_("A webhook was switched off"), body % {**about, "reason": reason}, None, [member.user.email])
