"""Nothing grows past what one person can hold: 60 lines a function, 600 a file."""

import ast
from collections.abc import Iterator

from scripts.lints.base import Finding, Source

FUNCTION_LINES = 60
FILE_LINES = 600


def check(source: Source) -> Iterator[Finding]:
    if source.is_migration:
        return
    yield from check_file(source.path, source.text)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield source.finding(
                    node, "size", f"{node.name} has {lines} lines, above {FUNCTION_LINES}: name its steps"
                )


def check_file(path: str, text: str) -> Iterator[Finding]:
    lines = text.count("\n")
    if lines > FILE_LINES:
        message = f"{lines} lines, above {FILE_LINES}: make it a package, keep its name"
        yield Finding(path=path, line=FILE_LINES + 1, rule="size", message=message)
