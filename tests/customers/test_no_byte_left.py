"""A person on every surface is erased by the command line, and then no file holds a byte of theirs."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.customers.markers import EMAIL, MARKERS, OTHER_EMAIL, USER_ID

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """A data folder and the real commands on it."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        self.env = {**os.environ, "ALLEARS_DATA": str(data), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", **env}
        self.env.pop("DJANGO_SETTINGS_MODULE", None)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command], env=self.env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def allears(self, *command: str) -> Any:
        return json.loads(self.run("allears.cli", *command, "--json"))


def forms(marker: str) -> set[bytes]:
    """A word as it may be written: UTF-8, escaped JSON, GB18030, UTF-16."""
    escaped = json.dumps(marker)[1:-1]
    return {marker.encode(), escaped.encode(), marker.encode("gb18030"), marker.encode("utf-16-le")}


def bytes_in(path: Path) -> Iterator[bytes]:
    """The file as it lies there, and what is packed in it."""
    raw = path.read_bytes()
    yield raw
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif raw[:4] == b"PAR1":
        import pyarrow.parquet as pq

        yield str(pq.ParquetFile(path).read().to_pydict()).encode()
    elif raw[:1] == b"\x78":
        try:
            yield zlib.decompress(raw)
        except zlib.error:
            return


def left_over(folder: Path, words: tuple[str, ...]) -> dict[str, list[str]]:
    """Files below ``folder`` that hold one of the words, by word."""
    wanted = {word: forms(word) for word in words}
    found: dict[str, list[str]] = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        for data in bytes_in(path):
            for word, spelt in wanted.items():
                if any(form in data or form.lower() in data.lower() for form in spelt):
                    found.setdefault(word, []).append(str(path.relative_to(folder)))
    return found


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "data", DATABASE_URL="")
    made.allears("init")
    return made


def score(installation: Installation) -> Any:
    found = installation.allears("score", "nps")
    return {name: found[name] for name in ("estimate", "n", "counts")}


def test_no_byte_of_an_erased_person_is_left_in_any_file(installation: Installation) -> None:
    made = json.loads(installation.run("tests.customers.fill_person"))
    (installation.data.parent / "people.csv").unlink()
    before = left_over(installation.data, (*MARKERS, made["key"]))
    assert set(before) == {*MARKERS, made["key"]}  # the search finds what is there
    assert any(name.startswith("lake/") for name in before[made["key"]])
    scored = score(installation)

    counted = installation.allears("erase", EMAIL, "--dry-run")
    assert counted["own"]["listen.Voice"] == 4
    paper = installation.allears("erase", EMAIL)

    assert left_over(installation.data, (*MARKERS, made["key"])) == {}
    assert score(installation) == scored
    assert left_over(installation.data, (OTHER_EMAIL,)) != {}
    text = json.dumps(paper)
    assert not any(marker in text for marker in (*MARKERS, made["key"]))
    removed = {(each["where"], each["what"]): each["count"] for each in paper["removed"]}
    assert removed["listen.Voice", "blanked"] == 4
    assert removed["events.Event", "blanked"] == 21
    assert removed["backups.key", "destroyed"] == 1
    assert removed["files.uploads", "removed"] == 1
    assert paper["steps"].keys() == {"store", "files", "lake", "swept"}


def test_who_is_unknown_is_wrong_use(installation: Installation) -> None:
    command = [sys.executable, "-m", "allears.cli", "erase", USER_ID, "--json"]
    done = subprocess.run(command, env=installation.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert USER_ID not in done.stdout
