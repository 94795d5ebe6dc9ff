"""The corpus: its format, its variety, and that the guide defines every label."""

import re
from pathlib import Path

import pytest
from scripts.corpus import near_duplicates

from allears.understand.text import labels
from allears.understand.text.corpus import (
    LANGUAGES,
    REVIEWED,
    Comment,
    CorpusError,
    Span,
    comment,
    corpus,
    read_reviews,
    reviews,
)

ROOT = Path(__file__).resolve().parents[3]


def one(line: str) -> Comment:
    return comment(line, language="en", industry="airline", source="survey")


def test_a_line_is_read_into_labels_and_spans() -> None:
    read = one(
        "-1m anger claim u2 speed- trust+ c.tone- pain high | "
        "The [crew]{attitude+} was [late, dear]{price-,reliability-}."
    )
    assert read.text == "The crew was late, dear."
    assert (read.strength, read.mixed, read.sentiment) == (-1, True, "negative")
    assert (read.emotions, read.intents, read.urgency) == ({"anger"}, {"claim"}, 2)
    assert (read.five_s, read.needs, read.contact) == ({"speed": -1}, {"trust": 1}, {"tone": -1})
    assert (read.point, read.effort) == ("pain", "high")
    assert read.spans == (Span(4, 8, "attitude", 1), Span(13, 23, "price", -1), Span(13, 23, "reliability", -1))
    assert [read.text[span.start : span.end] for span in read.spans] == ["crew", "late, dear", "late, dear"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("anger | no sentiment", "no sentiment"),
        ("-1 furious | x", "'furious' is no code"),
        ("-1 tone- | x", "'tone-' is no code"),
        ("-1 | [x]{weather-}", "'weather-' is no topic"),
        ("-1 | [x]{price}", "'price' is no topic"),
        ("-1 | [x]", "a bracket is left over"),
        ("-1 no bar", "codes | text"),
    ],
)
def test_a_wrong_line_is_told(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        one(line)


def test_the_guide_defines_every_label() -> None:
    guide = (ROOT / "docs/annotation-guide.md").read_text()
    named = set(re.findall(r"`([a-z_.0-9]+)`", guide))
    contact = {f"c.{name}" for name in labels.CONTACT}
    wanted = {*labels.EMOTIONS, *labels.TOPICS, *labels.INTENTS, *labels.FIVE_S, *labels.NEEDS, *contact}
    assert wanted | {*labels.POINTS, *labels.EFFORTS} <= named


def test_codes_mean_one_thing() -> None:
    plain = [*labels.EMOTIONS, *labels.INTENTS, *labels.POINTS, *labels.EFFORTS]
    signed = [*labels.FIVE_S, *labels.NEEDS]
    assert len({*plain, *signed}) == len(plain) + len(signed)


def test_the_corpus_is_varied() -> None:
    comments = list(corpus())
    assert {each.language for each in comments} == set(LANGUAGES)
    repeated = {pair[2].key for pair in near_duplicates(comments)}
    assert len(repeated) < 0.01 * len(comments)
    assert len({each.text for each in comments}) == len(comments)


def test_reviews_are_varied_and_none_is_a_comment() -> None:
    known, found = {each.text for each in corpus()}, list(reviews())
    assert {(each.language, each.strength) for each in found} == {(each, side) for each in REVIEWED for side in (1, -1)}
    assert len({each.text for each in found} - known) == len(found)
    repeated = {pair[2].key for pair in near_duplicates(found)}
    assert len(repeated) < 0.01 * len(found)


def test_a_review_without_verdict_or_industry_is_named(tmp_path: Path) -> None:
    file = tmp_path / "some.txt"
    file.write_text("## hotel\n+ Lovely.\n- Never again.\n")
    assert [(each.strength, each.industry, each.verdict_only) for each in read_reviews(file, "en")] == [
        (1, "hotel", True),
        (-1, "hotel", True),
    ]
    for wrong in ("+ Lovely.\n", "## hotel\nLovely.\n", "## hotel\n+ \n", "## nowhere\n+ Lovely.\n"):
        file.write_text(wrong)
        with pytest.raises(CorpusError, match=r"some\.txt, line [12]: write"):
            list(read_reviews(file, "en"))
