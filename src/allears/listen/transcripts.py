"""Chats and calls: one voice for a conversation, whose words are the customer's; the other side's turns stand beside.

Nothing that an agent or a bot said is ever read as the customer's feeling: ``Voice.text`` holds the customer's turns
alone, and only that is annotated, searched and counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from allears.events.imports.errors import BadCellError
from allears.events.imports.times import Order, order_of, parse
from allears.kit import dialogue, roles
from allears.kit.script import language_of
from allears.listen import originals
from allears.listen.models import Turn, Voice
from allears.listen.telling import Telling, TellingError, tell

MOST_TURNS, LONGEST_TURN, LONGEST_TOGETHER = 2_000, 10_000, 200_000
KINDS = (Voice.SourceKind.CHAT, Voice.SourceKind.CALL)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One turn. ``speaker``: customer, agent, bot, or a name that says which of them it is."""

    speaker: str
    text: str
    at: datetime | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A chat or a call as it came; ``key`` names it: who repeats it changes nothing."""

    key: str
    turns: Sequence[Said]
    source_kind: str
    channel: str
    said_at: datetime
    customer: str = ""  # which of its speakers is the customer, where the names do not say
    about: Mapping[str, Any] = field(default_factory=dict)  # further fields of Telling


def from_text(text: str, *, zone: tzinfo = UTC, began: datetime | None = None) -> list[Said]:
    """The turns of WebVTT, SRT, “Agent: …” lines or a chat as a program wrote it out, with their times where these
    leave no doubt; raises TellingError where it is no transcript.

    ``zone`` is of times that name none; ``began`` is when the first word of a recording fell.
    """
    spoken = dialogue.read(text)
    if not spoken:
        raise TellingError("text", _("This is no transcript: begin each turn with who speaks, as in “Agent: Hello”."))
    order, sure = order_of([each.at for each in spoken])
    since = began if dialogue.is_cues(text) else None
    return [
        Said(speaker=each.who, text=each.text, at=_time_of(each, order=order, zone=zone, since=since) if sure else None)
        for each in spoken
    ]


def _time_of(turn: dialogue.Spoken, *, order: Order, zone: tzinfo, since: datetime | None) -> datetime | None:
    """None where nothing is told, or nothing that can be read: the turn's words count without it."""
    if since and turn.after is not None:
        return since + turn.after
    try:
        return parse(turn.at, order=order, zone=zone) if turn.at else None
    except BadCellError:
        return None


def sided(turns: Sequence[Said], *, customer: str = "") -> list[Said]:
    """The same turns with a side for each speaker; raises TellingError where nobody can tell who the customer is.

    ``customer`` names the speaker who is; who has no known side besides is an agent then.
    """
    sides = roles.sides_by_words((each.speaker, each.text) for each in turns)
    if customer:
        if customer not in sides:
            message = _("Nobody in it is called “%(name)s”. There are: %(names)s.")
            names = ", ".join(f"“{name[:60]}”" for name in list(sides)[:8])
            raise TellingError("customer_speaker", message % {"name": customer[:60], "names": names})
        sides = {name: _beside(name, customer) for name in sides}
    strange = [name for name, side in sides.items() if not side]
    if "" in strange:
        message = _("It does not say who speaks. Begin each turn with it, as in “Agent: Hello”, and send it again.")
        raise TellingError("text", message)
    if strange:
        message = _(
            "It is not clear who “%(name)s” is. Name the customer’s speaker in “customer_speaker”, or call the sides "
            "Customer, Agent or Bot, and send it again."
        )
        raise TellingError("turns", message % {"name": strange[0][:60]})
    return [
        Said(
            speaker=sides[each.speaker],
            text=each.text.replace("\x00", "").strip(),
            at=each.at,
            name=(each.name or _own_name(each.speaker)).replace("\x00", ""),
        )
        for each in turns
    ]


def _beside(name: str, customer: str) -> str:
    if name == customer:
        return dialogue.CUSTOMER
    side = dialogue.side_of(name)
    return side if side and side != dialogue.CUSTOMER else dialogue.AGENT


def _own_name(speaker: str) -> str:
    return speaker if speaker.lower() not in Turn.Speaker.values else ""


def words_in(turns: Sequence[Said], *, customer: str = "") -> str:
    """What the customer says in turns as they came; raises TellingError as ``sided`` does."""
    return customers_words([each for each in sided(turns, customer=customer) if each.text])


def customers_words(turns: Sequence[Said | Turn]) -> str:
    """What the customer said, turn by turn."""
    return "\n".join(each.text for each in turns if each.speaker == Turn.Speaker.CUSTOMER)[:LONGEST_TOGETHER]


def names_of(sides: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """By which the customer goes, of (side, name): personal data, wherever they stand in the conversation."""
    named = (dialogue.name_in(name) for side, name in sides if side == Turn.Speaker.CUSTOMER)
    return tuple(dict.fromkeys(name for name in named if name))


def keep(*, workspace_id: int, conversation: Conversation, now: datetime) -> Voice:
    """Keep it as one voice with its turns; the same key is kept once. Raises TellingError."""
    turns = [each for each in sided(conversation.turns, customer=conversation.customer) if each.text]
    _check(turns)
    words, names = customers_words(turns), names_of((each.speaker, each.name) for each in turns)
    about = {"language": language_of(words[:300]), **conversation.about}
    telling = Telling(
        key=conversation.key,
        text=words,
        source_kind=conversation.source_kind,
        channel=conversation.channel,
        said_at=conversation.said_at,
        longest=LONGEST_TOGETHER,
        known=names,
        **about,
    )
    with transaction.atomic():
        voice = tell(workspace_id=workspace_id, telling=telling, now=now)
        if not voice.turns.exists():
            own = originals.known_of(workspace_id=workspace_id, customer_ids=[voice.customer_id])[voice.customer_id]
            originals.keep_turns(turns=_rows(voice, turns, now), known={voice.pk: (*own, *names)})
    return voice


def _check(turns: Sequence[Said]) -> None:
    if not any(each.speaker == Turn.Speaker.CUSTOMER for each in turns):
        raise TellingError("turns", _("The customer says nothing in it, so there is no voice to keep."))
    if len(turns) > MOST_TURNS:
        raise TellingError("turns", _("At most %(most)s turns; split the conversation.") % {"most": MOST_TURNS})
    if any(len(each.text) > LONGEST_TURN for each in turns):
        raise TellingError("turns", _("A turn has at most %(most)s characters.") % {"most": LONGEST_TURN})
    if sum(len(each.text) for each in turns) > LONGEST_TOGETHER:
        raise TellingError("turns", _("At most %(most)s characters in all.") % {"most": LONGEST_TOGETHER})


def _rows(voice: Voice, turns: Sequence[Said], now: datetime) -> list[Turn]:
    return [
        Turn(
            workspace_id=voice.workspace_id,
            voice=voice,
            number=number,
            key=str(number),
            speaker=each.speaker,
            name=each.name[:120],
            text=each.text,
            at=each.at,
            received_at=now,
        )
        for number, each in enumerate(turns)
    ]


def turns_of(voice: Voice) -> list[Turn]:
    """In the order in which they were said."""
    return list(voice.turns.order_by("number", "id"))
