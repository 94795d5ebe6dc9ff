"""A page far down a list costs what the first one does, and one narrowed to what few have, or nobody, no more."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from tests import builders

from allears.accounts.actions import make_key
from allears.accounts.models import Workspace
from allears.api.listing import PageParams, listing
from allears.customers.models import Customer
from allears.listen.models import Voice
from allears.listen.wall import WallFilter, voices
from allears.outreach.models import Decision, Message
from allears.outreach.queries import LedgerFilter, ledger
from allears.respond.models import Case
from allears.web.pages import decisions

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MANY = 2_000
NOBODYS = {"+8613899999999", "gold", "fr"}
pytestmark = pytest.mark.django_db


def work(ask: Callable[[], object]) -> int:
    """Thousands of instructions of SQLite's machine."""
    seen: list[None] = []
    connection.connection.set_progress_handler(lambda: seen.append(None), 1_000)
    try:
        ask()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return len(seen)


def test_pages_of_a_list_and_of_the_wall(acme: Workspace) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL tells its work by time alone
    times = [NOON + timedelta(seconds=number) for number in range(MANY)]
    Customer.objects.bulk_create(Customer(workspace=acme, last_seen_at=at) for at in times)
    Voice.objects.bulk_create(
        Voice(
            workspace=acme, key=str(at), initiator="customer", source_kind="review", channel="web", said_at=at,
            received_at=at,
        )
        for at in times
    )  # fmt: skip
    rows, order = Customer.objects.in_workspace(acme.pk), ("-last_seen_at", "-id")
    first = listing(rows, PageParams(limit=10, cursor=None, count=False), order=order)
    _, after = voices(filters=WallFilter(workspace_id=acme.pk), limit=10)
    assert work(lambda: listing(rows, PageParams(limit=10, cursor=first["next"], count=False), order=order)) < 12
    assert work(lambda: voices(filters=WallFilter(workspace_id=acme.pk), after=after, limit=10)) < 12


@pytest.mark.parametrize(
    "filters",
    [
        {"email": "u7@example.com"},
        {"phone": "+8613800000007"},
        {"phone": "+8613899999999"},
        {"segment": "few"},
        {"segment": "gold"},
        {"language": "fr"},
        {"segment": "plus"},
    ],
)
def test_customers_whom_few_are_like(acme: Workspace, filters: dict[str, str]) -> None:
    if connection.vendor != "sqlite":
        return
    Customer.objects.bulk_create(
        Customer(
            workspace=acme, last_seen_at=NOON + timedelta(seconds=number), email=f"u{number}@example.com",
            phone=f"+86138{number:08d}", language="zh", segment="few" if number == 7 else "plus",
        )
        for number in range(MANY)
    )  # fmt: skip
    _, secret = make_key(workspace=acme, kind="api", name="lists", actor=None, now=NOON)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    found = client.get("/api/v1/customers", {"limit": 10, **filters}).json()["items"]
    assert len(found) == (10 if filters == {"segment": "plus"} else 0 if set(filters.values()) & NOBODYS else 1)
    assert work(lambda: client.get("/api/v1/customers", {"limit": 10, **filters})) < 10


@pytest.mark.parametrize(
    "filters", [{"source_kind": "media"}, {"channel": "sms"}, {"metric": "ces"}, {"score": 3}, {"metric": "nps"}]
)
def test_voices_that_few_are_like(acme: Workspace, filters: dict[str, Any]) -> None:
    if connection.vendor != "sqlite":
        return
    Voice.objects.bulk_create(
        Voice(
            workspace=acme, key=str(number), initiator="customer", source_kind="review", channel="web", metric="nps",
            score=9, said_at=NOON + timedelta(seconds=number), received_at=NOON,
        )
        for number in range(MANY)
    )  # fmt: skip
    _, secret = make_key(workspace=acme, kind="api", name="lists", actor=None, now=NOON)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    found = client.get("/api/v1/voices", {"limit": 10, **filters}).json()["items"]
    assert len(found) == (10 if filters == {"metric": "nps"} else 0)
    assert work(lambda: client.get("/api/v1/voices", {"limit": 10, **filters})) < 10


def test_messages_cases_and_decisions_are_not_all_read_for_one_page(acme: Workspace) -> None:
    if connection.vendor != "sqlite":
        return
    times = [NOON + timedelta(seconds=number) for number in range(MANY)]
    person, (_, member) = (
        builders.customer(workspace=acme),
        builders.member(workspace=acme, email="m@a.test", role="agent"),
    )
    Message.objects.bulk_create(
        Message(
            workspace=acme, customer=person, purpose="survey", channel="email", language="en", address="a@b.test",
            text="…", idempotency_key=str(at), not_before=at, created_at=at, state="sent",
        )
        for at in times
    )  # fmt: skip
    Decision.objects.bulk_create(
        Decision(workspace=acme, customer=person, at=at, channel="email", rule="rest", probe_key="p", ask_key=str(at))
        for at in times
    )
    Case.objects.bulk_create(
        Case(
            workspace=acme, customer=person, number=number, subject="…", first_owner=member, owner=member, opened_at=at,
            clock_started_at=at, first_reply_due_at=at, unanswered_since=at, reply_due_at=at, resolve_due_at=at,
        )
        for number, at in enumerate(times)
    )  # fmt: skip
    page = PageParams(limit=10, cursor=None, count=False)
    messages, cases = Message.objects.in_workspace(acme.pk), Case.objects.in_workspace(acme.pk)
    for rows, order in (
        (messages, ("-created_at", "-id")),
        (messages.filter(state="failed"), ("-created_at", "-id")),
        (cases, ("-opened_at", "-id")),
        (cases.filter(state="open"), ("-opened_at", "-id")),
        (cases.filter(state="waiting"), ("-opened_at", "-id")),
        *(
            (ledger(workspace_id=acme.pk, wanted=wanted), ("-at", "-id"))
            for wanted in (LedgerFilter(rule="cap"), LedgerFilter(probe_key="other"), LedgerFilter(rule="rest"))
        ),
    ):
        assert work(lambda rows=rows, order=order: listing(rows, page, order=order)) < 12  # type: ignore[misc]


def by_the_api(rows: Any, order: Sequence[str], cursor: Any, limit: int) -> tuple[list[int], Any]:
    found = listing(rows.all(), PageParams(limit=limit, cursor=cursor, count=False), order=order)
    return [each.pk for each in found["items"]], found["next"]


def on_the_wall(workspace: Workspace, cursor: Any, limit: int) -> tuple[list[int], Any]:
    found, following = voices(filters=WallFilter(workspace_id=workspace.pk), after=cursor, limit=limit)
    return [each.pk for each in found], following


def in_the_ledger(workspace: Workspace, cursor: Any, limit: int) -> tuple[list[int], Any]:
    rows = Decision.objects.in_workspace(workspace.pk)
    with patch.object(decisions, "PAGE", limit):
        found = decisions._page_of(RequestFactory().get("/", {"cursor": cursor or ""}), rows)  # type: ignore[arg-type]
    following = decisions._cursor(found[limit - 1]) if len(found) > limit else None
    return [each.pk for each in found[:limit]], following


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("of", ["customers", "voices", "wall", "ledger"])
def test_each_row_stands_on_one_page_though_many_share_a_time_and_more_arrive(
    acme: Workspace, of: str, seed: int
) -> None:
    dice, number = random.Random(seed), count()
    person = builders.customer(workspace=acme)

    def come() -> int:
        at = NOON + timedelta(microseconds=dice.choice((0, 1, 2_000_000)))
        match of:
            case "customers":
                return Customer.objects.create(workspace=acme, last_seen_at=at).pk
            case "ledger":
                key = f"a{next(number)}"
                return Decision.objects.create(workspace=acme, customer=person, at=at, channel="web", ask_key=key).pk
        return Voice.objects.create(
            workspace=acme, key=f"v{next(number)}", initiator="customer", source_kind="review", channel="web",
            said_at=at, received_at=at,
        ).pk  # fmt: skip

    turn: Callable[[Any, int], tuple[list[int], Any]] = {
        "customers": partial(
            by_the_api, Customer.objects.in_workspace(acme.pk).exclude(pk=person.pk), ("-last_seen_at", "-id")
        ),
        "voices": partial(by_the_api, Voice.objects.in_workspace(acme.pk), ("-said_at", "-id")),
        "wall": partial(on_the_wall, acme),
        "ledger": partial(in_the_ledger, acme),
    }[of]
    there, seen, cursor = {come() for _ in range(20)}, list[int](), None
    while True:
        found, cursor = turn(cursor, dice.randrange(1, 4))
        seen += found
        if cursor is None:
            break
        come()
    assert len(seen) == len({*seen})
    assert there <= {*seen}
