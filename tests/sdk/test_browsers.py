"""SDKs of browsers, their unmodified bundles, in a real Chromium on a page of another site."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.sdk.test_sdks import rows
from tests.support.processes import wait_until
from tests.support.server import AllEars, ServerFactory

pytestmark = [pytest.mark.sdk, pytest.mark.browser]
FOLDER = Path(__file__).parent / "doors"
SHOP = "<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,>"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of another site, which serves a page and the bundles of the lock file."""
    folder = tmp_path_factory.mktemp("site") / "shop"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "install", "--ignore-scripts", "--omit=optional"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    (folder / "shop.html").write_text(SHOP)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()


@pytest.fixture
def server(allears_server: ServerFactory) -> AllEars:
    return allears_server()


class Visit:
    """A page of the other site, and what its browser sent to All Ears, preflights too (Playwright hides those)."""

    def __init__(self, page: Page, server: AllEars) -> None:
        self.page, self.server = page, server
        self.sent: list[tuple[str, str, str]] = []  # method, path, type of the body
        self.statuses: Counter[int] = Counter()
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        wire = page.context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", self._request)
        wire.on("Network.responseReceived", self._response)
        wire.send("Network.enable")

    def _request(self, seen: dict[str, Any]) -> None:
        request = seen["request"]
        if request["url"].startswith(self.server.url):
            headers = {name.lower(): value for name, value in request["headers"].items()}
            path = request["url"].removeprefix(self.server.url).partition("?")[0]
            self.sent.append((request["method"], path, headers.get("content-type", "")))

    def _response(self, seen: dict[str, Any]) -> None:
        if seen["response"]["url"].startswith(self.server.url):
            self.statuses[seen["response"]["status"]] += 1

    def preflights(self) -> int:
        return sum(method == "OPTIONS" for method, _path, _kind in self.sent)

    def types(self) -> set[str]:
        return {kind for method, _path, kind in self.sent if method == "POST"}


@pytest.fixture
def visit(server: AllEars, site: str, browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    page = context.new_page()
    seen = Visit(page, server)
    page.goto(f"{site}/shop.html")
    yield seen
    context.close()


def stored_once(visit: Visit, *, wanted: dict[tuple[str, str], int], email: str) -> None:
    """Exactly these, of one customer, who is the visitor that became the user; and no more of them come."""
    server = visit.server

    def types_and_names() -> Counter[tuple[Any, ...]]:
        return Counter(rows(server, "SELECT type, name FROM events_event"))

    count = sum(wanted.values())
    wait_until(lambda: types_and_names().total() >= count, seconds=30, what=f"{count} events; sent: {visit.sent}")
    visit.page.wait_for_timeout(1500)  # longer than the SDKs wait with a queue or before a second attempt
    assert types_and_names() == wanted
    assert rows(server, "SELECT reason FROM events_quarantinedrow") == []
    assert rows(server, "SELECT count(DISTINCT customer_id) FROM events_event") == [(1,)]
    assert rows(server, "SELECT email FROM customers_customer WHERE merged_into_id IS NULL") == [(email,)]
    assert visit.errors == []


def identifiers(server: AllEars) -> set[tuple[str, str]]:
    query = """
        SELECT i.kind, i.value FROM customers_identifier i
        JOIN customers_customer c ON c.id = i.customer_id AND c.merged_into_id IS NULL
    """
    return set(rows(server, query))


SEGMENT = """
async ({ server, key, strategy }) => {
  const integration = { apiHost: `${new URL(server).host}/v1`, protocol: "http", deliveryStrategy: strategy };
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(
    { writeKey: key, cdnSettings: { integrations: { "Segment.io": { apiKey: key } } } },
    { integrations: { "Segment.io": integration } },
  );
  const visitor = analytics.user().anonymousId();
  await analytics.page("Shop");
  await analytics.track("web_seen", { at: 1 });
  await analytics.identify("web-user", { email: "web@example.test" });
  await analytics.track("web_paid", { at: 2 });
  await analytics.group("acme", { name: "Acme" });
  return visitor;
}
"""
STRATEGIES: dict[str, dict[str, Any]] = {
    "each": {},
    "batches": {"strategy": "batching", "config": {"size": 3, "timeout": 300}},
    "json": {"config": {"headers": {"Content-Type": "application/json"}}},
}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_segment_analytics_next(visit: Visit, site: str, strategy: str) -> None:
    visit.page.add_script_tag(url=f"{site}/node_modules/@segment/analytics-next/dist/umd/index.js")
    server = visit.server
    given = {"server": server.url, "key": server.write_key, "strategy": STRATEGIES[strategy]}
    visitor = visit.page.evaluate(SEGMENT, given)
    wanted = {
        ("page", "Shop"): 1, ("track", "web_seen"): 1, ("identify", ""): 1, ("track", "web_paid"): 1, ("group", ""): 1
    }  # fmt: skip
    stored_once(visit, wanted=wanted, email="web@example.test")
    assert {("user_id", "web-user"), ("anonymous_id", visitor)} <= identifiers(server)
    assert visit.types() == {"application/json" if strategy == "json" else "text/plain"}
    assert visit.preflights() > 0
    assert set(visit.statuses) <= {200, 204}


SETTINGS_FIRST = """
async ({ server, key }) => {
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: server });
  await analytics.track("web_seen", { at: 1 });
  await analytics.identify("web-user", { email: "web@example.test" });
}
"""


def test_segment_analytics_next_reads_its_settings_here(visit: Visit, site: str) -> None:
    visit.page.add_script_tag(url=f"{site}/node_modules/@segment/analytics-next/dist/umd/index.js")
    visit.page.evaluate(SETTINGS_FIRST, {"server": visit.server.url, "key": visit.server.write_key})
    stored_once(visit, wanted={("track", "web_seen"): 1, ("identify", ""): 1}, email="web@example.test")


RUDDER = """
({ server, key, options }) => new Promise((resolve) => {
  const rudder = new window.rudderanalytics.RudderAnalytics();
  rudder.load(key, server, { configUrl: server, logLevel: "ERROR", ...options });
  rudder.ready(() => {
    rudder.page("Shop");
    rudder.track("rs_seen", { at: 1 });
    rudder.identify("rs-user", { email: "rs@example.test" });
    rudder.track("rs_paid", { at: 2 });
    rudder.group("acme", { name: "Acme" });
    resolve(rudder.getAnonymousId());
  });
})
"""
HURRY = {"useBeacon": True, "beaconQueueOptions": {"maxItems": 2, "flushQueueInterval": 300}}


@pytest.mark.parametrize("options", [{}, HURRY], ids=["each", "beacon"])
def test_rudderstack_analytics_js(visit: Visit, site: str, options: dict[str, Any]) -> None:
    visit.page.add_script_tag(url=f"{site}/node_modules/@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js")
    server = visit.server
    visitor = visit.page.evaluate(RUDDER, {"server": server.url, "key": server.write_key, "options": options})
    wanted = {
        ("page", "Shop"): 1, ("track", "rs_seen"): 1, ("identify", ""): 1, ("track", "rs_paid"): 1, ("group", ""): 1
    }  # fmt: skip
    stored_once(visit, wanted=wanted, email="rs@example.test")
    assert {("user_id", "rs-user"), ("anonymous_id", visitor)} <= identifiers(server)
    assert set(visit.statuses) <= {200, 204}


POSTHOG = """
({ server, key }) => new Promise((resolve) => window.posthog.init(key, {
  api_host: server, autocapture: false, disable_session_recording: true, opt_out_useragent_filter: true,
  loaded: (posthog) => {
    const visitor = posthog.get_distinct_id();
    posthog.capture("ph_seen", { at: 1 });
    posthog.identify("ph-user", { email: "ph@example.test" });
    posthog.capture("ph_paid", { at: 2 });
    posthog.group("company", "acme", { name: "Acme" });
    resolve(visitor);
  },
}))
"""


@pytest.mark.parametrize("bundle", ["array.full.js", "array.full.no-external.js"])
def test_posthog_js(visit: Visit, site: str, bundle: str) -> None:
    visit.page.add_script_tag(url=f"{site}/node_modules/posthog-js/dist/{bundle}")
    visitor = visit.page.evaluate(POSTHOG, {"server": visit.server.url, "key": visit.server.write_key})
    wanted = {
        ("page", "Shop"): 1, ("track", "ph_seen"): 1, ("identify", ""): 1, ("track", "ph_paid"): 1, ("group", ""): 1
    }  # fmt: skip
    stored_once(visit, wanted=wanted, email="ph@example.test")
    assert {("user_id", "ph-user"), ("anonymous_id", visitor)} <= identifiers(visit.server)
    assert "text/plain" in visit.types()
    assert set(visit.statuses) <= {200, 204}
