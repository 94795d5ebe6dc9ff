"""Texts that no spreadsheet computes: a formula in a customer's words must not run where our files are opened.

A text that a spreadsheet would compute (it begins with ``= + - @``, a tabulator or a return, and is no number) gets an
apostrophe before it in CSV, and so does one that has some already; ``plain`` undoes it when such a file comes back.
"""

import re
from typing import Any

_RISKY = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*")


def defused(text: str) -> str:
    """A text that no spreadsheet computes."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def plain(text: str) -> str:
    """The text as it was before ``defused``."""
    return text[1:] if text[:1] == "'" and defused(text[1:]) == text else text


def defused_cell(value: Any) -> Any:
    """A cell for ``csv.writer``: a text defused, anything else as it is."""
    return defused(value) if isinstance(value, str) else value
