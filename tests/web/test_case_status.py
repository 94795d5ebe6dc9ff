"""The customer's page: in their language, without an account, and nothing of ours on it."""

import pytest
from django.test import Client
from django.utils import timezone
from tests import builders
from tests.conftest import Person
from tests.respond.people import case_of, kinds

from allears.listen.models import Voice
from allears.respond import actions
from allears.respond.models import Case


@pytest.fixture
def case(bob: Person) -> Case:
    bob.user.name = "Bob"
    bob.user.save()
    customer = builders.customer(workspace=bob.workspace, name="Zoe", language="en", timezone="Asia/Shanghai")
    return case_of(workspace=bob.workspace, now=timezone.now(), customer=customer, text="It came broken")


def state(case: Case) -> str:
    return str(Case.objects.in_workspace(case.workspace_id).get(pk=case.pk).state)


def test_what_we_heard_who_owns_it_and_by_when(case: Case, bob: Person) -> None:
    act = {"workspace_id": case.workspace_id, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.note(**act, text="Careful, difficult")
    page = Client().get(f"/c/{case.token}").content.decode()
    assert "It came broken" in page
    assert "Bob looks after your matter" in page
    assert "You hear from us by" in page
    assert "difficult" not in page
    assert "bob@acme.test" not in page
    assert "<script" not in page


def test_it_speaks_the_customers_language_and_another_when_asked(case: Case) -> None:
    customer = case.customer
    assert customer is not None
    customer.language = "zh"
    customer.save()
    page = Client().get(f"/c/{case.token}").content.decode()
    assert '<html lang="zh-Hans">' in page
    assert '<html lang="en">' in Client().get(f"/c/{case.token}?language=en").content.decode()


def test_the_customer_adds_something_once(case: Case, bob: Person) -> None:
    act = {"workspace_id": case.workspace_id, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.reply(**act, text="Which colour?", wait=True)
    for _ in range(2):
        answer = Client().post(f"/c/{case.token}/messages", {"text": "Blue, please", "once": "abc"})
        assert answer.status_code == 302
    assert kinds(case) == ["opened", "reply", "waiting", "customer"]
    assert state(case) == "open"
    assert Voice.objects.in_workspace(case.workspace_id).filter(text="Blue, please").count() == 1
    assert "Blue, please" in Client().get(f"/c/{case.token}").content.decode()


def test_nothing_and_too_much_are_refused_with_the_words_kept(case: Case) -> None:
    assert Client().post(f"/c/{case.token}/messages", {"text": " ", "once": "a"}).status_code == 422
    long = "w" * 5001
    answer = Client().post(f"/c/{case.token}/messages", {"text": long, "once": "a"})
    assert answer.status_code == 422
    assert long in answer.content.decode()
    assert kinds(case) == ["opened"]


def test_a_flood_is_stopped(case: Case) -> None:
    codes = [
        Client().post(f"/c/{case.token}/messages", {"text": "Hello?", "once": str(count)}).status_code
        for count in range(31)
    ]
    assert codes == [302] * 30 + [429]


def test_no_cookie_is_needed(case: Case) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
    assert strict.post(f"/c/{case.token}/messages", {"text": "Hello?", "once": "a"}).status_code == 302
    assert strict.post(f"/c/{case.token}/verdict", {"solved": "yes"}).status_code == 302
    assert kinds(case) == ["opened", "customer", "confirmed"]


def test_solved_and_not_solved(case: Case, bob: Person) -> None:
    act = {"workspace_id": case.workspace_id, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.reply(**act, text="A new one is on its way")
    actions.close(**act, cause="late")
    Client().post(f"/c/{case.token}/verdict", {"solved": "no"})
    assert state(case) == "open"
    Client().post(f"/c/{case.token}/verdict", {"solved": "yes"})
    assert kinds(case) == ["opened", "reply", "closed", "reopened", "confirmed"]


SCANNERS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) BingPreview/1.0b",
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    "Mozilla/5.0 (compatible; proofpoint-urldefense/2.0)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
]


@pytest.mark.parametrize("agent", SCANNERS)
def test_a_scanner_that_presses_every_button_says_nothing(case: Case, bob: Person, agent: str) -> None:
    act = {"workspace_id": case.workspace_id, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.reply(**act, text="Here is a new one.")
    actions.close(**act, cause="late")
    scanner = Client(headers={"user-agent": agent})
    for path in ("", "/verdict", "/messages"):
        scanner.head(f"/c/{case.token}{path}")
        scanner.get(f"/c/{case.token}{path}")
    scanner.post(f"/c/{case.token}/verdict", {"solved": "yes"})
    scanner.post(f"/c/{case.token}/verdict", {"solved": "no"})
    scanner.post(f"/c/{case.token}/messages", {"text": "test", "once": "a"})
    assert kinds(case) == ["opened", "reply", "closed"]


@pytest.mark.parametrize("agent", ["curl/8.5.0", "python-requests/2.32", "Lynx/2.9", ""])
def test_a_plain_client_is_a_person(case: Case, agent: str) -> None:
    person = Client(headers={"user-agent": agent})
    assert person.post(f"/c/{case.token}/verdict", {"solved": "yes"})["Location"].endswith("?said=solved")
    person.post(f"/c/{case.token}/messages", {"text": "Thanks", "once": "a"})
    assert kinds(case) == ["opened", "confirmed", "customer"]


def test_who_said_that_it_is_solved_can_still_say_that_it_is_not(case: Case, bob: Person) -> None:
    act = {"workspace_id": case.workspace_id, "number": 1, "actor": bob.membership, "now": timezone.now()}
    actions.reply(**act, text="Here is a new one.")
    actions.close(**act, cause="late")
    Client().post(f"/c/{case.token}/verdict", {"solved": "yes"})
    page = Client().get(f"/c/{case.token}").content.decode()
    assert "Is it not solved after all?" in page
    assert 'value="yes"' not in page
    Client().post(f"/c/{case.token}/verdict", {"solved": "no"})
    assert kinds(case) == ["opened", "reply", "closed", "confirmed", "reopened"]


@pytest.mark.parametrize("path", ["", "/messages", "/verdict"])
def test_a_wrong_token_opens_nothing(case: Case, path: str) -> None:
    client = Client()
    address = f"/c/{case.token[:-1]}x{path}"
    assert (client.post(address, {"text": "x", "solved": "no"}) if path else client.get(address)).status_code == 404
    assert kinds(case) == ["opened"]
