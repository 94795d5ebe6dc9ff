"""What a page weighs: on the wire, and for each voice that stands on it."""

import gzip

from django.test import Client
from tests.conftest import Person
from tests.listen.test_wall import say

from allears.listen.models import Voice


def client_of(person: Person, *, encoding: str = "gzip") -> Client:
    client = Client(headers={"Accept-Encoding": encoding})  # type: ignore[arg-type]
    client.force_login(person.user)
    return client


def test_a_page_is_packed_for_whoever_unpacks_it(alice: Person) -> None:
    for number in range(10):
        say(alice, f"Nobody came, for the {number}th time", number)
    packed = client_of(alice).get("/listen?view=all")
    plain = client_of(alice, encoding="identity").get("/listen?view=all")
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content).count(b"<article") == plain.content.count(b"<article") == 10
    assert len(packed.content) * 4 < len(plain.content)


def test_what_is_no_page_or_streams_is_left_as_it_is(alice: Person) -> None:
    client = client_of(alice)
    stream = client.get("/listen/stream")
    assert stream.streaming
    assert "Content-Encoding" not in stream
    stream.close()
    assert "Content-Encoding" not in client.get("/schemas/survey.json")


def test_a_voice_on_the_wall_is_light(alice: Person) -> None:
    """Fifty of them are on a page."""
    client = client_of(alice, encoding="identity")
    say(alice, "one", 1)
    one = len(client.get("/listen?view=all").content)
    say(alice, "two", 2)
    assert Voice.objects.in_workspace(alice.workspace.pk).count() == 2
    assert len(client.get("/listen?view=all").content) - one < 2_100
