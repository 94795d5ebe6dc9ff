"""A real Dovecot: what customers send is heard once, and answers find their case."""

import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from allears.customers.models import Customer
from allears.jobs.worker import run_due
from allears.listen.models import Enclosure, Letter, Source, Voice
from allears.listen.sources import actions
from allears.listen.sources.base import SettingsError
from allears.listen.sources.kinds.imap import adapter as imap
from allears.outreach.models import Message
from allears.respond import actions as cases
from allears.respond.mail import mark_of
from allears.respond.models import Case, CaseEntry
from tests import builders
from tests.conftest import Person
from tests.listen.sources.conftest import Maker, look
from tests.support.dovecot import Mailbox
from tests.support.dovecot import dovecot as dovecot
from tests.support.dovecot import dovecot_server as dovecot_server

pytestmark = [pytest.mark.django_db, pytest.mark.server]


def mail(subject: str, text: str, *, sender: str = "Zoe <zoe@example.test>", number: int = 1, **headers: str) -> bytes:
    named = {"Message-ID": f"<m{number}@example.test>", "To": "help@acme.test", **headers}
    lines = [
        f"From: {sender}",
        f"Subject: {subject}",
        *(f"{key.replace('_', '-')}: {each}" for key, each in named.items()),
    ]
    lines += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", text, ""]
    return "\r\n".join(lines).encode()


def settings_of(dovecot: Mailbox, **given: Any) -> dict[str, Any]:
    return {
        "host": dovecot.host, "port": dovecot.port, "security": "none", "user": dovecot.user,
        "password": dovecot.password, "address": "help@acme.test", "plus": True, **given,
    }  # fmt: skip


@pytest.fixture
def mailbox(dovecot: Mailbox, make: Maker) -> Source:
    return make("imap", now=timezone.now(), **settings_of(dovecot))


def test_mails_are_heard_once_and_nothing_in_the_mailbox_changes(dovecot: Mailbox, mailbox: Source, acme: Any) -> None:
    dovecot.deliver(
        mail("Late", "Where is it?"), mail("Lamp", "坏了。", number=2), mail("x", "", number=3, Precedence="bulk")
    )
    now = timezone.now()
    first = look(mailbox, now=now)
    assert (first.read, first.taken, first.known, first.aside, first.trouble) == (3, 2, 0, {"list": 1}, {})
    assert (look(mailbox, now=now).read, Voice.objects.in_workspace(acme.pk).count()) == (0, 2)
    dovecot.deliver(mail("More", "And now?", number=4))
    assert look(mailbox, now=now).taken == 1
    voice = Voice.objects.in_workspace(acme.pk).get(text__startswith="Late")
    assert (voice.channel, voice.initiator, voice.source_kind) == ("email", "customer", "request")
    assert (voice.customer.email, voice.customer.name) == ("zoe@example.test", "Zoe")
    assert Customer.objects.in_workspace(acme.pk).count() == 1
    client = dovecot.session()
    client.select("INBOX", readonly=True)
    assert client.uid("SEARCH", "SEEN")[1] == [b""]
    assert len(client.uid("SEARCH", "ALL")[1][0].split()) == 4
    client.logout()


def test_a_mailbox_that_numbers_anew_loses_and_doubles_nothing(dovecot: Mailbox, make: Maker, acme: Any) -> None:
    dovecot.make("Claims")
    source = make("imap", now=timezone.now(), **settings_of(dovecot, folders="Claims"))
    dovecot.deliver(mail("One", "1"), folder="Claims")
    assert look(source, now=timezone.now()).taken == 1
    before = source.cursor["Claims"]["validity"]
    dovecot.remove("Claims")
    dovecot.make("Claims")
    dovecot.deliver(mail("Two", "2", number=2), mail("One", "1"), folder="Claims")
    run = look(source, now=timezone.now())
    assert source.cursor["Claims"]["validity"] != before
    assert (run.taken, run.known, Voice.objects.in_workspace(acme.pk).count()) == (1, 1, 2)
    dovecot.remove("Claims")


def test_an_empty_mailbox_is_read_by_number_from_then_on(dovecot: Mailbox, make: Maker) -> None:
    source = make("imap", now=timezone.now(), **settings_of(dovecot, days=0))
    assert look(source, now=timezone.now()).read == 0
    assert source.cursor["INBOX"]["uid"] >= 0
    dovecot.deliver(mail("Later", "heard although it is two days on"))
    assert look(source, now=timezone.now() + timedelta(days=2)).taken == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"password": "wrong"}, "refused"), ({"port": 1}, "unreachable"), ({"folders": "Nowhere"}, "no_folder")],
)
def test_what_goes_wrong_is_told(dovecot: Mailbox, make: Maker, change: dict[str, Any], code: str) -> None:
    source = make("imap", now=timezone.now(), **settings_of(dovecot, **change))
    assert look(source, now=timezone.now()).trouble["code"] == code


@pytest.mark.parametrize(("security", "port"), [("tls", "tls_port"), ("starttls", "port")])
def test_encryption_is_checked_and_works_with_a_certificate_that_is_trusted(
    dovecot: Mailbox, make: Maker, monkeypatch: pytest.MonkeyPatch, security: str, port: str
) -> None:
    given = settings_of(dovecot, security=security, port=getattr(dovecot, port))
    source = make("imap", now=timezone.now(), **given)
    assert look(source, now=timezone.now()).trouble["code"] == "untrusted"
    trusting = ssl.create_default_context(cafile=str(dovecot.certificate))
    monkeypatch.setattr(imap.ssl, "create_default_context", lambda: trusting)
    dovecot.deliver(mail("Safe", "sound"))
    assert look(source, now=timezone.now()).taken == 1


def oauth(dovecot: Mailbox, **given: Any) -> dict[str, Any]:
    named = {"sign_in": "oauth", "token_url": f"{dovecot.tokens.url}/token", "password": "", **dovecot.tokens.client}
    return settings_of(dovecot, **{**named, **given})


def test_a_token_opens_the_mailbox_and_a_renewed_grant_is_kept(dovecot: Mailbox, make: Maker) -> None:
    granted = dovecot.tokens.refresh_token
    source = make("imap", now=timezone.now(), **oauth(dovecot, refresh_token=granted, scope="mail"))
    for number in (1, 2):  # the second look needs what the first was given
        dovecot.deliver(mail("By token", "read", number=number))
        run = look(source, now=timezone.now())
        assert (run.taken, run.trouble) == (1, {})
    assert dovecot.tokens.asked[-1]["scope"] == "mail"
    assert dovecot.tokens.refresh_token not in (granted, "")


def test_an_application_signs_in_by_itself(dovecot: Mailbox, make: Maker) -> None:
    source = make("imap", now=timezone.now(), **oauth(dovecot))
    dovecot.deliver(mail("By token", "read"))
    assert look(source, now=timezone.now()).taken == 1
    assert dovecot.tokens.asked[-1]["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"client_secret": "another"}, "no_token", "Wrong secret."),
        ({"refresh_token": "of last year"}, "no_token", "invalid_grant"),
        ({"user": "nobody"}, "token_refused", None),
    ],
)
def test_what_goes_wrong_with_tokens_is_told(
    dovecot: Mailbox, make: Maker, change: dict[str, Any], code: str, says: str | None
) -> None:
    trouble = look(make("imap", now=timezone.now(), **oauth(dovecot, **change)), now=timezone.now()).trouble
    assert (trouble["code"], trouble["params"].get("reason")) == (code, says)


@pytest.mark.parametrize(
    ("change", "field"), [({"token_url": "http://example.test/token"}, "token_url"), ({"client_id": ""}, "client_id")]
)
def test_a_setting_that_tokens_need_is_named(dovecot: Mailbox, make: Maker, change: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as found:
        make("imap", now=timezone.now(), **oauth(dovecot, **change))
    assert found.value.field == field


def test_a_new_mail_opens_a_case_and_the_answer_to_our_mail_joins_it(
    dovecot: Mailbox, mailbox: Source, alice: Person, bob: Person
) -> None:
    builders.open_policy(workspace=alice.workspace)
    dovecot.deliver(mail("Sofa in the rain", "It is wet."))
    look(mailbox, now=timezone.now())
    run_due(owner="test:1:x")
    case = Case.objects.in_workspace(alice.workspace.pk).get()
    assert (case.subject, case.owner, case.priority) == ("Sofa in the rain It is wet.", bob.membership, "normal")

    now = timezone.now()
    cases.reply(workspace_id=case.workspace_id, number=case.number, text="A picture?", actor=bob.membership, now=now)
    sent = Message.objects.in_workspace(case.workspace_id).get(case_id=case.pk)
    assert sent.headers["Reply-To"] == f"help+{mark_of(case)}@acme.test"
    case.refresh_from_db()
    assert case.unanswered_since is None

    answer = "Here.\r\n\r\nOn Sat, 21 Nov 2026 at 10:00, Acme <help@acme.test> wrote:\r\n> A picture?\r\n"
    threads = {"In_Reply_To": sent.headers["Message-ID"], "References": sent.headers["References"]}
    dovecot.deliver(mail("Re: Sofa", answer, number=2, **threads))
    look(mailbox, now=timezone.now())
    run_due(owner="test:1:x")
    case.refresh_from_db()
    entry = case.entries.filter(kind=CaseEntry.Kind.CUSTOMER).get()
    assert (entry.voice.text, entry.detail) == ("Here.", {"channel": "email"})
    assert (case.state, case.unanswered_since is not None) == ("open", True)
    assert Case.objects.in_workspace(case.workspace_id).count() == 1


@pytest.mark.parametrize("way", ["thread", "address", "header", "number"])
def test_a_closed_case_opens_again_by_each_way_an_answer_finds_it(
    dovecot: Mailbox, mailbox: Source, alice: Person, way: str
) -> None:
    case = closed_case(dovecot, mailbox, alice)
    mark = mark_of(case)
    found = {
        "thread": mail(
            "Again", "still wet", number=2, References=f"<{mark}@acme.test>", sender="Partner <p@example.test>"
        ),
        "address": mail("Again", "still wet", number=2, To=f"help+{mark}@acme.test"),
        "header": mail("Again", "still wet", number=2, X_All_Ears_Case=mark),
        "number": mail(f"Re: Sofa [#{case.number}]", "still wet", number=2),
    }[way]
    dovecot.deliver(found)
    look(mailbox, now=timezone.now())
    run_due(owner="test:1:x")
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("open", 1)
    assert case.entries.filter(kind=CaseEntry.Kind.REOPENED).get().detail == {"reason": "customer"}


@pytest.mark.parametrize("way", ["number of another", "forged mark"])
def test_a_stranger_cannot_walk_into_a_case(dovecot: Mailbox, mailbox: Source, alice: Person, way: str) -> None:
    case = closed_case(dovecot, mailbox, alice)
    forged = f"c{case.number}-{'0' * 16}"
    found = {
        "number of another": mail(f"Re: [#{case.number}]", "x y", number=2, sender="eve@example.test"),
        "forged mark": mail(
            "Hello", "x y", number=2, To=f"help+{forged}@acme.test", In_Reply_To=f"<{forged}@acme.test>"
        ),
    }[way]
    dovecot.deliver(found)
    look(mailbox, now=timezone.now())
    run_due(owner="test:1:x")
    case.refresh_from_db()
    assert case.state == "closed"
    assert Case.objects.in_workspace(case.workspace_id).count() == 2


def closed_case(dovecot: Mailbox, mailbox: Source, alice: Person) -> Case:
    dovecot.deliver(mail("Sofa", "wet"))
    look(mailbox, now=timezone.now())
    run_due(owner="test:1:x")
    case = Case.objects.in_workspace(alice.workspace.pk).get()
    now = timezone.now()
    cases.log_contact(workspace_id=case.workspace_id, number=case.number, channel="phone", text="done", now=now)
    cases.close(workspace_id=case.workspace_id, number=case.number, cause="other", now=now)
    return case


def test_files_are_kept_with_the_voice(dovecot: Mailbox, mailbox: Source, acme: Any) -> None:
    from tests.listen.sources.test_letters import SAMPLES

    dovecot.deliver(next(path for path in SAMPLES if path.stem == "with-files").read_bytes())
    assert look(mailbox, now=timezone.now()).taken == 1
    letter = Letter.objects.in_workspace(acme.pk).get()
    kept = Enclosure.objects.in_workspace(acme.pk).filter(letter=letter).order_by("id")
    assert [(each.name, each.content is not None) for each in kept] == [(".._.._lamp.png", True), ("run.exe", False)]


def test_a_mail_beyond_all_measure_is_read_by_its_beginning(
    dovecot: Mailbox, mailbox: Source, acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "WHOLE_BYTES", 4000)
    monkeypatch.setattr(imap, "PART_BYTES", 1000)
    dovecot.deliver(mail("Long", "begin " + "word " * 2000))
    assert look(mailbox, now=timezone.now()).taken == 1
    assert Voice.objects.in_workspace(acme.pk).get().text.startswith("Long\n\nbegin word")


def test_an_old_date_in_a_mail_is_not_believed(dovecot: Mailbox, mailbox: Source, acme: Any) -> None:
    dovecot.deliver(mail("Old", "clock", Date="Mon, 01 Jan 2001 00:00:00 +0000"))
    look(mailbox, now=timezone.now())
    assert datetime.now(UTC) - Voice.objects.in_workspace(acme.pk).get().said_at < timedelta(minutes=5)


def test_trying_shows_mails_and_keeps_none(dovecot: Mailbox, acme: Any) -> None:
    dovecot.deliver(mail("Late", "Where?"))
    plan = actions.Plan(kind="imap", name="x", every_seconds=60, settings=settings_of(dovecot))
    tried = actions.attempt(workspace=acme, plan=plan, source=None, now=timezone.now())
    assert [row[1] for row in tried.rows] == ["Late\n\nWhere?"]
    assert not Voice.objects.in_workspace(acme.pk).exists()
