"""Real files of others come in whole: every row counted, scores equal to those of the raw file."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from allears.events.imports.reasons import in_words
from allears.events.models import Event, Import, QuarantinedRow
from allears.listen import originals
from allears.listen.models import Response, Voice
from tests.imports.conftest import FILE_TIME, Importer

Find = Callable[[str], Path]


def raw(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.rows_read, row.rows_good, row.rows_repeated, row.rows_bad


def test_airline_tweets_as_voices_and_the_same_file_twice_changes_nothing(importer: Importer, real_data: Find) -> None:
    path = real_data("airline_tweets/Tweets.csv")
    row = importer.load(path, "voices")
    assert counts(row) == (14_640, 14_640, 0, 0)
    voices = Voice.objects.in_workspace(importer.workspace.pk)
    assert voices.count() == 14_640
    stated = Counter(voices.values_list("sentiment", flat=True))
    assert stated == Counter(each["airline_sentiment"] for each in raw(path))
    first = voices.get(text="************** What ********* said.")
    assert originals.words_of(first) == "@VirginAmerica What @dhepburn said."
    assert first.said_at == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)
    assert (first.source_kind, first.public, first.initiator) == ("social", True, "customer")
    assert first.attributes["airline"] == "Virgin America"
    assert first.language == "en"
    before = list(voices.order_by("id").values_list("id", "key", "text"))
    assert counts(importer.load(path, "voices")) == (14_640, 0, 14_640, 0)
    assert list(voices.order_by("id").values_list("id", "key", "text")) == before


def test_chinese_reviews_with_a_bare_label(importer: Importer, real_data: Find) -> None:
    path = real_data("chnsenticorp/train.csv")
    row = importer.load(path, "voices")
    assert counts(row) == (9_600, 9_600, 0, 0)
    voices = Voice.objects.in_workspace(importer.workspace.pk)
    expected = Counter({"1": "positive", "0": "negative"}[each["label"]] for each in raw(path))
    assert Counter(voices.values_list("sentiment", flat=True)) == expected
    assert set(voices.values_list("said_at", flat=True)) == {FILE_TIME}
    assert voices.filter(language="zh").count() > 9_500


def test_two_parts_of_one_corpus_are_both_whole(importer: Importer, real_data: Find) -> None:
    assert counts(importer.load(real_data("chnsenticorp/validation.csv"), "voices"))[1] == 1_200
    assert counts(importer.load(real_data("chnsenticorp/test.csv"), "voices"))[1] == 1_200
    assert Voice.objects.in_workspace(importer.workspace.pk).count() == 2_400


def test_car_forum_with_repeated_content_ids(importer: Importer, real_data: Find) -> None:
    path = real_data("bdci_car/train.csv")
    row = importer.load(path, "voices")
    assert counts(row) == (9_947, 9_947, 0, 0)
    names = {"-1": "negative", "0": "neutral", "1": "positive"}
    stated = Counter(Voice.objects.in_workspace(importer.workspace.pk).values_list("sentiment", flat=True))
    assert stated == Counter(names[each["sentiment_value"]] for each in raw(path))


def test_restaurant_stars_are_csat(importer: Importer, real_data: Find) -> None:
    paths = [real_data(f"asap_sample/{name}_sample.csv") for name in ("train", "dev", "test")]
    assert [counts(importer.load(path, "responses"))[1] for path in paths] == [100, 100, 100]
    responses = Response.objects.in_workspace(importer.workspace.pk)
    expected = Counter(int(float(each["star"])) for path in paths for each in raw(path))
    assert Counter(responses.values_list("score", flat=True)) == expected
    assert set(responses.values_list("metric", "language")) == {("csat", "zh")}


def test_orders_with_a_review_score(importer: Importer, real_data: Find) -> None:
    path = real_data("olist/olist_classified_b.csv")
    row = importer.load(path, "responses")
    assert counts(row) == (3_584, 3_584, 0, 0)
    responses = Response.objects.in_workspace(importer.workspace.pk)
    expected = Counter(int(each["review_score"]) for each in raw(path))
    assert Counter(responses.values_list("score", flat=True)) == expected
    satisfied = responses.filter(metric="csat", score__gte=4).count()
    assert satisfied == sum(int(each["review_score"]) >= 4 for each in raw(path))
    voices = Voice.objects.in_workspace(importer.workspace.pk).filter(text="tudo certo")
    assert {(each.language, each.initiator, each.source_kind) for each in voices} == {("pt", "company", "survey")}


def test_passengers_with_fourteen_answers(importer: Importer, real_data: Find) -> None:
    rows = raw(real_data("airline_satisfaction/airline_satisfaction.csv.gz"))[:20_000]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    path = importer.file("passengers.csv.gz", gzip.compress(text.getvalue().encode()))
    row = importer.load(path, "responses", {"fields": {"score": {"column": "Leg room service", "metric": "csat"}}})
    stated = Counter(int(each["Leg room service"]) for each in rows)
    assert counts(row) == (20_000, 20_000 - stated[0], 0, stated[0])
    found = Counter(Response.objects.in_workspace(importer.workspace.pk).values_list("score", flat=True))
    assert stated[0] > 0
    assert found == stated - Counter({0: stated[0]})
    bad = QuarantinedRow.objects.in_workspace(importer.workspace.pk)
    assert {(each.field, "outside the scale" in in_words(each.reason)) for each in bad} == {("Leg room service", True)}


def test_event_log(importer: Importer, real_data: Find) -> None:
    path = real_data("helpdesk/running-example.csv")
    row = importer.load(path, "events")
    assert counts(row) == (42, 42, 0, 0)
    events = Event.objects.in_workspace(importer.workspace.pk)
    assert Counter(events.values_list("name", flat=True)) == Counter(each["concept:name"] for each in raw(path))
    assert events.values("customer_id").distinct().count() == 6
    assert counts(importer.load(path, "events")) == (42, 0, 42, 0)


def test_telephone_customers(importer: Importer, real_data: Find) -> None:
    path = real_data("telco/Telco-Customer-Churn.csv")
    assert counts(importer.load(path, "customers")) == (7_043, 7_043, 0, 0)
    assert counts(importer.load(path, "customers")) == (7_043, 0, 7_043, 0)
