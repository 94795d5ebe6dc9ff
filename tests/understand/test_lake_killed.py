"""Every table, flushed, compacted, vacuumed, erased from and rolled up, with kill -9 at random: no gap, no double."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("ALLEARS_TEST_KILLS", "4"))


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_no_row_is_lost_or_doubled_whatever_is_killed_when(
    tmp_path: Path, backend: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_server").create_database("fire") if backend == "postgres" else ""
    env = os.environ | {
        "ALLEARS_DATA": str(tmp_path),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "allears.settings",
        "PYTHONPATH": os.pathsep.join(["src", "."]),
    }

    def start(role: str, **more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.understand.lake_under_fire", role]
        process = subprocess.Popen(command, env=env | more, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert role in ("fill", "finish") or process.stdout.readline() == b"ready\n"
        return process

    assert start("fill").wait() == 0
    dice, running = random.Random(7), {role: start(role) for role in ("write", "rewrite")}
    try:
        for _ in range(KILLS):
            reader = start("read", READS="4")
            time.sleep(dice.uniform(0.3, 3.0))
            role = dice.choice(list(running))
            assert running[role].poll() is None, f"{role} ended by itself"
            os.kill(running[role].pid, signal.SIGKILL)
            running[role].wait()
            running[role] = start(role)
            reader.communicate()
            assert reader.returncode == 0
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    final = start("finish")
    told, _ = final.communicate()
    assert final.returncode == 0
    rows, erased = (int(line) for line in told.decode().split()[-2:])
    assert rows > 8 * KILLS  # each round of the writer fills every table
    assert erased > 0
