"""One Acme object for each name that a page's address may carry, for the tests over the list of addresses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests import builders
from tests.conftest import Person

from allears.accounts import actions
from allears.accounts.models import AccessKey
from allears.listen.models import Voice


def invite(alice: Person) -> int:
    offer = actions.invite_member(
        workspace=alice.workspace, email="dora@acme.test", role="agent", actor=alice.user, now=timezone.now()
    )
    return int(offer.pk)


def key(alice: Person) -> int:
    made, _secret = actions.make_key(
        workspace=alice.workspace, kind=AccessKey.Kind.API, name="Shop", actor=alice.user, now=timezone.now()
    )
    return int(made.pk)


def voice(alice: Person) -> int:
    said = timezone.now() - timedelta(minutes=1)
    row = Voice.objects.create(
        workspace=alice.workspace,
        key="v1",
        initiator="customer",
        source_kind="complaint",
        channel="email",
        text="I wait.",
        said_at=said,
    )
    return int(row.pk)


# A page whose address carries another name adds its maker here.
MAKERS: dict[str, Callable[[Person], Any]] = {
    "member_id": lambda alice: builders.member(workspace=alice.workspace, email="m@acme.test", role="agent")[1].pk,
    "invite_id": invite,
    "key_id": key,
    "voice_id": voice,
    "touchpoint_id": lambda alice: builders.touchpoint(workspace=alice.workspace, key="kiosk").pk,
    "customer_id": lambda alice: builders.customer(workspace=alice.workspace).pk,
}
