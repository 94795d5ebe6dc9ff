"""Events told to other systems: signed, at least once, in the transaction that recorded them, and never in the way."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from tests import builders
from tests.conftest import Person
from tests.support.receiver import Receiver, Seen

from allears.accounts.models import Workspace
from allears.events.webhooks import actions, catalogue, delivering, outbox, outcome, queries
from allears.events.webhooks.delivering import Deliverer
from allears.events.webhooks.models import Attempt, Delivery, Endpoint, Outgoing
from allears.jobs import worker
from allears.jobs.bus import record
from allears.listen.actions import record_voice
from allears.listen.events import VoiceReceived
from allears.listen.models import Voice

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _loopback_allowed(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = "127.0.0.1"


@pytest.fixture
def deliverer(db: None) -> Iterator[Deliverer]:
    made = Deliverer("tests")
    yield made
    made.close()


def endpoint(workspace: Workspace, url: str, *types: str, now: datetime = NOW) -> tuple[Endpoint, str]:
    return actions.create_endpoint(workspace_id=workspace.pk, url=url, event_types=types, actor_id=None, now=now)


def voice(workspace: Workspace, text: str = "It was late.") -> Voice:
    customer = builders.customer(workspace=workspace, email=f"{text[:3].strip().lower()}@example.test")
    return record_voice(
        workspace_id=workspace.pk,
        key=text,
        initiator="customer",
        source_kind="complaint",
        channel="web",
        said_at=NOW,
        text=text,
        customer_id=customer.pk,
    )


def work(deliverer: Deliverer) -> None:
    while deliverer.run_once():
        pass


def wake(endpoint: Endpoint) -> None:
    """As if every pause were over."""
    Endpoint.objects.in_workspace(endpoint.workspace_id).update(rest_until=None)
    Delivery.objects.in_workspace(endpoint.workspace_id).filter(state="queued").update(run_at=NOW)


def verified(seen: Seen, secret: str) -> dict[str, Any]:
    found: dict[str, Any] = Webhook(secret).verify(seen.body, seen.headers)
    return found


def states(workspace: Workspace) -> list[str]:
    return list(Delivery.objects.in_workspace(workspace.pk).order_by("id").values_list("state", flat=True))


def test_an_event_is_told_signed_and_once(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    _, secret = endpoint(acme, receiver.url, "voice.received")
    said = voice(acme, "It was late. 沙发晚到了。")
    work(deliverer)
    [seen] = receiver.seen
    told = verified(seen, secret)
    assert (told["type"], told["workspace"], told["version"]) == ("voice.received", "acme", 1)
    assert told["data"]["voice"]["id"] == said.pk
    assert told["data"]["voice"]["text"] == "It was late. 沙发晚到了。"
    assert told["data"]["customer"]["email"] == "it@example.test"
    assert seen.headers["webhook-id"].startswith("msg_")
    assert seen.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(seen.body, seen.headers)
    assert states(acme) == ["delivered"]
    log = Attempt.objects.in_workspace(acme.pk).get()
    assert (log.status, log.answer, log.error) == (200, "thanks", "")


def test_an_event_that_is_rolled_back_is_never_told(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    endpoint(acme, receiver.url)
    with transaction.atomic():
        record(VoiceReceived(workspace_id=acme.pk, voice_id=1))
        assert Outgoing.objects.in_workspace(acme.pk).count() == 1
        transaction.set_rollback(True)
    work(deliverer)
    assert Outgoing.objects.in_workspace(acme.pk).count() == 0
    assert receiver.seen == []


def test_only_subscribed_events_of_the_own_workspace_are_told(
    acme: Workspace, elsewhere: Workspace, receiver: Receiver, deliverer: Deliverer
) -> None:
    endpoint(acme, receiver.url, "case.closed")
    voice(acme)
    voice(elsewhere)
    work(deliverer)
    assert receiver.seen == []
    assert Outgoing.objects.across_workspaces().count() == 0


def test_recording_costs_one_query_where_nobody_listens(acme: Workspace, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        outbox.on_recorded([VoiceReceived(workspace_id=acme.pk, voice_id=each) for each in range(1000)])


def test_what_is_gone_is_not_told_and_a_teller_that_breaks_holds_up_nobody(
    acme: Workspace, receiver: Receiver, deliverer: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(acme, receiver.url)
    gone = voice(acme)
    Voice.objects.in_workspace(acme.pk).filter(pk=gone.pk).delete()
    Outgoing.objects.create(workspace=acme, key="msg_x", type="voice.received", at=NOW, arguments={"nonsense": 1})
    said = voice(acme)
    work(deliverer)
    assert [json.loads(each.body)["data"]["voice"]["id"] for each in receiver.seen] == [said.pk]
    errors = list(Outgoing.objects.in_workspace(acme.pk).order_by("id").values_list("error", flat=True))
    assert errors[0] == "what it speaks of is gone"
    assert errors[1].startswith("TypeError")
    assert errors[2] == ""


def test_a_refused_event_is_tried_again_later_with_the_same_id(
    acme: Workspace, receiver: Receiver, deliverer: Deliverer
) -> None:
    made, secret = endpoint(acme, receiver.url)
    receiver.answers = [(500, {}), (200, {})]
    voice(acme)
    work(deliverer)
    row = Delivery.objects.in_workspace(acme.pk).get()
    assert (row.state, row.attempts, row.status) == ("queued", 1, 500)
    assert len(receiver.seen) == 1
    wake(made)
    work(deliverer)
    first, second = receiver.seen
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    verified(second, secret)
    made.refresh_from_db()
    assert (states(acme), made.failures, made.failing_since) == (["delivered"], 0, None)


def test_pauses_grow_over_days_with_jitter() -> None:
    middle = [outcome.wait_before(each, chance=0.5) for each in range(1, 10)]
    assert middle == list(outcome.RETRIES)
    assert sum(middle, timedelta()) > timedelta(days=3)
    assert outcome.wait_before(10) is None
    low, high = outcome.wait_before(3, chance=0.0), outcome.wait_before(3, chance=1.0)
    assert low == timedelta(minutes=24)
    assert high == timedelta(minutes=36)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("120", timedelta(seconds=120)),
        ("Sun, 01 Mar 2026 10:00:00 GMT", timedelta(hours=1)),
        ("Sun, 01 Mar 2026 08:00:00 GMT", timedelta(0)),
        ("999999", timedelta(hours=24)),
        ("soon", timedelta(0)),
        ("", timedelta(0)),
        ("-5", timedelta(0)),
    ],
)
def test_retry_after_is_read(header: str, pause: timedelta) -> None:
    assert outcome.asked_pause(header, now=NOW) == pause


def test_retry_after_is_honoured(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    made, _ = endpoint(acme, receiver.url)
    receiver.answers = [(429, {"Retry-After": "7200"})]
    voice(acme)
    before = datetime.now(UTC)
    work(deliverer)
    row = Delivery.objects.in_workspace(acme.pk).get()
    made.refresh_from_db()
    assert row.run_at >= before + timedelta(hours=2)
    assert made.rest_until is not None
    assert made.rest_until >= before + timedelta(hours=2)


def test_a_receiver_that_is_gone_is_switched_off_and_its_admins_are_told(
    alice: Person, bob: Person, receiver: Receiver, deliverer: Deliverer
) -> None:
    made, _ = endpoint(alice.workspace, receiver.url, "voice.received")
    receiver.answers = [(410, {})]
    voice(alice.workspace)
    work(deliverer)
    made.refresh_from_db()
    assert made.disabled_why == Endpoint.Off.GONE
    assert states(alice.workspace) == ["failed"]
    while worker.run_due(owner="tests"):
        pass
    assert [each.to for each in mail.outbox] == [["alice@acme.test"]]
    assert receiver.url in mail.outbox[0].body
    voice(alice.workspace, "Again late.")
    work(deliverer)
    assert states(alice.workspace) == ["failed", "missed"]
    assert len(receiver.seen) == 1


def test_days_of_failure_switch_off_and_what_was_missed_can_be_sent(
    acme: Workspace, receiver: Receiver, deliverer: Deliverer
) -> None:
    made, _ = endpoint(acme, receiver.url)
    receiver.answers = [(500, {})]
    Endpoint.objects.in_workspace(acme.pk).update(
        failures=30, failing_since=datetime.now(UTC) - timedelta(days=5, seconds=1)
    )
    voice(acme)
    voice(acme, "Bad.")
    work(deliverer)
    made.refresh_from_db()
    assert made.disabled_why == Endpoint.Off.FAILING
    assert states(acme) == ["missed", "missed"]
    receiver.answers = [(200, {})]
    with pytest.raises(actions.WebhookError, match="switched off"):
        actions.replay(delivery=queries.deliveries(endpoint=made).first(), now=NOW)
    actions.enable_endpoint(endpoint=made, actor_id=None)
    span = {"endpoint": made, "since": NOW, "actor_id": None, "now": NOW, "delivered_too": False}
    assert actions.replay_span(**span, until=NOW) == 0
    assert actions.replay_span(**span, until=datetime.now(UTC) + timedelta(days=400)) == 2
    work(deliverer)
    assert states(acme) == ["delivered", "delivered"]
    assert len(receiver.seen) == 3


def test_nine_retries_then_given_up(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    made, _ = endpoint(acme, receiver.url)
    receiver.answers = [(503, {})]
    voice(acme)
    for _ in range(12):
        work(deliverer)
        wake(made)
    assert len(receiver.seen) == 10
    assert states(acme) == ["failed"]


def test_a_new_secret_and_the_former_one_sign_together_for_the_grace_time(
    acme: Workspace, receiver: Receiver, deliverer: Deliverer
) -> None:
    made, old = endpoint(acme, receiver.url)
    new = actions.rotate_secret(endpoint=made, actor_id=None, now=datetime.now(UTC))
    voice(acme)
    work(deliverer)
    assert verified(receiver.seen[0], old) == verified(receiver.seen[0], new)
    Endpoint.objects.in_workspace(acme.pk).update(former_until=datetime.now(UTC))
    voice(acme, "Bad.")
    work(deliverer)
    verified(receiver.seen[1], new)
    with pytest.raises(WebhookVerificationError):
        verified(receiver.seen[1], old)


def test_secrets_are_not_kept_in_clear(acme: Workspace, receiver: Receiver) -> None:
    made, secret = endpoint(acme, receiver.url)
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in made.secret


def test_a_dead_endpoint_does_not_delay_others(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    dead, _ = endpoint(acme, "http://127.0.0.1:9/")  # nobody listens on the discard port
    endpoint(acme, receiver.url)
    for each in range(20):
        voice(acme, f"Voice {each}")
    work(deliverer)
    assert len(receiver.seen) == 20
    assert Attempt.objects.in_workspace(acme.pk).filter(delivery__endpoint=dead).count() <= delivering.PER_ENDPOINT
    assert Delivery.objects.in_workspace(acme.pk).filter(endpoint=dead, state="queued").count() == 20


def test_what_a_dead_worker_held_is_sent_by_the_next(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    made, _ = endpoint(acme, receiver.url)
    voice(acme)
    outbox.expand(now=datetime.now(UTC))
    gone = f"{delivering.is_gone.__globals__['host_name']()}:999999:dead"
    [parcel] = delivering.claim(owner=gone, now=datetime.now(UTC), room=1)
    assert states(acme) == ["sending"]
    late = outcome.Result(delivery_id=parcel.delivery_id, endpoint_id=made.pk, at=NOW, milliseconds=1, status=200)
    work(deliverer)
    assert (states(acme), len(receiver.seen)) == (["delivered"], 1)
    outcome.settle([late], owner=gone, now=NOW)  # what the dead one would have said counts for nothing
    assert Attempt.objects.in_workspace(acme.pk).count() == 1


def test_replaying_one_sends_it_again_with_its_id(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    endpoint(acme, receiver.url)
    voice(acme)
    work(deliverer)
    actions.replay(delivery=Delivery.objects.in_workspace(acme.pk).get(), now=datetime.now(UTC))
    work(deliverer)
    first, second = receiver.seen
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert Attempt.objects.in_workspace(acme.pk).count() == 2


def test_a_test_goes_to_its_endpoint_alone(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    made, secret = endpoint(acme, receiver.url, "case.closed")
    endpoint(acme, receiver.url.replace("/hooks", "/other"))
    actions.send_test(endpoint=made, now=datetime.now(UTC))
    work(deliverer)
    assert [each.path for each in receiver.seen] == ["/hooks"]
    assert verified(receiver.seen[0], secret)["type"] == "webhook.test"


@pytest.mark.parametrize(
    "url", ["http://example.com/", "ftp://example.com/", "https://", "https://10.0.0.1/", "https://[::1]/", "nonsense"]
)
def test_addresses_that_may_not_be_called_are_refused_when_typed(acme: Workspace, url: str) -> None:
    with pytest.raises(actions.WebhookError) as caught:
        endpoint(acme, url)
    assert caught.value.field == "url"
    assert queries.endpoints(workspace_id=acme.pk).count() == 0


def test_what_is_old_is_forgotten(acme: Workspace, receiver: Receiver, deliverer: Deliverer) -> None:
    endpoint(acme, receiver.url)
    voice(acme)
    work(deliverer)
    now = datetime.now(UTC)
    assert actions.forget_old(now=now + timedelta(days=29)) == 0
    assert actions.forget_old(now=now + timedelta(days=31)) == 1
    assert (Delivery.objects.in_workspace(acme.pk).count(), Attempt.objects.in_workspace(acme.pk).count()) == (0, 0)


@pytest.mark.parametrize("kind", catalogue.catalogue(), ids=lambda kind: kind.name)
def test_each_sample_has_exactly_the_documented_fields(kind: catalogue.EventType) -> None:
    def paths(value: dict[str, Any], prefix: str = "") -> set[str]:
        found = set()
        for name, inner in value.items():
            found.add(prefix + name)
            if isinstance(inner, dict) and name in {"voice", "response", "case", "decision", "customer"}:
                found |= paths(inner, f"{prefix}{name}.") - {prefix + name}
        return found - {"voice", "response", "case", "decision"}

    assert paths(dict(kind.sample)) == set(kind.fields)
