"""Erasing a person, step by step; a crash between two steps is mended by going on where it stopped.

1. **store**: own rows go or become anonymous facts, mentions in others' texts are struck out, the back-ups' key is
   destroyed, the lake's readers stop seeing whose facts they were: one transaction.
2. **files**: what each domain keeps outside the database (intake log, uploads, mails).
3. **lake**: the files that name the person's pseudonymous key are written anew and the old ones removed.
4. **swept**: what deleted rows leave behind in the database's own files is overwritten.

Then the certificate is closed: what was removed where, how often and when, chained by hashes to the one before.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from allears.accounts.audit import audit
from allears.customers import forgotten
from allears.customers.memory import lock_identity, new_epoch
from allears.customers.models import Customer, CustomerKey, Erasure, Identifier
from allears.customers.personal import Looked, PersonalTable, personal_files
from allears.customers.rights import staff, sweeping
from allears.customers.rights.person import Person, person_from, person_of
from allears.customers.rights.tables import (
    counted,
    erase_rows,
    first_of_newest,
    in_order,
    may_mention,
    mentions,
    rows_of,
    strike_mentions,
)
from allears.jobs.erasure import erase_from_lake, tombstone
from allears.jobs.queue import enqueue

STEPS = ("store", "files", "lake", "swept")
LOOKED_AT = 20_000  # rows of a table that a preview looks through for mentions; an erasure looks through all
AGAIN = 3  # how often a person who came back while being erased is looked for


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an erasure would touch: rows of the person and mentions elsewhere, by model."""

    own: dict[str, int]
    mentioned: dict[str, int]
    partly: list[str]  # models with more rows than a preview looks through for mentions: it saw the newest
    looked_at: int  # so many
    typed: list[staff.Place]  # where staff wrote what the person is known by or called


def preview(*, workspace_id: int, customer_id: int) -> Preview:
    """Count, and change nothing."""
    person = person_of(workspace_id=workspace_id, customer_id=customer_id)
    tables = in_order()
    since = first_of_newest([table for table in tables if table.columns], LOOKED_AT)
    own = counted({table.model: rows_of(table, person) for table in tables if table.customer})
    looked = {table.model: may_mention(table, person, since=since.get(table.model)) for table in tables}
    perhaps = counted({model: rows for model, rows in looked.items() if rows is not None})
    mentioned = {
        table.model: _mentioned(table, person, since.get(table.model)) for table in tables if table.model in perhaps
    }
    partly = [model for model in since if looked[model] is not None]
    return Preview(
        own=own, mentioned=_more_than_none(mentioned), partly=partly, looked_at=LOOKED_AT, typed=staff.places(person)
    )


def _mentioned(table: PersonalTable, person: Person, since: Any) -> int:
    """Others' rows that name the person."""
    ids = set(rows_of(table, person).values_list("pk", flat=True))
    return sum(row.pk not in ids for row in mentions(table, person, since=since))


def _more_than_none(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def request_erasure(
    *,
    workspace_id: int,
    customer_id: int,
    actor_id: int | None,
    via: str,
    never_again: bool,
    now: datetime,
    strike_name: bool = False,
) -> Erasure:
    """Have the worker erase a customer; asking twice while it is under way answers with the same erasure.

    ``strike_name``: the person's own name is struck out of what staff typed as well (see ``staff``).
    """
    with transaction.atomic():
        erasure = _begin(workspace_id, customer_id, actor_id, via, never_again, now, strike_name)
        enqueue(
            task="allears.customers.jobs.erase",
            arguments={"workspace_id": workspace_id, "reference": erasure.reference},
            unique_key=f"erase:{erasure.reference}",
            queue="long",
            priority=5,
        )
    return erasure


def erase(
    *,
    workspace_id: int,
    customer_id: int,
    actor_id: int | None,
    via: str,
    never_again: bool,
    now: datetime,
    strike_name: bool = False,
) -> Erasure:
    """Erase a customer now, in this process. Safe to repeat after a crash: ``go_on`` does the rest."""
    with transaction.atomic():
        erasure = _begin(workspace_id, customer_id, actor_id, via, never_again, now, strike_name)
    return go_on(workspace_id=workspace_id, reference=erasure.reference)


def _begin(
    workspace_id: int,
    customer_id: int,
    actor_id: int | None,
    via: str,
    never_again: bool,
    now: datetime,
    strike_name: bool,
) -> Erasure:
    if not Customer.objects.in_workspace(workspace_id).filter(id=customer_id).exists():
        raise Customer.DoesNotExist(f"no customer {customer_id} in this workspace")
    person = replace(person_of(workspace_id=workspace_id, customer_id=customer_id), strike_called=strike_name)
    for open_one in Erasure.objects.in_workspace(workspace_id).filter(finished_at__isnull=True):
        if open_one.pending and set(open_one.pending["ids"]) & set(person.ids):
            under_way: Erasure = open_one
            return under_way
    erasure: Erasure = Erasure.objects.create(
        workspace_id=workspace_id,
        actor_id=actor_id,
        via=via,
        never_again=never_again,
        requested_at=now,
        pending=person.as_json(),
    )
    audit(
        workspace_id=workspace_id,
        actor_id=actor_id,
        verb="customers.erasure.requested",
        subject=f"erasure:{erasure.reference}",
        detail={"via": via, "never_again": never_again},
    )
    return erasure


def go_on(*, workspace_id: int, reference: str) -> Erasure:
    """Do the steps that are not done yet, and close the certificate."""
    erasure: Erasure = Erasure.objects.in_workspace(workspace_id).get(reference=reference)
    if erasure.finished_at is not None or erasure.pending is None:
        return erasure
    person = person_from(workspace_id, erasure.pending)
    if "store" not in erasure.steps:
        _files(person, erasure, feeding=True)  # first, so that the consumer does not read the person in again
        person = _store(person, erasure)
    if "files" not in erasure.steps:
        _files(person, erasure)
        person = _whoever_came_back(person, erasure)
        _note(erasure, "files")
    if "lake" not in erasure.steps:
        report = erase_from_lake(workspace_id=workspace_id, customer_keys=person.keys)
        for table, rows in report.rows.items():
            _add(erasure, f"lake.{table}", Counter(unlinked=rows))
        _note(erasure, "lake")
    _finish(erasure)
    return erasure


def _store(person: Person, erasure: Erasure) -> Person:
    with transaction.atomic(), sweeping.overwriting():
        lock_identity(workspace_id=person.workspace_id)
        person = _once_more(person)
        if erasure.never_again:
            forgotten.remember(workspace_id=person.workspace_id, names=_identifiers(person), now=timezone.now())
        tombstone(workspace_id=person.workspace_id, customer_keys=person.keys)
        keys = CustomerKey.objects.in_workspace(person.workspace_id).filter(customer_id__in=person.ids)
        _add(erasure, "backups.key", Counter(destroyed=keys.count()))
        for table in in_order():
            _add(erasure, table.model, erase_rows(table, person))
        for table in in_order():
            _add(erasure, table.model, strike_mentions(table, person))
        for model, rows in staff.strike_names(person).items() if person.strike_called else ():
            _add(erasure, model, Counter(struck_out=rows))
        for model, rows in staff.still_named(person).items():
            erasure.removed[model] = {**erasure.removed.get(model, {}), staff.STILL_NAMED: rows}
        new_epoch(workspace_id=person.workspace_id)
        erasure.pending = person.as_json()
        _note(erasure, "store")
    return person


def _once_more(person: Person) -> Person:
    """The person under the identity lock: whoever was merged into him meanwhile belongs to him."""
    rows = Customer.objects.in_workspace(person.workspace_id).filter(id__in=person.ids, merged_into__isnull=True)
    root = rows.values_list("id", flat=True).first()
    if root is None:
        return person
    fresh = person_of(workspace_id=person.workspace_id, customer_id=root)
    return _together(person, fresh)


def _together(person: Person, other: Person) -> Person:
    return replace(
        person,
        ids=tuple(dict.fromkeys((*person.ids, *other.ids))),
        keys=tuple(dict.fromkeys((*person.keys, *other.keys))),
        names=tuple(dict.fromkeys((*person.names, *other.names))),
        called=tuple(dict.fromkeys((*person.called, *other.called))),
    )


def _identifiers(person: Person) -> list[tuple[str, str]]:
    rows = Identifier.objects.in_workspace(person.workspace_id).filter(
        customer_id__in=person.ids, shared_at__isnull=True
    )
    return list(rows.values_list("kind", "value"))


def _files(person: Person, erasure: Erasure, *, feeding: bool = False) -> None:
    """What stands outside the database; with ``feeding`` only what rows are made of."""
    unread: dict[tuple[str, str], list[int]] = {}
    for files in personal_files():
        if feeding and not files.feeds:
            continue
        done: int | Looked = import_string(files.erase)(person=person, now=timezone.now())
        looked = Looked(removed=done) if isinstance(done, int) else done
        _add(erasure, f"files.{files.name}", Counter(removed=looked.removed))
        for model, pk, why in looked.unread:
            unread.setdefault((model, why), []).append(pk)
    erasure.unread = [{"where": where, "why": why, "ids": ids} for (where, why), ids in sorted(unread.items())]


def _whoever_came_back(person: Person, erasure: Erasure) -> Person:
    """The consumer may have read a call of the person's between two steps; then he is erased again."""
    for _ in range(AGAIN):
        known = Identifier.objects.in_workspace(person.workspace_id).filter(value__in=person.names)
        back = known.filter(shared_at__isnull=True).values_list("customer_id", flat=True).first()
        if back is None:
            return person
        again = person_of(workspace_id=person.workspace_id, customer_id=back)
        erasure.steps.pop("store", None)
        person = _store(_together(person, again), erasure)
        _files(person, erasure)
    return person


def _add(erasure: Erasure, where: str, done: Counter[str]) -> None:
    counts = Counter(erasure.removed.get(where, {}))
    counts.update({what: number for what, number in done.items() if number})
    if counts:
        erasure.removed[where] = dict(counts)


def _note(erasure: Erasure, step: str) -> None:
    erasure.steps[step] = timezone.now().isoformat(timespec="seconds")
    erasure.save(update_fields=["removed", "unread", "steps", "pending"])


def _finish(erasure: Erasure) -> None:
    """Empty the note of whom to look for, overwrite what is left in the database's files, close the certificate."""
    with transaction.atomic(), sweeping.overwriting():
        Erasure.objects.in_workspace(erasure.workspace_id).filter(pk=erasure.pk).update(pending=None)
        erasure.pending = None
    if "swept" not in erasure.steps:
        sweeping.sweep()
        _note(erasure, "swept")
    with transaction.atomic():
        lock_identity(workspace_id=erasure.workspace_id)
        erasure.finished_at = timezone.now()
        finished = Erasure.objects.in_workspace(erasure.workspace_id).filter(finished_at__isnull=False)
        last = finished.order_by("-finished_at", "-pk").first()
        erasure.previous = last.digest if last else ""
        erasure.digest = digest_of(erasure)
        erasure.save(update_fields=["finished_at", "previous", "digest"])
        audit(
            workspace_id=erasure.workspace_id,
            actor_id=erasure.actor_id,
            verb="customers.erasure.finished",
            subject=f"erasure:{erasure.reference}",
        )


def certificate(erasure: Erasure) -> dict[str, Any]:
    """What was removed where, how often and when; nothing in it names the person."""
    return {**_facts(erasure), "digest": erasure.digest}


def digest_of(erasure: Erasure) -> str:
    """SHA-256 over the certificate's facts, the hash of the one before among them."""
    facts = json.dumps(_facts(erasure), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(facts.encode()).hexdigest()


def _facts(erasure: Erasure) -> dict[str, Any]:
    unread = [{**each, "count": len(each["ids"])} for each in erasure.unread]
    return {
        **({"not_looked_into": unread} if unread else {}),  # older certificates keep their hashes
        "certificate": erasure.reference,
        "workspace": erasure.workspace.slug,
        "requested_at": erasure.requested_at.isoformat(timespec="seconds"),
        "requested_via": erasure.via,
        "never_again": erasure.never_again,
        "steps": dict(sorted(erasure.steps.items())),
        "removed": [
            {"where": where, "what": what, "count": count}
            for where, done in sorted(erasure.removed.items())
            for what, count in sorted(done.items())
        ],
        "finished_at": erasure.finished_at.isoformat(timespec="seconds") if erasure.finished_at else None,
        "previous": erasure.previous,
    }


def chain_is_whole(*, workspace_id: int) -> bool:
    """Whether every certificate of the workspace still has the hash it was closed with, and names the one before."""
    before = ""
    finished = Erasure.objects.in_workspace(workspace_id).filter(finished_at__isnull=False)
    for row in finished.select_related("workspace").order_by("finished_at", "pk"):
        if row.previous != before or row.digest != digest_of(row):
            return False
        before = row.digest
    return True
