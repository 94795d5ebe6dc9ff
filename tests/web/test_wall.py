"""The wall's page and its stream."""

import asyncio

import pytest
from django.test import AsyncClient, Client
from tests.conftest import Person
from tests.web.objects import voice

from allears.listen.models import Voice
from allears.web import stream


def test_the_wall_says_what_will_be_there(alice: Person, client: Client) -> None:
    client.force_login(alice.user)
    page = client.get("/listen").content.decode()
    assert "Nobody has said anything yet" in page
    assert "None of the voices fits" in client.get("/listen?feeling=negative").content.decode()


def test_odd_filters_show_everything(alice: Person, client: Client) -> None:
    client.force_login(alice.user)
    voice(alice)
    page = client.get("/listen?feeling=x&touchpoint=y&source=z&cursor=no").content.decode()
    assert page.count('class="voice') == 1 + page.count('class="voice-')


@pytest.mark.django_db(transaction=True)
def test_new_voices_arrive_by_the_stream_and_only_to_their_workspace(
    alice: Person, charlie: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAUSE", 0.02)

    async def first_events(person: Person) -> str:
        client = AsyncClient()
        await client.aforce_login(person.user)
        answer = await client.get("/listen/stream")
        assert answer.headers["Content-Type"] == "text/event-stream"
        text, chunks = "", aiter(answer.streaming_content)  # type: ignore[attr-defined]
        while "event: voice" not in text:
            text += (await anext(chunks)).decode()
        await chunks.aclose()
        return text

    async def watch() -> tuple[str, bool]:
        acme = asyncio.create_task(first_events(alice))
        elsewhere = asyncio.create_task(first_events(charlie))
        while len(stream.reader._watchers) < 2 or stream.reader._task is None:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(voice, alice)
        text = await asyncio.wait_for(acme, 5)
        await asyncio.sleep(0.1)
        heard_elsewhere = elsewhere.done()
        elsewhere.cancel()
        return text, heard_elsewhere

    text, heard_elsewhere = asyncio.run(watch())
    assert "I wait." in text
    assert f"id: {Voice.objects.in_workspace(alice.workspace.pk).get().pk}" in text
    assert heard_elsewhere is False
