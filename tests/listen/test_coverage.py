"""Whom we hear, and whom never: counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from allears.events.batch import Batch
from allears.listen import probing
from allears.listen.coverage import coverage
from allears.listen.models import Invitation, Response
from allears.outreach.models import Decision
from tests import builders
from tests.conftest import Person

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def lived(alice: Person) -> Person:
    """Four vip and three new customers; the probe asks them all, one has no address, three answer."""
    acme = alice.workspace
    builders.open_policy(workspace=acme)
    builders.probe(workspace=acme, now=NOON)
    people = [
        builders.customer(
            workspace=acme, email=f"c{n}@example.test" if n != 3 else "", segment="vip" if n < 4 else "new"
        )
        for n in range(7)
    ]
    rows = [builders.event_row(customer=each, id=number, ts=NOON) for number, each in enumerate(people[:6], 1)]
    probing.on_batch(Batch(events=rows, now=NOON))
    for number, invitation in enumerate(Invitation.objects.in_workspace(acme.id).order_by("id")):
        invitation.sent_at = NOON
        if number < 3:
            invitation.started_at = NOON + HOUR
            invitation.completed_at = NOON + HOUR if number < 2 else None
            Response.objects.create(
                workspace=acme, key=str(number), invitation=invitation, customer=invitation.customer, channel="email",
                metric="nps", score=(3, 10, 9)[number], started_at=NOON, updated_at=NOON,
            )  # fmt: skip
        invitation.save()
    return alice


def test_how_far_asks_get_and_who_is_never_heard(lived: Person) -> None:
    found = coverage(
        workspace_id=lived.workspace.id, by="segment", since=NOON - HOUR, until=NOON + 2 * HOUR, zone="UTC"
    )
    rows = {row.key: row for row in found.rows}
    vip, new = rows["vip"], rows["new"]
    assert (vip.wished, vip.refused, vip.is_census) == (4, 1, True)
    assert (vip.asks.invited, vip.asks.delivered, vip.asks.opened, vip.asks.started, vip.asks.completed) == (
        3, 3, 3, 3, 2,
    )  # fmt: skip
    assert (new.asks.invited, new.asks.started) == (2, 0)
    assert found.whole.asks.invited == 5
    assert found.whole.rates.response.counts["yes"] == 2
    silence = {each.segment: each for each in found.silence}
    assert (silence["vip"].customers, silence["vip"].never_invited, silence["vip"].silent) == (4, 1, 0)
    assert (silence["new"].customers, silence["new"].never_invited, silence["new"].silent) == (3, 1, 2)
    assert silence["new"].at_risk is None, "nobody of them answered, so nothing is said about the silent"
    assert silence["vip"].unhappy.counts["yes"] == 1


@pytest.mark.parametrize("by", ["channel", "touchpoint", "month"])
def test_every_cut_adds_up_to_the_whole(lived: Person, by: str) -> None:
    found = coverage(
        workspace_id=lived.workspace.id,
        by=by,
        since=NOON - HOUR,
        until=NOON + 2 * HOUR,
        zone="Asia/Shanghai",  # type: ignore[arg-type]
    )
    assert sum(row.asks.invited for row in found.rows) == found.whole.asks.invited == 5
    assert sum(row.wished for row in found.rows) == Decision.objects.in_workspace(lived.workspace.id).count() == 6


def test_the_page_and_its_file(lived: Person, client: Client) -> None:
    client.force_login(lived.user)
    Invitation.objects.in_workspace(lived.workspace.id).update(created_at=datetime.now(UTC) - HOUR)
    page = client.get("/listen/coverage?by=channel&days=30")
    assert page.status_code == 200
    assert "Whom we never hear" in page.content.decode()
    file = client.get("/listen/coverage?by=segment&format=csv")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert any(line.startswith("vip,") for line in file.content.decode().splitlines())


def test_elsewhere_sees_nothing_of_it(lived: Person, charlie: Person) -> None:
    found = coverage(
        workspace_id=charlie.workspace.id, by="segment", since=NOON - HOUR, until=NOON + 2 * HOUR, zone="UTC"
    )
    assert (found.rows, found.silence, found.whole.wished) == ([], [], 0)
