"""A real SMTP peer that keeps what it was given."""

import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from threading import Lock

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.processes import free_port, wait_until


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One accepted message and the recipients of its envelope."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message.get_body(preferencelist=(kind,))
        return body.get_content() if body is not None else ""


@dataclass(kw_only=True)
class SmtpPeer:
    """``refuse_next`` answers 451 (try again later) that many times; ``reject`` names addresses refused for good."""

    host: str
    port: int
    refuse_next: int = 0
    reject: set[str] = field(default_factory=set)
    _deliveries: list[Delivery] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def deliveries(self) -> list[Delivery]:
        with self._lock:
            return list(self._deliveries)

    def to(self, address: str) -> list[Delivery]:
        return [each for each in self.deliveries if address in each.recipients]

    def wait_for(self, count: int, *, seconds: float = 10) -> list[Delivery]:
        wait_until(lambda: len(self.deliveries) >= count, seconds=seconds, what=f"{count} mails")
        return self.deliveries

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.reject:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        with self._lock:
            if self.refuse_next > 0:
                self.refuse_next -= 1
                return "451 try again later"
            content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
            message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)
            delivery = Delivery(sender=envelope.mail_from or "", recipients=list(envelope.rcpt_tos), message=message)
            self._deliveries.append(delivery)
        return "250 OK"


@pytest.fixture
def smtp_peer() -> Iterator[SmtpPeer]:
    peer = SmtpPeer(host="127.0.0.1", port=free_port())
    controller = Controller(peer, hostname=peer.host, port=peer.port)
    controller.start()
    yield peer
    controller.stop()
