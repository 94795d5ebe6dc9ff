"""Transcripts as people and machines write them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from allears.events.imports.times import parse
from allears.kit.dialogue import is_lines, name_in, read, side_of, sides_of

VTT = """WEBVTT

NOTE made by a machine

1
00:00:01.000 --> 00:00:03.000
<v Agent Bob>Good morning, Bob speaking.

00:00:03.500 --> 00:00:05.000
<v Agent Bob>How can I help?

00:00:06.000 --> 00:00:09.500 align:start
<v Customer>My lamp arrived <i>broken</i> &amp; late.
"""
SRT = "1\n00:00:01,000 --> 00:00:02,000\n客服：您好\n\n2\n00:00:02,500 --> 00:00:04,000\n客户：灯坏了\n"


@pytest.mark.parametrize(
    ("who", "side"),
    [
        ("Customer", "customer"), ("caller 2", "customer"), ("客户王女士", "customer"), ("顾客", "customer"),
        ("Agent Bob", "agent"), ("客服小李", "agent"), ("人工客服", "agent"), ("CSR", "agent"),
        ("智能客服", "bot"), ("chatbot", "bot"), ("IVR", "bot"), ("AI assistant", "bot"),
        ("Customer Service", "agent"), ("Team member Bob", "agent"), ("Guest Relations", "agent"),
        ("客户经理小李", "agent"),
        ("天猫旗舰店:小李", "agent"), ("Zoe", ""), ("", ""),
    ],
)  # fmt: skip
def test_sides(who: str, side: str) -> None:
    assert side_of(who) == side


def test_one_stranger_beside_the_agent_is_the_customer() -> None:
    assert sides_of(["Agent", "Zoe", "Agent"]) == {"Agent": "agent", "Zoe": "customer"}
    assert sides_of(["Customer", "Bob", "IVR"]) == {"Customer": "customer", "Bob": "agent", "IVR": "bot"}
    assert sides_of(["Zoe", "Bob"]) == {"Zoe": "", "Bob": ""}


def test_webvtt_joins_the_cues_of_one_speaker() -> None:
    assert [(each.who, each.text, each.after) for each in read(VTT)] == [
        ("Agent Bob", "Good morning, Bob speaking. How can I help?", timedelta(seconds=1)),
        ("Customer", "My lamp arrived broken & late.", timedelta(seconds=6)),
    ]
    assert [(each.who, each.text) for each in read(SRT)] == [("客服", "您好"), ("客户", "灯坏了")]


def test_lines_with_times_and_further_lines() -> None:
    text = "[10:02] Agent: Hello\nCustomer (10:03): My lamp\nis broken: see https://x.test/a\nAgent: Oh\n"
    assert [(each.who, each.text) for each in read(text)] == [
        ("Agent", "Hello"),
        ("Customer", "My lamp\nis broken: see https://x.test/a"),
        ("Agent", "Oh"),
    ]
    assert is_lines(text)


WORDS = "My lamp\nis broken\nPrice: 5\n"
EXPORTS = {
    "WhatsApp": "05/03/2026, 23:58 - Messages are end-to-end encrypted.\n05/03/2026, 23:59 - Acme Support: Hello\n"
    f"05/03/2026, 23:59 - zoe: {WORDS}06/03/2026, 00:01 - Acme Support: Sorry\n",
    "WhatsApp on iOS": "[05/03/2026, 23:59:12] Acme Support: Hello\n"
    f"[05/03/2026, 23:59:30] zoe: {WORDS}\u200e[06/03/2026, 00:01:00] Acme Support: Sorry\n",
    "WeChat": f"Acme 客服 2026/3/5 23:59:12\nHello\n\nzoe 2026/3/5 23:59:30\n{WORDS}\nAcme 客服 2026/3/6 0:01\nSorry\n",
    "WeChat by mail": "—————  2026-03-05  —————\n\nAcme 客服  23:59\n\nHello\n\n"
    f"Zoe  23:59\n\n{WORDS}—————  2026-03-06  —————\n\nAcme 客服  0:01\n\nSorry\n",
    "QQ": "2026-03-05 23:59:12 客服(10012)\nHello\n\n"
    f"2026-03-05 23:59:30 zoe<zoe@qq.test>\n{WORDS}\n2026-03-06 0:01:00 客服(10012)\nSorry\n",
    "Qianniu": "旗舰店:小李 (2026-03-05 23:59:12): Hello\n"
    f"zoe (2026-03-05 23:59:30):\n{WORDS}旗舰店:小李 (2026-03-06 00:01:00): Sorry\n",
    "LINE": "[LINE] Chat history with Zoe\nSaved on: 2026/03/07 11:00\n\n2026/03/05(Thu)\n23:59\tAcme Support\tHello\n"
    f"23:59\tZoe\t{WORDS}2026/03/06(Fri)\n00:01\tAcme Support\tSorry\n",
}


@pytest.mark.parametrize("name", EXPORTS)
def test_chats_that_programs_wrote_out(name: str) -> None:
    found = read(EXPORTS[name])
    assert is_lines(EXPORTS[name])
    assert list(sides_of([each.who for each in found]).values()) == ["agent", "customer"]
    assert [each.text for each in found] == ["Hello", "My lamp\nis broken\nPrice: 5", "Sorry"]
    moments = [parse(each.at, order="dmy") for each in found]
    assert moments[0].date() == date(2026, 3, 5)
    assert moments[2].replace(second=0) == datetime(2026, 3, 6, 0, 1, tzinfo=UTC)


def test_names_that_stand_alone_and_support_chats() -> None:
    for text in (
        "客服小李:\nHello\n\nZoe:\nMy lamp\n",
        "Chat started: 2026-03-05 10:00 AM UTC\n(10:00:12 AM) 客服小李: Hello\n(10:01:00 AM) Zoe: My lamp\n"
        "(10:02:00 AM) *** Zoe left ***\n",
        "客服小李 00:01\nHello\n\nZoe 00:05\nMy lamp\n",
        "10:00 AM | 客服小李: Hello\n10:01 AM | Zoe: My lamp\n",
    ):
        assert [(each.who, each.text) for each in read(text)] == [("客服小李", "Hello"), ("Zoe", "My lamp")]


def test_a_time_among_the_words_begins_no_turn() -> None:
    text = "Agent: When?\nCustomer: either\nTomorrow 10:00\nFriday 11:00\nAgent: ok\n"
    assert [each.text for each in read(text)] == ["When?", "either\nTomorrow 10:00\nFriday 11:00", "ok"]


def test_zooms_names_are_speakers_in_every_cue_and_a_word_with_a_colon_is_none() -> None:
    head = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n"
    zoom = head + "Bob Agent: Hello\n\n2\n00:00:03.000 --> 00:00:05.000\nZoe Ko: My lamp\n"
    assert [(each.who, each.text) for each in read(zoom)] == [("Bob Agent", "Hello"), ("Zoe Ko", "My lamp")]
    plain = head + "Customer: Hello\n\n00:00:03.000 --> 00:00:05.000\nmy lamp\n\n"
    plain += "00:00:05.000 --> 00:00:06.000\nNote: broken"
    assert [(each.who, each.text) for each in read(plain)] == [("Customer", "Hello my lamp Note: broken")]


@pytest.mark.parametrize(
    "text",
    [
        "time\tspeaker\tmessage\n10:00\tAgent\thello\n10:01\tZoe\thi\n",
        "id,text\n1,Agent: hello\n2,Customer: hi\n",
        "name;when\nZoe;10:00\nAda;11:00\n",
        "2026-01-01 10:00:00,Good\n2026-01-02 11:00:00,Bad\n",
        "Just words.\nAnd more words.\n",
        "Note: one\nNote: two\n",
    ],
)
def test_tables_and_prose_are_no_transcripts(text: str) -> None:
    assert not is_lines(text)


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("Customer", ""), ("Caller 2", ""), ("客户", ""), ("[Customer]", ""), ("", ""),
        ("Customer Zoe Ko", "Zoe Ko"), ("caller#3", ""), ("VIP客户", ""), ("客户张伟", "张伟"), ("Zoe", "Zoe"),
        ("138 1234 5678", "138 1234 5678"),
    ],
)  # fmt: skip
def test_what_is_a_name_beside_the_side(who: str, name: str) -> None:
    assert name_in(who) == name


@pytest.mark.parametrize(
    "text",
    [
        "A" + " " * 100_000, "10:00" + " " * 100_000 + "x", "\n".join(["a" + " " * 150] * 1_300),
        "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v " * 60_000, "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<" * 200_000,
        "10:00 " + "a(" * 50_000, "a" + " " * 50_000 + "10:00x", "2026/3/5 " * 20_000, "\n".join(["a(1" * 20] * 2_000),
        "A: hi\n" + "\n" * 100_000,
    ],
)  # fmt: skip
def test_no_line_takes_long(text: str) -> None:
    """Each of these would take hours where two neighbours of a pattern match the same characters."""
    assert len(read(text)) <= 1
    assert not is_lines(text)
