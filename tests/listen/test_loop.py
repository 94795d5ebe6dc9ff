"""Once round: an event, an ask on the wire, an answer, a voice."""

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.jobs import bus
from allears.listen import probing
from allears.listen.models import Invitation
from allears.outreach import sender
from allears.outreach.models import Message
from tests import builders
from tests.support.smtp import SmtpPeer

NOW = timezone.now()


@pytest.fixture
def listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "_subscribers", {"voice.received": ["tests.listen.test_loop.heard"]})


def heard(**_: object) -> None:
    """Stands for whoever listens to voices."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("listeners")
def test_an_event_becomes_an_ask_an_answer_and_a_voice(client: Client, smtp_peer: SmtpPeer, acme: Workspace) -> None:
    builders.open_policy(workspace=acme)
    customer = builders.customer(
        workspace=acme, email="zoe@example.test", language="zh-CN", segment="gold", name="王佐伊"
    )
    builders.probe(workspace=acme, conditions=[{"property": "amount", "op": ">", "value": 100}], now=NOW)
    events = [
        builders.event_row(customer=customer, id=1, properties={"amount": 20}, ts=NOW),
        builders.event_row(customer=customer, id=2, properties={"amount": "250"}, ts=NOW),
        builders.event_row(customer=customer, id=3, name="page_seen", ts=NOW),
    ]
    for _ in range(2):  # the consumer may hand a batch over again
        probing.on_batch(Batch(events=events, now=NOW))
    invitation = Invitation.objects.across_workspaces().get()
    assert (invitation.event_id, invitation.language, invitation.sent_at) == (2, "zh", None)
    assert invitation.snapshot["event"]["properties"] == {"amount": "250"}
    assert invitation.snapshot["customer"]["segment"] == "gold"
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST=smtp_peer.host,
        EMAIL_PORT=smtp_peer.port,
    ):
        while sender.run_once("test"):
            pass
        sender.stop()
    (mail,) = smtp_peer.deliveries
    assert mail.recipients == ["zoe@example.test"]
    assert f"/s/{invitation.token}?score=9" in mail.text
    assert f"/s/{invitation.token}?score=9" in mail.html
    assert "Acme" in mail.message["Subject"]
    assert "推荐" in mail.message["Subject"]
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in mail.message["List-Unsubscribe"]
    invitation.refresh_from_db()
    assert invitation.sent_at is not None
    assert Message.objects.across_workspaces().get().state == "sent"
