"""No blind except. The few bulkheads (one bad row must not stop the line) say so, with their reason."""

import ast
import re
from collections.abc import Iterator

from scripts.lints.base import Finding, Source, calls

BLIND = {"Exception", "BaseException"}
ADVICE = "name the exceptions you expect; a bulkhead says `# bulkhead: <what it protects, where the error goes>`"
BULKHEAD = re.compile(r"bulkhead: \S.{14,}")


def check(source: Source) -> Iterator[Finding]:
    lines = source.text.splitlines()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and is_blind(node.type) and not reraises(node):
            if node.type is None or not BULKHEAD.search(lines[node.lineno - 1]):
                yield source.finding(node, "blind-except", ADVICE)
            elif is_silent(node):
                yield source.finding(node, "blind-except", "a bulkhead records what it caught; this one drops it")
    for call in calls(source.tree):
        if getattr(call.func, "id", getattr(call.func, "attr", "")) == "suppress" and any(map(is_blind, call.args)):
            yield source.finding(call, "blind-except", "suppress() takes the exceptions you expect, not all of them")


def is_blind(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(is_blind, kind.elts))
    return kind is None or (isinstance(kind, ast.Name) and kind.id in BLIND)


def reraises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def is_silent(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(each, ast.Pass | ast.Continue | ast.Break) for each in handler.body)
