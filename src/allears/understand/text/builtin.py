"""The built-in annotator: light, offline, the same for everybody until a company's own words teach another.

Made by `make model` from our comments and lexicons; docs/text-model.md says how it works and how well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from allears.understand.text import conventions, faults, features, weights
from allears.understand.text.annotation import Annotation, Annotator
from allears.understand.text.corpus import LANGUAGES, REVIEWED, Language
from allears.understand.text.features import Batch
from allears.understand.text.hits import matcher
from allears.understand.text.normal import language_of
from allears.understand.text.speaking import Speaker
from allears.understand.text.weights import Known, Scores, Weights

CHUNK: Final = 512  # texts read at a time: their arrays stay in the processor's cache
_CODE: Final = (
    "normal.py",
    "clauses.py",
    "hits.py",
    "ngrams.py",
    "features.py",
    "heads.py",
    "weights.py",
    "fitting.py",
    "leaning.py",
    "labels.py",
    "corpus.py",
    "lexicon.py",
)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """An `Annotator`. `table` says per language which row of the weights a run has."""

    version: str
    by_language: Mapping[Language, Weights]
    _tables: dict[Language, NDArray[np.int32]] = field(default_factory=dict)

    def annotate(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Annotation]:
        """One annotation a text, in their order; the language is recognised when it is not given."""
        with _libraries().limit(limits=1, user_api="blas"):
            return self._annotated(texts, languages)

    def _annotated(self, texts: Sequence[str], languages: Sequence[Language] | None) -> list[Annotation]:
        given = languages if languages is not None else [language_of(text) for text in texts]
        out: dict[int, Annotation] = {}
        for language in LANGUAGES:
            places = [place for place, each in enumerate(given) if each == language]
            for at in range(0, len(places), CHUNK):
                chunk = places[at : at + CHUNK]
                out.update(zip(chunk, self._chunk([texts[place] for place in chunk], language), strict=True))
        return [out[place] for place in range(len(texts))]

    def _chunk(self, texts: Sequence[str], language: Language) -> Iterator[Annotation]:
        own = _in_step(self.by_language[language], language)
        if language not in self._tables:
            self._tables[language] = weights.table(own.keys)
        batch = features.read([conventions.plain(text, language) for text in texts], language)
        found = weights.known(batch, self._tables[language])
        return Speaker(self.version, batch, found, own, self.scored(batch, found, own)).annotations()

    def scored(self, batch: Batch, found: Known, own: Weights) -> Scores:
        """The probabilities of a batch."""
        return weights.score(batch, found, own)


@lru_cache
def _libraries() -> ThreadpoolController:
    """The products are small: several threads of linear algebra would only wait for one another, at full load."""
    return ThreadpoolController()


def _in_step(own: Weights, language: Language) -> Weights:
    """The weights, or those with the lexicon's feelings as written when entries came or went since they were made."""
    written = matcher(language).strengths
    return own if len(own.strengths) == len(written) else replace(own, strengths=np.array(written, dtype=np.float32))


@lru_cache
def annotator() -> Annotator:
    """The built-in annotator with the shipped weights; loaded once, in about the time of reading the file."""
    with (_data() / "model.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        held: dict[str, NDArray[Any]] = dict(arrays)
    return BuiltIn(
        f"built-in {str(held['digest'])[:8]}.{conventions.digest()[:4]}.{faults.digest()[:4]}",
        {language: Weights.of_arrays(held, language) for language in LANGUAGES},
    )


def shipped_digest() -> str:
    """The digest of what the shipped weights were made from."""
    with (_data() / "model.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return str(arrays["digest"])


def digest() -> str:
    """A digest of corpus, reviews, lexicon and the code that reads and weighs them, as they are now."""
    seen = hashlib.blake2b(digest_size=16)
    for file in _sources():
        seen.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return seen.hexdigest()


def _sources() -> Iterator[Traversable]:
    here, data = files("allears.understand.text"), _data()
    yield from (here / name for name in _CODE)
    read = {"corpus": LANGUAGES, "reviews": REVIEWED}
    folders = [data / "lexicon", *(data / kind / language for kind, those in read.items() for language in those)]
    for folder in folders:
        yield from sorted((file for file in folder.iterdir() if file.name.endswith(".txt")), key=lambda file: file.name)


def _data() -> Traversable:
    return files("allears.understand.text") / "data"
