"""What every kind shares: turns, leases, back-off, sealed passwords, and what a kill leaves behind."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail

from allears.accounts.models import AuditEntry
from allears.jobs.worker import run_due
from allears.listen.models import Source, SourceRun, Voice
from allears.listen.sources import actions, kinds, queries, running, schedule
from allears.listen.sources.base import Page, Saying, SettingsError, SourceTrouble
from allears.listen.sources.sealing import unseal
from tests.conftest import Person
from tests.listen.sources.conftest import NOW, Maker, look
from tests.support.web import WebPeer

FOLDER = Path(kinds.__file__).parent
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/adapter.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_is_found_and_tells_about_itself(name: str) -> None:
    adapter = kinds.adapter(name)
    assert adapter.name == name
    assert (FOLDER / name / "doc.md").read_text(encoding="utf-8").startswith(f"# {name}\n")
    fields = {each.name: each for each in adapter.fields}
    assert len(fields) == len(adapter.fields)
    assert set(adapter.origin) <= set(fields)
    assert "name" not in fields
    for each in adapter.fields:
        assert each.type in {"text", "long", "number", "flag", "choice", "secret", "mapping"}
        assert (each.type == "choice") == bool(each.choices)
        assert each.type != "secret" or not each.default


@pytest.mark.parametrize("name", NAMES)
def test_no_kind_takes_settings_it_does_not_know(name: str) -> None:
    with pytest.raises(SettingsError):
        actions.split(adapter=kinds.adapter(name), given={"nonsense": 1})


def test_waits_grow_and_are_spread() -> None:
    spread, every = random.Random(1), timedelta(minutes=15)
    waits = [
        schedule.after_failure(now=NOW, failures=count, every=every, spread=spread) - NOW for count in (1, 2, 3, 40)
    ]
    bounds = [(24, 36), (48, 72), (96, 144), (17_280, 25_920)]
    assert all(low <= wait.total_seconds() <= high for wait, (low, high) in zip(waits, bounds, strict=True))
    looks = {schedule.after_success(now=NOW, every=every, spread=spread) for _each in range(20)}
    assert len(looks) == 20
    assert all(855 <= (each - NOW).total_seconds() <= 945 for each in looks)


@pytest.fixture
def feed(web_peer: WebPeer, make: Maker) -> Source:
    return make("feed", url=web_peer.serve("/list", '[{"id": 1, "text": "Slow"}]'), token="t0p secret")


@pytest.mark.django_db
def test_a_password_is_sealed_and_kept_when_left_empty(feed: Source, settings: LazySettings) -> None:
    assert "t0p" not in feed.sealed + str(feed.settings)
    assert unseal(feed.sealed) == {"token": "t0p secret"}
    plan = actions.Plan(
        kind="feed", name="Other", every_seconds=600, settings={"url": feed.settings["url"], "token": ""}
    )
    actions.change(source=feed, plan=plan, actor_id=None, now=NOW)
    assert (unseal(feed.sealed), feed.name) == ({"token": "t0p secret"}, "Other")
    settings.SECRET_KEY = "another key altogether"
    assert look(feed).trouble["code"] == "secret"


@pytest.mark.django_db
def test_after_lasting_trouble_it_stops_and_says_so(feed: Source, alice: Person, web_peer: WebPeer) -> None:
    web_peer.pages.clear()
    for _each in range(schedule.STOP_AFTER_PERMANENT - 1):
        look(feed)
        assert feed.state == "on"
    assert queries.health_of(feed, now=NOW).word == "trouble"
    look(feed)
    assert (feed.state, queries.health_of(feed, now=NOW).level) == ("stopped", "bad")
    assert running.claim(owner="test:1:x", now=NOW + timedelta(days=9)) is None
    run_due(owner="test:1:x")
    assert [(each.to, "A source" in each.subject) for each in mail.outbox] == [(["alice@acme.test"], True)]
    assert "404" in mail.outbox[0].body
    actions.resume(source=feed, actor_id=alice.user.pk, now=NOW)
    assert (feed.state, feed.failures, feed.trouble) == ("on", 0, {})


@pytest.mark.django_db
def test_it_is_claimed_when_due_by_one_worker_alone(feed: Source) -> None:
    assert running.claim(owner="elsewhere:1:a", now=NOW - timedelta(seconds=1)) is None
    run = running.claim(owner="elsewhere:1:a", now=NOW)
    assert run is not None
    assert running.claim(owner="elsewhere:2:b", now=NOW) is None
    late = NOW + running.LEASE
    again = running.claim(owner="elsewhere:2:b", now=late)
    assert again is not None
    run.refresh_from_db()
    assert (run.trouble["code"], run.ended_at) == ("stopped", late)
    running.perform(run, now=lambda: NOW)  # the first one wakes up: it may change nothing any more
    assert not Voice.objects.in_workspace(feed.workspace_id).exists()
    assert running.perform(again, now=lambda: late).taken == 1


@pytest.mark.django_db
def test_a_pause_in_the_middle_takes_nothing_further(feed: Source) -> None:
    run = running.begin(feed, owner="test:1:x", now=NOW)
    assert run is not None
    actions.pause(source=feed, actor_id=None)
    running.perform(run, now=lambda: NOW)
    assert not Voice.objects.in_workspace(feed.workspace_id).exists()


@pytest.mark.django_db
def test_a_page_that_fails_takes_its_cursor_back(feed: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Saying(key="a", text="one", said_at=NOW, source_kind="review", channel="feed")

    def pages(*_: Any) -> Any:
        yield Page(cursor={"at": 1}, sayings=[said])
        raise SourceTrouble("unreachable", host="x", reason="gone")

    monkeypatch.setattr(kinds.adapter("feed").__class__, "pages", pages)
    run = look(feed)
    assert (feed.cursor, run.taken, feed.failures) == ({"at": 1}, 1, 1)
    assert Voice.objects.in_workspace(feed.workspace_id).count() == 1


@pytest.mark.django_db
def test_what_is_asked_for_is_done_at_once_and_written_down(feed: Source, alice: Person) -> None:
    look(feed)
    actions.run_now(source=feed, actor_id=alice.user.pk, now=NOW)
    run = running.claim(owner="test:1:x", now=NOW)
    assert run is not None
    assert run.by_hand
    running.perform(run, now=lambda: NOW)
    actions.remove(source=feed, actor_id=alice.user.pk)
    verbs = AuditEntry.objects.in_workspace(alice.workspace.pk).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["listen.source.created", "listen.source.asked", "listen.source.removed"]
    assert Voice.objects.in_workspace(alice.workspace.pk).count() == 1
    assert not SourceRun.objects.in_workspace(alice.workspace.pk).exists()


@pytest.mark.django_db
def test_counts_by_day_are_the_workspaces_own_days(feed: Source, acme: Any) -> None:
    look(feed, now=NOW)
    days = queries.by_day(workspace_id=acme.pk, zone="Asia/Shanghai", now=NOW + timedelta(hours=9), days=3)
    assert [(day.isoformat(), count) for day, count in days[feed.pk]] == [
        ("2026-11-21", 0), ("2026-11-22", 1), ("2026-11-23", 0),
    ]  # fmt: skip


CHILD = """
import os, sys, time
import django
django.setup()
from django.utils import timezone
from allears.listen.models import Source
from allears.listen.sources import kinds, running
from allears.listen.sources.base import Page, Saying
from allears.store import bulk

def pages(self, errand):
    for number in range(errand.cursor.get("at", 0), 400):
        now = timezone.now()
        said = Saying(key=f"feed:{number}", text=f"voice {number}", said_at=now, source_kind="review", channel="feed",
                      email=f"p{number % 7}@example.test")
        yield Page(cursor={"at": number + 1}, sayings=[said])

type(kinds.adapter("feed")).pages = pages
print("ready", flush=True)
read = Source.objects.across_workspaces().filter(cursor__at=400)
while running.run_once("child:%d:x" % os.getpid()) or not read.exists():
    Source.objects.across_workspaces().update(lease_until=None)
print("done", flush=True)
"""


@pytest.mark.slow
def test_kills_in_the_middle_lose_and_double_nothing(tmp_path: Path) -> None:
    env = {**os.environ, "ALLEARS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "allears.settings"}
    env.pop("DATABASE_URL", None)
    set_up = (
        "import django; django.setup()\nfrom django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from allears.accounts.models import Workspace\nfrom allears.listen.models import Source\n"
        "from django.utils import timezone\nw = Workspace.objects.create(slug='a', name='A')\n"
        "s = {'url': 'https://example.test/'}\n"
        "Source.objects.create(workspace=w, kind='feed', name='x', settings=s, next_run_at=timezone.now())"
    )
    subprocess.run([sys.executable, "-c", set_up], env=env, check=True)
    kills, rng = 0, random.Random(7)
    while True:
        child = subprocess.Popen([sys.executable, "-c", CHILD], env=env, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.05, 0.6))
        if child.poll() is None and kills < 6:
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
            child.wait()
            continue
        assert child.wait(timeout=120) == 0
        break
    look_back = (
        "import django; django.setup()\nfrom allears.listen.models import Voice, SourceRun\n"
        "keys = list(Voice.objects.across_workspaces().values_list('key', flat=True))\n"
        "runs = SourceRun.objects.across_workspaces()\n"
        "print(len(keys), len(set(keys)), sum(r.taken for r in runs), sum(r.known for r in runs))"
    )
    seen = subprocess.run([sys.executable, "-c", look_back], env=env, check=True, capture_output=True, text=True)
    assert seen.stdout.split() == ["400", "400", "400", "0"]
    assert kills >= 3
