"""Workspace scope: a query on a tenant's rows names the tenant, or says that it crosses all of them."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from scripts.lints.base import ROOT, Finding, Source

# Writing a row carries its workspace as a column that may not be null, so it cannot leak.
ALLOWED = {
    "in_workspace",
    "across_workspaces",
    "create",
    "bulk_create",
    "acreate",
    "abulk_create",
    "model",
    "db_manager",
}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}


@cache
def scoped_models() -> frozenset[str]:
    """Names of the models that belong to a workspace: heirs of ScopedModel, at any distance."""
    bases: dict[str, set[str]] = {}
    for path in (ROOT / "src" / "allears").rglob("*.py"):
        if "migrations" in path.parts or not re.search(r"models|scope|store", str(path)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {
                    base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases
                }
    scoped = {"ScopedModel"}
    while more := {name for name, parents in bases.items() if parents & scoped} - scoped:
        scoped |= more
    return frozenset(scoped)


def check(source: Source, models: frozenset[str] | None = None) -> Iterator[Finding]:
    if source.is_migration or not source.is_product:
        return
    names = scoped_models() if models is None else models
    allowed = {
        id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Attribute) and node.attr in ALLOWED
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and id(node) not in allowed:
            model = last_name(node.value)
            if model in names:
                yield source.finding(node, "workspace-scope", advice(model))
        if (
            isinstance(node, ast.Call)
            and last_name(node.func) in SHORTCUTS
            and node.args
            and last_name(node.args[0]) in names
        ):
            yield source.finding(node, "workspace-scope", advice(last_name(node.args[0])))


def last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def advice(model: str) -> str:
    return (
        f"{model} belongs to a workspace: write {model}.objects.in_workspace(workspace_id), "
        f"or {model}.objects.across_workspaces() where crossing all of them is meant"
    )
