"""Log lines without personal data: as text or one JSON object each; e-mails, numbers, tokens and secrets struck out.

Bodies are never logged; what a message or an error quotes of them by accident is struck out here, at the last door.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from allears.kit.tracing import request_id

_RULES = (
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*", re.IGNORECASE), "[email]"),
    (re.compile(r"\b(?:whsec_|ae_[a-z]_|msg_|sk_|Bearer |Basic )[\w+/=.-]{6,}"), "[secret]"),
    (re.compile(r"(/(?:s|c|u|d|in|me|join|sign-in|preferences|exports/files|v1/channels/[\w-]+)/)[\w%:.~-]{8,}"),
     r"\1[token]"),
    (re.compile(r"(/)(?=[a-z_-]*[0-9A-Z])(?=[\d_-]*[A-Za-z])(?=[\w-]*\d)[\w-]{20,}"), r"\1[token]"),
    (re.compile(r"(/[^\s?\"'<>/]*\?)[^\s\"'<>]+"), r"\1[query]"),
    (re.compile(r"((?:password|passwd|secret|token|authorization|api_key|write_?key)[\"']?\s*[=:]\s*)[^\s,;&]+", re.I),
     r"\1[secret]"),
    (re.compile(r"(?<![\w:-])[+(]{0,2}\d(?:[\s()/-]{0,2}\d){8,14}(?![\w-])"), "[number]"),
    (re.compile(r"(?m)^DETAIL:.*$"), "DETAIL: [left out]"),
    (re.compile(r"(\bKey \([^)]*\)=)\(.*?\)"), r"\1([left out])"),
    (re.compile(r"(\"(?:[^\"\\]|\\.){33,}\"|(?<!\w)'(?:[^'\\]|\\.){33,}')"), "[long text]"),
    (re.compile(r"\{[^{}]*[\"'][^{}]*:[^{}]*\}"), "{…}"),
)  # fmt: skip
_URL = re.compile(r"(://)[^/@\s:]+:[^/@\s]+@")
LONGEST = 4_000  # characters of a message: anybody can ask for an address of hundreds of thousands
EDGE = 100  # of what a cut left of a number or an address, which is known as one no more


def redacted(text: str) -> str:
    """Without what could name a person or open a door; the beginning of what is very long."""
    kept = _URL.sub(r"\1[secret]@", text[:LONGEST])
    for pattern, instead in _RULES:
        kept = pattern.sub(instead, kept)
    return kept if len(text) <= LONGEST else f"{kept[:-EDGE]}…"


def _trace(record: logging.LogRecord) -> str:
    """Places and kinds of the error in full, its message redacted; no source line, no values."""
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    kind, error, trace = record.exc_info
    frames = "".join(
        f'  File "{each.filename}", line {each.lineno}, in {each.name}\n' for each in traceback.extract_tb(trace)
    )
    return f"{frames}{kind.__name__}: {redacted(str(error))[:500]}"


class TextFormatter(logging.Formatter):
    """``time LEVEL name [request] message``."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        about = f" [{request_id()}]" if request_id() else ""
        lines = f"{at} {record.levelname} {record.name}{about} {redacted(record.getMessage())}"
        trace = _trace(record)
        return f"{lines}\n{trace}" if trace else lines


class JsonFormatter(logging.Formatter):
    """One object a line: at, level, name, message, request, process, error."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "message": redacted(record.getMessage()),
            "request": request_id(),
            "process": record.process,
            "thread": record.threadName,
            "error": _trace(record),
        }
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)
