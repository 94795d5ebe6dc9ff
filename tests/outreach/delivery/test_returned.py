"""Mail that comes back: what it says, whom it concerns, and what nobody can forge."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import ConsentRecord
from allears.outreach.actions import post, propose
from allears.outreach.channels.email.adapter import as_email
from allears.outreach.channels.email.returned import mark, read_returned
from allears.outreach.contracts import Draft, Proposal
from allears.outreach.delivery.actions import set_up
from allears.outreach.delivery.models import Barred, Report
from allears.outreach.delivery.returning import take_returned
from allears.outreach.delivery.shipping import Terms
from allears.outreach.models import Message
from allears.outreach.sender import _outgoing
from tests import builders

DSN = """Return-Path: <>
From: MAILER-DAEMON@mx.example.test
To: noreply@acme.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="d"

--d
Content-Type: text/plain

The mail could not be delivered.
--d
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test

Final-Recipient: rfc822; zoe@example.test
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user
--d
Content-Type: {enclosed}

{header}Subject: hello

--d--
"""
COMPLAINT = """From: fbl@provider.test
To: noreply@acme.test
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="d"

--d
Content-Type: text/plain

This is an abuse report.
--d
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <zoe@example.test>

--d
Content-Type: message/rfc822

{header}Subject: hello

hello
--d--
"""


def sent(workspace: Workspace) -> Message:
    """A survey mail that was accepted yesterday."""
    builders.open_policy(workspace=workspace)
    customer = builders.customer(workspace=workspace)
    now = timezone.now() - timedelta(days=1)
    proposal = Proposal(customer_id=customer.pk, purpose="survey", family="nps", channel="email", ask_key="a1")
    (ruling,) = propose(workspace_id=workspace.pk, proposals=[proposal], now=now)
    number = post(
        workspace_id=workspace.pk, ruling=ruling, customer_id=customer.pk, idempotency_key="ask:a1", purpose="survey",
        channel="email", draft=Draft(language="en", subject="How was it?", text="…"), now=now,
    )  # fmt: skip
    Message.objects.in_workspace(workspace.pk).filter(pk=number).update(state="sent", sent_at=now)
    found: Message = Message.objects.in_workspace(workspace.pk).select_related("customer").get(pk=number)
    return found


def returned(message: Message, *, header: str | None = None, text: str = DSN, **words: str) -> Any:
    own = f"X-All-Ears-Message: {mark(message.pk)}\n" if header is None else header
    told = {"action": "failed", "status": "5.1.1", "enclosed": "message/rfc822", **words}
    found = read_returned(text.format(header=own, **told).encode())
    assert found is not None
    return found


def rule_for(message: Message) -> str:
    later = timezone.now() + timedelta(days=400)
    proposal = Proposal(customer_id=message.customer_id, purpose="survey", family="x", channel="email", ask_key="a2")
    (ruling,) = propose(workspace_id=message.workspace_id, proposals=[proposal], now=later)
    return ruling.rule


def test_our_mail_carries_its_mark(acme: Workspace) -> None:
    message = sent(acme)
    mail = as_email(_outgoing(message, Terms(setup={})))
    assert mail.extra_headers["X-All-Ears-Message"] == mark(message.pk)


@pytest.mark.parametrize("enclosed", ["message/rfc822", "text/rfc822-headers"])
def test_a_hard_bounce_ends_the_message_and_bars_the_address(acme: Workspace, enclosed: str) -> None:
    message = sent(acme)
    for fresh in (True, False):
        found = returned(message, enclosed=enclosed)
        assert take_returned(workspace_id=acme.pk, returned=found, now=timezone.now()) is fresh
    message.refresh_from_db()
    assert (message.state, "550 no such user" in message.error) == ("failed", True)
    assert Barred.objects.in_workspace(acme.pk).get().reason == "bounce"
    assert rule_for(message) == "undeliverable"
    assert ConsentRecord.objects.in_workspace(acme.pk).count() == 0  # a dead mailbox is no refusal


def test_a_full_mailbox_does_not_bar_and_a_delay_says_nothing(acme: Workspace) -> None:
    message = sent(acme)
    take_returned(workspace_id=acme.pk, returned=returned(message, status="5.2.2"), now=timezone.now())
    assert (Report.objects.in_workspace(acme.pk).get().kind, rule_for(message)) == ("failed", "allowed")
    delayed = DSN.format(header="", action="delayed", status="4.4.1", enclosed="message/rfc822")
    assert read_returned(delayed.encode()) is None


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("5.0.0", "550 Mailbox not found. http://service.mail.qq.com/detail/122", "bounced"),
        ("5.0.0", "550 User not found: zoe@example.test", "bounced"),
        ("5.0.0", "554 delivery error: dd This user doesn't have a yahoo.test account", "bounced"),
        ("5.1.0", "550 Mailbox unavailable or access denied", "bounced"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "bounced"),
        ("5.0.0", "550 Mail content denied", "failed"),
        ("5.7.1", "550 5.7.1 no such user may relay", "failed"),
        ("5.0.0", "552 mailbox full", "failed"),
    ],
)
def test_servers_that_say_it_in_words(acme: Workspace, status: str, words: str, kind: str) -> None:
    text = DSN.replace("550 no such user", words)
    assert returned(sent(acme), status=status, text=text).kind == kind


def test_a_forged_bounce_bars_nobody(acme: Workspace) -> None:
    message = sent(acme)
    forged = returned(message, header=f"X-All-Ears-Message: {message.pk}.{'0' * 24}\n")
    assert forged.message_id is None
    take_returned(workspace_id=acme.pk, returned=forged, now=timezone.now())
    assert Barred.objects.in_workspace(acme.pk).count() == 0
    assert rule_for(message) == "allowed"


def test_another_workspaces_mailbox_ends_none_of_our_messages(acme: Workspace, elsewhere: Workspace) -> None:
    message = sent(acme)
    assert take_returned(workspace_id=elsewhere.pk, returned=returned(message), now=timezone.now()) is False
    message.refresh_from_db()
    assert message.state == "sent"


def test_a_complaint_withdraws_consent_as_well(acme: Workspace) -> None:
    message = sent(acme)
    take_returned(workspace_id=acme.pk, returned=returned(message, text=COMPLAINT), now=timezone.now())
    consent = ConsentRecord.objects.in_workspace(acme.pk).get()
    assert (consent.granted, consent.source, consent.purpose) == (False, "complaint", "*")
    assert Barred.objects.in_workspace(acme.pk).get().reason == "complaint"
    message.refresh_from_db()
    assert message.state == "sent"  # it did arrive


ZOE = {"emailAddress": "zoe@example.test", "diagnosticCode": "smtp; 550"}


def ses(kind: str, **part: Any) -> dict[str, Any]:
    return {"notificationType": kind, "mail": {"destination": ["zoe@example.test"]}, **part}


@pytest.mark.parametrize(
    ("body", "barred"),
    [
        ({"RecordType": "Bounce", "Email": "zoe@example.test", "Description": "no such user"}, "bounce"),
        ([{"event": "spamreport", "email": "Zoe@example.test"}, {"event": "open", "email": "x@y.test"}], "complaint"),
        ({"event-data": {"event": "complained", "recipient": "zoe@example.test"}}, "complaint"),
        ({"event": "bounce", "email": "zoe@example.test", "bounceType": "Transient"}, ""),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "Email": "zoe@example.test"}, ""),
        ({"event-data": {"event": "failed", "severity": "permanent", "recipient": "zoe@example.test"}}, "bounce"),
        ({"event": "bounce", "hard_bounce": False, "email": "zoe@example.test"}, ""),
        ({"event": "bounce", "hard_bounce": True, "email": "zoe@example.test"}, "bounce"),
        ([{"event": "bounce", "type": "blocked", "email": "zoe@example.test", "reason": "grey"}], ""),
        (
            [{"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "rcpt_to": "zoe@example.test"}}}],
            "bounce",
        ),
        ([{"msys": {"message_event": {"type": "bounce", "bounce_class": "22", "rcpt_to": "zoe@example.test"}}}], ""),
        ({"type": "email.bounced", "data": {"to": ["zoe@example.test"], "bounce": {"type": "Permanent"}}}, "bounce"),
        (ses("Bounce", bounce={"bounceType": "Permanent", "bouncedRecipients": [ZOE]}), "bounce"),
        (ses("Bounce", bounce={"bounceType": "Transient", "bouncedRecipients": [ZOE]}), ""),
        (ses("Complaint", complaint={"complainedRecipients": [ZOE]}), "complaint"),
        (ses("Delivery", delivery={"recipients": ["zoe@example.test"]}), ""),
        (
            {
                "Type": "Notification",
                "Message": json.dumps(ses("Complaint", complaint={"complainedRecipients": [ZOE]})),
            },
            "complaint",
        ),
    ],
)
def test_a_providers_news_are_understood_in_its_own_words(acme: Workspace, body: Any, barred: str) -> None:
    message = sent(acme)
    setup = set_up(workspace_id=acme.pk, channel="email", settings={}, secret={}, now=timezone.now(), actor_id=None)
    address = f"/v1/channels/email/{setup.token}/events"
    got = Client().post(address, body, content_type="application/json")
    assert (got.status_code, got.json()) == (200, {"taken": 1})
    assert [each.reason for each in Barred.objects.in_workspace(acme.pk)] == ([barred] if barred else [])
    assert (
        Client().post(address.replace(setup.token, "x" * 32), body, content_type="application/json").status_code == 404
    )
    assert Report.objects.in_workspace(acme.pk).get().message_id == message.pk


@pytest.mark.parametrize(
    "body",
    [
        {"event-data": {"event": "failed", "severity": "temporary", "recipient": "zoe@example.test"}},
        {"RecordType": "Bounce", "Type": "Transient", "Email": "zoe@example.test"},
        [{"event": "deferred", "email": "zoe@example.test"}],
        {"Type": "Notification", "Message": "no json"},
        [[], "x", {"event": ["bounce"], "email": {"a": 1}}],
    ],
)
def test_a_delay_is_no_news_and_asks_nobody_by_another_way(acme: Workspace, body: Any) -> None:
    message = sent(acme)
    setup = set_up(workspace_id=acme.pk, channel="email", settings={}, secret={}, now=timezone.now(), actor_id=None)
    got = Client().post(f"/v1/channels/email/{setup.token}/events", json.dumps(body), content_type="text/plain")
    assert (got.status_code, got.json()) == (200, {"taken": 0})
    message.refresh_from_db()
    assert (message.state, Report.objects.in_workspace(acme.pk).count()) == ("sent", 0)


def test_one_click_ends_surveys_by_mail_without_a_page_or_a_cookie(acme: Workspace) -> None:
    message = sent(acme)
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message.headers["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    assert Client(enforce_csrf_checks=True).get(f"/{address}").status_code == 200
    assert rule_for(message) == "allowed"  # a scanner that reads the link ends nothing
    got = Client(enforce_csrf_checks=True).post(f"/{address}", {"List-Unsubscribe": "One-Click"})
    assert got.status_code == 200
    assert ConsentRecord.objects.in_workspace(acme.pk).get().source == "unsubscribe"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        ("", "application/x-www-form-urlencoded"),
        ("List-Unsubscribe=One-Click", "text/plain"),
    ],
)
def test_a_post_from_the_header_ends_what_the_mail_said_and_nothing_else(acme: Workspace, body: str, kind: str) -> None:
    """RFC 8058: no cookie, no redirect, the same when it comes again; other channels, news and the language stay."""
    message = sent(acme)
    address = message.headers["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    for _ in range(2):
        assert Client(enforce_csrf_checks=True).post(f"/{address}", body, content_type=kind).status_code == 200
    said = {(each.channel, each.purpose, each.granted) for each in ConsentRecord.objects.in_workspace(acme.pk)}
    assert said == {("email", "survey", False)}
    assert rule_for(message) == "consent"
