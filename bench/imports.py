"""Files in: rows a second and peak memory for voices and events, beside a bare reading of the same file.

    python -m bench imports                         # 200,000 rows each
    BENCH_IMPORT_ROWS=5000000 nice python -m bench imports

Each import runs in a process of its own on a fresh SQLite store (``DATABASE_URL`` names another); figures are by
processor time. The floor reads the same file with pyarrow and counts its rows.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "200000"))
WORDS = ("delivery", "late", "nobody", "answered", "my", "call", "but", "product", "itself", "very", "good", "indeed")
HEADS = {
    "events": "event_id,event_name,user_id,event_time,amount,store",
    "voices": "review_id,time,user_id,email,store,stars,comment",
}


def generate(path: Path, kind: str, rows: int) -> None:
    """A file of ``rows`` rows; every tenth customer is a new one."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADS[kind] + "\n")
        for n in range(rows):
            who, moment = n % max(rows // 10, 1), f"2026-0{n % 9 + 1}-{n % 28 + 1:02} 10:{n % 60:02}:{n % 59:02}"
            if kind == "events":
                row = f"m-{n * 7},order_{n % 5},u{who},{moment},{draw.random() * 100:.2f},s{n % 50}"
            else:
                said = " ".join(draw.choices(WORDS, k=14))
                row = f'r-{n * 7},{moment},u{who},w{who}@example.test,store {n % 50},{n % 5 + 1},"{said}"'
            file.write(row + "\n")


def peak() -> float:
    """The greatest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def carry(folder: str, path: str, kind: str) -> None:
    """In a process of its own: prepare and run one import, and print what it took."""
    from allears.cli.main import set_up

    set_up(folder)
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from allears.accounts.models import Workspace
    from allears.events.imports import actions, running

    place, _made = Workspace.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    began = time.process_time()
    ready = actions.prepare(workspace=place, kind_name=kind, path=Path(path), filename=Path(path).name)
    staged = time.process_time()
    row = running.run(actions.register(prepared=ready, actor_id=None, now=timezone.now()), now=timezone.now)
    told = {"read": staged - began, "run": time.process_time() - staged, "good": row.rows_good, "mb": peak()}
    print(json.dumps(told))


def floor(path: str) -> None:
    """In a process of its own: the same file read by pyarrow, a block at a time."""
    import pyarrow.csv as reader

    began = time.process_time()
    rows = sum(batch.num_rows for batch in reader.open_csv(path))
    print(json.dumps({"read": time.process_time() - began, "run": 0.0, "good": rows, "mb": peak()}))


def measured(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "bench.imports", *arguments], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def told(name: str, found: dict[str, float]) -> None:
    seconds = found["read"] + found["run"]
    print(
        f"   {name:<8}{found['good']:>12,.0f} rows {found['good'] / seconds:>12,.0f} rows/s"
        f"   read {found['read']:.1f} s, stored {found['run']:.1f} s of processor time, peak {found['mb']:.0f} MB",
        flush=True,
    )


def main() -> None:
    """Both kinds, each beside its floor."""
    for kind in HEADS:
        with tempfile.TemporaryDirectory(prefix="allears-bench-") as folder:
            path = Path(folder) / f"{kind}.csv"
            generate(path, kind, ROWS)
            told("floor", measured("floor", str(path)))
            told(kind, measured("carry", folder, str(path), kind))


if __name__ == "__main__":
    {"carry": carry, "floor": floor}[sys.argv[1]](*sys.argv[2:])
