"""Themes of a selection: found apart from the lasting ones, told with figures, and kept by people if they like."""

from datetime import timedelta

import pytest
from tests.understand.builders import NOON, response, survey_version, touchpoint, voice
from tests.understand.themes.made_up import voices
from tests.understand.themes.test_lasting import board, by_truth, search, tell, theme_of

from allears.accounts.models import Workspace
from allears.jobs.models import Job
from allears.listen.models import Voice
from allears.listen.words import indexing
from allears.understand.asking import AskingError
from allears.understand.themes import actions, jobs, keeping, queries, running, within
from allears.understand.themes.models import Cell, Place, SelectedTheme, Theme, ThemeSelection
from allears.understand.themes.selecting import selection_of, voices_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]
LATER = NOON + timedelta(hours=1)


def ask(workspace: Workspace, **words: str) -> ThemeSelection:
    asked = within.ask(workspace=workspace, words={"since": "365d", **words}, actor_id=None, now=LATER)
    jobs.select(workspace_id=workspace.pk, selection_id=asked.pk)
    asked.refresh_from_db()
    return asked


def truths(theme: SelectedTheme) -> set[int]:
    ids = [each.voice_id for each in within.members_of(theme)]
    rows = Voice.objects.in_workspace(theme.workspace_id).filter(pk__in=ids)
    return set(rows.values_list("attributes__truth", flat=True))


def of_truth(asked: ThemeSelection, truth: int) -> SelectedTheme:
    return next(each for each in asked.themes.order_by("rank") if truths(each) == {truth})


@pytest.fixture
def told(acme: Workspace) -> Workspace:
    """Parcels are all that the phone hears; elsewhere people talk of the app and of rooms."""
    tell(acme)
    search(acme)
    parcels = Voice.objects.in_workspace(acme.pk).filter(attributes__truth=0)
    parcels.update(channel="phone")
    others = Voice.objects.in_workspace(acme.pk).filter(attributes__truth=1).order_by("pk")
    Voice.objects.in_workspace(acme.pk).filter(pk__in=[each.pk for each in others[:20]]).update(channel="phone")
    return acme


def test_the_themes_of_a_selection_come_with_their_figures_and_leave_the_lasting_ones_alone(told) -> None:
    before = list(Place.objects.in_workspace(told.pk).order_by("pk").values_list("pk", "cell_id"))
    asked = ask(told, channel="phone")
    assert (asked.state, asked.progress, asked.voices, asked.metric) == ("done", 1.0, 60, "nps")
    assert (asked.rest, asked.rest_of) == (0, "")  # sixty others are too few to compare with
    found = list(asked.themes.order_by("rank"))
    assert [each.size for each in found] == sorted((each.size for each in found), reverse=True)
    assert sum(each.size for each in found) + asked.loose == 60
    parcels = [each for each in found if truths(each) == {0}]
    assert sum(each.size for each in parcels) >= 35
    first = parcels[0].figures
    assert first["share"]["estimate"] == parcels[0].size / 60
    assert first["score"]["estimate"] == -100
    assert first["contribution"]["low"] < first["contribution"]["estimate"] < first["contribution"]["high"] < 0
    assert sum(first["languages"].values()) == parcels[0].size
    assert first["overlaps"][0]["theme"] == by_truth(told)[0]
    assert first["against"] is None
    quoted = within.voices_by_id(told.pk, first["quotes"])
    assert {each.attributes["truth"] for each in quoted} == {0}
    assert len({each.text for each in quoted}) == len(first["quotes"]) >= 3
    assert list(Place.objects.in_workspace(told.pk).order_by("pk").values_list("pk", "cell_id")) == before
    assert Theme.objects.in_workspace(told.pk).count() == 3


def test_what_is_said_more_here_than_elsewhere_is_told(told) -> None:
    tell(told, each=25, seed=17)  # by e-mail, of everything
    Voice.objects.in_workspace(told.pk).filter(attributes__truth=0).exclude(channel="phone").delete()
    asked = ask(told, channel="phone")
    assert (asked.rest, asked.rest_of) == (160, "days")
    against = {min(truths(each)): each.figures["against"] for each in asked.themes.all() if len(truths(each)) == 1}
    assert (against[0]["more"], against[1]["more"]) == (True, False)
    assert (against[0]["of_here"], against[0]["of_elsewhere"]) == (20, 160)


def test_a_selection_without_others_in_its_days_is_compared_with_all_others(told) -> None:
    tell(told, each=20, seed=23, at=NOON - timedelta(days=400), weeks=2)
    asked = ask(told, since="365d")
    assert (asked.voices, asked.rest, asked.rest_of) == (120, 120, "ever")


def test_a_small_selection_says_so_at_once(told) -> None:
    asked = within.ask(workspace=told, words={"channel": "phone", "language": "zh"}, actor_id=None, now=LATER)
    assert (asked.state, asked.voices) == ("few", 30)
    assert not Job.objects.filter(task__endswith="themes.jobs.select").exists()
    Voice.objects.in_workspace(told.pk).filter(channel="phone").update(text="Late again")
    copies = ask(told, channel="phone")
    assert (copies.state, copies.voices) == ("few", 1)


def test_a_selection_is_looked_for_once_and_its_result_is_kept_for_it(told) -> None:
    words = {"since": "365d", "channel": "phone"}
    one = within.ask(workspace=told, words=words, actor_id=None, now=LATER)
    assert within.ask(workspace=told, words={**words, "cursor": "3"}, actor_id=None, now=LATER).pk == one.pk
    assert Job.objects.filter(task__endswith="themes.jobs.select", queue="long").count() == 1
    jobs.select(workspace_id=told.pk, selection_id=one.pk)
    kept = list(one.themes.values_list("pk", flat=True))
    jobs.select(workspace_id=told.pk, selection_id=one.pk)  # delivered twice
    assert list(one.themes.values_list("pk", flat=True)) == kept
    assert within.last_of(workspace_id=told.pk, words=words) == one
    assert within.last_of(workspace_id=told.pk, words={"channel": "phone"}) is None
    again = within.ask(workspace=told, words=words, actor_id=None, now=LATER + timedelta(days=1))
    assert again.pk != one.pk
    assert within.last_of(workspace_id=told.pk, words=words) == again


def test_no_more_than_three_wait_and_old_results_go(told) -> None:
    for days in ("365d", "364d", "363d"):
        within.ask(workspace=told, words={"since": days}, actor_id=None, now=LATER)
    with pytest.raises(within.SelectingError):
        within.ask(workspace=told, words={"since": "362d"}, actor_id=None, now=LATER)
    within.tidy(workspace_id=told.pk, now=LATER + timedelta(hours=4))
    states = list(ThemeSelection.objects.in_workspace(told.pk).values_list("state", flat=True))
    assert states == ["failed"] * 3
    within.tidy(workspace_id=told.pk, now=LATER + timedelta(days=40))
    assert not ThemeSelection.objects.in_workspace(told.pk).exists()


def test_the_filters_are_those_of_the_list_of_voices(told) -> None:
    version = survey_version(workspace=told, family="csat")
    answer = response(workspace=told, score=4, survey_version=version)
    one = voice(
        workspace=told,
        text="Die Lampe flackert",
        response=answer,
        source_kind="review",
        sentiment="negative",
        touchpoint=touchpoint(workspace=told),
    )

    indexing.index_all()

    def chosen(**words: str) -> list[int]:
        found = selection_of({"since": "365d", **words}, workspace=told, now=LATER)
        return list(voices_of(found).values_list("pk", flat=True))

    for words in (
        {"survey": "csat"},
        {"source": "review"},
        {"q": "Lampe"},
        {"feeling": "negative", "source": "review"},
        {"touchpoint": "delivery", "q": "flackert"},
    ):
        assert chosen(**words) == [one.pk], words
    assert chosen(owner="17") == chosen(tag="17") == chosen(sentiment="negative") == []
    for words in ({"feeling": "huge"}, {"source": "x"}, {"tag": "x"}, {"account": "nobody"}, {"until": "9999-12-31"}):
        with pytest.raises(AskingError):
            chosen(**words)


def test_a_kept_theme_is_pinned_stays_and_is_given_back(told, alice) -> None:
    phone = ask(told, channel="phone")
    parcels, origin = of_truth(phone, 0), theme_of(told, 0)
    members = {each.voice_id for each in within.members_of(parcels)}
    change = keeping.keep(selected=parcels, actor_id=alice.user.pk, now=LATER)
    made = change.theme
    places = Place.objects.in_workspace(told.pk)
    assert set(places.filter(cell__theme=made).values_list("voice_id", flat=True)) == members
    assert (made.name_en, made.pinned_at, made.part_of_id) == (parcels.name_en, LATER, origin.pk)
    assert board(told).cards[0].theme == made
    with pytest.raises(keeping.KeepingError):
        keeping.keep(selected=parcels, actor_id=alice.user.pk, now=LATER)
    search(told, now=NOON + timedelta(days=1))
    assert members <= set(places.filter(cell__theme=made).values_list("voice_id", flat=True))
    actions.undo(change=queries.access_change(workspace_id=told.pk, change_id=change.pk), actor_id=None, now=LATER)
    assert not places.filter(cell__theme=made).exists()
    assert not Cell.objects.in_workspace(told.pk).filter(theme=made).exists()
    assert places.count() == 120
    assert not [card for card in board(told).cards if card.theme == made]
    parcels.refresh_from_db()
    assert parcels.kept_as is None


def test_a_kept_theme_that_went_into_another_is_given_back_after_that_was_taken_back(told) -> None:
    change = keeping.keep(selected=of_truth(ask(told, channel="phone"), 0), actor_id=None, now=LATER)
    merged = actions.merge(theme=change.theme, into=theme_of(told, 2), actor_id=None, now=LATER)
    inside = set(Place.objects.in_workspace(told.pk).filter(cell__theme=merged.other).values_list("pk", flat=True))
    with pytest.raises(actions.ThemeError):
        actions.undo(change=queries.access_change(workspace_id=told.pk, change_id=change.pk), actor_id=None, now=LATER)
    held = Place.objects.in_workspace(told.pk).filter(cell__theme=merged.other)
    assert set(held.values_list("pk", flat=True)) == inside
    for each in (merged, change):
        actions.undo(change=queries.access_change(workspace_id=told.pk, change_id=each.pk), actor_id=None, now=LATER)
    assert by_truth(told)[0] != change.theme_id


def test_voices_that_no_search_has_read_are_kept_too_and_stay(told) -> None:
    for text in voices(12, seed=40)[0]:
        voice(workspace=told, text=text, at=NOON, channel="kiosk", attributes={"truth": 9})
    kiosk = ask(told, channel="kiosk")
    selected = kiosk.themes.order_by("rank")[0]
    members = [each.voice_id for each in within.members_of(selected)]
    assert selected.figures["kin"] == "new"
    change = keeping.keep(selected=selected, actor_id=None, now=LATER)
    assert change.theme.part_of is None
    places = Place.objects.in_workspace(told.pk).filter(cell__theme=change.theme)
    assert places.count() == len(members)
    assert running.take_in(workspace_id=told.pk) == 72 - len(members)
    assert places.count() == len(members)
    assert running.take_in(workspace_id=told.pk) == 0


def test_what_was_removed_meanwhile_is_neither_shown_nor_kept(told) -> None:
    phone = ask(told, channel="phone")
    parcels = of_truth(phone, 0)
    ids = [each.voice_id for each in within.members_of(parcels)]
    Voice.objects.in_workspace(told.pk).filter(pk=ids[0]).delete()
    assert len(within.voices_in(parcels, limit=100)) == len(ids) - 1
    change = keeping.keep(selected=parcels, actor_id=None, now=LATER)
    assert Place.objects.in_workspace(told.pk).filter(cell__theme=change.theme).count() == len(ids) - 1
    Voice.objects.in_workspace(told.pk).filter(pk__in=ids).delete()
    SelectedTheme.objects.in_workspace(told.pk).update(kept_as=None)
    with pytest.raises(keeping.KeepingError):
        keeping.keep(selected=parcels, actor_id=None, now=LATER)


def test_names_hold_no_personal_data(acme) -> None:
    for text in voices(10)[0]:
        voice(workspace=acme, text=f"{text}, call 13812345678 or mail mia.berg@example.com", at=NOON)
    asked = ask(acme)
    assert asked.state == "done"
    told = " ".join(f"{each.name_en} {each.name_zh} {each.terms}" for each in asked.themes.all())
    assert "mia" not in told.lower()
    assert "138" not in told
