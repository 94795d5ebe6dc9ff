"""Reading one source on from its cursor: page by page, each page and its cursor in one transaction.

Whoever is killed in the middle loses nothing and doubles nothing: what is not committed was not counted, and the next
run goes on at the cursor. The page moves the cursor only while this run still holds the source (``turn``).
"""

import logging
import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import override

from allears.accounts.models import Workspace
from allears.events.imports import actions as imports
from allears.events.imports.errors import ImportUseError
from allears.events.imports.files import digest_of
from allears.jobs.bus import record
from allears.jobs.lease import is_gone
from allears.listen.events import SourceStopped
from allears.listen.models import Source, SourceFile, SourceRun, Voice
from allears.listen.sources import kinds, schedule
from allears.listen.sources.base import Errand, Page, SourceTrouble, Table
from allears.listen.sources.hearing import hear, revised
from allears.listen.sources.sealing import seal, unseal
from allears.listen.telling import TellingError
from allears.outreach.delivery.returning import take_returned
from allears.store.bulk import existing_values

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
LONGEST = timedelta(minutes=2)  # of one run; a long backlog gives way to the other sources
Now = Callable[[], datetime]


class OvertakenError(RuntimeError):
    """Another worker runs this source, or it was paused; what this one did since its last page is undone."""


def claim(*, owner: str, now: datetime) -> SourceRun | None:
    """Take the source that has waited longest, if one is due, and begin its run."""
    due = Source.objects.across_workspaces().filter(state=Source.State.ON, next_run_at__lte=now)
    if not due.exists():
        return None  # nothing to write: leave the write lock alone
    for source in due.order_by("next_run_at")[:20]:
        if _is_free(source, now) and (run := begin(source, owner=owner, now=now)):
            return run
    return None


def _is_free(source: Source, now: datetime) -> bool:
    return source.lease_until is None or source.lease_until <= now or is_gone(source.lease_owner)


@transaction.atomic
def begin(source: Source, *, owner: str, now: datetime) -> SourceRun | None:
    """Take the lease and write the run down; None when somebody else was quicker."""
    taken = (
        Source.objects.in_workspace(source.workspace_id)
        .filter(pk=source.pk, turn=source.turn, state=Source.State.ON)
        .update(lease_owner=owner, lease_until=now + LEASE, turn=F("turn") + 1, last_run_at=now, asked_at=None)
    )
    if not taken:
        return None
    stopped = SourceTrouble("stopped").to_json()
    runs = SourceRun.objects.in_workspace(source.workspace_id)
    runs.filter(source=source, ended_at__isnull=True).update(ended_at=now, trouble=stopped)
    by_hand = source.asked_at is not None
    source.refresh_from_db()
    run: SourceRun = runs.create(
        workspace_id=source.workspace_id, source=source, turn=source.turn, by_hand=by_hand, started_at=now
    )
    return run


def perform(run: SourceRun, *, now: Now) -> SourceRun:
    """Read the source on and settle the run, whatever becomes of it."""
    source, trouble, unfinished = run.source, None, False
    scratch = Path(settings.DATA_DIR) / "imports" / f"source-{uuid4().hex}"
    try:
        with override(_language(source)):
            unfinished = _read_on(run, scratch, now)
    except SourceTrouble as error:
        trouble = error
    except OvertakenError:
        logger.warning("source %s was taken over or paused in the middle of a run", source.pk)
        return run
    except Exception as error:  # bulkhead: one source's error goes to its row, the others go on
        logger.exception("source %s failed", source.pk)
        trouble = SourceTrouble("unexpected", reason=type(error).__name__)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _settle(run, trouble=trouble, unfinished=unfinished, now=now())
    run.refresh_from_db()
    return run


def _language(source: Source) -> str:
    return str(Workspace.objects.values_list("language", flat=True).get(pk=source.workspace_id))


def errand_of(source: Source, *, now: datetime, scratch: Path, trial: bool = False) -> Errand:
    """What the adapter is told."""
    known = SourceFile.objects.in_workspace(source.workspace_id).filter(source_id=source.pk)
    return Errand(
        workspace_id=source.workspace_id,
        source_id=source.pk or 0,
        settings=source.settings,
        secret=unseal(source.sealed),
        cursor=source.cursor,
        now=now,
        scratch=scratch,
        trial=trial,
        known_content=lambda digest: known.filter(digest=digest).exists(),
        renewed=lambda secret: _renew(source, secret),
    )


def _renew(source: Source, secret: Mapping[str, str]) -> None:
    """Into the row as it is now: somebody may be changing the source while it is read."""
    with transaction.atomic():
        row = Source.objects.in_workspace(source.workspace_id).select_for_update().filter(pk=source.pk).first()
        if row is not None and row.sealed == source.sealed:
            row.sealed = source.sealed = seal({**unseal(row.sealed), **secret})
            row.save(update_fields=["sealed"])


def _read_on(run: SourceRun, scratch: Path, now: Now) -> bool:
    """True when it stopped because of the time, with more to read."""
    begun, refused = now(), None
    errand = errand_of(run.source, now=begun, scratch=scratch)
    for page in kinds.adapter(run.source.kind).pages(errand):
        try:
            take(run, page, now=now())
            done = page.after
        except SourceTrouble as trouble:
            if page.after_refused is None:
                raise
            refused, done = refused or trouble, page.after_refused
            take(run, replace(page, table=None, aside={"unreadable": 1}), now=now())
        if done:
            done()
        if now() - begun > LONGEST:
            return True
    if refused:
        raise refused
    return False


def take(run: SourceRun, page: Page, *, now: datetime) -> None:
    """Take one page and move the cursor, together or not at all."""
    table = _prepared(run, page.table) if page.table else None
    carried = False
    try:
        with transaction.atomic():
            _move(run, page, now)
            counts = _hear_new(run, page, now)
            carried = table is not None and _carry_in(run, table, now)
            _count(run, page, counts)
    finally:
        if table and not carried:
            imports.discard(folder=table.prepared.folder)


def _hear_new(run: SourceRun, page: Page, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter(read=len(page.sayings) + sum(page.aside.values()))
    known = _known(run.workspace_id, [each.key for each in page.sayings])
    for returned in page.returned:
        take_returned(workspace_id=run.workspace_id, returned=returned, now=now)
    for saying in page.sayings:
        if saying.key in known:
            counts["taken" if revised(workspace_id=run.workspace_id, saying=saying, now=now) else "known"] += 1
            continue
        known.add(saying.key)
        try:
            hear(workspace_id=run.workspace_id, source_id=run.source_id, saying=saying, now=now)
            counts["taken"] += 1
        except TellingError as error:
            logger.warning("source %s: a row was refused: %s", run.source_id, error)
            counts["refused"] += 1
    return counts


def _count(run: SourceRun, page: Page, counts: Counter[str]) -> None:
    for name in ("read", "taken", "known", "refused"):
        setattr(run, name, getattr(run, name) + counts[name])
    run.aside = dict(Counter(run.aside) + Counter(page.aside))
    run.save(update_fields=["read", "taken", "known", "refused", "aside", "import_ids"])


def _move(run: SourceRun, page: Page, now: datetime) -> None:
    moved = (
        Source.objects.in_workspace(run.workspace_id)
        .filter(pk=run.source_id, turn=run.turn, state=Source.State.ON)
        .update(cursor=dict(page.cursor), lease_until=now + LEASE)
    )
    if not moved:
        raise OvertakenError(run.source_id)


def _known(workspace_id: int, keys: list[str]) -> set[str]:
    found: set[str] = existing_values(Voice, "key", keys, workspace_id=workspace_id) if keys else set()
    return found


@dataclass(frozen=True, kw_only=True)
class _Ready:
    prepared: imports.Prepared
    digest: str


def _prepared(run: SourceRun, table: Table) -> _Ready:
    """Staged and mapped before the transaction begins; left behind only by a kill, and then taken again."""
    try:
        prepared = imports.prepare(
            workspace=Workspace.objects.get(pk=run.workspace_id),
            kind_name=table.kind,
            path=table.path,
            filename=table.filename,
            given=table.mapping,
            file_time=table.file_time,
        )
    except ImportUseError as error:
        raise SourceTrouble("rows", permanent=True, name=table.filename, reason=error) from error
    return _Ready(prepared=prepared, digest=digest_of(table.path))


def _carry_in(run: SourceRun, table: _Ready, now: datetime) -> bool:
    """False when these very bytes were carried in before."""
    files = SourceFile.objects.in_workspace(run.workspace_id)
    _file, new = files.get_or_create(
        workspace_id=run.workspace_id, source_id=run.source_id, digest=table.digest, defaults={"at": now}
    )
    if not new:
        return False
    row = imports.register(prepared=table.prepared, actor_id=None, now=now, brought_by=run.source_id)
    imports.queue_run(row=row)
    files.filter(source_id=run.source_id, digest=table.digest).update(import_id=row.pk)
    run.import_ids = [*run.import_ids, row.pk]
    return True


@transaction.atomic
def _settle(run: SourceRun, *, trouble: SourceTrouble | None, unfinished: bool, now: datetime) -> None:
    runs = SourceRun.objects.in_workspace(run.workspace_id).filter(pk=run.pk)
    runs.update(ended_at=now, trouble=trouble.to_json() if trouble else {})
    source = run.source
    every, spread = timedelta(seconds=source.every_seconds), random.Random()  # noqa: S311 – spreads load, guards nothing
    values: dict[str, object] = {"lease_owner": "", "lease_until": None}
    if trouble is None:
        asked = Source.objects.in_workspace(run.workspace_id).filter(pk=source.pk, asked_at__isnull=False).exists()
        following = now if unfinished or asked else schedule.after_success(now=now, every=every, spread=spread)
        values |= {"failures": 0, "trouble": {}, "last_good_at": now, "next_run_at": following}
    else:
        failures = source.failures + 1
        following = schedule.after_failure(now=now, failures=failures, every=every, spread=spread)
        values |= {"failures": failures, "trouble": trouble.to_json(), "next_run_at": following}
        if schedule.gives_up(failures=failures, permanent=trouble.permanent):
            values["state"] = Source.State.STOPPED
    held = Q(pk=source.pk, turn=run.turn)
    if not Source.objects.in_workspace(run.workspace_id).filter(held).update(**values):
        return
    if values.get("state"):
        record(SourceStopped(workspace_id=run.workspace_id, source_id=source.pk))


def run_once(owner: str, *, now: Now | None = None) -> int:
    """The worker's step: one due source, if there is one."""
    clock = now or timezone.now
    run = claim(owner=owner, now=clock())
    if run is None:
        return 0
    perform(run, now=clock)
    return 1
