"""WeCom's customer service (微信客服): texts to customers who wrote within the last 48 hours."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.outreach.channels import http
from allears.outreach.channels.base import (
    Capability,
    Outgoing,
    Reachable,
    Receipt,
    SetupError,
    SetupField,
    handle,
)
from allears.outreach.channels.wechat import crypto, platform

BASE = "https://qyapi.weixin.qq.com"
IDENTIFIER = "external_userid"


def account(setup: Mapping[str, Any]) -> dict[str, Any]:
    """The set-up as the platform's calls want it."""
    return {**setup, "app_id": setup.get("corp_id", ""), "base": setup.get("base") or BASE, "platform": "wecom"}


def news(setup: Mapping[str, Any], *, cursor: str, token: str, kf_id: str) -> dict[str, Any]:
    """The messages since the cursor; the callback only says that there are some."""
    body = {"cursor": cursor, "token": token, "limit": 1000, "open_kfid": kf_id}
    return platform.call(account(setup), "/cgi-bin/kf/sync_msg", body)


class Desk:
    """One text for each message."""

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> Receipt:
        body = {
            "touser": message.address,
            "open_kfid": str(message.setup.get("open_kfid", "")),
            "msgtype": "text",
            "text": {"content": message.text.strip()},
        }
        committing()
        found = platform.call(account(message.setup), "/cgi-bin/kf/send_msg", body)
        return Receipt(reference=str(found.get("msgid", "")))

    def close(self) -> None:
        return None


class WecomAdapter:
    """The channel ``wecom``."""

    name = "wecom"
    capability = Capability(longest=680, identifiers=(IDENTIFIER,), consent_credits=True)
    fields = (
        SetupField(name="corp_id", label=_("CorpID")),
        SetupField(name="secret", label=_("Secret"), secret=True),
        SetupField(name="open_kfid", label=_("Id of the service account"), hint="wk…"),
        SetupField(name="token", label=_("Token of the callback"), secret=True),
        SetupField(name="aes_key", label=_("EncodingAESKey"), secret=True, hint=_("43 letters and digits.")),
        SetupField(
            name="base",
            label=_("Address of the platform"),
            default=BASE,
            hint=_("Another one only for the simulator."),
        ),
    )

    def address(self, person: Reachable) -> str:
        return handle(person, IDENTIFIER)

    def check(self, setup: Mapping[str, Any]) -> None:
        """Raises SetupError."""
        http.check_url("base", str(setup["base"]))
        try:
            crypto.key_of(str(setup["aes_key"]))
        except ValueError as error:
            raise SetupError("aes_key", str(error)) from error

    def wire_form(self, message: Outgoing) -> bytes:
        return message.text.strip().encode()

    def session(self) -> Desk:
        return Desk()


ADAPTER = WecomAdapter()
