"""Actions are called by name: `close_case(case=…, cause=…)` reads as a sentence."""

import ast
from collections.abc import Iterator

from scripts.lints.base import Finding, Source


def check(source: Source) -> Iterator[Finding]:
    if not source.is_product or not ("/actions/" in source.path or source.path.endswith("/actions.py")):
        return
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            arguments = node.args
            if arguments.posonlyargs or arguments.args or arguments.vararg:
                yield source.finding(
                    node,
                    "keyword-only",
                    f"make the arguments of {node.name} keyword-only: def {node.name}(*, …)",
                )
