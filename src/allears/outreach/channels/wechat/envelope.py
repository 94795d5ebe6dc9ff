"""Callbacks of the platform: proven, opened, read, and answered in kind."""

import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from allears.outreach.channels.wechat import crypto

LATE = timedelta(hours=1)


class NotReadableError(ValueError):
    """A call that is no message of the platform."""


def greet(setup: Mapping[str, Any], query: Mapping[str, str], *, receiver: str, sealed: bool) -> str:
    """The echo by which the platform checks our address; raises NotGenuineError."""
    told = query.get("echostr", "")
    token, at, nonce = str(setup.get("token", "")), query.get("timestamp", ""), query.get("nonce", "")
    if sealed:
        crypto.check(query.get("msg_signature", ""), token, at, nonce, told)
        return crypto.decrypt(told, encoding_key=str(setup.get("aes_key", "")), receiver=receiver)
    crypto.check(query.get("signature", ""), token, at, nonce)
    return told


def open_message(
    setup: Mapping[str, Any], query: Mapping[str, str], body: bytes, *, receiver: str, now: datetime
) -> dict[str, Any]:
    """The message inside an encrypted call; plain ones are refused. Raises NotGenuineError or NotReadableError.

    The platform signs the time of each call and repeats one within seconds: whoever plays an old one again, such as a
    stop after a new start, is not the platform.
    """
    sealed = str(_read(body).get("Encrypt", ""))
    if not sealed:
        raise crypto.NotGenuineError("only encrypted calls are taken: choose the safe mode in the platform's settings")
    token = str(setup.get("token", ""))
    crypto.check(query.get("msg_signature", ""), token, query.get("timestamp", ""), query.get("nonce", ""), sealed)
    _check_time(query.get("timestamp", ""), now)
    opened = crypto.decrypt(sealed, encoding_key=str(setup.get("aes_key", "")), receiver=receiver)
    return _read(opened.encode())


def _check_time(told: str, now: datetime) -> None:
    known = told.isdecimal() and told.isascii() and len(told) < 12
    if not known or abs(now.timestamp() - int(told)) > LATE.total_seconds():
        raise crypto.NotGenuineError("the call is of another hour: is this machine's clock right?")


def _read(body: bytes) -> dict[str, Any]:
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NotReadableError("this is not the platform's XML") from error
    found = _tree(root)
    return found if isinstance(found, dict) else {}


def _tree(node: Any) -> Any:
    """Children by name; a name that comes again makes a list."""
    if not len(node):
        return (node.text or "").strip()
    found: dict[str, Any] = {}
    for child in node:
        value = _tree(child)
        if child.tag in found:
            before = found[child.tag]
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[child.tag] = value
    return found


def reply(setup: Mapping[str, Any], message: Mapping[str, Any], text: str, *, receiver: str) -> str:
    """An answer in the same call, encrypted; without words the platform's own "success"."""
    if not text:
        return "success"
    plain = (
        f"<xml><ToUserName>{escape(str(message.get('FromUserName', '')))}</ToUserName>"
        f"<FromUserName>{escape(str(message.get('ToUserName', '')))}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>{escape(text)}</Content></xml>"
    )
    sealed = crypto.encrypt(plain, encoding_key=str(setup.get("aes_key", "")), receiver=receiver)
    at, nonce = str(int(time.time())), secrets.token_hex(8)
    proof = crypto.signature(str(setup.get("token", "")), at, nonce, sealed)
    return (
        f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{proof}]]></MsgSignature>"
        f"<TimeStamp>{at}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )
