"""Words looked for in `--rows` voices of both languages: our index beside a plain scan of the same table.

The voices are our own labelled comments, put together anew two or three at a time. Each question is asked five times.
"""

import argparse
import os
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta

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


def main() -> None:
    options = argparse.ArgumentParser(prog="bench search")
    options.add_argument("--rows", type=lambda text: int(float(text)), default=100_000)
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="allears-bench-") as folder:
        os.environ |= {"ALLEARS_DATA": folder, "DJANGO_SETTINGS_MODULE": "allears.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _measure(rows)


def _measure(rows: int) -> None:
    from allears.accounts.models import Workspace
    from allears.listen.words import indexing

    workspace = Workspace.objects.create(slug="bench", name="Bench")
    began = time.perf_counter()
    _fill(workspace.pk, rows)
    print(f"   {'voices written':<42}{rows:>12,}   {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    indexing.index_all()
    took = time.perf_counter() - began
    print(f"   {'indexed, voices a second':<42}{rows / took:>12,.0f}", flush=True)
    ours = [(_asked(workspace.pk, each), each) for each in QUESTIONS]
    for times, each in ours:
        print(f"     {each:<40}{max(times):>12.1f} ms", flush=True)
    every = sorted(moment for times, _ in ours for moment in times)
    print(f"   {'a page of 50, p95':<42}{every[int(0.95 * len(every))]:>12.1f} ms   (promise {PROMISE_MS} ms)")
    print(f"   {'the rarest word by a plain scan':<42}{_scanned(workspace.pk):>12.1f} ms")


def _fill(workspace_id: int, rows: int) -> None:
    from allears.listen.models import Voice
    from allears.understand.text import corpus

    dice, start = random.Random(7), datetime(2025, 1, 1, tzinfo=UTC)
    texts = {language: [each.text for each in corpus.corpus(language)] for language in corpus.LANGUAGES}
    for first in range(0, rows, 5_000):
        Voice.objects.bulk_create(
            Voice(
                workspace_id=workspace_id, key=f"v{number}", initiator="customer", source_kind="review", channel="web",
                text=" ".join(dice.sample(texts[dice.choice(corpus.LANGUAGES)], dice.choice((1, 2)))),
                said_at=start + timedelta(seconds=30 * number), flush_id=1,
            )
            for number in range(first, min(first + 5_000, rows))
        )  # fmt: skip


def _asked(workspace_id: int, question: str) -> list[float]:
    from allears.listen.wall import WallFilter, voices

    found = []
    for _ in range(5):
        began = time.perf_counter()
        voices(filters=WallFilter(workspace_id=workspace_id, text=question))
        found.append(1000 * (time.perf_counter() - began))
    return found


def _scanned(workspace_id: int) -> float:
    from allears.listen.models import Voice

    began = time.perf_counter()
    list(Voice.objects.in_workspace(workspace_id).filter(text__icontains="zeppelin").order_by("-said_at")[:50])
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
