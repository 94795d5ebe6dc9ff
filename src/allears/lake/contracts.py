"""Schema evolution: what a new version may change about the tables that others read, and the check of it.

`docs/lake-contracts.json` is the contract as it was last published. Allowed: a new table, a new column that may be
empty (older files read as empty there), another order of rows in the files. Everything else would make somebody's query
wrong and is refused: write a new column or a new table beside the old one. `python -m allears.lake.contracts FILE`
publishes what the code says, if it is allowed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from allears.lake.rollups import ROLLUPS
from allears.lake.tables import TABLES, TableSpec

VERSION: Final = 4
"""Rises with every change of a table; roll-ups have a number of their own."""

Contract = Mapping[str, Any]


class ForbiddenChangeError(Exception):
    """The code would change what others rely on; each line says what, and what to do instead."""


def published() -> dict[str, Any]:
    """The contract as the code has it."""
    return {
        "version": VERSION,
        "tables": {spec.name: _table(spec) for spec in TABLES.values()},
        "rollups": {each.name: {"contract": each.contract, **_table(each.spec)} for each in ROLLUPS.values()},
    }


def _table(spec: TableSpec) -> dict[str, Any]:
    return {
        "key": spec.key,
        "partition_by": list(spec.partition_by),
        "changes": spec.changes,
        "columns": {each.name: {"type": each.type, "may_be_empty": each.nullable} for each in spec.columns},
    }


def forbidden(old: Contract, new: Contract) -> list[str]:
    """What the new contract may not do to the old one; empty when all is well."""
    found = [*_tables(old["tables"], new["tables"])]
    if old["tables"] != new["tables"] and new["version"] <= old["version"]:
        found.append(f"the tables changed: raise VERSION above {old['version']}")
    for name, was in old["rollups"].items():
        now = new["rollups"].get(name)
        if now is not None and now != was and now["contract"] <= was["contract"]:
            found.append(f"{name}: it holds something else now: raise its `contract`, so that it is built anew")
    return found


def _tables(old: Contract, new: Contract) -> Iterator[str]:
    for name, was in old.items():
        now = new.get(name)
        if now is None:
            yield f"{name}: a table may not go; leave it, empty if need be"
            continue
        for fact in ("key", "partition_by", "changes"):
            if now[fact] != was[fact]:
                yield f"{name}: `{fact}` may not change from {was[fact]!r}; make a new table"
        for column, meant in was["columns"].items():
            if column not in now["columns"]:
                yield f"{name}.{column}: a column may not go or be renamed; leave it empty"
            elif now["columns"][column] != meant:
                yield f"{name}.{column}: type and emptiness may not change; add another column"
        for column in now["columns"].keys() - was["columns"].keys():
            if not now["columns"][column]["may_be_empty"]:
                yield f"{name}.{column}: older files lack a new column, so it must be allowed to be empty"


def publish(file: Path) -> None:
    """Write the code's contract over the published one. Raises ForbiddenChangeError and leaves the file alone."""
    new = published()
    if file.exists() and (wrong := forbidden(json.loads(file.read_text(encoding="utf-8")), new)):
        raise ForbiddenChangeError("\n".join(wrong))
    file.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        publish(Path(sys.argv[1]))
    except ForbiddenChangeError as error:
        sys.exit(str(error))
