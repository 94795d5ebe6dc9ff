"""SurveyJS: our surveys leave and come back; what has no counterpart is told. (tests/sdk loads them there.)"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from allears.listen import ready_made
from allears.listen.definition import json_schema, parse
from allears.listen.surveyjs import from_surveyjs, to_surveyjs
from tests.listen import surveys

SOURCE: dict[str, Any] = {
    "title": {"default": "Visit", "zh-cn": "到店"},
    "pages": [
        {"elements": [
            {"type": "rating", "name": "NPS Score", "title": "Recommend?", "rateMin": 0, "rateMax": 10},
            {"type": "panel", "elements": [
                {"type": "checkbox", "name": "what", "choices": ["a", {"value": "b", "text": "B"}]},
            ]},
        ]},
        {"elements": [
            {"type": "comment", "name": "why", "title": "You gave {NPS Score}. Why?",
             "visibleIf": "{NPS Score} <= 6 and ({what} contains 'a' or !({what} notempty))"},
            {"type": "signaturepad", "name": "sign"},
            {"type": "text", "name": "odd", "visibleIf": "age({x}) > 3", "maskType": "x"},
        ]},
    ],
    "triggers": [{"type": "complete", "expression": "{what} anyof ['b', 'c']"}],
}  # fmt: skip


def test_what_comes_in_keeps_its_logic_and_tells_what_was_left() -> None:
    taken = from_surveyjs(SOURCE)
    definition = parse(taken.definition)
    assert definition.languages == ["en", "zh"]
    assert [(each.name, each.begins_page) for each in definition.questions] == [
        ("nps_score", False), ("what", False), ("why", True), ("odd", False),
    ]  # fmt: skip
    why = taken.definition["questions"][2]
    assert why["text"]["en"] == "You gave {{answer.nps_score}}. Why?"
    assert why["show_if"] == {"all": [
        {"answer": "nps_score", "op": "<=", "value": 6},
        {"any": [{"answer": "what", "op": "contains", "value": "a"}, {"not": {"answer": "what", "op": "exists"}}]},
    ]}  # fmt: skip
    assert taken.definition["questions"][1]["skips"] == [
        {"to": "end", "when": {"answer": "what", "op": "in", "value": ["b", "c"]}}
    ]
    assert taken.left == [
        "sign: a question of type signaturepad",
        "odd.visibleIf: age({x}) > 3 (age)",
        "odd.maskType: not taken over",
        "zh: 6 texts are missing; the words of en stand there",
    ]


# As files in the wild are: one odd part must not keep the others out, and nothing goes without a word.
WILD: dict[str, Any] = {
    "locale": "de",
    "title": {"default": "Skins", "de": "Skins, deutsch"},
    "logo": "data:image/png;base64,AAAA",
    "completedHtml": "<img src='x.png'>",
    "pages": [
        {"name": "p1", "title": "About <b>you</b>", "elements": [
            {"type": "checkbox", "name": "agree", "choices": ["I agree"], "isRequired": True},
            {"type": "radiogroup", "name": "skin.no",
             "choices": ["v1.2|Old one", {"value": 2, "text": "New", "visibleIf": "x"}],
             "showOtherItem": True, "showNoneItem": True},
            {"type": "dropdown", "name": "far", "choicesByUrl": {"url": "https://x.test"}},
            {"type": "boolean", "name": "ship", "valueTrue": "Yes", "valueFalse": "No"},
            {"type": "rating", "name": "happy", "title": "How happy?", "rateMin": 0, "rateMax": 10},
            {"type": "rating", "name": "grade", "rateValues": ["A", "B"]},
            {"type": "rating", "name": "percent", "rateMin": 0, "rateMax": 100},
            {"type": "matrixdropdown", "name": "films", "rows": ["a", "b"], "choices": [1, 2],
             "columns": [{"name": "rate"}, {"name": "note", "cellType": "text"}]},
            {"type": "multipletext", "name": "price",
             "items": [{"name": "most"}, {"name": "least", "inputType": "number"}]},
        ]},
        {"name": "p2", "visibleIf": "{skin.no} = 'v1.2'", "elements": [
            {"type": "panel", "name": "inner", "visibleIf": "{ship} = 'Yes'", "elements": [
                {"type": "comment", "name": "why", "title": "{happy} and {later} and {nobody}?", "maxLength": 200,
                 "visibleIf": "{skin.no} <> 2 and {agree} allof ['I agree']"},
            ]},
            {"type": "text", "name": "early", "visibleIf": "{later} = 'x'", "validators": [{"type": "email"}]},
            {"type": "text", "name": "later"},
            {"type": "text", "name": "secret", "visible": False},
        ]},
    ],
    "triggers": [{"type": "skip", "expression": "{later} notempty", "gotoName": "agree"}, {"type": "setvalue"}],
    "calculatedValues": [{"name": "v", "expression": "1"}],
}  # fmt: skip


def test_a_file_from_the_wild_comes_over_part_by_part() -> None:
    taken = from_surveyjs(WILD)
    asked = {each["name"]: each for each in taken.definition["questions"]}
    assert {name: each["type"] for name, each in asked.items()} == {
        "about_p1": "note", "agree": "choices", "skin_no": "choice", "ship": "choice", "happy": "rating",
        "grade": "choice", "percent": "number", "films_rate": "matrix", "price_most": "text", "price_least": "number",
        "why": "text", "early": "text", "later": "text",
    }  # fmt: skip
    assert (taken.definition["languages"], taken.definition["title"]) == (
        ["de", "en"], {"de": "Skins, deutsch", "en": "Skins"}
    )  # fmt: skip
    assert [each["value"] for each in asked["skin_no"]["options"]] == ["v1_2", "2", "none", "other"]
    assert asked["why"]["show_if"] == {"all": [
        {"answer": "skin_no", "op": "=", "value": "v1_2"},
        {"answer": "ship", "op": "=", "value": "true"},
        {"all": [
            {"not": {"answer": "skin_no", "op": "=", "value": "2"}},
            {"all": [{"answer": "agree", "op": "contains", "value": "I agree"}]},
        ]},
    ]}  # fmt: skip
    assert asked["why"]["text"]["en"] == "{{answer.happy}} and and ?"
    assert asked["early"]["show_if"] == {"answer": "skin_no", "op": "=", "value": "v1_2"}
    told = "\n".join(taken.left)
    for part in (
        "far: its choices", "completedHtml: pictures", "of the option 2 is not taken over: visibleIf",
        "grade: its steps", "percent: with more than 11", "films: the column note", "price: becomes 2",
        "{nobody} is left out", "the answer to later is not known", "early.validators", "secret: never shown",
        "later: a skip is left out",
        "triggers.setvalue", "calculatedValues", "logo",
    ):  # fmt: skip
        assert part in told


@pytest.mark.parametrize("key", sorted(ready_made.ALL))
def test_ours_come_back_as_they_were(key: str) -> None:
    definition = ready_made.ALL[key].definition
    taken = from_surveyjs(to_surveyjs(definition))
    back = parse(taken.definition)
    assert taken.left == []
    assert [each.name for each in back.questions] == [each.name for each in definition.questions]
    assert [each.show_if for each in back.questions] == [each.show_if for each in definition.questions]


def test_thirty_questions_leave_with_their_values() -> None:
    out = to_surveyjs(parse(surveys.thirty()))
    assert sum(len(page["elements"]) for page in out["pages"]) == 30
    assert out["calculatedValues"] == [{"name": "feel", "expression": "({nps} * 1 + {stars} * 2) / 3"}]
    assert out["triggers"] == [{"type": "skip", "expression": "{more} = 'no'", "gotoName": "last"}]


def test_the_schema_is_published_and_is_the_one_in_the_docs(client: Client, db: None) -> None:
    assert client.get("/schemas/survey.json").json() == json_schema()
    written = Path(__file__).parents[2] / "docs" / "survey-schema.json"
    assert json.loads(written.read_text()) == json_schema(), "write it anew: see docs/survey-definition.md"
