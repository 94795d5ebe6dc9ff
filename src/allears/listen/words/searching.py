"""Finding voices by their words, the latest said first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from allears.listen.words.storing import PLACE
from allears.listen.words.terms import Part, parts
from allears.store import plain

FOUND = 5_000  # of more matches than these, the latest are shown
STEPS = (60, 240, 1_200, 3_500)  # a page is mostly full after the first
NEAR = 2_000  # voices that are looked through one by one at first
FREQUENT = 8  # matches among them, which tell how far apart the others are
FEWEST = 60  # matches that are looked for at a time
SPARE = 1.4  # times as far as they should reach
LONGEST = 1e9  # seconds, thirty years


@dataclass(frozen=True, kw_only=True)
class Match:
    """A voice that holds the words, and where it stands among the others."""

    voice_id: int
    said_at: datetime


LATEST = Match(voice_id=0, said_at=datetime.max.replace(tzinfo=UTC))


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
    find = _on_sqlite if connection.vendor == "sqlite" else _on_postgres
    yield from find(workspace_id, wanted, sizes, before)


def _on_sqlite(
    workspace_id: int, wanted: list[Part], sizes: Sequence[int], before: Match | None
) -> Iterator[list[int]]:
    """Asked once and read in portions: to find all words that begin so costs more than to read the voices."""
    sql = (
        "SELECT v.id FROM listen_voicewords AS w CROSS JOIN listen_voice AS v ON v.id = w.voice_id"
        " WHERE listen_voicewords MATCH %s AND v.workspace_id = %s AND w.rowid < COALESCE(@place, w.rowid + 1)"
        " ORDER BY w.rowid DESC LIMIT %s"
    ).replace("@place", "(SELECT @ FROM listen_voice WHERE id = %s)".replace("@", PLACE))
    with connection.cursor() as cursor:
        cursor.execute(sql, [_fts5(wanted), workspace_id, before.voice_id if before else 0, sum(sizes)])
        for size in sizes:
            found = cursor.fetchmany(size)
            yield [number for (number,) in found]
            if len(found) < size:
                return


def _on_postgres(
    workspace_id: int, wanted: list[Part], sizes: Sequence[int], before: Match | None
) -> Iterator[list[int]]:
    """Looks through the latest voices first, then as far back as their share of matches promises to be enough.

    Left to itself the planner either walks through all voices by time, which is slow for a word that nobody says, or
    sorts all that hold it, which is slow for a word that everybody says. Between two moments it estimates well.
    """
    words, most = _tsquery(wanted), sum(sizes)
    first = before or _nth(workspace_id, LATEST, 1)
    place = _nth(workspace_id, first, NEAR) if first else None
    held = _between(workspace_id, words, before or LATEST, place, most)
    pace = _pace(len(held), first, place)
    for size in sizes:
        while place and len(held) < size:
            end = _further(place, pace * max(size - len(held), FEWEST))
            found = _between(workspace_id, words, place, end, most)
            held, place, pace = held + found, end, pace if found else 0.0
        yield held[:size]
        if len(held) < size:
            return
        held = held[size:]


def _nth(workspace_id: int, place: Match, number: int) -> Match | None:
    """So many voices before a place; none when there are fewer."""
    sql = (
        "SELECT voice_id, said_at FROM listen_voicewords WHERE workspace_id = %s AND (said_at, voice_id) < (%s, %s)"
        " ORDER BY said_at DESC, voice_id DESC OFFSET %s LIMIT 1"
    )
    rows = plain.select(sql, [workspace_id, place.said_at, place.voice_id, number - 1])
    return Match(voice_id=rows[0][0], said_at=rows[0][1]) if rows else None


def _pace(matches: int, first: Match | None, end: Match | None) -> float:
    """Seconds from one match to the next among the latest; 0 for rare ones: all of them are looked at then."""
    if first is None or end is None or matches < FREQUENT:
        return 0.0
    return (first.said_at - end.said_at).total_seconds() / matches


def _further(place: Match, seconds: float) -> Match | None:
    """An end so long before, and a little longer; none for no time or a very long one."""
    back = SPARE * seconds
    return Match(voice_id=0, said_at=place.said_at - timedelta(seconds=back)) if 0 < back < LONGEST else None


def _between(workspace_id: int, words: str, place: Match, end: Match | None, most: int) -> list[int]:
    """The latest first; before a place, and as far as the end."""
    sql = (
        "WITH found AS MATERIALIZED (SELECT voice_id, said_at FROM listen_voicewords"
        " WHERE words @@ CAST(%s AS tsquery) AND workspace_id = %s AND (said_at, voice_id) < (%s, %s)"
    )
    given: list[str | int | datetime] = [words, workspace_id, place.said_at, place.voice_id]
    if end:
        sql += " AND (said_at, voice_id) >= (%s, %s)"
        given += [end.said_at, end.voice_id]
    sql += ") SELECT voice_id FROM found ORDER BY said_at DESC, voice_id DESC LIMIT %s"
    with connection.cursor() as cursor:  # not prepared: a plan for any words is a bad one for most
        cursor.execute(sql, [*given, most])
        return [number for (number,) in cursor.fetchall()]


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
