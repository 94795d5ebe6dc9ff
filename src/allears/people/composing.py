"""What a digest tells: the new voices of a member's stream, masked; what changed; and what waits for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from allears.accounts.models import Membership
from allears.listen.feelings import feeling_of
from allears.listen.models import COUNTED, Voice
from allears.people.registry import Waiting, waiting_for
from allears.people.streams import Note, notes_on, passed_on, stream_of
from allears.understand import showing

SHOWN = 8  # voices in one mail; the rest is behind the link
LONGEST_QUOTE = 240
HISTORY = timedelta(days=14)  # said longer ago when it came: a file's history, no news
MOST = 2_000  # voices that are counted by feeling


@dataclass(frozen=True, kw_only=True)
class Quote:
    """One voice as the mail tells it."""

    voice_id: int
    text: str
    feeling: str
    where: str
    score: str
    notes: Sequence[Note] = ()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """One member's digest from ``since`` to ``until``."""

    since: datetime
    until: datetime
    new: int
    before: int  # in as long a time before
    feelings: Mapping[str, int] = field(default_factory=dict)
    quotes: Sequence[Quote] = ()
    waiting: Sequence[Waiting] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing new: cases that wait are told beside news, and are no news themselves."""
        return self.new == 0


def compose(*, member: Membership, since: datetime, until: datetime) -> Contents:
    """The member's news of a time, in the language that is active."""
    wanted = stream_of(member=member)
    found = _came(member, wanted, since, until)
    quoted = _by_weight(found, member)
    showing.attach(quoted)
    notes = notes_on(member=member, voice_ids=[voice.pk for voice in quoted])
    return Contents(
        since=since,
        until=until,
        new=len(found),
        before=len(_came(member, wanted, since - (until - since), since)),
        feelings=Counter(feeling for voice in found if (feeling := feeling_of(voice))),
        quotes=[_quote(voice, notes.get(voice.pk, ())) for voice in quoted],
        waiting=waiting_for(member=member, now=until),
    )


def _came(member: Membership, wanted: Q, since: datetime, until: datetime) -> list[Voice]:
    """What reached the stream in a time, the latest first; what was passed on in it counts as well."""
    rows = Voice.objects.in_workspace(member.workspace_id).select_related("touchpoint", "customer")
    fresh = rows.filter(wanted, COUNTED, said_at__gt=since - HISTORY, received_at__gt=since, received_at__lte=until)
    passed = rows.filter(pk__in=passed_on(member, since=since, until=until))
    found = {voice.pk: voice for voice in (*fresh.order_by("-said_at", "-pk")[:MOST], *passed)}
    return sorted(found.values(), key=lambda voice: (voice.said_at, voice.pk), reverse=True)


def _by_weight(found: Sequence[Voice], member: Membership) -> list[Voice]:
    """The few that are quoted: with words and a note of a colleague first, then the unhappy, then the latest."""
    noted = set(passed_on(member))
    worth = [voice for voice in found if voice.text]
    worth.sort(key=lambda voice: (voice.pk not in noted, feeling_of(voice) != "negative"))
    return worth[:SHOWN]


def _quote(voice: Voice, notes: Sequence[Note]) -> Quote:
    text = " ".join(voice.read.text.split())  # type: ignore[attr-defined]
    return Quote(
        voice_id=voice.pk,
        text=text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1].rstrip() + "…",
        feeling=feeling_of(voice),
        where=voice.touchpoint.label if voice.touchpoint else "",
        score=f"{voice.metric.upper()} {voice.score}" if voice.score is not None else "",
        notes=notes,
    )
