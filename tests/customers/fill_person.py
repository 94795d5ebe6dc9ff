"""Run inside an installation: one person on every surface we have, beside another who must stay. Real code throughout.

Markers are words found nowhere else, so that a search of the files cannot find them by chance.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.settings")
django.setup()

from django.conf import settings
from django.utils import timezone

from allears.accounts.audit import audit
from allears.accounts.models import Role, Workspace
from allears.customers import vault
from allears.customers.actions import merge, resolve, update_traits
from allears.customers.actions.traits import TraitChange
from allears.customers.keys import IdentityKeys
from allears.customers.models import Customer, Identifier
from allears.events.consumer import run_once
from allears.events.imports import actions as imports
from allears.events.intake.log import Body, open_log
from allears.events.models import QuarantinedRow
from allears.jobs.flusher import flush_all
from allears.jobs.models import KeptReply
from allears.listen import actions as listen
from allears.listen.models import Response
from allears.outreach import actions as outreach
from allears.outreach.contracts import Draft, Proposal
from allears.respond import actions as respond
from allears.respond.models import Case
from tests import builders
from tests.customers import fill_doors
from tests.customers.markers import EMAIL, NAME, OTHER_EMAIL, PHONE, SECOND_EMAIL, TEXT, USER_ID

NOW = timezone.now()
home = Workspace.objects.get(slug="default")
_, agent = builders.member(workspace=home, email="agent@acme.test", role=Role.MANAGER)
builders.open_policy(workspace=home)
place = builders.touchpoint(workspace=home)


def put(*calls: dict[str, object]) -> None:
    log = open_log()
    body = json.dumps({"batch": list(calls), "sentAt": NOW.isoformat()}).encode()
    us = int(datetime.now(UTC).timestamp() * 1e6)
    log.append([Body(workspace_id=home.id, kind="batch", received_us=us, data=body)])
    log.close()


def who(user: str, email: str, **traits: object) -> dict[str, object]:
    return {"type": "identify", "userId": user, "messageId": f"i-{user}", "traits": {"email": email, **traits}}


def what(user: str, number: int) -> dict[str, object]:
    properties = {"note": f"{TEXT} {number}", "email": EMAIL} if user == USER_ID else {"note": "nothing special"}
    when = (NOW - timedelta(days=number % 5)).isoformat()
    name = {"type": "track", "event": "order_delivered", "messageId": f"{user}-{number}", "timestamp": when}
    return {**name, "userId": user, "properties": properties, "context": {"ip": "203.0.113.77"}}


put(
    who(USER_ID, EMAIL, name=NAME, phone=PHONE, city=TEXT),
    who("other-1", OTHER_EMAIL),
    *(what(USER_ID, n) for n in range(20)),
    *(what("other-1", n) for n in range(20)),
)
while run_once("filler"):
    pass
person = Identifier.objects.in_workspace(home.id).get(kind="user_id", value=USER_ID).customer
other = Identifier.objects.in_workspace(home.id).get(kind="user_id", value="other-1").customer
(second,) = resolve(workspace_id=home.id, keys=[IdentityKeys(email=SECOND_EMAIL)], now=NOW)
update_traits(
    workspace_id=home.id,
    changes=[TraitChange(customer_id=second, traits={"name": NAME, "consent": {"email": True}}, at=NOW)],
    now=NOW,
)
merge(workspace_id=home.id, kept_id=person.id, merged_id=second, reason=f"both are {EMAIL}", now=NOW)
vault.seal(person.id, TEXT.encode())

for number, customer in enumerate((person, person, other, Customer.objects.in_workspace(home.id).get(id=second))):
    score = (2, 9, 10, 0)[number]
    answer = Response.objects.create(
        workspace=home, key=f"r{number}", customer=customer, channel="email", segment="gold", language="en",
        answers={"nps": score, "why": TEXT if customer != other else "fine"}, metric="nps", score=score,
        touchpoint=place, started_at=NOW, updated_at=NOW, completed_at=NOW,
    )  # fmt: skip
    listen.record_voice(
        workspace_id=home.id, key=f"v{number}", initiator="company", source_kind="survey", channel="email",
        said_at=NOW, text=f"{TEXT} said {NAME}" if customer != other else "fine", customer_id=customer.id,
        touchpoint_id=place.id, response_id=answer.id, metric="nps", score=score, now=NOW,
        attributes={"handle": EMAIL} if customer != other else {},
    )  # fmt: skip
complaint = listen.record_voice(
    workspace_id=home.id, key="complaint", initiator="customer", source_kind="complaint", channel="web", said_at=NOW,
    text=f"{TEXT}! Call {NAME} on {PHONE}", customer_id=person.id, touchpoint_id=place.id, now=NOW,
)  # fmt: skip
respond.open_case(workspace_id=home.id, voice_id=complaint.id, now=NOW)
case = Case.objects.in_workspace(home.id).get(origin=complaint)
respond.note(workspace_id=home.id, number=case.number, text=f"{NAME} prefers {PHONE}", now=NOW, actor=agent)
foreign = listen.record_voice(
    workspace_id=home.id, key="foreign", initiator="customer", source_kind="complaint", channel="web", said_at=NOW,
    text=f"My neighbour, {EMAIL} or {PHONE}, has the same trouble", customer_id=other.id, now=NOW,
)  # fmt: skip
proposal = Proposal(customer_id=person.id, purpose="service", family="", channel="email", ask_key="hello")
(ruling,) = outreach.propose(workspace_id=home.id, proposals=[proposal], now=NOW)
outreach.post(
    workspace_id=home.id, ruling=ruling, customer_id=person.id, idempotency_key="hello", purpose="service",
    channel="email", now=NOW, draft=Draft(language="en", subject=f"Dear {NAME}", text=TEXT, html=f"<p>{TEXT}</p>"),
)  # fmt: skip
KeptReply.objects.create(scope="s" * 64, request="r" * 64, status=200, body=json.dumps({"email": EMAIL}), at=NOW)
quoted = json.dumps({"text": f"{TEXT}, without a name"})
KeptReply.objects.create(scope="q" * 64, request="r" * 64, status=201, body=quoted, at=NOW)
audit(workspace_id=home.id, actor_id=None, verb="customers.looked_up", detail={"asked": EMAIL})
QuarantinedRow.objects.create(
    workspace=home, source="intake", reason=f"{EMAIL} has no time", payload=json.dumps({"email": EMAIL, "x": TEXT})
)
fill_doors.told_by_webhooks(home, person, other, NOW)
fill_doors.sent_to_us(home, NOW)
fill_doors.mailed(home, NOW)
fill_doors.in_logs()
flush_all(owner="filler", now=timezone.now())
fill_doors.in_files(home, NOW)

table = Path(settings.DATA_DIR).parent / "people.csv"
table.write_text(f"user_id,email,name,remark\n{USER_ID},{EMAIL},{NAME},{TEXT}\nother-2,two@else.test,Two,ok\n")
done = imports.prepare(workspace=home, kind_name="customers", path=table, filename="people.csv")
imports.register(prepared=done, actor_id=None, now=NOW, started=False)  # waits for its mapping to be confirmed
mail = Path(settings.DATA_DIR) / "mail"
mail.mkdir(exist_ok=True)
(mail / "1700000000000000000.eml").write_text(f"To: {EMAIL}\nSubject: Dear {NAME}\n\n{TEXT}\n")
(mail / "1700000000000000001.eml").write_text(f"To: {OTHER_EMAIL}\nSubject: Dear you\n\nfine\n")
put(what(USER_ID, 900), what("other-1", 900), who(USER_ID, EMAIL, name=NAME))  # not read yet
fill_doors.backed_up(NOW)
sys.stdout.write(json.dumps({"person": person.id, "key": person.key, "second": second, "case": case.number}))
