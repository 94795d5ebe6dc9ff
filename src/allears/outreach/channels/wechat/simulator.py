"""Tencent's platform as far as we call it, on this machine: to try the channel without an account, and for tests.

It keeps the platform's rules that matter here: a token lives until it is renewed, a text is taken only within 48 hours
of the customer's last word, a subscription message only for a consent that it then spends.
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

WINDOW_SECONDS = 48 * 3600
Answer = dict[str, Any]


@dataclass(kw_only=True)
class Tencent:
    """One platform with one account."""

    app_id: str = "wx0000000000000001"
    secret: str = "simulated"  # noqa: S105 - of a simulation
    clock: Callable[[], float] = time.time
    token: str = ""
    spoke_at: dict[str, float] = field(default_factory=dict)  # openid → last word
    consents: dict[tuple[str, str], int] = field(default_factory=dict)  # (openid, template) → left
    followers: set[str] = field(default_factory=set)
    sent: list[Answer] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    news: list[Answer] = field(default_factory=list)  # of WeCom's customer service
    codes: dict[str, str] = field(default_factory=dict)  # OAuth code → openid
    lock: Lock = field(default_factory=Lock)

    def speak(self, openid: str) -> None:
        """The customer writes something."""
        self.followers.add(openid)
        self.spoke_at[openid] = self.clock()

    def allow(self, openid: str, template: str) -> None:
        """The customer allows one message."""
        self.followers.add(openid)
        self.consents[openid, template] = self.consents.get((openid, template), 0) + 1

    def answer(self, path: str, query: dict[str, str], body: Answer) -> Answer:
        """What the platform says to one call."""
        with self.lock:
            self.calls.append(path)
            if path in ("/cgi-bin/token", "/cgi-bin/gettoken"):
                return self._token(query)
            if path == "/sns/oauth2/access_token":
                openid = self.codes.pop(query.get("code", ""), "")
                return {"openid": openid, "access_token": "x"} if openid else _wrong(40029, "invalid code")
            if query.get("access_token") != self.token or not self.token:
                return _wrong(40001, "invalid credential")
            return self._with_token(path, body)

    def _token(self, query: dict[str, str]) -> Answer:
        told = (query.get("appid") or query.get("corpid"), query.get("secret") or query.get("corpsecret"))
        if told != (self.app_id, self.secret):
            return _wrong(40013, "invalid appid")
        self.token = secrets.token_hex(16)
        return {"access_token": self.token, "expires_in": 7200}

    def _with_token(self, path: str, body: Answer) -> Answer:
        openid, template = str(body.get("touser", "")), str(body.get("template_id", ""))
        if path == "/cgi-bin/qrcode/create":
            scene = body["action_info"]["scene"]["scene_str"]
            return {"ticket": f"ticket-{scene}", "url": f"http://weixin.qq.com/q/{scene}"}
        if path == "/cgi-bin/kf/sync_msg":
            at = int(body.get("cursor") or 0)
            return {"errcode": 0, "msg_list": self.news[at:], "next_cursor": str(len(self.news)), "has_more": 0}
        if path == "/cgi-bin/kf/send_msg":
            if self.clock() - self.spoke_at.get(openid, 0.0) > WINDOW_SECONDS:
                return _wrong(95018, "send msg session status invalid")
            self.sent.append({"path": path, **body})
            return {"errcode": 0, "msgid": f"kf-{len(self.sent)}"}
        if openid not in self.followers:
            return _wrong(43004, "require subscribe")
        if path == "/cgi-bin/message/custom/send":
            if self.clock() - self.spoke_at.get(openid, 0.0) > WINDOW_SECONDS:
                return _wrong(45015, "response out of time limit")
        elif path == "/cgi-bin/message/subscribe/bizsend":
            if self.consents.get((openid, template), 0) < 1:
                return _wrong(43101, "user refuse to accept the msg")
            self.consents[openid, template] -= 1
        elif path != "/cgi-bin/message/template/send":
            return _wrong(40066, "invalid url")
        self.sent.append({"path": path, **body})
        return {"errcode": 0, "errmsg": "ok", "msgid": 100_000 + len(self.sent)}

    def visit(self, query: dict[str, str]) -> str:
        """Where the page that asks who opens it leads back to; the simulated customer is ``sim-customer``."""
        code = secrets.token_hex(8)
        self.codes[code] = "sim-customer"
        joint = "&" if "?" in query.get("redirect_uri", "") else "?"
        told = urlencode({"code": code, "state": query.get("state", "")})
        return f"{query.get('redirect_uri', '')}{joint}{told}"


def _wrong(code: int, said: str) -> Answer:
    return {"errcode": code, "errmsg": said}


def serve(platform: Tencent, *, port: int = 0) -> ThreadingHTTPServer:
    """The platform on a port of this machine; ``shutdown()`` and ``server_close()`` end it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            if parts.path == "/connect/oauth2/authorize":
                self.send_response(302)
                self.send_header("Location", platform.visit(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            size = int(self.headers.get("Content-Length") or 0)
            told = json.loads(self.rfile.read(size)) if size else {}
            said = json.dumps(platform.answer(parts.path, query, told), ensure_ascii=False).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """``calls`` and ``sent`` say it all."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, name="simulated platform", daemon=True).start()
    return server
