"""Clients of other protocols, unmodified: CloudEvents, PostHog, Jitsu and RudderStack's for Node."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.sdk.test_sdks import COUNT, arrived, rows, server  # noqa: F401 - a fixture
from tests.support.processes import wait_until
from tests.support.server import AllEars

pytestmark = pytest.mark.sdk
FOLDER = Path(__file__).parent / "doors"


@pytest.fixture(scope="module")
def sdks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDKs of the lock file (``npm ci`` does not bear what its optional parts leave out of it)."""
    folder = tmp_path_factory.mktemp("sdk") / "doors"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "install", "--ignore-scripts", "--omit=optional"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    return folder


def run_node(folder: Path, script: str, server: AllEars, count: int) -> None:  # noqa: F811
    command = ["node", script, server.url, server.write_key, str(count)]
    sent = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=90, check=False)
    assert sent.returncode == 0, sent.stdout + sent.stderr


def types_of(server: AllEars) -> Counter[str]:  # noqa: F811
    return Counter(row[0] for row in rows(server, "SELECT type FROM events_event"))


def test_rudder_sdk_node(server: AllEars, sdks: Path) -> None:  # noqa: F811
    run_node(sdks, "rudder.mjs", server, COUNT)
    arrived(server, "rudder_node_tracked", COUNT)
    assert types_of(server) == {"track": COUNT, "identify": 1}
    assert rows(server, "SELECT email FROM customers_customer") == [("rudder-node@example.test",)]


def test_posthog_node(server: AllEars, sdks: Path) -> None:  # noqa: F811
    run_node(sdks, "posthog.mjs", server, COUNT)
    arrived(server, "ph_node_tracked", COUNT)
    assert types_of(server) == {"track": COUNT, "identify": 1, "group": 1}


def test_cloudevents_node(server: AllEars, sdks: Path) -> None:  # noqa: F811
    run_node(sdks, "cloudevents.mjs", server, 20)
    arrived(server, "ce_node_paid", 20)


def test_jitsu(server: AllEars, sdks: Path) -> None:  # noqa: F811
    run_node(sdks, "jitsu.mjs", server, 40)
    arrived(server, "jitsu_tracked", 40)
    wait_until(lambda: types_of(server)["group"] == 2, seconds=10, what="the groups")
    assert types_of(server) == {"track": 40, "identify": 2, "page": 2, "group": 2}
    emails = rows(server, "SELECT email FROM customers_customer WHERE merged_into_id IS NULL")
    assert emails == [("jitsu@example.test",)]


@pytest.mark.parametrize("gzip", [False, True])
def test_posthog_python(server: AllEars, gzip: bool) -> None:  # noqa: F811
    from posthog import Posthog

    failures: list[Any] = []
    client = Posthog(server.write_key, host=server.url, gzip=gzip, on_error=lambda error, _: failures.append(error))
    client.set(distinct_id="ph-user", properties={"email": "ph@example.test"})
    for at in range(COUNT):
        client.capture(
            "ph_tracked", distinct_id="ph-user", properties={"at": at}, uuid=f"00000000-0000-4000-8000-{at:012}"
        )
        if at % 5 == 0:
            client.capture("ph_tracked", distinct_id="ph-user", uuid=f"00000000-0000-4000-8000-{at:012}")
    client.capture("$pageview", distinct_id="ph-user", properties={"$current_url": "https://shop.test/"})
    client.alias("ph-before", "ph-user")
    client.group_identify("company", "acme", {"name": "Acme"}, distinct_id="ph-user")
    assert client.get_all_flags("ph-user") == {}
    client.shutdown()
    assert failures == []
    arrived(server, "ph_tracked", COUNT)
    wait_until(lambda: types_of(server)["group"] == 1, seconds=10, what="the group")
    assert types_of(server) == {"track": COUNT, "identify": 1, "page": 1, "alias": 1, "group": 1}


def test_cloudevents_python(server: AllEars) -> None:  # noqa: F811
    from cloudevents.core.bindings.http import to_binary_event, to_structured_event
    from cloudevents.core.v1.event import CloudEvent

    key = httpx.BasicAuth(server.write_key, "")
    address = f"{server.url}/v1/cloudevents"
    for at in range(20):
        attributes = {"id": f"py-{at}", "source": "/shop", "type": "ce_paid", "subject": "ce-user", "region": "north"}
        event = CloudEvent(attributes, {"at": at})
        for write in (to_binary_event, to_structured_event, to_binary_event):
            message = write(event)
            answer = httpx.post(address, content=message.body, headers=message.headers, auth=key)
            assert answer.status_code == 200, answer.text
    arrived(server, "ce_paid", 20)
