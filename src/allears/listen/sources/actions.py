"""What is done with sources: set up, tried, changed, paused, looked at now, removed."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings as installation
from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.accounts.models import Workspace
from allears.events.imports import actions as imports
from allears.events.imports.converting import Converter, file_moment
from allears.events.imports.errors import ImportUseError
from allears.events.imports.reasons import in_words
from allears.jobs.bell import ring
from allears.listen.models import Source
from allears.listen.sources import kinds
from allears.listen.sources.base import Adapter, Page, Saying, SettingField, SettingsError, SourceTrouble, Table
from allears.listen.sources.running import errand_of
from allears.listen.sources.sealing import seal, unseal

BELL = "sources"
SHORTEST, LONGEST = 60, 7 * 86_400  # seconds between two looks
TRIED = 10


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a source shall be. ``settings`` holds the secrets too; those left empty stay as they are."""

    kind: str
    name: str
    every_seconds: int
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The first rows as they would be taken: names of the shown fields, and the rows' words in that order."""

    fields: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    aside: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[str] = ()


@transaction.atomic
def create(*, workspace_id: int, plan: Plan, actor_id: int | None, now: datetime) -> Source:
    """Set a source up; it is looked at at once. Raises SettingsError."""
    source = _filled(Source(workspace_id=workspace_id, created_by_id=actor_id, created_at=now), plan)
    source.next_run_at = now
    source.save()
    _note(source, actor_id, "created")
    transaction.on_commit(lambda: ring(BELL))
    return source


@transaction.atomic
def change(*, source: Source, plan: Plan, actor_id: int | None, now: datetime) -> Source:
    """Change a source; where it reads from something else now, it begins anew. Raises SettingsError."""
    before = _origin(source)
    _filled(source, plan)
    if _origin(source) != before:
        source.cursor = {}
    source.failures, source.trouble, source.next_run_at = 0, {}, now
    if source.state == Source.State.STOPPED:
        source.state = Source.State.ON
    source.turn += 1  # a run under way ends without effect
    source.lease_owner, source.lease_until = "", None
    source.save()
    _note(source, actor_id, "changed")
    transaction.on_commit(lambda: ring(BELL))
    return source


def _origin(source: Source) -> list[Any]:
    names = kinds.adapter(source.kind).origin if source.kind else ()
    return [source.kind, *(source.settings.get(name) for name in names)]


def _filled(source: Source, plan: Plan) -> Source:
    adapter = kinds.adapter(plan.kind)
    name = plan.name.strip()
    if not name:
        raise SettingsError("name", _("Give the source a name."))
    same = Source.objects.in_workspace(source.workspace_id).filter(name=name).exclude(pk=source.pk)
    if same.exists():
        raise SettingsError("name", _("There is a source of this name already. Choose another name."))
    if not SHORTEST <= plan.every_seconds <= LONGEST:
        raise SettingsError("every", _("Look every minute at most, and once a week at least."))
    kept = unseal_or_nothing(source=source)
    settings, secret = split(adapter=adapter, given=plan.settings)
    adapter.check(settings)
    source.kind, source.name, source.every_seconds = adapter.name, name[:120], plan.every_seconds
    source.settings, source.sealed = settings, seal({**kept, **secret})
    return source


def unseal_or_nothing(*, source: Source) -> dict[str, str]:
    """The stored secrets; none where the installation's key has changed, so that new ones can be entered."""
    try:
        return unseal(source.sealed)
    except SourceTrouble:
        return {}


def split(*, adapter: Adapter, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """(settings, secrets that were entered), each of its type; raises SettingsError."""
    unknown = sorted(set(given) - {each.name for each in adapter.fields})
    if unknown:
        raise SettingsError(unknown[0], _("This kind of source has no such setting."))
    settings: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for each in adapter.fields:
        value = given.get(each.name)
        if each.type == "secret":
            if value:
                secret[each.name] = str(value)
            continue
        settings[each.name] = _typed(each, value)
    return settings, secret


def _typed(each: SettingField, value: Any) -> Any:
    if value is None or value == "":
        if each.required:
            raise SettingsError(each.name, _("Fill this in."))
        return each.default
    if each.type == "number":
        return _number(each, value)
    if each.type == "flag":
        return value in (True, "on", "true", "1")
    if each.type == "choice" and value not in {name for name, _label in each.choices}:
        raise SettingsError(each.name, _("Choose one of the list."))
    if each.type == "mapping":
        if not isinstance(value, dict):
            raise SettingsError(each.name, _("A mapping is a JSON object; see docs/import.md for its form."))
        return value
    return str(value).strip()


def _number(each: SettingField, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise SettingsError(each.name, _("Write a whole number.")) from None
    if (each.least is not None and number < each.least) or (each.most is not None and number > each.most):
        message = _("Write a number from %(least)s to %(most)s.")
        raise SettingsError(each.name, message % {"least": each.least, "most": each.most})
    return number


def pause(*, source: Source, actor_id: int | None) -> None:
    """Look no more until somebody says so; a run under way takes nothing further."""
    _set_state(source, Source.State.PAUSED, actor_id, "paused")


def resume(*, source: Source, actor_id: int | None, now: datetime) -> None:
    """Look again, at once, with the failures forgotten."""
    _set_state(source, Source.State.ON, actor_id, "resumed", failures=0, trouble={}, next_run_at=now)
    ring(BELL)


@transaction.atomic
def _set_state(source: Source, state: str, actor_id: int | None, verb: str, **values: Any) -> None:
    Source.objects.in_workspace(source.workspace_id).filter(pk=source.pk).update(state=state, **values)
    _note(source, actor_id, verb)
    source.refresh_from_db()


def run_now(*, source: Source, actor_id: int | None, now: datetime) -> None:
    """Have the worker look at once; a stopped or paused source is started by it."""
    _set_state(source, Source.State.ON, actor_id, "asked", next_run_at=now, asked_at=now)
    ring(BELL)


@transaction.atomic
def remove(*, source: Source, actor_id: int | None) -> None:
    """Forget the source with its password and its runs; what it brought stays."""
    _note(source, actor_id, "removed")
    source.delete()


def _note(source: Source, actor_id: int | None, verb: str) -> None:
    audit(
        workspace_id=source.workspace_id,
        actor_id=actor_id,
        verb=f"listen.source.{verb}",
        subject=f"source:{source.pk}",
        detail={"kind": source.kind},
    )


def attempt(*, workspace: Workspace, plan: Plan, source: Source | None, now: datetime) -> Tried:
    """Read the first rows and say how they would be taken; nothing is kept.

    Raises:
        SettingsError: a setting is wrong.
        SourceTrouble: the source cannot be read.
    """
    adapter = kinds.adapter(plan.kind)
    settings, secret = split(adapter=adapter, given=plan.settings)
    adapter.check(settings)
    kept = unseal_or_nothing(source=source) if source else {}
    trial = Source(workspace=workspace, kind=plan.kind, settings=settings, sealed=seal({**kept, **secret}))
    scratch = Path(installation.DATA_DIR) / "imports" / f"source-{uuid4().hex}"
    try:
        pages = adapter.pages(errand_of(trial, now=now, scratch=scratch, trial=True))
        return _shown(workspace, list(islice(pages, 1)))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _shown(workspace: Workspace, pages: list[Page]) -> Tried:
    if not pages:
        return Tried()
    (page,) = pages
    if page.table:
        return _shown_table(workspace, page.table, page.aside)
    fields = ["said_at", "text", "name", "email", "score", "language"]
    rows = [_shown_saying(each) for each in page.sayings[:TRIED]]
    return Tried(fields=fields, rows=rows, aside=page.aside)


def _shown_saying(saying: Saying) -> list[str]:
    score = "" if saying.score is None else f"{saying.metric.upper()} {saying.score}"
    when = saying.said_at.strftime("%Y-%m-%d %H:%M UTC")
    name = saying.name or str(saying.attributes.get("author", ""))
    return [when, saying.text[:300], name, saying.email, score, saying.language]


def _shown_table(workspace: Workspace, table: Table, aside: Mapping[str, int]) -> Tried:
    try:
        ready = imports.prepare(
            workspace=workspace,
            kind_name=table.kind,
            path=table.path,
            filename=table.filename,
            given=table.mapping,
            strict=False,
        )
    except ImportUseError as error:
        raise SourceTrouble("rows", name=table.filename, reason=error) from error
    try:
        rows = ready.staged.block(start=0, count=TRIED)
        good, bad = Converter(
            kind=ready.kind,
            mapping=ready.mapping,
            staged=ready.staged,
            moment=file_moment(ready.mapping, ready.file_time),
        ).convert(rows)
        fields = [name for name in ready.mapping.fields if not name.endswith("_fallback")]
        problems = [str(ready.problem)] if ready.problem else []
        problems += [f"{each.number}: {each.field}: {in_words(each.reason)}" for each in bad]
        return Tried(
            fields=fields,
            rows=[[_word(each.values.get(name, "")) for name in fields] for each in good],
            aside=aside,
            mapping=ready.mapping.to_json(),
            problems=problems,
        )
    finally:
        imports.discard(folder=ready.folder)


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if hasattr(value, "metric"):
        return f"{value.metric.upper()} {value.value}"
    return str(value)[:200]
