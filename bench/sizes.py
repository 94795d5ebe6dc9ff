"""What a customer's telephone must load: sizes beside posthog-js and @formbricks/surveys, and a page on a slow one.

Sizes are after gzip -9, of the files that a page must load before a survey can be shown. The peers come from npm in the
versions of ``bench/_web``, with the house's own settings of npm. The slow telephone is Chromium with its CPU four times
slower and "Slow 3G" as its developer tools have it; a bare HTML form is the floor of the same run.
"""

import gzip
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from tests.support.browser import FLAGS, NARROW
from tests.support.server import AllEars

import allears
from allears.listen import ready_made
from allears.listen.definition import as_json
from bench._servers import installation

PEERS = Path(__file__).parent / "_web"
STATIC = Path(allears.__file__).parent / "web" / "static"
REPEATS = 3
SLOW_CPU = 4
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
WIDE = 44  # characters of a name
BARE = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Bare</title>"
    "<link rel=icon href=data:,><form method=post><p>How likely are you to recommend us?</p>"
    + "".join(f"<label><input type=radio name=q-nps value={n}>{n}</label>" for n in range(11))
    + "<button>Send</button></form></html>"
)
PAINTS = """() => ({
  paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  usable: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
})"""


def packed(*parts: bytes) -> int:
    """Bytes after gzip -9, each part by itself, as each travels."""
    return sum(len(gzip.compress(part, 9, mtime=0)) for part in parts)


@contextmanager
def peers() -> Iterator[Path]:
    """The packages of the lock file, installed."""
    with tempfile.TemporaryDirectory(prefix="allears-sizes-") as folder:
        target = Path(folder) / "web"
        shutil.copytree(PEERS, target, ignore=shutil.ignore_patterns("node_modules"))
        install = ["npm", "install", "--ignore-scripts", "--omit=optional", "--silent"]
        subprocess.run(install, cwd=target, check=True, timeout=300)
        yield target / "node_modules"


def sizes(page: Sequence[bytes]) -> None:
    """Ours and theirs; ``page`` is the hosted page with all that it loads."""
    rows = [
        ("All Ears: widget.js", packed((STATIC / "dist" / "widget.js").read_bytes()), "promise 8 KB"),
        ("All Ears: hosted page, all of it", packed(*page), f"promise 30 KB; {len(page)} requests"),
    ]
    with peers() as modules:
        versions = {name: json.loads((modules / name / "package.json").read_text())["version"] for name in THEIRS}
        for name, files in THEIRS.items():
            folder = modules / name / "dist"
            found = packed(*((folder / each).read_bytes() for each in files))
            rows.append((f"{name} {versions[name]}", found, " + ".join(files)))
    for name, size, note in rows:
        print(f"   {name:<{WIDE}}{size / 1024:8.1f} KB   {note}", flush=True)


THEIRS = {
    "posthog-js": ("array.js", "surveys.js"),  # the loader that every page has, and what it fetches for a survey
    "@formbricks/surveys": ("index.umd.js",),  # without the SDK that fetches it, and without its date picker
}


# The slow telephone


class Bare(BaseHTTPRequestHandler):
    """The floor: one form in one answer."""

    def do_GET(self) -> None:
        body = BARE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def bare() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Bare) as served:
        Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/"
        served.shutdown()


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Milliseconds from the tap on the link."""

    paint: float
    usable: float  # all scripts have run: a tap counts
    kept: float  # the first answer has arrived at the server


def visit(browser: Browser, address: str, answer: Callable[[Any], None]) -> Visit:
    """One visit of a telephone that was never there."""
    context = browser.new_context(viewport=NARROW, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_3G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    page.goto(address, wait_until="domcontentloaded", timeout=60_000)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length", timeout=60_000)
    seen = page.evaluate(PAINTS)
    tapped = time.monotonic()
    with page.expect_response(lambda got: got.request.method == "POST", timeout=60_000):
        answer(page)
    took = 1000 * (time.monotonic() - tapped)
    context.close()
    return Visit(paint=seen["paint"], usable=seen["usable"], kept=max(seen["paint"], seen["usable"]) + took)


def tell(name: str, visits: Sequence[Visit]) -> None:
    middle = {each: statistics.median(getattr(one, each) for one in visits) for each in ("paint", "usable", "kept")}
    told = (("first paint", "paint"), ("usable", "usable"), ("first answer kept", "kept"))
    figures = "   ".join(f"{words} {middle[each] / 1000:5.1f} s" for words, each in told)
    print(f"   {name:<{WIDE}}{figures}   n {len(visits)}", flush=True)


def tap(page: Any) -> None:
    """The nine of the scale."""
    page.evaluate("() => document.querySelector('input[name=q-nps][value=\"9\"]').click()")


def send(page: Any) -> None:
    """The bare form knows no way but to send itself."""
    tap(page)
    page.evaluate("() => document.forms[0].requestSubmit()")


# The survey


def survey_address(server: AllEars) -> str:
    """A shared link of the ready-made NPS survey, made over the API."""
    made = {"key": "sizes", "name": "Sizes", "family": "nps", "definition": as_json(ready_made.NPS.definition)}
    survey = post(server, "/surveys", made)
    token = str(post(server, f"/surveys/{survey['id']}/links", {"name": "Poster"})["url"]).rpartition("/")[2]
    return f"{server.url}/s/{token}"


def post(server: AllEars, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    wanted = urllib.request.Request(f"{server.url}/api/v1{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(wanted, timeout=30) as answer:
        return json.load(answer)


def fetched(server: AllEars, address: str) -> list[bytes]:
    """The page and every file that it names."""

    def get(url: str) -> bytes:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bytes(answer.read())

    page = get(address)
    parts = re.findall(r"""(?:href|src)="(/static/[^"]+)\"""", page.decode())
    return [page, *(get(server.url + part) for part in parts)]


def main() -> None:
    """Sizes first, then the slow telephone."""
    with installation("sqlite") as server, bare() as floor, sync_playwright() as playwright:
        address = survey_address(server)
        sizes(fetched(server, address))
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        tell("floor: a bare HTML form", [visit(browser, floor, send) for _ in range(REPEATS)])
        tell("All Ears: hosted page", [visit(browser, address, tap) for _ in range(REPEATS)])
        browser.close()
