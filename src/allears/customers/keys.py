"""What a customer can be known by, strongest first."""

import re
import unicodedata

import msgspec

LONGEST = 254
LONGEST_NUMBER = 60  # as people write it
USER_ID, EMAIL, PHONE, ANONYMOUS_ID = "user_id", "email", "phone", "anonymous_id"
Name = tuple[str, str]  # kind, value
# What faulty programs send for "nobody": to believe it would make one customer of many strangers.
PLACEHOLDERS = frozenset(
    {
        *("null", "NULL", "None", "none", "nil", "undefined", "nan", "NaN", "true", "false", "0", "-1", "unknown"),
        *("anonymous", "guest", "[object Object]", "not_authenticated", "distinct_id", "N/A"),
    }
)
_AS_NUMBER = re.compile(r"(?<=\d{7})\.0$")  # 13800138001.0, as tables write what they took for a number
_SEPARATORS = re.compile(r"[\s().\-/\u2010-\u2015\u2212]+")
_SCHEME = re.compile(r"^\s*(?:tel|callto|sms)\s*:\s*", re.IGNORECASE)
_OUTWARD = re.compile(r"^\+?00")  # how most of the world dials abroad
_DIALLED = re.compile(
    r"\+?[1-9][0-9]{4,14}|0[0-9]{4,17}"
)  # E.164 has 15 digits at most; what is dialled before it, more
_PLAIN = re.compile(r"\+[1-9][0-9]{6,14}")  # as most files have it already
_EXTENSION = re.compile(
    r"\s*(?:;\s*ext\s*=|[,;]?\s*(?:extension|extn|ext|x|durchwahl|poste)\s*[.:]?|#|转|轉|分机|分機|内线|內線)\s*:?\s*([0-9]{1,7})\s*$",
    re.IGNORECASE,
)


class IdentityKeys(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The identifiers that one message or row carries; empty where it has none.

    ``previous_id`` is what alias says the user was known by: an anonymous or a user id.
    """

    user_id: str = ""
    email: str = ""
    phone: str = ""
    anonymous_id: str = ""
    previous_id: str = ""
    others: tuple[Name, ...] = ()  # keys that the workspace named, such as a WeChat unionid or a loyalty card

    def is_plain(self) -> bool:
        """Whether a user id is all there is, as in nearly all calls."""
        more = self.anonymous_id or self.email or self.phone or self.previous_id or self.others
        return bool(self.user_id) and not more

    def names(self) -> list[Name]:
        """What is given, strongest first."""
        given = ((USER_ID, self.user_id), (EMAIL, self.email), (PHONE, self.phone), (ANONYMOUS_ID, self.anonymous_id))
        return [*(name for name in given if name[1]), *self.others]


def clean_email(value: object) -> str:
    """Lower case without spaces, or empty when it cannot be an address."""
    text = value.strip().lower() if isinstance(value, str) else ""
    local, at, domain = text.rpartition("@")
    fits = bool(local and at and "." in domain.strip(".")) and not re.search(r"\s", text)
    return text if fits and len(text) <= LONGEST else ""


def clean_phone(value: object) -> str:
    """Digits with their plus, and an extension behind ``;ext=``; empty when nobody could dial it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, str | int) else ""
    if _PLAIN.fullmatch(text):
        return text
    if len(text) > LONGEST_NUMBER:
        return ""
    text = (text if text.isascii() else _plain(text)).strip(" \t\r\n'\"=")
    text, extension = _parted(_AS_NUMBER.sub("", _SCHEME.sub("", text)))
    text = _OUTWARD.sub("+", _SEPARATORS.sub("", text))
    if not _DIALLED.fullmatch(text):
        return ""
    return f"{text};ext={extension}" if extension else text


def _plain(text: str) -> str:
    """The same in ASCII as far as it goes: full-width digits, other scripts' digits, marks that nobody sees."""
    seen = (each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in seen)


def _parted(text: str) -> tuple[str, str]:
    found = _EXTENSION.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")
