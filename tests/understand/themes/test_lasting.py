"""Themes in the store: lasting ids, what people decide and take back, voices that come later, and who may see what."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import Person
from tests.understand.builders import NOON, voice
from tests.understand.themes.made_up import voices

from allears.accounts.models import Workspace
from allears.listen.models import Voice
from allears.understand.themes import actions, jobs, queries, running
from allears.understand.themes.models import Cell, Place, Theme, ThemeChange, ThemeRun, ThemeSize
from allears.understand.themes.selecting import selection_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]
SCORES = (2, 9, 10)  # parcels pull the score down


def tell(workspace: Workspace, *, each: int = 20, seed: int = 3, at=NOON, weeks: int = 8) -> None:
    """Made-up voices with scores, spread over weeks; attributes hold the truth."""
    for number, (text, theme) in enumerate(zip(*voices(each, seed=seed), strict=True)):
        said = at - timedelta(days=7 * (number % weeks))
        facts = {"metric": "nps", "score": SCORES[theme], "attributes": {"truth": theme}}
        voice(workspace=workspace, text=text, at=said, **facts)


def search(workspace: Workspace, *, wanted: int | None = 3, now=NOON) -> ThemeRun:
    run = actions.ask_run(workspace_id=workspace.pk, actor_id=None, now=now, wanted=wanted)
    jobs.run(workspace_id=workspace.pk, run_id=run.pk)
    run.refresh_from_db()
    return run


def by_truth(workspace: Workspace) -> dict[int, int]:
    """The theme that most voices of each truth are in."""
    rows = Place.objects.in_workspace(workspace.pk).filter(cell__isnull=False)
    counted: dict[int, Counter[int]] = {}
    for facts, theme in rows.values_list("voice__attributes", "cell__theme_id"):
        counted.setdefault(facts["truth"], Counter())[theme] += 1
    return {truth: each.most_common(1)[0][0] for truth, each in counted.items()}


def theme_of(workspace: Workspace, truth: int) -> Theme:
    return Theme.objects.in_workspace(workspace.pk).get(pk=by_truth(workspace)[truth])


def board(workspace: Workspace, **words: str) -> queries.Board:
    return queries.board(selection_of({"since": "365d", **words}, workspace=workspace, now=NOON + timedelta(hours=1)))


@pytest.fixture
def told(acme: Workspace) -> Workspace:
    tell(acme)
    search(acme)
    return acme


def test_a_search_places_every_voice_and_says_what_moves_the_score(told) -> None:
    run = ThemeRun.objects.in_workspace(told.pk).get()
    assert (run.state, run.voices, Place.objects.in_workspace(told.pk).count()) == ("done", 120, 120)
    assert sorted(by_truth(told)) == [0, 1, 2]
    found = board(told)
    assert (found.metric, len(found.cards), found.voices) == ("nps", 3, 120)
    first = found.cards[0]
    assert first.theme.pk == by_truth(told)[0]
    assert first.n + found.cards[1].n + found.cards[2].n + found.loose == 120
    # 40 of 120 answers: −100 against +100 of the rest, a third of the answers
    assert first.contribution.estimate == pytest.approx(-200 / 3, abs=4)
    assert first.contribution.low < first.contribution.estimate < first.contribution.high
    assert sum(week.n for week in first.weeks) == first.n
    assert [week.of for week in first.weeks] == [15] * 8
    assert (first.weeks[0].monday, first.weeks[-1].monday) == ("2026-09-28", "2026-11-16")
    assert set(first.languages) == {"en", "zh"}


def test_filters_choose_voices(told) -> None:
    assert {card.theme.pk for card in board(told, score="low").cards} == {by_truth(told)[0]}
    chinese = board(told, language="zh")
    assert all(set(card.languages) == {"zh"} for card in chinese.cards)
    assert chinese.voices == 60
    assert board(told, channel="phone").cards == ()
    assert board(told, since="2026-11-16").voices == 15


def test_ids_last_through_another_search(told) -> None:
    before = by_truth(told)
    tell(told, each=6, seed=9, at=NOON + timedelta(hours=2))
    search(told, now=NOON + timedelta(days=1))
    assert by_truth(told) == before
    sizes = ThemeSize.objects.in_workspace(told.pk).filter(theme_id=before[0]).order_by("at")
    assert [round(each.size, -1) for each in sizes] == [40, 50]
    assert Theme.objects.in_workspace(told.pk).count() == 3
    kept = [run.model is not None for run in ThemeRun.objects.in_workspace(told.pk).order_by("id")]
    assert kept == [False, True]


def test_a_theme_nobody_speaks_of_goes_and_comes_back_as_itself(told) -> None:
    room = theme_of(told, 2)
    texts = list(Voice.objects.in_workspace(told.pk).filter(attributes__truth=2).values_list("text", "said_at"))
    Voice.objects.in_workspace(told.pk).filter(attributes__truth=2).delete()
    search(told, wanted=2)
    room.refresh_from_db()
    assert room.gone_at is not None
    assert room.changes.order_by("-id").first().kind == "gone"
    for text, at in texts:
        voice(workspace=told, text=text, at=at, attributes={"truth": 2})
    search(told)
    room.refresh_from_db()
    assert (room.gone_at, theme_of(told, 2).pk) == (None, room.pk)


def test_names_pins_and_hiding_survive_and_are_undone(told, alice) -> None:
    parcel, who = theme_of(told, 0), alice.user.pk
    named = actions.rename(theme=parcel, en="Where is my parcel?", zh="包裹在哪", actor_id=who, now=NOON)
    hidden = actions.hide(theme=parcel, hidden=True, actor_id=who, now=NOON)
    actions.pin(theme=theme_of(told, 1), pinned=True, actor_id=who, now=NOON)
    search(told, now=NOON + timedelta(days=1))
    parcel.refresh_from_db()
    assert (by_truth(told)[0], parcel.english, parcel.chinese) == (parcel.pk, "Where is my parcel?", "包裹在哪")
    assert [card.theme.pk for card in board(told).cards] == [by_truth(told)[1], by_truth(told)[2]]
    for change in (hidden, named):
        change = queries.access_change(workspace_id=told.pk, change_id=change.pk)
        actions.undo(change=change, actor_id=who, now=NOON)
    parcel.refresh_from_db()
    assert (parcel.hidden_at, parcel.given_en, parcel.english) == (None, "", parcel.name_en)
    with pytest.raises(actions.ThemeError):
        actions.undo(change=queries.access_change(workspace_id=told.pk, change_id=named.pk), actor_id=who, now=NOON)


def test_a_merge_survives_a_search_and_is_undone(told, alice) -> None:
    app, room = theme_of(told, 1), theme_of(told, 2)
    change = actions.merge(theme=room, into=app, actor_id=alice.user.pk, now=NOON)
    tell(told, each=5, seed=12, at=NOON + timedelta(hours=1))
    search(told, now=NOON + timedelta(days=1))
    assert by_truth(told) == {0: by_truth(told)[0], 1: app.pk, 2: app.pk}
    assert [card.theme.pk for card in board(told).cards if card.theme.pk == room.pk] == []
    change = queries.access_change(workspace_id=told.pk, change_id=change.pk)
    actions.undo(change=change, actor_id=alice.user.pk, now=NOON)
    assert (by_truth(told)[1], by_truth(told)[2]) == (app.pk, room.pk)
    room.refresh_from_db()
    assert room.merged_into is None
    with pytest.raises(actions.ThemeError):
        actions.merge(theme=room, into=room, actor_id=None, now=NOON)


def test_a_split_survives_a_search_and_is_undone(told, alice) -> None:
    app, room = theme_of(told, 1), theme_of(told, 2)
    actions.merge(theme=room, into=app, actor_id=alice.user.pk, now=NOON)
    change = actions.split(theme=app, parts=2, actor_id=alice.user.pk, now=NOON)
    parts = by_truth(told)
    assert parts[1] != parts[2]
    search(told, now=NOON + timedelta(days=1), wanted=2)
    assert by_truth(told) == parts
    actions.undo(
        change=queries.access_change(workspace_id=told.pk, change_id=change.pk), actor_id=alice.user.pk, now=NOON
    )
    assert by_truth(told)[1] == by_truth(told)[2] == app.pk
    assert Place.objects.in_workspace(told.pk).count() == 120


def test_voices_that_come_later_are_taken_in_once(told) -> None:
    late = voice(workspace=told, text="the courier came late with my parcel", at=NOON, attributes={"truth": 0})
    chinese = voice(workspace=told, text="APP又闪退，登录不上去", at=NOON, attributes={"truth": 1})
    voice(workspace=told, text="", at=NOON, metric="nps", score=3)
    assert running.take_in(workspace_id=told.pk) == 2
    assert running.take_in(workspace_id=told.pk) == 0
    assert late.theme_place.cell.theme_id == by_truth(told)[0]
    assert (chinese.theme_place.cell.theme_id, chinese.theme_place.language) == (by_truth(told)[1], "zh")
    run = running.last_done(told.pk)
    assert (run.added, run.read_to) == (2, chinese.pk)


def test_what_bursts_is_flagged_and_volume_alone_is_not(told) -> None:
    now = NOON + timedelta(days=3)
    tell(told, each=6, seed=20, at=now, weeks=1)  # everything grows alike
    running.take_in(workspace_id=told.pk)
    assert running.judge(workspace_id=told.pk, now=now) == 0
    texts, truths = voices(60, seed=30)
    for text, truth in zip(texts, truths, strict=True):
        if truth == 2:
            voice(workspace=told, text=text, at=now, attributes={"truth": truth})
    running.take_in(workspace_id=told.pk)
    assert running.judge(workspace_id=told.pk, now=now) == 1
    room = theme_of(told, 2)
    assert (room.flag, room.flagged_at) == ("burst", now)
    assert room.flag_count > 2 * room.flag_expected
    assert room.flag_adjusted_p < 0.05


def test_a_young_company_has_its_days_judged(acme, alice) -> None:
    """Nine days of voices have no weeks to be judged by, and nothing was ever flagged."""
    for number, (text, theme) in enumerate(zip(*voices(24, seed=3), strict=True)):
        voice(workspace=acme, text=text, at=NOON - timedelta(days=1 + number % 8), attributes={"truth": theme})
    search(acme)
    assert running.judge(workspace_id=acme.pk, now=NOON) == 0
    texts, truths = voices(20, seed=30)
    for number, (text, truth) in enumerate(zip(texts, truths, strict=True)):
        if truth == 2 or number % 4 == 0:
            voice(workspace=acme, text=text, at=NOON, attributes={"truth": truth})
    running.take_in(workspace_id=acme.pk)
    assert running.judge(workspace_id=acme.pk, now=NOON) == 1
    room = theme_of(acme, 2)
    assert (room.flag, room.flag_days) == ("burst", 1)
    page = Client()
    page.force_login(alice.user)
    assert "voices in a day" in page.get(f"/understand/themes/{room.pk}").content.decode()


def test_too_few_voices_are_said_and_tried_again_when_more_have_come(acme) -> None:
    for text in voices(5)[0]:
        voice(workspace=acme, text=text, at=NOON)
    assert search(acme).state == "few"
    run = ThemeRun.objects.in_workspace(acme.pk).get()
    assert (run.voices, Theme.objects.in_workspace(acme.pk).count()) == (30, 0)
    jobs.find_anew()
    assert ThemeRun.objects.in_workspace(acme.pk).count() == 1
    tell(acme, each=10)
    jobs.find_anew()
    assert ThemeRun.objects.in_workspace(acme.pk).filter(state="queued").count() == 1


def test_quotes_are_near_unlike_one_another_and_never_copies(told) -> None:
    parcel = theme_of(told, 0)
    for _ in range(3):
        voice(workspace=told, text="my parcel arrived late, the courier never rang!", at=NOON, attributes={"truth": 0})
    search(told, now=NOON + timedelta(days=1))
    chosen = queries.quotes(selection_of({}, workspace=told, now=NOON + timedelta(hours=1)), parcel, limit=6)
    texts = [quote.text for quote in chosen]
    assert len(texts) == len(set(texts)) == 6
    assert {quote.voice.attributes["truth"] for quote in chosen} == {0}
    assert {quote.voice.theme_place.language for quote in chosen} == {"en", "zh"}
    chinese = Place.objects.in_workspace(told.pk).filter(cell__theme=parcel, language="zh")
    kept = list(chinese.values_list("pk", flat=True)[:2])
    chinese.exclude(pk__in=kept).update(cell=None)  # two voices of a language do not speak for a theme of the other
    chosen = queries.quotes(selection_of({}, workspace=told, now=NOON + timedelta(hours=1)), parcel, limit=6)
    assert {quote.voice.theme_place.language for quote in chosen} == {"en"}


def test_erased_and_removed_voices_leave_their_theme(told) -> None:
    gone = Voice.objects.in_workspace(told.pk).order_by("id").first()
    gone.delete()
    search(told, now=NOON + timedelta(days=1))
    assert Place.objects.in_workspace(told.pk).count() == 119


def test_themes_of_another_workspace_are_none_of_ours(told, elsewhere, charlie: Person) -> None:
    tell(elsewhere, each=15, seed=5)
    search(elsewhere)
    mine = set(Theme.objects.in_workspace(told.pk).values_list("pk", flat=True))
    theirs = set(Theme.objects.in_workspace(elsewhere.pk).values_list("pk", flat=True))
    assert not mine & theirs
    assert {card.theme.pk for card in board(elsewhere).cards} <= theirs
    assert Cell.objects.in_workspace(elsewhere.pk).exclude(theme__workspace=elsewhere).count() == 0
    with pytest.raises(Theme.DoesNotExist):
        queries.access_theme(workspace_id=elsewhere.pk, theme_id=min(mine))
    with pytest.raises(actions.ThemeError):
        actions.merge(theme=theme_of(told, 0), into=theme_of(elsewhere, 0), actor_id=None, now=NOON)


def test_the_board_asks_the_store_a_fixed_number_of_times(told) -> None:
    with CaptureQueriesContext(connection) as asked:
        board(told)
    assert len(asked) == 4


def test_a_search_that_lost_its_worker_is_given_up(told) -> None:
    run = actions.ask_run(workspace_id=told.pk, actor_id=None, now=NOON)
    assert actions.ask_run(workspace_id=told.pk, actor_id=None, now=NOON).pk == run.pk
    actions.give_up(workspace_id=told.pk, now=NOON + timedelta(hours=4))
    assert actions.live_run(workspace_id=told.pk) is None
    assert ThemeChange.objects.in_workspace(told.pk).filter(kind="born").count() == 3
