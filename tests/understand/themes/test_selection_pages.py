"""The console asks what a selection talks about, shows it at an address that can be passed on, and keeps one."""

import csv
import io

import pytest
from tests.understand.builders import touchpoint
from tests.understand.themes.test_lasting import tell
from tests.understand.themes.test_surfaces import console
from tests.understand.themes.test_within import told

from allears.listen.models import Voice
from allears.understand.themes import jobs
from allears.understand.themes.models import Theme, ThemeSelection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("here")]
__all__ = ["told"]
WORDS = "since=2025-12-01&until=2026-11-20&channel=phone"
PLACE = f"/understand/themes/selection?{WORDS}"


def search(workspace, client, words: str = WORDS) -> ThemeSelection:
    answer = client.post(f"/understand/themes/selection/searches?{words}")
    assert answer.status_code == 302
    asked = ThemeSelection.objects.in_workspace(workspace.pk).latest("pk")
    jobs.select(workspace_id=workspace.pk, selection_id=asked.pk)
    asked.refresh_from_db()
    return asked


def test_a_selection_is_asked_for_waits_and_shows_its_themes_at_its_address(told, alice, bob) -> None:
    client = console(alice)
    page = client.get(PLACE).content.decode()
    assert "60 voices with words are in this selection." in page
    assert not ThemeSelection.objects.in_workspace(told.pk).exists()  # to look asks for nothing
    asked = client.post(f"/understand/themes/selection/searches?{WORDS}&cursor=9")
    assert asked["Location"] == PLACE
    assert 'hx-trigger="every 2s"' in client.get(PLACE).content.decode()
    row = ThemeSelection.objects.in_workspace(told.pk).get()
    jobs.select(workspace_id=told.pk, selection_id=row.pk)
    page = client.get(PLACE).content.decode()
    assert 'hx-trigger="every 2s"' not in page
    names = list(row.themes.order_by("rank").values_list("name_en", flat=True))
    assert [page.index(each) for each in names] == sorted(page.index(each) for each in names)
    assert "There are too few other voices to compare with." in page
    assert console(bob).get(PLACE).status_code == 403
    first = row.themes.order_by("rank")[0]
    weeks = first.figures["weeks"]
    assert sum(n for _monday, n, _of in weeks) == first.size
    assert sum(of for _monday, _n, of in weeks) == 60
    assert weeks == sorted(weeks)
    assert page.count("<polyline") == len(names)
    assert "Share of voices by week" in client.get(f"/understand/themes/selected/{first.pk}").content.decode()
    client.cookies["allears_language"] = "zh-hans"
    page = client.get(PLACE).content.decode()
    assert "此筛选中的主题" in page
    assert all(each in page for each in row.themes.values_list("name_zh", flat=True))
    text = client.get(f"/understand/themes/selection.csv?{WORDS}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(each["n"]) for each in rows] == list(row.themes.order_by("rank").values_list("size", flat=True))
    assert client.get("/understand/themes/selection.csv?channel=fax").status_code == 404


def test_empty_small_and_failed_selections_say_what_to_do(told, alice) -> None:
    client = console(alice)
    empty = client.get("/understand/themes/selection?since=365d&channel=fax").content.decode()
    assert "No voice in this selection" in empty
    small = client.get(f"{PLACE}&language=zh").content.decode()
    assert "There are 30 different voices with words in it; themes need 40." in small
    assert "Find its themes" not in small
    assert client.get("/understand/themes/selection?score=huge").status_code == 400
    asked = search(told, client)
    ThemeSelection.objects.in_workspace(told.pk).filter(pk=asked.pk).update(state="failed")
    assert "The search did not end well." in client.get(PLACE).content.decode()


def test_a_theme_opens_to_its_voices_and_is_kept_and_taken_back(told, alice) -> None:
    client = console(alice)
    first = search(told, client).themes.order_by("rank")[0]
    place = f"/understand/themes/selected/{first.pk}"
    page = client.get(place).content.decode()
    assert page.count('class="voice voice-') == min(30, first.size) + len(first.figures["quotes"])
    assert "Keep as a theme" in page
    kept = client.post(f"{place}/keeping", follow=True).content.decode()
    assert "Kept: it is pinned" in kept
    assert "Kept from a selection" in kept
    made = Theme.objects.in_workspace(told.pk).get(pinned_at__isnull=False)
    above = Theme.objects.in_workspace(told.pk).exclude(pk=made.pk)[0]
    Theme.objects.in_workspace(told.pk).filter(pk=made.pk).update(part_of=above)
    listed = client.get("/understand/themes?since=36500d").content.decode()
    assert f"a part of {above.english}:" in listed
    assert listed.index(f"/themes/{above.pk}?") < listed.index(f"/themes/{made.pk}?")
    Theme.objects.in_workspace(told.pk).filter(pk=above.pk).update(part_of=made)  # in a ring nothing is lost
    listed = client.get("/understand/themes?since=36500d").content.decode()
    assert f"/themes/{above.pk}?" in listed
    assert f"/themes/{made.pk}?" in listed
    Theme.objects.in_workspace(told.pk).filter(pk=above.pk).update(part_of=None)
    assert "Keep as a theme" not in client.get(place).content.decode()
    client.post(f"/understand/themes/changes/{made.changes.get().pk}/undoing")
    made.refresh_from_db()
    assert (made.pinned_at, made.gone_at is None) == (None, False)
    assert "Keep as a theme" in client.get(place).content.decode()


def test_the_lists_of_voices_and_themes_lead_to_it_with_their_filters(acme, alice, bob) -> None:
    tell(acme, each=1)
    point = touchpoint(workspace=acme)
    Voice.objects.in_workspace(acme.pk).update(touchpoint=point)
    client = console(alice)
    wall = client.get(f"/listen?view=all&touchpoint={point.pk}&source=complaint&intent=complain").content.decode()
    assert "/understand/themes/selection?since=36500d&amp;source=complaint&amp;touchpoint=delivery" in wall
    assert "/understand/themes/selection" not in client.get("/listen?view=mine").content.decode()
    assert "/understand/themes/selection" not in console(bob).get("/listen?view=all").content.decode()
    scores = client.get("/understand/voices?metric=nps&touchpoint=delivery&cursor=0").content.decode()
    assert "/understand/themes/selection?metric=nps&amp;touchpoint=delivery" in scores
    page = client.get("/understand/themes/selection?since=36500d&q=parcel&source=complaint").content.decode()
    assert 'name="q" value="parcel" checked' in page


def test_a_topic_chosen_on_the_list_of_themes_chooses_no_voices(told, alice) -> None:
    whole = console(alice).get("/understand/themes?since=365d").context["board"]
    cut = console(alice).get("/understand/themes?since=365d&topic=price").context["board"]
    assert (cut.voices, len(cut.cards)) == (whole.voices, len(whole.cards)) == (120, 3)
