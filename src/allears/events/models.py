"""What came in: events, the intake log on PostgreSQL, imports, and the rows that need mending."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.kit import lax
from allears.store.models import HotModel, ScopedModel


class IntakeRow(models.Model):
    """One accepted request body, as it came, on PostgreSQL (SQLite keeps the intake log in a file of its own)."""

    id = models.BigAutoField(primary_key=True)
    workspace_id = models.BigIntegerField()
    kind = models.CharField(max_length=10)  # batch, mixed, track, identify, page, screen, group, alias, broken
    received_at = models.DateTimeField()
    body = models.BinaryField()


class IntakeCursor(models.Model):
    """How far the consumer has read the SQLite intake log; moved in the transaction that applies the rows."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)


class IntakeLimit(ScopedModel):
    """What one workspace may send. Null: as the installation's settings say; 0: as much as it likes."""

    per_second = models.PositiveIntegerField(null=True)
    per_day = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace"], name="events_one_intake_limit")
        ]


class IntakeCount(ScopedModel):
    """Events that came in on one day (UTC, by receipt), repeats and bad ones too; the consumer counts."""

    day = models.DateField()
    events = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "day"], name="events_one_intake_count")
        ]


class CheckedJSONField(models.JSONField):
    """JSON whose only writers have just read it as such, so that SQLite need not read it a second time."""

    def db_check(self, connection: Any) -> None:
        return None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """As sent, but for numbers no machine holds (``1e999``): those are the text of their digits."""
        if isinstance(value, str) and not isinstance(expression, KeyTransform) and lax.has_huge(value):
            return lax.stored(value)
        return super().from_db_value(value, expression, connection)


class Event(HotModel):
    """Something that happened to a customer.

    The hottest table: it has no foreign keys in the database (the consumer has just read or written both ends in the
    same transaction), no index that another one covers, and short keys: a customer's events are sorted when read.
    """

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="events", null=True, db_constraint=False
    )
    type = models.CharField(max_length=10)  # track, page, screen, identify, group, alias
    name = models.CharField(max_length=200)  # of a track; the page's or screen's name; else empty
    ts = models.DateTimeField()  # when it happened, UTC
    received_at = models.DateTimeField()
    message_key = models.CharField(max_length=32)  # see events.keys.message_key: short, because its index is hot
    properties = CheckedJSONField(default=dict)
    context = CheckedJSONField(default=dict)

    class Meta(HotModel.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "message_key"], name="events_message_once")
        ]


class Import(ScopedModel):
    """A file on its way in."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        RUNNING = "running"
        STOPPED = "stopped"  # by a person, between two chunks; it may go on or be undone
        DONE = "done"
        FAILED = "failed"
        UNDONE = "undone"

    kind = models.CharField(max_length=20)  # voices, transcripts, events, customers, responses
    filename = models.CharField(max_length=255)
    path = models.CharField(max_length=500)  # inside the data folder
    digest = models.CharField(max_length=64)  # sha256 of the file: the same file twice changes nothing
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    rows_total = models.BigIntegerField(null=True)
    rows_read = models.BigIntegerField(default=0)
    rows_good = models.BigIntegerField(default=0)
    rows_repeated = models.BigIntegerField(default=0)
    rows_bad = models.BigIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)  # of the present run, with the rows that stood then: for its pace
    started_row = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)


class Upload(ScopedModel):
    """A file that arrives piece by piece; once it is whole it is an import, in the same folder."""

    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=255)
    path = models.CharField(max_length=32)  # its folder among the imports'
    length = models.BigIntegerField()  # bytes of the whole file, as its sender said
    received = models.BigIntegerField(default=0)  # bytes that are kept for sure; what lies behind them is not
    wanted = models.JSONField(default=dict)  # mapping, start, sha256, modified: what its sender said besides
    import_file = models.ForeignKey(Import, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["changed_at"])]

    @property
    def modified_ms(self) -> int:
        """The file's own date as browsers tell it, to know the file again; 0 where it was not said."""
        stated = self.wanted.get("modified")
        return round(datetime.fromisoformat(stated).timestamp() * 1000) if stated else 0


class SavedMapping(ScopedModel):
    """A mapping kept under a name; the next file of its kind with the same columns takes it."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    signature = models.CharField(max_length=32)  # of the columns, see imports.mapping.signature
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "kind", "name"], name="events_mapping_name"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "kind", "signature"])]


class Export(ScopedModel):
    """A table on its way out as a file, which is kept until ``expires_at``."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        EXPIRED = "expired"

    table = models.CharField(max_length=12)  # voices, responses, cases, customers, decisions, events
    format = models.CharField(max_length=8)  # csv, xlsx, parquet, sav
    filters = models.JSONField(default=dict)
    language = models.CharField(max_length=10)  # of the headings and labels
    token = models.CharField(max_length=43, unique=True)  # of the link
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    rows_total = models.BigIntegerField(null=True)
    rows_done = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)


class ImportMark(ScopedModel):
    """A customer or touchpoint that an import made besides its own rows, so that undoing it can take it away again."""

    import_file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="marks")
    subject = models.CharField(max_length=12)  # customer, touchpoint
    object_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["import_file", "subject"])]


class QuarantinedRow(ScopedModel):
    """A row or event that could not be taken, with what to mend; downloadable, and gone once sent again."""

    source = models.CharField(max_length=10)  # intake, import, consumer
    import_file = models.ForeignKey(Import, on_delete=models.CASCADE, null=True, related_name="quarantine")
    row_number = models.BigIntegerField(null=True)  # 1 is the first data row; of the consumer: the event's id
    field = models.CharField(max_length=120, default="", blank=True)  # of the consumer: the subscription that failed
    reason = models.TextField()  # as `imports.reasons` keeps it
    payload = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-at"])]
