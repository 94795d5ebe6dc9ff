"""The small file beside an archive: the keys of customers and of single pieces. Whoever loses a key here is forgotten
in the archive, which itself is never written again.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

SUFFIX = ".keys"


def beside(archive: Path) -> Path:
    return archive.with_name(archive.name + SUFFIX)


def _open(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=20, isolation_level=None)
    file.execute("PRAGMA secure_delete=ON")
    file.execute("PRAGMA journal_mode=DELETE")
    return file


class NewKeyFile:
    """Written while the archive is."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._file = _open(path)
        self._file.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, key BLOB NOT NULL);"
            "CREATE TABLE piece (name TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;"
        )
        self._file.execute("BEGIN")

    def customers(self, keys: Iterable[tuple[int, bytes]]) -> None:
        self._file.executemany("INSERT OR IGNORE INTO customer VALUES (?, ?)", keys)

    def piece(self, name: str) -> bytes:
        """A fresh key for one row or file."""
        key = os.urandom(32)
        self._file.execute("INSERT INTO piece VALUES (?, ?)", (name, key))
        return key

    def close(self) -> None:
        self._file.execute("COMMIT")
        self._file.close()


class KeyFile:
    """Read by a restore, and written when somebody is erased. An absent file opens nothing."""

    def __init__(self, path: Path) -> None:
        self._file = _open(path) if path.exists() else None

    def customer(self, customer_id: int) -> bytes | None:
        """The key as the vault exported it."""
        return self._one("SELECT key FROM customer WHERE id = ?", customer_id)

    def piece(self, name: str) -> bytes | None:
        return self._one("SELECT key FROM piece WHERE name = ?", name)

    def all_customers(self) -> Iterator[tuple[int, bytes]]:
        if self._file is not None:
            yield from self._file.execute("SELECT id, key FROM customer")

    def _one(self, sql: str, name: int | str) -> bytes | None:
        row = self._file.execute(sql, (name,)).fetchone() if self._file is not None else None
        return bytes(row[0]) if row else None

    def forget(
        self, *, customers: Iterable[int], pieces: Iterable[str], instead: Iterable[tuple[str, bytes]] = ()
    ) -> int:
        """Note keys of rows ``instead``; then remove keys so that no byte of them stays in the file: their number."""
        if self._file is None:
            return 0
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany("INSERT OR IGNORE INTO piece VALUES (?, ?)", instead)
        gone = sum(
            self._file.execute(sql, (name,)).rowcount
            for sql, names in (
                ("DELETE FROM customer WHERE id = ?", customers),
                ("DELETE FROM piece WHERE name = ?", pieces),
            )
            for name in names
        )
        self._file.execute("COMMIT")
        if gone:
            self._file.execute("VACUUM")
        return gone

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
