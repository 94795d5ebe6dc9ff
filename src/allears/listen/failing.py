"""An invitation whose message came back: it was not delivered, and its ask is made by the next channel."""

from datetime import datetime

from allears.listen import asking
from allears.listen.models import Invitation
from allears.outreach.actions import propose
from allears.outreach.contracts import Release
from allears.outreach.models import Decision, Message
from allears.outreach.returned import next_try


def ask_by_the_next_way(*, workspace_id: int, message_id: int, now: datetime) -> None:
    """The same invitation by another channel, if the governor allows it; once for each channel.

    Who has answered already, or can no longer, is left alone.
    """
    message = Message.objects.in_workspace(workspace_id).filter(pk=message_id, state=Message.State.FAILED).first()
    if message is None:
        return
    invitations = Invitation.objects.in_workspace(workspace_id).filter(decision_id=message.decision_id)
    invitation = invitations.select_for_update(of=("self",)).select_related("survey_version").first()
    if invitation is None or invitation.started_at or invitation.opened_at:
        return
    if invitation.sent_at:
        invitation.sent_at = None
        invitation.heat().save(update_fields=["sent_at", "flush_id"])
    if invitation.expires_at > now:
        _ask(invitation, now)


def _ask(invitation: Invitation, now: datetime) -> None:
    workspace_id = invitation.workspace_id
    decision: Decision = Decision.objects.in_workspace(workspace_id).get(pk=invitation.decision_id)
    ask = asking.Ask(
        survey_id=invitation.survey_version.survey_id,
        probe_id=invitation.probe_id,
        touchpoint_id=invitation.touchpoint_id,
        case_id=invitation.case_id,
        invitation_id=invitation.pk,
        snapshot=invitation.snapshot,
    )
    proposal = next_try(decision=decision, context=ask.as_context())
    if proposal is None:
        return
    (ruling,) = propose(workspace_id=workspace_id, proposals=[proposal], now=now)
    if ruling.fresh and ruling.verdict == Decision.Verdict.SENT:
        asking.invite(workspace_id=workspace_id, releases=[Release(ruling=ruling, proposal=proposal)], now=now)
