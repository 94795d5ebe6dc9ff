"""How a voice feels: as stated or understood, else by its score."""

from collections.abc import Mapping
from typing import Final

from allears.listen.models import Voice

FEELINGS: Final = ("positive", "neutral", "negative", "mixed")

# A voice that nobody has read yet is felt by its score: (metric, least, most).
SCORE_BANDS: Final[Mapping[str, tuple[tuple[str, int, int], ...]]] = {
    "positive": (("nps", 9, 10), ("csat", 4, 5), ("ces", 5, 7)),
    "neutral": (("nps", 7, 8), ("csat", 3, 3), ("ces", 4, 4)),
    "negative": (("nps", 0, 6), ("csat", 1, 2), ("ces", 1, 3)),
}


def feeling_of(voice: Voice) -> str:
    """Empty when neither words nor score say."""
    return voice.sentiment or feeling_of_score(voice.metric, voice.score)


def feeling_of_score(metric: str, score: int | None) -> str:
    """The feeling that an answer tells by its number; empty when it tells none."""
    for feeling, bands in SCORE_BANDS.items():
        for named, least, most in bands:
            if metric == named and score is not None and least <= score <= most:
                return feeling
    return ""
