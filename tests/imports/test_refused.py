"""Files that are no tables, or tables of another kind: refused with the way out, never read as rubbish."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from allears.events.imports.errors import ImportUseError
from allears.events.imports.reading import open_table
from allears.events.imports.reasons import in_words

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * (2 << 20)


def archive(*names: str) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return found.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("locked.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512, "locked with a password"),
        ("old.xls", OLE, "old Excel file"),
        ("binary.xlsb", archive("[Content_Types].xml", "xl/workbook.bin"), "binary Excel workbook"),
        ("libre.ods", archive("mimetype", "content.xml"), "OpenDocument"),
        ("apple.numbers", archive("Index/Document.iwa"), "Numbers document"),
        ("report.zip", archive("report.csv"), "ZIP archive"),
        ("report.csv.gz", gzip.compress(archive("report.csv")), "ZIP archive"),
        ("twice.csv.gz", gzip.compress(gzip.compress(b"id,comment\n1,good\n")), "gzip twice"),
        ("report.xls", b"\xef\xbb\xbf\r\n<html><body><table><tr><td>1</td></tr></table>", "web page"),
        ("page.xls", b"<!DOCTYPE HTML><html></html>", "web page"),
        ("shot.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 300, "picture"),
        ("shot.csv.gz", gzip.compress(b"\xff\xd8\xff\xe0" + b"\0" * 300), "picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_said_what_the_file_is_and_what_to_do(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportUseError, match=told) as refused:
        open_table(path)
    assert "import" in str(refused.value).lower()


def test_of_a_file_half_in_another_encoding_each_half_is_known(tmp_path: Path) -> None:
    """Read as Western letters, which any byte is, both halves were rubbish that looked like good rows."""
    lines = [f"a{n},2026-09-01,快递太慢了,5\n".encode("utf-8" if n % 2 else "gb18030") for n in range(30)]
    (tmp_path / "two.csv").write_bytes(b"id,time,comment,score\n" + b"".join(lines))
    table = open_table(tmp_path / "two.csv")
    read = list(table.rows())
    assert [cells[2] for cells, reason, _raw in read if not reason] == ["快递太慢了"] * 15
    assert sum("UTF-8" in in_words(reason) for _cells, reason, _raw in read) == 15
