"""The lock files hold what pyproject asks for: a dependency added without `make lock` fails here."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def asked_for(*groups: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*map(Requirement, project["project"]["dependencies"]), *asked_of(*groups)]


def asked_of(*groups: str) -> list[Requirement]:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return [Requirement(each) for group in groups for each in listed[group]]


@pytest.mark.parametrize(
    ("lock", "groups"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])]
)
def test_lock_holds_a_fitting_version_of_each_dependency(lock: str, groups: list[str]) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9][\w.-]*)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE))
    for requirement in asked_for(*groups):
        version = locked.get(requirement.name.lower())
        assert version is not None, f"{requirement.name} is not in {lock}: run `make lock`"
        assert version in requirement.specifier, f"{lock} has {requirement.name} {version}: run `make lock`"


def test_the_cluster_has_the_asked_spark_and_a_client_of_its_kind() -> None:
    """A client one minor version behind is what was tried; they talk by Spark Connect's protocol, not by version."""
    locks = [(ROOT / name).read_text(encoding="utf-8") for name in ("requirements-spark.lock", "requirements-dev.lock")]
    (nodes,), (client,) = (re.findall(r"^pyspark(?:-client)?==(\d+)", text, re.MULTILINE) for text in locks)
    (asked,) = (each for each in asked_of("spark") if each.name == "pyspark")
    assert f"pyspark{asked.specifier}" in locks[0]
    assert nodes == client


def test_what_runs_is_what_was_tested() -> None:
    pins = [
        set(re.findall(r"^(\S+==\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] - pins[1] == set()
