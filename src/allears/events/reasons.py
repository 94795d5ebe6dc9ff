"""Why something is not taken: kept as English words with their values, said in the language of whoever reads it.

What comes in is judged beside the web, where nobody's language is known. Earlier versions kept finished words, which
are looked up as they stand.
"""

import json
import re
from typing import Any, Self

from django.utils.translation import gettext

SAYS = '{"says": "'
DEEPEST = 4  # a reason in a reason
MALFORMED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)  # an erasure, or a caller who plays a door
_PLACE = re.compile(r"%\((\w+)\)s")


class RefusedError(ValueError):
    """``says`` in English, with places for ``values``; as text, in the language in force.

    A value may itself be a refusal; every other one is kept as its text.
    """

    def __init__(self, says: str, **values: Any) -> None:
        super().__init__(says, values)
        self.says = says
        self.values = {name: _part(value) for name, value in values.items()}

    @classmethod
    def read(cls, kept: str) -> Self:
        """What ``kept`` has written; words as they stand otherwise."""
        if not kept.startswith(SAYS):
            return cls(kept)
        try:
            return cls._of(json.loads(kept), DEEPEST)
        except MALFORMED:
            return cls(kept)

    @classmethod
    def _of(cls, found: dict[str, Any], depth: int) -> Self:
        if depth == 0 or not isinstance(found["says"], str):
            raise ValueError("no reason of ours")
        values = {
            name: cls._of(each, depth - 1) if isinstance(each, dict) else each for name, each in found["values"].items()
        }
        return cls(found["says"], **values)

    def __str__(self) -> str:
        told = gettext(self.says) if self.says else ""
        if not self.values:
            return told
        # not by the % operator: a caller's own words could ask it for a gigabyte of blanks
        return _PLACE.sub(lambda place: str(self.values.get(place[1], place[0])), told).replace("%%", "%")

    def kept(self) -> str:
        """The reason as it is kept."""
        return json.dumps(self._plain(), ensure_ascii=False)

    def _plain(self) -> dict[str, Any]:
        plain = {name: each if isinstance(each, str) else each._plain() for name, each in self.values.items()}
        return {"says": self.says, "values": plain}


def _part(value: Any) -> str | RefusedError:
    return value if isinstance(value, RefusedError) else str(value)


def in_words(reason: str) -> str:
    """A reason that was kept, in the language in force."""
    return str(RefusedError.read(reason))
