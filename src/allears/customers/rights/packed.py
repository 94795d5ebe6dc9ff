"""Whether a file names a person, however it is packed.

As it lies there (so in what pictures say of themselves), as UTF-16, in gzip, bzip2, xz, ZIP (so in Office files too)
and in mails with their own encodings. Files come from anybody: what is damaged, or nested without end, is looked into
as far as it can be, and stops nobody's erasure. ``look_into`` says as well why a file could not be looked into in full.
"""

import bz2
import email
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from allears.customers.rights.person import Person

MOST = 64 << 20  # bytes unpacked of one file, in all its layers
DEEP = 3  # a ZIP in a mail in a mail
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_UNREADABLE = (  # what unpacking says of damage, of a password, and of a way of its own
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError,
    MemoryError,
)  # fmt: skip

LOCKED, PDF, ARCHIVE, OVERSIZE, DEEPER, DAMAGED = "locked", "pdf", "archive", "oversize", "nested", "damaged"
_STRANGE = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd", b"MSCF", b"LZIP")  # archives we have no reader for
_STREAM = re.compile(rb"stream\r?\n")
_OFFICE_LOCKED = "EncryptedPackage".encode("utf-16-le")


@dataclass
class _Room:
    """Bytes that may still be unpacked: a ZIP full of ZIPs would else have the room of each."""

    left: int
    unread: set[str] = field(default_factory=set)

    def take(self, number: int) -> None:
        self.left -= number
        if self.left <= 0:
            self.unread.add(OVERSIZE)


def is_named_in(data: bytes, *, person: Person) -> bool:
    """A look at every layer of the file."""
    return any(person.may_be_in(layer) for layer in layers(data))


def look_into(data: bytes, *, person: Person) -> set[str] | None:
    """None where the file names the person; else why parts of it could not be looked into, empty when all were."""
    room = _Room(MOST)
    named = any(person.may_be_in(layer) for layer in _layers(data, DEEP, room))
    return None if named else room.unread


def layers(data: bytes, *, deep: int = DEEP) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield from _layers(data, deep, _Room(MOST))


def _layers(data: bytes, deep: int, room: _Room) -> Iterator[bytes]:
    yield data
    if b"\0" in data[:200]:
        yield data.replace(b"\0", b"")  # UTF-16 of addresses, numbers and ids
    if _is_pdf(data):
        room.unread.add(PDF)
    elif data.startswith(_STRANGE):
        room.unread.add(ARCHIVE)
    elif data.startswith(b"\xd0\xcf\x11\xe0") and _OFFICE_LOCKED in data:
        room.unread.add(LOCKED)
    for part in _parts(data, room):
        if not deep:
            room.unread.add(DEEPER)
            return
        yield from _layers(part, deep - 1, room)


def _parts(data: bytes, room: _Room) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield from _unzipped(data, room)
    elif data[:3] == b"BZh" or data[:6] == b"\xfd7zXZ\0":
        yield from _expanded(data, room)
    elif data[:4] == b"PK\x03\x04":
        yield from _members(data, room)
    elif _is_pdf(data):
        yield from _streams(data, room)
    elif _HEADER.match(data):
        yield from _of_mail(data, room)


def _is_pdf(data: bytes) -> bool:
    """Readers look for the mark among the first 1024 bytes; a mail that speaks of it is none."""
    return b"%PDF-" in data[:1024] and not _HEADER.match(data)


def _expanded(data: bytes, room: _Room) -> Iterator[bytes]:
    stream: bz2.BZ2Decompressor | lzma.LZMADecompressor
    stream = bz2.BZ2Decompressor() if data[:3] == b"BZh" else lzma.LZMADecompressor()
    try:
        content = stream.decompress(data, max(room.left, 0))
    except (OSError, lzma.LZMAError):
        room.unread.add(DAMAGED)
        return
    room.take(len(content))
    if not stream.eof or stream.unused_data:
        room.unread.add(DAMAGED)
    yield content


def _streams(data: bytes, room: _Room) -> Iterator[bytes]:
    """What a PDF keeps compressed: addresses of links, forms, notes, often its text; never all of it for sure."""
    for found in _STREAM.finditer(data):
        if room.left <= 0:
            return
        end = data.find(b"endstream", found.end())
        try:
            content = zlib.decompressobj().decompress(data[found.end() : end if end > 0 else None], room.left)
        except zlib.error:
            continue  # a picture or a font
        room.take(len(content))
        yield content


def _of_mail(data: bytes, room: _Room) -> Iterator[bytes]:
    try:
        parts = list(email.message_from_bytes(data).walk())
    except RecursionError:
        room.unread.add(DEEPER)
        return  # hundreds of mails in one another: nobody wrote that to be read
    for part in parts:
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield content


def _unzipped(data: bytes, room: _Room) -> Iterator[bytes]:
    """As far as it is whole."""
    stream, whole = zlib.decompressobj(31), False
    try:
        while data and room.left > 0:
            block, data = stream.decompress(data, room.left), stream.unconsumed_tail
            room.take(len(block))
            whole = stream.eof
            if whole:  # of one of several that were put behind each other
                data, stream = stream.unused_data, zlib.decompressobj(31)
            yield block
    except zlib.error:
        room.unread.add(DAMAGED)
        return
    if not whole and room.left > 0:
        room.unread.add(DAMAGED)


def _members(data: bytes, room: _Room) -> Iterator[bytes]:
    try:
        packed = zipfile.ZipFile(BytesIO(data))
    except _UNREADABLE:
        room.unread.add(DAMAGED)
        return
    with packed:
        for member in packed.infolist():
            if member.flag_bits & 1:
                room.unread.add(LOCKED)
                continue
            try:
                with packed.open(member) as file:
                    content = file.read(max(room.left, 0))
            except _UNREADABLE:
                room.unread.add(DAMAGED)
                continue  # the others may be whole
            room.take(len(content))
            yield content
