"""The audit log in words: every verb that the source can write has them, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from tests.conftest import Person

import allears
from allears.accounts.audit import audit
from allears.accounts.teams.models import Team
from allears.events.models import Import, SavedMapping
from allears.events.webhooks.models import Endpoint
from allears.journeys.models import Touchpoint
from allears.understand.themes.models import Theme
from allears.web.audit_words import DID

SOURCE = Path(allears.__file__).parent
COMPUTED = {  # by the one place that makes them from something else
    "accounts.write_key.made", "accounts.write_key.revoked", "accounts.api_key.made", "accounts.api_key.revoked",
    "understand.outside_model.switched_on", "understand.outside_model.switched_off",
    *(f"theme.{kind}" for kind in ("pinned", "unpinned", "hidden", "shown", "renamed", "merged", "split")),
}  # fmt: skip


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [each for each in found if isinstance(each.func, ast.Name) and each.func.id == name]


def given(call: ast.Call, name: str, place: int) -> str | None:
    """The literal that a call hands to a parameter."""
    named = [each.value for each in call.keywords if each.arg == name]
    value = named[0] if named else call.args[place] if place < len(call.args) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def verbs(tree: ast.Module) -> Iterator[str]:
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in calls(function, "audit"):
            for verb in (each.value for each in call.keywords if each.arg == "verb"):
                yield from spelt(tree, function, verb)


def spelt(tree: ast.Module, function: ast.FunctionDef, verb: ast.expr) -> Iterator[str]:
    """A literal; or `prefix.{parameter}`, with what the callers in this file hand to that parameter."""
    if isinstance(verb, ast.Constant):
        yield str(verb.value)
    parts = verb.values if isinstance(verb, ast.JoinedStr) else [verb]
    prefix = str(parts[0].value) if isinstance(parts[0], ast.Constant) else ""
    last = parts[-1].value if isinstance(parts[-1], ast.FormattedValue) else parts[-1]
    names = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
    if isinstance(last, ast.Name) and last.id in names:
        for call in calls(tree, function.name):
            if word := given(call, last.id, names.index(last.id)):
                yield prefix + word


def written() -> set[str]:
    return {verb for path in SOURCE.rglob("*.py") for verb in verbs(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_verb_has_words_in_both_languages() -> None:
    found = written() | COMPUTED
    assert len(found) > 70
    assert found - set(DID) == set()
    with override("zh-hans"):
        assert [verb for verb in DID if str(DID[verb]).isascii()] == []


@pytest.mark.django_db
def test_the_page_says_what_was_done_to_what_and_links_to_it(alice: Person) -> None:
    named = {"workspace_id": alice.workspace.pk, "actor_id": alice.user.pk}
    audit(**named, verb="accounts.member.role_changed", subject="member:7", detail={"from": "agent", "to": "admin"})
    audit(**named, verb="listen.place.opened", subject="place:3", detail={"kind": "kiosk", "name": "agent"})
    audit(**named, verb="listen.place.opened", subject="place:4", detail={"kind": "site", "name": "Shop"})
    audit(**named, verb="a.later.verb", subject="thing:3", detail={"some_thing": None})
    client = Client()
    client.force_login(alice.user)
    page = client.get("/settings/audit").content.decode()
    assert "Changed a member’s role" in page
    assert "from: Agent · to: Admin" in page
    assert '<a class="text-link" href="/settings/places/3">Place 3</a>' in page
    assert '<a class="text-link" href="/settings/widget/4">Place 4</a>' in page
    assert "kind: tablet · name: agent" in page
    assert "a.later.verb" in page
    assert "some thing: –" in page
    client.cookies["allears_language"] = "zh-hans"
    page = client.get("/settings/audit").content.decode()
    for words in ("更改成员角色", "成员 7", "由：", "类型：平板"):
        assert words in page


@pytest.mark.django_db
def test_what_is_spoken_of_is_called_by_its_name(alice: Person, bob: Person) -> None:
    """Numbers are of no use to whoever reads the log; empty lists and numbers of rows without a page less."""
    here, now = alice.workspace, timezone.now()
    bob.membership.ended_at = now  # the log tells of former members too
    bob.membership.save()
    point = Touchpoint.objects.create(workspace=here, key="delivery", name="Delivery", name_zh="送货")
    team = Team.objects.create(workspace=here, name="Night shift", created_at=now)
    reviewers = [alice.membership.pk, bob.membership.pk]
    named = {"workspace_id": here.pk, "actor_id": alice.user.pk}
    audit(**named, verb="journeys.touchpoint.changed", subject=f"touchpoint:{point.pk}", detail={"key": "delivery"})
    audit(**named, verb="accounts.team.joined", subject=f"team:{team.pk}", detail={"member": reviewers[1]})
    audit(**named, verb="understand.reviewers.set", subject="", detail={"members": reviewers})
    audit(**named, verb="people.voice.shared", subject="voice:1", detail={"share": 987654})
    audit(**named, verb="events.export.asked", subject="voices", detail={"table": "voices", "filters": []})
    client = Client()
    client.force_login(alice.user)
    page = client.get("/settings/audit").content.decode()
    assert f'<a class="text-link" href="/moments/{point.pk}">Touchpoint Delivery</a>' in page
    for words in ("Team Night shift", f"member: {bob.user}", f"members: {alice.user}, {bob.user}"):
        assert words in page
    for words in ("987654", "filters"):
        assert words not in page
    client.cookies["allears_language"] = "zh-hans"
    page = client.get("/settings/audit").content.decode()
    for words in ("触点 送货", "团队 Night shift", f"成员：{alice.user}、{bob.user}"):
        assert words in page


@pytest.mark.django_db
def test_files_themes_webhooks_and_jobs_are_called_by_what_they_are(alice: Person) -> None:
    here, now = alice.workspace, timezone.now()
    file = Import.objects.create(workspace=here, kind="responses", filename="spring.csv", path="p", digest="d")
    mapping = SavedMapping.objects.create(workspace=here, kind="voices", name="Till export")
    theme = Theme.objects.create(workspace=here, name_en="Late couriers", name_zh="快递迟到", born_at=now)
    secret = "https://hooks.example.test/T0/very-secret"
    webhook = Endpoint.objects.create(workspace=here, url=secret, created_at=now, removed_at=now)
    named = {"workspace_id": here.pk, "actor_id": alice.user.pk}
    audit(**named, verb="events.import.undone", subject=f"import:{file.pk}", detail={"kind": "responses"})
    audit(**named, verb="events.mapping.saved", subject=f"mapping:{mapping.pk}")
    audit(**named, verb="theme.hidden", subject=f"theme:{theme.pk}")
    audit(**named, verb="webhooks.endpoint.disabled", subject=f"webhook:{webhook.pk}", detail={"why": "failing"})
    audit(**named, verb="customers.erasure.finished", subject="erasure:0123456789abcdef0123456789abcdef")
    audit(**named, verb="outreach.channel.paused", subject="channel:email")
    audit(**named, verb="understand.model.chosen", subject="slot:sentiment", detail={"reason": "rolled_back"})
    task = "allears.events.exports.jobs.write_export"
    audit(**named, verb="operations.job.revived", subject="job:7", detail={"task": task})
    client = Client()
    client.force_login(alice.user)
    page = client.get("/settings/audit").content.decode()
    for words in ("Import spring.csv", "Mapping Till export", "Theme Late couriers", "Webhook hooks.example.test",
                  "Erasure 0123456789ab…", "Task Feeling", "Write an export", "why: it failed for days",
                  "reason: somebody went back to it"):  # fmt: skip
        assert words in page
    for words in ("very-secret", task, "Job 7"):
        assert words not in page
    client.cookies["allears_language"] = "zh-hans"
    page = client.get("/settings/audit").content.decode()
    for words in ("主题 快递迟到", "生成导出文件", "类型：答卷", "连续多天失败"):
        assert words in page
