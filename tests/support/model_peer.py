"""A process that speaks OpenAI's chat completions as others' servers do, with faults on demand.

    python tests/support/model_peer.py          prints its port, serves until stdin closes

It labels by a few words, as nobody's model of All Ears: 差/bad/late negative, 好/good/love positive, else neutral.
`POST /faults` with a JSON list sets what happens to the next calls: "429", "503", "cut", "not json", "no schema",
"left out", "half", "lies", "slow". `GET /seen` gives the bodies received and the authorizations.
"""

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS: list[str] = []
SEEN: list[dict[str, Any]] = []
LOCK = threading.Lock()


def label(number: int, text: str) -> dict[str, Any]:
    bad = re.search("差|慢|bad|late|broken", text)
    good = re.search("好|谢|good|love", text)
    sentiment = "negative" if bad else "positive" if good else "neutral"
    hit = bad or good
    topics = [{"code": "delivery", "polarity": -1, "words": hit[0]}] if bad and hit else []
    return {
        "id": number,
        "sentiment": sentiment,
        "score": {"negative": -0.8, "neutral": 0.0, "positive": 0.8}[sentiment],
        "confidence": 0.9,
        "emotions": ["annoyance"] if bad else [],
        "intents": ["complaint"] if bad else [],
        "topics": topics,
        "five_s": [],
        "needs": [],
        "contact": [],
        "point": "pain" if bad else None,
        "effort": None,
        "urgency": None,
    }


def lies(number: int) -> dict[str, Any]:
    """Codes that do not exist, words that are not there, figures out of range."""
    return {
        "id": number,
        "sentiment": "ecstatic",
        "score": 7,
        "confidence": "very",
        "emotions": ["schadenfreude", "joy", ["joy"]],
        "intents": "complaint",
        "topics": [{"code": "delivery", "polarity": -1, "words": "words nobody said"}, {"code": "moon"}, "x"],
        "five_s": [{"code": "speed", "polarity": 5, "words": "late"}],
        "point": "agony",
        "urgency": 9,
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with LOCK:
            self._send(200, list(SEEN))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/faults":
            with LOCK:
                FAULTS[:] = body
                SEEN.clear()
            return self._send(200, {})
        with LOCK:
            SEEN.append({"path": self.path, "authorization": self.headers.get("authorization", ""), "body": body})
            fault = FAULTS.pop(0) if FAULTS else ""
        return self._answer(body, fault)

    def _answer(self, body: dict[str, Any], fault: str) -> None:
        if fault in ("429", "503"):
            return self._send(int(fault), {"error": {"message": "busy"}}, {"retry-after": "2"})
        if fault == "401":
            return self._send(401, {"error": {"message": "no such key"}})
        if fault == "no schema" and body.get("response_format", {}).get("type") == "json_schema":
            return self._send(400, {"error": {"message": "response_format is not supported"}})
        if fault == "slow":
            time.sleep(3)
        comments = json.loads(body["messages"][-1]["content"])["comments"]
        given = [lies(each["id"]) if fault == "lies" else label(each["id"], each["text"]) for each in comments]
        if fault == "left out":
            given = given[1:]
        if fault == "half":
            given = given[: len(given) // 2]
        content = "Here you are!" if fault == "not json" else json.dumps({"annotations": given}, ensure_ascii=False)
        usage = {"prompt_tokens": 1000, "completion_tokens": 50 * len(comments)}
        answer = {"choices": [{"message": {"role": "assistant", "content": content}}], "usage": usage}
        return self._send(200, answer, cut=fault == "cut")

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if cut else raw)
        if cut:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
