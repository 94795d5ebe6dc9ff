"""Verdicts of the governor per second, beside a bare query of the policy in the same run.

Three figures, on SQLite in memory unless DATABASE_URL says otherwise: the pure function alone; whole proposals, with
facts gathered, judged, explained and stored; and what a home-made cap would do, one query per customer that counts what
was sent to them lately.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CUSTOMERS = 2000
BATCH = 200


def main() -> None:
    """Each figure once, by CPU time of this process; a database outside it is not counted."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.settings")
    django.setup()
    from django.test.utils import get_runner

    runner = get_runner(settings)(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        _measure()
    finally:
        runner.teardown_databases(old)


def _measure() -> None:
    from allears.accounts.models import Workspace
    from allears.customers.models import Customer
    from allears.outreach import actions
    from allears.outreach.contracts import Proposal
    from allears.outreach.governor import Contact, Facts, Policy, Worth, judge
    from allears.outreach.models import Decision

    contacts = tuple(
        Contact(at=NOW - timedelta(days=days), purpose="survey", family="csat", channel="email") for days in (5, 20, 40)
    )
    facts = Facts(
        purpose="survey", family="nps", channel="email", ask_key="1:1", zone="Asia/Shanghai", reachable=True,
        contacts=contacts, worth=Worth(bid=0.001, variance=0.1, answers=9), customer="a" * 32, segment="vip",
    )  # fmt: skip
    policy = Policy(holdout_share=0.05)
    _tell("the pure verdict", 20_000, lambda: [judge(facts, policy, NOW) for _ in range(20_000)])

    place = Workspace.objects.create(slug="bench", name="Bench")
    people = [Customer(workspace=place, email=f"c{number}@example.test") for number in range(CUSTOMERS)]
    ids = [each.pk for each in Customer.objects.bulk_create(people, batch_size=500)]
    actions.publish_policy(workspace_id=place.pk, rules=Policy(quiet=None), now=NOW - timedelta(days=1))

    def propose(turn: int) -> None:
        for start in range(0, CUSTOMERS, BATCH):
            wishes = [
                Proposal(
                    customer_id=number, purpose="survey", family="nps", channel="email", ask_key=f"{turn}:{number}",
                    probe_key="bench", worth=Worth(bid=0.001, variance=0.1, answers=9),
                )
                for number in ids[start : start + BATCH]
            ]  # fmt: skip
            actions.propose(workspace_id=place.pk, proposals=wishes, now=NOW + timedelta(hours=turn))

    propose(0)
    _tell(f"decided and stored, {BATCH} at once", CUSTOMERS, lambda: propose(1))

    def bare() -> None:
        since = NOW - timedelta(days=30)
        for number in ids:
            Decision.objects.in_workspace(place.pk).filter(customer_id=number, verdict="sent", at__gte=since).count()

    _tell("floor: a bare count for each customer", CUSTOMERS, bare)


def _tell(name: str, number: int, work: Callable[[], Any]) -> None:
    cpu = time.process_time()
    work()
    spent = time.process_time() - cpu
    micros = spent / number * 1e6
    rate = number / spent
    print(f"   {name:<42}{rate:10,.0f}/s   {micros:7.1f} µs of CPU each")


if __name__ == "__main__":
    main()
