"""Text messages: what they cost, how a gateway takes them, what comes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer, Identifier
from allears.events.batch import Batch
from allears.listen import probing
from allears.listen.models import Invitation, Response, Voice
from allears.outreach import channels, sender
from allears.outreach.actions import propose
from allears.outreach.channels.base import DeliveryError, Outgoing, SetupError
from allears.outreach.channels.sms.segments import is_gsm, segments
from allears.outreach.contracts import Proposal
from allears.outreach.delivery import queries
from allears.outreach.delivery.actions import opened, set_up
from allears.outreach.delivery.models import Barred, ChannelSetup, Report
from allears.outreach.delivery.trying import try_out
from allears.outreach.models import Decision, Message
from tests import builders
from tests.support.kannel import Kannel
from tests.support.processes import wait_until
from tests.support.web import WebPeer

PHONE = "+8613800138000"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("您" * 70, 1),
        ("您" * 71, 2),
        ("您" * 134, 2),
        ("您" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),  # two units each, never cut in half: 33 to a part
        ("😀" * 67, 3),
    ],
)
def test_segments_are_counted_as_the_network_counts(text: str, count: int) -> None:
    assert segments(text) == count


def test_the_seven_bit_alphabet() -> None:
    assert is_gsm("Ça va? No: Ç is there, ç is not".replace("ç", ""))
    assert not is_gsm("ç")
    assert not is_gsm("您好")


def gateway(workspace: Workspace, url: str, **settings: Any) -> ChannelSetup:
    told = {"url": url, "accepted": "", "sender": "10690000", **settings}
    return set_up(
        workspace_id=workspace.pk, channel="sms", settings=told,
        secret={"password": "secret"}, now=timezone.now(), actor_id=None, cost=Decimal("0.05"), currency="cny",
    )  # fmt: skip


def asked(workspace: Workspace, **customer: Any) -> Customer:
    """A customer whose order was delivered, at a probe by SMS."""
    builders.open_policy(workspace=workspace)
    found = builders.customer(workspace=workspace, email="", phone=PHONE, language="zh", **customer)
    Identifier.objects.create(workspace=workspace, kind="phone", value=PHONE, customer=found)
    builders.probe(workspace=workspace, channel="sms")
    probing.on_batch(Batch(events=[builders.event_row(customer=found)], now=timezone.now()))
    return found


def test_nothing_is_promised_before_the_channel_is_set_up(acme: Workspace) -> None:
    asked(acme)
    decision = Decision.objects.in_workspace(acme.pk).get()
    assert (decision.verdict, decision.rule) == ("never", "undeliverable")
    assert decision.facts["parameters"]["reason"] == "channel_off"
    assert Message.objects.in_workspace(acme.pk).count() == 0


def test_a_set_up_that_cannot_work_is_refused_and_secrets_are_sealed(acme: Workspace) -> None:
    for url, field in (("ftp://x", "url"), ("https://sms.example.test/send?to={to}", "url")):
        with pytest.raises(SetupError) as caught:
            gateway(acme, url)
        assert caught.value.field == field
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    assert "secret" not in setup.sealed
    assert "password" not in setup.settings
    assert opened(setup=setup)["password"] == "secret"
    again = set_up(workspace_id=acme.pk, channel="sms", settings={**setup.settings, "sender": "1"}, secret={},
                   now=timezone.now(), actor_id=None)  # fmt: skip
    assert (opened(setup=again)["password"], again.pk) == ("secret", setup.pk)


@pytest.mark.django_db(transaction=True)
def test_an_ask_goes_out_short_with_its_price_and_its_report_comes_back(
    acme: Workspace, web_peer: WebPeer, settings: LazySettings
) -> None:
    settings.WEBHOOK_ALLOW = "127.0.0.1"
    setup = gateway(acme, web_peer.url("/send?to={digits}&text={text}&coding={coding}&report={report_url}"))
    asked(acme)
    web_peer.pages = AnyPage(b"0: Accepted")
    while sender.run_once("test:1"):
        pass
    sender.stop()
    (path, _headers) = web_peer.asked[0]
    told = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert (told["to"], told["coding"]) == ("8613800138000", "2")
    assert told["text"].startswith("【Acme】")
    assert told["text"].endswith("回T退订")
    message = Message.objects.in_workspace(acme.pk).get()
    assert (message.state, message.html) == ("sent", "")
    accepted = Report.objects.in_workspace(acme.pk).get()
    assert (accepted.kind, accepted.cost) == ("accepted", accepted.units * Decimal("0.05"))
    report = urlsplit(told["report"].replace("%d", "1"))
    got = Client().get(f"{report.path}?{report.query}")
    assert (got.status_code, got.json()) == (200, {"taken": 1})
    assert Client().get(f"{report.path}?{report.query}").json() == {"taken": 0}
    (health,) = (each for each in queries.health(workspace_id=acme.pk, now=timezone.now()) if each.name == "sms")
    assert (health.state, health.sent, health.delivered, health.cost) == ("working", 1, 1, accepted.cost)
    assert setup.token in told["report"]


@pytest.mark.parametrize(("status", "final"), [(422, True), (402, False), (404, False), (503, False)])
def test_only_what_is_wrong_with_the_message_is_final(
    acme: Workspace, web_peer: WebPeer, settings: LazySettings, status: int, final: bool
) -> None:
    """No money left, or another address of the gateway, is mended by people; nobody's ask is lost meanwhile."""
    settings.WEBHOOK_ALLOW = "127.0.0.1"
    web_peer.pages = AnyPage(b"no", status)
    setup = gateway(acme, web_peer.url("/send?to={to}&text={text}"))
    outgoing = Outgoing(
        id=1, address=PHONE, name="", language="zh", subject="", text="您好", html="", idempotency_key="k",
        setup=opened(setup=setup),
    )  # fmt: skip
    with pytest.raises(DeliveryError) as caught:
        channels.adapter("sms").session().send(outgoing, committing=lambda: None, handed_over=lambda: None)
    assert caught.value.permanent is final


def test_a_channel_says_that_it_is_stuck_and_not_that_somebody_unsubscribed(acme: Workspace) -> None:
    customer, now = builders.customer(workspace=acme), timezone.now()

    def message(key: str, **told: Any) -> Message:
        made: Message = Message.objects.create(
            workspace=acme, customer=customer, purpose="survey", channel="email", language="en", address="z@x.test",
            text="t", idempotency_key=key, not_before=now, created_at=now, **told,
        )  # fmt: skip
        return made

    def health() -> queries.Health:
        return next(each for each in queries.health(workspace_id=acme.pk, now=now) if each.name == "email")

    message("1", state="cancelled", error="the customer unsubscribed before it was sent")
    assert (health().state, health().last_error) == ("idle", "")
    message("2", state="sent", sent_at=now)
    assert health().state == "working"
    late = message("3", state="queued", attempts=2, error="the mail server cannot be used")
    assert (health().state, health().last_error) == ("failing", "the mail server cannot be used")
    Message.objects.in_workspace(acme.pk).filter(pk=late.pk).update(state="sent", sent_at=now, error="")
    assert (health().state, health().last_error) == ("working", "")


class AnyPage(dict[str, Any]):
    """Every path has the same answer."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        super().__init__()
        self.body, self.status = body, status

    def get(self, _path: str, _default: Any = None) -> Any:
        return self.status, {}, self.body


def inbound(setup: ChannelSetup, text: str, **more: str) -> str:
    got = Client().post(f"/v1/channels/sms/{setup.token}/inbound", {"from": PHONE, "text": text, **more})
    assert got.status_code == 200, got.content
    found: str = got.json()["taken_as"]
    return found


def test_a_reply_is_an_answer_a_voice_or_an_end(acme: Workspace) -> None:
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    customer = asked(acme)
    assert Invitation.objects.in_workspace(acme.pk).get().channel == "sms"
    assert inbound(setup, "３分，送货太慢") == "answered"
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.score, response.channel) == (3, "sms")
    assert Voice.objects.in_workspace(acme.pk).get().text == "送货太慢"
    assert inbound(setup, "我的沙发什么时候到？", id="m1") == "heard"
    assert inbound(setup, "我的沙发什么时候到？", id="m1") == "heard"
    voice = Voice.objects.in_workspace(acme.pk).get(initiator="customer")
    assert (voice.customer_id, voice.channel) == (customer.pk, "sms")
    assert inbound(setup, " ＴＤ ") == "stopped"
    assert Barred.objects.in_workspace(acme.pk).get().address == PHONE
    later = builders.event_row(customer=customer, id=2, ts=timezone.now() + timedelta(days=200))
    probing.on_batch(Batch(events=[later], now=later.ts))
    assert Decision.objects.in_workspace(acme.pk).order_by("-pk").first().rule == "undeliverable"


def test_who_said_stop_may_start_again_and_advertising_stays_ended(acme: Workspace) -> None:
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    customer = asked(acme)

    def may(purpose: str) -> bool:
        now = timezone.now() + timedelta(days=300)
        wish = Proposal(customer_id=customer.pk, purpose=purpose, family="", channel="sms", ask_key=f"{purpose} {now}")
        (ruling,) = propose(workspace_id=acme.pk, proposals=[wish], now=now)
        return ruling.verdict == "sent"

    assert inbound(setup, "START") == "heard"  # nobody had said stop: words like any other
    assert inbound(setup, "stop") == "stopped"
    assert not may("survey")
    assert inbound(setup, "Start!") == "started"
    assert Barred.objects.in_workspace(acme.pk).filter(lifted_at__isnull=True).count() == 0
    assert may("survey")
    assert not may("marketing")
    assert inbound(setup, "恢复") == "heard"  # once is enough


@pytest.mark.parametrize("number", ["13800138000", "8613800138000", "008613800138000", "013800138000", PHONE])
def test_a_stop_counts_however_the_gateway_writes_the_number(acme: Workspace, number: str) -> None:
    """Gateways leave out the plus, those of a country the country too."""
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    customer = asked(acme)
    assert inbound(setup, "TD", **{"from": number}) == "stopped"
    assert Barred.objects.in_workspace(acme.pk).get().address == PHONE
    inbound(setup, "Too late", **{"from": number})
    assert Voice.objects.in_workspace(acme.pk).get().customer_id == customer.pk


def test_of_two_numbers_that_fit_the_one_that_we_wrote_to_is_meant(acme: Workspace) -> None:
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    asked(acme)
    other = builders.customer(workspace=acme, email="", phone="13800138000")
    Identifier.objects.create(workspace=acme, kind="phone", value="13800138000", customer=other)
    assert inbound(setup, "stop", **{"from": "13800138000"}) == "stopped"
    assert Barred.objects.in_workspace(acme.pk).get().address == PHONE


@pytest.mark.parametrize("text", ["11", "9.5", "100", "2026"])
def test_a_number_off_the_scale_is_no_answer(acme: Workspace, text: str) -> None:
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    asked(acme)
    assert inbound(setup, text) == "heard"
    assert Response.objects.in_workspace(acme.pk).count() == 0


def test_a_wrong_token_or_number_changes_nothing(acme: Workspace) -> None:
    setup = gateway(acme, "https://sms.example.test/?to={to}&text={text}")
    call = {"from": PHONE, "text": "STOP"}
    assert Client().post("/v1/channels/sms/wrong/inbound", call).status_code == 404
    assert Client().post(f"/v1/channels/sms/{setup.token}/inbound", {**call, "from": "x"}).status_code == 422
    assert Barred.objects.in_workspace(acme.pk).count() == 0


def test_a_private_gateway_is_not_called_unless_allowed(acme: Workspace) -> None:
    gateway(acme, "http://127.0.0.1:9/?to={to}&text={text}")
    trouble = try_out(workspace_id=acme.pk, channel="sms", address=PHONE, language="en", text="x", now=timezone.now())
    assert "ALLEARS_WEBHOOK_ALLOW" in trouble
    assert queries.setup_of(workspace_id=acme.pk, channel="sms").trouble == trouble  # type: ignore[union-attr]


@pytest.mark.server
def test_a_real_kannel_takes_chinese_text_and_reports_its_delivery(
    kannel: Kannel, web_peer: WebPeer, settings: LazySettings
) -> None:
    settings.WEBHOOK_ALLOW = "127.0.0.1"
    settings.PUBLIC_URL = web_peer.url("").rstrip("/")
    adapter = channels.adapter("sms")
    setup = {
        "url": kannel.send_url,
        "password": "secret",
        "sender": "10690000",
        "accepted": "0: Accepted",
        "own_token": "t",
    }
    adapter.check(setup)
    message = Outgoing(
        id=42, address=PHONE, name="", language="zh", subject="", text="您好，" * 40, html="", idempotency_key="k",
        purpose="survey", setup=setup,
    )  # fmt: skip
    receipt = adapter.session().send(message, committing=lambda: None, handed_over=lambda: None)
    assert receipt is not None
    assert receipt.units == 2
    wait_until(lambda: len(web_peer.asked) > 0, seconds=20, what="Kannel's delivery report")
    paths = [path for path, _ in web_peer.asked]
    assert all(path.startswith("/v1/channels/sms/t/report?id=42&status=") for path in paths)
    assert "/v1/channels/sms/t/report?id=42&status=1" in paths
    seen = kannel.log()
    assert seen.count("8613800138000") >= 2  # one line a segment
