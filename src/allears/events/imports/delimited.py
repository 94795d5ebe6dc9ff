"""CSV and its kin: separator, quotes and header found out; broken rows told apart without losing their neighbours."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from allears.events.imports.encodings import Opener, text_of
from allears.events.imports.errors import ImportUseError
from allears.events.imports.headers import looks_like_header
from allears.events.imports.reasons import coded
from allears.kit.spreadsheets import plain

# One row as read: its cells, or why it cannot be read and how it stands in the file.
Line = tuple[list[str], str, str]

SEPARATORS = (",", "\t", ";", "|", "\x01")
BLANKS = " "  # runs of blanks, as statisticians' files have
LONGEST_ROW = 4 << 20  # characters; a quote that never closes would swallow the rest of the file
MOST_LINES = 5_000
SAMPLE_LINES = 400
csv.field_size_limit(LONGEST_ROW)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How the file separates. ``quote`` is empty where quotes are ordinary characters.

    ``escaped``: a quote within a text has a backslash before it, as Spark, Hadoop and databases write it.
    ``told``: the first line only says which the separator is, as Excel reads and writes it (``sep=;``).
    """

    encoding: str
    separator: str
    quote: str = '"'
    header: bool = True
    width: int = 1
    escaped: bool = False
    told: bool = False

    def reader(self, lines: Iterable[str]) -> "Iterator[list[str]]":
        if self.separator == BLANKS:
            return (line.split() for line in lines)
        if len(self.separator) != 1:
            raise ImportUseError("separator", _("The separator must be one character, or “\\t” for a tabulator."))
        if self.quote and self.escaped:
            lines = (_ESCAPED.sub(lambda found: f"{found[1]}{self.quote * 2}", line) for line in lines)
        if self.quote:
            return csv.reader(lines, delimiter=self.separator, quotechar=self.quote)
        return csv.reader(lines, delimiter=self.separator, quoting=csv.QUOTE_NONE)


_ESCAPED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')  # a quote behind an odd number of backslashes
_ESCAPES = re.compile(r'(?:^|[,;|\t\x01])"(?:[^"\\]|\\.)*\\"')  # in a cell in quotes
_DOUBLES = re.compile(r'\\""[^,;|\t\x01\r\n]')  # a backslash before a quote that is doubled
_TELLS = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE | re.DOTALL)


class _Feed:
    """Lines for the reader, remembering those of the present row, so that they can be read again another way."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._size > LONGEST_ROW or len(self.taken) >= MOST_LINES:
            raise _EndlessRowError
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
        return line

    def begin(self) -> None:
        self.taken, self._size = [], 0

    def give_back(self, keep: int) -> None:
        """Offer all lines of the present row but the first ``keep`` again."""
        self._again.extend(reversed(self.taken[keep:]))
        del self.taken[keep:]


class _EndlessRowError(Exception):
    """A quote that does not close within reason."""


def sniff(opener: Opener, *, encoding: str, separator: str = "", quote: str | None = None) -> Dialect:
    """Find the separator and the use of quotes from the first rows, and whether they have a header."""
    sample = _sample(opener, encoding)
    tells = _TELLS.fullmatch(sample[0]) if sample else None
    if tells:
        del sample[0]
    if not any(line.strip() for line in sample):
        raise ImportUseError("file", _("The file is empty: there is nothing to import."))
    escapes = [True, False] if _may_be_escaped(sample) else [False]  # of two that fit alike the first is taken
    wanted = separator or (tells[1] if tells else "")
    candidates = [wanted] if wanted else [*SEPARATORS, BLANKS]
    quotes = [quote] if quote is not None else ['"', ""]
    best = max(
        (
            Dialect(encoding=encoding, separator=each, quote=mark, escaped=escaped, told=tells is not None)
            for each in candidates
            for mark in quotes
            for escaped in escapes
            if not escaped or mark == '"'
        ),
        key=lambda dialect: _fit(dialect, sample),
    )
    if _fit(best, sample)[0] <= 0 and not separator:
        best = replace(best, separator="\x1f", quote="")  # one column: each line is one text
    rows = _rows_of(best, sample)
    widths = Counter(len(row) for row in rows)
    best = replace(best, width=max(widths, key=lambda width: (widths[width], width)))
    return replace(best, header=looks_like_header(rows[0], rows[1:]))


def _may_be_escaped(sample: Sequence[str]) -> bool:
    return any(map(_ESCAPES.search, sample)) and not any(map(_DOUBLES.search, sample))


def _sample(opener: Opener, encoding: str) -> list[str]:
    lines = []
    with text_of(opener, encoding, newline="") as text:
        for _position, line in zip(range(SAMPLE_LINES), text, strict=False):
            lines.append(line[:LONGEST_ROW])
    return lines


def _rows_of(dialect: Dialect, lines: Sequence[str]) -> list[list[str]]:
    feed = _Feed(iter(lines))
    rows, reader = [], dialect.reader(feed)
    try:
        for row in reader:
            feed.begin()
            if any(cell.strip() for cell in row):
                rows.append(row)
    except (csv.Error, _EndlessRowError):
        return rows or [[""]]
    return rows or [[""]]


def _fit(dialect: Dialect, sample: Sequence[str]) -> tuple[float, int]:
    """(share of rows of the commonest width, that width); a separator that splits nothing fits nothing."""
    whole = sample if len(sample) < SAMPLE_LINES else sample[:-1]
    found = _rows_of(dialect, whole)
    widths = Counter(map(len, found))
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
    if width < 2:
        return (0.0, 1)
    share = rows / sum(widths.values())
    if dialect.separator == BLANKS:
        numbers = all(re.search(r"\d\s+\d", line) for line in whole[1:20] if line.strip())
        share = share - 0.05 if numbers and share > 0.98 else 0.0
    covered = rows * width / max(1, len(whole))  # rows that swallow many lines cover little
    if share < (0.3 if len(found[0]) == width else 0.5):
        return (0.0, width)
    share += 0.1 if len(found[0]) in {width, width - 1} else -0.3  # a heading is split like its rows
    return (share - (0.02 if not dialect.quote else 0.0) + min(0.01 * width, 0.05) + min(covered, 1) * 0.2, width)


def column_names(opener: Opener, dialect: Dialect) -> list[str]:
    """The header's names, or empty ones where there is no header or the rows are wider than it."""
    if not dialect.header:
        return [""] * dialect.width
    with text_of(opener, dialect.encoding, newline="") as text:
        _pass_told(text, dialect)
        header = next(row for row in dialect.reader(text) if any(cell.strip() for cell in row))
    names = [cell.strip() for cell in header]
    if dialect.width == len(names) + 1:
        return ["", *names]  # row names without a heading, as R writes them
    while len(names) > max(dialect.width, 1) and not names[-1]:
        names.pop()
    return names


def _pass_told(text: Iterator[str], dialect: Dialect) -> None:
    if dialect.told:
        next(text, None)


def read(opener: Opener, dialect: Dialect, *, width: int) -> Iterator[Line]:
    """Every data row in order. A row is broken when its width is wrong, its bytes are, or its quote never closes."""
    with text_of(opener, dialect.encoding, newline="") as text:
        _pass_told(text, dialect)
        feed = _Feed(iter(text))
        reader, waiting_for_header = dialect.reader(feed), dialect.header
        while True:
            feed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _EndlessRowError):
                cells = _first_line_alone(feed, dialect)
            if len(cells) != width and len(feed.taken) > 1:
                cells = _first_line_alone(feed, dialect)
            if not any(cells) or (len(cells) == 1 and not cells[0].strip("\0")):
                continue  # nothing, or what pads a file that was cut off
            if waiting_for_header:
                waiting_for_header = False
                continue
            yield _judge(cells, width=width, raw=feed.taken, dialect=dialect)


def _first_line_alone(feed: _Feed, dialect: Dialect) -> list[str]:
    """Read the row's first line with quotes as ordinary characters, and give the other lines back."""
    feed.give_back(1)
    plain = replace(dialect, quote="")
    first = feed.taken[0] if feed.taken else ""
    return next(iter(plain.reader([first[:LONGEST_ROW]])), [])


def _judge(cells: list[str], *, width: int, raw: list[str], dialect: Dialect) -> Line:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    reason = ""
    if len(cells) != width:
        reason = coded("cells_of_header", found=len(cells), wanted=width)
    elif not all(map(str.isascii, cells)) and any("\udc80" <= char <= "\udcff" for cell in cells for char in cell):
        reason = coded("encoding", encoding=dialect.encoding.upper())
    if not reason:
        return cells, "", ""
    return [], reason, printable("".join(raw).rstrip("\r\n"))


def printable(text: str) -> str:
    """Undecodable bytes shown as the replacement character, so that the row can be stored and shown."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')


def as_meant(cell: str) -> str:
    """The text without what keeps Excel from reading it as a number or formula: ``="007"``, or our exports' ``'``."""
    kept = _KEPT_AS_TEXT.fullmatch(cell)
    return kept[1] if kept else plain(cell)
