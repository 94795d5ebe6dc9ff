"""Mail that customers send: new matters and answers to ours, from any IMAP mailbox."""

import imaplib
import re
import ssl
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.conf import settings as installation
from django.utils.translation import gettext_lazy as _

from allears.kit.lazy import LazyModule
from allears.listen.sources.base import Errand, LetterFacts, Page, Saying, SettingField, SettingsError, SourceTrouble
from allears.listen.sources.kinds.imap import signing_in
from allears.listen.sources.kinds.imap.letters import ReadLetter, read_letter
from allears.outreach.channels.email.returned import Returned, read_returned

if TYPE_CHECKING:
    import imap_tools
else:
    imap_tools = LazyModule("imap_tools")

SECONDS = 30
PAGE, TRIED = 25, 10
WHOLE_BYTES, PART_BYTES = 25 << 20, 256 << 10  # of a larger mail only the beginning is fetched, which has its words
AWRY = timedelta(days=1)  # a date in the mail that is further from its arrival is not believed
PLAIN_PORTS = {"tls": 993, "starttls": 143, "none": 143}


class ImapAdapter:
    """The kind ``imap``."""

    name = "imap"
    label = _("Mailbox")
    summary = _("Mail that customers send, with answers joined to their cases")
    icon = "mail"
    every_seconds = 60
    origin = ("host", "user", "folders")
    fields = (
        SettingField(name="host", label=_("Server"), required=True, help=_("For example imap.example.com.")),
        SettingField(
            name="security",
            label=_("Encryption"),
            type="choice",
            default="tls",
            choices=(("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("none (only inside a safe network)"))),
        ),
        SettingField(
            name="port", label=_("Port"), type="number", default=0, least=0, most=65535, help=_("0: as usual.")
        ),
        SettingField(name="user", label=_("User"), required=True),
        *signing_in.FIELDS,
        SettingField(name="folders", label=_("Folders"), default="INBOX", help=_("With commas between.")),
        SettingField(
            name="address",
            label=_("Address of this mailbox"),
            help=_("Where customers write to; answers to our mail are led here."),
        ),
        SettingField(name="takes_replies", label=_("Answers to our mail go here"), type="flag", default=True),
        SettingField(
            name="plus",
            label=_("Mail to name+anything@… arrives here too"),
            type="flag",
            default=False,
            help=_(
                "Most mail services allow it; an answer then finds its case even where a mail program loses the thread."
            ),
        ),
        SettingField(
            name="source_kind",
            label=_("A new mail is"),
            type="choice",
            default="request",
            choices=(("request", _("a request")), ("complaint", _("a complaint")), ("praise", _("praise"))),
        ),
        SettingField(name="touchpoint", label=_("Touchpoint"), help=_("Its key; may be left empty.")),
        SettingField(
            name="days",
            label=_("Days to look back at first"),
            type="number",
            default=7,
            least=0,
            most=3650,
        ),
    )

    def check(self, settings: Mapping[str, Any]) -> None:
        signing_in.check(settings)
        if settings["address"] and "@" not in settings["address"]:
            raise SettingsError("address", _("This is not an e-mail address."))
        if "/" in settings["host"] or " " in settings["host"]:
            raise SettingsError("host", _("Name the server alone, without https:// and without spaces."))

    def pages(self, errand: Errand) -> Iterator[Page]:
        """Folder by folder, mail by mail in the order of UIDs; nothing is marked or moved in the mailbox."""
        with _signed_in(errand) as box:
            cursor = _copied(errand.cursor)
            for folder in _folders(errand.settings):
                yield from _read_folder(box, folder, cursor, errand)


def _folders(settings: Mapping[str, Any]) -> list[str]:
    return [each.strip() for each in str(settings["folders"]).replace("，", ",").split(",") if each.strip()] or [
        "INBOX"
    ]


@contextmanager
def _signed_in(errand: Errand) -> "Iterator[imap_tools.BaseMailBox]":
    given, host = errand.settings, errand.settings["host"]
    token = signing_in.access_token(errand) if given.get("sign_in") == "oauth" else None
    try:
        box = _connected(given)
    except ssl.SSLCertVerificationError as error:
        raise SourceTrouble("untrusted", permanent=True, host=host, reason=error.verify_message) from error
    except (OSError, imaplib.IMAP4.error, imap_tools.MailboxStarttlsError) as error:
        raise SourceTrouble("unreachable", host=host, reason=error) from error
    try:
        try:
            if token is None:
                box.login(given["user"], errand.secret.get("password", ""), initial_folder=None)
            else:
                box.xoauth2(given["user"], token, initial_folder=None)
        except (imap_tools.MailboxLoginError, imaplib.IMAP4.error) as error:
            raise SourceTrouble("refused" if token is None else "token_refused", permanent=True, host=host) from error
        yield box
    except (OSError, imaplib.IMAP4.abort) as error:
        raise SourceTrouble("unreachable", host=host, reason=error) from error
    finally:
        with suppress(OSError, imaplib.IMAP4.error, imap_tools.ImapToolsError):
            box.logout()


def _connected(given: Mapping[str, Any]) -> "imap_tools.BaseMailBox":
    port = given["port"] or PLAIN_PORTS[given["security"]]
    context = ssl.create_default_context()
    if given["security"] == "tls":
        return imap_tools.MailBox(given["host"], port, timeout=SECONDS, ssl_context=context)
    if given["security"] == "starttls":
        return imap_tools.MailBoxStartTls(given["host"], port, timeout=SECONDS, ssl_context=context)
    return imap_tools.MailBoxUnencrypted(given["host"], port, timeout=SECONDS)


def _read_folder(
    box: "imap_tools.BaseMailBox", folder: str, cursor: dict[str, dict[str, Any]], errand: Errand
) -> Iterator[Page]:
    try:
        status = box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        box.folder.set(folder, readonly=True)
    except (imap_tools.ImapToolsError, imaplib.IMAP4.error) as error:
        names = ", ".join(each.name for each in box.folder.list())
        raise SourceTrouble("no_folder", permanent=True, folder=folder, folders=names) from error
    place = cursor.get(folder, {})
    validity = status["UIDVALIDITY"]
    uids = _new_uids(box, place, validity, errand)
    if errand.trial:
        uids = uids[-TRIED:]
    if not uids and place.get("validity") != validity:  # from here on, by number and not by day
        cursor[folder] = _reached(validity, status["UIDNEXT"] - 1, errand)
        yield Page(cursor=_copied(cursor))
    for start in range(0, len(uids), PAGE):
        some = uids[start : start + PAGE]
        sayings: list[Saying] = []
        aside: Counter[str] = Counter()
        returned: list[Returned] = []
        for uid in some:
            _take_one(box, uid, errand, sayings, aside, returned)
        cursor[folder] = _reached(validity, some[-1], errand)
        yield Page(cursor=_copied(cursor), sayings=sayings, aside=aside, returned=returned)


def _reached(validity: int, uid: int, errand: Errand) -> dict[str, Any]:
    return {"validity": validity, "uid": uid, "on": errand.now.date().isoformat()}


def _copied(cursor: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: dict(value) for name, value in cursor.items()}


def _new_uids(box: "imap_tools.BaseMailBox", place: Mapping[str, Any], validity: int, errand: Errand) -> list[int]:
    """What came since; where the server has numbered anew, what came since the day before the last look."""
    if place.get("validity") == validity:
        criteria, least = f"UID {place['uid'] + 1}:*", place["uid"] + 1
    else:
        back = errand.settings["days"]
        day = datetime.fromisoformat(place["on"]).date() if place else (errand.now - timedelta(days=back)).date()
        criteria, least = str(imap_tools.AND(date_gte=day - timedelta(days=1 if place else 0))), 0
    return sorted(
        int(uid) for uid in box.uids(criteria) if int(uid) >= least
    )  # "8:*" names the last one even if it is 7


_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def _take_one(
    box: "imap_tools.BaseMailBox",
    uid: int,
    errand: Errand,
    sayings: list[Saying],
    aside: Counter[str],
    returned: list[Returned],
) -> None:
    _status, about = box.client.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
    line = b" ".join(each if isinstance(each, bytes) else each[0] for each in about if each)
    size = _SIZE.search(line)
    if size is None:
        return  # expunged since the search
    whole = int(size[1]) <= WHOLE_BYTES
    _status, found = box.client.uid("FETCH", str(uid), "(BODY.PEEK[])" if whole else f"(BODY.PEEK[]<0.{PART_BYTES}>)")
    raw = next((each[1] for each in found if isinstance(each, tuple)), b"")
    if raw:
        letter = read_letter(raw, whole=whole)
        reason = _set_aside(letter, errand.settings)
        if reason:
            aside[reason] += 1
            if reason == "bounce" and (found_back := read_returned(raw)) is not None:
                returned.append(found_back)
        else:
            sayings.append(saying_of(letter, raw=raw, arrived=_arrived(line, errand.now), settings=errand.settings))


def _arrived(line: bytes, now: datetime) -> datetime:
    found = imaplib.Internaldate2tuple(line)
    return datetime(*found[:6]).astimezone(UTC) if found else now


def _set_aside(letter: ReadLetter, settings: Mapping[str, Any]) -> str:
    """Why the mail is nobody's voice; empty when it is one."""
    ours = {parseaddr(installation.DEFAULT_FROM_EMAIL)[1].lower(), str(settings["address"]).lower()}
    if letter.nature != "letter":
        return letter.nature
    if letter.sender in ours:
        return "own"
    return "" if letter.text or letter.enclosures or (letter.subject and not letter.is_answer) else "empty"


def saying_of(letter: ReadLetter, *, raw: bytes, arrived: datetime, settings: Mapping[str, Any]) -> Saying:
    """A mail as a voice."""
    name = "\x1f".join([letter.message_id, letter.sender]).encode() if letter.message_id else raw
    believed = letter.sent_at is not None and abs(letter.sent_at - arrived) <= AWRY
    stated = {"subject": letter.subject}
    return Saying(
        key=f"mail:{blake2b(name, digest_size=24).hexdigest()}",
        text=_words(letter),
        said_at=letter.sent_at if believed and letter.sent_at else arrived,
        source_kind=settings["source_kind"],
        channel="email",
        email=letter.sender,
        name=letter.name,
        touchpoint_key=settings["touchpoint"],
        attributes={key: value for key, value in stated.items() if value},
        letter=LetterFacts(
            message_id=letter.message_id, answers=letter.answers, marks=letter.marks, enclosures=letter.enclosures
        ),
    )


def _words(letter: ReadLetter) -> str:
    """A new mail is called by its subject; an answer speaks for itself."""
    files: Sequence[str] = [each.name for each in letter.enclosures]
    if letter.is_answer:
        return letter.text or " ".join(files)
    parts = [letter.subject if not letter.text.startswith(letter.subject) else "", letter.text]
    return "\n\n".join(each for each in parts if each) or " ".join(files)


ADAPTER = ImapAdapter()
