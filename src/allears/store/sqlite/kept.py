"""Connections that somebody is through with, kept for whoever asks next in this process.

A new connection to SQLite reads the whole schema before its first answer: 6 ms of processor time with our tables, which
every request to the web process and every question to analytics would pay. Kept are a few, only where a process of the
server asks for it, and never one that still reads or writes, or whose file has been put away.
"""

import os
import sqlite3
import threading
from typing import Final

MOST: Final = 4
_lock = threading.Lock()
_on: set[int] = set()  # processes that keep: what is forked from one opens its own
_kept: dict[tuple[int, str], list[tuple[tuple[int, int], sqlite3.Connection]]] = {}


def keep() -> None:
    """From now on this process keeps connections."""
    _on.add(os.getpid())


def end() -> None:
    """Close what is kept and keep no more."""
    _on.discard(os.getpid())
    with _lock:
        mine = [key for key in _kept if key[0] == os.getpid()]
        for key in mine:
            for _file, connection in _kept.pop(key):
                connection.close()


def take(path: str) -> sqlite3.Connection | None:
    """A kept connection to the file that stands there now."""
    key = (os.getpid(), path)
    if key not in _kept:
        return None
    there = _file_at(path)
    with _lock:
        while held := _kept.get(key):
            file, connection = held.pop()
            if file == there:
                return connection
            connection.close()  # of a file that was replaced
    return None


def give(path: str, connection: sqlite3.Connection) -> bool:
    """Whether it was kept; if not, it is the giver's to close."""
    if os.getpid() not in _on or connection.in_transaction or _still_reads(connection):
        return False
    there = _file_at(path)
    with _lock:
        held = _kept.setdefault((os.getpid(), path), [])
        if there is None or len(held) >= MOST:
            return False
        held.append((there, connection))
    return True


def _still_reads(connection: sqlite3.Connection) -> bool:
    """A statement that was not read to its end holds an old state of the file: SQLite then lets no function be set."""
    try:
        connection.create_function("allears_at_rest", 0, _nothing)
        connection.create_function("allears_at_rest", 0, _nothing)  # the first time it is new, which is always let
    except sqlite3.OperationalError:
        return True
    return False


def _nothing() -> None:
    return None


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return None
    return seen.st_dev, seen.st_ino
