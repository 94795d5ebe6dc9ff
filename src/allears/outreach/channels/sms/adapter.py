"""Text messages through any gateway that is called by HTTP: its address and body are templates."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from allears.outreach.channels import http
from allears.outreach.channels.base import (
    Capability,
    DeliveryError,
    Outgoing,
    Reachable,
    Receipt,
    SetupError,
    SetupField,
)
from allears.outreach.channels.sms.segments import is_gsm, segments
from allears.outreach.governor import SURVEYS

OPT_OUT = {"zh": " 回T退订", "en": " Reply STOP to end"}
KANNEL = (
    "http://localhost:13013/cgi-bin/sendsms?username={user}&password={password}&from={sender}&to={to}"
    "&text={text}&coding={coding}&charset=UTF-8&dlr-mask=19&dlr-url={report_url}"
)
FINAL_CODES = frozenset({400, 406, 413, 414, 415, 422})  # about this message; 402, 404 … are about the account


def text_of(message: Outgoing) -> str:
    """What the receiver reads: who wants something says how to make it stop."""
    opt_out = OPT_OUT.get(message.language[:2], OPT_OUT["en"]) if message.purpose in SURVEYS else ""
    return " ".join(filter(None, map(str.strip, message.text.split("\n")))) + opt_out


def report_url(setup: Mapping[str, Any], message_id: int) -> str:
    """Where the gateway tells what became of a message; ``%d`` is for Kannel to fill in."""
    state = setup.get("report_state") or "%d"
    return f"{settings.PUBLIC_URL}/v1/channels/sms/{setup.get('own_token', '')}/report?id={message_id}&status={state}"


def values_of(message: Outgoing) -> dict[str, str]:
    """What a template may name."""
    text, setup = text_of(message), message.setup
    return {
        "to": message.address,
        "digits": message.address.lstrip("+"),
        "text": text,
        "id": str(message.id),
        "key": message.idempotency_key,
        "coding": "0" if is_gsm(text) else "2",
        "sender": str(setup.get("sender", "")),
        "user": str(setup.get("user", "")),
        "password": str(setup.get("password", "")),
        "report_url": report_url(setup, message.id),
    }


class Gateway:
    """One request for each message."""

    def send(self, message: Outgoing, *, committing: Callable[[], None], handed_over: Callable[[], None]) -> Receipt:
        setup, values = message.setup, values_of(message)
        url = http.filled(str(setup.get("url", "")), values, kind="url")
        method, kind = str(setup.get("method") or "GET"), str(setup.get("body_kind") or "form")
        body = http.filled(str(setup.get("body", "")), values, kind=kind).encode() if method == "POST" else b""
        headers = [("content-type", TYPES[kind])] if body else []
        if authorization := str(setup.get("authorization", "")):
            headers.append(("authorization", authorization))
        committing()
        status, answer = http.ask(method, url, headers=headers, body=body)
        said = answer.decode("utf-8", "replace").strip()
        if status in FINAL_CODES:
            raise DeliveryError(f"the gateway answered {status}: {said[:200]}", permanent=True)
        wanted = str(setup.get("accepted", ""))
        if not 200 <= status < 300 or (wanted and wanted not in said):
            raise DeliveryError(f"the gateway answered {status}: {said[:200]}", permanent=False)
        return Receipt(reference=_reference(said, str(setup.get("reference", ""))), units=segments(values["text"]))

    def close(self) -> None:
        return None


TYPES = {"form": "application/x-www-form-urlencoded", "json": "application/json; charset=utf-8"}


def _reference(said: str, pattern: str) -> str:
    """The gateway's own name for the message: the pattern's first group."""
    found = re.search(pattern, said) if pattern else None
    return (found[1] if found and found.groups() else "")[:120]


class SmsAdapter:
    """The channel ``sms``."""

    name = "sms"
    capability = Capability(longest=670)
    fields = (
        SetupField(
            name="url",
            label=_("Address of the gateway"),
            hint=_("{to}, {text}, {sender}, {user}, {password}, {coding}, {id}, {report_url} are filled in."),
            default=KANNEL,
            lines=3,
        ),
        SetupField(name="method", label=_("Method"), default="GET", options=(("GET", "GET"), ("POST", "POST"))),
        SetupField(
            name="body_kind",
            label=_("Kind of the body"),
            default="form",
            options=(("form", _("form")), ("json", "JSON")),
        ),
        SetupField(name="body", label=_("Body"), hint=_("For POST; the same names may stand in it."), required=False,
                   lines=3),
        SetupField(name="sender", label=_("Sender"), required=False, hint=_("The number or name that is shown.")),
        SetupField(name="user", label=_("User"), required=False),
        SetupField(name="password", label=_("Password"), required=False, secret=True),
        SetupField(name="authorization", label=_("Authorization header"), required=False, secret=True),
        SetupField(
            name="accepted",
            label=_("The answer says"),
            hint=_("Words that stand in the answer when a message was taken. Empty: any answer 2xx."),
            required=False,
            default="0: Accepted",
        ),
        SetupField(
            name="reference",
            label=_("The gateway’s own id"),
            hint=_("A regular expression; its first group is the id in the answer."),
            required=False,
        ),
        SetupField(
            name="report_state",
            label=_("State in reports"),
            hint=_("What the gateway puts in the place of the state; %d for Kannel."),
            default="%d",
        ),
        SetupField(name="delivered", label=_("States that mean delivered"), default="1 DELIVRD delivered"),
        SetupField(name="undelivered", label=_("States that mean failed"),
                   default="2 16 UNDELIV REJECTD EXPIRED DELETED failed undelivered"),
    )  # fmt: skip

    def address(self, person: Reachable) -> str:
        return person.phone

    def check(self, setup: Mapping[str, Any]) -> None:
        """Raises SetupError."""
        http.check_url("url", str(setup["url"]))
        carrier = f"{setup['url']}{setup.get('body', '')}"
        for name in ("{text}",):
            if name not in carrier:
                raise SetupError("url", _("%(name)s stands neither in the address nor in the body") % {"name": name})
        if "{to}" not in carrier and "{digits}" not in carrier:
            raise SetupError("url", _("%(name)s stands neither in the address nor in the body") % {"name": "{to}"})
        try:
            re.compile(str(setup.get("reference", "")))
        except re.error as error:
            raise SetupError("reference", _("not a regular expression: %(why)s") % {"why": error}) from error

    def wire_form(self, message: Outgoing) -> bytes:
        return text_of(message).encode()

    def session(self) -> Gateway:
        return Gateway()


ADAPTER = SmsAdapter()
