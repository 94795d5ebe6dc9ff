"""`python -m allears.understand.text.training`: makes the shipped weights (`make model`) and says how good they are."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allears.understand.text.builtin import BuiltIn, digest
from allears.understand.text.corpus import LANGUAGES, Comment, Language, corpus
from allears.understand.text.fitting import fitted, material
from allears.understand.text.weights import Weights

TARGET = Path(__file__).parent / "data" / "model.npz"


def train(language: Language, *, everything: bool = False, say: Any = None) -> Weights:
    """The weights of one language, from all comments but our test part (or with it)."""
    own = material([comment for comment in corpus(language) if everything or not comment.held_out], language)
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quiet", action="store_true", help="say nothing but the size")
    options = parser.parse_args()
    say = None if options.quiet else lambda line: sys.stderr.write(line + "\n")
    content = packed(trained(say=say))
    TARGET.write_bytes(content)
    sys.stdout.write(f"{TARGET.name}: {len(content) / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
