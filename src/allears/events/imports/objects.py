"""JSON Lines, a JSON array, or the answer of an interface with its list inside, as a table."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.events.imports import delimited, dialogues, encodings, typed
from allears.events.imports.delimited import Line
from allears.events.imports.errors import ImportUseError
from allears.events.imports.headers import good_names
from allears.events.imports.reasons import coded
from allears.events.imports.tables import Table, cell_text
from allears.kit import lax

MOST_COLUMNS = 2_000


def table(opener: encodings.Opener, encoding: str, *, array: bool, of_turns: bool) -> Table:
    """A table of the file's objects; ``array``: the file is one JSON value, not a line for each."""
    array = array or _is_one(opener, encoding)

    def objects() -> Iterator[tuple[Any, str]]:
        with encodings.text_of(opener, encoding) as text:
            items = (
                _array_items(text, of_turns=of_turns)
                if array
                else ((_object_of(line), line) for line in text if line.strip())
            )
            for item, line in items:
                if of_turns and dialogues.has_turns(item):
                    yield from ((turn, line) for turn in dialogues.turned(item))
                else:
                    yield item, line

    columns: dict[str, str | None] = {}
    for item, _line in objects():
        if isinstance(item, dict):
            for name, value in leaves(item):
                columns[name] = typed.together(columns.get(name), value)
        if len(columns) > MOST_COLUMNS:
            raise ImportUseError("file", _("The objects have more than %(n)d different keys.") % {"n": MOST_COLUMNS})
    names = list(columns)
    if not names:
        raise ImportUseError("file", _("No line of the file is a JSON object: there is nothing to import."))
    return Table(
        form="jsonl",
        columns=good_names(names, empty="column"),
        rows=lambda: (_json_line(item, line, names) for item, line in objects()),
        types=tuple(columns[name] or typed.TEXT for name in names),
        values=lambda: (_json_values(item, names) for item, _line in objects()),
        about={"encoding": encoding},
    )


def _lines(text: IO[str]) -> Iterator[tuple[Any, str]]:
    return ((_object_of(line), line) for line in text if line.strip())


def _is_one(opener: encodings.Opener, encoding: str) -> bool:
    """Whether the file is a single line: then the rows may stand within its one object."""
    with encodings.text_of(opener, encoding) as text:
        return len(list(islice((line for line in text if line.strip()), 2))) == 1


def _array_items(text: IO[str], *, of_turns: bool) -> Iterator[tuple[Any, str]]:
    try:
        items = _value_of(text.read())
    except ValueError as error:
        message = _("The file is no valid JSON (%(error)s). Mend it, or write one object a line.")
        raise ImportUseError("file", message % {"error": error}) from error
    if isinstance(items, dict):
        items = (None if of_turns and dialogues.has_turns(items) else _wrapped(items)) or [items]
    for item in items:
        yield item, json.dumps(item, ensure_ascii=False)


_WRAPPERS = frozenset({
    "data", "result", "results", "items", "records", "rows", "list", "entries", "hits", "value", "values", "content",
    "response", "responses", "reviews", "comments", "feedback", "voices", "events", "customers", "users", "tickets",
})  # fmt: skip


def _wrapped(item: dict[str, Any]) -> list[Any] | None:
    """The list of objects in an interface's answer: ``{"total": 2, "data": [{…}, {…}]}``, or one a step deeper."""
    inside = [value for name, value in item.items() if name.lower() in _WRAPPERS and value]
    lists = [each for each in inside if isinstance(each, list) and all(isinstance(one, dict) for one in each)]
    deeper = [each for each in inside if isinstance(each, dict)]
    if len(lists) == 1:
        return lists[0]
    return _wrapped(deeper[0]) if not lists and len(deeper) == 1 else None


def _value_of(text: str) -> Any:
    """The JSON's value; half a character, as JavaScript writes it, is ``�``, a number no machine holds its digits."""
    return json.loads(lax.mended(text)) if _HALF.search(text) else lax.stored(text)


OTHER_ENCODING = gettext_lazy("some bytes are in another encoding")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def _object_of(line: str) -> Any:
    """The line's object, or the error as text: a broken line is a broken row, not a broken file."""
    try:
        return _value_of(line) if line.isascii() or not _ESCAPED.search(line) else OTHER_ENCODING
    except (ValueError, RecursionError) as error:
        return str(error)


_ESCAPED = re.compile(r"[\udc80-\udcff]")  # bytes that could not be read


def _json_line(item: Any, line: str, names: list[str]) -> Line:
    if isinstance(item, dict):
        values = flat(item)
        cells = [values.get(name, "") for name in names]
        if not any(_ESCAPED.search(cell) for cell in cells if not cell.isascii()):
            return cells, "", ""
        item = OTHER_ENCODING
    return (
        [],
        coded("no_object", error=item if isinstance(item, Promise) else str(item)),
        delimited.printable(line.rstrip("\r\n")),
    )


def flat(item: dict[str, Any]) -> dict[str, str]:
    """Nested objects as dotted names; lists stay one cell of JSON."""
    return {name: cell_text(value) for name, value in leaves(item)}


def leaves(item: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """What a nested object holds, by dotted names."""
    for name, value in item.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _json_values(item: Any, names: list[str]) -> list[Any]:
    values = dict(leaves(item)) if isinstance(item, dict) else {}
    return [values.get(name) for name in names]
