"""Printed codes, tablets and telephone lines: looking is no answer, a repeat is no second one."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer, Identifier
from allears.listen.actions import ensure_ready_made
from allears.listen.models import Invitation, Response, Voice
from allears.listen.places.actions import PlaceError, TooManyTriesError, close_place, is_pin, open_place, secret_of
from allears.listen.places.models import Place
from tests import builders


def place(workspace: Workspace, kind: str, **given: Any) -> Place:
    survey = ensure_ready_made(workspace_id=workspace.pk, key="nps-why", now=timezone.now())
    at = builders.touchpoint(workspace=workspace, key=f"at-{len(Place.objects.in_workspace(workspace.pk))}")
    return open_place(
        workspace_id=workspace.pk, kind=kind, name="Table 7", survey_id=survey.pk, actor_id=None, now=timezone.now(),
        employee="Lin", touchpoint_id=at.pk, **given,
    )  # fmt: skip


def test_a_scan_is_counted_and_answers_nothing(acme: Workspace) -> None:
    table = place(acme, "qr")
    page = Client().get(f"/q/{table.code}", HTTP_ACCEPT_LANGUAGE="zh-CN,zh")
    assert "您有多大可能" in page.content.decode()
    assert Client().head(f"/q/{table.code}").status_code == 200
    table.refresh_from_db()
    assert (table.seen, table.answered) == (1, 0)
    assert (Invitation.objects.across_workspaces().count(), Voice.objects.across_workspaces().count()) == (0, 0)


def test_the_first_tap_is_the_answer_and_the_page_goes_on(acme: Workspace) -> None:
    table = place(acme, "qr")
    told = {"visit": "v" * 24, "q-nps": "9", "lang": "en"}
    for _ in range(2):
        got = Client().post(f"/q/{table.code}", told)
        assert got.status_code == 303
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.score, response.channel, response.touchpoint_id) == (9, "qr", table.touchpoint_id)
    assert response.completed_at is None
    assert "Thank" not in Client().get(got["Location"]).content.decode()
    voice = Voice.objects.in_workspace(acme.pk).get()
    assert (voice.channel, voice.attributes["place"]["employee"]) == ("qr", "Lin")
    table.refresh_from_db()
    assert table.answered == 1


def test_a_code_that_was_closed_leads_nowhere(acme: Workspace) -> None:
    table = place(acme, "qr")
    close_place(place=table, actor_id=None, now=timezone.now())
    assert Client().get(f"/q/{table.code}").status_code == 404
    assert Client().post(f"/q/{table.code}", {"q-nps": "9"}).status_code == 404
    assert Client().get("/q/nothere").status_code == 404


def test_a_kiosk_takes_each_visit_once_however_often_it_is_sent(acme: Workspace) -> None:
    tablet = place(acme, "kiosk", pin="2468")
    page = Client().get(f"/k/{tablet.code}").content.decode()
    assert "2468" not in page
    told = {"visit": "a" * 32, "answers": {"nps": "2", "why": "Cold."}, "complete": True, "lang": "en"}
    for _ in range(2):
        got = Client().post(f"/k/{tablet.code}/answers", json.dumps(told), content_type="application/json")
        assert got.status_code == 200
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.score, response.channel, response.completed_at is not None) == (2, "kiosk", True)
    short = json.dumps({**told, "visit": "a"})
    assert Client().post(f"/k/{tablet.code}/answers", short, content_type="application/json").status_code == 422


def test_an_answer_that_waited_on_a_tablet_was_given_then(acme: Workspace) -> None:
    tablet = place(acme, "kiosk")
    for ago in (3 * 86400, "x", -5, True, 1e300, 10**30):
        told = {"visit": f"{ago}".ljust(20, "-"), "answers": {"nps": "2"}, "ago": ago}
        body = json.dumps(told)
        assert Client().post(f"/k/{tablet.code}/answers", body, content_type="application/json").status_code == 200
    ages = [timezone.now() - voice.said_at for voice in Voice.objects.in_workspace(acme.pk).order_by("id")]
    assert [round(age / timedelta(days=1)) for age in ages] == [3, 0, 0, 0, 0, 30]


@pytest.mark.parametrize("told", [{"idle_seconds": "abc"}, {"idle_seconds": 1e12}, {"idle_seconds": 0}, {"idle": 9}])
def test_a_setting_that_no_tablet_can_keep_is_refused(acme: Workspace, told: dict[str, Any]) -> None:
    kept = place(acme, "kiosk", settings={"idle_seconds": 45})
    given = {"kind": "kiosk", "name": "Exit", "survey_id": kept.survey_id, "actor_id": None, "now": timezone.now()}
    with pytest.raises(PlaceError) as caught:
        open_place(workspace_id=acme.pk, settings=told, **given)
    assert caught.value.field == "settings"
    Place.objects.in_workspace(acme.pk).filter(pk=kept.pk).update(settings=told)  # from before they were looked at
    assert '"idle": 30' in Client().get(f"/k/{kept.code}").content.decode()


def test_only_the_pin_ends_the_loop_and_guessing_is_slow(acme: Workspace) -> None:
    cache.clear()
    tablet = place(acme, "kiosk", pin="2468")

    def leave(pin: str) -> int:
        body = json.dumps({"pin": pin})
        return Client().post(f"/k/{tablet.code}/exit", body, content_type="application/json").status_code

    assert (leave("2468"), leave("1111")) == (200, 403)
    later = timezone.now() + timedelta(days=1)
    assert [is_pin(place=tablet, pin=pin, now=later) for pin in ("1", "", "2", "3", "2468")] == [*[False] * 4, True]
    with pytest.raises(TooManyTriesError):
        is_pin(place=tablet, pin="2468", now=later)
    with pytest.raises(PlaceError):
        place(acme, "kiosk", pin="12")


def step(line: Place, *, status: int = 200, secret: str = "", **told: Any) -> Any:
    body = json.dumps({"call": "c-1", "phone": "+8613800138000", **told}).encode()
    sign = hmac.new((secret or secret_of(place=line)).encode(), body, hashlib.sha256).hexdigest()
    got = Client().post(
        f"/v1/line/{line.code}", body, content_type="application/json", HTTP_X_ALLEARS_SIGNATURE=f"sha256={sign}"
    )
    assert got.status_code == status, got.content
    return got.json()


def test_a_telephone_call_goes_from_question_to_question(acme: Workspace) -> None:
    line = place(acme, "line")
    customer = builders.customer(workspace=acme, phone="+8613800138000")
    Identifier.objects.create(workspace=acme, kind="phone", value="+8613800138000", customer=customer)
    first = step(line, language="zh")
    assert (first["question"], first["done"], first["keys"][-1]["key"]) == ("nps", False, "*")
    assert Response.objects.in_workspace(acme.pk).count() == 0
    second = step(line, digits="*", language="zh")
    assert second["question"] == "why"
    assert step(line, text="师傅很细心", language="zh")["done"] is True
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.score, response.channel, response.customer_id) == (10, "ivr", customer.pk)
    assert response.completed_at is not None
    assert Voice.objects.in_workspace(acme.pk).get().text == "师傅很细心"


def test_a_wrong_key_asks_again_and_a_hung_up_call_keeps_what_was_pressed(acme: Workspace) -> None:
    line = place(acme, "line")
    again = step(line, digits="99")
    assert (again["question"], again["understood"]) == ("nps", False)
    step(line, digits="7#")
    step(line, ended=True)
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.score, response.answers) == (7, {"nps": 7})


def test_the_key_nought_is_an_answer_however_it_is_written(acme: Workspace) -> None:
    """Telephone systems send numbers; the worst score is no silence."""
    line = place(acme, "line")
    assert step(line, call=17, digits=0)["question"] == "why"
    assert Response.objects.in_workspace(acme.pk).get().answers == {"nps": 0}


def test_a_step_told_twice_is_no_answer_to_the_next_question(acme: Workspace) -> None:
    line = place(acme, "line")
    for _ in range(2):
        step(line, digits="0", language="zh")
    assert Response.objects.in_workspace(acme.pk).get().answers == {"nps": 0}


def test_words_can_be_passed_over_by_key_and_the_call_is_done(acme: Workspace) -> None:
    line = place(acme, "line")
    asked = step(line, digits="3", language="zh")
    assert asked["keys"] == [{"key": "#", "means": "没有补充"}]
    assert step(line, digits="#", question="why")["done"] is True
    response = Response.objects.in_workspace(acme.pk).get()
    assert (response.answers, response.completed_at is not None) == ({"nps": 3}, True)


def test_a_call_that_hangs_up_keeps_its_language(acme: Workspace) -> None:
    line = place(acme, "line")
    step(line, digits="3", language="zh")
    assert step(line, ended=True)["say"].startswith("哪里")
    assert Response.objects.in_workspace(acme.pk).get().language == "zh"


def test_who_only_rings_up_is_nobody(acme: Workspace) -> None:
    line = place(acme, "line")
    step(line, language="zh")
    step(line, ended=True)  # as every call ends
    assert Customer.objects.in_workspace(acme.pk).count() == 0


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("nine", 9),
        ("I'd give it a nine.", 9),
        ("九分", 9),
        ("打９分吧！", 9),
        ("10", 10),
        ("十", 10),
        ("Ten out of ten", 10),
    ],
)
def test_a_voice_bot_may_hear_a_figure(acme: Workspace, said: str, score: int) -> None:
    line = place(acme, "line")
    assert step(line, text=said)["question"] == "why"
    assert Response.objects.in_workspace(acme.pk).get().answers == {"nps": score}


def test_a_voice_bot_may_hear_more_than_a_figure(acme: Workspace) -> None:
    line = place(acme, "line")
    assert step(line, text="I waited nine hours")["question"] == "nps"
    assert Response.objects.in_workspace(acme.pk).get().answers == {"why": "I waited nine hours"}


def test_a_call_without_the_lines_secret_changes_nothing(acme: Workspace) -> None:
    line = place(acme, "line")
    step(line, status=401, digits="1", secret="wrong")
    step(line, status=422, digits="1", call="")
    assert (Response.objects.across_workspaces().count(), Customer.objects.across_workspaces().count()) == (0, 0)


def test_the_settings_open_a_place_and_show_its_code(alice: Any, client: Client) -> None:
    client.force_login(alice.user)
    page = client.get("/settings/places").content.decode()
    assert "No place yet" in page
    survey = ensure_ready_made(workspace_id=alice.workspace.pk, key="nps-why", now=timezone.now())
    told = {"kind": "qr", "name": "Table 9", "survey": str(survey.pk)}
    made = client.post("/settings/places", told)
    found = Place.objects.in_workspace(alice.workspace.pk).get()
    assert made["Location"] == f"/settings/places/{found.pk}"
    picture = client.get(f"/settings/places/{found.pk}/code.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")
    line = open_place(
        workspace_id=alice.workspace.pk, kind="line", name="Hotline", survey_id=survey.pk, actor_id=None,
        now=timezone.now(),
    )  # fmt: skip
    said = client.post(f"/settings/places/{line.pk}/calls", {"call": "1", "digits": "8"}).content.decode()
    assert Response.objects.in_workspace(alice.workspace.pk).get().score == 8
    assert 'role="status"' in said
