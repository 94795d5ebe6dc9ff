"""Documentation is a test: what exists is described, and what is described exists."""

import ast
import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from allears.science.scores import METRICS, ResponseRates
from allears.understand.metrics import DIMENSIONS
from scripts import docs

ROOT = Path(__file__).resolve().parents[2]
SETTING = re.compile(r"ALLEARS_[A-Z_]+|DATABASE_URL")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def settings_in_code() -> set[str]:
    """Every name of an environment variable that the product writes as a whole string."""
    return {
        node.value
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value)
    }


def test_every_setting_is_described_and_nothing_else() -> None:
    described = set(re.findall(r"`(ALLEARS_[A-Z_]+|DATABASE_URL)`", page("settings.md")))
    assert described == settings_in_code() | MADE_BY_COMMANDS


# written to demo.env for scripts, never read by the product
MADE_BY_COMMANDS: set[str] = set()


def test_every_dependency_has_its_reason_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *(each for extra in project["project"].get("optional-dependencies", {}).values() for each in extra),
        *(each for group in project["dependency-groups"].values() for each in group),
    ]
    described = re.findall(r"^\| `([\w-]+)` \| (.{5,}) \|$", page("dependencies.md"), re.MULTILINE)
    assert sorted({name for name, _ in described}) == sorted({Requirement(each).name for each in wanted})


@pytest.mark.parametrize("name", sorted(docs.REFERENCES))
def test_generated_reference_is_fresh(name: str) -> None:
    assert docs.with_reference(page(name), docs.REFERENCES[name]()) == page(name), "run `make docs`"


@pytest.mark.parametrize("name", ["commands.md", "routes.md", "events.md"])
def test_nothing_stands_in_a_reference_without_a_word_about_it(name: str) -> None:
    rows = re.findall(r"^\| (`[^`]+`) \| *\|", docs.REFERENCES[name](), re.MULTILINE)
    assert rows == [], "give these a docstring (or a help text)"


def test_decision_records_have_all_their_parts_and_fit_a_screen() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert len(records) >= 7
    for record in records:
        text = record.read_text(encoding="utf-8")
        parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Alternatives", "Check"], record.name
        assert text.count("\n") <= 45, f"{record.name} is more than a screen"


def test_links_between_the_docs_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_readme_names_only_commands_and_targets_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    commands = set(re.findall(r"^## `allears ([\w-]+)", docs.commands(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"bin/allears ([\w-]+)", text)) - commands == set()
    assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) - targets == set()


def test_both_readmes_give_the_same_lines_to_type() -> None:
    """The one in Chinese is no abridged edition."""

    def typed(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return sorted([*re.findall(r"```\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)])

    assert typed("README.md") == typed("README.zh.md")


def test_every_metric_rate_and_cut_is_described_and_nothing_else() -> None:
    described = re.findall(r"^\| `(\w+)` \|", page("metrics.md"), re.MULTILINE)
    rates = [each.name for each in dataclasses.fields(ResponseRates)]
    assert described == [*METRICS, *rates, *DIMENSIONS]
