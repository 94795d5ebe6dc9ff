"""LimeSurvey's structure: its kinds, languages and conditions become ours; what has no counterpart is told by row."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from allears.accounts.models import Workspace
from allears.listen.converting import ConversionError, convert
from allears.listen.definition import Definition, DefinitionError, parse
from allears.listen.limesurvey import StructureError, from_limesurvey
from allears.listen.limesurvey.relevance import Known, RelevanceError, condition
from allears.listen.limesurvey.rows import words
from allears.listen.models import Survey
from tests.conftest import Person
from tests.listen.test_api import caller

STAY = Path(__file__).with_name("stay.txt").read_bytes()
HEAD = "class\ttype/scale\tname\trelevance\ttext\tlanguage"
KNOWN = {
    "Q1": Known(name="q1", kind="choice"),
    "M": Known(name="m", kind="choices", parts=frozenset({"A", "B"}), other="other"),
    "R_1": Known(name="r_1", kind="matrix", parts=frozenset({"x_y"})),
}


@pytest.fixture(scope="module")
def stay() -> tuple[Definition, list[str]]:
    taken = from_limesurvey(STAY)
    return parse(taken.definition), taken.left


def question(stay: tuple[Definition, list[str]], name: str) -> Any:
    found = stay[0].question(name)
    assert found is not None
    return found


def test_groups_questions_and_both_languages_come_in(stay: tuple[Definition, list[str]]) -> None:
    definition, _left = stay
    assert (definition.languages, definition.layout) == (["en", "zh"], "steps")
    assert (definition.title, definition.intro) == (
        {"en": "Your stay", "zh": "您的入住"},
        {"en": 'Welcome!\nIt takes "two" minutes.', "zh": "欢迎！\n只需两分钟。"},
    )
    assert [each.name for each in definition.questions] == [
        "about_1", "where", "room", "used", "again", "stars", "rate", "five", "why", "name", "nights", "day", "sex",
        "order", "spent_eat", "spent_fun", "eat", "more", "bye",
    ]  # fmt: skip
    assert [each.name for each in definition.questions if each.begins_page] == ["rate"]
    where = question(stay, "where")
    assert where.text == {"en": 'Which "house"?\nChoose one.', "zh": "哪家酒店？"}
    assert [(each.value, each.text["en"], each.score, each.other) for each in where.options] == [
        ("A1", "Lake & Hill", 5.0, False), ("A2", "Town", 1.0, False), ("other", "Elsewhere", None, True),
    ]  # fmt: skip
    assert (where.options[2].text["zh"], where.required, where.shuffle) == ("别处", True, True)


def test_each_kind_becomes_its_like(stay: tuple[Definition, list[str]]) -> None:
    kinds = {each.name: each.__struct_config__.tag for each in stay[0].questions}
    assert [kinds[name] for name in ("room", "used", "again", "stars", "rate", "five", "why", "nights", "day")] == [
        "choice", "choices", "choice", "rating", "matrix", "matrix", "text", "number", "text",
    ]  # fmt: skip
    assert [kinds[name] for name in ("sex", "order", "spent_eat", "bye")] == ["choice", "ranking", "number", "note"]
    assert question(stay, "room").dropdown is True
    assert [each.value for each in question(stay, "used").options if each.alone] == ["none"]
    assert [each.text["zh"] for each in question(stay, "again").options] == ["是", "否"]
    assert [each.value for each in question(stay, "five").columns] == ["1", "2", "3", "4", "5"]
    assert (question(stay, "nights").highest, question(stay, "nights").whole) == (30, True)
    assert (question(stay, "name").lines, question(stay, "why").max_length) == ("one", 200)
    assert question(stay, "spent_eat").text == {"en": "You spent on eating", "zh": "您花费在 餐饮"}


def test_relevance_becomes_conditions(stay: tuple[Definition, list[str]]) -> None:
    by_name = {each["name"]: each for each in from_limesurvey(STAY).definition["questions"]}
    group = {"not": {"answer": "again", "op": "=", "value": "Y"}}
    assert by_name["stars"]["show_if"] == {"all": [
        {"answer": "where", "op": "=", "value": "A1"},
        {"any": [{"answer": "used", "op": "contains", "value": "pool"}, {"answer": "room", "op": "exists"}]},
    ]}  # fmt: skip
    assert by_name["rate"]["show_if"] == group
    assert by_name["why"]["show_if"] == {"all": [group, {"all": [
        {"answer": "rate", "row": "bed", "op": "<=", "value": 1}, {"answer": "stars", "op": "<", "value": 4},
    ]}]}  # fmt: skip
    assert by_name["stars"]["text"]["zh"] == "{{answer.where}}的泳池怎么样？"


def test_what_stays_behind_is_told_by_row(stay: tuple[Definition, list[str]]) -> None:
    assert stay[1] == [
        "row 15, Good: assessments are not taken over",
        "row 16, Stay: the title of a group is not shown",
        'row 25, gym: Where.NAOK=="A1": a condition on one option or row',
        "row 23, Used: asked for but not required there; it may be left out here",
        "row 29, Details: the title of a group is not shown",
        "row 37, Why: {TOKEN:FIRSTNAME} is left out of the text",
        "row 37, Why: the pattern /^.{3}/ is not checked",
        "row 38, Name: the answer Ann is not filled in beforehand",
        "row 40, Day: a date becomes words",
        "row 45, Sum: a question of type * (equation)",
        "row 49, Eat: shown in any case, for its condition cannot be taken over: "
        "Spent_eat.NAOK >= 100 && sum(Spent_eat, Spent_fun) > 3 (sum())",
        "row 49, Eat: array_filter is not taken over",
        "row 50, More: shown in any case, for its condition cannot be taken over: Sum.NAOK == 4 "
        "(Sum is asked later, or was not taken over)",
        "row 50, More: pictures and films are left out",
        "row 51, Never: never shown there, so it is left out",
        "row 52, Lone: fewer than 2 answers to choose from",
        "zh: 1 texts are missing; the words of en stand there",
    ]


@pytest.mark.parametrize(
    ("equation", "expected"),
    [
        ("1", True),
        ("0", False),
        ("", True),
        ("{Q1 == 'a'}", {"answer": "q1", "op": "=", "value": "a"}),
        ("((Q1.NAOK eq \"a\\\"b\"))", {"answer": "q1", "op": "=", "value": 'a"b'}),
        ("3 < Q1", {"answer": "q1", "op": ">", "value": 3}),
        ("Q1 >= -1.5", {"answer": "q1", "op": ">=", "value": -1.5}),
        ("Q1 != ''", {"answer": "q1", "op": "exists"}),
        ("is_empty(Q1.NAOK)", {"not": {"answer": "q1", "op": "exists"}}),
        ("!(is_empty(Q1.NAOK))", {"answer": "q1", "op": "exists"}),
        ("Q1 == '-oth-'", {"answer": "q1", "op": "=", "value": "other"}),
        ("M_A.NAOK != 'Y'", {"not": {"answer": "m", "op": "contains", "value": "A"}}),
        ("M_other.NAOK != ''", {"answer": "m", "op": "contains", "value": "other"}),
        ("R_1_x_y.NAOK == 2", {"answer": "r_1", "row": "x_y", "op": "=", "value": 2}),
        ("1 and Q1 == 'a'", {"answer": "q1", "op": "=", "value": "a"}),
        ("1 or Q1 == 'a'", True),
        ("Q1 == 'a' && 0", False),
    ],
)  # fmt: skip
def test_equations(equation: str, expected: Any) -> None:
    assert condition(equation, KNOWN) == expected


@pytest.mark.parametrize(
    ("equation", "part"),
    [
        ("Q9 == 1", "Q9"), ("Q1 == Q1", "="), ("count(M_A) > 1", "count()"), ("Q1 + 1 > 2", "+"), ("Q1", "nothing"),
        ("M == 'Y'", "M as a whole"), ("Q1 == 'a' and", "too early"), ("(Q1 == 1", "too early"),
        ("Q1.shown == 1", "shown"),
        ("123X4X5 == 'A'", "123X4X5"), ("M_A > 3", ">"), ("Q1 == 'a' ;", ";"),
    ],
)  # fmt: skip
def test_equations_without_a_counterpart_name_the_part(equation: str, part: str) -> None:
    with pytest.raises(RelevanceError) as error:
        condition(equation, KNOWN)
    assert part in str(error.value)


def test_what_people_read_of_html() -> None:
    assert words("<p>One&nbsp;&lt;two&gt;</p><style>p {x}</style><ul><li>a</li><li>b</li></ul>") == "One <two>\na\nb"


def test_files_of_other_encodings_and_other_things_are_told_apart() -> None:
    rows = f"{HEAD}\nQ\tS\tA\t1\t你好\tzh-Hans\n"
    assert from_limesurvey(rows.encode("utf-16")).definition["questions"][0]["text"] == {"zh": "你好"}
    for wrong in ("a,b\n1,2\n", "", HEAD.encode("latin-1") + b"\nQ\tS\t\xe9\n"):
        with pytest.raises(StructureError):
            from_limesurvey(wrong)
    with pytest.raises(DefinitionError, match="ask at least one question"):
        from_limesurvey(HEAD)
    assert convert(source=STAY)[0] == "limesurvey"
    for unfit in (b"[]", b"{", '{"pages": 3}', b"x" * 4_000_001):
        with pytest.raises(ConversionError):
            convert(source=unfit)


def test_over_rest(acme: Workspace) -> None:
    api = caller(acme)
    body = {"format": "limesurvey", "source": STAY.decode("utf-8-sig")}
    answer = api.post("/api/v1/surveys/conversions", body, content_type="application/json")
    assert (answer.status_code, len(answer.json()["left"])) == (200, 17)
    made = {"key": "stay", "name": "Stay", "family": "other", "definition": answer.json()["definition"]}
    assert api.post("/api/v1/surveys", made, content_type="application/json").status_code == 201
    wrong = api.post("/api/v1/surveys/conversions", {**body, "source": "a\tb"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["title"]) == (422, "This is no LimeSurvey survey")


def test_on_the_page_it_is_looked_through_first(client: Client, alice: Person) -> None:
    client.force_login(alice.user)
    page = client.post("/surveys/conversions", {"file": SimpleUploadedFile("stay.txt", STAY)})
    assert (page.status_code, page.context["format"], len(page.context["questions"])) == (200, "LimeSurvey", 19)
    assert "row 40, Day: a date becomes words" in page.content.decode()
    assert not Survey.objects.in_workspace(alice.workspace.id).exists()
    form = {"definition": page.context["definition"], "name": "Your stay", "family": "other"}
    for _twice in range(2):
        assert client.post("/surveys/conversions/survey", form).status_code == 302
    made = Survey.objects.in_workspace(alice.workspace.id).order_by("pk")
    assert [(each.key, each.versions.count()) for each in made] == [("your-stay", 1), ("your-stay-2", 1)]
    for unfit in ({}, {"file": SimpleUploadedFile("x.txt", b"a\tb")}, {"file": SimpleUploadedFile("x.json", b"{")}):
        assert client.post("/surveys/conversions", unfit).status_code == 422
    assert client.post("/surveys/conversions/survey", {"definition": "{}"}).status_code == 422
    assert made.count() == 2


def test_a_list_of_languages_in_quotes_names_no_language_of_a_quote() -> None:
    rows = [
        "class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage",
        "S\t\tlanguage\t\ten",
        'S\t\tadditional_languages\t\t"""fr de-informal 1x"""',
        "G\tG0\tOne\t1\t\t\ten",
        "Q\tT\tq1\t1\tHow?\t\ten",
        "Q\tT\tq1\t1\tWie?\t\tde-informal",
    ]
    taken = from_limesurvey("\n".join(rows))
    assert taken.definition["languages"] == ["en", "fr", "de"]
    assert taken.definition["questions"][0]["text"] == {"en": "How?", "fr": "How?", "de": "Wie?"}
    assert "1x is no code of a language; its texts are not taken over" in taken.left
