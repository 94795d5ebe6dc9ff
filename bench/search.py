"""Words looked for in `--rows` voices of both languages: our index beside a plain scan of the same table.

The voices are our own labelled comments, put together anew one or two at a time, at twenty touchpoints; one in a
hundred carries a tag. Each question is asked five times: of everything, with the wall's other filters, and of a
member's own stream. BENCH_BACKENDS (sqlite,postgres) sets the stores.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from bench._servers import BACKENDS

QUESTIONS = (
    "refund",
    "退款",
    "不好",
    "the",
    "服务态度",
    '"on hold"',
    "wifi 密码",
    "慢",
    "delivery late -refund",
    "zeppelin",
)
PROMISE_MS = 200
START = datetime(2025, 1, 1, tzinfo=UTC)
TOUCHPOINTS, CUSTOMERS, QUIET = 20, 50_000, 2_000
TAGGED = {"late": 100, "rare": 5_000}  # one voice in so many carries it
TOPICS = ("delivery", "price", "quality", "staff", "app", "waiting")


def main() -> None:
    options = argparse.ArgumentParser(prog="bench search")
    options.add_argument("--rows", type=lambda text: int(float(text)), default=100_000)
    options.add_argument("--keep", type=Path, help="a folder whose filled stores are used again, or made there")
    options.add_argument("--within", choices=BACKENDS, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.within:
        return _within(given.within, given.rows, given.keep)
    for backend in os.environ.get("BENCH_BACKENDS", ",".join(BACKENDS)).split(","):
        # a store is chosen once in a process
        command = [sys.executable, "-m", "bench.search", "--rows", str(given.rows), "--within", backend]
        command += ["--keep", str(given.keep)] if given.keep else []
        subprocess.run(command, check=True)
    return None


def _within(backend: str, rows: int, keep: Path | None) -> None:
    from tests.support.postgres import PostgresServer

    with ExitStack() as open_:
        folder = keep or Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="allears-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        os.environ |= {"ALLEARS_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "allears.settings"}
        os.environ.pop("DATABASE_URL", None)
        if backend == "postgres":
            cluster = folder / "postgres"
            is_new = not cluster.exists()
            cluster.mkdir(parents=True, exist_ok=True)
            postgres = PostgresServer.started(cluster)
            open_.callback(postgres.stop)
            os.environ["DATABASE_URL"] = postgres.create_database("bench") if is_new else postgres.url("bench")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(f"  {backend}", flush=True)
        _measure(rows)


def _measure(rows: int) -> None:
    from allears.accounts.models import Workspace
    from allears.listen.models import VoicePending
    from allears.listen.words import indexing
    from allears.operations import statistics

    workspace, is_new = Workspace.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    if is_new:
        began = time.perf_counter()
        _fill(workspace.pk, rows)
        print(f"   {'voices written':<42}{rows:>12,}   {time.perf_counter() - began:.0f} s", flush=True)
    member = _followers(workspace.pk)
    if waiting := VoicePending.objects.count():
        began = time.perf_counter()
        indexing.index_all()
        took = time.perf_counter() - began
        print(f"   {'indexed, voices a second':<42}{waiting / took:>12,.0f}", flush=True)
    indexing.index_all()  # what is followed marks the voices of the past
    statistics.gather()  # as the product does each day
    for name, ask in _ways(workspace.pk, member).items():
        times = [(_asked(ask, each), each) for each in QUESTIONS]
        slowest = sorted(((max(cpu for _, cpu in took), each) for took, each in times), reverse=True)[:3]
        told = ", ".join(f"{each} {cpu:.0f}" for cpu, each in slowest)
        clock, cpu = (_p95([each[which] for took, _ in times for each in took]) for which in (0, 1))
        print(f"   {name + ', p95':<42}{clock:>12.1f} ms   computing {cpu:.1f} (most: {told})", flush=True)
    print(f"   {'promise':<42}{PROMISE_MS:>12.1f} ms")
    print(f"   {'the rarest word by a plain scan':<42}{_scanned(workspace.pk):>12.1f} ms")


def _fill(workspace_id: int, rows: int) -> None:
    """Voices with all that the wall filters by; and the member who follows two touchpoints and the tag."""
    from allears.accounts.models import Membership, User
    from allears.customers.models import ClientAccount, Contact, Customer
    from allears.journeys.models import Touchpoint
    from allears.listen.tags.models import Tag
    from allears.people.models import Follow

    user = User.objects.create(email="bench@example.com")
    given: dict[str, Any] = {"workspace_id": workspace_id}
    member = Membership.objects.create(**given, user=user, role="agent", created_at=START)
    for number in range(TOUCHPOINTS + 2):
        owner = member if number == 2 else None
        Touchpoint.objects.create(**given, key=f"t{number}", name=f"Place {number}", owner=owner, created_at=START)
    places = list(Touchpoint.objects.in_workspace(workspace_id).order_by("pk").values_list("pk", flat=True))
    tags = [Tag.objects.create(**given, name=name, key=name, created_at=START) for name in TAGGED]
    people = Customer.objects.bulk_create(
        (Customer(**given, key=f"c{n}", attributes={"region": f"r{n % 30}"}) for n in range(CUSTOMERS)), 5_000
    )
    account = ClientAccount.objects.create(**given, key="bench")
    Contact.objects.bulk_create(Contact(**given, account=account, customer=each) for each in people[:5])
    followed = [(Follow.Kind.TOUCHPOINT, places[0]), (Follow.Kind.TOUCHPOINT, places[1]), (Follow.Kind.TAG, tags[0].pk)]
    for kind, value in followed:
        Follow.objects.create(**given, member=member, kind=kind, value=str(value), since=START)
    _say(workspace_id, rows, places, [each.pk for each in people])
    _tag(workspace_id, user.pk, [each.pk for each in tags])


def _followers(workspace_id: int) -> Any:
    """Members who follow one kind of thing each, besides the first, who follows moments and a tag; that one."""
    from allears.accounts.models import Membership, User
    from allears.accounts.teams.models import Team, TeamMember
    from allears.people.actions import follow
    from allears.people.models import Follow

    given: dict[str, Any] = {"workspace_id": workspace_id}
    first = Membership.objects.in_workspace(workspace_id).order_by("pk").first()
    team, is_new = Team.objects.in_workspace(workspace_id).get_or_create(
        **given, name="Bench", defaults={"created_at": START}
    )
    if is_new:
        TeamMember.objects.create(**given, team=team, member=first, since=START)
        for name, kind, value in (
            ("team", Follow.Kind.TEAM, str(team.pk)),
            ("region", Follow.Kind.ATTRIBUTE, "region=r5"),
            ("city", Follow.Kind.ATTRIBUTE, "region=nowhere"),
            ("filter", Follow.Kind.FILTER, "source=regulator"),
        ):
            user = User.objects.create(email=f"{name}@example.com")
            member = Membership.objects.create(**given, user=user, role="agent", created_at=START)
            follow(member=member, kind=kind, value=value, now=START)
    return first


def _say(workspace_id: int, rows: int, places: list[int], people: list[int]) -> None:
    """One voice each half minute. The last two touchpoints have few: of all times, and of the first weeks only."""
    from allears.listen.models import Voice
    from allears.store.bulk import allocate_ids, insert_rows
    from allears.understand.models import VoiceLabel
    from allears.understand.text import corpus

    dice = random.Random(7)
    texts = {language: [each.text for each in corpus.corpus(language)] for language in corpus.LANGUAGES}

    def row(number: int, voice_id: int) -> tuple[Any, ...]:
        place = dice.choice(places[:-2])
        if number % QUIET == 1:
            place = places[-2]
        if number < rows // 20 and number % 5 == 0:
            place = places[-1]
        text = " ".join(dice.sample(texts[dice.choice(corpus.LANGUAGES)], dice.choice((1, 2))))
        kind = "regulator" if number % QUIET == 2 else dice.choice(("review", "survey", "chat"))
        feeling = dice.choices(("positive", "negative", "neutral", "mixed", ""), (40, 30, 20, 1, 9))[0]
        return (
            voice_id, workspace_id, f"v{number}", "customer", kind, "web", False, place, dice.choice(people), text, "",
            "", "", None, feeling, "{}", START + timedelta(seconds=30 * number), START, 1,
        )  # fmt: skip

    columns = (
        "id", "workspace_id", "key", "initiator", "source_kind", "channel", "public", "touchpoint_id", "customer_id",
        "text", "language", "segment", "metric", "score", "sentiment", "attributes", "said_at", "received_at",
        "flush_id",
    )  # fmt: skip
    for first in range(0, rows, 5_000):
        with transaction.atomic():
            ids = allocate_ids(Voice, min(5_000, rows - first))
            insert_rows(Voice, columns, [row(first + place, voice_id) for place, voice_id in enumerate(ids)])
            labels = [
                (workspace_id, voice_id, f"topic:{dice.choice(TOPICS)}", -1, False, START + timedelta(seconds=30 * at))
                for at, voice_id in enumerate(ids, first)
            ]
            insert_rows(VoiceLabel, ("workspace_id", "voice_id", "code", "polarity", "by_person", "said_at"), labels)


def _tag(workspace_id: int, user_id: int, tags: list[int]) -> None:
    from allears.listen.models import Voice
    from allears.listen.tags.models import VoiceTag

    numbers = Voice.objects.in_workspace(workspace_id).values_list("pk", flat=True)
    for tag_id, one_in in zip(tags, TAGGED.values(), strict=True):
        carrying = [number for number in numbers.iterator() if number % one_in == 0]
        VoiceTag.objects.bulk_create(
            [
                VoiceTag(workspace_id=workspace_id, voice_id=at, tag_id=tag_id, by_id=user_id, at=START)
                for at in carrying
            ],
            batch_size=5_000,
        )


def _ways(workspace_id: int, member: Any) -> dict[str, Callable[[str], Any]]:
    """Where a question may be asked."""
    from allears.customers.models import Contact
    from allears.journeys.models import Touchpoint
    from allears.listen.tags.models import Tag
    from allears.listen.wall import WallFilter, voices
    from allears.understand.filtering import LabelFilter

    places = {each.name: each.pk for each in Touchpoint.objects.in_workspace(workspace_id)}
    tags = {each.name: each.pk for each in Tag.objects.in_workspace(workspace_id)}
    people = frozenset(Contact.objects.in_workspace(workspace_id).values_list("customer_id", flat=True))

    def narrowed(**filters: Any) -> Callable[[str], Any]:
        return lambda text: voices(filters=WallFilter(workspace_id=workspace_id, text=text, **filters))

    streams, label = _streams(workspace_id), LabelFilter(chosen={"topic": "staff"}).marked(workspace_id)
    everything = WallFilter(workspace_id=workspace_id)
    return (
        {
            "a page of 50": narrowed(),
            "of one feeling": narrowed(feeling="negative"),
            "of a rare feeling": narrowed(feeling="mixed"),
            "at one of 20 touchpoints": narrowed(touchpoint_id=places["Place 0"]),
            "at a quiet touchpoint": narrowed(touchpoint_id=places[f"Place {TOUCHPOINTS}"]),
            "at one that closed long ago": narrowed(touchpoint_id=places[f"Place {TOUCHPOINTS + 1}"]),
            "of a rare source": narrowed(source_kind="regulator"),
            "where the member answers": narrowed(owner_id=member.pk),
            "of one account": narrowed(people=people),
            "with a tag of one in 100": narrowed(tag_id=tags["late"]),
            "with a tag of one in 5,000": narrowed(tag_id=tags["rare"]),
            "with two filters": narrowed(tag_id=tags["late"], feeling="mixed"),
            "with a label": lambda text: voices(filters=replace(everything, text=text), marked=[label]),
        }
        | {
            f"in an own stream by {name}": partial(
                lambda given, text: voices(filters=replace(everything, text=text), **given), given
            )
            for name, given in streams.items()
        }
        | {
            f"{name}, no words": partial(lambda given, more, _: voices(filters=given, **more), given, more)
            for name, given, more in (
                ("everything", everything, {}),
                ("a rare feeling", replace(everything, feeling="mixed"), {}),
                ("a touchpoint", replace(everything, touchpoint_id=places["Place 0"]), {}),
                ("a quiet touchpoint", replace(everything, touchpoint_id=places[f"Place {TOUCHPOINTS}"]), {}),
                ("a closed touchpoint", replace(everything, touchpoint_id=places[f"Place {TOUCHPOINTS + 1}"]), {}),
                ("a rare source", replace(everything, source_kind="regulator"), {}),
                ("where the member answers", replace(everything, owner_id=member.pk), {}),
                ("one account", replace(everything, people=people), {}),
                ("a tag", replace(everything, tag_id=tags["late"]), {}),
                ("a rare tag", replace(everything, tag_id=tags["rare"]), {}),
                ("a label", everything, {"marked": [label]}),
                *((f"own stream by {name}", everything, given) for name, given in streams.items()),
            )
        }
    )


def _streams(workspace_id: int) -> dict[str, dict[str, Any]]:
    """By what it follows, how the wall asks for a member's own stream."""
    from allears.accounts.models import Membership
    from allears.people.streams import marked_stream, stream_of

    def asked(member: Any) -> dict[str, Any]:
        marked = marked_stream(member=member)
        return {"marked": [marked]} if marked else {"among": stream_of(member=member)}

    members = Membership.objects.in_workspace(workspace_id).select_related("user")
    return {each.user.email.partition("@")[0]: asked(each) for each in members.order_by("pk")}


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


def _asked(ask: Callable[[str], Any], question: str) -> list[tuple[float, float]]:
    """Milliseconds by the clock, and of computing, which a busy machine cannot blur."""
    found = []
    for _ in range(5):
        began, before = time.perf_counter(), _computed()
        ask(question)
        found.append((1000 * (time.perf_counter() - began), 1000 * (_computed() - before)))
    return found


def _computed() -> float:
    """Seconds of computing, ours and of the database's process that answers us."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return time.process_time()
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(server.split()[0]) / 1e9


def _scanned(workspace_id: int) -> float:
    from allears.listen.models import Voice

    began = time.perf_counter()
    list(Voice.objects.in_workspace(workspace_id).filter(text__icontains="zeppelin").order_by("-said_at")[:50])
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
