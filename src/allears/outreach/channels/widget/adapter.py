"""Asks inside a company's own site or app: the message waits here until the customer's widget comes for it."""

from collections.abc import Callable, Mapping
from typing import Any

from allears.outreach.channels.base import Capability, Outgoing, Reachable, SetupField, handle


class WaitingRoom:
    """Nothing travels: what is allowed lies ready, so it is delivered the moment it is posted."""

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> None:
        committing()
        handed_over()

    def close(self) -> None:
        return None


class WidgetAdapter:
    """The channel ``widget``."""

    name = "widget"
    capability = Capability(identifiers=("anonymous_id", "user_id"), present=True, needs_setup=False)
    fields: tuple[SetupField, ...] = ()

    def check(self, setup: Mapping[str, Any]) -> None:
        """There is nothing to say wrongly."""

    def address(self, person: Reachable) -> str:
        return handle(person, "anonymous_id") or handle(person, "user_id")

    def wire_form(self, message: Outgoing) -> bytes:
        return message.text.encode()

    def session(self) -> WaitingRoom:
        return WaitingRoom()


ADAPTER = WidgetAdapter()
