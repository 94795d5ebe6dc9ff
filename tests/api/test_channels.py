"""Channels over REST: set up, tried, paused, and whom they must not reach; secrets go in and never come out."""

from typing import Any
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from tests.api.test_touchpoints import client_of
from tests.support.web import WebPeer
from tests.support.web import web_peer as web_peer

from allears.accounts.models import AuditEntry, Workspace
from allears.outreach.delivery import actions
from allears.outreach.delivery.models import Barred, ChannelSetup

URL = "/api/v1/channels"
GATEWAY = {"url": "https://sms.example.test/send?to={to}&text={text}", "sender": "1069"}


@pytest.fixture
def ours(acme: Workspace, settings: LazySettings) -> Client:
    settings.WEBHOOK_ALLOW, settings.PUBLIC_URL = "127.0.0.1", "https://ears.example.test"
    return client_of(acme)


def put(client: Client, name: str, **told: Any) -> Any:
    return client.put(f"{URL}/{name}", told, content_type="application/json")


def post(client: Client, path: str, **told: Any) -> Any:
    return client.post(f"{URL}/{path}", told, content_type="application/json")


def test_every_channel_tells_what_it_wants_and_whether_it_works(ours: Client) -> None:
    by_name = {each["name"]: each for each in ours.get(URL).json()}
    assert by_name["email"]["state"] == "idle"
    assert (by_name["sms"]["state"], by_name["sms"]["is_set_up"], by_name["sms"]["callbacks"]) == ("off", False, {})
    fields = {each["name"]: each for each in by_name["sms"]["fields"]}
    assert fields["password"]["secret"] is True
    assert fields["method"]["options"] == ["GET", "POST"]
    assert ours.get(f"{URL}/sms").json() == by_name["sms"]


def test_a_set_up_keeps_its_secrets_to_itself_and_names_the_callbacks(ours: Client, elsewhere: Workspace) -> None:
    told = {"settings": GATEWAY, "secrets": {"password": "hush-hush"}, "price": "0.05", "currency": "cny"}
    made = put(ours, "sms", **told, per_minute=600)
    assert made.status_code == 200
    assert "hush-hush" not in made.content.decode() + ours.get(URL).content.decode()
    found = made.json()
    assert (found["secrets"], found["price"], found["currency"], found["per_minute"]) == (
        ["password"], "0.0500", "CNY", 600
    )  # fmt: skip
    token = ChannelSetup.objects.across_workspaces().get().token
    assert found["callbacks"]["report"] == f"https://ears.example.test/v1/channels/sms/{token}/report"

    again = put(ours, "sms", settings={**GATEWAY, "sender": "1070"}).json()
    assert (again["settings"]["sender"], again["secrets"]) == ("1070", ["password"])
    assert client_of(elsewhere).get(f"{URL}/sms").json()["is_set_up"] is False


@pytest.mark.parametrize(
    ("told", "pointer", "says"),
    [
        ({"settings": {"url": ""}}, "body/url", "needed"),
        ({"settings": {"url": "ftp://x"}}, "body/url", ""),
        ({"settings": {**GATEWAY, "adress": "x"}}, "body/adress", "has no such setting: it has url"),
        ({"settings": {**GATEWAY, "password": "x"}}, "body/password", "has no such setting"),
        ({"settings": GATEWAY, "secrets": {"url": "x"}}, "body/url", "has no such secret"),
        ({"settings": {**GATEWAY, "method": "PUT"}}, "body/method", "one of GET, POST"),
        ({"settings": GATEWAY, "price": "-1"}, "body/told/price", "greater than or equal to 0"),
        ({"settings": GATEWAY, "currency": "yuan"}, "body/told/currency", "pattern"),
    ],
)
def test_what_cannot_work_is_refused_by_its_field(ours: Client, told: Any, pointer: str, says: str) -> None:
    answer = put(ours, "sms", **told)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert says in error["detail"]
    assert ChannelSetup.objects.across_workspaces().count() == 0


def test_a_trial_says_what_the_provider_said(ours: Client, web_peer: WebPeer) -> None:
    said = quote("A test message from All Ears for Acme. Nothing to do.", safe="")
    web_peer.serve(f"/send?to=%2B8613800138000&text={said}", "OK")
    put(ours, "sms", settings={"url": web_peer.url("/send?to={to}&text={text}"), "accepted": ""})
    taken = post(ours, "sms/trials", address="+8613800138000")
    assert (taken.status_code, taken.json()) == (201, {"taken": True, "trouble": ""})
    refused = post(ours, "sms/trials", address="+8613800138000", language="zh").json()
    assert refused["taken"] is False
    assert "404" in refused["trouble"]
    found = ours.get(f"{URL}/sms").json()
    assert (found["state"], found["trouble"]) == ("failing", refused["trouble"])
    assert post(ours, "sms/trials", address="").status_code == 422


@pytest.mark.parametrize(
    ("channel", "address", "says"),
    [
        ("sms", "me@example.test", "not a telephone number"),
        ("sms", "hello", "not a telephone number"),
        ("sms", "+86138", "not a telephone number"),
        ("email", "13800138000", "not an e-mail address"),
        ("email", "me@here", "not an e-mail address"),
        ("wechat", "o6 bmjrPTlm6", "cannot be a customer's name"),
        ("widget", "anybody", "Nothing travels"),
    ],
)
def test_a_trial_wants_an_address_of_its_channel(ours: Client, channel: str, address: str, says: str) -> None:
    answer = post(ours, f"{channel}/trials", address=address)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "body/address"
    assert says in answer.json()["detail"]
    assert ChannelSetup.objects.across_workspaces().count() == 0


def test_a_trial_of_a_channel_without_a_set_up_says_so(ours: Client) -> None:
    said = post(ours, "sms/trials", address="138 0013 8000").json()
    assert said == {"taken": False, "trouble": "This channel is not set up yet."}


def test_a_channel_pauses_and_goes_on(ours: Client) -> None:
    assert post(ours, "sms/pause").status_code == 409  # nothing to pause yet
    put(ours, "sms", settings=GATEWAY)
    assert post(ours, "sms/pause").json()["state"] == "paused"
    assert ours.delete(f"{URL}/sms/pause").json()["state"] == "idle"
    verbs = AuditEntry.objects.across_workspaces().filter(subject="channel:sms").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        f"outreach.channel.{verb}" for verb in ("set_up", "paused", "resumed")
    ]


def test_barred_addresses_are_listed_and_lifted(ours: Client, acme: Workspace, elsewhere: Workspace) -> None:
    actions.bar(workspace_id=acme.pk, channel="email", address="gone@example.test", reason="bounce", now=timezone.now())
    (row,) = ours.get(f"{URL}/email/barred-addresses?reason=bounce").json()["items"]
    assert (row["address"], row["reason"]) == ("gone@example.test", "bounce")
    assert ours.get(f"{URL}/email").json()["barred_addresses"] == 1
    address = f"{URL}/email/barred-addresses/{row['id']}"
    assert client_of(elsewhere).delete(address).status_code == 404
    assert ours.delete(address.replace("email", "sms")).status_code == 404
    assert ours.delete(address).status_code == 204
    assert ours.delete(address).status_code == 404
    assert ours.get(f"{URL}/email/barred-addresses").json()["items"] == []
    assert Barred.objects.across_workspaces().get().lifted_at is not None


def test_a_channel_that_is_none_is_told_which_there_are(ours: Client) -> None:
    answer = ours.get(f"{URL}/fax")
    assert answer.status_code == 404
    assert "sms" in answer.json()["detail"]


def test_secrets_that_nobody_can_read_any_more_are_told_again(ours: Client, settings: LazySettings) -> None:
    """After a move to another key of the installation the old ones are lost, and the way out must not need them."""
    put(ours, "sms", settings=GATEWAY, secrets={"password": "before"})
    settings.SECRET_KEY = "another key of this installation, long enough for anybody"
    assert ours.get(f"{URL}/sms").json()["secrets"] == []
    assert "enter the channel's secrets again" in post(ours, "sms/trials", address="+8613800138000").json()["trouble"]
    assert put(ours, "sms", settings=GATEWAY).status_code == 422
    assert put(ours, "sms", settings=GATEWAY, secrets={"password": "after"}).json()["secrets"] == ["password"]
