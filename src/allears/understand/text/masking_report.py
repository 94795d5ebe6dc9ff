"""How well masking finds what it should: precision and recall of each kind and language on our own labelled texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Final, Literal, get_args

from allears.science.intervals import Limits, wilson
from allears.understand.text.corpus import LANGUAGES, Language
from allears.understand.text.masking import KINDS, Found, mask

_MARK: Final = re.compile(r"\[([^\[\]]+)\]\{([a-z]+)\}")
Part = Literal["fitted", "held"]
SAME: Final = 0.7  # of the characters of both together, for two spans to be the same find


@dataclass(frozen=True, slots=True)
class Case:
    """A text and the personal data in it."""

    text: str
    language: Language
    marked: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Counts of one kind in one language; the shares are None where nothing was there to count."""

    language: str
    kind: str
    right: int
    wrong: int  # found, and not there
    missed: int

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def recall_limits(self) -> Limits | None:
        """95 % interval (Wilson)."""
        return wilson(self.right, self.right + self.missed, z=1.96) if self.right + self.missed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`rows` by language and kind, `all` last in each; `leaked` is the share of marked characters left in sight."""

    rows: tuple[Row, ...]
    texts: int
    clean_texts: int  # that hold nothing
    clean_hurt: int  # of those, in how many something was masked
    leaked: float

    def row(self, language: str, kind: str) -> Row:
        return next(row for row in self.rows if (row.language, row.kind) == (language, kind))


def cases(*, part: Part | None = None) -> Iterator[Case]:
    """Our own labelled texts: `fitted`, which the rules were made with, and `held`, written after them."""
    root = files("allears.understand.text") / "data" / "masking"
    for language, name in product(LANGUAGES, [part] if part else get_args(Part)):
        for line in (root / f"{name}.{language}.txt").read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield case(line, language)


def case(line: str, language: Language) -> Case:
    """One line; raises ValueError for a kind that does not exist."""
    text, marked, at = "", [], 0
    for found in _MARK.finditer(line):
        if found[2] not in KINDS:
            raise ValueError(f"{found[2]!r} is no kind of personal data: one of {', '.join(KINDS)}.")
        text += line[at : found.start()]
        marked.append(Found(len(text), len(text) + len(found[1]), found[2]))
        text += found[1]
        at = found.end()
    return Case(text + line[at:], language, tuple(marked))


def judge(given: Iterable[Case]) -> Report:
    """Mask each text and count. A find is right when its kind is and it is nearly the marked words (`SAME`)."""
    counts: Counter[tuple[str, str, str]] = Counter()
    texts = clean = hurt = shown = hidden = 0
    for each in given:
        found = mask(each.text, language=each.language).found
        texts += 1
        clean += not each.marked
        hurt += bool(found) and not each.marked
        left = list(each.marked)
        for one in found:
            match = next((mark for mark in left if mark.kind == one.kind and _alike(mark, one)), None)
            counts[each.language, one.kind, "right" if match else "wrong"] += 1
            if match:
                left.remove(match)
        counts.update((each.language, mark.kind, "missed") for mark in left)
        covered = {at for one in found for at in range(one.start, one.end)}
        inside = [at for mark in each.marked for at in range(mark.start, mark.end)]
        shown += sum(at not in covered for at in inside)
        hidden += sum(at in covered for at in inside)
    return Report(
        rows=tuple(_rows(counts)),
        texts=texts,
        clean_texts=clean,
        clean_hurt=hurt,
        leaked=shown / max(shown + hidden, 1),
    )


def _alike(one: Found, other: Found) -> bool:
    both = min(one.end, other.end) - max(one.start, other.start)
    return both / (max(one.end, other.end) - min(one.start, other.start)) >= SAME


def _rows(counts: Counter[tuple[str, str, str]]) -> Iterator[Row]:
    for language in LANGUAGES:
        told = [_row(counts, language, kind) for kind in KINDS]
        yield from (row for row in told if row.right + row.wrong + row.missed)
        yield Row(
            language=language,
            kind="all",
            right=sum(row.right for row in told),
            wrong=sum(row.wrong for row in told),
            missed=sum(row.missed for row in told),
        )


def _row(counts: Counter[tuple[str, str, str]], language: str, kind: str) -> Row:
    right, wrong, missed = (counts[language, kind, each] for each in ("right", "wrong", "missed"))
    return Row(language=language, kind=kind, right=right, wrong=wrong, missed=missed)


def markdown_table(held: Report, fitted: Report) -> str:
    """Both parts side by side, as docs/masking.md prints them."""
    lines = [
        "| language | kind | held out: n | precision | recall | fitted: n | precision | recall |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for language, kind in product(LANGUAGES, (*KINDS, "all")):
        cells = [cell for report in (held, fitted) for cell in _cells(report, language, kind)]
        lines.append(f"| {language} | {kind} | {' | '.join(cells)} |")
    for part, report in (("held out", held), ("fitted", fitted)):
        lines += [
            "",
            f"{part.capitalize()}: {report.texts} texts; masked in {report.clean_hurt} of the {report.clean_texts} "
            f"that hold nothing; {report.leaked:.1%} of the marked characters stayed in sight.",
        ]
    return "\n".join(lines)


def _cells(report: Report, language: str, kind: str) -> tuple[str, ...]:
    row = next((row for row in report.rows if (row.language, row.kind) == (language, kind)), None)
    if row is None:
        return "0", "–", "–"
    shares = ("–" if share is None else f"{share:.2f}" for share in (row.precision, row.recall))
    return str(row.right + row.missed), *shares
