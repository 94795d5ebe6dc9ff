"""A person is found in a file however it is packed, and a damaged file hurts nobody."""

import base64
import gzip
import io
import zipfile
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pytest

from allears.customers.rights import packed
from allears.customers.rights.person import Person

NAMED = b"ask zelda@shop.test about it"
ZELDA = cast(Person, SimpleNamespace(may_be_in=lambda data: b"zelda@shop.test" in data.lower()))


def zipped(content: bytes, *, cut: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("a.txt", content)
    return file.getvalue()[: -cut or None]


def workbook() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet.append(["mail", "zelda@shop.test"])
    book.save(file)
    return file.getvalue()


def mail(content: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    head = b"Subject: x\r\nContent-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(content)


@pytest.mark.parametrize(
    "data",
    [
        NAMED, NAMED.decode().encode("utf-16"), NAMED.decode().encode("utf-16-be"), gzip.compress(NAMED),
        gzip.compress(NAMED * 1000)[:-8], zipped(NAMED), workbook(), mail(NAMED), mail(zipped(NAMED)),
        zipped(mail(gzip.compress(NAMED))),
    ],
)  # fmt: skip
def test_a_person_is_found_in_every_layer(data: bytes) -> None:
    assert packed.is_named_in(data, person=ZELDA)


@pytest.mark.parametrize(
    "data",
    [b"", b"nobody", b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8bzzzz", zipped(NAMED, cut=30), mail(b"nobody")],
)
def test_who_is_not_there_is_not_found(data: bytes) -> None:
    assert not packed.is_named_in(data, person=ZELDA)


def test_a_small_file_does_not_become_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST", 1000)
    zeros = bytes(100_000)
    for data in (gzip.compress(zeros), zipped(zeros)):
        assert sum(map(len, packed.layers(data, deep=1))) <= len(data) * 2 + 2000
