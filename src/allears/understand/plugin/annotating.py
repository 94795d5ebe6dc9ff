"""The outside model as an `Annotator`: masks, asks in batches, believes what checks out, pays for nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from allears.understand.plugin import metering, protocol
from allears.understand.plugin.calling import ATTEMPTS, Caller, EndpointError, Usage, most_tokens
from allears.understand.plugin.models import Answer, OutsideModel
from allears.understand.plugin.sealing import unseal
from allears.understand.text.annotation import Annotation, Label
from allears.understand.text.corpus import Language
from allears.understand.text.masking import Masked, mask

CHUNK = 400
ROUNDS = 4  # that one batch is asked for, each about what the ones before left out


@dataclass
class OutsideAnnotator:
    """Raises CapReachedError and EndpointError; what was answered before is kept and not asked again."""

    outside: OutsideModel
    clock: Callable[[], datetime] = timezone.now
    caller: Caller | None = None
    cost: int = field(default=0, init=False)  # millionths, of this annotator's calls
    calls: int = field(default=0, init=False)

    @property
    def version(self) -> str:
        return f"outside:{self.outside.model}/{protocol.VERSION}"[:120]

    def annotate(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Annotation]:
        """One annotation a text, in their order. Places are of the texts as given, though only masked ones are sent."""
        masked = [mask(text) for text in texts]
        spoken = languages or [_language(text) for text in texts]
        wanted = {self._digest(each.text): each.text for each in masked if each.text.strip()}
        known = self._kept(list(wanted))
        missing = [digest for digest in wanted if digest not in known]
        caller = self.caller or self._caller()
        try:
            for start in range(0, len(missing), self.outside.batch_size):
                batch = missing[start : start + self.outside.batch_size]
                known |= self._asked(caller, batch, [wanted[digest] for digest in batch])
        finally:
            caller.close()
        return [
            self._of(known.get(self._digest(each.text)), each, language)
            for each, language in zip(masked, spoken, strict=True)
        ]

    def remembered(self, texts: Sequence[str]) -> list[Annotation | None]:
        """What it said of each text before; None where it was never asked or left it out. Nothing is sent."""
        masked = [mask(text) for text in texts]
        known = self._kept(list({self._digest(each.text) for each in masked}))
        answers = [known.get(self._digest(each.text)) for each in masked]
        return [
            answer and self._of(answer, each, _language(text))
            for answer, each, text in zip(answers, masked, texts, strict=True)
        ]

    def _caller(self) -> Caller:
        row = self.outside
        return Caller(base_url=row.base_url, model=row.model, key=unseal(row.key), timeout=row.timeout)

    def _digest(self, masked: str) -> str:
        said = "\0".join((self.outside.base_url, self.outside.model, protocol.VERSION, masked))
        return hashlib.blake2b(said.encode(), digest_size=20).hexdigest()

    def _kept(self, digests: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        rows = Answer.objects.in_workspace(self.outside.workspace_id)
        for start in range(0, len(digests), CHUNK):
            part = rows.filter(digest__in=digests[start : start + CHUNK])
            found |= dict(part.values_list("digest", "labels"))
        return found

    def _asked(self, caller: Caller, digests: Sequence[str], texts: Sequence[str]) -> dict[str, Any]:
        """Ask, and again for those it left out as long as it answers some of them; what came is kept round by round."""
        kept: dict[str, Any] = {}
        left = list(range(len(texts)))
        for _round in range(ROUNDS):
            found = self._call(caller, [texts[place] for place in left])
            kept |= self._keep({digests[left[at]]: (texts[left[at]], entry) for at, entry in found.items()})
            left = [place for at, place in enumerate(left) if at not in found]
            if not left or not found:
                break
        return kept

    def _keep(self, answers: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
        """Of each digest the masked text and its entry, as stored."""
        now = self.clock()
        rows = []
        for digest, (text, entry) in answers.items():
            said = protocol.annotation(entry, text=text, model=self.version, language="en")
            labels = stored(said)
            rows.append(Answer(workspace_id=self.outside.workspace_id, digest=digest, labels=labels, at=now))
        Answer.objects.bulk_create(rows, ignore_conflicts=True)
        return {row.digest: row.labels for row in rows}

    def _call(self, caller: Caller, texts: Sequence[str]) -> dict[int, Any]:
        now = self.clock()
        worst = most_tokens(texts)
        most = Usage(worst.tokens_in * ATTEMPTS, worst.tokens_out * ATTEMPTS)
        reserved = metering.reserve(outside=self.outside, usage=most, now=now)
        used: list[Usage] = []
        try:
            return caller.ask(texts, metered=used.append)
        finally:
            month = metering.month_of(now)
            self.cost += metering.settle(outside=self.outside, reserved=reserved, used=used, month=month)
            self.calls += len(used)

    def _of(self, kept: Any, masked: Masked, language: Language) -> Annotation:
        if kept is None:
            return protocol.unanswered(model=self.version, language=language)
        said = restored(kept, model=self.version, language=language)
        moved = tuple(
            replace(label, spans=tuple(masked.original(*span) for span in label.spans)) for label in said.labels
        )
        return replace(said, labels=moved)


def stored(said: Annotation) -> dict[str, Any]:
    """An annotation as it is kept: codes and places, no words."""
    labels = [[each.task, each.value, each.confidence, each.polarity, list(each.spans)] for each in said.labels]
    return {"score": said.score, "labels": labels, "abstained": list(said.abstained)}


def restored(kept: dict[str, Any], *, model: str, language: Language) -> Annotation:
    return Annotation(
        model=model,
        language=language,
        score=kept["score"],
        labels=tuple(
            Label(task, value, confidence, polarity, tuple((start, end) for start, end in spans))
            for task, value, confidence, polarity, spans in kept["labels"]
        ),
        abstained=tuple(kept["abstained"]),
    )


def _language(text: str) -> Language:
    return "zh" if sum("\u4e00" <= each <= "\u9fff" for each in text) * 4 > len(text) else "en"


def annotator_of(*, workspace_id: int) -> OutsideAnnotator | None:
    """The workspace's outside model, or None while it is off."""
    row = OutsideModel.objects.in_workspace(workspace_id).filter(enabled_at__isnull=False).first()
    return OutsideAnnotator(row) if row else None


def try_out(*, outside: OutsideModel, text: str) -> Annotation:
    """One text, now; also while the model is off. Raises EndpointError, CapReachedError."""
    (said,) = OutsideAnnotator(outside).annotate([text])
    if said.abstained == protocol.ASKED:
        raise EndpointError("the endpoint left the comment out")
    return said
