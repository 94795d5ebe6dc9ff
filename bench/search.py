"""Words looked for in `--rows` voices of both languages: our index beside a plain scan of the same table.

The voices are our own labelled comments, put together anew one or two at a time, at twenty touchpoints; one in a
hundred carries a tag. Each question is asked five times: of everything, with the wall's other filters, and of a
member's own stream. BENCH_BACKENDS (sqlite,postgres) sets the stores.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench._servers import BACKENDS

QUESTIONS = (
    "refund",
    "退款",
    "不好",
    "the",
    "服务态度",
    '"on hold"',
    "wifi 密码",
    "慢",
    "delivery late -refund",
    "zeppelin",
)
PROMISE_MS = 200
TOUCHPOINTS, TAGGED = 20, 100


def main() -> None:
    options = argparse.ArgumentParser(prog="bench search")
    options.add_argument("--rows", type=lambda text: int(float(text)), default=100_000)
    options.add_argument("--within", choices=BACKENDS, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.within:
        return _within(given.within, given.rows)
    for backend in os.environ.get("BENCH_BACKENDS", ",".join(BACKENDS)).split(","):
        # a store is chosen once in a process
        command = [sys.executable, "-m", "bench.search", "--rows", str(given.rows), "--within", backend]
        subprocess.run(command, check=True)
    return None


def _within(backend: str, rows: int) -> None:
    from tests.support.postgres import PostgresServer

    postgres = PostgresServer.started() if backend == "postgres" else None
    try:
        with tempfile.TemporaryDirectory(prefix="allears-bench-") as folder:
            os.environ |= {"ALLEARS_DATA": folder, "DJANGO_SETTINGS_MODULE": "allears.settings"}
            os.environ.pop("DATABASE_URL", None)
            if postgres is not None:
                os.environ["DATABASE_URL"] = postgres.create_database("bench")
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            print(f"  {backend}", flush=True)
            _measure(rows)
    finally:
        if postgres is not None:
            postgres.remove()


def _measure(rows: int) -> None:
    from allears.accounts.models import Workspace
    from allears.listen.words import indexing

    workspace = Workspace.objects.create(slug="bench", name="Bench")
    began = time.perf_counter()
    member = _fill(workspace.pk, rows)
    print(f"   {'voices written':<42}{rows:>12,}   {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    indexing.index_all()
    took = time.perf_counter() - began
    print(f"   {'indexed, voices a second':<42}{rows / took:>12,.0f}", flush=True)
    for name, ask in _ways(workspace.pk, member).items():
        times = [(_asked(ask, each), each) for each in QUESTIONS]
        slowest = ", ".join(f"{each} {max(took):.0f}" for took, each in sorted(times, reverse=True)[:3])
        every = sorted(moment for took, _ in times for moment in took)
        print(f"   {name + ', p95':<42}{every[int(0.95 * len(every))]:>12.1f} ms   (slowest: {slowest})", flush=True)
    print(f"   {'promise':<42}{PROMISE_MS:>12.1f} ms")
    print(f"   {'the rarest word by a plain scan':<42}{_scanned(workspace.pk):>12.1f} ms")


def _fill(workspace_id: int, rows: int) -> Any:
    """Voices, their touchpoints and tags; and the member who follows two touchpoints and the tag."""
    from allears.accounts.models import Membership, User
    from allears.journeys.models import Touchpoint
    from allears.listen.models import Voice
    from allears.listen.tags.models import Tag, VoiceTag
    from allears.people.models import Follow
    from allears.understand.text import corpus

    dice, start = random.Random(7), datetime(2025, 1, 1, tzinfo=UTC)
    user = User.objects.create(email="bench@example.com")
    member = Membership.objects.create(workspace_id=workspace_id, user=user, role="agent", created_at=start)
    places = [
        Touchpoint.objects.create(workspace_id=workspace_id, key=f"t{n}", name=f"Place {n}", created_at=start).pk
        for n in range(TOUCHPOINTS)
    ]
    tag = Tag.objects.create(workspace_id=workspace_id, name="late", key="late", created_at=start)
    followed = [(Follow.Kind.TOUCHPOINT, places[0]), (Follow.Kind.TOUCHPOINT, places[1]), (Follow.Kind.TAG, tag.pk)]
    for kind, value in followed:
        Follow.objects.create(workspace_id=workspace_id, member=member, kind=kind, value=str(value), since=start)
    texts = {language: [each.text for each in corpus.corpus(language)] for language in corpus.LANGUAGES}
    for first in range(0, rows, 5_000):
        Voice.objects.bulk_create(
            Voice(
                workspace_id=workspace_id, key=f"v{number}", initiator="customer", source_kind="review", channel="web",
                text=" ".join(dice.sample(texts[dice.choice(corpus.LANGUAGES)], dice.choice((1, 2)))),
                touchpoint_id=dice.choice(places), sentiment=dice.choice(("positive", "negative", "neutral", "mixed")),
                said_at=start + timedelta(seconds=30 * number), flush_id=1,
            )
            for number in range(first, min(first + 5_000, rows))
        )  # fmt: skip
    numbers = Voice.objects.in_workspace(workspace_id).values_list("pk", flat=True)
    carrying = [number for number in numbers.iterator() if number % TAGGED == 0]
    VoiceTag.objects.bulk_create(
        [VoiceTag(workspace_id=workspace_id, voice_id=number, tag=tag, by=user, at=start) for number in carrying],
        batch_size=5_000,
    )
    return member


def _ways(workspace_id: int, member: Any) -> dict[str, Callable[[str], Any]]:
    """Where a question may be asked."""
    from allears.journeys.models import Touchpoint
    from allears.listen.tags.models import Tag
    from allears.listen.wall import WallFilter, voices
    from allears.people.streams import stream_of

    place = Touchpoint.objects.in_workspace(workspace_id).first().pk
    tag = Tag.objects.in_workspace(workspace_id).get().pk

    def narrowed(**filters: Any) -> Callable[[str], Any]:
        return lambda text: voices(filters=WallFilter(workspace_id=workspace_id, text=text, **filters))

    return {
        "a page of 50": narrowed(),
        "of one feeling": narrowed(feeling="negative"),
        "at one of 20 touchpoints": narrowed(touchpoint_id=place),
        "with a tag of one in 100": narrowed(tag_id=tag),
        "in a member's own stream": lambda text: voices(
            filters=WallFilter(workspace_id=workspace_id, text=text), among=stream_of(member=member)
        ),
        "with a tag, no words": lambda _: voices(filters=WallFilter(workspace_id=workspace_id, tag_id=tag)),
        "own stream, no words": lambda _: voices(
            filters=WallFilter(workspace_id=workspace_id), among=stream_of(member=member)
        ),
    }


def _asked(ask: Callable[[str], Any], question: str) -> list[float]:
    found = []
    for _ in range(5):
        began = time.perf_counter()
        ask(question)
        found.append(1000 * (time.perf_counter() - began))
    return found


def _scanned(workspace_id: int) -> float:
    from allears.listen.models import Voice

    began = time.perf_counter()
    list(Voice.objects.in_workspace(workspace_id).filter(text__icontains="zeppelin").order_by("-said_at")[:50])
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
