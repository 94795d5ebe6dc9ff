"""Write keys: which workspace a key opens, remembered for a few seconds so that a revocation soon counts."""

import asyncio
import base64
import binascii
import hashlib
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

from django.db import DatabaseError, close_old_connections, connection

from allears.accounts.models import AccessKey

logger = logging.getLogger(__name__)
FRESH_SECONDS = 3.0
STALE_SECONDS = 60.0  # while the database is away, a key known before still opens the door: the log decides
REMEMBERED = 10_000
LONGEST_REMEMBERED = 200  # of a header; ours are shorter, and nobody shall fill the memory with his


class KeysUnavailableError(RuntimeError):
    """The database that knows the keys does not answer."""


@dataclass(slots=True)
class _Known:
    workspace_id: int | None
    asked_at: float


class WriteKeys:
    """The cache of keys in one web process."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._asking: dict[str, asyncio.Task[int | None]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="write keys")

    async def workspace(self, key: str) -> int | None:
        """The workspace that ``key`` opens, None when it opens none."""
        known = self._known.get(key)
        if known is not None and time.monotonic() - known.asked_at < FRESH_SECONDS:
            return known.workspace_id
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.get_running_loop().create_task(self._ask(key, known))
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, key: str, known: _Known | None) -> int | None:
        try:
            workspace_id = await asyncio.get_running_loop().run_in_executor(self._thread, look_up, key)
        except DatabaseError as error:
            if known is None or time.monotonic() - known.asked_at > STALE_SECONDS:
                raise KeysUnavailableError(str(error)) from error
            return known.workspace_id
        self._known[key] = _Known(workspace_id, time.monotonic())
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return workspace_id


def look_up(key: str) -> int | None:
    """Ask the database, on a thread of its own."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    close_old_connections()
    try:
        return (
            AccessKey.objects.across_workspaces()  # the key itself says which workspace it opens
            .filter(kind=AccessKey.Kind.WRITE, key_hash=digest, revoked_at__isnull=True)
            .values_list("workspace_id", flat=True)
            .first()
        )
    except DatabaseError:
        connection.close()
        raise


def key_in(header: bytes) -> str:
    """The key in an Authorization header: ``Basic base64(key:)`` or ``Bearer key``; empty when there is none."""
    return _read_before(header) if len(header) <= LONGEST_REMEMBERED else _read(header)


def _read(header: bytes) -> str:
    scheme, _, value = header.partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip().decode("latin-1")
    if scheme.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(value.strip()).decode("utf-8", "replace").partition(":")[0]
    except binascii.Error:
        return ""


_read_before = lru_cache(maxsize=REMEMBERED)(_read)  # a client sends the same one with each request
