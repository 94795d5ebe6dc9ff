"""The screen that teaches an inbound webhook by a sample."""

import json

from django.test import Client
from tests.conftest import Person

from allears.events.inbound.models import InboundSource


def test_from_an_address_over_a_sample_to_a_mapping(alice: Person, client: Client) -> None:
    client.force_login(alice.user)
    assert "No system sends here yet" in client.get("/settings/inbound").content.decode()
    made = client.post("/settings/inbound", {"name": "Shop", "kind": "none"})
    source = InboundSource.objects.in_workspace(alice.workspace.pk).get()
    assert made.headers["Location"] == f"/settings/inbound/{source.pk}"
    assert "Waiting for the first request" in client.get(f"/settings/inbound/{source.pk}").content.decode()
    body = json.dumps({"who": {"id": "u-7"}, "what": "paid"})
    assert client.post(f"/in/{source.token}", body, content_type="application/json").status_code == 202
    shown = client.get(f"/settings/inbound/{source.pk}").content.decode()
    assert '<option value="/who/id">who › id — u-7</option>' in shown
    chosen = {"kind": "event", "event": "/what", "customer_id": "/who/id"}
    tried = client.post(f"/settings/inbound/{source.pk}/mapping", {**chosen, "preview": "1"})
    source.refresh_from_db()
    assert ("nothing is changed yet" in tried.content.decode(), source.mapping) == (True, {})
    assert client.post(f"/settings/inbound/{source.pk}/mapping", {"kind": "event"}).status_code == 422
    assert client.post(f"/settings/inbound/{source.pk}/mapping", chosen).status_code == 302
    source.refresh_from_db()
    assert source.mapping["event"] == "/what"
    client.post(f"/settings/inbound/{source.pk}/closure")
    assert client.get(f"/settings/inbound/{source.pk}").status_code == 404
