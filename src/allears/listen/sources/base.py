"""What a kind of source must offer. A new kind is a copied folder: ``adapter.py``, ``doc.md``, ``samples/``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.utils.functional import Promise

from allears.outreach.channels.email.returned import Returned

Words = str | Promise


class SourceTrouble(Exception):  # noqa: N818 – trouble is the word the console uses
    """Why a source could not be read, by ``code`` of ``troubles.WORDS``, so that each reader is told in their language.

    ``permanent``: it will not mend itself, so it is not tried as often.
    """

    def __init__(self, code: str, *, permanent: bool = False, **params: object) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.permanent = permanent
        self.params = {name: str(value)[:300] for name, value in params.items()}

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": self.params, "permanent": self.permanent}


class SettingsError(ValueError):
    """A setting that cannot be used; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, problem: Words) -> None:
        super().__init__(str(problem))
        self.field = field


@dataclass(frozen=True, kw_only=True)
class SettingField:
    """One setting of a kind, as the form and the API know it. A ``secret`` is sealed and never shown again.

    ``sign_in`` names the way of signing in that alone needs it; a form shows it with that way only.
    """

    name: str
    label: Words
    help: Words = ""
    type: str = "text"  # text, long, number, flag, choice, secret, mapping
    default: Any = ""
    required: bool = False
    choices: tuple[tuple[str, Words], ...] = ()
    least: int | None = None
    most: int | None = None
    sign_in: str = ""


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file that came with a mail; ``content`` is None where it was too large or of a kind that is not kept."""

    name: str
    type: str
    size: int
    content: bytes | None


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """How a mail hangs on others: the Message-IDs it answers, and the marks of ours that came back with it."""

    message_id: str
    answers: Sequence[str] = ()
    marks: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()


@dataclass(frozen=True, kw_only=True)
class Saying:
    """One voice as a source brings it. ``key`` names it: the same key is heard once."""

    key: str
    text: str
    said_at: datetime
    source_kind: str
    channel: str
    email: str = ""
    name: str = ""
    language: str = ""
    metric: str = ""
    score: int | None = None
    public: bool = False
    touchpoint_key: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    letter: LetterFacts | None = None
    edited: bool = False  # whether the same key may come again with other words, which then are the voice's


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file of rows, carried in as an import: ``kind`` of rows, and what the mapping shall be (may be empty)."""

    path: Path
    filename: str
    kind: str
    mapping: Mapping[str, Any] = field(default_factory=dict)
    file_time: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is taken in one transaction, together with the cursor that says so.

    ``aside`` counts what was read and deliberately not taken, by reason. ``after`` is called once the page is
    committed; it must bear not to be called (a crash) and to be called again. With ``after_refused`` a table that
    cannot be read does not end the run: the cursor moves past it, and the trouble is told at the end.
    """

    cursor: Mapping[str, Any]
    sayings: Sequence[Saying] = ()
    table: Table | None = None
    aside: Mapping[str, int] = field(default_factory=dict)
    returned: Sequence[Returned] = ()  # mails of ours that came back
    after: Callable[[], None] | None = None
    after_refused: Callable[[], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One look at a source. With ``trial`` the first few rows suffice and nothing outside is changed."""

    workspace_id: int
    source_id: int
    settings: Mapping[str, Any]
    secret: Mapping[str, str]
    cursor: Mapping[str, Any]
    now: datetime
    scratch: Path
    trial: bool = False
    known_content: Callable[[str], bool] = lambda _digest: False
    renewed: Callable[[Mapping[str, str]], None] = lambda _secret: None  # keeps secrets that the other side changed


class Adapter(Protocol):
    """One kind."""

    name: str
    label: Words
    summary: Words
    icon: str
    origin: tuple[str, ...]  # the settings that say where it reads: when one changes, the cursor begins anew
    fields: tuple[SettingField, ...]
    every_seconds: int

    def check(self, settings: Mapping[str, Any]) -> None:
        """Raise SettingsError where the settings contradict each other; no network."""

    def pages(self, errand: Errand) -> Iterator[Page]:
        """Read on from the cursor; each page's cursor follows from the one before. Raises SourceTrouble."""
