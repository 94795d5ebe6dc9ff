"""The few calls of an official account that asking needs. ``base`` is Tencent's address, or the simulator's."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from allears.outreach.channels import http
from allears.outreach.channels.base import DeliveryError

BASE = "https://api.weixin.qq.com"
OPEN = "https://open.weixin.qq.com"
STALE_TOKEN = {40001, 40014, 42001}
WINDOW_CLOSED = {45015, 45047}
LATER = {-1, 45009, 45011}  # busy; the day's quota; too fast
WORDS = {
    43004: "the customer does not follow the account any more",
    43101: "the customer has given no consent for this subscription message",
    40003: "the openid belongs to another account",
    40037: "the template id is unknown to the account",
    47003: "the template's fields do not fit",
    95018: "the customer has not written within 48 hours",
    48001: "the account may not use this interface",
}
_tokens: dict[tuple[str, str, str], tuple[str, float]] = {}
_lock = threading.Lock()


class PlatformError(DeliveryError):
    """The platform refused; ``code`` is its errcode."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"WeChat answered {code}: {WORDS.get(code, said)}", permanent=code not in LATER | STALE_TOKEN)
        self.code = code


def forget_tokens() -> None:
    """Ask for new access tokens at the next call."""
    with _lock:
        _tokens.clear()


def access_token(setup: Mapping[str, Any]) -> str:
    """The account's token, asked for once in its life; raises DeliveryError."""
    name = (str(setup.get("base") or BASE), str(setup.get("app_id", "")), str(setup.get("secret", "")))
    with _lock:
        known = _tokens.get(name)
        if known and known[1] > time.monotonic():
            return known[0]
        if setup.get("platform") == "wecom":
            address = f"{name[0]}/cgi-bin/gettoken?{urlencode({'corpid': name[1], 'corpsecret': name[2]})}"
        else:
            query = {"grant_type": "client_credential", "appid": name[1], "secret": name[2]}
            address = f"{name[0]}/cgi-bin/token?{urlencode(query)}"
        found = http.ask_json(address)
        if "access_token" not in found:
            raise PlatformError(int(found.get("errcode", 0)), str(found.get("errmsg", "")))
        lasts = max(60, int(found.get("expires_in", 7200)) - 300)
        _tokens[name] = (str(found["access_token"]), time.monotonic() + lasts)
        return _tokens[name][0]


def call(setup: Mapping[str, Any], path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """One call with the account's token, taken anew once when it has expired; raises PlatformError or DeliveryError."""
    base = str(setup.get("base") or BASE)
    for again in (True, False):
        found = http.ask_json(f"{base}{path}?access_token={quote(access_token(setup))}", body)
        code = int(found.get("errcode", 0))
        if code == 0:
            return found
        if code in STALE_TOKEN and again:
            forget_tokens()
            continue
        raise PlatformError(code, str(found.get("errmsg", "")))
    raise AssertionError("unreachable")


def send_text(setup: Mapping[str, Any], openid: str, text: str) -> str:
    """Within 48 hours of the customer's last word; the platform says otherwise by WINDOW_CLOSED."""
    call(setup, "/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})
    return ""


def send_subscribed(setup: Mapping[str, Any], openid: str, data: Mapping[str, str], url: str) -> str:
    """A subscription message: spends one consent at the platform as it did with us."""
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": setup.get("template_id", ""),
        "page": url,
        "data": {name: {"value": value} for name, value in data.items()},
    }
    found = call(setup, "/cgi-bin/message/subscribe/bizsend", body)
    return str(found.get("msgid", ""))


def send_template(setup: Mapping[str, Any], openid: str, data: Mapping[str, str], url: str) -> str:
    """A template message, for news of service only; its id, by which the platform reports."""
    body: dict[str, Any] = {
        "touser": openid,
        "template_id": setup.get("template_id", ""),
        "url": url,
        "data": {name: {"value": value} for name, value in data.items()},
    }
    found = call(setup, "/cgi-bin/message/template/send", body)
    return str(found.get("msgid", ""))


def make_scene(setup: Mapping[str, Any], scene: str) -> str:
    """The address behind a lasting code for a place or an employee; a scan tells us the scene."""
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
    return str(call(setup, "/cgi-bin/qrcode/create", body).get("url", ""))


def who_came(setup: Mapping[str, Any], code: str) -> dict[str, str]:
    """The openid (and unionid) behind the code of an OAuth page; raises PlatformError or DeliveryError."""
    query = urlencode(
        {"appid": setup.get("app_id", ""), "secret": setup.get("secret", ""), "code": code,
         "grant_type": "authorization_code"}
    )  # fmt: skip
    found = http.ask_json(f"{setup.get('base') or BASE}/sns/oauth2/access_token?{query}")
    if "openid" not in found:
        raise PlatformError(int(found.get("errcode", 0)), str(found.get("errmsg", "")))
    return {name: str(found[name]) for name in ("openid", "unionid") if found.get(name)}


def oauth_url(setup: Mapping[str, Any], *, back: str, state: str) -> str:
    """Where a page inside WeChat learns who opens it, without asking anything."""
    base = str(setup.get("base") or "")
    page = base if base and base != BASE else OPEN  # the simulator plays both
    query = urlencode(
        {"appid": setup.get("app_id", ""), "redirect_uri": back, "response_type": "code", "scope": "snsapi_base",
         "state": state}
    )  # fmt: skip
    return f"{page}/connect/oauth2/authorize?{query}#wechat_redirect"


def fields_of(template: str, values: Mapping[str, str]) -> dict[str, str]:
    """The template's fields as the set-up says them, one JSON object of field and words; raises ValueError."""
    told = json.loads(template)
    if not isinstance(told, dict):
        raise ValueError("write one JSON object")
    return {str(name): http.filled(str(words), values, kind="plain")[:200] for name, words in told.items()}
