"""The company's trade customers, and the study that asks a part of them every two months: two waves over, one open.

They buy by contract and meet no probe, so the ledger of the others stays as it was. Satisfaction of the studios rises
from wave to wave, that of the offices does not: the report can claim the one and not the other.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from allears.cli.demo.comments import compose
from allears.cli.demo.people import shopper
from allears.cli.demo.seeding.found import Founded
from allears.cli.demo.seeding.people import write_history
from allears.customers.models import Customer
from allears.jobs.lease import acquire, release
from allears.listen import ready_made
from allears.listen.actions import create_survey
from allears.listen.definition import as_json
from allears.listen.models import Invitation, Response, Voice
from allears.listen.studies.actions import StudySpec, create_study, launch_study
from allears.listen.studies.calendar import months_on
from allears.listen.studies.drawing import LEASE, LEASE_SECONDS, Turn, draw
from allears.listen.studies.models import Study, Wave
from allears.listen.studies.running import open_wave, schedule_of
from allears.outreach.models import Message
from allears.store.bulk import allocate_ids

TRADE = (("studio", 240), ("office", 120))  # segment → customers
FIRST_NUMBER = 900_000  # of their names, so that no shopper has one of them
OPEN_FOR = 21  # days
BEGAN = timedelta(days=5)  # before now: the wave that is open
ANSWERS = {"studio": 0.62, "office": 0.55}
CONTENT = {"studio": (0.42, 0.74, 0.76), "office": (0.66, 0.63, 0.68)}  # share of 4 and 5, wave by wave
OWNER = "demo"


def write_study(founded: Founded, *, seed: int, until: datetime) -> None:
    """The study with its waves, through the real draw and governor, by the clock of then."""
    dice = random.Random(f"{seed}:study")  # noqa: S311 – a simulation, repeatable on purpose
    opened = (until - BEGAN).replace(hour=2, minute=0, second=0, microsecond=0)  # ten o'clock in Shanghai
    start = months_on(opened, -4, zone=founded.workspace.timezone)
    _hire_customers(founded, seed=seed, since=start - timedelta(days=30))
    study = _plan(founded, start=start)
    for slot in schedule_of(study).slots():
        if slot.opens_at > until:
            break
        fence = acquire(name=LEASE, owner=OWNER, now=slot.opens_at, seconds=LEASE_SECONDS)
        assert fence is not None  # nobody else works while the past is written
        wave = open_wave(study=study, slot=slot, now=slot.opens_at)
        draw(wave=wave, turn=Turn(owner=OWNER, fence=fence, now=partial(_then, slot.opens_at)))
        _deliver(founded, wave)
        _answer(founded, wave, dice, until)
    Wave.objects.in_workspace(founded.id).filter(closes_at__lte=until).update(closed_at=until)
    release(owner=OWNER)


def _then(moment: datetime) -> datetime:
    """A clock that stands still."""
    return moment


def _hire_customers(founded: Founded, *, seed: int, since: datetime) -> None:
    rows: list[Customer] = []
    for segment, number in TRADE:
        for _ in range(number):
            who = shopper(seed=seed, number=FIRST_NUMBER + len(rows))
            rows.append(
                Customer(
                    workspace_id=founded.id,
                    name=who.name,
                    email=f"trade{len(rows):04d}@example.test",
                    language=who.language,
                    timezone=founded.workspace.timezone,
                    segment=segment,
                    attributes={"city": who.city, "contract": "trade"},
                    first_seen_at=since,
                    last_seen_at=since,
                )
            )
    Customer.objects.bulk_create(rows, batch_size=500)
    write_history(rows)


def _plan(founded: Founded, *, start: datetime) -> Study:
    asked = as_json(ready_made.ALL["csat"].definition)
    survey = create_survey(
        workspace_id=founded.id, key="trade-relationship", name="Trade customers · 工程客户", family="relationship",
        definition=asked, now=start,
    )  # fmt: skip
    study = create_study(
        workspace_id=founded.id,
        spec=StudySpec(
            key="trade-relationship",
            name="Trade customers, every two months · 工程客户双月调研",
            survey_id=survey.pk,
            starts_at=start,
            segments=[segment for segment, _ in TRADE],
            sample_size=180,
            quotas={"office": 60},
            every_months=2,
            open_days=OPEN_FOR,
            rest_waves=1,
        ),
        now=start - timedelta(days=3),
    )
    launch_study(study=study, now=start - timedelta(days=2))
    return study


def _deliver(founded: Founded, wave: Wave) -> None:
    at = wave.opens_at + timedelta(seconds=40)
    mine = dict(
        Invitation.objects.in_workspace(founded.id).filter(drawn_by__wave=wave).values_list("pk", "decision_id")
    )  # PostgreSQL knows nothing yet of tables filled just now, and may join a subquery row by row
    Invitation.objects.in_workspace(founded.id).filter(pk__in=mine).update(sent_at=at)
    Message.objects.in_workspace(founded.id).filter(decision_id__in=mine.values()).update(
        state=Message.State.SENT, sent_at=at, attempts=1
    )


def _answer(founded: Founded, wave: Wave, dice: random.Random, until: datetime) -> None:
    """Some answer at once, some after days, some never."""
    told = list(_told(founded, wave, dice, until))
    ids = zip(allocate_ids(Response, len(told)), allocate_ids(Voice, len(told)), strict=True)
    rows = [(*pair, *each) for pair, each in zip(ids, told, strict=True)]
    Response.objects.bulk_create([_response(founded, *row) for row in rows], batch_size=500)
    Voice.objects.bulk_create([_voice(founded, *row) for row in rows], batch_size=500)
    invitations = [invitation for invitation, *_ in told]
    Invitation.objects.in_workspace(founded.id).bulk_update(
        invitations, ["opened_at", "started_at", "completed_at"], batch_size=500
    )


Told = tuple[Invitation, str, int, str, datetime]  # invitation, segment, score, words, when


def _told(founded: Founded, wave: Wave, dice: random.Random, until: datetime) -> Iterator[Told]:
    members = wave.members.filter(invitation__isnull=False).select_related("invitation").order_by("id")
    for member in members:
        answers, after = dice.random() < ANSWERS[member.segment], dice.expovariate(1 / 60)
        content = dice.random() < CONTENT[member.segment][min(wave.number, 3) - 1]
        score = dice.choice((4, 5, 5)) if content else 3
        invitation = member.invitation
        assert invitation is not None  # as chosen above
        at = wave.opens_at + timedelta(hours=0.2 + after)
        if not answers or at >= min(until, wave.closes_at):
            continue
        words = ""
        if dice.random() < 0.4:
            feeling = "good" if content else "mixed"
            words = compose(dice, language=invitation.language, touchpoint="any", feeling=feeling, slots={})
        invitation.opened_at, invitation.started_at, invitation.completed_at = at, at, at + timedelta(seconds=50)
        yield invitation, member.segment, score, words, at


def _response(
    founded: Founded,
    pk: int,
    _voice_id: int,
    invitation: Invitation,
    segment: str,
    score: int,
    words: str,
    at: datetime,
) -> Response:
    return Response(
        pk=pk,
        workspace_id=founded.id,
        key=invitation.token,
        invitation_id=invitation.pk,
        survey_version_id=invitation.survey_version_id,
        customer_id=invitation.customer_id,
        channel="email",
        segment=segment,
        language=invitation.language,
        answers={"csat": score, **({"why": words} if words else {})},
        metric="csat",
        score=score,
        started_at=at,
        updated_at=at,
        completed_at=invitation.completed_at,
    )


def _voice(
    founded: Founded,
    response_id: int,
    pk: int,
    invitation: Invitation,
    segment: str,
    score: int,
    words: str,
    at: datetime,
) -> Voice:
    return Voice(
        pk=pk,
        workspace_id=founded.id,
        key=f"response:{invitation.token}",
        initiator=Voice.Initiator.COMPANY,
        source_kind=Voice.SourceKind.SURVEY,
        channel="email",
        customer_id=invitation.customer_id,
        response_id=response_id,
        text=words,
        language=invitation.language,
        segment=segment,
        metric="csat",
        score=score,
        attributes={"survey": "trade-relationship"},
        said_at=at,
        received_at=at,
    )
