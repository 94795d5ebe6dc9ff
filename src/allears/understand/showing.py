"""A voice as people see it: personal data masked, the words that earned a label marked, doubt told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from allears.accounts.access import Access
from allears.listen import originals
from allears.listen.models import Turn, Voice
from allears.understand.labelling import SINGLE, Said, effective, still_abstained
from allears.understand.models import Correction, VoiceAnnotation
from allears.understand.reading import hidden_in

CHIPS: Final = ("sentiment", "emotion", "topic", "intent", "urgency", "point")  # beside every voice
ALWAYS_ASKED: Final = ("sentiment",)
GLANCE: Final = 0.4  # a label less sure than this is told on the voice's own page only
FEELING_GLANCE: Final = 0.6  # one of three must be: at .4 it would often stand beside a score that denies it


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some characters of a voice: plain, masked (then ``masked`` is the kind and the text is not told), or marked."""

    text: str
    masked: str = ""
    labels: tuple[Said, ...] = ()

    @property
    def sure(self) -> tuple[Said, ...]:
        """The labels that are told at a glance."""
        return tuple(each for each in self.labels if is_sure(each))

    @property
    def tone(self) -> str:
        """good, bad, or empty when the marked words are neither."""
        signs = {_sign(each) for each in self.sure} - {0}
        return "" if len(signs) != 1 else "good" if signs == {1} else "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One voice, ready for a page. Without ``model`` it has not been read yet."""

    pieces: tuple[Piece, ...]
    labels: tuple[Said, ...] = ()
    abstained: tuple[str, ...] = ()
    model: str = ""
    score: float = 0.0
    language: str = ""

    @property
    def chips(self) -> list[Said]:
        """The labels worth a glance, in a fixed order; no urgency where nobody waits for an answer soon."""
        wanted = [each for task in CHIPS for each in self.labels if each.task == task and is_sure(each)]
        return [each for each in wanted if not (each.task == "urgency" and each.value == "1")]

    @property
    def unsure(self) -> bool:
        """Whether the feeling, which is always asked, was left open."""
        return any(task in self.abstained for task in ALWAYS_ASKED)

    @property
    def has_masked(self) -> bool:
        return any(piece.masked for piece in self.pieces)

    @property
    def text(self) -> str:
        """Plain text, with what is masked named by its kind."""
        return "".join(f"[{piece.masked}]" if piece.masked else piece.text for piece in self.pieces)

    def evidence(self, said: Said) -> str:
        """The words that earned a label, as far as they are not masked."""
        return " … ".join(
            "".join(piece.text for piece in run) for run in _runs(self.pieces, said) if any(piece.text for piece in run)
        )

    def by_task(self) -> list[tuple[str, list[Said]]]:
        """Labels under their question."""
        found: dict[str, list[Said]] = {}
        for each in self.labels:
            found.setdefault(each.task, []).append(each)
        return list(found.items())


def attach(voices: Sequence[Voice], *, said: Mapping[int, str] | None = None) -> None:
    """Give each voice (with its customer at hand) its ``read``, in two queries; ``said``: the disclosed words by id."""
    if not voices:
        return
    ids = [voice.pk for voice in voices]
    annotations: dict[int, list[VoiceAnnotation]] = defaultdict(list)
    corrections: dict[int, list[Correction]] = defaultdict(list)
    workspaces = {voice.workspace_id for voice in voices}
    assert len(workspaces) == 1, "a page shows voices of one workspace"
    workspace_id = workspaces.pop()
    current = VoiceAnnotation.objects.in_workspace(workspace_id).filter(voice_id__in=ids, replaced_at__isnull=True)
    for row in current.order_by("-annotator"):  # `text` before the label sets of the company's own
        annotations[row.voice_id].append(row)
    for correction in Correction.objects.in_workspace(workspace_id).filter(voice_id__in=ids).order_by("id"):
        corrections[correction.voice_id].append(correction)
    for voice in voices:
        voice.read = shown(voice, annotations[voice.pk], corrections[voice.pk], said=(said or {}).get(voice.pk))  # type: ignore[attr-defined]


def shown(
    voice: Voice, annotations: Sequence[VoiceAnnotation], corrections: Sequence[Correction], *, said: str | None = None
) -> Shown:
    """One voice. Places count only while the text is the one that was read; ``said`` is shown in its place."""
    labels = effective(annotations, corrections)
    fitting = [row for row in annotations if row.length == len(voice.text)]
    found: list[tuple[int, int, str]] = []
    if said is None:
        found = hidden_in(voice, fitting[0].found if fitting else ())
    elif len(said) != len(voice.text):
        fitting = []
    main = next((row for row in annotations if row.annotator == "text"), None)
    return Shown(
        pieces=tuple(pieces(voice.text if said is None else said, labels if fitting else [], found)),
        labels=tuple(sorted(labels, key=_rank)),
        abstained=tuple(still_abstained(annotations, corrections)),
        model=main.model if main else "",
        score=main.score if main else 0.0,
        language=main.language if main else "",
    )


def turns(said: Sequence[Turn], *, disclosed: Mapping[int, Mapping[str, Any]] | None = None) -> list[Shown]:
    """Turns that stand beside a voice: not read, what was blotted out named by its kind, or as it was disclosed."""
    found = []
    for turn in said:
        words = (disclosed or {}).get(turn.pk, {}).get("text")
        spans = hidden_in(turn, ()) if words is None else []
        found.append(Shown(pieces=tuple(pieces(turn.text if words is None else words, [], spans))))
    return found


def pieces(text: str, labels: Iterable[Said], found: Sequence[tuple[int, int, str]]) -> list[Piece]:
    """The text cut where a mark or a mask begins or ends."""
    marked = [(start, end, label) for label in labels for start, end in label.spans if 0 <= start < end <= len(text)]
    hidden = sorted((start, end, kind) for start, end, kind in found if 0 <= start < end <= len(text))
    covered = {place for start, end, _ in hidden for place in range(start + 1, end)}
    cuts = {0, len(text), *(place for start, end, _ in (*marked, *hidden) for place in (start, end))}
    ordered = sorted(cuts - covered)
    result = []
    for start, end in pairwise(ordered):
        kind = next((kind for first, last, kind in hidden if first <= start and end <= last), "")
        over = tuple(label for first, last, label in marked if first <= start and end <= last)
        result.append(Piece(text="" if kind else text[start:end], masked=kind, labels=over))
    return result


def is_sure(said: Said) -> bool:
    """Sure enough to be told at a glance."""
    least = FEELING_GLANCE if said.task == "sentiment" else GLANCE
    return said.confidence is None or said.confidence >= least


def _runs(found: Iterable[Piece], said: Said) -> list[list[Piece]]:
    """Neighbouring pieces that carry the label."""
    runs: list[list[Piece]] = [[]]
    for piece in found:
        if said in piece.labels:
            runs[-1].append(piece)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _rank(said: Said) -> tuple[int, float]:
    return (0 if said.task in SINGLE else 1, -(said.confidence if said.confidence is not None else 2.0))


def _sign(said: Said) -> int:
    if said.polarity is not None:
        return said.polarity
    signs = {"sentiment:positive": 1, "sentiment:negative": -1, "point:pain": -1, "point:latent": 1}
    return signs.get(said.code, 0)


def disclose(*, voice: Voice, access: Access) -> Shown:
    """The voice with nothing masked, for a manager; the audit log keeps who looked. Raises NotAllowedError."""
    attach([voice], said=originals.disclose(voices=[voice], access=access))
    found: Shown = voice.read  # type: ignore[attr-defined]
    return found
