"""Clients of other protocols, unmodified: CloudEvents, PostHog, and SDKs in a browser on a foreign site."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
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


@pytest.fixture
def site(sdks: Path) -> Iterator[str]:
    """Another site: the address of a page that may load the SDKs' bundles."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sdks))) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        (sdks / "empty.html").write_text("<!doctype html><title>Shop</title>")
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


SEGMENT = """
async ({ host, key, batching }) => {
  const integration = { apiKey: key, apiHost: `${host}/v1`, protocol: "http" };
  if (batching) integration.deliveryStrategy = { strategy: "batching", config: { size: 3, timeout: 200 } };
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({
    writeKey: key, cdnSettings: { integrations: { "Segment.io": integration } },
  });
  await analytics.page("Shop");
  await analytics.track("web_seen", { at: 1 });
  await analytics.identify("web-user", { email: "web@example.test" });
  await analytics.track("web_paid", { at: 2 });
  await analytics.group("acme", { name: "Acme" });
}
"""


@pytest.mark.parametrize("batching", [False, True])
def test_segment_in_a_browser(server: AllEars, site: str, browser: Browser, batching: bool) -> None:  # noqa: F811
    context = browser.new_context()
    page = context.new_page()
    sent: list[tuple[str, str]] = []
    page.on("request", lambda request: sent.append((request.url, request.headers.get("content-type", ""))))
    page.goto(f"{site}/empty.html")
    page.add_script_tag(url=f"{site}/node_modules/@segment/analytics-next/dist/umd/index.js")
    host = server.url.removeprefix("http://")
    page.evaluate(SEGMENT, {"host": host, "key": server.write_key, "batching": batching})
    wait_until(lambda: sum(types_of(server).values()) >= 5, seconds=20, what=f"five events; sent {sent}")
    context.close()
    assert types_of(server) == {"track": 2, "identify": 1, "page": 1, "group": 1}
    assert {kind for url, kind in sent if "/v1/" in url} == {"text/plain"}
    assert len(rows(server, "SELECT DISTINCT customer_id FROM events_event")) == 1
    assert rows(server, "SELECT email FROM customers_customer WHERE merged_into_id IS NULL") == [("web@example.test",)]


POSTHOG = """
({ host, key }) => new Promise((resolve) => window.posthog.init(key, {
  api_host: host, autocapture: false, disable_session_recording: true, opt_out_useragent_filter: true,
  loaded: (posthog) => {
    posthog.capture("ph_seen", { at: 1 });
    posthog.identify("ph-web", { email: "phweb@example.test" });
    posthog.capture("ph_paid", { at: 2 });
    posthog.group("company", "acme", { name: "Acme" });
    resolve(null);
  },
}))
"""


def test_posthog_in_a_browser(server: AllEars, site: str, browser: Browser) -> None:  # noqa: F811
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}/empty.html")
    page.add_script_tag(url=f"{site}/node_modules/posthog-js/dist/array.full.js")
    page.evaluate(POSTHOG, {"host": server.url, "key": server.write_key})
    arrived(server, "ph_paid", 1)
    wait_until(lambda: types_of(server)["group"] == 1, seconds=10, what="the group")
    context.close()
    found = types_of(server)
    assert (found["identify"], found["page"], found["group"]) == (1, 1, 1)
    assert len(rows(server, "SELECT DISTINCT customer_id FROM events_event")) == 1
