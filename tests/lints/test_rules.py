"""Every house rule refuses its bad examples, line by line, and lets the good ones pass."""

import re
from collections import Counter
from pathlib import Path

import pytest
from scripts.lints import __main__ as runner
from scripts.lints import locks, scope, size
from scripts.lints.base import Source, layer_of

EXAMPLES = Path(__file__).parent / "examples"
SCOPED = frozenset({"Case", "Voice"})


def findings(source: Source) -> list[tuple[int, str]]:
    found = [
        finding for rule in runner.RULES for finding in (rule(source, SCOPED) if rule is scope.check else rule(source))
    ]
    return sorted((finding.line, finding.rule) for finding in found)


def example(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    pretended = re.match(r"# as: (\S+)\n", text)
    assert pretended, f"{path.name} starts with `# as: <path>`"
    return Source.parse(path=pretended.group(1), text=text)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_example_gets_exactly_the_findings_it_declares(path: Path) -> None:
    source = example(path)
    declared = [
        (number, rule)
        for number, line in enumerate(source.text.splitlines(), start=1)
        for rule in re.findall(r"# expect: (\S+)", line)
    ]
    assert findings(source) == declared
    assert bool(declared) == path.stem.endswith("_bad"), "good examples declare nothing, bad ones something"


def test_each_rule_has_a_good_and_a_bad_example() -> None:
    kinds = Counter(path.stem.rsplit("_", 1)[-1] for path in EXAMPLES.glob("*.py"))
    areas = {path.stem.split("_")[0] for path in EXAMPLES.glob("*_bad.py")}
    assert areas == {rule.__module__.rsplit(".", 1)[-1] for rule in runner.RULES}
    assert kinds["good"] >= kinds["bad"]


def test_message_names_the_right_helper() -> None:
    [finding] = scope.check(Source.parse(path="src/allears/respond/queries.py", text="Case.objects.all()\n"), SCOPED)
    assert "Case.objects.in_workspace(workspace_id)" in finding.message
    assert "Case.objects.across_workspaces()" in finding.message


def test_long_file_is_refused_at_its_first_line_too_many() -> None:
    assert [finding.line for finding in size.check_file("a.css", "x\n" * 601)] == [601]
    assert list(size.check_file("a.css", "x\n" * 600)) == []


def test_address_in_a_lock_file_is_refused() -> None:
    text = "django==5.2\n--index-url https://pypi.example/simple\nallears @ file:///tmp/allears\n"
    assert [finding.line for finding in locks.check_lock("requirements.lock", text)] == [2, 3]


def test_layers_are_read_from_the_contract() -> None:
    heights = layer_of()
    assert heights["settings"] == heights["kit"] == heights["science"] == 0
    assert heights["store"] < heights["jobs"] < heights["events"] < heights["listen"] < heights["web"]


def test_the_repository_itself_passes(capsys: pytest.CaptureFixture[str]) -> None:
    code = runner.main()
    assert code == 0, capsys.readouterr().out
