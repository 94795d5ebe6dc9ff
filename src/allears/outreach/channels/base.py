"""What a channel must offer. A new channel is a copied folder: ``adapter.py``, ``doc.md``, ``samples/*.json``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Capability:
    """What a channel can carry, for whoever chooses between channels and writes for them."""

    html: bool = False
    links: bool = True
    longest: int = 0  # characters of one message; 0: as long as it needs
    identifiers: tuple[str, ...] = ()  # kinds of names by which it reaches people, besides e-mail and phone
    present: bool = False  # the customer is there already and is disturbed at no hour of the night
    consent_credits: bool = False  # one grant of the customer, one message
    fetched: bool = False  # the company's own program comes for the messages; the sender leaves them
    needs_setup: bool = True  # nothing goes out before the workspace has set it up


class Reachable(Protocol):
    """What an adapter may look at to find an address. ``handles``: kind of name → name, where the channel has some."""

    @property
    def email(self) -> str: ...

    @property
    def phone(self) -> str: ...


def handle(person: Reachable, kind: str) -> str:
    """The name of this kind by which the person is known; empty when there is none."""
    names: Mapping[str, str] = getattr(person, "handles", {})
    return names.get(kind, "")


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
    purpose: str = ""
    setup: Mapping[str, Any] = field(default_factory=dict)  # the workspace's settings of the channel, opened


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the peer said of a message it took: its own name for it, and how many units it counted."""

    reference: str = ""
    units: int = 1


class DeliveryError(Exception):
    """The peer did not take the message. ``permanent``: it never will, so do not try again."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class SetupError(ValueError):
    """A set-up that cannot work; ``field`` names what to mend."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class SetupField:
    """One thing that the workspace says of its provider."""

    name: str
    label: Any  # translated where shown
    hint: Any = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    options: tuple[tuple[str, Any], ...] = ()
    lines: int = 1


class Session(Protocol):
    """An open way to the peer, used by one thread."""

    def send(
        self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]
    ) -> Receipt | None:
        """Hand over one message; return once the peer has accepted it.

        ``committing`` is called just before the step after which the peer may accept; ``handed_over`` once the peer
        will decide without us, if the channel can tell. Raises DeliveryError.
        """

    def close(self) -> None: ...


class Adapter(Protocol):
    """One channel."""

    name: str
    capability: Capability
    fields: tuple[SetupField, ...]

    def check(self, setup: Mapping[str, Any]) -> None:
        """Raise SetupError where the set-up cannot work; no network."""

    def address(self, person: Reachable) -> str:
        """Where this channel reaches the person; empty when it cannot."""

    def wire_form(self, message: Outgoing) -> bytes:
        """The bytes that the peer will see; pure, so that samples can be compared."""

    def session(self) -> Session: ...
