"""Transcripts as rows: WebVTT, SRT, “Agent: …” lines, and JSON with turns become a row for each turn.

A file that holds one conversation names it by the digest of its content, so that the same file sent again is the same.
"""

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _

from allears.events.imports.delimited import Line
from allears.events.imports.encodings import Opener
from allears.events.imports.errors import ImportUseError
from allears.kit import dialogue

COLUMNS = ["conversation", "speaker", "text", "time since the beginning", "time"]
TURNS = ("turns", "messages", "utterances", "dialogue", "dialog", "对话", "消息")
NAMES = {
    "speaker": ("speaker", "role", "sender", "from", "participant", "author", "who", "name"),
    "text": ("text", "content", "message", "utterance", "body", "words"),
    "at": ("at", "time", "timestamp", "ts", "created_at", "start"),
}
CONVERSATION = ("conversation", "conversation_id", "id", "chat_id", "call_id", "session_id", "key")
MOST = 20 << 20  # bytes of one transcript


def is_transcript(start: str, *, lines: bool) -> bool:
    """Whether a text begins as a transcript does: subtitles or, where ``lines`` may be meant so, “Agent: …”."""
    return dialogue.is_cues(start) or (lines and dialogue.is_lines(start))


def lines(opener: Opener, encoding: str) -> list[Line]:
    """The turns of a file that is one conversation."""
    with opener() as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise ImportUseError("file", _("One transcript has at most 20 MB. Split it into conversations."))
    name = blake2b(content, digest_size=8).hexdigest()
    found = dialogue.read(content.decode(encoding, "replace"))
    return [([name, turn.who, turn.text, str(turn.after or ""), turn.at], "", "") for turn in found]


def has_turns(item: Any) -> bool:
    """Whether a JSON object is a conversation with its turns."""
    return isinstance(item, dict) and bool(_turns(item))


def _turns(item: dict[str, Any]) -> list[dict[str, Any]]:
    for name in TURNS:
        value = item.get(name)
        if isinstance(value, list) and value and all(isinstance(each, dict) and _named(each, "text") for each in value):
            return value
    return []


def turned(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A row for each turn: what is said of the conversation stands in every one of them."""
    turns = _turns(item)
    about = {name: value for name, value in item.items() if name not in TURNS}
    own = next((name for name in CONVERSATION if about.get(name) not in (None, "")), "")
    whole = json.dumps(item, ensure_ascii=False, sort_keys=True, default=str).encode()
    about["conversation"] = about.pop(own) if own else blake2b(whole, digest_size=8).hexdigest()
    for turn in turns:
        said = {field: _named(turn, field) for field in NAMES}
        used = {name for names in NAMES.values() for name in names}
        more = {f"turn {name}": value for name, value in turn.items() if name not in used}
        yield {**about, **said, **more}


def _named(turn: dict[str, Any], field: str) -> Any:
    return next((turn[name] for name in NAMES[field] if turn.get(name) not in (None, "")), "")
