"""The usual words for stages and channels of a journey. A company may use its own instead; these come translated."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

# In the order in which a customer lives them.
STAGES: dict[str, Promise] = {
    "discover": pgettext_lazy("stage", "Discover"),
    "buy": pgettext_lazy("stage", "Buy"),
    "receive": pgettext_lazy("stage", "Receive"),
    "use": pgettext_lazy("stage", "Use"),
    "get_help": pgettext_lazy("stage", "Get help"),
    "return": pgettext_lazy("stage", "Return"),
    "stay": pgettext_lazy("stage", "Stay"),
}
CHANNELS: dict[str, Promise] = {
    "web": pgettext_lazy("channel", "Web site"),
    "app": pgettext_lazy("channel", "App"),
    "store": pgettext_lazy("channel", "Store"),
    "phone": pgettext_lazy("channel", "Phone"),
    "home": pgettext_lazy("channel", "At the customer's home"),
    "chat": pgettext_lazy("channel", "Chat"),
    "email": pgettext_lazy("channel", "E-mail"),
    "post": pgettext_lazy("channel", "Post"),
    "sms": pgettext_lazy("channel", "SMS"),
    "wechat": pgettext_lazy("channel", "WeChat"),
    "wecom": pgettext_lazy("channel", "WeCom"),
    "ivr": pgettext_lazy("channel", "Telephone menu"),
    "hotline": pgettext_lazy("channel", "Hotline"),
    "in_app": pgettext_lazy("channel", "In the app"),
    "widget": pgettext_lazy("channel", "Widget"),
    "qr": pgettext_lazy("channel", "Printed code"),
    "kiosk": pgettext_lazy("channel", "Tablet"),
    "link": pgettext_lazy("channel", "Link"),
    "form": pgettext_lazy("channel", "Form"),
    "status_page": pgettext_lazy("channel", "Status page"),
    "letter": pgettext_lazy("channel", "Letter"),
    "feed": pgettext_lazy("channel", "Feed"),
    "api": pgettext_lazy("channel", "Our own systems"),
}


def stage_label(stage: str) -> str:
    """The stage in the reader's language; a company's own word stays as it is."""
    return str(STAGES.get(stage, stage))


def channel_label(channel: str) -> str:
    return str(CHANNELS.get(channel, channel))


def stage_rank(stage: str) -> int:
    """Where the stage stands in a journey; own words come after the usual ones."""
    known = list(STAGES)
    return known.index(stage) if stage in STAGES else len(known)
