"""What a body says: JSON, a list of it, lines of it, or a form. Places in it are JSON Pointers (RFC 6901)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_string
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from django.utils.translation import gettext_noop as _

from allears.events.reasons import RefusedError
from allears.kit import lax

LEAVES = 300  # of one sample on the screen
DEEPEST = 12


class BodyError(RefusedError):
    """A body that cannot be read; the text says why."""


def items_of(body: str, content_type: str) -> list[dict[str, Any]]:
    """The objects in a body, at least one; raises BodyError."""
    found = _read(body, content_type)
    items = found if isinstance(found, list) else [found]
    if not items or not all(isinstance(each, dict) for each in items):
        raise BodyError(_("The body holds no object: send a JSON object, a list or lines of them, or a form."))
    return items


def _read(body: str, content_type: str) -> Any:
    text = body.strip()
    try:
        if text[:2] == "--" and "json" not in content_type:
            return _multipart(text)
        if text[:1] not in ("{", "[") and "=" in text and "json" not in content_type:
            return _form(text)
        if "ndjson" in content_type or "jsonl" in content_type:
            return [lax.decode(line) for line in text.splitlines() if line.strip()]
        try:
            return lax.decode(text)
        except msgspec.DecodeError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            return [lax.decode(line) for line in lines]
    except (msgspec.DecodeError, RecursionError) as error:  # the last: nested too deeply
        raise BodyError(_("The body is neither JSON nor a form: %(why)s"), why=error) from error


def _form(text: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:  # forms of older Chinese sites
        pairs = parse_qsl(text, keep_blank_values=True, encoding="gb18030")
    return _fields(pairs)


def _multipart(text: str) -> dict[str, Any]:
    """A form as browsers send files; of a file its name. The first line is the boundary, whatever the header says."""
    boundary = text.splitlines()[0][2:].strip()
    form = message_from_string(f'Content-Type: multipart/form-data; boundary="{boundary}"\n\n{text}')
    parts = [part for part in form.walk() if not part.is_multipart()]
    named = [(part.get_param("name", header="content-disposition"), part) for part in parts]
    return _fields([(str(name), part.get_filename() or str(part.get_payload())) for name, part in named if name])


def _fields(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What a name says several times is a list: the answers ticked in a form."""
    said: dict[str, list[Any]] = {}
    for name, text in pairs:
        said.setdefault(name, []).append(_inner(text))
    return {name: values[0] if len(values) == 1 else values for name, values in said.items()}


def _inner(text: str) -> Any:
    """Some senders put JSON into a field; words that only begin like it stay words."""
    if not _OBJECTS.match(text):
        return text
    try:
        return lax.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


_OBJECTS = re.compile(r"\s*(\{|\[\s*\{)")


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One line of the tree: where it stands, how deep, what it is."""

    pointer: str
    label: str
    depth: int
    value: str  # as shown; empty for branches
    branch: bool

    @property
    def indent(self) -> range:
        """Steps to the right."""
        return range(self.depth)

    @property
    def choice(self) -> str:
        """As an option in a list."""
        return f"{self.pointer[1:].replace('/', ' › ')}{'' if self.branch else f' — {self.value}'}"


def leaves(item: Any) -> list[Leaf]:
    """The tree of a sample in reading order."""
    found: list[Leaf] = []
    for leaf in _walk(item, "", 0):
        found.append(leaf)
        if len(found) >= LEAVES:
            break
    return found


def _walk(value: Any, pointer: str, depth: int) -> Iterator[Leaf]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        label = str(name)
        place = f"{pointer}/{label.replace('~', '~0').replace('/', '~1')}"
        branch = isinstance(each, dict | list)
        shown = "" if branch else "null" if each is None else str(each)
        yield Leaf(pointer=place, label=label, depth=depth, value=shown[:80], branch=branch)
        if branch and depth < DEEPEST:
            yield from _walk(each, place, depth + 1)


def at(item: Any, pointer: str) -> Any:
    """What stands there; None where nothing does."""
    if not pointer.startswith("/"):
        return None
    for part in pointer[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(item, dict):
            item = item.get(name)
        elif isinstance(item, list) and name.isdecimal() and int(name) < len(item):
            item = item[int(name)]
        else:
            return None
    return item
