"""What a file is by its content, and the file without what nobody meant to give away. Pure.

Names and stated types are not believed. Photos lose EXIF, GPS, XMP, comments, thumbnails and whatever was hung on
behind their end, without being drawn anew; their turn (orientation) stays. What is two things at once (a picture that
is an archive too), could act (HTML, SVG, programs, macros) or would burst when opened (zip and pixel bombs) is refused.
Formats: JPEG ITU-T T.81, PNG ISO 15948, RIFF/WebP RFC 9649, HEIF ISO 23008-12, ZIP APPNOTE 6.3.
"""

import io
import re
import struct
import zipfile
from dataclasses import dataclass

from allears.kit import heif

LARGEST = 5 * 1024 * 1024
MOST_PIXELS = 60_000_000  # drawn, 240 MB in a browser
MOST_MEMBERS, MOST_UNPACKED, MOST_RATIO = 2_000, 64 << 20, 200
IMAGE, DOCUMENT, AUDIO = "image", "document", "audio"
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|\?xml|html|head|body|script|svg|iframe|img|object|embed|form|meta|link|style|title|table|a\s)",
    re.IGNORECASE,
)
_ACTS = re.compile(rb"/(?:JavaScript|JS|Launch)\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # a letter of a name in a PDF
_HEIC = (b"heic", b"heix", b"mif1", b"msf1")


class FileRefusedError(ValueError):
    """A file that is not kept; ``code`` says why: empty, large, unknown, active, double, bomb, damaged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """A file that may be kept: image, document or audio, its media type, and its cleaned content."""

    kind: str
    type: str
    content: bytes

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.type]


EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/heic": "heic",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "application/x-ole-storage": "doc",
    **dict(zip(_OFFICE.values(), ("docx", "xlsx", "pptx"), strict=True)),
}


def sniff(content: bytes, *, largest: int = LARGEST) -> Sniffed:
    """What it is, cleaned; raises FileRefusedError."""
    if not content:
        raise FileRefusedError("empty")
    if len(content) > largest:
        raise FileRefusedError("large")
    try:
        found = _sniffed(content)
    except (struct.error, IndexError) as error:
        raise FileRefusedError("damaged") from error
    if not found.type.startswith(tuple(_OFFICE.values())) and zipfile.is_zipfile(io.BytesIO(found.content)):
        raise FileRefusedError("double")
    return found


def _sniffed(content: bytes) -> Sniffed:
    if content.startswith(b"\xff\xd8\xff"):
        return Sniffed(kind=IMAGE, type="image/jpeg", content=_jpeg(content))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Sniffed(kind=IMAGE, type="image/png", content=_png(content))
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Sniffed(kind=IMAGE, type="image/webp", content=_webp(content))
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return Sniffed(kind=IMAGE, type="image/gif", content=_gif(content))
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return Sniffed(kind=IMAGE, type="image/heic", content=_heic(content))
    if content.startswith(b"%PDF-"):
        return Sniffed(kind=DOCUMENT, type="application/pdf", content=_pdf(content))
    if content.startswith(b"PK\x03\x04"):
        return Sniffed(kind=DOCUMENT, type=_office(content), content=content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Sniffed(kind=DOCUMENT, type=_ole(content), content=content)
    if heard := _audio(content[:12]):
        return Sniffed(kind=AUDIO, type=heard, content=content)
    return Sniffed(kind=DOCUMENT, type="text/plain", content=_plain(content))


def _audio(head: bytes) -> str:
    """Recordings, as they come with mails."""
    if head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return "audio/mpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"M4B"):
        return "audio/mp4"
    return "audio/ogg" if head.startswith(b"OggS") else "audio/amr" if head.startswith(b"#!AMR") else ""


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise FileRefusedError("damaged")
    if width * height > MOST_PIXELS:
        raise FileRefusedError("bomb")


def _jpeg(content: bytes) -> bytes:
    """Segments that draw; of EXIF only the turn. What stands behind the end of the picture goes."""
    kept, place, turn, size = [b"\xff\xd8"], 2, 1, (0, 0)
    while True:
        while content[place] == 0xFF and content[place + 1] == 0xFF:
            place += 1
        if content[place] != 0xFF:
            raise FileRefusedError("damaged")
        marker = content[place + 1]
        if marker == 0xDA:
            break
        (length,) = struct.unpack_from(">H", content, place + 2)
        segment = content[place : place + 2 + length]
        if len(segment) != 2 + length or length < 2:
            raise FileRefusedError("damaged")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = struct.unpack_from(">HH", segment, 5)
        if marker == 0xE1:
            turn = _turn_of(segment[4:]) or turn
        elif _draws(marker, segment[4:]):
            kept.append(segment)
        place += 2 + length
    _check_pixels(*size)
    end = content.rfind(b"\xff\xd9", place)
    if end < 0:
        raise FileRefusedError("damaged")
    if turn != 1:
        kept.insert(1, _turn_segment(turn))
    return b"".join([*kept, _scans(content, place)])


def _draws(marker: int, data: bytes) -> bool:
    """JFIF, colour profile and Adobe's transform belong to the drawing; other notes and comments do not."""
    if marker == 0xE0:
        return data.startswith(b"JFIF\0")
    if marker == 0xE2:
        return data.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return data.startswith(b"Adobe")
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _scans(content: bytes, place: int) -> bytes:
    """From the first scan to the end marker; notes between scans are left out."""
    parts: list[bytes] = []
    start = place
    while True:
        found = content.find(b"\xff", place)
        if found < 0:
            raise FileRefusedError("damaged")
        marker = content[found + 1]
        if marker == 0xD9:
            return b"".join([*parts, content[start : found + 2]])
        if marker in (0x00, 0xFF) or 0xD0 <= marker <= 0xD7:
            place = found + (1 if marker == 0xFF else 2)
            continue
        (length,) = struct.unpack_from(">H", content, found + 2)
        if 0xE0 <= marker <= 0xEF or marker == 0xFE:
            parts.append(content[start:found])
            start = found + 2 + length
        place = found + 2 + length


def _turn_of(data: bytes) -> int:
    """The orientation of an EXIF block, 1 to 8; 0 where it says none."""
    if not data.startswith(b"Exif\0\0") or len(data) < 18:
        return 0
    tiff = data[6:]
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for number in range(min(count, 200)):
        tag, kind, _n, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
        if tag == 0x0112 and kind == 3:
            return int(value) if 1 <= value <= 8 else 0
    return 0


def _turn_segment(turn: int) -> bytes:
    """An EXIF block that says the turn and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turn, 0, 0)
    data = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
)


def _png(content: bytes) -> bytes:
    kept, place = [content[:8]], 8
    while True:
        (length,) = struct.unpack_from(">I", content, place)
        name, whole = content[place + 4 : place + 8], content[place : place + 12 + length]
        if len(whole) != 12 + length or (place == 8) != (name == b"IHDR"):
            raise FileRefusedError("damaged")
        if name == b"IHDR":
            _check_pixels(*struct.unpack_from(">II", whole, 8))
        if name in _PNG_KEPT:
            kept.append(whole)
        if name == b"IEND":
            return b"".join(kept)
        place += 12 + length


def _webp(content: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    kept, place, end = [], 12, min(8 + size, len(content))
    if 8 + size > len(content) + 1:
        raise FileRefusedError("damaged")
    while place + 8 <= end:
        name = content[place : place + 4]
        (length,) = struct.unpack_from("<I", content, place + 4)
        data = content[place + 8 : place + 8 + length]
        if len(data) != length:
            raise FileRefusedError("damaged")
        if name == b"VP8X":
            width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (4, 7))
            _check_pixels(width, height)
            data = bytes([data[0] & ~0x0C]) + data[1:]  # the flags of EXIF and XMP
        if name in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            kept.append(name + struct.pack("<I", length) + data + b"\0" * (length % 2))
        place += 8 + length + length % 2
    if not kept:
        raise FileRefusedError("damaged")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(content: bytes) -> bytes:
    """Up to its trailer, without comments and application notes other than the loop's."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    _check_pixels(width, height)
    place = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    kept = [content[:place]]
    while True:
        start, mark = place, content[place]
        if mark == 0x3B:
            return b"".join([*kept, b"\x3b"])
        if mark == 0x21:
            label, place = content[place + 1], _after_blocks(content, place + 2)
            note = label == 0xFE or (label == 0xFF and content[start + 3 : start + 14] != b"NETSCAPE2.0")
            kept += [] if note else [content[start:place]]
        elif mark == 0x2C:
            local = content[place + 9]
            place += 10 + (3 << ((local & 7) + 1) if local & 0x80 else 0)
            place = _after_blocks(content, place + 1)
            kept.append(content[start:place])
        else:
            raise FileRefusedError("damaged")


def _after_blocks(content: bytes, place: int) -> int:
    while length := content[place]:
        place += 1 + length
    return place + 1


def _heic(content: bytes) -> bytes:
    try:
        return heif.without_notes(content)
    except heif.HeifError as error:
        raise FileRefusedError("damaged") from error


def _pdf(content: bytes) -> bytes:
    """Up to its last end mark; one that runs a program or a script when opened is refused."""
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise FileRefusedError("damaged")
    if _ACTS.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)):
        raise FileRefusedError("active")
    return content[: end + 5] + b"\n"


def _office(content: bytes) -> str:
    """Which of Office's own formats the archive is; nothing is unpacked to the disk."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members)
            names = {each.filename for each in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise FileRefusedError("damaged") from error
    if "[Content_Types].xml" not in names:
        raise FileRefusedError("unknown")
    if any("vbaproject" in name.lower() or "activex" in name.lower() for name in names):
        raise FileRefusedError("active")
    found = next((media for part, media in _OFFICE.items() if any(name.startswith(part) for name in names)), "")
    if not found:
        raise FileRefusedError("unknown")
    return found


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise FileRefusedError("unknown")
    unpacked, packed = (
        sum(values) for values in zip(*((each.file_size, each.compress_size) for each in members), strict=True)
    )
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1):
        raise FileRefusedError("bomb")


def _ole(content: bytes) -> str:
    """Old Office; one with macros is refused."""
    if b"_\0V\0B\0A\0" in content or b"V\0B\0A\0" in content:
        raise FileRefusedError("active")
    return "application/x-ole-storage"


def _plain(content: bytes) -> bytes:
    """Readable text that no browser would take for a page."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _MARKUP.search(content[: 64 << 10]):
        raise FileRefusedError("active")
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"<", b"\xca\xfe\xba\xbe")) or b"\0" in content:
        raise FileRefusedError("unknown")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(1 for char in text[:4096] if ord(char) < 32 and char not in "\t\r\n\f")
        if not strange:
            return content
    raise FileRefusedError("unknown")
