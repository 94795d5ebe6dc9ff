"""Photos and files with voices: cleaned on the way in, harmless on the way out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.listen import filing
from allears.listen.models import Voice, VoiceFile
from tests.conftest import Person
from tests.kit.test_sniffing import GPS, jpeg, png
from tests.listen.test_api import caller

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def test_the_complaint_form_takes_photos(client: Client, acme: Workspace) -> None:
    told = {"kind": "complaint", "text": "See the photo", "email": "zoe@example.test", "once": "a"}
    sent = client.post("/tell/acme", {**told, "files": [upload("../../my lamp.svg", jpeg()), upload("a.png", png())]})
    assert sent.status_code == 303, sent.content.decode()
    kept = list(VoiceFile.objects.in_workspace(acme.pk).order_by("id"))
    assert [(each.name, each.type) for each in kept] == [
        ("my lamp.svg.jpg", "image/jpeg"), ("a.png", "image/png"),
    ]  # fmt: skip
    assert GPS not in bytes(kept[0].content)
    assert len({each.key for each in kept}) == 2


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("bad.png", SVG)], "“bad.png” could run a program"),
        ([(f"{n}.png", png()) for n in range(6)], "At most 5 files"),
    ],
)
def test_a_bad_file_keeps_nothing_and_says_why(
    client: Client, acme: Workspace, files: list[tuple[str, bytes]], words: str
) -> None:
    told = {"kind": "complaint", "text": "My own words", "lang": "en", "files": [upload(*each) for each in files]}
    answer = client.post("/tell/acme", told)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "My own words" in answer.content.decode()
    assert Voice.objects.in_workspace(acme.pk).count() == 0


def given(workspace: Workspace, content: bytes, name: str) -> VoiceFile:
    voice, _ = Voice.objects.in_workspace(workspace.pk).get_or_create(
        workspace_id=workspace.pk,
        key="v",
        defaults={
            "initiator": "customer",
            "source_kind": "complaint",
            "channel": "web",
            "text": "x",
            "said_at": timezone.now(),
        },
    )
    return filing.add(voice=voice, files=[filing.GivenFile(name=name, content=content)], now=timezone.now())[0]


def test_files_are_sent_so_that_nothing_can_act(alice: Person, charlie: Person, client: Client) -> None:
    photo, note = given(alice.workspace, png(), "a.png"), given(alice.workspace, b"plain words", "note.txt")
    client.force_login(alice.user)
    shown = client.get(f"/listen/files/{photo.pk}?show=1")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert shown["Content-Disposition"] == "inline; filename*=UTF-8''a.png"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    saved = client.get(f"/listen/files/{note.pk}?show=1")
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment;")
    page = client.get(f"/listen/voices/{photo.voice_id}").content.decode()
    assert f"/listen/files/{photo.pk}?show=1" in page
    client.force_login(charlie.user)
    assert client.get(f"/listen/files/{photo.pk}").status_code == 404


def test_the_api_hangs_files_on_a_voice(acme: Workspace) -> None:
    voice = given(acme, png(), "a.png").voice
    api = caller(acme)
    url = f"/api/v1/voices/{voice.pk}/files"
    made = api.post(url, {"files": [upload("b.png", jpeg())]})
    assert (made.status_code, made.json()[0]["type"]) == (201, "image/jpeg")
    assert [each["name"] for each in api.get(url).json()] == ["a.png", "b.png.jpg"]
    assert api.get(f"{url}/{made.json()[0]['id']}")["Content-Disposition"].startswith("attachment;")
    assert api.post(url, {"files": [upload("bad.png", SVG)]}).status_code == 422
    assert api.post(url, {"files": [upload("b.png", png())] * 4}).status_code == 422
    assert voice.files.count() == 2
