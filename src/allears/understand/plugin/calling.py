"""One question to an outside endpoint: schema if it can, plain JSON if not, again after a fault, metered."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils import timezone

from allears.kit.lazy import LazyModule
from allears.understand.plugin import protocol

if TYPE_CHECKING:
    from allears.kit import outbound
else:
    outbound = LazyModule("allears.kit.outbound")

ATTEMPTS: Final = 4
LONGEST_WAIT: Final = 60.0  # seconds; an endpoint that asks for more is left alone
KEPT: Final = 4 * 1024 * 1024
ANSWER_TOKENS: Final = 320  # that one comment's labels may take
FORMATS: Final = ("json_schema", "json_object", "")
AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class EndpointError(RuntimeError):
    """The endpoint gave no usable answer; the text says why. `permanent`: asking again will not help."""

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the endpoint counts them; guessed high from the bytes where it does not say."""

    tokens_in: int
    tokens_out: int


def _wait(seconds: float) -> None:
    time.sleep(seconds)


@dataclass
class Caller:
    """Speaks to one endpoint. Remembers which answer format it takes."""

    base_url: str
    model: str
    key: str
    timeout: float
    sleep: Callable[[float], None] = _wait
    until: float | None = None  # of ``time.monotonic``: no wait and no call goes beyond it
    _format: int = field(default=0, init=False)
    _outbound: outbound.Outbound | None = field(default=None, init=False)

    def ask(self, texts: Sequence[str], *, metered: Callable[[Usage], None]) -> dict[int, Any]:
        """Entries by place; those it left out are missing. Raises EndpointError. Each paid call is `metered`."""
        trouble = ""
        for attempt in range(ATTEMPTS):
            answer = self._post(texts)
            if isinstance(answer, str):
                if not answer.startswith("Connect"):
                    metered(most_tokens(texts))  # it was asked, and may be paid for
                trouble, wait = answer, 0.0
            elif answer.status == 200:
                content, usage = _content(answer.start, texts)
                metered(usage)
                try:
                    return protocol.entries(content, count=len(texts))
                except protocol.UnusableAnswerError as error:
                    trouble, wait = str(error), 0.0
            elif answer.status in (400, 422) and self._format < len(FORMATS) - 1:
                self._format += 1  # it may not know this response_format
                trouble = _said(answer)
                continue
            elif answer.status in AGAIN:
                trouble, wait = _said(answer), _retry_after(answer.headers.get("retry-after", ""))
                if wait > LONGEST_WAIT:
                    raise EndpointError(f"{trouble}; it asks to be left alone for {wait:.0f} s")
            else:
                raise EndpointError(_said(answer), permanent=True)
            if self.until is not None and time.monotonic() + wait >= self.until:
                raise EndpointError(f"{trouble}; there was no time left to ask again")
            if attempt < ATTEMPTS - 1:
                self.sleep(wait or 0.5 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
        raise EndpointError(trouble or "no answer")

    def _post(self, texts: Sequence[str]) -> Any:
        """The answer, or in words why there is none. Raises EndpointError for an address that may not be called."""
        headers = [("content-type", "application/json"), ("accept", "application/json")]
        if self.key:
            headers.append(("authorization", f"Bearer {self.key}"))
        try:
            return self._open().post(
                f"{self.base_url.rstrip('/')}/chat/completions",
                headers=headers,
                body=json.dumps(self.body(texts), ensure_ascii=False).encode(),
                seconds=self._seconds(),
                kept=KEPT,
            )
        except outbound.BlockedAddressError as error:
            raise EndpointError(str(error), permanent=True) from error
        except outbound.OutboundError as error:
            return str(error)

    def _seconds(self) -> float:
        """To wait for one answer."""
        return self.timeout if self.until is None else max(1.0, min(self.timeout, self.until - time.monotonic()))

    def _open(self) -> outbound.Outbound:
        if self._outbound is None:
            self._outbound = outbound.Outbound(allowed=outbound.parse_allowed(settings.MODEL_ALLOW))
        return self._outbound

    def body(self, texts: Sequence[str]) -> dict[str, Any]:
        """The request. Texts come masked; nothing else of the customer is in it."""
        asked: dict[str, Any] = {
            "model": self.model,
            "temperature": 0,
            "max_tokens": ANSWER_TOKENS * len(texts) + 64,
            "messages": [
                {"role": "system", "content": protocol.system_prompt()},
                {"role": "user", "content": protocol.user_prompt(texts)},
            ],
        }
        if FORMATS[self._format] == "json_schema":
            named = {"name": "annotations", "strict": True, "schema": protocol.schema()}
            asked["response_format"] = {"type": "json_schema", "json_schema": named}
        elif FORMATS[self._format]:
            asked["response_format"] = {"type": "json_object"}
        return asked

    def close(self) -> None:
        if self._outbound is not None:
            self._outbound.close()


def most_tokens(texts: Sequence[str]) -> Usage:
    """No call about these texts takes more: a token is at least a byte's third in practice, the answer is limited."""
    size = (
        len(json.dumps(protocol.schema())) + len(protocol.system_prompt()) + len(protocol.user_prompt(texts).encode())
    )
    return Usage(size // 2, ANSWER_TOKENS * len(texts) + 64)


def _content(raw: bytes, texts: Sequence[str]) -> tuple[str, Usage]:
    """What the model said and what it counts; an empty text when the envelope is broken (paid for all the same)."""
    guess = most_tokens(texts)
    try:
        given = json.loads(raw)
        usage = given.get("usage") or {}
        content = _text(given["choices"][0]["message"]["content"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return "", guess
    told = usage if isinstance(usage, dict) else {}
    tokens_in, tokens_out = told.get("prompt_tokens"), told.get("completion_tokens")
    if isinstance(tokens_in, int) and isinstance(tokens_out, int) and min(tokens_in, tokens_out) >= 0:
        return content, Usage(tokens_in, tokens_out)
    return content, guess


def _text(content: Any) -> str:
    """What was said; some servers give it in parts, as it may be asked."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return str(content or "")


def _said(answer: Any) -> str:
    words = " ".join(answer.start[:300].decode("utf-8", "replace").split())
    return f"the endpoint answered {answer.status}: {words}"


def _retry_after(text: str) -> float:
    """Seconds, or a date (RFC 9110); 0 for nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (then - timezone.now()).total_seconds()) if then.tzinfo else 0.0
