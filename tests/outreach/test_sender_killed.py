"""kill -9 of the sender, again and again, against a real SMTP peer."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.processes import die_with_parent
from tests.support.smtp import SmtpPeer

CUSTOMERS = 500
SEEDING = f"""
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0)
from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.outreach import actions
from allears.outreach.contracts import Draft, Posting, Proposal
home, now = Workspace.objects.create(slug="acme", name="Acme"), timezone.now()
people = Customer.objects.bulk_create(
    Customer(workspace=home, email=f"c{{number}}@example.test") for number in range({CUSTOMERS})
)
common = dict(purpose="service", channel="email")
wishes = [Proposal(customer_id=each.id, family="", ask_key=each.email, **common) for each in people]
draft = Draft(language="en", subject="Hello", text="Hello")
actions.post_many(workspace_id=home.id, now=now, postings=[
    Posting(ruling=ruling, customer_id=each.id, draft=draft, idempotency_key=each.email, **common)
    for each, ruling in zip(people, actions.propose(workspace_id=home.id, proposals=wishes, now=now))
])
"""
SENDING = """
import os, django
django.setup()
from allears.outreach import sender
from allears.outreach.models import Message
print("up", flush=True)
while sender.run_once(f"killed:{os.getpid()}") or Message.objects.across_workspaces().exclude(state="sent").exists():
    pass
"""


@pytest.mark.slow
def test_every_mail_arrives_once(smtp_peer: SmtpPeer, tmp_path: Path) -> None:
    """Only a kill within the microseconds after the last byte may repeat a mail (record 0009)."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "ALLEARS_DATA": str(tmp_path),
        "ALLEARS_SMTP_HOST": smtp_peer.host,
        "ALLEARS_SMTP_PORT": str(smtp_peer.port),
    }
    subprocess.run([sys.executable, "-c", SEEDING], env=environment, check=True)
    kills = 0
    while True:
        process = subprocess.Popen(
            [sys.executable, "-c", SENDING], env=environment, stdout=subprocess.PIPE, preexec_fn=die_with_parent
        )
        assert process.stdout is not None
        process.stdout.readline()
        if kills == 20:
            assert process.wait(60) == 0
            break
        time.sleep(0.03 + 0.011 * (kills % 7))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    received = Counter(each.recipients[0] for each in smtp_peer.deliveries)
    assert len(received) == CUSTOMERS
    repeated = [address for address, number in received.items() if number > 1]
    assert len({each.message["Message-ID"] for each in smtp_peer.deliveries}) == CUSTOMERS
    assert len(repeated) <= 1  # usually none
