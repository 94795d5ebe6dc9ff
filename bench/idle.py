"""Memory and processor time of the whole system at rest, on both databases.

Memory is each process's proportional share (PSS), so that shared pages count once. The floor is the same interpreter
with nothing loaded: the least that a process of this kind can take.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.support.processes import descendants

from bench._servers import BACKENDS, installation

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
    """Print each process's share and their sum."""
    with installation(backend) as server:
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


def main() -> None:
    """The floor, then the system on each database."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    time.sleep(0.5)
    print(f"   floor: one bare interpreter {pss(child.pid):.0f} MB")
    child.communicate(b"\n")
    for backend in BACKENDS:
        measure(backend)
