"""Finding voices by their words, the latest said first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from allears.listen.words.storing import PLACE
from allears.listen.words.terms import Part, parts
from allears.store import plain

FOUND = 5_000  # of more matches than these, the latest are shown
STEPS = (60, 240, 1_200, 3_500)  # a page is mostly full after the first


@dataclass(frozen=True, kw_only=True)
class Match:
    """A voice that holds the words, and where it stands among the others."""

    voice_id: int
    said_at: datetime


def matching(*, workspace_id: int, question: str, limit: int = FOUND) -> list[int]:
    """Ids of the latest voices that hold all the words; none for a question without a word to look for.

    Whoever reads rows by these ids does so in the workspace's scope.
    """
    return [number for ids in _found(workspace_id, parts(question), (limit,), None) for number in ids]


def steps(*, workspace_id: int, question: str, before: Match | None = None) -> Iterator[list[int]]:
    """The same ids in growing portions, for whoever stops when a page is full; those said before a place only."""
    yield from _found(workspace_id, parts(question), STEPS, before)


def _found(workspace_id: int, wanted: list[Part], sizes: Sequence[int], before: Match | None) -> Iterator[list[int]]:
    if not any(not part.without for part in wanted):
        return
    if connection.vendor == "sqlite":
        yield from _on_sqlite(workspace_id, wanted, sizes, before)
        return
    for size in sizes:
        found = _on_postgres(workspace_id, wanted, size, before)
        yield [each.voice_id for each in found]
        if len(found) < size:
            return
        before = found[-1]


def _on_sqlite(
    workspace_id: int, wanted: list[Part], sizes: Sequence[int], before: Match | None
) -> Iterator[list[int]]:
    """Asked once and read in portions: to find all words that begin so costs more than to read the voices."""
    sql = (
        "SELECT v.id FROM listen_voicewords AS w CROSS JOIN listen_voice AS v ON v.id = w.voice_id"
        " WHERE listen_voicewords MATCH %s AND v.workspace_id = %s AND w.rowid < COALESCE(@place, w.rowid + 1)"
        " ORDER BY w.rowid DESC LIMIT %s"
    ).replace("@place", "(SELECT @ FROM listen_voice WHERE id = %s)".replace("@", PLACE))
    with plain.running(sql, [_fts5(wanted), workspace_id, before.voice_id if before else 0, sum(sizes)]) as cursor:
        for size in sizes:
            found = cursor.fetchmany(size)
            yield [number for (number,) in found]
            if len(found) < size:
                return


def _on_postgres(workspace_id: int, wanted: list[Part], limit: int, before: Match | None) -> list[Match]:
    sql = (
        "SELECT voice_id, said_at FROM listen_voicewords WHERE words @@ CAST(%s AS tsquery) AND workspace_id = %s"
        " AND (%s OR (said_at, voice_id) < (%s, %s)) ORDER BY said_at DESC, voice_id DESC LIMIT %s"
    )
    since = before or Match(voice_id=0, said_at=datetime.max.replace(tzinfo=UTC))
    given = [_tsquery(wanted), workspace_id, before is None, since.said_at, since.voice_id, limit]
    return [Match(voice_id=number, said_at=said) for number, said in plain.select(sql, given)]


def _fts5(wanted: list[Part]) -> str:
    def phrase(part: Part) -> str:
        return f'"{" ".join(part.terms)}"' + (" *" if part.open else "")

    positive = " AND ".join(phrase(part) for part in wanted if not part.without)
    return " NOT ".join([f"({positive})", *(phrase(part) for part in wanted if part.without)])


def _tsquery(wanted: list[Part]) -> str:
    def phrase(part: Part) -> str:
        quoted = [f"'{term}'" for term in part.terms]
        if part.open:
            quoted[-1] += ":*"
        return f"({' <-> '.join(quoted)})"

    return " & ".join(("!" if part.without else "") + phrase(part) for part in wanted)
