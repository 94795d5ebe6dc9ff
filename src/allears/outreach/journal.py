"""What the sender told the peer, written beside the database so that a kill cannot make it forget.

One append-only file for each sender process in ``DATA/run/outbox``; a plain ``write`` survives ``kill -9`` of the
process. The file is locked while its process lives: a file whose lock is free belongs to a dead sender.

    sending 17     the next bytes may make the peer accept message 17
    handed 17      the kernel has all of them: the peer will decide even if this process dies now
    accepted 17    the peer has accepted it
    refused 17     the peer, or the way to it, has not

Of several lines on one message the last counts.
"""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class Remains:
    """What a dead sender had done that the database may not know."""

    path: Path
    owner: str
    accepted: frozenset[int]
    handed_over: frozenset[int]  # whole, but nobody read the peer's answer
    unclear: frozenset[int]  # perhaps cut off: the peer takes nothing without its last byte


def _folder() -> Path:
    return Path(settings.RUN_DIR) / "outbox"


class Journal:
    """The living file of one sender; lines are written whole by single calls, so threads may share it."""

    def __init__(self, owner: str) -> None:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{quote(owner, safe='')}.journal"
        self._file = _locked(self.path)

    def sending(self, message_id: int) -> None:
        os.write(self._file, b"sending %d\n" % message_id)

    def handed_over(self, message_id: int) -> None:
        os.write(self._file, b"handed %d\n" % message_id)

    def accepted(self, message_id: int) -> None:
        os.write(self._file, b"accepted %d\n" % message_id)

    def refused(self, message_id: int) -> None:
        os.write(self._file, b"refused %d\n" % message_id)

    def forget(self) -> None:
        """Start afresh; only when the database knows all that stands here."""
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self._file)


def _locked(path: Path) -> int:
    """Open and lock the file, again should another sender have cleared it away in between."""
    while True:
        file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists() and os.fstat(file).st_ino == path.stat().st_ino:
            return file
        os.close(file)


def remains() -> Iterator[Remains]:
    """What each dead sender left; delete the file (``clear``) once the database has learnt it."""
    folder = _folder()
    for path in sorted(folder.glob("*.journal")) if folder.is_dir() else ():
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # its sender lives
            yield _read(path, file.read())


def _read(path: Path, content: bytes) -> Remains:
    last: dict[int, bytes] = {}
    for line in content.split(b"\n")[:-1]:
        word, _, number = line.partition(b" ")
        last[int(number)] = word

    def those(wanted: bytes) -> frozenset[int]:
        return frozenset(number for number, word in last.items() if word == wanted)

    owner = unquote(path.name.removesuffix(".journal"))
    return Remains(
        path=path,
        owner=owner,
        accepted=those(b"accepted"),
        handed_over=those(b"handed"),
        unclear=those(b"sending"),
    )


def clear(found: Remains) -> None:
    found.path.unlink(missing_ok=True)
