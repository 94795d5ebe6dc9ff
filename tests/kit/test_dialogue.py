"""Transcripts as people and machines write them."""

from datetime import timedelta

import pytest

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
        ("Zoe", ""), ("", ""),
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


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)  # fmt: skip
def test_no_line_takes_long(text: str) -> None:
    """Each of these would take hours where two neighbours of a pattern match the same characters."""
    assert len(read(text)) <= 1
    assert not is_lines(text)
