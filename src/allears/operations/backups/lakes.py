"""The lake's files of one version: those the version names, and the log up to it."""

from pathlib import Path

from django.conf import settings

from allears.kit.lazy import LazyModule

deltalake = LazyModule("deltalake")
LOG = "_delta_log"


def is_remote() -> bool:
    """A lake at an address has its own safety (versions of the object store); it is not copied."""
    return "://" in str(settings.LAKE_ROOT)


def folder(table: str) -> Path:
    return Path(settings.LAKE_ROOT) / table


def files_of(*, table: str, version: int) -> list[Path]:
    """Data files first, then the log without what came later, so that readers find exactly this version."""
    root = folder(table)
    delta = deltalake.DeltaTable(str(root), version=version)
    data = [Path(uri.removeprefix("file://")) for uri in delta.file_uris()]
    log = [path for path in sorted((root / LOG).iterdir()) if path.is_file() and _number(path.name) <= version]
    return [*sorted(data), *log]


def _number(name: str) -> float:
    """The version a log file belongs to; the note of the last checkpoint may point past ours and is left out."""
    first = name.split(".")[0]
    return int(first) if first.isdigit() else float("inf")


def newest(table: str) -> int | None:
    """The version on disk, or None."""
    root = str(folder(table))
    return int(deltalake.DeltaTable(root).version()) if deltalake.DeltaTable.is_deltatable(root) else None
