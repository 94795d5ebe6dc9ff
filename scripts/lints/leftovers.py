"""Nothing unfinished: no notes to self, no test that does not run, no `type: ignore` without its code."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from scripts.lints.base import Finding, Source, calls, dotted

NOTE = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)")
# The one place that may skip says what is missing and how to get it.
MAY_SKIP = "tests/support/"
SKIPS = {
    "pytest.skip",
    "pytest.xfail",
    "pytest.mark.skip",
    "pytest.mark.skipif",
    "pytest.mark.xfail",
    "unittest.skip",
}


def check(source: Source) -> Iterator[Finding]:
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type != tokenize.COMMENT:
            continue
        if NOTE.search(token.string):
            yield at(source, token, "finish it, or open an issue")
        if BARE_IGNORE.search(token.string):
            yield at(source, token, "`type: ignore` names its error code")
    for call in calls(source.tree):
        if dotted(call.func) in SKIPS and not source.path.startswith(MAY_SKIP):
            yield source.finding(
                call, "leftover", "a test runs or is deleted; tests/support has the fixture for optional data"
            )
    for node in ast.walk(source.tree):
        if source.is_product and isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if dotted(raised) == "NotImplementedError":
                yield source.finding(node, "leftover", "no stubs: use an abstract base or leave it out")


def at(source: Source, token: tokenize.TokenInfo, message: str) -> Finding:
    return Finding(path=source.path, line=token.start[0], rule="leftover", message=message)
