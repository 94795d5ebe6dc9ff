"""What a voice bot heard, as the key that the caller might have pressed. Pure."""

import re
from typing import Any

from allears.listen.cleaning import clean_answer

ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FIGURES = {
    **{word: str(at) for at, word in enumerate(ENGLISH)},
    **{word: str(at) for at, word in enumerate("零一二三四五六七八九十")},
    "nought": "0",
    "〇": "0",
    "两": "2",
}
NOISE = re.compile(r"[\s.,!?。，！？、]+")
SAID = re.compile(
    r"(?:(?:i['’]d|i would|i) (?:say|give)(?: it)?(?: an?)? |maybe |about |um |uh |我?[给打选评]个?)?"
    rf"(?P<figure>[0-9]{{1,2}}|{'|'.join(FIGURES)})"
    r" ?(?:points?|stars?|分|颗?星)?(?: out of (?:five|seven|ten|5|7|10))?[吧了]?(?: please)?"
)
HALF = {0xFF10 + digit: str(digit) for digit in range(10)}  # ９ is 9


def meant(question: Any, text: str) -> str | None:
    """The answer that the words name – a figure on the scale, an option by its text or number – or None."""
    said = NOISE.sub(" ", text.translate(HALF)).strip().lower()
    found = SAID.fullmatch(said)
    figure = FIGURES.get(found["figure"], found["figure"]) if found else ""
    options = getattr(question, "options", None)
    if options is None:
        return figure if figure and clean_answer(question, figure) is not None else None
    for option in options:
        if said in {NOISE.sub(" ", words).strip().lower() for words in option.text.values()}:
            return str(option.value)
    if figure and 1 <= int(figure) <= len(options):
        return str(options[int(figure) - 1].value)
    return None
