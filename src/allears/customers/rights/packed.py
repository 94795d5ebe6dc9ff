"""Whether a file names a person, however it is packed.

As it lies there, as UTF-16, in gzip, ZIP (so in Office files too) and in mails with their own encodings. A PDF and
what is locked by a password are not looked into. Files come from anybody: what is damaged, or nested without end, is
looked into as far as it can be, and stops nobody's erasure.
"""

import email
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from allears.customers.rights.person import Person

MOST = 64 << 20  # bytes unpacked of one file, in all its layers
DEEP = 3  # a ZIP in a mail in a mail
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_UNREADABLE = (  # what unpacking says of damage, of a password, and of a way of its own
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, RuntimeError,
    MemoryError,
)  # fmt: skip


@dataclass
class _Room:
    """Bytes that may still be unpacked: a ZIP full of ZIPs would else have the room of each."""

    left: int


def is_named_in(data: bytes, *, person: Person) -> bool:
    """A look at every layer of the file."""
    return any(person.may_be_in(layer) for layer in layers(data))


def layers(data: bytes, *, deep: int = DEEP) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield from _layers(data, deep, _Room(MOST))


def _layers(data: bytes, deep: int, room: _Room) -> Iterator[bytes]:
    yield data
    if b"\0" in data[:200]:
        yield data.replace(b"\0", b"")  # UTF-16 of addresses, numbers and ids
    for part in _parts(data, room) if deep else ():
        yield from _layers(part, deep - 1, room)


def _parts(data: bytes, room: _Room) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield from _unzipped(data, room)
    elif data[:4] == b"PK\x03\x04":
        yield from _members(data, room)
    elif _HEADER.match(data):
        yield from _of_mail(data)


def _of_mail(data: bytes) -> Iterator[bytes]:
    try:
        parts = list(email.message_from_bytes(data).walk())
    except RecursionError:
        return  # hundreds of mails in one another: nobody wrote that to be read
    for part in parts:
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield content


def _unzipped(data: bytes, room: _Room) -> Iterator[bytes]:
    """As far as it is whole."""
    stream = zlib.decompressobj(31)
    try:
        while data and room.left > 0:
            block, data = stream.decompress(data, room.left), stream.unconsumed_tail
            room.left -= len(block)
            if stream.eof:  # of one of several that were put behind each other
                data, stream = stream.unused_data, zlib.decompressobj(31)
            yield block
    except zlib.error:
        return


def _members(data: bytes, room: _Room) -> Iterator[bytes]:
    try:
        packed = zipfile.ZipFile(BytesIO(data))
    except _UNREADABLE:
        return
    with packed:
        for member in packed.infolist():
            try:
                with packed.open(member) as file:
                    content = file.read(room.left)
            except _UNREADABLE:
                continue  # the others may be whole
            room.left -= len(content)
            yield content
