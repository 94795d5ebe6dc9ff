"""Any file as rows of text cells: delimited text, Excel, JSON Lines, Parquet and XES, plain or packed with gzip."""

import gzip
import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from allears.events.imports import delimited, dialogues, encodings, flattened, merged, objects, regular, typed, xes
from allears.events.imports.delimited import Line
from allears.events.imports.errors import ImportUseError
from allears.events.imports.headers import explained, good_names, is_second_header, is_total, looks_like_header
from allears.events.imports.reasons import coded
from allears.events.imports.tables import Table, cell_text
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import openpyxl
    import openpyxl.utils.exceptions as excel_errors
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    openpyxl, excel_errors = LazyModule("openpyxl"), LazyModule("openpyxl.utils.exceptions")
    pa, pq = LazyModule("pyarrow"), LazyModule("pyarrow.parquet")

SPREADSHEET_SAMPLE = 50
WEB_PAGE = (b"<!doctype html", b"<html", b"<table", b"<meta")
OLE = b"\xd0\xcf\x11\xe0"  # what Excel wrote until 2003, and what it wraps around a locked workbook


@dataclass(frozen=True, kw_only=True)
class FormatOptions:
    """What the user said about the file's form; empty values are found out."""

    encoding: str = ""
    separator: str = ""
    quote: str | None = None
    header: bool | None = None
    sheet: str = ""


def open_table(path: Path, options: FormatOptions | None = None, *, of_turns: bool = False) -> Table:
    """Find out what the file is by its content, whatever its name says; conversations only where turns are wanted."""
    options = options or FormatOptions()
    if not path.is_file():
        raise ImportUseError("file", _("There is no file %(path)s. Check the path.") % {"path": path})
    opener = encodings.opener_of(path)
    try:
        return _opened(opener, options, of_turns=of_turns)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = _("The packed file is cut off or damaged (%(error)s). Pack it again and send it anew.")
        raise ImportUseError("file", message % {"error": error}) from error


def _opened(opener: encodings.Opener, options: FormatOptions, *, of_turns: bool) -> Table:
    with opener() as file:
        head = file.read(4096)
    if not head:
        raise ImportUseError("file", _("The file is empty: there is nothing to import."))
    if head.startswith(b"PAR1"):
        return _parquet(opener)
    if head.startswith(b"PK\x03\x04"):
        return _spreadsheet(opener, options)
    _refuse_foreign(head, opener)
    encoding = _encoding(options, opener)
    start = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    if xes.is_xes(start):
        return _event_log(opener)
    if start.startswith(("{", "[{")) or (start.startswith("[") and start[1:].lstrip().startswith("{")):
        whole = start.startswith("[") or start.split("\n", 1)[0].strip() == "{"  # or an object a line
        return objects.table(opener, encoding, array=whole, of_turns=of_turns)
    if not options.separator and dialogues.is_transcript(start, lines=of_turns):
        return _transcript(opener, encoding, of_turns=of_turns)
    return _delimited(opener, encoding, options)


def _transcript(opener: encodings.Opener, encoding: str, *, of_turns: bool) -> Table:
    if not of_turns:
        raise ImportUseError("file", _("This is a transcript of a conversation. Import it as chats and calls."))
    found = dialogues.lines(opener, encoding)
    return Table(form="transcript", columns=dialogues.COLUMNS, rows=lambda: iter(found), about={"encoding": encoding})


def _refuse_foreign(head: bytes, opener: encodings.Opener) -> None:
    if head.startswith(OLE) and _holds(opener, "EncryptedPackage".encode("utf-16-le")):
        message = _("This workbook is locked with a password. Open it, save it without the password and import that.")
        raise ImportUseError("file", message)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(WEB_PAGE):
        message = _(
            "This is a web page, as some systems export tables under the name .xls. "
            "Open it in a spreadsheet, save it as .xlsx or CSV and import that."
        )
        raise ImportUseError("file", message)
    picture = _("This is a picture. Import the table it shows, as Excel or CSV.")
    foreign = {
        b"\x89PNG": picture,
        b"\xff\xd8\xff": picture,
        b"\x1f\x8b": _("This file is packed with gzip twice. Unpack it once and import what is in it."),
        OLE: _("This is an old Excel file (.xls). Save it as .xlsx or CSV and import that."),
        b"%PDF": _("This is a PDF. Import the table it was made from, as Excel or CSV."),
        b"7z\xbc\xaf": _("This is a 7z archive. Unpack it and import the file inside."),
        b"Rar!": _("This is a RAR archive. Unpack it and import the file inside."),
    }
    for mark, message in foreign.items():
        if head.startswith(mark):
            raise ImportUseError("file", message)


def _holds(opener: encodings.Opener, mark: bytes) -> bool:
    """Whether the file's bytes hold the mark anywhere."""
    kept = b""
    with opener() as file:
        while block := file.read(1 << 20):
            if mark in kept + block:
                return True
            kept = block[-len(mark) :]
    return False


def _encoding(options: FormatOptions, opener: encodings.Opener) -> str:
    if not options.encoding:
        return encodings.detect(opener)
    try:
        "".encode(options.encoding)
    except LookupError as error:
        message = _("There is no encoding “%(name)s”. Known ones are for example utf-8, gb18030 and windows-1252.")
        raise ImportUseError("encoding", message % {"name": options.encoding}) from error
    return options.encoding


def _delimited(opener: encodings.Opener, encoding: str, options: FormatOptions) -> Table:
    separator = {"\\t": "\t", "tab": "\t"}.get(options.separator, options.separator)
    dialect = delimited.sniff(opener, encoding=encoding, separator=separator, quote=options.quote)
    if options.header is not None:
        dialect = replace(dialect, header=options.header)
    names = delimited.column_names(opener, dialect)
    width = len(names)
    read = delimited.read(opener, dialect, width=width)
    peek = list(islice(read, SPREADSHEET_SAMPLE)) if dialect.header else []
    names, extra = explained(names, [cells for cells, reason, _raw in peek if not reason])
    shown = {"\t": "\\t", "\x1f": ""}.get(dialect.separator, dialect.separator)
    about: dict[str, Any] = {"encoding": encoding, "separator": shown, "quote": dialect.quote}
    about["header"] = dialect.header
    return Table(
        form="csv",
        columns=good_names(names, empty="column"),
        rows=lambda: _but_totals(islice(delimited.read(opener, dialect, width=width), extra, None), about),
        columnwise=None if extra else lambda: regular.batches(opener, dialect, width=width),
        about=about,
    )


def _seekable(opener: encodings.Opener) -> IO[bytes]:
    """Formats that are read from their end need a real file; what is packed is unpacked to a nameless one."""
    source = opener()
    if isinstance(source, io.BufferedReader):
        return source
    with source:
        target: IO[bytes] = TemporaryFile()  # noqa: SIM115 – handed to the reader, which closes it
        shutil.copyfileobj(source, target)
    target.seek(0)
    return target


def _parquet(opener: encodings.Opener) -> Table:
    with _whole_parquet(opener) as file:
        schema = flattened.schema(file.schema_arrow)

    def values() -> Iterator[list[Any]]:
        with _whole_parquet(opener) as file:
            for batch in file.iter_batches(batch_size=8192):
                yield from map(list, zip(*flattened.cells(batch), strict=True))

    return Table(
        form="parquet",
        columns=good_names(schema.names, empty="column"),
        rows=lambda: (([cell_text(value) for value in row], "", "") for row in values()),
        types=tuple(map(typed.kind_of_arrow, schema.types)),
        stored=tuple(schema.types),
        values=values,
    )


@contextmanager
def _whole_parquet(opener: encodings.Opener) -> "Iterator[pq.ParquetFile]":
    with _seekable(opener) as file:
        try:
            yield pq.ParquetFile(file)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            message = _("The Parquet file cannot be read (%(error)s). It may be cut off: fetch it again.")
            raise ImportUseError("file", message % {"error": error}) from error


def _spreadsheet(opener: encodings.Opener, options: FormatOptions) -> Table:
    with _workbook(opener) as book:
        sheet, others = _sheet(book, options.sheet, options.header)

    def sheet_rows(above: int | None = None) -> Iterator[list[str]]:
        """The rows; below the ``above``-th, cells that are merged downwards are filled as the sheet shows them."""
        with _workbook(opener) as book:
            rows = _cells_of(book[sheet])
            yield from rows if above is None else merged.filled(rows, merged.ranges(book[sheet]), above, about)

    about: dict[str, Any] = {}
    top = list(islice(sheet_rows(), SPREADSHEET_SAMPLE))
    skip, header, width = _shape(top, options.header)
    names = [*top[skip], *[""] * width][:width] if header else [""] * width
    names, extra = explained(names, top[skip + 1 :] if header else [])
    about |= {"sheet": sheet, "header": bool(header)}
    about |= {"others": others, "chosen": bool(options.sheet)} if others else {}
    start = skip + header + extra
    return Table(
        form="xlsx",
        columns=good_names(names, empty="column"),
        rows=lambda: _but_totals(_spreadsheet_lines(sheet_rows(start), skip=start, width=width), about),
        about=about,
    )


@contextmanager
def _workbook(opener: encodings.Opener) -> Iterator[Any]:
    with _seekable(opener) as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except (excel_errors.InvalidFileException, *_DAMAGED) as error:
            if other := _other_book(file):
                raise ImportUseError("file", other) from error
            message = _("This is a ZIP archive but no Excel workbook. Unpack it and import the file inside.")
            raise ImportUseError("file", message) from error
        try:
            yield book
        except ImportUseError:
            raise
        except _DAMAGED as error:
            message = _("The workbook is damaged (%(error)s). Open it in a spreadsheet, save it anew and import that.")
            raise ImportUseError("file", message % {"error": error}) from error
        finally:
            book.close()


def _other_book(file: IO[bytes]) -> str:
    """What to do with a workbook of another form, by the parts of its archive; empty for what is none."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = set(archive.namelist())
    except _DAMAGED:
        return ""
    if "xl/workbook.bin" in parts:
        return _("This is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV and import that.")
    if "content.xml" in parts:
        return _("This is an OpenDocument table (.ods). Save it as .xlsx or CSV and import that.")
    if any(name.endswith(".iwa") for name in parts):
        return _("This is a Numbers document. Export it as .xlsx or CSV and import that.")
    return ""


# what the reader raises for parts of the archive that are not what they should be
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, SyntaxError, ValueError, KeyError, NotImplementedError)


def _cells_of(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        yield _without_tail([cell_text(value) for value in row])


def _sheet(book: Any, wanted: str, header: bool | None) -> tuple[str, list[str]]:
    """The name of the sheet to read, and of the others that may be meant: the one that looks most like a table."""
    if wanted:
        if wanted not in book.sheetnames:
            message = _("There is no sheet “%(name)s”. The workbook has: %(names)s.")
            raise ImportUseError("sheet", message % {"name": wanted, "names": ", ".join(book.sheetnames)})
        return wanted, [sheet.title for sheet in book.worksheets if sheet.title != wanted]
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets[:1]
    if len(seen) == 1:
        return seen[0].title, []
    best = max(seen, key=lambda sheet: _tableness(list(islice(_cells_of(sheet), SPREADSHEET_SAMPLE)), header))
    return best.title, [sheet.title for sheet in seen if sheet is not best]


def _tableness(top: list[list[str]], header: bool | None) -> float:
    """Rows of the sample that are filled as a table's are; half of that without a header, little for lists of words."""
    if not any(top):
        return -1.0
    skip, found, width = _shape(top, header)
    full = sum(sum(map(bool, row)) >= 0.5 * width for row in top[skip + found :])
    return full * (1.0 if found else 0.5) * (1.0 if width > 1 else 0.1)


def _but_totals(lines: Iterator[Line], about: dict[str, Any]) -> Iterator[Line]:
    """The rows without the totals at their end; how many there were is noted in ``about``."""
    held: list[Line] = []
    for line in lines:
        if not line[1] and is_total(line[0]):
            held.append(line)
            continue
        yield from held
        held.clear()
        yield line
    if held:
        about["totals"] = len(held)


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _shape(top: list[list[str]], header: bool | None) -> tuple[int, int, int]:
    """(rows above the table, 1 with a header else 0, width): titles above a table are narrower than the table."""
    if not any(top):
        raise ImportUseError("file", _("The sheet is empty: there is nothing to import."))
    width = max(map(len, top))
    filled = [sum(map(bool, row)) for row in top]
    least = min(max(2, round(width * 0.5)), max(filled))  # a single cell above a table is its title
    skip = next(place for place, count in enumerate(filled) if count >= least)
    below = top[skip + 1 :]
    titles = [*top[skip], *[""] * width][:width]
    found = looks_like_header(top[skip], below) or is_second_header(titles, below) if header is None else header
    return skip, int(found), width


def _spreadsheet_lines(rows: Iterator[list[str]], *, skip: int, width: int) -> Iterator[Line]:
    for place, cells in enumerate(rows):
        if place < skip or not cells:
            continue
        if len(cells) > width:
            yield [], coded("cells_of_table", found=len(cells), wanted=width), "\t".join(cells)
        else:
            yield cells + [""] * (width - len(cells)), "", ""


def _event_log(opener: encodings.Opener) -> Table:
    with opener() as file:
        names = xes.columns(file)
    if not names:
        raise ImportUseError("file", _("The event log has no events: there is nothing to import."))

    def rows() -> Iterator[Line]:
        with opener() as file:
            for event in xes.events(file):
                yield [event.get(name, "") for name in names], "", ""

    return Table(form="xes", columns=good_names(names, empty="column"), rows=rows)
