"""E-mail through Django's connection: plain SMTP by default, any anymail provider by ``ALLEARS_EMAIL_BACKEND``."""

import hashlib
import re
import secrets
import smtplib
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from allears.kit.lazy import LazyModule
from allears.outreach.channels.base import Capability, DeliveryError, Outgoing, Reachable, SetupField
from allears.outreach.channels.email.handing import send_whole
from allears.outreach.channels.email.returned import OUR_HEADER, mark

if TYPE_CHECKING:
    from anymail import exceptions as anymail
else:
    anymail = LazyModule("anymail.exceptions")

_LINE_START_DOT = re.compile(rb"(?m)^\.")


def message_id(message: Outgoing) -> str:
    """Stable over every attempt, so that a peer or a mailbox can tell a repeat."""
    digest = hashlib.blake2b(message.idempotency_key.encode(), digest_size=16).hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{digest}@{domain}>"


def as_email(message: Outgoing) -> EmailMultiAlternatives:
    recipient = str(Address(display_name=message.name, addr_spec=message.address)) if message.name else message.address
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),
        body=message.text,
        to=[recipient],
        headers={
            "Message-ID": message_id(message),
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",
            OUR_HEADER: mark(message.id),
            **message.headers,
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def _wire_form(mail: EmailMultiAlternatives) -> bytes:
    form: Any = mail.message()  # Django's own MIME class, whose as_bytes knows line endings
    if form.is_multipart():  # one made by the library is sought in the whole text by a pattern compiled for it
        form.set_boundary(f"=_{secrets.token_hex(16)}")
    return bytes(form.as_bytes(linesep="\r\n"))


class SmtpSession:
    """One SMTP connection kept open; the steps are taken singly, so that the moment of acceptance is known."""

    def __init__(self, backend: EmailBackend) -> None:
        self._backend = backend

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> None:
        try:
            mail = as_email(message)
            sender = sanitize_address(mail.from_email, "utf-8")
            recipient = sanitize_address(mail.to[0], "utf-8")
            body = _wire_form(mail)
        except ValueError as error:
            raise DeliveryError(f"not a usable address or header: {error}", permanent=True) from error
        try:
            self._transact(parseaddr(sender)[1], parseaddr(recipient)[1], body, committing, handed_over)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise DeliveryError(f"the mail server cannot be used: {error}", permanent=False) from error

    def _transact(
        self,
        sender: str,
        recipient: str,
        body: bytes,
        committing: Callable[[], None],
        handed_over: Callable[[], None],
    ) -> None:
        self._backend.open()
        smtp: Any = self._backend.connection
        smtp.ehlo_or_helo_if_needed()
        self._expect(smtp.mail(sender), "sender", ours=True)
        self._expect(smtp.rcpt(recipient), "recipient")
        self._expect(smtp.docmd("DATA"), "message", wanted=354)
        content = _LINE_START_DOT.sub(b"..", body).rstrip(b"\r\n") + b"\r\n.\r\n"
        committing()
        send_whole(smtp.sock, content)  # returns when the kernel has it all, which delivers it even if we die now
        handed_over()
        self._expect(smtp.getreply(), "message")

    def _expect(self, reply: tuple[int, bytes], what: str, *, wanted: int = 250, ours: bool = False) -> None:
        """5xx is for good, unless it is about us (our sender address, our sign-in), which people will mend."""
        code, text = reply
        if code == wanted or (wanted == 250 and code == 251):
            return
        self._recover(code)
        reason = f"{what} refused: {code} {text.decode('utf-8', 'replace')}"
        raise DeliveryError(reason, permanent=500 <= code < 600 and code != 530 and not ours)

    def _recover(self, code: int) -> None:
        if code in (421, -1):
            self.close()
            return
        try:
            smtp: Any = self._backend.connection
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        try:
            self._backend.close()
        except (smtplib.SMTPException, OSError):
            self._backend.connection = None


class BackendSession:
    """Any other Django e-mail backend: acceptance is when ``send_messages`` returns."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> None:
        committing()
        try:
            accepted = self._backend.send_messages([as_email(message)])
        except ValueError as error:
            raise DeliveryError(f"not a usable address or header: {error}", permanent=True) from error
        except anymail.AnymailRecipientsRefused as error:  # taken, and told that nobody will get it
            raise DeliveryError(f"the mail service refuses this recipient: {error}", permanent=True) from error
        except (OSError, anymail.AnymailError) as error:
            raise DeliveryError(f"the mail service cannot be used: {error}", permanent=False) from error
        if not accepted:
            raise DeliveryError("the mail service did not take the message", permanent=False)

    def close(self) -> None:
        self._backend.close()


class UnsetSession:
    """A mail backend that cannot be made: its mails wait and say why, and no other channel suffers."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> None:
        raise DeliveryError(f"{settings.EMAIL_BACKEND} is not set up: {self._reason}", permanent=False)

    def close(self) -> None:
        """There is nothing to close."""


class EmailAdapter:
    """The channel ``email``."""

    name = "email"
    capability = Capability(html=True, needs_setup=False)
    fields: tuple[SetupField, ...] = ()

    def check(self, setup: Mapping[str, Any]) -> None:
        """There is nothing to say wrongly."""

    def address(self, person: Reachable) -> str:
        return person.email if "@" in person.email else ""

    def wire_form(self, message: Outgoing) -> bytes:
        return _wire_form(as_email(message))

    def session(self) -> SmtpSession | BackendSession | UnsetSession:
        try:
            backend = get_connection()
        except (ImproperlyConfigured, ImportError) as error:
            return UnsetSession(str(error))
        return SmtpSession(backend) if isinstance(backend, EmailBackend) else BackendSession(backend)


ADAPTER = EmailAdapter()
