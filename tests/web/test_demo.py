"""The demo's own pages, and that they are nowhere else."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from tests import builders
from tests.conftest import Person

MAIL = """To: Zoe <w000007@example.test>
From: care@wrenfold.example
Subject: How did we do?
Content-Type: text/plain; charset=utf-8

One tap: http://127.0.0.1:8080/s/ABCDEFGHIJKLMNOPQRST?score=9
"""


@pytest.fixture
def demo(settings: LazySettings, tmp_path: Path) -> Path:
    """The site in demo mode; its mail folder."""
    settings.ROOT_URLCONF, settings.DEMO, settings.DATA_DIR = "tests.web.demo_urls", True, tmp_path
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1763632800000000000.eml").write_text(MAIL)
    return folder


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_outside_the_demo_there_is_no_mailbox_and_no_first_step(alice: Person) -> None:
    client = signed_in(alice)
    assert client.get("/settings/mailbox").status_code == 404
    assert "/demo/first-steps" not in client.get("/").content.decode()


def test_the_mailbox_shows_mails_and_one_whole(alice: Person, demo: Path) -> None:
    client = signed_in(alice)
    assert "How did we do?" in client.get("/settings/mailbox").content.decode()
    assert "How did we do?" not in client.get("/settings/mailbox?to=w000008").content.decode()
    whole = client.get("/settings/mailbox/1763632800000000000").content.decode()
    assert 'href="http://127.0.0.1:8080/s/ABCDEFGHIJKLMNOPQRST?score=9"' in whole
    assert client.get("/settings/mailbox/5").status_code == 404


def test_only_admins_read_the_mailbox(bob: Person, demo: Path) -> None:
    assert signed_in(bob).get("/settings/mailbox").status_code == 403


def test_first_steps_come_until_dismissed(alice: Person, demo: Path) -> None:
    client = signed_in(alice)
    builders.customer(workspace=alice.workspace)
    assert "/demo/first-steps" in client.get("/").content.decode()
    assert "First steps" in client.get("/demo/first-steps").content.decode()
    client.post("/demo/first-steps/dismissal")
    assert client.get("/demo/first-steps").content == b""
