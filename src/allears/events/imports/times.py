"""Times as people and systems write them, in both languages, to UTC.

``parse`` takes one text with what the column decided: whether the day or the month stands first, and the zone of times
that name none. Nothing is guessed silently: what cannot be read raises ``BadCellError``.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from django.utils.translation import gettext_lazy as _

from allears.events.imports.errors import BadCellError

Order = Literal["", "dmy", "mdy"]

_CLOCK = (
    r"(?:[T\s,]*\s*(?P<half1>上午|下午|晚上|凌晨|中午|早上)?\s*(?P<hour>\d{1,2})\s*[:：时点]\s*(?P<minute>\d{1,2})?"
    r"\s*分?(?:[:：]?\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?秒?)?\s*(?P<half2>[AaPp]\.?[Mm]\.?)?)?"
)
_HOURS = {"Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_HOURS |= {"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "HKT": 8, "SGT": 8, "JST": 9}
_HOURS |= {"KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
# Abbreviations that mean another zone elsewhere: zone → hours east of Greenwich; the first where nothing says more.
AMBIGUOUS: dict[str, dict[str, float]] = {
    "CST": {"Asia/Shanghai": 8, "America/Chicago": -6, "America/Havana": -5},
    "IST": {"Asia/Kolkata": 5.5, "Asia/Jerusalem": 2, "Europe/Dublin": 1},
    "BST": {"Europe/London": 1, "Asia/Dhaka": 6},
}
_ZONE_NAMES = "|".join(sorted({*_HOURS, *AMBIGUOUS}, key=len, reverse=True))
_ZONE = rf"\s*(?P<zone>(?i:{_ZONE_NAMES})|(?:UTC|GMT)?[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}})?"
_AMBIGUOUS_IN = re.compile(rf"(?<![A-Za-z])({'|'.join(AMBIGUOUS)})(?![A-Za-z])", re.I)
_TAIL = _CLOCK + _ZONE + r"(?:\s*\([^)]*\))?$"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR_FIRST = re.compile(
    r"^(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?" + _TAIL
)
_YEAR_LAST = re.compile(r"^(?P<first>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _TAIL)
_NAMED = (
    re.compile(
        _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + r"[\s,-]+(?P<year>\d{4}|\d{2})" + _TAIL, re.I
    ),
    re.compile(_WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TAIL, re.I),
)
_NO_YEAR = (
    re.compile(r"^(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?" + _TAIL),
    re.compile(_WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?" + _TAIL, re.I),
    re.compile(_WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+" + _MONTH + _TAIL, re.I),
)
_TWITTER = re.compile(
    r"^[a-z]{3}\s+" + _MONTH + r"\s+(?P<day>\d{1,2})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})\s+"
    r"(?P<zone>[+-]\d{4}|[A-Z]{3,4})?\s*(?P<year>\d{4})$",
    re.I,
)
_COMPACT = re.compile(
    r"^(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:[T\s]?(?P<hour>\d{2}):?(?P<minute>\d{2}):?(?P<second>\d{2})?(?P<zone>Z)?)?$"
)
_NUMBER = re.compile(r"^\d{9,16}(?:\.\d+)?$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_MONTHS = {name: place for place, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}  # noqa: SIM905 – reads better
_EARLIEST, _LATEST = 315_532_800, 4_102_444_800  # 1980 and 2100, in seconds
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
LEAP = 9  # years, among which there is a 29th of February
SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 – a spreadsheet's day zero has no zone


@lru_cache(maxsize=65_536)
def parse(
    text: str, *, order: Order = "", zone: tzinfo = UTC, meant: str = "", latest: datetime | None = None
) -> datetime:
    """The moment that ``text`` names, in UTC. A day without a time of day is its midnight in ``zone``.

    ``meant`` is the zone that an ambiguous abbreviation (``CST``) stands for; empty: the one nearest to ``zone``.
    A day without a year (``9月5日``) is the last such day that was not after ``latest``; unread without it. So is a
    moment at the edge of the calendar (0001-01-01 and 9999-12-31 stand for “none” and “never”), which in some zones
    has no day.
    """
    try:
        found = _moment(text, order=order, zone=zone, meant=meant, latest=latest)
    except OverflowError as error:
        raise _unread(text) from error
    if not FIRST <= found <= LAST:
        raise _unread(text)
    return found


def _moment(text: str, *, order: Order, zone: tzinfo, meant: str, latest: datetime | None) -> datetime:
    if "年" not in text and (quick := _iso(text)):
        return _in_utc(quick, zone)
    folded = unicodedata.normalize("NFKC", text).strip()
    if number := _from_number(folded, zone):
        return number
    for pattern in (_YEAR_FIRST, _COMPACT, *_NAMED, _TWITTER):
        if match := pattern.match(folded):
            return _build(match.groupdict(), zone, text, meant)
    if match := _YEAR_LAST.match(folded):
        return _build(_ordered(match.groupdict(), order, text), zone, text, meant)
    if latest and (match := _yearless(folded)):
        return _last_one(match.groupdict(), zone, text, meant, latest)
    raise _unread(text)


def _unread(text: str) -> BadCellError:
    return BadCellError("no_time", text=text[:60])


def _yearless(text: str) -> re.Match[str] | None:
    return next((match for pattern in _NO_YEAR if (match := pattern.match(text))), None)


def without_year(text: str) -> bool:
    """Whether the text names a day and a month, and no year."""
    return _yearless(unicodedata.normalize("NFKC", text).strip()) is not None


def _last_one(parts: dict[str, str | None], zone: tzinfo, text: str, meant: str, latest: datetime) -> datetime:
    """That day of the latest year in which it had come; a file may be written while its last day is still young."""
    end = latest + timedelta(days=1)
    for year in range(end.year, end.year - LEAP, -1):
        try:
            found = _build({**parts, "year": str(year)}, zone, text, meant)
        except BadCellError:  # the 29th of February is there every fourth year
            if year == end.year - LEAP + 1:
                raise
            continue
        if found <= end:
            return found
    raise _unread(text)


def _iso(text: str) -> datetime | None:
    if not (text[:4].isdigit() and text[4:5] == "-"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_number(text: str, zone: tzinfo) -> datetime | None:
    """Seconds, milliseconds or microseconds since 1970, or a spreadsheet's day number."""
    if _SERIAL.match(text) and 20_000 < float(text) < 80_000:
        return _in_utc(SPREADSHEET_EPOCH + timedelta(seconds=round(float(text) * 86_400)), zone)
    if not _NUMBER.match(text):
        return None
    value = float(text)
    for divisor in (1, 1_000, 1_000_000):
        if _EARLIEST <= value / divisor <= _LATEST:
            return datetime.fromtimestamp(value / divisor, UTC)
    return None


def _ordered(parts: dict[str, str | None], order: Order, text: str) -> dict[str, str | None]:
    first, other = int(parts["first"] or 0), int(parts["other"] or 0)
    if not order:
        order = "dmy" if first > 12 or (parts["mark"] == "." and other <= 12) else "mdy"
    day, month = (first, other) if order == "dmy" else (other, first)
    if month > 12:
        wanted = _("the day") if order == "dmy" else _("the month")
        raise BadCellError("no_month", text=text[:60], month=month, first=wanted)
    return {**parts, "day": str(day), "month": str(month)}


def _build(parts: dict[str, str | None], zone: tzinfo, text: str, meant: str) -> datetime:
    year, day = int(parts["year"] or 0), int(parts["day"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    month = _MONTHS[(parts["name"] or "")[:3].lower()] if parts.get("name") else int(parts["month"] or 0)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    hour = _of_day(hour, (parts.get("half1") or parts.get("half2") or "").lower().replace(".", ""))
    fraction = int(((parts.get("fraction") or "") + "000000")[:6])
    overflow = timedelta(days=1) if hour == 24 and minute == second == 0 else timedelta()
    try:
        found = datetime(year, month, day, hour % 24 if overflow else hour, minute, second, fraction)  # noqa: DTZ001 – zone follows
    except ValueError as error:
        raise BadCellError("no_such_day", text=text[:60]) from error
    return _in_utc(found + overflow, _zone(parts.get("zone"), zone, meant, text) or zone)


def _of_day(hour: int, half: str) -> int:
    if half in {"pm", "下午", "晚上", "中午"} and hour < 12 and not (half == "中午" and hour == 11):
        return hour + 12
    return 0 if half in {"am", "凌晨", "上午"} and hour == 12 else hour


def ambiguous(text: str) -> str:
    """The abbreviation in ``text`` that means several zones, or empty."""
    found = _AMBIGUOUS_IN.search(text)
    return found.group(1).upper() if found else ""


def likely(name: str, zone: str) -> str:
    """The zone that an ambiguous abbreviation most likely means to people in ``zone``: one of their continent."""
    meanings = AMBIGUOUS[name]
    return next((each for each in meanings if each == zone), None) or next(
        (each for each in meanings if each.split("/")[0] == zone.split("/")[0]), next(iter(meanings))
    )


def _zone(name: str | None, zone: tzinfo, meant: str, text: str) -> tzinfo | None:
    if not name:
        return None
    upper = name.upper()
    if upper in AMBIGUOUS:
        chosen = meant if meant in AMBIGUOUS[upper] else likely(upper, str(zone))
        return timezone(timedelta(hours=AMBIGUOUS[upper][chosen]))
    if upper in _HOURS:
        return timezone(timedelta(hours=_HOURS[upper]))
    if upper.isalpha():
        raise BadCellError("no_zone", text=text[:60], zone=upper)
    digits = upper.removeprefix("UTC").removeprefix("GMT").replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or 0))
    return timezone(-offset if digits[0] == "-" else offset)


def _in_utc(moment: datetime, zone: tzinfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def readable(text: str) -> bool:
    """Whether ``text`` can be read as a time at all; a bare number counts only when it is plainly one."""
    if not text or not any(char.isdigit() for char in text):
        return False
    try:
        parse(text)
    except BadCellError:
        return bool(_YEAR_LAST.match(text)) or without_year(text)
    return True


def order_of(values: list[str]) -> tuple[Order, bool]:
    """(day or month first, whether the column proves it) of values like 03/04/2026; ("", True) where no value is such.

    Proof is a first or second part above 12. Without it, the order under which neighbouring rows lie nearer is taken.
    """
    pairs = [
        (int(m["first"]), int(m["other"]), int(m["year"]), m["mark"]) for v in values if (m := _YEAR_LAST.match(v))
    ]
    if not pairs:
        return "", True
    day_first = sum(first > 12 for first, *_rest in pairs)
    month_first = sum(other > 12 for _first, other, *_rest in pairs)
    if day_first or month_first:
        return ("dmy" if day_first >= month_first else "mdy"), not (day_first and month_first)
    if pairs[0][3] == ".":
        return "dmy", True
    spans = {order: _restlessness(pairs, order) for order in ("dmy", "mdy")}
    return ("dmy" if spans["dmy"] < spans["mdy"] else "mdy"), False


def _restlessness(pairs: list[tuple[int, int, int, str]], order: str) -> int:
    days = [
        year * 372 + (other if order == "dmy" else first) * 31 + (first if order == "dmy" else other)
        for first, other, year, _mark in pairs
    ]
    return sum(abs(after - before) for before, after in pairwise(days))
