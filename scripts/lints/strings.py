"""No way around the layers by string: import-linter sees imports only; names in strings are checked here."""

import ast
import re
from collections.abc import Iterator

from scripts.lints.base import Finding, Source, calls, dotted, layer_of

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
IMPORTERS = {"import_module", "import_string", "__import__"}
OUR_PATH = re.compile(r"allears\.(\w+)(?:\.\w+)*")
# Wiring names everything by design: settings list the apps, the server names its application.
WIRING = {"settings", "cli", "operations"}  # the last starts the first one's commands
# Stands on top of every domain and serves every table alike (docs/decisions/0013).
EVERY_TABLE = {"operations"}
# The tenant's key, which every scoped row carries from the ground floor up (docs/decisions/0002).
TENANT = "accounts.Workspace"


def check(source: Source) -> Iterator[Finding]:
    if source.is_migration or not source.is_product:
        return
    yield from model_lookups(source)
    yield from relations_upwards(source)
    yield from paths_upwards(source)


def model_lookups(source: Source) -> Iterator[Finding]:
    for call in calls(source.tree):
        name = dotted(call.func).rsplit(".", 1)[-1] or getattr(call.func, "attr", "")
        if name in {"get_model", "get_models", "model_class"} and source.room not in EVERY_TABLE:
            yield source.finding(
                call, "string-access", f"{name}() hides a dependency: import the model, or record an event"
            )
        if name in IMPORTERS and call.args and OUR_PATH.match(str(getattr(call.args[0], "value", ""))):
            advice = f"{name}() of our own module hides a dependency: import it plainly"
            yield source.finding(call, "string-access", advice)


def relations_upwards(source: Source) -> Iterator[Finding]:
    heights = layer_of()
    here = heights.get(source.room, 0)
    for call in calls(source.tree):
        if dotted(call.func).rsplit(".", 1)[-1] not in RELATIONS or not call.args:
            continue
        target = call.args[0]
        if isinstance(target, ast.Constant) and isinstance(target.value, str) and target.value != TENANT:
            room = target.value.split(".")[0]  # a bare name is a model of the same room
            if heights.get(room, -1) > here or (heights.get(room) == here and room != source.room):
                yield source.finding(
                    call,
                    "string-access",
                    f"a relation from {source.room} up to {target.value}: keep the id, or turn it round",
                )


def paths_upwards(source: Source) -> Iterator[Finding]:
    heights = layer_of()
    if source.room in WIRING or source.room not in heights:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        match = OUR_PATH.fullmatch(node.value)
        if match and heights.get(match.group(1), -1) > heights[source.room]:
            yield source.finding(
                node,
                "string-access",
                f"{node.value!r} reaches above {source.room}: subscribe from there instead",
            )
