"""The demo's post office: takes every mail on the loopback, keeps it as a file, and hands it to the customers.

Mails never leave the machine. The newest ``KEPT`` stay in the folder; `/settings/mailbox` shows them.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

KEPT = 1000
LINK = re.compile(r"https?://[^/\s]+(/(?P<kind>[sc])/(?P<token>[A-Za-z0-9_\-]{16,}))")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail, as a customer reads it."""

    to: str
    subject: str
    text: str

    def link(self) -> tuple[str, str] | None:
        """Where it leads: ("s", path of a survey) or ("c", path of a case), without host and query."""
        found = LINK.search(self.text)
        return (found["kind"], found[1]) if found else None


def read_letter(raw: bytes) -> Letter:
    """The parts of a mail that a person looks at."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body is not None else ""
    return Letter(to=str(message["To"] or ""), subject=str(message["Subject"] or ""), text=text)


class PostOffice:
    """An SMTP server on the loopback. ``deliver`` is called on its own thread with each mail."""

    def __init__(self, *, folder: Path, port: int, deliver: Callable[[Letter], None]) -> None:
        self.folder = folder
        self.deliver = deliver
        self.controller = Controller(self, hostname="127.0.0.1", port=port)

    def open(self) -> None:
        """Start taking mail; raises OSError when the port is taken."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        self.controller.start()

    def close(self) -> None:
        self.controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 – aiosmtpd's name
        """Keep the mail, then acknowledge it, then let it be read."""
        raw: bytes = envelope.original_content
        self._keep(raw)
        letter = read_letter(raw)
        for address in envelope.rcpt_tos:
            self.deliver(Letter(to=address, subject=letter.subject, text=letter.text))
        return "250 Taken"

    def _keep(self, raw: bytes) -> None:
        path = self.folder / f"{time.time_ns()}.eml"
        beside = path.with_suffix(".new")
        beside.write_bytes(raw)
        beside.rename(path)
        names = sorted(self.folder.glob("*.eml"))
        for old in names[: max(0, len(names) - KEPT)]:
            old.unlink(missing_ok=True)
