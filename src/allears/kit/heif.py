"""HEIF photos (ISO 23008-12) without EXIF and XMP: the bytes of those items are blanked where they lie. Pure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

NOTES = (b"Exif", b"mime", b"uri ")


class HeifError(ValueError):
    """The boxes cannot be followed."""


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int  # of its payload
    end: int


def without_notes(content: bytes) -> bytes:
    """The same length; where the notes stood are zeros. Raises HeifError."""
    try:
        top = list(_boxes(content, 0, len(content)))
        meta = next((box for box in top if box.name == b"meta"), None)
        if meta is None:
            raise HeifError("no meta box")
        inner = {box.name: box for box in _boxes(content, meta.start + 4, meta.end)}
        if b"iinf" not in inner or b"iloc" not in inner:
            raise HeifError("no items")
        notes = set(_notes(content, inner[b"iinf"]))
        cleaned = bytearray(content[: top[-1].end])
        base = inner[b"idat"].start if b"idat" in inner else 0
        for item, method, offset, length in _extents(content, inner[b"iloc"]):
            if item in notes:
                start = offset + (base if method == 1 else 0)
                if start + length > len(cleaned) or method > 1:
                    raise HeifError("an item lies outside")
                cleaned[start : start + length] = bytes(length)
    except (struct.error, IndexError) as error:
        raise HeifError(str(error)) from error
    return bytes(cleaned)


def _boxes(content: bytes, place: int, end: int) -> Iterator[_Box]:
    while place + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, place)
        header = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, place + 8)
            header = 16
        size = size or end - place
        if size < header or place + size > end:
            raise HeifError("a box is cut off")
        yield _Box(name, place + header, place + size)
        place += size


def _notes(content: bytes, box: _Box) -> Iterator[int]:
    """Ids of items that are no pictures."""
    version = content[box.start]
    place = box.start + (6 if version == 0 else 8)
    for entry in _boxes(content, place, box.end):
        kind = content[entry.start]
        if entry.name != b"infe" or kind < 2:
            continue
        wide = kind >= 3
        (item,) = struct.unpack_from(">I" if wide else ">H", content, entry.start + 4)
        at = entry.start + (10 if wide else 8)
        if content[at : at + 4] in NOTES:
            yield item


def _extents(content: bytes, box: _Box) -> Iterator[tuple[int, int, int, int]]:
    """(item, construction method, offset, length) of every piece."""
    version = content[box.start]
    sizes = struct.unpack_from(">H", content, box.start + 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    place = box.start + 6

    def number(size: int) -> int:
        nonlocal place
        found = int.from_bytes(content[place : place + size], "big")
        if place + size > box.end:
            raise HeifError("the places are cut off")
        place += size
        return found

    wide = 4 if version == 2 else 2
    for _item in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # where the data stands; always this file
        base = number(base_size)
        for _extent in range(number(2)):
            if version:
                number(index_size)
            offset = base + number(offset_size)
            yield item, method, offset, number(length_size)
