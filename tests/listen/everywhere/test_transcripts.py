"""Chats and calls: one voice each, the customer's words alone, from API and files, shown masked."""

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Identifier
from allears.customers.personal import personal_table
from allears.customers.rights.person import Person as Someone
from allears.customers.rights.showing import access_export
from allears.customers.rights.tables import erase_rows
from allears.events.imports.errors import ImportUseError
from allears.events.models import Import
from allears.jobs.models import Job
from allears.listen import originals, repeats
from allears.listen.models import Turn, TurnOriginal, Voice, VoiceOriginal
from allears.respond.actions.opening import open_case, open_for_voice
from tests import builders
from tests.conftest import Person
from tests.imports.conftest import Importer
from tests.kit.test_dialogue import VTT
from tests.listen.test_api import caller, post

TURNS = [
    {"speaker": "bot", "text": "Welcome"},
    {"speaker": "customer", "text": "My lamp is broken, call me on 13812345678", "at": "2026-03-01T10:00:00Z"},
    {"speaker": "客服小李", "text": "Terrible, awful, I hate it. Is 13812345678 right?"},
    {"speaker": "customer", "text": "Yes"},
]


@pytest.fixture
def api(acme: Workspace) -> Client:
    return caller(acme)


@pytest.fixture
def importer(acme: Workspace, tmp_path: Any, settings: Any) -> Importer:
    settings.DATA_DIR = tmp_path / "data"
    return Importer(workspace=acme, folder=tmp_path)


def told(workspace: Workspace) -> list[tuple[str, str]]:
    rows = Turn.objects.in_workspace(workspace.pk).order_by("voice_id", "number")
    return list(rows.values_list("speaker", "text"))


def test_only_the_customers_words_are_the_voice(api: Client, acme: Workspace) -> None:
    body = {"turns": TURNS, "source_kind": "call", "channel": "hotline", "email": "zoe@example.test"}
    first = post(api, "/transcripts", body, idempotency_key="t1")
    assert first.status_code == 201, first.content
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert voice.text == f"My lamp is broken, call me on {'*' * 11}\nYes"
    assert originals.words_of(voice) == "My lamp is broken, call me on 13812345678\nYes"
    assert (voice.source_kind, voice.initiator, voice.public, voice.channel) == ("call", "customer", False, "hotline")
    assert voice.customer is not None
    assert voice.customer.email == "zoe@example.test"
    assert voice.said_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert post(api, "/transcripts", body, idempotency_key="t1").json()["id"] == voice.pk
    other = {**body, "turns": [*TURNS, {"speaker": "customer", "text": "Hello?"}]}
    assert post(api, "/transcripts", other, idempotency_key="t1").status_code == 422
    turns = api.get(f"/api/v1/voices/{voice.pk}/turns").json()
    assert [(each["speaker"], each["name"]) for each in turns] == [
        ("bot", ""), ("customer", ""), ("agent", "客服小李"), ("customer", ""),
    ]  # fmt: skip
    assert turns[2]["text"] == f"Terrible, awful, I hate it. Is {'*' * 11} right?"
    assert Job.objects.filter(task="allears.respond.jobs.open_case").count() == 1


def test_text_is_read_and_what_is_none_is_refused(api: Client, acme: Workspace) -> None:
    assert post(api, "/transcripts", {"text": VTT, "source_kind": "call"}).json()["text"] == (
        "My lamp arrived broken & late."
    )
    for body, field in (
        ({"text": "no transcript"}, "text"),
        ({"turns": [{"speaker": "agent", "text": "Hi"}]}, "turns"),
        ({"turns": [{"speaker": "Zoe", "text": "Hi"}, {"speaker": "Bob", "text": "Hi"}]}, "turns"),
    ):
        wrong = post(api, "/transcripts", body)
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, field)
    assert Voice.objects.in_workspace(acme.pk).count() == 1


SHANGHAI = "张伟 2026/3/20 10:01:22\n沙发还没到\n\n客服小王 2026/3/20 10:02:00\n您好，稍等\n"
AMBIGUOUS = "[05/03/2026, 10:00] Zoe: It is late\n[05/03/2026, 10:01] Acme Support: Sorry\n"
SILENT = "1\n00:00:00,000 --> 00:00:02,000\nHow can I help\n\n2\n00:00:02,000 --> 00:00:04,000\nMy order is late\n"


def test_a_text_keeps_the_times_that_it_tells(api: Client, acme: Workspace) -> None:
    Workspace.objects.filter(pk=acme.pk).update(timezone="Asia/Shanghai")
    chat = post(api, "/transcripts", {"text": SHANGHAI}).json()
    turns = api.get(f"/api/v1/voices/{chat['id']}/turns").json()
    assert [each["at"] for each in turns] == ["2026-03-20T02:01:22Z", "2026-03-20T02:02:00Z"]
    assert chat["said_at"] == "2026-03-20T02:01:22Z"
    call = post(api, "/transcripts", {"text": VTT, "said_at": "2026-03-20T08:00:00Z"}).json()
    heard = [each["at"] for each in api.get(f"/api/v1/voices/{call['id']}/turns").json()]
    assert call["said_at"] == "2026-03-20T08:00:00Z"
    assert heard == sorted(heard)
    assert {each[:15] for each in heard} == {"2026-03-20T08:0"}
    doubtful = post(api, "/transcripts", {"text": AMBIGUOUS}).json()
    assert [each["at"] for each in api.get(f"/api/v1/voices/{doubtful['id']}/turns").json()] == [None, None]
    wrong = post(api, "/transcripts", {"text": SILENT})
    assert (wrong.status_code, "does not say who speaks" in wrong.json()["detail"]) == (422, True)


CSV = (
    "chat_id,time,speaker,message,customer_email\n"
    "c1,2026-03-01 10:00,agent,How can I help you today?,\n"
    "c1,2026-03-01 10:01,customer,The lamp is broken,zoe@example.test\n"
    "c2,2026-03-01 11:00,customer,Where is my order,ada@example.test\n"
    "c1,2026-03-01 10:02,customer,And it was late,zoe@example.test\n"
    "c2,2026-03-01 11:01,Mr X,A third one,\n"
    "c2,2026-03-01 11:02,agent,On its way,\n"
    "c3,2026-03-01 12:00,nobody,Who speaks here,\n"
    "c3,2026-03-01 12:00,another,Nor here,\n"
)


def test_a_row_for_each_turn(importer: Importer) -> None:
    row = importer.load(importer.file("chats.csv", CSV), "transcripts")
    assert (row.rows_read, row.rows_good, row.rows_repeated, row.rows_bad) == (8, 5, 0, 3)
    voices = Voice.objects.in_workspace(importer.workspace.pk).order_by("said_at")
    assert [(each.text, each.source_kind, each.customer.identifiers.get().value) for each in voices] == [
        ("The lamp is broken\nAnd it was late", "chat", "zoe@example.test"),
        ("Where is my order", "chat", "ada@example.test"),
    ]
    again = importer.load(importer.file("again.csv", CSV), "transcripts")
    assert (again.rows_good, again.rows_repeated, again.rows_bad) == (0, 5, 3)
    assert Turn.objects.in_workspace(importer.workspace.pk).count() == 5


def test_a_file_that_has_grown_adds_to_the_same_voice(importer: Importer) -> None:
    importer.load(importer.file("chats.csv", CSV), "transcripts")
    grown = importer.load(
        importer.file("more.csv", CSV + "c1,2026-03-01 10:03,customer,Thank you,zoe@example.test\n"), "transcripts"
    )
    assert (grown.rows_good, grown.rows_repeated) == (1, 5)
    first = Voice.objects.in_workspace(importer.workspace.pk).order_by("said_at").first()
    assert first is not None
    assert first.text == "The lamp is broken\nAnd it was late\nThank you"
    other = CSV.replace("lamp", "sofa").replace("03-01", "04-01")  # another file that counts from c1 again
    importer.load(importer.file("april.csv", other), "transcripts")
    assert Voice.objects.in_workspace(importer.workspace.pk).filter(text__contains="sofa").count() == 1
    assert Voice.objects.in_workspace(importer.workspace.pk).count() == 4


def test_what_is_blotted_in_a_file_is_sealed_and_grows_with_it(importer: Importer) -> None:
    rows = (
        "conversation,time,speaker,message\n"
        "c1,2026-03-01 10:00,agent,Who speaks?\n"
        "c2,2026-03-01 10:00,agent,And who are you\n"
        "c3,2026-03-01 10:00,agent,And you\n"
        "c1,2026-03-01 10:01,Ottokar Pfannen,Ottokar; call 13812345678\n"
    )
    more = "c1,2026-03-01 10:02,agent,Mr Pfannen?\nc1,2026-03-01 10:03,Ottokar Pfannen,Or 13912345678\n"
    importer.load(importer.file("chats.csv", rows), "transcripts")
    grown = importer.load(importer.file("more.csv", rows + more), "transcripts")
    assert (grown.rows_good, grown.rows_repeated, grown.rows_bad) == (2, 4, 0)
    voice = Voice.objects.in_workspace(importer.workspace.pk).exclude(text="").get()
    assert voice.text == f"{'*' * 7}; call {'*' * 11}\nOr {'*' * 11}"
    assert voice.hidden == [[0, 7, "name"], [14, 25, "phone"], [29, 40, "phone"]]
    assert originals.words_of(voice) == "Ottokar; call 13812345678\nOr 13912345678"
    assert VoiceOriginal.objects.in_workspace(importer.workspace.pk).count() == 1
    turns = list(Turn.objects.in_workspace(importer.workspace.pk).filter(voice=voice).order_by("number"))
    assert [(turn.name, turn.text) for turn in turns] == [
        ("", "Who speaks?"), ("*" * 15, f"{'*' * 7}; call {'*' * 11}"),
        ("", f"Mr {'*' * 7}?"), ("*" * 15, f"Or {'*' * 11}"),
    ]  # fmt: skip
    assert TurnOriginal.objects.in_workspace(importer.workspace.pk).count() == 3
    assert list(originals.turns_said_by(turns).values()) == [
        {"text": "Ottokar; call 13812345678", "name": "Ottokar Pfannen"},
        {"text": "Mr Pfannen?"},
        {"text": "Or 13912345678", "name": "Ottokar Pfannen"},
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("call.vtt", VTT),
        ("call.txt", "Agent Bob: Good morning\nCustomer: My lamp arrived broken & late.\n"),
        ("call.json", '{\n "id": "x9",\n "messages": [\n {"role": "agent", "content": "Good morning"},\n'
         ' {"role": "user", "content": "My lamp arrived broken & late."}]}'),
        ("calls.jsonl", '{"id": "x9", "turns": [{"speaker": "agent", "text": "Good morning"},'
         ' {"speaker": "customer", "text": "My lamp arrived broken & late."}]}\n'),
    ],
)  # fmt: skip
def test_a_transcript_by_itself_is_one_voice(importer: Importer, name: str, content: str) -> None:
    row = importer.load(importer.file(name, content), "transcripts")
    assert (row.rows_good, row.rows_bad) == (2, 0)
    voice = Voice.objects.in_workspace(importer.workspace.pk).get()
    assert voice.text == "My lamp arrived broken & late."
    assert [speaker for speaker, _ in told(importer.workspace)] == ["agent", "customer"]


def test_a_chat_that_whatsapp_wrote_out_keeps_its_days(importer: Importer) -> None:
    content = (
        "25/03/2026, 23:58 - Messages and calls are end-to-end encrypted.\n25/03/2026, 23:59 - Acme Support: Hello\n"
        "25/03/2026, 23:59 - Ottokar Pfannen: My lamp\nis broken\n26/03/2026, 00:01 - Acme Support: Sorry\n"
    )
    row = importer.load(importer.file("chat.txt", content), "transcripts")
    assert (row.rows_good, row.rows_bad) == (3, 0)
    voice = Voice.objects.in_workspace(importer.workspace.pk).get()
    assert voice.text == "My lamp\nis broken"
    assert [turn.at and turn.at.day - voice.said_at.day for turn in voice.turns.order_by("number")] == [0, 0, 1]
    assert (voice.said_at.year, voice.said_at.month) == (2026, 3)


def test_as_another_kind_turns_are_no_voices(importer: Importer) -> None:
    kept = importer.load(
        importer.file("said.jsonl", '{"text": "Broken", "messages": [{"text": "a"}, {"text": "b"}]}\n'), "voices"
    )
    assert (kept.rows_read, kept.rows_good) == (1, 1)
    with pytest.raises(ImportUseError, match="Import it as chats and calls"):
        importer.load(importer.file("call.vtt", VTT), "voices")


def test_conversations_of_the_same_name_in_two_files_have_nothing_to_do_with_each_other(
    importer: Importer, alice: Person
) -> None:
    rows = "conversation,speaker,text\n1,agent,Hello\n1,customer,"
    for word in ("lamp", "sofa"):
        importer.load(
            importer.file(f"{word}.csv", f"{rows}My {word} is broken\n".replace("Hello", f"Hello {word}")),
            "transcripts",
        )
    lamp, sofa = Voice.objects.in_workspace(importer.workspace.pk).order_by("id")
    assert repeats.in_thread(lamp) == []
    who: dict[str, Any] = {"workspace_id": importer.workspace.pk, "now": timezone.now()}
    assert open_for_voice(**who, voice_id=lamp.pk, owner=alice.membership).number == 1
    assert open_case(**who, voice_id=sofa.pk) is None


def test_the_page_shows_all_turns_masked(alice: Person, bob: Person, api: Client, client: Client) -> None:
    made = post(api, "/transcripts", {"turns": TURNS}).json()
    client.force_login(alice.user)
    page = client.get(f"/listen/voices/{made['id']}").content.decode()
    assert "turn-agent" in page
    assert "Is " in page
    assert "13812345678" not in page
    shown = client.post(f"/listen/voices/{made['id']}/disclosure").content.decode()
    assert shown.count("13812345678") >= 2
    client.force_login(bob.user)
    assert client.post(f"/listen/voices/{made['id']}/disclosure").status_code == 403


def test_erasure_and_export_know_the_turns(api: Client, acme: Workspace) -> None:
    post(api, "/transcripts", {"turns": TURNS, "email": "zoe@example.test"})
    customer = builders.customer(workspace=acme, email="ada@example.test")
    post(api, "/transcripts", {"turns": TURNS, "email": "ada@example.test"})
    zoe = Identifier.objects.in_workspace(acme.pk).get(value="zoe@example.test").customer
    packed = access_export(workspace_id=acme.pk, customer_id=zoe.pk, now=timezone.now())
    with zipfile.ZipFile(io.BytesIO(packed)) as export:
        assert "Terrible, awful" in export.read("data.json").decode()
        assert "Is 13812345678 right?" in export.read("files/words-as-said.json").decode()
    table = personal_table("listen.Turn")
    assert table is not None
    erase_rows(table, Someone(workspace_id=acme.pk, ids=(zoe.pk,), keys=(zoe.key,), names=("zoe@example.test",)))
    assert Turn.objects.in_workspace(acme.pk).filter(voice__customer=zoe).count() == 0
    assert Turn.objects.in_workspace(acme.pk).count() == 4
    assert customer.pk != zoe.pk


COUNTED = "Speaker 1: {0}\nSpeaker 2: My lamp is late\nSpeaker 1: Goodbye"


def test_counted_speakers_are_told_apart_by_their_words_or_named_by_whom_sends_them(
    api: Client, acme: Workspace
) -> None:
    told_by_words = post(api, "/transcripts", {"text": COUNTED.format("How can I help? Let me check.")})
    assert (told_by_words.status_code, told_by_words.json()["text"]) == (201, "My lamp is late")
    unclear = {"text": COUNTED.format("Good day")}
    refused = post(api, "/transcripts", unclear)
    assert refused.status_code == 422
    assert "customer_speaker" in refused.json()["detail"]
    stranger = post(api, "/transcripts", {**unclear, "customer_speaker": "Zoe"})
    assert stranger.json()["errors"][0]["pointer"] == "customer_speaker"
    assert "“Speaker 1”, “Speaker 2”" in stranger.json()["detail"]
    kept = post(api, "/transcripts", {**unclear, "customer_speaker": "Speaker 2"}, idempotency_key="c")
    assert kept.json()["text"] == "My lamp is late"
    again = post(api, "/transcripts", {**unclear, "customer_speaker": "Speaker 2"}, idempotency_key="c")
    assert again.json()["id"] == kept.json()["id"]
    assert told(acme)[-3:] == [("agent", "Good day"), ("customer", "My lamp is late"), ("agent", "Goodbye")]


def test_the_page_of_an_import_asks_who_speaks_where_words_do_not_tell(
    alice: Person, client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    client.force_login(alice.user)
    file = io.BytesIO(COUNTED.format("Good day").encode())
    file.name = "call.txt"
    page = client.post("/imports/upload", {"file": file, "kind": "transcripts"})["Location"]
    shown = client.get(page).content.decode()
    assert shown.count("not clear: please choose") == 2
    fields = {f"column.{name}": name for name in ("conversation", "speaker", "text")}
    chosen = {"speaker_name": ["Speaker 1", "Speaker 2"], "speaker_side": ["agent", "customer"]}
    client.post(f"{page}/mapping", {**fields, **chosen})
    assert '<option value="customer" selected>' in client.get(page).content.decode()
    row = Import.objects.across_workspaces().get()
    assert row.mapping["fields"]["speaker"]["values"] == {"Speaker 1": "agent", "Speaker 2": "customer"}
    client.post(f"{page}/mapping", {**fields, "speaker_name": ["Speaker 1", "Speaker 2"], "speaker_side": ["", ""]})
    row.refresh_from_db()
    assert "values" not in row.mapping["fields"]["speaker"]
