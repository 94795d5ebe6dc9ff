"""An authority's own time: the case runs on it, shows it, and its breach is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import builders
from tests.conftest import Person
from tests.imports.conftest import Importer
from tests.listen.everywhere.test_repeats import WORDS, said
from tests.listen.test_api import caller, post
from tests.respond.people import MONDAY, kinds, opened, voice

from allears.accounts.models import Workspace
from allears.listen.models import Letter, Official, Voice
from allears.respond import actions
from allears.respond.actions import open_case
from allears.respond.models import Case

SOON = MONDAY + timedelta(hours=2)


def letter(workspace: Workspace, *, answer_by: Any = SOON, key: str = "r1", **fields: Any) -> Voice:
    heard = voice(workspace=workspace, key=key, source_kind="regulator", initiator="customer", text="File 12", **fields)
    Official.objects.create(
        workspace=workspace, voice=heard, authority="12315", reference="A-77", answer_by=answer_by, received_at=MONDAY
    )
    return heard


def settled(case: Case, **more: Any) -> None:
    case.refresh_from_db()
    who = {"workspace_id": case.workspace_id, "number": case.number, **more}
    actions.log_contact(**who, channel="phone", text="done")
    actions.close(**who, cause="other")


def test_the_earlier_clock_counts(bob: Person) -> None:
    case = opened(letter(bob.workspace))
    assert (case.answer_by, case.resolve_due_at) == (SOON, SOON)
    assert case.reply_due_at == MONDAY + timedelta(hours=1)  # urgent: our own is earlier
    far = opened(letter(bob.workspace, key="r2", answer_by=MONDAY + timedelta(days=30)))
    assert far.resolve_due_at < far.answer_by  # type: ignore[operator]


def test_a_date_alone_lasts_until_its_end_by_the_workspaces_clock(bob: Person) -> None:
    Workspace.objects.filter(pk=bob.workspace.pk).update(timezone="Asia/Shanghai")
    client = caller(bob.workspace)
    body = {"text": "File 12", "source_kind": "regulator", "authority": "12315"}
    for told in ("2031-12-01", "2031-12-01T10:00:00+08:00"):
        assert post(client, "/voices", {**body, "answer_by": told}).status_code == 201
    case = {"text": "File 13", "kind": "regulator", "authority": "12315", "answer_by": "2031-12-01"}
    assert post(client, "/cases", case).json()["answer_by"] == "2031-12-01T15:59:00Z"
    assert post(client, "/voices", {**body, "answer_by": "2031-13-01"}).status_code == 422
    kept = Official.objects.in_workspace(bob.workspace.pk).order_by("pk").values_list("answer_by", flat=True)
    assert [f"{moment:%d %H:%M}" for moment in kept if moment] == ["01 15:59", "01 02:00", "01 15:59"]


def test_its_clock_does_not_stand_still_and_its_breach_is_told_once(bob: Person) -> None:
    case = opened(letter(bob.workspace, customer=builders.customer(workspace=bob.workspace)))
    who: dict[str, Any] = {"workspace_id": case.workspace_id, "number": case.number}
    actions.log_contact(**who, channel="phone", text="asked back", now=MONDAY + timedelta(minutes=5))
    actions.wait_for_customer(**who, now=MONDAY + timedelta(minutes=6))
    assert actions.check_clocks(now=SOON - timedelta(minutes=1)) == 0
    assert actions.check_clocks(now=SOON + timedelta(minutes=1)) == 1
    assert actions.check_clocks(now=SOON + timedelta(minutes=2)) == 0
    case.refresh_from_db()
    assert case.escalated_at == case.answer_breached_at == SOON + timedelta(minutes=1)
    assert case.entries.get(kind="breached").detail["clock"] == "answer"


def test_closing_in_time_ends_it(bob: Person) -> None:
    case = opened(letter(bob.workspace))
    settled(case, now=MONDAY + timedelta(minutes=30))
    actions.reopen(workspace_id=case.workspace_id, number=case.number, reason="more", now=SOON + timedelta(days=1))
    case.refresh_from_db()
    assert case.resolve_due_at > SOON + timedelta(days=1)
    assert actions.check_clocks(now=SOON + timedelta(days=1, minutes=1)) == 0


def test_a_letter_joins_the_running_case_with_its_clock(bob: Person) -> None:
    zoe = builders.customer(workspace=bob.workspace)
    case = opened(voice(workspace=bob.workspace, source_kind="complaint", text="Broken", customer=zoe))
    assert case.answer_by is None
    joined = opened(letter(bob.workspace, customer=zoe))
    assert (joined.pk, joined.answer_by, joined.priority) == (case.pk, SOON, "urgent")
    assert joined.resolve_due_at == SOON


def test_a_letter_of_long_ago_still_opens_a_case_while_its_time_runs(bob: Person) -> None:
    old = {"said_at": MONDAY - timedelta(days=40), "received_at": MONDAY}
    assert open_case(workspace_id=bob.workspace.pk, voice_id=letter(bob.workspace, **old).pk, now=MONDAY) is not None
    late = letter(bob.workspace, key="r2", answer_by=MONDAY - timedelta(days=1), **old)
    assert open_case(workspace_id=bob.workspace.pk, voice_id=late.pk, now=MONDAY) is None


def test_case_and_desk_show_it(bob: Person, client: Client) -> None:
    case = opened(letter(bob.workspace))
    client.force_login(bob.user)
    page = client.get(f"/cases/{case.number}").content.decode()
    assert "12315" in page
    assert "A-77" in page
    assert "Authority, by" in page
    desk = client.get("/desk?view=official").content.decode()
    assert "For authorities" in desk
    assert f"/cases/{case.number}" in desk


def test_a_public_repeat_opens_no_second_case(bob: Person) -> None:
    bad = {"metric": "csat", "score": 1, "said_at": MONDAY}
    first = said(bob.workspace, "one", **bad)
    again = said(bob.workspace, "two", channel="file", **bad)
    assert opened(first).number == 1
    assert open_case(workspace_id=bob.workspace.pk, voice_id=again.pk, now=MONDAY) is None
    assert actions.sweep(now=MONDAY + timedelta(hours=1)) == 0
    assert WORDS.startswith(Case.objects.in_workspace(bob.workspace.pk).get().subject[:40])


def test_a_mail_that_follows_a_complaint_joins_it(bob: Person) -> None:
    zoe = builders.customer(workspace=bob.workspace)
    at = builders.touchpoint(workspace=bob.workspace)
    case = opened(voice(workspace=bob.workspace, source_kind="complaint", text="Broken", customer=zoe, touchpoint=at))
    mail = {"source_kind": "request", "initiator": "customer", "channel": "email", "customer": zoe}
    follows = voice(workspace=bob.workspace, key="m1", text="Any news?", **mail)
    assert opened(follows).pk == case.pk
    assert kinds(case) == ["opened", "customer"]


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("authority,reference,answer by", "regulator"),
        ("监管机构,文号,答复期限", "regulator"),
        ("newspaper,file no,deadline", "media"),
    ],
)
def test_a_column_that_names_an_authority_says_what_the_rows_are(
    bob: Person, tmp_path: Any, settings: Any, headings: str, kind: str
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    importer = Importer(workspace=bob.workspace, folder=tmp_path)
    table = f"text,complaint no,{headings}\nThe sofa smells and nobody refunds it,7,CFPB,A-1,2031-01-09\n"
    importer.load(importer.file("in.csv", table), "voices")
    official = Official.objects.in_workspace(bob.workspace.pk).get()
    assert (official.authority, official.reference, official.voice.source_kind) == ("CFPB", "A-1", kind)
    assert official.answer_by is not None


def test_mails_of_one_thread_stay_together_after_closing(bob: Person) -> None:
    zoe, ada = (builders.customer(workspace=bob.workspace, email=f"{n}@example.test") for n in ("zoe", "ada"))
    mail = {"source_kind": "request", "initiator": "customer", "channel": "email", "thread": "mail:1"}
    first = voice(workspace=bob.workspace, key="m1", text="My lamp", customer=zoe, **mail)
    Letter.objects.create(workspace=bob.workspace, voice=first, message_id="<1@z>", received_at=MONDAY)
    case = opened(first)
    settled(case, now=MONDAY + timedelta(minutes=30))
    again = opened(voice(workspace=bob.workspace, key="m2", text="Not yet solved", customer=zoe, **mail))
    assert (again.pk, again.state) == (case.pk, "open")
    other = opened(voice(workspace=bob.workspace, key="m3", text="Me too", customer=ada, **mail))
    assert other.pk != case.pk  # somebody else who has the thread does not get into the case


def test_letters_come_by_file_and_by_api(bob: Person, tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    importer = Importer(workspace=bob.workspace, folder=tmp_path)
    table = (
        "id,date,text,type,authority,reference number,answer by\n"
        "1,2031-01-02,The sofa smells and nobody refunds it,regulator,12315,A-1,2031-01-09\n"
        "2,2031-01-02,The lamp does not work at all any more,complaint,nobody,A-2,2031-01-09\n"
    )
    importer.load(importer.file("letters.csv", table), "voices")
    official = Official.objects.in_workspace(bob.workspace.pk).get()
    assert (official.authority, official.reference, official.voice.source_kind) == ("12315", "A-1", "regulator")
    assert official.answer_by is not None
    assert official.answer_by.isoformat() == "2031-01-09T23:59:00+00:00"
    said = Voice.objects.in_workspace(bob.workspace.pk).get(source_kind="complaint").attributes
    assert said == {"id": "2", "authority": "nobody", "reference": "A-2", "answer_by": "2031-01-09T00:00:00Z"}
    api = caller(bob.workspace)
    body = {"text": "File 12", "source_kind": "regulator", "authority": "CFPB", "answer_by": "2031-02-01T10:00:00Z"}
    made = post(api, "/voices", body).json()
    assert Official.objects.in_workspace(bob.workspace.pk).get(voice_id=made["id"]).authority == "CFPB"
    refused = post(api, "/voices", {**body, "source_kind": "praise"})
    assert refused.json()["errors"][0]["pointer"] == "answer_by"
    case = post(api, "/cases", {**body, "source_kind": "", "kind": "regulator"}).json()
    assert case["answer_by"] == "2031-02-01T10:00:00Z"
