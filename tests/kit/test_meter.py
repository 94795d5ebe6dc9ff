"""Counters survive their process, and their files do not pile up."""

import json
import os
from pathlib import Path

from allears.kit.meter import added_up, fold

GONE = 4_194_303  # no process has this id: it is above what the kernel gives


def test_files_of_processes_that_are_gone_become_one_and_nothing_is_lost(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"web.{GONE}.{number}.json").write_text(json.dumps({"posts": 2, f"p{number % 2}": 1}))
    (tmp_path / f"web.{os.getpid()}.1.json").write_text(json.dumps({"posts": 5}))
    before = added_up(tmp_path)
    assert before == {"posts": 125, "p0": 30, "p1": 30}
    fold(tmp_path, keep=61)
    assert len(list(tmp_path.glob("*.json"))) == 61
    for _ in range(2):
        fold(tmp_path, keep=1)
        assert sorted(path.name for path in tmp_path.glob("*.json")) == ["past.json", f"web.{os.getpid()}.1.json"]
        assert added_up(tmp_path) == before
