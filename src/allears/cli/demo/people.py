"""Invented customers: names in Chinese and English, zones, consent, and the taste that goes with each."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from allears.cli.demo import truth
from allears.cli.demo.comments import sections

PLACES: Mapping[str, tuple[tuple[str, str, str], ...]] = {  # region → (city, city in Chinese, zone)
    "china": (
        ("Shanghai", "上海", "Asia/Shanghai"),
        ("Hangzhou", "杭州", "Asia/Shanghai"),
        ("Chengdu", "成都", "Asia/Shanghai"),
        ("Beijing", "北京", "Asia/Shanghai"),
        ("Guangzhou", "广州", "Asia/Shanghai"),
        ("Wuhan", "武汉", "Asia/Shanghai"),
    ),
    "europe": (
        ("London", "伦敦", "Europe/London"),
        ("Berlin", "柏林", "Europe/Berlin"),
        ("Paris", "巴黎", "Europe/Paris"),
        ("Milan", "米兰", "Europe/Rome"),
    ),
    "us": (
        ("New York", "纽约", "America/New_York"),
        ("Chicago", "芝加哥", "America/Chicago"),
        ("San Diego", "圣迭戈", "America/Los_Angeles"),
    ),
}
SEGMENTS = (("regular", 0.62), ("vip", 0.13), ("new", 0.25))
ORDERS_PER_WEEK: Mapping[str, float] = {"new": 0.05, "regular": 0.1, "vip": 0.23}


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """One simulated customer."""

    number: int
    user_id: str
    name: str
    email: str
    language: str  # zh, en
    city: str
    city_zh: str
    region: str
    timezone: str
    segment: str
    consent: str  # granted, withdrawn, silent
    taste: float

    def city_in(self, language: str) -> str:
        return self.city_zh if language == "zh" else self.city


def shopper(*, seed: int, number: int) -> Shopper:
    """The customer of this number: always the same for a seed."""
    dice = random.Random(f"{seed}:shopper:{number}")  # noqa: S311 – a simulation, repeatable on purpose
    language = "zh" if dice.random() < 0.56 else "en"
    region = _region(dice, language)
    city, city_zh, zone = dice.choice(PLACES[region])
    return Shopper(
        number=number,
        user_id=f"W{number:06d}",
        name=_name(dice, language),
        email=f"w{number:06d}@example.test",
        language=language,
        city=city,
        city_zh=city_zh,
        region=region,
        timezone=zone,
        segment=dice.choices([name for name, _ in SEGMENTS], [share for _, share in SEGMENTS])[0],
        consent=dice.choices(["granted", "withdrawn", "silent"], [0.84, 0.06, 0.10])[0],
        taste=dice.gauss(0, truth.TASTE_SD),
    )


def _region(dice: random.Random, language: str) -> str:
    if language == "zh":
        return dice.choices(["china", "europe", "us"], [0.9, 0.05, 0.05])[0]
    return dice.choices(["china", "europe", "us"], [0.06, 0.56, 0.38])[0]


def _name(dice: random.Random, language: str) -> str:
    names = sections("names.txt")
    family, given = dice.choice(names[f"family.{language}"]), dice.choice(names[f"given.{language}"])
    return family + given if language == "zh" else f"{given} {family}"
