"""A person is found in a file however it is packed, and a damaged file hurts nobody."""

import base64
import bz2
import gzip
import io
import lzma
import random
import zipfile
import zlib
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pytest

from allears.customers.rights import packed
from allears.customers.rights.person import Person

NAMED = b"ask zelda@shop.test about it"
ZELDA = cast(Person, SimpleNamespace(may_be_in=lambda data: b"zelda@shop.test" in data.lower()))
NOBODY = cast(Person, SimpleNamespace(may_be_in=lambda data: False))


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
        zipped(mail(gzip.compress(NAMED))), gzip.compress(b"first") + gzip.compress(NAMED),
    ],
    ids=range(11),  # what is packed holds the time: pytest would name the tests by it, each worker otherwise
)  # fmt: skip
def test_a_person_is_found_in_every_layer(data: bytes) -> None:
    assert packed.is_named_in(data, person=ZELDA)


@pytest.mark.parametrize(
    "data",
    [b"", b"nobody", b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8bzzzz", zipped(NAMED, cut=30), mail(b"nobody")],
    ids=range(7),
)
def test_who_is_not_there_is_not_found(data: bytes) -> None:
    assert not packed.is_named_in(data, person=ZELDA)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_file_stops_no_erasure(method: int) -> None:
    file, lot = io.BytesIO(), random.Random(1)  # the same damage each time
    with zipfile.ZipFile(file, "w", method) as folder:
        folder.writestr(zipfile.ZipInfo("a.txt"), bytes(range(256)) * 20, method)
    for _ in range(300):
        damaged = bytearray(file.getvalue())
        for _ in range(lot.randint(1, 6)):
            damaged[lot.randrange(4, len(damaged))] = lot.randrange(256)
        assert not packed.is_named_in(bytes(damaged), person=ZELDA)


def test_a_damaged_file_in_a_zip_hides_no_other() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as folder:
        folder.writestr("a.txt", b"damaged")
        folder.writestr("b.txt", gzip.compress(NAMED))
    assert packed.is_named_in(whole.getvalue().replace(b"damaged", b"damages"), person=ZELDA)


def test_mails_in_one_another_without_end_stop_no_erasure() -> None:
    endless = b"Content-Type: message/rfc822\n\n" * 3000 + b"Content-Type: text/plain\n\nhi\n"
    assert not packed.is_named_in(endless, person=ZELDA)


def test_zips_in_a_zip_have_one_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST", 100_000)
    file, bomb = io.BytesIO(), zipped(bytes(50_000))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for number in range(100):
            folder.writestr(f"{number}.zip", bomb)
    assert sum(len(each) for each in packed.layers(file.getvalue())) <= 2 * (len(file.getvalue()) + 100_000)


def test_a_small_file_does_not_become_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST", 1000)
    zeros = bytes(100_000)
    for data in (gzip.compress(zeros), zipped(zeros)):
        assert sum(map(len, packed.layers(data, deep=1))) <= len(data) * 2 + 2000


def locked() -> bytes:
    """A ZIP whose only file asks for a password: the flag of it, in both of its heads."""
    data = bytearray(zipped(b"nobody"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def pdf(content: bytes) -> bytes:
    packed_content = zlib.compress(content)
    head = f"%PDF-1.7\n1 0 obj <</Length {len(packed_content)}/Filter/FlateDecode>> stream\n".encode()
    return head + packed_content + b"\nendstream endobj\n%%EOF"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"nobody", set()), (zipped(b"nobody"), set()), (gzip.compress(b"nobody"), set()), (workbook(), set()),
        (locked(), {"locked"}), (zipped(locked()), {"locked"}), (mail(locked()), {"locked"}), (pdf(b"x"), {"pdf"}),
        (b"7z\xbc\xaf\x27\x1c...", {"archive"}), (b"Rar!\x1a\x07\x01", {"archive"}),
        (zipped(b"x", cut=30), {"damaged"}),
        (gzip.compress(b"nobody" * 999)[:-20], {"damaged"}), (bz2.compress(b"x")[:-2], {"damaged"}),
        (zipped(zipped(zipped(zipped(b"x")))), {"nested"}), (mail(pdf(b"x")), {"pdf"}),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), {"locked"}),
        (b"what a scanner put before\n" + pdf(b"x"), {"pdf"}), (b"Subject: %PDF-1.7\n" + mail(b"nobody"), set()),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_could_not_be_looked_into_is_told(data: bytes, why: set[str]) -> None:
    assert packed.look_into(data, person=NOBODY) == why


def test_what_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST", 1000)
    assert packed.look_into(zipped(b"a" * 5000), person=NOBODY) == {"oversize"}
    assert packed.look_into(gzip.compress(b"a" * 5000), person=NOBODY) == {"oversize"}


@pytest.mark.parametrize(
    "data",
    [
        bz2.compress(NAMED), lzma.compress(NAMED), pdf(NAMED), mail(pdf(NAMED)), zipped(bz2.compress(NAMED)),
        b"\xff\xd8\xff\xe1\x00\x40Exif\x00\x00II*\x00" + NAMED,
        b"\xff\xd8\xff\xe1\0\0" + NAMED.decode().encode("utf-16-le"),
        b"Subject: %PDF-1.7\n" + mail(gzip.compress(NAMED)),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_person_is_found_in_a_pdf_in_a_picture_and_in_other_packing(data: bytes) -> None:
    assert packed.is_named_in(data, person=ZELDA)
