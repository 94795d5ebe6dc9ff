"""Which encoding a text file is in: by its mark, else by reading it all strictly, else by what looks like writing."""

import codecs
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

Opener = Callable[[], IO[bytes]]
BLOCK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Share of double bytes in the rows of GB 2312 (common writing); Western text read as GB hits them only by chance.
COMMON_SHARE = 0.7
# A file with fewer undecodable places than this per mebibyte is UTF-8 with broken rows, not another encoding.
BROKEN_PER_BLOCK = 20


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """``surrogateescape``, and a mark of its own kind where that gives up: half a character of UTF-16, at a cut end."""
    try:
        found: tuple[str, int] = codecs.lookup_error("surrogateescape")(error)  # type: ignore[assignment]
    except UnicodeDecodeError as halved:
        return "\udcff", halved.end
    return found


ESCAPED = "allears.escaped"
codecs.register_error(ESCAPED, _escaped)


def text_of(opener: Opener, encoding: str, *, newline: str | None = None) -> io.TextIOWrapper:
    """The file as text; bytes that are none in this encoding are marked by half characters, U+DC80 to U+DCFF."""
    return io.TextIOWrapper(opener(), encoding=encoding, errors=ESCAPED, newline=newline)


def detect(opener: Opener) -> str:
    """The Python codec name to read the file with; never fails, because broken rows are told apart later."""
    with opener() as file:
        head = file.read(4)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if name := _wide_without_mark(opener):
        return name
    broken, multibyte = _utf8_report(opener)
    if not broken:
        return "utf-8"
    sample = _sample_of_high_bytes(opener)
    if _looks_like_gb(sample):
        return "gb18030"
    if multibyte and broken < multibyte:
        return "utf-8"
    return "cp1252"


def _wide_without_mark(opener: Opener) -> str:
    """UTF-16 without a mark shows as zeros in every second byte: those of its plain letters and commas."""
    with opener() as file:
        block = file.read(4096)
    if len(block) < 16:
        return ""
    even, odd = block[0::2].count(0), block[1::2].count(0)
    if odd > len(block) * 0.03 and even < odd * 0.2:
        return "utf-16-le"
    if even > len(block) * 0.03 and odd < even * 0.2:
        return "utf-16-be"
    return ""


def _utf8_report(opener: Opener) -> tuple[int, int]:
    """(undecodable places, good multi-byte characters) of the file read as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    broken = good = 0
    with opener() as file:
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            if text.isascii():
                continue
            escaped = sum(1 for char in text if "\udc80" <= char <= "\udcff")
            broken += escaped
            good += sum(1 for char in text if char > "\x7f") - escaped
        broken += len(decoder.decode(b"", final=True))
    return broken, good


def _sample_of_high_bytes(opener: Opener, wanted: int = BLOCK) -> bytes:
    """The lines that hold bytes above ASCII, up to about a mebibyte of them."""
    kept = bytearray()
    with opener() as file:
        while len(kept) < wanted and (block := file.read(BLOCK)):
            for line in block.splitlines(keepends=True):
                if not line.isascii():
                    kept += line
    return bytes(kept[:wanted])


def _looks_like_gb(sample: bytes) -> bool:
    """Whether the high bytes pair up as common Chinese characters and punctuation do in GB 18030."""
    pairs = common = broken = 0
    position, end = 0, len(sample) - 1
    while position < end:
        lead, trail = sample[position], sample[position + 1]
        if lead < 0x80:
            position += 1
            continue
        if 0x30 <= trail <= 0x39:  # a character of four bytes
            position += 4
            continue
        if not (0x81 <= lead <= 0xFE and 0x40 <= trail <= 0xFE and trail != 0x7F):
            broken += 1
            position += 1
            continue
        pairs += 1
        common += trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA9)
        position += 2
    return pairs > 0 and common >= COMMON_SHARE * pairs and broken <= 0.05 * pairs


def opener_of(path: Path) -> Opener:
    """Opens the file's own bytes, unpacked when it is gzip whatever its name says."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return lambda: cast(IO[bytes], gzip.open(path, "rb"))  # a binary file in all but its declared type
    return lambda: path.open("rb")
