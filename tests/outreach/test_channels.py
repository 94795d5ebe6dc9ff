"""One contract for every channel, with no network: whatever folder is put into ``channels`` is tried here."""

import json
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from allears.customers.models import Customer
from allears.outreach import channels
from allears.outreach.channels.base import DeliveryError, Outgoing
from tests import builders
from tests.support.processes import free_port

FOLDER = Path(channels.__file__).parent
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/adapter.py"))
SAMPLES = [(name, path) for name in NAMES for path in sorted((FOLDER / name / "samples").glob("*.json"))]


def sample(path: Path) -> tuple[Outgoing, dict[str, Any]]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return Outgoing(**told["message"]), told["expect"]


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_is_found_and_tells_about_itself(name: str) -> None:
    assert channels.adapter(name).name == name
    assert (FOLDER / name / "doc.md").read_text(encoding="utf-8").strip()
    assert [each for each, _ in SAMPLES if each == name]


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=lambda value: getattr(value, "stem", value))
def test_samples_reach_the_wire_as_they_should(name: str, path: Path) -> None:
    message, expected = sample(path)
    seen = channels.adapter(name).wire_form(message)
    again = channels.adapter(name).wire_form(message)
    if name != "email":
        assert seen == again
        for words in expected["contains"]:
            assert words in seen.decode()
        return
    mail, repeat = (BytesParser(EmailMessage, policy=policy.default).parsebytes(each) for each in (seen, again))
    assert mail["Message-ID"] == repeat["Message-ID"]
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == [expected["to"]]
    for header, value in expected["headers"].items():
        assert mail[header] == value
    bodies = "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    for words in expected["contains"]:
        assert words in bodies


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_reached_without_an_address(name: str) -> None:
    assert channels.address(name, Customer(email="", phone="")) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_says_what_it_can_carry_and_asks_for_nothing_twice(name: str) -> None:
    adapter = channels.adapter(name)
    assert adapter.capability == channels.capability(name)
    names = [field.name for field in adapter.fields]
    assert len(set(names)) == len(names)
    assert adapter.capability.needs_setup == bool(names)


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=lambda value: getattr(value, "stem", value))
def test_a_peer_that_is_away_is_an_error_to_try_again(name: str, path: Path) -> None:
    message, _ = sample(path)
    if channels.capability(name).present:
        return  # it lies ready at home: no peer can be away
    away = f"127.0.0.1:{free_port()}"
    setup = {field: str(value).replace("127.0.0.1:{port}", away) for field, value in message.setup.items()}
    message = replace(message, setup=setup)
    with override_settings(
        WEBHOOK_ALLOW="127.0.0.1",
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=free_port(),
    ):
        session = channels.adapter(name).session()
        committed: list[int] = []
        with pytest.raises(DeliveryError) as caught:
            session.send(message, committing=lambda: committed.append(1), handed_over=lambda: None)
        session.close()
    assert caught.value.permanent is False
    if name == "email":  # others cannot tell the moment of acceptance apart from the request
        assert committed == []


def test_unknown_channels_reach_nobody_and_say_so(acme: Any) -> None:
    assert channels.address("pigeon", builders.customer(workspace=acme)) == ""
    with pytest.raises(channels.UnknownChannelError, match="email"):
        channels.adapter("pigeon")
