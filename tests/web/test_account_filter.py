"""A company's people as a filter: on the wall and its stream, on the desk, and in what leaves as a file."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import Person
from tests.web.objects import row

from allears.customers import companies
from allears.customers.companies import AccountTold
from allears.customers.models import Customer
from allears.events.exports import actions as exports
from allears.events.exports.errors import ExportUseError
from allears.listen.models import Voice
from allears.listen.wall import WallFilter
from allears.respond.desk import DeskFilter

NOW = timezone.now()
KEY = "northwind & co"


@pytest.fixture
def northwind(alice: Person) -> list[Customer]:
    """Two contacts of Northwind, one of them known twice; a third customer is nobody's."""
    people = [row(Customer, alice, key=f"c{number}", name=name) for number, name in enumerate(("Ann", "Ben", "Cy"))]
    people.append(row(Customer, alice, key="c3", name="Ann again", merged_into=people[0]))
    told = [AccountTold(key=KEY, traits={"name": "Northwind"}, at=NOW, customer_id=each.pk) for each in people[:2]]
    companies.tell_accounts(workspace_id=alice.workspace.pk, told=told, now=NOW)
    for each in people:
        row(
            Voice, alice, key=f"v-{each.name}", customer=each, text=f"{each.name} waits for a lamp",
            source_kind="complaint", said_at=NOW,
        )  # fmt: skip
    return people


def shown(client: Client, query: str) -> set[str]:
    page = client.get(f"/listen?{query}").content.decode()
    voices = Voice.objects.across_workspaces()
    return {each.key.removeprefix("v-") for each in voices if f'id="voice-{each.pk}"' in page}


def test_the_wall_shows_one_accounts_voices(client: Client, alice: Person, northwind: list[Customer]) -> None:
    client.force_login(alice.user)
    assert shown(client, "") == {"Ann", "Ben", "Cy", "Ann again"}
    assert shown(client, "account=northwind+%26+co") == {"Ann", "Ben", "Ann again"}
    assert shown(client, "account=northwind+%26+co&feeling=positive") == set()
    assert shown(client, "account=unheard-of") == {"Ann", "Ben", "Cy", "Ann again"}
    page = client.get("/listen?account=northwind+%26+co").content.decode()
    assert '<option value="northwind &amp; co" selected>Northwind</option>' in page
    assert '<input type="hidden" name="account" value="northwind &amp; co">' in page


def test_the_stream_admits_whom_the_wall_shows(alice: Person, northwind: list[Customer]) -> None:
    people = frozenset(each.pk for each in northwind[:2])
    filters = WallFilter(workspace_id=alice.workspace.pk, people=people)
    voices = Voice.objects.in_workspace(alice.workspace.pk).select_related("touchpoint")
    assert {each.key for each in voices if filters.admits(each)} == {"v-Ann", "v-Ben"}


def test_the_desk_shows_one_accounts_cases(client: Client, alice: Person, northwind: list[Customer]) -> None:
    from allears.respond.models import Case

    for number, each in enumerate(northwind, start=1):
        row(
            Case, alice, number=number, subject=f"Lamp of {each.name}", customer=each, owner=alice.membership,
            first_owner=alice.membership, state="open",
        )  # fmt: skip
    client.force_login(alice.user)

    def cases(query: str) -> set[int]:
        page = client.get(f"/desk?view=team&{query}").content.decode()
        return {number for number in range(1, 5) if f"#{number} " in page or f"/cases/{number}" in page}

    assert cases("") == {1, 2, 3, 4}
    assert cases("account=northwind+%26+co") == {1, 2, 4}
    assert cases("account=northwind+%26+co&q=Ben") == {2}
    assert DeskFilter(account=KEY).account == KEY


COUNTS = {"voices": 3, "customers": 2, "cases": 0, "events": 0, "responses": 0}


@pytest.mark.parametrize(("table", "count"), COUNTS.items())
def test_exports_take_one_accounts_rows(alice: Person, northwind: list[Customer], table: str, count: int) -> None:
    asked = {"workspace_id": alice.workspace.pk, "table": table}
    assert exports.selection(**asked, filters={"account": KEY}).count() == count
    with pytest.raises(ExportUseError, match="no account"):
        exports.selection(**asked, filters={"account": "unheard-of"})


def test_another_workspaces_account_is_none_of_ours(
    client: Client, alice: Person, charlie: Person, northwind: list[Customer]
) -> None:
    client.force_login(charlie.user)
    assert "Northwind" not in client.get("/listen?account=northwind+%26+co").content.decode()
    with pytest.raises(ExportUseError, match="no account"):
        exports.selection(workspace_id=charlie.workspace.pk, table="voices", filters={"account": KEY})
