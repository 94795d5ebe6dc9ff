"""Words for the labels that All Ears gives to voices, for people."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from allears.understand.labelling import OWN

TASKS: Final[Mapping[str, Any]] = {
    "sentiment": gettext_lazy("Feeling"),
    "strength": gettext_lazy("Strength"),
    "mixed": gettext_lazy("Mixed feelings"),
    "sarcasm": gettext_lazy("Sarcasm"),
    "emotion": gettext_lazy("Emotion"),
    "topic": gettext_lazy("Topic"),
    "intent": gettext_lazy("Intent"),
    "urgency": gettext_lazy("Urgency"),
    "five_s": gettext_lazy("Five S"),
    "need": gettext_lazy("Need"),
    "contact": gettext_lazy("Contact"),
    "point": gettext_lazy("Point"),
    "effort": gettext_lazy("Effort"),
}
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "sentiment": {
        "positive": gettext_lazy("Positive"),
        "neutral": gettext_lazy("Neutral"),
        "negative": gettext_lazy("Negative"),
    },
    "strength": {
        "-2": gettext_lazy("very negative"),
        "-1": gettext_lazy("negative"),
        "0": gettext_lazy("neutral"),
        "1": gettext_lazy("positive"),
        "2": gettext_lazy("very positive"),
    },
    "mixed": {"yes": gettext_lazy("Mixed feelings")},
    "sarcasm": {"yes": gettext_lazy("Meant the other way round")},
    "emotion": {
        "joy": pgettext_lazy("emotion", "Joy"),
        "gratitude": pgettext_lazy("emotion", "Gratitude"),
        "admiration": pgettext_lazy("emotion", "Admiration"),
        "relief": pgettext_lazy("emotion", "Relief"),
        "hope": pgettext_lazy("emotion", "Hope"),
        "amusement": pgettext_lazy("emotion", "Amusement"),
        "surprise": pgettext_lazy("emotion", "Surprise"),
        "curiosity": pgettext_lazy("emotion", "Curiosity"),
        "confusion": pgettext_lazy("emotion", "Confusion"),
        "annoyance": pgettext_lazy("emotion", "Annoyance"),
        "anger": pgettext_lazy("emotion", "Anger"),
        "disappointment": pgettext_lazy("emotion", "Disappointment"),
        "sadness": pgettext_lazy("emotion", "Sadness"),
        "worry": pgettext_lazy("emotion", "Worry"),
        "disgust": pgettext_lazy("emotion", "Disgust"),
    },
    "topic": {
        "quality": pgettext_lazy("topic", "Quality"),
        "function": pgettext_lazy("topic", "Function"),
        "design": pgettext_lazy("topic", "Design"),
        "comfort": pgettext_lazy("topic", "Comfort"),
        "price": pgettext_lazy("topic", "Price"),
        "fees": pgettext_lazy("topic", "Bills and fees"),
        "promotion": pgettext_lazy("topic", "Offers and points"),
        "delivery": pgettext_lazy("topic", "Delivery"),
        "packaging": pgettext_lazy("topic", "Packaging"),
        "choice": pgettext_lazy("topic", "Choice and stock"),
        "ordering": pgettext_lazy("topic", "Ordering"),
        "payment": pgettext_lazy("topic", "Payment"),
        "refund": pgettext_lazy("topic", "Returns and refunds"),
        "repair": pgettext_lazy("topic", "Installation and repair"),
        "waiting": pgettext_lazy("topic", "Waiting"),
        "attitude": pgettext_lazy("topic", "Attitude"),
        "skill": pgettext_lazy("topic", "Competence"),
        "support": pgettext_lazy("topic", "Support"),
        "information": pgettext_lazy("topic", "Information"),
        "app": pgettext_lazy("topic", "App and site"),
        "reliability": pgettext_lazy("topic", "Reliability"),
        "place": pgettext_lazy("topic", "Place"),
        "safety": pgettext_lazy("topic", "Safety"),
        "privacy": pgettext_lazy("topic", "Privacy"),
        "policy": pgettext_lazy("topic", "Rules"),
        "brand": pgettext_lazy("topic", "Brand"),
    },
    "intent": {
        "praise": pgettext_lazy("intent", "Praise"),
        "complaint": pgettext_lazy("intent", "Complaint"),
        "question": pgettext_lazy("intent", "Question"),
        "request": pgettext_lazy("intent", "Request"),
        "suggestion": pgettext_lazy("intent", "Suggestion"),
        "claim": pgettext_lazy("intent", "Wants money or goods back"),
        "churn": pgettext_lazy("intent", "Leaves or may leave"),
        "escalation": pgettext_lazy("intent", "Goes higher"),
        "recommend": pgettext_lazy("intent", "Tells others"),
        "inform": pgettext_lazy("intent", "Lets us know"),
    },
    "urgency": {
        "1": pgettext_lazy("urgency", "Can wait"),
        "2": pgettext_lazy("urgency", "Soon"),
        "3": pgettext_lazy("urgency", "Now"),
    },
    "five_s": {
        "simple": pgettext_lazy("five s", "Simple"),
        "speed": pgettext_lazy("five s", "Speed"),
        "safe": pgettext_lazy("five s", "Safe"),
        "seamless": pgettext_lazy("five s", "Seamless"),
        "solve": pgettext_lazy("five s", "Solve"),
    },
    "need": {
        "trust": pgettext_lazy("need", "Trust"),
        "convenience": pgettext_lazy("need", "Convenience"),
        "commitment": pgettext_lazy("need", "Commitment"),
        "respect": pgettext_lazy("need", "Respect"),
        "autonomy": pgettext_lazy("need", "Autonomy"),
        "choices": pgettext_lazy("need", "Choice"),
        "knowledge": pgettext_lazy("need", "To be told"),
        "cognition": pgettext_lazy("need", "To understand"),
        "benefit": pgettext_lazy("need", "Benefit"),
        "identity": pgettext_lazy("need", "To be recognised"),
    },
    "contact": {
        "solution": pgettext_lazy("contact", "Solution"),
        "human": pgettext_lazy("contact", "Human factor"),
        "access": pgettext_lazy("contact", "Accessibility"),
        "tone": pgettext_lazy("contact", "Tone"),
        "pace": pgettext_lazy("contact", "Pace"),
    },
    "point": {
        "pain": pgettext_lazy("point", "Pain point"),
        "itch": pgettext_lazy("point", "Itch point"),
        "latent": pgettext_lazy("point", "Latent point"),
    },
    "effort": {
        "easy": pgettext_lazy("effort", "Easy"),
        "some": pgettext_lazy("effort", "Some effort"),
        "high": pgettext_lazy("effort", "High effort"),
    },
}
MASKED: Final[Mapping[str, Any]] = {
    "name": pgettext_lazy("masked", "name"),
    "phone": pgettext_lazy("masked", "phone"),
    "email": pgettext_lazy("masked", "e-mail"),
    "id": pgettext_lazy("masked", "identity number"),
    "card": pgettext_lazy("masked", "card number"),
    "iban": pgettext_lazy("masked", "bank account"),
    "plate": pgettext_lazy("masked", "number plate"),
    "passport": pgettext_lazy("masked", "passport"),
    "address": pgettext_lazy("masked", "address"),
    "number": pgettext_lazy("masked", "number"),
    "ip": pgettext_lazy("masked", "IP address"),
    "chat": pgettext_lazy("masked", "chat account"),
    "link": pgettext_lazy("masked", "link"),
    "birthday": pgettext_lazy("masked", "birthday"),
    "handle": pgettext_lazy("masked", "user name"),
}
POLARITY: Final = {1: gettext_lazy("spoken of well"), -1: gettext_lazy("spoken of badly"), 0: gettext_lazy("mentioned")}


def task_word(task: str) -> str:
    """sentiment → Feeling; the key of a label set of the company's own as it is."""
    return task.removeprefix(OWN) if task.startswith(OWN) else str(TASKS.get(task, task))


def value_word(task: str, value: str) -> str:
    """topic, delivery → Delivery; nothing → none of them."""
    return str(WORDS.get(task, {}).get(value, value)) if value else _("none")


def masked_word(kind: str) -> str:
    return str(MASKED.get(kind, _("masked")))


def polarity_word(polarity: int | None) -> str:
    return str(POLARITY.get(polarity, "")) if polarity is not None else ""
