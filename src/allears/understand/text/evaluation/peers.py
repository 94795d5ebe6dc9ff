"""Peers on the same rows in the same run: VADER, SnowNLP, and the plain linear model on tf-idf that anybody would try.

VADER and SnowNLP live in an environment of their own (`requirements-peers.lock`) and are asked through a process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from allears.kit.lazy import LazyModule
from allears.understand.text.corpus import Language
from allears.understand.text.judging import LabelSet

vectors: Any = LazyModule("sklearn.feature_extraction.text")
linear: Any = LazyModule("sklearn.linear_model")
multiclass: Any = LazyModule("sklearn.multiclass")

HOW: Final = (
    "SnowNLP and VADER are not installed. To see them: python3 -m venv .venv-peers && "
    ".venv-peers/bin/pip install -r requirements-peers.lock, then allears evaluate text --peers"
)
_SCRIPT: Final = """
import json, sys, time
name, texts = json.load(sys.stdin)
if name == "VADER":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    judge = SentimentIntensityAnalyzer()
    score = lambda text: judge.polarity_scores(text)["compound"]
else:
    from snownlp import SnowNLP
    score = lambda text: SnowNLP(text).sentiments * 2 - 1 if text.strip() else 0.0
score("warm")
began = time.process_time()
scores = [score(text) for text in texts]
json.dump([scores, time.process_time() - began], sys.stdout)
"""
_OF: Final[dict[Language, str]] = {"en": "VADER", "zh": "SnowNLP"}
_EDGE: Final = {"VADER": 0.05, "SnowNLP": 0.2}  # VADER's own; SnowNLP has none for neutral


@dataclass(frozen=True, slots=True)
class PeerSaid:
    """What a peer says of texts, and how many a second of CPU."""

    name: str
    given: list[LabelSet]
    per_second: float


def interpreter() -> str | None:
    """A Python that has the peers: this one, or that of `.venv-peers`."""
    if find_spec("snownlp") and find_spec("vaderSentiment"):
        return sys.executable
    there = Path(".venv-peers/bin/python")
    if not there.exists():
        return None
    tried = subprocess.run([there.absolute(), "-c", "import snownlp, vaderSentiment"], capture_output=True, check=False)  # noqa: S603 – our own script
    return None if tried.returncode else str(there.absolute())


def sentiment_by(python: str, texts: Sequence[str], language: Language, *, neutral: bool) -> PeerSaid:
    """The sentiment that the language's peer gives."""
    name = _OF[language]
    asked = json.dumps([name, list(texts)])
    ran = subprocess.run([python, "-c", _SCRIPT], input=asked, capture_output=True, text=True, check=True)  # noqa: S603 – our own script
    scores, seconds = json.loads(ran.stdout)
    edge = _EDGE[name] if neutral else 0.0
    given = [
        frozenset(["positive" if score >= edge and score > 0 else "negative" if score <= -edge else "neutral"])
        for score in scores
    ]
    return PeerSaid(name, given, len(texts) / max(seconds, 1e-9))


def plain_linear(
    trains: Sequence[tuple[str, LabelSet]], texts: Sequence[str], language: Language, *, several: bool
) -> list[LabelSet]:
    """Logistic regression on tf-idf, of words in English and of characters in Chinese; 0.5 is the line for lists."""
    analyser = {"analyzer": "char", "ngram_range": (1, 3)} if language == "zh" else {"ngram_range": (1, 2)}
    vectoriser = vectors.TfidfVectorizer(sublinear_tf=True, min_df=2, **analyser)
    values = vectoriser.fit_transform([text for text, _ in trains])
    names = sorted({label for _, labels in trains for label in labels})
    truth = np.array([[name in labels for name in names] for _, labels in trains])
    model = multiclass.OneVsRestClassifier(linear.LogisticRegression(C=5, solver="liblinear", class_weight="balanced"))
    model.fit(values, truth)
    chance = model.predict_proba(vectoriser.transform(list(texts)))
    if not several:
        return [frozenset([names[place]]) for place in chance.argmax(axis=1)]
    return [frozenset(name for name, sure in zip(names, row, strict=True) if sure >= 0.5) for row in chance]
