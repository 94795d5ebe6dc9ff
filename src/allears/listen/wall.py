"""What the live wall shows: voices, the latest said first, by feeling, moment, source and words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from django.db.models import Q

from allears.customers.companies import account_of, people_of
from allears.journeys.models import Touchpoint
from allears.listen.feelings import FEELINGS, SCORE_BANDS, feeling_of
from allears.listen.models import COUNTED, Response, Voice
from allears.listen.tags.models import VoiceTag
from allears.listen.tags.queries import carrying, kin
from allears.listen.words import marks
from allears.listen.words.searching import FOUND, Before, Match, is_behind, matching, place_of, placed, steps, waiting
from allears.listen.words.terms import admits, is_empty, parts
from allears.store.scope import ScopedQuerySet

FRESH = timedelta(days=2)  # the stream is for what is said now, not for imported history
SECOND = timedelta(seconds=1)
FEW = 1_000  # voices that are read one by one, rather than all that hold a frequent word
AFTER = 2  # portions of matches that are looked at before


@dataclass(frozen=True, kw_only=True)
class WallFilter:
    """Empty fields filter nothing. ``owner_id``: only voices at touchpoints that this member answers for;
    ``people``: only voices of these customers, who are an account's; ``question``: only answers to this one of
    ``survey``, which is a key.
    """

    workspace_id: int
    feeling: str = ""
    touchpoint_id: int | None = None
    source_kind: str = ""
    text: str = ""
    owner_id: int | None = None
    tag_id: int | None = None
    people: frozenset[int] | None = None
    survey: str = ""
    question: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], *, workspace_id: int, member_id: int | None = None) -> Self:
        """As an address says it; what it says wrongly is left out. ``mine`` means the touchpoints of ``member_id``."""

        def one_of(name: str, known: Iterable[str]) -> str:
            found = asked.get(name, "")
            return found if found in known else ""

        account = asked.get("account", "")
        company = account_of(workspace_id=workspace_id, key=account) if account else None
        return cls(
            workspace_id=workspace_id,
            feeling=one_of("feeling", FEELINGS),
            touchpoint_id=_number(asked.get("touchpoint", "")),
            source_kind=one_of("source", Voice.SourceKind.values),
            text=asked.get("q", "").strip()[:200],
            owner_id=member_id if asked.get("mine") else None,
            tag_id=_number(asked.get("tag", "")),
            people=frozenset(people_of(account=company)) if company else None,
            survey=(survey := asked.get("survey", "").strip()[:60]),
            question=asked.get("question", "").strip()[:40] if survey else "",
        )

    def admits(self, voice: Voice) -> bool:
        """The same choice as the query's, for one voice that has just arrived."""
        touchpoint = voice.touchpoint
        return (
            voice.workspace_id == self.workspace_id
            and voice.repeats_id is None
            and (not self.feeling or feeling_of(voice) == self.feeling)
            and (self.touchpoint_id is None or voice.touchpoint_id == self.touchpoint_id)
            and (not self.source_kind or voice.source_kind == self.source_kind)
            and (not self.text or admits(self.text, voice.text))
            and (self.people is None or voice.customer_id in self.people)
            and (self.owner_id is None or (touchpoint is not None and touchpoint.owner_id == self.owner_id))
            and (self.tag_id is None or _carries(voice, self.tag_id))
            and (not self.survey or _answering(self).filter(voice=voice).exists())
        )


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A condition that the index of words knows as well, by its marks; but for voices ``besides``, which are few.

    ``where`` is the same for voices that the index found. Where it has looked at words for that, ``by_words`` tells
    the condition with the words: for any voice, or for these few, which are looked at one by one.
    """

    where: Q
    marks: marks.Marks
    besides: Sequence[int] = ()
    by_words: Callable[[Sequence[int] | None], Q] | None = None

    def whole(self, among: Sequence[int] | None = None) -> Q:
        return self.by_words(among) if self.by_words else self.where


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _carries(voice: Voice, tag_id: int) -> bool:
    wanted = kin(workspace_id=voice.workspace_id, tag_id=tag_id)
    return VoiceTag.objects.in_workspace(voice.workspace_id).filter(voice=voice, tag_id__in=wanted).exists()


def _answering(filters: WallFilter) -> ScopedQuerySet[Response]:
    """The responses to the survey that was asked for, and to its question."""
    rows = Response.objects.in_workspace(filters.workspace_id).filter(survey_version__survey__key=filters.survey)
    return rows.filter(answers__has_key=filters.question) if filters.question else rows


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The last voice of a page: the next page begins after it."""

    said_at: datetime
    voice_id: int

    def __str__(self) -> str:
        return f"{self.said_at.isoformat()}~{self.voice_id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for anything that is no cursor of ours: the first page then."""
        said_at, _, voice_id = text.partition("~")
        try:
            parsed = datetime.fromisoformat(said_at)
        except ValueError:
            return None
        if parsed.tzinfo is None or not voice_id.isdecimal() or len(voice_id) > 18:
            return None
        return cls(said_at=parsed, voice_id=int(voice_id))


def _felt(feeling: str) -> Q:
    by_score = Q(pk__in=[])
    for metric, least, most in SCORE_BANDS.get(feeling, ()):
        by_score |= Q(metric=metric, score__gte=least, score__lte=most)
    return Q(sentiment=feeling) | (Q(sentiment="") & by_score)


def conditions(filters: WallFilter, *, most_found: int = FOUND, among: Sequence[int] | None = None) -> Q:
    """What a voice must fulfil; of the matches of words, the latest ``most_found``. Of voices ``among`` which it is
    asked, the words are looked at."""
    wanted = Q(workspace_id=filters.workspace_id)
    if filters.feeling in FEELINGS:
        wanted &= _felt(filters.feeling)
    if filters.touchpoint_id is not None:
        wanted &= Q(touchpoint_id=filters.touchpoint_id)
    if filters.source_kind:
        wanted &= Q(source_kind=filters.source_kind)
    if filters.owner_id is not None:
        wanted &= Q(touchpoint__owner_id=filters.owner_id)
    if filters.people is not None:
        wanted &= Q(customer_id__in=filters.people)
    if filters.tag_id is not None:
        wanted &= carrying(workspace_id=filters.workspace_id, tag_id=filters.tag_id)
    if filters.survey:
        wanted &= Q(response__in=_answering(filters))
    if filters.text:
        late = waiting() if among is None else among  # asked first: what is indexed meanwhile is found there
        rows = Voice.objects.in_workspace(filters.workspace_id).filter(pk__in=late).values_list("pk", "text")
        found = [number for number, text in rows if admits(filters.text, text)] if late else []
        if among is None:
            found += matching(
                workspace_id=filters.workspace_id, question=filters.text, limit=most_found, marks=_marks(filters)
            )
        wanted &= Q(pk__in=found)
    return wanted


def ways(filters: WallFilter, *besides: Marked) -> list[marks.All] | None:
    """How the index of words finds what these filters admit, if they admit anything; none where it does not know all
    of it."""
    found, words = _marks(filters), parts(filters.text)
    if len(found) < _asked(filters):
        return None
    found += [choice for each in besides for choice in each.marks]
    if not all(found) or (filters.text and is_empty(words)):
        return []
    return [marks.All(marks=[marks.counted(filters.workspace_id), *found], words=words)]


def _asked(filters: WallFilter) -> int:
    """How many of the filters have a mark."""
    others = (filters.touchpoint_id, filters.owner_id, filters.people, filters.tag_id)
    return bool(filters.feeling) + bool(filters.source_kind) + sum(each is not None for each in others)


def _marks(filters: WallFilter) -> list[marks.Choice]:
    """The same conditions as far as the index of words knows them; what it finds is looked at once more."""
    wanted = list[marks.Choice]()
    if filters.feeling in FEELINGS:
        wanted.append([marks.felt(filters.feeling)])
    if filters.touchpoint_id is not None:
        wanted.append([marks.at_touchpoint(filters.touchpoint_id)])
    if filters.source_kind:
        wanted.append([marks.at_source(filters.source_kind)])
    if filters.owner_id is not None:
        owned = Touchpoint.objects.in_workspace(filters.workspace_id).filter(owner_id=filters.owner_id)
        wanted += marks.choice(owned.values_list("pk", flat=True), marks.at_touchpoint)
    if filters.people is not None:
        wanted += marks.choice(filters.people, marks.by_customer)
    if filters.tag_id is not None:
        wanted += marks.choice(kin(workspace_id=filters.workspace_id, tag_id=filters.tag_id), marks.with_tag)
    return wanted


def chosen(filters: WallFilter) -> ScopedQuerySet[Voice]:
    rows = Voice.objects.in_workspace(filters.workspace_id).select_related("touchpoint", "customer")
    rows = rows.filter(COUNTED)  # what was said before stands there already, with how often it was said
    return rows.filter(conditions(filters))


def voices(
    *,
    filters: WallFilter,
    after: Cursor | None = None,
    limit: int = 50,
    among: Q | None = None,
    marked: Sequence[Marked] = (),
) -> tuple[list[Voice], Cursor | None]:
    """One page, the latest said first, and where the next begins; ``among`` and ``marked`` narrow it further."""
    late = waiting()  # asked first: what is indexed meanwhile is found there
    is_complete = not is_behind(late)
    wanted, others, narrowed = _marks(filters), chosen(replace(filters, text="")), among or Q()
    by_one = others
    for each in marked if is_complete else ():
        wanted += each.marks
        late = [*late, *each.besides]
    for each in marked:
        if is_complete:
            others, by_one = others.filter(each.where), by_one.filter(each.whole(late))
        else:
            narrowed &= each.whole()
    of_a_place = WallFilter(workspace_id=filters.workspace_id, touchpoint_id=filters.touchpoint_id)
    stands_in_order = filters == of_a_place and not marked  # the table has an index of touchpoints by time
    if filters.text or (wanted and is_complete and not stands_in_order):
        search = _Search(
            filters=filters, others=others, by_one=by_one, among=narrowed, marks=wanted,
            may_be_few=bool(narrowed) and not any(each.by_words for each in marked),
        )  # fmt: skip
        return _page(_searched(search, after, late, limit + 1), limit)
    rows = others.filter(narrowed).order_by("-said_at", "-pk")
    return _page(list(rows.filter(_before(after))[: limit + 1]), limit)


@dataclass(frozen=True, kw_only=True)
class _Search:
    """What is looked for: ``others`` are the conditions besides the words, ``among`` those that no mark tells;
    ``by_one`` are those of voices that the index does not know yet. ``may_be_few``: then all of them are looked at."""

    filters: WallFilter
    others: ScopedQuerySet[Voice]
    by_one: ScopedQuerySet[Voice]
    among: Q
    marks: marks.Marks
    may_be_few: bool


def _before(after: Cursor | None) -> Q:
    if after is None:
        return Q()
    behind = Q(said_at__lt=after.said_at) | Q(said_at=after.said_at, pk__lt=after.voice_id)
    return Q(said_at__lte=after.said_at) & behind  # the index is entered by the first; see api.listing


def _searched(search: _Search, after: Cursor | None, late: list[int], wanted: int) -> list[Voice]:
    """So many voices that hold the words and pass the other filters."""
    before = Before(voice_id=after.voice_id, said_at=after.said_at) if after else None
    rows, near = search.others.filter(search.among), Q(said_at__lt=after.said_at + SECOND) if after else Q()
    by_one = search.by_one.filter(search.among, near, pk__in=late)
    fresh = _holding(search.filters, by_one, before) if late else set()
    found = set[Match]()
    for number, matches in enumerate(_portions(search, before, without=frozenset(late))):
        if number == AFTER and search.may_be_few and (few := _few(rows.filter(near))) is not None:
            found = _holding(search.filters, few, before)
            break
        place = {match.voice_id: match for match in matches}
        found |= {place[each] for each in rows.filter(pk__in=place).values_list("pk", flat=True)}
        if len(found) >= wanted:
            break
    return _read(search, sorted(found | fresh, key=lambda match: match.place, reverse=True)[:wanted])


def _read(search: _Search, matches: list[Match]) -> list[Voice]:
    """The rows of a page alone: to read all that pass took longer than to find them."""
    rows = Voice.objects.in_workspace(search.filters.workspace_id).select_related("touchpoint", "customer")
    found = rows.in_bulk([match.voice_id for match in matches])
    return [found[match.voice_id] for match in matches if match.voice_id in found]


def _few(rows: ScopedQuerySet[Voice]) -> ScopedQuerySet[Voice] | None:
    """These rows, if they are few."""
    numbers = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return rows.filter(pk__in=numbers) if len(numbers) <= FEW else None


def _portions(search: _Search, before: Before | None, *, without: frozenset[int]) -> Iterator[list[Match]]:
    given = search.filters
    for found in steps(workspace_id=given.workspace_id, question=given.text, marks=search.marks, before=before):
        yield [match for match in found if match.voice_id not in without]


def _holding(filters: WallFilter, rows: ScopedQuerySet[Voice], before: Before | None) -> set[Match]:
    """Those of a few voices that hold the words, if any are asked for; looked at one by one."""
    told = rows.values_list("pk", "text")
    found = placed(number for number, text in told if not filters.text or admits(filters.text, text))
    place = place_of(before) if before and found else None
    return {match for match in found if place is None or match.place < place}


def _page(found: list[Voice], limit: int) -> tuple[list[Voice], Cursor | None]:
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], Cursor(said_at=last.said_at, voice_id=last.pk)


def one(*, workspace_id: int, voice_id: int) -> Voice:
    """One voice of this workspace; raises DoesNotExist."""
    voice: Voice = (
        Voice.objects.in_workspace(workspace_id).select_related("touchpoint", "customer", "response").get(pk=voice_id)
    )
    return voice


def missed(*, filters: WallFilter, after_id: int, now: datetime, limit: int = 50) -> list[Voice]:
    """What arrived since ``after_id`` while nobody was connected: the newest few, oldest of them first."""
    rows = chosen(replace(filters, text="")).filter(pk__gt=after_id, said_at__gte=now - FRESH)
    return [voice for voice in reversed(rows.order_by("-pk")[:limit]) if filters.admits(voice)]


def latest_id() -> int:
    """The highest voice id of all workspaces, 0 when there is none."""
    newest = Voice.objects.across_workspaces().order_by("-pk").values_list("pk", flat=True).first()
    return int(newest or 0)


def arrived(*, above: int, known: Iterable[int], now: datetime, limit: int = 200) -> list[Voice]:
    """Fresh voices of every workspace with ids above ``above`` that are not ``known`` yet.

    For the stream's one reader per process; ``above`` lags behind the highest id seen, because ids are not committed
    in order.
    """
    rows = Voice.objects.across_workspaces().filter(pk__gt=above, said_at__gte=now - FRESH)
    fresh = set(rows.order_by("-pk").values_list("pk", flat=True)[:limit]) - set(known)
    if not fresh:
        return []
    found = Voice.objects.across_workspaces().filter(pk__in=fresh).select_related("touchpoint", "customer")
    return list(found.order_by("pk"))
