"""The rows of LimeSurvey's tab-separated survey structure.

One table with a ``class`` in each row: S settings, SL texts by language, G groups, Q questions, SQ subquestions, A
answers, others for assessments, quotas and conditions. What belongs together stands together, and each language
repeats the rows. (limesurvey.org/manual/Tab_Separated_Value_survey_structure)
"""

import csv
import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

NEEDED = ("class", "type/scale", "name", "relevance", "text")
PLAIN = frozenset(
    ("id", "related_id", *NEEDED, "help", "language", "validation", "mandatory", "encrypted", "other", "default",
     "same_default", "same_script")
)  # fmt: skip
HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^>]*>", re.IGNORECASE)
TAG = re.compile(r"<[^>]+>")
SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")
SEEN = re.compile(r"<(img|video|audio|iframe|object|embed)\b", re.IGNORECASE)


class StructureError(ValueError):
    """A file that is no LimeSurvey structure; the message says what it lacks."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row; ``number`` as a spreadsheet counts it, the headings being 1."""

    number: int
    kind: str  # the class: S, SL, G, Q, SQ, A …
    cells: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)  # LimeSurvey's question attributes, each a column

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def name(self) -> str:
        return self["name"]

    @property
    def language(self) -> str:
        return self["language"]


def read(source: str | bytes) -> list[Row]:
    """The rows in order; raises StructureError."""
    lines = csv.reader(io.StringIO(_text(source), newline=""), delimiter="\t", quotechar='"', doublequote=True)
    try:
        table = list(lines)
    except csv.Error as error:
        raise StructureError(f"row {lines.line_num} cannot be read: {error}") from error
    heads = [cell.strip().lower() for cell in table[0]] if table else []
    if lacking := [name for name in NEEDED if name not in heads]:
        raise StructureError(f"the first row lacks {', '.join(lacking)}; export the survey as tab-separated values")
    found = []
    for number, cells in enumerate(table[1:], start=2):
        given = {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head and cell.strip()}
        if kind := given.get("class", "").upper():
            plain = {head: cell for head, cell in given.items() if head in PLAIN}
            more = {head: cell for head, cell in given.items() if head not in PLAIN}
            found.append(Row(number=number, kind=kind, cells=plain, more=more))
    return found


def _text(source: str | bytes) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-16" if source[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise StructureError(f"it is neither UTF-8 nor UTF-16: byte {error.start} cannot be read") from error


def words(text: str) -> str:
    """What people read of a text written in HTML."""
    kept = TAG.sub("", BREAK.sub("\n", HIDDEN.sub("", text)))
    lines = (SPACE.sub(" ", line).strip() for line in html.unescape(kept).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def shows_more(text: str) -> bool:
    """Whether there is a picture, a film or the like, which words cannot carry."""
    return SEEN.search(text) is not None
