"""What a channel must offer. A new channel is a copied folder: ``adapter.py``, ``doc.md``, ``samples/*.json``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Reachable(Protocol):
    """What an adapter may look at to find an address."""

    @property
    def email(self) -> str: ...

    @property
    def phone(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message for the wire."""

    id: int
    address: str
    name: str
    language: str
    subject: str
    text: str
    html: str
    idempotency_key: str  # unique across workspaces; stable over every attempt
    headers: Mapping[str, str] = field(default_factory=dict)


class DeliveryError(Exception):
    """The peer did not take the message. ``permanent``: it never will, so do not try again."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Session(Protocol):
    """An open way to the peer, used by one thread."""

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> None:
        """Hand over one message; return once the peer has accepted it.

        ``committing`` is called just before the step after which the peer may accept; ``handed_over`` once the peer
        will decide without us, if the channel can tell. Raises DeliveryError.
        """

    def close(self) -> None: ...


class Adapter(Protocol):
    """One channel."""

    name: str

    def address(self, person: Reachable) -> str:
        """Where this channel reaches the person; empty when it cannot."""

    def wire_form(self, message: Outgoing) -> bytes:
        """The bytes that the peer will see; pure, so that samples can be compared."""

    def session(self) -> Session: ...
