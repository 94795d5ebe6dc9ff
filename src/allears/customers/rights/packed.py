"""Whether a file names a person, however it is packed.

As it lies there, as UTF-16, in gzip, ZIP (so in Office files too) and in mails with their own encodings. A PDF and
what is locked by a password are not looked into.
"""

import email
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from allears.customers.rights.person import Person

MOST = 64 << 20  # bytes unpacked of one file
DEEP = 3  # a ZIP in a mail in a mail
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")


def is_named_in(data: bytes, *, person: Person) -> bool:
    """A look at every layer of the file."""
    return any(person.may_be_in(layer) for layer in layers(data))


def layers(data: bytes, *, deep: int = DEEP) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield data
    if b"\0" in data[:200]:
        yield data.replace(b"\0", b"")  # UTF-16 of addresses, numbers and ids
    for part in _parts(data) if deep else ():
        yield from layers(part, deep=deep - 1)


def _parts(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield from _unzipped(data)
    elif data[:4] == b"PK\x03\x04":
        yield from _members(data)
    elif _HEADER.match(data):
        for part in email.message_from_bytes(data).walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content:
                yield content


def _unzipped(data: bytes) -> Iterator[bytes]:
    """As far as it is whole."""
    stream, room = zlib.decompressobj(31), MOST
    try:
        while data and room > 0 and (block := stream.decompress(data, room)):
            yield block
            data, room = stream.unconsumed_tail, room - len(block)
    except zlib.error:
        return


def _members(data: bytes) -> Iterator[bytes]:
    room = MOST
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            for member in packed.infolist():
                with packed.open(member) as file:
                    content = file.read(room)
                room -= len(content)
                yield content
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        return  # damaged, locked, or packed in a way of its own
