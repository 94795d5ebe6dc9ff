"""XES event logs (IEEE 1849): each event a row, its trace's attributes before its own, named as process miners do.

A trace's ``concept:name`` is the column ``case:concept:name``, an event's attributes keep their keys. The parser takes
no entities and no outside documents; no tree is built, so that memory does not grow with the log.
"""

import json
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from allears.events.imports.errors import ImportUseError
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import defusedxml.common as refusals
    import defusedxml.ElementTree as SafeTree
else:
    refusals, SafeTree = LazyModule("defusedxml.common"), LazyModule("defusedxml.ElementTree")

VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
LISTS = frozenset({"list", "container"})
CASE = "case:"
# What every process miner looks for stands first, so that tables of different logs look alike.
FIRST = ("case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition", "org:resource")
BLOCK = 1 << 18
Event = dict[str, str]


def is_xes(head: str) -> bool:
    """Whether a text begins as an event log does."""
    return head.startswith("<") and ("<log" in head or "xes-standard" in head)


def columns(file: IO[bytes]) -> list[str]:
    """Every attribute of the log's events and traces; raises ``ImportUseError`` where the log cannot be read."""
    found: dict[str, None] = {}
    for event in events(file):
        found.update(dict.fromkeys(event))
    return [name for name in FIRST if name in found] + [name for name in found if name not in FIRST]


def events(file: IO[bytes]) -> Iterator[Event]:
    """The log's events in order, each with its trace's attributes."""
    log, seen = _Log(), 0
    parser = SafeTree.XMLParser(target=log, forbid_dtd=True)
    try:
        while block := file.read(BLOCK):
            parser.feed(block)
            seen += len(log.ready)
            yield from log.ready
            log.ready.clear()
        parser.close()
    except (SafeTree.ParseError, refusals.DefusedXmlException) as error:
        message = _("The event log cannot be read beyond event %(n)d (%(error)s). It may be cut off: export it again.")
        raise ImportUseError("file", message % {"n": seen + len(log.ready), "error": error}) from error


class _Log:
    """What the parser tells goes into: the path of open elements, and the attributes found on it."""

    def __init__(self) -> None:
        self.ready: list[Event] = []
        self._open: list[str] = []
        self._keys: list[str] = []  # of the open attributes; lists of values have their own below
        self._trace: Event = {}
        self._event: Event | None = None
        self._lists: list[list[str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._open.append(name)
        if name == "event":
            self._event = dict(self._trace)
        elif name == "trace":
            self._trace = {}
        elif name in VALUES or name in LISTS:
            self._attribute(name, attributes.get("key", ""), attributes.get("value", ""))

    def _attribute(self, name: str, key: str, value: str) -> None:
        self._keys.append(key)
        if name in LISTS:
            self._lists.append([])
        elif self._lists:
            self._lists[-1].append(value)
        else:
            self._keep(value)

    def _keep(self, value: str) -> None:
        """An attribute belongs to the event or trace it stands in; those of the log and of globals to neither."""
        key = ".".join(self._keys)
        if self._event is not None:
            self._event[key] = value
        elif "trace" in self._open:
            self._trace[CASE + key] = value

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        self._open.pop()
        if name == "event" and self._event is not None:
            self.ready.append(self._event)
            self._event = None
        elif name == "trace":
            self._trace = {}
        elif name in LISTS:
            found = self._lists.pop()
            if self._lists:
                self._lists[-1] += found
            else:
                self._keep(json.dumps(found, ensure_ascii=False))
            self._keys.pop()
        elif name in VALUES:
            self._keys.pop()

    def close(self) -> None:
        """The log is at its end."""
