"""What stands around a voice on its page: the conversation, files, an authority's letter, its case, its like."""

from dataclasses import dataclass
from typing import Any

from allears.accounts.access import Access
from allears.listen import officials, originals, repeats, revising, transcripts
from allears.listen.models import Attachment, Enclosure, Turn, Voice, VoiceFile
from allears.respond.models import Case
from allears.respond.queries import visible_to
from allears.understand import showing


@dataclass(frozen=True, kw_only=True)
class ShownTurn:
    """A turn with what is personal in it blotted out."""

    turn: Turn
    read: showing.Shown


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """A file, and where it is fetched."""

    file: VoiceFile | Attachment | Enclosure
    route: str
    is_photo: bool


def around(voice: Voice, *, access: Access, unmasked: bool = False) -> dict[str, Any]:
    """For the page of one voice."""
    others, thread = repeats.others(voice), repeats.in_thread(voice)
    showing.attach([*others, *thread])
    turns = transcripts.turns_of(voice)
    disclosed = originals.disclosed_turns(turns=turns, access=access) if unmasked else {}
    read = showing.turns(turns, disclosed=disclosed)
    return {
        "turns": [ShownTurn(turn=turn, read=text) for turn, text in zip(turns, read, strict=True)],
        "is_turn_masked": any(each.has_masked for each in read),
        "files": _files(voice),
        "official": officials.of(voice),
        "own_case": _case(voice, access),
        "editions": revising.editions_of(voice),
        "others": others,
        "times": len(others) + 1,
        "thread": thread,
        "apart_from": repeats.parted_from(voice),
    }


def _files(voice: Voice) -> list[ShownFile]:
    given = voice.files.defer("content").order_by("id")
    found = [ShownFile(file=each, route="voice_file", is_photo=_shows(each.type)) for each in given]
    if voice.response_id:
        rows = Attachment.objects.in_workspace(voice.workspace_id).filter(response_id=voice.response_id)
        answers = rows.defer("content").order_by("id")
        found += [ShownFile(file=each, route="answer_file", is_photo=_shows(each.type)) for each in answers]
    rows_of_mail = Enclosure.objects.in_workspace(voice.workspace_id).filter(letter__voice=voice, content__isnull=False)
    found += [
        ShownFile(file=each, route="enclosure", is_photo=False) for each in rows_of_mail.defer("content").order_by("id")
    ]
    return found


def _shows(media: str) -> bool:
    return media in {"image/jpeg", "image/png", "image/webp", "image/gif"}


def _case(voice: Voice, access: Access) -> Case | None:
    """The case it belongs to, for whom may see it."""
    return visible_to(access.membership).filter(voices__voice=voice).first()
