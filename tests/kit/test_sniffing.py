"""Files by their content: what is hidden goes, what could harm is refused."""

import io
import struct
import zipfile
import zlib

import pytest

from allears.kit import heif
from allears.kit.sniffing import FileRefusedError, sniff

GPS = b"GPS 31.2304N 121.4737E"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*, width: int = 1, height: int = 1, more: bytes = b"", behind: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    drawn = chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + more + drawn + chunk(b"IEND", b"") + behind


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def exif(turn: int) -> bytes:
    """An EXIF block of two entries, the turn and a text, as cameras write them (little-endian)."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack("<HHII", 0x010E, 2, len(GPS), 38)
    return b"Exif\0\0" + b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + GPS


def jpeg(*, turn: int = 6, behind: bytes = b"", width: int = 8) -> bytes:
    frame = struct.pack(">BHHB", 8, 8, width, 1) + b"\x01\x11\0"
    scan = b"\x01\x01\0\0\x3f\0"
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            segment(0xE1, exif(turn)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + GPS),
            segment(0xED, b"Photoshop 3.0\0" + GPS),
            segment(0xFE, GPS),
            segment(0xC0, frame),
            segment(0xDA, scan),
            b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9",
            behind,
        ]
    )


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name.replace("__", "/").replace("TYPES", "[Content_Types].xml"), data)
    return packed.getvalue()


def test_a_jpeg_keeps_its_picture_and_its_turn_and_loses_the_rest() -> None:
    found = sniff(jpeg(behind=b"<script>" + GPS))
    assert (found.kind, found.type, found.extension) == ("image", "image/jpeg", "jpg")
    assert GPS not in found.content
    assert b"script" not in found.content
    assert b"JFIF" in found.content
    assert found.content.endswith(b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9")
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in found.content
    assert sniff(found.content).content == found.content
    assert b"Exif" not in sniff(jpeg(turn=1)).content


def test_a_png_loses_its_texts_and_what_hangs_behind_it() -> None:
    notes = chunk(b"tEXt", b"Comment\0" + GPS) + chunk(b"eXIf", b"II*\0" + GPS) + chunk(b"iTXt", GPS)
    found = sniff(png(more=notes, behind=b"behind"))
    assert found.type == "image/png"
    assert found.content == png()


def test_a_webp_loses_exif_and_says_so_in_its_flags() -> None:
    header = bytes([0x1C, 0, 0, 0]) + (9).to_bytes(3, "little") * 2
    found = sniff(riff((b"VP8X", header), (b"VP8L", b"drawn"), (b"EXIF", GPS), (b"XMP ", GPS)))
    assert found.content == riff((b"VP8X", bytes([0x10]) + header[1:]), (b"VP8L", b"drawn"))


def test_a_gif_loses_its_comments() -> None:
    start = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    comment = b"\x21\xfe" + bytes([len(GPS)]) + GPS + b"\0"
    assert sniff(start + comment + image + b"\x3b" + b"behind").content == start + image + b"\x3b"


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + name + data


def test_a_heic_has_its_notes_blanked() -> None:
    items = b"".join(
        box(b"infe", struct.pack(">BBHHH", 2, 0, 0, number, 0) + kind + b"\0")
        for number, kind in ((1, b"hvc1"), (2, b"Exif"))
    )
    start = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(at: int) -> bytes:
        places = b"".join(
            struct.pack(">HHHII", number, 0, 1, offset, length)
            for number, offset, length in ((1, at, 5), (2, at + 5, len(GPS)))
        )
        return box(
            b"meta",
            b"\0\0\0\0"
            + box(b"iinf", struct.pack(">BBHH", 0, 0, 0, 2) + items)
            + box(b"iloc", struct.pack(">BBHHH", 0, 0, 0, 0x4400, 2) + places),
        )

    whole = start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", b"drawn" + GPS)
    found = sniff(whole)
    assert found.type == "image/heic"
    assert found.content == whole.replace(GPS, bytes(len(GPS)))
    with pytest.raises(heif.HeifError):
        heif.without_notes(whole[:60])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"x" * 101, "large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "active"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><p>Hi", "active"),
        (b"words and then <script>x</script>", "active"),
        (b"MZ\x90 program", "unknown"),
        (b"\x7fELF", "unknown"),
        (b"\x00\x01\x02", "unknown"),
        (b"%PDF-1.7 no end", "damaged"),
        (b"%PDF-1.7 /OpenAction << /S /JavaScript >> %%EOF", "active"),
        (b"%PDF-1.7 /OpenAction << /S /Java#53cript >> %%EOF", "active"),
        (b"\x89PNG\r\n\x1a\n0000", "damaged"),
        (b"\xff\xd8\xff\xe0\x00", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 _\0V\0B\0A\0", "active"),
    ],
)
def test_what_is_not_kept(content: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        sniff(content, largest=100)
    assert refused.value.code == code


def test_an_archive_whose_names_cannot_be_read_is_damaged() -> None:
    named = archive(**{"[Content_Types].xml": b"x", "word/\u4e2d.xml": b"x"})
    with pytest.raises(FileRefusedError) as refused:
        sniff(named.replace("\u4e2d".encode(), b"\xff\xff\xff"))
    assert refused.value.code == "damaged"


def test_two_things_at_once_are_refused() -> None:
    packed = archive(evil__payload=b"x")
    with pytest.raises(FileRefusedError) as refused:
        sniff(b"%PDF-1.4\n" + packed + b"\n%%EOF")
    assert refused.value.code == "double"
    assert sniff(jpeg(behind=packed)).content == sniff(jpeg()).content  # what hangs behind a picture just goes


def test_bombs_are_refused_unopened() -> None:
    for bomb in (png(width=65_000, height=65_000), archive(TYPES=b"x", word__document=b"\0" * (3 << 20))):
        with pytest.raises(FileRefusedError) as refused:
            sniff(bomb)
        assert refused.value.code == "bomb"


def test_office_files_are_known_by_their_parts() -> None:
    found = sniff(archive(TYPES=b"<Types/>", word__document=b"<w/>"))
    assert (found.kind, found.extension) == ("document", "docx")
    for members, code in (({"TYPES": b"", "word__vbaProject.bin": b"x"}, "active"), ({"a.txt": b"x"}, "unknown")):
        with pytest.raises(FileRefusedError) as refused:
            sniff(archive(**members))
        assert refused.value.code == code


def test_text_in_both_languages_is_text() -> None:
    assert sniff("第一行\n价格 < 100".encode()).type == "text/plain"
    assert sniff("灯坏了".encode("gb18030")).extension == "txt"
