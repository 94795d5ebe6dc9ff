"""Rows of the company's own database, by one read-only query."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.events.imports import kinds as row_kinds
from allears.listen.sources.base import Errand, Page, SettingField, SettingsError, SourceTrouble, Table
from allears.listen.sources.kinds.sql import marks
from allears.listen.sources.kinds.sql.database import SYSTEMS, Database, located
from allears.listen.sources.kinds.sql.queries import QueryError, checked

PAGE_ROWS, TRIED = 20_000, 20
PAGE_CHARACTERS = 64_000_000
ROW_KINDS = (
    ("voices", _("voices")),
    ("responses", _("survey responses")),
    ("events", _("events")),
    ("customers", _("customers")),
)


class SqlAdapter:
    """The kind ``sql``."""

    name = "sql"
    label = _("Database")
    summary = _("Rows of your own PostgreSQL, MySQL, MariaDB or SQLite, by one query that only reads")
    icon = "database"
    every_seconds = 900
    origin = ("system", "host", "database", "query", "cursor")
    fields = (
        SettingField(name="system", label=_("System"), type="choice", default="postgresql", choices=SYSTEMS),
        SettingField(name="host", label=_("Server"), help=_("Empty for SQLite.")),
        SettingField(
            name="port", label=_("Port"), type="number", default=0, least=0, most=65535, help=_("0: the usual one.")
        ),
        SettingField(
            name="database",
            label=_("Database"),
            required=True,
            help=_(
                "Its name; for SQLite the path of the file, inside a folder that this installation lets sources read."
            ),
        ),
        SettingField(name="user", label=_("User"), help=_("One who may only read is enough.")),
        SettingField(name="password", label=_("Password"), type="secret"),
        SettingField(
            name="query",
            label=_("Query"),
            type="long",
            required=True,
            help=_("One SELECT. Where only new rows shall come, compare with :cursor, as in: updated_at > :cursor"),
        ),
        SettingField(
            name="cursor",
            label=_("Column to read on from"),
            help=_("A column of the result that only grows: a number or a time. Empty: the whole result every time."),
        ),
        SettingField(
            name="begin",
            label=_("First value of :cursor"),
            default="0",
            help=_("For a number 0, for a time such as 2026-01-01."),
        ),
        SettingField(
            name="overlap",
            label=_("Look back by"),
            type="number",
            default=0,
            least=0,
            most=10_000_000,
            help=_(
                "Seconds for a time, else units: rows that were committed late are found; known ones change nothing."
            ),
        ),
        SettingField(name="rows", label=_("Rows are"), type="choice", default="voices", choices=ROW_KINDS),
        SettingField(
            name="mapping",
            label=_("Mapping"),
            type="mapping",
            default={},
            help=_("Which column means what, as for a file (docs/import.md); what is not named is proposed."),
        ),
        SettingField(name="open_cases", label=_("Bad voices open cases"), type="flag", default=True),
        SettingField(
            name="seconds", label=_("Seconds a query may take"), type="number", default=60, least=1, most=3600
        ),
    )

    def check(self, settings: Mapping[str, Any]) -> None:
        try:
            names = checked(settings["query"], system=settings["system"])
        except QueryError as error:
            raise SettingsError("query", str(error)) from error
        if strange := names - {"cursor"}:
            raise SettingsError("query", str(_("Only :cursor is filled in, not :%s.")) % sorted(strange)[0])
        if ("cursor" in names) != bool(settings["cursor"]):
            raise SettingsError(
                "cursor", _("Compare with :cursor in the query and name its column here: both or neither.")
            )
        if settings["system"] == "sqlite":
            try:
                located(settings["database"])
            except SourceTrouble as error:
                raise SettingsError("database", _("This file is not in a folder that sources may read.")) from error
        elif not settings["host"]:
            raise SettingsError("host", _("Fill this in."))
        row_kinds.kind_named(settings["rows"])

    def pages(self, errand: Errand) -> Iterator[Page]:
        """Up to 20,000 rows and whatever else has the value of the last one, then the next; one query each look."""
        settings, column = errand.settings, errand.settings["cursor"]
        _check_again(settings)
        errand.scratch.mkdir(parents=True, exist_ok=True)
        before = marks.from_json(errand.cursor["value"]) if errand.cursor else None
        with Database(settings, errand.secret, seconds=settings["seconds"]) as database:
            rows = database.rows(settings["query"], cursor=_bound(settings, before) if column else None, sort=column)
            lines = marks.sliced(
                islice(rows, TRIED if errand.trial else None),
                column=column, write=_line, most=PAGE_ROWS, most_characters=PAGE_CHARACTERS,
            )  # fmt: skip
            for number, page in groupby(lines, key=attrgetter("slice")):
                path = errand.scratch / f"{number}.jsonl"
                reached = _written_into(path, page)
                before = before if reached is None else marks.further(reached, before)
                yield Page(
                    cursor={"value": marks.to_json(before)} if column and before is not None else {},
                    table=Table(
                        path=path,
                        filename=f"{settings['database'].rpartition('/')[2]}-{errand.now:%Y%m%d-%H%M%S}-{number}.jsonl",
                        kind=settings["rows"],
                        mapping={"open_cases": settings["open_cases"], **settings["mapping"]},
                        file_time=errand.now,
                    ),
                )


def _bound(settings: Mapping[str, Any], before: Any) -> Any:
    """What ``:cursor`` is."""
    return marks.stated(settings["begin"]) if before is None else marks.back(before, settings["overlap"])


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_written) + "\n"


def _written_into(path: Path, lines: Iterable[marks.Line]) -> Any:
    """Rows go to the disk as they come, however many have one value; the mark after them."""
    reached = None
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line.text)
            reached = line.reached
    return reached


def _check_again(settings: Mapping[str, Any]) -> None:
    """A query that was stored under older rules is held to those of today, before any database sees it."""
    try:
        checked(settings["query"], system=settings["system"])
    except QueryError as error:
        raise SourceTrouble("query", permanent=True, reason=error) from error


def _written(value: object) -> str:
    """What JSON has no form for, as a person would write it; bytes as their text, else as hexadecimal digits."""
    if not isinstance(value, bytes):
        return str(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() else value.hex()


ADAPTER = SqlAdapter()
