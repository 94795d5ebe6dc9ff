"""Archives are opened by any Python from 3.11.0 on, and hold plain files only."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from allears.operations.backups.errors import BackupError
from allears.operations.backups.reading import unpack
from allears.operations.backups.writing import FORMAT

BODY = b"one row"


def written(path: Path, *more: Callable[[tarfile.TarFile], None]) -> Path:
    """An archive of one part, and what ``more`` puts in beside it."""
    part = {"file": "tables/a", "sha256": hashlib.sha256(BODY).hexdigest()}
    manifest = {"format": FORMAT, "tables": {"a": part}, "intake": part, "files": {}, "lake": {}}
    with tarfile.open(path, "w") as tar:
        for name, body in (("tables/a", BODY), ("manifest.json", json.dumps(manifest).encode())):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
        for each in more:
            each(tar)
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Callable[[tarfile.TarFile], None]:
    def put(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, target, 3 if kind == tarfile.REGTYPE else 0
        tar.addfile(member, io.BytesIO(b"bad"))

    return put


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    unpack(written(tmp_path / "archive"), tmp_path / "scratch")
    assert (tmp_path / "scratch/tables/a").read_bytes() == BODY


def test_a_python_whose_tarfile_has_no_filters_opens_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian 12's own is 3.11.2: `extractall` knows no ``filter`` there."""
    plain = tarfile.TarFile.extractall

    def older(
        self: tarfile.TarFile,
        path: str = ".",
        members: list[tarfile.TarInfo] | None = None,
        *,
        numeric_owner: bool = False,
    ) -> None:
        plain(self, path, members, numeric_owner=numeric_owner)

    monkeypatch.setattr(tarfile.TarFile, "extractall", older)
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    (tmp_path / "scratch").mkdir()
    unpack(written(tmp_path / "archive"), tmp_path / "scratch")
    assert (tmp_path / "scratch/tables/a").read_bytes() == BODY


@pytest.mark.parametrize(
    "hostile",
    [
        entry("../out"),
        entry("tables/../../out"),
        entry("/tmp/allears-out"),
        entry("link", tarfile.SYMTYPE, "/etc"),
        entry("link", tarfile.LNKTYPE, "../out"),
        entry("pipe", tarfile.FIFOTYPE),
        entry("device", tarfile.CHRTYPE),
    ],
)
def test_what_is_no_plain_file_of_the_archive_is_refused(
    hostile: Callable[[tarfile.TarFile], None], tmp_path: Path
) -> None:
    (tmp_path / "scratch").mkdir()
    with pytest.raises(BackupError, match="is no archive of"):
        unpack(written(tmp_path / "archive", hostile), tmp_path / "scratch")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: b"name,score\nZoe,9\n" * 200,
        lambda whole: b"PK\x03\x04" + bytes(600),
        lambda whole: whole[:100],
        lambda whole: whole[:700],
        lambda whole: whole[:1024],  # between two of its files
        lambda whole: whole[:1600],
        lambda whole: whole.replace(b"manifest.json", b"manifesto.js\0"),
        lambda whole: whole.replace(b'"intake"', b'"unread"'),
    ],
)  # fmt: skip
def test_a_foreign_file_or_a_part_of_an_archive_is_called_so_in_words_of_ours(
    spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    archive = written(tmp_path / "archive")
    archive.write_bytes(spoil(archive.read_bytes()))
    (tmp_path / "scratch").mkdir()
    with pytest.raises(BackupError) as refused:
        unpack(archive, tmp_path / "scratch")
    assert str(refused.value) == (
        f"{archive} is no archive of `allears backup`, or only a part of one. "
        "The archive is not usable; nothing was restored. Take another one."
    )


def test_a_newer_format_is_named_whatever_it_holds(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("manifest.json")
        member.size = len(body := b'{"format": 9}')
        tar.addfile(member, io.BytesIO(body))
    (tmp_path / "scratch").mkdir()
    with pytest.raises(BackupError, match="has format 9; this version reads formats 1 to"):
        unpack(archive, tmp_path / "scratch")
