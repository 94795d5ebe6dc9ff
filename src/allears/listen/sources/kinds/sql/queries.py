"""Whether a text is one query that only reads, and which parameters it names. No database is asked."""

import re
from collections.abc import Callable
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
    "load_file", "sleep", "benchmark", "load_extension", "writefile", "readfile", "set_config", "nextval", "setval",
    "get_lock", "release_lock", "release_all_locks", "master_pos_wait", "source_pos_wait", "master_gtid_wait",
    "wait_for_executed_gtid_set", "sys_exec", "sys_eval", "ts_stat", "ts_rewrite", "loread", "lowrite", "xpath_table",
}  # fmt: skip
# PostgreSQL's own: files, locks, slots, the server itself, and texts run as queries.
FORBIDDEN_FAMILIES = ("pg_", "lo_", "dblink", "query_to_xml", "crosstab", "connectby")
HARMLESS = {
    "pg_typeof", "pg_column_size", "pg_size_pretty", "pg_relation_size", "pg_table_size", "pg_total_relation_size"
}  # fmt: skip
# PostgreSQL takes ``value.name`` for ``name(value)``; columns may be called sleep, or lo_price.
FORBIDDEN_FIELDS = (
    "pg_", "dblink", "query_to_xml", "crosstab", "connectby", "ts_stat", "nextval", "lo_get", "lo_import", "lo_creat",
    "lo_unlink", "lo_close", "lo_tell",
)  # fmt: skip

# Hints of MySQL that take back what the session was given: its time limit and its settings.
UNHINTED = {"set_var", "max_execution_time", "resource_group"}


class QueryError(ValueError):
    """The query cannot be used; the text says why."""


def checked(query: str, *, system: str) -> set[str]:
    """The names of its parameters (``:name``); raises QueryError for anything but a single SELECT."""
    try:
        statements = [
            each for each in sqlglot.parse(_uncommented(query, system), read=DIALECTS[system]) if each is not None
        ]
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).split("\n")[0][:200]
        raise QueryError(_("The query cannot be understood: %(reason)s") % {"reason": reason}) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryError(_("Write one SELECT and nothing else; nothing was run."))
    _only_reads(statements[0], system)
    _hints_nothing(query, system)
    return {str(each.this) for each in statements[0].find_all(exp.Placeholder) if each.this}


def alone(query: str, *, system: str) -> str:
    """The query as it is run: only what was checked, and every colon but that of ``:cursor`` means itself."""
    return _OTHER_COLON.sub(r"\:", _uncommented(query, system, quoted=_quoted))


def _quoted(token: str) -> str:
    """A token where ``:cursor`` stands in quotes: there it is text."""
    return _CURSOR.sub(r"\:cursor", token) if len(token) > len(":cursor") else token


def _uncommented(query: str, system: str, *, quoted: Callable[[str], str] = str) -> str:
    """Without comments, and without the semicolons at its end.

    MySQL runs what stands in ``/*! … */``, and no two databases agree where a comment ends. What the checker passes
    over is therefore never sent.
    """
    tokens = sqlglot.tokenize(query, read=DIALECTS[system])
    while tokens and tokens[-1].token_type is sqlglot.TokenType.SEMICOLON:
        tokens.pop()
    parts, end = [], 0
    for token in tokens:
        between = query[end : token.start]
        parts += ["\n" if "\n" in between else " " if between else "", quoted(query[token.start : token.end + 1])]
        end = token.end + 1
    return "".join(parts).strip()


_OTHER_COLON = re.compile(r"(?<![:\w\\]):(?!cursor\b)(?=\w+(?![:\w]))")  # just those that SQLAlchemy would fill in
_CURSOR = re.compile(r"(?<![:\w\\]):cursor(?![:\w])")


def _hints_nothing(query: str, system: str) -> None:
    for token in sqlglot.tokenize(query, read=DIALECTS[system]):
        words = set(re.findall(r"\w+", token.text.lower())) if token.token_type is sqlglot.TokenType.HINT else set()
        if found := sorted(words & UNHINTED):
            raise QueryError(_("The query must not call %(name)s.") % {"name": found[0]})


def _only_reads(statement: "exp.Query", system: str) -> None:
    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Command, exp.Into, exp.Lock)
    if found := next(statement.find_all(*writing), None):
        raise QueryError(_("The query must only read; it has %(part)s.") % {"part": found.key.upper()})
    for function in statement.find_all(exp.Func):
        name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
        _may_stand(name, name in FORBIDDEN or name.startswith(FORBIDDEN_FAMILIES))
    if system == "postgresql":
        for field in statement.find_all(exp.Column, exp.Dot):
            _may_stand(field.name.lower(), _is_field(field) and field.name.lower().startswith(FORBIDDEN_FIELDS))


def _is_field(node: "exp.Expression") -> bool:
    of = node.args.get("table") if isinstance(node, exp.Column) else isinstance(node.expression, exp.Identifier)
    return bool(of)


def _may_stand(name: str, is_forbidden: bool) -> None:
    written_in_codes = "\\" in name  # PostgreSQL reads U&"pg\005fsleep" as pg_sleep
    if written_in_codes or (is_forbidden and name not in HARMLESS):
        raise QueryError(_("The query must not call %(name)s.") % {"name": name})
