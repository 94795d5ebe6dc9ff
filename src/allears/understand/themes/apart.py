"""The heavy work on themes in a process of its own: what takes hundreds of megabytes is given back when it is done.

Texts go over pipes, so nothing a customer said is written to disk. `python -m allears.understand.themes.apart TASK`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import msgspec

from allears.science.contracts import Burst, Lineage
from allears.understand.themes.contracts import Assigned, Assignment, Found, Request, TooFewError

Progress = Callable[[float], None]


class FindingFailedError(RuntimeError):
    """The process that works on themes ended without an answer; what it said is in the worker's log."""


def find(request: Request, progress: Progress = lambda _: None) -> Found:
    """As `finding.find`. Raises `TooFewError` and `FindingFailedError`."""
    found: Found = _asked("find", request, Found, progress)
    return found


def assign(assignment: Assignment) -> Assigned:
    """As `finding.assign`."""
    assigned: Assigned = _asked("assign", assignment, Assigned)
    return assigned


def bursts(counts: Sequence[Sequence[int]], volume: Sequence[int]) -> list[Burst]:
    """As `science.bursts.bursts`."""
    judged: list[Burst] = _asked("bursts", (counts, volume), list[Burst])
    return judged


def lineage(shared: Sequence[Sequence[float]], likeness: Sequence[Sequence[float]]) -> Lineage:
    """As `science.matching.lineage`."""
    known: Lineage = _asked("lineage", (shared, likeness), Lineage)
    return known


def _asked(task: str, given: Any, answered: Any, progress: Progress = lambda _: None) -> Any:
    command = [sys.executable, "-m", "allears.understand.themes.apart", task]
    answer = None
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 – ourselves
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdin as told:
            told.write(msgspec.msgpack.encode(given))
        for line in process.stdout:
            word, _, value = line.decode().strip().partition(" ")
            if word == "progress":
                progress(float(value))
            elif word == "few":
                raise TooFewError(int(value))
            elif word == "unable":
                raise FindingFailedError(value)
            elif word == "done":
                answer = process.stdout.read(int(value))
    if answer is None:
        raise FindingFailedError(f"Working on themes ({task}) ended with code {process.returncode} and no answer.")
    return msgspec.msgpack.decode(answer, type=answered)


def main(task: str, told: BinaryIO, answers: BinaryIO) -> None:
    """The other side of the pipe."""
    from allears.understand.text.embedding import EmbedderError

    def say(line: str) -> None:
        answers.write(f"{line}\n".encode())
        answers.flush()

    try:
        found = msgspec.msgpack.encode(_done(task, told.read(), lambda share: say(f"progress {share:.3f}")))
    except TooFewError as error:
        say(f"few {error.have}")
        return
    except EmbedderError as error:
        say(f"unable {' '.join(str(error).split())}")
        return
    say(f"done {len(found)}")
    answers.write(found)


def _done(task: str, given: bytes, progress: Progress) -> Any:
    import numpy as np

    from allears.science import bursts as science
    from allears.science import matching
    from allears.understand.themes import finding

    if task == "find":
        return finding.find(msgspec.msgpack.decode(given, type=Request), progress)
    if task == "assign":
        return finding.assign(msgspec.msgpack.decode(given, type=Assignment))
    if task == "lineage":
        shared, likeness = msgspec.msgpack.decode(given, type=tuple[list[list[float]], list[list[float]]])
        return matching.lineage(np.array(shared), likeness=np.array(likeness))
    counts, volume = msgspec.msgpack.decode(given, type=tuple[list[list[int]], list[int]])
    return science.bursts(counts, volume)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
