"""What the labelled corpus holds and how varied it is: `python scripts/corpus.py [--near] [FILE ...]`.

With files, only those are read (and every wrong line of them is told, not only the first).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from allears.understand.text import labels
from allears.understand.text.corpus import LANGUAGES, Comment, Language, comment, corpus

NEAR = 0.5
"""Share of common shingles (Jaccard) from which on two comments count as near-duplicates."""


def shingles(text: str, language: Language) -> frozenset[str]:
    """Runs of four letters of Chinese, three words of English."""
    if language == "zh":
        plain = re.sub(r"\W", "", text)
        return frozenset(plain[at : at + 4] for at in range(max(1, len(plain) - 3)))
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2)))


def near_duplicates(comments: Sequence[Comment]) -> list[tuple[float, Comment, Comment]]:
    """Pairs that share at least `NEAR` of their shingles, or are equal."""
    sets = [shingles(each.text, each.language) for each in comments]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    found = []
    for at, own in enumerate(sets):
        common: Counter[int] = Counter()
        for shingle in own:
            common.update(holders[shingle])
            holders[shingle].append(at)
        for other, n in common.items():
            share = n / (len(own) + len(sets[other]) - n)
            if share >= NEAR:
                found.append((share, comments[other], comments[at]))
    return sorted(found, key=lambda pair: -pair[0])


def openings(comments: Sequence[Comment]) -> list[tuple[str, int]]:
    """The commonest first words: what a writer in a hurry repeats."""
    first = Counter(
        each.text[:3] if each.language == "zh" else " ".join(each.text.lower().split()[:2]) for each in comments
    )
    return first.most_common(8)


def report(comments: Sequence[Comment]) -> Iterator[str]:
    for language in LANGUAGES:
        mine = [each for each in comments if each.language == language]
        if not mine:
            continue
        n = len(mine)
        lengths = sorted(len(each.text) if language == "zh" else len(each.text.split()) for each in mine)
        words = Counter(word for each in mine for word in _words(each))
        yield f"{language}: {n} comments, {sum(each.held_out for each in mine)} held out"
        yield f"  length {lengths[n // 10]} / {lengths[n // 2]} / {lengths[9 * n // 10]} (10, 50, 90 %)"
        yield f"  vocabulary {len(words)} of {sum(words.values())}"
        yield f"  sentiment {_shares(Counter(each.sentiment for each in mine), n)}"
        mixed, sarcasm = sum(each.mixed for each in mine) / n, sum(each.sarcasm for each in mine) / n
        yield f"  mixed {mixed:.1%}, sarcasm {sarcasm:.1%}"
        yield f"  openings {', '.join(f'{word!r} {count}' for word, count in openings(mine))}"
        for name, values in _labels(mine).items():
            yield f"  {name}: {_shares(values, n)}"


def _words(each: Comment) -> list[str]:
    if each.language == "zh":
        plain = re.findall(r"[\u4e00-\u9fff]", each.text)
        return [a + b for a, b in pairwise(plain)]
    return re.findall(r"[a-z']+", each.text.lower())


def _shares(values: Counter[str], n: int) -> str:
    return ", ".join(f"{name} {count / n:.1%}" for name, count in values.most_common())


def _labels(comments: Sequence[Comment]) -> dict[str, Counter[str]]:
    return {
        "industry": Counter(each.industry for each in comments),
        "source": Counter(each.source for each in comments),
        "emotion": Counter(name for each in comments for name in each.emotions),
        "intent": Counter(name for each in comments for name in each.intents),
        "topic": Counter(name for each in comments for name in {span.topic for span in each.spans}),
        "urgency": Counter(f"u{each.urgency}" for each in comments),
        "five S": Counter(name for each in comments for name in each.five_s),
        "needs": Counter(name for each in comments for name in each.needs),
        "contact": Counter(name for each in comments for name in each.contact),
        "point": Counter(each.point or "none" for each in comments),
        "effort": Counter(each.effort or "none" for each in comments),
    }


def checked(paths: Sequence[Path]) -> tuple[list[Comment], list[str]]:
    """Comments of the files, and what is wrong with the other lines."""
    good, wrong = [], []
    for path in paths:
        language: Language = "zh" if path.parent.name == "zh" else "en"
        heading = ("", "")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("## "):
                heading = tuple(line[3:].split())  # type: ignore[assignment]
                if len(heading) != 2 or heading[0] not in labels.INDUSTRIES or heading[1] not in labels.SOURCES:
                    wrong.append(f"{path.name}:{number}: unknown heading {line!r}")
            elif line.strip() and not line.startswith("# "):
                try:
                    good.append(comment(line, language=language, industry=heading[0], source=heading[-1]))
                except ValueError as error:
                    wrong.append(f"{path.name}:{number}: {error}")
    return good, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--near", action="store_true", help="show the pairs of near-duplicates")
    options = parser.parse_args()
    comments, wrong = checked(options.files) if options.files else (list(corpus()), [])
    for line in [*report(comments), *wrong]:
        print(line)
    pairs = near_duplicates(comments)
    print(f"near-duplicates: {len({pair[2].key for pair in pairs})} of {len(comments)}")
    if options.near:
        for share, one, other in pairs:
            print(f"  {share:.2f}  {one.text}\n        {other.text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
