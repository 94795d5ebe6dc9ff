"""Which rows go to the lake: each domain registers its own in ``apps.py``, so ``jobs`` knows none."""

_sources: dict[str, str] = {}


def register_source(table: str, source: str) -> None:
    """Have the flusher carry rows to this lake table as the `HotSource` at dotted path ``source`` says."""
    _sources[table] = source


def sources() -> dict[str, str]:
    """Every registered source by table."""
    return dict(_sources)
