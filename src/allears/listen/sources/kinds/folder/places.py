"""A folder of this machine or a bucket, both through pyarrow's file systems."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allears.kit.lazy import LazyModule
from allears.listen.sources.base import SourceTrouble
from allears.listen.sources.fetching import judge
from allears.listen.sources.kinds.sql.database import located

if TYPE_CHECKING:
    import pyarrow.fs as fs
else:
    fs = LazyModule("pyarrow.fs")

UNFINISHED = re.compile(r"^[.~]|\.(part|partial|tmp|temp|crdownload|filepart|download|swp)$|~$", re.IGNORECASE)
BLOCK = 1 << 20
MOST_BYTES = 20 << 30
SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file by its name in the folder; ``stamp`` is when it was last written, in nanoseconds."""

    name: str
    size: int
    stamp: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """An open folder. ``whole_at_once``: files appear whole or not at all, as objects in a bucket do."""

    system: "fs.FileSystem"
    folder: str
    whole_at_once: bool
    judged: Callable[[str], object]

    def files(self, pattern: str) -> list[Found]:
        """What lies there and matches, by name; what is plainly still being written is left out."""
        try:
            rows = self.system.get_file_info(fs.FileSelector(self.folder))
        except OSError as error:
            raise SourceTrouble("no_place", place=self.folder, reason=_short(error)) from error
        found = [
            Found(name=row.base_name, size=row.size or 0, stamp=row.mtime_ns or 0)
            for row in rows
            if row.type == fs.FileType.File and fnmatchcase(row.base_name, pattern)
        ]
        return sorted((each for each in found if not UNFINISHED.search(each.name)), key=lambda each: each.name)

    def fetch(self, found: Found, target: Path) -> str:
        """Copy the file to ``target``; its sha256."""
        path = f"{self.folder}/{found.name}"
        self.judged(path)
        if found.size > MOST_BYTES:
            raise SourceTrouble("too_large", what=found.name, most=f"{MOST_BYTES >> 30} GB")
        digest = hashlib.sha256()
        try:
            with self.system.open_input_stream(path) as source, target.open("wb") as copy:
                while block := source.read(BLOCK):
                    digest.update(block)
                    copy.write(block)
        except OSError as error:
            raise SourceTrouble("no_place", place=found.name, reason=_short(error)) from error
        return digest.hexdigest()

    def move(self, found: Found, folder: str) -> None:
        """Into a folder beside it; a file of that name there is kept under the time of this one."""
        try:
            self.system.create_dir(f"{self.folder}/{folder}")
            target = f"{self.folder}/{folder}/{found.name}"
            (known,) = self.system.get_file_info([target])
            if known.type != fs.FileType.NotFound:
                target = f"{self.folder}/{folder}/{found.stamp}-{found.name}"
            self.system.move(f"{self.folder}/{found.name}", target)
        except FileNotFoundError:
            return  # somebody else took it away
        except OSError as error:
            raise SourceTrouble("no_place", place=f"{self.folder}/{folder}", reason=_short(error)) from error


def opened(settings: Mapping[str, Any], secret: Mapping[str, str]) -> Place:
    """The place that the settings name; raises SourceTrouble."""
    if settings["place"] == "s3":
        return _bucket(settings, secret)
    folder = located(settings["path"])
    if not folder.is_dir():
        raise SourceTrouble("no_place", permanent=True, place=folder, reason="no such folder")
    return Place(system=fs.LocalFileSystem(), folder=str(folder), whole_at_once=False, judged=located)


def _bucket(settings: Mapping[str, Any], secret: Mapping[str, str]) -> Place:
    options: dict[str, Any] = {"region": settings["region"], "connect_timeout": SECONDS, "request_timeout": SECONDS}
    if settings["endpoint"]:
        judge(settings["endpoint"])
        parts = urlsplit(settings["endpoint"])
        options |= {"endpoint_override": parts.netloc, "scheme": parts.scheme}
    if secret.get("access_key"):
        options |= {"access_key": secret["access_key"], "secret_key": secret.get("secret_key", "")}
    else:
        options["anonymous"] = True  # never the machine's own credentials
    try:
        system = fs.S3FileSystem(**options)
    except (OSError, ValueError) as error:
        raise SourceTrouble("no_place", place=settings["path"], reason=_short(error)) from error
    return Place(system=system, folder=settings["path"].strip("/"), whole_at_once=True, judged=lambda _path: None)


def _short(error: Exception) -> str:
    return str(error).split("\n")[0][:200]
