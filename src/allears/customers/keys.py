"""What a customer can be known by, strongest first."""

import re

import msgspec

LONGEST = 254
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
_SEPARATORS = re.compile(r"[\s().\-/]+")


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
    """Digits with their plus; empty when there are fewer than five or more than fifteen."""
    text = _SEPARATORS.sub("", _AS_NUMBER.sub("", str(value))) if isinstance(value, str | int) else ""
    text = "+" + text[2:] if text.startswith("00") else text
    return text if re.fullmatch(r"\+?[0-9]{5,15}", text) else ""
