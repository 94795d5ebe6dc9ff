"""Desk, case, story and ledger as people use them: pages, forms, refusals, and who sees what."""

from typing import Any

import pytest
from django.test import Client
from tests import builders
from tests.conftest import Person
from tests.respond.people import agent, case_of, detractor, kinds, opened, voice

from allears.accounts.models import Workspace
from allears.listen.models import Voice
from allears.outreach.models import Message
from allears.respond import actions
from allears.respond.causes import causes_of
from allears.respond.models import Case, CaseEntry, Handover
from allears.respond.terms import calendar_of, promises_of

ACTS: dict[str, dict[str, str]] = {
    "replies": {"text": "Sorry", "language": "en"},
    "contacts": {"text": "Told her", "channel": "phone"},
    "notes": {"text": "Hm"},
    "handovers": {"to": "1", "reason": "Load"},
    "handovers/acceptance": {},
    "handovers/return": {"reason": "No"},
    "priority": {"priority": "urgent"},
    "waiting": {},
    "resumption": {},
    "closure": {"cause": "late"},
    "reopening": {"reason": "Again"},
    "reversals": {},
    "drafts": {"kind": "apology", "language": "en"},
    "disclosure": {},
}


def as_(person: Person, **headers: Any) -> Client:
    client = Client(**headers)
    client.force_login(person.user)
    return client


def at(path: str, case: Case) -> str:
    return f"/cases/{case.number}/{path}"


def now_case(workspace: Workspace, **fields: Any) -> Case:
    """A case whose clocks run now, not on the fixed Monday."""
    from django.utils import timezone

    return case_of(workspace=workspace, now=timezone.now(), **fields)


def test_the_desk_shows_what_i_owe(bob: Person) -> None:
    case = now_case(bob.workspace, text="The parcel came broken")
    page = as_(bob).get("/desk").content.decode()
    assert "The parcel came broken" in page
    assert f'href="/cases/{case.number}"' in page
    assert " left" in page


def test_filters_live_in_the_address_and_a_fragment_has_no_shell(bob: Person) -> None:
    now_case(bob.workspace, text="The parcel came broken")
    client = as_(bob)
    assert "The parcel" not in client.get("/desk?q=invoice").content.decode()
    assert "The parcel" in client.get("/desk?q=parcel&priority=normal").content.decode()
    assert "The parcel" not in client.get("/desk?view=waiting").content.decode()
    fragment = client.get("/desk?q=parcel", headers={"HX-Request": "true"}).content.decode()
    assert "The parcel" in fragment
    assert "<html" not in fragment


def test_an_agent_sees_no_team_and_a_manager_does(alice: Person, bob: Person) -> None:
    now_case(bob.workspace, text="The parcel came broken")
    assert "The parcel" in as_(alice).get("/desk?view=team").content.decode()
    dora = builders.member(workspace=bob.workspace, email="dora@acme.test", role="agent")
    assert "The parcel" not in as_(Person(*dora, bob.workspace)).get("/desk?view=team").content.decode()
    assert as_(bob).get("/respond").status_code == 403
    assert as_(alice).get("/respond").status_code == 200


def test_reply_close_and_undo_by_forms(bob: Person) -> None:
    case = now_case(bob.workspace)
    client = as_(bob)
    page = client.get(f"/cases/{case.number}").content.decode()
    assert "zoe@example.test" in page
    sent = client.post(at("replies", case), {"text": "So sorry.", "language": "en", "version": case.version})
    assert (sent.status_code, sent["Location"]) == (302, f"/cases/{case.number}")
    assert Message.objects.in_workspace(bob.workspace.pk).get().text.startswith("So sorry.")
    version = Case.objects.in_workspace(bob.workspace.pk).get().version
    client.post(at("closure", case), {"cause": "late", "text": "", "version": version})
    shown = client.get(f"/cases/{case.number}").content.decode()
    assert f'action="{at("reversals", case)}"' in shown
    client.post(at("reversals", case))
    assert kinds(case) == ["opened", "reply", "closed", "undone"]
    assert Case.objects.in_workspace(bob.workspace.pk).get().state == "open"


def test_two_people_on_one_case_do_not_write_over_each_other(alice: Person, bob: Person) -> None:
    case = now_case(bob.workspace)
    actions.note(
        workspace_id=bob.workspace.pk, number=1, actor=alice.membership, text="A note is no news", now=case.opened_at
    )
    as_(bob).post(at("replies", case), {"text": "I am on it", "language": "en", "version": case.version})
    second = as_(alice).post(at("replies", case), {"text": "My long text", "language": "en", "version": case.version})
    page = second.content.decode()
    assert second.status_code == 409
    assert "My long text" in page
    assert "I am on it" in page
    assert Message.objects.in_workspace(bob.workspace.pk).count() == 1


def test_a_refusal_keeps_the_text_and_says_what_to_do(bob: Person) -> None:
    case = now_case(
        bob.workspace, customer=builders.customer(workspace=bob.workspace, email="", phone="+8613800000000")
    )
    answer = as_(bob).post(at("replies", case), {"text": "Kept words", "language": "en", "version": case.version})
    assert answer.status_code == 422
    assert "no e-mail address" in answer.content.decode()
    refused = as_(bob).post(at("closure", case), {"cause": "late", "text": "Why kept", "version": case.version})
    assert refused.status_code == 422
    assert "Why kept" in refused.content.decode()
    assert kinds(case) == ["opened"]


def test_drafts_come_in_both_languages_before_what_is_written(bob: Person) -> None:
    customer = builders.customer(workspace=bob.workspace, name="李雷", language="zh")
    case = now_case(bob.workspace, customer=customer)
    client = as_(bob)
    assert '<option value="zh" lang="zh-Hans" selected>' in client.get(f"/cases/{case.number}").content.decode()
    chinese = client.post(at("drafts", case), {"kind": "apology", "language": "zh", "text": "另外"}).content.decode()
    assert "李雷，您好！" in chinese
    assert chinese.index("抱歉") < chinese.index("另外")
    assert "Dear 李雷," in client.post(at("drafts", case), {"kind": "solution", "language": "en"}).content.decode()
    assert client.post(at("drafts", case), {"kind": "poem", "language": "en"}).status_code == 404


def test_hand_over_is_offered_on_the_takers_desk(bob: Person) -> None:
    case = now_case(bob.workspace, text="The parcel came broken")
    user, dora = builders.member(workspace=bob.workspace, email="dora@acme.test", role="agent")
    as_(bob).post(at("handovers", case), {"to": dora.pk, "reason": "Courier", "version": case.version})
    taker = as_(Person(user, dora, bob.workspace))
    assert "Courier" in taker.get("/desk").content.decode()
    taker.post(at("handovers/acceptance", case))
    assert Case.objects.in_workspace(bob.workspace.pk).get().owner == dora
    assert "Accountable" in taker.get(f"/cases/{case.number}").content.decode()
    assert "The parcel" in as_(bob).get("/desk?view=answerable").content.decode()


@pytest.mark.parametrize("path", sorted(ACTS))
def test_outsiders_find_nothing_and_write_nothing(bob: Person, charlie: Person, path: str) -> None:
    case = now_case(bob.workspace)
    answer = as_(charlie).post(at(path, case), ACTS[path] | {"version": str(case.version)})
    assert answer.status_code == 404
    assert as_(charlie).get(f"/cases/{case.number}").status_code == 404
    assert (kinds(case), Message.objects.across_workspaces().count()) == (["opened"], 0)
    assert Handover.objects.across_workspaces().count() == 0


@pytest.mark.parametrize("path", sorted(ACTS))
def test_agents_do_not_find_others_cases(bob: Person, path: str) -> None:
    case = now_case(bob.workspace)
    dora = builders.member(workspace=bob.workspace, email="dora@acme.test", role="agent")
    client = as_(Person(*dora, bob.workspace))
    assert client.post(at(path, case), ACTS[path] | {"version": str(case.version)}).status_code == 404
    assert client.get(f"/cases/{case.number}").status_code == 404
    assert client.get(f"/customers/{case.customer.key}").status_code == 404  # type: ignore[union-attr]
    assert kinds(case) == ["opened"]


@pytest.mark.parametrize("path", sorted(ACTS))
def test_strangers_are_sent_to_sign_in(bob: Person, path: str) -> None:
    case = now_case(bob.workspace)
    answer = Client().post(at(path, case), ACTS[path])
    assert answer.status_code == 302
    assert "sign" in answer["Location"] or "login" in answer["Location"]
    assert kinds(case) == ["opened"]


def test_the_story_tells_everything_in_order(alice: Person, bob: Person, charlie: Person) -> None:
    case = now_case(bob.workspace, text="The parcel came broken")
    act = {"workspace_id": bob.workspace.pk, "number": 1, "actor": bob.membership, "now": case.opened_at}
    actions.reply(**act, text="We send a new one")
    actions.note(**act, text="A secret among us")
    page = as_(alice).get(f"/customers/{case.customer.key}").content.decode()  # type: ignore[union-attr]
    assert all(words in page for words in ("The parcel came broken", "We send a new one", "Case opened", "Zoe"))
    assert "A secret among us" not in page
    assert as_(bob).get(f"/customers/{case.customer.key}").status_code == 200  # type: ignore[union-attr]
    assert as_(charlie).get(f"/customers/{case.customer.key}").status_code == 404  # type: ignore[union-attr]


def test_older_moments_are_a_page_away_and_none_is_lost(alice: Person) -> None:
    from datetime import timedelta

    from tests.respond.people import MONDAY

    from allears.respond.story import story_of

    customer = builders.customer(workspace=alice.workspace)
    for count in range(25):
        voice(
            workspace=alice.workspace,
            key=f"v{count}",
            customer=customer,
            said_at=MONDAY - timedelta(hours=count),
            text=f"word {count}",
        )
    seen: list[int] = []
    before = None
    for _ in range(3):
        story = story_of(customer=customer, before=before, length=10)
        seen += [each.row.pk for each in story.moments]
        before = story.older
    assert before is None
    assert seen == list(Voice.objects.in_workspace(alice.workspace.pk).order_by("pk").values_list("pk", flat=True))


def test_the_ledger_counts_exactly(alice: Person, bob: Person) -> None:
    from datetime import timedelta

    from tests.respond.people import MONDAY

    from allears.respond.ledger import ledger_of

    dora = agent(workspace=bob.workspace, name="dora")
    in_time = opened(detractor(workspace=bob.workspace, key="a"))
    late = opened(detractor(workspace=bob.workspace, key="b"))
    opened(detractor(workspace=bob.workspace, key="c"))
    act = {"workspace_id": bob.workspace.pk, "channel": "phone", "text": "Told"}
    actions.log_contact(**act, number=in_time.number, now=MONDAY + timedelta(hours=1))
    actions.close(workspace_id=bob.workspace.pk, number=in_time.number, cause="late", now=MONDAY + timedelta(hours=2))
    actions.log_contact(**act, number=late.number, now=MONDAY + timedelta(hours=8))
    unheard = detractor(workspace=bob.workspace, key="d")
    now = MONDAY + timedelta(hours=9)
    actions.check_clocks(now=now)
    ledger = ledger_of(workspace_id=bob.workspace.pk, now=now)
    assert (ledger.unowned, list(ledger.unowned_voices)) == (1, [unheard])
    assert ledger.states == {"open": 2, "waiting": 0, "closed": 1}
    assert ledger.ages == {"day": 2, "three_days": 0, "week": 0, "older": 0}
    assert (ledger.replied_in_time.counts, ledger.replied_in_time.n) == ({"yes": 1, "no": 2}, 3)
    assert ledger.settled_in_time.counts == {"yes": 1, "no": 0}
    assert [(load.member, load.open, load.late) for load in ledger.loads] == [
        (bob.membership, 1, 1),
        (dora, 1, 0),
        (alice.membership, 0, 0),
    ]
    assert [case.number for case in ledger.breached] == [3]
    page = as_(alice).get("/respond")
    assert page.status_code == 200


def test_causes_promises_and_hours_are_the_companys_own(alice: Person, bob: Person) -> None:
    here, client = bob.workspace.pk, as_(alice)
    client.post("/respond/causes", {"name": "Courier lost it", "name_zh": "快递丢件"})
    client.post("/respond/causes/misunderstanding/archive")
    keys = [cause.key for cause in causes_of(here)]
    assert "courier-lost-it" in keys
    assert "misunderstanding" not in keys
    client.post("/respond/causes/misunderstanding/use")
    assert "misunderstanding" in [cause.key for cause in causes_of(here)]
    client.post("/respond/promises", {"priority": "urgent", "first_reply_minutes": "30", "resolve_minutes": "240"})
    assert promises_of(here)["urgent"] == (30, 240)
    refused = client.post(
        "/respond/promises", {"priority": "urgent", "first_reply_minutes": "300", "resolve_minutes": "240"}
    )
    assert (refused.status_code, promises_of(here)["urgent"]) == (422, (30, 240))
    client.post(
        "/respond/calendar", {"mon": "08:00-12:00, 13:00-17:00", "sat": "22:00-02:00", "holidays": "2026-12-25"}
    )
    assert calendar_of(here) == (
        {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sat": [["22:00", "02:00"]]},
        ["2026-12-25"],
    )
    bad = client.post("/respond/calendar", {"mon": "eight to five"})
    assert bad.status_code == 422
    assert "eight to five" in bad.content.decode()
    assert as_(bob).post("/respond/calendar", {"mon": "00:00-24:00"}).status_code == 403
    assert calendar_of(here)[1] == ["2026-12-25"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_renders_in_both_languages(alice: Person, bob: Person, language: str) -> None:
    case = now_case(bob.workspace, text="坏了")
    client = as_(alice)
    client.cookies["allears_language"] = language
    paths = ["/desk", "/desk?view=team", "/desk?view=closed", f"/cases/{case.number}", "/respond", "/respond/settings"]
    paths.append(f"/customers/{case.customer.key}")  # type: ignore[union-attr]
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        marker = 'lang="zh-Hans"' if language == "zh-hans" else 'lang="en"'
        assert f"<html {marker}" in page.content.decode()


def test_entries_of_every_kind_have_words(alice: Person, bob: Person) -> None:
    case = now_case(bob.workspace)
    details: dict[str, dict[str, Any]] = {
        "opened": {"reason": "nps", "rule": "touchpoint", "owner": bob.membership.pk},
        "handover": {"from": bob.membership.pk, "to": alice.membership.pk, "state": "returned"},
        "priority": {"from": "low", "to": "high"},
        "breached": {"clock": "resolve"},
        "closed": {"in_time": False},
        "reopened": {"reason": "follow_up"},
        "follow_up": {"asked": "never", "rule": "consent"},
        "undone": {"undone": "closed"},
        "failed": {"to": "x@example.test", "error": "550"},
        "reply": {"channel": "phone"},
    }
    for kind in CaseEntry.Kind.values:
        CaseEntry.objects.create(
            workspace=bob.workspace, case=case, kind=kind, at=case.opened_at, detail=details.get(kind, {}), text="x"
        )
    page = as_(alice).get(f"/cases/{case.number}").content.decode()
    for words in (
        "told the customer by phone", "internal note", "returns the case", "from Low to High", "Settling is overdue",
        "later than promised", "open again", "was not asked", "taken back", "did not reach", "The clock runs again",
    ):  # fmt: skip
        assert words in page, words
