"""Personal data is blotted out of words before they are stored; the original is sealed, read by role, and erasable."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.utils import timezone

from allears.accounts.models import AuditEntry, Workspace
from allears.customers import vault
from allears.customers.models import Customer, CustomerKey
from allears.customers.rights import access_export, erase
from allears.listen import actions, originals, transcripts
from allears.listen.models import Response, ResponseOriginal, TurnOriginal, Voice, VoiceOriginal
from allears.listen.transcripts import Conversation, Said
from allears.listen.words import indexing
from tests import builders
from tests.conftest import Person
from tests.imports.conftest import Importer, importer
from tests.listen import surveys
from tests.respond.people import opened

__all__ = ["importer"]
PHONE, MAIL = "13800138000", "li.lei@example.test"
SPEAKER = "Ottokar Pfannenstiel"
TEXT = f"Still late! Call {PHONE} or write to {MAIL}, please"
BLOTTED = f"Still late! Call {'*' * 11} or write to {'*' * 19}, please"
HIDDEN = [[17, 28, "phone"], [41, 60, "email"]]


@pytest.fixture
def zoe(acme: Workspace) -> Customer:
    return builders.customer(workspace=acme, name="Zoe Zoelle", email="zoe@example.test")


def say(workspace: Workspace, text: str = TEXT, *, customer: Customer | None = None, **more: Any) -> Voice:
    now = timezone.now()
    given = {"key": "v1", "initiator": "customer", "source_kind": "complaint", "channel": "web", "said_at": now, **more}
    return actions.record_voice(
        workspace_id=workspace.pk, text=text, customer_id=customer.pk if customer else None, now=now, **given
    )


def test_words_are_stored_blotted_and_the_original_opens_with_the_customers_key(acme: Workspace, zoe: Customer) -> None:
    voice = say(acme, customer=zoe)
    voice.refresh_from_db()
    assert (voice.text, voice.hidden) == (BLOTTED, HIDDEN)
    kept = VoiceOriginal.objects.in_workspace(acme.pk).get()
    assert (kept.voice_id, kept.keyed_by) == (voice.pk, zoe.pk)
    assert PHONE.encode() not in bytes(kept.sealed)
    assert originals.words_of(voice) == TEXT
    vault.shred(zoe.pk)
    assert originals.words_of(voice) == BLOTTED


def test_a_customers_own_name_and_number_go_wherever_they_stand(acme: Workspace) -> None:
    leo = builders.customer(workspace=acme, name="Oyelaran Bimpe", email="", phone="+8613912345678")
    assert say(acme, "Oyelaran here, on 139 1234 5678", customer=leo).text == "******** here, on**************"
    assert say(acme, "Oyelaran here", key="v2").text == "Oyelaran here", "nobody is known to be called so"


def test_clean_words_need_no_key_and_those_of_nobody_the_workspaces(acme: Workspace, zoe: Customer) -> None:
    assert say(acme, "The sofa came late", customer=zoe).hidden is None
    assert not VoiceOriginal.objects.in_workspace(acme.pk).exists()
    assert not CustomerKey.objects.in_workspace(acme.pk).exists()
    voice = say(acme, key="v2")
    assert VoiceOriginal.objects.in_workspace(acme.pk).get().keyed_by is None
    assert originals.words_of(voice) == TEXT


def test_saying_it_again_changes_nothing_and_growing_replaces_the_original(acme: Workspace, zoe: Customer) -> None:
    voice = say(acme, customer=zoe)
    assert say(acme, "something else", customer=zoe).text == BLOTTED
    assert not actions.grow_voice(voice=voice, text=TEXT, score=None, language="")
    assert actions.grow_voice(voice=voice, text=f"{TEXT}. Or {MAIL} again", score=None, language="en")
    assert originals.words_of(voice) == f"{TEXT}. Or {MAIL} again"
    assert actions.grow_voice(voice=voice, text="never mind", score=None, language="en")
    assert (voice.text, voice.hidden) == ("never mind", None)
    assert not VoiceOriginal.objects.in_workspace(acme.pk).exists()


def test_a_survey_goes_on_with_what_was_written_and_stores_it_blotted(acme: Workspace, client: Client) -> None:
    made = surveys.made(acme, surveys.definition(surveys.NPS, {"type": "text", "name": "why"}))
    link = surveys.link(made)
    page = client.get(f"/s/{link.token}?lang=en")
    assert page.status_code == 200
    answer = client.post(
        f"/s/{link.token}", {"lang": "en", "q-nps": "3", "q-why": TEXT, "on": ["nps", "why"], "go": "save"}
    )
    again = client.get(answer["Location"]).content.decode() if answer.status_code == 303 else answer.content.decode()
    response = Response.objects.in_workspace(acme.pk).get()
    assert response.answers["why"] == BLOTTED
    assert originals.answers_of(response)["why"] == TEXT
    assert Voice.objects.in_workspace(acme.pk).get().text == BLOTTED
    assert PHONE in again or PHONE in client.get(f"/s/{response.invitation.token}?lang=en").content.decode()


def test_a_file_is_taken_in_blotted_and_only_what_differs_is_sealed(importer: Importer) -> None:
    rows = "id,user_id,comment\n" + "".join(
        f"r{n},u{n},{'Call ' + PHONE if n % 2 else 'All was well with the order'}\n" for n in range(40)
    )
    importer.load(importer.file("voices.csv", rows), "voices")
    voices = Voice.objects.in_workspace(importer.workspace.pk)
    assert voices.filter(text=f"Call {'*' * 11}").count() == 20
    assert VoiceOriginal.objects.in_workspace(importer.workspace.pk).count() == 20
    assert CustomerKey.objects.in_workspace(importer.workspace.pk).count() == 20
    assert {originals.words_of(each) for each in voices} == {"All was well with the order", f"Call {PHONE}"}


def test_the_case_shows_its_owner_the_words_and_the_log_says_so(alice: Person, bob: Person, charlie: Person) -> None:
    case = opened(say(bob.workspace, metric="nps", score=3), now=timezone.now())
    others = {alice: 200, charlie: 404}
    for person, status in {bob: 200, **others}.items():
        client = Client()
        client.force_login(person.user)
        assert PHONE not in client.get(f"/cases/{case.number}").content.decode()
        answer = client.post(f"/cases/{case.number}/disclosure")
        assert answer.status_code == status
        assert (PHONE in answer.content.decode()) is (status == 200)
        heading = answer.content.decode().partition("<h1")[2].partition("</h1>")[0]
        assert (PHONE in heading) is (status == 200)
    looked = AuditEntry.objects.in_workspace(bob.workspace.pk).filter(verb="understand.voice.unmasked").order_by("id")
    assert [(each.actor, each.detail) for each in looked] == [
        (bob.user, {"because": f"case:{case.number}"}),
        (alice.user, {}),
    ]


def test_an_agent_is_refused_and_nothing_is_noted(acme: Workspace, bob: Person) -> None:
    from allears.accounts.access import access_of

    access = access_of(user=bob.user, preferred=acme.pk)
    assert access is not None
    with pytest.raises(originals.NotAllowedError):
        originals.disclose(voices=[say(acme)], access=access)
    assert not AuditEntry.objects.in_workspace(acme.pk).filter(verb="understand.voice.unmasked").exists()


@pytest.mark.django_db(transaction=True)
def test_the_right_to_see_shows_the_original_and_erasing_leaves_no_key(acme: Workspace, zoe: Customer) -> None:
    other = builders.customer(workspace=acme, email="max@example.test")
    say(acme, customer=zoe), say(acme, "Ask zoe@example.test, she knows", key="v2", customer=other)
    packed = access_export(workspace_id=acme.pk, customer_id=zoe.pk, now=timezone.now())
    (told,) = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("files/words-as-said.json"))
    assert told["text"] == TEXT
    done = erase(
        workspace_id=acme.pk, customer_id=zoe.pk, actor_id=None, via="cli", never_again=False, now=timezone.now()
    )
    assert done.removed["listen.VoiceOriginal"] == {"deleted": 1}
    assert done.removed["files.originals"] == {"removed": 1}, "another's words that name her"
    assert not VoiceOriginal.objects.in_workspace(acme.pk).exists()
    assert set(CustomerKey.objects.in_workspace(acme.pk).values_list("customer_id", flat=True)) == {other.pk}


def conversation(turns: Sequence[Said], **about: Any) -> Conversation:
    return Conversation(
        key="t1", turns=turns, source_kind="chat", channel="web", said_at=timezone.now(), about=about
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_turns_are_sealed_shown_and_erased_as_their_voice(acme: Workspace) -> None:
    sides = (("customer", TEXT), ("agent", "Is that Zoe?"), ("bot", "."))
    turns = [Said(speaker=side, text=text) for side, text in sides]
    ask = [Said(speaker="customer", text="Ask zoe@example.test")]
    zoe, max_, _again = (
        transcripts.keep(
            workspace_id=acme.pk,
            conversation=replace(conversation(given, email=f"{name.lower()}@example.test", name=name), key=key),
            now=timezone.now(),
        )
        for key, name, given in (("t1", "Zoe", turns), ("t2", "Max", turns), ("t3", "Max", ask))
    )
    assert [each.text for each in transcripts.turns_of(zoe)] == [BLOTTED, "Is that ***?", "."]
    kept = TurnOriginal.objects.in_workspace(acme.pk).order_by("id")
    assert [each.keyed_by for each in kept] == [zoe.customer_id] * 2 + [max_.customer_id] * 3
    assert zoe.customer_id is not None
    packed = access_export(workspace_id=acme.pk, customer_id=zoe.customer_id, now=timezone.now())
    shown = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("files/words-as-said.json"))
    assert [each["text"] for each in shown if "turn" in each] == [TEXT, "Is that Zoe?"]
    done = erase(
        workspace_id=acme.pk, customer_id=zoe.customer_id, actor_id=None, via="cli", never_again=False,
        now=timezone.now(),
    )  # fmt: skip
    assert done.removed["listen.TurnOriginal"] == {"deleted": 2}
    assert done.removed["files.originals"] == {"removed": 2}, "another's voice that names her, and its turn"
    assert [each.keyed_by for each in kept.all()] == [max_.customer_id] * 2


def everything_stored() -> bytes:
    """Every byte of SQLite's file, free pages among them; on PostgreSQL every row of every table as text."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            name = str(connection.settings_dict["NAME"])
            if "memory" in name or not Path(name).exists():
                whole: bytes = connection.connection.serialize()
                return whole
            beside = (Path(name), Path(f"{name}-wal"))
            return b"".join(each.read_bytes() for each in beside if each.exists())
        found = []
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} AS t")
            found += [row[0] for row in cursor.fetchall()]
        return "\n".join(found).encode()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_stands_in_the_database_in_the_clear(
    acme: Workspace, zoe: Customer, importer: Importer, bob: Person
) -> None:
    say(acme, customer=zoe, attributes={"subject": f"Call {PHONE}"})
    opened(say(acme, key="v2", metric="nps", score=3), now=timezone.now())
    importer.load(importer.file("v.csv", f"id,user_id,comment\nr1,u1,{TEXT.replace(',', ';')}\n"), "voices")
    importer.load(importer.file("r.csv", f"id,user_id,nps,comment\nr1,u1,9,{TEXT.replace(',', ';')}\n"), "responses")
    turns = [Said(speaker="customer", text=TEXT, name=SPEAKER), Said(speaker="agent", text=f"{SPEAKER}, {PHONE}?")]
    transcripts.keep(workspace_id=acme.pk, conversation=conversation(turns), now=timezone.now())
    rows = f"conversation,speaker,message\nc1,{SPEAKER},{TEXT.replace(',', ';')}\nc1,agent,{SPEAKER}: {PHONE}?\n"
    rows += "c2,agent,Who are you\nc3,agent,And you\n"
    importer.load(importer.file("t.csv", rows), "transcripts")
    importer.load(importer.file("t2.csv", f"{rows}c1,{SPEAKER},I am {SPEAKER}: {PHONE}\n"), "transcripts")
    indexing.run_once("test:1:x")
    assert TurnOriginal.objects.in_workspace(acme.pk).count() == 5
    stored = everything_stored()
    assert BLOTTED.encode() in stored
    assert [each for each in (PHONE, MAIL, *SPEAKER.split()) if each.encode() in stored] == []


@pytest.mark.django_db(transaction=True)
def test_the_migration_blots_what_was_there_and_may_be_run_again(acme: Workspace, zoe: Customer) -> None:
    clean, later = say(acme, "fine", key="v0"), say(acme, "fine", key="v1", customer=zoe)
    Voice.objects.in_workspace(acme.pk).filter(pk=later.pk).update(text=TEXT, attributes={"subject": f"Re: {PHONE}"})
    made = surveys.made(acme, surveys.definition(surveys.NPS, {"type": "text", "name": "why"}))
    version = made.versions.get()
    now = timezone.now()
    answers = Response.objects.create(
        workspace=acme, key="r1", survey_version=version, channel="web", answers={"nps": 3, "why": TEXT},
        started_at=now, updated_at=now,
    )  # fmt: skip
    blotting = import_module("allears.listen.migrations.0008_blot_the_past")
    then = MigrationLoader(connection).project_state(("listen", "0008_blot_the_past")).apps
    for _ in range(2):
        with connection.schema_editor(atomic=False) as editor:
            blotting.blot_all(then, editor)
    for each in (clean, later, answers):
        each.refresh_from_db()
    assert (clean.text, clean.hidden) == ("fine", None)
    assert (later.text, later.hidden, later.attributes) == (BLOTTED, HIDDEN, {"subject": f"Re: {'*' * 11}"})
    assert originals.said_by([later])[later.pk] == {"subject": f"Re: {PHONE}", "text": TEXT}
    assert answers.answers == {"nps": 3, "why": BLOTTED}
    assert originals.answers_of(answers)["why"] == TEXT
    assert ResponseOriginal.objects.in_workspace(acme.pk).count() == 1
    assert PHONE.encode() not in everything_stored()
