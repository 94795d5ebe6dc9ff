"""The workspace's own models: asked for, trained on what people said, put in use only if better, taken back by a click.

Training runs in the analytics process (it needs numpy and scikit-learn) on masked texts; the files of a model hold no
text and lie in the data folder, where back-ups find them. Nothing is ever overwritten: a model is a row and a folder,
a choice is a row, and rolling back is one more choice.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from allears.accounts.audit import audit
from allears.events.imports.reading import open_table
from allears.jobs.queue import enqueue
from allears.jobs.worker import LONG
from allears.listen.models import COUNTED, Voice
from allears.understand import pool
from allears.understand.annotating import LONGEST, TEXT
from allears.understand.labelling import OWN
from allears.understand.models import Correction, ModelChoice, TextModel, VoiceLabel
from allears.understand.reading import restart_back_fill
from allears.understand.training import TrainQuestion, masked

SOURCES: Final = ("people", "column")
FEWEST: Final = {"people": 300, "column": 50}
NEW_WORDS = 25  # corrections since the last training from which it is worth another
MOST_ROWS: Final = 20_000
ROWS_FILE: Final = "rows.jsonl"  # an uploaded column, only until it has been learnt from


class RegistryError(ValueError):
    """A model that cannot be trained or chosen; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What reads in one place now, and what could."""

    name: str
    in_force: TextModel | None  # None: the built-in model
    reason: str
    models: Sequence[TextModel]
    may_roll_back: bool
    choice_id: int | None = None  # the one that counts, so that going back twice takes two looks


def known(*, workspace_id: int) -> QuerySet[Voice]:
    """Voices whose feeling is known: by the score beside the words, or because a person said it."""
    rows: QuerySet[Voice] = Voice.objects.in_workspace(workspace_id).exclude(text="")
    said = VoiceLabel.objects.in_workspace(workspace_id).filter(by_person=True, code__startswith="sentiment:")
    return rows.filter(COUNTED).filter(Q(score__isnull=False) | Q(pk__in=said.values("voice_id")))


def learn_again(*, workspace_id: int, now: datetime) -> TextModel | None:
    """Train anew when people have corrected enough since the last time; None when not."""
    last = TextModel.objects.in_workspace(workspace_id).filter(slot=TEXT).order_by("-id").first()
    said = Correction.objects.in_workspace(workspace_id).filter(task="sentiment", undoes__isnull=True)
    fresh = said.filter(at__gt=last.asked_at) if last else said
    if fresh.count() < NEW_WORDS or known(workspace_id=workspace_id).count() < FEWEST["people"]:
        return None
    return ask_training(workspace_id=workspace_id, source="people", name="", actor_id=None, now=now)


def ask_training(
    *,
    workspace_id: int,
    source: str,
    name: str,
    actor_id: int | None,
    now: datetime,
    key: str = "",
    rows: Sequence[tuple[str, str]] = (),
) -> TextModel:
    """Queue the training of a model; ``rows`` (text, label) only for a column of a file. Raises RegistryError."""
    if source not in SOURCES:
        raise RegistryError(f"There is no source {source}; there are {', '.join(SOURCES)}.")
    examples = len(rows) if source == "column" else known(workspace_id=workspace_id).count()
    if examples < FEWEST[source]:
        raise RegistryError(
            _("%(there)s examples are too few to learn from; %(needed)s are needed.")
            % {"there": examples, "needed": FEWEST[source]}
        )
    slot = TEXT if source != "column" else OWN + (re.sub(r"[^\w-]+", "-", key.strip().lower()).strip("-")[:50] or "set")
    with transaction.atomic():
        model = TextModel(
            workspace_id=workspace_id,
            slot=slot,
            name=name.strip()[:120] or slot,
            source=source,
            examples=examples,
            asked_by_id=actor_id,
            asked_at=now,
        )
        model.save()
        if rows:
            folder = _folder(model)
            folder.mkdir(parents=True, exist_ok=True)
            words = masked([text for text, _ in rows])  # no file of ours holds them as they came
            lines = (
                json.dumps([text, row[1]], ensure_ascii=False) + "\n" for text, row in zip(words, rows, strict=True)
            )
            (folder / ROWS_FILE).write_text("".join(lines), encoding="utf-8")
        enqueue(
            task="allears.understand.jobs.train",
            arguments={"workspace_id": workspace_id, "model_id": model.pk},
            queue=LONG,
            unique_key=f"understand.train:{model.pk}",
            max_attempts=5,
        )
    return model


def train(*, workspace_id: int, model_id: int, now: datetime) -> None:
    """Have it trained, keep the report, and put it in use if it is better. Run again, it begins anew."""
    model: TextModel = TextModel.objects.in_workspace(workspace_id).get(pk=model_id)
    if model.trained_at is not None:
        return
    try:
        done = pool.ask_training(TrainQuestion(workspace_id=workspace_id, model_id=model_id))
    except pool.AnalyticsAwayError:
        raise  # tried again by the queue
    except pool.AnalyticsError as error:
        model.trouble, model.failed_at = str(error)[:400], now
        model.report = {"trouble": {"code": error.code, "params": error.params}}
        model.save(update_fields=["trouble", "failed_at", "report"])
        shutil.rmtree(_folder(model), ignore_errors=True)
        return
    (_folder(model) / ROWS_FILE).unlink(missing_ok=True)
    with transaction.atomic():
        model.version, model.report, model.trained_at = done.version, done.report, now
        model.examples, model.trouble, model.failed_at = done.examples, "", None
        model.save()
        if done.better:
            _choose(model=model, slot=model.slot, workspace_id=workspace_id, reason="better", actor_id=None, now=now)


def trouble_in_words(model: TextModel) -> str:
    """Why its training failed, in the reader's language; as it was noted where the reason has no name."""
    told = (model.report or {}).get("trouble") or {}
    return why_not(told.get("code", ""), told.get("params", {})) or model.trouble


def why_not(code: str, params: Mapping[str, int]) -> str:
    """Why nothing was learnt, in the reader's language; empty where the reason has no name."""
    words = _TROUBLES.get(code)
    return _(words) % params if words else ""


_TROUBLES: Final = {
    "few_rows": gettext_noop(
        "Only %(there)s rows have a text and a label that %(least)s rows or more have; %(needed)s are needed. "
        "Label more rows, or join rare labels."
    ),
    "few_left": gettext_noop(
        "%(all)s rows have a text and a label; %(held)s of them are held out to judge by. Of the other %(left)s, "
        "%(there)s have a label that %(least)s of them or more have; %(needed)s are needed. "
        "Label more rows, join rare labels, or hold out fewer."
    ),
    "no_labels": gettext_noop("No row has a text and a label: is it the right column?"),
    "own_labels": gettext_noop(
        "Hardly two rows have the same label (%(there)s labels): these are numbers or names. Take a column of classes."
    ),
    "one_label": gettext_noop("All rows have the same label: there is nothing to tell apart. Take another column."),
    "many_labels": gettext_noop(
        "The column has %(there)s different labels, more than %(most)s. Is it a column of labels? "
        "Group numbers or names into classes first."
    ),
    "few_scores": gettext_noop(
        "%(there)s comments have a score beside them; %(needed)s are needed. "
        "Until then the built-in model reads as it is."
    ),
    "against_words": gettext_noop(
        "The scores say the opposite of the comments beside them: good ones stand beside bad words. Is 1 the best on "
        "that scale? Bring them in turned round; nothing was learnt."
    ),
    "too_long": gettext_noop(
        "It took longer than %(minutes)s minutes and was ended; nothing was changed. Learn from fewer rows."
    ),
    "fault": gettext_noop("A fault of ours stopped it; nothing was changed. The server's log says more."),
}


def choose(*, model: TextModel, actor_id: int | None, now: datetime) -> None:
    """Let this model read from now on, better or not: somebody wants it. Raises RegistryError.

    Where it reads already nothing is changed: going back would otherwise lead to itself.
    """
    if model.trained_at is None:
        raise RegistryError(_("This model has not been trained; nothing was changed."))
    latest = choices(workspace_id=model.workspace_id, slot=model.slot).first()
    if latest is not None and latest.model == model:
        return
    _choose(model=model, slot=model.slot, workspace_id=model.workspace_id, reason="chosen", actor_id=actor_id, now=now)


def roll_back(*, workspace_id: int, slot: str, actor_id: int | None, now: datetime, seen: int | None = None) -> None:
    """Let the model read that read before the present one. Raises RegistryError.

    ``seen`` is the choice that the person saw: a second click, or a colleague's, does not go back further.
    """
    chosen = list(choices(workspace_id=workspace_id, slot=slot))
    may, model = _before(chosen)
    if not may:
        raise RegistryError(_("There is nothing to go back to; nothing was changed."))
    if seen is not None and chosen[0].pk != seen:
        raise RegistryError(_("Another model was chosen since this page was made; nothing was changed."))
    _choose(model=model, slot=slot, workspace_id=workspace_id, reason="rolled_back", actor_id=actor_id, now=now)


def choices(*, workspace_id: int, slot: str) -> QuerySet[ModelChoice]:
    """Of one slot, the latest first."""
    rows: QuerySet[ModelChoice] = ModelChoice.objects.in_workspace(workspace_id).filter(slot=slot)
    return rows.select_related("model", "by").order_by("-id")


def _before(chosen: Sequence[ModelChoice]) -> tuple[bool, TextModel | None]:
    """Whether one may go back, and to which model; None is the built-in one (or no label set).

    A roll-back takes the choice that it took back off the pile, so that a second one goes back further.
    """
    pile: list[TextModel | None] = [None]
    for each in reversed(chosen):
        if each.reason == ModelChoice.Reason.ROLLED_BACK and len(pile) > 1:
            pile.pop()
        else:
            pile.append(each.model)
    return (True, pile[-2]) if len(pile) > 1 else (False, None)


def _choose(
    *, model: TextModel | None, slot: str, workspace_id: int, reason: str, actor_id: int | None, now: datetime
) -> None:
    with transaction.atomic():
        ModelChoice(workspace_id=workspace_id, slot=slot, model=model, reason=reason, by_id=actor_id, at=now).save()
        audit(
            workspace_id=workspace_id,
            actor_id=actor_id,
            verb="understand.model.chosen",
            subject=f"slot:{slot}",
            detail={"model": model.pk if model else None, "reason": reason},
        )
        restart_back_fill(workspace_id=workspace_id, actor_id=actor_id, now=now)


def slots(*, workspace_id: int) -> list[Slot]:
    """Each place where a model reads, ``text`` first."""
    models: dict[str, list[TextModel]] = {TEXT: []}
    for each in TextModel.objects.in_workspace(workspace_id).select_related("asked_by").order_by("-id"):
        models.setdefault(each.slot, []).append(each)
    return [_slot(workspace_id, name, found) for name, found in models.items()]


def _slot(workspace_id: int, name: str, models: Sequence[TextModel]) -> Slot:
    chosen = list(choices(workspace_id=workspace_id, slot=name))
    return Slot(
        name=name,
        in_force=chosen[0].model if chosen else None,
        reason=chosen[0].reason if chosen else "",
        models=models,
        may_roll_back=_before(chosen)[0],
        choice_id=chosen[0].pk if chosen else None,
    )


def _folder(model: TextModel) -> Path:
    return Path(settings.DATA_DIR) / model.folder


def access_model(*, workspace_id: int, model_id: int) -> TextModel:
    """One model of this workspace; raises DoesNotExist."""
    found: TextModel = TextModel.objects.in_workspace(workspace_id).get(pk=model_id)
    return found


@dataclass(frozen=True, kw_only=True)
class Rows:
    """(text, label) of a file; `left` rows have both and were not taken, as more than `MOST_ROWS` are there."""

    rows: Sequence[tuple[str, str]]
    left: int = 0


def rows_of_file(path: Path, *, text: str, label: str) -> Rows:
    """The rows that have both; of more than are learnt from, so many are drawn from the whole file.

    Raises RegistryError where a column is not there.
    """
    table = open_table(path)
    at_text, at_label = (_place(table.columns, name) for name in (text, label))
    random = Random(0)  # noqa: S311 – a sample, no secret
    found: list[tuple[str, str]] = []
    seen = 0
    for cells, problem, _raw in table.rows():
        if problem or len(cells) <= max(at_text, at_label) or not (cells[at_text].strip() and cells[at_label].strip()):
            continue
        row, seen = (cells[at_text].strip()[:LONGEST], cells[at_label].strip()[:LONGEST]), seen + 1
        if len(found) < MOST_ROWS:
            found.append(row)
        elif (place := random.randrange(seen)) < MOST_ROWS:
            found[place] = row
    return Rows(rows=found, left=seen - len(found))


def _place(columns: Sequence[str], name: str) -> int:
    """The column of this name, also in other capitals."""
    wanted = name.strip()
    if wanted in columns:
        return columns.index(wanted)
    near = [place for place, each in enumerate(columns) if each.strip().casefold() == wanted.casefold()]
    if len(near) != 1:
        raise RegistryError(
            _("There is no column “%(name)s”. The file has: %(columns)s.")
            % {"name": name, "columns": ", ".join(columns[:20])}
        )
    return near[0]
