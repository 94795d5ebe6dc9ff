"""The peer process, and an outside model set to it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from tests.conftest import Person

from allears.understand.plugin import actions
from allears.understand.plugin.models import OutsideModel

PEER = Path(__file__).parents[2] / "support" / "model_peer.py"


@dataclass(frozen=True)
class Peer:
    url: str

    def faults(self, *wanted: str) -> None:
        httpx.post(f"{self.url}/faults", content=json.dumps(wanted))

    def seen(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.url}/seen").json()
        return found

    def texts(self) -> list[list[str]]:
        return [
            [each["text"] for each in json.loads(one["body"]["messages"][-1]["content"])["comments"]]
            for one in self.seen()
        ]


@pytest.fixture(scope="session")
def _peer() -> Iterator[Peer]:
    with subprocess.Popen([sys.executable, str(PEER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        yield Peer(f"http://127.0.0.1:{int(ran.stdout.readline())}")
        assert ran.stdin is not None
        ran.stdin.close()
        ran.wait(10)


@pytest.fixture
def peer(_peer: Peer, settings: Any) -> Peer:
    settings.MODEL_ALLOW = "127.0.0.1"
    _peer.faults()
    return _peer


@pytest.fixture
def outside(alice: Person, peer: Peer) -> OutsideModel:
    """On; 2 and 8 dollars a million tokens, capped at one dollar, three comments a call."""
    actions.save(
        workspace_id=alice.workspace.pk,
        actor_id=alice.user.pk,
        now=timezone.now(),
        base_url=f"{peer.url}/v1",
        model="tiny-1",
        key="sk-test",
        currency="usd",
        price_in=Decimal(2),
        price_out=Decimal(8),
        monthly_cap=Decimal(1),
        batch_size=3,
        timeout=2,
    )
    actions.switch(workspace_id=alice.workspace.pk, on=True, actor_id=alice.user.pk, now=timezone.now())
    found = actions.outside_model(workspace_id=alice.workspace.pk)
    assert found is not None
    return found
