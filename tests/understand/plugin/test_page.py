"""The page of the outside model: off until somebody says what leaves the house, its key never shown, a comparison."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.conftest import Person
from tests.understand.plugin.conftest import Peer

from allears.understand.plugin import comparing
from allears.understand.plugin.models import Comparison, OutsideModel

PAGE = "/settings/outside-model"


@pytest.fixture
def console(alice: Person) -> Client:
    client = Client()
    client.force_login(alice.user)
    return client


def given(url: str, **changed: Any) -> dict[str, Any]:
    return {
        "base_url": url,
        "model": "tiny-1",
        "key": "sk-secret",
        "currency": "EUR",
        "price_in": "1",
        "price_out": "2",
        "monthly_cap": "5",
        "batch_size": "10",
        "timeout": "20",
        **changed,
    }


def row(alice: Person) -> OutsideModel:
    found: OutsideModel = OutsideModel.objects.in_workspace(alice.workspace.pk).get()
    return found


def test_it_is_off_until_the_box_is_ticked(alice: Person, console: Client, peer: Peer) -> None:
    assert "Nothing leaves the house" in console.get(PAGE).content.decode()
    console.post(PAGE, given(f"{peer.url}/v1"))
    assert row(alice).enabled_at is None
    console.post(f"{PAGE}/switch", {"on": "1"})
    assert row(alice).enabled_at is None
    console.post(f"{PAGE}/switch", {"on": "1", "understood": "1"})
    assert row(alice).enabled_at is not None
    console.post(f"{PAGE}/switch", {"on": "0"})
    assert row(alice).enabled_at is None


def test_without_a_cap_it_cannot_be_switched_on(alice: Person, console: Client, peer: Peer) -> None:
    console.post(PAGE, given(f"{peer.url}/v1", monthly_cap="0"))
    answer = console.post(f"{PAGE}/switch", {"on": "1", "understood": "1"}, follow=True)
    assert "Set a monthly cap first" in answer.content.decode()
    assert row(alice).enabled_at is None


def test_the_key_is_sealed_never_shown_and_not_carried_to_another_host(
    alice: Person,
    console: Client,
    peer: Peer,
) -> None:
    console.post(PAGE, given(f"{peer.url}/v1"))
    sealed = row(alice).key
    assert "sk-secret" not in sealed
    assert "sk-secret" not in console.get(PAGE).content.decode()
    console.post(PAGE, given(f"{peer.url}/v2", key=""))
    assert row(alice).key == sealed
    console.post(PAGE, given("http://127.0.0.1:9/v1", key=""))
    assert row(alice).key == ""


def test_an_address_inside_is_refused_with_what_to_do(alice: Person, console: Client, settings: Any) -> None:
    settings.MODEL_ALLOW = ""
    page = console.post(PAGE, given("https://127.0.0.1/v1"))
    assert page.status_code == 422
    assert "ALLEARS_MODEL_ALLOW" in page.content.decode()
    assert OutsideModel.objects.in_workspace(alice.workspace.pk).count() == 0


def test_managers_do_not_come_in(bob: Person, charlie: Person) -> None:
    client = Client()
    client.force_login(bob.user)
    assert client.get(PAGE).status_code == 403


def test_both_read_the_same_labelled_file(alice: Person, console: Client, outside: OutsideModel) -> None:
    lines = [f"bad thing {n},negative" for n in range(12)] + [f"love this {n},positive" for n in range(12)]
    file = SimpleUploadedFile("gold.csv", "\n".join(["text,label", *lines, "x,unknown"]).encode())
    console.post(f"{PAGE}/comparisons", {"file": file})
    asked: Comparison = Comparison.objects.in_workspace(alice.workspace.pk).get()
    assert (asked.rows, asked.finished_at) == (24, None)
    assert "Running" in console.get(PAGE).content.decode()
    comparing.compare(workspace_id=alice.workspace.pk, comparison_id=asked.pk, now=asked.asked_at)
    asked.refresh_from_db()
    assert asked.sample == []
    assert asked.trouble == ""
    theirs = asked.figures["outside"]
    assert (theirs["n"], theirs["accuracy"], theirs["macro_f1"], theirs["calls"]) == (24, 1.0, 1.0, 8)
    assert theirs["cost"] == 8 * (1000 * 2 + 150 * 8)
    page = console.get(PAGE).content.decode()
    assert "Built-in model" in page
    assert "0.0256 USD" in page
    few = SimpleUploadedFile("few.csv", b"text,label\nbad,negative\n")
    answer = console.post(f"{PAGE}/comparisons", {"file": few}, follow=True).content.decode()
    assert "at least 20 are needed" in answer


def test_a_comparison_that_fails_says_why(alice: Person, console: Client, outside: OutsideModel) -> None:
    asked = Comparison(
        workspace_id=alice.workspace.pk, model="m", rows=1, sample=[["bad", "negative"]], asked_at=outside.changed_at
    )
    asked.save()
    OutsideModel.objects.in_workspace(alice.workspace.pk).update(monthly_cap="0.0001")
    comparing.compare(workspace_id=alice.workspace.pk, comparison_id=asked.pk, now=asked.asked_at)
    assert "the monthly cap would be passed" in console.get(PAGE).content.decode()


def test_the_sign_test_is_exact() -> None:
    """McNemar's exact test: 1 against 9 of ten gives 22/1024 (binomial tables)."""
    assert comparing.sign_test(1, 9) == pytest.approx(22 / 1024)
    assert comparing.sign_test(0, 0) == 1.0
    assert comparing.sign_test(5, 5) == 1.0
