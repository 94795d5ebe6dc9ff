"""Surveys, probes, invitations, responses and voices."""

from typing import ClassVar

from django.conf import settings as installation
from django.db import models
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.journeys.models import Touchpoint
from allears.listen.succession import succeed
from allears.store.models import HotModel, ScopedModel


class Survey(ScopedModel):
    """A set of questions; what is asked stands in its versions."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=40)  # the governor's clock: nps, csat, ces …
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)  # no answers from then on, whatever the invitations say
    draft = models.JSONField(null=True, blank=True)  # the next version while it is being written
    draft_revision = models.PositiveIntegerField(default=0)  # grows with each save, so that two writers notice
    draft_saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="listen_survey_key")
        ]


class SurveyVersion(ScopedModel):
    """One published, never edited definition (open JSON, see listen.definition)."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["survey", "number"], name="listen_survey_version")
        ]


LONGEST_SECONDS = 366 * 86_400  # of a probe's wait, and of an ask that is held
MOST_QUOTA_DAYS = 3660


class Probe(ScopedModel):
    """The rule that asks at a touchpoint."""

    class Sampling(models.TextChoices):
        RANDOM = "random"  # the same share of all; 1.0 is a census
        STRATIFIED = "stratified"  # a share for each segment
        DIRECTED = "directed"  # more where the figure is still uncertain, ``share`` on average

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, related_name="probes")
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="probes")
    event_name = models.CharField(max_length=200)
    conditions = models.JSONField(default=list)  # [{"property": "amount", "op": ">", "value": 100}], all must hold
    delay_seconds = models.PositiveIntegerField(default=0)
    expires_after_seconds = models.PositiveIntegerField(default=7 * 86_400)  # an ask later than this is dropped
    channel = models.CharField(max_length=20, default="email")
    fallbacks = models.JSONField(default=list, blank=True)  # channels to try next, in this order
    sampling = models.CharField(max_length=12, choices=Sampling.choices, default=Sampling.RANDOM)
    share = models.FloatField(default=1.0)  # of all asks: census 1.0, else what is drawn on average
    strata = models.JSONField(default=dict, blank=True)  # segment → its share, when stratified
    absent_event = models.CharField(max_length=200, default="", blank=True)  # ask only if this has not come by then
    absent_match = models.CharField(max_length=120, default="", blank=True)  # a property both events share: order_id
    priority = models.SmallIntegerField(default=0)  # a higher one wins the auction whatever the bids
    weight = models.FloatField(default=1.0)  # of the moment, in the auction
    quota = models.JSONField(default=dict, blank=True)  # segment (or "": all) → most asks in ``quota_days``
    quota_days = models.FloatField(default=30.0)
    standing = models.JSONField(default=dict, blank=True)  # what is known by segment, see listen.standing
    measured_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)  # tells the consumers to compile their probes anew

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="listen_probe_key")
        ]


class SurveyLink(ScopedModel):
    """An address that anybody may answer at: in a mail of others, on a poster, in a shop.

    Each visitor who answers gets an invitation of an own, so that everything behind it is as with an ask.
    """

    token = models.CharField(max_length=43, unique=True)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="links")
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=20, default="link")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.SET_NULL, null=True, related_name="+")
    single_use = models.BooleanField(default=False)  # one answer closes it
    most = models.PositiveIntegerField(null=True, blank=True)  # complete answers, then it closes
    created_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # by a person


class ProbeVersion(ScopedModel):
    """What a probe said from some moment on. Append only."""

    probe = models.ForeignKey(Probe, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    spec = models.JSONField()  # see listen.actions.ProbeSpec
    at = models.DateTimeField()
    created_by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["probe", "number"], name="listen_probe_version")
        ]


class Invitation(HotModel):
    """One ask of one customer, from the event that caused it to the answer."""

    token = models.CharField(max_length=43, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="invitations", null=True)
    probe = models.ForeignKey(Probe, on_delete=models.SET_NULL, null=True, related_name="invitations")
    survey_version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="invitations")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    event_id = models.BigIntegerField(null=True)
    decision_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)  # a follow-up ask after a case
    link = models.ForeignKey(SurveyLink, on_delete=models.SET_NULL, null=True, related_name="invitations")
    snapshot = models.JSONField(default=dict)  # event and attributes as they were then
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    figures = models.SmallIntegerField(null=True)  # bits: which figures of the mail were opened, see listen.doubting
    figures_at = models.DateTimeField(null=True)  # since when
    denied_at = models.DateTimeField(null=True)  # when "this is not my answer" was last pressed

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(fields=["customer", "-created_at"]),
            models.Index(fields=["workspace", "-created_at"]),
            models.Index(fields=["decision_id"]),
        ]

    @property
    def round(self) -> str:
        """The wave of a study that it belongs to, within which quotas count; empty for all else."""
        return str((self.snapshot or {}).get("round", ""))


class Response(HotModel):
    """One answer, partial or whole. Scores of the main question are kept beside the raw answers."""

    class Outcome(models.TextChoices):
        RUNNING = ""  # or complete, as ``completed_at`` says
        PARTIAL = "partial"  # left behind; what was answered counts
        SCREENED = "screened"  # not whom the survey was meant for
        OVER_QUOTA = "over_quota"  # enough of their kind had answered

    key = models.CharField(max_length=64)  # unique in the workspace: the invitation's token, or the import's row key
    invitation = models.OneToOneField(Invitation, on_delete=models.SET_NULL, null=True, related_name="response")
    survey_version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, null=True, related_name="responses")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="responses")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    segment = models.CharField(max_length=80, default="", blank=True)  # the customer's, then
    language = models.CharField(max_length=10, default="", blank=True)
    answers = models.JSONField(default=dict)  # question name → answer; personal data blotted out of words
    aside = models.JSONField(default=dict, blank=True)  # answers to questions that later answers led past
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    marks = models.JSONField(default=list, blank=True)  # why it may not be what it seems, see listen.screening
    seconds = models.FloatField(null=True, blank=True)  # spent on the page, as the page says
    device = models.CharField(max_length=32, default="", blank=True)  # keyed digests: the same again, never whose
    network = models.CharField(max_length=32, default="", blank=True)
    metric = models.CharField(max_length=8, default="", blank=True)  # nps, csat, ces: of the main question
    score = models.SmallIntegerField(null=True, blank=True)
    import_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(fields=["workspace", "-started_at"]),
            models.Index(
                fields=["workspace", "device", "-started_at"], condition=~models.Q(device=""), name="listen_device"
            ),
            models.Index(
                fields=["workspace", "network", "-started_at"], condition=~models.Q(network=""), name="listen_network"
            ),
            models.Index(
                fields=["updated_at"], condition=models.Q(completed_at__isnull=True, outcome=""), name="listen_running"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="listen_response_key")
        ]

    @property
    def status(self) -> str:
        """running, partial, complete, screened or over_quota."""
        return self.outcome or ("complete" if self.completed_at else "running")


OUTSIDE = (Response.Outcome.SCREENED, Response.Outcome.OVER_QUOTA)  # their answers are in no score and no result


class QuotaPlace(ScopedModel):
    """A complete response that counts for a quota; each wave of a study (``round``) fills it anew."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="quota_places")
    round = models.CharField(max_length=40, default="", blank=True)
    name = models.CharField(max_length=40)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="quota_places")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["survey", "round", "name"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["response", "name"], name="listen_quota_place")
        ]


class Attachment(ScopedModel):
    """A file that a customer gave as an answer; its type is read from its first bytes, not believed."""

    key = models.CharField(max_length=32)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="attachments")
    question = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["response", "key"], name="listen_attachment_key")
        ]


OF_TALKS = "talk:"  # begins the thread of a conversation in a file: it finds its voice and binds it to no other
COUNTED = models.Q(repeats__isnull=True)  # of voices: each once, however often it was said


class Voice(HotModel):
    """Anything a customer says, asked or not."""

    class Initiator(models.TextChoices):
        COMPANY = "company"
        CUSTOMER = "customer"

    class SourceKind(models.TextChoices):
        SURVEY = "survey"
        COMPLAINT = "complaint"
        PRAISE = "praise"
        REQUEST = "request"
        REVIEW = "review"
        SOCIAL = "social"
        CHAT = "chat"
        CALL = "call"
        MEDIA = "media"
        REGULATOR = "regulator"

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the indexes by time begin with it
    key = models.CharField(max_length=64)  # unique in the workspace: who repeats it changes nothing
    initiator = models.CharField(max_length=10, choices=Initiator.choices)
    source_kind = models.CharField(max_length=12, choices=SourceKind.choices)
    channel = models.CharField(max_length=20)
    public = models.BooleanField(default=False)  # visibility: said for all to read, or to us alone
    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.SET_NULL, null=True, related_name="voices", db_index=False
    )  # the indexes by time begin with it and with the customer
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="voices", db_index=False)
    response = models.OneToOneField(Response, on_delete=models.CASCADE, null=True, related_name="voice")
    text = models.TextField(default="", blank=True)  # personal data blotted out, see listen.originals
    hidden = models.JSONField(null=True, blank=True)  # [[start, end, kind]] what was blotted out of ``text``, if any
    language = models.CharField(max_length=10, default="", blank=True)
    segment = models.CharField(max_length=80, default="", blank=True)
    metric = models.CharField(max_length=8, default="", blank=True)
    score = models.SmallIntegerField(null=True, blank=True)
    sentiment = models.CharField(max_length=8, default="", blank=True)  # as the source states it, until understood
    attributes = models.JSONField(default=dict, blank=True)
    import_id = models.BigIntegerField(null=True)
    # null rather than empty, so that a large table takes these columns at once
    thread = models.CharField(max_length=64, null=True, blank=True)  # voices of one exchange share it
    sameness = models.CharField(max_length=32, null=True, blank=True)  # digest of words and day, see listen.repeats
    repeats = models.ForeignKey(
        "self", on_delete=succeed, null=True, blank=True, related_name="repeated", db_index=False
    )  # the voice that said the same first: counted once, shown as one
    said_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta(HotModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *HotModel.Meta.indexes,
            models.Index(fields=["workspace", "-said_at"]),
            models.Index(fields=["customer", "-said_at"]),
            models.Index(fields=["touchpoint", "-said_at"]),
            models.Index(fields=["workspace", "source_kind", "-said_at"], name="listen_voice_source"),
            models.Index(fields=["workspace", "channel", "-said_at"], name="listen_voice_channel"),
            models.Index(
                fields=["workspace", "metric", "-said_at"], condition=~models.Q(metric=""), name="listen_voice_metric"
            ),
            models.Index(
                fields=["workspace", "score", "-said_at"],
                condition=models.Q(score__isnull=False),
                name="listen_voice_score",
            ),
            models.Index(
                fields=["workspace", "thread"], condition=models.Q(thread__isnull=False), name="listen_voice_thread"
            ),
            models.Index(
                fields=["workspace", "sameness"], condition=models.Q(sameness__isnull=False), name="listen_voice_same"
            ),
            models.Index(fields=["repeats"], condition=models.Q(repeats__isnull=False), name="listen_voice_repeats"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "key"], name="listen_voice_key")
        ]


class VoiceEdition(ScopedModel):
    """What a public voice said before its author edited it, without personal data."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="editions")
    text = models.TextField(default="", blank=True)
    metric = models.CharField(max_length=8, default="", blank=True)
    score = models.SmallIntegerField(null=True, blank=True)
    replaced_at = models.DateTimeField()


class VoiceOriginal(ScopedModel):
    """The words of a voice out of which something was blotted, as they were said: sealed (see listen.originals)."""

    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="original")
    keyed_by = models.BigIntegerField(null=True)  # the customer whose key sealed it; null: the workspace's key
    sealed = models.BinaryField()
    said_at = models.DateTimeField()


class ResponseOriginal(ScopedModel):
    """The answers of a response out of which something was blotted, as they were given: sealed."""

    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="original")
    keyed_by = models.BigIntegerField(null=True)
    sealed = models.BinaryField()
    started_at = models.DateTimeField()


class Turn(ScopedModel):
    """What one side said at one go in a chat or a call. The customer's turns together are the voice's text.

    Stored by ``originals.keep_turns`` alone, which blots personal data out of ``name`` and ``text``.
    """

    class Speaker(models.TextChoices):
        CUSTOMER = "customer"
        AGENT = "agent"
        BOT = "bot"

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()  # the order in which they are read
    key = models.CharField(max_length=40)  # names the turn within its voice: who repeats it changes nothing
    speaker = models.CharField(max_length=8, choices=Speaker.choices)
    name = models.CharField(
        max_length=120, default="", blank=True
    )  # as the transcript has it, unless it is the customer's
    text = models.TextField()  # personal data blotted out, as in a voice
    hidden = models.JSONField(null=True, blank=True)  # [[start, end, kind]] what was blotted out of ``text``, if any
    at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["voice", "key"], name="listen_turn_key")
        ]


class TurnOriginal(ScopedModel):
    """What was blotted out of a turn, its words or its speaker's name, as it was: sealed."""

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="original")
    keyed_by = models.BigIntegerField(null=True)
    sealed = models.BinaryField()
    received_at = models.DateTimeField()


class Official(ScopedModel):
    """What an authority or a paper set us with its letter: who, under which number, an answer until when."""

    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="official")
    authority = models.CharField(max_length=200, default="", blank=True)
    reference = models.CharField(max_length=100, default="", blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()


class VoiceFile(ScopedModel):
    """A photo or file that was given with a voice, as ``kit.sniffing`` let it pass: without its hidden data."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="files")
    key = models.CharField(max_length=32, unique=True)  # random: nothing can be guessed from it
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    received_at = models.DateTimeField()


class VoicePending(models.Model):
    """That a voice's words changed and are to be indexed; written by a trigger (see words.storing)."""

    voice_id = models.BigIntegerField(primary_key=True)


class MarkedAttribute(ScopedModel):
    """An attribute of customers that somebody follows: the index of words marks voices by it (see words.marks). Empty:
    the voice's own segment."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # the constraint's index begins with it
    name = models.CharField(max_length=400, blank=True)
    below = models.BigIntegerField(null=True)  # voices of a lower number do not have the mark yet
    is_marked = models.BooleanField(default=False)  # all have it

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "name"], name="listen_markedattribute_once")
        ]


class Source(ScopedModel):
    """Where voices, events or customers are fetched from by ourselves: a mailbox, a feed, a database, a folder.

    ``cursor`` says how far it was read; it moves in the transaction that takes the rows, guarded by the lease and
    ``turn``, so that two workers never both count a page. ``trouble`` is what is wrong now (see sources.troubles).
    """

    class State(models.TextChoices):
        ON = "on"
        PAUSED = "paused"  # by a person
        STOPPED = "stopped"  # by itself, after failing again and again

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    settings = models.JSONField(default=dict)
    sealed = models.TextField(default="", blank=True)  # the secret settings, see sources.sealing
    every_seconds = models.PositiveIntegerField(default=300)
    cursor = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ON)
    next_run_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)  # somebody wants it looked at now
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_good_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    trouble = models.JSONField(default=dict, blank=True)
    turn = models.PositiveBigIntegerField(default=0)  # grows with each run
    lease_owner = models.CharField(max_length=64, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(installation.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_run_at"], condition=models.Q(state="on"), name="listen_source_due"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "name"], name="listen_source_name")
        ]


class SourceRun(ScopedModel):
    """One look at a source. What came as files is counted by their imports, named in ``import_ids``."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    turn = models.PositiveBigIntegerField()
    by_hand = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    aside = models.JSONField(default=dict, blank=True)  # reason → how many were deliberately not taken
    import_ids = models.JSONField(default=list, blank=True)
    trouble = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["source", "-started_at"])]


class SourceFile(ScopedModel):
    """A file that a source has carried in, known by its content, so that it is taken once under any name."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="files")
    digest = models.CharField(max_length=64)  # sha256
    import_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "digest"], name="listen_source_file_once")
        ]


class Letter(ScopedModel):
    """How a mail that became a voice hangs on others; the words stand in the voice."""

    voice = models.OneToOneField(Voice, on_delete=models.CASCADE, related_name="letter")
    message_id = models.CharField(max_length=300, default="", blank=True)
    answers = models.JSONField(default=list, blank=True)  # Message-IDs of In-Reply-To and References, nearest first
    received_at = models.DateTimeField()
    marks = models.JSONField(default=list, blank=True)  # what we had put into addresses and headers and came back

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "message_id"], name="listen_letter_message")
        ]


class Enclosure(ScopedModel):
    """A file that came with a mail; without ``content`` where it was too large or of a kind that is not kept."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="enclosures")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    content = models.BinaryField(null=True)
    received_at = models.DateTimeField()
