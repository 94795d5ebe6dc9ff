"""The expected errors of importing; each says what is wrong and the way out."""

from typing import Any

from allears.events.imports import reasons


class ImportUseError(ValueError):
    """The file or the mapping cannot be used as it is. ``field`` names what to change: a field, an option, the file."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class BadCellError(ValueError):
    """One cell that cannot be taken; ``reason`` is kept, the message says it in words: why, and what would be."""

    def __init__(self, code: str, **values: Any) -> None:
        self.reason = reasons.coded(code, **values)
        super().__init__(self.reason)

    def __str__(self) -> str:
        return reasons.in_words(self.reason)
