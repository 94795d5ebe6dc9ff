"""A sentence model of the company's own: a real ONNX file, made here, in which both languages' words agree."""

import random
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from allears.cli import diagnosis
from allears.science.clustering import adjusted_rand
from allears.understand.text.embedding import Embedder, EmbedderError
from allears.understand.themes import apart
from allears.understand.themes.contracts import Assignment, Request
from allears.understand.themes.finding import assign, find

# Words that no lexicon of ours knows, so that only the model can say what they share.
THINGS = (
    ("blorp snurf quindle wexit marfle", "犇骉羴猋麤"),
    ("zanty pergol hasket dwimble torque", "鱻灥厵孨芔"),
    ("yorvic lumpen skreel bontha chirrip", "馫飍譶鑫淼"),
)
WIDTH = 24


def said(thing: int, *, zh: bool, dice: random.Random) -> str:
    english, chinese = THINGS[thing]
    if zh:
        return "这个" + "".join(dice.sample(chinese, 3)) + "的"
    return "the " + " ".join(dice.sample(english.split(), 3)) + " again"


def voices() -> tuple[list[str], list[int]]:
    dice = random.Random(5)
    truth = [thing for thing in range(3) for _ in range(140)]
    texts = [said(thing, zh=at % 2 == 1, dice=dice) for at, thing in enumerate(truth)]
    return texts, truth


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tokens looked up in a table; a large part that all share, as such models have it, and one for each language."""
    place = tmp_path_factory.mktemp("sentence-model")
    rng = np.random.default_rng(3)
    about = rng.normal(size=(3, WIDTH))
    shared, languages = 6 * rng.normal(size=WIDTH), 4 * rng.normal(size=(2, WIDTH))
    vocabulary, rows = {"[PAD]": 0, "[UNK]": 1}, [np.full(WIDTH, 99.0), shared]
    for thing, words in enumerate(THINGS):
        for language, some in enumerate((words[0].split(), words[1])):
            for word in some:
                vocabulary[word] = len(rows)
                rows.append(shared + languages[language] + about[thing] + 0.1 * rng.normal(size=WIDTH))
    table = numpy_helper.from_array(np.array(rows, dtype=np.float32), "table")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])
    states = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", WIDTH])
    look_up = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([look_up], "words", [ids], [states], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (place / "onnx").mkdir()
    onnx.save(model, place / "onnx" / "model.onnx")
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(place / "tokenizer.json"))
    return place


def test_a_text_is_the_mean_of_its_own_tokens_whatever_it_is_padded_with(folder: Path) -> None:
    embedder = Embedder(folder)
    alone = embedder.embed(["blorp"])
    together = embedder.embed(["blorp", "snurf quindle wexit marfle zanty pergol", "blorp blorp"])
    assert np.allclose(together[0], alone[0], atol=1e-5)
    assert np.allclose(together[2], alone[0], atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, WIDTH)


def test_themes_hold_both_languages_where_only_the_model_knows_the_words(folder: Path) -> None:
    texts, truth = voices()
    without = find(Request(texts=texts, wanted=3))
    found = find(Request(texts=texts, wanted=3, embedder=str(folder)))
    assert adjusted_rand(np.array(found.labels), np.array(truth)) > 0.95
    assert adjusted_rand(np.array(without.labels), np.array(truth)) < 0.7
    later = [said(thing, zh=zh, dice=random.Random(9)) for thing in range(3) for zh in (False, True)]
    placed = assign(Assignment(texts=later, model=found.model, embedder=str(folder)))
    assert placed.labels == [found.labels[truth.index(thing)] for thing in range(3) for _ in range(2)]


def test_what_another_model_laid_out_places_nobody(folder: Path) -> None:
    found = find(Request(texts=voices()[0], wanted=3, embedder=str(folder)))
    for embedder, prefix in (("", ""), (str(folder), "query: ")):
        placed = assign(Assignment(texts=["the blorp"], model=found.model, embedder=embedder, prefix=prefix))
        assert placed.labels == [-1]


def test_a_model_that_cannot_be_used_says_why(folder: Path, tmp_path: Path, settings: object) -> None:
    with pytest.raises(EmbedderError, match=r"does not hold model\.onnx"):
        Embedder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    with pytest.raises(EmbedderError, match="cannot be read"):
        Embedder(tmp_path)
    with pytest.raises(apart.FindingFailedError, match="cannot be read"):
        apart.find(Request(texts=voices()[0], embedder=str(tmp_path)))


def test_the_doctor_tries_the_model(folder: Path, tmp_path: Path, settings: object) -> None:
    settings.EMBEDDER = str(folder)  # type: ignore[attr-defined]
    (good,) = diagnosis._embedder()
    assert (good.level, f"{WIDTH} numbers a text" in good.says) == ("ok", True)
    settings.EMBEDDER = str(tmp_path)  # type: ignore[attr-defined]
    (bad,) = diagnosis._embedder()
    assert bad.level == "error"
