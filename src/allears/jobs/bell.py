"""Bells wake waiting workers at once; whoever waits also polls, so a lost ring costs a second and nothing else.

On one machine a bell is a Unix datagram socket in the data folder; on PostgreSQL it is LISTEN/NOTIFY as well, so that
other nodes hear it.
"""

import contextlib
import hashlib
import os
import select
import socket
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

LONGEST_NAME = 48  # "<topic>.<pid>.<clock>"
LONGEST_PATH = 107  # of a Unix socket, by the kernel
SETTLED_NS = 1_000_000_000  # file systems tell changes apart by some milliseconds, some by a second
TOPICS_ON_POSTGRES = ("intake", "jobs", "outbox")  # worth a look when LISTEN begins anew


def _folder() -> Path:
    return _folder_in(settings.RUN_DIR)


@lru_cache(maxsize=8)
def _folder_in(run: Path | str) -> Path:
    """Where the sockets stand: in the data folder, or beside the temporary files when its path is too long."""
    folder = Path(run) / "bells"
    if len(os.fsencode(folder)) + 1 + LONGEST_NAME <= LONGEST_PATH:
        return folder
    digest = hashlib.blake2b(os.fsencode(folder), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"allears-{os.getuid()}-{digest}"


def ring(topic: str) -> None:
    """Wake every listener of ``topic`` on this machine, and on PostgreSQL those of other nodes."""
    ring_local(topic)
    if connection.vendor == "postgresql" and settings.DATABASE_URL:
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('allears', %s)", [topic])


def ring_local(topic: str) -> None:
    """Wake listeners on this machine; needs no database, so the intake may call it."""
    try:
        names = _standing(str(_folder()))
    except FileNotFoundError:
        return  # nobody ever waited
    for path in names.get(topic, ()):
        try:
            _sender().sendto(b"1", path)
        except BlockingIOError:
            continue  # its buffer holds rings already: it will wake
        except (ConnectionRefusedError, FileNotFoundError):
            Path(path).unlink(missing_ok=True)  # its owner died


def is_heard_here(topic: str) -> bool:
    """Whether somebody on this machine waits for it."""
    try:
        return bool(_standing(str(_folder())).get(topic))
    except FileNotFoundError:
        return False


@lru_cache(maxsize=1)
def _sender() -> socket.socket:
    """One for the process, for all its threads: a datagram goes out whole or not at all."""
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.setblocking(False)
    return sender


def _standing(folder: str) -> Mapping[str, Sequence[str]]:
    """The sockets of each topic; looked for anew when the folder has changed, or changed too short a while ago to tell.

    The intake rings after each commit, and looking takes longer than ringing.
    """
    changed = os.stat(folder).st_mtime_ns
    known = _looked.get(folder)
    if known is not None and known[0] == changed:
        return known[1]
    found: dict[str, list[str]] = {}
    for name in os.listdir(folder):
        found.setdefault(name.partition(".")[0], []).append(f"{folder}/{name}")
    if time.time_ns() - changed > SETTLED_NS:
        _looked[folder] = (changed, found)
    return found


_looked: dict[str, tuple[int, Mapping[str, Sequence[str]]]] = {}


class Bell:
    """Waits for rings of one topic. Use as a context manager; one for each waiting thread."""

    def __init__(self, topic: str) -> None:
        self._path = _folder() / f"{topic}.{os.getpid()}.{time.monotonic_ns()}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._stand()
        self._socket.setblocking(False)

    def _stand(self) -> None:
        """Bind; whoever was the last to wait may take the folder away in between, then it is made again."""
        while True:
            self._path.parent.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                self._path.parent.mkdir(mode=0o700)
            with contextlib.suppress(FileNotFoundError):
                return self._socket.bind(str(self._path))

    def __enter__(self) -> "Bell":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others wait there still, or took it away first
            self._path.parent.rmdir()

    def wait(self, seconds: float) -> bool:
        """Sleep until a ring or the time is over; True when it rang. Rings while awake are kept."""
        ready, _, _ = select.select([self._socket], [], [], max(0.0, seconds))
        if not ready:
            return False
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(64)
        return True
