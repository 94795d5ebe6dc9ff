"""Mails as they come, read without a server."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allears.listen.sources.kinds.imap import letters
from allears.listen.sources.kinds.imap.letters import read_letter
from allears.listen.sources.kinds.imap.quoting import own_words

SAMPLES = sorted((Path(letters.__file__).parent / "samples").glob("*.eml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_read_as_they_should(path: Path) -> None:
    read = read_letter(path.read_bytes())
    seen = {
        "nature": read.nature,
        "sender": read.sender,
        "name": read.name,
        "subject": read.subject,
        "text": read.text,
        "answers": list(read.answers),
        "marks": list(read.marks),
        "enclosures": [[each.name, each.type, each.size, each.content is not None] for each in read.enclosures],
    }
    assert seen == json.loads(path.with_suffix(".expect.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"Subject: =?x?Q?=\n\n", b"From: <<>>\nDate: nonsense\n\n\xe4"])
def test_every_mail_is_readable_somehow(raw: bytes) -> None:
    assert read_letter(raw).nature == "letter"


@pytest.mark.parametrize(
    "text",
    [
        "On " * 8000,
        "> " * 8000,
        ("On a " * 70 + "\n") * 60,
        "From: \n" * 4000,
        "在 2026年1月1日 " * 3000,
        "- a\n" * 5000,
    ],
)
def test_no_mail_makes_it_slow(text: str) -> None:
    begun = time.process_time()
    own_words(text, is_answer=True)
    assert time.process_time() - begun < 2


def test_files_beyond_the_bounds_are_named_but_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MOST_BYTES_EACH", 7)
    path = next(path for path in SAMPLES if path.stem == "with-files")
    assert [(each.name, each.content) for each in read_letter(path.read_bytes()).enclosures] == [
        ("lamp.png", None),
        ("run.exe", None),
    ]


def test_mails_of_careless_programs_are_read() -> None:
    """No boundary, a NUL in the subject, bytes of GBK as a file's name, a time in a form of its own."""
    unmarked = read_letter(
        b"Subject: a\x00b\nDate: 2026-03-05 10:00:00+08:00\nContent-Type: multipart/mixed\n\nplain words"
    )
    assert (unmarked.subject, unmarked.text) == ("ab", "plain words")
    assert unmarked.sent_at == datetime(2026, 3, 5, 2, tzinfo=UTC)
    assert read_letter(b"Content-Type: multipart/alternative; boundary=Z\n\nnever begun").text == "never begun"
    enclosed = (
        b"Content-Type: multipart/mixed; boundary=B\n\n"
        b"--B\nContent-Type: text/plain\n\nsee\n--B\nContent-Type: text/plain"
        b'\nContent-Disposition: attachment; filename="' + "发票.txt".encode("gbk") + b'"\n\nhello\n--B--\n'
    )
    assert [each.name for each in read_letter(enclosed).enclosures] == ["发票.txt"]
