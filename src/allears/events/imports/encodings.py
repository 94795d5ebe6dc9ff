"""Which encoding a text file is in: by its mark, else by reading it all strictly, else by what looks like writing."""

import codecs
import gzip
import io
import re
from collections import Counter
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
    if _is_utf8(opener):
        return "utf-8"
    broken, multibyte = _utf8_report(opener)
    sample = _sample_of_high_bytes(opener)
    if name := _looks_eastern(sample):
        return name
    if _looks_like_gb(sample):
        return "gb18030"
    if broken < multibyte or _many_lines_are_utf8(sample):
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


def _is_utf8(opener: Opener) -> bool:
    """Whether all of it is, as it mostly is: then nothing has to be counted."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opener() as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


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


def _looks_eastern(sample: bytes) -> str:
    """Big5, Shift-JIS, EUC-JP or EUC-KR, if the high bytes pair up as their common writing does; else empty.

    Big5 (Taiwan, Hong Kong) has two fifths of its second bytes below 0xA1, where GB 2312 has none; about half of what
    Japanese write is kana, which stand in a row of each code; Korean syllables fill the rows up to 0xC8 only.
    """
    pairs = _pairs(sample)
    total = sum(pairs.values())
    if total < LEAST_PAIRS:
        return ""

    def share(leads: range, trails: range = range(256)) -> float:
        return sum(n for (lead, trail), n in pairs.items() if lead in leads and trail in trails) / total

    if share(range(0x81, 0x85)) >= 0.25 and _decodes(sample, "cp932"):
        return "cp932"
    if share(range(0xA4, 0xA6), range(0xA1, 0xF7)) >= 0.25 and _decodes(sample, "euc_jp"):
        return "euc_jp"
    if share(range(0xA1, 0xC7)) >= 0.85 and 0.15 <= share(range(256), range(0x40, 0x7F)) <= 0.75:
        return next((name for name in ("cp950", "big5hkscs") if _decodes(sample, name)), "")
    if share(range(0xB0, 0xC9), range(0xA1, 0xFF)) >= 0.97 and _decodes(sample, "cp949"):
        return "cp949"
    return ""


LEAST_LINES, LEAST_SHARE = 3, 0.2  # of whole UTF-8 among those with high bytes: the others are another's
LEAST_PAIRS = 12  # fewer characters prove nothing
MOST_UNREADABLE = 0.01  # of a sample, in the encoding that it is taken for


def _many_lines_are_utf8(sample: bytes) -> bool:
    """Whether so many lines are whole UTF-8 that it is no chance: then the others came from another file."""
    lines = sample.splitlines()
    whole = sum(_is_whole(line) for line in lines)
    return whole >= max(LEAST_LINES, LEAST_SHARE * len(lines))


def _is_whole(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _pairs(sample: bytes) -> "Counter[tuple[int, int]]":
    """Double bytes that stand beside others: letters with accents, which stand alone among plain ones, do not count."""
    found: Counter[tuple[int, int]] = Counter()
    for run in _RUN.findall(sample):
        found.update(zip(run[0::2], run[1::2], strict=False))
    return found


_RUN = re.compile(rb"(?:[\x81-\xfe][\x40-\xfe]){3,}")


def _decodes(sample: bytes, name: str) -> bool:
    text = sample.decode(name, "replace")
    return text.count("\ufffd") <= MOST_UNREADABLE * len(text) + 2  # a character may be cut at the sample's end


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
