"""Tables as they were at some migration: an older database is backed up, and an older archive restored, by the models
of its own time.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Node = tuple[str, str]


def waiting() -> list[Node]:
    """Migrations of this version that the database does not have."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _backwards in plan]


def applied() -> set[Node]:
    """Migrations that the database has."""
    return set(MigrationExecutor(connection).loader.applied_migrations)


def ends(executor: MigrationExecutor, nodes: Iterable[Node]) -> list[Node]:
    """The last of these migrations in each app."""
    graph, known = executor.loader.graph, set(nodes)
    last: dict[str, Node] = {}
    for node in sorted(known & set(graph.nodes)):
        own = {key for key in graph.forwards_plan(node) if key[0] == node[0]}
        if node[0] not in last or last[node[0]] in own:
            last[node[0]] = node
    return sorted(last.values())


def models_at(nodes: Iterable[Node]) -> dict[str, Any]:
    """The models of the time when these migrations had been applied, by label."""
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state(ends(executor, nodes))
    return {model._meta.label: model for model in state.apps.get_models(include_auto_created=True)}
