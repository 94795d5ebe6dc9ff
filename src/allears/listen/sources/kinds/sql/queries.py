"""Whether a text is one query that only reads, and which parameters it names. No database is asked."""

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import sqlglot
    from sqlglot import exp
else:
    sqlglot, exp = LazyModule("sqlglot"), LazyModule("sqlglot.expressions")

DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite"}
# Functions that read or write outside the tables, or stop others.
FORBIDDEN = {
    "pg_read_file", "pg_read_binary_file", "pg_ls_dir", "lo_import", "lo_export", "dblink", "dblink_exec", "pg_sleep",
    "pg_terminate_backend", "pg_cancel_backend", "load_file", "sleep", "benchmark", "load_extension", "writefile",
    "readfile", "set_config", "nextval", "setval", "pg_notify", "get_lock",
}  # fmt: skip


class QueryError(ValueError):
    """The query cannot be used; the text says why."""


def checked(query: str, *, system: str) -> set[str]:
    """The names of its parameters (``:name``); raises QueryError for anything but a single SELECT."""
    try:
        statements = [
            each for each in sqlglot.parse(_unended(query, system), read=DIALECTS[system]) if each is not None
        ]
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).split("\n")[0][:200]
        raise QueryError(_("The query cannot be understood: %(reason)s") % {"reason": reason}) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryError(_("Write one SELECT and nothing else; nothing was run."))
    _only_reads(statements[0])
    return {str(each.this) for each in statements[0].find_all(exp.Placeholder) if each.this}


def alone(query: str, *, system: str) -> str:
    """The query as it is run: without what ends it, and with every colon but that of ``:cursor`` meaning itself."""
    return _OTHER_COLON.sub(r"\:", _unended(query, system))


def _unended(query: str, system: str) -> str:
    """Without the semicolons at its end, and the comments behind them."""
    text = query.strip()
    tokens = sqlglot.tokenize(text, read=DIALECTS[system])
    while tokens and tokens[-1].token_type is sqlglot.TokenType.SEMICOLON:
        text = text[: tokens.pop().start]
    return text


_OTHER_COLON = re.compile(r"(?<![:\w\\]):(?!cursor\b)(?=\w)")


def _only_reads(statement: "exp.Query") -> None:
    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Command, exp.Into, exp.Lock)
    if found := next(statement.find_all(*writing), None):
        raise QueryError(_("The query must only read; it has %(part)s.") % {"part": found.key.upper()})
    for function in statement.find_all(exp.Func):
        name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
        if name in FORBIDDEN:
            raise QueryError(_("The query must not call %(name)s.") % {"name": name})
