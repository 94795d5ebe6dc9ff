"""The way from an empty workspace to customers who are heard: six steps, each ticked by what is there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from allears.accounts.queries import members, open_invites
from allears.customers.models import Customer
from allears.journeys.queries import touchpoints
from allears.listen.queries import probes, surveys, voices
from allears.outreach.delivery.queries import setup_of
from allears.outreach.queries import messages


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of them, and where it is done."""

    label: Any
    why: Any
    href: str
    done: bool


def steps(*, workspace_id: int) -> list[Step]:
    """In the order in which they are best taken."""
    return [Step(label=label, why=why, href=href, done=there(workspace_id)) for label, why, href, there in _STEPS]


def _met(workspace_id: int) -> bool:
    return touchpoints(workspace_id=workspace_id).exists()


def _heard(workspace_id: int) -> bool:
    came = Customer.objects.in_workspace(workspace_id).exists()
    return came or voices(workspace_id=workspace_id).exists()


def _mails(workspace_id: int) -> bool:
    """Set up here, or by the settings of the installation, as what was sent shows."""
    sent = messages(workspace_id=workspace_id).filter(channel="email", sent_at__isnull=False)
    return setup_of(workspace_id=workspace_id, channel="email") is not None or sent.exists()


def _asks(workspace_id: int) -> bool:
    return surveys(workspace_id=workspace_id).exists()


def _probes(workspace_id: int) -> bool:
    return probes(workspace_id=workspace_id).exists()


def _together(workspace_id: int) -> bool:
    return members(workspace_id=workspace_id).count() > 1 or open_invites(workspace_id=workspace_id).exists()


_STEPS: tuple[tuple[Any, Any, str, Callable[[int], bool]], ...] = (
    (
        gettext_lazy("Draw your customers' journey"),
        gettext_lazy("The moments at which they meet you; two ready-made journeys are there to start from."),
        "/moments",
        _met,
    ),
    (
        gettext_lazy("Bring what you have"),
        gettext_lazy("A file of reviews, answers or customers, or events from your systems by a write key."),
        "/imports",
        _heard,
    ),
    (
        gettext_lazy("Say how mail leaves"),
        gettext_lazy("Your mail server or provider, tried with a letter to yourself."),
        "/settings/channels/email",
        _mails,
    ),
    (
        gettext_lazy("Choose what to ask"),
        gettext_lazy("Ready-made surveys by moment and trade, in both languages; every word can be changed."),
        "/surveys",
        _asks,
    ),
    (
        gettext_lazy("Say when to ask"),
        gettext_lazy("A probe, tried on the past before it asks anybody."),
        "/probes",
        _probes,
    ),
    (
        gettext_lazy("Invite your colleagues"),
        gettext_lazy("Whoever answers customers, and whoever should hear them."),
        "/settings/members",
        _together,
    ),
)
