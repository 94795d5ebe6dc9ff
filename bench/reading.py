"""One voice read as it comes: `POST /api/v1/annotations` with one text, and from a voice sent in to its labels stored.

The floors are of the same run: the same server, key and connection with a route that reads nothing, and a plain tf-idf
linear model asked for the feeling alone of the same single texts in this process. CPU counts web, worker and analytics.
"""

import http.client
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.support.processes import descendants
from tests.support.server import AllEars

from bench._servers import installation
from bench.idle import cpu_seconds

POSTS = int(os.environ.get("BENCH_POSTS", "150"))  # of each language
VOICES = 40
PROMISE_MS = 50
LANGUAGES = ("en", "zh")


class Client:
    """One kept connection with the installation's key."""

    def __init__(self, server: AllEars) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self._headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's document; anything but success is an error."""
        self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 201, 202), f"{method} {path}: {answer.status} {said[:200]!r}"
        return json.loads(said)


def main() -> None:
    with installation("sqlite") as server:
        client = Client(server)
        for language in LANGUAGES:
            texts = said_in(language)
            for text in texts[:10]:  # the model is loaded with the first
                client.call("POST", "/api/v1/annotations", {"texts": [text]})
            asks = [lambda text=text: client.call("POST", "/api/v1/annotations", {"texts": [text]}) for text in texts]
            line(f"one text, {language}", timed(asks), server, f"promise < {PROMISE_MS} ms")
        nothing = [lambda: client.call("GET", "/api/v1/touchpoints?limit=1")] * POSTS
        line("floor: a route that reads nothing", timed(nothing), server)
        line("a voice sent in until its labels are stored", timed(list(arrivals(client))), server, f"< {PROMISE_MS} ms")
    for language in LANGUAGES:
        alone(language)


def said_in(language: str) -> Sequence[str]:
    """Comments of our own that the shipped weights have not learnt from."""
    from allears.understand.text.training import test_part

    return [each.text for each in test_part("zh" if language == "zh" else "en")[:POSTS]]


def timed(asks: Sequence[Callable[[], Any]]) -> Iterator[float]:
    """Seconds of each."""
    for ask in asks:
        began = time.perf_counter()
        ask()
        yield time.perf_counter() - began


def arrivals(client: Client) -> Iterator[Callable[[], None]]:
    """Voices sent in one after the other, each awaited."""
    for text in [*said_in("en")[: VOICES // 2], *said_in("zh")[: VOICES // 2]]:
        yield lambda text=text: _arrive(client, text)


def _arrive(client: Client, text: str) -> None:
    voice = client.call("POST", "/api/v1/voices", {"text": text})
    until = time.monotonic() + 10
    while not client.call("GET", f"/api/v1/voices/{voice['id']}/annotations")["items"]:
        assert time.monotonic() < until, f"voice {voice['id']} is not read; see the server's log"
        time.sleep(0.002)


def line(what: str, seconds: Iterator[float], server: AllEars, beside: str = "") -> None:
    """Median and 99th percentile, and CPU by process."""
    roles = {role: [server.pid(role), *descendants(server.pid(role))] for role in ("web", "worker", "analytics")}
    before = {role: sum(map(cpu_seconds, pids)) for role, pids in roles.items()}
    took = sorted(seconds)
    cpu = {role: (sum(map(cpu_seconds, pids)) - before[role]) / len(took) * 1000 for role, pids in roles.items()}
    p50, p99 = (1000 * took[min(len(took) - 1, int(share * len(took)))] for share in (0.5, 0.99))
    spent = ", ".join(f"{role} {ms:.1f}" for role, ms in cpu.items())
    print(f"   {what:45s} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   CPU a call: {spent} ms   {beside}", flush=True)


def alone(language: str) -> None:
    """CPU of one text in this process: all labels with masking, and the plain model's feeling alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from allears.understand.text.builtin import annotator
    from allears.understand.text.corpus import corpus
    from allears.understand.text.masking import mask

    ours, texts = annotator(), said_in(language)
    learnt = [each for each in corpus("zh" if language == "zh" else "en") if not each.held_out][:2000]
    by = {"zh": {"analyzer": "char", "ngram_range": (1, 3)}, "en": {"ngram_range": (1, 2)}}[language]
    plain = make_pipeline(TfidfVectorizer(**by), LogisticRegression(max_iter=200))
    plain.fit([each.text for each in learnt], [each.sentiment for each in learnt])
    for name, read in (
        ("all labels", lambda text: ours.annotate([text])),
        ("masking", mask),
        ("floor: tf-idf linear, feeling", lambda text: plain.predict([text])),
    ):
        read(texts[0])
        began = time.process_time()
        for text in texts:
            read(text)
        took = (time.process_time() - began) / len(texts) * 1000
        print(f"   in process, {language}, {name:32s} {took:6.2f} ms of CPU a text", flush=True)
