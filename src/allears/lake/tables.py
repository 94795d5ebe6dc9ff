"""Contracts of the analytics tables: what any engine may rely on when it reads the lake.

Facts only: ids, codes, numbers and times. Free text and identifiers of persons never enter; `customer_key`
is pseudonymous. Every moment stands twice: UTC `ts` for people, integer `ts_ms` for portable arithmetic.
Types are names here, so that a process which only registers a table need not load Arrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import pyarrow as pa

ColumnType = Literal["int64", "int32", "string", "bool", "timestamp"]
Grain = Literal["month", "day"]
Changes = Literal["never", "seldom", "often"]

PERIOD = "period"
"""Partition column of the files only: the month, or for a large workspace the day, of `ts`."""


PERSONAL_COLUMNS: Final = ("customer_key", "voice_id")
"""What an erased customer's rows lose where it may be empty; their figures stay, so that scores stay what they were."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType
    doc: str
    nullable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table of the lake. `key` names a row; its `ts` never changes, so a row stays in its partition.

    `changes` says how a fact that changes is kept: `never` (it does not), `seldom` (the flusher replaces the old
    row before it adds the new one; readers let a hot row hide its older self in the files), `often` (each change
    is appended with a higher `version` and readers take the highest per key).
    """

    name: str
    doc: str
    key: str
    columns: tuple[Column, ...]
    sort_by: tuple[str, ...]
    changes: Changes = "never"
    partition_by: tuple[str, ...] = ("workspace_id", PERIOD)

    @property
    def versioned(self) -> bool:
        return self.changes == "often"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def personal(self) -> tuple[str, ...]:
        """What an erased customer's rows lose."""
        return tuple(c.name for c in self.columns if c.name in PERSONAL_COLUMNS and c.name != self.key)

    @property
    def stats_columns(self) -> tuple[str, ...]:
        """Row ids and times: the only columns whose min and max may stand in the transaction log, which keeps them."""
        wanted = (self.key, "ts", "ts_ms", "version")
        return tuple(name for name in self.names if name in wanted)

    def arrow_schema(self) -> pa.Schema:
        """The columns as readers see them."""
        import pyarrow as pa

        return pa.schema([pa.field(c.name, _arrow_type(c.type), c.nullable) for c in self.columns])

    def file_schema(self) -> pa.Schema:
        """The columns as files hold them: with the partition period."""
        import pyarrow as pa

        return self.arrow_schema().append(pa.field(PERIOD, pa.string(), nullable=False))


def _arrow_type(name: ColumnType) -> pa.DataType:
    import pyarrow as pa

    if name == "timestamp":
        return pa.timestamp("us", tz="UTC")
    return {"int64": pa.int64(), "int32": pa.int32(), "string": pa.string(), "bool": pa.bool_()}[name]


def _workspace() -> Column:
    return Column("workspace_id", "int64", "The workspace; no query may leave it out.", nullable=False)


def _key(name: str, doc: str) -> Column:
    return Column(name, "int64", doc, nullable=False)


def _moment(doc: str) -> tuple[Column, ...]:
    return (
        Column("ts", "timestamp", f"{doc}, UTC.", nullable=False),
        Column("ts_ms", "int64", "`ts` in milliseconds since 1970, for portable arithmetic.", nullable=False),
        Column("day", "string", "Day of `ts` in UTC, as 2026-11-21.", nullable=False),
    )


_CUSTOMER = Column("customer_key", "string", "Pseudonymous key of the customer; empty when unknown.")
_TOUCHPOINT = Column("touchpoint_key", "string", "Key of the touchpoint it happened at.")
_CHANNEL = Column("channel", "string", "Channel, e.g. `email`, `web`, `wechat`.")
_SEGMENT = Column("segment", "string", "The customer's segment at that time.")
_VERSION = Column("version", "int64", "The flush that wrote this state; the highest per key counts.", nullable=False)

EVENTS: Final = TableSpec(
    name="events",
    doc="What happened to customers: one row per accepted business event, without its properties.",
    key="event_id",
    columns=(
        _workspace(),
        _key("event_id", "Id of the event."),
        _CUSTOMER,
        Column("event", "string", "Name of the event, e.g. `order_delivered`; empty for `identify`."),
        Column("kind", "string", "`track`, `page`, `screen`, `identify`, `group` or `alias`.", nullable=False),
        *_moment("When it happened"),
        Column("received_ms", "int64", "When it reached us, in milliseconds since 1970.", nullable=False),
    ),
    sort_by=("day", "customer_key", "ts_ms", "event_id"),
)

RESPONSES: Final = TableSpec(
    name="responses",
    doc="Answered score questions: one row per response with an NPS, CSAT or CES score, once it is settled.",
    key="response_id",
    changes="seldom",
    columns=(
        _workspace(),
        _key("response_id", "Id of the response."),
        Column("voice_id", "int64", "Id of its voice, to open the words behind a figure."),
        _CUSTOMER,
        Column("survey_key", "string", "Key of the survey."),
        Column("survey_version", "int32", "Version of the survey that was answered."),
        Column("family", "string", "Family of the survey, e.g. `relational` or `transactional`."),
        Column("metric", "string", "`nps`, `csat` or `ces`.", nullable=False),
        Column("score", "int32", "The answer on its scale; empty when skipped."),
        Column("scale_max", "int32", "Highest answer of the scale: 10 for NPS, usually 5 for CSAT, 7 for CES."),
        _TOUCHPOINT,
        _CHANNEL,
        _SEGMENT,
        Column("language", "string", "Language it was answered in, e.g. `zh`."),
        Column("initiator", "string", "`company` when we asked, `customer` when they came by themselves."),
        *_moment("When it was answered"),
        Column("invited", "bool", "Whether it answers an invitation of ours."),
        Column("completed", "bool", "Whether the whole survey was completed."),
        Column("has_comment", "bool", "Whether words stand beside the score."),
        Column(
            "counted",
            "bool",
            "Whether it counts in scores: false where the customer was screened out or over quota; empty counts.",
        ),
    ),
    sort_by=("day", "metric", "touchpoint_key", "ts_ms"),
)

DECISIONS: Final = TableSpec(
    name="decisions",
    doc="Every verdict of the governor: who was asked, held back or never asked, and by which rule.",
    key="decision_id",
    changes="often",
    columns=(
        _workspace(),
        _key("decision_id", "Id of the decision."),
        _CUSTOMER,
        Column("purpose", "string", "`survey`, `follow_up` or `service`."),
        Column("family", "string", "Family of the survey, whose clock counts."),
        Column("verdict", "string", "`sent`, `held` or `never`.", nullable=False),
        Column("rule", "string", "The governor's rule that made the verdict."),
        Column("probe_key", "string", "Key of the probe that wished to ask."),
        _TOUCHPOINT,
        _CHANNEL,
        *_moment("When it was decided"),
        Column("settled", "bool", "Whether a held decision was decided anew.", nullable=False),
        _VERSION,
    ),
    sort_by=("day", "touchpoint_key", "ts_ms"),
)

ASKS: Final = TableSpec(
    name="asks",
    doc="Every ask that was made (an invitation) and how far it got.",
    key="ask_id",
    changes="often",
    columns=(
        _workspace(),
        _key("ask_id", "Id of the invitation."),
        Column("decision_id", "int64", "Id of the governor's decision behind it."),
        _CUSTOMER,
        Column("survey_key", "string", "Key of the survey."),
        Column("survey_version", "int32", "Version of the survey."),
        Column("family", "string", "Family of the survey, e.g. `nps`."),
        Column("probe_key", "string", "Key of the probe that asked."),
        _TOUCHPOINT,
        _CHANNEL,
        _SEGMENT,
        Column("language", "string", "Language it was asked in."),
        *_moment("When it was made"),
        Column("delivered", "bool", "Whether it was handed over to the channel and not refused.", nullable=False),
        Column("opened", "bool", "Whether it was seen to be opened.", nullable=False),
        Column("started", "bool", "Whether a first question was answered.", nullable=False),
        Column("completed", "bool", "Whether the last question was answered.", nullable=False),
        Column("sent_ms", "int64", "When it was handed over, in milliseconds since 1970."),
        Column("opened_ms", "int64", "When it was seen to be opened."),
        Column("completed_ms", "int64", "When the last question was answered."),
        _VERSION,
    ),
    sort_by=("day", "touchpoint_key", "ts_ms"),
)

VOICES: Final = TableSpec(
    name="voices",
    doc="Everything customers said, asked or not: the facts about each voice, never its words.",
    key="voice_id",
    changes="often",
    columns=(
        _workspace(),
        _key("voice_id", "Id of the voice."),
        _CUSTOMER,
        Column("initiator", "string", "`company` when we asked, `customer` when they came by themselves."),
        Column("source_kind", "string", "Kind of source, e.g. `survey`, `complaint`, `review`."),
        Column("public", "bool", "Whether it was said for all to read.", nullable=False),
        _TOUCHPOINT,
        _CHANNEL,
        _SEGMENT,
        Column("language", "string", "Language of the words."),
        Column("metric", "string", "Metric of the score beside it, if any."),
        Column("score", "int32", "The score beside it, if any."),
        Column("sentiment", "string", "`positive`, `neutral`, `negative`, or empty before it is read."),
        Column("has_text", "bool", "Whether it has words.", nullable=False),
        *_moment("When it was said"),
        _VERSION,
    ),
    sort_by=("day", "customer_key", "ts_ms"),
)

CASES: Final = TableSpec(
    name="cases",
    doc="Customers' matters: one row per case with its clocks.",
    key="case_id",
    changes="often",
    columns=(
        _workspace(),
        _key("case_id", "Id of the case."),
        _CUSTOMER,
        Column("voice_id", "int64", "Id of the voice that opened it."),
        Column("owner_id", "int64", "Id of the member who owns it now."),
        Column("state", "string", "`open`, `waiting` or `closed`.", nullable=False),
        Column("priority", "string", "`low`, `normal`, `high` or `urgent`.", nullable=False),
        Column("cause", "string", "Cause given at closing."),
        _TOUCHPOINT,
        *_moment("When it was opened"),
        Column("first_reply_ms", "int64", "First reply to the customer, in milliseconds since 1970."),
        Column("reply_due_ms", "int64", "When the first reply is due."),
        Column("due_ms", "int64", "When it is due to be settled."),
        Column("closed_ms", "int64", "When it was closed; empty while open."),
        Column("reopened", "int32", "How often it was reopened.", nullable=False),
        _VERSION,
    ),
    sort_by=("day", "customer_key", "ts_ms"),
)

MOVEMENTS: Final = TableSpec(
    name="movements",
    doc="Customers' movements from one state of a kind to another: segments, tiers, stages of life, points.",
    key="movement_id",
    columns=(
        _workspace(),
        _key("movement_id", "Id of the movement."),
        _CUSTOMER,
        Column("kind", "string", "`segment`, `tier`, `life_cycle` or `points`.", nullable=False),
        Column("from_state", "string", "The state before; empty when there was none."),
        Column("to_state", "string", "The state since; empty when there is none."),
        Column("amount", "int64", "By how much points changed; empty for other kinds."),
        *_moment("When it became so"),
    ),
    sort_by=("day", "kind", "customer_key", "ts_ms"),
)

ANNOTATIONS: Final = TableSpec(
    name="annotations",
    doc="What models understood of voices: one row per voice and label, without the words that earned it. People's "
    "corrections are not in it.",
    key="label_id",
    changes="often",
    columns=(
        _workspace(),
        _key("label_id", "Id of this label of this reading."),
        Column("voice_id", "int64", "Id of the voice."),
        _CUSTOMER,
        Column("annotator", "string", "`text` for the reader of every label, `own:<key>` for a label set of your own."),
        Column("model", "string", "Name and version of the model that said it.", nullable=False),
        Column("task", "string", "The question, e.g. `sentiment`, `topic`, `need`, `own:<key>`.", nullable=False),
        Column("value", "string", "The answer, e.g. `negative`, `delivery`.", nullable=False),
        Column("polarity", "int32", "-1, 0 or 1 where the question has one."),
        Column("confidence", "int32", "How sure the model was, in thousandths.", nullable=False),
        Column("language", "string", "Language it was read in."),
        Column("source_kind", "string", "Kind of source of the voice, e.g. `survey`, `review`."),
        _TOUCHPOINT,
        _CHANNEL,
        _SEGMENT,
        *_moment("When the voice was said"),
        Column("annotated_ms", "int64", "When it was read, in milliseconds since 1970.", nullable=False),
        Column("replaced", "bool", "Whether a later reading has taken its place.", nullable=False),
        Column("replaced_ms", "int64", "When that was."),
        _VERSION,
    ),
    sort_by=("day", "task", "value", "ts_ms"),
)

TABLES: Final = {
    spec.name: spec for spec in (EVENTS, RESPONSES, DECISIONS, ASKS, VOICES, CASES, MOVEMENTS, ANNOTATIONS)
}


_CHANGES: dict[Changes, str] = {
    "never": "Rows never change.",
    "seldom": "A row that changes is replaced.",
    "often": "A row stands once for each flush that changed it: take the highest `version` per key.",
}


def contracts_markdown() -> Iterator[str]:
    """The reference that docs/lake.md carries; a test compares the two."""
    for spec in TABLES.values():
        yield f"### `{spec.name}`"
        yield ""
        yield spec.doc
        yield ""
        yield f"Key `{spec.key}`; sorted by {', '.join(f'`{c}`' for c in spec.sort_by)}. {_CHANGES[spec.changes]}"
        yield ""
        yield "| column | type | may be empty | is |"
        yield "|---|---|---|---|"
        for column in spec.columns:
            yield f"| `{column.name}` | {column.type} | {'yes' if column.nullable else 'no'} | {column.doc} |"
        yield ""
