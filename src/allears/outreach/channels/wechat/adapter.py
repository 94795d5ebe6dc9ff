"""A WeChat official account: a text while the customer's window is open, else a message they consented to."""

import re
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

FIELDS = '{"thing1": "{subject}"}'
ADDRESS = re.compile(r"https?://\S+")


def text_of(message: Outgoing) -> str:
    return message.text.strip()


def url_of(message: Outgoing) -> str:
    """Where the message leads."""
    found = ADDRESS.findall(message.text)
    return found[-1] if found else ""


class Account:
    """One message, by the way that is open now."""

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> Receipt:
        setup = message.setup
        committing()
        try:
            return Receipt(reference=platform.send_text(setup, message.address, text_of(message)))
        except platform.PlatformError as error:
            if error.code not in platform.WINDOW_CLOSED:
                raise
        values = {"subject": message.subject[:20], "name": message.name[:10], "url": url_of(message)}
        fields = platform.fields_of(str(setup.get("fields") or FIELDS), values)
        send = platform.send_template if setup.get("way") == "template" else platform.send_subscribed
        return Receipt(reference=send(setup, message.address, fields, url_of(message)))

    def close(self) -> None:
        return None


class WechatAdapter:
    """The channel ``wechat``."""

    name = "wechat"
    capability = Capability(longest=600, identifiers=("openid",), consent_credits=True)
    fields = (
        SetupField(name="app_id", label=_("AppID")),
        SetupField(name="secret", label=_("AppSecret"), secret=True),
        SetupField(name="token", label=_("Token of the callback"), secret=True),
        SetupField(name="aes_key", label=_("EncodingAESKey"), secret=True, hint=_("43 letters and digits.")),
        SetupField(
            name="way",
            label=_("Kind of message"),
            default="subscribe",
            options=(("subscribe", _("subscription message")), ("template", _("template message"))),
            hint=_("Outside the 48 hours after a customer’s last word."),
        ),
        SetupField(name="template_id", label=_("Id of the template"), required=False),
        SetupField(
            name="fields",
            label=_("Fields of the template"),
            default=FIELDS,
            hint=_("JSON: field and words; {subject}, {name} and {url} are filled in."),
            lines=3,
        ),
        SetupField(
            name="base",
            label=_("Address of the platform"),
            default=platform.BASE,
            hint=_("Another one only for the simulator."),
        ),
    )

    def address(self, person: Reachable) -> str:
        return handle(person, "openid")

    def check(self, setup: Mapping[str, Any]) -> None:
        """Raises SetupError."""
        http.check_url("base", str(setup["base"]))
        try:
            crypto.key_of(str(setup["aes_key"]))
        except ValueError as error:
            raise SetupError("aes_key", str(error)) from error
        try:
            platform.fields_of(str(setup["fields"]), {})
        except ValueError as error:
            raise SetupError("fields", _("not JSON: %(why)s") % {"why": error}) from error

    def wire_form(self, message: Outgoing) -> bytes:
        return text_of(message).encode()

    def session(self) -> Account:
        return Account()


ADAPTER = WechatAdapter()
