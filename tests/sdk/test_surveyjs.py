"""Our surveys, loaded by SurveyJS' own library: it reads every part and shows the same questions as we do."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.listen import surveys

from allears.listen import logic, ready_made
from allears.listen.definition import Definition, parse
from allears.listen.surveyjs import to_surveyjs

pytestmark = pytest.mark.sdk
NODE = Path(__file__).parent / "surveyjs"
ANSWERS: list[dict[str, Any]] = [
    {},
    {"nps": 3, "csat": 2, "ces": 2, "stars": 1},
    {"nps": 10, "csat": 5, "ces": 7, "stars": 5},
    {"csat": 1, "call_back": "yes", "found": "no", "solved": "partly", "reason": "rival", "online": "tried"},
]


def shown(definition: Definition, answers: dict[str, Any]) -> list[str]:
    """By conditions alone: skips move a SurveyJS page without hiding what is skipped."""
    plan = {**logic.plan(definition, seed=""), "skips": {}}
    facts = {"customer": {}, "event": {}, "language": "en", "channel": "email"}
    return list(logic.route(plan, answers=answers, facts=facts).names)


def asked(definition: Definition, answers: dict[str, Any]) -> dict[str, Any]:
    """Only answers to what was shown: with us the others count for nothing, SurveyJS forgets them at the end only."""
    names = shown(definition, answers)
    return {name: answer for name, answer in answers.items() if name in names}


def test_survey_core_loads_them_and_shows_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "surveyjs"
    shutil.copytree(NODE, folder, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "install", "--ignore-scripts", "--omit=optional"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=170)
    definitions: list[Definition] = [each.definition for each in ready_made.ALL.values()]
    thirty = parse(surveys.thirty())
    pairs = [(definition, asked(definition, answers)) for definition in definitions for answers in ANSWERS]
    pairs.append((thirty, {"nps": 3, "stars": 6}))
    sent = [{"survey": to_surveyjs(definition), "answers": answers} for definition, answers in pairs]
    ran = subprocess.run(
        ["node", "load.mjs"], cwd=folder, input=json.dumps(sent), capture_output=True, text=True, timeout=60, check=True
    )
    for (definition, answers), found in zip(pairs, json.loads(ran.stdout), strict=True):
        assert found["errors"] == []
        if definition is thirty:  # whose order is everybody's own
            assert (len(found["visible"]), found["values"]) == (30 - 1, {"feel": 5})
        else:
            assert found["visible"] == shown(definition, answers), answers
