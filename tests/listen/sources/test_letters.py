"""Mails as they come, read without a server."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allears.listen.sources.kinds.imap import letters
from allears.listen.sources.kinds.imap.letters import read_letter
from allears.listen.sources.kinds.imap.quoting import own_words
from allears.listen.sources.plain import html_text

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
        "On " * 80_000,
        "> " * 80_000,
        ("On a " * 70 + "\n") * 600,
        "From: \n" * 20_000,
        "在 2026年1月1日 " * 30_000,
        "- a\n" * 50_000,
        "|" * 200_000 + "x\n" + "<a@" * 80_000 + "\n" + "_" * 200_000 + "x\n",
        " " * 200_000 + "!",
        "hello\n\nfrom" + " " * 200_000 + "x\nto" + " " * 200_000 + "x\nsubject" + " " * 200_000 + "x",
    ],
)
def test_no_mail_makes_it_slow(text: str) -> None:
    """Each of these would take an hour where neighbours of a pattern match the same characters."""
    assert len(own_words(text, is_answer=True)) <= len(text)


@pytest.mark.parametrize(
    ("meant", "named", "words"),
    [
        ("gb18030", "gb2312", "堃哥，镕的快递"),
        ("cp932", "Shift_JIS", "配達が遅い①髙橋"),
        ("cp949", "ks_c_5601-1987", "배송이 늦어요 똠"),
        ("big5hkscs", "big5", "快遞三天沒到 嘅"),
        ("iso-2022-jp", "ISO-2022-JP", "配達が遅い"),
    ],
)
def test_a_mail_that_names_the_small_set_of_characters_and_means_the_large_one(
    meant: str, named: str, words: str
) -> None:
    raw = f"Content-Type: text/plain; charset={named}\nContent-Transfer-Encoding: 8bit\n\n".encode()
    assert read_letter(raw + words.encode(meant)).text == words


def test_a_character_that_japanese_mail_does_not_know_costs_only_itself() -> None:
    raw = b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B\x47\x5b\x43\x23\x2d\x21\x24\x2c\x1b(B"
    text = read_letter(raw).text
    assert (text[:2], text[-1], "\x1b" in text) == ("配達", "が", False)


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


@pytest.mark.parametrize(
    "quoted",
    [
        "Acme 客服 <help@acme.test> 于 2026年3月5日周四\n10:00写道：\n\n> 您好\n> 谢谢",
        "Acme Customer Service of the North\n<help@acme.test> 于2026年3月5日周四 10:00写道：\n\n> 您好",
        '--------&nbsp;原始邮件&nbsp;--------\n发件人: "Acme" <help@acme.test>;\n时间: 2026年3月5日\n您好',
        "         原始邮件\n\n发件人：Acme <help@acme.test>\n发件时间：2026年3月5日 10:00\n主题：Re: 订单\n\n您好",
        "| |\n王小明\n|\n|\nzoe@163.test\n|\n---- 回复的原邮件 ----\n| 发件人 | Acme<help@acme.test> |\n您好",
        "zoe@example.test\n \n发件人： Acme\n发送时间： 2026-03-05 10:00\n收件人： zoe\n主题： Re: 订单\n您好",
        "来自钉钉专属商务邮箱----------------\n发件人：Acme <help@acme.test>\n主　题：Re: 订单\n您好",
        "获取 Outlook for iOS<https://aka.ms/x>\n____________\n发件人: A <h@a.test>\n收件人: z\n您好",
        '------------------ Original ------------------\nFrom: "Acme"<help@acme.test>;\nSubject: 订单\n\n您好',
        "----邮件原文----\n发件人：Acme <help@acme.test>\n收 件 人：zoe <zoe@139.test>\n主题：订单\n\n您好",
        "  On Sun, Nov 22, 2026 at 10:00, Acme<help@acme.test> wrote:   Hello\nPlease rate us",
    ],
    ids=[
        "gmail",
        "gmail-name",
        "qq",
        "qq-new",
        "netease",
        "foxmail",
        "dingtalk",
        "outlook-phone",
        "wecom",
        "139",
        "yahoo",
    ],
)
def test_nothing_of_what_chinese_programs_quote_is_the_writers(quoted: str) -> None:
    raw = f"Content-Type: text/plain; charset=utf-8\nIn-Reply-To: <x@acme.test>\n\n灯还是坏的\n\n\n{quoted}\n"
    assert read_letter(raw.encode()).text == "灯还是坏的"


@pytest.mark.parametrize(
    "text",
    [
        "Delivery problem\nFrom: Shanghai\nTo: Beijing\nThe parcel never arrived.",
        "Problems:\n--\n1. broken\n2. late",
        "Broken\n--\n" + "\n".join(f"{number}. late" for number in range(1, 20)),
    ],
    ids=["a way", "underlined", "much below a line"],
)
def test_words_that_only_look_like_a_quote_or_a_signature_are_kept(text: str) -> None:
    assert own_words(text, is_answer=False) == text


@pytest.mark.parametrize(
    ("subject", "nature"),
    [
        ("外出就餐时被骑手撞了", "letter"),
        ("Automatic reply from your robot is useless", "letter"),
        ("Out of office hours nobody answers", "letter"),
        ("回复：您的来信已收到（自动回复）", "letter"),
        ("Automatic reply: Your case", "auto_reply"),
        ("Out of Office AutoReply: Your case", "auto_reply"),
        ("【自动回复】我在休假", "auto_reply"),
        ("来信已收到（自动回复）", "auto_reply"),
        ("外出", "auto_reply"),
    ],
)
def test_a_subject_tells_an_automatic_reply_from_a_complaint_about_one(subject: str, nature: str) -> None:
    assert read_letter(f"Subject: {subject}\n\nwords".encode()).nature == nature


def test_a_postman_who_names_himself_as_the_way_back_still_returns_mail() -> None:
    head = "From: Postmaster@163.test\nReturn-Path: <postmaster@163.test>\nSubject: {}\n\nwords"
    assert [read_letter(head.format(each).encode()).nature for each in ("系统退信", "关于投递费")] == [
        "bounce",
        "letter",
    ]


def test_words_below_the_name_of_a_telephone_and_cells_of_a_table_are_kept_apart() -> None:
    assert own_words("灯坏了。\n发自我的 iPhone\n\n还有裂纹。", is_answer=False) == "灯坏了。\n\n还有裂纹。"
    assert own_words("灯坏了。\n\n发自我的 iPhone\n", is_answer=True) == "灯坏了。"
    table = b"Content-Type: text/html\n\n<table><tr><td>Order</td><td>77</td></tr><tr><th>Item<th>Lamp</table>"
    assert read_letter(table).text == "Order 77\n\nItem Lamp"


@pytest.mark.parametrize(
    ("subject", "sender", "text"),
    [
        ("FW: complaint", "zoe@e.test", "See below.\n\nMy lamp broke."),
        ("转发: complaint", "zoe@e.test", "See below.\n\nMy lamp broke."),
        ("Fwd: complaint", "ada@e.test", "See below."),
        ("Re: complaint", "zoe@e.test", "See below."),
    ],
)
def test_ones_own_complaint_forwarded_again_is_heard_but_not_what_others_wrote(
    subject: str, sender: str, text: str
) -> None:
    raw = (
        f"From: {sender}\nSubject: {subject}\nReferences: <x@acme.test>\n\nSee below.\n\n"
        "---------- Forwarded message --------\n"
        "From: Zoe <zoe@e.test>\nDate: Thu, Mar 5, 2026\nSubject: complaint\nTo: <help@acme.test>\n\nMy lamp broke.\n\n"
        "From: Acme <help@acme.test>\nSubject: Welcome\n\nOur words.\n"
    )
    assert read_letter(raw.encode()).text == text


def test_a_calendars_answer_is_a_letter_only_with_words() -> None:
    head = (
        b"Subject: Declined: Call\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/plain\n\n"
    )
    tail = b"\n--B\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--B--\n"
    assert [read_letter(head + words + tail).nature for words in (b"", b"You never call.")] == ["auto_reply", "letter"]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<html><head><meta charset=utf-8><body><p>Broken lamp</p></body></html>", "Broken lamp"),
        ("<style>p {color: red} <p>Broken lamp</p>", "Broken lamp"),
        ("<style>p {}</style><p>Broken</p><STYLE>q {}<p>lamp</p>", "Broken\n\nlamp"),
        ("<svg><title>x</svg><p>Broken lamp</p>", "x\nBroken lamp"),
        ("<p>Broken lamp</p><script>let x = '<p>'", "Broken lamp"),
    ],
)
def test_what_a_page_forgets_to_end_does_not_take_its_words_along(html: str, words: str) -> None:
    assert html_text(html) == words
