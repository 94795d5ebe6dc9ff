"""How far two annotators agree who never saw each other's labels: `python -m allears.understand.text.second_pass`.

The second pass is one comment in ten, chosen by its words. `data/second/LANGUAGE.txt` holds a line a comment,
`key | codes | topics`, with the codes of the corpus and topics with polarity. docs/annotation-guide.md tells more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Final

from allears.science.agreement import Level, alpha
from allears.understand.text.corpus import LANGUAGES, Comment, CorpusError, Language, Span, comment, corpus

LEAST: Final = 10  # a value that either annotator gave less often is left out of its label's mean
Judged = tuple[Comment, Comment]

SINGLE: Final[Mapping[str, tuple[Callable[[Comment], Hashable], Level]]] = {
    "sentiment": (lambda each: each.sentiment, "nominal"),
    "strength": (lambda each: each.strength, "ordinal"),
    "mixed": (lambda each: each.mixed, "nominal"),
    "sarcasm": (lambda each: each.sarcasm, "nominal"),
    "urgency": (lambda each: each.urgency, "ordinal"),
    "point": (lambda each: each.point or "none", "nominal"),
    "effort": (lambda each: each.effort or "none", "nominal"),
}
SEVERAL: Final[Mapping[str, Callable[[Comment], frozenset[str]]]] = {
    "emotion": lambda each: each.emotions,
    "intent": lambda each: each.intents,
    "topic": lambda each: frozenset(span.topic for span in each.spans),
    "topic and polarity": lambda each: frozenset(f"{span.topic} {span.polarity}" for span in each.spans),
    "five S": lambda each: frozenset(each.five_s),
    "needs": lambda each: frozenset(each.needs),
    "contact": lambda each: frozenset(each.contact),
}


def judged(language: Language) -> list[Judged]:
    """Each comment of the second pass as the first annotator and as the second one labelled it."""
    first = {each.key: each for each in corpus(language)}
    file = files("allears.understand.text") / "data" / "second" / f"{language}.txt"
    pairs = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        key, _, rest = line.partition(" | ")
        codes, _, topics = rest.partition(" |")
        if key not in first:
            raise CorpusError(f"{file.name}, line {number}: no comment of the corpus has the key {key!r}")
        try:
            pairs.append((first[key], _read(first[key], codes, topics)))
        except ValueError as error:
            raise CorpusError(f"{file.name}, line {number}: {error}") from error
    return pairs


def _read(first: Comment, codes: str, topics: str) -> Comment:
    """The same text with the second annotator's labels; his topics have no place in it."""
    said = comment(f"{codes} | x", language=first.language, industry=first.industry, source=first.source)
    marked = "".join(f"[x]{{{code}}}" for code in topics.split())
    spans = comment(f"0 | {marked or 'x'}", language=first.language, industry=first.industry, source=first.source).spans
    return replace(said, text=first.text, spans=tuple(Span(0, 0, span.topic, span.polarity) for span in spans))


def agreement(pairs: Sequence[Judged]) -> dict[str, tuple[float | None, int]]:
    """α of each label, and how many of its values were used often enough to count.

    Of a label that may be given several times, the mean of the α of each of its values, by how often it was given.
    """
    found: dict[str, tuple[float | None, int]] = {}
    for name, (value, level) in SINGLE.items():
        units = [(value(one), value(other)) for one, other in pairs]
        found[name] = alpha(units, level=level), len({each for unit in units for each in unit})
    for name, values in SEVERAL.items():
        found[name] = _mean(pairs, values)
    return found


def _mean(pairs: Sequence[Judged], values: Callable[[Comment], frozenset[str]]) -> tuple[float | None, int]:
    told = [(values(one), values(other)) for one, other in pairs]
    weighed: list[tuple[float, int]] = []
    for value in sorted({each for one, other in told for each in one | other}):
        given = sum((value in one) + (value in other) for one, other in told)
        each = alpha([(value in one, value in other) for one, other in told])
        if given >= 2 * LEAST and each is not None:
            weighed.append((each, given))
    total = sum(given for _, given in weighed)
    return (sum(each * given for each, given in weighed) / total if total else None), len(weighed)


def table() -> Iterator[str]:
    """As docs/annotation-guide.md shows it."""
    pairs = {language: judged(language) for language in LANGUAGES}
    found = {language: agreement(pairs[language]) for language in LANGUAGES}
    yield "| label | " + " | ".join(f"{language} (n {len(pairs[language])})" for language in LANGUAGES) + " |"
    yield "|---" * (1 + len(LANGUAGES)) + "|"
    for name in [*SINGLE, *SEVERAL]:
        cells = [found[language][name][0] for language in LANGUAGES]
        yield f"| {name} | " + " | ".join("–" if each is None else f"{each:.2f}" for each in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
