"""SQLite for several writers: whoever waits looks again within a millisecond.

SQLite's own busy handler sleeps up to 100 ms between tries, so beside a writer that is seldom idle (the consumer) every
other one starves. Here a transaction first takes its turn by a file lock, asked for every half millisecond, and only
then begins. The lock goes with its process, so a kill leaves nothing behind.
"""

import fcntl
import os
import sqlite3
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from allears.store.sqlite import kept

LOOK_SECONDS = 0.0005


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. What runs outside a transaction is not queued: SQLite serialises it as ever."""

    _turn: int | None = None  # the open lock file while this connection's transaction has its turn

    def _lock_path(self) -> str | None:
        name = str(self.settings_dict["NAME"])
        return None if ":memory:" in name or "mode=memory" in name else f"{name}-turn"

    def _start_transaction_under_autocommit(self) -> None:
        path = self._lock_path()
        if path is not None and self._turn is None:
            self._turn = self._wait_for_turn(path)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _wait_for_turn(self, path: str) -> int:
        """The locked file; OperationalError after the connection's timeout, as SQLite itself would say."""
        deadline = time.monotonic() + float(self.settings_dict["OPTIONS"].get("timeout", 5))
        turn = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise OperationalError("database is locked: another writer keeps its turn") from None
                    time.sleep(LOOK_SECONDS)
                else:
                    return turn
        except BaseException:
            os.close(turn)
            raise

    def _give_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)  # closing gives the lock back
            self._turn = None

    def _commit(self) -> Any:
        result = super()._commit()  # type: ignore[misc]  # a commit that fails keeps the turn: the rollback after it gives it back
        self._give_turn()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        there = kept.take(str(self.settings_dict["NAME"]))
        return self._open(conn_params) if there is None else there

    def _open(self, conn_params: dict[str, Any]) -> Any:
        """A new connection. To put a new file into WAL mode SQLite asks for it alone, and does not wait for it."""
        deadline = time.monotonic() + float(self.settings_dict["OPTIONS"].get("timeout", 5))
        while True:
            try:
                return super().get_new_connection(conn_params)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_SECONDS)

    def _close(self) -> None:
        at_rest = not (self.in_atomic_block or self.errors_occurred)
        try:
            if not (at_rest and kept.give(str(self.settings_dict["NAME"]), self.connection)):
                super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()
