"""Made-up comments whose labels follow from their words, and an annotator that knows five words."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from allears.understand.text.annotation import Annotation, Label
from allears.understand.text.corpus import Language

TOPICS = {
    "delivery": ("the parcel", "the courier", "shipping", "my order"),
    "price": ("the price", "the bill", "the fee", "what it costs"),
    "app": ("the app", "the login", "the screen", "the update"),
}
VERBS = {
    "1": ("was a joy", "came out great", "is lovely", "made my day"),
    "-1": ("was a mess", "is a disaster", "let me down", "is awful"),
}
FILL = ("this week", "again", "for my mother", "on Monday", "as usual", "in the evening", "I think", "by the way")


def comments(count: int, *, seed: int = 1) -> list[tuple[str, str, str]]:
    """(text, topic, polarity)."""
    random = Random(seed)
    made = []
    for _ in range(count):
        topic, polarity = random.choice(list(TOPICS)), random.choice(list(VERBS))
        words = [random.choice(TOPICS[topic]), random.choice(VERBS[polarity])]
        fill = random.sample(FILL, 3)
        made.append((" ".join([fill[0], *words, fill[1], fill[2]]), topic, polarity))
    return made


@dataclass(frozen=True)
class FewWords:
    """An annotator that is right when it knows a word, and has no opinion else."""

    version: str = "few-words-1"

    def annotate(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Annotation]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Annotation:
        score = sum(word in text for word in ("joy", "great", "好")) - sum(word in text for word in ("mess", "差"))
        value = "positive" if score > 0 else "negative" if score < 0 else "neutral"
        label = Label("sentiment", value, 0.8 if score else 0.4)
        topic = (Label("topic", "delivery", 0.9, polarity=score),) if "parcel" in text else ()
        language: Language = "zh" if any(char > "\u3400" for char in text) else "en"
        return Annotation(model=self.version, language=language, score=score / 2, labels=(label, *topic))
