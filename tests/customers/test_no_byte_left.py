"""A person on every surface is erased by the command line, and then no file holds a byte of theirs."""

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from tests.customers.markers import EMAIL, MARKERS, OTHER_EMAIL, OTHER_TEXT, USER_ID
from tests.support.postgres import PostgresServer, binary

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
    """The file as it lies there, and what is packed or sealed in it."""
    yield from unpacked(path.read_bytes())
    if path.suffix == ".allears":
        yield from archived(path)


def unpacked(raw: bytes) -> Iterator[bytes]:
    yield raw
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    elif raw[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif raw[:4] == b"PAR1":
        import pyarrow.parquet as pq

        yield str(pq.ParquetFile(io.BytesIO(raw)).read().to_pydict()).encode()
    elif raw[:1] == b"\x78":
        try:
            yield zlib.decompress(raw)
        except zlib.error:
            return


def archived(path: Path) -> Iterator[bytes]:
    """Every part of a back-up, unpacked; what is sealed in it opened where the file beside it still has the key."""
    import pyarrow as pa

    from allears.customers.vault import open_with
    from allears.operations.backups.keyfile import KeyFile, beside
    from allears.operations.backups.reading import opened

    keys = KeyFile(beside(path))
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member)
            data = file.read() if file else b""
            if member.name.endswith(".jsonl.zst"):
                data = pa.input_stream(pa.BufferReader(data), compression="zstd").read()
                yield data
                for line in (json.loads(text) for text in data.split(b"\n") if b'"s":' in text):
                    body = opened(line, keys) or b"[]"
                    yield body
                    if line.get("p", "").startswith("listen.Enclosure:"):
                        yield from (base64.b64decode(json.loads(body)[-1] or "") for _ in "1" if len(body) > 2)
            elif member.name.startswith("files/"):
                key = keys.piece(member.name)
                yield from unpacked(open_with(key, 0, data)) if key else ()
            elif not member.name.startswith("lake/"):
                yield data
    keys.close()


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


ALLOW = {"ALLEARS_WEBHOOK_ALLOW": "127.0.0.0/8"}


REMOVED = {
    ("listen.Voice", "blanked"): 8,
    ("events.Event", "blanked"): 21,
    ("backups.key", "destroyed"): 2,  # and of who was merged into him
    ("files.uploads", "removed"): 4,  # two waiting, one half-way, one that a killed run left
    ("files.exports", "removed"): 5,
    ("files.enclosures", "removed"): 5,
    ("inbound.InboundRequest", "deleted"): 3,
    ("listen.Enclosure", "deleted"): 2,
}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "data", DATABASE_URL="", **ALLOW)
    made.allears("init")
    return made


@pytest.fixture
def on_postgres(tmp_path: Path, own_cluster: PostgresServer) -> Installation:
    made = Installation(tmp_path / "data", DATABASE_URL=own_cluster.create_database("person"), **ALLOW)
    made.allears("init")
    return made


@pytest.fixture
def own_cluster() -> Iterator[PostgresServer]:
    """One that held nobody else, so that all of it can be searched."""
    server = PostgresServer.started()
    yield server
    server.remove()


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
    assert counted["own"]["listen.Voice"] == 8
    paper = installation.allears("erase", EMAIL)

    assert left_over(installation.data, MARKERS) == {}
    only_pseudonyms = left_over(installation.data, (made["key"],))
    assert all(name.endswith(".allears") for names in only_pseudonyms.values() for name in names)
    assert score(installation) == scored
    others = left_over(installation.data, (OTHER_EMAIL, OTHER_TEXT))  # the other's key went, his rows' keys did not
    assert all(any(name.endswith(".allears") for name in others[word]) for word in (OTHER_EMAIL, OTHER_TEXT))
    check_paper(paper, made["key"])


def check_paper(paper: Any, key: str) -> None:
    """The certificate counts what went, and names nobody."""
    text = json.dumps(paper)
    assert not any(marker in text for marker in (*MARKERS, key))
    removed = {(each["where"], each["what"]): each["count"] for each in paper["removed"]}
    assert {name: removed.get(name) for name in REMOVED} == REMOVED
    assert paper["steps"].keys() == {"store", "files", "lake", "swept"}


def test_no_byte_is_left_in_the_files_of_postgresql(on_postgres: Installation, own_cluster: PostgresServer) -> None:
    made = json.loads(on_postgres.run("tests.customers.fill_person"))
    (on_postgres.data.parent / "people.csv").unlink()
    words = (*MARKERS, made["key"])
    run_sql(own_cluster, "ANALYZE", "CHECKPOINT")
    assert set(left_over(own_cluster.data / "base", words)) == set(words)
    scored = score(on_postgres)

    check_paper(on_postgres.allears("erase", EMAIL), made["key"])

    run_sql(own_cluster, "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT")
    dumped = on_postgres.data.parent / "dump"
    dumped.mkdir()
    dump(own_cluster, dumped / "person.sql")
    assert left_over(dumped, words) == {}
    assert score(on_postgres) == scored
    own_cluster.stop()
    found = left_over(own_cluster.folder, words)
    inside = {name for names in found.values() for name in names if not name.startswith("data/pg_wal/")}
    assert inside == set()  # the write-ahead log is the server's: see docs/privacy.md
    assert left_over(on_postgres.data, MARKERS) == {}
    assert left_over(dumped, (OTHER_EMAIL,)) != {}


def run_sql(server: PostgresServer, *statements: LiteralString) -> None:
    with psycopg.connect(server.url("person"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def dump(server: PostgresServer, target: Path) -> None:
    command = [binary("pg_dump"), "--no-owner", f"--file={target}", server.url("person")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_is_unknown_is_wrong_use(installation: Installation) -> None:
    command = [sys.executable, "-m", "allears.cli", "erase", USER_ID, "--json"]
    done = subprocess.run(command, env=installation.env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert USER_ID not in done.stdout
