"""A back-up brings everything back, on either database; whoever was erased since stays forgotten in it."""

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from tests.operations.installation import Installation
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.server


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str, str], Installation]:
    def made(kind: str, name: str) -> Installation:
        data = tmp_path / name
        if kind == "sqlite":
            return Installation(data=data)
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return Installation(data=data, url=server.create_database(f"{name}_{tmp_path.name[-8:].replace('-', '_')}"))

    return made


@pytest.fixture
def full(make: Callable[[str, str], Installation]) -> Callable[[str], Installation]:
    def filled(kind: str) -> Installation:
        found = make(kind, "first")
        found.run("init")
        found.inside("fill", "12")
        return found

    return filled


@pytest.mark.parametrize(("origin", "target"), [("sqlite", "sqlite"), ("sqlite", "postgres"), ("postgres", "sqlite")])
def test_everything_comes_back(
    origin: str,
    target: str,
    full: Callable[[str], Installation],
    make: Callable[[str, str], Installation],
    tmp_path: Path,
) -> None:
    first, second = full(origin), make(target, "second")
    before = first.inside("look")
    archive = tmp_path / "all.allears"
    told = json.loads(first.run("backup", "-o", str(archive), "--json").stdout)
    report = json.loads(second.run("restore", str(archive), "--json").stdout)
    assert told["rows"] == report["rows"] == sum(rows for rows, _ in before["tables"].values())
    assert (report["unread"], report["forgotten"], report["notes"]) == (3, 0, [])
    assert report["lake_files"] > 0
    after = second.inside("look")
    assert after["tables"] == before["tables"]
    assert after["unread"] == before["unread"]
    assert after["signs_in"]
    scores = [json.loads(each.run("score", "nps", "--json").stdout) | {"warnings": []} for each in (first, second)]
    assert scores[0]["n"] == 12
    assert scores[0] == scores[1]
    assert second.inside("consume") == {"events": ["late0", "late1", "late2", "new"]}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path]:
    """One installation on SQLite and its archive, which tests leave as they are."""
    folder = tmp_path_factory.mktemp("filled")
    found = Installation(data=folder / "first")
    found.run("init")
    found.inside("fill", "12")
    found.run("backup", "-o", str(folder / "all.allears"))
    return found, folder / "all.allears"


def copied(archive: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    shutil.copy(archive.with_name(archive.name + ".keys"), folder)
    return Path(shutil.copy(archive, folder))


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_place_that_is_not_empty_is_refused(filled: tuple[Installation, Path]) -> None:
    first, archive = filled
    before = first.inside("look")
    assert "Nothing was changed" in first.run("restore", str(archive), fails=True).stderr
    assert first.inside("look") == before
    assert "is there already" in first.run("backup", "-o", str(archive), fails=True).stderr


def test_an_archive_shows_nothing_personal_and_a_damaged_one_is_refused(
    filled: tuple[Installation, Path], tmp_path: Path
) -> None:
    archive = copied(filled[1], tmp_path / "copy")
    assert oct(filled[1].stat().st_mode & 0o777) == "0o600"
    with tarfile.open(archive) as tar:
        seen = b""
        for member in tar:
            data = tar.extractfile(member).read()  # type: ignore[union-attr]
            if member.name.endswith(".zst"):
                data = pa.input_stream(pa.BufferReader(data), compression="zstd").read()
            seen += data
    for word in (b"Secret words", b"zoe1@example.test", b"Zo\xc3\xab", b"late1"):
        assert word not in seen
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    archive.write_bytes(bytes(data))
    second = Installation(data=tmp_path / "second")
    assert "nothing was restored" in second.run("restore", str(archive), fails=True).stderr
    assert list((second.data / "lake").glob("*")) == []


def test_whoever_is_erased_stays_forgotten_in_older_archives(filled: tuple[Installation, Path], tmp_path: Path) -> None:
    first, second = filled[0], Installation(data=tmp_path / "second")
    archive = copied(filled[1], first.data / "backups")
    as_written = archive.read_bytes()
    spare = copied(filled[1], tmp_path / "spare")
    removed = first.inside("erase", "zoe1@example.test")["removed"]
    copied(spare, filled[1].parent)  # other tests want their keys
    assert removed == 2 * 2  # in each of two archives: his key, and that of the row in quarantine
    assert archive.read_bytes() == as_written
    report = json.loads(second.run("restore", str(archive), "--json").stdout)
    assert report["forgotten"] > 0
    everything = bytes_in(second.data)
    assert b"zoe2@example.test" in everything
    assert b"Secret words 2:" in everything
    assert b"zoe1@example.test" not in everything
    assert b"Secret words 1:" not in everything


def test_without_its_keys_an_archive_brings_back_the_facts_alone(
    filled: tuple[Installation, Path], tmp_path: Path
) -> None:
    archive = copied(filled[1], tmp_path / "copy")
    archive.with_name(archive.name + ".keys").unlink()
    second = Installation(data=tmp_path / "second")
    report = json.loads(second.run("restore", str(archive), "--json").stdout)
    assert report["unread"] == 0
    assert "nothing personal could be opened" in report["notes"][0]
    assert json.loads(second.run("score", "nps", "--json").stdout)["n"] == 12
    assert b"Secret words" not in bytes_in(second.data)


def test_keys_that_are_damaged_or_of_another_archive_are_told_in_words(
    filled: tuple[Installation, Path], tmp_path: Path
) -> None:
    archive = copied(filled[1], tmp_path / "copy")
    keys = archive.with_name(archive.name + ".keys")
    with closing(sqlite3.connect(keys)) as file:
        file.execute("UPDATE piece SET key = randomblob(32)")
        file.commit()
    said = Installation(data=tmp_path / "second").run("restore", str(archive), fails=True).stderr
    assert (
        said
        == f"{archive} could not be restored: the keys beside it are those of another archive. Nothing was restored.\n"
    )
    keys.write_bytes(b"nothing of SQLite's" * 100)
    said = Installation(data=tmp_path / "third").run("restore", str(archive), fails=True).stderr
    assert said == f"{archive} could not be restored: the keys beside it are damaged. Nothing was restored.\n"
