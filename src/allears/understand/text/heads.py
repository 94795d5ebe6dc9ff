"""What the model answers: one head a label, named `task:value`, and which comments say yes to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import labels
from allears.understand.text.corpus import Comment

SENTIMENTS: Final = ("negative", "neutral", "positive")
POLAR: Final = ("topic", "five_s", "need", "contact")
SINGLE: Final = ("point", "effort")
AT_MOST: Final = {"emotion": 3, "topic": 8, "intent": 3, "five_s": 3, "need": 4, "contact": 3}

HEADS: Final[tuple[tuple[str, str], ...]] = (
    *(("sentiment", value) for value in SENTIMENTS),
    ("strong", "yes"),
    ("mixed", "yes"),
    ("sarcasm", "yes"),
    *(("emotion", value) for value in labels.EMOTIONS),
    *(("topic", value) for value in labels.TOPICS),
    *(("intent", value) for value in labels.INTENTS),
    *(("urgency", str(value)) for value in labels.URGENCIES[1:]),  # at least so urgent
    *(("five_s", value) for value in labels.FIVE_S),
    *(("need", value) for value in labels.NEEDS),
    *(("contact", value) for value in labels.CONTACT),
    *(("point", value) for value in labels.POINTS),
    *(("effort", value) for value in labels.EFFORTS),
)
PLACE: Final = {head: place for place, head in enumerate(HEADS)}
FIRST_BINARY: Final = 3  # the three of sentiment are judged together


def targets(comments: Sequence[Comment]) -> NDArray[np.float64]:
    """1 where the comment has the label, 0 where it has not (a row a comment, a column a head)."""
    out = np.zeros((len(comments), len(HEADS)))
    for row, comment in enumerate(comments):
        for head in said(comment):
            out[row, PLACE[head]] = 1.0
    return out


def said(comment: Comment) -> set[tuple[str, str]]:
    """Every head that a comment says yes to."""
    found = {("sentiment", comment.sentiment)}
    found |= {(task, "yes") for task, yes in (("mixed", comment.mixed), ("sarcasm", comment.sarcasm)) if yes}
    if abs(comment.strength) == 2:
        found.add(("strong", "yes"))
    found |= {("emotion", name) for name in comment.emotions} | {("intent", name) for name in comment.intents}
    found |= {("topic", span.topic) for span in comment.spans}
    found |= {("urgency", str(level)) for level in range(1, comment.urgency + 1)}
    for task, given in (("five_s", comment.five_s), ("need", comment.needs), ("contact", comment.contact)):
        found |= {(task, name) for name in given}
    for task, one in (("point", comment.point), ("effort", comment.effort)):
        if one:
            found.add((task, one))
    return found
