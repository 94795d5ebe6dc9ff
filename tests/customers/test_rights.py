"""Seeing and erasing a customer: figures stay, strangers stay, certificates chain, roles guard."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import AuditEntry, Workspace
from allears.customers import retention
from allears.customers.models import ConsentRecord, Customer, Erasure, Forgotten, Identifier
from allears.customers.retaining import expired, forget_expired
from allears.customers.rights import UnknownPersonError, access_export, erase, erasing, find_customer, packed
from allears.customers.rights.erasing import certificate, chain_is_whole, preview
from allears.customers.rights.person import Person, person_of
from allears.events.erasing import without
from allears.events.exports import actions as exports
from allears.events.exports.erasing import erase_exports
from allears.events.models import Event, Import
from allears.events.webhooks import actions as webhooks
from allears.events.webhooks import outbox
from allears.events.webhooks.models import Attempt, Delivery
from allears.listen import actions as listen
from allears.listen.models import Survey, Voice, VoiceFile
from allears.listen.originals import words_of
from allears.listen.tags.models import Tag
from tests import builders
from tests.conftest import Person as Member

pytestmark = pytest.mark.django_db(transaction=True)


def known(workspace: Workspace, email: str, user_id: str) -> Customer:
    customer = builders.customer(workspace=workspace, email=email, name="Zoe Zoelle")
    for kind, value in (("email", email), ("user_id", user_id)):
        Identifier.objects.create(workspace=workspace, kind=kind, value=value, customer=customer)
    return customer


def said(customer: Customer, text: str, key: str = "v", days: int = 0) -> Voice:
    now = timezone.now()
    return listen.record_voice(
        workspace_id=customer.workspace_id, key=key, initiator="customer", source_kind="review", channel="web",
        said_at=now - timedelta(days=days), text=text, customer_id=customer.id, metric="nps", score=9, now=now,
    )  # fmt: skip


def gone(customer: Customer, **given: Any) -> Erasure:
    values: dict[str, Any] = {"actor_id": None, "via": "cli", "never_again": True, "now": timezone.now(), **given}
    return erase(workspace_id=customer.workspace_id, customer_id=customer.id, **values)


def test_erasing_one_leaves_the_other_and_the_score(acme: Workspace, elsewhere: Workspace) -> None:
    zoe, max_ = known(acme, "zoe@example.test", "u-1000"), known(acme, "max@example.test", "u-10001")
    namesake = known(elsewhere, "zoe@example.test", "u-1000")
    said(zoe, "I am Zoe", "a"), said(max_, "write to zoe@example.test, not max@example.test", "b")
    said(namesake, "zoe@example.test here", "c")
    done = gone(zoe)
    voices = Voice.objects.in_workspace(acme.id).order_by("id")
    assert [(v.text, v.score, v.customer_id) for v in voices] == [
        ("", 9, None),
        ("write to ****************, not ****************", 9, max_.id),
    ]
    assert not Customer.objects.in_workspace(acme.id).filter(id=zoe.id).exists()
    assert Identifier.objects.in_workspace(acme.id).filter(customer=max_).count() == 2
    assert words_of(Voice.objects.in_workspace(elsewhere.id).get()) == "zoe@example.test here"
    assert done.pending is None
    assert done.removed["listen.Voice"] == {"blanked": 1}
    assert done.removed["files.originals"] == {"removed": 1}, "as she was named in another's words"
    assert Forgotten.objects.in_workspace(acme.id).count() == 2


def test_names_that_must_differ_differ_when_two_persons_were_struck_out_of_them(acme: Workspace) -> None:
    for at, address in enumerate(("zoe@example.test", "max@example.test")):
        person = known(acme, address, f"u-100{at}")
        Tag.objects.create(workspace=acme, name=f"Ask {address}", key=f"ask {address}", created_at=timezone.now())
        assert gone(person).removed["tags.Tag"] == {"struck_out": 1}
    tags = list(Tag.objects.in_workspace(acme.id).order_by("id"))
    assert len({tag.key for tag in tags}) == 2
    assert all(re.fullmatch(r"Ask \[erased\] [0-9a-f]{6}", tag.name) for tag in tags)


@pytest.mark.parametrize("strike_name", [False, True])
def test_what_staff_typed_is_shown_before_and_cleaned_where_said(acme: Workspace, strike_name: bool) -> None:
    zoe = known(acme, "zoe@example.test", "u-1000")
    Customer.objects.in_workspace(acme.id).filter(pk=zoe.pk).update(name="左伊")
    tag = Tag.objects.create(workspace=acme, name="左伊的投诉", key="左伊的投诉", created_at=timezone.now())
    survey = Survey.objects.create(
        workspace=acme, key="s", name="For zoe@example.test", draft={"title": "Dear 左伊", "to": "zoe@example.test"}
    )
    Survey.objects.create(workspace=acme, key="other", name="For everybody")
    found = preview(workspace_id=acme.id, customer_id=zoe.id).typed
    assert {(each.model, each.column, each.by_name, each.a_rule) for each in found} == {
        ("tags.Tag", "name", True, False),
        ("tags.Tag", "key", True, False),
        ("listen.Survey", "name", False, False),
        ("listen.Survey", "draft", False, True),
    }
    done = gone(zoe, strike_name=strike_name)
    tag.refresh_from_db(), survey.refresh_from_db()
    assert ("左伊" in tag.name, "左伊" in tag.key) == (not strike_name, not strike_name)
    assert (survey.name, survey.draft["title"]) == ("For [erased]", "Dear 左伊")
    assert done.removed["listen.Survey"] == {"struck_out": 1, "still_named": 1}
    assert done.removed["tags.Tag"] == ({"struck_out": 1} if strike_name else {"still_named": 2})
    assert done.pending is None
    assert "左伊" not in json.dumps(certificate(done), ensure_ascii=False)


def test_a_finished_import_keeps_no_name_of_a_person(acme: Workspace) -> None:
    zoe = known(acme, "zoe@example.test", "u-1000")
    names = ["Zoe_Zoelle-answers.xlsx", "zoe@example.test.csv", "answers.csv", "Zoe Zoelles.csv", "NPS.Zoe Zoelle"]
    for name in names:
        Import.objects.create(
            workspace=acme, kind="voices", filename=name, state="done", digest=name, created_at=timezone.now()
        )
    gone(zoe)
    kept = Import.objects.in_workspace(acme.id).order_by("id").values_list("filename", flat=True)
    assert list(kept) == ["[erased].xlsx", "[erased].csv", "answers.csv", "Zoe Zoelles.csv", "[erased]"]


def test_what_another_system_answered_is_erased(acme: Workspace) -> None:
    """His own answers go; where he is named in another's, those words go, and what else was answered stays."""
    zoe, max_ = known(acme, "zoe@example.test", "u-1000"), known(acme, "max@example.test", "u-10001")
    now = timezone.now()
    webhooks.create_endpoint(workspace_id=acme.id, url="https://93.184.216.34/", event_types=[], actor_id=None, now=now)
    for customer in (zoe, max_):
        said(customer, "Late", customer.key)
    outbox.expand(now=now)
    for delivery in Delivery.objects.in_workspace(acme.id):
        Attempt.objects.create(
            workspace=acme, delivery=delivery, at=now, status=500, answer="zoe@example.test is unknown",
            error="no zoe@example.test", milliseconds=1,
        )  # fmt: skip
    done = gone(zoe)
    left = Attempt.objects.in_workspace(acme.id).get(delivery__outgoing__customer=max_)
    assert (left.answer, left.error) == ("[erased] is unknown", "no [erased]")
    assert Attempt.objects.in_workspace(acme.id).count() == 1
    assert done.removed["webhooks.Attempt"] == {"deleted": 1, "struck_out": 1}


def test_certificates_chain_and_show_tampering(acme: Workspace) -> None:
    first, second = (gone(known(acme, f"{n}@example.test", f"u-{n}00000")) for n in "ab")
    assert (first.previous, second.previous) == ("", first.digest)
    assert chain_is_whole(workspace_id=acme.id)
    paper = json.dumps(certificate(second))
    assert "example.test" not in paper
    assert "Zoelle" not in paper
    first.removed = {}
    first.save()
    assert not chain_is_whole(workspace_id=acme.id)


def test_the_certificate_names_the_files_that_could_not_be_looked_into(
    acme: Workspace, alice: Member, client: Client
) -> None:
    zoe, max_ = known(acme, "zoe@example.test", "u-1000"), known(acme, "max@example.test", "u-10001")
    voice = said(max_, "See the files")
    names = {
        "open.txt": b"nobody",
        "paper.pdf": b"%PDF-1.7 nothing",
        "packed.7z": b"7z\xbc\xaf\x27\x1c",
        "two.pdf": b"%PDF-1.4",
    }
    files = {
        name: VoiceFile.objects.create(
            workspace=acme,
            voice=voice,
            key=name,
            name=name,
            type="x",
            size=1,
            content=content,
            received_at=timezone.now(),
        ).pk
        for name, content in names.items()
    }
    done = gone(zoe)
    assert certificate(done)["not_looked_into"] == [
        {"where": "listen.VoiceFile", "why": "archive", "ids": [files["packed.7z"]], "count": 1},
        {"where": "listen.VoiceFile", "why": "pdf", "ids": [files["paper.pdf"], files["two.pdf"]], "count": 2},
    ]
    assert chain_is_whole(workspace_id=acme.pk)
    client.force_login(alice.user)
    assert (
        "an archive that we have no reader for" in client.get(f"/settings/erasures/{done.reference}").content.decode()
    )


def test_finding_never_guesses(acme: Workspace) -> None:
    zoe = known(acme, "zoe@example.test", "u-1")
    for name in (zoe.key, f"#{zoe.id}", " ZOE@example.test ", "u-1"):
        assert find_customer(workspace_id=acme.id, known_by=name).id == zoe.id
    Identifier.objects.create(
        workspace=acme, kind="anonymous_id", value="u-1", customer=builders.customer(workspace=acme, email="b@c.test")
    )
    for name in ("u-1", "nobody", "#999999"):
        with pytest.raises(UnknownPersonError):
            find_customer(workspace_id=acme.id, known_by=name)


def test_the_access_export_holds_everything_in_both_languages(acme: Workspace) -> None:
    zoe = known(acme, "zoe@example.test", "u-1")
    said(zoe, "破损了, it broke")
    ConsentRecord.objects.create(workspace=acme, customer=zoe, channel="email", purpose="*", granted=True, source="x")
    bundle = zipfile.ZipFile(io.BytesIO(access_export(workspace_id=acme.id, customer_id=zoe.id, now=timezone.now())))
    assert bundle.namelist() == ["data.json", "data.en.html", "data.zh.html"]
    tables = json.loads(bundle.read("data.json"))["tables"]
    assert {"customers.Customer", "customers.Identifier", "customers.ConsentRecord", "listen.Voice"} == set(tables)
    assert tables["listen.Voice"][0]["text"] == "破损了, it broke"
    assert "What we hold on you" in bundle.read("data.en.html").decode()
    assert "我们持有的关于您的信息" in bundle.read("data.zh.html").decode()


def test_bodies_lose_the_persons_calls_and_no_others(acme: Workspace) -> None:
    person = Person(workspace_id=acme.id, ids=(1,), keys=("k" * 32,), names=("7", "zoe@example.test"))
    body = {"batch": [{"userId": "7"}, {"userId": "77"}, {"userId": 7}, {"traits": {"email": "ZOE@example.test"}}]}
    left = without(person, json.dumps(body).encode())
    assert left is not None
    assert json.loads(left) == {"batch": [{"userId": "77"}]}
    assert without(person, b'{"userId": "7"}') is None
    untouched = b'{"userId": "x"}'
    assert without(person, untouched) is untouched


def test_retention_takes_words_and_leaves_scores(acme: Workspace, alice: Member) -> None:
    zoe = known(acme, "zoe@example.test", "u-1")
    said(zoe, "long ago", "old", days=40), said(zoe, "just now", "new")
    now = timezone.now()
    assert expired(workspace_id=acme.id, kind="voices", now=now) == {}
    retention.keep_for(workspace_id=acme.id, days={"voices": 30}, actor_id=alice.user.id, now=now)
    assert expired(workspace_id=acme.id, kind="voices", now=now) == {"listen.Voice": 1}
    assert forget_expired(now=now) == {"listen.Voice": 1}
    assert forget_expired(now=now) == {}
    rows = Voice.objects.in_workspace(acme.id).order_by("said_at").values_list("text", "score", "customer_id")
    assert list(rows) == [("", 9, zoe.id), ("just now", 9, zoe.id)]


def test_the_console_asks_twice_and_guards_by_role(acme: Workspace, alice: Member, bob: Member, client: Client) -> None:
    zoe = known(acme, "zoe@example.test", "u-1000")
    page = f"/customers/{zoe.key}/erasure"
    client.force_login(bob.user)
    assert client.get(page).status_code == 403
    client.force_login(alice.user)
    assert (
        'type="checkbox" name="never_again" class="checkbox checkbox-sm"'
        in client.get(f"{page}?at_once=1").content.decode()
    )
    assert client.post(page, {"typed": "yes"}).status_code == 422
    assert Erasure.objects.in_workspace(acme.id).count() == 0
    answer = client.post(page, {"typed": "erase", "never_again": "on"})
    erasure = Erasure.objects.in_workspace(acme.id).get()
    assert answer.headers["Location"] == f"/settings/erasures/{erasure.reference}"
    told = json.dumps(list(AuditEntry.objects.in_workspace(acme.id).values_list("subject", "detail")))
    assert erasure.reference in told
    assert zoe.key not in told
    assert client.get(f"/settings/erasures/{erasure.reference}").status_code == 200
    assert client.get("/settings/erasures").status_code == 200
    assert client.get("/settings/retention").status_code == 200
    assert client.post("/settings/retention", {"voices": "0"}).status_code == 422
    assert client.post("/settings/retention", {"voices": "700"}).status_code == 302
    assert client.get(f"/customers/{zoe.key}/access-export").headers["Content-Type"] == "application/zip"


def test_names_are_found_in_forms_and_in_escaped_json(acme: Workspace) -> None:
    zoe, max_ = known(acme, "zoe@example.test", "客户-左伊-一"), known(acme, "max@example.test", "u-10001")
    voice = said(max_, "mail=zoe%40example.test&x=1", "a")
    Voice.objects.in_workspace(acme.id).filter(pk=voice.pk).update(attributes={"friend": "客户-左伊-一"})
    done = gone(zoe)
    voice.refresh_from_db()
    assert (voice.text, voice.attributes) == ("mail=[erased]&x=1", {"friend": "[erased]"})
    assert done.removed["listen.Voice"] == {"struck_out": 1}


def test_an_export_that_is_being_written_leaves_no_file(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    zoe = known(acme, "zoe@example.test", "u-1000")
    person = person_of(workspace_id=acme.id, customer_id=zoe.id)
    row = exports.ask(
        workspace_id=acme.id, table="customers", format_name="csv", filters={}, actor_id=None, now=timezone.now()
    )

    def slow(path: Path, *_: object, **__: object) -> None:
        path.write_text("zoe@example.test")
        assert erase_exports(person=person, now=timezone.now()) == 1
        path.write_text("zoe@example.test")  # its last batch

    monkeypatch.setitem(exports.WRITERS, "csv", slow)
    with pytest.raises(exports.ExportStoppedError):
        exports.write(row=row, now=timezone.now())
    row.refresh_from_db()
    assert row.state == "expired"
    assert not any(path.exists() for path in (exports.path_of(row=row), exports.part_of(row=row)))


def test_others_files_are_unpacked_once(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gigabyte of attachments is looked through once, not before and after and once more for the certificate."""
    zoe, max_ = known(acme, "zoe@example.test", "u-1000"), known(acme, "max@example.test", "u-10001")
    content = gzip.compress(b"nobody")
    VoiceFile.objects.create(
        workspace=acme, voice=said(max_, "See"), key="a", name="a", type="x", size=1, content=content,
        received_at=timezone.now(),
    )  # fmt: skip
    unpacked: list[bytes] = []
    parts = packed._parts

    def counting(data: bytes, room: packed._Room) -> Iterator[bytes]:
        unpacked.append(data)
        return parts(data, room)

    monkeypatch.setattr(packed, "_parts", counting)
    assert gone(zoe).unread == []
    assert unpacked.count(content) == 1


def test_a_preview_looks_through_the_newest_rows_of_a_large_table(
    acme: Workspace, alice: Member, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page must not read millions of events; the erasure itself reads all."""
    zoe, max_ = known(acme, "zoe@example.test", "u-1000"), known(acme, "max@example.test", "u-10001")
    rows = [
        Event.objects.create(
            workspace=acme, customer=max_, ts=timezone.now(), received_at=timezone.now(), type="track", name="x",
            message_key=str(number), properties={"with": "zoe@example.test"},
        )
        for number in range(5)
    ]  # fmt: skip
    whole = preview(workspace_id=acme.id, customer_id=zoe.id)
    assert (whole.mentioned["events.Event"], whole.partly) == (5, [])
    monkeypatch.setattr(erasing, "LOOKED_AT", 3)
    found = preview(workspace_id=acme.id, customer_id=zoe.id)
    assert found.mentioned["events.Event"] == 3
    assert "events.Event" in found.partly
    client.force_login(alice.user)
    page = client.get(f"/customers/{zoe.key}/erasure", {"at_once": 1}).content.decode()
    assert "Of these only the newest 3 rows were looked through" in page
    assert gone(zoe).removed["events.Event"] == {"struck_out": len(rows)}
