"""A worker that is killed in the middle of a wave."""

from datetime import timedelta
from typing import Any

import pytest

from allears.accounts.models import Workspace
from allears.listen import asking
from allears.listen.models import Invitation
from allears.listen.studies.models import Wave
from allears.outreach.models import Decision, Message
from tests import builders
from tests.listen.test_studies import START, members, plan, run_at


def test_a_kill_inside_a_transaction_neither_doubles_nor_loses_an_ask(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed once verdicts are written and before the messages are: none of that chunk stays, and none is missing."""
    for number in range(12):
        builders.customer(workspace=acme, email=f"c{number}@example.org")
    monkeypatch.setattr("allears.listen.studies.drawing.CHUNK", 3)
    study = plan(acme, sample_size=10)
    invite, calls = asking.invite, iter(range(99))

    def killed(**given: Any) -> Any:
        made = invite(**given)
        if next(calls) == 1:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr("allears.listen.asking.invite", killed)
    with pytest.raises(KeyboardInterrupt):
        run_at(START)
    assert (members(acme).count(), Message.objects.in_workspace(acme.id).count()) == (3, 3)
    assert Decision.objects.in_workspace(acme.id).count() == 3
    run_at(START + timedelta(minutes=10), owner="two")
    asked = members(acme, verdict="sent").values_list("customer_id", flat=True)
    mailed = Message.objects.in_workspace(acme.id).values_list("customer_id", flat=True)
    assert (len(asked), sorted(mailed)) == (10, sorted(asked))
    assert Decision.objects.in_workspace(acme.id).count() == 10
    assert Invitation.objects.in_workspace(acme.id).count() == 10
    assert Wave.objects.in_workspace(acme.id).filter(study=study).count() == 1
