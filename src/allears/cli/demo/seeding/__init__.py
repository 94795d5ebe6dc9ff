"""Writes the company's past into the database, all of it or none."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey, Workspace
from allears.cli.demo import company
from allears.cli.demo.past import Past, play
from allears.cli.demo.seeding import rows
from allears.cli.demo.seeding.asked import write_asked
from allears.cli.demo.seeding.cases import Casebook
from allears.cli.demo.seeding.everywhere import write_everywhere
from allears.cli.demo.seeding.filed import write_filed
from allears.cli.demo.seeding.found import RULES, Founded, found
from allears.cli.demo.seeding.hooked import write_hooked
from allears.cli.demo.seeding.identity import write_erasure, write_identity
from allears.cli.demo.seeding.listening import write_listening
from allears.cli.demo.seeding.people import write_customers
from allears.cli.demo.seeding.placed import write_places
from allears.cli.demo.seeding.report import truth_report
from allears.cli.demo.seeding.reviews import write_reviews
from allears.cli.demo.seeding.sources import write_sources
from allears.cli.demo.seeding.studied import write_study
from allears.cli.demo.seeding.themed import write_themes
from allears.cli.demo.seeding.told import tell_the_crm
from allears.cli.demo.simulate import Happening, simulate
from allears.cli.words import gettext_noop
from allears.jobs.models import Job
from allears.understand.models import WaitingVoice
from allears.understand.reading import start_back_fill

WEEKS = 26
Tell = Callable[[str, float], None]  # what is being done, and the share done


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much of a company."""

    seed: int = 7
    customers: int = 1200
    days: int = WEEKS * 7


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The demo's secrets, shown once."""

    write_key: str
    api_key: str


def is_seeded() -> bool:
    return Workspace.objects.filter(slug=company.SLUG).exists()


def seed(*, scale: Scale, now: datetime, folder: Path, tell: Tell) -> Keys:
    """Simulate and store; ``folder`` gets truth.json and demo.json. Interrupted, it leaves nothing behind."""
    start = now - timedelta(days=scale.days)
    tell(gettext_noop("Living through half a year"), 0.0)
    happenings = list(simulate(seed=scale.seed, start=start, days=scale.days, customers=scale.customers))
    tell(gettext_noop("Asking and answering"), 0.15)
    past = play(seed=scale.seed, happenings=happenings, policy=RULES, until=now)
    with transaction.atomic():
        newest_job = Job.objects.aggregate(newest=Max("id"))["newest"] or 0
        founded = found(since=start)
        _store(founded, happenings, past, tell)
        write_reviews(founded, seed=scale.seed, start=start, until=now)
        write_sources(founded, until=now)
        write_hooked(founded, until=now)
        write_places(founded, until=now)
        write_asked(founded, seed=scale.seed, until=now)
        write_listening(founded, seed=scale.seed, until=now)
        write_study(founded, seed=scale.seed, until=now)
        write_everywhere(founded, until=now)
        Job.objects.filter(id__gt=newest_job).delete()  # what followed from the past has happened in the past
        WaitingVoice.objects.in_workspace(founded.id).delete()
        start_back_fill(workspace_id=founded.id, actor_id=None, now=now)  # the worker reads them all, once it runs
        write_themes(workspace=founded.workspace, now=now)
        tell_the_crm(workspace=founded.workspace, now=now)
        keys = make_keys(founded.workspace, now=now)
        tell(gettext_noop("Noting the truth"), 0.95)
        report = truth_report(seed=scale.seed, start=start, until=now, happenings=happenings, past=past)
        _write(folder / "truth.json", report)
        _write(
            folder / "demo.json",
            {"seed": scale.seed, "start": start.isoformat(), "customers": scale.customers, "now": now.isoformat()},
        )
    write_erasure(workspace_id=founded.id, now=now)
    write_filed(workspace=founded.workspace, folder=folder, now=now)  # an erasure takes exported files with it
    tell(gettext_noop("Ready"), 1.0)
    return keys


def _store(founded: Founded, happenings: Sequence[Happening], past: Past, tell: Tell) -> None:
    seen: dict[int, tuple[datetime, datetime]] = {}
    shoppers = {}
    for each in happenings:
        number = each.shopper.number
        shoppers[number] = each.shopper
        seen[number] = (seen[number][0] if number in seen else each.at, each.at)
    tell(gettext_noop("Writing customers and events"), 0.3)
    customers = write_customers(workspace_id=founded.id, shoppers=shoppers.values(), seen=seen)
    written = rows.Written(founded=founded, customers=customers)
    rows.write_events(written, happenings)
    write_identity(workspace_id=founded.id, customers=customers, now=happenings[-1].at)
    tell(gettext_noop("Writing asks, answers and voices"), 0.45)
    surveys = [ask for ask in past.asks if ask.purpose == "survey"]
    rows.number_decisions(written, past.asks)
    rows.write_decisions(written, surveys)
    rows.write_invitations(written, surveys)
    rows.write_answers(written, surveys)
    rows.write_letters(written, past)
    _replay(written, past, tell)


def _replay(written: rows.Written, past: Past, tell: Tell) -> None:
    book = Casebook(written)
    for number, done in enumerate(past.done):
        if number % 25 == 0:
            tell(gettext_noop("Answering customers and settling cases"), 0.6 + 0.35 * number / len(past.done))
        book.replay(done)
    for ask in past.asks:
        if ask.purpose == "follow_up" and not ask.answered_at:
            book.store_follow_up(ask)


def make_keys(workspace: Workspace, *, now: datetime) -> Keys:
    made = [
        make_key(workspace=workspace, kind=kind, name=name, actor=None, now=now, scopes=scopes)[1]
        for kind, name, scopes in (
            (AccessKey.Kind.WRITE, "Wrenfold shop", ()),
            (AccessKey.Kind.API, "Demo scripts", (AccessKey.Scope.EXPORT,)),
        )
    ]
    return Keys(write_key=made[0], api_key=made[1])


def new_keys() -> Keys:
    """Keys for a company whose demo.env was lost: secrets cannot be read again."""
    return make_keys(Workspace.objects.get(slug=company.SLUG), now=timezone.now())


def _write(path: Path, value: object) -> None:
    """Whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(beside, path)
