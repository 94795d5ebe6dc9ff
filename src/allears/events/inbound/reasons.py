"""Why a request does not fit: kept as English words with their values, said in the language of whoever reads it.

The mapping runs beside the web, where nobody's language is known. Earlier versions kept finished words, which are
looked up as they stand.
"""

import json
from typing import Any

from django.utils.translation import gettext


class RefusedError(ValueError):
    """``says`` in English, with places for ``values``; as text, in the language in force."""

    def __init__(self, says: str, **values: Any) -> None:
        super().__init__(says, values)
        self.says, self.values = says, {name: str(value) for name, value in values.items()}

    def __str__(self) -> str:
        return _said(self.says, self.values)

    def kept(self) -> str:
        """The reason as it is kept."""
        return json.dumps({"says": self.says, "values": self.values}, ensure_ascii=False)


def in_words(reason: str) -> str:
    """A reason that was kept, in the language in force."""
    if not reason.startswith('{"says": "'):
        return _said(reason, {})
    try:
        found = json.loads(reason)
    except ValueError:  # an erasure struck something out of it
        return reason
    return _said(found["says"], found["values"])


def _said(says: str, values: dict[str, str]) -> str:
    told = gettext(says) if says else ""
    return told % values if values else told
