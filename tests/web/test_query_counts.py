"""Lists that stay quick as they grow: a page's queries do not become more with its rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import builders
from tests.conftest import Person
from tests.listen import surveys
from tests.understand.builders import NOON, voice

from allears.accounts.models import Workspace
from allears.customers.companies import AccountTold, tell_accounts
from allears.customers.models import ClientAccount, Identifier
from allears.understand.models import VoiceAnnotation

pytestmark = pytest.mark.django_db
LESSONS = (
    "The sofa came late",
    "Nobody answers my call",
    "椅子很漂亮",
    "Refund took a month",
    "师傅很专业",
    "App 闪退",
)


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def more_surveys(workspace: Workspace, at: int) -> str:
    asked = surveys.definition({"type": "text", "name": "why", "text": surveys.both(f"Study {at}?", "为什么？")})
    surveys.made(workspace, asked, key=f"study-{at}")
    return "/surveys"


def more_people(workspace: Workspace, at: int) -> str:
    person = builders.customer(workspace=workspace, email=f"p{at}@example.test")
    told = AccountTold(key="acme-gmbh", at=NOON, traits={"name": "Acme GmbH"}, customer_id=person.pk)
    tell_accounts(workspace_id=workspace.pk, told=[told], now=NOON)
    voice(workspace=workspace, text=f"Number {at}", customer=person)
    return f"/client-accounts/{ClientAccount.objects.in_workspace(workspace.pk).get().pk}"


def more_lessons(workspace: Workspace, at: int) -> str:
    said = voice(workspace=workspace, text=LESSONS[at])
    VoiceAnnotation.objects.create(
        workspace=workspace, voice=said, model="text 1", language="en", score=0.0, doubt=0.5, length=len(said.text),
        said_at=said.said_at, annotated_at=NOON,
    )  # fmt: skip
    return "/understand/teach"


MARKS = {"more_surveys": "/surveys/", "more_people": "Number ", "more_lessons": "<article"}


@pytest.mark.parametrize("more", [more_surveys, more_people, more_lessons], ids=lambda each: each.__name__)
def test_more_rows_are_no_more_queries(alice: Person, more: Callable[[Workspace, int], str]) -> None:
    client = Client()
    client.force_login(alice.user)
    for at in range(2):
        path = more(alice.workspace, at)
    few = queries(client, path)
    for at in range(2, 6):
        more(alice.workspace, at)
    assert queries(client, path) == few
    assert client.get(path).content.decode().count(MARKS[more.__name__]) >= 6  # they are all on it


def test_what_an_erasure_would_touch_is_counted_in_few_questions(alice: Person) -> None:
    """There are some seventy tables that may hold a person; most hold nothing of this one."""
    person = builders.customer(workspace=alice.workspace, email="zoe@example.test")
    Identifier.objects.create(workspace=alice.workspace, kind="user_id", value="W-1000-zoe", customer=person)
    voice(workspace=alice.workspace, text="It came late", customer=person)
    voice(workspace=alice.workspace, text="Tell W-1000-zoe, please")
    client = Client()
    client.force_login(alice.user)
    path = f"/customers/{person.key}/erasure"
    assert queries(client, path) < 10  # the frame, which asks for the rest
    assert queries(client, f"{path}?at_once=1") < 60
    page = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "mentions, struck out" in page
    assert 'name="typed"' in page
    assert 'name="typed"' not in client.get(path).content.decode()  # nobody erases before it is seen what goes
