"""The expected error of exporting."""


class ExportUseError(ValueError):
    """What was asked for cannot be exported. ``field`` names what to change: the table, the format, a filter."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
