"""`python -m allears.understand.text.training`: makes the shipped weights (`make model`) and says how good they are."""

from __future__ import annotations

import argparse
import io
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allears.understand.text.annotation import Annotator
from allears.understand.text.builtin import BuiltIn, annotator, digest
from allears.understand.text.corpus import LANGUAGES, Comment, Language, corpus, reviews
from allears.understand.text.fitting import fitted, material
from allears.understand.text.heads import HEADS, said
from allears.understand.text.weights import Weights

TARGET = Path(__file__).parent / "data" / "model.npz"


def train(language: Language, *, everything: bool = False, say: Any = None) -> Weights:
    """The weights of one language, from all comments and reviews but our test part (or with it)."""
    known = itertools.chain(corpus(language), reviews(language))
    own = material([comment for comment in known if everything or not comment.held_out], language)
    return fitted(own, say)[0]


def trained(*, say: Any = None) -> BuiltIn:
    """An annotator made now from corpus and lexicons."""
    return BuiltIn(f"built-in {digest()[:8]}", {language: train(language, say=say) for language in LANGUAGES})


def packed(model: BuiltIn) -> bytes:
    """The arrays as one file, always the same bytes for the same arrays."""
    arrays: dict[str, NDArray[Any]] = {"digest": np.array(digest())}
    for language, own in model.by_language.items():
        arrays.update(own.as_arrays(language))
    into = io.BytesIO()
    np.savez_compressed(into, allow_pickle=False, **arrays)
    return into.getvalue()


def test_part(language: Language) -> list[Comment]:
    """The comments the shipped weights have never seen."""
    return [comment for comment in corpus(language) if comment.held_out]


def figures(model: Annotator) -> Iterator[str]:
    """A table of the test part: micro and macro F1 per task and language."""
    yield "| | en micro-F1 | en macro-F1 | zh micro-F1 | zh macro-F1 |"
    yield "|---|---|---|---|---|"
    counts = {language: _counts(model, language) for language in ("en", "zh")}
    for task in dict.fromkeys(task for task, _ in HEADS if task not in ("strong", "urgency")):
        cells = [cell for language in ("en", "zh") for cell in _f1(counts[language], task)]
        yield f"| {task} | {' | '.join(f'{cell:.2f}' for cell in cells)} |"


def _counts(model: Annotator, language: Language) -> dict[tuple[str, str], list[int]]:
    """Of each label: rightly said, wrongly said, missed."""
    comments = test_part(language)
    out: dict[tuple[str, str], list[int]] = {head: [0, 0, 0] for head in HEADS}
    found = model.annotate([comment.text for comment in comments], languages=[language] * len(comments))
    for comment, annotation in zip(comments, found, strict=True):
        given = said(comment)
        told = {(label.task, label.value) for label in annotation.labels}
        for head, count in out.items():
            count[0] += head in given and head in told
            count[1] += head in told and head not in given
            count[2] += head in given and head not in told
    return out


def _f1(counts: dict[tuple[str, str], list[int]], task: str) -> tuple[float, float]:
    mine = [count for head, count in counts.items() if head[0] == task and count[0] + count[2]]
    each = [2 * right / (2 * right + wrong + missed) for right, wrong, missed in mine]
    right, wrong, missed = (sum(count[at] for count in mine) for at in range(3))
    return 2 * right / (2 * right + wrong + missed), sum(each) / len(each)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quiet", action="store_true", help="say nothing but the size")
    parser.add_argument("--figures", action="store_true", help="train nothing; print how the shipped weights do")
    options = parser.parse_args()
    if options.figures:
        sys.stdout.write("\n".join(figures(annotator())) + "\n")
        return 0
    say = None if options.quiet else lambda line: sys.stderr.write(line + "\n")
    content = packed(trained(say=say))
    TARGET.write_bytes(content)
    sys.stdout.write(f"{TARGET.name}: {len(content) / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
