"""A connection that only reads: read-only transaction, time limit, rows streamed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from django.conf import settings as installation

from allears.kit.lazy import LazyModule
from allears.listen.sources.base import SourceTrouble
from allears.listen.sources.kinds.sql.queries import alone

if TYPE_CHECKING:
    import sqlalchemy as sa
else:
    sa = LazyModule("sqlalchemy")

SYSTEMS = (("postgresql", "PostgreSQL"), ("mysql", "MySQL"), ("mariadb", "MariaDB"), ("sqlite", "SQLite"))
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}
PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
OTHER_SYNTAX = {"ANSI", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL"}
CONNECT_SECONDS = 10
FETCHED, FETCHED_CHARACTERS = 500, 8_000_000  # at once, so that long rows come by ones
LONGEST_VALUE = 64 * 1024 * 1024  # bytes of a value that SQLite makes in our own memory
SQLITE_STEPS = 50_000  # of its machine, between two looks at the clock


def located(path: str) -> Path:
    """A file or folder on this machine that sources may read; raises SourceTrouble."""
    found = Path(path).resolve()
    allowed = installation.SOURCE_FOLDERS
    if not any(found == each or found.is_relative_to(each) for each in allowed):
        names = ", ".join(map(str, allowed))
        raise SourceTrouble("outside", permanent=True, place=path, allowed=names)
    return found


class Database:
    """Opened for one look at a source."""

    def __init__(self, settings: Mapping[str, Any], secret: Mapping[str, str], *, seconds: int) -> None:
        self._settings, self._seconds = settings, seconds
        self._system = settings["system"]
        self._host = settings["host"] or settings["database"]
        self._engine = self._made(secret)

    def _made(self, secret: Mapping[str, str]) -> "sa.Engine":
        given = self._settings
        if self._system == "sqlite":
            path = located(given["database"])
            if not path.is_file():
                raise SourceTrouble("no_place", permanent=True, place=path, reason="no such file")
            address = f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true"
            return sa.create_engine(address, poolclass=sa.pool.NullPool)
        postgres, password = self._system == "postgresql", secret.get("password") or None
        url = sa.URL.create(
            DRIVERS[self._system],
            username=given["user"] or None,
            password=password if postgres else None,
            host=given["host"],
            port=given["port"] or PORTS[self._system],
            database=given["database"],
        )
        options: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}
        if not postgres:
            options |= {"read_timeout": self._seconds + CONNECT_SECONDS, "charset": "utf8mb4"}
            options["password"] = (password or "").encode()  # of a text PyMySQL would send Latin-1
        return sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=options)

    def __enter__(self) -> Self:
        try:
            self._connection = self._engine.connect()
        except sa.exc.SQLAlchemyError as error:
            raise self._connecting(error) from error
        self._confine()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._connection.invalidate()  # drops what is still being streamed, instead of reading it to its end
            self._connection.close()
        finally:
            self._engine.dispose()

    def _confine(self) -> None:
        """Whatever the query was taken for, the database itself refuses to write and to take too long."""
        if self._system == "postgresql":
            self._admit_any_time()
            self._run("SET standard_conforming_strings = on")  # as the checker reads texts
            self._run("SET TRANSACTION READ ONLY")
            self._run(f"SET LOCAL statement_timeout = {self._seconds * 1000:d}")
        elif self._system == "sqlite":
            self._watch_sqlite()
        else:
            self._read_as_checked()
            self._run("SET SESSION TRANSACTION READ ONLY")
            limit = self._seconds if self._is_mariadb() else self._seconds * 1000
            name = "max_statement_time" if self._is_mariadb() else "max_execution_time"
            self._run(f"SET SESSION {name} = {limit:d}")
            self._connection.commit()  # the next transaction is the first that is read-only

    def _read_as_checked(self) -> None:
        """Without the modes in which a server takes for a name or for the end of a text what the checker does not."""
        modes = str(self._connection.execute(sa.text("SELECT @@SESSION.sql_mode")).scalar() or "").split(",")
        kept = ",".join(each for each in modes if each.upper() not in OTHER_SYNTAX)
        self._connection.execute(sa.text("SET SESSION sql_mode = :modes"), {"modes": kept})

    def _is_mariadb(self) -> bool:
        return bool(getattr(self._connection.dialect, "is_mariadb", False))

    def _run(self, statement: str) -> None:
        self._connection.execute(sa.text(statement))

    def _admit_any_time(self) -> None:
        from allears.listen.sources.kinds.sql.lenient import admit_any_time

        raw = self._connection.connection.driver_connection
        assert raw is not None
        admit_any_time(raw)

    def _watch_sqlite(self) -> None:
        from sqlite3 import SQLITE_LIMIT_LENGTH
        from time import monotonic

        deadline = monotonic() + self._seconds
        raw = self._connection.connection.driver_connection
        assert raw is not None
        raw.text_factory = lambda data: data.decode(errors="replace")  # SQLite keeps whatever a program called text
        raw.execute("PRAGMA query_only = on")
        raw.setlimit(SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        raw.set_progress_handler(lambda: int(monotonic() > deadline), SQLITE_STEPS)

    def rows(self, query: str, *, cursor: Any, sort: str) -> Iterator[dict[str, Any]]:
        """The result, streamed, sorted by the column ``sort`` where one is named."""
        text = alone(query, system=self._system)
        if sort:
            named = self._connection.dialect.identifier_preparer.quote(sort)
            text = f"SELECT * FROM (\n{text}\n) AS asked ORDER BY {named}"  # noqa: S608 – checked to be one SELECT
        statement = sa.text(text)
        if sort and cursor is not None:
            kind = sa.types.NullType() if isinstance(cursor, str) else None  # a text is compared as its column is
            statement = statement.bindparams(sa.bindparam("cursor", cursor, type_=kind))
        try:
            result = self._connection.execution_options(stream_results=True, max_row_buffer=FETCHED).execute(statement)
            yield from _by_weight(result.mappings())
        except sa.exc.SQLAlchemyError as error:
            raise self._asking(error) from error

    def _connecting(self, error: "sa.exc.SQLAlchemyError") -> SourceTrouble:
        reason = _reason(error)
        denied = any(word in reason.lower() for word in ("password", "access denied", "authentication", "role "))
        if denied:
            return SourceTrouble("refused", permanent=True, host=self._host)
        return SourceTrouble("unreachable", host=self._host, reason=reason)

    def _asking(self, error: "sa.exc.SQLAlchemyError") -> SourceTrouble:
        reason = _reason(error)
        slow = ("statement timeout", "max_statement_time", "maximum statement execution", "interrupted", "timed out")
        if any(word in reason.lower() for word in slow):
            return SourceTrouble("slow", seconds=self._seconds)
        return SourceTrouble("query", permanent=isinstance(error, sa.exc.ProgrammingError), reason=reason)


def _by_weight(result: "sa.MappingResult") -> Iterator[dict[str, Any]]:
    """Rows of a few bytes come by hundreds, such as hold pictures one by one."""
    size = 1
    while rows := result.fetchmany(size):
        weight = 1 + sum(len(value) for row in rows for value in row.values() if isinstance(value, str | bytes))
        yield from map(dict, rows)
        size = max(1, min(FETCHED, size * 4, len(rows) * FETCHED_CHARACTERS // weight))


def _reason(error: "sa.exc.SQLAlchemyError") -> str:
    """The database's own words, without our query and its values."""
    inner = getattr(error, "orig", None) or error
    return str(inner).split("\n")[0][:250]
