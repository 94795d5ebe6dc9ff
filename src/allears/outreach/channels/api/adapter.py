"""Asks that the company delivers itself: the message waits here until its own program fetches it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.outreach.channels.base import (
    Capability,
    DeliveryError,
    Outgoing,
    Reachable,
    SetupError,
    SetupField,
    handle,
)

LONGEST = 24 * 60  # minutes


class Counter:
    """Where messages wait to be fetched; from our side nothing is handed over."""

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> None:
        raise DeliveryError("it waits to be fetched: POST /api/v1/deliveries", permanent=False)

    def close(self) -> None:
        return None


class ApiAdapter:
    """The channel ``api``."""

    name = "api"
    capability = Capability(identifiers=("user_id",), fetched=True)
    fields: tuple[SetupField, ...] = (
        SetupField(
            name="minutes",
            label=_("Minutes"),
            hint=_(
                "Your program fetches by POST /api/v1/deliveries. What it has not acknowledged after so many minutes "
                "is handed out again."
            ),
            default="10",
        ),
    )

    def check(self, setup: Mapping[str, Any]) -> None:
        minutes = str(setup.get("minutes") or "")
        if not minutes.isdigit() or not 1 <= int(minutes) <= LONGEST:
            raise SetupError("minutes", _("give whole minutes, 1 to %(most)s") % {"most": LONGEST})

    def address(self, person: Reachable) -> str:
        return handle(person, "user_id") or person.email or person.phone

    def wire_form(self, message: Outgoing) -> bytes:
        return message.text.encode()

    def session(self) -> Counter:
        return Counter()


ADAPTER = ApiAdapter()
