"""Marks on answers that may not be what they seem: begged for, given twice, or given by a machine.

A mark is shown beside the answer, with what it rests on; it never drops an answer. Whoever reads decides.
Speeding: under one second a question, as Wood, Harms, Lowman and DeSimone propose ("Response speed and response
consistency as mutually validating indicators of data quality", Social Psychological and Personality Science 8, 2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allears.listen.definition import Definition, Matrix, Rating, Score, band

SECONDS_A_QUESTION = 1.0
LEAST_QUESTIONS = 4  # fewer can be answered honestly in no time
LINE = 5  # as many equal ratings in a row are a straight line
SAME_DEVICE = 3  # customers answering on one device within a day
SAME_NETWORK = 6  # customers answering at one touchpoint from one network within an hour
PRAISE = 0.8  # share of top scores among them from which on it looks begged for


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What is known about how an answer came, without anybody's address."""

    honeypot: bool = False
    staff: bool = False  # the browser was signed in to our console
    webdriver: bool = False  # the browser says that a program drives it
    seconds: float | None = None  # in which the answers on the route were given
    answered: int = 0
    device_customers: int = 0  # other customers or visitors who answered on this device within a day
    device_same_survey: int = 0  # other complete answers to this survey from the same device
    network_scores: Sequence[tuple[str, int]] = ()  # (metric, score) of others there, within an hour


def marks(definition: Definition, answers: Mapping[str, Any], traces: Traces) -> list[dict[str, Any]]:
    """Each as ``{"mark": …, "why": …, figures}``; empty for an answer like most."""
    found: list[dict[str, Any]] = []
    if traces.honeypot or traces.webdriver:
        found.append({"mark": "robot", "why": "honeypot" if traces.honeypot else "webdriver"})
    if traces.seconds is not None and traces.answered >= LEAST_QUESTIONS:
        pace = traces.seconds / traces.answered
        if pace < SECONDS_A_QUESTION:
            found.append({"mark": "speeding", "why": "pace", "seconds": round(pace, 2), "questions": traces.answered})
    if line := straight_line(definition, answers):
        found.append({"mark": "straight_lining", "why": "line", "questions": line})
    if traces.device_same_survey:
        found.append({"mark": "duplicate", "why": "device", "others": traces.device_same_survey})
    found.extend(_begging(traces))
    return found


def _begging(traces: Traces) -> list[dict[str, Any]]:
    if traces.staff:
        return [{"mark": "begging", "why": "staff"}]
    if traces.device_customers >= SAME_DEVICE:
        return [{"mark": "begging", "why": "device", "others": traces.device_customers}]
    others = traces.network_scores
    top = sum(band(metric, score) == "high" for metric, score in others)
    if len(others) >= SAME_NETWORK and top / len(others) >= PRAISE:
        return [{"mark": "begging", "why": "network", "others": len(others), "top": top}]
    return []


def straight_line(definition: Definition, answers: Mapping[str, Any]) -> int:
    """How many ratings are all the same, from LINE on; else 0. A matrix counts by its rows."""
    best = 0
    ratings = []
    for question in definition.questions:
        answer = answers.get(question.name)
        if isinstance(question, Matrix) and isinstance(answer, dict):
            if len(answer) >= LINE and len(set(answer.values())) == 1:
                best = max(best, len(answer))
        elif isinstance(question, Score | Rating) and isinstance(answer, int):
            ratings.append(answer)
    if len(ratings) >= LINE and len(set(ratings)) == 1:
        best = max(best, len(ratings))
    return best
