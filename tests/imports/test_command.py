"""`allears import` and `allears quarantine`: exit codes, figures, and the scores of what came in."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from allears.accounts.models import Workspace
from allears.cli.main import app
from allears.events.models import Import
from allears.listen.models import Response, Voice
from tests.imports.test_running import REVIEWS

ANSWERS = "response id,submitted at,email,nps,comment\n" + "".join(
    f"{n * 7919},2026-02-{n % 28 + 1:02} 09:{n % 60:02},p{n % 90}@example.test,{n * 7 % 11},comment number {n}\n"
    for n in range(500)
)


@pytest.fixture
def folder(acme: Workspace, tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.LAKE_ROOT = str(tmp_path / "data" / "lake")
    return tmp_path


def call(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file_is_0_and_the_score_is_the_raw_file_s(folder: Path) -> None:
    path = written(folder, "answers.csv", ANSWERS)
    done = call("import", path, "--as", "responses", "--workspace", "acme", "--json")
    result = json.loads(done.stdout)
    assert (done.exit_code, result["rows"], result["good"], result["bad"]) == (0, 500, 500, 0)
    scores = [n * 7 % 11 for n in range(500)]
    raw = (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores) * 100
    told = json.loads(call("score", "nps", "--workspace", "acme", "--json").stdout)
    assert (told["n"], told["estimate"]) == (500, pytest.approx(raw, abs=1e-9))


def test_the_same_command_again_changes_nothing(folder: Path) -> None:
    path = written(folder, "answers.csv", ANSWERS)
    call("import", path, "--as", "responses", "--workspace", "acme", "--json")
    again = call("import", path, "--as", "responses", "--workspace", "acme", "--json")
    result = json.loads(again.stdout)
    assert (again.exit_code, result["good"], result["repeated"]) == (0, 0, 500)
    assert (Response.objects.across_workspaces().count(), Import.objects.across_workspaces().count()) == (500, 1)


def test_rows_in_quarantine_are_1_and_mended_ones_0(folder: Path) -> None:
    path = written(
        folder, "x.csv", ANSWERS.replace(",comment number 7\n", ",seven\n").replace("2026-02-04 09:03", "soon")
    )
    done = call("import", path, "--as", "responses", "--workspace", "acme", "--json")
    result = json.loads(done.stdout)
    assert (done.exit_code, result["bad"], result["quarantine"][0]["field"]) == (1, 2, "submitted at")
    number, table = str(result["import"]), folder / "rows.csv"
    out = call("quarantine", "export", "--import", number, "-o", table, "--workspace", "acme")
    assert (out.exit_code, "quarantine resend" in out.stdout) == (0, True)
    table.write_text(table.read_text(encoding="utf-8").replace("soon", "2026-02-04"), encoding="utf-8")
    back = call("quarantine", "resend", table, "--import", number, "--workspace", "acme", "--json")
    assert (back.exit_code, json.loads(back.stdout)["good"]) == (0, 2)
    assert Response.objects.across_workspaces().count() == 500


def test_a_dry_run_says_all_and_writes_nothing(folder: Path) -> None:
    path = written(folder, "reviews.csv", REVIEWS)
    done = call("import", path, "--as", "voices", "--workspace", "acme", "--dry-run", "--json")
    result = json.loads(done.stdout)
    assert (done.exit_code, result["good"], result["mapping"]["fields"]["score"]["column"]) == (0, 60, "stars")
    assert not Voice.objects.across_workspaces().exists()
    assert not list((folder / "data" / "imports").iterdir())


def test_the_only_workspace_needs_no_name_and_one_of_several_does(folder: Path) -> None:
    path = written(folder, "reviews.csv", REVIEWS)
    assert call("import", path, "--as", "voices", "--dry-run").exit_code == 0
    Workspace.objects.create(slug="other", name="Other")
    done = call("import", path, "--as", "voices", "--dry-run")
    assert (done.exit_code, "There are: acme, other" in done.stderr) == (2, True)


def test_what_cannot_be_exported_is_told_in_the_terminals_language(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    refused = call("export", "nothing", "-o", folder / "x.csv")
    assert (refused.exit_code, refused.stderr.startswith("table: 没有")) == (2, True), refused.stderr
    refused = call("export", "voices", "-o", folder / "x.abc")
    assert (refused.exit_code, "“abc”" in refused.stderr) == (2, True), refused.stderr
    assert not (folder / "x.abc").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as", "poems"], "as: There is no kind “poems”"),
        (["--as", "voices", "--workspace", "nowhere"], "workspace: there is no workspace “nowhere”"),
        (["--as", "voices", "--map", "missing.json"], "map: missing.json cannot be read as JSON"),
        (["--as", "events"], "user_id: No column was recognised"),
    ],
)
def test_wrong_use_is_2_and_names_the_field(folder: Path, arguments: list[str], message: str) -> None:
    path = written(folder, "reviews.csv", "stars,comment\n5,very good food\n1,very bad food\n")
    if "--workspace" not in arguments:
        arguments = [*arguments, "--workspace", "acme"]
    done = call("import", path, *arguments)
    assert (done.exit_code, done.stderr.startswith(message)) == (2, True), done.stderr


def test_a_missing_file_is_2(folder: Path) -> None:
    done = call("import", folder / "none.csv", "--as", "voices", "--workspace", "acme")
    assert (done.exit_code, "Check the path" in done.stderr) == (2, True)


def test_the_mapping_is_shown_with_its_reasons(folder: Path) -> None:
    done = call("import", written(folder, "reviews.csv", REVIEWS), "--as", "voices", "--workspace", "acme")
    assert done.exit_code == 0
    assert "the heading says" in done.stdout
    assert "60 rows in" in done.stdout
