"""Run every house rule over the repository: `python -m scripts.lints`."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from scripts.lints import actions, excepts, leftovers, locks, scope, size, strings
from scripts.lints.base import ROOT, Finding, Rule, Source

RULES: tuple[Rule, ...] = (
    scope.check,
    strings.check,
    size.check,
    excepts.check,
    actions.check,
    leftovers.check,
)
WRITTEN_BY_HAND = (".ts", ".css", ".html")
EXAMPLES = "tests/lints/examples/"


def repository_files() -> list[str]:
    """What git tracks or would track: built and installed files are nobody's style."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(path for path in set(listed.stdout.splitlines()) if (ROOT / path).is_file())


def findings_in(path: str) -> Iterator[Finding]:
    if path.startswith(EXAMPLES) or "/dist/" in path:
        return
    name = Path(path).name
    if any(fnmatch(name, pattern) for pattern in locks.NAMES):
        yield from locks.check_lock(path, (ROOT / path).read_text(encoding="utf-8"))
    elif path.endswith(".py"):
        source = Source.parse(path=path, text=(ROOT / path).read_text(encoding="utf-8"))
        for rule in RULES:
            yield from rule(source)
    elif path.endswith(WRITTEN_BY_HAND):
        yield from size.check_file(path, (ROOT / path).read_text(encoding="utf-8"))


def ignored_imports() -> Iterator[Finding]:
    """A layer contract with exceptions is a list of the places where it is broken."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in config["tool"]["importlinter"]["contracts"]:
        if contract.get("ignore_imports"):
            message = f"no ignored imports in {contract['name']!r}: turn the dependency round instead"
            yield Finding(path="pyproject.toml", line=1, rule="ignored-imports", message=message)


def main() -> int:
    files = repository_files()
    findings = [*ignored_imports(), *(finding for path in files for finding in findings_in(path))]
    for finding in findings:
        print(finding)
    print(f"house rules: {len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
