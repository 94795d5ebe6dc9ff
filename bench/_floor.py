"""The least a server can do and still keep its word: read the body, store it with others in one commit, answer.

No keys, no limits, no look inside. What All Ears accepts is measured against this, on the same machine and run.
"""

import asyncio
import os
import queue
import sqlite3
import threading
from typing import Any

import psycopg

waiting: queue.SimpleQueue[tuple[bytes, asyncio.Future[None], asyncio.AbstractEventLoop]] = queue.SimpleQueue()


def _store(bodies: list[bytes], database: Any) -> None:
    if isinstance(database, sqlite3.Connection):
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO log (body) VALUES (?)", [(body,) for body in bodies])
        database.execute("COMMIT")
    else:
        with database.transaction(), database.cursor() as cursor:
            cursor.executemany("INSERT INTO log (body) VALUES (%s)", [(body,) for body in bodies])


def _open() -> Any:
    target = os.environ["FLOOR"]
    if target.startswith("postgresql"):
        connection = psycopg.connect(target, autocommit=True)
        connection.execute("CREATE TABLE log (id bigserial PRIMARY KEY, body bytea)")
        return connection
    file = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
    file.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log (id INTEGER PRIMARY KEY, body BLOB)"
    )
    return file


def _run() -> None:
    database = _open()
    while True:
        group = [waiting.get()]
        while not waiting.empty() and len(group) < 200:
            group.append(waiting.get())
        _store([body for body, _, _ in group], database)
        group[0][2].call_soon_threadsafe(lambda done: [each[1].set_result(None) for each in done], group)


threading.Thread(target=_run, daemon=True).start()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    loop = asyncio.get_running_loop()
    stored: asyncio.Future[None] = loop.create_future()
    waiting.put((b"".join(parts), stored, loop))
    await stored
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"success": true}'})
