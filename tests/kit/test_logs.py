"""What is logged names nobody and opens nothing."""

import json
import logging

import pytest

from allears.kit.logs import LONGEST, JsonFormatter, TextFormatter, redacted
from allears.kit.tracing import fitting, request_id, work_for

HIDDEN = [
    "zoe@example.test",
    "zoe%40example.test",
    "Zoe.Marked+x@sub.example.co.uk",
    "+86 138 0013 8000",
    "13800138000",
    "(0711) 123-45678",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "ae_w_8KmaBxKECix1xWebKE2c3Vk5YdcKrEQbcMX4x67c",
    "Bearer abcdefghijklmnop",
]


@pytest.mark.parametrize("word", HIDDEN)
@pytest.mark.parametrize("around", ["%s", "could not send to %s: refused", "Not Found: /customers?q=%s&x=1", "('%s',)"])
def test_what_names_a_person_or_opens_a_door_is_struck_out(word: str, around: str) -> None:
    assert word not in redacted(around % word)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Not Found: /s/K3v9aZq81xYtRw2PmN5bLc", "Not Found: /s/[token]"),
        ("Unauthorized: /in/K3v9aZq81xYtRw2PmN5bLc", "Unauthorized: /in/[token]"),
        ("Not Found: /d/K3v9aZq81xYtRw2PmN5bLc", "Not Found: /d/[token]"),
        ("Gone: /exports/files/17:1kAbCd:Zq81xYtRw2PmN", "Gone: /exports/files/[token]"),
        ("Forbidden: /v1/channels/wechat/qwertyuiopasdf/events", "Forbidden: /v1/channels/wechat/[token]/events"),
        ("Bad Request: /wall/K3v9aZq81xYtRw2PmN5bLcQ", "Bad Request: /wall/[token]"),
        ("GET https://x.test/feed?key=abc&q=Zoe: 404", "GET https://x.test/feed?[query] 404"),
        ("is it there? it is: a=b", None),
        ("Not Found: /settings/integrations-and-sources", None),
        ("password=hunter2 next", "password=[secret] next"),
        ("duplicate key\nDETAIL:  Key (email)=(a b) already exists.", "duplicate key\nDETAIL: [left out]"),
        ("postgresql://me:geheim@db:5432/x", "postgresql://[secret]@db:5432/x"),
        ('bad body {"name": "Zoe", "city": "Ulm"}', "bad body {…}"),
        ("job 17 (allears.respond.jobs.tend) failed after 3 attempts in 0.25 s", None),
        ("2026-03-01T09:00:00 worker host:4711:ab12cd34 took over case 412", None),
    ],
)
def test_lines_stay_readable(line: str, shown: str | None) -> None:
    assert redacted(line) == (line if shown is None else shown)


@pytest.mark.parametrize("part", ["a", "1", "a.", "/", "/a?", "/a1-", '"\\', "Key (", "://a:", "'a"])
def test_an_address_without_end_is_cut(part: str) -> None:
    """At once: looked through from every character to its end, one request would keep a process busy for hours."""
    shown = redacted("Not Found: /" + part * (400_000 // len(part)))
    assert shown.endswith("…")
    assert len(shown) <= LONGEST


@pytest.mark.parametrize("word", HIDDEN)
@pytest.mark.parametrize("left", range(0, 60, 3))
def test_what_a_cut_leaves_of_a_person_is_not_shown(word: str, left: int) -> None:
    before = "Not Found: /" + "x" * (LONGEST - 13 - left) + " "
    assert word[:5] not in redacted(before + word + " and more")


def record(message: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    told = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("allears.tests", logging.WARNING, __file__, 1, message, values, told)


def test_json_lines_hold_the_request_and_the_error_without_its_data() -> None:
    try:
        raise ValueError("no place for zoe@example.test in 'a long text that somebody wrote about their sofa'")
    except ValueError as caught:
        error = caught
    with work_for("req-12345678"):
        line = json.loads(JsonFormatter().format(record("lost %s", "zoe@example.test", error=error)))
    assert line["request"] == "req-12345678"
    assert line["message"] == "lost [email]"
    assert line["error"].endswith("ValueError: no place for [email] in [long text]")
    assert "raise ValueError" not in line["error"]
    assert request_id() == ""


def test_text_lines_are_one_line_unless_there_is_an_error() -> None:
    assert TextFormatter().format(record("all is well")).endswith(" WARNING allears.tests all is well")


def test_only_plain_names_are_taken_from_callers() -> None:
    assert fitting("abcDEF-123.45") == "abcDEF-123.45"
    for bad in ("", "short", "x" * 65, "zoe@example.test", "a b c d e f g", "line\nbreak12"):
        assert len(fitting(bad)) == 16, bad
