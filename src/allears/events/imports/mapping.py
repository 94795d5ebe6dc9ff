"""Which column says what: the mapping, its JSON form (documented in docs/import.md) and its checks."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from allears.events.imports import times
from allears.events.imports.errors import ImportUseError
from allears.events.imports.headers import key_of
from allears.events.imports.kinds import FieldType, Kind
from allears.events.imports.reading import FormatOptions

METRICS = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
OPTIONS = {"column", "columns", "value", "metric", "scale", "values", "order", "zone", "fallback"}
TOP = {"kind", "format", "timezone", "fields", "rest", "open_cases", "file_time"}
FORMAT = {"encoding", "separator", "quote", "header", "sheet"}
REST_KEEP, REST_DROP = "attributes", "drop"


@dataclass(frozen=True, kw_only=True)
class FieldMap:
    """Where one field comes from: a column (texts may join several), or a value for all rows."""

    columns: tuple[str, ...] = ()
    value: str | None = None
    metric: str = ""
    scale: tuple[float, float] | None = None
    values: dict[str, str | None] = field(default_factory=dict)  # what stands there → what it means; None: nothing
    order: str = ""  # dmy or mdy
    zone: str = ""  # what an abbreviation such as CST means in this column, by the name of a place
    fallback: str = ""
    confidence: float = 1.0
    reason: str = ""

    @property
    def column(self) -> str:
        return self.columns[0] if self.columns else ""

    def to_json(self) -> dict[str, Any]:
        named: dict[str, Any] = {}
        if len(self.columns) > 1:
            named["columns"] = list(self.columns)
        elif self.columns:
            named["column"] = self.column
        options = {"value": self.value, "metric": self.metric, "order": self.order, "zone": self.zone}
        options["fallback"] = self.fallback
        named |= {name: value for name, value in options.items() if value not in (None, "")}
        if self.scale:
            named["scale"] = list(self.scale)
        if self.values:
            named["values"] = self.values
        return {**named, "confidence": round(self.confidence, 2), "reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How the rows of one file are understood. ``origin`` says who made it: proposed, saved, map or page."""

    kind: str
    fields: dict[str, FieldMap]
    rest: str | tuple[str, ...] = REST_KEEP
    timezone: str = ""
    format: FormatOptions = field(default_factory=FormatOptions)
    open_cases: bool = False
    file_time: str = ""  # for rows that name no time; empty: the file's own date
    origin: str = "proposed"

    def to_json(self) -> dict[str, Any]:
        form = {name: value for name, value in vars(self.format).items() if value not in ("", None)}
        return {
            "kind": self.kind,
            "fields": {name: each.to_json() for name, each in self.fields.items()},
            "rest": self.rest if isinstance(self.rest, str) else list(self.rest),
            "timezone": self.timezone,
            "open_cases": self.open_cases,
            **({"file_time": self.file_time} if self.file_time else {}),
            **({"format": form} if form else {}),
        }


def signature(columns: Sequence[str]) -> str:
    """The same for files with the same columns in the same order."""
    return blake2b("\x1f".join(key_of(name) or name for name in columns).encode(), digest_size=16).hexdigest()


def format_options(given: Dict[str, Any]) -> FormatOptions:
    """The ``format`` part, which is needed before the columns are known."""
    form = given.get("format", {})
    _only_known(form, FORMAT, "format")
    return FormatOptions(
        encoding=_text(form, "encoding"),
        separator=_text(form, "separator"),
        quote=form.get("quote"),
        header=form.get("header"),
        sheet=_text(form, "sheet"),
    )


def parse(
    given: Any,
    *,
    kind: Kind,
    columns: Sequence[str],
    proposed: Mapping,
    origin: str = "map",
    whole: bool = True,
) -> Mapping:
    """``given`` laid over the proposal: named fields replace it, a field given as null is left out.

    With ``whole`` it must name all that every row needs.
    """
    if not isinstance(given, dict):
        raise ImportUseError("map", _("The mapping must be a JSON object; see docs/import.md for its form."))
    _only_known(given, TOP, "map")
    if given.get("kind", kind.name) != kind.name:
        message = _("The mapping is for “%(map)s”, but the file is imported as “%(kind)s”. Change one of them.")
        raise ImportUseError("kind", message % {"map": given["kind"], "kind": kind.name})
    fields = dict(proposed.fields)
    taken: set[str] = set()
    for name, value in _object(given, "fields").items():
        if value is None:
            fields.pop(name, None)
            continue
        fields[name] = _field_map(name, value, kind=kind, columns=columns)
        taken.update(fields[name].columns)
    for name, each in list(fields.items()):
        if name not in given.get("fields", {}) and taken.intersection(each.columns):
            del fields[name]  # the user gave this column another meaning
    mapping = replace(
        proposed,
        fields=fields,
        rest=_rest(given.get("rest", proposed.rest), columns),
        timezone=_zone(_text(given, "timezone") or proposed.timezone),
        format=format_options(given) if "format" in given else proposed.format,
        open_cases=_flag(given, "open_cases", default=proposed.open_cases),
        file_time=_text(given, "file_time") or proposed.file_time,
        origin=origin,
    )
    if whole:
        check(mapping, kind)
    return mapping


def read(stored: Dict[str, Any], *, kind: Kind, columns: Sequence[str]) -> Mapping:
    """A mapping as ``to_json`` wrote it, whole or not."""
    empty = Mapping(kind=kind.name, fields={})
    given = {name: value for name, value in stored.items() if name in TOP}
    origin = str(stored.get("origin", "saved"))
    return parse(given, kind=kind, columns=columns, proposed=empty, origin=origin, whole=False)


def from_json(stored: Dict[str, Any], *, kind: Kind, columns: Sequence[str]) -> Mapping:
    """A mapping as ``to_json`` wrote it."""
    found = read(stored, kind=kind, columns=columns)
    check(found, kind)
    return found


def check(mapping: Mapping, kind: Kind) -> None:
    """Refuse a mapping that leaves out what every row of the kind needs."""
    for group in kind.needs:
        if not any(name in mapping.fields for name in group):
            message = _(
                "No column was recognised for %(names)s. Name it in a mapping: "
                '{"fields": {"%(first)s": "the column’s name"}}, given with --map FILE or chosen on the page.'
            )
            names = _(" or ").join(f"“{name}”" for name in group)
            raise ImportUseError(group[0], message % {"names": names, "first": group[0]})


def _field_map(name: str, given: Any, *, kind: Kind, columns: Sequence[str]) -> FieldMap:
    known = kind.field(name)
    if known is None:
        message = _("“%(kind)s” has no field “%(name)s”. Its fields are: %(names)s.")
        names = ", ".join(each.name for each in kind.fields)
        raise ImportUseError(f"fields.{name}", message % {"kind": kind.name, "name": name, "names": names})
    if not isinstance(given, dict):
        given = {"column": given}
    given = {key: value for key, value in given.items() if key not in {"confidence", "reason"}}
    _only_known(given, OPTIONS, f"fields.{name}")
    wanted = given.get("columns") or ([given["column"]] if given.get("column") not in (None, "") else [])
    if not wanted and "value" not in given and "fallback" not in given:
        raise ImportUseError(f"fields.{name}", _("Name a “column”, or a “value” that holds for every row."))
    if len(wanted) > 1 and known.type is not FieldType.TEXT:
        raise ImportUseError(f"fields.{name}", _("Only texts may be joined from several columns."))
    metric = _text(given, "metric").lower()
    if known.type is FieldType.SCORE:
        metric = _metric(name, metric)
    return FieldMap(
        columns=tuple(_column(name, each, columns) for each in wanted),
        value=None if given.get("value") is None else str(given["value"]),
        metric=metric,
        scale=_scale(name, given.get("scale")),
        values=_values(name, given.get("values", {})),
        order=_order(name, _text(given, "order").lower()),
        zone=_meant(name, _text(given, "zone")),
        fallback=_text(given, "fallback"),
        reason=_("as given"),
    )


def _column(name: str, wanted: Any, columns: Sequence[str]) -> str:
    """A column by its name, or by its place counted from 1."""
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 1 <= wanted <= len(columns):
        return columns[wanted - 1]
    by_key = {key_of(each) or each: each for each in reversed(columns)}
    if wanted in columns:
        return str(wanted)
    if isinstance(wanted, str) and key_of(wanted) in by_key:
        return by_key[key_of(wanted)]
    message = _("The file has no column “%(wanted)s” for “%(field)s”. Its columns are: %(names)s.")
    names = ", ".join(columns[:60])
    raise ImportUseError(f"fields.{name}", message % {"wanted": wanted, "field": name, "names": names})


def _metric(name: str, metric: str) -> str:
    if metric in METRICS:
        return metric
    message = _("“%(field)s” needs a “metric”: nps (0–10), csat (1–5, also stars) or ces (1–7); it has “%(metric)s”.")
    raise ImportUseError(f"fields.{name}.metric", message % {"field": name, "metric": metric})


def _scale(name: str, given: Any) -> tuple[float, float] | None:
    if given is None:
        return None
    if isinstance(given, list | tuple) and len(given) == 2 and all(isinstance(each, int | float) for each in given):
        low, high = float(given[0]), float(given[1])
        if low != high:
            return low, high
    raise ImportUseError(f"fields.{name}.scale", _("A scale is a pair of worst and best value, such as [1, 5]."))


def _values(name: str, given: Any) -> dict[str, str | None]:
    if isinstance(given, dict):
        return {str(key): None if value is None else str(value) for key, value in given.items()}
    message = _('“values” says what each entry means, such as {"1": "positive", "0": "negative"}.')
    raise ImportUseError(f"fields.{name}.values", message)


def _order(name: str, order: str) -> str:
    if order not in {"", "dmy", "mdy"}:
        message = _("“order” is dmy (the day stands first) or mdy (the month stands first).")
        raise ImportUseError(f"fields.{name}.order", message)
    return order


def _meant(name: str, zone: str) -> str:
    known = [each for meanings in times.AMBIGUOUS.values() for each in meanings]
    if zone and zone not in known:
        message = _("“zone” says what an abbreviation such as CST means; it is one of %(names)s.")
        raise ImportUseError(f"fields.{name}.zone", message % {"names": ", ".join(known)})
    return zone


def _rest(given: Any, columns: Sequence[str]) -> str | tuple[str, ...]:
    if given in {REST_KEEP, REST_DROP} if isinstance(given, str) else False:
        return str(given)
    if isinstance(given, list | tuple):
        return tuple(_column("rest", each, columns) for each in given)
    raise ImportUseError("rest", _("“rest” is “attributes”, “drop”, or a list of the columns to keep."))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        message = _("There is no time zone “%(name)s”. Write it as in Asia/Shanghai or Europe/London.")
        raise ImportUseError("timezone", message % {"name": name}) from error
    return name


def _text(given: Dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if value is None or isinstance(value, str):
        return value or ""
    raise ImportUseError(name, _("“%(name)s” must be a text.") % {"name": name})


def _flag(given: Dict[str, Any], name: str, *, default: bool) -> bool:
    value = given.get(name, default)
    if isinstance(value, bool):
        return value
    raise ImportUseError(name, _("“%(name)s” must be true or false.") % {"name": name})


def _object(given: Dict[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name, {})
    if isinstance(value, dict):
        return value
    raise ImportUseError(name, _("“%(name)s” must be a JSON object.") % {"name": name})


def _only_known(given: Any, known: set[str], where: str) -> None:
    if not isinstance(given, dict):
        raise ImportUseError(where, _("“%(name)s” must be a JSON object.") % {"name": where})
    for name in given:
        if name not in known and name not in {"origin", "signature"}:
            message = _("“%(where)s” knows no “%(name)s”. Known are: %(names)s.")
            raise ImportUseError(where, message % {"where": where, "name": name, "names": ", ".join(sorted(known))})
