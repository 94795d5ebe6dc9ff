"""Telling the people of a workspace that a source has stopped."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.accounts.models import Membership, Role
from allears.listen.models import Source
from allears.listen.sources.troubles import told


def tell_admins(*, workspace_id: int, source_id: int) -> None:
    """One mail to each admin; nothing when the source was mended or removed meanwhile."""
    source = Source.objects.in_workspace(workspace_id).filter(pk=source_id, state=Source.State.STOPPED).first()
    if source is None:
        return
    admins = Membership.objects.in_workspace(workspace_id).filter(role=Role.ADMIN, ended_at__isnull=True)
    for member in admins.select_related("user", "workspace"):
        with override(member.user.language or member.workspace.language):
            what, advice = told(source.trouble)
            about = {
                "name": source.name,
                "what": what,
                "advice": advice,
                "link": f"{settings.PUBLIC_URL}/settings/sources/{source.pk}",
            }
            subject = _("All Ears no longer listens to “%(name)s”") % about
            body = _(
                "The source “%(name)s” failed again and again and was stopped. What it had brought is kept.\n\n"
                "%(what)s\n%(advice)s\n\nMend it and start it again here:\n%(link)s"
            )
            send_mail(subject, body % about, None, [member.user.email])
