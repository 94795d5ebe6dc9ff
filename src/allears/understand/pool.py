"""The analytics process and its client: metrics never run in the web process.

A request is one line of JSON, a frozen dataclass under the name of its call; so is the answer. The server listens on
a Unix socket in the data folder, or on the loopback address that ``ALLEARS_ANALYTICS`` names (``host:port``). It also
runs the flusher, so that Arrow is loaded in one process only.
"""

import logging
import os
import signal
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.db import close_old_connections, connections
from django.utils.translation import gettext as _

from allears.jobs.lease import release, worker_name
from allears.store.sqlite import kept
from allears.understand.annotating import AnnotateQuestion, Read
from allears.understand.card import Card, CardQuestion
from allears.understand.durations import DurationQuestion, Durations
from allears.understand.keeping import Keeper
from allears.understand.lake_status import LakeStatus, StatusQuestion
from allears.understand.metrics import Question
from allears.understand.queries import Report
from allears.understand.service import Service, SqlAnswer, SqlQuestion
from allears.understand.training import Trained, TrainQuestion

logger = logging.getLogger(__name__)
THREADS = 4
INHERITED = "_ALLEARS_ANALYTICS_SOCKET"  # the listening socket that a light start takes over, by its number
HEAVY = ("pyarrow", "duckdb", "numpy")
LOOK_SECONDS = 5.0
TIMEOUT_SECONDS = 30.0  # the first question after a start loads the engine
T = TypeVar("T")


class AnalyticsError(Exception):
    """A question that was not answered; the text says why and what to do.

    ``code`` and ``params`` name the reason where it is to be said in the reader's language later.
    """

    def __init__(self, message: str, *, code: str = "", params: dict[str, int] | None = None) -> None:
        super().__init__(message)
        self.code, self.params = code, params or {}


class AnalyticsAwayError(AnalyticsError):
    """Nobody answers at the analytics address."""


class _Request(msgspec.Struct):
    call: str
    body: msgspec.Raw


class _Answer(msgspec.Struct):
    body: msgspec.Raw = msgspec.Raw(b"null")
    error: str | None = None
    code: str = ""
    params: dict[str, int] = {}


@dataclass(frozen=True)
class _Call:
    takes: type
    run: Callable[[Service, Any], Any]


CALLS = {
    "report": _Call(Question, Service.report),
    "sql": _Call(SqlQuestion, Service.sql),
    "durations": _Call(DurationQuestion, Service.durations),
    "lake": _Call(StatusQuestion, Service.lake),
    "annotations": _Call(AnnotateQuestion, Service.annotations),
    "card": _Call(CardQuestion, Service.card),
    "train": _Call(TrainQuestion, Service.train),
}


def address() -> str | tuple[str, int]:
    """Where the analytics process listens: a path, or (host, port)."""
    place = settings.ANALYTICS_ADDRESS
    if not place:
        return str(Path(settings.RUN_DIR) / "analytics.sock")
    host, _, port = place.rpartition(":")
    return host, int(port)


# The client


def ask_report(question: Question, *, timeout: float = TIMEOUT_SECONDS) -> Report:
    """The score, its weeks and its cuts, from the analytics process."""
    return _ask("report", question, Report, timeout)


def ask_sql(question: SqlQuestion, *, timeout: float = 60.0) -> SqlAnswer:
    """Rows of one SELECT, from the analytics process."""
    return _ask("sql", question, SqlAnswer, timeout)


def ask_durations(question: DurationQuestion, *, timeout: float = TIMEOUT_SECONDS) -> tuple[Durations, ...]:
    """How long things take, from the analytics process."""
    return _ask("durations", question, tuple[Durations, ...], timeout)


def ask_lake(question: StatusQuestion, *, timeout: float = TIMEOUT_SECONDS) -> LakeStatus:
    """How the lake is, from the analytics process."""
    return _ask("lake", question, LakeStatus, timeout)


def ask_annotations(question: AnnotateQuestion, *, timeout: float = TIMEOUT_SECONDS) -> tuple[Read, ...]:
    """What some texts say, from the analytics process."""
    return _ask("annotations", question, tuple[Read, ...], timeout)


def ask_card(question: CardQuestion, *, timeout: float = TIMEOUT_SECONDS) -> Card:
    """How the built-in model does, from the analytics process."""
    return _ask("card", question, Card, timeout)


def ask_training(question: TrainQuestion, *, timeout: float = 3600.0) -> Trained:
    """A model of the workspace's own, trained in the analytics process."""
    return _ask("train", question, Trained, timeout)


def _ask(call: str, question: Any, answer_type: type[T], timeout: float) -> T:
    line = msgspec.json.encode(_Request(call, msgspec.Raw(msgspec.json.encode(question)))) + b"\n"
    try:
        reply = _talk(line, timeout) or _talk(line, timeout)  # it may just have made itself light
    except TimeoutError as error:
        raise AnalyticsError(
            _("The figures took longer than %(seconds)s s. Ask for a shorter time or wait.")
            % {"seconds": round(timeout, 1)},
            code="too_long",
            params={"minutes": round(timeout / 60)},
        ) from error
    except OSError as error:
        raise AnalyticsAwayError(
            _(
                "The analytics process is not running, so there are no figures now; nothing is lost. "
                "Start it: allears serve --role analytics"
            )
        ) from error
    if not reply:
        raise AnalyticsAwayError(_("The analytics process ended while it worked on this; it starts again by itself."))
    answer = msgspec.json.decode(reply, type=_Answer)
    if answer.error is not None:
        raise AnalyticsError(answer.error, code=answer.code, params=answer.params)
    return msgspec.json.decode(answer.body, type=answer_type)


def _talk(line: bytes, timeout: float) -> bytes:
    with _connect(timeout) as peer, peer.makefile("rb") as stream:
        peer.sendall(line)
        return stream.readline()


def _connect(timeout: float) -> socket.socket:
    where = address()
    if not isinstance(where, str):
        return socket.create_connection(where, timeout=timeout)
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(timeout)
    try:
        peer.connect(where)
    except OSError:
        peer.close()
        raise
    return peer


# The server


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        pool = self.server
        assert isinstance(pool, _Pool)
        while line := self.rfile.readline():
            with pool.slots:
                reply = msgspec.json.encode(pool.answer(line))
                try:
                    self.wfile.write(reply + b"\n")
                except ConnectionError:  # the asker did not wait
                    return
                finally:
                    pool.asked_at = time.monotonic()


class _Pool(socketserver.ThreadingMixIn):
    """Answers in threads of its own, a few at a time."""

    daemon_threads = True
    allow_reuse_address = True

    def prepare(self, service: Service) -> None:
        self.service = service
        self.slots = threading.BoundedSemaphore(THREADS)
        self.asked_at = time.monotonic()

    def answer(self, line: bytes) -> _Answer:
        from allears.lake.engine import EngineError
        from allears.lake.sql import QueryRefusedError

        try:
            request = msgspec.json.decode(line, type=_Request)
            call = CALLS[request.call]
            body = call.run(self.service, msgspec.json.decode(request.body, type=call.takes))
            return _Answer(body=msgspec.Raw(msgspec.json.encode(body)))
        except (msgspec.DecodeError, QueryRefusedError, EngineError, ValueError, KeyError) as error:
            return _Answer(error=str(error), code=getattr(error, "code", ""), params=getattr(error, "params", {}))
        except Exception as error:  # bulkhead: one question's failure is its asker's answer, the process goes on
            logger.exception("a question failed")
            said = f"The figures could not be worked out ({type(error).__name__}); see the server's log."
            return _Answer(error=said, code="fault")
        finally:
            close_old_connections()


class _UnixPool(_Pool, socketserver.UnixStreamServer):
    pass


class _TcpPool(_Pool, socketserver.TCPServer):
    pass


def listen(service: Service) -> "_UnixPool | _TcpPool":
    """Bind the address; ``serve_forever`` answers."""
    where = address()
    server: _UnixPool | _TcpPool
    if inherited := os.environ.pop(INHERITED, ""):
        if isinstance(where, str):
            server = _UnixPool(where, _Handler, bind_and_activate=False)
        else:
            server = _TcpPool(where, _Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = socket.socket(fileno=int(inherited))
    elif isinstance(where, str):
        Path(where).parent.mkdir(parents=True, exist_ok=True)
        Path(where).unlink(missing_ok=True)  # of a server that is gone
        server = _UnixPool(where, _Handler)
        os.chmod(where, 0o600)
    else:
        server = _TcpPool(where, _Handler)
    server.prepare(service)
    return server


def _keep_forever(stop: threading.Event, keeper: Keeper) -> None:
    while not stop.wait(1.0):
        try:
            keeper.step()
        except Exception:  # bulkhead: what failed is repeated in the next round; logged with its trace
            logger.exception("keeping the lake failed, trying again")
            connections.close_all()
            stop.wait(5.0)
        finally:
            close_old_connections()


def main() -> None:
    """Answer questions and flush until SIGTERM or SIGINT. Django must be set up."""
    stop, owner = threading.Event(), worker_name()
    kept.keep()
    service = Service()
    server, keeper = listen(service), Keeper(owner=owner, engine=lambda: service.engine)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threads = [
        threading.Thread(target=server.serve_forever, name="answers", daemon=True),
        threading.Thread(target=_keep_forever, args=(stop, keeper), name="keeper", daemon=True),
    ]
    for thread in threads:
        thread.start()
    light = _wait_for_end_or_rest(server, keeper, stop)
    server.shutdown()
    stop.set()
    threads[1].join(20)
    release(owner=owner)
    if light:
        _start_again(server)


def _wait_for_end_or_rest(server: "_UnixPool | _TcpPool", keeper: Keeper, stop: threading.Event) -> bool:
    """Until the end (False), or until libraries are loaded that nobody has needed for a while (True)."""
    while not stop.wait(LOOK_SECONDS):
        quiet = time.monotonic() - max(server.asked_at, keeper.worked_at)
        if quiet > settings.ENGINE_IDLE_SECONDS and any(name in sys.modules for name in HEAVY):
            return True
    return False


def _start_again(server: "_UnixPool | _TcpPool") -> None:
    """The same process anew and light, on the same listening socket: who asks meanwhile waits in its queue.

    Memory that Arrow and DuckDB took is given back to the system in no other way.
    """
    for _slot in range(THREADS):  # nobody is being answered
        server.slots.acquire()
    connections.close_all()
    os.set_inheritable(server.socket.fileno(), True)
    os.environ[INHERITED] = str(server.socket.fileno())
    logger.info("nothing was asked for a while; starting light again")
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 – our own command line
