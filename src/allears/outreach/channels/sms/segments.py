"""How many messages a text costs: GSM 03.38 septets where its alphabet suffices, UCS-2 for everything else.

Sizes as in 3GPP TS 23.038 and 23.040: 160 septets or 70 characters alone; 153 or 67 in each part of a longer one.
"""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two septets each


def is_gsm(text: str) -> bool:
    """Whether the seven-bit alphabet can say it."""
    return all(each in BASIC or each in EXTENDED for each in text)


def segments(text: str) -> int:
    """The number of messages that the network counts; one for an empty text."""
    if is_gsm(text):
        widths, alone, part = [2 if each in EXTENDED else 1 for each in text], 160, 153
    else:
        widths, alone, part = [len(each.encode("utf-16-be")) // 2 for each in text], 70, 67
    if sum(widths) <= alone:
        return 1
    count, room = 1, part
    for width in widths:  # a two-unit character is never cut in half
        if width > room:
            count, room = count + 1, part
        room -= width
    return count
