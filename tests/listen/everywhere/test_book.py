"""The book of the store, letters of authorities, papers: written down by staff."""

from typing import Any

from django.test import Client

from allears.accounts.models import Workspace
from allears.customers.actions import resolve
from allears.customers.keys import IdentityKeys
from allears.customers.models import ConsentRecord, Customer
from allears.listen.models import Official, Voice, VoiceFile
from tests import builders
from tests.conftest import Person
from tests.kit.test_sniffing import png
from tests.listen.everywhere.test_files import SVG, upload

SAID = {"kind": "complaint", "text": "The queue was too long", "once": "k1"}


def wrote(client: Client, page: str = "store", **fields: Any) -> Any:
    return client.post(f"/listen/book?as={page}", {**SAID, **fields})


def the_voice(workspace: Workspace) -> Voice:
    voice: Voice = Voice.objects.in_workspace(workspace.pk).get()
    return voice


def test_an_agent_writes_down_what_was_said_in_the_store(bob: Person, client: Client) -> None:
    builders.touchpoint(workspace=bob.workspace, key="till")
    client.force_login(bob.user)
    assert 'enctype="multipart/form-data"' in client.get("/listen/book").content.decode()
    who = {"name": "Zoe", "email": "zoe@example.test", "may_contact": "on", "touchpoint": "till"}
    answer = wrote(client, **who, files=[upload("till.png", png())])
    voice = the_voice(bob.workspace)
    assert answer["Location"] == f"/listen/book?as=store&at=till&kept={voice.pk}"
    assert (voice.source_kind, voice.initiator, voice.channel, voice.public) == (
        "complaint",
        "customer",
        "store",
        False,
    )
    assert voice.touchpoint is not None
    assert voice.customer is not None
    assert (voice.touchpoint.key, voice.customer.name) == ("till", "Zoe")
    assert voice.attributes == {"written by": bob.membership.pk, "may be contacted": "yes"}
    assert VoiceFile.objects.in_workspace(bob.workspace.pk).count() == 1
    granted = ConsentRecord.objects.in_workspace(bob.workspace.pk).filter(customer=voice.customer, granted=True)
    assert sorted(granted.values_list("channel", "purpose")) == [("*", "follow_up"), ("*", "survey")]
    wrote(client, **who)  # sent twice
    assert Voice.objects.in_workspace(bob.workspace.pk).count() == 1
    wrote(client, text="And the till was shut")  # who goes back in the browser writes into the same form
    assert Voice.objects.in_workspace(bob.workspace.pk).count() == 2


def test_without_consent_no_address_is_kept(bob: Person, client: Client) -> None:
    client.force_login(bob.user)
    wrote(client, name="Zoe", email="zoe@example.test")
    assert the_voice(bob.workspace).customer is None
    assert Customer.objects.in_workspace(bob.workspace.pk).count() == 0
    keys = IdentityKeys(email="ada@example.test")
    [ada] = resolve(workspace_id=bob.workspace.pk, keys=[keys], now=the_voice(bob.workspace).received_at)
    wrote(client, once="k2", name="Ada", email="ada@example.test")
    known = Voice.objects.in_workspace(bob.workspace.pk).get(key__startswith="book:k2.")
    assert (known.customer_id, known.attributes["may be contacted"]) == (ada, "no")
    assert Customer.objects.in_workspace(bob.workspace.pk).get(pk=ada).name == ""
    assert ConsentRecord.objects.in_workspace(bob.workspace.pk).count() == 0


def test_a_regulators_letter_and_an_article(bob: Person, client: Client) -> None:
    bob.workspace.timezone = "Asia/Shanghai"
    bob.workspace.save()
    client.force_login(bob.user)
    letter = {"authority": "12315", "reference": "A-77", "answer_by": "2031-12-01", "day": "2026-01-02"}
    assert wrote(client, "regulator", **letter).status_code == 302
    voice = the_voice(bob.workspace)
    assert (voice.source_kind, voice.channel, voice.public) == ("regulator", "letter", False)
    official = Official.objects.in_workspace(bob.workspace.pk).get(voice=voice)
    assert (official.authority, official.reference) == ("12315", "A-77")
    assert official.answer_by is not None
    assert official.answer_by.isoformat() == "2031-12-01T15:59:00+00:00"
    assert wrote(client, "media", once="k3", authority="The Daily", link="https://daily.example/1").status_code == 302
    article = Voice.objects.in_workspace(bob.workspace.pk).get(key__startswith="book:k3.")
    assert (article.source_kind, article.public, article.attributes["link"]) == (
        "media", True, "https://daily.example/1",
    )  # fmt: skip


def test_what_is_wrong_is_said_and_what_was_typed_stays(bob: Person, client: Client) -> None:
    client.force_login(bob.user)
    for page, fields, words in (
        ("store", {"text": ""}, "This field is required"),
        ("store", {"email": "nonsense", "may_contact": "on"}, "This is not an e-mail address"),
        ("store", {"files": [upload("bad.png", SVG)]}, "could run a program"),
        ("regulator", {"authority": "12315", "answer_by": "soon"}, "This is no date"),
        ("regulator", {"authority": "12315", "answer_by": "9999-12-31"}, "This is no date"),
        ("regulator", {"authority": "12315", "day": "0001-01-01"}, "This is no date"),
    ):
        answer = wrote(client, page, **fields)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert Voice.objects.in_workspace(bob.workspace.pk).count() == 0
