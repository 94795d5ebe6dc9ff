"""Parquet with columns inside columns: a struct's fields stand in dotted columns, as those of JSON objects do.

Lists stay one cell of JSON, as they do there; a map is an object.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.types as arrow
else:
    pa, arrow = LazyModule("pyarrow"), LazyModule("pyarrow.types")


def schema(given: "pa.Schema") -> "pa.Schema":
    """The columns as they are read."""
    return pa.schema([field for each in given for field in _fields(each)])


def _fields(field: "pa.Field[Any]") -> "Iterator[pa.Field[Any]]":
    if not arrow.is_struct(field.type) or not field.type.num_fields:
        yield field
        return
    for inner in field.type:
        yield from _fields(inner.with_name(f"{field.name}.{inner.name}"))


def cells(batch: "pa.RecordBatch") -> list[list[Any]]:
    """The columns' values in the order of ``schema``."""
    return [_plain(column) for given in batch.columns for column in _columns(given)]


def _columns(column: "pa.Array[Any]") -> "Iterator[pa.Array[Any]]":
    if not arrow.is_struct(column.type) or not column.type.num_fields:
        yield column
        return
    for inner in column.flatten():  # empty where the whole struct is
        yield from _columns(inner)


def _plain(column: "pa.Array[Any]") -> list[Any]:
    found: list[Any] = column.to_pylist()
    if not arrow.is_map(column.type):
        return found
    return [value if value is None else {str(name): each for name, each in value} for value in found]
