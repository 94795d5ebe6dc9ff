"""WeChat without Tencent: our side against the simulator, and against wechatpy as an independent peer."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from allears.accounts.actions import make_key
from allears.accounts.models import Role, Workspace
from allears.customers.actions import merging
from allears.customers.models import Customer, Identifier
from allears.events.batch import Batch
from allears.listen import probing, wechat
from allears.listen.actions import ensure_ready_made
from allears.listen.models import Response, Voice
from allears.listen.places import scanning
from allears.listen.places.actions import open_place
from allears.listen.places.models import Place
from allears.outreach import channels
from allears.outreach.channels.base import DeliveryError, Outgoing
from allears.outreach.channels.wechat import crypto, envelope, platform
from allears.outreach.channels.wechat.simulator import Tencent, serve
from allears.outreach.delivery.actions import opened, set_up
from allears.outreach.delivery.models import Barred, ChannelSetup, Credit
from allears.outreach.models import Decision, Message
from tests import builders

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP = "wx0000000000000001"
TOKEN = "callback-token"
OPENID = "oZoe"


@pytest.fixture
def tencent(settings: LazySettings) -> Iterator[tuple[Tencent, str]]:
    settings.WEBHOOK_ALLOW = "127.0.0.1"
    platform.forget_tokens()
    played = Tencent()
    server = serve(played)
    yield played, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def account(workspace: Workspace, base: str = platform.BASE, **settings: Any) -> ChannelSetup:
    return set_up(
        workspace_id=workspace.pk, channel="wechat", now=timezone.now(), actor_id=None,
        settings={"app_id": APP, "template_id": "t1", "base": base, "way": "subscribe",
                  "fields": '{"thing1": "{subject}"}', **settings},
        secret={"secret": "simulated", "token": TOKEN, "aes_key": KEY},
    )  # fmt: skip


def message(setup: dict[str, Any], **given: Any) -> Outgoing:
    told = {"id": 7, "address": OPENID, "name": "佐伊", "language": "zh", "subject": "您愿意推荐我们吗？",
            "text": "【晨曦】您愿意推荐我们吗？ https://ears.test/s/abc", "html": "",
            "idempotency_key": "k"}  # fmt: skip
    return Outgoing(**{**told, "setup": setup, **given})


def send(setup: dict[str, Any]) -> str:
    found = channels.adapter("wechat").session().send(message(setup), committing=lambda: None, handed_over=lambda: None)
    assert found is not None
    return found.reference


# An independent peer: wechatpy


def test_what_we_seal_wechatpy_opens_and_the_other_way_round() -> None:
    peer = WeChatCrypto(TOKEN, KEY, APP)
    setup = {"token": TOKEN, "aes_key": KEY}
    sent = peer.encrypt_message(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oZoe</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>text</MsgType><Content>送货太慢 &lt;3</Content><MsgId>9</MsgId></xml>",
        "nonce1", "1700000000",
    )  # fmt: skip
    proof = envelope._read(sent.encode())
    query = {"msg_signature": proof["MsgSignature"], "timestamp": "1700000000", "nonce": "nonce1"}
    then = datetime.fromtimestamp(1700000000, UTC)
    opened_one = envelope.open_message(setup, query, sent.encode(), receiver=APP, now=then)
    with pytest.raises(crypto.NotGenuineError):  # played again later
        envelope.open_message(setup, query, sent.encode(), receiver=APP, now=then + timedelta(hours=2))
    assert (opened_one["Content"], opened_one["FromUserName"]) == ("送货太慢 <3", "oZoe")

    answered = envelope.reply(setup, opened_one, "谢谢 <您> & 再见", receiver=APP)
    told = envelope._read(answered.encode())
    plain = peer.decrypt_message(answered, told["MsgSignature"], told["TimeStamp"], told["Nonce"])
    parsed = parse_message(plain)
    assert (parsed.content, parsed.target, parsed.source) == ("谢谢 <您> & 再见", "oZoe", "gh_1")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28, 31, 32, 1000])
def test_every_length_of_padding_comes_back_whole(length: int) -> None:
    text = "语" * length
    sealed = crypto.encrypt(text, encoding_key=KEY, receiver=APP)
    assert crypto.decrypt(sealed, encoding_key=KEY, receiver=APP) == text
    with pytest.raises(crypto.NotGenuineError):
        crypto.decrypt(sealed, encoding_key=KEY, receiver="wx-another")
    with pytest.raises(crypto.NotGenuineError):
        crypto.decrypt(sealed[:-8] + "AAAAAAA=", encoding_key=KEY, receiver=APP)


def test_our_signature_is_the_platforms() -> None:
    check_signature(TOKEN, crypto.signature(TOKEN, "17", "n"), "17", "n")
    with pytest.raises(InvalidSignatureException):
        check_signature(TOKEN, crypto.signature("other", "17", "n"), "17", "n")


def test_the_simulator_is_tencent_enough_for_wechatpy(tencent: tuple[Tencent, str]) -> None:
    played, base = tencent
    told = {"app_id": played.app_id, "secret": played.secret, "base": base}
    peer = WeChatClient(played.app_id, played.secret, access_token=platform.access_token(told))
    peer.API_BASE_URL = f"{base}/cgi-bin/"
    played.speak(OPENID)
    body = {"touser": OPENID, "msgtype": "text", "text": {"content": "您好"}}
    assert peer.post("message/custom/send", data=body)["errcode"] == 0
    assert played.sent[0]["text"]["content"] == "您好"


# Sending


def test_inside_the_window_a_text_outside_it_one_message_for_one_consent(tencent: tuple[Tencent, str]) -> None:
    played, base = tencent
    setup = {"base": base, "app_id": played.app_id, "secret": played.secret, "template_id": "t1"}
    played.speak(OPENID)
    send(setup)
    assert played.sent[-1]["msgtype"] == "text"
    played.spoke_at[OPENID] -= 48 * 3600 + 1
    played.allow(OPENID, "t1")
    reference = send(setup)
    assert (played.sent[-1]["data"], played.sent[-1]["page"]) == (
        {"thing1": {"value": "您愿意推荐我们吗？"}},
        "https://ears.test/s/abc",
    )
    assert reference == "100002"
    with pytest.raises(DeliveryError, match="no consent") as caught:
        send(setup)
    assert caught.value.permanent is True
    assert len(played.sent) == 2


def test_a_token_that_was_renewed_elsewhere_is_taken_anew(tencent: tuple[Tencent, str]) -> None:
    played, base = tencent
    setup = {"base": base, "app_id": played.app_id, "secret": played.secret}
    played.speak(OPENID)
    send(setup)
    send(setup)
    played.token = "renewed elsewhere"
    send(setup)
    assert (played.calls.count("/cgi-bin/token"), len(played.sent)) == (2, 3)
    with pytest.raises(DeliveryError, match="40013"):
        send({**setup, "secret": "wrong"})


def test_whoever_runs_a_store_prints_the_wechat_code_of_a_place(
    acme: Workspace, tencent: tuple[Tencent, str], client: Client
) -> None:
    played, base = tencent
    survey = ensure_ready_made(workspace_id=acme.pk, key="nps-why", now=timezone.now())
    table = open_place(
        workspace_id=acme.pk, kind="qr", name="7 号桌", survey_id=survey.pk, actor_id=None, now=timezone.now()
    )
    page = f"/settings/places/{table.pk}"
    client.force_login(builders.member(workspace=acme, email="m@acme.test", role=Role.MANAGER)[0])
    assert "WeChat" not in client.get(page).content.decode()
    assert client.post(f"{page}/wechat-code").status_code == 404
    setup = account(acme, base)
    Place.objects.in_workspace(acme.pk).update(ended_at=timezone.now())
    assert "WeChat" not in client.get(page).content.decode()
    assert client.post(f"{page}/wechat-code").status_code == 404
    Place.objects.in_workspace(acme.pk).update(ended_at=None)
    assert client.get(f"{page}/wechat-code.svg").status_code == 404
    for _again in range(2):
        assert client.post(f"{page}/wechat-code")["Location"] == page
    assert f"{page}/wechat-code.svg" in client.get(page).content.decode()
    picture = client.get(f"{page}/wechat-code.svg")
    assert picture.content == scanning.svg(f"http://weixin.qq.com/q/{table.code}")
    _made, key = make_key(workspace=acme, kind="api", name="k", actor=None, now=timezone.now())
    headers = {"Authorization": f"Bearer {key}"}
    told = client.put(f"/api/v1/places/{table.pk}/wechat-code", headers=headers)
    assert told.json() == {"url": f"http://weixin.qq.com/q/{table.code}"}
    assert played.calls.count("/cgi-bin/qrcode/create") == 1
    setup.settings = {**setup.settings, "app_id": "wx2"}  # the platform knows no such account
    setup.save()
    refused = client.put(f"/api/v1/places/{table.pk}/wechat-code", headers=headers)
    assert (refused.status_code, "40013" in refused.json()["detail"]) == (502, True)
    assert "40013" in client.post(f"{page}/wechat-code", follow=True).content.decode()


# Callbacks


def tell(setup: ChannelSetup, *, status: int = 200, token: str = TOKEN, late: int = 0, **fields: str) -> str:
    """The platform's encrypted call; what we answer, opened by wechatpy."""
    peer = WeChatCrypto(token, KEY, APP)
    told = {"ToUserName": "gh_1", "FromUserName": OPENID, "CreateTime": str(int(time.time())), **fields}
    xml = "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in told.items()) + "</xml>"
    sealed = peer.encrypt_message(xml, "n1", str(at := int(time.time()) - late))
    proof = envelope._read(sealed.encode())["MsgSignature"]
    query = f"msg_signature={proof}&timestamp={at}&nonce=n1&encrypt_type=aes"
    got = Client().post(f"/v1/channels/wechat/{setup.token}/events?{query}", sealed, content_type="text/xml")
    assert got.status_code == status, got.content
    said = got.content.decode()
    if status != 200 or said == "success":
        return ""
    own = envelope._read(said.encode())
    answer: str = parse_message(peer.decrypt_message(said, own["MsgSignature"], own["TimeStamp"], own["Nonce"])).content
    return answer


def test_the_platform_checks_our_address(acme: Workspace) -> None:
    setup = account(acme)
    sign = crypto.signature(TOKEN, "17", "n")
    address = f"/v1/channels/wechat/{setup.token}/events?timestamp=17&nonce=n&echostr=hello&signature="
    assert Client().get(address + sign).content == b"hello"
    assert Client().get(address + "0" * 40).status_code == 403


def test_a_forged_or_plain_call_changes_nothing(acme: Workspace) -> None:
    setup = account(acme)
    tell(setup, status=403, token="another", MsgType="text", Content="hello", MsgId="1")
    plain = "<xml><FromUserName>oZoe</FromUserName><MsgType>text</MsgType><Content>x</Content></xml>"
    got = Client().post(f"/v1/channels/wechat/{setup.token}/events", plain, content_type="text/xml")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>'
    worse = Client().post(f"/v1/channels/wechat/{setup.token}/events", bomb, content_type="text/xml")
    assert (got.status_code, worse.status_code) == (403, 403)
    assert (Customer.objects.across_workspaces().count(), Voice.objects.across_workspaces().count()) == (0, 0)
    setup.refresh_from_db()
    assert setup.turned_away_at is not None
    assert setup.called_at is None


def asked(workspace: Workspace) -> Customer:
    builders.open_policy(workspace=workspace)
    customer = builders.customer(workspace=workspace, email="", language="zh")
    Identifier.objects.create(workspace=workspace, kind="openid", value=OPENID, customer=customer)
    builders.probe(workspace=workspace, channel="wechat")
    return customer


def deliver(customer: Customer, number: int, days: int = 0) -> Decision:
    now = timezone.now() + timedelta(days=days)
    event = builders.event_row(customer=customer, id=number, ts=now)
    probing.on_batch(Batch(events=[event], now=now))
    found: Decision = Decision.objects.in_workspace(customer.workspace_id).order_by("-pk").first()  # type: ignore[assignment]
    return found


def test_one_grant_is_one_message_and_the_ledger_says_which(acme: Workspace) -> None:
    setup, customer = account(acme), asked(acme)
    assert (deliver(customer, 1).rule, Message.objects.in_workspace(acme.pk).count()) == ("no_credit", 0)
    chosen = "<List><TemplateId>t1</TemplateId><SubscribeStatusString>{}</SubscribeStatusString></List>"
    at = str(int(time.time()) - 100)
    for choice in ("accept", "accept", "reject"):  # the platform tells twice; a refusal is no grant
        popup = chosen.format(choice)
        tell(setup, MsgType="event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=popup, CreateTime=at)
    assert Credit.objects.in_workspace(acme.pk).count() == 1
    allowed = deliver(customer, 2)
    assert (allowed.verdict, allowed.rule) == ("sent", "allowed")
    credit = Credit.objects.in_workspace(acme.pk).get()
    assert (credit.decision_id, credit.spent_at is not None) == (allowed.pk, True)
    assert Message.objects.in_workspace(acme.pk).get().address == OPENID
    assert deliver(customer, 3, days=100).rule == "no_credit"


def test_words_open_the_window_and_a_figure_answers(acme: Workspace) -> None:
    setup, customer = account(acme), asked(acme)
    assert tell(setup, MsgType="text", Content="什么时候送到？", MsgId="m1") == ""
    assert tell(setup, MsgType="text", Content="什么时候送到？", MsgId="m1") == ""  # repeated by the platform
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert (voice.customer_id, voice.channel, voice.initiator) == (customer.pk, "wechat", "customer")
    credit = Credit.objects.in_workspace(acme.pk).get()
    assert credit.expires_at is not None
    assert credit.expires_at - credit.granted_at == timedelta(hours=48)
    assert deliver(customer, 1).verdict == "sent"
    assert tell(setup, MsgType="text", Content="9 师傅很好", MsgId="m2") == "谢谢您，已记下您的回答。"
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.score, response.channel) == (9, "wechat")


def test_a_consent_told_twice_is_one_also_when_the_platforms_clock_is_ahead(acme: Workspace) -> None:
    setup, ahead = account(acme), str(int(time.time()) + 600)
    popup = "<List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
    for now in (timezone.now(), timezone.now() + timedelta(seconds=5)):
        told = {"FromUserName": OPENID, "MsgType": "event", "Event": "subscribe_msg_popup_event", "CreateTime": ahead}
        read = envelope._read(f"<xml><SubscribeMsgPopupEvent>{popup}</SubscribeMsgPopupEvent></xml>".encode())
        wechat.take_call(setup=setup, message={**told, **read}, now=now)
    assert Credit.objects.in_workspace(acme.pk).count() == 1


def test_what_was_allowed_before_a_merge_counts_for_the_one_person_after_it(acme: Workspace) -> None:
    setup, seen = account(acme), asked(acme)
    popup = "<List><TemplateId>t1</TemplateId><SubscribeStatusString>{}</SubscribeStatusString></List>"
    for second in (100, 50):
        told = {"SubscribeMsgPopupEvent": popup.format("accept"), "CreateTime": str(int(time.time()) - second)}
        tell(setup, MsgType="event", Event="subscribe_msg_popup_event", **told)
    kept = builders.customer(workspace=acme, email="", language="zh")
    merging.merge(workspace_id=acme.pk, kept_id=kept.pk, merged_id=seen.pk, reason="same", now=timezone.now())
    assert deliver(kept, 1).verdict == "sent"
    assert Credit.objects.in_workspace(acme.pk).filter(spent_at__isnull=True).count() == 1
    tell(setup, MsgType="event", Event="subscribe_msg_change_event", SubscribeMsgChangeEvent=popup.format("reject"))
    assert deliver(kept, 2, days=100).rule == "no_credit"


def test_a_figure_answers_a_question_from_before_a_merge(acme: Workspace) -> None:
    setup, seen = account(acme), asked(acme)
    tell(setup, MsgType="text", Content="您好", MsgId="m1")
    assert deliver(seen, 1).verdict == "sent"
    kept = builders.customer(workspace=acme, email="")
    merging.merge(workspace_id=acme.pk, kept_id=kept.pk, merged_id=seen.pk, reason="same", now=timezone.now())
    tell(setup, MsgType="text", Content="9", MsgId="m2")
    assert Response.objects.in_workspace(acme.pk).get().score == 9


def test_the_window_is_spent_before_a_consent_that_does_not_end(acme: Workspace) -> None:
    setup, customer = account(acme), asked(acme)
    popup = "<List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
    tell(setup, MsgType="event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=popup)
    tell(setup, MsgType="text", Content="您好", MsgId="m1")
    assert deliver(customer, 1).verdict == "sent"
    assert Credit.objects.in_workspace(acme.pk).get(spent_at__isnull=True).template == "t1"


def test_a_call_played_again_hours_later_changes_nothing(acme: Workspace) -> None:
    setup, _customer = account(acme), asked(acme)
    tell(setup, MsgType="text", Content="退订", MsgId="m1", late=7200, status=403)
    tell(setup, MsgType="text", Content="退订", MsgId="m1", late=-7200, status=403)
    assert Barred.objects.in_workspace(acme.pk).count() == 0


def test_a_scan_leads_to_the_places_question_with_the_customer_known(acme: Workspace) -> None:
    setup, customer = account(acme), asked(acme)
    survey = ensure_ready_made(workspace_id=acme.pk, key="nps-why", now=timezone.now())
    table = open_place(
        workspace_id=acme.pk, kind="qr", name="7 号桌", survey_id=survey.pk, actor_id=None, now=timezone.now()
    )
    said = tell(setup, MsgType="event", Event="SCAN", EventKey=table.code)
    address = said[said.index("/q/") :]
    page = Client().get(address).content.decode()
    who = address.partition("who=")[2]
    assert who in page
    Client().post(f"/q/{table.code}", {"visit": "v" * 20, "who": who, "q-nps": "10"})
    assert Response.objects.in_workspace(acme.pk).get().customer_id == customer.pk
    assert tell(setup, MsgType="event", Event="SCAN", EventKey="nowhere") == ""


def test_who_leaves_is_barred_and_a_report_ends_a_message(acme: Workspace) -> None:
    setup, customer = account(acme), asked(acme)
    tell(setup, MsgType="text", Content="您好", MsgId="m1")
    deliver(customer, 1)
    sent = Message.objects.in_workspace(acme.pk).get()
    from allears.outreach.delivery.models import Report

    Report.objects.create(workspace=acme, message=sent, kind="accepted", reference="555", at=timezone.now())
    tell(setup, MsgType="event", Event="TEMPLATESENDJOBFINISH", MsgID="555", Status="failed:user block")
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("failed", "failed:user block")
    tell(setup, MsgType="event", Event="unsubscribe")
    assert Barred.objects.in_workspace(acme.pk).get().address == OPENID
    tell(setup, MsgType="event", Event="subscribe")
    assert Barred.objects.in_workspace(acme.pk).get().lifted_at is not None  # whoever follows again can be reached
    tell(setup, MsgType="text", Content="退订", MsgId="m2")
    tell(setup, MsgType="event", Event="subscribe")
    assert Barred.objects.in_workspace(acme.pk).get(lifted_at=None).detail == "退订"


@pytest.mark.parametrize("wrong", ["short", "a" * 42 + "!"])
def test_a_key_that_is_none_is_refused(acme: Workspace, wrong: str) -> None:
    from allears.outreach.channels.base import SetupError

    with pytest.raises(SetupError):
        set_up(
            workspace_id=acme.pk, channel="wechat", now=timezone.now(), actor_id=None,
            settings={"app_id": APP, "base": platform.BASE, "fields": "{}", "way": "subscribe"},
            secret={"secret": "s", "token": TOKEN, "aes_key": wrong},
        )  # fmt: skip


def test_inside_wechat_a_page_knows_who_opens_it(acme: Workspace, tencent: tuple[Tencent, str]) -> None:
    played, base = tencent
    account(acme, base)
    survey = ensure_ready_made(workspace_id=acme.pk, key="nps-why", now=timezone.now())
    table = open_place(
        workspace_id=acme.pk, kind="qr", name="Table", survey_id=survey.pk, actor_id=None, now=timezone.now()
    )
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 MicroMessenger/8.0")
    away = client.get(f"/q/{table.code}")["Location"]
    assert away.startswith(f"{base}/connect/oauth2/authorize?appid={APP}&")
    assert away.endswith("#wechat_redirect")
    played.codes["c1"] = "oNew"
    back = client.get(f"/q/{table.code}?code=c1&state={table.code}")["Location"]
    assert "?who=" in back
    assert Identifier.objects.in_workspace(acme.pk).get().value == "oNew"
    spent = client.get(f"/q/{table.code}?code=c1&state={table.code}")["Location"]
    assert spent.endswith("?plain=1")
    assert client.get(f"/q/{table.code}?plain=1").status_code == 200


# WeCom


def test_wecoms_news_is_fetched_once_and_answered_within_its_window(
    acme: Workspace, tencent: tuple[Tencent, str]
) -> None:
    played, base = tencent
    setup = set_up(
        workspace_id=acme.pk, channel="wecom", now=timezone.now(), actor_id=None,
        settings={"corp_id": APP, "open_kfid": "wk1", "base": base},
        secret={"secret": "simulated", "token": TOKEN, "aes_key": KEY},
    )  # fmt: skip
    peer = WeChatCrypto(TOKEN, KEY, APP)
    address = f"/v1/channels/wecom/{setup.token}/events"
    echo = crypto.encrypt("12345", encoding_key=KEY, receiver=APP)
    query = {"msg_signature": crypto.signature(TOKEN, "1", "n", echo), "timestamp": "1", "nonce": "n", "echostr": echo}
    assert Client().get(address, query).content == b"12345"

    at, yesterday = str(int(time.time())), int(time.time()) - 86400
    photo = {"msgid": "m0", "origin": 3, "external_userid": "wmZoe", "msgtype": "image", "send_time": yesterday}
    said = {
        "msgid": "m1",
        "send_time": yesterday,
        "origin": 3,
        "external_userid": "wmZoe",
        "msgtype": "text",
        "text": {"content": "还没送到"},
    }
    ours = {"msgid": "m2", "origin": 5, "external_userid": "wmZoe", "msgtype": "text", "text": {"content": "x"}}
    played.news = [photo, said, ours]
    xml = "<xml><MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>t</Token><OpenKfId>wk1</OpenKfId></xml>"
    sealed = peer.encrypt_message(xml, "n1", at)
    proof = envelope._read(sealed.encode())["MsgSignature"]
    for _ in range(2):
        got = Client().post(f"{address}?msg_signature={proof}&timestamp={at}&nonce=n1", sealed, content_type="text/xml")
        assert got.content == b"success"
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert (voice.text, voice.channel) == ("还没送到", "wecom")
    assert voice.said_at.timestamp() == yesterday  # fetched late, said then
    ends = Credit.objects.in_workspace(acme.pk).values_list("expires_at", flat=True)
    assert [end.timestamp() - yesterday for end in ends if end] == [48 * 3600] * 2
    desk = channels.adapter("wecom").session()
    wire = message({**opened(setup=setup)}, address="wmZoe")
    with pytest.raises(DeliveryError, match="48 hours"):
        desk.send(wire, committing=lambda: None, handed_over=lambda: None)
    played.speak("wmZoe")
    desk.send(wire, committing=lambda: None, handed_over=lambda: None)
    assert played.sent[-1]["text"]["content"].startswith("【晨曦】")
