"""The expected errors of importing; each says what is wrong and the way out."""


class ImportUseError(ValueError):
    """The file or the mapping cannot be used as it is. ``field`` names what to change: a field, an option, the file."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class BadCellError(ValueError):
    """One cell that cannot be taken; the message says why and what would be."""
