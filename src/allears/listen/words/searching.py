"""Finding voices by their words, and by what marks them besides, the latest said first."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

from django.db import connection

from allears.listen.models import VoicePending
from allears.listen.words import marks as marking
from allears.listen.words.marks import All, Choice, Marks
from allears.listen.words.storing import PLACE, signed
from allears.listen.words.terms import Part, is_empty, parts
from allears.store import plain

FOUND = 5_000  # of more matches than these, the latest are shown
STEPS = (60, 240, 1_200, 3_500)  # a page is mostly full after the first; then always as many as the last
WAITING = 1_000  # voices that wait to be indexed and are looked at one by one: of more, the newest
MOST = 5_000  # matches that are read from PostgreSQL at once
NEAR = 2_000  # voices that are looked through one by one at first
FREQUENT = 8  # matches among them, which tell how far apart the others are
FEWEST = 60  # matches that are looked for at a time
SPARE = 1.4  # times as far as they should reach
LONGEST = 1e9  # seconds, thirty years


@dataclass(frozen=True, kw_only=True)
class Before:
    """The last voice of a page: what was said before it is looked for."""

    voice_id: int
    said_at: datetime


LATEST = Before(voice_id=0, said_at=datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Match:
    """A voice that holds the words. ``place`` grows in the order in which they were said."""

    place: Any
    voice_id: int


def matching(*, workspace_id: int, question: str, limit: int = FOUND, marks: Marks = ()) -> list[int]:
    """Ids of the latest voices that hold all the words; none for a question without a word to look for.

    Whoever reads rows by these ids does so in the workspace's scope; what was changed a moment ago may still be found
    by the marks it had.
    """
    wanted = [marking.every(workspace_id), *marks]
    for found in _found(workspace_id, question, wanted, None, sizes=[limit]) if question else ():
        return [match.voice_id for match in found]
    return []


def steps(
    *, workspace_id: int, question: str, marks: Marks = (), before: Before | None = None
) -> Iterator[list[Match]]:
    """All matches that repeat no other, in growing portions, for whoever stops when a page is full; those said before
    a place only. An empty question asks for the marks alone."""
    wanted = [marking.counted(workspace_id), *marks]
    yield from _found(workspace_id, question, wanted, before, sizes=chain(STEPS, repeat(STEPS[-1])))


def waiting() -> list[int]:
    """Voices of all workspaces that the index does not know yet as they are now."""
    return list(VoicePending.objects.order_by("-voice_id").values_list("voice_id", flat=True)[:WAITING])


def is_behind(late: Sized) -> bool:
    """Whether more wait than these: then the index may lack marks of older voices, as after an upgrade that knows new
    ones, or while the past is read anew."""
    return len(late) >= WAITING


def placed(voice_ids: Iterable[int]) -> list[Match]:
    """Where voices stand among what is found."""
    numbers = [int(each) for each in voice_ids]
    if not numbers:
        return []
    place = PLACE if connection.vendor == "sqlite" else "said_at"
    among = ",".join(map(str, numbers))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {place}, id FROM listen_voice WHERE id IN ({among})")  # noqa: S608 - numbers
        return [_match(at, number) for at, number in cursor.fetchall()]


def place_of(voice: Before) -> Any:
    """Where one stands, or stood, among what is found. On SQLite by whole seconds, so two of one second may stand the
    other way round than their times: whoever turns pages compares places."""
    if connection.vendor != "sqlite":
        return (voice.said_at, voice.voice_id)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_SPELT_PLACE}", _spelt(voice))
        return cursor.fetchone()[0]


_SPELT_PLACE = PLACE.replace("said_at", "%s").replace("id &", "%s &")


def _spelt(voice: Before) -> list[str | int]:
    return [voice.said_at.astimezone(UTC).replace(tzinfo=None).isoformat(" "), voice.voice_id]


def _match(at: Any, number: int) -> Match:
    return Match(at if isinstance(at, int) else (at, number), number)


def _found(
    workspace_id: int, question: str, marks: Marks, before: Before | None, *, sizes: Iterable[int]
) -> Iterator[list[Match]]:
    wanted = parts(question)
    if not all(marks) or (question and is_empty(wanted)):
        return
    if connection.vendor == "sqlite":
        yield from _on_sqlite(_fts5(wanted, marks), before, sizes)
    else:
        yield from _in_portions(_on_postgres(workspace_id, _tsquery(wanted, marks), before), sizes)


def _on_sqlite(words: str, before: Before | None, sizes: Iterable[int]) -> Iterator[list[Match]]:
    """Asked once and read in portions: to find all words that begin so costs more than to read the voices."""
    sql = "SELECT rowid, voice_id FROM listen_voicewords WHERE listen_voicewords MATCH %s"
    given: list[str | int] = [words]
    if before:
        sql += f" AND rowid < {_SPELT_PLACE}"
        given += _spelt(before)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY rowid DESC", given)
        for size in sizes:
            found = cursor.fetchmany(size)
            yield [Match(place, number) for place, number in found]
            if len(found) < size:
                return


def _in_portions(found: Iterator[list[Match]], sizes: Iterable[int]) -> Iterator[list[Match]]:
    held = list[Match]()
    for size in sizes:
        while len(held) < size:
            more = next(found, None)
            if more is None:
                yield held
                return
            held += more
        yield held[:size]
        held = held[size:]


def _on_postgres(workspace_id: int, words: str, before: Before | None) -> Iterator[list[Match]]:
    """Looks through the latest voices first, then as far back as their share of matches promises to be enough.

    Left to itself the planner either walks through all voices by time, which is slow for a word that nobody says, or
    sorts all that hold it, which is slow for a word that everybody says. Between two moments it estimates well.
    """
    first = before or _nth(workspace_id, LATEST, 1)
    if first is None:
        return
    end = _nth(workspace_id, first, NEAR)
    found = _between(workspace_id, words, before or LATEST, end)
    pace, size = _pace(len(found), first, end), FEWEST
    while True:
        yield found
        if len(found) == MOST:  # there may be more as far as this end
            place = Before(said_at=found[-1].place[0], voice_id=found[-1].voice_id)
        elif end is None:
            return
        else:
            place, size = end, min(2 * size, MOST)
            end = _further(place, pace * size)
            pace = pace if found else 0.0
        found = _between(workspace_id, words, place, end)


def _nth(workspace_id: int, place: Before, number: int) -> Before | None:
    """So many voices before a place; none when there are fewer."""
    sql = (
        "SELECT voice_id, said_at FROM listen_voicewords WHERE workspace_id = %s AND (said_at, voice_id) < (%s, %s)"
        " ORDER BY said_at DESC, voice_id DESC OFFSET %s LIMIT 1"
    )
    rows = plain.select(sql, [workspace_id, place.said_at, place.voice_id, number - 1])
    return Before(voice_id=rows[0][0], said_at=rows[0][1]) if rows else None


def _pace(matches: int, first: Before, end: Before | None) -> float:
    """Seconds from one match to the next among the latest; 0 for rare ones: all of them are looked at then."""
    if end is None or matches < FREQUENT:
        return 0.0
    return (first.said_at - end.said_at).total_seconds() / matches


def _further(place: Before, seconds: float) -> Before | None:
    """An end so long before, and a little longer; none for no time or a very long one."""
    back = SPARE * seconds
    return Before(voice_id=0, said_at=place.said_at - timedelta(seconds=back)) if 0 < back < LONGEST else None


def _between(workspace_id: int, words: str, place: Before, end: Before | None) -> list[Match]:
    """The latest first; before a place, and as far as the end."""
    sql = (
        "WITH found AS MATERIALIZED (SELECT voice_id, said_at FROM listen_voicewords"
        " WHERE words @@ CAST(%s AS tsquery) AND workspace_id = %s AND (said_at, voice_id) < (%s, %s)"
    )
    given: list[str | int | datetime] = [words, workspace_id, place.said_at, place.voice_id]
    if end:
        sql += " AND (said_at, voice_id) >= (%s, %s)"
        given += [end.said_at, end.voice_id]
    sql += ") SELECT voice_id, said_at FROM found ORDER BY said_at DESC, voice_id DESC LIMIT %s"
    with connection.cursor() as cursor:  # not prepared: a plan for any words is a bad one for most
        cursor.execute(sql, [*given, MOST])
        return [_match(said_at, number) for number, said_at in cursor.fetchall()]


def _fts5(wanted: Sequence[Part], marks: Marks) -> str:
    def phrase(part: Part) -> str:
        ways = [f'"{" ".join([*part.terms[:-1], last])}"' for last in (part.terms[-1], *part.others)]
        ways[0] += " *" if part.open else ""
        return f"({' OR '.join(ways)})"

    def one_of(choice: Choice) -> str:
        named = " OR ".join(each for each in choice if isinstance(each, str))
        ways = [f"({_fts5(each.words, each.marks)})" for each in choice if isinstance(each, All)]
        return f"({' OR '.join([*([f'(marks : ({named}))'] if named else []), *ways])})"

    positive = " AND ".join(phrase(part) for part in wanted if not part.without)
    words = " NOT ".join([f"({positive})", *(phrase(part) for part in wanted if part.without)])
    one_of_each = [one_of(choice) for choice in marks]
    return " AND ".join([f"(words : ({words}))", *one_of_each] if wanted else one_of_each)


def _tsquery(wanted: Sequence[Part], marks: Marks) -> str:
    def phrase(part: Part) -> str:
        last = [f"'{term}'" for term in (part.terms[-1], *part.others)]
        last[0] += ":*" if part.open else ""
        return "(" + " <-> ".join([*(f"'{term}'" for term in part.terms[:-1]), f"({' | '.join(last)})"]) + ")"

    def one_of(choice: Choice) -> str:
        named = [signed(each) if isinstance(each, str) else f"({_tsquery(each.words, each.marks)})" for each in choice]
        return f"({' | '.join(named)})"

    one_of_each = [one_of(choice) for choice in marks]
    return " & ".join([("!" if part.without else "") + phrase(part) for part in wanted] + one_of_each)
