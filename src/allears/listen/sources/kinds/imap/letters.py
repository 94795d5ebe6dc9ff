"""Bytes of a mail to what was said, by whom, in answer to what. Pure; every mail is readable somehow."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from html import unescape

from allears.kit.sniffing import FileRefusedError, Sniffed, sniff
from allears.listen.filing import safe_name
from allears.listen.sources.base import Enclosure
from allears.listen.sources.kinds.imap.quoting import own_words
from allears.listen.sources.plain import html_text, tidy

MOST_BYTES_EACH, MOST_BYTES_TOGETHER, MOST_ENCLOSURES = 5 << 20, 15 << 20, 10
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To")
OUR_HEADER = "X-All-Ears-Case"
WESTERN = {"us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "cp1252", "unknown-8bit", ""}
_ID = re.compile(r"<[^<>\s]{3,250}>")
_HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
_AGAIN = re.compile(r"^(?:(?:re|aw|sv|antw|回复|答复|回覆|答覆)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)

_FORWARD = re.compile(r"^(?:fwd?|wg|tr|转发|轉寄|轉發)\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ReadLetter:
    """A mail as understood. ``text`` are the writer's own words."""

    message_id: str
    sender: str
    name: str
    subject: str
    text: str
    sent_at: datetime | None
    answers: Sequence[str]
    marks: Sequence[str]
    enclosures: Sequence[Enclosure]
    nature: str  # letter, auto_reply, bounce, list

    @property
    def is_answer(self) -> bool:
        return bool(self.answers) or bool(_AGAIN.match(self.subject))


def read_letter(raw: bytes, *, whole: bool = True) -> ReadLetter:
    """``whole``: False when the mail was cut off because of its size; files are not kept then."""
    mail = message_from_bytes(raw)
    name, sender = parseaddr(header(mail, "From"))
    answers = _ids(header(mail, "In-Reply-To")) + list(reversed(_ids(header(mail, "References"))))
    text = _text(mail, is_answer=bool(answers))
    return ReadLetter(
        message_id=next(iter(_ids(header(mail, "Message-ID"))), ""),
        sender=sender.lower(),
        name=name,
        subject=" ".join(header(mail, "Subject").split())[:300],
        text=text,
        sent_at=_date(header(mail, "Date")),
        answers=list(dict.fromkeys(answers)),
        marks=_marks(mail),
        enclosures=list(_enclosures(mail, whole=whole)),
        nature="auto_reply" if not text and _answers_invitation(mail) else _nature(mail, sender),
    )


def header(mail: Message, name: str) -> str:
    """A header as people read it: encoded words, raw UTF-8 or GBK bytes, and charsets that are wrongly named."""
    raw = next((str(value) for key, value in mail.raw_items() if key.lower() == name.lower()), "").replace("\x00", "")
    try:
        raw.encode("ascii")
    except UnicodeEncodeError:
        raw = decoded(raw.encode("utf-8", "surrogateescape"), "")
    if "=?" not in raw:
        return re.sub(r"\r?\n[ \t]*", " ", raw).strip()
    parts = []
    for value, charset in decode_header(re.sub(r"\r?\n[ \t]*", " ", raw)):
        parts.append(value if isinstance(value, str) else decoded(value, charset or "utf-8"))
    return "".join(parts).strip()


WHOLE = dict.fromkeys(("gb2312", "gbk", "x-gbk", "cp936", "hz-gb-2312"), "gb18030")
WHOLE |= dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932")
WHOLE |= dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949") | dict.fromkeys(("big5", "big5-tw"), "big5hkscs")


def decoded(content: bytes, charset: str) -> str:
    """Bytes as text. Mail programs name the small set of characters and mean the large one, or name nothing."""
    charset = charset.lower().strip("\"' ")
    if b"~{" not in content:
        charset = WHOLE.get(charset, charset)
    if charset in WESTERN and not content.isascii():
        guesses = ["utf-8", *(["gb18030"] if _is_chinese(content) else [])]
    else:
        guesses = [charset] if charset.startswith("iso-2022-jp") else [charset, "utf-8", "gb18030"]
    for guess in guesses:
        try:
            return content.decode(guess)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("iso-2022-jp" if charset.startswith("iso-2022-jp") else "windows-1252", "replace")


def _is_chinese(content: bytes) -> bool:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    strange = [each for each in text if not each.isascii()]
    return len(_HAN.findall(text)) >= max(1, len(strange) * 0.8)


def _ids(value: str) -> list[str]:
    return _ID.findall(value)


def _date(value: str) -> datetime | None:
    found: datetime | None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        found = _plain_date(value)
    if found is None:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _plain_date(value: str) -> datetime | None:
    """A time as programs write it that do not know the form of mail's."""
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


def _marks(mail: Message) -> list[str]:
    """What stands after the plus of each address it was sent to, and our own header where it came back."""
    values = [str(value) for key, value in mail.raw_items() if key.lower() in {each.lower() for each in ADDRESSED}]
    names = [address.rpartition("@")[0] for _name, address in getaddresses(values)]
    marks = [name.partition("+")[2].lower() for name in names if "+" in name]
    own = header(mail, OUR_HEADER)
    return list(dict.fromkeys(each[:100] for each in [own, *marks] if each))[:10]


def _text(mail: Message, *, is_answer: bool) -> str:
    plain: list[str] = []
    html: list[str] = []
    for part in _shown_parts(mail):
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        words = decoded(content, part.get_content_charset() or "")
        if part.get_content_type() == "text/plain" and "&nbsp;" in words:
            words = unescape(words)  # QQ Mail makes its plain part from HTML and leaves the entities
        (html if part.get_content_type() == "text/html" else plain).append(words)
    words = tidy("\n".join(plain))
    if not words and html:
        page = "\n".join(html)
        words = html_text(page, without=frozenset({"blockquote"})) or html_text(page)
    forwards = _FORWARD.match(header(mail, "Subject"))
    sender = header(mail, "From")
    return own_words(
        words, is_answer=is_answer, forwarded_by=parseaddr(sender)[1].lower() if forwards else "", writer=sender
    )


def _shown_parts(mail: Message) -> Iterator[Message]:
    """The parts a reader sees as the letter itself: no files, nothing of enclosed mails."""
    if mail.get_content_maintype() == "message":
        return
    if mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _shown_parts(part)
    elif not _is_file(mail) and (mail.get_content_type() in _WORDS or mail.get_content_maintype() == "multipart"):
        yield mail  # parts that nothing marks off are one text


_WORDS = frozenset({"text/plain", "text/html"})


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _enclosures(mail: Message, *, whole: bool) -> Iterator[Enclosure]:
    together = number = 0
    for part in mail.walk():
        if part.is_multipart() or not _is_file(part) or number >= MOST_ENCLOSURES:
            continue
        if part.get("Content-ID") and part.get_content_disposition() != "attachment":
            continue  # the picture of a signature
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        number, together = number + 1, together + len(content)
        fits = whole and len(content) <= MOST_BYTES_EACH and together <= MOST_BYTES_TOGETHER
        found = _sniffed(content) if fits else None
        yield Enclosure(
            name=safe_name(_file_name(part)),
            type=found.type if found else part.get_content_type()[:100],
            size=len(content),
            content=found.content if found else None,
        )


def _sniffed(content: bytes) -> Sniffed | None:
    """What it is by its content, without hidden data; None for what is not kept, whatever it calls itself."""
    try:
        return sniff(content, largest=MOST_BYTES_EACH)
    except FileRefusedError:
        return None


def _file_name(part: Message) -> str:
    name = part.get_filename() or "file"
    if "\ufffd" in name and (raw := _RAW_NAME.search(header(part, "Content-Disposition"))):
        name = raw[1]  # bytes of GBK, as they are
    pieces = decode_header(name) if "=?" in name else [(name, None)]
    return "".join(value if isinstance(value, str) else decoded(value, charset or "utf-8") for value, charset in pieces)


_RAW_NAME = re.compile(r"filename\s*=\s*\"?([^\";]+)", re.IGNORECASE)
_ABSENT = re.compile(
    r"^\s*[\[【(（]?\s*(?:(?:out of (?:the )?office\s*)?auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office"
    r"|automatische antwort|abwesen\w*|r[ée]ponse automatique|respuesta automática|自動返信"
    r"|自动回复|自动答复|自動回覆|外出时?的?(?:自动(?:回复|答复))?)\s*(?:[:：\]】)）]|$)"
    r"|^(?!\s*(?:re|回复|答复|回覆)\s*[:：]).*[(（【\[](?:自动回复|自動回覆|auto(?:matic)?[ -]?reply)[\])）】]\s*$",
    re.IGNORECASE,
)
_CAME_BACK = re.compile(r"退信|退回|undeliver|returned|fail", re.IGNORECASE)
_POSTMAN = re.compile(r"^(mailer-daemon|postmaster)@", re.IGNORECASE)


def _answers_invitation(mail: Message) -> bool:
    """A calendar's “Accepted: …”; with words of its own it is a letter."""
    calendars = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return any(str(part.get_param("method", "")).upper() == "REPLY" for part in calendars)


def _nature(mail: Message, sender: str) -> str:
    """RFC 3834 and RFC 3464 first, then the habits of mail programs that know neither."""
    kind = mail.get_content_type()
    of_postman = bool(_POSTMAN.match(sender))
    if kind == "multipart/report" or (of_postman and header(mail, "Return-Path") in {"<>", ""}):
        return "bounce"
    if of_postman and _CAME_BACK.search(header(mail, "Subject")):
        return "bounce"
    auto = header(mail, "Auto-Submitted").lower()
    if (auto and not auto.startswith("no")) or header(mail, "X-Autoreply") or header(mail, "X-Autorespond"):
        return "auto_reply"
    precedence = header(mail, "Precedence").lower()
    if precedence == "auto_reply" or _ABSENT.match(header(mail, "Subject")):
        return "auto_reply"
    if precedence in {"bulk", "list", "junk"} or header(mail, "List-Id") or header(mail, "List-Unsubscribe"):
        return "list"
    return "letter"
