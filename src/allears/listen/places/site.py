"""What a web site with the widget is set to do, and how its visitors prove who they are."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Moment = Literal["event", "page", "delay", "scroll", "exit"]
Consent = Literal["required", "memory", "granted"]
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class SiteError(ValueError):
    """A setting that cannot be; ``field`` names it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class Trigger(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """When the widget asks the server whether to ask."""

    id: str
    survey: str  # its key
    on: Moment
    value: str = ""  # name of the event, path, seconds or percent
    page: str = ""  # only where the path looks like this
    share: float = 1.0


class SiteSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One site."""

    triggers: list[Trigger] = []
    feedback: bool = True  # the button by which visitors speak first
    accent: str = "#1f6feb"
    side: Literal["left", "right"] = "right"
    consent: Consent = "memory"
    proof: bool = False  # a user id counts only with its signature
    origins: list[str] = []  # empty: any site that has the write key


def settings_from(stored: Mapping[str, Any]) -> SiteSettings:
    """Checked settings; raises SiteError."""
    try:
        found = msgspec.convert(stored, SiteSettings, strict=False)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise SiteError(place.strip("`$.") or "settings", what) from error
    if not COLOUR.fullmatch(found.accent):
        raise SiteError("accent", "write the colour as #rrggbb")
    for trigger in found.triggers:
        if trigger.on in ("delay", "scroll") and not re.fullmatch(r"\d{1,4}(\.\d+)?", trigger.value):
            raise SiteError("value", "write seconds or percent as a number")
        if trigger.on in ("event", "page") and not trigger.value.strip():
            raise SiteError("value", "name the event or the page")
        if not 0 < trigger.share <= 1:
            raise SiteError("share", "ask a share above 0 and up to 1 (everybody)")
    if len({trigger.id for trigger in found.triggers}) < len(found.triggers):
        raise SiteError("triggers", "two triggers have the same id")
    return found


def is_like(pattern: str, path: str) -> bool:
    """Whether a page is meant by a trigger: ``*`` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path) is not None


def as_json(settings: SiteSettings) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(settings)
    return plain


def proves(*, secret: str, user_id: str, proof: str) -> bool:
    """HMAC-SHA256 of the user id under the site's secret, in hex, made by the company's own server."""
    wanted = hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(wanted, proof.lower().encode("ascii", "replace").decode())
