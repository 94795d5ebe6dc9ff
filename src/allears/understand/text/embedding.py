"""Sentences as vectors, by a model that the company has on its own disk (ONNX); nothing is fetched, nothing leaves.

A folder as `optimum-cli export onnx` and the sentence-transformers on Hugging Face have it: ``model.onnx`` (or
``onnx/model.onnx``) and ``tokenizer.json``. Where the model answers with a vector for each token, their mean over the
text's own tokens is taken (Reimers & Gurevych 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from allears.science.clustering import unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MOST_TOKENS: Final = 256
BATCH: Final = 64
KNOWN_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
SENTENCE: Final = "sentence_embedding"  # what exporters call the output that is pooled already
_MEGABYTE: Final = 1 << 20


class EmbedderError(RuntimeError):
    """The model cannot be used; the text says why and what to do."""


class Embedder:
    """The model in ``folder``. ``prefix`` stands before every text, as some models want (E5: ``query: ``).

    Raises EmbedderError.
    """

    def __init__(self, folder: Path, *, prefix: str = "") -> None:
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise EmbedderError(f"{error.name} is missing; install it: pip install 'allears[embeddings]'") from error
        path = next((each for each in (folder / "model.onnx", folder / "onnx" / "model.onnx") if each.is_file()), None)
        if path is None or not (folder / "tokenizer.json").is_file():
            raise EmbedderError(f"{folder} does not hold model.onnx and tokenizer.json")
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except Exception as error:  # both raise whatever their core does
            raise EmbedderError(f"{path} cannot be read: {error}") from error
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._prefix = prefix
        self._inputs = [each.name for each in self._session.get_inputs()]
        if strange := sorted(set(self._inputs) - set(KNOWN_INPUTS)):
            raise EmbedderError(
                f"{path} wants {', '.join(strange)}, which a text does not have; export it for sentences"
            )
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = SENTENCE if SENTENCE in outputs else outputs[0]
        self.fingerprint = _fingerprint(path, prefix)

    def embed(self, texts: Sequence[str]) -> Floats:
        """A row of length one for each text. Texts of like length go together, so that little is padded."""
        if not texts:
            return np.zeros((0, self.embed([""]).shape[1]), dtype=np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")
        parts = [
            self._batch([self._prefix + texts[at] for at in order[start : start + BATCH]])
            for start in range(0, len(order), BATCH)
        ]
        found = np.concatenate(parts)
        back = np.empty_like(found)
        back[order] = found
        return unit(back)

    def _batch(self, texts: list[str]) -> Floats:
        read = self._tokenizer.encode_batch(texts)
        given = {
            "input_ids": np.array([each.ids for each in read], dtype=np.int64),
            "attention_mask": np.array([each.attention_mask for each in read], dtype=np.int64),
            "token_type_ids": np.array([each.type_ids for each in read], dtype=np.int64),
        }
        try:
            (answer,) = self._session.run([self._output], {name: given[name] for name in self._inputs})
        except Exception as error:  # as above
            raise EmbedderError(f"the embedding model failed: {error}") from error
        return _pooled(np.asarray(answer, dtype=np.float32), given["attention_mask"])


def _pooled(answer: Floats, mask: NDArray[np.int64]) -> Floats:
    if answer.ndim == 2:
        return answer
    if answer.ndim != 3:
        raise EmbedderError(
            f"the embedding model answers in {answer.ndim} dimensions; wanted are vectors of tokens or texts"
        )
    weights: Any = mask[:, :, None].astype(np.float32)
    mean: Floats = (answer * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return mean


def _fingerprint(path: Path, prefix: str) -> str:
    """Of the file's size and first megabyte, which holds the graph or the first weights."""
    with path.open("rb") as file:
        head = file.read(_MEGABYTE)
    return blake2b(b"%d %s " % (path.stat().st_size, prefix.encode()) + head, digest_size=8).hexdigest()
