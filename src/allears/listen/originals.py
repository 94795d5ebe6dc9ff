"""Words without the personal data in them for everybody and everything; as they were said, sealed, for a few.

Whatever reads a voice or an answer (lists, search, models, exports, mails, the lake) reads text in which personal data
is blotted out character by character, so that every place in it is a place in the original as well. Where something
was blotted out, the original is kept sealed with the customer's key, or the workspace's where nobody is known to have
said it: shredding the key makes it unreadable at once. People read it through ``disclose`` alone.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils.module_loading import import_string

from allears.accounts.access import Access
from allears.accounts.audit import audit
from allears.customers import vault
from allears.customers.models import Customer
from allears.customers.sql import CHUNK
from allears.kit import dialogue
from allears.listen.models import Response, ResponseOriginal, Turn, TurnOriginal, Voice, VoiceOriginal
from allears.store.bulk import insert_new, insert_rows

if TYPE_CHECKING:
    from django.db.models import Model

BLOT: Final = "*"
WORDS_BESIDE: Final = ("subject", "title")  # attributes of a voice that are words
CONTACTS: Final = frozenset({"phone", "email", "id", "card", "iban", "passport"})
WORKSPACE: Final = 0  # in the place of a customer's id, for what is sealed with the workspace's key
_masker: dict[str, str] = {}
Kept = VoiceOriginal | ResponseOriginal | TurnOriginal


class NotAllowedError(PermissionError):
    """Words as they were said are for managers, and for whoever owns the case that they belong to."""


@dataclass(frozen=True, slots=True)
class Blotted:
    """A text with personal data blotted out, as long as before, and where: ``(start, end, kind)``."""

    text: str
    hidden: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What is to be kept of one row: ``said`` is what was blotted in it, as it was."""

    row_id: int
    customer_id: int | None
    said: Mapping[str, Any]
    at: datetime


def register_masker(path: str) -> None:
    """Who finds personal data: ``f(text, *, known) -> .found``; from ``apps.py`` of the domain that knows words."""
    _masker["path"] = path


def blot(text: str, *, known: Sequence[str] = (), kinds: frozenset[str] | None = None) -> Blotted:
    """The text without personal data; ``known`` are the customer's own name, numbers and addresses."""
    if not text:
        return Blotted(text)
    mask: Callable[..., Any] = import_string(_masker["path"])
    found = mask(text, known=_likely(known, text) if known else ()).found
    hidden = tuple((each.start, each.end, str(each.kind)) for each in found if kinds is None or each.kind in kinds)
    return Blotted(blotted(text, hidden), hidden)


def blotted(text: str, found: Iterable[Sequence[Any]]) -> str:
    """The text with each personal character replaced by a blot: as long as before."""
    for start, end, _ in found:
        text = text[:start] + BLOT * (end - start) + text[end:]
    return text


def _likely(known: Sequence[str], text: str) -> tuple[str, ...]:
    """Those that may stand in the text at all: each one that is looked for costs a pattern of its own."""
    low = _plain(text)
    figures = "".join(filter(str.isdecimal, low))
    return tuple(value for value in known if _may_stand(value, low, figures))


def _may_stand(value: str, low: str, figures: str) -> bool:
    if "@" in value:
        return value.partition("@")[0].lower() in low
    numbers = "".join(filter(str.isdecimal, value))
    if len(numbers) >= 7:
        return numbers[-4:] in figures
    return any(part in low for part in _plain(value).split() if len(part) > 1 or not part.isascii())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def known_of(*, workspace_id: int, customer_ids: Iterable[int | None]) -> dict[int | None, tuple[str, ...]]:
    """What is known to be each customer's own, by id; nothing for nobody."""
    ids = sorted({each for each in customer_ids if each is not None})
    found: dict[int | None, tuple[str, ...]] = {None: ()}
    for start in range(0, len(ids), CHUNK):
        rows = Customer.objects.in_workspace(workspace_id).filter(id__in=ids[start : start + CHUNK])
        for number, *own in rows.values_list("id", "name", "email", "phone"):
            found[number] = tuple(each for each in own if each)
    return found


def blot_attributes(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes with contacts blotted out of their words, and those that were changed as they had been."""
    kept, changed = dict(given), {}
    for name in WORDS_BESIDE:
        value = given.get(name)
        if isinstance(value, str) and (found := blot(value, kinds=CONTACTS)).hidden:
            kept[name], changed[name] = found.text, value
    return kept, changed


def keep_voices(*, workspace_id: int, originals: Sequence[Original]) -> None:
    """Seal and keep the originals of voices that have none yet."""
    _keep(VoiceOriginal, "voice_id", "said_at", workspace_id, originals)


def keep_answers(*, workspace_id: int, originals: Sequence[Original]) -> None:
    """Seal and keep answers as they were given, in the place of what was kept of these responses before."""
    ids = [each.row_id for each in originals]
    ResponseOriginal.objects.in_workspace(workspace_id).filter(response__in=ids).delete()
    fresh = [each for each in originals if each.said]
    _keep(ResponseOriginal, "response_id", "started_at", workspace_id, fresh)


def keep_turns(*, turns: Sequence[Turn], known: Mapping[int, Sequence[str]]) -> None:
    """Store new turns of one workspace that hold what was said: blotted, with what was blotted sealed beside.

    ``known`` are, by voice, its customer's own names, numbers and addresses; inside a transaction.
    """
    said = [_blot_turn(turn, known.get(turn.voice_id, ())) for turn in turns]
    insert_new(turns)
    kept = [
        Original(row_id=turn.pk, customer_id=turn.voice.customer_id, said=each, at=turn.received_at)
        for turn, each in zip(turns, said, strict=True)
        if each
    ]
    if kept:
        _keep(TurnOriginal, "turn_id", "received_at", turns[0].workspace_id, kept)


def _blot_turn(turn: Turn, known: Sequence[str]) -> dict[str, str]:
    """Blot the words and the name in it; those that were changed, as they had been."""
    words, name = blot(turn.text, known=known), _blotted_name(turn)
    said = {"text": turn.text} if words.hidden else {}
    said |= {"name": turn.name} if name != turn.name else {}
    turn.text, turn.hidden, turn.name = words.text, words.hidden or None, name
    return said


def _blotted_name(turn: Turn) -> str:
    """A customer's own name goes whole, what only says which side it is stays; staff keep theirs, without contacts."""
    if turn.speaker != Turn.Speaker.CUSTOMER:
        return blot(turn.name, kinds=CONTACTS).text
    return BLOT * len(turn.name) if dialogue.name_in(turn.name) else turn.name


def _keep(model: "type[Model]", link: str, at: str, workspace_id: int, originals: Sequence[Original]) -> None:
    if not originals:
        return
    made = vault.keys_for(customer_ids={each.customer_id for each in originals if each.customer_id is not None})
    keys: dict[int | None, bytes] = dict(made.items())
    if any(each.customer_id is None for each in originals):
        keys[None] = vault.workspace_key(workspace_id=workspace_id)
    insert_rows(
        model,
        ["workspace_id", link, "keyed_by", "sealed", at],
        [(workspace_id, each.row_id, each.customer_id, _sealed(keys, each), each.at) for each in originals],
    )


def _sealed(keys: Mapping[int | None, bytes], original: Original) -> bytes:
    said = json.dumps(dict(original.said), ensure_ascii=False).encode()
    return vault.seal_with(keys[original.customer_id], original.customer_id or WORKSPACE, said)


def opened(rows: Sequence[Kept]) -> list[dict[str, Any] | None]:
    """What each holds, in their order; None where the key was shredded. Rows of one workspace."""
    if not rows:
        return []
    there = vault.standing_keys(customer_ids={each.keyed_by for each in rows if each.keyed_by is not None})
    keys: dict[int | None, bytes] = dict(there.items())
    if any(each.keyed_by is None for each in rows):
        keys[None] = vault.workspace_key(workspace_id=rows[0].workspace_id)
    return [_opened(keys.get(each.keyed_by), each) for each in rows]


def _opened(key: bytes | None, row: Kept) -> dict[str, Any] | None:
    sealed = bytes(row.sealed)
    if key is None or not sealed:  # emptied by a restore after its key was shredded
        return None
    try:
        found: dict[str, Any] = json.loads(vault.open_with(key, row.keyed_by or WORKSPACE, sealed))
    except vault.ShreddedError:
        return None
    return found


def said_by(voices: Sequence[Voice]) -> dict[int, dict[str, Any]]:
    """The originals of these voices by id, where there are any. For the house itself: people ask ``disclose``."""
    asked = [voice.pk for voice in voices if voice.hidden or _has_blots(voice.attributes)]
    if not asked:
        return {}
    rows = list(VoiceOriginal.objects.in_workspace(voices[0].workspace_id).filter(voice__in=asked))
    return {row.voice_id: said for row, said in zip(rows, opened(rows), strict=True) if said is not None}


def turns_said_by(turns: Sequence[Turn]) -> dict[int, dict[str, Any]]:
    """The originals of these turns of one voice by id, where there are any. For the house itself."""
    asked = [turn.pk for turn in turns if turn.hidden or BLOT in turn.name]
    if not asked:
        return {}
    rows = list(TurnOriginal.objects.in_workspace(turns[0].workspace_id).filter(turn__voice_id=turns[0].voice_id))
    return {row.turn_id: said for row, said in zip(rows, opened(rows), strict=True) if said is not None}


def words_of(voice: Voice) -> str:
    """The words as they were said, to compare them with what is said now."""
    return str(said_by([voice]).get(voice.pk, {}).get("text", voice.text))


def answers_of(response: Response) -> dict[str, Any]:
    """All answers as they were given, to show them to whoever gave them and to go on from there."""
    answers = {**response.aside, **response.answers}
    if not _has_blots(answers):
        return answers
    rows = list(ResponseOriginal.objects.in_workspace(response.workspace_id).filter(response=response))
    (said,) = opened(rows) or [None]
    return {**answers, **(said or {})}


def _has_blots(values: Mapping[str, Any]) -> bool:
    return any(isinstance(value, str) and BLOT in value for value in values.values())


def disclose(*, voices: Sequence[Voice], access: Access, owned_case: str = "") -> dict[int, str]:
    """The words as they were said, by voice; the audit log keeps who looked.

    ``owned_case`` names the case (``case:17``) that the asker owns and these voices belong to; without it, the asker
    must be a manager. Raises NotAllowedError.
    """
    if not (access.is_manager or owned_case):
        raise NotAllowedError("ask a manager, or the owner of the case")
    said = said_by(voices)
    for voice in voices:
        audit(
            workspace_id=voice.workspace_id,
            actor_id=access.user.pk,
            verb="understand.voice.unmasked",
            subject=f"voice:{voice.pk}",
            detail={"because": owned_case} if owned_case else {},
        )
    return {voice.pk: str(said.get(voice.pk, {}).get("text", voice.text)) for voice in voices}


def disclosed_turns(*, turns: Sequence[Turn], access: Access) -> dict[int, dict[str, Any]]:
    """What was blotted out of the turns of a voice that was disclosed to a manager, by turn. Raises NotAllowedError."""
    if not access.is_manager:
        raise NotAllowedError("ask a manager")
    return turns_said_by(turns)
