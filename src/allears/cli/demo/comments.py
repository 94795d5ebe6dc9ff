"""What customers write: a bank of our own sentences by touchpoint and feeling, put together as people do."""

import random
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

FEELINGS = ("good", "mixed", "bad")
Bank = Mapping[str, tuple[str, ...]]


@cache
def sections(filename: str) -> Bank:
    """Lines by section name of a data file: "[name]" opens a section, "#" a remark."""
    text = (files("allears.cli.demo") / "data" / filename).read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            current.append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def bank(language: str) -> Bank:
    """Section name ("delivery.bad") → its sentences, with slots in braces."""
    return sections(f"comments.{language}.txt")


def feeling_of(u: float) -> str:
    """Which kind of sentence someone this satisfied writes."""
    return "bad" if u < 6.0 else "mixed" if u < 7.8 else "good"


def compose(
    dice: random.Random, *, language: str, touchpoint: str, feeling: str, slots: Mapping[str, str], late: bool = False
) -> str:
    """One comment. Mostly about the touchpoint, now and then a bare word, sarcasm, an opener or a closer, a slip."""
    found = bank(language)
    text = dice.choice(found[_section(dice, touchpoint, feeling, late=late)])
    gap = "" if language == "zh" else " "
    if dice.random() < 0.14:
        text = dice.choice(found[f"opener.{feeling}"]) + gap + text
    if dice.random() < 0.12:
        text = _ended(text, language) + gap + dice.choice(found[f"closer.{feeling}"])
    text = text.format_map(slots)
    return _slip(dice, text, language) if dice.random() < 0.07 else text


def _section(dice: random.Random, touchpoint: str, feeling: str, *, late: bool) -> str:
    if late and feeling == "bad" and dice.random() < 0.75:
        return "delivery.late"
    chance = dice.random()
    if feeling == "bad" and chance < 0.04:
        return "any.sarcasm"
    return f"any.{feeling}" if chance < 0.10 else f"{touchpoint}.{feeling}"


def _ended(text: str, language: str) -> str:
    if text[-1] in ".!?。！？…":
        return text
    return text + ("。" if language == "zh" else ".")


_SLIPS = {
    "en": (("the ", "teh "), ("you're", "your"), ("I ", "i "), ("ing ", "in "), ("because", "cause"), ("'", "")),
    "zh": (("的", "滴"), ("再", "在"), ("，", " "), ("得", "的"), ("什么", "啥"), ("没有", "没")),
}


def _slip(dice: random.Random, text: str, language: str) -> str:
    found, typed = dice.choice(_SLIPS[language])
    return text.replace(found, typed, 1)


def letter(dice: random.Random, *, language: str, kind: str, body: str, slots: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text of a complaint or of praise nobody asked for."""
    found = bank(language)
    opener = dice.choice(found[f"{kind}.opener"])
    subject = dice.choice(found["complaint.subject"]).format_map(slots) if kind == "complaint" else ""
    return subject, opener + ("" if language == "zh" else " ") + body


def line(dice: random.Random, *, language: str, section: str, slots: Mapping[str, str]) -> str:
    """One sentence of a section as it stands."""
    return dice.choice(bank(language)[section]).format_map(slots)
