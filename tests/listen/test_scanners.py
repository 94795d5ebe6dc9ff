"""Scanners of incoming mail open every link, run scripts, fill in forms and press buttons: none of it is an answer."""

import re
from datetime import timedelta
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.events.batch import Batch
from allears.listen import holding, probing
from allears.listen.doubting import Signs, doubt
from allears.listen.models import Invitation, Response, Voice
from tests import builders

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
CHOSEN = re.compile(r'name="(q-\w+)" value="(\d+)"[^>]* checked')


@pytest.fixture
def invitation(acme: Workspace) -> Invitation:
    builders.open_policy(workspace=acme)
    customer = builders.customer(workspace=acme, language="en")
    builders.probe(workspace=acme)
    probing.on_batch(Batch(events=[builders.event_row(customer=customer)], now=timezone.now()))
    found: Invitation = Invitation.objects.in_workspace(acme.id).get()
    sent(found, ago=timedelta(seconds=5))
    return found


def sent(invitation: Invitation, *, ago: timedelta) -> None:
    Invitation.objects.across_workspaces().filter(pk=invitation.pk).update(sent_at=timezone.now() - ago)


def nothing_changed(invitation: Invitation) -> None:
    invitation.refresh_from_db()
    assert (invitation.opened_at, invitation.started_at, invitation.completed_at) == (None, None, None)
    assert Response.objects.across_workspaces().count() == 0
    assert Voice.objects.across_workspaces().count() == 0


class Visitor:
    """Somebody or something with an address and a browser, as its requests look."""

    def __init__(self, *, address: str, agent: str) -> None:
        self.client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)

    def form(self, url: str) -> dict[str, str]:
        page = self.client.get(url).content.decode()
        return dict(HIDDEN.findall(page)) | dict(CHOSEN.findall(page))

    def post(self, url: str, fields: dict[str, str], **more: str) -> HttpResponse:
        return cast(HttpResponse, self.client.post(url, fields | more))

    def held(self, answer: HttpResponse) -> dict[str, str]:
        page = answer.content.decode()
        assert answer.status_code == 200
        assert page.index('value="no"') < page.index('value="yes"'), "who presses everything in order denies first"
        return dict(HIDDEN.findall(page))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """People read for seconds; tests do not wait for them."""
    monkeypatch.setattr(holding, "LEAST_THOUGHT", timedelta(0))


def scan(invitation: Invitation) -> None:
    """HEAD, GET, submit, and every button of whatever comes back, on every link of the mail, from several addresses."""
    for score in range(11):
        scanner = Visitor(address=f"52.100.{score % 3}.7", agent=EDGE)
        url = f"/s/{invitation.token}?score={score}"
        assert scanner.client.head(url).status_code == 200
        fields = scanner.form(url)
        assert fields["q-nps"] == str(score)
        for button in ("send", "next", "back", "lang-zh"):
            answer = scanner.post(url, fields, go=button, h="pressed")
            if answer.status_code == 200:
                held = scanner.held(answer)
                scanner.post(url, held, person="no")
                scanner.post(url, held, person="yes")


def test_a_scanner_that_presses_every_button_answers_nothing(invitation: Invitation, quick: None) -> None:
    scan(invitation)
    nothing_changed(invitation)


@pytest.mark.parametrize("ago", [timedelta(minutes=5), timedelta(hours=3)])
def test_nor_does_it_later_when_it_opens_all_figures(invitation: Invitation, quick: None, ago: timedelta) -> None:
    sent(invitation, ago=ago)
    url = f"/s/{invitation.token}"
    scanner = Visitor(address="52.100.0.7", agent=EDGE)
    for score in range(11):
        scanner.client.head(f"{url}?score={score}")
    scanner.held(scanner.post(url, scanner.form(f"{url}?score=4"), go="send", h="pressed"))
    nothing_changed(invitation)


def test_a_person_after_the_scanner_answers_with_one_tap_more_or_later_with_none(
    invitation: Invitation, quick: None
) -> None:
    scan(invitation)
    url = f"/s/{invitation.token}"
    person = Visitor(address="203.0.113.9", agent=PHONE)
    held = person.held(person.post(url, person.form(f"{url}?score=3"), h="pressed", **{"q-why": "Three days"}))
    answer = person.post(url, held, person="yes")
    assert (answer.status_code, answer["Location"]) == (303, f"{url}?lang=en")
    response = Response.objects.across_workspaces().get()
    assert (response.answers, response.score, response.marks) == ({"nps": 3, "why": "Three days"}, 3, [])
    assert response.completed_at is not None


def test_a_person_who_reads_the_mail_later_is_not_asked_twice(invitation: Invitation, quick: None) -> None:
    scan(invitation)
    sent(invitation, ago=timedelta(hours=2))
    Invitation.objects.across_workspaces().update(figures_at=timezone.now() - timedelta(minutes=11))
    url = f"/s/{invitation.token}"
    person = Visitor(address="203.0.113.9", agent=PHONE)
    assert person.post(url, person.form(f"{url}?score=9")).status_code == 303
    assert Response.objects.across_workspaces().get().score == 9


def test_a_confirmation_without_time_to_read_is_asked_again(
    invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/s/{invitation.token}"
    scanner = Visitor(address="52.100.0.7", agent=EDGE)
    held = scanner.held(scanner.post(url, scanner.form(f"{url}?score=9"), h=""))
    assert scanner.held(scanner.post(url, held, person="yes")) == held
    assert scanner.held(scanner.post(url, held)) == held
    nothing_changed(invitation)


def test_a_seal_of_another_invitation_or_of_nobody_shows_the_survey(invitation: Invitation, quick: None) -> None:
    other = holding.seal(holding.Held(token="another", at=timezone.now(), form={}))
    for held in (other, "made-up", ""):
        answer = Visitor(address="203.0.113.9", agent=EDGE).post(f"/s/{invitation.token}", {"held": held}, person="yes")
        assert (answer.status_code, b'name="q-nps"' in answer.content) == (200, True)
    nothing_changed(invitation)


def test_a_scanner_never_overwrites_what_a_person_said(invitation: Invitation, quick: None) -> None:
    url = f"/s/{invitation.token}"
    person = Visitor(address="203.0.113.9", agent=PHONE)
    person.post(url, person.held(person.post(url, person.form(f"{url}?score=10"), h="pressed")), person="yes")
    scanner = Visitor(address="52.100.0.7", agent=EDGE)
    scanner.held(scanner.post(url, scanner.form(f"{url}?score=0&change=1"), h="pressed"))
    assert Response.objects.across_workspaces().get().score == 10
    assert person.post(url, person.form(f"{url}?change=1"), **{"q-nps": "8"}).status_code == 303, "who answered goes on"
    assert Response.objects.across_workspaces().get().score == 8


def test_what_the_page_keeps_by_itself_waits_for_a_hand(invitation: Invitation) -> None:
    url = f"/s/{invitation.token}"
    person = Visitor(address="203.0.113.9", agent=EDGE)
    fields = person.form(f"{url}?score=9") | {"partial": "1", "h": "moved"}
    answer = person.post(url, fields, h="pressed")
    assert (answer.status_code, answer["Retry-After"]) == (202, "60"), "a press that takes no time"
    assert person.post(url, fields, h="").status_code == 202
    assert person.post(url, {"partial": "1", "h": ""}).status_code == 202, "not even opened"
    nothing_changed(invitation)
    assert person.post(url, fields).status_code == 204
    assert Response.objects.across_workspaces().get().answers == {"nps": 9}


def test_a_tap_in_the_mail_counts_after_a_while_of_looking(invitation: Invitation) -> None:
    url = f"/s/{invitation.token}"
    person = Visitor(address="203.0.113.9", agent=PHONE)
    fields = person.form(f"{url}?score=9") | {"partial": "1", "h": "rested"}
    sent(invitation, ago=timedelta(minutes=5))
    assert person.post(url, fields).status_code == 202, "scanners rest as well, soon after the mail"
    sent(invitation, ago=timedelta(hours=1))
    person.client.head(f"{url}?score=8")
    assert person.post(url, fields).status_code == 202, "and open several"
    nothing_changed(invitation)
    Invitation.objects.across_workspaces().update(figures=1 << 9)
    assert person.post(url, fields).status_code == 204
    response = Response.objects.across_workspaces().get()
    assert (response.answers, response.completed_at) == ({"nps": 9}, None)


@pytest.mark.parametrize("hand", [{}, {"h": "touched"}, {"h": "pressed", "w": "1"}])
def test_who_is_no_hidden_machine_answers_at_once_even_after_a_scanner(
    invitation: Invitation, hand: dict[str, str]
) -> None:
    url = f"/s/{invitation.token}"
    scanner = Visitor(address="52.100.0.7", agent=EDGE)
    for score in range(11):
        scanner.client.head(f"{url}?score={score}")
    person = Visitor(address="203.0.113.9", agent=PHONE)
    assert person.post(url, person.form(f"{url}?score=3"), **hand).status_code == 303
    assert Response.objects.across_workspaces().get().score == 3


LATER = timedelta(hours=2)
NOW = timedelta(seconds=3)


@pytest.mark.parametrize(
    ("signs", "why"),
    [
        (Signs(since_sent=NOW), ""),  # without a script
        (Signs(since_sent=NOW, scripted=True, hand="touched"), ""),
        (Signs(since_sent=NOW, scripted=True, hand="moved", figures=4), ""),
        (Signs(since_sent=NOW, scripted=True, hand="pressed"), "soon"),
        (Signs(since_sent=NOW, scripted=True), "soon"),
        (Signs(since_sent=NOW, scripted=True, hand="rested", by_itself=True), "rested"),
        (Signs(since_sent=NOW, scripted=True, hand="pressed", webdriver=True), ""),  # kept, and marked as a robot's
        (Signs(since_sent=LATER, scripted=True, hand="pressed"), ""),
        (Signs(since_sent=LATER, scripted=True), ""),
        (Signs(since_sent=LATER, scripted=True, by_itself=True), "untouched"),
        (Signs(since_sent=LATER, scripted=True, hand="rested", by_itself=True), ""),
        (Signs(since_sent=LATER, scripted=True, hand="rested", by_itself=True, figures=2), "rested"),
        (Signs(since_sent=LATER, scripted=True, hand="pressed", figures=2), ""),  # a change of mind
        (Signs(since_sent=LATER, scripted=True, hand="pressed", figures=3), "figures"),
        (Signs(since_sent=LATER, agent="Barracuda Sentinel (EE)"), "agent"),
        (Signs(since_sent=LATER, agent="Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/120"), ""),
    ],
)
def test_what_speaks_for_a_machine(signs: Signs, why: str) -> None:
    assert doubt(signs) == why
