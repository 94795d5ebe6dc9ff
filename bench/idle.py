"""Memory and processor time of the whole system at rest, before a first question and after the engine went again.

Memory is each process's proportional share (PSS), so that shared pages count once. The floor is the same interpreter
with nothing loaded: the least that a process of this kind can take.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.support.processes import descendants
from tests.support.server import AllEars

from bench._servers import BACKENDS, installation

IDLE_SECONDS = 10  # the setting is five minutes unless said otherwise
ASK = """
import django; django.setup()
from allears.understand import pool
from allears.understand.service import SqlQuestion
pool.ask_sql(SqlQuestion(workspace_id=1, query="SELECT count(*) FROM responses"))
"""
REST_SECONDS = 8  # long enough for every process to finish its start


def pss(pid: int) -> float:
    """The process's proportional set size in MB, from the kernel."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no Pss for process {pid}")


def cpu_seconds(pid: int) -> float:
    """User and system time used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def role_of(pid: int, roles: dict[int, str]) -> str:
    """The role whose process this is; what lies below a role is told apart by its command."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return roles.get(pid) or f"({command.split('/')[-1][:36].strip()})"


def measure(backend: str) -> None:
    """Print each process's share and their sum, then what a question makes of it, and the rest after."""
    with installation(backend, ALLEARS_ENGINE_IDLE=str(IDLE_SECONDS)) as server:
        assert server._process is not None
        top = server._process.pid
        roles = {server.pid(role): role for role in ("web", "worker", "analytics")} | {top: "supervisor"}
        time.sleep(REST_SECONDS)
        pids = [top, *descendants(top)]
        before = {pid: cpu_seconds(pid) for pid in pids}
        time.sleep(REST_SECONDS)
        print(f"   {backend}")
        for pid in pids:
            used = (cpu_seconds(pid) - before[pid]) / REST_SECONDS
            print(f"     {role_of(pid, roles):<40}{pss(pid):6.0f} MB {100 * used:6.1f} % of a core")
        total = sum(pss(pid) for pid in pids)
        print(f"     {'together':<40}{total:6.0f} MB   (promise: at most 512 MB)", flush=True)
        _question_and_rest(server, pids, server.pid("analytics"))


def _question_and_rest(server: AllEars, pids: list[int], analytics: int) -> None:
    """The first question loads the engine; after a while without another it goes, and the next one loads it again."""
    for name in ("first question", "first question after the rest"):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", ASK], env=server.env, check=True, cwd=Path(__file__).parent.parent)
        took = time.perf_counter() - began - _bare(server)
        print(f"     {name:<40}{pss(analytics):6.0f} MB {took:6.1f} s to the answer", flush=True)
        deadline = time.monotonic() + IDLE_SECONDS + 60
        while "duckdb" in Path(f"/proc/{analytics}/maps").read_text() and time.monotonic() < deadline:
            time.sleep(1)
        time.sleep(REST_SECONDS)
        total = sum(pss(pid) for pid in pids)
        print(f"     {f'together, {IDLE_SECONDS} s of rest later':<40}{total:6.0f} MB", flush=True)


def _bare(server: AllEars) -> float:
    """What the asking process needs for itself."""
    began = time.perf_counter()
    code = ASK.replace("pool.ask_sql", "str")
    subprocess.run([sys.executable, "-c", code], env=server.env, check=True, cwd=Path(__file__).parent.parent)
    return time.perf_counter() - began


def main() -> None:
    """The floor, then the system on each database."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    time.sleep(0.5)
    print(f"   floor: one bare interpreter {pss(child.pid):.0f} MB")
    child.communicate(b"\n")
    for backend in BACKENDS:
        measure(backend)
