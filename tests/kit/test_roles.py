"""Who the customer is, by what speakers say whom nobody named."""

import pytest

from allears.kit.dialogue import is_lines, name_in, read
from allears.kit.roles import sides_by_words

CALLS = [
    "Speaker 1: Thank you for calling Northwind, how can I help?\nSpeaker 2: I ordered a lamp and it never came.",
    "Speaker 2: Hello, my package is lost.\nSpeaker 1: I'm sorry for the inconvenience. Can I have your order number?",
    "SPEAKER_01: my bill is wrong\nSPEAKER_00: Let me check. Could you confirm your postcode?",
    "说话人2：我买的灯坏了，你们怎么还没退款\n说话人1：请稍等，我帮您查一下",
    "发言人 2：我的快递一直没到\n发言人 1：您好，工号 108 为您服务，请问怎么称呼？",
]


@pytest.mark.parametrize("call", CALLS)
def test_who_sounds_like_an_agent_is_one(call: str) -> None:
    assert is_lines(call)
    sides = sides_by_words((each.who, each.text) for each in read(call))
    assert {name[-1]: side for name, side in sides.items()} in (
        {"1": "agent", "2": "customer"},
        {"0": "agent", "1": "customer"},
    )


@pytest.mark.parametrize(
    "call",
    [
        "Speaker 1: hi\nSpeaker 2: hello there\nSpeaker 1: ok",
        "Speaker 1: My order is late.\nSpeaker 2: My refund is late too.",
        "Speaker 1: How can I help?\nSpeaker 2: How can I help you?",
        "Speaker 1: How can I help?\nSpeaker 2: My order is late.\nSpeaker 3: Mine too.",
    ],
)
def test_in_doubt_nobody_is_called_anything(call: str) -> None:
    assert set(sides_by_words((each.who, each.text) for each in read(call)).values()) == {""}


def test_a_name_says_more_than_words_and_a_counted_speaker_has_none() -> None:
    said = [("Agent", "My order is late"), ("Speaker 2", "How can I help? Please hold.")]
    assert sides_by_words(said) == {"Agent": "agent", "Speaker 2": "customer"}
    assert [name_in(who) for who in ("Speaker 2", "SPEAKER_01", "说话人1", "Speaker")] == ["", "", "", "Speaker"]
