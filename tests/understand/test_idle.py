"""The real analytics process gives its engine's memory back when nobody asks, and nobody who asks is turned away."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from allears.understand import pool
from allears.understand.service import SqlQuestion

pytestmark = pytest.mark.server
SET_UP = (
    "import django; django.setup(); from django.core.management import call_command;"
    "call_command('migrate', verbosity=0); from tests.builders import workspace; workspace()"
)


def holds_engine(pid: int) -> bool:
    return "duckdb" in Path(f"/proc/{pid}/maps").read_text()


def test_the_engine_goes_when_idle_and_comes_back_with_the_next_question(tmp_path, settings):
    env = os.environ | {
        "ALLEARS_DATA": str(tmp_path),
        "ALLEARS_ENGINE_IDLE": "1",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "allears.settings",
        "_ALLEARS_PARENT_PID": str(os.getpid()),
        "PYTHONPATH": os.pathsep.join(["src", "."]),
    }
    settings.RUN_DIR, settings.ANALYTICS_ADDRESS = tmp_path / "run", ""
    subprocess.run([sys.executable, "-c", SET_UP], env=env, check=True)
    process = subprocess.Popen([sys.executable, "-m", "allears.cli.roles", "analytics"], env=env)
    question = SqlQuestion(workspace_id=1, query="SELECT count(*) FROM events")

    def ask() -> None:
        assert pool.ask_sql(question, timeout=60).rows == ((0,),)

    def wait(what, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end
            time.sleep(0.1)

    try:
        wait(lambda: (tmp_path / "run" / "analytics.sock").exists())
        ask()
        assert holds_engine(process.pid)
        wait(lambda: not holds_engine(process.pid))

        def ask_now_and_then() -> None:
            for _ in range(2):
                ask()
                time.sleep(6.5)  # a little longer than it takes to lie down

        with ThreadPoolExecutor(2) as askers:
            asking = [askers.submit(ask_now_and_then) for _ in range(2)]
        for each in asking:
            each.result()
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(20)
